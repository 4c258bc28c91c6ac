"""Who typed a value in and until when it holds, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from flowcentre.model import Typed
from layouts.parts.words import LONDON, when_words


def typed_words(typed: Typed, at: datetime) -> str:
    """ "Typed in by duty manager at 09:12, holds until 13:12", or "..., expired at 13:12"."""
    ends = "holds until" if at < typed.expires_at else "expired"
    return f"Typed in by {typed.author} {_at(typed.typed_at, at)}, {ends} {_until(typed.expires_at, at)}"


def until_words(moment: datetime, at: datetime) -> str:
    """A moment to come as one speaks of it: "13:12", "tomorrow 08:00", "24 Nov 08:00"."""
    local, today = moment.astimezone(LONDON), at.astimezone(LONDON).date()
    if local.date() - today == timedelta(days=1):
        return f"tomorrow {local:%H:%M}"
    return when_words(moment, at)


def _at(moment: datetime, at: datetime) -> str:
    words = when_words(moment, at)
    return f"at {words}" if len(words) == len("09:12") else words


def _until(moment: datetime, at: datetime) -> str:
    if at < moment:
        return until_words(moment, at)
    return _at(moment, at)
