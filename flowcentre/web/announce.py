"""The live stream: every display hears of each new picture at once, and that the server is alive."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from flowcentre.model import MOST_OF_A_SCREEN, Picture

__all__ = ["HEADERS_ALONE", "MOST_OF_A_SCREEN", "MOST_OF_SOMEBODY", "MOST_STREAMS", "Announcer", "EventStream"]

HEADERS_ALONE = "flowcentre.headers_alone"  # in a request's scope: it was asked by HEAD
MOST_STREAMS = 1000
MOST_OF_SOMEBODY = 24  # streams of a person or a machine; of a screen's token MOST_OF_A_SCREEN
RETRY_MS = 1000
# So many ends within so long are none of a connection that died unnoticed: its screen comes back once.
_FLAPS, _FLAPS_WITHIN = 10, timedelta(minutes=1)


class Announcer:
    """Tells open streams of the newest picture.

    A stream that cannot keep up misses pictures, never the newest, and never holds up another:
    each has one flag that there is news, not a queue of it.
    """

    def __init__(
        self,
        picture: Picture,
        *,
        now: Callable[[], datetime],
        trouble: Callable[[], str | None],
        fingerprint: str,
        beat_every: float,
        most: int = MOST_STREAMS,
    ) -> None:
        self._picture = picture
        self._now = now
        self._trouble = trouble
        self._fingerprint = fingerprint
        self._beat_every = beat_every
        self._most = most
        self._open: set[_Open] = set()
        self._of: dict[str, list[_Open]] = {}  # of each listener, the oldest first
        self._crowded: dict[
            str, deque[datetime]
        ] = {}  # when the oldest of each ended for a newer one, the last few times
        self._closed = False
        self.announced = 0

    @property
    def displays(self) -> int:
        """How many streams are open."""
        return len(self._open)

    def announce(self, picture: Picture) -> None:
        """Tell every stream, at once. Called in the event loop's thread."""
        self._picture = picture
        self.announced += 1
        self._wake()

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        for one in self._open:
            one.news.set()

    def stream(self, listener: str = "", most: int = 0) -> EventStream:
        """A new stream; it answers with a refusal when there are too many or the server is stopping.

        Of one ``listener`` there are ``most`` at once; "" is nobody who is told from others. Beyond that the oldest ends, not the
        newest: a screen that comes back must not find its own place taken by a connection that died unnoticed.
        """
        return EventStream(self, listener, most)

    def refusal(self, *, headers_alone: bool) -> Response | None:
        """Why there can be no stream now. Whoever asks whether they are let in takes nobody's place: there is one for them."""
        if not self._closed and (headers_alone or len(self._open) < self._most):
            return None
        words = "The server is stopping." if self._closed else f"{self._most} displays are connected, the most."
        return PlainTextResponse(words, status_code=503, headers={"retry-after": "5", "cache-control": "no-store"})

    def message(self, event: str) -> bytes:
        """One server-sent event: which picture is the newest, and what time it is here."""
        trouble = self._trouble()
        said = {
            "version": self._picture.version,
            "at": self._picture.at,
            "now": self._now(),
            "fingerprint": self._fingerprint,
            "live": trouble is None,
            "trouble": trouble,
        }
        return b"event: %s\ndata: %s\n\n" % (event.encode(), orjson.dumps(said, option=orjson.OPT_UTC_Z))

    async def run(self, send: Send, receive: Receive, listener: str = "", most: int = 0) -> None:
        """Serve one stream until the display leaves, the server stops, or the same listener has too many newer ones."""
        one = self._begin(listener, most)
        gone = asyncio.ensure_future(_wait_until_gone(receive))
        gone.add_done_callback(lambda _: one.news.set())
        try:
            told, chunk = self.announced, b"retry: %d\n\n%s" % (RETRY_MS, self.message("picture"))
            while True:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._beat_every):
                        await one.news.wait()
                one.news.clear()
                if self._closed or one.ended or gone.done():
                    break
                event = "beat" if told == self.announced else "picture"
                told, chunk = self.announced, self.message(event)
        finally:
            self._open.discard(one)
            self._leave(listener, one)
            if not gone.done():
                gone.cancel()

    def _begin(self, listener: str, most: int) -> _Open:
        one = _Open()
        self._open.add(one)
        if listener:
            of = self._of.setdefault(listener, [])
            of.append(one)
            while len(of) > most:
                oldest = of.pop(0)
                oldest.ended = True
                oldest.news.set()
                self._crowded.setdefault(listener, deque(maxlen=_FLAPS)).append(self._now())
        return one

    def crowded(self) -> frozenset[str]:
        """The listeners of which there are more than there may be: those who are ended come again at once, and end others."""
        since, kept = self._now() - _FLAPS_WITHIN, list(self._crowded.items())  # from another thread
        return frozenset(who for who, ended in kept if len(ended) == _FLAPS and ended[0] > since)

    def _leave(self, listener: str, one: _Open) -> None:
        of = self._of.get(listener, [])
        if one in of:
            of.remove(one)
        if not of:
            self._of.pop(listener, None)


@dataclass(eq=False)
class _Open:
    """An open stream: that there is news for it, and whether it is to end."""

    news: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False


class EventStream:
    """One open stream, as an ASGI answer."""

    def __init__(self, announcer: Announcer, listener: str, most: int) -> None:
        self._announcer = announcer
        self._listener, self._most = listener, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._announcer.refusal(headers_alone=bool(scope.get(HEADERS_ALONE)))
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),  # a proxy must not collect events into a heap
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if not scope.get(HEADERS_ALONE):
            await self._announcer.run(send, receive, self._listener, self._most)
        with suppress(OSError):  # whoever left needs no farewell
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
