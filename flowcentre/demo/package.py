"""One package of care, or one stay in a recovery bed, from the referral to its end.

Some of its moments lie ahead: the county's life is worked out as soon as it is settled, and a list tells what has come.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from flowcentre.demo.rhythm import DAY, local
from flowcentre.model import CareService, NextStep, ReferralReason, Setting, Therapy

LISTED_AFTER_THE_END = 8 * DAY  # a week, and the time within which care is promised to start
SHORT_TERM = 42  # days: nothing on the list is planned for longer
_AGREED_BEFORE = 6  # days ahead of it, everybody knows the day on which care ends
_MOST_HOURS_OF_THERAPY = 4.5  # a week, of those who need nobody but a therapist


@dataclass(slots=True, eq=False)
class Package:
    """Moments are seconds since 1970; one that is None never comes, as far as is settled yet."""

    ref: str
    person: str
    locality: str
    service: CareService
    setting: Setting
    reason: ReferralReason
    pathway: int | None
    referred_at: int
    team: str  # which was asked
    funding: str
    chance: float  # for what only the list tells
    asked: CareService | None = None  # until triage, where that found that another service is needed
    urgent: bool = False
    hard: bool = False  # to find a provider for
    hours: float = 0.0  # of carers, a week
    carers: int = 1
    visits_a_day: int = 1
    therapy: Therapy = Therapy.CARE_ONLY
    ready_at: int | None = None
    expected_at: int | None = None  # when the ward expects them to be ready, while they are not
    accepted_at: int | None = None
    sent_back_at: int | None = None
    triaged_at: int | None = None
    waits_for: tuple[tuple[int, int, NextStep], ...] = ()  # from when until when something else hinders it
    sought_at: int | None = None  # from when a provider is looked for
    offered_at: tuple[int, ...] = ()
    sourced_at: int | None = None
    provider: str | None = None
    free_from: int = 0  # care cannot begin before: the person is in a bed elsewhere
    leaves_bed: bool = False  # of an acute hospital, when the hospital says so
    started_at: int | None = None
    held_until: int | None = None  # the hours or the bed, by the service
    ended_at: int | None = None
    outcome: str | None = None
    outcome_at: int | None = None  # known, while the list may not yet say that it has ended
    therapy_again_at: int | None = None
    planned_days: int = SHORT_TERM

    # --- Where it stands ----------------------------------------------------------------

    def is_listed(self, at: int) -> bool:
        """Is it on the county's list?"""
        return self.referred_at <= at and (self.ended_at is None or at < self.ended_at + LISTED_AFTER_THE_END)

    def has_ended(self, at: int) -> bool:
        """Is it over?"""
        return self.ended_at is not None and self.ended_at <= at

    def is_running(self, at: int) -> bool:
        """Is care given?"""
        return self.started_at is not None and self.started_at <= at and not self.has_ended(at)

    def is_waiting(self, at: int) -> bool:
        """Has it been asked for, and neither begun nor ended?"""
        return self.referred_at <= at and not self.is_running(at) and not self.has_ended(at)

    def is_promised(self, at: int) -> bool:
        """Are hours or a bed kept for it, and care not begun?"""
        return self.is_waiting(at) and self.sourced_at is not None and self.sourced_at <= at

    def next_to_act(self, at: int) -> NextStep | None:
        """Who must act, where that does not follow from the steps."""
        return next((step for since, until, step in self.waits_for if since <= at < until), None)

    def offers(self, at: int) -> int:
        """How many offers providers have made."""
        return bisect_right(self.offered_at, at)

    def planned_end(self, at: int) -> date | None:
        """The day on which care is to end, as it was planned when last looked at."""
        if self.started_at is None or self.started_at > at or self.ended_at is None:
            return None
        began, today = local(self.started_at).date(), local(at).date()
        ends = local(self.ended_at).date()
        if self.has_ended(at) or (ends - today).days <= _AGREED_BEFORE:
            return ends
        days = self.planned_days
        # A plan that has passed is put off by a week, and never beyond the six weeks.
        while days < SHORT_TERM and began + timedelta(days=days) <= today:
            days = min(SHORT_TERM, days + 7)
        return began + timedelta(days=days)

    def expected_ready(self, at: int) -> date | None:
        """The day on which the ward expects them to be ready; a day that has come is put off to the next."""
        if self.ready_at is not None or self.expected_at is None:
            return None
        return max(local(self.expected_at).date(), local(at).date() + timedelta(days=1))

    # --- What is needed -----------------------------------------------------------------

    def need(self, hours: float, luck: Random) -> None:
        """Work out carers, visits and therapy from hours of carers a week."""
        pair = luck.random() < (0.7 if self.hard else 0.3)
        self.carers = 2 if hours > 28 or (hours >= 12 and pair) else 1
        therapist = luck.random()
        if self.service is CareService.HOME_CARE:
            self.therapy = Therapy.THERAPY_AND_CARE if therapist < 0.12 else Therapy.CARE_ONLY
        elif hours <= _MOST_HOURS_OF_THERAPY and therapist < 0.4:
            self.therapy = Therapy.THERAPY_ONLY
        else:
            self.therapy = Therapy.THERAPY_AND_CARE if therapist < 0.78 else Therapy.CARE_ONLY
        self.fit(hours)

    def fit(self, hours: float) -> None:
        """Take the hours that a provider has agreed to; carers and therapy stay."""
        self.hours = hours
        minutes = hours / self.carers * 60 / 7  # a day
        self.visits_a_day = min(4, max(1, round(minutes / 41)))

    @property
    def weekly_hours(self) -> float:
        """Hours of visits a week, however many carers go."""
        return self.hours / self.carers
