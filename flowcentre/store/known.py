"""What is known of every reported series: now, or at a moment as it was known then."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from flowcentre.store import schema as db
from flowcentre.store.answers import Known
from flowcentre.store.moments import Moments
from flowcentre.store.typed import with_slips

_series, _sighting = db.series.c, db.latest_sighting.c
# Asked for every picture, so made once.
_LATEST = (
    select(
        *(_series.feed, _series.place, _series.measure, db.latest.c.value),
        *(_sighting.observed_at, _sighting.received_at),
    )
    .join(db.latest, db.latest.c.series == _series.id)
    .join(db.latest_sighting, _sighting.source == db.latest.c.source)
    .order_by(_series.id)
)


def read_latest(connection: Connection) -> list[Known]:
    """What is known now, from the tables kept for it."""
    found = connection.execute(_LATEST)
    moments = Moments()
    rows = [
        Known(feed, place, measure, value, moments[observed_at], moments[received_at])
        for feed, place, measure, value, observed_at, received_at in found
    ]
    return with_slips(connection, rows)


def read_known(connection: Connection, at: int, known_at: int) -> list[Known]:
    """What ``read_latest`` would have told at ``known_at`` of the moments until ``at``."""
    seen = _newest(db.sighting, db.sighting.c.source == db.source.c.id, at, known_at)
    newest: dict[int, tuple[int, int]] = {}  # by series
    for series, observed_at, received_at in connection.execute(
        select(
            db.source_series.c.series,
            seen.with_only_columns(db.sighting.c.observed_at).scalar_subquery(),
            seen.with_only_columns(db.sighting.c.received_at).scalar_subquery(),
        ).join(db.source, db.source.c.id == db.source_series.c.source)
    ):
        if observed_at is not None and (observed_at, received_at) > newest.get(series, (observed_at, -1)):
            newest[series] = observed_at, received_at
    value = _newest(db.reading, db.reading.c.series == db.series.c.id, at, known_at)
    moments = Moments()
    rows = [
        Known(feed, place, measure, value, moments[newest[id][0]], moments[newest[id][1]])
        for id, feed, place, measure, value in connection.execute(
            select(db.series, value.with_only_columns(db.reading.c.value).scalar_subquery())
            .where(db.series.c.feed != db.DERIVED)
            .order_by(db.series.c.id)
        )
        if id in newest
    ]
    return with_slips(connection, rows)


def _newest(table: Any, which: ColumnElement[bool], at: int, known_at: int) -> Select[Any]:
    """The newest row of a series or source until ``at``, of those received by ``known_at``."""
    return (
        select(table)
        .where(which, table.c.observed_at <= at, table.c.received_at <= known_at)
        .order_by(table.c.observed_at.desc(), table.c.version.desc())
        .limit(1)
    )
