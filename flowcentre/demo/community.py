"""The care transfer hub and the services behind it: pathways 1 to 3 wait here for hours, beds and homes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random

from flowcentre.demo.agenda import Agenda
from flowcentre.demo.beginning import Beginning
from flowcentre.demo.packages import Packages
from flowcentre.demo.referral import Referral, Seeks, Waiting, draw_hindrance, look_over
from flowcentre.demo.residents import resident_of
from flowcentre.demo.rhythm import DAY, HOUR, happenings, local, working_day
from flowcentre.demo.services import Beds, Home, Hours, Stay, Staying, VirtualWard
from flowcentre.demo.westshire import LOCALITIES, RESIDENTS, CountySize
from flowcentre.model import CareService

_HOME_CARE_PACKAGE, _REABLEMENT_PACKAGE = 12.0, 9.5  # hours a week, on average
# Of what is free, how much lies where and when it is wanted; half of the homes with a bed cannot meet the need.
_REABLEMENT_IN_REACH, _HOME_CARE_IN_REACH, _HOMES_THAT_SUIT = 0.4, 0.12, 0.5


class Community:
    """Every service outside the acute hospitals, and the queues for them."""

    def __init__(
        self,
        size: CountySize,
        seed: int,
        agenda: Agenda,
        draw: Random,
        luck: Random,
        packages: Packages,
        beginning: Beginning,
    ) -> None:
        self.beds = [Beds(unit) for unit in (*size.community_beds, *size.recovery_beds)]
        self.reablement = [Hours(unit, unit.hours) for unit in size.reablement]
        self.home_care = [Hours(unit, unit.hours) for unit in size.home_care]
        self.virtual_wards = [VirtualWard(unit, unit.staffed) for unit in size.virtual_wards]
        self.homes = [Home(home) for home in size.care_homes]
        self.for_beds: deque[Waiting] = deque()
        self.for_hours: dict[str, deque[Waiting]] = {place: deque() for place in LOCALITIES}  # reablement
        self.for_home_care: dict[str, deque[Waiting]] = {place: deque() for place in LOCALITIES}
        self.for_homes: dict[str, deque[Waiting]] = {place: deque() for place in LOCALITIES}
        self._agenda = agenda
        self._draw = draw
        self._luck = luck  # for what hinders a discharge, and for what only lists tell
        self._seed = seed
        self._hospitals = {unit.place for unit in size.community_beds}
        self._packages = packages  # follows what happens here, and changes nothing of it
        self._staying = Staying(agenda, draw)
        self._begin(beginning)

    # --- Referrals ----------------------------------------------------------------------

    def refer(self, pathway: int, locality: str, found: Callable[[], None]) -> Referral:
        """Seek what a pathway needs. First comes the assessment, in working days."""
        low, high = {1: (0.4, 2.2), 2: (0.8, 3.0), 3: (3.0, 9.0)}[pathway]
        assessed = self._agenda.at + int((low + (high - low) * self._draw.random()) * DAY)
        while not working_day(local(assessed - assessed % HOUR).date()) and self._draw.random() < 0.7:
            assessed += DAY
        hindrance = draw_hindrance(pathway, self._luck)
        referral = Referral(pathway, locality, found, self._agenda.at, assessed, hindrance)
        self._agenda.add(assessed + (hindrance.length if hindrance else 0), self._seek, referral)
        return referral

    def _seek(self, referral: Referral) -> None:
        locality = referral.locality
        if referral.pathway == 3:
            referral.seeks = Seeks.CARE_HOME
            waiting = Waiting(locality, 1, self._agenda.at, referral)
            self.for_homes[locality].append(waiting)
            self._agenda.add(self._agenda.at + self._staying.days(4.5), self._place_in_home, waiting)
        elif referral.pathway == 2:
            referral.seeks = Seeks.BED
            self._seek_beds(locality, referral)
        elif self._draw.random() < 0.68:
            referral.seeks = Seeks.REABLEMENT
            self._seek_reablement(locality, referral)
        else:
            referral.seeks = Seeks.HOME_CARE
            self._seek_home_care(locality, referral)

    def _seek_beds(self, locality: str, referral: Referral | None) -> None:
        self._wait(self.for_beds, locality, 1, referral, CareService.RECOVERY_BED)

    def _seek_reablement(self, locality: str, referral: Referral | None) -> None:
        hours = self._package(_REABLEMENT_PACKAGE)
        self._wait(self.for_hours[locality], locality, hours, referral, CareService.REABLEMENT)

    def _seek_home_care(self, locality: str, referral: Referral | None) -> None:
        hours = self._package(_HOME_CARE_PACKAGE)
        self._wait(self.for_home_care[locality], locality, hours, referral, CareService.HOME_CARE)

    def _wait(
        self, queue: deque[Waiting], locality: str, needs: float, referral: Referral | None, service: CareService
    ) -> None:
        package = self._packages.sought(service, locality, needs, referral)
        queue.append(Waiting(locality, needs, self._agenda.at, referral, package))

    def _package(self, mean: float) -> float:
        # Calls are sold in quarter hours; four calls a day with two carers is the most.
        return min(56.0, max(3.5, round(self._draw.gammavariate(3.0, mean / 3.0) * 4) / 4))

    def _place_in_home(self, waiting: Waiting) -> None:
        self.for_homes[waiting.locality].remove(waiting)
        homes = [home for home in self.homes if home.accepting > 0]
        near = [home for home in homes if home.size.locality == waiting.locality] or homes
        taken_by = None
        # Half go to homes outside the twelve that the demonstration shows.
        if near and self._draw.random() < 0.5:
            home = self._draw.choice(near)
            home.reserved += 1
            self._agenda.add(self._agenda.at + int((1 + 2 * self._draw.random()) * DAY), home.move_in)
            taken_by = home.size.place
        assert waiting.referral is not None
        waiting.referral.settle(taken_by)

    # --- The hour's work ----------------------------------------------------------------

    def work(self) -> None:
        """One hour of the hub and the services: match who waits with what is free, and let the county live on."""
        clock = local(self._agenda.at)
        for ward in self.virtual_wards:
            for _ in range(happenings(self._draw, ward.size.referred / 12) if 8 <= clock.hour < 20 else 0):
                self.join_virtual_ward(ward)
        working = working_day(clock.date())
        if clock.hour in range(8, 17) if working else clock.hour in (10, 12):
            self._match_beds()
            for units, queues in ((self.reablement, self.for_hours), (self.home_care, self.for_home_care)):
                for queue in queues.values():
                    for _ in range(min(2, len(queue))):
                        self._match_hours(units, queue)
        if clock.hour in (9, 15) if working else clock.hour == 11:
            self._look_over_queues()
        if clock.hour == 9:
            self._live_on(working)
        if clock.hour == 10:
            for home in self.homes:
                if home.answers_on(self._agenda.at):
                    home.answer(self._agenda.at - int(self._draw.random() * 50 * 60))

    def join_virtual_ward(self, ward: VirtualWard) -> None:
        """Somebody is taken on, where there is room."""
        if ward.free > 0:
            ward.caseload += 1
            self._agenda.add(self._staying.by_day(self._agenda.at + self._staying.days(9.5)), ward.leave)

    def _match_beds(self) -> None:
        for unit in self.beds:
            if unit.free <= 0 or not self.for_beds or self._draw.random() < 0.35:
                continue
            near = next((w for w in self.for_beds if w.locality == unit.size.locality), self.for_beds[0])
            if near.locality != unit.size.locality and self._agenda.at - near.since < 1.5 * DAY:
                continue
            self.for_beds.remove(near)
            # A long queue is heard: people go home earlier.
            mean = unit.size.days * (1 - min(0.3, 0.012 * len(self.for_beds)))
            until = self._staying.by_day(self._agenda.at + self._staying.days(mean))
            self._agenda.add(until, unit.leave, stay := unit.take(self._agenda.at, until))
            self._put_to_bed(unit, stay)
            assert near.package is not None  # nobody waits for a bed without
            self._packages.promise(near.package, unit.size.place, until, elsewhere=unit.size.place in self._hospitals)
            if near.referral is not None:
                near.referral.settle(unit.size.place)

    def _put_to_bed(self, unit: Beds, stay: Stay) -> None:
        if unit.size.place in self._hospitals:
            resident = resident_of(self._seed, unit.size.place, unit.size.locality, stay)
            if resident is not None:
                self._packages.resident(unit.size.place, resident)

    def _match_hours(self, units: list[Hours], queue: deque[Waiting]) -> None:
        # Free hours rarely lie where and when they are needed: most offers fail.
        waiting = self._draw.choice(queue)
        if self._draw.random() < 0.62 - min(0.3, 0.02 * len(queue)):
            return
        able = [u for u in units if u.size.locality == waiting.locality and u.free >= waiting.needs]
        if not able:
            return
        unit = max(able, key=lambda found: found.free / found.capacity)
        queue.remove(waiting)
        unit.used += waiting.needs
        mean = unit.size.days * (1 - min(0.25, 0.012 * len(queue)))
        until = self._staying.by_day(self._agenda.at + self._staying.days(mean))
        self._agenda.add(until, unit.end, waiting.needs)
        if waiting.package is not None:
            self._packages.promise(waiting.package, unit.size.place, until)
        if waiting.referral is not None:
            waiting.referral.settle(unit.size.place)

    def _look_over_queues(self) -> None:
        """What the hub tells the wards: for whom there is something, and for whom not yet."""
        look_over(self.for_beds, sum(unit.free for unit in self.beds))
        for place in LOCALITIES:
            reablement = sum(unit.free for unit in self.reablement if unit.size.locality == place)
            home_care = sum(unit.free for unit in self.home_care if unit.size.locality == place)
            homes = sum(home.accepting for home in self.homes if home.size.locality == place)
            look_over(self.for_hours[place], reablement * _REABLEMENT_IN_REACH)
            look_over(self.for_home_care[place], home_care * _HOME_CARE_IN_REACH)
            look_over(self.for_homes[place], homes * _HOMES_THAT_SUIT)

    def _live_on(self, working: bool) -> None:
        """A day of what has nothing to do with hospitals: people referred from home, staff off sick, homes filling."""
        for locality in LOCALITIES if working else ():
            # Where care can be had, more of it is asked for.
            for seek, a_day in (
                (self._seek_beds, 1.4),
                (self._seek_reablement, 4.2 * (0.7 + 12 * self._room(self.reablement, locality))),
                (self._seek_home_care, 6.2 * (0.55 + 20 * self._room(self.home_care, locality))),
            ):
                for _ in range(happenings(self._draw, a_day * RESIDENTS[locality])):
                    seek(locality, None)
        for unit in (*self.reablement, *self.home_care):
            if self._draw.random() < 0.3:
                drifted = unit.capacity + unit.size.hours * self._draw.gauss(0, 0.006)
                drawn_back = drifted + (unit.size.hours - drifted) * 0.1
                unit.capacity = max(unit.used, round(drawn_back * 4) / 4)
        for ward in self.virtual_wards:
            if self._draw.random() < 0.25:
                ward.staffed = max(ward.caseload, ward.size.staffed - self._draw.choice((0, 0, 0, 5, 10)))
        for beds in self.beds:
            if beds.closed == 0 and beds.free > 0 and self._draw.random() < 0.05:
                beds.closed = min(beds.free, self._draw.randint(1, 4))
                self._agenda.add(self._agenda.at + self._staying.days(4), beds.reopen, beds.closed)
        for home in self.homes:
            home.live_on(self._draw)

    def _room(self, units: list[Hours], locality: str) -> float:
        near = [unit for unit in units if unit.size.locality == locality]
        return sum(unit.free for unit in near) / sum(unit.capacity for unit in near)

    # --- Before the beginning -----------------------------------------------------------

    def _begin(self, beginning: Beginning) -> None:
        at, draw = self._agenda.at, self._draw
        for beds in self.beds:
            for _ in range(round(beds.size.beds * (0.93 + 0.06 * draw.random()))):
                until = self._staying.by_day(at + self._staying.left_of(beds.size.days))
                since = at - int(self._luck.expovariate(1 / (beds.size.days * 0.72)) * DAY)
                self._agenda.add(until, beds.leave, stay := beds.take(since, until))
                self._put_to_bed(beds, stay)
                if beds.size.place not in self._hospitals:
                    beginning.stay(beds.size.place, beds.size.locality, stay.since, until)
        for units, mean, service in (
            (self.reablement, _REABLEMENT_PACKAGE, CareService.REABLEMENT),
            (self.home_care, _HOME_CARE_PACKAGE, CareService.HOME_CARE),
        ):
            for unit in units:
                while unit.free > unit.capacity * (0.02 + 0.02 * draw.random()) + mean:
                    hours = self._package(mean)
                    unit.used += hours
                    until = self._staying.by_day(at + self._staying.left_of(unit.size.days))
                    self._agenda.add(until, unit.end, hours)
                    size = unit.size
                    beginning.package(size.place, service, size.locality, hours, size.days, max(until, at))
        for ward in self.virtual_wards:
            ward.caseload = round(ward.staffed * (0.76 + 0.12 * draw.random()))
            for _ in range(ward.caseload):
                self._agenda.add(self._staying.by_day(at + self._staying.left_of(9.5)), ward.leave)
        for home in self.homes:
            home.occupied = round(home.size.beds * (0.86 + 0.1 * draw.random()))
            home.held_empty = draw.randint(0, 2)
            home.answer(at - int(draw.random() * 3 * DAY))
