"""Messages of alerts that have reached nobody: neither by their own way nor by the one that was tried instead."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from flowcentre.model import Message

LOOKED_BACK = timedelta(hours=24)
OVERDUE = timedelta(minutes=1)  # a message that nobody has even tried to send by then is in trouble too


class Messages(Protocol):
    """What is needed of the store."""

    def undelivered(
        self, since: datetime, /, *, waiting_since: datetime | None = None, limit: int = 200
    ) -> list[Message]:
        """The messages made since a moment that no channel took, neither they nor any fallback, the newest first."""
        ...


def read_undelivered(store: Messages, open_alerts: Collection[int], at: datetime) -> tuple[Message, ...]:
    """The undelivered messages of a moment that still matter."""
    return that_matter(store.undelivered(at - LOOKED_BACK, waiting_since=at - OVERDUE), open_alerts)


def that_matter(messages: Sequence[Message], open_alerts: Collection[int]) -> tuple[Message, ...]:
    """Those of open alerts, and those of none, as a test is: of alerts that have ended all is history."""
    open_ids = frozenset(open_alerts)
    return tuple(message for message in messages if not message.alerts or open_ids.intersection(message.alerts))
