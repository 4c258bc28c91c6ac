"""Rostered visits: what each export told anew of them, and what was known of them at a moment.

A visit of which an export says something else closes its row and opens another; said again unchanged it is no row.
An export that is older than the newest of its service tells only of visits that are not known yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, or_, select, update

from flowcentre.model import RosterExport, RowScope, Visit, VisitStatus
from flowcentre.store import schema as db
from flowcentre.store.answers import VisitNews
from flowcentre.store.batches import some_at_once
from flowcentre.store.memory import FeedMemory
from flowcentre.store.moments import Moments, from_ms, maybe_from_ms, maybe_to_ms, to_ms
from flowcentre.store.scoping import of_visits
from flowcentre.store.writing import insert_new

_row, _roster = db.visit.c, db.roster.c
# What is told of a visit.
_TOLD = (
    _row.package,
    _row.planned_start,
    _row.planned_end,
    _row.actual_start,
    _row.actual_end,
    _row.carers,
    _row.status,
)
_NAMES = tuple(column.name for column in _TOLD)
_STATUS = {str(status): status for status in VisitStatus}

Content = tuple[Any, ...]  # the values of _TOLD


# --- Recording --------------------------------------------------------------------------


def record_visits(
    connection: Connection, memory: FeedMemory, exports: Iterable[RosterExport], version: int, received_at: int
) -> tuple[int, int]:
    """Take in what exports tell. How many visits were accepted, as new or changed, and how many were duplicate."""
    accepted = received = 0
    for export in sorted(exports, key=lambda each: each.observed_at):
        moment = to_ms(export.observed_at)
        told: dict[str, dict[str, Content]] = {}  # by service and ref; of one said twice the last counts
        for visit in export.visits:
            told.setdefault(visit.place, {})[visit.ref] = _content(visit)
        received += len(export.visits)
        for place, visits in told.items():
            stamp = {"observed_at": moment, "known_from": received_at, "version": version}
            accepted += _take(connection, memory.feed, place, visits, stamp)
        if memory.observed_at is None or moment > memory.observed_at:
            memory.observed_at = moment
    return accepted, received - accepted


def _take(connection: Connection, feed: str, place: str, told: dict[str, Content], stamp: dict[str, int]) -> int:
    """Take in what one export tells of one service. How many of its visits were accepted."""
    moment = stamp["observed_at"]
    roster, newest = _roster_of(connection, feed, place, moment)
    known = {row[0]: (row[1], row[2:]) for row in _standing(connection, roster, told, _row.id, *_TOLD)}
    fresh = {ref: content for ref, content in told.items() if ref not in known}
    if moment >= newest:
        changed = {ref: content for ref, content in told.items() if ref in known and known[ref][1] != content}
        if changed:
            connection.execute(
                update(db.visit)
                .where(_row.id == bindparam("one"))
                .values(left_at=moment, known_to=stamp["known_from"]),
                [{"one": known[ref][0]} for ref in changed],
            )
        fresh |= changed
        connection.execute(update(db.roster).where(_roster.id == roster).values(observed_at=moment))
    if fresh:
        named = {"roster": roster} | stamp
        connection.execute(
            insert(db.visit),
            [named | {"ref": ref} | dict(zip(_NAMES, content, strict=True)) for ref, content in fresh.items()],
        )
    return len(fresh)


def _roster_of(connection: Connection, feed: str, place: str, moment: int) -> tuple[int, int]:
    """The id of a service's roster, made where it is not there yet, and the moment of its newest export."""
    wanted = select(_roster.id, _roster.observed_at).where(_roster.feed == feed, _roster.place == place)
    found = connection.execute(wanted).one_or_none()
    if found is None:
        connection.execute(insert_new(connection, db.roster), {"feed": feed, "place": place, "observed_at": moment})
        found = connection.execute(wanted).one()
    return found.id, found.observed_at


def _standing(
    connection: Connection, roster: int, refs: Collection[str], *columns: ColumnElement[Any]
) -> Iterator[tuple[Any, ...]]:
    """The rows of some refs that stand now: the ref, and the columns asked for."""
    for some in some_at_once(refs):
        found = connection.execute(
            select(_row.ref, *columns).where(_row.roster == roster, _row.known_to.is_(None), _row.ref.in_(some))
        )
        yield from (tuple(row) for row in found)


def _content(visit: Visit) -> Content:
    return (
        visit.package,
        to_ms(visit.planned_start),
        to_ms(visit.planned_end),
        maybe_to_ms(visit.actual_start),
        maybe_to_ms(visit.actual_end),
        visit.carers,
        str(visit.status),
    )


# --- Reading ----------------------------------------------------------------------------


def read_exported(connection: Connection, feed: str) -> dict[str, datetime]:
    """The moment of the newest export that told of each service of a feed."""
    found = connection.execute(select(_roster.place, _roster.observed_at).where(_roster.feed == feed))
    return {place: from_ms(observed_at) for place, observed_at in found}


def read_known_refs(connection: Connection, feed: str, place: str, refs: Collection[str]) -> set[str]:
    """Which of some visits of a service have been told of before."""
    roster = _roster_id(connection, feed, place)
    return set() if roster is None else {ref for (ref,) in _standing(connection, roster, refs)}


def read_visits(
    connection: Connection,
    feed: str,
    place: str,
    after: int,
    until: int | None,
    at: int | None,
    known_at: int | None,
    package: str | None = None,
    scope: RowScope | None = None,
) -> list[Visit]:
    """The visits of a service that were planned to start after a moment, and until another where one is given, in order.

    Given a package, those to it alone.
    """
    roster = _roster_id(connection, feed, place)
    if roster is None:
        return []
    wanted = [_row.roster == roster, _row.planned_start > after, *_as_known(at, known_at), *of_visits(scope)]
    if until is not None:
        wanted.append(_row.planned_start <= until)
    if package is not None:
        wanted.append(_row.package == package)
    found = connection.execute(select(_row.ref, *_TOLD).where(*wanted).order_by(_row.planned_start, _row.id))
    moments = Moments()
    return [_visit(moments, place, *told) for told in found]


def read_last(connection: Connection, version: int | None) -> int:
    """The id of the newest row, or of the newest that a version has; 0 where there is none."""
    newest = select(_row.id).order_by(_row.id.desc()).limit(1)
    if version is not None:
        newest = newest.where(_row.version <= version)
    return connection.execute(newest).scalar() or 0


def read_news(connection: Connection, after: int, version: int | None, scope: RowScope | None = None) -> VisitNews:
    """The rows newer than one, in the order in which they came, until a version where one is given."""
    wanted = [_row.id > after, *of_visits(scope)]
    if version is not None:
        wanted.append(_row.version <= version)
    found = connection.execute(select(_row.id, _row.roster, _row.ref, *_TOLD).where(*wanted).order_by(_row.id)).all()
    if not found:
        return VisitNews(after)
    rosters = _rosters(connection)
    moments, told = Moments(), ((*rosters[roster], content) for _, roster, *content in found)
    return VisitNews(found[-1][0], tuple((feed, _visit(moments, place, *content)) for feed, place, content in told))


def _as_known(at: int | None, known_at: int | None) -> Sequence[ColumnElement[bool]]:
    """Rows that stand now; or those of exports until ``at``, as far as they had been learnt by ``known_at``."""
    if at is None and known_at is None:
        return (_row.known_to.is_(None),)
    told, stands = [], []
    if at is not None:
        told, stands = [_row.observed_at <= at], [_row.left_at.is_(None), _row.left_at > at]
    if known_at is not None:
        told.append(_row.known_from <= known_at)
        stands += [_row.known_to.is_(None), _row.known_to > known_at]
    return (*told, or_(*stands))


def _roster_id(connection: Connection, feed: str, place: str) -> int | None:
    """The id of a service's roster; None where none of its visits was ever told of."""
    return connection.execute(select(_roster.id).where(_roster.feed == feed, _roster.place == place)).scalar()


def _rosters(connection: Connection) -> dict[int, tuple[str, str]]:
    """Every roster's feed and service. Few: to join them would let a database begin its search with them."""
    return {
        id: (feed, place) for id, feed, place in connection.execute(select(_roster.id, _roster.feed, _roster.place))
    }


def _visit(
    moments: Moments,  # visits are planned for the same few
    place: str,
    ref: str,
    package: str,
    planned_start: int,
    planned_end: int,
    actual_start: int | None,
    actual_end: int | None,
    carers: int,
    status: str,
) -> Visit:
    return Visit(
        ref,
        place,
        package,
        moments[planned_start],
        moments[planned_end],
        _STATUS[status],
        maybe_from_ms(actual_start),
        maybe_from_ms(actual_end),
        carers,
    )
