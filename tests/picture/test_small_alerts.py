"""What a whole board tells together, counts, lines, shares and alerts, places no hidden count too nearly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flowcentre.model import (
    Access,
    Alert,
    Alerting,
    AlertState,
    Blind,
    Board,
    Picture,
    Point,
    Rule,
    RuleKind,
    Severity,
    SmallNumbers,
    State,
    Value,
)
from flowcentre.picture.small_alerts import leaves_out_alerts
from flowcentre.picture.small_numbers import small_hidden
from flowcentre.picture.suppression import LEAST_OPEN
from layouts import wall
from tests.picture.test_small_numbers import AT, COUNTY, PEOPLE, PLACES, picture

EARLIER = AT - timedelta(hours=2)
BOARD = Board("county", "County", "wall", ("westshire",))
TWO = {"a": ("one", "north"), "c": ("two", "north")}
NCTR, SHARE, BEDS = "nctr_now", "nctr_share", "ga_beds_occupied"


def rule(measure: str, raise_at: float, stand_down_at: float, kind: RuleKind = RuleKind.LEVEL) -> Rule:
    return Rule(
        f"{measure}-{kind}", "Too many", kind, Severity.WARNING, ("desk",), "card", measure, ("a", "c"),
        raise_at=raise_at, stand_down_at=stand_down_at, over=timedelta(hours=2),
    )  # fmt: skip


def board_of(
    now: tuple[int, ...],
    then: tuple[int, ...],
    rules: tuple[Rule, ...],
    limits: SmallNumbers,
    *,
    lingers: bool = True,
    measure: str = PEOPLE,
) -> Picture:
    """A county with so many people at its sites now and two hours ago, with every alert that follows from it."""
    given_now = picture({measure: dict(zip(TWO, map(float, now), strict=True))}, sites=TWO)
    given_then = picture({measure: dict(zip(TWO, map(float, then), strict=True))}, sites=TWO)
    values = dict(given_now.values)
    for place in TWO:
        values[place, BEDS] = Value(BEDS, place, 50.0, State.FRESH, AT)
        share = values[place, measure].value or 0
        values[place, SHARE] = Value(SHARE, place, share * 2, State.FRESH, AT, derived=True)
    trends = {
        key: (Point(EARLIER, given_then.values[key].value), Point(AT, value.value))
        for key, value in given_now.values.items()
    }
    trends |= {(place, SHARE): (Point(AT, values[place, SHARE].value),) for place in TWO}
    alerts = tuple(
        alert
        for number, each in enumerate(rules)
        for place in TWO
        if (alert := _alert(each, place, number, values, given_then, lingers=lingers)) is not None
    )
    access = Access(configured=True, small_numbers=limits)
    county = replace(COUNTY, access=access, alerting=Alerting(rules=rules))
    return replace(given_now, county=county, values=values, trends=trends, alerts=alerts)


def _alert(each: Rule, place: str, number: int, values, before: Picture, *, lingers: bool) -> Alert | None:
    now = values[place, each.measure].value
    if each.kind is RuleKind.STEP:
        now -= before.values[place, each.measure].value
    side = 1 if each.rising else -1
    if side * now >= side * each.raise_at:
        state = AlertState.RAISED
    elif lingers:  # it stood before
        state = AlertState.RAISED if side * now > side * each.stand_down_at else AlertState.CLEARING
    else:
        return None
    return Alert(number, each.id, each.title, each.severity, place, state, AT, now, worst=now, limit=each.raise_at)


def seen(board: Picture) -> tuple[object, ...]:
    """All that a board shows, and which alerts of what it does not."""
    shown = small_hidden(board, board.county.access.small_numbers)
    values = tuple((key, value.hidden or value.value) for key, value in sorted(shown.values.items()))
    return values, tuple(sorted(shown.trends.items())), shown.alerts


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    kind = draw(st.sampled_from((RuleKind.LEVEL, RuleKind.LEVEL, RuleKind.TIME_AT_LEVEL, RuleKind.STEP)))
    limits = st.floats(0.5, 13).map(lambda each: round(each * 2) / 2)
    return rule(PEOPLE, draw(limits), draw(limits), kind)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(rules(), max_size=2, unique_by=lambda each: each.id),
    st.tuples(st.integers(0, 12), st.integers(0, 12)),
    st.tuples(st.integers(0, 12), st.integers(0, 12)),
    st.sampled_from((SmallNumbers(), SmallNumbers(5, 5), SmallNumbers(7, 1))),
    st.booleans(),
)
@example([rule(PEOPLE, 4.5, 13, RuleKind.STEP)], (0, 0), (0, 1), SmallNumbers(7, 1), False)  # a fall, to nobody
def test_whoever_knows_the_rules_and_sees_the_board_can_place_no_hidden_count_nearly(made, now, then, limits, lingers):
    """They draw the board of every county there could be, each with the alerts that follow, and see which look alike."""

    def at(now: tuple[int, ...], then: tuple[int, ...]) -> Picture:
        return board_of(now, then, tuple(made), limits, lingers=lingers)

    board = seen(at(now, then))
    alike = [each for each in product(range(18), repeat=2) if seen(at(each, then)) == board]
    for index, place in enumerate(TWO):
        if dict(board[0])[place, PEOPLE] == "*":
            could = {each[index] for each in alike}
            assert len(could) >= LEAST_OPEN, (place, could)
    alike_then = [each for each in product(range(18), repeat=2) if seen(at(now, each)) == board]
    for index in range(len(TWO)):
        if 0 < then[index] <= limits.hide_to:
            assert len({each[index] for each in alike_then}) >= LEAST_OPEN
    # What is drawn is drawn of that alone.
    for other in (alike[0], alike[-1]):
        drawn, again = (wall.document(at(each, then), BOARD, fingerprint="1") for each in (now, other))
        assert drawn == again


@pytest.mark.parametrize("people", [44, 46])
def test_neither_the_line_of_a_share_nor_its_alert_tells_the_count_that_is_rounded(people):
    """Of 50 beds a share to a tenth would say just how many people."""
    shown = small_hidden(
        board_of((people, 3), (40, 3), (rule(SHARE, 60, 50),), SmallNumbers(), measure=NCTR), SmallNumbers()
    )
    assert shown.value("a", SHARE).value == 90.0  # of 45
    assert [(alert.subject, alert.value, alert.worst) for alert in shown.alerts] == [("a", 90.0, None)]
    assert ("a", SHARE) not in shown.trends
    assert ("c", SHARE) not in {(alert.subject, SHARE) for alert in shown.alerts}


def test_an_alert_of_few_is_left_out_and_the_board_says_so_whether_it_stands_or_not():
    telling = (rule(PEOPLE, 6, 3),)
    few, none = (board_of(now, (0, 0), telling, SmallNumbers(), lingers=False) for now in ((6, 0), (1, 0)))
    assert few.alerts
    assert not none.alerts
    drawn = [wall.body(each, BOARD) for each in (few, none)]
    assert drawn[0] == drawn[1]
    assert "alerts about fewer than 8 people are left out" in drawn[0]


def test_an_alert_that_tells_of_few_no_more_than_is_hidden_stands_on_the_board_without_its_figure():
    broad = (rule(PEOPLE, 4, 3),)
    shown = small_hidden(board_of((6, 0), (0, 0), broad, SmallNumbers(), lingers=False), SmallNumbers())
    assert [(alert.subject, alert.value) for alert in shown.alerts] == [("a", None)]
    county = replace(
        COUNTY, access=Access(configured=True, small_numbers=SmallNumbers()), alerting=Alerting(rules=broad)
    )
    assert not leaves_out_alerts(county)


def test_that_a_rule_cannot_tell_says_on_no_board_on_which_side_of_its_limit_a_hidden_count_lies():
    """Of "at least 3" a rule raised at 6 cannot tell, and of "at least 6" it can."""

    def shown(state: State, *made: Rule) -> list[tuple[str, str]]:
        board = board_of((3, 20), (3, 20), made, SmallNumbers(), lingers=False)
        least = replace(board.values["a", PEOPLE], at_least=True, state=state)
        blind = tuple(Blind(each.id, "a", AT, "not all of it is known") for each in made)
        board = replace(board, values={**board.values, ("a", PEOPLE): least}, cannot_tell=blind)
        return [(each.rule, each.subject) for each in small_hidden(board, SmallNumbers()).cannot_tell]

    telling, broad = rule(PEOPLE, 6, 3), rule(PEOPLE, 4, 3)
    rises = rule(PEOPLE, 6, 3, RuleKind.STEP)
    assert shown(State.FRESH, telling) == shown(State.FRESH, rises) == []
    assert shown(State.FRESH, broad) == [(broad.id, "a")]
    assert shown(State.STALE, telling, rises) == [(telling.id, "a"), (rises.id, "a")]  # which the board says itself


def test_the_line_hides_what_the_counts_of_that_moment_would_give_away():
    """Twelve ones beneath a total shown as 10: each would be known from the line, as it would be from the board."""
    sites = {f"s{number}": ("one", "north") for number in range(12)}
    many = picture({PEOPLE: dict.fromkeys(sites, 20.0)}, sites=sites)
    places = type(PLACES)([*PLACES, *(replace(PLACES["a"], id=site, name=site) for site in sites)])
    lines = {
        key: (Point(EARLIER, 1.0 if key[0] in sites else 12.0), Point(AT, value.value))
        for key, value in many.values.items()
    }
    given = replace(many, county=replace(many.county, places=places), trends=lines)
    shown = small_hidden(given, SmallNumbers())
    assert [point.value for point in shown.trend("westshire", PEOPLE)] == [None, 240.0]


def test_how_many_rows_were_held_back_is_not_said_on_a_board_that_hides_small_numbers():
    given = board_of((20, 20), (20, 20), (), SmallNumbers())
    values = {**given.values, ("a", PEOPLE): replace(given.values["a", PEOPLE], held=2)}
    assert "some rows held back" in wall.body(replace(given, values=values), BOARD)
    assert "2 rows held back" in wall.body(
        replace(given, values=values, county=replace(given.county, access=Access())), BOARD
    )


def test_the_board_says_what_its_sign_means_as_the_configuration_has_it():
    def legend(limits: SmallNumbers | None) -> str:
        board = board_of((3, 20), (3, 20), (), SmallNumbers())
        return wall.body(replace(board, county=replace(board.county, access=Access(small_numbers=limits))), BOARD)

    assert "fewer than 8 people, or would give such a number away; others to nearest 5" in legend(SmallNumbers())
    assert "fewer than 6 people, or would give such a number away<" in legend(SmallNumbers(5, 1))
    assert "so few" not in legend(None)
