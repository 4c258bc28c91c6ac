"""A connection as uvicorn has it, with a bound on how long the head of a request may take, and on how long it may be.

Without one, whoever opens connections and sends nothing, or a letter now and then, holds them for ever. What comes after the head
is bounded by the gate until the request is answered, and here after that: uvicorn forgets that a connection is idle as soon as
anything comes.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from flowcentre.web.peers import Peers

# Seconds from the beginning of a connection, or of a later request on it; and from an answer to the end of the body that it did
# not wait for: to close at once would take the answer away from whoever is sending still.
HEAD_WITHIN = 10.0
MOST_HEAD = 64 * 1024  # bytes of a head that comes in more than one piece


class Arriving(HttpToolsProtocol):
    """One connection. It is cut off without an answer: nobody who means well is that slow."""

    peers: Peers

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._too_late: asyncio.TimerHandle | None = None
        self._head = 0
        self._in_body = False
        self._is_counted = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """It begins."""
        super().connection_made(transport)
        self._is_counted = self.peers.come(self._peer)
        if self._is_counted:
            self._wait()
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Something arrives."""
        awaited = self._too_late is not None and not self._in_body
        super().data_received(data)
        if awaited and self._too_late is not None:
            self._head += len(data)
            if self._head > MOST_HEAD:
                self._cut_off()
        elif self._too_late is None and self._is_answered():
            self._wait()  # what came is no request: the rest of a body, or nothing at all

    def on_message_begin(self) -> None:
        """A request begins: the first of a connection when that did."""
        super().on_message_begin()
        if self._too_late is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """Its head is there."""
        self._arrived()
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """It is there whole."""
        self._in_body = False
        if self._is_answered():
            self._arrived()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """It is answered; its body may not be there yet."""
        super().on_response_complete()
        if self._in_body and self._too_late is None and self._is_answered() and not self.transport.is_closing():
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        self._arrived()
        if self._is_counted:
            self._is_counted = False
            self.peers.go(self._peer)
        super().connection_lost(exc)

    @property
    def _peer(self) -> str:
        return self.client[0] if self.client is not None else ""

    def _is_answered(self) -> bool:
        """Is nothing being worked out for it?"""
        return not self.pipeline and (self.cycle is None or self.cycle.response_complete)

    def _wait(self) -> None:
        self._head = 0
        self._too_late = self.loop.call_later(HEAD_WITHIN, self._cut_off)

    def _arrived(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None

    def _cut_off(self) -> None:
        self._arrived()
        self.transport.abort()


def arriving(peers: Peers) -> type[Arriving]:
    """The connections of one server, which ``peers`` counts."""

    class Counted(Arriving):
        pass

    Counted.peers = peers
    return Counted
