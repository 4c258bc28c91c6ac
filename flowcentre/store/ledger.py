"""The ledger read: polls, held rows, and what stands now of each feed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from flowcentre.model import HeldRow, Outcome, Poll, PollCounts
from flowcentre.store import schema as db
from flowcentre.store.answers import FeedLog
from flowcentre.store.moments import from_ms, maybe_from_ms, to_ms
from flowcentre.store.polls import read_poll

_NEWEST_HELD = 20
READ = (Outcome.OK, Outcome.HELD)  # an answer was read, so what it held back is what is held back now
ANSWERED = (Outcome.OK, Outcome.UNCHANGED)


def read_polls(connection: Connection, feed: str | None, limit: int) -> list[Poll]:
    """The newest polls, newest first."""
    chosen = select(db.poll).order_by(db.poll.c.id.desc()).limit(limit)
    if feed is not None:
        chosen = select(db.poll).where(db.poll.c.feed == feed).order_by(db.poll.c.due_at.desc()).limit(limit)
    return [read_poll(row) for row in connection.execute(chosen)]


def read_held_rows(
    connection: Connection, feed: str | None, limit: int, since: datetime | None = None
) -> list[HeldRow]:
    """The newest held rows, newest first."""
    chosen = select(db.held_row).order_by(db.held_row.c.held_at.desc(), db.held_row.c.id.desc()).limit(limit)
    if feed is not None:
        chosen = chosen.where(db.held_row.c.feed == feed)
    if since is not None:
        chosen = chosen.where(db.held_row.c.held_at >= to_ms(since))
    return [
        HeldRow(row.feed, row.poll, from_ms(row.held_at), row.row, row.reason, row.place, row.measure)
        for row in connection.execute(chosen)
    ]


def read_feed_log(connection: Connection, since: datetime) -> dict[str, FeedLog]:
    """What the ledger says of every feed that was ever polled, counted since a moment."""
    standing = {row.id: row for row in connection.execute(select(db.feed).where(db.feed.c.id != db.DERIVED))}
    last_polls = _polls_by_id(connection, [row.last_poll for row in standing.values()])
    today, skipped = _count(connection, since)
    held_now = _held_now(connection, [row.last_read_poll for row in standing.values()])
    held_lately = set(
        connection.execute(select(db.held_row.c.feed).where(db.held_row.c.held_at >= to_ms(since)).distinct()).scalars()
    )
    return {
        feed: FeedLog(
            last_poll=last_polls.get(row.last_poll),
            last_success_at=maybe_from_ms(row.last_success_at),
            observed_at=maybe_from_ms(row.observed_at),
            today=today.get(feed, PollCounts()),
            skipped=skipped.get(feed, 0),
            held=tuple(read_held_rows(connection, feed, _NEWEST_HELD, since)) if feed in held_lately else (),
            held_now=held_now.get(row.last_read_poll, {}),
        )
        for feed, row in standing.items()
    }


def _polls_by_id(connection: Connection, ids: list[int]) -> dict[int, Poll]:
    found = connection.execute(select(db.poll).where(db.poll.c.id.in_([id for id in ids if id is not None])))
    return {row.id: read_poll(row) for row in found}


def _count(connection: Connection, since: datetime) -> tuple[dict[str, PollCounts], dict[str, int]]:
    """Rows and skipped due times by feed, of the polls that ended since a moment."""
    row = db.poll.c
    columns = [func.sum(each) for each in (row.received, row.accepted, row.duplicate, row.held, row.refused)]
    counts: dict[str, PollCounts] = {}
    skipped: dict[str, int] = {}
    for feed, missed, *sums in connection.execute(
        select(row.feed, func.sum(row.missed), *columns).where(row.finished_at >= to_ms(since)).group_by(row.feed)
    ):
        counts[feed], skipped[feed] = PollCounts(*sums), missed
    return counts, skipped


def _held_now(connection: Connection, ids: list[int]) -> dict[int, dict[str | None, int]]:
    held: dict[int, dict[str | None, int]] = {}
    for poll, place, count in connection.execute(
        select(db.held_row.c.poll, db.held_row.c.place, func.count())
        .where(db.held_row.c.poll.in_([id for id in ids if id is not None]))
        .group_by(db.held_row.c.poll, db.held_row.c.place)
    ):
        held.setdefault(poll, {})[place] = count
    return held
