"""Messages that wait to be sent, and what became of each: a message is claimed, tried, and ends delivered or given up.

Whoever claims one has it until its lease ends; then anybody may claim it again, with the same key. So it is sent at
least once, and a repeat is known for one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from flowcentre.model import Message, MessageState, Telling
from flowcentre.store import alert_tables as db
from flowcentre.store.actions import as_telling
from flowcentre.store.answers import NewMessage, StoreError
from flowcentre.store.moments import from_ms, maybe_from_ms, to_ms
from flowcentre.store.outbox_read import as_messages
from flowcentre.store.writing import insert_new

_BUDGETED = timedelta(minutes=5)  # so far back a lead's messages are counted
_row = db.message.c

Write = Callable[[Sequence[Telling], Mapping[str, Sequence[datetime]]], Sequence[NewMessage]]


def anything_waits(connection: Connection) -> bool:
    """Is there a telling in no message?"""
    waiting = select(db.telling.c.id).where(db.telling.c.message.is_(None)).limit(1)
    return connection.execute(waiting).first() is not None


def compose(connection: Connection, write: Write, at: datetime) -> list[Message]:
    """Write messages of the tellings that wait. Raises ValueError where one does not wait, or is told twice."""
    waiting = _waiting(connection)
    if not waiting:
        return []
    composed = write(waiting, _lately(connection, at))
    told = [key for new in composed for key in new.telling_keys]
    if len(set(told)) < len(told) or not set(told) <= {telling.key for telling in waiting}:
        raise ValueError("a message tells of what does not wait to be told, or of what another tells already")
    if not all(new.telling_keys for new in composed):
        raise ValueError("a message tells of nothing")
    if not composed:
        return []
    made = connection.execute(
        insert(db.message).returning(*db.message.c, sort_by_parameter_order=True), [_new(new, at) for new in composed]
    ).all()
    connection.execute(
        update(db.telling).where(db.telling.c.key == bindparam("one")).values(message=bindparam("in_message")),
        [
            {"one": key, "in_message": row.id}
            for row, new in zip(made, composed, strict=True)
            for key in new.telling_keys
        ],
    )
    return as_messages(connection, made)


def _waiting(connection: Connection) -> list[Telling]:
    row = db.telling.c
    found = connection.execute(select(db.telling).where(row.message.is_(None)).order_by(row.decided_at, row.id))
    return [as_telling(each) for each in found]


def _lately(connection: Connection, at: datetime) -> dict[str, list[datetime]]:
    """By lead when each message of the last minutes was made, oldest first."""
    lately: dict[str, list[datetime]] = defaultdict(list)
    asked = select(_row.lead, _row.created_at).where(_row.created_at > to_ms(at - _BUDGETED)).order_by(_row.created_at)
    for lead, created_at in connection.execute(asked):
        lately[lead].append(from_ms(created_at))
    return dict(lately)


def _new(new: NewMessage, at: datetime) -> dict[str, Any]:
    return {
        "key": new.key,
        "lead": new.lead,
        "channel": new.channel,
        "subject": new.subject,
        "text": new.text,
        "created_at": to_ms(at),
        "state": MessageState.WAITING,
        "due_at": to_ms(new.due_at),
    }


def next_due(connection: Connection) -> datetime | None:
    """When the next is due, or the next lease ends."""
    return maybe_from_ms(connection.execute(select(func.min(_row.due_at)).where(_row.ended_at.is_(None))).scalar())


def claim(
    connection: Connection, sender: str, at: datetime, lease: timedelta, leaving_out: Collection[str]
) -> Message | None:
    """Take the one that has been due for longest, of those that nobody takes just now."""
    one = connection.execute(
        select(_row.id)
        .where(_row.ended_at.is_(None), _row.due_at <= to_ms(at), _row.channel.not_in(leaving_out))
        .order_by(_row.due_at, _row.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).scalar()
    if one is None:
        return None
    taken = connection.execute(
        update(db.message)
        .where(_row.id == one)
        .values(state=MessageState.SENDING, sender=sender, due_at=to_ms(at + lease), attempts=_row.attempts + 1)
        .returning(*db.message.c)
    ).all()
    return as_messages(connection, taken)[0]


def delivered(connection: Connection, message: int, at: datetime, words: str) -> None:
    """Note that a channel took one. That it did so twice, after a lease had ended, does not move when it first did."""
    row = _hold(connection, message)
    _tried(connection, row, at, True, words)
    if row.state != MessageState.DELIVERED:
        _change(connection, message, state=MessageState.DELIVERED, ended_at=to_ms(at), trouble=words)


def not_delivered(
    connection: Connection,
    message: int,
    at: datetime,
    trouble: str,
    again_at: datetime | None,
    fallback: NewMessage | None,
    attempt: int | None,
) -> None:
    """Note that a channel did not take one. Once one is delivered, or somebody else has it, that is all."""
    row = _hold(connection, message)
    _tried(connection, row, at, False, trouble)
    if row.state != MessageState.SENDING or (attempt is not None and attempt != row.attempts):
        return
    if again_at is None:
        _change(connection, message, state=MessageState.UNDELIVERABLE, ended_at=to_ms(at), trouble=trouble)
    else:
        _change(connection, message, state=MessageState.WAITING, due_at=to_ms(again_at), trouble=trouble)
    if fallback is not None:
        first = message if row.first is None else row.first
        instead = _new(fallback, at) | {"instead_of": message, "first": first}
        connection.execute(insert_new(connection, db.message), instead)


def _hold(connection: Connection, message: int) -> Row[Any]:
    """Its row, which nobody else changes until the transaction ends."""
    row = connection.execute(select(db.message).where(_row.id == message).with_for_update()).one_or_none()
    if row is None:
        raise StoreError(f"there is no message {message}")
    return row


def _tried(connection: Connection, row: Row[Any], at: datetime, delivered: bool, words: str) -> None:
    tried = {"message": row.id, "channel": row.channel, "at": to_ms(at), "delivered": delivered, "words": words}
    connection.execute(insert(db.attempt), tried)


def _change(connection: Connection, message: int, **values: object) -> None:
    connection.execute(update(db.message).where(_row.id == message).values(values))
