"""What contracts buy on the day of a picture, by the newest list: one that ended at midnight buys nothing today.

A list of contracts comes once a day or less, and tells itself when each of them begins and ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from flowcentre.measures.block_hours import BOUGHT, CONTRACTS, OF_CONTRACTS
from flowcentre.measures.contract_counts import contract_readings
from flowcentre.measures.derive import local_day
from flowcentre.model import CareContract, County
from flowcentre.store import Known, Store

_MEASURES = frozenset(measure.id for measure in OF_CONTRACTS)
_List = tuple[str, str]  # the feed and the locality
_Counts = Mapping[tuple[str, str], float | None]  # by place and measure
_Asked = tuple[Known, date, tuple[str, ...]]  # of which list, for which day, of which providers


class ContractsToday:
    """Counts lists of earlier days as on a later one. A list is read once a day, however many pictures have it.

    Used from any thread: at worst two read the same.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[_List, tuple[_Asked, _Counts]] = {}

    def recounted(self, rows: list[Known], county: County, at: datetime) -> list[Known]:
        """What the feeds last said; what they said of contracts as on the Europe/London day of ``at``."""
        told = [row for row in rows if row.measure in _MEASURES and row.place in county.places]
        today = local_day(at)
        lists = {
            (row.feed, row.place): row
            for row in told
            if row.measure == CONTRACTS.id and row.value is not None and local_day(row.observed_at) < today
        }
        if not lists:
            return rows
        figures: dict[tuple[str, str, str], float | None] = {}
        for (feed, locality), listed in lists.items():
            providers = tuple(
                row.place
                for row in told
                if row.measure == BOUGHT.id
                and (row.feed, row.observed_at) == (feed, listed.observed_at)
                and county.places.locality_of(row.place) == locality
            )
            counts = self._counts((feed, locality), (listed, today, providers), at)
            figures |= {(feed, place, measure): value for (place, measure), value in counts.items()}
        return [
            replace(row, value=figures[key])
            if row.measure in _MEASURES and (key := (row.feed, row.place, row.measure)) in figures
            else row
            for row in rows
        ]

    def _counts(self, of: _List, asked: _Asked, at: datetime) -> _Counts:
        kept = self._kept.get(of)
        if kept is None or kept[0] != asked:
            row, _, providers = asked
            listed = self._store.people("contracts", row.place, row.observed_at, row.received_at)
            contracts = [one for one in listed if isinstance(one, CareContract)]
            readings = contract_readings(row.place, contracts, at, providers)
            self._kept[of] = kept = asked, {(one.place, one.measure): one.value for one in readings}
        return kept[1]
