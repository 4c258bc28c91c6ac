"""A few threads of their own for what anybody may ask, signed in or not: a flood of it takes nobody else's.

Pages, forms and acknowledgements are worked out in asyncio's own threads, of which a small machine has six.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

A = TypeVar("A")


class Full(Exception):
    """So many ask already that one more would wait for long."""


class Lane:
    """Does so much at once, lets so many wait, and sends the rest away. Used from the event loop's thread only."""

    def __init__(self, name: str, *, threads: int, most: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = most
        self._inside = 0

    async def run(self, work: Callable[..., A], *arguments: Any) -> A:
        """What ``work`` gives; it knows who asks, as by ``asyncio.to_thread``. Raises Full, and whatever it raises."""
        if self._inside >= self._most:
            raise Full
        self._inside += 1
        asked = asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, work, *arguments)
        asked.add_done_callback(self._left)
        # Shielded: whoever goes away has their place still while what they asked for is being done.
        return await asyncio.shield(asked)

    def _left(self, _done: object) -> None:
        self._inside -= 1
