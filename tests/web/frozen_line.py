"""A network path between a display and its server that can go dead without a word."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class FrozenLine:
    """Passes bytes both ways until frozen; then every connection stays open, and nothing moves."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._frozen = threading.Event()
        self._ended = threading.Event()
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._thread = threading.Thread(target=self._pass, daemon=True)

    def freeze(self) -> None:
        self._frozen.set()

    def thaw(self) -> None:
        self._frozen.clear()

    def _pass(self) -> None:
        while not self._ended.is_set():
            if self._frozen.is_set():
                self._ended.wait(0.02)
                continue
            ready, _, _ = select.select([self._listener, *self._pairs], [], [], 0.02)
            for line in ready:
                if line is self._listener:
                    near, _ = self._listener.accept()
                    far = socket.create_connection(("127.0.0.1", self._to))
                    self._pairs |= {near: far, far: near}
                elif line in self._pairs:
                    self._pass_on(line)

    def _pass_on(self, line: socket.socket) -> None:
        other = self._pairs[line]
        try:
            content = line.recv(65536)
            other.sendall(content)
        except OSError:
            content = b""
        if not content:
            for end in (line, other):
                del self._pairs[end]
                end.close()

    @contextmanager
    def open(self) -> Iterator[FrozenLine]:
        self._thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            self._thread.join(5)
            self._listener.close()
            for line in self._pairs:
                line.close()
