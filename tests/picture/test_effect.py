"""What a figure did after an action, and the honest word for it: on histories that are made up, and on a store's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowcentre.model import (
    Action,
    ActionState,
    County,
    Effect,
    Feed,
    Level,
    Movement,
    Place,
    PlaceKind,
    Places,
    Point,
)
from flowcentre.picture.effect import effects, since_logged
from flowcentre.store import Store
from tests.store.saying import sighting, tell

LONDON = ZoneInfo("Europe/London")
AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLACES = Places(
    [
        Place("county", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("trust", "Westshire Hospitals", Level.ORGANISATION, PlaceKind.TRUST, parent="county"),
        Place("northgate", "Northgate General", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="trust"),
    ]
)
AE = Feed("ae", "A&E", "ae_csv", 15 * MINUTE, 30 * MINUTE, HOUR, ("northgate",), provides=("ae_patients_now",))
COUNTY = County("Westshire", PLACES, (AE,))
ACTION = Action(1, "open beds", "site", AT + HOUR, "control room", AT, place="northgate", measure="ae_patients_now")
DONE = replace(ACTION, state=ActionState.DONE, ended_at=AT + HOUR, ended_by="site")


def effect(*asked: Any) -> Effect | None:
    """The last look at what came of an action that was done."""
    return next(reversed(effects(*asked)), None)


class Told:
    """A store that knows one history: what ``figure`` says each quarter of an hour, where it says anything."""

    def __init__(self, figure: Callable[[datetime], float | None], until: datetime = AT + 6 * HOUR) -> None:
        moments = [until - number * 15 * MINUTE for number in range(4 * 24 * 32)][::-1]
        self.points = [Point(moment, figure(moment)) for moment in moments]

    def history(
        self, keys: Sequence[tuple[str, str]], start: datetime, end: datetime
    ) -> dict[tuple[str, str], Sequence[Point]]:
        return {key: [point for point in self.points if start <= point.at < end] for key in keys}


def each_day(moment: datetime) -> float:
    """A figure that wavers by a few, a little otherwise each day, and rises in the morning."""
    local = moment.astimezone(LONDON)
    return 60 + 4 * max(0, min(local.hour - 6, 8)) + (local.toordinal() * (local.hour + 3)) % 7


def after_the_action(by: float) -> Callable[[datetime], float]:
    """The same, moved by so much from when the action was logged."""
    return lambda moment: each_day(moment) + (by if moment > AT else 0)


@pytest.mark.parametrize(
    ("by", "movement"),
    [(0, Movement.NO_CLEAR_CHANGE), (-20, Movement.BETTER), (20, Movement.WORSE), (-2, Movement.NO_CLEAR_CHANGE)],
)
def test_a_movement_is_called_better_or_worse_only_where_it_is_not_what_usually_happens(
    by: float, movement: Movement
) -> None:
    found = effect(Told(after_the_action(by)), COUNTY, DONE, AT + 6 * HOUR)
    assert found is not None
    assert (found.before, found.over, found.looked_at) == (each_day(AT), 5 * HOUR, 28)
    assert found.change == each_day(AT + 5 * HOUR) + by - each_day(AT)
    assert found.movement is movement
    assert found.usual_low is not None
    assert found.usual_high is not None
    assert 10 < found.usual_low < 20 < found.usual_high < 30  # it rises every morning, action or none


def test_where_less_is_worse_a_fall_is_worse_and_where_neither_is_it_has_only_moved() -> None:
    for measure, words in (("ga_beds_free", Movement.WORSE), ("ga_beds_core_open", Movement.MOVED)):
        found = since_logged(Told(after_the_action(-20)), COUNTY, replace(ACTION, measure=measure), AT + HOUR)
        assert found is not None
        assert found.movement is words, measure


def test_it_is_looked_at_an_hour_after_it_was_done_and_four_and_no_sooner() -> None:
    told = Told(each_day)
    assert effect(told, COUNTY, DONE, AT + HOUR + 59 * MINUTE) is None
    # Of a part of the days, the rest of which have been purged, something else would be usual than was once told.
    purged = effect(told, COUNTY, DONE, AT + 2 * HOUR, AT - 20 * DAY)
    assert purged is not None
    assert (purged.change, purged.movement, purged.known_from) == (None, Movement.NOT_KNOWN, AT - 20 * DAY)
    assert [found.over for found in effects(told, COUNTY, DONE, AT + 2 * HOUR)] == [2 * HOUR]
    assert [found.over for found in effects(told, COUNTY, DONE, AT + 5 * HOUR)] == [2 * HOUR, 5 * HOUR]
    assert effects(told, COUNTY, replace(DONE, state=ActionState.DROPPED), AT + 5 * HOUR) == ()
    assert effect(told, COUNTY, replace(DONE, measure=""), AT + 5 * HOUR) is None
    goes_on = since_logged(told, COUNTY, ACTION, AT + 30 * MINUTE)
    assert goes_on is not None
    assert goes_on.over == 30 * MINUTE


@pytest.mark.parametrize(
    "silent", [(AT - HOUR, AT + 30 * MINUTE), (AT + 30 * MINUTE, AT + 6 * HOUR)], ids=["before", "after"]
)
@pytest.mark.parametrize("says_so", [True, False], ids=["and says so", "and says nothing"])
def test_a_figure_that_is_missing_then_or_now_says_nothing(silent: tuple[datetime, datetime], says_so: bool) -> None:
    told = Told(lambda moment: None if silent[0] < moment < silent[1] else each_day(moment))
    if not says_so:  # the last figure from before would be there to be taken for the present
        told.points = [point for point in told.points if point.value is not None]
    found = effect(told, COUNTY, DONE, AT + 2 * HOUR)
    assert found is not None
    assert (found.movement, found.change) == (Movement.NOT_KNOWN, None)


def test_of_a_fortnight_less_a_day_nothing_is_called_usual() -> None:
    for days, movement in ((13, Movement.NOT_KNOWN), (14, Movement.BETTER)):
        told = Told(after_the_action(-20))
        told.points = [point for point in told.points if point.at >= AT - days * DAY - HOUR]
        found = effect(told, COUNTY, DONE, AT + 6 * HOUR)
        assert found is not None
        assert (found.movement, found.looked_at, found.change is None) == (movement, days, False), days


def test_the_same_time_of_day_is_londons_when_the_clocks_have_changed() -> None:
    logged = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)  # nine days after: most of the days before were on summer time

    def rises_at_eight(moment: datetime) -> float:
        return 100.0 if 8 <= moment.astimezone(LONDON).hour < 20 else 50.0

    action = replace(ACTION, logged_at=logged - HOUR - 15 * MINUTE)
    found = since_logged(Told(rises_at_eight, logged + DAY), COUNTY, action, logged + HOUR)
    assert found is not None
    assert (found.change, found.usual_low, found.usual_high) == (50, 50, 50)
    assert found.movement is Movement.NO_CLEAR_CHANGE


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(-40, 40))
def test_the_word_never_contradicts_the_numbers(seed: int, by: float) -> None:
    told = Told(lambda moment: 50 + (hash((seed, int(moment.timestamp()))) % 100) / 5 + (by if moment > AT else 0))
    found = effect(told, COUNTY, DONE, AT + 6 * HOUR)
    assert found is not None
    assert found.change is not None
    assert found.usual_low is not None
    assert found.usual_high is not None
    outside = not found.usual_low - 1e-6 <= found.change <= found.usual_high + 1e-6
    assert (found.movement is not Movement.NO_CLEAR_CHANGE) or not outside
    if found.movement is Movement.BETTER:
        assert found.change < found.usual_low
    if found.movement is Movement.WORSE:
        assert found.change > found.usual_high


def test_it_is_worked_out_from_what_a_store_keeps(store: Store) -> None:
    with store.in_bulk():
        for number in range(4 * 24 * 16):
            moment = AT + 2 * HOUR - number * 15 * MINUTE
            if number % 4 == 0 or moment >= AT:
                figure = 60 + moment.toordinal() % 3 - (20 if moment > AT else 0)
                tell(store, f"ae{number}", moment, sighting("northgate", moment, ae_patients_now=figure))
    found = effect(store, COUNTY, DONE, AT + 2 * HOUR)
    assert found is not None
    assert (found.movement, found.looked_at) == (Movement.BETTER, 15)
    assert (found.before_at, found.after_at) == (AT, AT + 2 * HOUR)


def test_where_history_is_told_each_hour_and_the_feed_has_grown_quicker_since_what_is_usual_is_still_known() -> None:
    told = Told(after_the_action(-20))
    told.points = [point for point in told.points if point.at >= AT - 2 * HOUR or point.at.minute == 0]
    quick = replace(COUNTY, feeds=(replace(AE, stale_after=15 * MINUTE + MINUTE),))
    done = replace(DONE, logged_at=AT + 15 * MINUTE, ended_at=AT + 2 * HOUR)
    found = effect(told, quick, done, AT + 6 * HOUR)
    assert found is not None
    assert found.looked_at >= 27
    assert found.usual_low is not None
    silent_then = replace(done, logged_at=AT - 10 * HOUR - 30 * MINUTE)  # half an hour from any figure
    missing = since_logged(told, quick, silent_then, AT)
    assert missing is not None
    assert (missing.before, missing.movement) == (None, Movement.NOT_KNOWN)


@pytest.mark.parametrize("stale_after", [36 * HOUR, 30 * HOUR])
def test_a_figure_that_is_told_once_a_day_has_not_stood_still_but_was_not_told(stale_after: timedelta) -> None:
    """Else each action of the afternoon would have "no clear change", or, where it usually rises, one for the better."""
    daily = replace(COUNTY, feeds=(replace(AE, stale_after=stale_after),))
    told = Told(each_day)
    told.points = [
        Point(point.at, float(point.at.day)) for point in told.points if (point.at.hour, point.at.minute) == (9, 0)
    ]
    told.points = [point for point in told.points if point.at < AT]  # that of today is late
    found = since_logged(told, daily, ACTION, AT + 5 * HOUR)
    assert found is not None
    assert (found.before, found.after, found.change, found.movement) == (21.0, None, None, Movement.NOT_KNOWN)
    assert found.looked_at == 28  # on each of the days before one was told between
    afternoon = since_logged(told, daily, replace(ACTION, logged_at=AT - 20 * HOUR), AT - 15 * HOUR)
    assert afternoon is not None
    assert (afternoon.looked_at, afternoon.usual_low, afternoon.movement) == (0, None, Movement.NOT_KNOWN)
