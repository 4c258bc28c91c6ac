"""Mental health units: people wait for a bed, stay for weeks, wait to leave; and the suites of section 136."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from flowcentre.demo.rhythm import DAY, HOUR, happenings, local, working_day
from flowcentre.demo.westshire import MentalHealthSize

_STAY_DAYS = 27.0  # until somebody is well enough to leave
_AND_THEN_DAYS = 3.2  # until they do: what they need outside is looked for
_HELPED_OTHERWISE = 0.16  # of those who wait, a day: at home, or in a bed far away
_SUITE_HOURS = 9.0
_CLEANING = 2 * HOUR


@dataclass(slots=True)
class Inpatient:
    """Somebody in a bed; both moments are known to the simulation alone."""

    ready: int
    leaves: int


@dataclass(slots=True)
class Unit:
    """A mental health unit as it stands."""

    size: MentalHealthSize
    waiting: int = 0
    beds_closed: int = 0
    suites_closed: int = 0
    inpatients: list[Inpatient] = field(default_factory=list)
    suites_taken_until: list[int] = field(default_factory=list)  # cleaning included

    @property
    def open(self) -> int:
        """Staffed beds that are open."""
        return self.size.beds - self.beds_closed

    @property
    def occupied(self) -> int:
        """Beds with a patient in them."""
        return len(self.inpatients)

    @property
    def suites_open(self) -> int:
        """Suites that are staffed and open."""
        return max(self.size.suites - self.suites_closed, len(self.suites_taken_until))

    @property
    def suites_free(self) -> int:
        """Suites that could take somebody now."""
        return self.suites_open - len(self.suites_taken_until)

    def ready(self, at: int) -> int:
        """People in a bed who are well enough to leave."""
        return sum(one.ready <= at for one in self.inpatients)


class MentalHealth:
    """Every unit, with luck of its own; what happens in an hour happens at its end."""

    def __init__(self, sizes: tuple[MentalHealthSize, ...], draw: Random, at: int) -> None:
        self._draw = draw
        self.units = [Unit(size, waiting=draw.randint(2, 5)) for size in sizes]
        for unit in self.units:
            for _ in range(unit.size.beds - draw.randint(0, 3)):
                # What is left of stays that are under way; one in ten is well already.
                well = 0.0 if draw.random() < 0.1 else draw.expovariate(1 / (_STAY_DAYS * 0.8))
                unit.inpatients.append(self._leaving(at + int(well * DAY)))

    def work(self, at: int) -> None:
        """One hour of every unit."""
        for unit in self.units:
            self._let_go(unit, at)
            self._come(unit, at)
            if 9 <= local(at).hour < 23:
                self._admit(unit, at)

    def _inpatient(self, since: int) -> Inpatient:
        return self._leaving(since + int(self._draw.gammavariate(1.6, _STAY_DAYS / 1.6) * DAY))

    def _leaving(self, ready: int) -> Inpatient:
        return Inpatient(ready, ready + int(self._draw.gammavariate(1.1, _AND_THEN_DAYS / 1.1) * DAY))

    def _let_go(self, unit: Unit, at: int) -> None:
        clock = local(at)
        unit.suites_taken_until = [until for until in unit.suites_taken_until if until > at]
        # Nobody leaves at night, and few at weekends.
        if 11 <= clock.hour <= 17 and (working_day(clock.date()) or clock.hour == 14):
            unit.inpatients = [one for one in unit.inpatients if one.leaves > at]
        if clock.hour == 7:
            # Staff for the day: a bed or a suite that nobody can look after is closed until the next morning.
            closed = self._draw.randint(1, 3) if self._draw.random() < 0.2 else 0
            unit.beds_closed = min(closed, max(0, unit.size.beds - unit.occupied))
            unit.suites_closed = int(unit.size.suites > 1 and self._draw.random() < 0.15)

    def _come(self, unit: Unit, at: int) -> None:
        draw, clock = self._draw, local(at)
        by_day = 1.5 if 9 <= clock.hour < 21 else 0.5
        unit.waiting += happenings(draw, unit.size.wanted / 24 * by_day)
        unit.waiting -= min(unit.waiting, happenings(draw, unit.waiting * _HELPED_OTHERWISE / 24))
        # The police bring people in the evening and at night; where no suite is free they bring them elsewhere.
        for _ in range(happenings(draw, unit.size.brought / 24 * (0.6 if 6 <= clock.hour < 16 else 1.3))):
            if unit.suites_free > 0:
                stay = int(draw.gammavariate(2.0, _SUITE_HOURS / 2) * HOUR)
                unit.suites_taken_until.append(at + stay + _CLEANING)
                unit.waiting += draw.random() < 0.3

    def _admit(self, unit: Unit, at: int) -> None:
        # One an hour at the most: each takes a doctor and two nurses that long, and the bed may not be made up yet.
        if unit.waiting and unit.occupied < unit.open and self._draw.random() < 0.4:
            unit.waiting -= 1
            unit.inpatients.append(self._inpatient(at))
