"""What the forms of alerts, actions, huddles and pressure have in common: how each is read, and what is said of one that is not kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import structlog

from flowcentre.access.acts import NotYours
from flowcentre.feeds.author import NotAnAuthor, author_of
from flowcentre.feeds.of_a_person import EMAIL, WEB, looks_like
from flowcentre.picture.alerts_now import LONGEST_WORDS
from flowcentre.web.failures import kind_and_place
from flowcentre.web.slips import NOT_OURS, NotASlip

NOT_KEPT = (
    "This may not have been kept: the store does not answer. Send it again in a moment; sent twice, it counts once."
)
log = structlog.get_logger(__name__)
_Do = TypeVar("_Do", bound=StrEnum)


class NotSaid(ValueError):
    """Something in a form that its sender can put right; says what, in plain words, and never repeats it."""


_STATUS = {NotASlip: 400, NotYours: 403, NotSaid: 422}


def refusal_of(error: Exception, what: str, **about: object) -> tuple[int, str]:
    """The status and the words with which a form comes back that was not kept.

    Of an error that is nobody's mistake it is logged that ``what`` happened, with its fields ``about``.
    """
    for kind, status in _STATUS.items():
        if isinstance(error, kind):
            return status, str(error)
    log.error(what, **about, **kind_and_place(error))
    return 503, NOT_KEPT


def what_of(fields: Mapping[str, str], *allowed: _Do) -> _Do:
    """Which of the forms of a page it is. Raises NotASlip."""
    for each in allowed:
        if fields.get("do") == each:
            return each
    raise NotASlip(NOT_OURS)


def by_whom(fields: Mapping[str, str], signed_in: str | None) -> str:
    """Who sent a form: who is signed in, where anybody is, else who it says. Raises NotSaid."""
    if signed_in is not None:
        return signed_in
    try:
        return author_of(fields.get("author", ""))
    except NotAnAuthor as why:
        raise NotSaid(str(why)) from None


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


def unless_refused(check: Callable[[str], str], text: str) -> str:
    """What somebody wrote, or nothing where it would not be kept."""
    try:
        return check(text)
    except ValueError:
        return ""


def number_of(text: str) -> int | None:
    """The number of an alert, an action or a huddle in an address or a form; None where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
