"""Everybody who waits for a package of care or a recovery bed, or has one: what the county's brokerage knows.

It follows the county's life and never changes it. Each time a service takes somebody from home, it is one of
those who wait here: the life knows only that somebody came.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from flowcentre.demo.agenda import Agenda
from flowcentre.demo.endings import (
    HANDED_BACK,
    HOSPITAL,
    NHS,
    REABLEMENT,
    SENT_BACK,
    WITHOUT_CARE,
    draw_outcome,
    ending,
)
from flowcentre.demo.opening import Opening
from flowcentre.demo.package import Package
from flowcentre.demo.queue import Queue
from flowcentre.demo.referral import Referral
from flowcentre.demo.requests import Source, draw_source, every_queue, expected_in_an_hour
from flowcentre.demo.residents import Resident
from flowcentre.demo.rhythm import DAY, HOUR, around, happenings
from flowcentre.demo.steps import after_office_hours, by_working_morning, first_visit, in_the_daytime
from flowcentre.model import CareService, NextStep, ReferralReason, Setting

NEVER = 1 << 40
_BRIDGED = 0.12  # of those who leave a ward: the family or a neighbour helps until care can begin
_THIS_MORNING = 0.34  # of those whom services take on: they cannot wait, and are seen to within the hour
_SIX_WEEKS, _IN_TIME = 42 * DAY, 0.8  # of those who would stay longer: the rest overstay


class Packages:
    """The packages and stays of one life of the county."""

    def __init__(self, seed: int, agenda: Agenda) -> None:
        self.every: list[Package] = []  # also some that will be referred later
        self._looking = {queue: Queue() for queue in every_queue()}
        self._agenda = agenda
        self._luck = Random(f"{seed} packages of care")
        self.opening = Opening(seed, self._luck)

    def listed(self) -> Iterator[Package]:
        """Those on the county's list now."""
        at = self._agenda.at
        return (package for package in self.every if package.is_listed(at))

    def refer(
        self,
        service: CareService,
        locality: str,
        source: Source,
        at: int,
        *,
        person: str | None = None,
        urgent: bool = False,
    ) -> Package:
        """Somebody asks for a service. Steps follow with ``opening.take_steps``; a ``person`` not given is somebody at home."""
        package = self.opening.refer(service, locality, source, at, person=person, urgent=urgent)
        self.every.append(package)
        return package

    # --- Who waits ------------------------------------------------------------------------

    def enter(self, package: Package) -> None:
        """Into the queue from which services take people. Some ask in the end for something else, or are not taken."""
        luck = self._luck
        assert package.accepted_at is not None
        if package.sent_back_at is not None and luck.random() < 0.35:
            package.accepted_at = package.triaged_at = package.sought_at = None
            package.outcome, package.offered_at = SENT_BACK, ()
            package.ended_at = package.outcome_at = after_office_hours(package.sent_back_at, 1.0)
            return
        if package.offered_at and not package.urgent and luck.random() < 0.2:
            first = package.offered_at[0]
            package.waits_for = (*package.waits_for, (first, first + around(luck, 30 * 60, 0.5), NextStep.FAMILY))
        if not package.urgent and luck.random() < 0.17:
            package.outcome = draw_outcome(WITHOUT_CARE, luck)
            triaged_at = package.triaged_at or package.accepted_at
            package.outcome_at = max(package.referred_at + int(luck.gammavariate(1.5, 8) * DAY), triaged_at) + 6 * HOUR
            package.ended_at = by_working_morning(package.outcome_at, luck)
        self._looking[package.service, package.locality].add(package)

    def resident(self, hospital: str, one: Resident) -> None:
        """Somebody in a community hospital who will need care at home."""
        if one.pathway == 1:
            package = self.opening.resident(hospital, one)
            self.every.append(package)
            self._looking[package.service, package.locality].add(package)

    # --- A service takes somebody ---------------------------------------------------------

    def sought(self, service: CareService, locality: str, hours: float, referral: Referral | None) -> Package:
        """The hub begins to look for a service: for somebody in a ward, or for whoever at home is next."""
        if referral is None:
            return self._next(service, locality, hours)
        package = referral.package
        assert package is not None  # everybody on pathways 1 and 2 has one
        if package.service is not service:
            package.asked, package.service = package.service, service
        if hours != package.hours and service is not CareService.RECOVERY_BED:
            package.need(hours, self._luck)
        self.opening.look_from(package, self._agenda.at)
        return package

    def _next(self, service: CareService, locality: str, hours: float) -> Package:
        """Who of those at home, or in other beds, is next for a service that gives so many hours a week."""
        at = self._agenda.at
        found = None
        if self._luck.random() >= _THIS_MORNING:
            found = self._looking[service, locality].take(hours, at, self._luck)
        if found is None:
            source = draw_source(service, self._luck)
            asked_at = at - int((0.2 + 0.7 * self._luck.random()) * HOUR)
            found = self.refer(service, locality, source, asked_at, urgent=True)
            found.accepted_at = found.triaged_at = found.sought_at = at
        found.ended_at = found.outcome = found.outcome_at = None
        if hours < 8:
            found.carers = 1
        elif hours > 28:
            found.carers = 2
        found.fit(hours)
        return found

    def promise(self, package: Package, provider: str, until: int, *, elsewhere: bool = False) -> None:
        """A service has agreed, and keeps hours or a bed until a moment; ``elsewhere``: a bed that is none of recovery."""
        at = self._agenda.at
        package.sourced_at, package.provider, package.held_until = at, provider, until
        if package.triaged_at is None or package.triaged_at > at:
            # The hub was faster than the team that was asked.
            package.triaged_at = at
            package.accepted_at = min(package.accepted_at or at, at)
        package.waits_for = ()
        package.offered_at = (*(offer for offer in package.offered_at if offer < at), at)
        if not package.leaves_bed:
            self._begin(package, max(at, package.free_from), elsewhere=elsewhere)
        elif elsewhere:
            package.outcome = NHS

    def leave(self, package: Package, settled_at: int, leaves_at: int) -> None:
        """A ward says when somebody leaves it. For the last hours they wait for letters and medicines."""
        package.waits_for = (((settled_at + leaves_at) // 2, leaves_at, NextStep.HOSPITAL),)
        self._begin(package, leaves_at, elsewhere=package.outcome == NHS)

    def _begin(self, package: Package, at: int, *, elsewhere: bool) -> None:
        luck, until = self._luck, package.held_until
        assert until is not None
        if elsewhere:
            package.ended_at = package.outcome_at = max(at, self._agenda.at) + HOUR
            package.outcome = NHS
            return
        if package.service is CareService.RECOVERY_BED:
            begins = at + around(luck, 80, 0.3) if package.leaves_bed else after_office_hours(at, 1 + 6 * luck.random())
        else:
            begins = first_visit(at + self._until_the_first_visit(package), luck)
        if begins > until - 6 * HOUR:
            # The service gives the place to somebody else before it was ever taken.
            package.ended_at = package.outcome_at = max(until, self._agenda.at)
            package.outcome = HOSPITAL
            return
        self.run(package, begins)

    def _until_the_first_visit(self, package: Package) -> int:
        luck = self._luck
        if package.urgent:
            return around(luck, 150, 0.4)
        if package.leaves_bed or package.free_from:
            helped = luck.random() < _BRIDGED
            return int(luck.gammavariate(1.6, 2.5) * DAY) if helped else around(luck, 90, 0.3)
        return around(luck, 17 * 60, 0.9)

    def run(self, package: Package, begins: int) -> None:
        """Care begins at a moment, and ends as it will."""
        luck, until = self._luck, package.held_until
        assert until is not None
        earliest = self._agenda.at + int((1 + 5 * luck.random()) * DAY)
        limit = in_the_daytime(max(begins + int((26 + 15 * luck.random()) * DAY), earliest), luck)
        outlasts = until > max(begins + _SIX_WEEKS, limit + DAY) and package.service is CareService.REABLEMENT
        if outlasts and luck.random() < _IN_TIME:
            # The hours outlast the six weeks, and go to somebody else before these are over.
            self._agenda.add(limit, self._pass_on, package, until)
            package.held_until = until = limit
        package.started_at = begins
        package.planned_days = luck.choices((14, 21, 28, 35, 42), (6, 12, 26, 14, 42))[0]
        package.ended_at, package.outcome = ending(package.service, begins, until, luck)
        if package.ended_at <= self._agenda.at:
            # What had run for long already when the simulation began goes on for some days.
            package.ended_at = min(in_the_daytime(earliest, luck), until)
        package.outcome_at = package.ended_at
        if luck.random() < 0.07 and package.service is CareService.REABLEMENT:
            package.therapy_again_at = begins + int((4 + 20 * luck.random()) * DAY)
        self._ask_again(package)

    def _pass_on(self, package: Package, until: int) -> None:
        assert package.provider is not None
        following = self._next(package.service, package.locality, package.hours)
        self.promise(following, package.provider, until)

    def _ask_again(self, package: Package) -> None:
        """Care that is handed back, or stopped for a hospital stay, is asked for anew; from a bed one goes home."""
        luck, ended_at = self._luck, package.ended_at
        assert ended_at is not None
        restart = ReferralReason.RESTART
        if package.outcome == HANDED_BACK:
            self._anew(package, Source(Setting.COMMUNITY, restart, 1, 0), ended_at - int(4 * HOUR * luck.random()))
        elif package.outcome == HOSPITAL and luck.random() < 0.25:
            back_at = after_office_hours(ended_at + int((3 + 9 * luck.random()) * DAY), 2 * luck.random())
            self._anew(package, Source(Setting.HOSPITAL, restart, 1, 0, 1), back_at)
        elif package.outcome == REABLEMENT and package.service is CareService.RECOVERY_BED:
            source = Source(Setting.COMMUNITY, ReferralReason.DISCHARGE, 1, 0, 1)
            asked_at = max(self._agenda.at, ended_at - int((2 + 4 * luck.random()) * DAY))
            self._anew(package, source, after_office_hours(asked_at, 0.1), CareService.REABLEMENT, free_from=ended_at)

    def _anew(
        self, package: Package, source: Source, at: int, service: CareService | None = None, free_from: int = 0
    ) -> None:
        # Entered when it is asked for, so that until then nobody is offered anything.
        self._agenda.add(
            at, self._enter_anew, package.person, package.locality, source, service or package.service, free_from
        )

    def _enter_anew(self, person: str, locality: str, source: Source, service: CareService, free_from: int) -> None:
        package = self.refer(service, locality, source, self._agenda.at, person=person)
        package.free_from = free_from
        self.opening.take_steps(package)
        self.enter(package)

    # --- Hour by hour ---------------------------------------------------------------------

    def work(self) -> None:
        """The coming hour's requests; and what ended long ago is forgotten."""
        at, luck = self._agenda.at, self._luck
        for (service, locality), looking in self._looking.items():
            for _ in range(happenings(luck, expected_in_an_hour(service, locality, len(looking), at))):
                source = draw_source(service, luck)
                asked_at = at + int(HOUR * luck.random())
                package = self.refer(service, locality, source, asked_at, urgent=luck.random() < source.urgent)
                self.opening.take_steps(package)
                self.enter(package)
        if at % DAY < HOUR:
            self.every = [p for p in self.every if p.referred_at > at - DAY or p.is_listed(at - DAY)]
