"""An end to a conversation that takes too long as a whole, however often the other side says a little."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType


class Deadline:
    """Ends a connection after so many seconds. ``connection`` gives its socket, once there is one.

    Time-outs of a socket count from its last byte, so a server of one byte a second would never meet one.
    """

    def __init__(self, seconds: float, connection: Callable[[], socket.socket | None]) -> None:
        self.passed = False
        self._connection = connection
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.passed = True
        open_one = self._connection()
        if open_one is not None:
            with suppress(OSError):  # it has ended by itself
                # Of the plain socket even under TLS: no goodbye is awaited, and a blocked read wakes.
                socket.socket.shutdown(open_one, socket.SHUT_RDWR)
