"""The ledger kept to a length: what is old enough goes, except where it still speaks of the present."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select

from flowcentre.store import schema as db
from flowcentre.store.answers import Pruned

_POLLS_AT_ONCE = 200


def prune_some(connection: Connection, before: int) -> Pruned:
    """Delete some of the oldest polls that finished before a moment, with their held rows; none when all is done.

    A poll that has not finished stays: an engine may yet take it over.
    """
    kept = _speak_of_the_present(connection)
    row = db.poll.c
    going = list(
        connection.execute(
            select(row.id)
            .where(row.finished_at < before, row.id.not_in(kept))
            .order_by(row.finished_at)
            .limit(_POLLS_AT_ONCE)
        ).scalars()
    )
    if not going:
        return Pruned()
    held = connection.execute(delete(db.held_row).where(db.held_row.c.poll.in_(going)))
    polls = connection.execute(delete(db.poll).where(row.id.in_(going)))
    return Pruned(polls.rowcount, held.rowcount)


def _speak_of_the_present(connection: Connection) -> set[int]:
    """The polls that say how each feed stands, and that of its newest due time, after which the next is due."""
    feeds = connection.execute(select(db.feed.c.id, db.feed.c.last_poll, db.feed.c.last_read_poll)).all()
    newest_due = (
        select(func.max(db.poll.c.due_at)).where(db.poll.c.feed == db.feed.c.id).correlate(db.feed).scalar_subquery()
    )
    newest = select(db.poll.c.id).join(db.feed, (db.feed.c.id == db.poll.c.feed) & (db.poll.c.due_at == newest_due))
    kept = {poll for _, *polls in feeds for poll in polls if poll is not None}
    return kept | set(connection.execute(newest).scalars())
