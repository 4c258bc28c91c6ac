"""Totals and shares that a picture computed, kept as history: changes alone, from each moment on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from flowcentre.model import Reading
from flowcentre.store import schema as db
from flowcentre.store.memory import FeedMemory
from flowcentre.store.moments import to_ms
from flowcentre.store.readings import check
from flowcentre.store.writing import upsert


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

    One of an earlier moment than the newest counts from its moment until the next change.
    """
    rows: list[dict[str, Any]] = []
    standing: dict[int, dict[str, Any]] = {}
    touched: list[dict[str, Any]] = []
    for moment, said in _by_moment(readings):
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
        before, later = memory.values, set[int]()
        if memory.observed_at is not None and moment < memory.observed_at:
            before, later = _around(connection, list(values), moment)
        for series, value in values.items():
            if series in before and before[series] == value:
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
            if series not in later:
                memory.values[series] = value
                standing[series] = {"series": series, "value": value, "source": None}
            if moment < rolled_until:
                touched.append({"series": series, "from_at": moment, "to_at": rolled_until})
        memory.observed_at = max(moment, memory.observed_at or moment)
    for statement, changed in (
        (upsert(connection, db.reading), rows),
        (upsert(connection, db.latest), list(standing.values())),
        (insert(db.touched), touched),
    ):
        if changed:
            connection.execute(statement, changed)
    return bool(rows)


def _by_moment(readings: Iterable[Reading]) -> list[tuple[int, Sequence[Reading]]]:
    by_moment: dict[int, dict[tuple[str, str], Reading]] = {}
    for reading in readings:
        by_moment.setdefault(to_ms(reading.observed_at), {})[reading.place, reading.measure] = reading
    return [(moment, tuple(said.values())) for moment, said in sorted(by_moment.items())]


def _around(connection: Connection, series: list[int], moment: int) -> tuple[dict[int, float | None], set[int]]:
    """What stood at a moment in the past, and which series have changed since."""
    row = db.reading.c
    before: dict[int, float | None] = {}
    later = set(
        connection.execute(
            select(row.series).where(row.series.in_(series), row.observed_at > moment).distinct()
        ).scalars()
    )
    for id in series:
        found = connection.execute(
            select(row.value)
            .where(row.series == id, row.observed_at <= moment)
            .order_by(row.observed_at.desc(), row.version.desc())
            .limit(1)
        ).first()
        if found is not None:
            before[id] = found.value
    return before, later
