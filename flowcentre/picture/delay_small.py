"""The counts of delayed discharges with small numbers hidden, for readers who need no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flowcentre.picture.delay_sums import EXPECTED, WITHIN, Count, Left
from flowcentre.picture.delays import PAST, PAST_21_DAYS, PAST_EXPECTED, PAST_HOSPITAL
from flowcentre.picture.suppression import Shown, Tally, nested, shown_count, suppress

WITHHELD = "not shown: small counts could be worked out"
# Each limit counts people of one way of parting: where that is withheld, so is the limit.
_WAY_OF_LIMIT = {PAST_HOSPITAL: "family", PAST_21_DAYS: "days", PAST_EXPECTED: EXPECTED}

Counts = Mapping[str, Sequence[Count]]
_Parts = Mapping[str, Shown] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A count as it is seen: None where it is hidden, or not known."""

    people: int | None
    hidden: bool


def seen(people: int | None) -> Seen:
    """A count that stands by itself."""
    shown = None if people is None else shown_count(people)
    return Seen(shown, hidden=people is not None and shown is None)


def hide_small(counts: Counts, people: int | None) -> dict[str, tuple[Count, ...]]:
    """The counts by facet of so many people, with small ones hidden and what would give these away withheld."""
    if people is None:
        return {facet: tuple(listed) for facet, listed in counts.items()}
    shown = suppress(_tally(counts, people))
    hidden = {facet: tuple(_of_facet(facet, counts, shown)) for facet in counts if facet != PAST}
    return hidden | {PAST: tuple(_past(counts[PAST], shown))}


def hide_left(left: Left) -> tuple[Seen, Seen, Seen]:
    """Who left today, by 17:00 and by 12:00, each a part of the one before."""
    if left.today is None or left.by_1700 is None or left.by_1200 is None:
        return (seen(None),) * 3
    today, by_1700, by_1200 = (
        Seen(count, hidden=count is None) for count in nested([left.today, left.by_1700, left.by_1200])
    )
    return today, by_1700, by_1200


def _tally(counts: Counts, people: int) -> Tally:
    beneath = {above: facet for facet, above in WITHIN.items()}
    ways: dict[str, Mapping[str, Tally]] = {}
    for facet in counts:
        if facet != PAST and facet not in WITHIN:
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


def _of_facet(facet: str, counts: Counts, shown: Shown) -> Iterator[Count]:
    above = shown.ways[WITHIN.get(facet, facet)]
    if above is None:
        yield Count("", WITHHELD, None, hidden=True)
    elif facet in WITHIN:
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


def _past(limits: Iterable[Count], shown: Shown) -> Iterator[Count]:
    for limit in limits:
        withheld = shown.ways[_WAY_OF_LIMIT[limit.value]] is None
        people = None if withheld or limit.people is None else shown_count(limit.people)
        yield replace(limit, people=people, hidden=people is None)
