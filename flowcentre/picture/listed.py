"""Lists of people that a picture counts: each place's list, and what is chosen from all of them.

The people are read as they stood in the very lists from which the picture's own counts were made, so
that page, wall, export and API say the same number at the same version, now or at any past moment. What
is particular to one kind of list, such as delayed discharges or packages of care, is said by its ``Subject``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import parse_qs, quote

from flowcentre.model import County, Coverage, Listed, Picture, Place, PlaceKind, Places, State, Value
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
Reading = Callable[[Iterable[Listed], datetime, County, bool], tuple[tuple[T, ...], tuple[T, ...]]]
Facet = Callable[[T], str]


@dataclass(frozen=True, eq=False)
class Subject(Generic[T]):
    """A kind of list: how its rows become items, and by what these can be chosen. Names of facets stand in addresses."""

    people: str  # the list's name in the store
    measure: str  # what a picture counts of it at each of its places
    kinds: Collection[PlaceKind]  # of places that send one
    noun: str  # what these are called: "hospitals"
    read: Reading[T]
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
    days_back: int = 28  # midnights that are kept to set the present against
    # By what the two kinds of list know one person, and what the one says of it to the other.
    pseudonym: Callable[[T], str] = lambda item: item.person.ref
    step: Callable[[T, County], str] = lambda item, _: item.person.place
    precedence: Callable[[T], Any] = lambda item: item.at  # of several of one person, the greatest is told
    left_rank: Callable[[T], Any] = lambda item: (item.at, item.person.ref)
    counted_by: Callable[[Filters[T]], str | None] = lambda _: (
        None
    )  # another measure, where filters choose other people

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
        return self.list_of(value, store.people(self.people, value.place, at, received_at), at, county)

    def list_of(self, value: Value, rows: Iterable[Listed], at: datetime, county: County) -> PlaceList[T]:
        """A place's list, made of its rows as at a moment."""
        people, left = self.read(rows, at, county, not value.state.usable)
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


# --- Filters ----------------------------------------------------------------------------


def asked_of(query: str) -> dict[str, list[str]]:
    """What an address asks for. A plus sign is meant as one, in ``days=21+`` and before the offset of a time."""
    return parse_qs(query.lstrip("?").replace("+", "%2B"))


@dataclass(frozen=True)
class Filters(Generic[T]):
    """What is chosen: of each facet some values, or all where it is absent. The same choice has the same ``query``."""

    subject: Subject[T]
    chosen: Mapping[str, frozenset[str]]
    astray: tuple[str, ...] = ()  # facets of which the address asks for a value that there is not

    @classmethod
    def of(cls, subject: Subject[T], query: str, picture: Picture) -> Filters[T]:
        """The filters of an address. What is no facet, or no value of one, is left out."""
        asked = asked_of(query)
        chosen, astray = {}, []
        for facet in subject.names:
            values = {value for said in asked.get(facet, ()) for value in said.split(",")}
            good = {value for value in values if subject.is_value(facet, value, picture.county.places)}
            astray += [facet] if values - good else []
            if good:
                chosen[facet] = frozenset(good)
        return cls(subject, chosen, tuple(astray))

    @cached_property
    def query(self) -> str:
        """The filters as they stand in an address, always in one order; "" for none."""
        return "&".join(
            f"{facet}=" + ",".join(quote(value, safe="") for value in sorted(self.chosen[facet]))
            for facet in self.subject.names
            if facet in self.chosen
        )

    @cached_property
    def in_force(self) -> Mapping[str, frozenset[str]]:
        """What is chosen, and what is implied where the address does not say."""
        return {**self.subject.implied, **self.chosen}

    def with_(self, **choices: str | None) -> Filters[T]:
        """The same with one value of a facet chosen, or with None all of it."""
        chosen = {facet: values for facet, values in self.chosen.items() if facet not in choices}
        said = {facet: frozenset({value}) for facet, value in choices.items() if value is not None}
        return Filters(self.subject, chosen | said)

    def without(self, *facets: str) -> Filters[T]:
        """The same where an address does not say some facets."""
        return Filters(self.subject, {facet: values for facet, values in self.chosen.items() if facet not in facets})

    def less(self, facet: str, value: str) -> Filters[T]:
        """The same without one value of a facet."""
        left = self.chosen.get(facet, frozenset()) - {value}
        others = {name: values for name, values in self.chosen.items() if name != facet}
        return Filters(self.subject, others | ({facet: left} if left else {}))

    def cleared(self) -> Filters[T]:
        """An address that chooses nothing."""
        return Filters(self.subject, {})

    def has(self, facet: str, value: str) -> bool:
        """Is a value chosen?"""
        return value in self.chosen.get(facet, ())

    def places(self, picture: Picture) -> frozenset[str] | None:
        """The places whose lists can have anybody chosen: those chosen, and those of the units chosen. None: all."""
        places, unit_facet = self.chosen.get(self.subject.place_facet), self.subject.unit_facet
        units: frozenset[str] = self.chosen.get(unit_facet, frozenset()) if unit_facet is not None else frozenset()
        if not units or UNKNOWN in units:
            return places
        of_units = frozenset(
            place.parent for unit in units if (place := picture.county.places.get(unit)) and place.parent
        )
        return of_units if places is None else places & of_units

    def admits(self, item: T, besides: Collection[str] = ()) -> bool:
        """Is somebody among those chosen? ``besides`` names facets that are not asked about."""
        facets = self.subject.facets
        return all(
            not item.past.isdisjoint(values) if facet == PAST else facets[facet](item) in values
            for facet, values in self.in_force.items()
            if facet not in besides
        )


# --- What is shown ------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen(Generic[T]):
    """The people whom filters choose from the lists of one picture."""

    picture: Picture
    lists: tuple[PlaceList[T], ...]
    filters: Filters[T]

    @property
    def subject(self) -> Subject[T]:
        """What kind of list it is."""
        return self.filters.subject

    @cached_property
    def in_scope(self) -> tuple[PlaceList[T], ...]:
        """The lists of the places that the filters leave."""
        places = self.filters.places(self.picture)
        return tuple(each for each in self.lists if places is None or each.place in places)

    @cached_property
    def people(self) -> tuple[T, ...]:
        """Everybody chosen, those of lists too old included, in the subject's order."""
        return self._chosen()

    @cached_property
    def counted(self) -> tuple[T, ...]:
        """Of these, those who count as the present."""
        return tuple(item for item in self.people if not item.stale)

    @cached_property
    def left(self) -> tuple[T, ...]:
        """Those chosen who left today, the first to leave first; of lists that are the present only."""
        found = [item for each in self.in_scope for item in each.left if not item.stale and self.filters.admits(item)]
        return tuple(sorted(found, key=self.subject.left_rank))

    @cached_property
    def count(self) -> Value:
        """How many are chosen, with the state, the age and the coverage of the lists in scope."""
        people = len(self.counted) if any(each.value.known for each in self.in_scope) else len(self.people)
        return self._count([each.value for each in self.in_scope], people)

    def but(self, *facets: str) -> tuple[T, ...]:
        """Those who count, were some facets not chosen by: what else could be chosen there."""
        return tuple(item for item in self._chosen(facets) if not item.stale)

    def _chosen(self, besides: Collection[str] = ()) -> tuple[T, ...]:
        found = [item for each in self.lists for item in each.people if self.filters.admits(item, besides)]
        return tuple(sorted(found, key=self.subject.rank))

    def _count(self, values: list[Value], people: int) -> Value:
        """A count of people out of some places' lists, as trustworthy as these are."""
        speaking = [value for value in values if value.known]
        # Where everybody is silent the last that was known is given, and marked as old.
        counted = speaking or [value for value in values if value.state is State.STALE]
        missing = tuple(value.place for value in values if not value.known)
        states = {value.state for value in counted or values} or {State.NEVER}
        order = (State.LATE, State.FRESH, State.STALE, State.UNKNOWN, State.NEVER)
        return Value(
            self.subject.counted_by(self.filters) or self.subject.measure,
            self.picture.county.places.system.id,
            float(people) if counted else None,
            next(state for state in order if state in states),
            _first(value.observed_at for value in counted),
            _first(value.received_at for value in counted),
            tuple(dict.fromkeys(feed for value in values for feed in value.feeds)),
            Coverage(len(speaking), len(values), self.subject.noun, missing),
            at_least=bool(counted) and (bool(missing) or any(value.at_least for value in counted)),
            derived=True,
            held=sum(value.held for value in values),
            late_at=_first(value.late_at for value in counted),
            stale_at=_first(value.stale_at for value in counted),
        )


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
