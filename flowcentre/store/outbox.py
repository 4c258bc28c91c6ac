"""Messages that wait to be sent, and what became of each: a message is claimed, tried, and ends delivered or given up.

Whoever claims one has it until its lease ends; then anybody may claim it again, with the same key. So it is sent at
least once, and a repeat is known for one.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, case, func, insert, or_, select, update

from flowcentre.model import Message, MessageState, Telling, TellingKind
from flowcentre.store import alert_tables as db
from flowcentre.store.actions import as_telling
from flowcentre.store.answers import NewMessage, StoreError
from flowcentre.store.moments import from_ms, maybe_from_ms, to_ms
from flowcentre.store.outbox_read import as_messages
from flowcentre.store.writing import insert_new

_BUDGETED = timedelta(minutes=5)  # so far back a lead's messages are counted
# Nothing is due later than this: a moment beyond it was written by a clock that was ahead, and nobody waits for that.
_LONGEST_WAIT = timedelta(hours=1)
_AHEAD = timedelta(minutes=2)  # by so much the clocks of two engines may differ
_GATHERED = 500
_WAITED_AT_MOST = timedelta(days=2)  # before it was delivered or given up
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
    asked = (
        select(_row.lead, _row.created_at)
        .where(_row.created_at > to_ms(at - _BUDGETED), _row.state != MessageState.WITHDRAWN)
        .order_by(_row.created_at)
    )
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
        "state": MessageState.WITHDRAWN if new.withdrawn else MessageState.WAITING,
        "due_at": to_ms(new.due_at),
        "ended_at": to_ms(at) if new.withdrawn else None,
        "trouble": new.withdrawn,
    }


def next_due(connection: Connection) -> datetime | None:
    """When the next is due, or the next lease ends."""
    return maybe_from_ms(connection.execute(select(func.min(_row.due_at)).where(_row.ended_at.is_(None))).scalar())


def anything_due(connection: Connection, at: datetime) -> bool:
    """Is there a message to be taken?"""
    return connection.execute(select(_row.id).where(_is_due(at)).limit(1)).first() is not None


def _is_due(at: datetime) -> ColumnElement[bool]:
    ahead = or_(_row.due_at > to_ms(at + _LONGEST_WAIT), _row.created_at > to_ms(at + _AHEAD))
    return and_(_row.ended_at.is_(None), or_(_row.due_at <= to_ms(at), ahead))


def claim(
    connection: Connection,
    sender: str,
    at: datetime,
    lease: timedelta,
    leaving_out: Collection[str],
) -> list[Message]:
    """Take the one that has been due for longest, of those that nobody takes just now, with what goes together with it."""
    one = connection.execute(
        select(_row.id)
        .where(_is_due(at), _row.channel.not_in(leaving_out))
        .order_by(_row.due_at, _row.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).scalar()
    return _claim_beside(connection, one, sender, at, lease) if one is not None else []


def _claim_beside(connection: Connection, message: int, sender: str, at: datetime, lease: timedelta) -> list[Message]:
    """Take one, with all that goes in one letter with it, oldest first: what waits for the same lead at the same address.

    What a sender took and has not spoken of may have gone out: it goes again in that letter, with just those that it went
    with, however often it fails after that. A sitrep always goes by itself.
    """
    one = connection.execute(select(db.message).where(_row.id == message)).one()
    sitrep = _sitrep(func.coalesce(_row.first, _row.id))
    if one.letter:
        those = and_(_row.letter == one.letter, or_(_row.state == MessageState.WAITING, _is_due(at)))
    elif one.state == MessageState.SENDING:
        taken = and_(_row.state == MessageState.SENDING, _row.sender == one.sender, _row.due_at == one.due_at)
        those = and_(taken, _row.letter == "")
    else:
        those = and_(_row.state == MessageState.WAITING, _is_due(at), _row.letter == "")
    ids = (
        connection.execute(
            select(_row.id)
            .where(
                _row.ended_at.is_(None),
                _row.lead == one.lead,
                _row.channel == one.channel,
                _row.key.endswith(f".{one.key.rpartition('.')[2]}", autoescape=True),
                those,
                or_(_row.id == message, ~sitrep.exists()),
            )
            .order_by(_row.created_at, _row.id)
            .limit(_GATHERED)
            .with_for_update(skip_locked=True)
        )
        .scalars()
        .all()
    )
    alone = connection.execute(_sitrep(one.first or one.id)).first() is not None
    ids = [message] if alone or message not in ids else list(ids)
    if one.state == MessageState.SENDING and not one.letter:
        may_have_gone(connection, ids)
    return _take(connection, ids, sender, at, lease)


def _sitrep(first: ColumnElement[int] | int) -> Select[Any]:
    telling = db.telling.c
    return select(telling.id).where(telling.message == first, telling.kind == TellingKind.SITREP)


def _take(connection: Connection, ids: Collection[int], sender: str, at: datetime, lease: timedelta) -> list[Message]:
    if not ids:
        return []
    # What a clock that was ahead wrote is of now: else it would be due again at once, while it is sent and however often it fails.
    created_at = case((_row.created_at > to_ms(at + _AHEAD), to_ms(at)), else_=_row.created_at)
    values = {"sender": sender, "due_at": to_ms(at + lease), "attempts": _row.attempts + 1, "created_at": created_at}
    taken = connection.execute(
        update(db.message).where(_row.id.in_(ids)).values(state=MessageState.SENDING, **values).returning(*db.message.c)
    ).all()
    return sorted(as_messages(connection, taken), key=lambda each: (each.created_at, each.id))


def may_have_gone(connection: Connection, messages: Collection[int]) -> None:
    """Note that the letter in which some messages went together may have arrived: no other letter has them from now on."""
    keys = connection.execute(select(_row.key).where(_row.id.in_(messages), _row.letter == "")).scalars().all()
    if keys:
        connection.execute(
            update(db.message).where(_row.id.in_(messages), _row.letter == "").values(letter=letter_key(keys))
        )


def letter_key(keys: Collection[str]) -> str:
    """The key of a letter in which the messages of some keys go by one way: the same each time the same go together."""
    if len(keys) == 1:
        return next(iter(keys))
    ordered = sorted(keys)
    mark = hashlib.sha256("\n".join(ordered).encode()).hexdigest()[:32]
    return f"{mark}.{ordered[0].rpartition('.')[2]}"


def postpone(connection: Connection, messages: Collection[int], until: datetime) -> None:
    """Give back what was taken and not tried, to be taken again at a moment; what may have gone out, by those together."""
    state = case((_row.letter != "", MessageState.SENDING), else_=MessageState.WAITING)
    connection.execute(
        update(db.message)
        .where(_row.id.in_(messages), _row.state == MessageState.SENDING)
        .values(state=state, due_at=to_ms(until), attempts=_row.attempts - 1)
    )


def hasten(connection: Connection, channel: str, at: datetime) -> None:
    """Let everything that waits to be tried again by a channel be due: it delivers again."""
    connection.execute(
        update(db.message)
        .where(_row.channel == channel, _row.state == MessageState.WAITING, _row.ended_at.is_(None))
        .where(_row.attempts > 0, _row.due_at > to_ms(at))
        .values(due_at=to_ms(at))
    )


def withdraw(connection: Connection, message: int, at: datetime, words: str) -> None:
    """Note that one is not sent any more, and why; one that has gone out has."""
    row = _hold(connection, message)
    if row.ended_at is None:
        _change(connection, message, state=MessageState.WITHDRAWN, ended_at=to_ms(at), trouble=words)


def sent_lately(connection: Connection, lead: str, since: datetime) -> list[datetime]:
    """When letters reached a lead since a moment, oldest first; messages that went in one letter ended at one moment."""
    asked = select(_row.ended_at).where(
        _row.lead == lead, _row.state == MessageState.DELIVERED, _row.ended_at > to_ms(since),
        _row.created_at > to_ms(since - _WAITED_AT_MOST),
    )  # fmt: skip
    return [from_ms(moment) for moment in connection.execute(asked.distinct().order_by(_row.ended_at)).scalars()]


def in_hand(connection: Connection, lead: str, at: datetime, besides: Collection[int]) -> int:
    """How many letters to a lead senders are at just now, but for some messages; those of one letter were taken at one moment."""
    asked = select(_row.sender, _row.due_at).where(
        _row.lead == lead, _row.state == MessageState.SENDING, _row.due_at > to_ms(at), _row.ended_at.is_(None),
        _row.id.not_in(besides),
    )  # fmt: skip
    return len(connection.execute(asked.distinct()).all())


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
        connection.execute(insert_new(connection, db.message), stand_in(row, fallback, at))


def stand_in(row: Row[Any], fallback: NewMessage, at: datetime) -> dict[str, Any]:
    """What goes out instead of a message, as it is kept."""
    return _new(fallback, at) | {"instead_of": row.id, "first": row.id if row.first is None else row.first}


def _hold(connection: Connection, message: int) -> Row[Any]:
    """Its row, which nobody else changes until the transaction ends."""
    row = connection.execute(select(db.message).where(_row.id == message).with_for_update()).one_or_none()
    if row is None:
        raise StoreError(f"there is no message {message}")
    return row


def _tried(connection: Connection, row: Row[Any], at: datetime, delivered: bool, words: str) -> None:
    connection.execute(insert(db.attempt), note_attempt(row, at, delivered=delivered, words=words))


def note_attempt(row: Row[Any], at: datetime, *, delivered: bool, words: str) -> dict[str, Any]:
    """What a channel said of a message, as it is kept."""
    return {"message": row.id, "channel": row.channel, "at": to_ms(at), "delivered": delivered, "words": words}


def _change(connection: Connection, message: int, **values: object) -> None:
    connection.execute(update(db.message).where(_row.id == message).values(values))
