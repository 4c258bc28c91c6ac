"""The ledger read: polls, held rows, and what stands now of each feed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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


def read_polls(connection: Connection, feed: str | None, limit: int, leaving_out: Collection[Outcome]) -> list[Poll]:
    """The newest polls, newest first."""
    chosen = select(db.poll).order_by(db.poll.c.id.desc()).limit(limit)
    if feed is not None:
        chosen = select(db.poll).where(db.poll.c.feed == feed).order_by(db.poll.c.due_at.desc()).limit(limit)
    if leaving_out:
        chosen = chosen.where(db.poll.c.outcome.not_in(list(leaving_out)))
    return [read_poll(row) for row in connection.execute(chosen)]


def read_held_rows(
    connection: Connection,
    feed: str | None,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[HeldRow]:
    """The newest held rows, newest first."""
    chosen = select(db.held_row).order_by(db.held_row.c.held_at.desc(), db.held_row.c.id.desc()).limit(limit)
    if feed is not None:
        chosen = chosen.where(db.held_row.c.feed == feed)
    if since is not None:
        chosen = chosen.where(db.held_row.c.held_at >= to_ms(since))
    if until is not None:
        chosen = chosen.where(db.held_row.c.held_at <= to_ms(until))
    return [
        HeldRow(row.feed, row.poll, from_ms(row.held_at), row.row, row.reason, row.place, row.measure)
        for row in connection.execute(chosen)
    ]


def read_feed_log(connection: Connection, since: datetime) -> dict[str, FeedLog]:
    """What the ledger says of every feed that was ever polled, counted since a moment."""
    standing = [
        _Standing(row.id, row.last_poll, row.last_read_poll, row.last_success_at, row.observed_at)
        for row in connection.execute(select(db.feed).where(db.feed.c.id != db.DERIVED))
    ]
    return _tell(connection, standing, since, None)


def read_feed_log_until(connection: Connection, since: datetime, until: datetime) -> dict[str, FeedLog]:
    """The same as it stood at ``until``: of the polls that had finished by then. Feeds without any are left out."""
    moment = to_ms(until)
    observed_at = _observed_until(connection, moment)
    standing = []
    for feed in connection.execute(select(db.feed.c.id).where(db.feed.c.id != db.DERIVED)).scalars().all():
        last_poll, _ = _newest_poll(connection, feed, moment, None)
        if last_poll is not None:
            last_read_poll, _ = _newest_poll(connection, feed, moment, READ)
            _, last_success_at = _newest_poll(connection, feed, moment, ANSWERED)
            standing.append(_Standing(feed, last_poll, last_read_poll, last_success_at, observed_at.get(feed)))
    return _tell(connection, standing, since, until)


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a feed stands, or stood at a moment."""

    feed: str
    last_poll: int | None
    last_read_poll: int | None
    last_success_at: int | None
    observed_at: int | None


def _tell(
    connection: Connection, standing: Sequence[_Standing], since: datetime, until: datetime | None
) -> dict[str, FeedLog]:
    last_polls = _polls_by_id(connection, [each.last_poll for each in standing])
    today, skipped = _count(connection, since, until)
    held_now = _held_now(connection, [each.last_read_poll for each in standing])
    return {
        each.feed: FeedLog(
            last_poll=None if each.last_poll is None else last_polls.get(each.last_poll),
            last_success_at=maybe_from_ms(each.last_success_at),
            observed_at=maybe_from_ms(each.observed_at),
            today=today.get(each.feed, PollCounts()),
            skipped=skipped.get(each.feed, 0),
            held=tuple(read_held_rows(connection, each.feed, _NEWEST_HELD, since, until)),
            held_now={} if each.last_read_poll is None else held_now.get(each.last_read_poll, {}),
        )
        for each in standing
    }


def _newest_poll(
    connection: Connection, feed: str, until: int, outcomes: Collection[Outcome] | None
) -> tuple[int | None, int | None]:
    """The poll of a feed that finished last until a moment, and when; with one of some outcomes, where given."""
    row = db.poll.c
    chosen = (
        select(row.id, row.finished_at)
        .where(row.feed == feed, row.finished_at <= until)
        .order_by(row.finished_at.desc(), row.version.desc())
        .limit(1)
    )
    if outcomes is not None:
        chosen = chosen.where(row.outcome.in_(list(outcomes)))
    found = connection.execute(chosen).first()
    return (None, None) if found is None else (found.id, found.finished_at)


def _observed_until(connection: Connection, until: int) -> dict[str, int]:
    """The newest moment that each feed had spoken of by then."""
    newest: dict[str, int] = {}
    newest_of_source = (
        select(func.max(db.sighting.c.observed_at))
        .where(db.sighting.c.source == db.source.c.id, db.sighting.c.received_at <= until)
        .scalar_subquery()
    )
    lists = (
        select(db.person.c.feed, func.max(db.person.c.observed_at))
        .where(db.person.c.known_from <= until)
        .group_by(db.person.c.feed)
    )
    for feed, moment in (
        *connection.execute(select(db.source.c.feed, newest_of_source)),
        *connection.execute(lists),
    ):
        if moment is not None:
            newest[feed] = max(moment, newest.get(feed, moment))
    return newest


def _polls_by_id(connection: Connection, ids: Sequence[int | None]) -> dict[int, Poll]:
    found = connection.execute(select(db.poll).where(db.poll.c.id.in_([id for id in ids if id is not None])))
    return {row.id: read_poll(row) for row in found}


def _count(
    connection: Connection, since: datetime, until: datetime | None
) -> tuple[dict[str, PollCounts], dict[str, int]]:
    """Rows and skipped due times by feed, of the polls that ended since a moment."""
    row = db.poll.c
    columns = [func.sum(each) for each in (row.received, row.accepted, row.duplicate, row.held, row.refused)]
    chosen = select(row.feed, func.sum(row.missed), *columns).where(row.finished_at >= to_ms(since)).group_by(row.feed)
    if until is not None:
        chosen = chosen.where(row.finished_at <= to_ms(until))
    counts: dict[str, PollCounts] = {}
    skipped: dict[str, int] = {}
    for feed, missed, *sums in connection.execute(chosen):
        counts[feed], skipped[feed] = PollCounts(*sums), missed
    return counts, skipped


def _held_now(connection: Connection, ids: Sequence[int | None]) -> dict[int, dict[str | None, int]]:
    held: dict[int, dict[str | None, int]] = {}
    for poll, place, count in connection.execute(
        select(db.held_row.c.poll, db.held_row.c.place, func.count())
        .where(db.held_row.c.poll.in_([id for id in ids if id is not None]))
        .group_by(db.held_row.c.poll, db.held_row.c.place)
    ):
        held.setdefault(poll, {})[place] = count
    return held
