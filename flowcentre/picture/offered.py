"""A moment that a form offers, to be chosen: until when something is silenced or holds, by when it is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Offered:
    """One of the moments among which one is chosen."""

    key: str  # as the form sends it
    at: datetime
    length: timedelta | None = None  # None: a time of day
    chosen: bool = False
