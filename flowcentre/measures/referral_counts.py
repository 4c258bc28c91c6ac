"""A locality's list of referrals becomes measures, as at the list's own moment.

Waits are of real time: the hour of a clock change counts. A referral whose hours are not known is counted
as a person, and adds no hours.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median

from flowcentre.measures import care_clocks as clocks
from flowcentre.measures.care_words import HANDED_BACK
from flowcentre.measures.packages_now import REASON_KEYS, SERVICE_KEYS
from flowcentre.model import CareReferral, CareTerms, NextStep, Reading, Setting

Counts = dict[str, float | None]


def referral_readings(
    place: str,
    listed: Sequence[CareReferral],
    at: datetime,
    terms: CareTerms,
    stay_limits: clocks.StayLimits = clocks.NO_LIMITS,
) -> Iterator[Reading]:
    """The measures of one locality's whole list at ``at``. A median of nobody has no value.

    ``stay_limits`` are those of the county's places, for people of one locality stay in beds of another.
    """
    waiting = [referral for referral in listed if clocks.waits(referral, at)]
    home = [referral for referral in waiting if referral.service.at_home]
    running = [referral for referral in listed if clocks.phase_of(referral, at) is clocks.Phase.RECEIVING]
    counts = _waiting(home, at, terms) | _running(running, at, terms, stay_limits)
    counts |= _last_week([referral for referral in listed if referral.service.at_home], at, terms)
    counts |= {
        "poc_check_now": sum(clocks.to_be_checked(referral, at) for referral in listed),
        "recovery_waiting_now": len(waiting) - len(home),
    }
    yield from _readings(place, counts, at)


def team_readings(teams: Iterable[str], listed: Sequence[CareReferral], at: datetime) -> Iterator[Reading]:
    """What each of some teams was asked in the seven days up to ``at``, and what it did with it; zero where nothing."""
    for team in teams:
        asked = [referral for referral in listed if referral.team == team]
        accepted = [referral for referral in asked if clocks.lately(referral.accepted_at, at)]
        hours = [_hours(clocks.to_acceptance(referral)) for referral in accepted]
        counts: Counts = {
            "spa_received_7d": sum(clocks.lately(referral.referred_at, at) for referral in asked),
            "spa_accepted_7d": len(accepted),
            "spa_sent_back_7d": sum(clocks.lately(referral.sent_back_at, at) for referral in asked),
            "spa_waiting_now": sum(clocks.unanswered(referral, at) for referral in asked),
            "spa_median_accept_hours_7d": median(hours) if hours else None,
        }
        yield from _readings(team, counts, at)


def provider_readings(providers: Iterable[str], listed: Sequence[CareReferral], at: datetime) -> Iterator[Reading]:
    """The hours that running packages at home take of each of some providers; zero where it gives none."""
    hours: defaultdict[str | None, float] = defaultdict(float)
    for referral in listed:
        if referral.service.at_home and clocks.phase_of(referral, at) is clocks.Phase.RECEIVING:
            hours[referral.provider] += referral.carer_hours or 0
    for provider in providers:
        yield Reading("block_hours_used", provider, hours[provider], at)


def _waiting(home: Sequence[CareReferral], at: datetime, terms: CareTerms) -> Counts:
    """Of those who wait for care at home."""
    hours = [_hours(clocks.waited(referral, at)) for referral in home]
    queue = [referral for referral in home if clocks.in_triage_queue(referral, at)]
    in_queue = [_hours(clocks.waited_for_triage(referral, at)) for referral in queue]
    counts: Counts = {
        "poc_waiting_now": len(home),
        "poc_hours_waiting_now": sum(referral.carer_hours or 0 for referral in home),
        "poc_hours_unknown_now": sum(referral.carer_hours is None for referral in home),
        "poc_median_wait_hours_now": median(hours) if hours else None,
        "poc_longest_wait_hours_now": max(hours, default=0),
        "poc_breached_now": sum(clocks.breached(referral, at, terms) for referral in home),
        "poc_no_offer_now": sum(clocks.has_no_offer(referral, at) for referral in home),
        "poc_two_carers_waiting_now": sum(referral.carers == 2 for referral in home),
        "poc_triage_queue_now": len(queue),
        "poc_triage_median_hours_now": median(in_queue) if in_queue else None,
    }
    settings = Counter(referral.setting for referral in home)
    counts |= {f"poc_waiting_{setting}_now": settings[setting] for setting in Setting}
    reasons = Counter(referral.reason for referral in home)
    counts |= {f"poc_waiting_{key}_now": reasons[reason] for reason, key in REASON_KEYS.items()}
    counts["poc_waiting_reason_unknown_now"] = reasons[None]
    services = Counter(referral.service for referral in home)
    counts |= {f"poc_waiting_{key}_now": services[service] for service, key in SERVICE_KEYS.items()}
    steps = Counter(clocks.next_step(referral, at) for referral in home)
    return counts | {f"poc_next_{step}_now": steps[step] for step in NextStep}


def _running(running: Sequence[CareReferral], at: datetime, terms: CareTerms, stay_limits: clocks.StayLimits) -> Counts:
    """Of those who have care, at home or in a recovery bed."""
    home = [referral for referral in running if referral.service.at_home]
    over = [referral for referral in running if clocks.overstayed(referral, at, terms, stay_limits)]
    return {
        "poc_receiving_now": len(home),
        "poc_hours_running_now": sum(referral.carer_hours or 0 for referral in home),
        "poc_ending_soon_now": sum(clocks.ending_soon(referral, at, terms) for referral in home),
        "poc_overstayed_now": sum(referral.service.at_home for referral in over),
        "recovery_over_limit_now": sum(not referral.service.at_home for referral in over),
    }


def _last_week(home: Sequence[CareReferral], at: datetime, terms: CareTerms) -> Counts:
    """Of the seven days up to ``at``."""
    due = [referral for referral in home if clocks.fell_due(referral, at, terms)]
    started = [referral for referral in home if clocks.lately(referral.started_at, at)]
    hours = [_hours(clocks.waited(referral, at)) for referral in started]
    return {
        "poc_due_7d": len(due),
        "poc_started_in_time_7d": sum(clocks.started_in_time(referral, terms) for referral in due),
        "poc_started_7d": len(started),
        "poc_median_start_hours_7d": median(hours) if hours else None,
        "poc_handed_back_7d": sum(
            referral.outcome == HANDED_BACK and clocks.lately(referral.ended_at, at) for referral in home
        ),
    }


def _hours(length: timedelta) -> float:
    return length / timedelta(hours=1)


def _readings(place: str, counts: Counts, at: datetime) -> Iterator[Reading]:
    for measure, count in counts.items():
        yield Reading(measure, place, None if count is None else float(count), at)
