"""What somebody who goes to a page is told where there is none, or none for them: a page, with what they may see around it.

It stands outside the gate and decides nothing: an answer in plain words that refuses is drawn, for whoever goes somewhere by a
browser. Scripts and machines get the words as they are. What somebody typed into a form that was refused comes back to them, for
it is kept nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container
from dataclasses import dataclass, field

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flowcentre.access.asking import Asking, asking
from flowcentre.access.scrub import scrubbed
from flowcentre.model import Refusal
from flowcentre.model.access import OPEN
from flowcentre.web.asker import DISPLAY, Asker, cookies_of
from flowcentre.web.bodies import BODY_WITHIN
from flowcentre.web.decisions import NOT_PEOPLE
from flowcentre.web.failures import kind_and_place
from flowcentre.web.gate import FORM_PATH, Policy
from flowcentre.web.lane import Full, Lane
from flowcentre.web.slips import MOST_BYTES, fields_or_none

_DRAWN = frozenset({401, 403, 404})
_OF_FORMS = _DRAWN | {408, 413, 429, 503}  # of a form that somebody sent; of what is asked by the thousand the words do
_NOT_TYPED = frozenset({"form", "do", "alert", "huddle", "sure"})  # what a form holds that nobody wrote into it
_OPEN = Asking(OPEN)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Refusals:
    """Draws refusals, in front of everything."""

    app: ASGIApp
    policy: Policy
    # Apart: where too much is asked, what is told of it must not take what pages are drawn in.
    lane: Lane = field(default_factory=lambda: Lane("refused", threads=1, most=8))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        draw = self.policy.refused_page
        if draw is None or scope["type"] != "http" or scope["method"] == "HEAD" or not _goes(scope):
            await self.app(scope, receive, send)
            return
        heard = _Heard(receive)
        own = _is_own_form(scope)
        answer = _Answer(send, _OF_FORMS if own else _DRAWN)
        await self.app(scope, heard if own else receive, answer)
        if answer.start is None:
            return
        try:
            page = await self._page(draw, scope, answer, heard)
        except Full:
            page = None
        except Exception as error:  # the words alone are better than nothing
            log.error("a refusal could not be drawn", **kind_and_place(error))
            page = None
        await answer.give(page)

    async def _page(self, draw: Callable[[Refusal], str], scope: Scope, answer: _Answer, heard: _Heard) -> bytes:
        known = await _who(self.policy.asker, scope)
        identity = known.identity if known is not None else None
        written: tuple[tuple[str, str], ...] = ()
        if _is_own_form(scope):
            # What took too long to arrive is not waited for once more.
            fields = fields_or_none(heard.so_far if answer.status == 408 else await heard.whole())
            written = tuple((name, scrubbed(said)) for name, said in fields.items() if said and name not in _NOT_TYPED)
        refusal = Refusal(
            answer.status,
            answer.words,
            scope["path"],
            open=identity is OPEN,
            who=identity.title if identity is not None and identity.issuer not in NOT_PEOPLE else "",
            board=identity.board if identity is not None else None,
            screen=DISPLAY in cookies_of(Headers(scope=scope)),
            written=written,
        )
        token = asking.set(known)
        try:
            if answer.status in _DRAWN:
                return (await asyncio.to_thread(draw, refusal)).encode()
            return (await self.lane.run(draw, refusal)).encode()
        finally:
            asking.reset(token)


async def _who(asker: Asker | None, scope: Scope) -> Asking | None:
    if asker is None:
        return _OPEN
    try:
        client = scope.get("client")
        return await asker.of(Headers(scope=scope), client[0] if client is not None else "")
    except Exception:  # nobody can tell: they are told as somebody who is not known
        return None


def _goes(scope: Scope) -> bool:
    return Headers(scope=scope).get("sec-fetch-mode") == "navigate"


def _is_own_form(scope: Scope) -> bool:
    """Is it a form that people write into, sent from our own page? What another site sends is not shown to anybody."""
    headers = Headers(scope=scope)
    origin, host = headers.get("origin"), headers.get("host")
    return (
        scope["method"] == "POST"
        and FORM_PATH.fullmatch(scope["path"]) is not None
        and headers.get("sec-fetch-site", "same-origin") == "same-origin"
        and (origin is None or origin.partition("://")[2] == host)
    )


class _Heard:
    """A ``receive`` that keeps what came by it, so far as a form is long."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._body = b""
        self._more = True

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            if len(self._body) <= MOST_BYTES:
                self._body += message.get("body", b"")
            self._more = message.get("more_body", False)
        else:
            self._more = False
        return message

    @property
    def so_far(self) -> bytes:
        """What came of the body."""
        return self._body

    async def whole(self) -> bytes:
        """The body, what nobody has asked for yet too; nothing of one that is longer than a form."""
        async with asyncio.timeout(BODY_WITHIN):
            while self._more and len(self._body) <= MOST_BYTES:
                await self()
        return self._body if len(self._body) <= MOST_BYTES else b""


class _Answer:
    """A ``send`` that holds back a refusal in plain words, and lets everything else through."""

    def __init__(self, send: Send, held: Container[int]) -> None:
        self._send = send
        self._held = held
        self.start: Message | None = None
        self.status = 0
        self._body = b""

    @property
    def words(self) -> str:
        return self._body.decode(errors="replace")

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in self._held:
            headers = Headers(raw=message["headers"])
            if headers.get("content-type", "").startswith("text/plain") and "content-encoding" not in headers:
                self.start, self.status = message, message["status"]
                return
        if self.start is not None:
            self._body += message.get("body", b"")
            return
        await self._send(message)

    async def give(self, page: bytes | None) -> None:
        """Send it: as a page, or as the words that it was."""
        assert self.start is not None
        headers = MutableHeaders(scope=self.start)
        if page is not None:
            headers["content-type"] = "text/html; charset=utf-8"
            headers["content-length"] = str(len(page))
        await self._send(self.start)
        await self._send({"type": "http.response.body", "body": self._body if page is None else page})
