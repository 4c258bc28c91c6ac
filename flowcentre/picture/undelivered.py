"""Messages of alerts that have reached nobody: neither by their own way nor by the one that was tried instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from flowcentre.model import Message
from flowcentre.store import ChannelHealth

LOOKED_BACK = timedelta(hours=24)
OVERDUE = timedelta(minutes=1)  # a message that nobody has even tried to send by then is in trouble too


class Channels(Protocol):
    """What is needed of the store."""

    def channel_health(self, since: datetime, /) -> Mapping[str, ChannelHealth]: ...


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


def read_failing(store: Channels, at: datetime) -> tuple[tuple[str, datetime], ...]:
    """The channels that have delivered nothing for a minute though they were tried, and since when; the first first."""
    health = store.channel_health(at - LOOKED_BACK)
    failing = [(each.failing_since, channel) for channel, each in health.items() if each.failing_since is not None]
    return tuple((channel, since) for since, channel in sorted(failing) if at - since >= OVERDUE)


def that_matter(messages: Sequence[Message], open_alerts: Collection[int]) -> tuple[Message, ...]:
    """Those of open alerts, and those of none, as a test is: of alerts that have ended all is history."""
    open_ids = frozenset(open_alerts)
    return tuple(message for message in messages if not message.alerts or open_ids.intersection(message.alerts))
