"""Slips: who typed values in, and until when they hold. One slip is one poll of its feed, and its values are readings.

A value and its slip are joined by the feed and the moment that the value speaks of, which no other slip of the feed has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, exists, select

from flowcentre.model import Typed
from flowcentre.store import schema as db
from flowcentre.store.answers import KeptSlip, Known, Recorded, SlipKept
from flowcentre.store.batches import some_at_once
from flowcentre.store.moments import from_ms, to_ms
from flowcentre.store.writing import insert_new

_row = db.typed.c
_TYPING = select(db.feed.c.id).where(exists().where(_row.feed == db.feed.c.id))  # asked for every picture


def keep(connection: Connection, slip: str, feed: str, place: str, typed: Typed, poll: int, recorded: Recorded) -> None:
    """Keep who typed what a poll brought. Raises SlipKept where this very slip, or one of that moment, is kept already."""
    moment = to_ms(typed.typed_at)
    # As for the readings: when we learnt it never runs backwards within a feed.
    received = connection.execute(select(db.feed.c.received_at).where(db.feed.c.id == feed)).scalar()
    kept = connection.execute(
        insert_new(connection, db.typed)
        .values(
            slip=slip,
            feed=feed,
            place=place,
            author=typed.author,
            observed_at=moment,
            known_from=max(moment, received or 0),
            expires_at=to_ms(typed.expires_at),
            poll=poll,
            version=recorded.version,
            accepted=recorded.counts.accepted,
        )
        .returning(_row.id)
    ).scalar()
    if kept is None:
        raise SlipKept("this form has been sent and kept already")


def read_slip(connection: Connection, slip: str) -> KeptSlip | None:
    """A slip that is kept."""
    found = connection.execute(select(db.typed).where(_row.slip == slip)).one_or_none()
    if found is None:
        return None
    typed = Typed(found.author, from_ms(found.observed_at), from_ms(found.expires_at))
    return KeptSlip(found.slip, found.feed, found.place, typed, found.poll, found.version, found.accepted)


def with_slips(connection: Connection, known: list[Known]) -> list[Known]:
    """What is known, with who typed it in where somebody did. Costs next to nothing where nobody ever did."""
    feeds = set(connection.execute(_TYPING).scalars())
    if not feeds:
        return known
    slips = _read(connection, feeds, sorted({to_ms(row.observed_at) for row in known if row.feed in feeds}))
    return [replace(row, typed=slips.get((row.feed, row.observed_at))) if row.feed in feeds else row for row in known]


def _read(connection: Connection, feeds: set[str], moments: Sequence[int]) -> dict[tuple[str, datetime], Typed]:
    found: dict[tuple[str, datetime], Typed] = {}
    for some in some_at_once(moments):
        asked = select(_row.feed, _row.observed_at, _row.author, _row.expires_at).where(
            _row.feed.in_(feeds), _row.observed_at.in_(some)
        )
        for feed, observed_at, author, expires_at in connection.execute(asked):
            at = from_ms(observed_at)
            found[feed, at] = Typed(author, at, from_ms(expires_at))
    return found
