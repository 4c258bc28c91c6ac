"""One gate in front of everything, Dash's own routes included.

It stands outside every other middleware, whatever is added later: see ``FlowServer``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flowcentre.web import callbacks, slips
from flowcentre.web.failures import kind_and_place

log = structlog.get_logger(__name__)

CALLBACK_PATH = "/_dash-update-component"
# Of paths that begin with an underscore only these are answered: Dash has others, and may grow more.
MACHINE_PATHS = ("/_dash-component-suites/", "/_dash-layout", "/_dash-dependencies", "/_favicon.ico")
# Where a form may be sent, and nothing else: it writes, so it must prove that it was drawn here.
FORM_PATH = re.compile(
    r"/type-in/[a-z0-9_-]{1,200}|/(alerts|silences)/[0-9]{1,12}|/silences/new|/pressure/[a-z0-9_-]{1,200}|/actions/(new|[0-9]{1,12})|/huddle(/[0-9]{1,12})?"
)
REST = "{path:path}"  # Dash's route for every address that no other route answers
BODY_WITHIN = 10.0  # seconds for a whole request body to arrive
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?", re.IGNORECASE)
_STRIPPED = ("server", "x-powered-by")


@dataclass
class Policy:
    """What the gate lets through. What is Dash's is known only after its start: ``script_hashes``, ``callbacks``, and
    ``pages``, the addresses at which it has one; it answers every other with a page too, but there is none.

    ``fingerprint`` marks every answer as ours: a page without it is some proxy's or a sign-in's.
    """

    hosts: frozenset[str]
    fingerprint: str = ""
    script_hashes: tuple[str, ...] = ()
    callbacks: Container[str] = field(default_factory=frozenset)
    pages: Container[str] = field(default_factory=frozenset)

    def headers(self) -> dict[str, str]:
        """The security headers of every answer."""
        scripts = " ".join(["'self'", *(f"'{mark.strip(chr(39))}'" for mark in self.script_hashes)])
        return {
            "content-security-policy": (
                f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
                "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; "
                "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
            ),
            "x-flow-fingerprint": self.fingerprint,
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        }


class Refused(Exception):
    """A request that goes no further: its status and why, in plain words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


def decide(method: str, path: str, headers: Headers, policy: Policy) -> None:
    """The decision on every request. Raises Refused."""
    host = _HOST.fullmatch(headers.get("host", ""))
    # A page elsewhere can give its own name our address: only the names we know are answered.
    if host is None or host[1].lower() not in policy.hosts:
        raise Refused(400, "This server does not answer to that name.")
    if path == CALLBACK_PATH:
        if method != "POST":
            raise Refused(405, "Only POST is answered here.")
        if _kind(headers) != "application/json":
            raise Refused(400, "A callback is JSON.")
    elif is_form(method, path):
        if _kind(headers) != "application/x-www-form-urlencoded":
            raise Refused(400, "A form is sent as a browser sends it.")
        if headers.get("origin") is None and headers.get("sec-fetch-site") != "same-origin":
            raise Refused(403, "A form is sent from its own page.")
    elif method not in ("GET", "HEAD"):
        raise Refused(405, "Only GET is answered here.")
    elif path.startswith("/_") and not path.startswith(MACHINE_PATHS):
        raise Refused(404, "There is no such page.")
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and method == "POST":
        raise Refused(403, "Asked for by another site.")
    origin = headers.get("origin")
    if method == "POST" and origin is not None and origin.partition("://")[2] != headers.get("host"):
        raise Refused(403, "Asked for by another site.")


def is_form(method: str, path: str) -> bool:
    """Is it a form that is sent?"""
    return method == "POST" and FORM_PATH.fullmatch(path) is not None


def _kind(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


class Gate:
    """Decides on each request, guards each answer, and lets no traceback out or into the log."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "not in use"})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        if method == "HEAD":  # asked for as GET: no route can forget it, and the headers are the same
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        guarded = _Guarded(scope, send, self._policy)
        try:
            decide(method, path, Headers(scope=scope), self._policy)
            if path == CALLBACK_PATH:
                body = await _whole_body(scope, receive, "A callback", callbacks.MOST_BYTES)
                if mistake := callbacks.callback_mistake(body, self._policy.callbacks):
                    raise Refused(400, mistake)
                receive = _again(body, receive)
            elif is_form(method, path):
                receive = _again(await _whole_body(scope, receive, "A form", slips.MOST_BYTES), receive)
            await self._app(scope, receive, guarded)
        except Refused as refused:
            log.warning("refused", method=method, path=shown(path), status=refused.status, why=refused.words)
            await PlainTextResponse(refused.words, refused.status)(scope, receive, guarded)
        except Exception as error:
            log.error("failed", method=method, path=shown(path), **kind_and_place(error))
            if not guarded.started:
                await PlainTextResponse("Something went wrong here.", 500)(scope, receive, guarded)


def _without_body(send: Send) -> Send:
    """A ``send`` that ends an answer at its headers; a stream without an end then hears that its listener is gone."""

    async def headers_alone(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return headers_alone


async def _whole_body(scope: Scope, receive: Receive, what: str, most: int) -> bytes:
    """A body of so many bytes at most, in time; whether or not its length is told. Raises Refused."""
    too_large = Refused(413, f"{what} is at most {most} bytes.")
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdigit() or int(length) > most:
        raise too_large
    try:
        async with asyncio.timeout(BODY_WITHIN):
            return await _read(receive, most, too_large)
    except TimeoutError:
        raise Refused(408, "The request took too long to arrive.") from None


async def _read(receive: Receive, most: int, too_large: Refused) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "The request was cut off.")
        body += message.get("body", b"")
        if len(body) > most:
            raise too_large
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives a body already read, and then whatever comes."""
    messages: Iterable[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def again() -> Message:
        for message in messages:
            return message
        return await receive()

    return again


class _Guarded:
    """Puts the policy's headers on an answer as it leaves, and 404 on a page that says there is none."""

    def __init__(self, scope: Scope, send: Send, policy: Policy) -> None:
        self._scope = scope
        self._send = send
        self._policy = policy
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            if message["status"] == 200 and self._no_such_page():
                message["status"] = 404
            headers = MutableHeaders(scope=message)
            for name in _STRIPPED:
                if name in headers:
                    del headers[name]
            headers.update(self._policy.headers())
            if "vary" in headers:  # what answers and what compresses may both have named the same
                headers["vary"] = _each_once(headers.getlist("vary"))
            headers.setdefault("cache-control", "no-cache" if "etag" in headers else "no-store")
        await self._send(message)

    def _no_such_page(self) -> bool:
        route = self._scope.get("route")  # noted there by the router
        path = self._scope["path"].rstrip("/") or "/"
        return getattr(route, "path", None) == REST and path not in self._policy.pages


def _each_once(lists: Iterable[str]) -> str:
    names = [name.strip() for one in lists for name in one.split(",")]
    return ", ".join({name.lower(): name for name in names if name}.values())


def shown(path: str) -> str:
    """A path fit for one line of a log."""
    return ascii(path[:80])[1:-1]
