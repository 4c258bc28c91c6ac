"""Daily counts that cannot be true: a day that was not sent and stands as 0, a figure typed ten times over.

Published files confuse 0 and missing. Three rules, on one organisation's days in one file:

- A census is people, most of whom are there the next day: 0 between days of ten or more is not believed.
- Discharges do fall to 0, at weekends and in small trusts. So each day of a run of zeros is set
  against the usual of the nearest days of its kind, weekend or not, and the run is not believed
  where a dozen or more were to be expected in it. A trust whose weekends are often 0 is believed.
- A figure more than four times what is usual before *and* after it, and than the days beside it, is
  not believed. Where a day beside it is as high, something has changed, and it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from statistics import median

CENSUS_AT_LEAST = 10.0  # usual census from which a 0 is not believed
EXPECTED_AT_LEAST = 12.0  # discharges that a run of zeros should have held
TIMES_USUAL = 4.0
ABOVE_USUAL = 50.0  # and by this many, so that small counts may jump
NEAREST = 7  # days on each side that say what is usual

Days = Mapping[date, float | None]


def doubts_of_census(days: Days) -> dict[date, str]:
    """The days of a census that are not believed, and why."""
    known = sorted((day, value) for day, value in days.items() if value is not None)
    doubts = _far_above(known)
    for i, (day, value) in enumerate(known):
        if value == 0:
            usual = _usual(known, i, i + 1, _not_zero)
            if usual is not None and usual >= CENSUS_AT_LEAST:
                doubts[day] = f"is 0 where about {usual:.0f} is usual; not sent that day?"
    return doubts


def doubts_of_discharges(days: Days) -> dict[date, str]:
    """The days of a count of discharges that are not believed, and why."""
    known = sorted((day, value) for day, value in days.items() if value is not None)
    doubts = _far_above(known)
    start = 0
    while start < len(known):
        end = start
        while end < len(known) and known[end][1] == 0:
            end += 1
        if end > start:
            usual = {day: _usual(known, start, end, _same_kind(day)) or 0.0 for day, _ in known[start:end]}
            expected = sum(usual.values())
            if expected >= EXPECTED_AT_LEAST:
                run = f", {end - start} days running" if end - start > 1 else ""
                for day in usual:
                    doubts[day] = f"is 0{run} where about {expected:.0f} were to be expected; not sent?"
        start = end + 1
    return doubts


def _same_kind(day: date) -> Callable[[date, float], bool]:
    weekend = day.weekday() >= 5
    return lambda other, _: (other.weekday() >= 5) == weekend


def _usual(
    known: Sequence[tuple[date, float]], start: int, end: int, counts: Callable[[date, float], bool]
) -> float | None:
    """The median of the nearest days that count, before ``start`` and from ``end`` on."""
    near = _before(known, start, counts) + _after(known, end, counts)
    return median(near) if near else None


def _before(known: Sequence[tuple[date, float]], start: int, counts: Callable[[date, float], bool]) -> list[float]:
    return _first(reversed(known[max(0, start - 60) : start]), counts)


def _after(known: Sequence[tuple[date, float]], end: int, counts: Callable[[date, float], bool]) -> list[float]:
    return _first(known[end : end + 60], counts)


def _first(days: Iterable[tuple[date, float]], counts: Callable[[date, float], bool]) -> list[float]:
    found: list[float] = []
    for day, value in days:
        if counts(day, value):
            found.append(value)
            if len(found) == NEAREST:
                break
    return found


def _far_above(known: Sequence[tuple[date, float]]) -> dict[date, str]:
    doubts = {}
    for i, (day, value) in enumerate(known):
        if value <= ABOVE_USUAL:
            continue
        sides = [side for side in (_before(known, i, _not_zero), _after(known, i + 1, _not_zero)) if side]
        # The nearest day counts for itself: the last days of a rise stand beside others as high.
        usual = max((max(median(side), side[0]) for side in sides), default=None)
        if usual is not None and value > TIMES_USUAL * usual and value - usual > ABOVE_USUAL:
            doubts[day] = f"is {value:,.0f} where about {usual:,.0f} is usual; mistyped?"
    return doubts


def _not_zero(day: date, value: float) -> bool:
    # A zero beside it may itself be a day that was not sent, and says nothing of what is usual.
    return value > 0
