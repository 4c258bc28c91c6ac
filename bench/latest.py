"""(d) Long histories: the latest value of 2,000 series, and 24 hours of 50 of them, in a store of 17 million readings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

from bench.bulk import grow
from bench.county import CONNECTORS, SERIES, SITES, Life, county
from bench.measure import CannotMeasure, Line, Times, at_most, timed
from bench.workplace import Workplace, documents
from connectors.bed_state_csv import BedStateCsv
from flowcentre.feeds.past import read_in
from flowcentre.model import Point
from flowcentre.store import Store, open_store

ASKS = 30
LATEST_MS = 50
TIMES_RAW = 1.5
RAW = """
    SELECT series, observed_at, value FROM reading
    WHERE series = ? AND observed_at >= ? AND observed_at < ? ORDER BY observed_at
"""


def measure(place: Workplace) -> Iterator[Line]:
    """Every line of this part."""
    file, minutes = place.make("latest") / "flow.db", place.rows // SERIES
    begins_at = place.now - timedelta(minutes=minutes)
    with closing(open_store(f"sqlite:///{file}")) as store:
        for _ in read_in(store, county(), CONNECTORS, documents(Life(), begins_at), until=place.now):
            pass
    rows = SERIES + grow(file, minutes - 1, change_every=1)
    latest = Times()
    with closing(open_store(f"sqlite:///{file}")) as store, closing(sqlite3.connect(file)) as connection:
        for _ in range(ASKS):
            known = timed(latest, store.latest)
        if len(known) != SERIES:
            raise CannotMeasure(f"{len(known)} series are known, not {SERIES}")
        said, met = at_most(latest.median * 1000, LATEST_MS, " ms")
        found = f"{latest.median * 1000:.1f} ms"
        yield Line("latest", f"latest of {SERIES:,} series over {rows:,} rows, median of {ASKS}", found, said, met)
        wards = [f"{site}-w{ward}" for site in SITES for ward in range(4, 11)]
        for what, keys in (
            (
                "10 of each of 5 wards",
                [(ward, measure) for ward in wards[::10][:5] for measure in BedStateCsv.provides[:10]],
            ),
            ("1 of each of 50 wards", [(ward, "ga_beds_occupied") for ward in wards[:50]]),
        ):
            yield from _compare(store, connection, place, what, keys)
    size = file.stat().st_size
    yield Line("latest", "  store on disk; bytes a reading", f"{size / 1e6:,.0f} MB; {size / rows:.1f}")


def _compare(
    store: Store, connection: sqlite3.Connection, place: Workplace, what: str, keys: list[tuple[str, str]]
) -> Iterator[Line]:
    """The last 24 hours of 50 series as we give them, and as SQLite gives their bare rows by the same index."""
    ours, raw, ids = Times(), Times(), _ids(connection, keys)
    span = (place.now - timedelta(hours=24), place.now)
    spoken = [int(moment.timestamp() * 1000) for moment in span]
    for _ in range(ASKS):
        fetched = timed(raw, lambda: [connection.execute(RAW, (id, *spoken)).fetchall() for id in ids])
        found = timed(ours, lambda: store.history(keys, *span))
    _agree(found, fetched, keys)
    points = sum(map(len, found.values()))
    said, met = at_most(ours.median / raw.median, TIMES_RAW)
    ratio = f"{ours.median / raw.median:.2f}"
    yield Line("latest", f"24 h of 50 series, {what}: ours / raw indexed fetch", ratio, said, met)
    yield Line("latest", f"  ms ours, raw ({points:,} points)", f"{ours.median * 1000:.0f}, {raw.median * 1000:.0f}")


def _ids(connection: sqlite3.Connection, keys: list[tuple[str, str]]) -> list[int]:
    found = [
        connection.execute("SELECT id FROM series WHERE place = ? AND measure = ?", key).fetchone() for key in keys
    ]
    return [id for (id,) in found]


def _agree(
    found: dict[tuple[str, str], list[Point]], fetched: list[list[tuple[int, int, float]]], keys: list[tuple[str, str]]
) -> None:
    """See that both brought the same, but for the last point before the start, which is ours alone."""
    for key, raw in zip(keys, fetched, strict=True):
        ours = [(int(point.at.timestamp() * 1000), point.value) for point in found[key]]
        if not raw or ours[-len(raw) :] != [(at, value) for _, at, value in raw]:
            raise CannotMeasure(f"the history of {key} is not what the raw fetch brought")
