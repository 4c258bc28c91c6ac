"""The baseline of ingest: every row of a snapshot as a ready tuple, written with ``executemany`` in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flowcentre.feeds.answers import Answer
from flowcentre.measures.derive import ambulance_readings, attendance_readings
from flowcentre.model import AmbulanceArrival, EmergencyAttendance, Reading

READING = "series, observed_at, version, received_at, value, PRIMARY KEY (series, observed_at, version)"
PERSON = (
    "place, ref, observed_at, received_at, arrived_at, stream, triaged_at, seen_at, decided_to_admit_at, departed_at, "
    "admitted, PRIMARY KEY (place, ref, observed_at)"
)
INSERT_READING = "INSERT INTO reading VALUES (?, ?, ?, ?, ?)"
INSERT_PERSON = "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
Rows = Sequence[tuple[Any, ...]]


class Raw:
    """The baseline: ready tuples, one transaction."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -32000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(f"CREATE TABLE reading ({READING}) WITHOUT ROWID")
        self._connection.execute(f"CREATE TABLE person ({PERSON}) WITHOUT ROWID")
        self._series: dict[tuple[str, str], int] = {}

    def grow(self, answer: Answer, at: datetime, minutes: int) -> None:
        """Have the history of a poll's rows, said again each minute until a moment."""
        readings, persons = self.rows(answer, at)
        moments = [_ms(at - timedelta(minutes=ago)) for ago in range(minutes, 0, -1)]
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("BEGIN")
        self._connection.executemany(
            INSERT_READING, ((series, at, *rest) for series, _, *rest in sorted(readings) for at in moments)
        )
        self._connection.executemany(
            INSERT_PERSON,
            (
                (site, ref, at, *rest)
                for site, ref, _, *rest in sorted(persons, key=lambda row: (row[0], row[1]))
                for at in moments
            ),
        )
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.execute("PRAGMA synchronous = FULL")

    def rows(self, answer: Answer, at: datetime) -> tuple[Rows, Rows]:
        """The rows of an answer as they are to be written; making them is not timed."""
        moment = int(at.timestamp() * 1000)
        facts = [fact for document in answer.documents for fact in document.facts]
        readings = [fact for fact in facts if isinstance(fact, Reading)]
        attendances = [fact for fact in facts if isinstance(fact, EmergencyAttendance)]
        ambulances = [fact for fact in facts if isinstance(fact, AmbulanceArrival)]
        if attendances:
            place = attendances[0].place
            readings += [*attendance_readings(place, attendances, at), *ambulance_readings(place, ambulances, at)]
        numbered = [
            (self._series.setdefault((r.place, r.measure), len(self._series)), moment, moment, moment, r.value)
            for r in readings
        ]
        persons: list[tuple[Any, ...]] = [
            (a.place, a.ref, moment, moment, _ms(a.arrived_at), a.stream.value)
            + (_ms(a.triaged_at), _ms(a.seen_at), _ms(a.decided_to_admit_at), _ms(a.departed_at), a.admitted)
            for a in attendances
        ]
        persons += [
            (a.place, a.ref, moment, moment, _ms(a.arrived_at), None, None, None, None, _ms(a.handed_over_at), None)
            for a in ambulances
        ]
        return numbered, persons

    def write(self, readings: Rows, persons: Rows) -> None:
        """Every row, in one transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(INSERT_READING, readings)
        if persons:
            self._connection.executemany(INSERT_PERSON, persons)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
