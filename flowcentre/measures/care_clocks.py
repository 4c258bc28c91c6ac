"""The clocks of one referral for care: where it stands at a moment, for how long, and who must act next.

Every length is of real time, so that the hour of a clock change counts; every day is one of Europe/London.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from flowcentre.measures.care_words import NO_LONGER_WAITING
from flowcentre.measures.derive import local_day, local_midnight
from flowcentre.model import CareReferral, CareTerms, NextStep, Setting, Therapy

StayLimits = Mapping[str, int]  # days of a stay in a bed, by the places with a limit of their own
NO_LIMITS: StayLimits = MappingProxyType({})
_INTO_THE_NEXT_DAY = timedelta(hours=26)  # from midnight: a day has 23, 24 or 25 hours
WEEK = timedelta(days=7)  # over which what came of referrals is counted


class Phase(StrEnum):
    """Where a referral stands."""

    WAITING = "waiting"
    RECEIVING = "receiving"
    ENDED = "ended"


def phase_of(referral: CareReferral, at: datetime) -> Phase:
    """Where a referral stands at a moment."""
    if referral.ended_at is not None and referral.ended_at <= at:
        return Phase.ENDED
    if referral.started_at is not None and referral.started_at <= at:
        return Phase.RECEIVING
    return Phase.WAITING


def waits(referral: CareReferral, at: datetime) -> bool:
    """Does the person wait for care at that moment?"""
    return referral.referred_at <= at and phase_of(referral, at) is Phase.WAITING


def waited(referral: CareReferral, at: datetime) -> timedelta:
    """From the referral to the start of care, to its end without one, or to now."""
    until = min((moment for moment in (referral.started_at, referral.ended_at, at) if moment is not None), default=at)
    return max(until - referral.referred_at, timedelta(0))


def due_at(referral: CareReferral, terms: CareTerms) -> datetime:
    """By when care is promised to start."""
    return referral.referred_at + terms.start_within


def breached(referral: CareReferral, at: datetime, terms: CareTerms) -> bool:
    """Is the promise past, and care not begun?"""
    return waits(referral, at) and at > due_at(referral, terms)


def started_in_time(referral: CareReferral, terms: CareTerms) -> bool:
    """Did care start by the moment that was promised? A start told as a day alone did where all of that day was in time."""
    started_at = referral.started_at
    return started_at is not None and _latest(started_at) <= due_at(referral, terms)


def _latest(started_at: datetime) -> datetime:
    """When care began at the latest: London's midnight stands for a day alone, for nobody pays a first visit then."""
    if local_midnight(started_at) != started_at:
        return started_at
    return local_midnight(started_at + _INTO_THE_NEXT_DAY)


def ended_unstarted(referral: CareReferral, before: datetime) -> bool:
    """Had the referral ended before that moment, with no care begun?"""
    if referral.ended_at is None or referral.ended_at >= before:
        return False
    return referral.started_at is None or referral.started_at > referral.ended_at


def fell_due(referral: CareReferral, at: datetime, terms: CareTerms) -> bool:
    """Did the time for its start run out in the week up to a moment? At the very limit it has not: nobody is past it there."""
    due = due_at(referral, terms)
    return at - WEEK <= due < at and not ended_unstarted(referral, due)


def lately(moment: datetime | None, at: datetime) -> bool:
    """Did something happen in the week up to a moment?"""
    return moment is not None and at - WEEK < moment <= at


def is_triaged(referral: CareReferral, at: datetime) -> bool:
    """Is it known what the person needs?"""
    if referral.triaged_at is not None:
        return referral.triaged_at <= at
    return is_sourced(referral, at) or referral.therapy not in (None, Therapy.NOT_TRIAGED)


def is_sourced(referral: CareReferral, at: datetime) -> bool:
    """Has a provider agreed?"""
    return referral.sourced_at is not None and referral.sourced_at <= at


def has_no_offer(referral: CareReferral, at: datetime) -> bool:
    """Is it known what the person needs, has no provider agreed, and does the list say that none has offered?"""
    return is_triaged(referral, at) and not is_sourced(referral, at) and referral.offers == 0


def unanswered(referral: CareReferral, at: datetime) -> bool:
    """Does the person wait, and has the team neither accepted the referral nor sent it back, nor gone on with it?"""
    answers = (referral.accepted_at, referral.sent_back_at, referral.triaged_at, referral.sourced_at)
    return waits(referral, at) and not any(answer is not None and answer <= at for answer in answers)


def to_acceptance(referral: CareReferral) -> timedelta:
    """From the referral to the team's acceptance; nothing where it has none, or accepted before it was written down."""
    accepted_at = referral.accepted_at or referral.referred_at
    return max(accepted_at - referral.referred_at, timedelta(0))


def next_step(referral: CareReferral, at: datetime) -> NextStep:
    """Who must act next for somebody who waits: as the source says, or by the first step that is not done.

    What a team sent back, whoever referred must answer: the hospital, or for a person at home those who triage.
    """
    if referral.waits_for is not None:
        return referral.waits_for
    if is_sent_back(referral, at):
        return NextStep.HOSPITAL if referral.setting is Setting.HOSPITAL else NextStep.TRIAGE
    if not is_triaged(referral, at):
        return NextStep.TRIAGE
    if not is_sourced(referral, at):
        return NextStep.BROKERAGE
    return NextStep.PROVIDER


def is_sent_back(referral: CareReferral, at: datetime) -> bool:
    """Does the referral lie with whoever referred: sent back, and nothing done with it since?"""
    sent_back_at = referral.sent_back_at
    if sent_back_at is None or sent_back_at > at:
        return False
    done = (referral.accepted_at, referral.triaged_at, referral.sourced_at)
    return not any(moment is not None and sent_back_at < moment <= at for moment in done)


def in_triage_queue(referral: CareReferral, at: datetime) -> bool:
    """Is the person ready, on pathway 1, and not yet triaged? Without a word of readiness they count as ready."""
    ready = referral.ready_at is None or referral.ready_at <= at
    return waits(referral, at) and referral.pathway == 1 and ready and not is_triaged(referral, at)


def waited_for_triage(referral: CareReferral, at: datetime) -> timedelta:
    """Since the referral or, where that is later, since the person could go."""
    since = max(referral.referred_at, referral.ready_at or referral.referred_at)
    return max(at - since, timedelta(0))


def day_of(referral: CareReferral, at: datetime) -> int | None:
    """The day of care that it is, the day of the first visit being day 1; None where no care runs."""
    if phase_of(referral, at) is not Phase.RECEIVING or referral.started_at is None:
        return None
    return (local_day(at) - local_day(referral.started_at)).days + 1


def runs_for(referral: CareReferral, terms: CareTerms, stay_limits: StayLimits = NO_LIMITS) -> int:
    """For how many days care may run, the first counted: in a bed of a place with a limit of its own, for so many."""
    if referral.service.at_home or referral.provider is None:
        return terms.runs_for_days
    return stay_limits.get(referral.provider, terms.runs_for_days)


class Course(NamedTuple):
    """Where care that runs stands, on a day of it."""

    day: int  # the day of the first visit being 1
    left: int  # days until the planned end, or until the last day that is allowed where none is planned; below 0 when past
    over: bool  # runs for longer than it may

    def ends_soon(self, terms: CareTerms) -> bool:
        """Is care to end within the next few days?"""
        return 0 <= self.left <= terms.ending_soon_days


def course_of(
    referral: CareReferral, at: datetime, terms: CareTerms, stay_limits: StayLimits = NO_LIMITS
) -> Course | None:
    """Where the care of a referral stands; None where none runs."""
    day = day_of(referral, at)
    if day is None:
        return None
    longest = runs_for(referral, terms, stay_limits)
    planned = referral.planned_end
    return Course(day, longest - day if planned is None else (planned - local_day(at)).days, day > longest)


def overstayed(referral: CareReferral, at: datetime, terms: CareTerms, stay_limits: StayLimits = NO_LIMITS) -> bool:
    """Does care run for longer than it may?"""
    course = course_of(referral, at, terms, stay_limits)
    return course is not None and course.over


def days_left(
    referral: CareReferral, at: datetime, terms: CareTerms, stay_limits: StayLimits = NO_LIMITS
) -> int | None:
    """Days until the planned end, or until the last day that is allowed where none is planned; below 0 when past."""
    course = course_of(referral, at, terms, stay_limits)
    return None if course is None else course.left


def ending_soon(referral: CareReferral, at: datetime, terms: CareTerms, stay_limits: StayLimits = NO_LIMITS) -> bool:
    """Is care to end within the next few days?"""
    course = course_of(referral, at, terms, stay_limits)
    return course is not None and course.ends_soon(terms)


def to_be_checked(referral: CareReferral, at: datetime) -> bool:
    """Does the row contradict itself: an outcome after which nobody waits, and yet no end?"""
    return phase_of(referral, at) is not Phase.ENDED and referral.outcome in NO_LONGER_WAITING
