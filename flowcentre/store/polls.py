"""Polls: who runs which, how each ended, and the heartbeats of engines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, insert, literal_column, or_, select, update

from flowcentre.model import Held, Outcome, Poll, PollCounts
from flowcentre.store import schema as db
from flowcentre.store.answers import PollAlreadyRecorded
from flowcentre.store.moments import from_ms, maybe_from_ms, to_ms
from flowcentre.store.writing import insert_new, upsert

_RUNNING: ColumnElement[str] = literal_column("'running'")  # written out, so that the index of running polls is used
# Said of every poll, so made once.
_FINISH = update(db.poll).where(
    db.poll.c.id == bindparam("one"), db.poll.c.feed == bindparam("of"), db.poll.c.outcome == _RUNNING
)
_HOLD = insert(db.held_row)


def claim(connection: Connection, feed: str, due_at: datetime, engine: str, started_at: datetime) -> int | None:
    """The id of the claimed poll; None where this due time is another's."""
    row = {
        "feed": feed,
        "due_at": to_ms(due_at),
        "started_at": to_ms(started_at),
        "outcome": Outcome.RUNNING,
        "engine": engine,
    }
    claimed: int | None = connection.execute(insert_new(connection, db.poll, db.poll.c.id), row).scalar()
    return claimed


def take_over(connection: Connection, poll_id: int, engine: str, lost_engine: str, at: datetime) -> bool:
    """Give a running poll of a lost engine to another; False where it has ended or somebody else took it."""
    taken = connection.execute(
        update(db.poll)
        .where(db.poll.c.id == poll_id, db.poll.c.engine == lost_engine, db.poll.c.outcome == _RUNNING)
        .values(engine=engine, started_at=to_ms(at))
    )
    return taken.rowcount == 1


def beat(connection: Connection, engine: str, at: datetime) -> None:
    """Note that an engine is alive."""
    connection.execute(upsert(connection, db.engine), {"name": engine, "heard_at": to_ms(at)})


def last_beat(connection: Connection) -> datetime | None:
    """The newest heartbeat of any engine that has not said that it stops."""
    return maybe_from_ms(
        connection.execute(select(func.max(db.engine.c.heard_at)).where(db.engine.c.heard_at > 0)).scalar()
    )


def abandoned(connection: Connection, silent_since: datetime) -> list[Poll]:
    """Running polls whose engine has not been heard from since, or ever."""
    found = connection.execute(
        select(db.poll)
        .outerjoin(db.engine, db.engine.c.name == db.poll.c.engine)
        .where(
            db.poll.c.outcome == _RUNNING,
            or_(db.engine.c.heard_at.is_(None), db.engine.c.heard_at < to_ms(silent_since)),
        )
        .order_by(db.poll.c.due_at)
    )
    return [read_poll(row) for row in found]


def last_due(connection: Connection, feed: str, until: datetime | None) -> datetime | None:
    """The newest due time that was claimed or skipped, and is not after ``until``."""
    newest = select(func.max(db.poll.c.due_at)).where(db.poll.c.feed == feed)
    if until is not None:
        newest = newest.where(db.poll.c.due_at <= to_ms(until))
    return maybe_from_ms(connection.execute(newest).scalar())


def finish(connection: Connection, poll_id: int, feed: str, counts: PollCounts, row: dict[str, Any]) -> None:
    """Write how a poll ended. Raises PollAlreadyRecorded."""
    done = connection.execute(_FINISH, row | count_columns(counts) | {"one": poll_id, "of": feed})
    if done.rowcount != 1:
        raise PollAlreadyRecorded(f"poll {poll_id} of {feed} is not running: it has ended, or never was")


def hold(connection: Connection, feed: str, poll_id: int, held_at: int, held: list[Held]) -> None:
    """Keep the rows that were not believed."""
    if held:
        connection.execute(
            _HOLD,
            [
                {
                    "feed": feed,
                    "poll": poll_id,
                    "held_at": held_at,
                    "row": each.row,
                    "reason": each.reason,
                    "place": each.place,
                    "measure": each.measure,
                }
                for each in held
            ],
        )


def count_columns(counts: PollCounts) -> dict[str, int]:
    """Counts as the columns of a poll."""
    return {name: getattr(counts, name) for name in ("received", "accepted", "duplicate", "held", "refused")}


def read_poll(row: Row[Any]) -> Poll:
    """A poll out of its row."""
    return Poll(
        id=row.id,
        feed=row.feed,
        due_at=from_ms(row.due_at),
        started_at=from_ms(row.started_at),
        finished_at=maybe_from_ms(row.finished_at),
        outcome=Outcome(row.outcome),
        counts=PollCounts(row.received, row.accepted, row.duplicate, row.held, row.refused),
        message=row.message,
        engine=row.engine,
        attempts=row.attempts,
        missed=row.missed,
    )
