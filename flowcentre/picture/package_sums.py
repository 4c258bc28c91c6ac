"""What the people who are chosen from the lists of packages come to: how many wait, how long, and who started in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from flowcentre.measures.care_clocks import Phase, fell_due, lately, started_in_time, waited_for_triage
from flowcentre.model import CareReferral, CareTerms, NextStep, ReferralReason, Setting
from flowcentre.picture.packages import NO_OFFER, SENT_BACK, TO_CHECK, TRIAGE_QUEUE, Package

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waits:
    """Those who wait. Hours of care are of carers, a week; waits are in hours, and of nobody None."""

    people: int
    by_reason: Mapping[ReferralReason | None, int]
    by_next: Mapping[NextStep, int]
    hours: float
    hours_unknown: int  # people whose hours are not known: in no sum of hours
    two_carers: int
    median: float | None
    longest: float | None
    breached: int
    no_offer: int


@dataclass(frozen=True, slots=True)
class LastWeek:
    """What came of the promise in the seven days up to each list."""

    due: int  # whose time to start ran out
    in_time: int  # of those
    started: int
    median_start: float | None  # hours from referral to the start

    @property
    def share(self) -> float | None:
        """Of those due, in percent; None where nobody was."""
        return 100 * self.in_time / self.due if self.due else None


def waits_of(packages: Iterable[Package]) -> Waits:
    """What those among these who wait come to."""
    waiting = [package for package in packages if package.phase is Phase.WAITING]
    hours = [package.waited_hours for package in waiting]
    needs = [package.person.carer_hours for package in waiting]
    return Waits(
        len(waiting),
        Counter(package.person.reason for package in waiting),
        Counter(package.next_step for package in waiting if package.next_step is not None),
        sum(need for need in needs if need is not None),
        sum(need is None for need in needs),
        sum(package.person.carers == 2 for package in waiting),
        median(hours) if hours else None,
        max(hours, default=None),
        sum(package.breached for package in waiting),
        sum(NO_OFFER in package.past for package in waiting),
    )


def last_week_of(packages: Iterable[Package], terms: CareTerms) -> LastWeek:
    """What came of the promise, of everybody on the lists: those who wait, have care, or ended in these days."""
    everybody = list(packages)
    due = [package for package in everybody if fell_due(package.person, package.at, terms)]
    started = [package for package in everybody if lately(package.person.started_at, package.at)]
    hours = [package.waited / _HOUR for package in started]
    return LastWeek(
        len(due),
        sum(started_in_time(package.person, terms) for package in due),
        len(started),
        median(hours) if hours else None,
    )


# --- Who waits for triage, and which rows to check -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InQueue:
    """Somebody ready on pathway 1 whom nobody has triaged."""

    referral: CareReferral
    waited: timedelta  # since they were ready and referred
    sent_back: bool  # lies with whoever referred, and nothing has been done with it since


def triage_queue(packages: Iterable[Package]) -> tuple[InQueue, ...]:
    """Who waits for triage, longest first."""
    queue = [
        InQueue(package.person, waited_for_triage(package.person, package.at), SENT_BACK in package.past)
        for package in packages
        if TRIAGE_QUEUE in package.past
    ]
    return tuple(sorted(queue, key=lambda each: (-each.waited, each.referral.ref)))


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A row that somebody must look at."""

    referral: CareReferral
    left_at: datetime | None = None  # left every hospital's list, and waits as from hospital; None: contradicts itself


def to_check(packages: Iterable[Package], left: Mapping[str, datetime]) -> tuple[ToCheck, ...]:
    """Rows that contradict themselves, then those of people whom no hospital lists any more, in the order given.

    ``left`` says when each pseudonym left the last of the hospitals' lists.
    """
    packages = list(packages)
    contradict = [ToCheck(package.person) for package in packages if TO_CHECK in package.past]
    gone = [
        ToCheck(package.person, left[package.person.person])
        for package in packages
        if waits_as_from_hospital(package) and package.person.person in left and TO_CHECK not in package.past
    ]
    return (*contradict, *gone)


def waits_as_from_hospital(package: Package) -> bool:
    """Does the list say that the person waits in hospital, while no hospital's list has them?"""
    return package.phase is Phase.WAITING and package.person.setting is Setting.HOSPITAL and package.elsewhere is None
