"""Who counted in a total and does so no more: a ward that closed, a site or a feed that left the configuration.

A total without them is smaller, and whole by what is expected of it now. That is no sign that all is well: an alert that was
raised while they counted does not clear by their leaving.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from flowcentre.measures import ALL
from flowcentre.measures.derive import local_day
from flowcentre.measures.packages import WHOLE_SYSTEM
from flowcentre.model import EPOCH, County, Rule
from flowcentre.picture import expect
from flowcentre.store import Known, Store

_AGAIN = timedelta(minutes=1)  # after which those who left are looked for again, as long as there are any
# What is counted of the people on several lists, by the measure of each list.
_COUNTED_TOGETHER = {WHOLE_SYSTEM.id: ("delayed_now", "poc_waiting_now")}
_USUAL = timedelta(hours=4)  # for which a figure stands of a measure that no feed reports any more


@dataclass(frozen=True, slots=True)
class Leaver:
    """A place that counted, until when, and where."""

    place: str
    counted_until: datetime  # when its last figure would have grown too old
    above: frozenset[str] | None  # the places in whose totals it may have counted; None: nobody knows any more


Departed = Mapping[str, Sequence[Leaver]]  # by measure


class Departures:
    """Finds who counted lately and is expected no more. A change of the configuration makes it another, or a new day."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: tuple[County, date, Departed] | None = None
        self._looked_at = EPOCH

    def look(self, county: County, at: datetime) -> Departed:
        """Everyone who has a last figure, is not expected to give another, and whom no other feed tells of since."""
        day, kept = local_day(at), self._kept
        another = kept is None or kept[0] is not county or kept[1] != day
        if another or (kept is not None and kept[2] and at - self._looked_at >= _AGAIN):
            self._kept, self._looked_at = (county, day, _find(county, self._store.latest(), day)), at
        assert self._kept is not None
        return self._kept[2]


def leaver(departed: Departed, rule: Rule, place: str, since: datetime) -> str | None:
    """Somebody, by id, who counted in what a rule watches at a place at that moment or later, and counts there no more."""
    if rule.measure not in ALL:
        return None
    for measure in sorted(roots(rule.measure)):
        for each in departed.get(measure, ()):
            if each.counted_until > since and (each.above is None or place in each.above):
                return each.place
    return None


def _find(county: County, rows: Iterable[Known], day: date) -> Departed:
    expected = expect(county, day).reporters
    feeds = {feed.id: feed for feed in county.feeds}
    gone: list[Known] = []
    told: dict[tuple[str, str], datetime] = {}  # the newest of each that counts now
    for row in rows:
        key = (row.place, row.measure)
        if row.measure not in expected or row.value is None:
            continue
        if any(feed.id == row.feed for feed in expected[row.measure].get(row.place, ())):
            told[key] = max(row.observed_at, told.get(key, row.observed_at))
        else:
            gone.append(row)
    found: defaultdict[str, list[Leaver]] = defaultdict(list)
    for row in gone:
        if told.get((row.place, row.measure), EPOCH) > row.observed_at:
            continue  # by another feed, or the same by another name
        reporters = expected[row.measure]
        feed = feeds.get(row.feed)
        stands = [each.stale_after for those in reporters.values() for each in those]
        stale_after = feed.stale_after if feed is not None else max(stands, default=_USUAL)
        above = None
        if feed is not None and row.place in county.places:
            above = frozenset(up for each in (row.place, *feed.places) for up in _above(county, each))
        found[row.measure].append(Leaver(row.place, row.observed_at + stale_after, above))
    return found


@lru_cache(maxsize=1024)
def roots(measure_id: str) -> frozenset[str]:
    """A measure, and all that it is worked out from."""
    formula = ALL[measure_id].formula
    inputs = formula.inputs if formula is not None else _COUNTED_TOGETHER.get(measure_id, ())
    return frozenset({measure_id}).union(*(roots(each) for each in inputs))


def _above(county: County, place: str) -> set[str]:
    if place not in county.places:
        return set()
    found = {place, *(up.id for up in county.places.ancestors(place))}
    locality = county.places.locality_of(place)
    return found if locality is None else found | {locality}
