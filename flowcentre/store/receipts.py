"""Whether what a channel took arrived: it is asked again and again until it says so, or until nobody asks any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Update, func, insert, select, update

from flowcentre.model import Message, MessageState
from flowcentre.store import alert_tables as db
from flowcentre.store.answers import NewMessage
from flowcentre.store.moments import maybe_from_ms, maybe_to_ms, to_ms
from flowcentre.store.outbox import note_attempt, stand_in
from flowcentre.store.outbox_read import as_messages
from flowcentre.store.writing import insert_new

_row = db.message.c
_AT_ONCE = 50


def keep(connection: Connection, messages: Collection[int], receipt: str, ask_at: datetime) -> None:
    """Keep by what a channel is to be asked what became of a letter that it took, and when."""
    kept = {"receipt": receipt, "asked": 0, "ask_at": to_ms(ask_at), "arrived_at": None}
    connection.execute(update(db.message).where(_row.id.in_(messages)).values(kept))


def next_ask(connection: Connection) -> datetime | None:
    """When a channel is to be asked next."""
    asked = select(func.min(_row.ask_at)).where(_row.ask_at.is_not(None))
    return maybe_from_ms(connection.execute(asked).scalar())


def claim(connection: Connection, at: datetime, lease: timedelta) -> list[Message]:
    """Take those of which a channel is to be asked now, oldest first: nobody else asks within the lease."""
    due = (
        select(_row.id)
        .where(_row.ask_at.is_not(None), _row.ask_at <= to_ms(at))
        .order_by(_row.ask_at, _row.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    ids = connection.execute(due).scalars().all()
    if not ids:
        return []
    taken = update(db.message).where(_row.id.in_(ids)).values(ask_at=to_ms(at + lease), asked=_row.asked + 1)
    rows = connection.execute(taken.returning(*db.message.c)).all()
    return sorted(as_messages(connection, rows), key=lambda each: each.id)


def ask_again(connection: Connection, messages: Sequence[Message], at: datetime | None) -> None:
    """Note when a channel is asked again; None: never, it has not said what became of them."""
    for message in messages:
        connection.execute(_of(message).values(ask_at=maybe_to_ms(at)))


def arrived(connection: Connection, messages: Sequence[Message], at: datetime) -> None:
    """Note that they arrived."""
    for message in messages:
        connection.execute(_of(message).values(ask_at=None, arrived_at=to_ms(at)))


def bounced(connection: Connection, message: Message, at: datetime, trouble: str, fallback: NewMessage | None) -> bool:
    """Note that one was taken and did not arrive, and what goes out instead. False where that is known, or it did arrive."""
    lost = _of(message).where(_row.state == MessageState.DELIVERED, _row.arrived_at.is_(None))
    ended = {"state": MessageState.UNDELIVERABLE, "ended_at": to_ms(at), "trouble": trouble, "ask_at": None}
    row = connection.execute(lost.values(ended).returning(*db.message.c)).one_or_none()
    if row is None:
        return False
    connection.execute(insert(db.attempt), note_attempt(row, at, delivered=False, words=trouble))
    if fallback is not None:
        connection.execute(insert_new(connection, db.message), stand_in(row, fallback, at))
    return True


def _of(message: Message) -> Update:
    """Of a letter that was taken anew since, another receipt is asked for."""
    return update(db.message).where(_row.id == message.id, _row.receipt == message.receipt)
