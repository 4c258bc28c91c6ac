"""Pressure as it is told: computed and declared apart, never certain where it is not, and never called what nobody verified."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from flowcentre.alerts.words import figure_words as message_words
from flowcentre.measures import by_id
from flowcentre.model import (
    Alert,
    Alerting,
    AlertState,
    Coverage,
    Declaration,
    Parameter,
    Phase,
    PressureRules,
    Rehearsal,
    Rule,
    RuleKind,
    Severity,
    Standing,
)
from flowcentre.picture.alerts_now import AlertsNow
from flowcentre.picture.pressure import INDICATIVE
from flowcentre.picture.pressure_book import DeclareForm
from flowcentre.pressure import score_place
from flowcentre.web.alert_api import alerts_shape
from layouts import alerts, explain, pressure, pressure_page, rehearsal, wall
from layouts.finished import to_html
from layouts.parts.alert_banner import front_banner
from layouts.parts.alert_words import limit_words, value_words
from layouts.parts.pressure_words import (
    band_words,
    contribution_words,
    found_band,
    level_words,
    next_level_words,
    silent_words,
)
from tests.layouts.cast import COUNTY_BOARD, NOW, picture
from tests.layouts.pressure_cast import ACUTE, HOUR, RULES, SAID, board, place, scored

VERIFIED = PressureRules(
    tuple(replace(each, verified_by="J. Bell", verified_on=date(2026, 4, 1)) for each in RULES.rules)
)


def text(drawn: str) -> str:
    """What is read, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", drawn.replace("\N{NO-BREAK SPACE}", " ")))


def page(condition: str = "normal", *declared: Declaration, **more: PressureRules) -> str:
    return text(to_html(pressure.render(board(condition, declared or SAID, **more))))


def test_the_page_tells_what_each_parameter_gives_beside_what_is_declared():
    said = page()
    assert "Declared level 3" in said
    assert "by director on call, integrated care board, 03:14, holds until 15:14" in said
    score = board().now.score("northgate")
    (largest, *_) = score.contributions
    assert text(contribution_words(largest)) in said
    assert text(band_words(largest.parameter, largest.value.value)) in said
    assert "Declared as computed" in said
    assert "declared 1 level above the computed" in page("normal", replace(SAID[0], level=4)).casefold()
    # What no rules score is declared all the same.
    assert "declared level 2 held until 00:14 Reablement is short." in said
    assert "Level 1 Level 2 Level 3 Level 4" in said
    assert "30 h" in said
    assert "under 1 h" in said


@pytest.mark.parametrize("condition", ["normal", "stale", "empty", "overloaded"])
def test_every_screen_with_a_computed_level_says_that_it_is_indicative_until_somebody_has_verified_it(condition):
    drawn = scored(picture(condition))
    screens = {
        "page": to_html(pressure.render(board(condition))),
        "place": pressure_page.document(place("northgate", condition), DeclareForm(), fingerprint="1"),
        "wall": wall.body(drawn, COUNTY_BOARD),
    }
    for name, screen in screens.items():
        assert INDICATIVE in screen, name
        assert not re.search(r"OPEL (level )?\d", screen), name
    verified = to_html(pressure.render(board(condition, rules=VERIFIED)))
    assert INDICATIVE not in verified
    assert "by J. Bell, 1 Apr 2026" in text(verified)
    assert INDICATIVE not in wall.body(scored(picture(condition), rules=VERIFIED), COUNTY_BOARD)


def test_a_level_is_told_as_indicative_where_it_explains_itself_and_where_an_alert_is_about_it():
    drawn = board().picture
    said = text(to_html(explain.render(drawn, "westshire", "pressure_level", (), ())))
    assert f"{INDICATIVE} . See what each parameter gives" in said
    rule = Rule(
        "three",
        "At level 3",
        RuleKind.LEVEL,
        Severity.CRITICAL,
        (),
        "three",
        "pressure_level",
        ("westshire",),
        raise_at=3,
        stand_down_at=2,
    )
    raised = Alert(
        7, "three", "At level 3", Severity.CRITICAL, "westshire", AlertState.RAISED, NOW - HOUR, 3.0, limit=3.0
    )
    county = replace(drawn.county, alerting=Alerting(rules=(rule,)))
    told = text(to_html(alerts.render(AlertsNow(replace(drawn, county=county), NOW, open=(raised,)))))
    assert f"level 3 , limit level 3 or more , {INDICATIVE}" in told
    # So do those that are to come, those that are over, what is given to machines, and the rehearsal of the rule.
    over = replace(raised, worst=4.0, cleared_at=NOW - HOUR / 2)
    standing = Standing("three", "westshire", Phase.PENDING, breach_since=NOW - HOUR / 4, value=3.0)
    known = AlertsNow(replace(drawn, county=county), NOW, open=(raised,), ended=(over,), pending=(standing,))
    told = text(to_html(alerts.render(known)))
    assert told.count(INDICATIVE) == 3
    front = text(to_html(front_banner(replace(known.picture, alerts=(raised,)))))
    assert front.count(INDICATIVE) == 1
    shape = alerts_shape(known)
    assert [each["notice"] for of in ("open", "ended", "pending") for each in shape[of]] == [INDICATIVE] * 3
    rehearsed = text(rehearsal.document(known.picture, Rehearsal(NOW, 7, rule), fingerprint="1"))
    assert INDICATIVE.capitalize() in rehearsed


def test_what_is_not_known_is_never_told_as_calm():
    empty = page("empty")
    assert "Computed — Not known" in empty
    assert "declared and computed cannot be compared" in empty.casefold()
    known = board()
    # One hospital falls silent: the system is at least what the other gives.
    values = {
        key: replace(value, value=None, state=type(value.state).UNKNOWN)
        if key[0] == "southmere" and not key[1].startswith("pressure")
        else value
        for key, value in known.picture.values.items()
    }
    half = scored(replace(known.picture, values=values))
    from flowcentre.picture.pressure import scores

    system = scores(half).system
    assert system.most > system.points
    assert "not known" in level_words(scores(half).score("southmere"))
    drawn = text(wall.body(half, COUNTY_BOARD))
    assert "at least" in drawn.split("In A&amp;E now")[0]


def test_the_bands_are_told_in_words_that_say_to_which_a_limit_belongs():
    occupancy = next(each for each in ACUTE.parameters if each.measure == "ga_occupancy")
    four_hours = next(each for each in ACUTE.parameters if each.measure == "ae_4h_performance_today")
    said = [text(band_words(occupancy, figure)) for figure in (92, 92.1, 98.1)]
    assert said == ["92 % or less", "over 92 %, up to 95 %", "over 98 %"]
    assert [text(band_words(four_hours, figure)) for figure in (76, 75.9, 40)] == [
        "76 % or more",
        "under 76 %, down to 68 %",
        "under 58 %",
    ]


def test_every_figure_and_every_band_carries_its_unit_and_of_one_in_the_singular():
    wait = Parameter("poc_median_wait_hours_now", (1.0, 200.0, 260.0), (0.0, 1.0, 2.0, 3.0))
    said = [text(band_words(wait, figure)) for figure in (1, 100, 214.8, 261)]
    assert said == ["1 hour or less", "over 1 hour, up to 200 hours", "over 200, up to 260 hours", "over 260 hours"]
    apart = Rule(
        "apart", "Apart", RuleKind.LEVEL, Severity.NOTICE, (), "apart", "pressure_mismatch", ("westshire",), raise_at=1
    )
    assert value_words(apart, 1.0) == "1 level"
    assert value_words(apart, 2.0) == "2 levels"
    assert limit_words(apart, 1.0) == "limit 1 level or more"
    assert message_words(1.0, by_id("pressure_mismatch")) == "1 level"
    assert message_words(-1.0, by_id("pressure_mismatch")) == "-1 level"


def test_a_share_of_some_is_shown_with_who_reports_and_lies_in_no_band():
    occupancy = next(each for each in ACUTE.parameters if each.measure == "ga_occupancy")
    value = replace(board().picture.value("northgate", "ga_occupancy"), coverage=Coverage(1, 12, "wards"))
    score = score_place(replace(ACUTE, parameters=(occupancy,)), {("northgate", value.measure): value}, "northgate")
    (given,) = score.contributions
    assert found_band(given) == "any: only 1 of 12 wards report"
    assert (contribution_words(given), silent_words(score)) == ("at least 0.0 of 44.0", "1 of 1 known in part")
    assert level_words(score) == "at least level 1"


def test_a_card_has_what_is_declared_and_what_is_computed_side_by_side_and_says_once_that_it_is_indicative():
    known = board(declared=(replace(SAID[1], level=1),))
    drawn = to_html(pressure.render(known))
    (card,) = re.findall(r'<article class="pressure-place" id="at-northgate">.*?</article>', drawn)
    level = known.now.score("northgate").level
    assert re.findall(r'class="level-mark (\w+)"><span class="level-badge" data-level="(\d)"', card) == [
        ("declared", "1"),
        ("computed", str(level)),
    ]
    said = text(card)
    assert f"1 declared level 1 {level} computed level {level} indicative" in said
    assert f"Declared {level - 1} levels below the computed" in said
    first = known.now.score("northgate").contributions[0]
    (summary,) = re.findall("<summary>(.*?)</summary>", card)
    assert text(contribution_words(first)) in text(summary)
    # In whole once, in the bar that stays in view; in a word beside each mark; and in the table of the rules.
    whole = text(drawn).split(" Rules Rules ")[0].casefold()
    assert whole.count(INDICATIVE) == 1
    assert drawn.count('class="level-mark computed"') == sum(
        one.count("indicative-mark") for one in re.findall(r'class="level-mark computed">.*?</p>', drawn)
    )


def test_the_wall_has_both_levels_and_says_where_they_are_apart():
    computed = board().now.system.level
    apart = Declaration(9, "westshire", 4 if computed < 4 else 1, "As agreed.", "director", NOW - HOUR, NOW + HOUR)
    same = replace(apart, level=computed)
    old = replace(apart, holds_until=NOW - timedelta(minutes=14))
    for declaration, words, sign in (
        (apart, f"declared {apart.level} ,", True),
        (same, f"declared {computed} ,", False),
        (old, "none declared since 08:00,", False),
    ):
        drawn = text(wall.body(scored(picture(), (declaration,)), COUNTY_BOARD)).split("Lines: last")[0]
        assert f"Pressure {words}" in drawn
        assert f"computed {computed}" in drawn
        assert ("\N{NOT EQUAL TO}" in drawn) is sign
    assert "Pressure" not in wall.body(picture(), COUNTY_BOARD)


def test_the_page_of_a_place_has_its_form_its_cards_and_what_was_declared_lately():
    drawn = pressure_page.document(place("northgate"), DeclareForm(mark="m" * 22), fingerprint="1")
    said = text(drawn)
    assert 'action="/pressure/northgate"' in drawn
    assert "/action-cards/levels/acute-hospital-level-3" in drawn
    assert "No bed in the house." in said
    assert "Declared level 4" in said
    unscored = pressure_page.document(place("westshire-council"), DeclareForm(), fingerprint="1")
    assert "Nothing is computed here: no rules score it." in text(unscored)
    read_only = pressure_page.document(place("northgate"), DeclareForm(may_write=False), fingerprint="1")
    assert "<form" not in read_only


def test_what_is_said_of_a_score_is_whole_at_the_edge_of_a_level_and_where_there_is_no_next():
    score = next(each for each in board().now.places if each.level is not None and not each.at_least)
    score = replace(score, level=3)
    edge = replace(score, points=score.cut_offs[2])
    assert next_level_words(edge) == f"level 4 above {score.cut_offs[2]:g}: with anything more"
    top = replace(score, level=4, points=score.cut_offs[2] + 5)
    assert next_level_words(top) == ""
    known = board()
    system = replace(top, place="westshire")
    said = text(to_html(pressure.render(replace(known, now=replace(known.now, system=system)))))
    assert " , oldest figure" not in said
    assert " oldest figure" in said


def test_how_many_parameters_there_are_is_no_heading_of_fewer_that_are_listed():
    said = text(to_html(pressure.render(board())))
    for number, listed in re.findall(r"(\d+) parameters: ([^.]*?)(?= Parameter)", said):
        assert listed.count(";") + 1 == int(number), listed
    assert re.search(r"\d parameters, the most from ", said)


def test_what_a_total_is_at_least_is_said_of_its_level_on_the_wall():
    drawn = scored(picture())
    key = ("westshire", "pressure_level")
    least = replace(drawn, values={**drawn.values, key: replace(drawn.values[key], at_least=True)})
    said = text(wall.body(least, COUNTY_BOARD)).split("In A&amp;E now")[0]
    assert re.search(r"computed at least level \d", said)
