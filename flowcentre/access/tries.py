"""Tries of passwords, counted by the way on which they come: from one address, or from one known browser.

In this process alone, and forgotten when it starts anew: what bounds all of an account's together is counted in the store.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

_MOST_WAYS = 200  # of one account; then that which was tried longest ago is forgotten
_FORGOTTEN_AFTER = timedelta(days=1)


class Tries:
    """The ``most``-th failure on one way shuts it for ``shut_for``, and so does each after it until a success there."""

    def __init__(self, most: int, shut_for: timedelta) -> None:
        self._most, self._shut_for = most, shut_for
        self._guard = threading.Lock()
        self._failed: dict[str, dict[str, tuple[int, datetime]]] = {}  # how often, and when last, by account and way

    def take(self, account: str, way: str, at: datetime) -> bool:
        """Count a try before it is judged, as a failure. False: that way is shut just now, and nothing is counted."""
        with self._guard:
            ways = self._failed.setdefault(account, {})
            failures, last = ways.get(way, (0, at))
            if abs(at - last) >= _FORGOTTEN_AFTER:
                failures = 0
            # A clock that was put back opens nothing.
            if failures >= self._most and at - last < self._shut_for:
                return False
            ways.pop(way, None)
            ways[way] = failures + 1, at  # the newest stands last
            while len(ways) > _MOST_WAYS:
                del ways[next(iter(ways))]
            return True

    def forget(self, account: str, way: str | None = None) -> None:
        """Somebody came in on that way; without a way, the account was unlocked."""
        with self._guard:
            if way is None:
                self._failed.pop(account, None)
            else:
                self._failed.get(account, {}).pop(way, None)
