"""The ledger kept to a length: what is old enough goes, except where it still speaks of the present."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, func, select

from flowcentre.store import schema as db

_POLLS_AT_ONCE = 200


def prune_some(connection: Connection, before: int) -> int:
    """Delete some of the oldest polls that finished before a moment, with their held rows; how many rows, 0 when all is done.

    A poll that has not finished stays: an engine may yet take it over.
    """
    row = db.poll.c
    oldest = select(row.id).where(*_goes(connection, before)).order_by(row.finished_at).limit(_POLLS_AT_ONCE)
    going = list(connection.execute(oldest).scalars())
    if not going:
        return 0
    held = connection.execute(delete(db.held_row).where(db.held_row.c.poll.in_(going)))
    polls = connection.execute(delete(db.poll).where(row.id.in_(going)))
    return polls.rowcount + held.rowcount


def count_polls(connection: Connection, before: int) -> int:
    """How many polls and held rows would be deleted in all."""
    going = select(db.poll.c.id).where(*_goes(connection, before))
    polls = select(func.count()).select_from(going.subquery())
    held = select(func.count()).where(db.held_row.c.poll.in_(going))
    return connection.execute(polls).scalar_one() + connection.execute(held).scalar_one()


def _goes(connection: Connection, before: int) -> tuple[ColumnElement[bool], ...]:
    return db.poll.c.finished_at < before, db.poll.c.id.not_in(_speak_of_the_present(connection))


def _speak_of_the_present(connection: Connection) -> set[int]:
    """The polls that say how each feed stands, and that of its newest due time, after which the next is due."""
    feeds = connection.execute(select(db.feed.c.id, db.feed.c.last_poll, db.feed.c.last_read_poll)).all()
    newest_due = (
        select(func.max(db.poll.c.due_at)).where(db.poll.c.feed == db.feed.c.id).correlate(db.feed).scalar_subquery()
    )
    newest = select(db.poll.c.id).join(db.feed, (db.feed.c.id == db.poll.c.feed) & (db.poll.c.due_at == newest_due))
    kept = {poll for _, *polls in feeds for poll in polls if poll is not None}
    return kept | set(connection.execute(newest).scalars())
