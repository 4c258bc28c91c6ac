"""Browsers in which somebody has signed in before: what strangers ask from their address, or anywhere, holds them up in nothing.

Here it is decided how much such a browser may ask; whether a try of a password counts for it, ``accounts`` decides by itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import structlog

from flowcentre.access.devices import Tagged, known_device, known_to_any, tagged
from flowcentre.access.strangers import Strangers
from flowcentre.model import Account
from flowcentre.web.failures import kind_and_place

AT_ONCE, EACH_SECOND = 100, 2  # of what costs 1, by one browser: ten sign-ins, and one each five seconds
_BELIEVED_FOR = 1.0  # seconds: however many ask, the store is asked once in so long
log = structlog.get_logger(__name__)


class Browsers:
    """Tells known browsers from others, and bounds what each may ask. Used from one thread, that of the event loop."""

    def __init__(self, accounts: Callable[[], Iterable[Account]], now: Callable[[], datetime]) -> None:
        self.bounds = Strangers(now, at_once=AT_ONCE, each_second=EACH_SECOND)
        self._accounts = accounts
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="browsers")
        self._asking = asyncio.Lock()
        self._read: tuple[float, dict[str, Account], Tagged] | None = None

    async def known(self, cookie: str, name: str | None = None) -> str:
        """The number of a browser in which the account ``name`` has signed in, without one any account; "" where none has."""
        if not cookie:
            return ""
        by_name, by_tag = await self._open_ones()
        if name is None:
            return known_to_any(cookie, by_tag)
        return known_device(cookie, by_name[name]) if name in by_name else ""

    async def _open_ones(self) -> tuple[dict[str, Account], Tagged]:
        async with self._asking:
            if self._read is None or time.monotonic() - self._read[0] >= _BELIEVED_FOR:
                found: tuple[dict[str, Account], Tagged] = {}, {}
                try:
                    found = await asyncio.get_running_loop().run_in_executor(self._thread, self._look)
                except Exception as error:  # then every browser is one like any other
                    log.warning("nobody can tell which browsers are known", **kind_and_place(error))
                self._read = time.monotonic(), *found
            return self._read[1:]

    def _look(self) -> tuple[dict[str, Account], Tagged]:
        by_name = {each.name: each for each in self._accounts() if each.closed_at is None}
        return by_name, tagged(by_name.values())
