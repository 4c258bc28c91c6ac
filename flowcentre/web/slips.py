"""A form as a browser sends it, read strictly: its fields, each once, and the mark by which it is known again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from flowcentre.access.asking import asking

MOST_BYTES = 8_000
_MOST_FIELDS = 60
_NONCE = 16  # letters
_MARK = re.compile(r"[A-Za-z0-9_-]{16,64}")
NOT_OURS = "This is not a form of this page: open it again."


class NotASlip(ValueError):
    """A form that was not sent as it was drawn; says so, in plain words."""


def mark_in(fields: Mapping[str, str]) -> str:
    """The mark with which a form was drawn. Raises NotASlip."""
    mark = fields.get("form", "")
    if not _MARK.fullmatch(mark):
        raise NotASlip(NOT_OURS)
    return mark


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
        raise NotASlip(NOT_OURS) from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise NotASlip(NOT_OURS)
    return fields


def fields_or_none(body: bytes) -> dict[str, str]:
    """The fields of a form; none of one that is not as a browser sends it: whoever reads it will say so."""
    try:
        return fields_of(body)
    except NotASlip:
        return {}
