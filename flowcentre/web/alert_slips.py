"""The forms of alerts as a browser sends them, read strictly: what they ask for, and what is wrong with them in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from flowcentre.feeds.author import NotAnAuthor, author_of
from flowcentre.feeds.of_a_person import EMAIL, WEB, looks_like
from flowcentre.measures.derive import LONDON
from flowcentre.picture.alerts_now import LONGEST_WORDS, SilenceEnd
from flowcentre.web.slips import NotASlip

LONGEST_SILENCE = timedelta(hours=24)
_LENGTHS = (timedelta(hours=1), timedelta(hours=4), LONGEST_SILENCE)
_MORNING = time(8)
_NEAR = timedelta(minutes=15)  # a morning nearer than that is nobody's choice
_KEY = "%Y-%m-%dT%H:%MZ"
_NOT_OURS = "This is not a form of this page: open it again."


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
    words = said(fields.get("words", ""), needed=do in (Do.SILENCE, Do.CLOSE), at=at)
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


def said(text: str, *, needed: bool, at: datetime, longest: int = LONGEST_WORDS) -> str:
    """A reason as it is kept: blanks tidied. ``at`` says which days are near enough to be of work. Raises NotSaid."""
    words = " ".join(text.split())
    kind = looks_like(words, at)
    if kind is None and needed and not any(letter.isalpha() for letter in words):
        raise NotSaid("Say why, in a few words.")
    if len(words) > longest:
        raise NotSaid(f"In {longest} letters at most, please.")
    if kind in (EMAIL, WEB):
        raise NotSaid("No e-mail or web address, please.")
    if kind is not None:
        raise NotSaid(f"It holds what looks like {kind}: write it without, and with nothing of a patient.")
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
