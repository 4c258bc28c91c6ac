"""(a) Ingest: snapshots through the real connectors, weighing and store, against raw ``executemany``.

The baseline writes every row of the same snapshot as ready tuples, in one transaction, to a file with
the same settings and a table with the same key, integers for series: it neither parses, nor weighs,
nor compares. The two take turns, snapshot by snapshot, and both hold half a day of history before,
for an index that is still empty takes rows far quicker than one in use.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.bulk import grow, grow_people
from bench.county import SITES, Life, county, make_connector
from bench.measure import CannotMeasure, Line, Times, at_least, timed
from bench.workplace import Workplace
from flowcentre.feeds.answers import Answer, parse_documents
from flowcentre.feeds.contract import Connector, Document
from flowcentre.feeds.poll import Weighed, record, times_running, weigh
from flowcentre.feeds.remembered import Remembered
from flowcentre.measures.derive import ambulance_readings, attendance_readings
from flowcentre.model import AmbulanceArrival, County, EmergencyAttendance, Feed, Outcome, Reading
from flowcentre.store import Store, open_store

SNAPSHOTS = 40
WARM_UP = 5
BEFORE = 720  # minutes of history, a snapshot each
TARGET = 0.5
BEGINS_AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
READING = "series, observed_at, version, received_at, value, PRIMARY KEY (series, observed_at, version)"
PERSON = (
    "place, ref, observed_at, received_at, arrived_at, stream, triaged_at, seen_at, decided_to_admit_at, departed_at, "
    "admitted, PRIMARY KEY (place, ref, observed_at)"
)
Rows = Sequence[tuple[object, ...]]
Documents = Callable[[datetime], Iterable[tuple[Feed, Document]]]


@dataclass
class Lengths:
    """How long each step took, poll by poll."""

    parse: Times = field(default_factory=Times)
    weigh: Times = field(default_factory=Times)
    record: Times = field(default_factory=Times)
    claim: Times = field(default_factory=Times)
    whole: Times = field(default_factory=Times)  # parse, weigh and record
    processor: Times = field(default_factory=Times)  # CPU of the same
    raw: Times = field(default_factory=Times)
    raw_processor: Times = field(default_factory=Times)
    rows: list[int] = field(default_factory=list)


class Poller:
    """Takes documents in as an engine does, without its worker process and its schedule."""

    def __init__(self, store: Store, within: County) -> None:
        self.store = store
        self.county = within
        self._connectors: dict[str, Connector] = {}
        self._remembered: dict[str, Remembered] = {}

    def take(self, feed: Feed, document: Document, at: datetime, lengths: Lengths) -> Answer:
        """One poll, timed step by step."""
        if feed.id not in self._connectors:
            self._connectors[feed.id] = make_connector(feed, self.county)
            self._remembered[feed.id] = Remembered.read(self.store, feed, self.county)
        connector, remembered = self._connectors[feed.id], self._remembered[feed.id]
        poll_id = timed(lengths.claim, lambda: self.store.claim_poll(feed.id, at, engine="bench", started_at=at))
        if poll_id is None:
            raise CannotMeasure(f"{feed.id} was polled twice at one moment")
        began, used = time.perf_counter(), time.process_time()
        answer = timed(lengths.parse, lambda: parse_documents(connector, [document], None))
        weighed = timed(lengths.weigh, lambda: self._weigh(feed, answer, remembered, at))
        timed(
            lengths.record,
            lambda: record(self.store, feed, poll_id, answer, weighed, now=at, attempts=1, remembered=remembered),
        )
        lengths.whole.add(time.perf_counter() - began)
        lengths.processor.add(time.process_time() - used)
        if weighed.outcome is not Outcome.OK or weighed.held:
            raise CannotMeasure(f"{feed.id}: not believed: {weighed.message or weighed.held[:1]}")
        return answer

    def _weigh(self, feed: Feed, answer: Answer, remembered: Remembered, at: datetime) -> Weighed:
        return weigh(answer, remembered, now=at, times_running=lambda subject: times_running(self.store, feed, subject))


class Raw:
    """The baseline: ready tuples, one transaction."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -32000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(f"CREATE TABLE reading ({READING}) WITHOUT ROWID")
        self._connection.execute(f"CREATE TABLE person ({PERSON}) WITHOUT ROWID")
        self._series: dict[tuple[str, str], int] = {}

    def grow(self, answer: Answer, at: datetime) -> None:
        """Have the history of a poll's rows, said again each minute."""
        readings, persons = self.rows(answer, at)
        moments = [_ms(at - timedelta(minutes=BEFORE - minute)) for minute in range(BEFORE)]
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("BEGIN")
        for table, rows in (("reading", sorted(readings)), ("person", sorted(persons, key=lambda row: row[:2]))):  # type: ignore[type-var]
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                at_column = 1 if table == "reading" else 2
                self._connection.executemany(
                    f"INSERT INTO {table} VALUES ({marks})",
                    ((*row[:at_column], moment, *row[at_column + 1 :]) for row in rows for moment in moments),
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
        persons: list[tuple[object, ...]] = [
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
        self._connection.executemany("INSERT INTO reading VALUES (?, ?, ?, ?, ?)", readings)
        if persons:
            self._connection.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", persons)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)


def measure(place: Workplace) -> Iterator[Line]:
    """Every line of this part."""
    together, apart, life, folder = county(one_file=True), county(), Life(), place.make("ingest")

    def beds(at: datetime) -> Iterator[tuple[Feed, Document]]:
        life.pass_minute()
        yield together.feeds[0], Document("beds.csv", life.beds_csv(at))

    def emergency(at: datetime) -> Iterator[tuple[Feed, Document]]:
        for site in SITES:
            feed = apart.feed(f"{site}-emergency")
            assert feed is not None
            yield feed, Document("emergency.json", life.emergency_json(site, at))

    def beds_by_site(at: datetime) -> Iterator[tuple[Feed, Document]]:
        life.pass_minute()
        for site in SITES:
            feed = apart.feed(f"{site}-beds")
            assert feed is not None
            yield feed, Document("beds.csv", life.beds_csv(at, (site,)))

    yield from _lines("CSV, 120 wards in one file", run(folder / "beds", together, beds), TARGET)
    yield from _lines("JSON, one A&E a poll", run(folder / "emergency", apart, emergency), TARGET)
    yield from _lines("CSV, 15 wards a file", run(folder / "apart", apart, beds_by_site), None)


def run(folder: Path, within: County, documents: Documents) -> Lengths:
    """Take snapshots in, one a simulated minute, in turn with the baseline."""
    folder.mkdir()
    file, lengths = folder / "flow.db", Lengths()
    with closing(Raw(folder / "raw.db")) as raw:
        with closing(open_store(f"sqlite:///{file}")) as store:
            poller, before = Poller(store, within), BEGINS_AT - timedelta(minutes=BEFORE)
            for feed, document in documents(before):
                raw.grow(poller.take(feed, document, before, lengths), BEGINS_AT)
        grow(file, BEFORE - 1, change_every=20)
        grow_people(file, BEFORE - 1, changes=4)
        with closing(open_store(f"sqlite:///{file}")) as store:
            poller = Poller(store, within)
            for minute in range(WARM_UP + SNAPSHOTS):
                if minute == WARM_UP:
                    lengths = Lengths()
                at = BEGINS_AT + timedelta(minutes=minute)
                for feed, document in documents(at):
                    readings, persons = raw.rows(poller.take(feed, document, at, lengths), at)
                    lengths.rows.append(len(readings) + len(persons))
                    used = time.process_time()
                    timed(lengths.raw, lambda r=readings, p=persons: raw.write(r, p))  # type: ignore[misc]
                    lengths.raw_processor.add(time.process_time() - used)
    return lengths


def _lines(what: str, lengths: Lengths, target: float | None) -> Iterator[Line]:
    rows = sorted(lengths.rows)[len(lengths.rows) // 2]
    ours, raw = rows / lengths.whole.median, rows / lengths.raw.median
    said, met = at_least(ours / raw, target) if target is not None else ("", None)
    yield Line("ingest", f"{what}: ours / raw executemany", f"{ours / raw:.2f}", said, met)
    yield Line(
        "ingest", f"  rows a snapshot; rows/s ours, raw ({len(lengths.rows)} polls)", f"{rows}; {ours:,.0f}, {raw:,.0f}"
    )
    steps = ", ".join(f"{name} {getattr(lengths, name).median * 1000:.1f}" for name in ("parse", "weigh", "record"))
    yield Line(
        "ingest",
        "  where our time goes, ms (to claim the poll comes before)",
        f"{steps} ({lengths.claim.median * 1000:.1f})",
    )
    cpu = lengths.raw_processor.median / lengths.processor.median
    yield Line(
        "ingest",
        "  CPU ms ours, raw; ratio of CPU alone",
        f"{lengths.processor.median * 1000:.1f}, {lengths.raw_processor.median * 1000:.1f}; {cpu:.2f}",
    )
