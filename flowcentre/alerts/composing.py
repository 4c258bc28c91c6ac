"""Messages out of what waits to be told: looks up what one has to know, and has the store keep what is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flowcentre.alerts.letters import SHORT_SPAN, Book, Written, write
from flowcentre.model import Alert, Telling
from flowcentre.picture.sitrep import Sitrep, read_kept
from flowcentre.store import NewMessage, Store

_FEW = 20  # alerts that are looked up one by one
_HOURLY_LIMIT = 2_000


def compose(store: Store, book: Book, at: datetime) -> datetime | None:
    """Write messages of what waits, and say when that may go which is held back.

    The alerts, the actions and the sitreps that are spoken of need not be in the book: they are looked up here, and not in the
    transaction that writes.
    """
    written = _compose(store, book, at)
    if written.unknown or written.unknown_actions or written.unknown_sitreps:
        late = (store.action(number) for number in written.unknown_actions)
        known = replace(
            book,
            alerts=_look_up(store, written.unknown, at),
            in_the_hour=_in_the_hour(store, book, at),
            actions={action.id: action for action in late if action is not None},
            sitreps={number: _sitrep(store, number) for number in written.unknown_sitreps},
        )
        written = _compose(store, known, at)
    return written.again_at


def _compose(store: Store, book: Book, at: datetime) -> Written:
    written = Written()

    def by_the_book(tellings: Sequence[Telling], recent: Mapping[str, Sequence[datetime]]) -> Sequence[NewMessage]:
        nonlocal written
        written = write(tellings, recent, book, at)
        return written.messages

    store.compose(by_the_book, at)
    return written


def _look_up(store: Store, numbers: frozenset[int], at: datetime) -> dict[int, Alert]:
    many = store.open_alerts(at) if len(numbers) > _FEW else []
    found = {alert.id: alert for alert in many if alert.id in numbers}
    for number in numbers - set(found):
        alert = store.alert(number)
        if alert is not None:
            found[number] = alert
    return found


def _sitrep(store: Store, huddle: int) -> Sitrep | None:
    text = store.sitrep(huddle)
    return None if text is None else read_kept(text)


def _in_the_hour(store: Store, book: Book, at: datetime) -> dict[str, list[datetime]]:
    """By lead the moments of their short messages; what tells of no alert comes so seldom that it is not counted against."""
    moments: dict[str, list[datetime]] = {}
    for message in store.messages(at - SHORT_SPAN, _HOURLY_LIMIT) if book.short else ():
        if message.channel in book.short:
            moments.setdefault(message.lead, []).append(message.created_at)
    return moments
