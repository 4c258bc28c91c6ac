"""The form that declares a level, as a browser sends it, read strictly: what it holds, and what is wrong in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from flowcentre.feeds.author import NotAnAuthor, author_of
from flowcentre.measures.derive import LONDON
from flowcentre.model import LEVELS_OF_PRESSURE
from flowcentre.picture.pressure_book import HoldEnd
from flowcentre.web.alert_slips import NotSaid, said
from flowcentre.web.slips import NotASlip, mark_of

_LENGTHS = (timedelta(hours=4), timedelta(hours=8), timedelta(hours=12), timedelta(hours=24))
USUAL = timedelta(hours=12)
LONGEST = max(_LENGTHS)
_MORNING = time(8)
_NEAR = timedelta(minutes=15)  # a morning nearer than that is nobody's choice
_KEY = "%Y-%m-%dT%H:%MZ"
_MARK = re.compile(r"[A-Za-z0-9_-]{16,64}")
_NOT_OURS = "This is not a form of this page: open it again."


@dataclass(frozen=True, slots=True)
class DeclareSlip:
    """The form as it was filled in."""

    mark: str  # of the form and what stands in it
    level: int
    reason: str
    by: str
    holds_until: datetime


def declare_slip(fields: Mapping[str, str], who: str | None, at: datetime) -> DeclareSlip:
    """What somebody declares; ``who`` is signed in, where anybody is. Raises NotASlip and NotSaid."""
    mark = fields.get("form", "")
    if not _MARK.fullmatch(mark):
        raise NotASlip(_NOT_OURS)
    level = fields.get("level", "")
    if level not in {str(each) for each in LEVELS_OF_PRESSURE}:
        raise NotASlip("Choose a level.")
    reason = said(fields.get("words", ""), needed=True, at=at)
    until = _until(fields.get("until", ""), at)
    try:
        by = author_of(fields.get("author", "")) if who is None else who
    except NotAnAuthor as why:
        raise NotSaid(str(why)) from None
    mark = mark_of(mark, level, reason, by, fields.get("until", ""))
    return DeclareSlip(mark, int(level), reason, by, until)


def hold_ends(now: datetime, chosen: str = "") -> tuple[HoldEnd, ...]:
    """Until when a level may hold, the soonest first: lengths, and the next eight in the morning of London."""
    today = now.astimezone(LONDON).date()
    mornings = (datetime.combine(today + timedelta(days=days), _MORNING, LONDON).astimezone(UTC) for days in (0, 1))
    offered: dict[datetime, timedelta | None] = {
        (now + length).replace(second=0, microsecond=0): length for length in _LENGTHS
    }
    for morning in mornings:
        if now + _NEAR <= morning <= now + LONGEST:
            offered.setdefault(morning, None)
            break
    keys = {moment.strftime(_KEY): (moment, length) for moment, length in offered.items()}
    usual = next(key for key, (_, length) in keys.items() if length == USUAL)
    wanted = chosen if chosen in keys else usual
    found = [HoldEnd(key, moment, length, key == wanted) for key, (moment, length) in keys.items()]
    return tuple(sorted(found, key=lambda end: end.ends_at))


def _until(key: str, at: datetime) -> datetime:
    try:
        moment = datetime.strptime(key, _KEY).replace(tzinfo=UTC)
    except ValueError:
        raise NotASlip("Choose until when it holds.") from None
    if moment <= at:
        raise NotSaid("That time has passed: choose until when it holds.")
    if moment > at + LONGEST:
        raise NotSaid("A level holds a day at most: choose until when.")
    return moment
