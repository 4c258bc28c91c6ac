"""What the store said a moment ago: a page of forty pictures must not ask forty times who somebody is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")
# A session that is ended by an administrator, or a display that is revoked, ends this much later on every other server,
# beside what the gate itself believes: two seconds in all.
BELIEVED_FOR = timedelta(seconds=1)
_MOST = 10_000


class Lately(Generic[T]):
    """Answers by key, each believed for a second. What was not found is not kept: whoever makes tokens up fills nothing."""

    def __init__(self, look: Callable[[str], T | None]) -> None:
        self._look = look
        self._guard = threading.Lock()
        self._kept: dict[str, tuple[datetime, T]] = {}

    def get(self, key: str, at: datetime) -> T | None:
        """What was found by a key, now or a moment ago."""
        with self._guard:
            kept = self._kept.get(key)
        # A clock that was put back must not make an old answer a new one.
        if kept is not None and timedelta(0) <= at - kept[0] < BELIEVED_FOR:
            return kept[1]
        found = self._look(key)
        with self._guard:
            if found is None:
                self._kept.pop(key, None)
            else:
                if len(self._kept) >= _MOST:
                    self._kept.clear()
                self._kept[key] = (at, found)
        return found

    def forget_all(self) -> None:
        """Ask anew for everything: what has just been ended here is ended here at once."""
        with self._guard:
            self._kept.clear()

    def forget(self, key: str) -> None:
        """Ask anew at the next."""
        with self._guard:
            self._kept.pop(key, None)
