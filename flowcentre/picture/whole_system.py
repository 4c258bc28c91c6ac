"""Who waits in the whole system: the people of every list of one picture, each counted once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flowcentre.measures.care_clocks import waits
from flowcentre.measures.delay_counts import remains
from flowcentre.measures.delays import HOSPITALS
from flowcentre.measures.packages import WHOLE_SYSTEM
from flowcentre.model import CareReferral, County, DelayedDischarge, PlaceKind, Value
from flowcentre.picture.list_count import count_of, those_counted
from flowcentre.store import Store

# Each kind of list: its name, the kinds of place that send one, and the measure that counts it.
_LISTS = (
    ("delays", HOSPITALS, "delayed_now"),
    ("referrals", frozenset({PlaceKind.LOCALITY}), "poc_waiting_now"),
)
_Moment = tuple[datetime, datetime]  # of a list: its own, and its arrival's


class WholeSystem:
    """Works the measure out from the very lists that a picture counts. A list is read once, however many pictures have it.

    Used from any thread: at worst two read the same.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[tuple[str, str], tuple[_Moment, frozenset[str]]] = {}

    def add_to(self, values: dict[tuple[str, str], Value], county: County) -> None:
        """Put the measure among the values of a picture, where the county has both kinds of list."""
        if (found := self.value(county, values)) is not None:
            values[found.place, found.measure] = found

    def value(self, county: County, values: Mapping[tuple[str, str], Value]) -> Value | None:
        """How many people wait; None where hospitals or localities are expected to send no list."""
        lists = {
            people: [
                value
                for place in county.places.of_kind(*kinds)
                if (value := values.get((place.id, measure))) is not None and not value.derived
            ]
            for people, kinds, measure in _LISTS
        }
        if not all(lists.values()):
            return None
        every = [value for listed in lists.values() for value in listed]
        counted = {(value.place, value.measure) for value in those_counted(every)}
        waiting: set[str] = set()
        for people, listed in lists.items():
            for value in listed:
                if (value.place, value.measure) in counted:
                    waiting |= self._waiting(people, value)
        return count_of(WHOLE_SYSTEM.id, county.places.system.id, every, len(waiting), "lists")

    def _waiting(self, people: str, value: Value) -> frozenset[str]:
        """The pseudonyms of those who wait on one list."""
        at, received_at = value.observed_at, value.received_at
        if value.value is None or at is None or received_at is None:
            return frozenset()
        key, moment = (people, value.place), (at, received_at)
        kept = self._read.get(key)
        if kept is None or kept[0] != moment:
            rows = self._store.people(people, value.place, at, received_at)
            found = {row.ref for row in rows if isinstance(row, DelayedDischarge) and remains(row, at)}
            found |= {row.person for row in rows if isinstance(row, CareReferral) and waits(row, at)}
            self._read[key] = kept = (moment, frozenset(found))
        return kept[1]
