"""Counts of the people whom filters choose: by each facet, of their days, and of those who left or soon will.

All of them are of the very people of the one count, so that the parts of every facet add up to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

from flowcentre.measures.delay_counts import centile, discharged_by
from flowcentre.measures.delays import BANDS, FAMILY_KEYS, FAMILY_OF_REASON, PATHWAYS, REASON_BY_KEY
from flowcentre.measures.derive import local_day
from flowcentre.model import County, Coverage, State, Value
from flowcentre.picture.delays import FACETS, LIMITS, PAST, UNKNOWN, Chosen, Delay

NOT_KNOWN = "not known"
EXPECTED = "expected"  # by the expected date; it parts the people as a facet does
EXPECTATIONS = {
    "passed": "date has passed",
    "today": "today",
    "tomorrow": "tomorrow",
    "later": "later",
    UNKNOWN: "no date",
}
# What can be said of each facet whose values are the same everywhere.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "pathway": {str(pathway): f"Pathway {pathway}" for pathway in PATHWAYS} | {UNKNOWN: NOT_KNOWN},
    "family": FAMILY_KEYS | {UNKNOWN: NOT_KNOWN},
    "reason": {key: reason.text for key, reason in REASON_BY_KEY.items()} | {UNKNOWN: NOT_KNOWN},
    "days": {band.key: band.words for band in BANDS},
    EXPECTED: EXPECTATIONS,
    PAST: LIMITS,
}
# Facets whose values lie each within one of another.
WITHIN = {"reason": "family", "ward": "site"}


@dataclass(frozen=True, slots=True)
class Count:
    """How many people have a value of a facet. ``people`` None is not known, for the list is silent; or hidden."""

    value: str
    label: str
    people: int | None
    within: str | None = None  # of a reason its family, of a ward its hospital
    hidden: bool = False  # too small to be shown


@dataclass(frozen=True, slots=True)
class Days:
    """The days since ready of everybody counted. Median and centile of nobody have no value."""

    lost: int
    longest: int
    median: float | None
    ninetieth: float | None


@dataclass(frozen=True, slots=True)
class Left:
    """Who left today, of those whom the filters choose. None: no list in scope says who left today."""

    today: int | None
    by_1200: int | None
    by_1700: int | None
    coverage: Coverage
    at_least: bool


def label_of(facet: str, value: str, county: County) -> str:
    """The words for a value of a facet."""
    words = _WORDS.get(facet)
    if words is not None:
        return words.get(value, value)
    place = county.places.get(value)
    return place.label if place is not None else NOT_KNOWN


def those_counted(chosen: Chosen) -> tuple[Delay, ...] | None:
    """The people of the count: where every list is too old, those of the old lists. None: no list is known."""
    count = chosen.count
    if count.value is None:
        return None
    return chosen.counted if count.known else chosen.delays


def counts_by_facet(chosen: Chosen) -> dict[str, tuple[Count, ...]]:
    """The people counted by each facet, by their expected date, and by the limits that they are past.

    Where any place could stand, such as an owner, those that nobody has are left out.
    """
    people = those_counted(chosen)
    facets = {facet: tuple(_of_facet(facet, people, chosen)) for facet in (*FACETS, EXPECTED)}
    limits = None if people is None else (limit for delay in people for limit in delay.past)
    return facets | {PAST: tuple(_listed(PAST, limits))}


def _of_facet(facet: str, people: tuple[Delay, ...] | None, chosen: Chosen) -> Iterator[Count]:
    today, county = local_day(chosen.picture.at), chosen.picture.county
    of = (lambda delay: expectation(delay, today)) if facet == EXPECTED else FACETS[facet]
    if facet in _WORDS:
        yield from _listed(facet, None if people is None else map(of, people))
    elif facet == "site":
        yield from _of_sites(people, chosen)
    else:
        within = FACETS[WITHIN[facet]] if facet in WITHIN else None
        found = Counter((within(delay) if within else None, of(delay)) for delay in people or ())
        order = {place.id: index for index, place in enumerate(county.places)}
        last = len(order)  # what is not known
        for above, value in sorted(found, key=lambda key: (order.get(key[0] or "", last), order.get(key[1], last))):
            yield Count(value, label_of(facet, value, county), found[above, value], above)


def _listed(facet: str, values: Iterable[str] | None) -> Iterator[Count]:
    """Every value of a facet whose values are the same everywhere, those that nobody has included."""
    counts = None if values is None else Counter(values)
    for value, words in _WORDS[facet].items():
        within = FAMILY_OF_REASON.get(value, UNKNOWN) if facet == "reason" else None
        yield Count(value, words, None if counts is None else counts[value], within)


def _of_sites(people: tuple[Delay, ...] | None, chosen: Chosen) -> Iterator[Count]:
    """Every hospital in scope. One whose list is not counted has no count: it is not zero."""
    counts, fresh = Counter(delay.person.place for delay in people or ()), chosen.count.known
    for each in chosen.in_scope:
        counted = each.value.known if fresh else each.value.state is State.STALE
        label = label_of("site", each.place, chosen.picture.county)
        yield Count(each.place, label, counts[each.place] if counted else None)


def expectation(delay: Delay, today: date) -> str:
    """When a person is expected to leave: a key of ``EXPECTATIONS``. A list of last night still tells of this day."""
    if delay.person.expected_on is None:
        return UNKNOWN
    ahead = (delay.person.expected_on - today).days
    if ahead > 1:
        return "later"
    return "passed" if ahead < 0 else ("today", "tomorrow")[ahead]


def days_of(people: Iterable[Delay]) -> Days:
    """The days that people have waited."""
    days = [delay.days for delay in people]
    return Days(
        sum(days), max(days, default=0), float(median(days)) if days else None, centile(days, 0.9) if days else None
    )


def those_left(chosen: Chosen) -> tuple[Delay, ...]:
    """Who left today, by the lists that can say it, the first to leave first."""
    speaking = {value.place for value in _departures(chosen) if value.known}
    return tuple(delay for delay in chosen.left if delay.person.place in speaking)


def _departures(chosen: Chosen) -> list[Value]:
    return [chosen.picture.value(each.place, "delayed_discharged_today") for each in chosen.in_scope]


def left_today(chosen: Chosen) -> Left:
    """How many left today. A list of yesterday, or one that cannot say who left, is silent about it."""
    values = _departures(chosen)
    speaking = [value for value in values if value.known]
    missing = tuple(value.place for value in values if not value.known)
    coverage = Coverage(len(speaking), len(values), "hospitals", missing)
    if not speaking:
        return Left(None, None, None, coverage, at_least=False)
    left = [delay.person for delay in those_left(chosen)]
    return Left(
        len(left),
        sum(discharged_by(person, 12) for person in left),
        sum(discharged_by(person, 17) for person in left),
        coverage,
        at_least=bool(missing) or any(value.at_least for value in speaking),
    )
