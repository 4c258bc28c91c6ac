"""What became of messages, and how the channels fare: for whoever looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, or_, select

from flowcentre.model import Message, MessageState, Telling
from flowcentre.store import alert_tables as db
from flowcentre.store.actions import as_telling
from flowcentre.store.answers import ChannelHealth, Ways
from flowcentre.store.batches import some_at_once
from flowcentre.store.moments import from_ms, maybe_from_ms, to_ms

_row = db.message.c
_tried = db.attempt.c
_WELL_ENDED = (MessageState.DELIVERED, MessageState.WITHDRAWN)
_first = func.coalesce(_row.first, _row.id)  # the message that this one stands in for, or itself


def as_messages(connection: Connection, rows: Sequence[Row[Any]]) -> list[Message]:
    """Messages out of their rows, each with the alerts, the actions and the huddles of which it tells."""
    telling = db.telling.c
    of = [telling.alert, telling.action, telling.huddle]
    told: defaultdict[int, tuple[set[int], ...]] = defaultdict(lambda: (set(), set(), set()))
    for some in some_at_once({row.first or row.id for row in rows}):
        asked = select(telling.message, *of).where(telling.message.in_(some)).distinct()
        for message, *numbers in connection.execute(asked):
            for found, number in zip(told[message], numbers, strict=True):
                if number is not None:
                    found.add(number)
    return [
        Message(
            row.id,
            row.key,
            row.lead,
            row.channel,
            row.subject,
            row.text,
            from_ms(row.created_at),
            MessageState(row.state),
            from_ms(row.due_at),
            row.attempts,
            maybe_from_ms(row.ended_at),
            row.trouble,
            row.instead_of,
            alerts=_sorted(told, row, 0),
            actions=_sorted(told, row, 1),
            huddles=_sorted(told, row, 2),
            letter=row.letter,
            receipt=row.receipt,
            asked=row.asked,
            ask_at=maybe_from_ms(row.ask_at),
            arrived_at=maybe_from_ms(row.arrived_at),
        )
        for row in rows
    ]


def _sorted(told: Mapping[int, tuple[set[int], ...]], row: Row[Any], which: int) -> tuple[int, ...]:
    """The numbers of one kind of which a message tells: 0 alerts, 1 actions, 2 huddles."""
    found = told.get(row.first or row.id)
    return tuple(sorted(found[which])) if found is not None else ()


def read_messages(
    connection: Connection, since: datetime, limit: int, states: Collection[MessageState] | None
) -> list[Message]:
    """Those made since a moment, the newest first."""
    asked = select(db.message).where(_row.created_at >= to_ms(since))
    if states is not None:
        asked = asked.where(_row.state.in_(states))
    rows = connection.execute(asked.order_by(_row.created_at.desc(), _row.id.desc()).limit(limit)).all()
    return as_messages(connection, rows)


def read_of_alert(connection: Connection, alert: int) -> list[Message]:
    """Those that tell of an alert, oldest first."""
    firsts = select(db.telling.c.message).where(db.telling.c.alert == alert, db.telling.c.message.is_not(None))
    rows = connection.execute(
        select(db.message).where(or_(_row.id.in_(firsts), _row.first.in_(firsts))).order_by(_row.created_at, _row.id)
    ).all()
    return as_messages(connection, rows)


def read_undelivered(
    connection: Connection, since: datetime, waiting_since: datetime | None, limit: int
) -> list[Message]:
    """Those made since a moment that reached nobody: each way that was tried failed, and another too, or it is overdue.

    After the first failure by the first way it is tried again, and then by another: until then nobody can say that it
    does not arrive.
    """
    arrived = select(_first).where(_row.state == MessageState.DELIVERED, _row.created_at >= to_ms(since))
    ways, failed = func.count(), func.sum(case((_row.trouble != "", 1), else_=0))
    given_up = func.sum(case((_row.ended_at.is_not(None), 1), else_=0))
    hopeless = [and_(ways > 1, failed == ways), given_up == ways]
    if waiting_since is not None:
        hopeless.append(func.min(_row.created_at) <= to_ms(waiting_since))
    newest = (
        select(func.max(_row.id))
        .where(_row.created_at >= to_ms(since), _row.state.not_in(_WELL_ENDED), _first.not_in(arrived))
        .group_by(_first)
        .having(or_(*hopeless))
    )
    rows = connection.execute(
        select(db.message).where(_row.id.in_(newest)).order_by(_row.created_at.desc(), _row.id.desc()).limit(limit)
    ).all()
    return as_messages(connection, rows)


def read_tellings(connection: Connection, messages: Collection[int]) -> dict[int, list[Telling]]:
    """What each of some messages tells, by message; a fallback tells what the message tells that it stands in for."""
    telling, found = db.telling, defaultdict(list)
    for some in some_at_once(messages):
        asked = select(_row.id.label("of_message"), *telling.c).join(telling, telling.c.message == _first)
        for row in connection.execute(asked.where(_row.id.in_(some)).order_by(telling.c.id)):
            found[row.of_message].append(as_telling(row))
    return dict(found)


def read_ways(connection: Connection, messages: Collection[int]) -> dict[int, Ways]:
    """When what each of some messages tells was first written, and by which other ways it has gone out."""
    other = db.message.alias()
    found: dict[int, Ways] = {}
    for some in some_at_once(messages):
        asked = (
            select(_row.id.label("of_message"), other.c.id, other.c.channel, other.c.created_at, other.c.state)
            .add_columns(other.c.ended_at)
            .join(other, or_(other.c.id == _first, other.c.first == _first))
            .where(_row.id.in_(some))
            .order_by(other.c.ended_at, other.c.id)
        )
        for row in connection.execute(asked):
            before = found.get(row.of_message, Ways(from_ms(row.created_at)))
            gone = before.delivered
            if row.id != row.of_message and row.state == MessageState.DELIVERED and row.ended_at is not None:
                gone = (*gone, (row.channel, from_ms(row.ended_at)))
            found[row.of_message] = Ways(min(before.written_at, from_ms(row.created_at)), gone)
    return found


def read_oldest_waiting(connection: Connection) -> datetime | None:
    """When that was decided or written which has waited for longest to be told; None where nothing waits."""
    telling = db.telling.c
    asked = (
        select(func.min(telling.decided_at)).where(telling.message.is_(None)),
        select(func.min(_row.created_at)).where(_row.ended_at.is_(None)),
    )
    moments = [maybe_from_ms(connection.execute(each).scalar()) for each in asked]
    return min((moment for moment in moments if moment is not None), default=None)


def read_health(connection: Connection, since: datetime) -> dict[str, ChannelHealth]:
    """How each channel fared in its attempts since a moment, in the order in which they ended and were kept."""
    counted = connection.execute(
        select(
            _tried.channel,
            func.sum(case((_tried.delivered, 1), else_=0)).label("delivered"),
            func.sum(case((_tried.delivered, 0), else_=1)).label("failed"),
            func.max(case((_tried.delivered, _tried.id), else_=0)).label("last_delivered"),
            func.max(case((_tried.delivered, 0), else_=_tried.id)).label("last_failed"),
        )
        .where(_tried.at >= to_ms(since))
        .group_by(_tried.channel)
        .order_by(_tried.channel)
    ).all()
    found = {}
    for row in counted:
        failures = (
            select(_tried.id)
            .where(
                _tried.channel == row.channel,
                _tried.at >= to_ms(since),
                _tried.delivered.is_(False),
                _tried.id > row.last_delivered,
            )
            .order_by(_tried.at, _tried.id)
            .limit(1)
        )
        first = connection.execute(failures).scalar() if row.last_failed > row.last_delivered else None
        of_note = _tried.id.in_([row.last_delivered, row.last_failed, *([] if first is None else [first])])
        attempts = {each.id: each for each in connection.execute(select(db.attempt).where(of_note))}
        delivered, failed = attempts.get(row.last_delivered), attempts.get(row.last_failed)
        found[row.channel] = ChannelHealth(
            row.delivered,
            row.failed,
            None if delivered is None else from_ms(delivered.at),
            "" if failed is None else failed.words,
            None if failed is None else from_ms(failed.at),
            None if first is None else from_ms(attempts[first].at),
        )
    return found
