"""Delayed discharges person by person: what follows from each row of the hospitals' lists, and how one can choose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flowcentre.measures.delay_counts import days_ready, discharged_today, hospital_overdue, nights, remains
from flowcentre.measures.delays import BANDS, FAMILY_KEYS, FAMILY_OF_REASON, HOSPITALS, PATHWAYS, REASON_BY_KEY, band_of
from flowcentre.measures.derive import day_words, local_day
from flowcentre.model import County, DelayedDischarge, Level, Listed, Picture, PlaceKind, Value
from flowcentre.picture.listed import NOT_KNOWN, UNKNOWN, Subject

PAST_HOSPITAL, PAST_21_DAYS, PAST_EXPECTED, UNTOUCHED = "hospital-48h", "21-days", "expected", "untouched"
LIMITS = {
    PAST_HOSPITAL: "over 48 h for a reason inside the hospital",
    PAST_21_DAYS: "21 days or more",
    PAST_EXPECTED: "expected date has passed",
    UNTOUCHED: "row not touched lately",
}
EXPECTED = "expected"  # by the expected date; it parts the people as a facet does
EXPECTATIONS = {
    "passed": "date has passed",
    "today": "today",
    "tomorrow": "tomorrow",
    "later": "later",
    UNKNOWN: "no date",
}


@dataclass(frozen=True, slots=True)
class Delay:
    """A person on a list with what follows from it, as at the moment of that list."""

    person: DelayedDischarge
    at: datetime
    stale: bool  # the list is too old to be the present: shown as old, and in no count
    days: int  # since the discharge ready date
    nights: int  # since admission
    family: str | None  # of the reason
    past: frozenset[str]  # the limits that the wait is past
    elsewhere: str | None = None  # how the person's package of care stands; None: none is asked for
    unchanged_since: datetime | None = None  # the list since which nothing of the row has changed

    @property
    def band(self) -> str:
        """The key of the band of days."""
        return band_of(self.days).key


def delay_of(person: DelayedDischarge, at: datetime, *, stale: bool = False) -> Delay:
    """What follows from a person's row at a moment."""
    days = days_ready(person, at)
    passed = {
        PAST_HOSPITAL: hospital_overdue(person, at),
        PAST_21_DAYS: days >= BANDS[-1].first,
        PAST_EXPECTED: person.expected_on is not None and person.expected_on < local_day(at),
    }
    return Delay(
        person,
        at,
        stale,
        days,
        nights(person, at),
        FAMILY_OF_REASON[person.reason] if person.reason is not None else None,
        frozenset(limit for limit, is_past in passed.items() if is_past),
    )


def _stood(delay: Delay, since: datetime, county: County) -> Delay:
    """Whoever's row has stood for long as it is may have gone, and nobody said so."""
    long = delay.at - since >= timedelta(days=county.unchanged_days)
    return replace(delay, unchanged_since=since, past=delay.past | {UNTOUCHED} if long else delay.past)


def _read(
    rows: Iterable[Listed], at: datetime, _county: County, stale: bool
) -> tuple[tuple[Delay, ...], tuple[Delay, ...]]:
    listed = [row for row in rows if isinstance(row, DelayedDischarge)]
    return (
        tuple(delay_of(person, at, stale=stale) for person in listed if remains(person, at)),
        tuple(delay_of(person, at, stale=stale) for person in discharged_today(listed, at)),
    )


def step_words(delay: Delay, county: County) -> str:
    """Where a delayed person stands, for whoever finds the care: "Northgate, ready Thu 12 Nov: No home social care"."""
    person = delay.person
    place = county.places.get(person.place)
    hospital = place.label if place is not None else person.place
    if person.discharged_at is not None and person.discharged_at <= delay.at:
        return f"{hospital}: discharged {day_words(person.discharged_at)}"
    reason = REASON_BY_KEY[person.reason].text if person.reason is not None else "reason not known"
    old = ", by a list too old" if delay.stale else ""
    return f"{hospital}, ready {day_words(person.ready_at)}{old}: {reason}"


# Each way of choosing, and what a person has of it. The names stand in addresses.
FACETS: Mapping[str, Callable[[Delay], str]] = {
    "pathway": lambda delay: UNKNOWN if delay.person.pathway is None else str(delay.person.pathway),
    "family": lambda delay: delay.family or UNKNOWN,
    "reason": lambda delay: delay.person.reason or UNKNOWN,
    "owner": lambda delay: delay.person.owner or UNKNOWN,
    "council": lambda delay: delay.person.residence or UNKNOWN,
    "site": lambda delay: delay.person.place,
    "ward": lambda delay: delay.person.ward or UNKNOWN,
    "days": lambda delay: delay.band,
}

DELAYS: Subject[Delay] = Subject(
    people="delays",
    measure="delayed_now",
    kinds=HOSPITALS,
    noun="hospitals",
    read=_read,
    rank=lambda delay: (-delay.days, delay.person.ready_at, delay.person.ref),  # the longest first
    left_rank=lambda delay: (delay.person.discharged_at or delay.at, delay.person.ref),
    facets=FACETS,
    limits=LIMITS,
    words={
        "pathway": {str(pathway): f"Pathway {pathway}" for pathway in PATHWAYS} | {UNKNOWN: NOT_KNOWN},
        "family": FAMILY_KEYS | {UNKNOWN: NOT_KNOWN},
        "reason": {key: reason.text for key, reason in REASON_BY_KEY.items()} | {UNKNOWN: NOT_KNOWN},
        "days": {band.key: band.words for band in BANDS},
        EXPECTED: EXPECTATIONS,
    },
    is_place={
        "owner": lambda place: place.level is Level.ORGANISATION,
        "council": lambda place: place.level is Level.LOCALITY or place.kind is PlaceKind.COUNCIL,
        "site": lambda place: place.kind in HOSPITALS,
        "ward": lambda place: place.level is Level.UNIT,
    },
    place_facet="site",
    unit_facet="ward",
    within={"reason": "family", "ward": "site"},
    above={"reason": lambda reason: FAMILY_OF_REASON.get(reason, UNKNOWN)},
    limit_ways={PAST_HOSPITAL: "family", PAST_21_DAYS: "days", PAST_EXPECTED: EXPECTED},
    step=step_words,
    stood=_stood,
    # Who waits tells more than who left.
    precedence=lambda delay: (delay.person.discharged_at is None, delay.person.ready_at),
)


def listing_hospitals(picture: Picture) -> list[Value]:
    """The count of each hospital that is expected to send a list, in the order of the configuration."""
    return DELAYS.listing(picture)


def counts(delays: Iterable[Delay], facet: str) -> Counter[str]:
    """How many people have each value of a facet."""
    return Counter(map(FACETS[facet], delays))
