"""Who is told is read as written; a slip that would leave somebody untold is told itself, and no address is ever quoted."""

from datetime import timedelta

import pytest

from flowcentre.config.turns import first_gap, parse_weekdays
from flowcentre.model import BankHolidays, ChannelSettings, Lead, RouteStep, Turn
from tests.config.alerting import LEADS

EVERY_DAY = frozenset(range(7))


def test_who_is_told_is_read_as_it_is_written(alerting):
    found = alerting.load().alerting
    assert found.lead("site-manager") == Lead(
        "site-manager",
        "Northgate site manager",
        (("texts", "+447700900001"), ("letters", "site.manager@northgate.example")),
    )
    assert found.channels == (
        ChannelSettings("letters", "maildir", {"folder": "/drop/letters"}),
        ChannelSettings("texts", "notify", {"api_key_env": "WESTSHIRE_NOTIFY"}),
    )
    (team,) = found.teams
    assert team.turns[:2] == (
        Turn("site-manager", frozenset(range(5)), "08:00", "20:00", BankHolidays.NEVER),
        Turn("night-manager", EVERY_DAY, "20:00", "08:00", BankHolidays.ALSO),
    )
    (route,) = found.routes
    assert route.steps == (
        RouteStep(timedelta(0), ("northgate-site",)),
        RouteStep(timedelta(minutes=15), ("northgate-site", "director")),
    )
    assert (found.public_url, found.test_at) == ("https://flow.westshire.example", "mon 10:00")
    assert found.dead_man == "https://watch.westshire.example/flow"
    assert found.sitrep_to == ("night-manager",)


def test_what_is_not_said_of_alerting_is_as_in_the_model(alerting):
    alerting.write(leads=LEADS[LEADS.index("[[channel]]") :])
    found = alerting.load().alerting
    assert (found.public_url, found.test_at, found.dead_man) == ("http://127.0.0.1:8050", "", "")


# Each: what stood there, what is written instead (with #! where the line should be told), words of what is wrong, and
# words of what is right.
MISTAKES = {
    "an unknown table": ("[[channel]]\nid = \"letters\"", "[[chanel]] #!\n[[channel]]\nid = \"letters\"", '"chanel"', '"channel"'),
    "an unknown key": ("test_at =", "tested_at = 1 #!\ntest_at =", '[alerting]: unknown key "tested_at"', '"test_at"'),
    "no address of a page": ('"https://flow.westshire.example/"', '"flow.westshire.example" #!', "public_url is no address", "https://"),
    "a test at no hour": ('"mon 10:00"', '"monday 10am" #!', "no weekday with an hour", '"mon 10:00"'),
    "a variable of the watchdog that is none": ('dead_man = "https://watch.westshire.example/flow"', 'dead_man_env = "https://watch.westshire.example/flow" #!', "not the name of an environment variable", "in capitals"),
    "two addresses of the watchdog": ("test_at =", "dead_man_env = \"DEAD_MAN\" #!\ntest_at =", "dead_man is given twice", "not both"),
    "a secret of the watchdog": ("/flow\"", "/flow?token=s3cr3t\" #!", "a secret inside an address", "the address alone"),
    "a sitrep to nobody known": ('[huddle]\nto = ["night-manager"]', '[huddle]\nto = ["manager"] #!', 'no lead or team "manager"', '"night-manager"'),
    "a huddle in two brackets": ("[huddle]", "[[huddle]] #!", '"huddle" is no table', "in single brackets"),
    "an unknown kind of channel": ('"maildir"', '"maidir" #!', 'no kind of channel "maidir"', '"maildir"'),
    "settings of which no channel can be made": ('[channel.settings]\nfolder', '[channel.settings] #!\nfoldr',
                                                '"letters": the channel needs the setting "folder"', "docs/alerts.md"),
    "a secret in the clear": ('api_key_env = "WESTSHIRE_NOTIFY"', 'api_key = "s3cr3t" #!', "a secret in the clear", "api_key_env"),
    "two channels of one id": ('id = "texts"\nkind', 'id = "letters" #!\nkind', 'a second channel with the id "letters"', "line 6 has it",
                               ('channel = "texts"', 'channel = "letters"'), ("+447700900001", "s3cr3t@northgate.example")),
    "an unknown channel of a lead": ('channel = "texts"', 'channel = "text"', 'no channel "text"', '"texts"',
                                     ('addresses = [{ channel = "text"', 'addresses = [ #!\n{ channel = "text"')),
    "a lead by no way": ('addresses = [{ channel = "letters", to = "director@northgate.example" }]', "addresses = [] #!",
                         '"director" can be told by no way', "addresses = [{ channel"),
    "an address that is no table": ('addresses = [{ channel = "letters", to = "director@northgate.example" }]',
                                    'addresses = ["s3cr3t@northgate.example"] #!', '"addresses" is not a list of tables', "[[lead.addresses]]"),
    "an address without a channel": ('{ channel = "letters", to = "director', '{ to = "director',
                                     '[[lead.addresses]] has no "channel"', 'channel = "texts"',
                                     ('id = "director"\ntitle = "Director on call"\naddresses = [', 'id = "director"\ntitle = "Director on call"\naddresses = [ #!\n')),
    "an address by mail without its sign": ("director@northgate.example", "s3cr3t.northgate.example", "by mail has one @", "site.manager@",
                                            ('id = "director"\ntitle = "Director on call"\naddresses = [', 'id = "director"\ntitle = "Director on call"\naddresses = [ #!\n')),
    "an address that is a secret": ('kind = "notify"', 'kind = "teams"', "an address of teams is a secret", "FLOWCENTRE_NORTHGATE_TEAMS",
                                    ('"Northgate site manager"\naddresses = [', '"Northgate site manager"\naddresses = [ #!\n'),
                                    ("+447700900001", "https://teams.example/hook/s3cr3t")),
    "a lead and a team of one id": ('id = "northgate-site"', 'id = "director" #!', 'a team and a lead with the id "director"', "another id",
                                    ('to = ["northgate-site"]', 'to = ["director"]'), ('to = ["northgate-site", "director"]', 'to = ["director"]')),
    "an unknown lead of a turn": ('lead = "site-manager"', 'lead = "site-maneger" #!', 'no lead "site-maneger"', '"site-manager"'),
    "no weekday": ('weekdays = "sat, sun"', 'weekdays = "sat, sunday" #!', 'no weekday "sunday"', '"sat, sun"'),
    "no hour": ('starts = "20:00"', 'starts = "25:00" #!', "starts is no hour of a day", 'starts = "08:00"'),
    "an hour without quotes": ('until = "08:00"', "until = 08:00:00 #!", "until is not text", 'until = "20:00"'),
    "no such bank holidays": ('"never"', '"no" #!', 'no bank_holidays "no"', '"never"'),
    "nobody on at night": ('[[team]]\nid = "northgate-site"', '[[team]] #!\nid = "northgate-site"',
                           'nobody of "northgate-site" is on: mon 06:00 to 08:00', "every hour of the week", ('until = "08:00"', 'until = "06:00"')),
    "nobody on at a weekend": ('[[team]]\nid = "northgate-site"', '[[team]] #!\nid = "northgate-site"', "is on: sun 08:00 to 20:00",
                               "every hour of the week", ('"sat, sun"', '"sat"')),
    "nobody on at a bank holiday": ('[[team]]\nid = "northgate-site"', '[[team]] #!\nid = "northgate-site"',
                                    "mon 08:00 to 20:00 when it or the day before is a bank holiday", "bank holidays thought of",
                                    ('bank_holidays = "only"', 'bank_holidays = "never"')),
    "a step of nobody": ('to = ["northgate-site"]', "to = [] #!", 'a step of "northgate" tells nobody', "to = ["),
    "an unknown lead of a step": ('to = ["northgate-site", "director"]', 'to = ["northgate-site", "directer"] #!',
                                  'no lead or team "directer"', '"director"'),
    "a step that comes too late": ('after = "15m"', 'after = "25h" #!', "comes 25h after", "a day at most"),
    "a step in no order": ('after = "15m"', 'after = "0m" #!', "the one before it no sooner", "in their order"),
    "nobody at once": ('after = "0m"', 'after = "5m" #!', 'nobody is told by "northgate" until 5m', 'after = "0m"'),
    "two routes of one id": ('[[route]]\n', '[[route]]\nid = "northgate"\ntitle = "x"\n[[route.step]]\nafter = "0m"\nto = ["director"]\n\n[[route]]\n',
                             'a second route with the id "northgate"', "another id", ('id = "northgate"\ntitle = "Northgate: ', 'id = "northgate" #!\ntitle = "Northgate: ')),
    "a channel that would take an invention for the truth": ('kind = "maildir"\ndemonstration = true', 'kind = "maildir"\ndemonstration = false #!',
                                                             "invented figures as if they were real", "demonstration = true"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_one_slip_is_one_mistake_told_with_its_line_and_what_is_right(alerting, case):
    old, new, what, right, *more = MISTAKES[case]
    text = LEADS
    for was, becomes in ((old, new), *more):
        assert was in text, was
        text = text.replace(was, becomes, 1)
    alerting.write(leads=text)
    told = alerting.mistakes()
    assert len(told) == 1, "\n".join(map(str, told))
    assert what in told[0].what, told[0]
    assert right in told[0].right, told[0]
    line = text[: text.index("#!")].count("\n") + 1
    assert (told[0].file, told[0].line) == ("leads.toml", line + (text.splitlines()[line - 1].endswith("[ #!")))
    assert "s3cr3t" not in str(told[0])


def test_a_route_without_a_step_tells_nobody(alerting):
    alerting.write(leads=LEADS[: LEADS.index("[[route.step]]")])
    assert ['the route "northgate" tells nobody' in mistake.what for mistake in alerting.mistakes()] == [True]


def test_a_team_without_a_turn_is_never_on(alerting):
    alerting.write(leads=LEADS[: LEADS.index("[[team.turn]]")] + LEADS[LEADS.index("[[route]]") :])
    (mistake,) = alerting.mistakes()
    assert mistake.what == 'nobody of "northgate-site" is on: mon 00:00 to 24:00'


def test_a_channel_of_a_demonstration_has_no_place_in_a_real_county(alerting):
    for name in ("county.toml", "feeds.toml"):
        text = (alerting.path / name).read_text().replace("demonstration = true", "demonstration = false")
        alerting.write(**{name.removesuffix(".toml"): text.replace("${demo}", "https://feeds.example")})
    assert [(mistake.file, "demonstration in a real county" in mistake.what) for mistake in alerting.mistakes()] == [
        ("leads.toml", True),
        ("leads.toml", True),
    ]
    alerting.write(leads=LEADS.replace("demonstration = true\n", ""))
    assert len(alerting.load().alerting.channels) == 2
    alerting.change("leads.toml", 'public_url = "https://flow.westshire.example/"\n', "")
    (mistake,) = alerting.mistakes()
    assert (mistake.line, "there is no public_url" in mistake.what) == (1, True)


def test_the_mistakes_of_a_file_are_told_at_once_and_in_their_order(alerting):
    alerting.change("leads.toml", '"mon 10:00"', '"10:00"')
    alerting.change("leads.toml", '"maildir"', '"maidir"')
    alerting.change("leads.toml", 'lead = "site-manager"', 'lead = "manager"')
    alerting.change("leads.toml", 'after = "15m"', 'after = "soon"')
    lines = [mistake.line for mistake in alerting.mistakes()]
    assert len(lines) == 4
    assert lines == sorted(lines)


@pytest.mark.parametrize("table", ["channel", "lead", "team", "route"])
def test_a_table_in_single_brackets_is_told_once_and_nothing_is_concluded_from_its_absence(alerting, table):
    start = LEADS.index(f"[[{table}]]")
    one = f'{LEADS[:start]}[{table}]\nid = "x"\n'
    rest = "".join(
        block for block in _blocks(LEADS[start:]) if not block.startswith((f"[[{table}]]", f"[[{table}.", f"[{table}."))
    )
    alerting.write(leads=one + rest)
    assert [mistake.what for mistake in alerting.mistakes()] == [f'"{table}" is not a list of tables']


def _blocks(text: str) -> list[str]:
    return ["[" + block for block in ("\n" + text).split("\n[") if block]


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sat, sun", {5, 6}),
        ("fri-mon", {4, 5, 6, 0}),
        ("wed", {2}),
        ("mon-tue, sat", {0, 1, 5}),
        ("mon-sun", set(range(7))),
    ],
)
def test_weekdays_are_written_as_people_write_them(words, days):
    assert parse_weekdays(words) == days


@pytest.mark.parametrize("words", ["", "monday", "mon-", "-fri", "mon-fri-sat", "mon fri", "Mon", "mon,"])
def test_what_is_no_weekday_is_refused(words):
    with pytest.raises(ValueError):  # noqa: PT011 - its text is the word
        parse_weekdays(words)


DAY, NIGHT = ("08:00", "20:00"), ("20:00", "08:00")
MON_TO_FRI, WEEKEND = frozenset(range(5)), frozenset({5, 6})


def turn(days=EVERY_DAY, hours=("00:00", "00:00"), bank_holidays=BankHolidays.ALSO) -> Turn:
    return Turn("somebody", days, *hours, bank_holidays)


@pytest.mark.parametrize(
    ("turns", "gap"),
    [
        ([turn()], ""),
        ([turn(hours=("08:00", "08:00"))], ""),
        ([turn(hours=("00:00", "24:00"))], ""),
        ([turn(hours=DAY), turn(hours=NIGHT)], ""),
        ([turn(hours=DAY)], "mon 00:00 to 08:00"),
        ([turn(MON_TO_FRI)], "sat 00:00 to 24:00"),
        ([turn(hours=("08:00", "19:59")), turn(hours=NIGHT)], "mon 19:59 to 20:00"),
        # The night of Sunday ends on Monday's morning.
        ([turn(hours=DAY), turn(frozenset(range(6)), NIGHT)], "mon 00:00 to 08:00"),
        ([turn(bank_holidays=BankHolidays.NEVER)], "mon 00:00 to 24:00 when it or the day before is a bank holiday"),
        ([turn(bank_holidays=BankHolidays.NEVER), turn(bank_holidays=BankHolidays.ONLY)], ""),
        ([turn(bank_holidays=BankHolidays.ONLY)], "mon 00:00 to 24:00"),
        # On a bank holiday's own night nobody is on: it begins then, and ends on the day after.
        (
            [turn(hours=DAY), turn(hours=NIGHT, bank_holidays=BankHolidays.NEVER)],
            "mon 20:00 to 24:00 when it or the day before is a bank holiday",
        ),
        ([turn(MON_TO_FRI, DAY), turn(WEEKEND, DAY), turn(hours=NIGHT)], ""),
    ],
)  # fmt: skip
def test_an_hour_at_which_nobody_is_on_is_found(turns, gap):
    assert first_gap(turns) == gap


def test_an_hour_that_is_covered_is_one_at_which_the_rota_has_somebody_on():
    """The rota asks the clocks of London for a moment; here the week is counted. Both must mean the same by a turn."""
    from datetime import UTC, datetime

    from flowcentre.alerts.rota import is_on
    from flowcentre.config.turns import _WEEK, manned

    turns = [turn(MON_TO_FRI, DAY), turn(frozenset({4, 6}), NIGHT), turn(WEEKEND, ("09:30", "24:00"))]
    covered = manned(turns, frozenset())
    monday = datetime(2026, 11, 9, tzinfo=UTC)  # a winter week without a bank holiday
    for minute in range(0, _WEEK, 15):
        at = monday + timedelta(minutes=minute)
        assert bool(covered[minute]) == any(is_on(each, at) for each in turns), at
