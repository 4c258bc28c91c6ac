"""Bed-based recovery: who is in which unit, for how many days of how many, and when beds come free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flowcentre.measures.care_clocks import NO_LIMITS, Phase, StayLimits, course_of, phase_of, runs_for
from flowcentre.measures.derive import local_day
from flowcentre.model import CapacityUnit, CareContract, CareReferral, CareService, CareTerms, PlaceKind

# What the measures of a place's beds begin with.
BEDS = {PlaceKind.RECOVERY_UNIT: "recovery_beds", PlaceKind.COMMUNITY_HOSPITAL: "community_beds"}


@dataclass(frozen=True, slots=True)
class Stay:
    """One person's running stay, as at the moment of the list that tells of it."""

    referral: CareReferral
    day: int  # the day of arrival is day 1
    left: int  # days until the planned end, or the last day that is allowed; below 0 when that is past
    ends_on: date
    limit: int  # days that it may last: the unit's own limit or, where it has none, that of any short-term care
    over: bool  # past the limit

    def ends_within(self, days: int) -> bool:
        """Is it to end within so many days, today included? What is past its end is not among them."""
        return 0 <= self.left <= days


@dataclass(frozen=True, slots=True)
class RecoveryUnit:
    """A unit with its stays, longest first, and what its beds are bought with."""

    place: str
    limit: int  # days that a stay may last here
    stays: tuple[Stay, ...]
    contracts: tuple[CareContract, ...]  # in force, or to begin; the first to begin first

    @property
    def overdue(self) -> int:
        """How many are past the day on which they were to leave."""
        return sum(stay.left < 0 for stay in self.stays)

    @property
    def over(self) -> int:
        """How many have stayed for longer than the limit."""
        return sum(stay.over for stay in self.stays)

    def ending(self, days: int) -> int:
        """How many are to leave within so many days."""
        return sum(stay.ends_within(days) for stay in self.stays)


def stay_of(referral: CareReferral, at: datetime, terms: CareTerms, stay_limits: StayLimits = NO_LIMITS) -> Stay | None:
    """The running stay of a referral; None where it has none."""
    course = course_of(referral, at, terms, stay_limits) if referral.service is CareService.RECOVERY_BED else None
    if course is None:
        return None
    ends_on = local_day(at) + timedelta(days=course.left)
    return Stay(referral, course.day, course.left, ends_on, runs_for(referral, terms, stay_limits), course.over)


def recovery_units(
    units: Iterable[str],
    referrals: Iterable[tuple[CareReferral, datetime]],
    contracts: Iterable[CareContract],
    today: date,
    terms: CareTerms,
    stay_limits: StayLimits = NO_LIMITS,
) -> tuple[RecoveryUnit, ...]:
    """Each unit in the order given. ``referrals`` come each with the moment of its list, from whichever locality."""
    stays: dict[str, list[Stay]] = {unit: [] for unit in units}
    for referral, at in referrals:
        if referral.provider in stays and (stay := stay_of(referral, at, terms, stay_limits)) is not None:
            stays[referral.provider].append(stay)
    bought: dict[str, list[CareContract]] = {unit: [] for unit in stays}
    for contract in contracts:
        last = contract.last_day
        if contract.provider in bought and contract.unit is CapacityUnit.BEDS and (last is None or today <= last):
            bought[contract.provider].append(contract)
    return tuple(
        RecoveryUnit(
            unit,
            stay_limits.get(unit, terms.runs_for_days),
            tuple(sorted(theirs, key=lambda stay: (-stay.day, stay.referral.ref))),
            tuple(sorted(bought[unit], key=lambda each: (each.valid_from, each.last_day or date.max, each.ref))),
        )
        for unit, theirs in stays.items()
    )


def stays_elsewhere(
    units: Iterable[str], referrals: Iterable[tuple[CareReferral, datetime]]
) -> tuple[CareReferral, ...]:
    """Running stays whose unit is none of these, or is not told: they are in no unit's count."""
    known = frozenset(units)
    return tuple(
        referral
        for referral, at in referrals
        if referral.service is CareService.RECOVERY_BED
        and phase_of(referral, at) is Phase.RECEIVING
        and referral.provider not in known
    )
