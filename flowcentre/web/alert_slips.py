"""The forms of alerts as a browser sends them, read strictly: what they ask for, and what is wrong with them in plain words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from flowcentre.feeds.author import NotAnAuthor, author_of
from flowcentre.measures.derive import LONDON
from flowcentre.picture.alerts_now import LONGEST_WORDS, SilenceEnd
from flowcentre.web.slips import NotASlip

LONGEST_SILENCE = timedelta(hours=24)
_LENGTHS = (timedelta(hours=1), timedelta(hours=4), LONGEST_SILENCE)
_MORNING = time(8)
_NEAR = timedelta(minutes=15)  # a morning nearer than that is nobody's choice
_KEY = "%Y-%m-%dT%H:%MZ"
_NOT_OURS = "This is not a form of this page: open it again."
# A telephone number, an NHS number, a date of birth: a reason needs none of them.
_LONG_NUMBER = re.compile(
    r"(?:\d[ /._\u2010-\u2015-]?){7,}"
    r"|(?:\d[ /.()_\u2010-\u2015-]{0,2}){9,}"
    r"|(?<!\d)\d{3}[\W_]{0,3}\d{3}[\W_]{0,3}\d{4}(?!\d)"
)
_DATE = re.compile(
    r"(?<!\d)\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})(?!\d)"
    r"|(?<!\d)\d{1,2}(?:st|nd|rd|th)?[ -]*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ ,.-]*(?:19|20)\d\d(?!\d)",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}\b", re.IGNORECASE)


class Do(StrEnum):
    """What a form asks for."""

    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"
    CLOSE = "close"
    END = "end"  # of a silence


class NotSaid(ValueError):
    """Something in a form that its sender can put right; says what, in plain words, and never repeats it."""


@dataclass(frozen=True, slots=True)
class AlertSlip:
    """A form as it was filled in."""

    do: Do
    by: str
    words: str = ""
    everywhere: bool = False
    until: datetime | None = None  # of a silence


def what_of(fields: Mapping[str, str], *allowed: Do) -> Do:
    """Which of the forms of a page it is. Raises NotASlip."""
    if fields.get("do") not in allowed:
        raise NotASlip(_NOT_OURS)
    return Do(fields["do"])


def alert_slip(fields: Mapping[str, str], do: Do, who: str | None, at: datetime) -> AlertSlip:
    """A form of an alert; ``who`` is signed in, where anybody is. Raises NotASlip and NotSaid."""
    words = said(fields.get("words", ""), needed=do in (Do.SILENCE, Do.CLOSE))
    until, everywhere = None, False
    if do is Do.SILENCE:
        if fields.get("where") not in ("here", "everywhere"):
            raise NotASlip(_NOT_OURS)
        everywhere = fields["where"] == "everywhere"
        until = _until(fields.get("until", ""), at)
    try:
        by = author_of(fields.get("author", "")) if who is None else who
    except NotAnAuthor as why:
        raise NotSaid(str(why)) from None
    return AlertSlip(do, by, words, everywhere, until)


def said(text: str, *, needed: bool, longest: int = LONGEST_WORDS) -> str:
    """A reason as it is kept: blanks tidied. Raises NotSaid."""
    words = " ".join(text.split())
    if needed and not any(letter.isalpha() for letter in words):
        raise NotSaid("Say why, in a few words.")
    if len(words) > longest:
        raise NotSaid(f"In {longest} letters at most, please.")
    plain = unicodedata.normalize("NFKC", words)  # wide letters and digits are letters and digits
    if "@" in plain or "://" in plain or "www." in plain.casefold():
        raise NotSaid("No e-mail or web address, please.")
    if _LONG_NUMBER.search(plain) or _DATE.search(plain) or _POSTCODE.search(plain):
        raise NotSaid("No telephone number, NHS number, date of birth or postcode, please: nothing of a patient.")
    if not words.isprintable():
        raise NotSaid("Letters and numbers, please.")
    return words


def silence_ends(now: datetime, chosen: str = "") -> tuple[SilenceEnd, ...]:
    """Until when something may be silenced, the soonest first: lengths, and eight in the morning of London. A day at most."""
    today = now.astimezone(LONDON).date()
    mornings = (datetime.combine(today + timedelta(days=days), _MORNING, LONDON).astimezone(UTC) for days in (0, 1))
    offered: dict[datetime, timedelta | None] = {
        (now + length).replace(second=0, microsecond=0): length for length in _LENGTHS
    }
    for morning in mornings:
        if now + _NEAR <= morning <= now + LONGEST_SILENCE:
            offered.setdefault(morning, None)
            break
    keys = [moment.strftime(_KEY) for moment in offered]
    wanted = chosen if chosen in keys else keys[0]
    found = [
        SilenceEnd(key, moment, length, key == wanted)
        for key, (moment, length) in zip(keys, offered.items(), strict=True)
    ]
    return tuple(sorted(found, key=lambda end: end.ends_at))


def _until(key: str, at: datetime) -> datetime:
    try:
        moment = datetime.strptime(key, _KEY).replace(tzinfo=UTC)
    except ValueError:
        raise NotASlip("Choose until when.") from None
    if moment <= at:
        raise NotSaid("That time has passed: choose until when.")
    if moment > at + LONGEST_SILENCE:
        raise NotSaid("A silence lasts a day at most: choose until when.")
    return moment
