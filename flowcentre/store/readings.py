"""Sightings become rows: only what changed, and one row that says the rest was said again.

Two paths. A sighting newer than all before it is compared with memory alone. One that comes late, or
again, is weighed against the rows at its own moment; what was known of later moments stays as it was.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, insert

from flowcentre.model import Held, Reading, Sighting
from flowcentre.store import schema as db
from flowcentre.store.late import Weighed, weigh
from flowcentre.store.memory import FeedMemory, Shape, Source
from flowcentre.store.moments import to_ms
from flowcentre.store.writing import upsert

_SIGHTINGS, _TOUCHED = insert(db.sighting), insert(db.touched)
SAID_AGAIN = "says again what was corrected since; not taken"


def check(reading: Reading) -> float | None:
    """Its value. Raises ValueError where that is no number: it would differ from itself for ever."""
    if reading.value is not None and not math.isfinite(reading.value):
        raise ValueError(f"{reading.measure} at {reading.place} is {reading.value}, which is no figure")
    return reading.value


@dataclass(slots=True)
class SightingWriter:
    """Writes the sightings of one poll. ``accepted`` and ``duplicate`` count readings; ``held`` are the rest."""

    connection: Connection
    memory: FeedMemory
    version: int
    received_at: int
    rolled_until: int
    accepted: int = 0
    duplicate: int = 0
    held: list[Held] = field(default_factory=list)
    _readings: list[dict[str, Any]] = field(default_factory=list)
    _sightings: list[dict[str, Any]] = field(default_factory=list)
    _touched: list[dict[str, Any]] = field(default_factory=list)
    _latest: dict[int, dict[str, Any]] = field(default_factory=dict)
    _latest_sightings: dict[int, dict[str, Any]] = field(default_factory=dict)

    def write(self, sightings: Iterable[Sighting]) -> None:
        """Take these sightings in. Their rows are in the database when this returns."""
        for sighting in sorted(self._apart(sightings), key=lambda sighting: sighting.observed_at):
            self._take(sighting)
        self._flush()

    def _apart(self, sightings: Iterable[Sighting]) -> list[Sighting]:
        """The sightings with nothing said twice of one moment: what was said last counts."""
        kept: dict[tuple[str, int, str], Reading] = {}
        taken: list[tuple[Sighting, int]] = []
        total = 0
        for sighting in sightings:
            moment = to_ms(sighting.observed_at)
            total += len(sighting.readings)
            kept.update({(sighting.place, moment, reading.measure): reading for reading in sighting.readings})
            taken.append((sighting, moment))
        if len(kept) == total:
            return [sighting for sighting, _ in taken if sighting.readings]
        self.duplicate += total - len(kept)
        apart = []
        for sighting, moment in taken:
            readings = []
            for reading in sighting.readings:
                key = (sighting.place, moment, reading.measure)
                if kept.get(key) is reading:
                    readings.append(kept.pop(key))
            if readings:
                apart.append(Sighting(sighting.place, sighting.observed_at, tuple(readings)))
        return apart

    def _take(self, sighting: Sighting) -> None:
        moment = to_ms(sighting.observed_at)
        measures = tuple([reading.measure for reading in sighting.readings])
        shape = self.memory.shape_of(self.connection, sighting.place, measures)
        source = shape.source
        if source.leads and source.observed_at is not None and moment > source.observed_at:
            values = self.memory.values
            for series, reading in zip(shape.series, sighting.readings, strict=True):
                if values[series] != reading.value:
                    self._change(series, moment, check(reading))
                    self._stand(series, reading.value, source)
            self.accepted += len(measures)
            self._see(source, moment)
            if moment < self.rolled_until:
                for series in shape.series:
                    self._touch(series, moment, moment)
            return
        fresh: dict[int, float | None] = {}
        late: dict[int, float | None] = {}
        for series, reading in zip(shape.series, sighting.readings, strict=True):
            said_by = self.memory.said_by.get(series)
            newer = said_by is None or said_by.observed_at is None or moment > said_by.observed_at
            (fresh if newer else late)[series] = check(reading)
        self._take_apart(sighting, moment, fresh, late, shape)

    def _take_apart(
        self,
        sighting: Sighting,
        moment: int,
        fresh: Mapping[int, float | None],
        late: Mapping[int, float | None],
        shape: Shape,
    ) -> None:
        """Take in a sighting of which some may be old news."""
        place, source = sighting.place, shape.source
        believed: Mapping[int, Weighed] = {}
        again: Sequence[int] = ()
        if late:
            self._flush()  # what came before in this poll must be seen
            believed, again = weigh(self.connection, self.memory.sources[place].values(), moment, late)
        accepted = fresh.keys() | believed.keys()
        self.accepted += len(accepted)
        self.duplicate += len(fresh) + len(late) - len(accepted) - len(again)
        for series, reading in zip(shape.series, sighting.readings, strict=True):
            if series in again:
                self._hold(reading)
        if not accepted:
            return
        if accepted != source.members:
            source = self.memory.source_of(self.connection, place, accepted)
        leading = [series for series in accepted if series in fresh or believed[series].newest]
        for series, value in fresh.items():
            if series not in self.memory.values or self.memory.values[series] != value:
                self._change(series, moment, value)
                self.memory.values[series] = value
            self._touch(series, moment, moment)
        for series, weighed in believed.items():
            if weighed.changes:
                self._change(series, moment, late[series])
            if weighed.restore is not None:
                self._change(series, *weighed.restore)
            if weighed.newest:
                self.memory.values[series] = late[series]
            self._touch(series, moment, weighed.until or moment)
        self._see(source, moment)
        self.memory.move(leading, source)
        for series in leading:
            self._stand(series, self.memory.values[series], source)

    def _hold(self, reading: Reading) -> None:
        row = f"{reading.measure} as at {reading.observed_at.astimezone(UTC):%d %b %Y %H:%M} UTC"
        self.held.append(Held(row, SAID_AGAIN, reading.place, reading.measure))

    def _change(self, series: int, moment: int, value: float | None) -> None:
        self._readings.append(
            {
                "series": series,
                "observed_at": moment,
                "version": self.version,
                "received_at": self.received_at,
                "value": value,
            }
        )

    def _touch(self, series: int, start: int, end: int) -> None:
        if start < self.rolled_until:
            self._touched.append({"series": series, "from_at": start, "to_at": end})

    def _stand(self, series: int, value: float | None, source: Source) -> None:
        self.memory.values[series] = value
        self._latest[series] = {"series": series, "value": value, "source": source.id}

    def _see(self, source: Source, moment: int) -> None:
        self._sightings.append(
            {
                "source": source.id,
                "observed_at": moment,
                "version": self.version,
                "received_at": self.received_at,
            }
        )
        if source.observed_at is None or moment >= source.observed_at:
            source.observed_at, source.received_at = moment, self.received_at
            self._latest_sightings[source.id] = {
                "source": source.id,
                "observed_at": moment,
                "received_at": self.received_at,
            }
        if self.memory.observed_at is None or moment > self.memory.observed_at:
            self.memory.observed_at = moment

    def _flush(self) -> None:
        batches: Sequence[tuple[Any, list[dict[str, Any]]]] = (
            (_SIGHTINGS, self._sightings),
            # A moment restored and then corrected in one poll has one row: what the poll said last.
            (upsert(self.connection, db.reading), self._readings),
            (_TOUCHED, self._touched),
            (upsert(self.connection, db.latest), list(self._latest.values())),
            (upsert(self.connection, db.latest_sighting), list(self._latest_sightings.values())),
        )
        for statement, rows in batches:
            if rows:
                self.connection.execute(statement, rows)
        for staged in (self._sightings, self._readings, self._touched, self._latest, self._latest_sightings):
            staged.clear()
