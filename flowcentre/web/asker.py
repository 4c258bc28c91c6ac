"""Who asks, found out of a request: a session, a display's token, a machine's, or a proxy in front that has signed people in.

What the store says of a token is believed for a second, here and nowhere else, and it is asked in threads of its own: pages
that are being drawn hold up nobody's sign-in, and a store that hangs holds up no stream.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.datastructures import Headers

from flowcentre.access.addresses import Addresses
from flowcentre.access.asking import Asking
from flowcentre.access.repeated import Repeated
from flowcentre.access.sessions import ACTIVE_EVERY
from flowcentre.access.strangers import Strangers
from flowcentre.model import Account
from flowcentre.model.access import Identity, Session
from flowcentre.web.browsers import Browsers

SESSION, DISPLAY, MARK = "__Host-flow-session", "__Host-flow-display", "__Host-flow-mark"
PENDING = "__Host-flow-pending"  # a sign-in at a provider that has begun
DEVICE = "__Host-flow-device"  # a browser in which somebody has signed in by a local account
BELIEVED_FOR = 1.0  # seconds: what another server ends or revokes is ended here that much later
_MOST_BELIEVED = 10_000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,200}")
_BEARER = re.compile(r"bearer ([A-Za-z0-9._~+/=-]{16,500})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ways:
    """By what somebody can be known. ``session``, ``active``, ``display`` and ``accounts`` ask the store: call them in a thread."""

    session: Callable[[str, datetime], Session | None]
    active: Callable[[str, datetime], None]
    display: Callable[[str, datetime], Identity | None]
    machine: Callable[[str], Identity | None]
    accounts: Callable[[], Iterable[Account]] = tuple
    proxied: Callable[[Headers, str], Identity | None] | None = None


class NotKnown(Exception):
    """Whoever asks says who they are, and it is not so: a bearer token that is nobody's."""


@dataclass
class Asker:
    """Finds out who asks, and from where. ``key`` marks the forms of those whom a proxy has signed in: they have no session
    here. ``strangers`` bounds what those may ask who are not known, ``signing_in`` how much is asked of sign-in from one address,
    ``signing_out`` how much is said there as an identity provider, and ``browsers`` knows those for whom the first two are no
    bound.
    """

    ways: Ways
    now: Callable[[], datetime]
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    addresses: Addresses = field(default_factory=Addresses)
    strangers: Strangers = field(init=False)
    signing_in: Strangers = field(init=False)
    signing_out: Strangers = field(init=False)
    browsers: Browsers = field(init=False)
    floods: Repeated = field(default_factory=Repeated)
    _forgotten: int = 0  # how often
    _believed: dict[tuple[str, str], tuple[float, Any]] = field(default_factory=dict)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="asker"))

    def __post_init__(self) -> None:
        self.strangers, self.signing_in, self.signing_out = (Strangers(self.now) for _ in range(3))
        self.browsers = Browsers(self.ways.accounts, self.now)

    async def of(self, headers: Headers, peer: str) -> Asking | None:
        """Who asks; None: nobody who is known. Raises NotKnown, and whatever the store raises."""
        if self.ways.proxied is not None and (identity := self.ways.proxied(headers, peer)) is not None:
            # First, for a proxy may hand on a token of its own beside what it says.
            key = hmac.digest(self.key, identity.id.encode(), hashlib.sha256).hex()
            return Asking(identity, key)
        if (said := headers.get("authorization")) is not None:
            return self._machine(said)
        cookies = cookies_of(headers)
        if (token := cookies.get(SESSION)) is not None and (known := await self.session(token)) is not None:
            return Asking(known.identity, known.key, known.token_hash)
        if (token := cookies.get(DISPLAY)) is not None:
            screen: Identity | None = await self._lately("display", token, self.ways.display)
            return Asking(screen) if screen is not None else None
        return None

    async def session(self, token: str) -> Session | None:
        """The session of a token, where it holds."""
        found: Session | None = await self._lately("session", token, self.ways.session)
        return found

    async def active(self, headers: Headers) -> None:
        """Note that a person has done something: what a page asks for by itself is none of that."""
        token, at = cookies_of(headers).get(SESSION), self.now()
        known = await self.session(token) if token is not None else None
        if token is None or known is None or at - known.active_at < ACTIVE_EVERY:
            return
        await asyncio.get_running_loop().run_in_executor(self._threads, self.ways.active, token, at)
        self._believed.pop(("session", token), None)

    def forget(self) -> None:
        """Believe nothing any more: somebody's session or token has ended."""
        self._forgotten += 1
        self._believed.clear()

    def _machine(self, said: str) -> Asking:
        found = _BEARER.fullmatch(said)
        identity = self.ways.machine(found[1]) if found is not None else None
        if identity is None:
            raise NotKnown
        return Asking(identity)

    async def _lately(self, kind: str, token: str, look: Callable[[str, datetime], Any]) -> Any:
        """What the store says of a token, now or a moment ago."""
        if not _TOKEN.fullmatch(token):
            return None
        moment, key, forgotten = time.monotonic(), (kind, token), self._forgotten
        kept = self._believed.get(key)
        if kept is not None and moment - kept[0] < BELIEVED_FOR:
            return kept[1]
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look, token, self.now())
        if found is None:  # is not kept: whoever makes up tokens fills nothing
            self._believed.pop(key, None)
        elif forgotten == self._forgotten:  # else it may have been ended while it was looked up
            if len(self._believed) >= _MOST_BELIEVED:
                self._believed.clear()
            self._believed[key] = (moment, found)
        return found


def cookies_of(headers: Headers) -> dict[str, str]:
    """Our cookies of a request. One that is there twice is none: somebody else put it there."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for line in headers.getlist("cookie"):
        for part in line.split(";"):
            name, sign, value = part.strip().partition("=")
            if sign and name.startswith("__Host-flow-"):
                if name in found:
                    twice.add(name)
                found[name] = value
    return {name: value for name, value in found.items() if name not in twice}


def cookie(name: str, value: str, *, lasts: timedelta | None = None, read_by_scripts: bool = False) -> str:
    """A cookie as it is set: by this address alone, over TLS or on this machine; "" takes it away."""
    length = "" if lasts is None else f"; Max-Age={int(lasts.total_seconds())}"
    ended = "; Max-Age=0" if not value else length
    hidden = "" if read_by_scripts else "; HttpOnly"
    return f"{name}={value}; Path=/; Secure{hidden}; SameSite=Lax{ended}"
