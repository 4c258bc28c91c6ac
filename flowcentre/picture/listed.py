"""Lists of people that a picture counts, and what is chosen from all of them.

The people are read as they stood in the very lists from which the picture's own counts were made, so
that page, wall, export and API say the same number at the same version, now or at any past moment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Generic
from urllib.parse import parse_qs, quote

from flowcentre.model import Picture, Value
from flowcentre.picture.list_count import count_of
from flowcentre.picture.list_subject import NOT_KNOWN, PAST, UNKNOWN, Choices, Facet, Item, PlaceList, Subject, T

__all__ = [
    "NOT_KNOWN",
    "PAST",
    "UNKNOWN",
    "Chosen",
    "Facet",
    "Filters",
    "Item",
    "PlaceList",
    "Subject",
    "T",
    "asked_of",
]

# --- Filters ----------------------------------------------------------------------------


def asked_of(query: str) -> dict[str, list[str]]:
    """What an address asks for. A plus sign is meant as one, in ``days=21+`` and before the offset of a time."""
    return parse_qs(query.lstrip("?").replace("+", "%2B"))


@dataclass(frozen=True)
class Filters(Generic[T]):
    """What is chosen: of each facet some values, or all where it is absent. The same choice has the same ``query``."""

    subject: Subject[T]
    chosen: Choices
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
    def in_force(self) -> Choices:
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

    def admitting(self, besides: Collection[str] = ()) -> Callable[[T], bool]:
        """Tells of each whether they are among those chosen; ``besides`` names facets that are not asked about.

        Made once for many: a page asks it of a county's whole lists again and again.
        """
        asked = [
            (None if facet == PAST else self.subject.facets[facet], values)
            for facet, values in self.in_force.items()
            if facet not in besides
        ]

        def admits(item: T) -> bool:
            for facet_of, values in asked:
                if item.past.isdisjoint(values) if facet_of is None else facet_of(item) not in values:
                    return False
            return True

        return admits


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
        admits = self.filters.admitting()
        found = [item for each in self.in_scope for item in each.left if not item.stale and admits(item)]
        return tuple(sorted(found, key=self.subject.left_rank))

    @cached_property
    def count(self) -> Value:
        """How many are chosen, with the state, the age and the coverage of the lists in scope."""
        people = len(self.counted) if any(each.value.known for each in self.in_scope) else len(self.people)
        return self._count([each.value for each in self.in_scope], people)

    def but(self, *facets: str) -> tuple[T, ...]:
        """Those who count, were some facets not chosen by: what else could be chosen there. Found once for a page."""
        if facets not in self._besides:
            self._besides[facets] = tuple(item for item in self._chosen(facets) if not item.stale)
        return self._besides[facets]

    @cached_property
    def _besides(self) -> dict[tuple[str, ...], tuple[T, ...]]:
        return {}

    def _chosen(self, besides: Collection[str] = ()) -> tuple[T, ...]:
        admits = self.filters.admitting(besides)
        found = [item for each in self.lists for item in each.people if admits(item)]
        return tuple(sorted(found, key=self.subject.rank))

    def _count(self, values: list[Value], people: int) -> Value:
        """A count of people out of some places' lists, as trustworthy as these are."""
        measure = self.subject.counted_by(self.filters.in_force) or self.subject.measure
        return count_of(measure, self.picture.county.places.system.id, values, people, self.subject.noun)
