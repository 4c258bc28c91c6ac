"""The form that declares a level, as a browser sends it, read strictly: what it holds, and what is wrong in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flowcentre.model import LEVELS_OF_PRESSURE
from flowcentre.picture.offered import Offered
from flowcentre.web.moments import end_of, ends
from flowcentre.web.slip_parts import by_whom, said
from flowcentre.web.slips import NotASlip, mark_in, mark_of

_LENGTHS = (timedelta(hours=4), timedelta(hours=8), timedelta(hours=12), timedelta(hours=24))
USUAL = timedelta(hours=12)


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
    mark = mark_in(fields)
    level = fields.get("level", "")
    if level not in {str(each) for each in LEVELS_OF_PRESSURE}:
        raise NotASlip("Choose a level.")
    reason = said(fields.get("words", ""), needed=True, at=at)
    until = end_of(
        fields.get("until", ""),
        at,
        longest=max(_LENGTHS),
        choose="until when it holds",
        too_long="A level holds a day at most",
    )
    by = by_whom(fields, who)
    mark = mark_of(mark, level, reason, by, fields.get("until", ""))
    return DeclareSlip(mark, int(level), reason, by, until)


def hold_ends(now: datetime, chosen: str = "") -> tuple[Offered, ...]:
    """Until when a level may hold, the soonest first: lengths, and the next eight in the morning of London."""
    return ends(now, _LENGTHS, usual=USUAL, chosen=chosen)
