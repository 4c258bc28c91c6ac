"""Who is expected to report what, worked out once for each configuration.

Without this, a silent ward would simply be absent, and a total without it would look whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flowcentre.measures import ALL
from flowcentre.model import County, Feed, Level, Measure, Place, PlaceKind, Summing

# What the parts of a total are called, in the plural, when all are of one kind.
_NOUNS = {
    PlaceKind.ACUTE_HOSPITAL: "sites",
    PlaceKind.COMMUNITY_HOSPITAL: "sites",
    PlaceKind.RECOVERY_UNIT: "units",
    PlaceKind.WARD: "wards",
    PlaceKind.CRITICAL_CARE_UNIT: "units",
    PlaceKind.CARE_HOME: "homes",
    PlaceKind.MENTAL_HEALTH_UNIT: "units",
    PlaceKind.TRUST: "trusts",
    PlaceKind.LOCALITY: "localities",
}
_HOSPITALS = {PlaceKind.ACUTE_HOSPITAL, PlaceKind.COMMUNITY_HOSPITAL}
_HIGH = (Level.SYSTEM, Level.LOCALITY, Level.ORGANISATION)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a total as people speak of it (a site), and the places that report for it (its wards)."""

    place: str
    reporters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """A measure at a place that does not report it itself."""

    place: str
    parts: tuple[Part, ...]
    noun: str
    localities: tuple[str, ...] = ()  # that those who report serve, besides the place itself and its parts


@dataclass(frozen=True)
class Expected:
    """For each measure, in an order in which every formula's inputs come first."""

    measures: tuple[Measure, ...]
    reporters: Mapping[str, Mapping[str, tuple[Feed, ...]]]  # measure -> place -> feeds, as configured
    formulas: Mapping[str, tuple[str, ...]]  # measure -> places at which its formula can be worked out
    totals: Mapping[str, tuple[Total, ...]]  # measure -> where it is summed
    sources: Mapping[str, frozenset[str]]  # measure -> ids of the feeds that it comes from, by formula or straight
    serves: Mapping[str, str]  # place -> the locality whose lists tell of it, of teams and providers among others


def expect(county: County, on: date) -> Expected:
    """Work out who reports on that day, Europe/London, where formulas apply, and what each total is made of."""
    reporters: dict[str, dict[str, tuple[Feed, ...]]] = {measure_id: {} for measure_id in ALL}
    for feed in county.feeds:
        within = (place for top in feed.places for place in county.places.within(top))
        covered = {place.id: place for place in within if place.valid_on(on)}
        for measure_id in feed.provides:
            for place in covered.values():
                if place.kind in ALL[measure_id].reported_by:
                    feeds = reporters[measure_id].get(place.id, ())
                    reporters[measure_id][place.id] = (*feeds, feed)
    formulas: dict[str, tuple[str, ...]] = {}
    totals: dict[str, tuple[Total, ...]] = {}
    sources: dict[str, frozenset[str]] = {}
    made: dict[frozenset[str], tuple[Total, ...]] = {}  # most measures come from the same places as others
    ordered = _inputs_first()
    for measure in ordered:
        if measure.formula is not None:
            where = [set(reporters[i]) | set(formulas.get(i, ())) for i in measure.formula.inputs]
            everywhere = set.intersection(*where)
            # In the order of the configuration, so that two processes build the same picture.
            formulas[measure.id] = tuple(place.id for place in county.places if place.id in everywhere)
        inputs = measure.formula.inputs if measure.formula else ()
        own = {feed.id for found in reporters[measure.id].values() for feed in found}
        sources[measure.id] = frozenset(own.union(*(sources[i] for i in inputs)))
        totals[measure.id] = ()
        if measure.across_places not in (Summing.NEVER, Summing.MEDIAN_OF_ROWS):
            leaves = frozenset((*reporters[measure.id], *formulas.get(measure.id, ())))
            if leaves not in made:
                made[leaves] = tuple(_totals(county, leaves))
            totals[measure.id] = made[leaves]
    serves = {
        place.id: locality
        for place in county.places
        if (locality := county.places.locality_of(place.id)) is not None and locality != place.id
    }
    return Expected(ordered, reporters, formulas, totals, sources, serves)


def _inputs_first() -> tuple[Measure, ...]:
    ordered: dict[str, Measure] = {}

    def add(measure: Measure) -> None:
        for needed in measure.formula.inputs if measure.formula else ():
            add(ALL[needed])
        ordered[measure.id] = measure

    for measure in ALL.values():
        add(measure)
    return tuple(ordered.values())


def _totals(county: County, leaves: frozenset[str]) -> list[Total]:
    places = county.places
    found: dict[str, dict[str, list[str]]] = {}
    for leaf in places:
        if leaf.id not in leaves:
            continue
        above = list(places.ancestors(leaf.id))
        locality = places.locality_of(leaf.id)
        if locality is not None and locality not in {place.id for place in above}:
            above.append(places[locality])
        for total in above:
            if total.id not in leaves:
                part = _spoken_of(county, leaf, total)
                found.setdefault(total.id, {}).setdefault(part.id, []).append(leaf.id)
    totals = []
    for place_id, parts in found.items():
        kinds = {places[part].kind for part in parts}
        noun = _NOUNS.get(next(iter(kinds)), "services") if len(kinds) == 1 else "services"
        if kinds == _HOSPITALS:
            noun = "hospitals"
        served = dict.fromkeys(places.locality_of(unit) for units in parts.values() for unit in units)
        besides = tuple(place for place in served if place is not None and place != place_id and place not in parts)
        totals.append(Total(place_id, tuple(Part(part, tuple(units)) for part, units in parts.items()), noun, besides))
    return totals


def _spoken_of(county: County, leaf: Place, total: Place) -> Place:
    """High up one speaks of sites, not of their wards."""
    if total.level in _HIGH:
        return next((up for up in county.places.ancestors(leaf.id) if up.level is Level.SITE), leaf)
    return leaf
