"""Old news weighed: readings of a moment that is not the newest that is known of their series.

Such a reading is a repeat, a correction, or late. A value that was ever said of a moment is not believed
again where it was corrected since: so any answer may come again, at any time, and change nothing. As the
source may mean it, for a correction can be wrong too, it is told apart from a plain repeat.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from flowcentre.store import schema as db
from flowcentre.store.memory import Source


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a believed late reading does."""

    changes: bool  # the value known for that moment is another
    newest: bool  # it speaks of the newest moment of its series: a correction of what is known now
    until: int | None  # the next moment at which the series was said
    restore: tuple[int, float | None] | None  # a row that the next moment needs to stay what it was


def weigh(
    connection: Connection, sources: Collection[Source], moment: int, late: Mapping[int, float | None]
) -> tuple[dict[int, Weighed], list[int]]:
    """The believed ones of these readings, by series, and those that say again what was corrected since.

    ``sources`` are all those of their place. The rest are plain repeats.
    """
    first_said = _first_said(connection, sources, moment, late)
    before = _in_effect(connection, late, moment)
    differ = {id: first_said[id] for id in first_said if before[id][1] != late[id]}
    said = _ever_said(connection, differ, moment)
    believed = [id for id, value in late.items() if id not in first_said or value not in said.get(id, (value,))]
    again = [id for id in differ if late[id] in said[id]]
    if not believed:
        return {}, again
    following = _next_said(connection, sources, moment, believed)
    rows_there = _have_rows(connection, {series: at for series, at in following.items() if at is not None})
    weighed = {}
    for series in believed:
        has_before, value_before = series in before, before.get(series, (0, None))[1]
        changes = not has_before or value_before != late[series]
        until = following[series]
        needs = changes and has_before and until is not None and series not in rows_there
        weighed[series] = Weighed(
            changes, until is None, until, (until, value_before) if needs and until is not None else None
        )
    return weighed, again


def _first_said(
    connection: Connection, sources: Iterable[Source], moment: int, series: Iterable[int]
) -> dict[int, int]:
    """The version at which each series was first said of this moment; those that never were are left out."""
    found = connection.execute(
        select(db.sighting.c.source, func.min(db.sighting.c.version))
        .where(db.sighting.c.source.in_([source.id for source in sources]), db.sighting.c.observed_at == moment)
        .group_by(db.sighting.c.source)
    )
    of_source: dict[int, int] = dict(found.all())
    seen = [(of_source[source.id], source.members) for source in sources if source.id in of_source]
    first = {}
    for id in series:
        versions = [version for version, members in seen if id in members]
        if versions:
            first[id] = min(versions)
    return first


def _in_effect(
    connection: Connection, series: Iterable[int], moment: int, version: int | None = None
) -> dict[int, tuple[int, float | None]]:
    """The moment and value of the row that speaks for this moment, by series; as known at a version, or now."""
    row = (
        select(db.reading.c.observed_at)
        .where(db.reading.c.series == db.series.c.id, db.reading.c.observed_at <= moment)
        .order_by(db.reading.c.observed_at.desc(), db.reading.c.version.desc())
        .limit(1)
    )
    if version is not None:
        row = row.where(db.reading.c.version <= version)
    value = row.with_only_columns(db.reading.c.value)
    found = connection.execute(
        select(db.series.c.id, row.scalar_subquery(), value.scalar_subquery()).where(db.series.c.id.in_(list(series)))
    )
    return {id: (at, value) for id, at, value in found if at is not None}


def _ever_said(connection: Connection, first_said: Mapping[int, int], moment: int) -> dict[int, set[float | None]]:
    """Every value that was said of this moment, by series: what stood when it was first said, and every row since."""
    said: dict[int, set[float | None]] = {}
    for version in set(first_said.values()):
        first = [id for id, at in first_said.items() if at == version]
        for id, (_, value) in _in_effect(connection, first, moment, version).items():
            said.setdefault(id, set()).add(value)
    if first_said:
        row = db.reading.c
        for id, value in connection.execute(
            select(row.series, row.value).where(row.series.in_(list(first_said)), row.observed_at == moment)
        ):
            said.setdefault(id, set()).add(value)
    return said


def _next_said(
    connection: Connection, sources: Iterable[Source], moment: int, series: Iterable[int]
) -> dict[int, int | None]:
    """The next moment after this one at which each series was said."""
    following = (
        select(func.min(db.sighting.c.observed_at))
        .where(db.sighting.c.source == db.source.c.id, db.sighting.c.observed_at > moment)
        .scalar_subquery()
    )
    found = connection.execute(
        select(db.source.c.id, following).where(db.source.c.id.in_([source.id for source in sources]))
    )
    of_source: dict[int, int | None] = dict(found.all())
    nexts = [(at, source.members) for source in sources if (at := of_source.get(source.id)) is not None]
    return {id: min((at for at, members in nexts if id in members), default=None) for id in series}


def _have_rows(connection: Connection, moments: Mapping[int, int]) -> set[int]:
    """Those of these series that have a row at just the given moment of each."""
    found: set[int] = set()
    for at in set(moments.values()):
        found.update(
            connection.execute(
                select(db.reading.c.series).where(
                    db.reading.c.series.in_([series for series, when in moments.items() if when == at]),
                    db.reading.c.observed_at == at,
                )
            ).scalars()
        )
    return found
