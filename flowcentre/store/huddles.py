"""Huddles: when each began and ended, and its minutes, of which none is ever taken away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from flowcentre.model import Huddle, Message, Minute, Telling
from flowcentre.store import action_tables as db
from flowcentre.store import alert_tables
from flowcentre.store.moments import from_ms, maybe_from_ms, to_ms
from flowcentre.store.outbox_read import as_messages
from flowcentre.store.silences import said

_row = db.huddle.c
_minute = db.minute.c


def begin(connection: Connection, by: str, at: datetime) -> tuple[Huddle, bool]:
    """Open one, unless one is open: then that. Whether it is new."""
    if (standing := _one(connection, _row.closed_at.is_(None))) is not None:
        return standing, False
    by = said(by, "somebody opens a huddle: say who")
    before = connection.execute(select(func.max(_row.closed_at))).scalar()
    row = {"opened_at": to_ms(at), "opened_by": by, "compared_with": before}
    return _as_huddle(connection.execute(insert(db.huddle).values(row).returning(*db.huddle.c)).one()), True


def end(connection: Connection, huddle: int, by: str, at: datetime) -> bool:
    """Close one; False where it is closed, or there is none of that number."""
    by = said(by, "somebody closes a huddle: say who")
    closed = connection.execute(
        update(db.huddle).where(_row.id == huddle, _row.closed_at.is_(None)).values(closed_at=to_ms(at), closed_by=by)
    )
    return closed.rowcount == 1


def sent(connection: Connection, huddle: int, at: datetime) -> bool:
    """Note that its sitrep has gone; False where it went before."""
    noted = connection.execute(
        update(db.huddle).where(_row.id == huddle, _row.sent_at.is_(None)).values(sent_at=to_ms(at))
    )
    return noted.rowcount == 1


def tells_of(huddle: int, tellings: Sequence[Telling]) -> None:
    """See that tellings are of a huddle. Raises ValueError."""
    if any(each.huddle != huddle for each in tellings):
        raise ValueError("a sitrep that is told is of another huddle")


def keep_sitrep(connection: Connection, huddle: int, content: str, at: datetime) -> bool:
    """Keep what a huddle that is closed came to; False where that is kept already. Raises ValueError of one that is open."""
    standing = read_one(connection, huddle)
    if standing is None or standing.closed_at is None:
        raise ValueError("a sitrep is kept of a huddle that is closed")
    kept = connection.execute(select(db.sitrep.c.huddle).where(db.sitrep.c.huddle == huddle)).first()
    if kept is not None:
        return False
    connection.execute(insert(db.sitrep).values(huddle=huddle, made_at=to_ms(at), content=content))
    return True


def read_sitrep(connection: Connection, huddle: int) -> str | None:
    """What a huddle came to, as it was kept."""
    return connection.execute(select(db.sitrep.c.content).where(db.sitrep.c.huddle == huddle)).scalar()


def add_minute(
    connection: Connection, huddle: int, by: str, words: str, at: datetime, slip: str | None
) -> tuple[Minute, bool]:
    """Keep a line of one that is open; whether it is new: of a slip that was kept before it is that line."""
    if slip is not None:
        kept = connection.execute(select(db.minute).where(_minute.slip == slip)).one_or_none()
        if kept is not None:
            return _as_minute(kept), False
    by, words = said(by, "somebody writes a minute: say who"), said(words, "a minute says something")
    standing = read_one(connection, huddle)
    if standing is None or standing.closed_at is not None:
        raise ValueError("minutes are written of a huddle that is open")
    row = {"slip": slip, "huddle": huddle, "at": to_ms(at), "by": by, "words": words}
    return _as_minute(connection.execute(insert(db.minute).values(row).returning(*db.minute.c)).one()), True


def read_lately(connection: Connection, limit: int) -> list[Huddle]:
    """Huddles, the newest first."""
    asked = select(db.huddle).order_by(_row.opened_at.desc(), _row.id.desc()).limit(limit)
    return [_as_huddle(row) for row in connection.execute(asked)]


def read_one(connection: Connection, huddle: int) -> Huddle | None:
    """One of them."""
    return _one(connection, _row.id == huddle)


def read_minutes(connection: Connection, huddle: int) -> list[Minute]:
    """Its minutes, in the order in which they were written."""
    found = connection.execute(select(db.minute).where(_minute.huddle == huddle).order_by(_minute.id))
    return [_as_minute(row) for row in found]


def _one(connection: Connection, which: ColumnElement[bool]) -> Huddle | None:
    row = connection.execute(select(db.huddle).where(which).order_by(_row.id.desc()).limit(1)).one_or_none()
    return None if row is None else _as_huddle(row)


def _as_huddle(row: Row[Any]) -> Huddle:
    return Huddle(
        row.id,
        from_ms(row.opened_at),
        row.opened_by,
        maybe_from_ms(row.compared_with),
        maybe_from_ms(row.closed_at),
        row.closed_by,
        maybe_from_ms(row.sent_at),
    )


def _as_minute(row: Row[Any]) -> Minute:
    return Minute(row.id, row.huddle, from_ms(row.at), row.by, row.words)


def read_goes_to(connection: Connection, huddle: int) -> list[str]:
    """The leads who are told what a huddle came to, in their order."""
    telling = alert_tables.telling.c
    return list(connection.execute(select(telling.lead).where(telling.huddle == huddle).order_by(telling.id)).scalars())


def read_messages(connection: Connection, huddle: int) -> list[Message]:
    """The messages by which they are told, and those that stand in for them, oldest first."""
    row, telling = alert_tables.message.c, alert_tables.telling.c
    firsts = select(telling.message).where(telling.huddle == huddle, telling.message.is_not(None))
    asked = select(alert_tables.message).where(or_(row.id.in_(firsts), row.first.in_(firsts)))
    return as_messages(connection, connection.execute(asked.order_by(row.created_at, row.id)).all())
