"""What the server needs of alerts: where they are read, and where what people do is kept. Both block."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from flowcentre.model import Picture, Silence
from flowcentre.picture.alerts_now import AlertsNow, AlertStory


class AlertReading(Protocol):
    """What the server needs of ``flowcentre.picture.alerts_now.AlertBook``. It blocks: call it in a thread."""

    def read(self, picture: Picture | None = None, *, since: datetime | None = None) -> AlertsNow:
        """Alerts as they stand, with those that ended since a moment."""
        ...

    def story(self, id: int) -> AlertStory | None:
        """One alert with all that happened to it."""
        ...

    def silence(self, id: int) -> Silence | None:
        """A silence that is in force or to come."""
        ...


class AlertDesk(Protocol):
    """What it needs of the store to take in what people do. It blocks too."""

    def acknowledge(self, alert: int, by: str, at: datetime, words: str = "") -> bool:
        """Note that somebody has taken an alert up; False where there is nothing to take up."""
        ...

    def close_alert(self, alert: int, by: str, at: datetime, words: str) -> bool:
        """End an alert that cannot tell; False for any other."""
        ...

    def silence(self, rule: str, subject: str, reason: str, by: str, starts_at: datetime, ends_at: datetime) -> Silence:
        """Have nobody told for a while."""
        ...

    def end_silence(self, silence: int, at: datetime, by: str) -> bool:
        """End a silence before its time; False where it has ended."""
        ...

    def silences(self, at: datetime) -> list[Silence]:
        """The silences in force or to come."""
        ...
