"""What is looked after by an engine, told by the web servers beside it: the two know each other by the store alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowcentre.model import Upkeep
    from flowcentre.store import Store
    from running.upkeep import Duty

MARK = "upkeep"
BELIEVED = timedelta(minutes=5)  # of an engine that is silent for longer readiness speaks


class TellingDuty:
    """Leaves in the store how an engine's duties stand."""

    name = "telling"

    def __init__(self, store: Store, duties: Sequence[Duty], now: Callable[[], datetime]) -> None:
        self._store = store
        self._duties = duties
        self._now = now

    def look(self) -> None:
        """Leave it, with the moment."""
        from flowcentre.model import Upkeep

        upkeep = Upkeep()
        for duty in self._duties:
            upkeep = duty.told(upkeep)
        shown = upkeep.fallback_at
        said = {"at": self._now().isoformat(), "troubles": upkeep.troubles, "fallback_at": shown and shown.isoformat()}
        self._store.set_mark(MARK, json.dumps(said))

    def told(self, upkeep: Upkeep) -> Upkeep:
        """Nothing of its own."""
        return upkeep


class HearingDuty:
    """Finds in the store how an engine's duties stand, for a server that has none of them."""

    name = "hearing"

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._troubles: tuple[str, ...] = ()
        self._fallback_at: datetime | None = None

    def look(self) -> None:
        """Read what was left lately."""
        self._troubles, self._fallback_at = (), None
        kept = self._store.mark(MARK)
        if kept is None:
            return
        said = json.loads(kept)
        if abs(self._now() - datetime.fromisoformat(said["at"])) <= BELIEVED:
            self._troubles = tuple(said["troubles"])
            self._fallback_at = datetime.fromisoformat(said["fallback_at"]) if said["fallback_at"] else None

    def told(self, upkeep: Upkeep) -> Upkeep:
        """The engine's troubles beside one's own."""
        return replace(upkeep, troubles=upkeep.troubles + self._troubles, fallback_at=self._fallback_at)
