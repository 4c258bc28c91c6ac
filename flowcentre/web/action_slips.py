"""The forms of actions as a browser sends them, read strictly: what they ask for, and what is wrong with them in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from flowcentre.feeds.author import NotAnAuthor, author_of
from flowcentre.model import County, Noted
from flowcentre.picture.actions_now import is_chased
from flowcentre.picture.offered import Offered
from flowcentre.web.moments import NEAR, after, in_london, key_of, moment_of, offered
from flowcentre.web.slip_parts import NotSaid, by_whom, said, what_of
from flowcentre.web.slips import NotASlip, mark_in, mark_of

FURTHEST = timedelta(days=14)
_LENGTHS = tuple(timedelta(minutes=minutes) for minutes in (30, 60, 120, 240))
_FIRST = timedelta(hours=1)  # what is chosen until somebody chooses
_CLOCKS = (time(8), time(12), time(17))
_DAYS = (0, 1, 2, 7)


class Do(StrEnum):
    """What a form asks for."""

    LOG = "log"
    DONE = "done"
    TRIED = "tried"
    MOVED = "moved"
    DROPPED = "dropped"
    REOPENED = "reopened"


_OF = ("alert", "huddle", "trigger", "place", "measure")  # what says what an action is of
NOTED = {
    Do.DONE: Noted.DONE,
    Do.TRIED: Noted.TRIED,
    Do.MOVED: Noted.MOVED,
    Do.DROPPED: Noted.DROPPED,
    Do.REOPENED: Noted.REOPENED,
}
_NEEDS_WORDS = {
    Do.TRIED: "Say what was tried, in a few words.",
    Do.DROPPED: "Say why it will not be done, in a few words.",
    Do.REOPENED: "Say why it is opened again, in a few words.",
}


@dataclass(frozen=True, slots=True)
class ActionSlip:
    """A form as it was filled in."""

    do: Do
    by: str
    words: str = ""  # of a new action what is to be done
    who: str | None = None
    due_at: datetime | None = None
    mark: str = ""  # of the form and what stands in it


def action_slip(
    fields: Mapping[str, str], *allowed: Do, county: County, signed_in: str | None, at: datetime
) -> ActionSlip:
    """A form of an action; ``signed_in`` is who is, where anybody is. Raises NotASlip and NotSaid."""
    do = what_of(fields, *allowed)
    if do is Do.LOG:
        words = _needed(fields.get("what", ""), "Say what is to be done, in a few words.", at)
    else:
        words = _needed(fields.get("words", ""), _NEEDS_WORDS.get(do), at)
    who, due_at = None, None
    if do in (Do.LOG, Do.MOVED, Do.REOPENED):
        who = _who(fields, county, needed=do is Do.LOG)
        due_at = _due(fields.get("due", ""), at, needed=do is Do.LOG)
    if do is Do.MOVED and who is None and due_at is None:
        raise NotSaid("Choose another time, or somebody else.")
    mark = mark_in(fields) if do is Do.LOG else fields.get("form", "")
    by = by_whom(fields, signed_in)
    if do is Do.LOG:
        mark = mark_of(mark, by, words, who or "", *(fields.get(name, "") for name in ("due", *_OF)))
    return ActionSlip(do, by, words, who, due_at, mark)


def dues(now: datetime, chosen: str = "") -> tuple[Offered, ...]:
    """By when something may be asked for, the soonest first: lengths, and times of day of London."""
    moments: dict[datetime, timedelta | None] = {after(now, length): length for length in _LENGTHS}
    if (picked := moment_of(chosen)) is not None and now < picked <= now + FURTHEST:
        moments.setdefault(picked, None)  # what was chosen a minute ago is still there to be chosen
    for days in _DAYS:
        for clock in _CLOCKS if days < 2 else _CLOCKS[-1:]:
            moment = in_london(now, days, clock)
            if moment >= now + NEAR:
                moments.setdefault(moment, None)
    return offered(moments, chosen or key_of(after(now, _FIRST)))


def role_of(text: str) -> str:
    """Somebody who is to do something, as a role in plain words. Raises NotSaid."""
    try:
        return author_of(text)
    except NotAnAuthor as why:
        raise NotSaid(f"Who is to do it: {str(why)[0].lower()}{str(why)[1:]}") from None


def _needed(text: str, otherwise: str | None, at: datetime) -> str:
    words = said(text, needed=False, at=at)
    if otherwise is not None and not any(letter.isalpha() for letter in words):
        raise NotSaid(otherwise)
    return words


def _who(fields: Mapping[str, str], county: County, *, needed: bool) -> str | None:
    chosen, written = fields.get("who", ""), fields.get("role", "").strip()
    if chosen and written:
        raise NotSaid("Choose who is to do it, or write another role: not both.")
    if chosen:
        if not is_chased(county, chosen):
            raise NotASlip("Choose who is to do it.")
        return chosen
    if written:
        return role_of(written)
    if needed:
        raise NotSaid("Say who is to do it: choose, or write a role.")
    return None


def _due(key: str, at: datetime, *, needed: bool) -> datetime | None:
    if not key and not needed:
        return None
    moment = moment_of(key)
    if moment is None:
        raise NotASlip("Choose by when.")
    if moment <= at:
        raise NotSaid("That time has passed: choose by when.")
    if moment > at + FURTHEST:
        raise NotASlip("Choose by when.")
    return moment
