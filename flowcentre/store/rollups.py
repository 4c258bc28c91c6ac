"""Hours and days of history, rolled up: what long views read instead of every point.

What is to be rolled up waits in ``touched``: the spans that time completed, and those that news touched
after they were rolled up. It leaves in the transaction that keeps the result, so a crash repeats work
and loses none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, insert, select, update

from flowcentre.model import Kept
from flowcentre.store import schema as db
from flowcentre.store.answers import Rolled
from flowcentre.store.history import Track, find_series, read_tracks
from flowcentre.store.marks import purged_before
from flowcentre.store.moments import from_ms, to_ms
from flowcentre.store.writing import upsert

Span = Literal["hour", "day"]
HOURS: dict[Span, int] = {"hour": 1, "day": 24}
_LONDON = ZoneInfo("Europe/London")
_HOUR = 3_600_000
_SERIES_AT_ONCE = 100
_SPAN_AT_ONCE = 7 * 24 * _HOUR


@dataclass(frozen=True, slots=True)
class Batch:
    """Some series over a span to be rolled up, and the waiting rows that are done with it."""

    series: tuple[tuple[int, bool], ...]  # id, and whether it is derived
    start: int
    end: int  # of the last whole hour in it
    rolled_until: int
    done: tuple[int, ...] = ()


def day_start(moment: int, days: int = 0) -> int:
    """The start of the Europe/London day of a moment, or of the day that many later: they have 23 to 25 hours."""
    day = from_ms(moment).astimezone(_LONDON).date() + timedelta(days=days)
    return to_ms(datetime.combine(day, time(), tzinfo=_LONDON).astimezone(UTC))


def advance(connection: Connection, until: int) -> None:
    """Let time complete every hour before ``until``."""
    before = connection.execute(select(db.version.c.rolled_until)).scalar_one()
    until -= until % _HOUR
    if before == 0:  # never rolled up: begin where history does
        first = connection.execute(select(func.min(db.reading.c.observed_at))).scalar()
        before = until if first is None else min(first, until)
    if until > before:
        # The day that ``before`` fell in is completed by now, or goes on.
        connection.execute(insert(db.touched), {"from_at": day_start(before), "to_at": until - 1})
        connection.execute(update(db.version).values(rolled_until=until))


def waiting(connection: Connection) -> list[Batch]:
    """All that waits to be rolled up."""
    rolled_until = connection.execute(select(db.version.c.rolled_until)).scalar_one()
    # Of days whose figures have been purged the roll-up is all that is left: late news of them does not make it anew.
    known_from = day_start(purged, days=1) if (purged := purged_before(connection, Kept.READINGS)) else 0
    everyone = {id: feed == db.DERIVED for id, feed in connection.execute(select(db.series.c.id, db.series.c.feed))}
    spans: dict[tuple[int, int], tuple[set[int], list[int]]] = {}
    for row in connection.execute(select(db.touched)):
        end = min(row.to_at - row.to_at % _HOUR + _HOUR, rolled_until)
        series, done = spans.setdefault((max(day_start(row.from_at), known_from), end), (set(), []))
        series.update(everyone if row.series is None else [row.series])
        done.append(row.id)
    batches: list[Batch] = []
    for (start, end), (series, done) in sorted(spans.items()):
        chosen = [(id, everyone[id]) for id in sorted(series)]
        for first in range(0, len(chosen), _SERIES_AT_ONCE):
            some = tuple(chosen[first : first + _SERIES_AT_ONCE])
            for begin in _pieces(start, end):
                batches.append(Batch(some, begin, min(day_start(begin + _SPAN_AT_ONCE), end), rolled_until))
        last = batches.pop() if batches else Batch((), start, start, rolled_until)
        batches.append(Batch(last.series, last.start, last.end, rolled_until, (*last.done, *done)))
    return batches


def _pieces(start: int, end: int) -> Iterator[int]:
    """The starts of pieces of a span, each of whole days."""
    while start < end:
        yield start
        start = day_start(start + _SPAN_AT_ONCE)


def roll(connection: Connection, batch: Batch) -> list[dict[str, Any]]:
    """The rolled-up rows of a batch. Hours and days in which nothing was said have none."""
    derived = [id for id, is_derived in batch.series if is_derived]
    reported = [id for id, is_derived in batch.series if not is_derived]
    # The last day may begin before this batch ends and be whole only after it.
    end = min(day_start(batch.end - 1, days=1), batch.rolled_until) if batch.end > batch.start else batch.start
    tracks = read_tracks(connection, reported, derived, batch.start, end, None)
    spans = [(1, at, at + _HOUR) for at in range(batch.start, batch.end, _HOUR)]
    day = batch.start
    while (next_day := day_start(day, days=1)) <= end:
        spans.append((24, day, next_day))
        day = next_day
    return [
        {"series": id, "hours": hours, "start_at": start} | rolled
        for id, is_derived in batch.series
        for hours, start, stop in spans
        if (rolled := _roll_one(tracks[id], start, stop, stands=is_derived)) is not None
    ]


def _roll_one(track: Track, start: int, stop: int, *, stands: bool) -> dict[str, Any] | None:
    """One hour or day of one series.

    A derived value ``stands`` until it changes. A reported one is carried over from the span before
    and no further: how long ago it was said tells how far it is still true.
    """
    first, after = bisect_left(track.moments, start), bisect_left(track.moments, stop)
    here = [(track.moments[index], track.values[index]) for index in range(first, after)]
    if not here and not (stands and first):
        return None
    carried = first > 0 and (stands or start - track.moments[first - 1] <= stop - start)
    standing = [(start, track.values[first - 1]), *here] if carried else here
    ends = [*(at for at, _ in standing[1:]), stop]
    weighed = [(value, end - at) for (at, value), end in zip(standing, ends, strict=True) if value is not None]
    # The last of yesterday is not the highest of today, so what was carried over counts only where it is all.
    said = [value for _, value in (here or standing) if value is not None]
    time_known = sum(length for _, length in weighed)
    return {
        "count": sum(value is not None for _, value in here),
        "low": min(said, default=None),
        "high": max(said, default=None),
        "mean": sum(value * length for value, length in weighed) / time_known if time_known else None,
        "last": standing[-1][1],
    }


def keep(connection: Connection, batch: Batch, rows: Sequence[dict[str, Any]]) -> None:
    """Keep a batch, which then waits no more."""
    if rows:
        connection.execute(upsert(connection, db.rollup), rows)
    if batch.done:
        connection.execute(delete(db.touched).where(db.touched.c.id.in_(batch.done)))


def read_rolled(connection: Connection, place: str, measure: str, start: int, end: int, by: Span) -> list[Rolled]:
    """The hours or days of a measure at a place; several feeds' together."""
    series = find_series(connection, [(place, measure)])
    by_start: dict[int, list[Any]] = {}
    row = db.rollup.c
    for found in connection.execute(
        select(db.rollup)
        .where(row.series.in_(series), row.hours == HOURS[by], row.start_at >= start, row.start_at < end)
        .order_by(row.start_at, row.series)
    ):
        by_start.setdefault(found.start_at, []).append(found)
    return [_merge(at, rows) for at, rows in by_start.items()]


def _merge(start: int, rows: Sequence[Any]) -> Rolled:
    means = [(row.mean, max(row.count, 1)) for row in rows if row.mean is not None]
    return Rolled(
        from_ms(start),
        count=sum(row.count for row in rows),
        low=min((row.low for row in rows if row.low is not None), default=None),
        high=max((row.high for row in rows if row.high is not None), default=None),
        mean=sum(mean * count for mean, count in means) / sum(count for _, count in means) if means else None,
        last=next((row.last for row in reversed(rows) if row.last is not None), None),
    )
