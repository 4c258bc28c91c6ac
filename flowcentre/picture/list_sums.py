"""Counts of the people whom filters choose, by each facet.

All of them are of the very people of the one count, so that the parts of every facet add up to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flowcentre.model import State
from flowcentre.picture.listed import PAST, Chosen, Facet, T


@dataclass(frozen=True, slots=True)
class Count:
    """How many people have a value of a facet. ``people`` None is not known, for the list is silent; or hidden."""

    value: str
    label: str
    people: int | None
    within: str | None = None  # of a reason its family, of a ward its hospital
    hidden: bool = False  # too small to be shown


def those_counted(chosen: Chosen[T]) -> tuple[T, ...] | None:
    """The people of the count: where every list is too old, those of the old lists. None: no list is known."""
    count = chosen.count
    if count.value is None:
        return None
    return chosen.counted if count.known else chosen.people


def counts_by(chosen: Chosen[T], more: Mapping[str, Facet[T]] | None = None) -> dict[str, tuple[Count, ...]]:
    """The people counted by each facet, by ``more`` that part them as facets do, and by the limits that they are past.

    Where any place could stand, such as an owner, those that nobody has are left out.
    """
    people = those_counted(chosen)
    facets = {**chosen.subject.facets, **(more or {})}
    counts = {facet: tuple(_of_facet(facet, of, people, chosen)) for facet, of in facets.items()}
    limits = None if people is None else (limit for item in people for limit in item.past)
    return counts | {PAST: tuple(_worded(PAST, chosen.subject.limits, limits, chosen))}


def _of_facet(facet: str, of: Facet[T], people: tuple[T, ...] | None, chosen: Chosen[T]) -> Iterator[Count]:
    subject, county = chosen.subject, chosen.picture.county
    if facet in subject.words:
        yield from _worded(facet, subject.words[facet], None if people is None else map(of, people), chosen)
    elif facet == subject.place_facet:
        yield from _of_places(people, chosen)
    else:
        within = subject.facets[subject.within[facet]] if facet in subject.within else None
        found = Counter((within(item) if within else None, of(item)) for item in people or ())
        order = {place.id: index for index, place in enumerate(county.places)}
        last = len(order)  # what is not known
        for above, value in sorted(found, key=lambda key: (order.get(key[0] or "", last), order.get(key[1], last))):
            yield Count(value, subject.label(facet, value, county), found[above, value], above)


def _worded(facet: str, words: Mapping[str, str], values: Iterable[str] | None, chosen: Chosen[T]) -> Iterator[Count]:
    """Every value of a facet whose values are the same everywhere, those that nobody has included."""
    counts = None if values is None else Counter(values)
    above = chosen.subject.above.get(facet)
    for value, said in words.items():
        within = above(value) if above is not None else None
        yield Count(value, said, None if counts is None else counts[value], within)


def _of_places(people: tuple[T, ...] | None, chosen: Chosen[T]) -> Iterator[Count]:
    """Every place in scope whose list it is. One whose list is not counted has no count: it is not zero."""
    counts, fresh = Counter(item.person.place for item in people or ()), chosen.count.known
    for each in chosen.in_scope:
        counted = each.value.known if fresh else each.value.state is State.STALE
        label = chosen.subject.label(chosen.subject.place_facet, each.place, chosen.picture.county)
        yield Count(each.place, label, counts[each.place] if counted else None)
