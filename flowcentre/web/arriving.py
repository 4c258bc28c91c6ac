"""A connection as uvicorn has it, with a bound on how long the head of a request may take, and on how long it may be.

Without one, whoever opens connections and sends nothing, or a letter now and then, holds them for ever. What comes after the head
is bounded by the gate.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN = 10.0  # seconds from the beginning of a connection, or of a later request on it
MOST_HEAD = 64 * 1024  # bytes of a head that comes in more than one piece


class Arriving(HttpToolsProtocol):
    """One connection. It is cut off without an answer: nobody who means well is that slow."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._too_late: asyncio.TimerHandle | None = None
        self._head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """It begins."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Something arrives."""
        super().data_received(data)
        if self._too_late is not None:
            self._head += len(data)
            if self._head > MOST_HEAD:
                self._cut_off()

    def on_message_begin(self) -> None:
        """A request begins: the first of a connection when that did."""
        super().on_message_begin()
        if self._too_late is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """Its head is there."""
        self._arrived()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        self._arrived()
        super().connection_lost(exc)

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
