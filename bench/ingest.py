"""(a) Ingest: snapshots through the real connectors, weighing and store, against raw ``executemany``.

The baseline writes every row of the same snapshot as ready tuples, in one transaction, to a file with
the same settings and a table with the same key, integers for series: it neither parses, nor weighs,
nor compares. The two take turns, snapshot by snapshot, and both hold half a day of history before,
for an index that is still empty takes rows far quicker than one in use.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.bulk import grow, grow_people
from bench.county import SITES, Life, county, make_connector
from bench.measure import CannotMeasure, Line, Times, at_least, timed
from bench.raw import Raw
from bench.workplace import Workplace
from flowcentre.feeds.answers import Answer, parse_documents
from flowcentre.feeds.contract import Connector, Document
from flowcentre.feeds.poll import record, times_running
from flowcentre.feeds.remembered import Remembered
from flowcentre.feeds.weighing import Weighed, weigh
from flowcentre.model import County, Feed, Outcome
from flowcentre.store import Store, open_store

SNAPSHOTS = 40
WARM_UP = 5
BEFORE = 720  # minutes of history, a snapshot each
TARGET = 0.5
BEGINS_AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
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
    empty: Times = field(default_factory=Times)  # raw, into a file that began empty
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
    with closing(Raw(folder / "raw.db")) as raw, closing(Raw(folder / "empty.db")) as empty:
        with closing(open_store(f"sqlite:///{file}")) as store:
            poller, before = Poller(store, within), BEGINS_AT - timedelta(minutes=BEFORE)
            for feed, document in documents(before):
                raw.grow(poller.take(feed, document, before, lengths), BEGINS_AT, BEFORE)
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
                    timed(lengths.empty, lambda r=readings, p=persons: empty.write(r, p))  # type: ignore[misc]
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
    yield Line(
        "ingest", "  against raw into an index that began empty", f"{lengths.empty.median / lengths.whole.median:.2f}"
    )
    cpu = lengths.raw_processor.median / lengths.processor.median
    yield Line(
        "ingest",
        "  CPU ms ours, raw; ratio of CPU alone",
        f"{lengths.processor.median * 1000:.1f}, {lengths.raw_processor.median * 1000:.1f}; {cpu:.2f}",
    )
