"""Services outside the acute hospitals: what each has and how much of it is taken."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random

from flowcentre.demo.agenda import Agenda
from flowcentre.demo.rhythm import DAY, HOUR, happenings, local
from flowcentre.demo.westshire import BedUnit, HomeSize, HoursUnit, VirtualWardSize


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody's time in a bed of a service; ``until`` is known to the simulation alone."""

    number: int  # in this service
    since: int
    until: int


@dataclass(slots=True)
class Beds:
    """Community hospital or recovery beds."""

    size: BedUnit
    closed: int = 0
    stays: dict[int, Stay] = field(default_factory=dict)  # by number
    ended: deque[Stay] = field(default_factory=deque)  # those of the last day
    _count: int = 0

    @property
    def occupied(self) -> int:
        """People in a bed."""
        return len(self.stays)

    @property
    def open(self) -> int:
        """Staffed beds that are open."""
        return self.size.beds - self.closed

    @property
    def free(self) -> int:
        """Open beds with nobody in them."""
        return self.open - self.occupied

    def take(self, since: int, until: int) -> Stay:
        """Somebody is put to bed."""
        self._count += 1
        stay = self.stays[self._count] = Stay(self._count, since, max(since, until))
        return stay

    def leave(self, stay: Stay) -> None:
        """Somebody goes home."""
        del self.stays[stay.number]
        self.ended.append(stay)
        while self.ended[0].until < stay.until - DAY:
            self.ended.popleft()

    def reopen(self, beds: int) -> None:
        """Closed beds come back."""
        self.closed -= beds


@dataclass(slots=True)
class Hours:
    """Weekly hours of reablement or home care. A package is a number of hours a week."""

    size: HoursUnit
    capacity: float
    used: float = 0.0

    @property
    def free(self) -> float:
        """Hours for which there are staff and no package."""
        return self.capacity - self.used

    def end(self, hours: float) -> None:
        """A package ends."""
        self.used -= hours


@dataclass(slots=True)
class VirtualWard:
    """A virtual ward's caseload."""

    size: VirtualWardSize
    staffed: int
    caseload: int = 0

    @property
    def free(self) -> int:
        """How many more could be looked after."""
        return self.staffed - self.caseload

    def leave(self) -> None:
        """Somebody is well, or back in hospital."""
        self.caseload -= 1


@dataclass(slots=True)
class HomeReturn:
    """What a care home said of itself, and when: homes answer on their own days."""

    at: int
    beds: int
    occupied: int
    reserved: int
    accepting: int


@dataclass(slots=True)
class Home:
    """A care home. An empty bed need not be one that takes people in."""

    size: HomeSize
    occupied: int = 0
    reserved: int = 0
    held_empty: int = 0  # empty beds without the staff, or under repair
    closed_to_admissions: bool = False  # an outbreak
    said: HomeReturn | None = field(default=None)

    @property
    def accepting(self) -> int:
        """Empty beds into which a person could be admitted."""
        empty = self.size.beds - self.occupied - self.reserved - self.held_empty
        return 0 if self.closed_to_admissions else max(0, empty)

    def move_in(self) -> None:
        """A reserved bed is taken."""
        self.reserved -= 1
        self.occupied += 1

    def live_on(self, draw: Random) -> None:
        """A day of what has nothing to do with hospitals."""
        for _ in range(happenings(draw, self.occupied / 420)):
            self.occupied -= 1
        for _ in range(happenings(draw, self.accepting * 0.022)):
            if self.accepting > 0:
                self.occupied += 1
        if draw.random() < 0.008:
            self.closed_to_admissions = True
        elif draw.random() < 0.2:
            self.closed_to_admissions = False
        if draw.random() < 0.06:
            empty = self.size.beds - self.occupied - self.reserved
            self.held_empty = min(max(0, empty), draw.randint(0, 3))

    def answers_on(self, at: int) -> bool:
        """Does the home send a return on the day of this moment?"""
        day = local(at).date()
        return day.weekday() in self.size.weekdays and (not self.size.monthly or 8 <= day.day <= 14)

    def answer(self, at: int) -> None:
        """Send the return as at a moment."""
        self.said = HomeReturn(at, self.size.beds, self.occupied, self.reserved, self.accepting)


class Staying:
    """Lengths of stay, and the ends of them on the agenda."""

    def __init__(self, agenda: Agenda, draw: Random) -> None:
        self._agenda = agenda
        self._draw = draw

    def days(self, mean: float) -> int:
        """A length in seconds about a mean in days: some short, a few long."""
        return int(self._draw.gammavariate(2.2, mean / 2.2) * DAY)

    def by_day(self, at: int) -> int:
        """Moved to the working hours of its day: people leave services between ten and four."""
        clock = local(at - at % HOUR)
        return at - clock.hour * HOUR + 10 * HOUR + int(self._draw.random() * 5 * HOUR)

    def left_of(self, mean: float) -> int:
        """What is left, on average, of a stay that is under way when the simulation begins."""
        return int(self._draw.expovariate(1 / (mean * 0.72)) * DAY)
