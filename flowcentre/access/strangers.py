"""How much may be asked from one address by whoever is not known: so much at once, and so much a second after that."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

AT_ONCE, EACH_SECOND = 600, 20  # of what costs 1
_MOST_ADDRESSES = 10_000  # then that which asked longest ago is forgotten


class Strangers:
    """One bucket of tokens for each address. ``now`` says the time. Used from one thread, that of the event loop."""

    def __init__(
        self, now: Callable[[], datetime], *, at_once: float = AT_ONCE, each_second: float = EACH_SECOND
    ) -> None:
        self._now, self._at_once, self._each_second = now, at_once, each_second
        self._left: dict[str, tuple[float, datetime]] = {}

    def wait(self, address: str, cost: int) -> int:
        """0: it may be asked, and is counted. Else in how many seconds it may be asked again."""
        at = self._now()
        left, counted_at = self._left.pop(address, (self._at_once, at))
        left = min(self._at_once, left + max(0.0, (at - counted_at).total_seconds()) * self._each_second)
        enough = left >= cost
        self._left[address] = (left - cost if enough else left), at  # who asked last stands last
        while len(self._left) > _MOST_ADDRESSES:
            del self._left[next(iter(self._left))]
        return 0 if enough else math.ceil((cost - left) / self._each_second)
