"""What happens next: the one list of coming events, in order of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any


class Agenda:
    """Coming events in order. Two at one moment happen in the order in which they were added."""

    def __init__(self, at: int) -> None:
        self.at = at
        self._coming: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._added = 0

    def add(self, at: int, do: Callable[..., None], *what: Any) -> None:
        """Have ``do(*what)`` happen at a moment; one in the past happens now."""
        self._added += 1
        heapq.heappush(self._coming, (max(at, self.at), self._added, do, what))

    def run(self, to: int) -> None:
        """Let everything happen up to and at a moment."""
        coming = self._coming
        while coming and coming[0][0] <= to:
            self.at, _, do, what = heapq.heappop(coming)
            do(*what)
        self.at = max(self.at, to)
