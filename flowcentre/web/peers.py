"""How many connections one address may have open, so that nobody takes all that there are."""

from __future__ import annotations

import math
import time
from collections import Counter

import structlog

from flowcentre.access.addresses import Addresses

# A browser has one stream and a few connections more, so 100 walls and desks of a hospital behind one address have room.
MOST_OF_A_PEER = 500
_TOLD_EVERY = 60.0  # seconds: whoever opens so many must not fill the log as well
log = structlog.get_logger(__name__)


class Peers:
    """Counts the connections of each address. Used from one thread, that of the event loop.

    This machine and the proxies that ``addresses`` knows are not counted: behind them is everybody.
    """

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._open: Counter[str] = Counter()
        self._told_at = -math.inf

    def come(self, peer: str) -> bool:
        """A connection begins, and is counted. False: there are too many of that address, and it is not."""
        address = self._addresses.of_peer(peer)
        if not address:
            return True
        if self._open[address] < MOST_OF_A_PEER:
            self._open[address] += 1
            return True
        if time.monotonic() - self._told_at >= _TOLD_EVERY:
            self._told_at = time.monotonic()
            log.warning("too many connections of one address", address=address, most=MOST_OF_A_PEER)
        return False

    def go(self, peer: str) -> None:
        """One that was counted has ended."""
        address = self._addresses.of_peer(peer)
        if not address:
            return
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]
