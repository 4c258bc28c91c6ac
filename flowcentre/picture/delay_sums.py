"""Counts of the delayed people whom filters choose: by each facet, of their days, and of those who left or soon will."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from flowcentre.measures.delay_counts import centile, discharged_by
from flowcentre.measures.derive import local_day
from flowcentre.model import Coverage, SmallNumbers, Value
from flowcentre.picture.delays import EXPECTED, Delay
from flowcentre.picture.list_small import Seen, seen
from flowcentre.picture.list_sums import Count, counts_by
from flowcentre.picture.listed import UNKNOWN, Chosen
from flowcentre.picture.suppression import nested


@dataclass(frozen=True, slots=True)
class Days:
    """The days since ready of everybody counted. Median and centile of nobody have no value."""

    lost: int
    longest: int
    median: float | None
    ninetieth: float | None


@dataclass(frozen=True, slots=True)
class Left:
    """Who left today, of those whom the filters choose. None: no list in scope says who left today."""

    today: int | None
    by_1200: int | None
    by_1700: int | None
    coverage: Coverage
    at_least: bool


def counts_by_facet(chosen: Chosen[Delay]) -> dict[str, tuple[Count, ...]]:
    """The people counted by each facet, by their expected date, and by the limits that they are past."""
    today = local_day(chosen.picture.at)
    return counts_by(chosen, {EXPECTED: lambda delay: expectation(delay, today)})


def expectation(delay: Delay, today: date) -> str:
    """When a person is expected to leave: a key of ``EXPECTATIONS``. A list of last night still tells of this day."""
    if delay.person.expected_on is None:
        return UNKNOWN
    ahead = (delay.person.expected_on - today).days
    if ahead > 1:
        return "later"
    return "passed" if ahead < 0 else ("today", "tomorrow")[ahead]


def days_of(people: Iterable[Delay]) -> Days:
    """The days that people have waited."""
    days = [delay.days for delay in people]
    return Days(
        sum(days), max(days, default=0), float(median(days)) if days else None, centile(days, 0.9) if days else None
    )


def those_left(chosen: Chosen[Delay]) -> tuple[Delay, ...]:
    """Who left today, by the lists that can say it, the first to leave first."""
    speaking = {value.place for value in _departures(chosen) if value.known}
    return tuple(delay for delay in chosen.left if delay.person.place in speaking)


def _departures(chosen: Chosen[Delay]) -> list[Value]:
    return [chosen.picture.value(each.place, "delayed_discharged_today") for each in chosen.in_scope]


def left_today(chosen: Chosen[Delay]) -> Left:
    """How many left today. A list of yesterday, or one that cannot say who left, is silent about it."""
    values = _departures(chosen)
    speaking = [value for value in values if value.known]
    missing = tuple(value.place for value in values if not value.known)
    coverage = Coverage(len(speaking), len(values), "hospitals", missing)
    if not speaking:
        return Left(None, None, None, coverage, at_least=False)
    left = [delay.person for delay in those_left(chosen)]
    return Left(
        len(left),
        sum(discharged_by(person, 12) for person in left),
        sum(discharged_by(person, 17) for person in left),
        coverage,
        at_least=bool(missing) or any(value.at_least for value in speaking),
    )


def hide_left(left: Left, limits: SmallNumbers) -> tuple[Seen, Seen, Seen]:
    """Who left today, by 17:00 and by 12:00, each a part of the one before, with small numbers hidden."""
    if left.today is None or left.by_1700 is None or left.by_1200 is None:
        return (seen(None, limits),) * 3
    today, by_1700, by_1200 = (
        Seen(count, hidden=count is None) for count in nested([left.today, left.by_1700, left.by_1200], limits)
    )
    return today, by_1700, by_1200
