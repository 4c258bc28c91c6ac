"""What has to survive when things break: backups, the picture to fall back on, and how both stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Backups:
    """Backups that a running Flow Centre makes of its SQLite store by itself."""

    folder: str
    every: timedelta = timedelta(days=1)
    keep: int = 14  # the newest so many


@dataclass(frozen=True, slots=True)
class Fallback:
    """Boards as pages that need no server, for the day on which there is none."""

    folder: str
    every: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Ending:
    """A certificate that was looked at: whose, and when it ends."""

    host: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Upkeep:
    """How the server itself stands, as it was last looked at; None is what nobody knows."""

    troubles: tuple[str, ...] = ()  # what somebody has to see to, in words
    backup_at: datetime | None = None  # the newest backup
    certificates: tuple[Ending, ...] = ()
    fallback_at: datetime | None = None  # the moment that the pages to fall back on show
    disk_free: int | None = None  # bytes, where the store lies
    disk_size: int | None = None
