"""The forms of a huddle as a browser sends them, read strictly: what they ask for, and what is wrong with them in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flowcentre.picture.huddle import LONGEST_MINUTE
from flowcentre.web.slip_parts import NotSaid, by_whom, said, what_of
from flowcentre.web.slips import mark_in, mark_of


class Do(StrEnum):
    """What a form asks for."""

    OPEN = "open"
    MINUTE = "minute"
    CLOSE = "close"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class HuddleSlip:
    """A form as it was filled in."""

    do: Do
    by: str
    words: str = ""  # of a minute
    mark: str = ""  # of the form and what stands in it: sent twice it counts once, and put right it is another line
    sends: bool = False  # the sitrep, when the huddle is closed


def huddle_slip(fields: Mapping[str, str], *allowed: Do, signed_in: str | None, at: datetime) -> HuddleSlip:
    """A form of a huddle; ``signed_in`` is who is, where anybody is. Raises NotASlip and NotSaid."""
    do, mark, words = what_of(fields, *allowed), fields.get("form", ""), ""
    if do is Do.MINUTE:
        mark = mark_in(fields)
        words = minute_of(fields.get("words", ""), at)
        if not any(letter.isalnum() for letter in words):
            raise NotSaid("Write what was said, in a few words.")
    by = by_whom(fields, signed_in)
    if do is Do.MINUTE:  # a browser's way back leads to the same form, with other words in it
        mark = mark_of(mark, by, words)
    return HuddleSlip(do, by, words, mark, sends=fields.get("send") == "yes")


def minute_of(text: str, at: datetime) -> str:
    """A line of the minutes as it is kept. Raises NotSaid."""
    return said(text, needed=False, at=at, longest=LONGEST_MINUTE)
