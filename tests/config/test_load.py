"""A folder of TOML becomes a county, and every mistake is told at once with its line and what is right."""

from datetime import date, timedelta

import pytest

from flowcentre.config.rhythm import unmoving_after
from flowcentre.config.shapes import FeedShape
from flowcentre.model import Level, PlaceKind


def test_a_sound_folder_becomes_a_county(folder):
    county = folder.load()
    assert county.name == "Westshire"
    assert county.demonstration
    assert county.places.system.id == "westshire"
    ward = county.places["northgate-na"]
    assert (ward.level, ward.kind, ward.codes) == (Level.UNIT, PlaceKind.WARD, ("NA", "1E5"))
    assert county.places["northgate"].valid_from == date(2020, 4, 1)
    assert county.places.locality_of("northgate-a1") == "north"
    beds = county.feed("northgate-beds")
    assert (beds.every, beds.late_after, beds.stale_after) == tuple(timedelta(minutes=m) for m in (5, 12, 45))
    assert beds.settings == {"folder": "/drop/northgate"}
    assert county.boards[0].places == ("northgate",)


def test_a_poll_without_a_deadline_is_over_before_the_next_is_due(folder):
    county = folder.load()
    assert county.feed("northgate-ed").deadline == timedelta(seconds=15)
    assert county.feed("northgate-beds").deadline == timedelta(seconds=30)


def test_a_feed_leaves_a_measure_to_another_and_says_how_far_its_lists_may_shrink(folder):
    folder.change("feeds.toml", 'every = "5m"', 'leaves_out = ["ga_beds_occupied"]\ndoubt_below = 0.5\nevery = "5m"')
    folder.change("county.toml", "demonstration = true", "demonstration = true\nbed_day_cost = 562")
    beds = folder.load().feed("northgate-beds")
    assert (beds.provides, beds.leaves_out, beds.doubt_below) == (("ga_beds_core_open",), ("ga_beds_occupied",), 0.5)
    assert folder.load().bed_day_cost == 562


def test_after_how_long_the_same_figures_are_doubted_follows_from_the_rhythm_unless_a_feed_says(folder):
    assert folder.load().feed("northgate-beds").unmoving_after is None  # four figures: that none moves is no wonder
    for said, hours in (("4h", 4), ("0m", None)):
        folder.change("feeds.toml", 'every = "5m"', f'every = "5m"\nunmoving_after = "{said}"')
        assert folder.load().feed("northgate-beds").unmoving_after == (timedelta(hours=hours) if hours else None)
        folder.change("feeds.toml", f'\nunmoving_after = "{said}"', "")
    of_minutes, of_hours = FeedShape(late_after="3m"), FeedShape(late_after="2h")
    assert unmoving_after(of_minutes, 11) is None
    assert unmoving_after(of_minutes, 12) == timedelta(hours=6)
    assert unmoving_after(of_hours, 12) == timedelta(hours=48)


TYPED = """
[[feed]]
id = "typed-in"
name = "Typed in"
connector = "typed_in"
places = ["northgate"]
also = true
demonstration = true
"""


def typed(folder, more: str = "") -> None:
    folder.write(feeds=(folder.path / "feeds.toml").read_text() + TYPED + more)


def test_a_feed_that_people_type_in_has_no_rhythm_and_holds_four_hours_unless_it_says_otherwise(folder):
    typed(folder)
    feed = folder.load().feed("typed-in")
    assert (feed.polled, feed.stale_after) == (False, timedelta(hours=4))
    typed_for = 'connector = "typed_in"\nexpires_after = "90m"'
    folder.change("feeds.toml", 'connector = "typed_in"', typed_for)
    assert folder.load().feed("typed-in").stale_after == timedelta(minutes=90)
    assert folder.load().feed("northgate-beds").polled


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('every = "15m"', "not polled: every says nothing"),
        ('stale_after = "2h"', "not polled: stale_after says nothing"),
        ("doubt_below = 0.5", "not polled: doubt_below says nothing"),
        ('expires_after = "0s"', "for no time at all"),
        ('expires_after = "8d"', "would hold 8d"),
        ('expires_after = "later"', '"later" is not a length'),
        ("[feed.settings]\nservice = 3", 'typed_in has no setting "service"'),
    ],
)
def test_what_says_nothing_of_typed_values_is_a_mistake(folder, line, what):
    typed(folder, line)
    assert [what in mistake.what for mistake in folder.mistakes()] == [True]


def test_a_polled_feed_does_not_expire_and_must_have_its_rhythm(folder):
    folder.change("feeds.toml", 'every = "5m"', 'expires_after = "4h"')
    assert [mistake.what for mistake in folder.mistakes()] == [
        '[[feed]] "northgate-beds" has no "every"',
        '"northgate-beds" is polled: only what people type in expires',
    ]


def test_boards_are_optional(folder):
    folder.write(boards="# pages, and no wall\n")
    assert folder.load().boards == ()
    folder.write(boards=None)
    assert folder.load().boards == ()


def test_a_place_of_short_stays_has_its_own_limit_or_none(folder):
    folder.change("places.toml", WARD, WARD.replace('"ward"', '"recovery unit"\nstay_limit_days = 28'))
    places = folder.load().places
    assert (places["northgate-a1"].stay_limit_days, places["northgate-na"].stay_limit_days) == (28, None)
    assert places.stay_limits == {"northgate-a1": 28}


def test_a_file_saved_by_notepad_is_read(folder):
    text = (folder.path / "places.toml").read_text().replace("\n", "\r\n")
    folder.write(places=b"\xef\xbb\xbf" + text.encode())
    assert "northgate-a1" in folder.load().places
    line = folder.change("places.toml", 'kind = "trust"', 'kind = "trusty" #!')
    assert [m.line for m in folder.mistakes()] == [line]


WARD = 'kind = "ward"\nparent = "northgate"\ncodes = ["A1"'  # of two wards the first

# Each: file, what stood there, what is written instead (with #! where the line should be told),
# words of what is wrong, words of what is right.
MISTAKES = {
    "no quotes": ("county.toml", '"Westshire"', "Westshire #!", "not in quotes", '"Westshire"'),
    "a code of digits": ("places.toml", '"007"]', "007] #!", "007 is not in quotes", '"007"'),
    "a code that is a number": ("places.toml", '["A1", "007"]', "[7] #!", "codes[0] is a number, not text", '"7"'),
    "a code read as 100000": ("places.toml", '"1E5",', "1E5, #!", "codes[1] is a number", "as the feed writes it"),
    "a code without quotes": ("places.toml", '"NA",', "NA, #!", "NA is not in quotes", '"NA"'),
    "a blank in a code": ("places.toml", '"NA",', '" NA", #!', "blanks around it", "codes ="),
    "the same key twice": ("county.toml", "demonstration = true", 'name = "x" #!', "written twice", "one of the two"),
    "single brackets": ("boards.toml", "[[board]]", "[board] #!", "not a list of tables", "[[board]]"),
    "an open text": ("places.toml", '"Ward NA"', '"Ward NA #!', "not TOML", "double quotes"),
    "misspelt key": ("places.toml", "short_name =", 'shortname = "N" #!\nshort_name =', '"shortname"', '"short_name"'),
    "unknown table": ("boards.toml", "[[board]]", "[[bord]] #!\nid = 'x'\n[[board]]", '"bord"', "[[board]]"),
    "unknown key of a county": ("county.toml", "demonstration = true", "demonstrations = true #!\ndemonstration = true",
                                "unknown key", '"demonstration"'),
    "missing key": ("feeds.toml", '[[feed]]\nid = "northgate-ed"', "[[feed]] #!", 'no "id"', 'id = "northgate-beds"'),
    "not true or false": ("county.toml", "= true", '= "yes" #!', "neither true nor false", "demonstration = true"),
    "a date in quotes": ("places.toml", "2020-04-01", '"2020-04-01" #!', "is not a date", "valid_from = 2026-04-01"),
    "an id in capitals": ("boards.toml", '"county"', '"County" #!', "lower-case", 'id = "county"'),
    "an empty name": ("county.toml", '"Westshire"', '" " #!', "is empty", 'name = "Westshire"'),
    "unknown level": ("places.toml", '"site"', '"stie" #!', 'no level "stie"', '"site"'),
    "unknown kind": ("places.toml", '"trust"', '"trsut" #!', 'no kind "trsut"', '"trust"'),
    "a kind far from all": ("places.toml", '"trust"', '"xyz" #!', 'no kind "xyz"', 'one of "NHS 111", "acute hospital"'),
    "kind and level apart": ("places.toml", 'kind = "trust"', 'kind = "locality" #!', "level organisation", '"locality"'),
    "unknown parent": ("places.toml", 'parent = "westshire-hospitals"', 'parent = "westshire-hospital" #!',
                       'no place "westshire-hospital"', '"westshire-hospitals"'),
    "a lower parent": ("places.toml", 'parent = "westshire"\nods', 'parent = "northgate" #!\nods', "lower", "system"),
    "unknown locality": ("places.toml", 'locality = "north"', 'locality = "nort" #!', 'no place "nort"', '"north"'),
    "not a locality": ("places.toml", 'locality = "north"', 'locality = "westshire" #!', "not a locality", '"north"'),
    "ends before it begins": ("places.toml", "2020-04-01", "2020-04-01\nvalid_to = 2020-03-31 #!", "before", "2020-04-01"),
    "a stay of no days": ("places.toml", WARD, WARD.replace('"ward"', '"recovery unit"\nstay_limit_days = 0 #!'),
                          "which is no length of a stay", "stay_limit_days = 28"),
    "a stay of half days": ("places.toml", WARD, WARD.replace('"ward"', '"recovery unit"\nstay_limit_days = 28.5 #!'),
                            "stay_limit_days is not a whole number", "stay_limit_days = 28"),
    "a stay where nobody stays": ("places.toml", WARD, WARD.replace('"ward"', '"ward"\nstay_limit_days = 28 #!'),
                                  "no place of short stays (ward)", '"recovery unit" or "community hospital"'),
    "one id twice": ("places.toml", 'id = "northgate-na"', 'id = "northgate-a1" #!', "second place", "line 33 has it"),
    "one code twice": ("places.toml", '"1E5",', '"A1", #!', 'one code, "A1"', "a code for each"),
    "one ODS code twice": ("places.toml", '"ZW101"', '"ZW1" #!', 'one ODS code, "ZW1"', "its own"),
    "no length": ("feeds.toml", '"12m"', '"12 min" #!', '"12 min" is not a length', 'late_after = "30m"'),
    "a bare number": ("feeds.toml", '"12m"', "12 #!", "not a length of time in quotes", 'late_after = "30m"'),
    "longer than ten years": ("feeds.toml", '"45m"', '"4000d" #!', "longer than ten years", "stale_after"),
    "no time at all": ("feeds.toml", 'every = "5m"', 'every = "0s" #!', "no time at all", 'every = "15m"'),
    "late between polls": ("feeds.toml", '"12m"', '"4m" #!', "late_after 4m is less than every 5m", 'late_after = "10m"'),
    "a measure that is not its connector's": (
        "feeds.toml",
        'every = "5m"',
        'leaves_out = ["nctr_now"] #!\nevery = "5m"',
        'does not report "nctr_now"',
        "ga_beds_core_open",
    ),
    "a share of more than all": (
        "feeds.toml",
        'every = "5m"',
        'doubt_below = 60.0 #!\nevery = "5m"',
        "not a share between 0 and 1",
        "doubt_below = 0.6",
    ),
    "a bed day that costs nothing": (
        "county.toml",
        "demonstration = true",
        "bed_day_cost = 0.0 #!\ndemonstration = true",
        "no price of a bed day",
        "bed_day_cost = 562",
    ),
    "the same doubted before late": (
        "feeds.toml",
        'every = "5m"',
        'unmoving_after = "10m" #!\nevery = "5m"',
        "unmoving_after 10m is not longer than late_after 12m",
        'unmoving_after = "6h"',
    ),
    "stale before late": ("feeds.toml", '"45m"', '"12m" #!', "not longer than late_after 12m", 'stale_after = "48m"'),
    "a long deadline": ("feeds.toml", 'every = "5m"', 'every = "5m"\ndeadline = "300s" #!', "not shorter", "less than 5m"),
    "a long offset": ("feeds.toml", 'every = "5m"', 'every = "5m"\noffset = "6m" #!', "offset 6m", "less than 5m"),
    "unknown connector": ("feeds.toml", '"bed_state_csv"', '"bed_sate_csv" #!', "no connector", '"bed_state_csv"'),
    "unknown setting": ("feeds.toml", "folder =", "foldr = 1 #!\nfolder =", 'no setting "foldr"', '"folder"'),
    "missing setting": ("feeds.toml", '[feed.settings]\nfolder = "${drop}/northgate"', "[feed.settings] #!",
                        'need "folder"', "[feed.settings] with folder"),
    "setting of a wrong type": ("feeds.toml", "folder =", 'at_most = "x" #!\nfolder =', '"at_most"', "a whole number"),
    "unknown variable": ("feeds.toml", '"${drop}/northgate"', '"${dorp}/n" #!', "${dorp}", '"${drop}"'),
    "an open variable": ("feeds.toml", '"${drop}/northgate"', '"${drop/n" #!', "not closed", '"${drop}"'),
    "unknown place of a feed": ("feeds.toml", '["northgate"]\ndemonstration = true\n[feed.settings]\nfolder',
                                '[\n"nothgate", #!\n]\ndemonstration = true\n[feed.settings]\nfolder',
                                'no place "nothgate"', '"northgate"'),
    "a place listed twice": ("feeds.toml", '["northgate"]\ndemonstration = true\n[feed.settings]\nurl',
                             '["northgate", "northgate"] #!\ndemonstration = true\n[feed.settings]\nurl',
                             "listed twice", "once"),
    "nothing to report": ("feeds.toml", '"bed_state_csv"', '"community_capacity_csv"', "could report nothing", "care home"),
    "one feed id twice": ("feeds.toml", '"northgate-ed"', '"northgate-beds" #!', "second feed", "line 1 has it"),
    "the picture's own id": ("feeds.toml", '"northgate-ed"', '"picture" #!', "kept for totals", "another id"),
    "a real feed in a demonstration": ("feeds.toml", "demonstration = true\n[feed.settings]\nfolder",
                                       "demonstration = false #!\n[feed.settings]\nfolder", "real feed", "demonstration = true"),
    "a secret": ("feeds.toml", "url =", 'api_token = "s3cr3t" #!\nurl =', "secret in the clear", "api_token_env"),
    "a secret where a name belongs": ("feeds.toml", "url =", 'token_env = "s3cr3t" #!\nurl =', "not the name", "TOKEN"),
    "a secret in an address": ("feeds.toml", '"${demo}/northgate"', '"http://u:s3cr3t@h/" #!', "inside an address", "alone"),
    "unknown layout": ("boards.toml", '"wall"', '"wal" #!', 'no layout "wal"', '"wall"'),
    "unknown place of a board": ("boards.toml", '["northgate"]', '["noth"] #!', 'no place "noth"', '"nort'),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_what_is_right(folder, case):
    file, old, new, what, right = MISTAKES[case]
    line = folder.change(file, old, new)
    found = [m for m in folder.mistakes() if what in m.what and right in m.right]
    assert found, "\n".join(map(str, folder.mistakes()))
    assert (found[0].file, found[0].line) == (file, line or found[0].line)
    assert "s3cr3t" not in "".join(map(str, folder.mistakes()))


# These break two things at once: what is written, and what then is not.
TWOFOLD = {"a secret", "kind and level apart", "one id twice"}


@pytest.mark.parametrize("case", sorted(set(MISTAKES) - TWOFOLD))
def test_one_slip_is_one_mistake_not_a_flood(folder, case):
    file, old, new, *_ = MISTAKES[case]
    folder.change(file, old, new)
    assert len(folder.mistakes()) == 1, "\n".join(map(str, folder.mistakes()))


def test_the_mistakes_of_all_files_are_told_at_once(folder):
    folder.change("county.toml", "demonstration = true", 'demonstration = true\ncolour = "red"')
    folder.change("places.toml", 'kind = "trust"', 'kind = "trsut"')
    folder.change("feeds.toml", 'every = "5m"', 'every = "5 minutes"')
    folder.change("feeds.toml", '"emergency_department_json"', '"emergency_json"')
    folder.change("boards.toml", '"wall"', '"walls"')
    told = [(m.file, m.line) for m in folder.mistakes()]
    assert told == [
        ("county.toml", 3),
        ("places.toml", 18),
        ("feeds.toml", 5),
        ("feeds.toml", 16),
        ("boards.toml", 4),
    ]


def test_a_broken_file_does_not_make_the_others_look_wrong(folder):
    folder.change("places.toml", 'kind = "trust"', "kind = trust")
    assert [m.file for m in folder.mistakes()] == ["places.toml"]


def test_places_that_go_round_in_a_circle_are_told_once(folder):
    folder.change("places.toml", 'level = "unit"\nkind = "ward"\nparent = "northgate"\ncodes = ["A1", "007"]',
                  'level = "unit"\nkind = "ward"\nparent = "northgate-na"')  # fmt: skip
    folder.change("places.toml", 'parent = "northgate"', 'parent = "northgate-a1"')
    (mistake,) = folder.mistakes()
    assert '"northgate-a1" under "northgate-na" under "northgate-a1"' in mistake.what


def test_a_place_that_is_its_own_parent_is_a_circle(folder):
    folder.change("places.toml", 'parent = "westshire-hospitals"', 'parent = "northgate"')
    assert any("circle" in m.what for m in folder.mistakes())


def test_a_place_without_a_parent_is_told(folder):
    folder.change("places.toml", 'parent = "westshire-hospitals"\n', "")
    (mistake,) = folder.mistakes()
    assert (mistake.line, 'no "parent"' in mistake.what) == (22, True)


def test_a_second_system_is_told(folder):
    folder.change("places.toml", 'level = "locality"\nkind = "locality"\nparent = "westshire"',
                  'level = "system"\nkind = "system"')  # fmt: skip
    assert "second system (line 1 has the first)" in folder.mistakes()[0].what


def test_no_system_is_told(folder):
    folder.change("places.toml", 'level = "system"\nkind = "system"', 'level = "site"\nkind = "acute hospital"')
    assert any("no place is the system" in m.what for m in folder.mistakes())


def test_two_feeds_of_one_number_are_told_unless_both_are_wanted(folder):
    text = (folder.path / "feeds.toml").read_text()
    second = text[: text.index("[[feed]]", 5)].replace('"northgate-beds"', '"northgate-beds-again"')
    folder.write(feeds=text + "\n" + second)
    (mistake,) = folder.mistakes()
    assert mistake.line == (text + "\n" + second).splitlines().index('id = "northgate-beds-again"') + 1 + 6
    assert "would both report ga_beds_core_open of northgate-a1 and 3 more" in mistake.what
    folder.write(feeds=text + "\n" + second.replace("[feed.settings]", "also = true\n[feed.settings]"))
    assert len(folder.load().feeds) == 3


def test_a_demonstration_feed_in_a_real_county_is_told(folder):
    folder.change("county.toml", "demonstration = true\n", "")
    folder.change("feeds.toml", "${demo}", "https://feeds.example")
    assert [m.line for m in folder.mistakes()] == [9, 21]


def test_the_address_of_the_simulated_county_has_no_place_in_a_real_one(folder):
    folder.change("county.toml", "demonstration = true\n", "")
    text = (folder.path / "feeds.toml").read_text().replace("demonstration = true\n", "")
    folder.write(feeds=text)
    (mistake,) = folder.mistakes()
    assert (mistake.file, mistake.line) == ("feeds.toml", text[: text.index("${demo}")].count("\n") + 1)
    assert mistake.what == "${demo} is the address of the simulated county, which a real one has not"


def test_a_misspelt_file_is_told_with_its_right_name(folder):
    (folder.path / "feeds.toml").rename(folder.path / "feed.toml")
    told = {str(m) for m in folder.mistakes()}
    assert told == {
        'feed.toml: no part of a configuration. Right: "feeds.toml"',
        'feeds.toml: the file is missing. Right: a file of that name; rename "feed.toml"?',
    }


def test_an_empty_folder_and_no_folder_are_told(folder, tmp_path, loads):
    folder.write(county=None, places=None, feeds=None, boards=None)
    assert [m.file for m in folder.mistakes()] == ["county.toml", "places.toml", "feeds.toml"]
    with pytest.raises(Exception, match="there is no such folder"):
        loads(tmp_path / "nowhere")


def test_a_file_without_a_feed_is_told(folder):
    folder.write(feeds="# none yet\n")
    assert [str(m) for m in folder.mistakes()] == [
        "feeds.toml line 1: the file has no [[feed]]. Right: at least one [[feed]]"
    ]


def test_a_file_that_is_not_utf_8_is_told(folder):
    folder.write(county='name = "Westshire"\n# caf\u00e9\n'.encode("cp1252"))
    (mistake,) = folder.mistakes()
    assert (mistake.line, mistake.right) == (2, "save it as UTF-8")


def test_a_file_that_may_not_be_read_is_told(folder):
    folder.write(county=None)
    (folder.path / "county.toml").mkdir()
    assert "cannot be read" in folder.mistakes()[0].what


def test_a_variable_in_a_value_cannot_break_the_file_around_it(folder, tmp_path):
    from flowcentre.config import load
    from tests.config.conftest import CONNECTORS

    nasty = 'a"b\n[[feed]]\n${drop}'
    county = load(folder.path, {"drop": nasty, "demo": "x"}, CONNECTORS)
    assert county.feed("northgate-beds").settings == {"folder": nasty + "/northgate"}
