"""A form as a browser sends it, read strictly: what it holds, and what is wrong with it in plain words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from urllib.parse import parse_qsl

from flowcentre.access.asking import asking
from flowcentre.measures.derive import LONDON
from flowcentre.model import AskedPlace, Hold, Slip

MOST_BYTES = 8_000
_MOST_FIELDS = 60
_LONGEST_CELL = 40  # letters; the connector says what is wrong with a long one
_NONCE = 16  # letters
_MARK = re.compile(r"[A-Za-z0-9_-]{16,64}")
_LENGTHS = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=24))
_MORNING = time(8)
_NEAR = timedelta(minutes=15)  # a morning nearer than that is nobody's choice
_NOT_OURS = "This is not a form of this page: open it again."


class NotASlip(ValueError):
    """A form that was not sent as it was drawn; says so, in plain words."""


def mark_of(form: str, *said: str) -> str:
    """The mark of a form and of what stands in it: sent twice it counts once, and put right after going back it counts anew."""
    return hashlib.sha256("\n".join((form, *said)).encode()).hexdigest()


def fresh_mark() -> str:
    """A mark for a form that is drawn: sent twice, it is known again. Of somebody with a session, it is theirs alone."""
    asker = asking.get()
    if asker is None or not asker.key:
        return secrets.token_urlsafe(16)
    nonce = secrets.token_urlsafe(12)
    return nonce + _signed(asker.key, nonce)


def is_own_mark(mark: str, key: str) -> bool:
    """Was a form with this mark drawn for the session with this key?"""
    nonce, signed = mark[:_NONCE], mark[_NONCE:]
    return bool(key) and hmac.compare_digest(signed.encode(), _signed(key, nonce).encode())


def page_mark(key: str) -> str:
    """What a page's script sends with each of its questions: no other site can read it out of the cookie."""
    return _signed(key, "page")


def _signed(key: str, what: str) -> str:
    digest = hmac.digest(key.encode(), what.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a form, each once. Raises NotASlip."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise NotASlip(_NOT_OURS) from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise NotASlip(_NOT_OURS)
    return fields


def fields_or_none(body: bytes) -> dict[str, str]:
    """The fields of a form; none of one that is not as a browser sends it: whoever reads it will say so."""
    try:
        return fields_of(body)
    except NotASlip:
        return {}


def slip_of(fields: Mapping[str, str], asked: AskedPlace, author: str | None) -> Slip:
    """A form as it was filled in; ``author`` is who is signed in, where anybody is. Raises NotASlip."""
    figures: dict[str, dict[str, str]] = {}
    for service in asked.services:
        for figure in service.figures:
            cell = fields.get(service.field(figure))
            if cell is None or len(cell) > _LONGEST_CELL:
                raise NotASlip(_NOT_OURS)
            # A full stop or a comma before a half: both are on telephones' keys.
            figures.setdefault(service.name, {})[figure.column] = re.sub(r",(?=\d$)", ".", cell.strip())
    mark = fields.get("form", "")
    if not _MARK.fullmatch(mark):
        raise NotASlip(_NOT_OURS)
    said = fields.get("author", "") if author is None else author
    sure, role = fields.get("sure") == "yes", author is not None or fields.get("role") == "yes"
    return Slip(asked.place, figures, said, _held_for(fields.get("holds", "")), mark, sure, role)


def choices(asked: AskedPlace, now: datetime, chosen: str | None = None) -> tuple[Hold, ...]:
    """How long what is typed may hold, the shortest first: lengths, and until eight in the morning of London."""
    today = now.astimezone(LONDON).date()
    mornings = (datetime.combine(today + timedelta(days=days), _MORNING, LONDON).astimezone(UTC) for days in (0, 1))
    morning = next(morning for morning in mornings if morning - now >= _NEAR)
    until: list[timedelta | datetime] = [*{*_LENGTHS, asked.holds_for}, morning]
    until.sort(key=lambda holds: holds if isinstance(holds, datetime) else now + holds)
    found = [Hold(holds) for holds in until]
    wanted = chosen if chosen in [hold.key for hold in found] else Hold(asked.holds_for).key
    return tuple(replace(hold, chosen=hold.key == wanted) for hold in found)


def _held_for(key: str) -> timedelta | datetime:
    if re.fullmatch(r"\d{1,6}", key, re.ASCII):
        return timedelta(seconds=int(key))
    try:
        return datetime.strptime(key, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        raise NotASlip("Choose how long it holds.") from None
