"""One gate in front of everything, Dash's own routes included.

It stands outside every other middleware, whatever is added later: see ``FlowServer``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flowcentre.access.asking import Asking, asking
from flowcentre.model import Refusal
from flowcentre.web import callbacks, slips
from flowcentre.web.admission import (
    BY_A_PROVIDER,
    KNOWN_BROWSER,
    SIGN_IN,
    Refused,
    account_named,
    admit,
    check_callback,
    check_form,
    count_sign_in,
    mark_cookie_due,
    while_permitted,
)
from flowcentre.web.announce import HEADERS_ALONE
from flowcentre.web.asker import MARK, Asker, cookie
from flowcentre.web.bodies import again, whole_body
from flowcentre.web.failures import kind_and_place

log = structlog.get_logger(__name__)

CALLBACK_PATH = "/_dash-update-component"
# Of paths that begin with an underscore only these are answered: Dash has others, and may grow more.
MACHINE_PATHS = ("/_dash-component-suites/", "/_dash-layout", "/_dash-dependencies", "/_favicon.ico")
# Where a form may be sent, and nothing else: it writes, so it must prove that it was drawn here.
FORM_PATH = re.compile(
    r"/type-in/[a-z0-9_-]{1,200}|/(alerts|silences)/[0-9]{1,12}|/silences/new|/pressure/[a-z0-9_-]{1,200}|/actions/(new|[0-9]{1,12})|/huddle(/[0-9]{1,12})?"
)
# The same, of signing in and of administering.
ACCESS_FORM = re.compile(r"/sign-in|/sign-out|/access(/[a-z0-9/_-]{1,200})?")
STREAM = "/live"
REST = "{path:path}"  # Dash's route for every address that no other route answers
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?", re.IGNORECASE)
_STRIPPED = ("server", "x-powered-by")


@dataclass
class Policy:
    """What the gate lets through. What is Dash's is known only after its start: ``script_hashes``, ``callbacks``, and
    ``pages``, the addresses at which it has one; it answers every other with a page too, but there is none.

    ``fingerprint`` marks every answer as ours: a page without it is some proxy's or a sign-in's. ``asker`` finds out who asks;
    without it the county is open. ``public_url`` is where people reach it, "" on this machine alone.
    """

    hosts: frozenset[str]
    fingerprint: str = ""
    script_hashes: tuple[str, ...] = ()
    callbacks: Container[str] = field(default_factory=frozenset)
    pages: Container[str] = field(default_factory=frozenset)
    asker: Asker | None = None
    public_url: str = ""
    refused_page: Callable[[Refusal], str] | None = None  # says on a page that there is none, or none for the asker

    def headers(self) -> dict[str, str]:
        """The security headers of every answer."""
        scripts = " ".join(["'self'", *(f"'{mark.strip(chr(39))}'" for mark in self.script_hashes)])
        # For a year: whoever has been here over TLS asks by nothing else.
        over_tls = {"strict-transport-security": "max-age=31536000"} if self.public_url.startswith("https://") else {}
        return over_tls | {
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


def decide(method: str, path: str, headers: Headers, policy: Policy) -> None:
    """The decision on every request. Raises Refused."""
    # A page elsewhere can give its own name our address: only the names we know are answered.
    if not _is_ours(headers.get("host", ""), policy):
        raise Refused(400, "This server does not answer to that name.")
    if path == CALLBACK_PATH:
        if method != "POST":
            raise Refused(405, "Only POST is answered here.")
        if _kind(headers) != "application/json":
            raise Refused(400, "A callback is JSON.")
    elif method == "POST" and path == BY_A_PROVIDER and policy.asker is not None:
        if _kind(headers) != "application/x-www-form-urlencoded":
            raise Refused(400, "A logout token is sent as a form.")
        return
    elif is_form(method, path, policy):
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


def is_form(method: str, path: str, policy: Policy) -> bool:
    """Is it a form that is sent?"""
    if method != "POST":
        return False
    return FORM_PATH.fullmatch(path) is not None or (
        policy.asker is not None and ACCESS_FORM.fullmatch(path) is not None
    )


def _is_ours(host: str, policy: Policy) -> bool:
    """Is it one of our names? A public one has its own port alone: at another, this process would be asked past TLS."""
    found = _HOST.fullmatch(host)
    if found is not None and found[1].lower() in policy.hosts:
        return True
    return bool(policy.public_url) and host.lower() == urlsplit(policy.public_url).netloc.lower()


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
            scope, send = {**scope, "method": "GET", HEADERS_ALONE: True}, _without_body(send)
        guarded = _Guarded(scope, send, self._policy)
        try:
            headers = Headers(scope=scope)
            decide(method, path, headers, self._policy)
            known = await admit(self._policy.asker, scope, method, path, headers)
            receive = await self._received(known, scope, method, path, headers, receive)
            if (mark := mark_cookie_due(known, headers, MARK)) is not None:
                guarded.cookies.append(cookie(MARK, mark, read_by_scripts=True))
            token = asking.set(known)
            try:
                await self._app(scope, receive, guarded)
            finally:
                asking.reset(token)
        except Refused as refused:
            await self._refuse(refused, scope, receive, guarded)
        except Exception as error:
            log.error("failed", method=method, path=shown(path), **kind_and_place(error))
            if not guarded.started:
                await PlainTextResponse("Something went wrong here.", 500)(scope, receive, guarded)

    async def _received(
        self, known: Asking | None, scope: Scope, method: str, path: str, headers: Headers, receive: Receive
    ) -> Receive:
        """What the request brings, read whole and checked where it writes or asks for more. Raises Refused."""
        policy = self._policy
        if path == CALLBACK_PATH:
            check_callback(known, headers)
            body = await whole_body(scope, receive, "A callback", callbacks.MOST_BYTES)
            if mistake := callbacks.callback_mistake(body, policy.callbacks):
                raise Refused(400, mistake)
            return again(body, receive)
        if is_form(method, path, policy) or method == "POST":
            body = await whole_body(scope, receive, "A form", slips.MOST_BYTES)
            if path == SIGN_IN and policy.asker is not None:
                name = account_named(slips.fields_or_none(body))
                scope[KNOWN_BROWSER] = await count_sign_in(policy.asker, scope, headers, name)
            # Whoever signs in anew ends the session that is here: the form may have been drawn before there was one.
            if path not in (BY_A_PROVIDER, SIGN_IN):
                check_form(known, slips.fields_or_none(body))
            return again(body, receive)
        if path == STREAM and policy.asker is not None and scope["method"] == "GET":
            return while_permitted(receive, policy.asker, scope, path)
        return receive

    async def _refuse(self, refused: Refused, scope: Scope, receive: Receive, send: _Guarded) -> None:
        if refused.to:  # somebody who has to sign in first
            await RedirectResponse(refused.to, refused.status)(scope, receive, send)
            return
        if not refused.wait:  # whoever asks too much must not fill the log as well: see ``admission``
            log.warning(
                "refused", method=scope["method"], path=shown(scope["path"]), status=refused.status, why=refused.words
            )
        headers = {"www-authenticate": 'Bearer realm="flowcentre"'} if refused.status == 401 else {}
        if refused.wait:
            headers["retry-after"] = str(refused.wait)
        await PlainTextResponse(refused.words, refused.status, headers)(scope, receive, send)


def _without_body(send: Send) -> Send:
    """A ``send`` that ends an answer at its headers; a stream without an end then hears that its listener is gone."""

    async def headers_alone(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return headers_alone


class _Guarded:
    """Puts the policy's headers on an answer as it leaves, and 404 on a page that says there is none."""

    def __init__(self, scope: Scope, send: Send, policy: Policy) -> None:
        self._scope = scope
        self._send = send
        self._policy = policy
        self.cookies: list[str] = []
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
            for each in self.cookies:
                headers.append("set-cookie", each)
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
    """A path fit for one line of a log. A display's address holds its token, which is not written."""
    return "/show/..." if path.startswith("/show/") else ascii(path[:80])[1:-1]
