"""Rules of alerts are read as written; every slip is told with its line, and what was probably meant."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from flowcentre.config import Reloader
from flowcentre.config.alert_shapes import RuleShape
from flowcentre.config.document import Document
from flowcentre.config.limits import check_limits
from flowcentre.config.watchable import watchable, with_pressure
from flowcentre.measures import ALL
from flowcentre.measures.packages import WHOLE_SYSTEM
from flowcentre.measures.pressure import OF_PRESSURE
from flowcentre.model import Flapping, Morning, RuleKind, Severity
from flowcentre.picture import expect
from tests.config.alerting import ALERTS, CHANNELS
from tests.config.conftest import CONNECTORS, LAYOUTS, VARIABLES

WESTSHIRE = {"drop": "drops", "demo": "http://127.0.0.1:9", "published": "published"}


def test_a_rule_is_read_as_it_is_written(alerting):
    rule = alerting.load().alerting.rule("ae-crowded")
    assert (rule.title, rule.kind, rule.severity) == ("A&E crowded", RuleKind.LEVEL, Severity.WARNING)
    assert (rule.measure, rule.places, rule.feeds) == ("ae_patients_now", ("northgate",), ())
    assert (rule.raise_at, rule.stand_down_at, rule.rising) == (95.0, 85.0, True)
    assert (rule.hold_for, rule.clear_for, rule.over) == (timedelta(minutes=30), timedelta(minutes=20), None)
    assert (rule.routes, rule.action_card, rule.on_trial) == (("northgate",), "ae-crowded", False)
    assert rule.words == "More people in A&E than it has room for."
    assert rule.flapping == Flapping(3, timedelta(hours=1), Flapping().calm_for)
    assert rule.mornings == (
        Morning("96 96 96 93 84", "pending pending raised raised clearing", timedelta(minutes=15)),
    )


def test_each_of_a_kind_is_each_at_which_the_measure_can_be_known(alerting):
    rules = {rule.id: rule for rule in alerting.load().alerting.rules}
    assert rules["beds-full"].places == ("northgate-a1", "northgate-na")
    assert rules["ae-jump"].places == ("northgate",)
    assert rules["silent"].subjects == ("northgate-beds", "northgate-ed")
    alerting.change("alerts.toml", '"each acute hospital"', '"each locality"')
    assert alerting.load().alerting.rule("ae-jump").places == ("north",)


def test_each_level_is_each_place_of_it_that_counts_so(alerting):
    ward = '[[place]]\nid = "southmere"\nname = "South"\nlevel = "site"\nkind = "recovery unit"\nparent = "westshire"\n'
    alerting.write(places=(alerting.path / "places.toml").read_text() + ward)
    alerting.change("alerts.toml", '"each acute hospital"', '"each site"')
    assert alerting.load().alerting.rule("ae-jump").places == ("northgate",)


def test_what_people_type_in_is_no_feed_whose_silence_matters_unless_it_is_named(alerting):
    feed = '\n[[feed]]\nid = "typed"\nname = "Typed"\nconnector = "typed_in"\nplaces = ["northgate"]\nalso = true\ndemonstration = true\n'
    alerting.write(feeds=(alerting.path / "feeds.toml").read_text() + feed)
    assert "typed" not in alerting.load().alerting.rule("silent").feeds
    alerting.change("alerts.toml", '"each feed"', '["typed"]')
    assert alerting.load().alerting.rule("silent").feeds == ("typed",)


def test_a_county_may_have_no_alerts_or_rules_on_trial_and_nobody_to_tell(alerting):
    trial = ALERTS[ALERTS.index('[[rule]]\nid = "ae-jump"') : ALERTS.index('[[rule]]\nid = "ae-long')]
    alerting.write(alerts=trial, leads=None)
    assert [rule.on_trial for rule in alerting.load().alerting.rules] == [True]
    alerting.write(alerts=None)
    assert alerting.load().alerting.rules == ()


def test_rules_with_routes_need_a_file_of_leads_and_one_mistake_says_so(alerting):
    alerting.write(leads=None)
    assert [str(mistake) for mistake in alerting.mistakes()] == [
        "leads.toml: the file is missing. Right: a file of that name"
    ]


def test_an_edition_changes_with_anything_of_its_rule_and_with_nothing_else(alerting):
    before = {rule.id: rule.edition for rule in alerting.load().alerting.rules}
    assert len(set(before.values())) == 5
    alerting.change("alerts.toml", "raise_at = 95", "raise_at = 96")
    after = {rule.id: rule.edition for rule in alerting.load().alerting.rules}
    assert {id for id in before if before[id] != after[id]} == {"ae-crowded"}
    alerting.change("alerts.toml", "raise_at = 96", "raise_at = 95.0 # as before")
    assert {rule.id: rule.edition for rule in alerting.load().alerting.rules} == before
    alerting.change("places.toml", 'id = "northgate-na"', 'id = "northgate-nb"')
    moved = {rule.id: rule.edition for rule in alerting.load().alerting.rules}
    assert {id for id in before if before[id] != moved[id]} == {"beds-full"}, "another ward is watched"


# Each: what stood there, what is written instead (with #! where the line should be told), words of what is wrong, and
# words of what is right.
MISTAKES = {
    "an unknown table": ("[[rule]]\nid = \"ae-crowded\"", "[[rules]] #!\n[[rule]]\nid = \"ae-crowded\"", '"rules"', "[[rule]]"),
    "an unknown key": ("raise_at = 95", "raise_att = 9 #!\nraise_at = 95", '"raise_att"', '"raise_at"'),
    "an unknown severity": ('"critical"', '"severe" #!', 'no severity "severe"', '"critical"'),
    "an unknown kind": ('"step"', '"stepp" #!', 'no kind "stepp"', '"step"'),
    "no severity": ('[[rule]]\nid = "beds-full"\ntitle = "Beds full"\nseverity = "critical"',
                    '[[rule]] #!\nid = "beds-full"\ntitle = "Beds full"', 'has no "severity"', 'severity = "warning"'),
    "an unknown measure": ('"ga_beds_occupied"', '"ga_bed_occupied" #!', 'no measure "ga_bed_occupied"', '"ga_beds_occupied"'),
    "no stand-down": ('[[rule]]\nid = "beds-full"', '[[rule]] #!\nid = "beds-full"', 'has no "stand_down_at"', "stand_down_at = 85",
                      ("stand_down_at = 26\n", "")),
    "no hold": ('[[rule]]\nid = "beds-full"', '[[rule]] #!\nid = "beds-full"', 'has no "hold_for"', 'hold_for = "30m"',
                ('hold_for = "0m"\n', "")),
    "a stand-down on the wrong side": ("stand_down_at = 26", "stand_down_at = 29 #!", "more General and acute beds occupied is worse",
                                       "below raise_at, such as 27"),
    "no room between": ("stand_down_at = 26", "stand_down_at = 28 #!", "it would come and go", "stand_down_at = 27"),
    "half a patient": ("raise_at = 28", "raise_at = 0.5 #!", "no limit of", "counted in whole beds"),
    "fewer than none": ("raise_at = 28", "raise_at = -28 #!", "raise_at -28 is no limit", "never below nothing"),
    "a limit in quotes": ("raise_at = 28", 'raise_at = "28" #!', "raise_at is not a number", "raise_at = 95"),
    "a limit that is none": ("raise_at = 28", "raise_at = nan #!", "raise_at nan is no limit", "a number in beds"),
    "a hold without a unit": ('hold_for = "30m"', "hold_for = 30 #!", "not a length of time in quotes", 'hold_for = "30m"'),
    "a hold of weeks": ('hold_for = "30m"', 'hold_for = "30d" #!', "hold_for 30d is longer than 7d", "somebody would act"),
    "a look back of a level": ('hold_for = "30m"', 'over = "1h" #!\nhold_for = "30m"', "a rule of level: over says nothing", "no over"),
    "feeds of a level": ('hold_for = "30m"', 'feeds = ["northgate-ed"] #!\nhold_for = "30m"', "feeds says nothing", "no feeds"),
    "a measure of a silence": ('feeds = "each feed"', 'measure = "ae_patients_now" #!\nfeeds = "each feed"', "measure says nothing", "no measure"),
    "a step of nothing": ("raise_at = 20", "raise_at = 0 #!", "no change at all", "raise_at = 20"),
    "a step that stands down higher": ("stand_down_at = 5", "stand_down_at = 25 #!", "not less than 20", "stand_down_at = 10"),
    "a look back over no time": ('over = "2h"', 'over = "0m" #!', "over is no time at all", 'over = "3h"'),
    "a look back between two polls": ('over = "2h"', 'over = "20s" #!', '"northgate-ed" speaks every 30s', 'over = "1m"'),
    "no time at a level": ('hold_for = "2h"', 'hold_for = "0m" #!', "after no time at its level", 'hold_for = "90m"'),
    "longer at a level than is looked at": ('hold_for = "2h"', 'hold_for = "4h" #!', "4h at its level, out of 3h", 'hold_for = "90m"'),
    "an unknown place": ('places = ["northgate"]', 'places = ["nothgate"] #!', 'no place "nothgate"', '"northgate"'),
    "a place at which it is not known": ('places = ["northgate"]', 'places = ["northgate-a1"] #!', 'is not known at "northgate-a1"',
                                         "kind acute hospital, locality, system, trust"),
    "no kind of place": ('"each ward"', '"each wards" #!', 'no kind or level of place "wards"', '"each ward"'),
    "a kind at which it is not known": ('"each ward"', '"each care home" #!', "known at no care home", "a place of the kind"),
    "a place without brackets": ('places = ["northgate"]', 'places = "northgate" #!', "not a list of ids", '"each acute hospital"'),
    "no place": ('places = ["northgate"]', "places = [] #!", "watches nothing", 'places = ["northgate"]'),
    "a place twice": ('places = ["northgate"]', 'places = ["northgate", "northgate"] #!', "listed twice", "each once"),
    "an unknown feed": ('"each feed"', '["northgate-bed"] #!', 'no feed "northgate-bed"', '"northgate-beds"'),
    "an unknown route": ('routes = ["northgate"]\naction_card = "beds-full"', 'routes = ["nortgate"] #!\naction_card = "beds-full"',
                         'no route "nortgate"', '"northgate"'),
    "nobody told": ('routes = ["northgate"]\naction_card = "beds-full"', 'routes = [] #!\naction_card = "beds-full"',
                    'nobody is told of "beds-full"', "on_trial = true"),
    "nobody told at all": ('[[rule]]\nid = "ae-jump"', '[[rule]] #!\nid = "ae-jump"', 'nobody is told of "ae-jump"', "on_trial = true",
                           ("on_trial = true", "")),
    "an unknown card": ('"beds-full"\n\n', '"beds-ful" #!\n\n', 'no action card "beds-ful"', 'action_cards/beds-ful.md, or "beds-full"'),
    "a card outside its folder": ('"beds-full"\n\n', '"../beds-full" #!\n\n', "action_card has something else in it", 'action_card = "ae-crowded"'),
    "two rules of one id": ('id = "beds-full"', 'id = "ae-crowded" #!', 'a second rule with the id "ae-crowded"', "line 1 has it"),
    "a morning of another length": ('gives = "pending pending raised raised clearing"', 'gives = "pending raised" #!',
                                    "sees 5 figures and gives 2 states", "a state for each"),
    "a morning that gives no state": ("pending raised raised clearing\"", "pending rased raised clearing\" #!", 'gives "rased"', '"raised"'),
    "a morning that sees no figure": ('"96 96 96 93 84"', '"96 96 ? 93 84" #!', 'sees "?", which is no figure', '"96 96 - 93"'),
    "a morning of a feed that sees people": ('feeds = "each feed"', 'feeds = "each feed"\nmorning = [{ sees = "0 7 1", gives = "clear clear raised" }] #!',
                                             'sees "7" of a feed', "1 where it is silent"),
    "a morning in single brackets": ("[[rule.morning]]", "[rule.morning] #!", "not a list of tables", "[[rule.morning]]"),
    "an unknown key of a morning": ('every = "15m"', 'evry = "15m" #!\nevery = "15m"', "[[rule.morning]]: unknown key", '"every"'),
    "flapping at the first": ('flapping = { times = 3, within = "1h" }', 'flapping = { times = 1, within = "1h" } #!',
                              "when raised 1 times", "times = 4"),
    "flapping that is no table": ('flapping = { times = 3, within = "1h" }', "flapping = 3 #!", "flapping is not a table", "flapping = { times"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_one_slip_is_one_mistake_told_with_its_line_and_what_is_right(alerting, case):
    old, new, what, right, *more = MISTAKES[case]
    text = ALERTS
    for was, becomes in ((old, new), *more):
        assert was in text
        text = text.replace(was, becomes, 1)
    alerting.write(alerts=text)
    told = alerting.mistakes()
    assert len(told) == 1, "\n".join(map(str, told))
    assert what in told[0].what, told[0]
    assert right in told[0].right, told[0]
    assert told[0].file == "alerts.toml"
    assert told[0].line == text[: text.index("#!")].count("\n") + 1


def rule_of(alerting, measure: str, places: str, raise_at: str, stand_down_at: str, more: str = "") -> None:
    """A county with one rule, on trial."""
    alerting.write(
        alerts=f'[[rule]]\nid = "one"\ntitle = "One"\nseverity = "notice"\nmeasure = "{measure}"\nplaces = {places}\n'
        f"raise_at = {raise_at}\nstand_down_at = {stand_down_at}\n"
        f'{more or HELD}\naction_card = "silent"\non_trial = true\n'
    )


HELD = 'hold_for = "1h"\nclear_for = "1h"'
STEP = 'kind = "step"\nover = "1h"'


@pytest.fixture
def shares(alerting, monkeypatch):
    """The same with an A&E that tells who left in time, and beds that are open and may escalate."""
    kinds = {
        "bed_state_csv": ("ga_beds_core_open", "ga_beds_escalation_open", "ga_beds_occupied", "nctr_now"),
        "emergency_department_json": ("ae_departed_today", "ae_departed_within_4h_today", "ae_patients_now"),
    }
    for name, provides in kinds.items():
        monkeypatch.setattr(CONNECTORS[name], "provides", provides)
    return alerting


@pytest.mark.parametrize(
    ("measure", "limits", "line", "right"),
    [
        ("ga_occupancy", ("0.95", "90"), 7, "did you mean 95? raise_at = 95, in per cent"),
        ("ga_occupancy", ("1.02", "90"), 7, "did you mean 102?"),
        ("ga_occupancy", ("95", "0.9"), 8, "did you mean 90? stand_down_at = 90"),
        ("ga_occupancy", ("950", "90"), 7, "did you mean 95? raise_at up to 200"),
        ("ga_occupancy", ("-95", "-99"), 7, "raise_at = 0 or more"),
        ("ga_occupancy", ("250", "90"), 7, "raise_at up to 200"),
        ("nctr_share", ("120", "15"), 7, "raise_at up to 100"),
        ("ae_4h_performance_today", ("0.6", "65"), 7, "did you mean 60?"),
        ("ae_4h_performance_today", ("60", "650"), 8, "did you mean 65?"),
        ("ae_4h_performance_today", ("60", "55"), 8, "above raise_at, such as 63"),
    ],
)
def test_a_percentage_is_told_with_what_was_probably_meant(shares, measure, limits, line, right):
    rule_of(shares, measure, '["northgate"]', *limits)
    told = [mistake for mistake in shares.mistakes() if mistake.line == line]
    assert [right in mistake.right for mistake in told] == [True], "\n".join(map(str, shares.mistakes()))
    # 25 % would lie below where it stands down.
    assert not any("mean 25?" in mistake.right for mistake in told)


def test_of_two_fractions_both_are_told_with_what_was_probably_meant(shares):
    rule_of(shares, "ga_occupancy", '["northgate"]', "0.95", "0.92")
    assert [mistake.right.split(" ")[3] for mistake in shares.mistakes()] == ["95?", "92?"]


@pytest.mark.parametrize(
    ("measure", "limits", "more", "right"),
    [
        ("pressure_level", ("5", "4"), "", "raise_at from 1 to 4"),
        ("pressure_level", ("1", "0"), "", "stand_down_at from 1 to 4"),
        ("pressure_declared", ("5", "4"), "", "raise_at from 1 to 4"),
        ("pressure_mismatch", ("4", "1"), "", "raise_at from -3 to 3"),
        ("pressure_score", ("45", "30"), "", "raise_at from 0 to 44"),
        ("pressure_level", ("4", "1"), STEP, "raise_at from -3 to 3"),
    ],
)
def test_a_limit_that_no_figure_can_reach_is_told(measure, limits, more, right):
    document = Document("alerts.toml")
    shape = RuleShape(id="one", raise_at=float(limits[0]), stand_down_at=float(limits[1]))
    check_limits(document, ("rule", 0), shape, RuleKind.STEP if more else RuleKind.LEVEL, ALL[measure], 44)
    assert [right in mistake.right for mistake in document.mistakes] == [True], document.mistakes


def test_what_a_score_is_at_most_is_what_the_scoring_rules_of_the_county_say():
    from connectors import find_connectors
    from flowcentre.config import DEFAULTS, load

    county = load(DEFAULTS / "westshire", WESTSHIRE, find_connectors())
    watched = with_pressure(watchable(county.places, county.feeds), county.pressure)
    assert watched.score_at_most == 44


@pytest.mark.parametrize(
    ("measure", "limits", "rising"),
    [
        ("ga_occupancy", ("102", "98"), True),  # beds between beds
        ("nctr_share", ("5", "0.5"), True),  # a small share that stands down at a smaller
        ("ae_4h_performance_today", ("60", "65"), False),
        ("ga_beds_free", ("-5", "5"), False),  # fewer than none: more people than beds
        ("ga_beds_free", ("0", "5"), False),
    ],
)
def test_a_limit_that_can_be_meant_is_taken(shares, measure, limits, rising):
    rule_of(shares, measure, '["northgate"]', *limits)
    (rule,) = shares.load().alerting.rules
    assert (rule.raise_at, rule.stand_down_at) == tuple(map(float, limits))
    assert rule.rising is rising


@pytest.mark.parametrize(
    ("limits", "fine"), [(("5", "1"), True), (("1", "0"), True), (("-5", "-1"), True), (("-5", "-6"), False), (("0.05", "0"), False)]
)  # fmt: skip
def test_a_step_is_in_points_and_goes_either_way(shares, limits, fine):
    rule_of(shares, "ga_occupancy", '["northgate"]', *limits, STEP)
    if fine:
        assert shares.load().alerting.rules[0].over == timedelta(hours=1)
    else:
        assert len(shares.mistakes()) == 1


def test_every_percentage_of_the_catalogue_is_a_part_of_a_whole_or_may_be_overfull():
    from flowcentre.config.limits import _MAY_BE_OVERFULL

    overfull = {id for id, measure in ALL.items() if measure.unit == "%" and id.endswith(_MAY_BE_OVERFULL)}
    parts = {id for id, measure in ALL.items() if measure.unit == "%"} - overfull
    for id in overfull:
        above, below = ALL[id].formula.plus[0], ALL[id].formula.per[0]
        assert above.replace("occupied", "").replace("used", "").startswith(below[:4]), id
    assert parts == {
        "ae_4h_performance_today",
        "ae_4h_performance_month",
        "ae_4h_performance_type1_month",
        "ae_over_12h_share_now",
        "calls_111_abandoned_share",
        "calls_111_answered_60s_share",
        "delayed_same_day_share_today",
        "ga_escalation_share",
        "nctr_share",
        "poc_started_in_time_share_7d",
        "visits_outside_share_28d",
    }


def test_the_mistakes_of_all_rules_are_told_at_once_and_in_their_order(alerting):
    alerting.change("alerts.toml", "raise_at = 95", 'raise_at = "95"')
    alerting.change("alerts.toml", '"each ward"', '"each wards"')
    alerting.change("alerts.toml", 'over = "2h"', 'over = "soon"')
    alerting.change("leads.toml", 'test_at = "mon 10:00"', 'test_at = "monday"')
    told = [(mistake.file, mistake.line) for mistake in alerting.mistakes()]
    assert [file for file, _ in told] == ["alerts.toml"] * 3 + ["leads.toml"]
    assert all(before < after for (_, before), (_, after) in pairwise(told[:3]))


def test_broken_places_or_feeds_do_not_make_sound_rules_look_wrong(alerting):
    alerting.change("places.toml", 'kind = "trust"', 'kind = "trsut"')
    assert [mistake.file for mistake in alerting.mistakes()] == ["places.toml"]
    alerting.change("places.toml", 'kind = "trsut"', 'kind = "trust"')
    alerting.change("feeds.toml", '"emergency_department_json"', '"emergency_json"')
    assert [mistake.file for mistake in alerting.mistakes()] == ["feeds.toml"]
    alerting.change("feeds.toml", '"emergency_json"', '"emergency_department_json"')
    alerting.change("leads.toml", '[[route]]\nid = "northgate"', '[route]\nid = "northgate"')
    assert {mistake.file for mistake in alerting.mistakes()} == {"leads.toml"}


@pytest.mark.parametrize("name", ["westshire", "published"])
def test_a_measure_can_be_known_where_the_picture_works_it_out_and_nowhere_else(name):
    from connectors import find_connectors
    from flowcentre.config import DEFAULTS, load

    county = load(DEFAULTS / name, WESTSHIRE, find_connectors())
    expected, found = expect(county, date(2026, 11, 26)), watchable(county.places, county.feeds)
    for measure in expected.measures:
        there = {*expected.reporters[measure.id], *expected.formulas.get(measure.id, ())}
        there |= {total.place for total in expected.totals[measure.id]}
        if measure in OF_PRESSURE:
            continue  # scored by rules of its own: see test_pressure.py
        if measure.id == WHOLE_SYSTEM.id:
            there = {county.places.system.id} if name == "westshire" else set()
        assert set(found.at(measure.id)) == there, measure.id


def test_a_total_comes_from_the_feeds_of_its_parts():
    from connectors import find_connectors
    from flowcentre.config import DEFAULTS, load

    county = load(DEFAULTS / "westshire", WESTSHIRE, find_connectors())
    found = watchable(county.places, county.feeds)
    assert found.sources["ga_occupancy"]["westshire"] == {"northgate-beds", "southmere-beds"}
    assert found.slowest("ae_patients_now", "westshire").id == "southmere-emergency"
    assert found.slowest("voluntary_free", "westshire").id == "voluntary-sector"
    assert found.slowest("ae_patients_now", "eastfield") is None


@pytest.fixture
def reloader(alerting):
    return Reloader(alerting.path, VARIABLES, CONNECTORS, LAYOUTS, CHANNELS, current=alerting.load())


def looks(reloader, times=3):
    """The counties that some looks in a row give."""
    return [county for _ in range(times) if (county := reloader.look()) is not None]


def test_a_running_county_takes_up_a_changed_rule_and_refuses_a_broken_one(alerting, reloader):
    assert looks(reloader) == []
    alerting.change("alerts.toml", "raise_at = 95", "raise_at = 97")
    (county,) = looks(reloader)
    assert county.alerting.rule("ae-crowded").raise_at == 97
    alerting.change("alerts.toml", "raise_at = 97", "raise_at = 70")
    assert looks(reloader) == []
    assert "more Patients in A&E now is worse" in reloader.mistakes[0].what
    assert reloader.current is county


def test_a_card_that_is_written_after_its_rule_puts_the_rule_right(alerting, reloader):
    looks(reloader)
    alerting.change("alerts.toml", '"beds-full"\n\n', '"wards-full"\n\n')
    assert looks(reloader) == []
    assert 'no action card "wards-full"' in reloader.mistakes[0].what
    (alerting.path / "action_cards" / "wards-full.md").write_text("# Wards full\n")
    (county,) = looks(reloader)
    assert county.alerting.rule("beds-full").action_card == "wards-full"
    assert reloader.mistakes == ()


def test_a_card_that_is_taken_away_is_told_and_what_a_card_says_changes_nothing(alerting, reloader):
    card = alerting.path / "action_cards" / "silent.md"
    looks(reloader)
    card.write_text("# Ring the information desk\n")
    assert (looks(reloader), reloader.mistakes) == ([], ())
    card.unlink()
    assert looks(reloader) == []
    assert 'no action card "silent"' in reloader.mistakes[0].what


def test_a_running_county_takes_up_what_is_promised_of_care(alerting, reloader):
    looks(reloader)
    alerting.change("county.toml", 'start_within = "24h"', 'start_within = "48h"')
    (county,) = looks(reloader)
    assert county.care.start_within == timedelta(hours=48)


def test_steps_look_back_over_eight_different_lengths_at_most(alerting):
    text = (alerting.path / "alerts.toml").read_text()
    begin = text.index('[[rule]]\nid = "ae-jump"')
    step = text[begin : text.index("[[rule]]", begin + 1)]
    more = [step.replace("ae-jump", f"ae-jump-{n}").replace('over = "2h"', f'over = "{n + 3}h"') for n in range(7)]
    alerting.write(alerts="\n".join([text, *more]))
    assert len(alerting.load().alerting.rules) > 7
    more.append(step.replace("ae-jump", "one-more").replace('over = "2h"', 'over = "30h"'))
    alerting.write(alerts="\n".join([text, *more]))
    (mistake,) = alerting.mistakes()
    assert "steps look back over 9 different lengths: 2h, 3h" in mistake.what
