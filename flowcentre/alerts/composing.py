"""Messages out of what waits to be told: looks up what one has to know, and has the store keep what is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flowcentre.alerts.letters import SHORT_SPAN, Book, Written, fallback, in_full, link_of, write
from flowcentre.model import Alert, Lead, Message, Telling
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
        known = _known(store, book, written.unknown, written.unknown_actions, written.unknown_sitreps, at)
        written = _compose(store, replace(known, in_the_hour=_in_the_hour(store, book, at)), at)
    return written.again_at


def another_way(store: Store, message: Message, lead: Lead | None, book: Book, at: datetime) -> NewMessage | None:
    """The same by the lead's next address, and in full where only the first had to be short; None where there is no other."""
    other = fallback(message, lead, book.short, link_of(message, book.alerting), at)
    if other is None or lead is None or message.channel not in book.short or other.channel in book.short:
        return other
    told = store.tellings_of([message.id]).get(message.id, [])
    alerts, actions, huddles = (
        frozenset(number for each in told if (number := getattr(each, name)) is not None)
        for name in ("alert", "action", "huddle")
    )
    return in_full(message, other, told, lead, _known(store, book, alerts, actions, huddles, at), at)


def _known(
    store: Store,
    book: Book,
    alerts: frozenset[int],
    actions: frozenset[int],
    huddles: frozenset[int],
    at: datetime,
) -> Book:
    """The book with what is spoken of looked up."""
    late = (store.action(number) for number in actions)
    found = _look_up(store, alerts, at)
    see = [alert.id for alert in found.values() if alert.cleared_at is None and alert.blind_since is None]
    return replace(
        book,
        alerts=found,
        actions={action.id: action for action in late if action is not None},
        sitreps={number: _sitrep(store, number) for number in huddles},
        blind_spells=store.blind_spells(see) if see else {},
    )


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
