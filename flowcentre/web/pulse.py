"""Does this server still know the present? Asked on every beat of the live stream and by readiness checks."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flowcentre.model import Picture

if TYPE_CHECKING:
    from flowcentre.store import Store

# A store may be restarted, a picture may be a moment behind: that is no news.
PATIENCE = timedelta(seconds=10)
# A live picture is looked at again every half minute, however quiet the store.
PICTURE_LIMIT = timedelta(seconds=90)
# An engine is heard from every few seconds; when it dies another takes over within half a minute.
ENGINE_LIMIT = timedelta(seconds=30)


class Pulse:
    """What stands between this server and the present, in words; silence is trouble too."""

    def __init__(
        self,
        current: Callable[[], Picture],
        store: Store,
        now: Callable[[], datetime],
        *,
        patience: timedelta = PATIENCE,
        picture_limit: timedelta = PICTURE_LIMIT,
    ) -> None:
        self._current = current
        self._store = store
        self._now = now
        self._patience = patience.total_seconds()
        self._picture_limit = picture_limit
        self._well_at = time.monotonic()
        self._ailment = ""
        self._version = 0  # the store's, at the look before

    def look(self) -> str | None:
        """Look at the store and the picture now. It blocks: call it in a thread. Returns what is wrong."""
        version, ailment = self._ailing()
        if version is not None:
            self._version = version
        if ailment is None:
            self._well_at = time.monotonic()
        self._ailment = ailment or ""
        return ailment

    def trouble(self) -> str | None:
        """Why nothing shown may be called live, or None. Never blocks.

        A store that does not answer at all leaves ``look`` hanging: then too this says so.
        """
        if time.monotonic() - self._well_at <= self._patience:
            return None
        return self._ailment or "the store does not answer"

    def not_ready(self) -> list[str]:
        """Every reason not to send users here. It blocks: call it in a thread."""
        reasons = [self._ailing()[1]]
        with suppress(Exception):  # of a store that cannot be read, the first reason speaks
            reasons.append(engine_silence(self._store.last_beat(), self._now()))
        return [reason for reason in reasons if reason is not None]

    def _ailing(self) -> tuple[int | None, str | None]:
        """The store's version where it can be read, and what is wrong."""
        try:
            version = self._store.version()
        except Exception as error:  # whichever way a store fails, the answer is the same
            return None, f"the store cannot be read ({type(error).__name__})"
        picture = self._current()
        # Between a commit and the picture of it there is always a moment: only what a look before saw is overdue.
        if picture.version < self._version:
            return version, f"the picture is behind: it shows version {picture.version}, the store has {version}"
        age = self._now() - picture.known_at
        if age > self._picture_limit:
            return version, f"the picture has not been looked at for {age.total_seconds():.0f} s"
        return version, None


def engine_silence(last_beat: datetime | None, now: datetime) -> str | None:
    """Why one must think that no engine polls, or None."""
    if last_beat is None:
        return "no engine polls"
    if now - last_beat > ENGINE_LIMIT:
        return f"no engine has been heard from since {last_beat:%Y-%m-%d %H:%M:%S} UTC"
    return None
