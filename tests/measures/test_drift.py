"""Visits that drift: the rules, and that keeping them up to date visit by visit says what reckoning anew would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import fsum
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowcentre.measures.derive import LONDON
from flowcentre.measures.drift import DAYS, MOST, Drift, Pattern, days_before
from flowcentre.measures.visit_counts import VISITED, visit_readings
from flowcentre.measures.visit_window import LastWeek, VisitWindow
from flowcentre.model import CareTerms, Visit, VisitStatus

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TERMS = CareTerms()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLANNED, COMPLETED, LATE, MISSED, CANCELLED = VisitStatus


def visit(ref: str, start: datetime, planned: float = 30, actual: float | None = 30, **more: object) -> Visit:
    """A visit that began on time, where it has an actual length."""
    made = actual is not None
    told: dict[str, object] = {
        "place": "wupi-north",
        "package": "POC-1",
        "planned_end": start + planned * MINUTE,
        "status": COMPLETED if made else PLANNED,
        "actual_start": start if made else None,
        "actual_end": start + actual * MINUTE if actual is not None else None,
    }
    return Visit(ref, planned_start=start, **told | more)  # type: ignore[arg-type]


def daily(lengths: list[float], planned: float = 30, **more: object) -> list[Visit]:
    """A visit on each of the last days, of these actual lengths."""
    return [
        visit(f"v{number}", AT - (number + 1) * DAY, planned, actual, **more) for number, actual in enumerate(lengths)
    ]


def window_of(visits: list[Visit], at: datetime = AT, terms: CareTerms = TERMS) -> VisitWindow:
    window = VisitWindow(terms, at)
    window.tell(visits)
    return window


# --- The rules --------------------------------------------------------------------------


def test_fourteen_visits_that_run_short_are_a_regular_underrun_and_release_hours() -> None:
    drift = window_of(daily([20] * 14)).packages()["POC-1"]
    assert (drift.compared, drift.planned_minutes, drift.actual_minutes, drift.difference_minutes) == (14, 30, 20, -10)
    assert (drift.pattern, drift.under, drift.over) == (Pattern.UNDERRUN, 14, 0)
    assert drift.carer_visits_a_week == 7
    assert drift.hours_a_week == pytest.approx(-10 / 60 * 7)


def test_two_carers_take_twice_the_hours() -> None:
    one, two = (window_of(daily([45] * 14, carers=carers)).packages()["POC-1"] for carers in (1, 2))
    assert one.pattern is two.pattern is Pattern.OVERRUN
    assert two.hours_a_week == pytest.approx(2 * one.hours_a_week) == pytest.approx(2 * 15 / 60 * 7)


def test_no_pattern_is_named_of_too_few_visits() -> None:
    assert window_of(daily([20] * (TERMS.drift_visits - 1))).service().pattern is None
    assert window_of(daily([20] * TERMS.drift_visits)).service().pattern is Pattern.UNDERRUN


@pytest.mark.parametrize(
    ("planned", "actual", "outside"),
    [
        (30, 35, False),  # more than 15 %, and five minutes are not more than five
        (30, 35.01, True),
        (60, 69, False),  # nine minutes are 15 % of an hour, and not more
        (60, 69.01, True),
        (60, 66, False),  # more than five minutes, and not more than 15 %
        (15, 10, False),
        (15, 9.99, True),
    ],
)
def test_outside_tolerance_is_beyond_the_minutes_and_beyond_the_share(
    planned: float, actual: float, outside: bool
) -> None:
    assert window_of([visit("v1", AT - DAY, planned, actual)]).service().outside == outside


def test_a_pattern_needs_most_visits_on_its_side() -> None:
    """The median may be outside tolerance while hardly more than half of the visits are."""
    assert MOST == 0.6
    half = window_of(daily([20] * 8 + [30] * 6)).service()
    assert (half.actual_minutes, half.under, half.compared, half.pattern) == (20, 8, 14, None)
    assert window_of(daily([20] * 9 + [30] * 6)).service().pattern is Pattern.UNDERRUN  # 9 of 15 are 60 %
    assert half.hours_a_week == 0


def test_most_visits_outside_on_both_sides_are_no_pattern() -> None:
    drift = window_of(daily([10, 50] * 7)).service()
    assert (drift.outside, drift.pattern, drift.hours_a_week) == (14, None, 0)


def test_care_that_has_ended_has_no_pattern_and_releases_nothing() -> None:
    visits = [visit(f"v{n}", AT - (6 + n) * DAY, 30, 20) for n in range(14)]
    window = window_of(visits)
    assert window.service().pattern is Pattern.UNDERRUN
    window.advance(AT + DAY)  # its last visit was a week ago to the minute
    drift = window.packages()["POC-1"]
    assert (drift.compared, drift.under) == (14, 14)
    assert (drift.pattern, drift.hours_a_week) == (None, 0)


def test_care_that_began_last_week_is_not_taken_for_little_care() -> None:
    """Four visits a day for five days are 28 a week, give or take the hours of the day."""
    visits = [visit(f"v{n}", AT - n // 4 * DAY - n % 4 * 3 * HOUR, 30, 20) for n in range(20)]
    assert window_of(visits).service().carer_visits_a_week == pytest.approx(28, rel=0.1)


def test_two_visits_a_week_are_two_a_week() -> None:
    visits = [visit(f"v{n}", AT - n * 3.5 * DAY, 60, 30) for n in range(8)]
    assert window_of(visits).service().carer_visits_a_week == 2


def test_what_is_not_compared_is_counted_apart() -> None:
    window = window_of(
        [
            visit("made", AT - DAY, status=LATE),
            visit("untimed", AT - DAY, status=COMPLETED, actual_end=None),
            visit("untold", AT - DAY, actual=None),
            visit("ahead", AT + HOUR, actual=None),
            visit("missed", AT - DAY, actual=None, status=MISSED),
            visit("cancelled", AT - DAY, actual=None, status=CANCELLED),
        ]
    )
    drift = window.service()
    assert (drift.compared, drift.untimed, drift.untold, drift.missed, drift.cancelled) == (1, 1, 1, 1, 1)
    assert window.last_week() == LastWeek(planned_hours=2, actual_hours=0.5, made=2, missed=1, late=1)


def test_nothing_compared_has_no_median() -> None:
    drift = window_of([]).service()
    assert drift == Drift()
    assert (drift.planned_minutes, drift.outside, drift.hours_a_week) == (None, 0, 0)


def test_a_service_adds_the_hours_of_its_packages_with_a_pattern() -> None:
    visits = [
        replace(one, ref=f"{package}-{one.ref}", package=package)
        for package, actual in (("POC-1", 20), ("POC-2", 45), ("POC-3", 30))
        for one in daily([actual] * 14)
    ]
    readings = {one.measure: one.value for one in visit_readings("wupi-north", window_of(visits))}
    assert tuple(readings) == VISITED
    assert readings["visits_drift_under_hours"] == pytest.approx(10 / 60 * 7)
    assert readings["visits_drift_over_hours"] == pytest.approx(15 / 60 * 7)
    assert readings["visits_compared_28d"] == 42
    assert readings["visits_outside_28d"] == 28
    assert readings["visits_median_difference_28d"] == 0
    # Seven days of three visits; that of a week ago to the minute has dropped out.
    assert readings["visits_made_7d"] == 18


def test_a_service_with_no_visits_has_zeros_and_no_median() -> None:
    readings = {one.measure: one.value for one in visit_readings("wupi-north", window_of([]))}
    assert readings.pop("visits_median_difference_28d") is None
    assert set(readings.values()) == {0}


# --- Days and clocks --------------------------------------------------------------------


def london(year: int, month: int, day: int, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LONDON, fold=fold).astimezone(UTC)


def test_a_visit_across_midnight_keeps_its_length_and_the_day_on_which_it_began() -> None:
    start = london(2026, 11, 1, 23, 45)
    window = window_of([visit("v1", start, 45, 40)], at=london(2026, 11, 29, 23, 44))
    assert (window.service().compared, window.service().actual_minutes) == (1, 40)
    window.advance(london(2026, 11, 29, 23, 45))  # 28 days after it began, though not after it ended
    assert window.service().compared == 0


def test_a_night_visit_over_the_clock_going_back_is_an_hour_longer_than_the_clock_says() -> None:
    start, end = london(2026, 10, 25, 0, 30), london(2026, 10, 25, 1, 30, fold=1)
    night = visit("v1", start, 120, planned_end=end, actual_start=start, actual_end=end)
    drift = window_of([night], at=london(2026, 11, 10, 9)).service()
    assert (drift.planned_minutes, drift.actual_minutes) == (120, 120)


def test_a_night_visit_over_the_clock_going_forward_is_an_hour_shorter() -> None:
    start, end = london(2026, 3, 29, 0, 30), london(2026, 3, 29, 2, 30)
    night = visit("v1", start, 60, planned_end=end, actual_start=start, actual_end=end)
    drift = window_of([night], at=london(2026, 4, 10, 9)).service()
    assert (drift.planned_minutes, drift.actual_minutes) == (60, 60)


@pytest.mark.parametrize("today", [(2026, 4, 10), (2026, 11, 10), (2026, 6, 10)])
def test_a_visit_each_morning_counts_28_times_whatever_the_clocks_did(today: tuple[int, int, int]) -> None:
    mornings = [visit(f"v{n}", days_before(london(*today, 8), n)) for n in range(40)]
    for at in (london(*today, 8), london(*today, 12), london(*today, 23)):
        window = window_of(mornings, at)
        assert (window.service().compared, window.last_week().made) == (28, 7)


@given(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE),
    st.timedeltas(timedelta(0), timedelta(hours=3)),
)
def test_the_window_never_begins_earlier_for_a_later_moment(at: datetime, later: timedelta) -> None:
    assert days_before(at, DAYS) <= days_before(at + later, DAYS)


@pytest.mark.parametrize("minute", range(0, 180, 5))
def test_nor_in_the_night_that_has_no_such_time(minute: int) -> None:
    """28 days before 26 April lies the night in which the clocks went from 01:00 to 02:00."""
    at = london(2026, 4, 26, 0, 30) + minute * MINUTE
    assert days_before(at - 5 * MINUTE, DAYS) <= days_before(at, DAYS) <= days_before(at + 5 * MINUTE, DAYS)


# --- Up to date is the same as reckoned anew --------------------------------------------

visits = st.builds(
    lambda ref, package, start, planned, actual, carers, status: visit(
        ref, AT + start * HOUR, planned, actual, carers=carers, status=status, package=package
    ),
    ref=st.sampled_from([f"v{number}" for number in range(12)]),
    package=st.sampled_from(["POC-1", "POC-2"]),
    start=st.integers(-30 * 24, 48),
    planned=st.sampled_from([15, 30, 45]),
    actual=st.none() | st.integers(5, 70) | st.floats(5, 70),
    carers=st.integers(1, 2),
    status=st.sampled_from(VisitStatus),
)
# What befalls a window: some visits are told of, or told anew, or hours pass.
events = st.lists(st.lists(visits, min_size=1, max_size=8) | st.integers(0, 24 * 12), max_size=14)
FEW = CareTerms(drift_visits=2)


def plain(told: Mapping[str, Visit], at: datetime) -> dict[str, Drift]:
    """The same by plain reckoning: every visit looked at."""
    first = days_before(at, DAYS)
    inside = [one for one in told.values() if first < one.planned_start <= at]
    found = {package: [one for one in inside if one.package == package] for package in {o.package for o in inside}}
    week_ago = days_before(at, 7)
    drifts = {package: plain_drift(of_package, week_ago) for package, of_package in found.items()}
    return drifts | {"": plain_drift(inside, week_ago)}


def plain_drift(inside: list[Visit], week_ago: datetime) -> Drift:
    compared = [one for one in inside if one.status.was_made and one.actual_minutes is not None]
    apart = [one.status for one in inside if one not in compared]
    lengths = [(one.planned_minutes, one.actual_minutes or 0.0) for one in compared]
    sides = [side(actual - planned, planned) for planned, actual in lengths]
    planned, actual = (
        (median(column) if lengths else None for column in zip(*lengths, strict=True)) if lengths else (None, None)
    )
    starts = [one.planned_start for one in compared]
    pattern, weekly = None, 0.0
    if planned is not None and actual is not None and len(compared) >= FEW.drift_visits and max(starts) > week_ago:
        pattern = side(actual - planned, planned)
        if pattern is not None and sides.count(pattern) / len(compared) < MOST:
            pattern = None
    if compared and max(starts) > min(starts):
        weeks = (max(starts) - min(starts)) / timedelta(days=7)
        weekly = sum(one.carers for one in compared) / len(compared) * (len(compared) - 1) / weeks
    return Drift(
        len(compared),
        planned,
        actual,
        median(actual - planned for planned, actual in lengths) if lengths else None,
        sides.count(Pattern.OVERRUN),
        sides.count(Pattern.UNDERRUN),
        round(weekly, 9),
        pattern,
        apart.count(PLANNED),
        apart.count(COMPLETED) + apart.count(LATE),
        apart.count(MISSED),
        apart.count(CANCELLED),
    )


def side(difference: float, planned: float) -> Pattern | None:
    if abs(difference) <= FEW.tolerance_minutes or abs(difference) <= FEW.tolerance_share * planned:
        return None
    return Pattern.OVERRUN if difference > 0 else Pattern.UNDERRUN


def exactly(drift: Drift) -> tuple[object, ...]:
    minutes = (drift.planned_minutes, drift.actual_minutes, drift.difference_minutes)
    return (drift.compared, *minutes, drift.carer_visits_a_week, drift.untold, drift.untimed, drift.missed)


def about(drift: Drift) -> tuple[object, ...]:
    """The same, minutes as near as fractions of them are kept apart: a store keeps milliseconds."""
    minutes = [
        pytest.approx(length, abs=0.001)
        for length in (drift.planned_minutes, drift.actual_minutes, drift.difference_minutes)
    ]
    weekly = pytest.approx(drift.carer_visits_a_week, abs=1e-9)
    return (drift.compared, *minutes, weekly, drift.untold, drift.untimed, drift.missed)


def whole_milliseconds(one: Visit) -> Visit:
    """As a store keeps it."""
    end = one.actual_end
    return one if end is None else replace(one, actual_end=end.replace(microsecond=end.microsecond // 1000 * 1000))


@given(events)
def test_kept_up_to_date_it_says_what_reckoning_anew_says(script: list[list[Visit] | int]) -> None:
    window, at, told = VisitWindow(FEW, AT), AT, dict[str, Visit]()
    for event in script:
        if isinstance(event, int):
            at += event * HOUR
            window.advance(at)
        else:
            event = [whole_milliseconds(one) for one in event]
            window.tell(event)
            told |= {one.ref: one for one in event}
        anew = VisitWindow(FEW, at)
        anew.tell(told.values())
        assert window.packages() == anew.packages()
        assert window.service() == anew.service()
        assert window.last_week() == anew.last_week()
        wanted = plain(told, at)
        assert exactly(window.service()) == about(wanted.pop(""))
        assert {ref: exactly(drift) for ref, drift in window.packages().items()} == {
            ref: about(drift) for ref, drift in wanted.items()
        }


@given(events)
def test_patterns_and_sides_are_those_of_plain_reckoning(script: list[list[Visit] | int]) -> None:
    """Whole minutes, so that nothing lies a hair beyond tolerance."""
    window, at, told = VisitWindow(FEW, AT), AT, dict[str, Visit]()
    for event in script:
        if isinstance(event, int):
            at += event * HOUR
            window.advance(at)
            continue
        event = [
            replace(one, actual_end=one.actual_end and one.actual_end.replace(second=0, microsecond=0)) for one in event
        ]
        window.tell(event)
        told |= {one.ref: one for one in event}
    wanted = plain(told, at)

    def rounded(drift: Drift) -> Drift:
        return replace(drift, carer_visits_a_week=round(drift.carer_visits_a_week, 9))

    assert rounded(window.service()) == wanted.pop("")
    assert {ref: rounded(drift) for ref, drift in window.packages().items()} == wanted


@given(st.lists(visits, max_size=30, unique_by=lambda one: one.ref), st.randoms())
def test_the_order_in_which_visits_come_makes_no_difference(told: list[Visit], draw: object) -> None:
    shuffled = list(told)
    draw.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = window_of(told, terms=FEW), window_of(shuffled, terms=FEW)
    assert one.packages() == other.packages()
    assert list(visit_readings("x", one)) == list(visit_readings("x", other))


@given(st.lists(visits, max_size=20))
def test_what_is_told_again_unchanged_changes_nothing(told: list[Visit]) -> None:
    window = window_of(told)
    before = list(visit_readings("x", window))
    window.tell(list({one.ref: one for one in told}.values()))
    assert list(visit_readings("x", window)) == before


def test_a_window_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="cannot go back"):
        window_of([]).advance(AT - MINUTE)


def test_last_week_adds_carer_hours() -> None:
    told = [visit(f"v{n}", AT - n * DAY, 30, 20, carers=2) for n in range(6)]
    week = window_of(told).last_week()
    assert (week.planned_hours, week.actual_hours) == (6, pytest.approx(4))
    assert week.planned_hours == fsum(one.planned_minutes * one.carers / 60 for one in told)
