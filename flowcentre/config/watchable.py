"""Where each measure can be known, and from which feeds: what a rule can be about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flowcentre.measures import ALL
from flowcentre.measures.delays import HOSPITALS
from flowcentre.measures.packages import WHOLE_SYSTEM
from flowcentre.measures.pressure import measured_at
from flowcentre.model import Feed, Place, PlaceKind, Places, PressureRules, Summing

_Sources = dict[str, frozenset[str]]  # place -> feeds


@dataclass(frozen=True)
class Watchable:
    """The places and feeds of a sound configuration, and which feeds a measure at a place comes from."""

    places: Places
    feeds: Mapping[str, Feed]
    sources: Mapping[str, Mapping[str, frozenset[str]]]  # by measure, then by place
    score_at_most: float | None = None  # of the scales of the scoring rules the longest

    def at(self, measure: str) -> tuple[str, ...]:
        """Where a measure can be known, in the order of the configuration."""
        found = self.sources.get(measure, {})
        return tuple(place.id for place in self.places if place.id in found)

    def slowest(self, measure: str, place: str) -> Feed | None:
        """Of the polled feeds that it comes from there, the one that is asked most seldom."""
        found = [self.feeds[feed] for feed in self.sources.get(measure, {}).get(place, ())]
        return max((feed for feed in found if feed.polled), key=lambda feed: (feed.every, feed.id), default=None)


def watchable(places: Places, feeds: Sequence[Feed]) -> Watchable:
    """Work out where each measure is reported, follows by its formula, or is a total.

    The picture works out the same for one day (``picture/expected.py``). A rule holds for days to come too, so here
    no place is left out because it has not opened yet.
    """
    covered = [(feed, tuple(dict.fromkeys(p for top in feed.places for p in places.within(top)))) for feed in feeds]
    own: dict[str, _Sources] = {}
    for measure in ALL:
        _add_own(measure, covered, own)
    sources = {measure: found | _totals(measure, places, found) for measure, found in own.items()}
    lists = [
        [sources[measure][place.id] for place in places.of_kind(*kinds) if place.id in sources[measure]]
        for kinds, measure in ((HOSPITALS, "delayed_now"), ({PlaceKind.LOCALITY}, "poc_waiting_now"))
    ]
    if all(lists):  # it is worked out of the lists of both, for the system alone
        sources[WHOLE_SYSTEM.id] = {places.system.id: _together(feeds for each in lists for feeds in each)}
    return Watchable(places, {feed.id: feed for feed in feeds}, sources)


def with_pressure(watched: Watchable, pressure: PressureRules) -> Watchable:
    """The same with scores and levels, which come from whatever their parameters come from."""
    from_feeds: dict[str, frozenset[str]] = {}
    for rules in pressure.rules:
        for place in rules.places:
            each = [watched.sources.get(one.measure, {}).get(place, frozenset()) for one in rules.parameters]
            from_feeds[place] = from_feeds.get(place, frozenset()) | _together(each)
    from_feeds[watched.places.system.id] = _together(from_feeds.values())
    known = {
        measure: {place: from_feeds.get(place, frozenset()) for place in places}
        for measure, places in measured_at(pressure, watched.places).items()
    }
    scales = [rules.out_of for rules in pressure.rules]
    return replace(watched, sources={**watched.sources, **known}, score_at_most=max(scales, default=None))


def _add_own(measure_id: str, covered: Sequence[tuple[Feed, Sequence[Place]]], own: dict[str, _Sources]) -> None:
    """Where a measure is reported, or follows by its formula from what is known at the very place."""
    if measure_id in own:
        return
    measure, found = ALL[measure_id], own.setdefault(measure_id, {})
    for feed, places in covered:
        if measure_id in feed.provides:
            for place in places:
                if place.kind in measure.reported_by:
                    found[place.id] = found.get(place.id, frozenset()) | {feed.id}
    if measure.formula is not None:
        for needed in measure.formula.inputs:
            _add_own(needed, covered, own)
        inputs = [own[needed] for needed in measure.formula.inputs]
        for place_id in set.intersection(*(set(each) for each in inputs)):
            found[place_id] = found.get(place_id, frozenset()) | _together(each[place_id] for each in inputs)


def _totals(measure_id: str, places: Places, own: _Sources) -> _Sources:
    """Where it is summed: whoever runs those who have it, and the localities that they serve."""
    totals: _Sources = {}
    if ALL[measure_id].across_places in (Summing.NEVER, Summing.MEDIAN_OF_ROWS):
        return totals
    for leaf, from_feeds in own.items():
        for above in {*(place.id for place in places.ancestors(leaf)), places.locality_of(leaf)} - own.keys():
            if above is not None:
                totals[above] = totals.get(above, frozenset()) | from_feeds
    return totals


def _together(each: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*each)
