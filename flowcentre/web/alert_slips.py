"""The forms of alerts as a browser sends them, read strictly: what they ask for, and what is wrong with them in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flowcentre.picture.offered import Offered
from flowcentre.web.moments import end_of, ends
from flowcentre.web.slip_parts import by_whom, said
from flowcentre.web.slips import NOT_OURS, NotASlip

LONGEST_SILENCE = timedelta(hours=24)
_LENGTHS = (timedelta(hours=1), timedelta(hours=4), LONGEST_SILENCE)


class Do(StrEnum):
    """What a form asks for."""

    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"
    CLOSE = "close"
    END = "end"  # of a silence


@dataclass(frozen=True, slots=True)
class AlertSlip:
    """A form as it was filled in."""

    do: Do
    by: str
    words: str = ""
    everywhere: bool = False
    until: datetime | None = None  # of a silence


def alert_slip(fields: Mapping[str, str], do: Do, who: str | None, at: datetime) -> AlertSlip:
    """A form of an alert; ``who`` is signed in, where anybody is. Raises NotASlip and NotSaid."""
    words = said(fields.get("words", ""), needed=do in (Do.SILENCE, Do.CLOSE), at=at)
    until, everywhere = None, False
    if do is Do.SILENCE:
        if fields.get("where") not in ("here", "everywhere"):
            raise NotASlip(NOT_OURS)
        everywhere = fields["where"] == "everywhere"
        until = end_of(
            fields.get("until", ""),
            at,
            longest=LONGEST_SILENCE,
            choose="until when",
            too_long="A silence lasts a day at most",
        )
    return AlertSlip(do, by_whom(fields, who), words, everywhere, until)


def silence_ends(now: datetime, chosen: str = "") -> tuple[Offered, ...]:
    """Until when something may be silenced, the soonest first: lengths, and eight in the morning of London. A day at most."""
    return ends(now, _LENGTHS, usual=_LENGTHS[0], chosen=chosen)
