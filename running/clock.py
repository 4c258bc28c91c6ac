"""The clock: below the command line the present is handed in, and this is where it comes from."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present, in UTC: the one place where the clock is read."""
    return datetime.now(UTC)
