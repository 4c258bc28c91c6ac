"""The ledger read: polls, held rows, and what stands now of each feed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, func, select

from flowcentre.model import ClockBy, ClockOff, HeldRow, Outcome, Poll, PollCounts
from flowcentre.store import schema as db
from flowcentre.store.answers import FeedLog
from flowcentre.store.moments import from_ms, maybe_from_ms, to_ms
from flowcentre.store.polls import read_poll

_NEWEST_HELD = 20  # told of a feed, those that are alike as one
_LOOKED_THROUGH = 300  # rows for those: a list held whole has hundreds, and another reason stands behind them
READ = (Outcome.OK, Outcome.HELD)  # an answer was read, so what it held back is what is held back now
ANSWERED = (Outcome.OK, Outcome.UNCHANGED)
BROUGHT = (Outcome.OK, Outcome.HELD, Outcome.REFUSED, Outcome.CRASHED)  # something came, believed or not


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
    """The newest held rows, newest first; with ``until``, of the polls that had finished by then."""
    return [
        HeldRow(found.feed, found.poll, from_ms(found.held_at), found.row, found.reason, found.place, found.measure)
        for found in connection.execute(_newest_held(feed, limit, since, until))
    ]


def _held_together(connection: Connection, feed: str, since: datetime, until: datetime | None) -> list[HeldRow]:
    """The same of one feed, each with how many rows of its poll are alike: one reason must not hide another."""
    # Counted here: a database would sort them to do so.
    alike = Counter(tuple(found)[1:] for found in connection.execute(_newest_held(feed, _LOOKED_THROUGH, since, until)))
    if alike.total() == _LOOKED_THROUGH and len(alike) <= _NEWEST_HELD:  # more of the last may stand behind these
        last = next(reversed(alike))
        alike[last] = _count_alike(connection, last)
    return [
        HeldRow(of, poll, from_ms(held_at), row, reason, place, measure, rows)
        for (of, poll, held_at, row, reason, place, measure), rows in islice(alike.items(), _NEWEST_HELD)
    ]


def _count_alike(connection: Connection, row: tuple[Any, ...]) -> int:
    _, poll, _, name, reason, place, measure = row
    held = db.held_row.c
    told = ((held.poll, poll), (held.row, name), (held.reason, reason), (held.place, place), (held.measure, measure))
    same = [column.is_(None) if said is None else column == said for column, said in told]
    return connection.execute(select(func.count()).where(*same)).scalar_one()


def _newest_held(feed: str | None, limit: int, since: datetime | None, until: datetime | None) -> Select[Any]:
    row = db.held_row.c
    # In the order of an index: with millions of rows there is no time to sort them.
    chosen = select(db.held_row).order_by(row.id.desc()).limit(limit)
    if feed is not None:
        chosen = select(db.held_row).where(row.feed == feed).order_by(row.held_at.desc(), row.id.desc()).limit(limit)
    if since is not None:
        chosen = chosen.where(row.held_at >= to_ms(since))
    if until is not None:
        chosen = chosen.join(db.poll, db.poll.c.id == row.poll).where(db.poll.c.finished_at <= to_ms(until))
    return chosen


def read_feed_log(connection: Connection, since: datetime) -> dict[str, FeedLog]:
    """What the ledger says of every feed that was ever polled, counted since a moment."""
    standing = [
        _Standing(
            row.id, row.last_poll, row.last_read_poll, row.last_success_at, row.observed_at, row.moved_at, _clock(row)
        )
        for row in connection.execute(select(db.feed).where(db.feed.c.id != db.DERIVED))
    ]
    return _tell(connection, standing, since, None)


def read_feed_log_until(connection: Connection, since: datetime, until: datetime) -> dict[str, FeedLog]:
    """The same as it stood at ``until``: of the polls that had finished by then. Feeds without any are left out."""
    newest = [_newest_until(outcomes, until) for outcomes in (tuple(Outcome), READ, ANSWERED)]
    found = connection.execute(select(db.feed.c.id, *newest).where(db.feed.c.id != db.DERIVED)).all()
    row = db.poll.c
    chosen = [poll for _, *polls in found for poll in polls if poll is not None]
    ended = {
        poll: (finished_at, observed_at, moved_at)
        for poll, finished_at, observed_at, moved_at in connection.execute(
            select(row.id, row.finished_at, row.observed_at, row.moved_at).where(row.id.in_(chosen))
        )
    }
    standing = [
        _Standing(feed, last, read, None if success is None else ended[success][0], *ended[last][1:])
        for feed, last, read, success in found
        if last is not None
    ]
    return _tell(connection, standing, since, until)


def _clock(row: Row[Any]) -> ClockOff | None:
    if row.clock_off is None or row.clock_by is None:
        return None
    return ClockOff(timedelta(milliseconds=row.clock_off), ClockBy(row.clock_by))


def _newest_until(outcomes: Collection[Outcome], until: datetime) -> ScalarSelect[int]:
    """The poll of a feed that was the last to finish by a moment, of those with one of some outcomes."""
    row = db.poll.c
    return _newest(outcomes, row.finished_at <= to_ms(until))


def _newest(outcomes: Collection[Outcome], *when: ColumnElement[bool]) -> ScalarSelect[int]:
    row = db.poll.c
    return (
        select(row.id)
        .where(row.feed == db.feed.c.id, row.outcome.in_(outcomes), *when)
        .order_by(row.finished_at.desc(), row.version.desc())
        .limit(1)
        .correlate(db.feed)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a feed stands, or stood at a moment."""

    feed: str
    last_poll: int | None
    last_read_poll: int | None
    last_success_at: int | None
    observed_at: int | None
    moved_at: int | None
    clock: ClockOff | None = None


def _tell(
    connection: Connection, standing: Sequence[_Standing], since: datetime, until: datetime | None
) -> dict[str, FeedLog]:
    last_polls = _polls_by_id(connection, [each.last_poll for each in standing])
    read_at = _read_at(connection, [each.last_read_poll for each in standing])
    today, skipped = _count(connection, since, until)
    held_now = _held_now(connection, [each.last_read_poll for each in standing])
    held_lately = _held_lately(connection, since)
    doubts = _doubts(connection, since, until)
    return {
        each.feed: FeedLog(
            last_poll=None if each.last_poll is None else last_polls.get(each.last_poll),
            last_success_at=maybe_from_ms(each.last_success_at),
            observed_at=maybe_from_ms(each.observed_at),
            moved_at=maybe_from_ms(each.moved_at),
            clock=each.clock,
            today=today.get(each.feed, PollCounts()),
            skipped=skipped.get(each.feed, 0),
            held=tuple(_held_together(connection, each.feed, since, until)) if each.feed in held_lately else (),
            held_now={} if each.last_read_poll is None else held_now.get(each.last_read_poll, {}),
            read_at=None if each.last_read_poll is None else read_at.get(each.last_read_poll),
            last_doubt=doubts.get(each.feed),
        )
        for each in standing
    }


def _held_lately(connection: Connection, since: datetime) -> set[str]:
    """The feeds that held a row since a moment: one look into an index for each."""
    newest = select(func.max(db.held_row.c.held_at)).where(db.held_row.c.feed == db.feed.c.id).scalar_subquery()
    found = connection.execute(select(db.feed.c.id, newest))
    return {feed for feed, held_at in found if held_at is not None and held_at >= to_ms(since)}


def _doubts(connection: Connection, since: datetime, until: datetime | None) -> dict[str, Poll]:
    """The newest poll since a moment that brought something, of each feed, where not all of it was believed.

    Polls that found nothing newer unsay no doubt: the file that was refused is still the last one that came.
    """
    when = [db.poll.c.finished_at >= to_ms(since)]
    if until is not None:
        when.append(db.poll.c.finished_at <= to_ms(until))
    newest = connection.execute(select(_newest(BROUGHT, *when)).select_from(db.feed)).scalars().all()
    polls = _polls_by_id(connection, newest).values()
    return {poll.feed: poll for poll in polls if poll.counts.held or poll.counts.refused or poll.message}


def _polls_by_id(connection: Connection, ids: Sequence[int | None]) -> dict[int, Poll]:
    found = connection.execute(select(db.poll).where(db.poll.c.id.in_([id for id in ids if id is not None])))
    return {row.id: read_poll(row) for row in found}


def _read_at(connection: Connection, ids: Sequence[int | None]) -> dict[int, datetime]:
    row = db.poll.c
    asked = select(row.id, row.finished_at).where(row.id.in_([id for id in ids if id is not None]))
    return {id: from_ms(finished_at) for id, finished_at in connection.execute(asked)}


def read_held_line(
    connection: Connection, feed: str, start: datetime, end: datetime
) -> list[tuple[datetime, datetime | None, int]]:
    """The answers of a feed that were read until before ``end``, with the last before ``start``: when, of which moment the newest word was, and rows held."""
    row = db.poll.c
    read = (row.feed == feed, row.outcome.in_(READ))
    before = select(func.max(row.finished_at)).where(*read, row.finished_at <= to_ms(start)).scalar_subquery()
    found = connection.execute(
        select(row.finished_at, row.observed_at, row.held)
        .where(*read, row.finished_at >= func.coalesce(before, to_ms(start)), row.finished_at < to_ms(end))
        .order_by(row.finished_at, row.version)
    )
    return [(from_ms(at), maybe_from_ms(observed_at), held) for at, observed_at, held in found]


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


def read_held_at(
    connection: Connection, moments: Sequence[datetime]
) -> dict[datetime, Mapping[str, Mapping[str | None, int]]]:
    """How many rows of each feed stood held back at each place at some moments. Feeds without any are left out."""
    feeds = select(db.feed.c.id).where(db.feed.c.id != db.DERIVED)
    polls = {at: connection.execute(feeds.add_columns(_newest_until(READ, at))).all() for at in moments}
    held = _held_now(connection, list({poll for found in polls.values() for _, poll in found}))
    return {at: {feed: held[poll] for feed, poll in found if poll in held} for at, found in polls.items()}


def _held_now(connection: Connection, ids: Sequence[int | None]) -> dict[int, dict[str | None, int]]:
    held: dict[int, dict[str | None, int]] = {}
    for poll, place, count in connection.execute(
        select(db.held_row.c.poll, db.held_row.c.place, func.count())
        .where(db.held_row.c.poll.in_([id for id in ids if id is not None]))
        .group_by(db.held_row.c.poll, db.held_row.c.place)
    ):
        held.setdefault(poll, {})[place] = count
    return held
