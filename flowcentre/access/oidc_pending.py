"""A sign-in that has begun and not ended: what the browser keeps of it, and that nothing is taken twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from flowcentre.access.oidc_tokens import NotSignedInBecause

WITHIN = timedelta(minutes=10)  # from the beginning of a sign-in to its end
AGAIN = "This sign-in took too long, or was begun in another window. Please try again."
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that has begun. ``handle`` goes into a cookie of the browser that began it, and ``pending_of`` has the rest.

    State, nonce and verifier come from the handle by HMAC: any process can end what another began, nothing is kept, and
    what stands in the addresses that a browser is sent to tells nothing of the verifier.
    """

    handle: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    begun_at: datetime


def begun(at: datetime) -> Pending:
    """One that begins now."""
    return pending_of(f"{int(at.timestamp())}.{secrets.token_urlsafe(32)}")


def pending_of(handle: str) -> Pending:
    """The sign-in that a handle belongs to. Raises NotSignedInBecause where it is none of ours."""
    found = re.fullmatch(r"(\d{1,12})\.([\w-]{43})", handle, re.ASCII)
    if found is None:
        raise NotSignedInBecause("the sign-in's cookie is missing or is none of ours", AGAIN)

    def made(of: str) -> str:
        digest = hmac.digest(found[2].encode(), f"{of} {found[1]}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    try:
        begun_at = datetime.fromtimestamp(int(found[1]), UTC)
    except (ValueError, OverflowError, OSError):
        raise NotSignedInBecause("the sign-in's cookie is none of ours", AGAIN) from None
    return Pending(handle, made("state"), made("nonce"), made("verifier"), begun_at)


class Once:
    """Remembers what was taken, in this process and up to 10,000 of it, so that it is not taken twice."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until: dict[str, datetime] = {}

    def take(self, what: str, at: datetime, until: datetime) -> bool:
        """Remember it until then. False: it was there before."""
        with self._lock:
            if self._until.get(what, at) > at:
                return False
            if len(self._until) >= _REMEMBERED:
                self._until = {each: end for each, end in self._until.items() if end > at}
            while len(self._until) >= _REMEMBERED:
                self._until.pop(next(iter(self._until)))
            self._until[what] = until
            return True
