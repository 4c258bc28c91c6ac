"""Totals and shares that a picture computed, kept as history: changes alone, from each moment on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, insert

from flowcentre.model import Reading
from flowcentre.store import schema as db
from flowcentre.store.memory import FeedMemory
from flowcentre.store.moments import to_ms
from flowcentre.store.readings import check
from flowcentre.store.writing import upsert

_TOUCHED = insert(db.touched)
_SLOWEST = 10 * 60_000  # an engine further behind than this is not slow: the other's clock was ahead


def record_derived(
    connection: Connection,
    memory: FeedMemory,
    readings: Iterable[Reading],
    *,
    version: int,
    received_at: int,
    rolled_until: int,
) -> bool:
    """Write the readings that differ from what stands; whether there were any.

    Those of a moment a little before the last are passed over: an engine that was slow worked them out,
    and as only changes are kept, nothing would say how long they stood. From a moment long before it
    history goes on, for the last one was of a clock that has been put right since.
    """
    rows: list[dict[str, Any]] = []
    standing: dict[int, dict[str, Any]] = {}
    touched: list[dict[str, Any]] = []
    for moment, said in _by_moment(readings):
        if memory.observed_at is not None and 0 < memory.observed_at - moment < _SLOWEST:
            continue
        places: dict[str, list[Reading]] = {}
        for reading in said:
            places.setdefault(reading.place, []).append(reading)
        values = {
            series: check(reading)
            for place, here in places.items()
            for series, reading in zip(
                memory.series_of(connection, place, [reading.measure for reading in here]), here, strict=True
            )
        }
        for series, value in values.items():
            if series in memory.values and memory.values[series] == value:
                continue
            rows.append(
                {
                    "series": series,
                    "observed_at": moment,
                    "version": version,
                    "received_at": received_at,
                    "value": value,
                }
            )
            memory.values[series] = value
            standing[series] = {"series": series, "value": value, "source": None}
            if moment < rolled_until:
                touched.append({"series": series, "from_at": moment, "to_at": rolled_until})
        memory.observed_at = moment
    for statement, changed in (
        (upsert(connection, db.reading), rows),
        (upsert(connection, db.latest), list(standing.values())),
        (_TOUCHED, touched),
    ):
        if changed:
            connection.execute(statement, changed)
    return bool(rows)


def _by_moment(readings: Iterable[Reading]) -> list[tuple[int, Sequence[Reading]]]:
    by_moment: dict[int, dict[tuple[str, str], Reading]] = {}
    for reading in readings:
        by_moment.setdefault(to_ms(reading.observed_at), {})[reading.place, reading.measure] = reading
    return [(moment, tuple(said.values())) for moment, said in sorted(by_moment.items())]
