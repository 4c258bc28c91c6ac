"""Screens that have gone dark: one whose browser has stopped cannot say so itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowcentre.model import Display, Picture, Upkeep
    from flowcentre.store import Store


class ScreenDuty:
    """Looks which screens that have an address have not been seen for long."""

    name = "screens"

    def __init__(self, store: Store, current: Callable[[], Picture], now: Callable[[], datetime]) -> None:
        self._store = store
        self._current = current
        self._now = now
        self._dark: tuple[Display, ...] = ()

    def look(self) -> None:
        """Ask the store when each was seen last. One that is revoked, or no longer good, is not expected."""
        from flowcentre.access.displays import holds

        at, access = self._now(), self._current().county.access
        screens = self._store.displays() if access.configured else []
        self._dark = tuple(each for each in screens if holds(each, access.display_unseen, at) and each.is_dark(at))

    def told(self, upkeep: Upkeep) -> Upkeep:
        """A trouble for each."""
        from layouts.parts.words import when_words

        at = self._now()
        troubles = tuple(
            f"The screen {each.title} has shown nothing since {when_words(each.seen_at or each.made_at, at)}: is it switched off?"
            for each in self._dark
        )
        return replace(upkeep, troubles=upkeep.troubles + troubles)
