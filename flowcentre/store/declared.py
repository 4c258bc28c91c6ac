"""Levels of pressure that people declare, with their reasons. A new one ends the one before; none is taken away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from flowcentre.model import Declaration
from flowcentre.store.action_tables import declaration as table
from flowcentre.store.moments import from_ms, to_ms
from flowcentre.store.silences import said

LEVELS = (1, 2, 3, 4)
LONGEST_HOLD = timedelta(days=7)  # a level that nobody has said again for a week is nobody's
_row = table.c


def declare(
    connection: Connection,
    place: str,
    level: int,
    reason: str,
    by: str,
    at: datetime,
    holds_until: datetime,
    slip: str | None,
) -> tuple[Declaration, bool]:
    """Keep a new one; whether it is new: of a slip that was kept before it is the one that was made of it then."""
    if slip is not None:
        kept = connection.execute(select(table).where(_row.slip == slip)).one_or_none()
        if kept is not None:
            return _as_declaration(kept), False
    place = said(place, "a level is declared for a place")
    reason, by = said(reason, "to declare a level needs a reason"), said(by, "somebody declares a level: say who")
    if level not in LEVELS:
        raise ValueError("a level is 1, 2, 3 or 4")
    if not at < holds_until <= at + LONGEST_HOLD:
        raise ValueError("a level holds until a time to come, a week on at most")
    row = {
        "slip": slip,
        "place": place,
        "level": level,
        "reason": reason,
        "by": by,
        "declared_at": to_ms(at),
        "holds_until": to_ms(holds_until),
    }
    return _as_declaration(connection.execute(insert(table).values(row).returning(*table.c)).one()), True


def read_at(connection: Connection, at: datetime) -> list[Declaration]:
    """The newest of each place at a moment, be it in force or old, by place."""
    newest = (
        func.row_number()
        .over(partition_by=_row.place, order_by=(_row.declared_at.desc(), _row.id.desc()))
        .label("newest")
    )
    numbered = select(table, newest).where(_row.declared_at <= to_ms(at)).subquery()
    found = connection.execute(select(numbered).where(numbered.c.newest == 1).order_by(numbered.c.place))
    return [_as_declaration(row) for row in found]


def read_between(connection: Connection, place: str | None, since: datetime, until: datetime) -> list[Declaration]:
    """Those that a place, or any, had at any moment from ``since`` until before ``until``, oldest first.

    The first of each place may be from before ``since``: it was the newest then, be it in force or old.
    """
    asked = select(table).where(_row.declared_at > to_ms(since), _row.declared_at < to_ms(until))
    if place is not None:
        asked = asked.where(_row.place == place)
    stood = [each for each in read_at(connection, since) if place in (None, each.place)]
    later = [_as_declaration(row) for row in connection.execute(asked)]
    return sorted([*stood, *later], key=lambda each: (each.declared_at, each.id))


def _as_declaration(row: Row[Any]) -> Declaration:
    return Declaration(
        row.id, row.place, row.level, row.reason, row.by, from_ms(row.declared_at), from_ms(row.holds_until)
    )
