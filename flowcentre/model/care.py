"""Care outside hospital: who is referred for it, what is bought, and the visits that are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class CareService(StrEnum):
    """What a referral asks for."""

    HOME_CARE = "home care"
    REABLEMENT = "reablement"
    RECOVERY_BED = "recovery bed"  # bed-based recovery, pathway 2

    @property
    def at_home(self) -> bool:
        """Is it a package of care, given in the person's own home?"""
        return self is not CareService.RECOVERY_BED


class Setting(StrEnum):
    """Where a person was when they were referred."""

    HOSPITAL = "hospital"
    COMMUNITY = "community"


class ReferralReason(StrEnum):
    """Why care is asked for. Step-up and admission avoidance keep people out of hospital."""

    DISCHARGE = "discharge"
    STEP_UP = "step-up"
    ADMISSION_AVOIDANCE = "admission avoidance"
    RESTART = "restart"  # care that stopped, as by a hospital stay or a hand-back, is asked for again


class Therapy(StrEnum):
    """Whether a package needs a therapist."""

    NOT_TRIAGED = "not yet triaged"
    THERAPY_AND_CARE = "therapy and care"
    CARE_ONLY = "care only"
    THERAPY_ONLY = "therapy only"


class NextStep(StrEnum):
    """Who must act next before care can start."""

    TRIAGE = "triage"
    BROKERAGE = "brokerage"
    PROVIDER = "provider"
    FAMILY = "family"
    HOSPITAL = "hospital"


@dataclass(frozen=True, slots=True)
class CareReferral:
    """A person waiting for, or receiving, a package of care or a bed-based recovery stay.

    ``ref`` is the referral's own; ``person`` the pseudonym by which the other lists know the person, so that
    somebody who stands on two lists is one person. What is None was not given, or not in words that are known.
    A package that its provider hands back ends with the outcome ``handed_back``; care asked for anew is another
    referral, a restart.
    """

    ref: str
    place: str  # the locality where the care is wanted
    person: str
    referred_at: datetime
    service: CareService
    setting: Setting
    reason: ReferralReason | None = None
    team: str | None = None  # id of the team that was asked: its single point of access takes it or sends it back
    pathway: int | None = None  # 0 to 3
    ready_at: datetime | None = None  # since when the person could go, where that is told
    weekly_hours: float | None = None  # of visits; see ``carer_hours``
    visits_a_day: int | None = None
    carers: int | None = None  # 1 or 2, needed together at each visit
    therapy: Therapy | None = None
    accepted_at: datetime | None = None  # by the team
    sent_back_at: datetime | None = None  # to whoever referred
    triaged_at: datetime | None = None
    sourced_at: datetime | None = None  # a provider has agreed
    provider: str | None = None  # id of the place that agreed, or that gives the care
    started_at: datetime | None = None  # the first visit, or the first night in the bed
    planned_end: date | None = None
    ended_at: datetime | None = None  # listed for eight days more
    outcome: str | None = None  # the key of an outcome
    therapy_again: bool = False  # has come back to therapy
    offers: int | None = None  # made by providers so far
    funding: str | None = None  # the key of a funding stream
    waits_for: NextStep | None = None  # who must act next, where the source says so itself

    @property
    def arrived_at(self) -> datetime:
        """From when they belong on the list."""
        return self.referred_at

    @property
    def carer_hours(self) -> float | None:
        """Hours of carers a week: a visit with two carers takes two hours of carers an hour."""
        return None if self.weekly_hours is None else self.weekly_hours * (self.carers or 1)


class CapacityUnit(StrEnum):
    """What a contract buys."""

    HOURS = "hours a week"  # of carers
    BEDS = "beds"
    PEOPLE = "people"  # on a caseload at one time


@dataclass(frozen=True, slots=True)
class CareContract:
    """Capacity that is bought of a provider for a time. Dates are Europe/London days, the last one included."""

    ref: str
    place: str  # the locality that it serves
    provider: str  # id of the place that gives it
    unit: CapacityUnit
    amount: float
    valid_from: date
    block: bool = True  # False: bought on the spot, and not counted on
    valid_to: date | None = None  # of this amount: the next row may go on with another
    contract_end: date | None = None
    funding: str | None = None  # the key of a funding stream
    funding_end: date | None = None
    hourly_rate: float | None = None  # pounds

    @property
    def last_day(self) -> date | None:
        """The last day on which it can be counted on: the first of its ends."""
        ends = [end for end in (self.valid_to, self.contract_end, self.funding_end) if end is not None]
        return min(ends, default=None)

    def in_force(self, day: date) -> bool:
        """Can it be counted on that day?"""
        return self.valid_from <= day and (self.last_day is None or day <= self.last_day)


class VisitStatus(StrEnum):
    """How a rostered visit went."""

    PLANNED = "planned"
    COMPLETED = "completed"
    LATE = "late"  # made, and begun late
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def was_made(self) -> bool:
        """Did a carer come?"""
        return self in (VisitStatus.COMPLETED, VisitStatus.LATE)


@dataclass(frozen=True, slots=True)
class Visit:
    """One rostered home visit of a service. ``ref`` is the roster's own; given again, it replaces what it said before."""

    ref: str
    place: str  # the service or provider whose roster it is
    package: str  # the ref of the referral
    planned_start: datetime
    planned_end: datetime
    status: VisitStatus
    actual_start: datetime | None = None
    actual_end: datetime | None = None
    carers: int = 1

    @property
    def planned_minutes(self) -> float:
        """Minutes of the plan, for one carer."""
        return (self.planned_end - self.planned_start).total_seconds() / 60

    @property
    def actual_minutes(self) -> float | None:
        """Minutes between the first and the last moment of the visit, for one carer; None while it was not made."""
        if self.actual_start is None or self.actual_end is None:
            return None
        return (self.actual_end - self.actual_start).total_seconds() / 60


@dataclass(frozen=True, slots=True)
class RosterExport:
    """Says that a roster's export told of visits as at a moment. A visit that it does not name stands as it was.

    A connector yields it beside the visits, one for each document, and leaves ``visits`` empty.
    """

    observed_at: datetime
    visits: tuple[Visit, ...] = ()  # those of them that are believed


@dataclass(frozen=True, slots=True)
class CareTerms:
    """What is promised and bought of packages of care here: local, and all of it configuration."""

    start_within: timedelta = timedelta(hours=24)  # from referral to the first visit
    runs_for_days: int = 42  # the longest a short-term package is to run
    ending_soon_days: int = 7
    reference_waiting: int | None = None  # how many waited on a day that people remember, and
    reference_day: date | None = None  # that day; both are drawn as a line
    tolerance_minutes: int = 5  # a visit is outside tolerance where it differs by more than this, and
    tolerance_share: float = 0.15  # by more than this share of its plan
    drift_visits: int = 10  # no pattern is named of fewer visits than this in 28 days
    virtual_ward_target: float | None = None  # %, at which occupancy is aimed
