"""A kind of list of people: its rows with what follows from them, and everything that is its own.

What is particular to one kind of list, such as delayed discharges or packages of care, is said by its ``Subject``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from flowcentre.model import County, Listed, Picture, Place, PlaceKind, Places, Value
from flowcentre.store import Store

UNKNOWN = "unknown"
NOT_KNOWN = "not known"
PAST = "past"  # beside the facets: a limit; one person may be past several


class Row(Protocol):
    """A person's row on a list."""

    @property
    def ref(self) -> str:
        """By which the list knows it."""
        ...

    @property
    def place(self) -> str:
        """Whose list it stands on."""
        ...


class Item(Protocol):
    """A person's row with what follows from it, as at the moment of its list."""

    @property
    def person(self) -> Row:
        """The row."""
        ...

    @property
    def at(self) -> datetime:
        """The moment of the list."""
        ...

    @property
    def stale(self) -> bool:
        """Is the list too old to be the present? Then it is shown as old, and is in no count."""
        ...

    @property
    def past(self) -> frozenset[str]:
        """The limits that it is past."""
        ...

    @property
    def elsewhere(self) -> str | None:
        """The person's step on the other kind of list, in words; None: on none of them."""
        ...


T = TypeVar("T", bound=Item)
# Of a list's rows at a moment, in this county, too old or not: the items that stand on it, and who left it that day.
Reader = Callable[[Iterable[Listed], datetime, County, bool], tuple[tuple[T, ...], tuple[T, ...]]]
Facet = Callable[[T], str]
Choices = Mapping[str, frozenset[str]]  # of each facet some values


@dataclass(frozen=True, eq=False)
class Subject(Generic[T]):
    """A kind of list: how its rows become items, and by what these can be chosen. Names of facets stand in addresses."""

    people: str  # the list's name in the store
    measure: str  # what a picture counts of it at each of its places
    kinds: Collection[PlaceKind]  # of places that send one
    noun: str  # what these are called: "hospitals"
    read: Reader[T]
    rank: Callable[[T], Any]  # the order in which people are shown
    facets: Mapping[str, Facet[T]]
    limits: Mapping[str, str]  # each limit that one may be past, in words
    words: Mapping[str, Mapping[str, str]]  # of each facet whose values are the same everywhere, these in words
    is_place: Mapping[str, Callable[[Place], bool]]  # of each other facet, which places are a value of it
    place_facet: str  # the facet that says whose list it is
    unit_facet: str | None = None  # the facet whose places lie each within one of these
    within: Mapping[str, str] = field(default_factory=dict)  # facets whose values lie each within one of another
    above: Mapping[str, Callable[[str], str]] = field(default_factory=dict)  # within which, where words name them
    implied: Mapping[str, frozenset[str]] = field(default_factory=dict)  # chosen where an address does not say
    limit_ways: Mapping[str, str] = field(default_factory=dict)  # the facet of which a limit counts some values
    # Where whoever lies in a hospital may have a row on another place's list, what a picture counts of those lying there.
    of_those_lying: str | None = None
    days_back: int = 28  # midnights that are kept to set the present against
    # By what the two kinds of list know one person, and what the one says of it to the other.
    pseudonym: Callable[[T], str] = lambda item: item.person.ref
    step: Callable[[T, County], str] = lambda item, _: item.person.place
    precedence: Callable[[T], Any] = lambda item: item.at  # of several of one person, the greatest is told
    left_rank: Callable[[T], Any] = lambda item: (item.at, item.person.ref)
    # An item with the moment since which nothing of its row has changed.
    stood: Callable[[T, datetime, County], T] | None = None
    # By what is chosen of each facet, another measure than its own, where that counts just these.
    counted_by: Callable[[Choices], str | None] = lambda _: None

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that one can choose by, as it stands in an address."""
        return (*self.facets, PAST)

    def listing(self, picture: Picture) -> list[Value]:
        """The count of each place that is expected to send a list, in the order of the configuration."""
        counts = (picture.value(place.id, self.measure) for place in picture.county.places.of_kind(*self.kinds))
        return [value for value in counts if (value.place, value.measure) in picture.values and not value.derived]

    def list_from(self, store: Store, value: Value, county: County) -> PlaceList[T]:
        """The people behind one place's count: those of the very list that it was counted from."""
        at, received_at = value.observed_at, value.received_at
        if value.value is None or at is None or received_at is None:
            return PlaceList(value)
        rows = store.people(self.people, value.place, at, received_at)
        return self.list_of(value, rows, at, county, self.since(store, value.place, at, received_at))

    def since(self, store: Store, place: str, at: datetime, known_at: datetime) -> Mapping[str, datetime]:
        """By ref since when each row of a place's list has stood unchanged; nothing where that says nothing."""
        return {} if self.stood is None else store.unchanged_since(self.people, place, at, known_at)

    def list_of(
        self,
        value: Value,
        rows: Iterable[Listed],
        at: datetime,
        county: County,
        since: Mapping[str, datetime] = MappingProxyType({}),
    ) -> PlaceList[T]:
        """A place's list, made of its rows as at a moment."""
        people, left = self.read(rows, at, county, not value.state.usable)
        if self.stood is not None and since:
            stood = self.stood
            people = tuple(
                item if (moment := since.get(item.person.ref)) is None else stood(item, moment, county)
                for item in people
            )
        return PlaceList(value, people, left)

    def is_value(self, facet: str, value: str, places: Places) -> bool:
        """Is there such a value of a facet?"""
        if facet == PAST:
            return value in self.limits
        if facet in self.words:
            return value in self.words[facet]
        place = places.get(value)
        if place is None:
            return value == UNKNOWN and facet != self.place_facet
        return self.is_place[facet](place)

    def label(self, facet: str, value: str, county: County) -> str:
        """The words for a value of a facet."""
        words = self.limits if facet == PAST else self.words.get(facet)
        if words is not None:
            return words.get(value, value)
        place = county.places.get(value)
        return place.label if place is not None else NOT_KNOWN


@dataclass(frozen=True, slots=True)
class PlaceList(Generic[T]):
    """One place's list as a picture counts it. ``value`` is that count, with age and state."""

    value: Value
    people: tuple[T, ...] = ()
    left: tuple[T, ...] = ()  # who left on the list's own day

    @property
    def place(self) -> str:
        """Whose list it is."""
        return self.value.place
