"""Lengths of time as people say them: those that somebody has set to the second, those that were measured to the minute."""

from __future__ import annotations

from datetime import timedelta

_PARTS = ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s"))


def length_words(length: timedelta) -> str:
    """A length of time: "30 s", "15 min", "2 h", "11 h 01 min", "27 days 23 h", "62 days"."""
    seconds = int(length.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes <= 90 and (minutes < 60 or minutes % 60):
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest:02} min" if rest else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} days {hours} h" if hours else f"{days} days"


def set_length_words(length: timedelta) -> str:
    """A length that somebody has set, and that is never another one: "1 min 30 s", "2 h", "1 day 12 h"."""
    seconds = int(length.total_seconds())
    if length == timedelta(seconds=seconds) and seconds % 60 == 0 and (seconds < 172_800 or seconds % 3_600 == 0):
        return length_words(length)
    said = []
    for size, unit in _PARTS:
        number, seconds = divmod(seconds, size)
        if number:
            said.append(f"{number} {unit}{'s' if unit == 'day' and number > 1 else ''}")
    return " ".join(said) or "0 s"
