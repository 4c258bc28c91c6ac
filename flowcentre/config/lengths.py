"""Lengths of time as people write them: ``30s``, ``15m``, ``2h``, ``62d``."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LENGTH = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
LONGEST = timedelta(days=3650)


def parse_length(text: str) -> timedelta:
    """The length that a text gives. Raises ValueError with the reason, for anything else or over ten years."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise ValueError("is not a length of time")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if length > LONGEST:
        raise ValueError("is longer than ten years")
    return length


def write_length(length: timedelta) -> str:
    """A length as a configuration writes it, in the largest unit that leaves no rest."""
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
