"""The visits of running packages: planned by what each needs a week, and made as carers and days allow.

Nothing of it changes the county's life: a package's visits come from luck of its own, so that a roster says the
same of a visit however often it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from flowcentre.demo.package import Package
from flowcentre.demo.rhythm import DAY, HOUR, MINUTE, local, wall_time
from flowcentre.model import VisitStatus

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_STEP = 5 * MINUTE  # rosters are made in these
# When visits begin, in hours after midnight, by how many there are a day.
_ROUNDS = {1: (9.5,), 2: (8.6, 17.4), 3: (8.3, 12.6, 18.2), 4: (8.0, 12.2, 16.4, 20.0)}
_APART = 50 * MINUTE  # at the least, on the first day
# Two services whose visits regularly run over or short: the travel is longer, the calls are cut.
_SERVICES_DRIFT = {"wect-mid": 1.27, "clover-south": 0.74}
_PACKAGES_OVER, _PACKAGES_SHORT = 0.045, 0.045  # shares of packages that do so on their own
_MISSED, _CANCELLED, _LATE = 0.007, 0.022, 0.05  # shares of visits
_KNOWN_MISSED = 2 * HOUR  # after which nobody waits for the carer any more
_CANCELLED_AHEAD = 2 * HOUR


@dataclass(frozen=True, slots=True)
class Rostered:
    """One visit as a roster tells of it. Moments are seconds since 1970."""

    ref: str
    package: Package
    planned_start: int
    planned_end: int
    status: VisitStatus
    actual_start: int | None = None
    actual_end: int | None = None


class Roster:
    """The visits of packages, as at moments of one life of the county."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._habits: dict[str, tuple[float, float]] = {}

    def visits(self, package: Package, since: int, until: int, at: int) -> Iterator[Rostered]:
        """Those planned to begin from ``since`` up to and not at ``until``, as they stand at a moment."""
        began, ended = package.started_at, package.ended_at
        if began is None or began > at or (ended is not None and ended < since - DAY):
            return
        first = local(began).date()
        day, last = max(local(since).date(), first), local(until).date()
        over = ended if ended is not None and ended <= at else None  # nobody knows of it before
        if over is not None:
            last = min(last, local(over).date())
        while day <= last:
            chances = _chances(self._seed, package.ref, day.toordinal())
            for number, (start, end) in enumerate(self._plan(package, began, first, day)):
                if since <= start < until:
                    yield self._visit(package, day, number, start, end, at, over, chances[number])
            day += timedelta(days=1)

    def _plan(self, package: Package, began: int, first: date, day: date) -> Iterator[tuple[int, int]]:
        shift, _ = self._habit(package)
        a_day = package.visits_a_day
        length = package.weekly_hours * HOUR / 7 / a_day
        before = (day - first).days * a_day
        free_from = 0
        for number, hour in enumerate(_ROUNDS[a_day]):
            start = wall_time(day, hour + shift) // _STEP * _STEP
            if day == first and number == 0:
                start = began // _STEP * _STEP
            elif start < free_from:
                continue
            # Lengths are in whole steps, and come to the hours of the week together.
            steps = round((before + number + 1) * length / _STEP) - round((before + number) * length / _STEP)
            end = start + max(2, steps) * _STEP
            if day == first:
                free_from = end + _APART
            yield start, end

    def _visit(
        self,
        package: Package,
        day: date,
        number: int,
        start: int,
        end: int,
        at: int,
        over: int | None,
        chances: tuple[float, float, float],
    ) -> Rostered:
        assert package.started_at is not None
        chance, minutes, noise = chances
        ref = _ref(package, day, number)
        is_first = start == package.started_at // _STEP * _STEP
        if is_first:
            chance = 1.0
        if over is not None and start >= over and not is_first:
            return Rostered(ref, package, start, end, VisitStatus.CANCELLED)
        if chance < _MISSED and at >= start + _KNOWN_MISSED:
            return Rostered(ref, package, start, end, VisitStatus.MISSED)
        if _MISSED <= chance < _MISSED + _CANCELLED and at >= start - _CANCELLED_AHEAD:
            return Rostered(ref, package, start, end, VisitStatus.CANCELLED)
        late = _MISSED + _CANCELLED <= chance < _MISSED + _CANCELLED + _LATE
        delay = (18 + 3 * abs(minutes) if late else min(12.0, max(-7.0, minutes))) * MINUTE
        actual_start = package.started_at if is_first else start + int(delay)
        length = (end - start) * self._habit(package)[1] * min(1.3, max(0.7, noise))
        actual_end = actual_start + max(4 * MINUTE, int(length))
        if chance < _MISSED + _CANCELLED or actual_end > at:
            return Rostered(ref, package, start, end, VisitStatus.PLANNED)
        status = VisitStatus.LATE if late else VisitStatus.COMPLETED
        return Rostered(ref, package, start, end, status, actual_start, actual_end)

    def _habit(self, package: Package) -> tuple[float, float]:
        """By how many hours its visits are set off the usual rounds, and how long they take against the plan."""
        found = self._habits.get(package.ref)
        if found is None:
            luck = Random(f"{self._seed} {package.ref} visits")
            shift, own, chance = (luck.random() - 0.5) * 1.4, luck.gauss(1.0, 0.035), luck.random()
            if chance < _PACKAGES_OVER:
                own += 0.36
            elif chance < _PACKAGES_OVER + _PACKAGES_SHORT:
                own -= 0.32
            found = self._habits[package.ref] = shift, own * _SERVICES_DRIFT.get(package.provider or "", 1.0)
        return found


@lru_cache(maxsize=4096)  # a day is exported hour by hour, and a generator is slow to seed
def _chances(seed: int, ref: str, day: int) -> tuple[tuple[float, float, float], ...]:
    """What becomes of each visit of a day, whichever there are."""
    luck = Random(f"{seed} {ref} {day}")
    return tuple([(luck.random(), luck.gauss(0, 4), luck.gauss(1, 0.09)) for _ in range(max(_ROUNDS))])


def _ref(package: Package, day: date, number: int) -> str:
    # The day and the round in letters, so that no code is as long a run of digits as an NHS number.
    days = day.toordinal()
    told = "".join(_LETTERS[days // len(_LETTERS) ** place % len(_LETTERS)] for place in (2, 1, 0))
    return f"V8-{package.ref.rpartition('-')[2]}-{told}{'ABCD'[number]}"
