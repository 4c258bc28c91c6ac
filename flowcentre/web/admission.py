"""Who is let through: whoever asks is known first, then it is decided, and what they send must be drawn for them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from urllib.parse import quote

import structlog
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from flowcentre.access.asking import Asking
from flowcentre.model.access import OPEN
from flowcentre.web import slips
from flowcentre.web.asker import DEVICE, DISPLAY, Asker, NotKnown, cookies_of
from flowcentre.web.decisions import MACHINE, WORDS, Who, decision, may
from flowcentre.web.failures import kind_and_place

LOOK_AGAIN_EVERY = (
    1.5  # seconds: an open stream ends that long after its asker's right does, and what the asker believes
)
SIGN_IN = "/sign-in"
# Where a provider says that somebody's session has ended, once: it must not be lost in what strangers ask of anything else.
BY_A_PROVIDER = "/sign-out/back-channel"
# What costs us most, or the identity provider: a password to be hashed, a provider to be asked. It counts for so many.
DEAR, COST = frozenset({SIGN_IN, "/sign-in/provider", "/sign-in/callback"}), 10
# Files of ours that everybody needs to sign in at all, and what looks after the server.
COSTS_NOTHING = re.compile(r"/assets/|/_favicon\.ico$|/healthz$|/readyz$")
KNOWN_BROWSER = (
    "flowcentre.known_browser"  # in a request's scope: it signs in by a browser that is known to the account
)
MARK_HEADER = "x-flow-mark"
_OPEN = Asking(OPEN)
log = structlog.get_logger(__name__)


class Refused(Exception):
    """A request that goes no further: its status and why, in plain words; with ``to``, where it is sent instead.

    ``wait`` is in how many seconds it may be asked again, where there were too many.
    """

    def __init__(self, status: int, words: str, to: str = "", *, wait: int = 0) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.to = to
        self.wait = wait


async def admit(asker: Asker | None, scope: Scope, method: str, path: str, headers: Headers) -> Asking | None:
    """Who asks, where it is permitted; None: somebody who is not known, for what anybody may have. Raises Refused.

    Without an ``asker`` the county is open, and whoever reaches it may do everything.
    """
    if asker is None:
        return _OPEN
    known, nobodys = await _known(asker, scope, headers)
    if known is None or path in DEAR:
        await _count(asker, scope, method, path, headers)
    if nobodys:
        raise Refused(401, "That token is nobody's.")
    query = scope.get("query_string", b"").decode("latin-1")
    needs = decision(method, path, query)
    if needs is Who.ANYBODY:
        return known
    if known is None:
        raise _not_signed_in(method, path, query, headers)
    if needs is None:
        raise Refused(404, "There is no such page.")
    if not may(known.identity, needs, path):
        raise Refused(403, WORDS[needs])
    if method == "POST" and known.identity.issuer == MACHINE:
        raise Refused(403, "A machine reads, and does nothing.")
    if method == "POST" or _mode_of(headers) == "navigate":
        await _note_activity(asker, method, headers)
    return known


async def still(asker: Asker, scope: Scope, path: str) -> bool:
    """Would the same request be let through now? Where nobody can tell, no."""
    try:
        known = await asker.of(Headers(scope=scope), _peer(scope))
    except NotKnown:
        return False
    except Exception as error:
        log.warning("a stream ends, for nobody can tell who listens", **kind_and_place(error))
        return False
    needs = decision("GET", path)
    return known is not None and needs is not None and may(known.identity, needs, path)


def while_permitted(receive: Receive, asker: Asker, scope: Scope, path: str) -> Receive:
    """A ``receive`` that says that its listener is gone once they may listen no more."""
    waiting: list[asyncio.Task[Message]] = []

    async def either() -> Message:
        if not waiting:
            waiting.append(asyncio.ensure_future(receive()))
        try:
            while True:
                done, _ = await asyncio.wait(waiting, timeout=LOOK_AGAIN_EVERY)
                if done:
                    return waiting.pop().result()
                if not await still(asker, scope, path):
                    break
        finally:
            for task in waiting:
                task.cancel()
            waiting.clear()
        return {"type": "http.disconnect"}

    return either


def check_form(known: Asking | None, fields: Mapping[str, str]) -> None:
    """Raises Refused where a form was not drawn for whoever sends it."""
    if known is not None and known.key and not slips.is_own_mark(fields.get("form", ""), known.key):
        raise Refused(403, "This form was drawn for another session, or before you signed in. Open it again.")


def check_callback(known: Asking | None, headers: Headers) -> None:
    """Raises Refused where a page's question does not come from a page that was drawn for whoever sends it."""
    if known is None or not known.key:
        return
    expected = slips.page_mark(known.key)
    if headers.get(MARK_HEADER, "") != expected:
        raise Refused(403, "This page was drawn for another session. Load it again.")


async def _known(asker: Asker, scope: Scope, headers: Headers) -> tuple[Asking | None, bool]:
    """Who asks, and whether they say that they are somebody whom nobody knows. Raises Refused."""
    try:
        return await asker.of(headers, _peer(scope)), False
    except NotKnown:
        return None, True
    except Exception as error:
        log.error("nobody can tell who asks", **kind_and_place(error))
        raise Refused(503, "Nobody can tell just now who asks. Please try again in a moment.") from None


async def _count(asker: Asker, scope: Scope, method: str, path: str, headers: Headers) -> None:
    """Count what a stranger asks. Raises Refused. Whoever is known is never held up by what others ask from their address.

    Nor is a browser in which somebody has signed in: it is how they come in.
    """
    if COSTS_NOTHING.match(path) or (path == SIGN_IN and method == "POST"):  # of that see ``count_sign_in``
        return
    cost = COST if path in DEAR and path != SIGN_IN else 1
    bucket = asker.signing_in if path in DEAR else asker.signing_out if path == BY_A_PROVIDER else asker.strangers
    address = asker.addresses.of(headers, _peer(scope))
    wait = bucket.wait(address, cost)
    if wait and (browser := await asker.browsers.known(cookies_of(headers).get(DEVICE, ""))):
        wait = asker.browsers.bounds.wait(browser, cost)
    _must_not(asker, wait, address)


async def count_sign_in(asker: Asker, scope: Scope, headers: Headers, name: str) -> bool:
    """Count a sign-in by password, of which the account's name is known now. Raises Refused.

    True: it comes by a browser in which that account has signed in, and counts for this browser alone.
    """
    browser = await asker.browsers.known(cookies_of(headers).get(DEVICE, ""), name)
    address = asker.addresses.of(headers, _peer(scope))
    wait = asker.browsers.bounds.wait(browser, COST) if browser else asker.signing_in.wait(address, COST)
    _must_not(asker, wait, address)
    return bool(browser)


def account_named(fields: Mapping[str, str]) -> str:
    """The account's name in a form of sign-in, as accounts are named."""
    return fields.get("name", "").strip().lower()[:64]


def _must_not(asker: Asker, wait: int, address: str) -> None:
    if not wait:
        return
    more = asker.floods.due(address, "", asker.now())
    if more is not None:
        log.warning("too much is asked by strangers", address=address, more_since=more)
    raise Refused(429, f"Too much was asked from your address. Please try again in {wait} s.", wait=wait)


async def _note_activity(asker: Asker, method: str, headers: Headers) -> None:
    """A store that takes nothing in just now must not keep people from reading."""
    if is_of_itself(headers):
        return
    try:
        await asker.active(headers)
    except Exception as error:
        log.warning("an activity could not be noted", method=method, **kind_and_place(error))


def is_of_itself(headers: Headers) -> bool:
    """Does a page ask by itself, as when it shows what is new? That keeps no session alive."""
    return headers.get("x-flow-by-itself") == "yes"


def _not_signed_in(method: str, path: str, query: str, headers: Headers) -> Refused:
    words = "You are not signed in."
    if method == "POST" and _mode_of(headers) == "navigate":
        words = (
            "You are not signed in any more, so nothing was kept. Go back, copy what you wrote, sign in at /sign-in, "
            "and open the form again."
        )
    if DISPLAY in cookies_of(headers):
        return Refused(401, "This screen's address is no longer good. An administrator makes another.")
    mode = _mode_of(headers)
    goes = mode == "navigate" or (mode is None and "text/html" in headers.get("accept", ""))
    if method not in ("GET", "HEAD") or not goes:
        return Refused(401, words)
    asked = path + (f"?{query}" if query else "")
    return Refused(303, words, SIGN_IN if asked == "/" else f"{SIGN_IN}?next={quote(asked, safe='/')}")


def _mode_of(headers: Headers) -> str | None:
    """How a browser asks: "navigate" where somebody goes somewhere. None where it does not say."""
    return headers.get("sec-fetch-mode")


def _peer(scope: Scope) -> str:
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client is not None else ""


def mark_cookie_due(known: Asking | None, headers: Headers, mark: str) -> str | None:
    """The value that a page's script must find in the cookie ``mark``, where it is not there yet."""
    if known is None or not known.key:
        return None
    value = slips.page_mark(known.key)
    return value if cookies_of(headers).get(mark) != value else None
