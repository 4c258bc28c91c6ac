"""Delayed discharges person by person: the lists that a picture counts, and what is chosen from them.

The people are read as they stood in the very lists from which the picture's own counts were made, so
that page, wall, export and API say the same number at the same version, now or at any past moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import parse_qs, quote

from flowcentre.measures.delay_counts import days_ready, discharged_today, hospital_overdue, nights, remains
from flowcentre.measures.delays import BANDS, FAMILY_KEYS, FAMILY_OF_REASON, HOSPITALS, REASON_BY_KEY, band_of
from flowcentre.measures.derive import local_day
from flowcentre.model import (
    Coverage,
    DelayedDischarge,
    Level,
    Listed,
    Picture,
    Place,
    PlaceKind,
    Places,
    State,
    Value,
)
from flowcentre.store import Store

UNKNOWN = "unknown"
PAST_HOSPITAL, PAST_21_DAYS, PAST_EXPECTED = "hospital-48h", "21-days", "expected"
LIMITS = {
    PAST_HOSPITAL: "over 48 h for a reason inside the hospital",
    PAST_21_DAYS: "21 days or more",
    PAST_EXPECTED: "expected date has passed",
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


# --- Lists ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HospitalList:
    """One hospital's list as a picture counts it. ``value`` is the count of those who wait, with age and state."""

    value: Value
    delays: tuple[Delay, ...] = ()  # who waits
    left: tuple[Delay, ...] = ()  # who was discharged on the list's own day

    @property
    def place(self) -> str:
        """The hospital."""
        return self.value.place


def listing_hospitals(picture: Picture) -> list[Value]:
    """The count of each hospital that is expected to send a list, in the order of the configuration."""
    counts = (picture.value(place.id, "delayed_now") for place in picture.county.places.of_kind(*HOSPITALS))
    return [value for value in counts if (value.place, value.measure) in picture.values and not value.derived]


def list_of(value: Value, store: Store) -> HospitalList:
    """The people behind one hospital's count: those of the very list that it was counted from."""
    at, received_at = value.observed_at, value.received_at
    if value.value is None or at is None or received_at is None:
        return HospitalList(value)
    return hospital_list(value, store.people("delays", value.place, at, received_at), at)


def hospital_list(value: Value, persons: Iterable[Listed], at: datetime) -> HospitalList:
    """A hospital's list, made of its people as at a moment."""
    listed = [person for person in persons if isinstance(person, DelayedDischarge)]
    stale = not value.state.usable
    return HospitalList(
        value,
        tuple(delay_of(person, at, stale=stale) for person in listed if remains(person, at)),
        tuple(delay_of(person, at, stale=stale) for person in discharged_today(listed, at)),
    )


# --- Filters ----------------------------------------------------------------------------

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
PAST = "past"  # a limit; one person may be past several
_KNOWN: Mapping[str, frozenset[str]] = {
    "pathway": frozenset({"0", "1", "2", "3", UNKNOWN}),
    "family": frozenset({*FAMILY_KEYS, UNKNOWN}),
    "reason": frozenset({*REASON_BY_KEY, UNKNOWN}),
    "days": frozenset(band.key for band in BANDS),
    PAST: frozenset(LIMITS),
}


_IS_PLACE: Mapping[str, Callable[[Place], bool]] = {
    "owner": lambda place: place.level is Level.ORGANISATION,
    "council": lambda place: place.level is Level.LOCALITY or place.kind is PlaceKind.COUNCIL,
    "site": lambda place: place.kind in HOSPITALS,
    "ward": lambda place: place.level is Level.UNIT,
}


def _is_value(facet: str, value: str, places: Places) -> bool:
    if facet in _KNOWN:
        return value in _KNOWN[facet]
    place = places.get(value)
    return _IS_PLACE[facet](place) if place is not None else value == UNKNOWN and facet != "site"


def asked_of(query: str) -> dict[str, list[str]]:
    """What an address asks for. A plus sign is meant as one, in ``days=21+`` and before the offset of a time."""
    return parse_qs(query.lstrip("?").replace("+", "%2B"))


@dataclass(frozen=True)
class Filters:
    """What is chosen: of each facet some values, or all where it is absent. The same choice has the same ``query``."""

    chosen: Mapping[str, frozenset[str]]
    astray: tuple[str, ...] = ()  # facets of which the address asks for a value that there is not

    @classmethod
    def of(cls, query: str, picture: Picture) -> Filters:
        """The filters of an address. What is no facet, or no value of one, is left out."""
        asked = asked_of(query)
        chosen, astray = {}, []
        for facet in (*FACETS, PAST):
            values = {value for said in asked.get(facet, ()) for value in said.split(",")}
            good = {value for value in values if _is_value(facet, value, picture.county.places)}
            astray += [facet] if values - good else []
            if good:
                chosen[facet] = frozenset(good)
        return cls(chosen, tuple(astray))

    @cached_property
    def query(self) -> str:
        """The filters as they stand in an address, always in one order; "" for none."""
        return "&".join(
            f"{facet}=" + ",".join(quote(value, safe="") for value in sorted(self.chosen[facet]))
            for facet in (*FACETS, PAST)
            if facet in self.chosen
        )

    def with_(self, **choices: str | None) -> Filters:
        """The same with one value of a facet chosen, or with None all of it."""
        chosen = {facet: values for facet, values in self.chosen.items() if facet not in choices}
        return Filters(chosen | {facet: frozenset({value}) for facet, value in choices.items() if value is not None})

    def without(self, *facets: str) -> Filters:
        """The same with every value of some facets."""
        return Filters({facet: values for facet, values in self.chosen.items() if facet not in facets})

    def has(self, facet: str, value: str) -> bool:
        """Is a value chosen?"""
        return value in self.chosen.get(facet, ())

    def sites(self, picture: Picture) -> frozenset[str] | None:
        """The hospitals that can have anybody chosen: those chosen, and those of the wards chosen. None: all."""
        sites, wards = self.chosen.get("site"), self.chosen.get("ward", frozenset())
        if not wards or UNKNOWN in wards:
            return sites
        of_wards = frozenset(
            place.parent for ward in wards if (place := picture.county.places.get(ward)) and place.parent
        )
        return of_wards if sites is None else sites & of_wards

    def admits(self, delay: Delay) -> bool:
        """Is a person among those chosen?"""
        return all(
            not delay.past.isdisjoint(values) if facet == PAST else FACETS[facet](delay) in values
            for facet, values in self.chosen.items()
        )


# --- What is shown ------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """The people whom filters choose from the lists of one picture."""

    picture: Picture
    lists: tuple[HospitalList, ...]
    filters: Filters

    @cached_property
    def in_scope(self) -> tuple[HospitalList, ...]:
        """The lists of the hospitals that the filters leave."""
        sites = self.filters.sites(self.picture)
        return tuple(each for each in self.lists if sites is None or each.place in sites)

    @cached_property
    def delays(self) -> tuple[Delay, ...]:
        """Everybody chosen who waits, those of lists too old included, longest first."""
        return self._chosen(self.filters)

    @cached_property
    def counted(self) -> tuple[Delay, ...]:
        """Of these, those who count as the present."""
        return tuple(delay for delay in self.delays if not delay.stale)

    @cached_property
    def left(self) -> tuple[Delay, ...]:
        """Those chosen who were discharged today, the first to leave first; of lists that are the present only."""
        found = [d for each in self.in_scope for d in each.left if not d.stale and self.filters.admits(d)]
        return tuple(sorted(found, key=lambda delay: (delay.person.discharged_at or delay.at, delay.person.ref)))

    @cached_property
    def count(self) -> Value:
        """How many wait, with the state, the age and the coverage of the lists in scope."""
        people = len(self.counted) if any(each.value.known for each in self.in_scope) else len(self.delays)
        return _count([each.value for each in self.in_scope], people, self.picture)

    def but(self, *facets: str) -> tuple[Delay, ...]:
        """Those who count, were some facets not chosen by: what else could be chosen there."""
        return tuple(delay for delay in self._chosen(self.filters.without(*facets)) if not delay.stale)

    def _chosen(self, filters: Filters) -> tuple[Delay, ...]:
        found = [delay for each in self.lists for delay in each.delays if filters.admits(delay)]
        return tuple(sorted(found, key=lambda delay: (-delay.days, delay.person.ready_at, delay.person.ref)))


def _count(values: list[Value], people: int, picture: Picture) -> Value:
    """A count of people out of some hospitals' lists, as trustworthy as these are."""
    speaking = [value for value in values if value.known]
    # Where everybody is silent the last that was known is given, and marked as old.
    counted = speaking or [value for value in values if value.state is State.STALE]
    missing = tuple(value.place for value in values if not value.known)
    states = {value.state for value in counted or values} or {State.NEVER}
    return Value(
        "delayed_now",
        picture.county.places.system.id,
        float(people) if counted else None,
        next(state for state in (State.LATE, State.FRESH, State.STALE, State.UNKNOWN, State.NEVER) if state in states),
        _first(value.observed_at for value in counted),
        _first(value.received_at for value in counted),
        tuple(dict.fromkeys(feed for value in values for feed in value.feeds)),
        Coverage(len(speaking), len(values), "hospitals", missing),
        at_least=bool(counted) and (bool(missing) or any(value.at_least for value in counted)),
        derived=True,
        held=sum(value.held for value in values),
        late_at=_first(value.late_at for value in counted),
        stale_at=_first(value.stale_at for value in counted),
    )


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def counts(delays: Iterable[Delay], facet: str) -> Counter[str]:
    """How many people have each value of a facet."""
    return Counter(map(FACETS[facet], delays))
