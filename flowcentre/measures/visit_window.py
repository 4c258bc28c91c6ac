"""One service's visits of the last 28 days as at a moment, kept up to date visit by visit.

What a window says never depends on the order in which it was told: see the tests.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from flowcentre.measures.drift import DAYS, MILLISECOND, WEEK, Drift, Length, Put, Tally, days_before
from flowcentre.model import EPOCH, CareTerms, Visit, VisitStatus

_HOUR = 3_600_000  # milliseconds
_start = itemgetter(0)


@dataclass(frozen=True, slots=True)
class LastWeek:
    """What a service's visits of the last seven days came to. Hours are of carers: two carers take two an hour."""

    planned_hours: float = 0.0  # of all visits but the cancelled
    actual_hours: float = 0.0  # of those made, with both times
    made: int = 0
    missed: int = 0
    late: int = 0  # made, and begun late


class _Kept(NamedTuple):
    start: int  # as planned, in milliseconds since 1970
    package: str
    length: Length

    @classmethod
    def of(cls, visit: Visit) -> _Kept:
        return cls((visit.planned_start - EPOCH) // MILLISECOND, visit.package, Length.of(visit))


class VisitWindow:
    """One service's visits of the last 28 days as at a moment, and those told of ahead. It only goes forward.

    Each visit that comes, is corrected or grows too old costs the same, however many there are.
    """

    def __init__(self, terms: CareTerms, at: datetime) -> None:
        self.at = at
        self._terms = terms
        self._kept: dict[str, _Kept] = {}
        self._order: list[tuple[int, str]] = []  # (planned start, ref)
        self._now, self._week_ago, self._first = _bounds(at)
        self._service = Tally()
        self._packages: dict[str, Tally] = {}
        self._week: Counter[str] = Counter()

    def __contains__(self, ref: str) -> bool:
        """Is a visit of the 28 days, or ahead, told of?"""
        return ref in self._kept

    def tell(self, visits: Iterable[Visit]) -> None:
        """Take visits in. One that was told of before is as it is told now."""
        if not self._kept:
            self._begin(visits)
            return
        for visit in visits:
            kept = _Kept.of(visit)
            before = self._kept.get(visit.ref)
            if before == kept:
                continue
            if before is not None:
                self._forget(visit.ref, before)
            if kept.start > self._first:
                self._kept[visit.ref] = kept
                insort(self._order, (kept.start, visit.ref))
                self._count(kept, 1)

    def advance(self, at: datetime) -> None:
        """Go on to a later moment: some visits that were ahead count now, and some are too old. Raises ValueError."""
        if at < self.at:
            raise ValueError(f"the window stands at {self.at.isoformat()} and cannot go back to {at.isoformat()}")
        self.at = at
        now, week_ago, first = _bounds(at)
        for kept in self._between(self._now, now):
            self._count_all(kept, 1)
            self._count_week(kept, 1)
        self._now = now
        for kept in self._between(self._week_ago, week_ago):
            self._count_week(kept, -1)
        self._week_ago = week_ago
        for kept in self._between(self._first, first):
            self._count_all(kept, -1)
        gone = self._place(first)
        for _, ref in self._order[:gone]:
            del self._kept[ref]
        del self._order[:gone]
        self._first = first

    def service(self) -> Drift:
        """How all the service's visits went."""
        return self._service.drift(self._terms, self._week_ago)

    def packages(self) -> Mapping[str, Drift]:
        """How the visits of each package went, by its ref; of every package with a visit in the 28 days."""
        packages = self._packages
        return {package: packages[package].drift(self._terms, self._week_ago) for package in sorted(packages)}

    def last_week(self) -> LastWeek:
        """What the visits of the last seven days came to."""
        week = self._week
        return LastWeek(week["planned"] / _HOUR, week["actual"] / _HOUR, week["made"], week["missed"], week["late"])

    # --- Counting -----------------------------------------------------------------------

    def _begin(self, visits: Iterable[Visit]) -> None:
        """Take in the first visits: a whole month of them is put in order once."""
        kept = {visit.ref: _Kept.of(visit) for visit in visits}
        self._kept = {ref: each for ref, each in kept.items() if each.start > self._first}
        self._order = sorted((each.start, ref) for ref, each in self._kept.items())
        for each in self._between(self._first, self._now):
            self._count(each, 1, list.append)
        for tally in (self._service, *self._packages.values()):
            tally.sort()

    def _between(self, after: int, until: int) -> list[_Kept]:
        return [self._kept[ref] for _, ref in self._order[self._place(after) : self._place(until)]]

    def _place(self, moment: int) -> int:
        """How many of the visits were planned to start by a moment."""
        return bisect_right(self._order, moment, key=_start)

    def _forget(self, ref: str, kept: _Kept) -> None:
        del self._kept[ref]
        del self._order[bisect_left(self._order, (kept.start, ref))]
        self._count(kept, -1)

    def _count(self, kept: _Kept, by: int, put: Put = insort) -> None:
        if kept.start <= self._now:
            self._count_all(kept, by, put)
            if kept.start > self._week_ago:
                self._count_week(kept, by)

    def _count_all(self, kept: _Kept, by: int, put: Put = insort) -> None:
        package = self._packages.get(kept.package)
        if package is None:
            package = self._packages[kept.package] = Tally()
        for tally in (self._service, package):
            tally.count(kept.start, kept.length, by, self._terms, put)
        if not package.visits:
            del self._packages[kept.package]

    def _count_week(self, kept: _Kept, by: int) -> None:
        week, length, status = self._week, kept.length, kept.length.status
        if status is not VisitStatus.CANCELLED:
            week["planned"] += by * length.planned * length.carers
        if length.actual is not None:
            week["actual"] += by * length.actual * length.carers
        week["made"] += by * status.was_made
        week["missed"] += by * (status is VisitStatus.MISSED)
        week["late"] += by * (status is VisitStatus.LATE)


def _bounds(at: datetime) -> tuple[int, int, int]:
    moments = (at, days_before(at, WEEK), days_before(at, DAYS))
    now, week_ago, first = ((moment - EPOCH) // MILLISECOND for moment in moments)
    return now, week_ago, first
