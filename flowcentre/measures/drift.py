"""Visits that drift: the actual lengths of rostered home visits against the planned, over the last 28 days.

The rules, which the page states too:

- A visit belongs to the day and the moment of its *planned start*. The last 28 days reach back from the roster's newest
  export to the same time by the clocks of London; so a visit at eight each morning counts 28 times, whatever the clocks
  did. The last seven days likewise.
- *Compared* are visits that were made and have both actual times. Lengths are of real time, across midnight and across
  the changes of the clocks. Visits that are still only planned, were missed or cancelled, or were made without both times
  are not compared, and are counted apart.
- A visit is *outside tolerance* where its length differs from its plan by more than ``CareTerms.tolerance_minutes`` and
  also by more than ``CareTerms.tolerance_share`` of the plan: five minutes are much of a quarter of an hour, and little
  of two hours.
- A package or a service has a *regular pattern* where at least ``CareTerms.drift_visits`` visits are compared, its median
  actual length is outside tolerance of its median planned length, at least ``MOST`` of the visits compared are outside
  tolerance on that same side, and it is still visited: one of them was planned for the last seven days. Care that has
  ended releases nothing.
- A pattern is turned into *carer hours a week*: (median actual - median planned) x carers x visits a week. Carers are the
  mean of the visits compared; visits a week are all but one of them over the time from the first to the last, so that
  care that began last week is not taken for little care. Where no pattern is regular it is no hours: a few long visits are
  no reason to plan anew.

``visit_window.py`` keeps this up to date visit by visit.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from flowcentre.measures.derive import LONDON
from flowcentre.model import CareTerms, Visit, VisitStatus

DAYS, WEEK = 28, 7
MOST = 0.6  # of the visits compared
MILLISECOND = timedelta(milliseconds=1)
_MINUTE, _WEEK = 60_000, WEEK * 86_400_000  # milliseconds


class Pattern(StrEnum):
    """How visits regularly differ from their plan."""

    OVERRUN = "regular overrun"
    UNDERRUN = "regular underrun"


@dataclass(frozen=True, slots=True)
class Drift:
    """How the visits of a package, or of a service, went in the last 28 days, with the evidence. Lengths in minutes."""

    compared: int = 0
    planned_minutes: float | None = None  # the median; None where nothing is compared
    actual_minutes: float | None = None  # the median
    difference_minutes: float | None = None  # the median of each visit's actual less planned length
    over: int = 0  # visits outside tolerance that ran over
    under: int = 0  # and that ran short
    carer_visits_a_week: float = 0.0  # a visit with two carers is two
    pattern: Pattern | None = None
    untold: int = 0  # were to have begun, and nothing is told of how they went
    untimed: int = 0  # made, without both times
    missed: int = 0
    cancelled: int = 0

    @property
    def outside(self) -> int:
        """Visits outside tolerance."""
        return self.over + self.under

    @property
    def hours_a_week(self) -> float:
        """Carer hours a week that a regular pattern takes more than planned; below 0 where it takes less, 0 without one."""
        if self.pattern is None or self.actual_minutes is None or self.planned_minutes is None:
            return 0.0
        return (self.actual_minutes - self.planned_minutes) / 60 * self.carer_visits_a_week


def days_before(at: datetime, days: int) -> datetime:
    """The same time of day by the clocks of London, days before. Never earlier for a later ``at``."""
    wall = at.astimezone(LONDON) - timedelta(days=days)
    moment = wall.astimezone(UTC)
    if moment.astimezone(LONDON).replace(tzinfo=None) != wall.replace(tzinfo=None):
        # A time that the clocks of that night passed over: the moment at which they did, on the hour.
        return moment.replace(minute=0, second=0, microsecond=0)
    return moment


# --- Counting ---------------------------------------------------------------------------


class Length(NamedTuple):
    """A visit as it is reckoned with: lengths in milliseconds of real time."""

    planned: int
    actual: int | None  # None where it cannot be compared
    carers: int
    status: VisitStatus

    @classmethod
    def of(cls, visit: Visit) -> Length:
        """The lengths of a visit. Only one that was made and has both times is compared."""
        actual = None
        if visit.status.was_made and visit.actual_start is not None and visit.actual_end is not None:
            actual = (visit.actual_end - visit.actual_start) // MILLISECOND
        return cls((visit.planned_end - visit.planned_start) // MILLISECOND, actual, visit.carers, visit.status)


Put = Callable[[list[int], int], None]  # puts a value among others


class Tally:
    """The visits of one package, or of a service. What is needed for medians is kept in order."""

    __slots__ = ("_drift", "actual", "apart", "carers", "differences", "over", "planned", "starts", "under", "visits")

    def __init__(self) -> None:
        self.visits = self.carers = self.over = self.under = 0
        self.starts: list[int] = []
        self.planned: list[int] = []
        self.actual: list[int] = []
        self.differences: list[int] = []
        self.apart: Counter[VisitStatus] = Counter()  # not compared, by status
        self._drift: tuple[bool, Drift] | None = None  # as worked out last: is it still visited, and what it comes to

    def count(self, start: int, length: Length, by: int, terms: CareTerms, put: Put = insort) -> None:
        """Count a visit in, by 1, or out, by -1. With ``put`` that appends, ``sort`` when all are counted in."""
        self.visits += by
        self._drift = None
        if length.actual is None:
            self.apart[length.status] += by
            return
        difference = length.actual - length.planned
        for ordered, value in (
            (self.starts, start),
            (self.planned, length.planned),
            (self.actual, length.actual),
            (self.differences, difference),
        ):
            if by > 0:
                put(ordered, value)
            else:
                del ordered[bisect_left(ordered, value)]
        self.carers += by * length.carers
        side = _side(difference, length.planned, terms)
        self.over += by * (side is Pattern.OVERRUN)
        self.under += by * (side is Pattern.UNDERRUN)

    def sort(self) -> None:
        """Put in order what was only appended."""
        for ordered in (self.starts, self.planned, self.actual, self.differences):
            ordered.sort()

    def drift(self, terms: CareTerms, week_ago: int) -> Drift:
        """What they come to. A pattern is named only where a visit was to begin after ``week_ago``."""
        visited = bool(self.starts) and self.starts[-1] > week_ago
        if self._drift is None or self._drift[0] != visited:
            self._drift = visited, self._work_out(terms, visited=visited)
        return self._drift[1]

    def _work_out(self, terms: CareTerms, *, visited: bool) -> Drift:
        compared, apart = len(self.planned), self.apart
        planned, actual = _median(self.planned), _median(self.actual)
        pattern, carer_visits_a_week = None, 0.0
        if planned is not None and actual is not None:
            if compared >= terms.drift_visits and visited:
                pattern = _side(actual - planned, planned, terms)
                on_that_side = self.over if pattern is Pattern.OVERRUN else self.under
                pattern = pattern if on_that_side / compared >= MOST else None
            if span := self.starts[-1] - self.starts[0]:
                carer_visits_a_week = self.carers / compared * (compared - 1) * _WEEK / span
        return Drift(
            compared,
            _in_minutes(planned),
            _in_minutes(actual),
            _in_minutes(_median(self.differences)),
            self.over,
            self.under,
            carer_visits_a_week,
            pattern,
            apart[VisitStatus.PLANNED],
            apart[VisitStatus.COMPLETED] + apart[VisitStatus.LATE],
            apart[VisitStatus.MISSED],
            apart[VisitStatus.CANCELLED],
        )


def _side(difference: float, planned: float, terms: CareTerms) -> Pattern | None:
    """On which side of its plan a length is outside tolerance; None where it is inside."""
    if abs(difference) <= terms.tolerance_minutes * _MINUTE or abs(difference) <= terms.tolerance_share * planned:
        return None
    return Pattern.OVERRUN if difference > 0 else Pattern.UNDERRUN


def _median(ordered: list[int]) -> float | None:
    if not ordered:
        return None
    middle = len(ordered) // 2
    return (ordered[~middle] + ordered[middle]) / 2


def _in_minutes(length: float | None) -> float | None:
    return None if length is None else length / _MINUTE
