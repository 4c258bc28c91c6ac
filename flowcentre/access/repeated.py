"""What happens again and again is written once a minute, with how often: whoever cannot sign in must not fill the store."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

ONE_ENTRY_WITHIN = timedelta(minutes=1)
_MOST_KEPT = 1_000


def _within(written: datetime | None, at: datetime) -> bool:
    # A clock that was put back must not keep it from being written.
    return written is not None and timedelta(0) <= at - written < ONE_ENTRY_WITHIN


class Repeated:
    """How often the same happened since it was last written down."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: dict[tuple[str, str], tuple[datetime | None, int]] = {}  # None: it could not be written

    def due(self, who: str, what: str, at: datetime) -> int | None:
        """None: it was written less than a minute ago, and is counted. Else how many were counted since it was."""
        key = who, what
        with self._guard:
            written, counted = self._kept.get(key, (None, 0))
            if _within(written, at):
                self._kept[key] = written, counted + 1
                return None
            self._kept.pop(key, None)
            self._kept[key] = at, 0  # the newest written stands last
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            return counted

    def over(self, at: datetime) -> list[tuple[str, str, int]]:
        """What was counted and is not told yet, of which the minute is over: who, what and how often. It is told now."""
        with self._guard:
            over = {key: counted for key, (written, counted) in self._kept.items() if not _within(written, at)}
            for key, counted in over.items():
                del self._kept[key]
                if counted:
                    self._kept[key] = at, 0
        return [(*key, counted) for key, counted in over.items() if counted]

    def outstanding(self) -> list[tuple[str, str, int]]:
        """The same of all, whether or not its minute is over: nobody will tell of it later."""
        with self._guard:
            kept, self._kept = self._kept, {}
        return [(*key, counted) for key, (_, counted) in kept.items() if counted]

    def not_written(self, who: str, what: str, counted: int) -> None:
        """It could not be written after all: the next is due again, and so many more are counted."""
        key = who, what
        with self._guard:
            self._kept[key] = None, self._kept.pop(key, (None, 0))[1] + counted
