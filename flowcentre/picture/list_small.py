"""Counts of listed people with small numbers hidden, for readers who need no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flowcentre.model import SmallNumbers
from flowcentre.picture.list_sums import Count
from flowcentre.picture.listed import PAST, Filters, Subject, T
from flowcentre.picture.suppression import Shown, Tally, shown_count, suppress

WITHHELD = "not shown: small counts could be worked out"
# Each answer hides its small counts, but several set beside each other would give them away.
NARROWED = "Choices beside the place narrow counts down to a few people: they are for those who may see the rows."

Counts = Mapping[str, Sequence[Count]]
_Parts = Mapping[str, Shown] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A count as it is seen: None where it is hidden, or not known."""

    people: int | None
    hidden: bool


def is_narrowed(filters: Filters[T]) -> bool:
    """Is anything chosen but one place, so that the counts are of others than everybody of the county or of that?"""
    facet, said = filters.subject.place_facet, filters.chosen
    return bool(said.keys() - {facet}) or len(said.get(facet, ())) > 1


def are_few(people: Sequence[object], limits: SmallNumbers | None) -> bool:
    """Are these so few that the lengths of their waits, and sums of these, are those of somebody?"""
    return limits is not None and len(people) <= limits.hide_to


def seen(people: int | None, limits: SmallNumbers) -> Seen:
    """A count that stands by itself."""
    shown = None if people is None else shown_count(people, limits)
    return Seen(shown, hidden=people is not None and shown is None)


def hide_small(
    subject: Subject[T], counts: Counts, people: int | None, limits: SmallNumbers, *, total_known: bool = False
) -> dict[str, tuple[Count, ...]]:
    """The counts by facet of so many people, with small ones hidden and what would give these away withheld.

    ``total_known``: also from a reader who has seen elsewhere how many they are, as whoever is signed in has.
    """
    if people is None:
        return {facet: tuple(listed) for facet, listed in counts.items()}
    shown = suppress(_tally(subject.within, counts, people), limits, total_known=total_known)
    hidden = {facet: tuple(_of_facet(facet, subject.within, counts, shown)) for facet in counts if facet != PAST}
    return hidden | {PAST: tuple(_past(counts[PAST], subject.limit_ways, shown, limits))}


def _tally(within: Mapping[str, str], counts: Counts, people: int) -> Tally:
    beneath = {above: facet for facet, above in within.items()}
    ways: dict[str, Mapping[str, Tally]] = {}
    for facet in counts:
        if facet != PAST and facet not in within:
            ways[facet] = {
                one.value: Tally(one.people, _beneath(counts, beneath.get(facet), one.value))
                for one in counts[facet]
                if one.people is not None
            }
    return Tally(people, ways)


def _beneath(counts: Counts, facet: str | None, above: str) -> Mapping[str, Mapping[str, Tally]]:
    if facet is None:
        return {}
    return {facet: {one.value: Tally(one.people or 0) for one in counts[facet] if one.within == above}}


def _of_facet(facet: str, within: Mapping[str, str], counts: Counts, shown: Shown) -> Iterator[Count]:
    above = shown.ways[within.get(facet, facet)]
    if above is None:
        yield Count("", WITHHELD, None, hidden=True)
    elif facet in within:
        for value, part in above.items():
            yield from _listed((one for one in counts[facet] if one.within == value), part.ways.get(facet), value)
    else:
        yield from _listed(counts[facet], above, None)


def _listed(counts: Iterable[Count], parts: _Parts, within: str | None) -> Iterator[Count]:
    if parts is None:
        yield Count("", WITHHELD, None, within, hidden=True)
        return
    for one in counts:
        if one.value in parts:
            people = parts[one.value].people
            yield replace(one, people=people, hidden=people is None)
        else:  # not known before
            yield one


def _past(past: Iterable[Count], ways: Mapping[str, str], shown: Shown, limits: SmallNumbers) -> Iterator[Count]:
    for limit in past:
        # A limit counts people of some values of a way of parting: where that is withheld, so is the limit.
        withheld = shown.ways.get(ways.get(limit.value, PAST), shown) is None
        people = None if withheld or limit.people is None else shown_count(limit.people, limits)
        yield replace(limit, people=people, hidden=people is None)
