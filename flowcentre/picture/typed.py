"""Values that somebody typed in: who did, until when they hold, and how the feed of them stands.

Whoever types promises no rhythm, so such a feed is never late. Its values hold until their own moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flowcentre.measures import ALL
from flowcentre.model import AskedPlace, County, Feed, FeedStatus, Picture, Replaced, State, Taken, Typed
from flowcentre.store import FeedLog, Known


def typed_of(picture: Picture, place_id: str) -> Typed | None:
    """The newest typing that anything known at a place comes from; None where nothing there is typed."""
    values = (picture.values.get((place_id, measure)) for measure in ALL)
    found = (value.typed for value in values if value is not None and value.typed is not None)
    return max(found, key=lambda typed: typed.typed_at, default=None)


def replaced_by(picture: Picture, asked: AskedPlace, taken: Taken) -> Replaced | None:
    """What stands now in place of what was kept of a slip; None where all of that stands, or nothing was kept."""
    kept = (service for service in asked.services if not taken.held or service.name in taken.services)
    values = [picture.value(asked.place, figure.measure) for service in kept for figure in service.figures]
    newer = [value for value in values if value.observed_at is not None and value.observed_at > taken.typed.typed_at]
    if not taken.accepted or not newer:
        return None
    newest = max(newer, key=lambda value: (value.observed_at, value.typed is not None))
    assert newest.observed_at is not None
    still = any(value.typed is not None and value.typed.typed_at == taken.typed.typed_at for value in values)
    return Replaced(newest.observed_at, newest.typed.author if newest.typed else None, wholly=not still)


def all_typed(picture: Picture) -> dict[str, Typed]:
    """The same for every place at which anything known is typed."""
    found: dict[str, Typed] = {}
    for value in picture.values.values():
        if value.typed is not None and (value.place not in found or value.typed.typed_at > found[value.place].typed_at):
            found[value.place] = value.typed
    return found


def may_be_typed(county: County) -> bool:
    """Has a county a feed that people type in?"""
    return any(not feed.polled for feed in county.feeds)


def first_to_expire(typed: Iterable[Typed | None]) -> Typed | None:
    """Of several parts that were typed, the one whose time is up first; None where none was."""
    return min((one for one in typed if one is not None), key=lambda one: one.expires_at, default=None)


@dataclass(frozen=True, slots=True)
class LastTyped:
    """What was typed last into a feed, and until when the last of all that was typed holds."""

    typed: Typed
    holds_until: datetime


def last_typed(rows: Iterable[Known]) -> Mapping[str, LastTyped]:
    """By feed, of what the feeds said; feeds that nobody ever typed into are left out."""
    found: dict[str, LastTyped] = {}
    for row in rows:
        if row.typed is None:
            continue
        last = found.get(row.feed)
        if last is None:
            found[row.feed] = LastTyped(row.typed, row.typed.expires_at)
        elif row.typed is not last.typed:
            newest = max(last.typed, row.typed, key=lambda typed: typed.typed_at)
            found[row.feed] = LastTyped(newest, max(last.holds_until, row.typed.expires_at))
    return found


def status_of_typed(
    feed: Feed, log: FeedLog | None, at: datetime, last: LastTyped | None, *, nothing_known: bool
) -> FeedStatus:
    """How a feed that people type in stands: fresh as long as anything typed holds, and never late or due."""
    if log is None or last is None:
        return FeedStatus(feed, State.NEVER)
    state = State.FRESH if at < last.holds_until else State.STALE
    if nothing_known:
        state = State.UNKNOWN
    return FeedStatus(
        feed,
        state,
        observed_at=last.typed.typed_at,
        last_success_at=log.last_success_at,
        last_poll=log.last_poll,
        today=log.today,
        held_rows=log.held,
        last_doubt=log.last_doubt,
        typed=last.typed,
    )
