"""What became of letters that channels took: asked until it is known, and where one did not arrive the next address is used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from flowcentre.alerts.composing import another_way
from flowcentre.alerts.conduits import Conduits
from flowcentre.alerts.contract import NotArrived, Receipts
from flowcentre.alerts.letters import Book
from flowcentre.model import Message
from flowcentre.store import Store

FIRST_ASKED = timedelta(seconds=20)  # after a letter was taken
_ASKED_AGAIN = tuple(timedelta(minutes=each) for each in (1, 2, 5, 15, 30))
_THEN_EACH = timedelta(hours=1)
ASKED_FOR = timedelta(hours=12)  # after that it stays taken, and nobody knows more
_LEASE = timedelta(minutes=2)  # within which nobody else asks
log = structlog.get_logger(__name__)


class Inquiries:
    """Asks the channels that can say so whether what they took arrived."""

    def __init__(self, store: Store, conduits: Conduits, book: Callable[[], Book], now: Callable[[], datetime]) -> None:
        self._store = store
        self._conduits = conduits
        self._book = book
        self._now = now
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Ask in a thread of its own what is to be asked, unless that goes on: a channel that hangs holds up no letter."""
        asking = self._thread is not None and self._thread.is_alive()
        if not asking and (due := self._store.next_ask()) is not None and due <= self._now():
            self._thread = threading.Thread(target=self._ask_safely, name="receipts", daemon=True)
            self._thread.start()

    def _ask_safely(self) -> None:
        try:
            self.ask()
        except Exception as error:
            log.error("what became of letters cannot be kept; they are asked for again", error=type(error).__name__)

    def ask(self) -> None:
        """Ask all that is to be asked now, each letter once however many messages went in it."""
        claimed = self._store.claim_receipts(self._now(), _LEASE)
        letters = sorted(claimed, key=lambda each: (each.channel, each.receipt, each.id))
        for _, letter in groupby(letters, key=lambda each: (each.channel, each.receipt)):
            self._ask_of(tuple(letter))

    def _ask_of(self, letter: Sequence[Message]) -> None:
        book = self._book()
        channel = self._conduits.channel(letter[0].channel, book.alerting)
        try:
            if isinstance(channel, Receipts) and channel.arrived(letter[0].receipt):
                self._store.arrived(letter, self._now())
                return
        except NotArrived as error:
            for message in letter:
                self._send_another_way(message, book, error.reason)
            return
        except (Exception, SystemExit) as error:  # it could not be asked, which says nothing of the letter
            log.info("a channel could not be asked what became of a letter", error=type(error).__name__)
        self._store.ask_again(letter, self._asked_next(letter[0]))

    def _asked_next(self, message: Message) -> datetime | None:
        at, taken_at = self._now(), message.ended_at or message.created_at
        if at - taken_at >= ASKED_FOR:
            return None
        return at + (_ASKED_AGAIN[message.asked - 1] if message.asked <= len(_ASKED_AGAIN) else _THEN_EACH)

    def _send_another_way(self, message: Message, book: Book, trouble: str) -> None:
        at = self._now()
        other = another_way(self._store, message, book.alerting.lead(message.lead), book, at)
        if self._store.bounced(message, at, trouble, fallback=other):
            log.warning(
                "a message was taken and did not arrive", message=message.id, channel=message.channel, reason=trouble
            )
