"""Histories: the rows that tell of a change and the sightings between them, put together again."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from operator import attrgetter
from typing import Any, overload

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, cast, func, select, true

from flowcentre.model import Point
from flowcentre.store import schema as db
from flowcentre.store.moments import Moments


@dataclass(slots=True)
class Track:
    """The points of one series, oldest first: the last before the start where there is one, then all within."""

    moments: Sequence[int] = ()
    values: list[float | None] = field(default_factory=list)


def find_series(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[int, tuple[str, str, str]]:
    """Every series of some (place, measure), reported and derived: its feed, place and measure."""
    wanted = set(keys)
    places, measures = {place for place, _ in wanted}, {measure for _, measure in wanted}
    found = connection.execute(
        select(db.series).where(db.series.c.place.in_(places), db.series.c.measure.in_(measures))
    )
    return {id: (feed, place, measure) for id, feed, place, measure in found if (place, measure) in wanted}


class Points(Sequence[Point]):
    """A history as two columns; its points are made when somebody looks at them.

    A day of fifty series has 72,000 points, and to make them takes longer than to fetch them.
    """

    __slots__ = ("_at", "_made", "_moments", "_values")

    def __init__(self, moments: Sequence[int], values: Sequence[float | None], at: Moments) -> None:
        self._moments, self._values, self._at = moments, values, at
        self._made: list[Point] | None = None

    def _all(self) -> list[Point]:
        if self._made is None:
            self._made = make_points([self._at[moment] for moment in self._moments], self._values)
        return self._made

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, index: int) -> Point: ...
    @overload
    def __getitem__(self, index: slice) -> list[Point]: ...
    def __getitem__(self, index: int | slice) -> Point | list[Point]:
        return self._all()[index]

    def __iter__(self) -> Iterator[Point]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._all())


def read_history(
    connection: Connection, keys: Sequence[tuple[str, str]], start: int, end: int, known_at: int | None
) -> dict[tuple[str, str], Sequence[Point]]:
    """The points of many series, by (place, measure); see ``Store.history``."""
    series = find_series(connection, keys)
    derived = {id for id, (feed, _, _) in series.items() if feed == db.DERIVED}
    tracks = read_tracks(connection, series.keys() - derived, derived, start, end, known_at)
    moments = Moments()
    spoken: dict[tuple[str, str], list[Points]] = {key: [] for key in keys}
    for series_id, track in tracks.items():
        if track.moments:
            spoken[series[series_id][1:]].append(Points(track.moments, track.values, moments))
    begin = moments[start]
    return {key: found[0] if len(found) == 1 else _merged(found, begin) for key, found in spoken.items()}


def _merged(found: Sequence[Points], begin: datetime) -> list[Point]:
    """What several feeds said of one measure at one place, with the last before the start."""
    merged = sorted((point for points in found for point in points), key=attrgetter("at"))
    first = bisect_left(merged, begin, key=attrgetter("at"))
    return merged[max(first - 1, 0) :]


def make_points(moments: Sequence[datetime], values: Sequence[float | None]) -> list[Point]:
    """``map(Point, moments, values)`` in a quarter of the time: a day of fifty series has 72,000 of them."""
    points = list(map(Point.__new__, repeat(Point, len(values))))
    deque(map(_SET_AT, points, moments), maxlen=0)
    deque(map(_SET_VALUE, points, values), maxlen=0)
    return points


# Point is frozen, so its own initialiser goes a long way round to set its two slots.
_SET_AT, _SET_VALUE = Point.__dict__["at"].__set__, Point.__dict__["value"].__set__


def read_tracks(
    connection: Connection,
    reported: Iterable[int],
    derived: Iterable[int],
    start: int,
    end: int,
    known_at: int | None,
) -> dict[int, Track]:
    """The tracks of some series from ``start`` until before ``end``, as known at a moment or now."""
    reported, derived = sorted(reported), sorted(derived)
    everyone = reported + derived
    heard: ColumnElement[bool] = true()
    if known_at is not None:
        heard = db.reading.c.received_at <= known_at
    changes = _changes(connection, everyone, start, end, heard)
    before = _in_effect_before(connection, everyone, start, heard)
    sightings = _sightings_of(connection, reported, start, end, known_at, {id: at for id, (at, _) in changes.items()})
    tracks = {id: _fill(sightings.get(id, ()), changes.get(id, ((), ())), before.get(id)) for id in reported}
    for id in derived:
        rows = dict(zip(*changes.get(id, ((), ())), strict=True))  # of one moment the later knowledge, which comes last
        if id in before:
            rows = {before[id][0]: before[id][1], **rows}
        tracks[id] = Track(list(rows), list(rows.values()))
    return tracks


def _fill(
    moments: Sequence[int],
    changes: tuple[Sequence[int], Sequence[float | None]],
    before: tuple[int, float | None] | None,
) -> Track:
    """The value at each moment: that of the last change until then."""
    ats, changed = changes
    value = before[1] if before is not None else None
    first = len(moments) - len(ats)
    if 0 <= first <= 1 and tuple(moments[first:]) == ats:  # everything changed each time it was said
        return Track(moments, [value, *changed] if first else list(changed))
    values: list[float | None] = []
    for at, new in zip(ats, changed, strict=True):
        standing = bisect_left(moments, at, lo=len(values)) - len(values)
        if standing:
            values += [value] * standing
        value = new
    values += [value] * (len(moments) - len(values))
    return Track(moments, values)


def _changes(
    connection: Connection, series: Sequence[int], start: int, end: int, heard: ColumnElement[bool]
) -> dict[int, tuple[Sequence[int], Sequence[float | None]]]:
    """The changes of each series as two columns; no row objects, for a day of fifty series may have 72,000."""
    row = db.reading.c
    one = (
        select(row.observed_at, row.value)
        .where(row.series == bindparam("one"), row.observed_at >= start, row.observed_at < end, heard)
        .order_by(row.observed_at, row.version)
    )
    found: dict[int, tuple[Sequence[int], Sequence[float | None]]] = {}
    for id in series:
        answer = connection.execute(one, {"one": id})
        assert answer.cursor is not None  # the driver's own, which makes plain tuples
        rows = answer.cursor.fetchall()
        answer.close()
        if rows:
            ats, values = zip(*rows, strict=True)
            found[id] = (ats, values)
    return found


def _in_effect_before(
    connection: Connection, series: Sequence[int], start: int, heard: ColumnElement[bool]
) -> dict[int, tuple[int, float | None]]:
    row: Select[Any] = (
        select(db.reading.c.observed_at)
        .where(db.reading.c.series == db.series.c.id, db.reading.c.observed_at < start, heard)
        .order_by(db.reading.c.observed_at.desc(), db.reading.c.version.desc())
        .limit(1)
    )
    found = connection.execute(
        select(
            db.series.c.id, row.scalar_subquery(), row.with_only_columns(db.reading.c.value).scalar_subquery()
        ).where(db.series.c.id.in_(series))
    )
    return {id: (at, value) for id, at, value in found if at is not None}


def _sightings_of(
    connection: Connection,
    series: Sequence[int],
    start: int,
    end: int,
    known_at: int | None,
    changed: Mapping[int, Sequence[int]],
) -> Mapping[int, Sequence[int]]:
    """The moments at which each series was said, with the last before the start; ``changed`` are those of its changes."""
    if not series:
        return {}
    by_series: dict[int, list[int]] = {}
    for id, source in connection.execute(
        select(db.source_series.c.series, db.source_series.c.source).where(db.source_series.c.series.in_(series))
    ):
        by_series.setdefault(id, []).append(source)
    row = db.sighting.c
    heard: ColumnElement[bool] = true() if known_at is None else row.received_at <= known_at
    sources = sorted({source for found in by_series.values() for source in found})
    last = (
        select(row.observed_at)
        .where(row.source == db.source.c.id, row.observed_at < start, heard)
        .order_by(row.observed_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    moments: dict[int, list[int]] = {
        source: [] if at is None else [at]
        for source, at in connection.execute(select(db.source.c.id, last).where(db.source.c.id.in_(sources)))
    }
    inside = (row.observed_at >= start, row.observed_at < end, heard)
    counted = (
        select(row.source, func.count().label("number")).where(row.source.in_(sources), *inside).group_by(row.source)
    )
    spoke: dict[int, int] = {counts.source: counts.number for counts in connection.execute(counted)}
    for id, found in by_series.items():
        ats = changed.get(id, ())
        # A change is a sighting: where there are as many of one as of the other, they are the same moments.
        if len(found) == 1 and len(ats) == spoke.get(found[0]) and len(set(ats)) == len(ats):
            moments[found[0]] += ats
            del spoke[found[0]]
    # One row a source, not one a sighting: most of the time would go into the rows.
    within = connection.execute(
        select(row.source, func.aggregate_strings(cast(row.observed_at, String), ","))
        .where(row.source.in_(spoke), *inside)
        .group_by(row.source)
    )
    for source, listed in within:
        # A correction sights its moment again.
        moments[source] += sorted(set(map(int, listed.split(","))))
    return {id: _together([moments[source] for source in found], start) for id, found in by_series.items()}


def _together(sources: Sequence[list[int]], start: int) -> Sequence[int]:
    """The moments of several sources as one list; that of the only one that spoke is shared, not copied."""
    spoke = [moments for moments in sources if moments]
    if len(spoke) == 1:
        return spoke[0]
    merged = sorted(set().union(*spoke))
    return merged[max(bisect_left(merged, start) - 1, 0) :]
