"""Packages of care person by person: what follows from each row of the localities' lists, and how one can choose.

A list holds everybody who waits, who receives care, and whose referral ended in the last eight days. Where an
address does not say otherwise, those who wait for care at home are chosen: the people of ``poc_waiting_now``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from flowcentre.measures import care_clocks as clocks
from flowcentre.measures.care_clocks import Phase
from flowcentre.measures.care_words import FUNDING, OUTCOME_BY_KEY
from flowcentre.measures.derive import day_words
from flowcentre.model import (
    CareReferral,
    CareService,
    CareTerms,
    County,
    Level,
    Listed,
    NextStep,
    Place,
    PlaceKind,
    ReferralReason,
    Setting,
    Therapy,
)
from flowcentre.picture.list_subject import NOT_KNOWN, UNKNOWN, Choices, Subject

PAST_PROMISE, NO_OFFER, TRIAGE_QUEUE, SENT_BACK = "promise", "no-offer", "triage-queue", "sent-back"
OVER_LENGTH, ENDING_SOON, TO_CHECK, UNTOUCHED = "over-length", "ending-soon", "check", "untouched"
LIMITS = {
    PAST_PROMISE: "waits for longer than promised",
    NO_OFFER: "triaged, and no provider has offered",
    TRIAGE_QUEUE: "pathway 1, ready and not yet triaged",
    SENT_BACK: "sent back to whoever referred",
    OVER_LENGTH: "runs for longer than it may",
    ENDING_SOON: "ends within the next few days",
    TO_CHECK: "check this: an outcome, and no end",
    UNTOUCHED: "waits, and the row not touched lately",
}
_NONE: frozenset[str] = frozenset()
NOBODY = "nobody"  # need act for care to start: it runs, or the referral has ended


class Band(NamedTuple):
    """A range of waits, from so many hours until the next band's."""

    key: str
    words: str
    hours: int


BANDS = (
    Band("under-12h", "under 12 hours", 0),
    Band("12-24h", "12 to 24 hours", 12),
    Band("24-48h", "24 to 48 hours", 24),
    Band("2-7d", "2 to 7 days", 48),
    Band("over-7d", "7 days or more", 7 * 24),
)


@dataclass(frozen=True, slots=True)
class Package:
    """A referral on a list with what follows from it, as at the moment of that list.

    What is asked of few is worked out when it is asked for: a list holds ten times as many whose care runs or has
    ended as those who wait, and of the lists of a past moment hardly more than who waits is asked.
    """

    person: CareReferral  # the row: somebody who is referred twice has two
    at: datetime
    stale: bool  # the list is too old to be the present: shown as old, and in no count
    phase: Phase
    past: frozenset[str]  # of ``LIMITS``
    terms: CareTerms
    stay_limits: clocks.StayLimits = field(hash=False)
    elsewhere: str | None = None  # how the person stands on the hospitals' lists; None: on none of them
    unchanged_since: datetime | None = None  # of who waits, the list since which nothing of the row has changed

    @property
    def next_step(self) -> NextStep | None:
        """Who must act next; None: nobody need, for care runs or the referral has ended."""
        return clocks.next_step(self.person, self.at) if self.phase is Phase.WAITING else None

    @property
    def waited(self) -> timedelta:
        """To the start of care, to the end without one, or to the moment of the list."""
        return clocks.waited(self.person, self.at)

    @property
    def waited_hours(self) -> float:
        """Hours of real time."""
        return self.waited / timedelta(hours=1)

    @property
    def band(self) -> str:
        """The key of the band of waits."""
        waited = self.waited
        return next(band.key for band in reversed(BANDS) if waited >= timedelta(hours=band.hours))

    @property
    def due_at(self) -> datetime:
        """By when care is promised to start."""
        return clocks.due_at(self.person, self.terms)

    @property
    def breached(self) -> bool:
        """Does the person wait, and is the promise past?"""
        return PAST_PROMISE in self.past

    @property
    def day(self) -> int | None:
        """Of care that runs, the day of the first visit being 1."""
        return clocks.day_of(self.person, self.at)

    @property
    def days_left(self) -> int | None:
        """Of care that runs, until its planned or its last allowed day; below 0 when past."""
        return clocks.days_left(self.person, self.at, self.terms, self.stay_limits)


def package_of(
    referral: CareReferral,
    at: datetime,
    terms: CareTerms,
    stay_limits: clocks.StayLimits = clocks.NO_LIMITS,
    *,
    stale: bool = False,
) -> Package:
    """What follows from a row at a moment."""
    phase = clocks.phase_of(referral, at)
    past = _past(referral, at, phase, terms, stay_limits)
    return Package(referral, at, stale, phase, past, terms, stay_limits)


def _past(
    row: CareReferral, at: datetime, phase: Phase, terms: CareTerms, stay_limits: clocks.StayLimits
) -> frozenset[str]:
    """The limits that a row is past: of each phase is asked what can be so of it."""
    if phase is Phase.ENDED:
        return _NONE
    found = [TO_CHECK] if clocks.to_be_checked(row, at) else []
    if phase is Phase.WAITING:
        if clocks.breached(row, at, terms):
            found.append(PAST_PROMISE)
        if clocks.has_no_offer(row, at):
            found.append(NO_OFFER)
        if clocks.in_triage_queue(row, at):
            found.append(TRIAGE_QUEUE)
        if clocks.is_sent_back(row, at):
            found.append(SENT_BACK)
    elif (course := clocks.course_of(row, at, terms, stay_limits)) is not None:
        if course.over:
            found.append(OVER_LENGTH)
        if course.ends_soon(terms):
            found.append(ENDING_SOON)
    return frozenset(found) if found else _NONE


def _read(
    rows: Iterable[Listed], at: datetime, county: County, stale: bool
) -> tuple[tuple[Package, ...], tuple[Package, ...]]:
    listed = (row for row in rows if isinstance(row, CareReferral) and row.referred_at <= at)
    limits = county.places.stay_limits
    return tuple(package_of(row, at, county.care, limits, stale=stale) for row in listed), ()


# --- Words --------------------------------------------------------------------------------

NEXT_WORDS = {
    NextStep.TRIAGE: "triage",
    NextStep.BROKERAGE: "brokerage",
    NextStep.PROVIDER: "the provider",
    NextStep.FAMILY: "the family",
    NextStep.HOSPITAL: "the hospital",
}


@lru_cache(maxsize=256)  # the words are few, and asked of every row
def key_of(word: str) -> str:
    """A word as it stands in an address: "admission avoidance" is "admission-avoidance"."""
    return word.replace(" ", "-")


def step_words(package: Package, _county: County) -> str:
    """Where a package stands, for the hospital: "Home care, next: brokerage"."""
    row, service = package.person, package.person.service.capitalize()
    old = ", by a list too old" if package.stale else ""
    if package.next_step is not None:
        return f"{service}, next: {package.next_step}{old}"
    if package.phase is Phase.RECEIVING and row.started_at is not None:
        return f"{service}: started {day_words(row.started_at)}{old}"
    outcome = OUTCOME_BY_KEY.get(row.outcome or "")
    how = f", {outcome.text[0].lower()}{outcome.text[1:]}" if outcome is not None else ""
    return f"{service}: ended {day_words(row.ended_at or package.at)}{how}{old}"


# --- How one can choose -------------------------------------------------------------------

_ORDER = {Phase.WAITING: 0, Phase.RECEIVING: 1, Phase.ENDED: 2}
_NOT_LOCALITIES = (Level.ORGANISATION, Level.SITE, Level.UNIT)


def _rank(package: Package) -> tuple[int, float, str]:
    """The longest wait first, then the longest care, then the last to end."""
    row = package.person
    if package.phase is Phase.WAITING:
        since = row.referred_at.timestamp()
    elif package.phase is Phase.RECEIVING:
        since = (row.started_at or row.referred_at).timestamp()
    else:
        since = -(row.ended_at or row.referred_at).timestamp()
    return _ORDER[package.phase], since, row.ref


def _word(word: str | None) -> str:
    return UNKNOWN if word is None else key_of(word)


def _number(number: int | None) -> str:
    return UNKNOWN if number is None else str(number)


# Each way of choosing, and what a referral has of it. The names stand in addresses.
FACETS: Mapping[str, Callable[[Package], str]] = {
    "locality": lambda package: package.person.place,
    "phase": lambda package: package.phase.value,
    "service": lambda package: key_of(package.person.service),
    "setting": lambda package: package.person.setting.value,
    "reason": lambda package: _word(package.person.reason),
    "next": lambda package: package.next_step.value if package.next_step is not None else NOBODY,
    "waited": lambda package: package.band,
    "team": lambda package: package.person.team or UNKNOWN,
    "provider": lambda package: package.person.provider or UNKNOWN,
    "therapy": lambda package: _word(package.person.therapy),
    "carers": lambda package: _number(package.person.carers),
    "pathway": lambda package: _number(package.person.pathway),
    "funding": lambda package: package.person.funding or UNKNOWN,
}
AT_HOME = frozenset(key_of(service) for service in CareService if service.at_home)


def _stood(package: Package, since: datetime, county: County) -> Package:
    """Who waits by a row that has long stood as it is may wait no more. Care that runs stands so, and nothing is wrong."""
    if package.phase is not Phase.WAITING:
        return package
    long = package.at - since >= timedelta(days=county.unchanged_days)
    return replace(package, unchanged_since=since, past=package.past | {UNTOUCHED} if long else package.past)


def _gives_or_finds_care(place: Place) -> bool:
    return place.level in _NOT_LOCALITIES


def _measure(choices: Choices) -> str | None:
    """The measure whose people are chosen from, where it is not that of those who wait for care at home."""
    phases, services = choices.get("phase"), choices.get("service")
    if phases == frozenset({Phase.RECEIVING.value}):
        return "poc_receiving_now"
    if phases == frozenset({Phase.WAITING.value}) and services == frozenset({key_of(CareService.RECOVERY_BED)}):
        return "recovery_waiting_now"
    return None


def _words_of(kind: Iterable[str], *, unknown: bool = False) -> dict[str, str]:
    return {key_of(word): word for word in kind} | ({UNKNOWN: NOT_KNOWN} if unknown else {})


PACKAGES: Subject[Package] = Subject(
    people="referrals",
    of_those_lying="delayed_now",
    measure="poc_waiting_now",
    kinds=(PlaceKind.LOCALITY,),
    noun="localities",
    read=_read,
    rank=_rank,
    facets=FACETS,
    limits=LIMITS,
    words={
        "phase": _words_of(Phase),
        "service": _words_of(CareService),
        "setting": _words_of(Setting),
        "reason": _words_of(ReferralReason, unknown=True),
        "next": {step.value: words for step, words in NEXT_WORDS.items()} | {NOBODY: "nobody: care runs or has ended"},
        "waited": {band.key: band.words for band in BANDS},
        "therapy": _words_of(Therapy, unknown=True),
        "carers": {"1": "one carer", "2": "two carers", UNKNOWN: NOT_KNOWN},
        "pathway": {str(pathway): f"Pathway {pathway}" for pathway in range(4)} | {UNKNOWN: NOT_KNOWN},
        "funding": FUNDING | {UNKNOWN: NOT_KNOWN},
    },
    is_place={
        "locality": lambda place: place.level is Level.LOCALITY,
        "team": _gives_or_finds_care,
        "provider": _gives_or_finds_care,
    },
    place_facet="locality",
    implied={"phase": frozenset({Phase.WAITING.value}), "service": AT_HOME},
    limit_ways={PAST_PROMISE: "waited"},
    days_back=0,  # what the measures keep is enough: whole lists of four weeks would be forty thousand rows
    pseudonym=lambda package: package.person.person,
    step=step_words,
    stood=_stood,
    precedence=lambda package: (-_ORDER[package.phase], package.person.referred_at),
    counted_by=_measure,
)
