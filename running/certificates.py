"""The certificates of the names by which a server is reached: looked at each day, and told in time before one ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowcentre.model import County, Picture, Upkeep

LOOK_EVERY, AGAIN_AFTER = timedelta(days=1), timedelta(hours=1)
SOON = timedelta(days=21)
_DAY = timedelta(days=1)


class CertificateDuty:
    """Looks at the certificate of each ``public_url`` by https."""

    name = "certificates"

    def __init__(
        self,
        current: Callable[[], Picture],
        now: Callable[[], datetime],
        ends_at: Callable[[str, int], datetime] | None = None,
    ) -> None:
        self._current = current
        self._now = now
        self._ends_at = ends_at
        self._found: dict[tuple[str, int], datetime | str] = {}  # when it ends, or why nobody knows
        self._looked_at: dict[tuple[str, int], datetime] = {}

    def look(self) -> None:
        """Look at each that was not looked at today, or could not be in the last hour."""
        import structlog

        from flowcentre.access.certificates import NotSeen, ends_at

        at, places = self._now(), names_of(self._current().county)
        self._found = {place: found for place, found in self._found.items() if place in places}
        for place in places:
            before, last = self._found.get(place), self._looked_at.get(place)
            wait = LOOK_EVERY if isinstance(before, datetime) else AGAIN_AFTER
            if before is not None and last is not None and timedelta(0) <= at - last < wait:
                continue
            self._looked_at[place] = at
            try:
                self._found[place] = found = (self._ends_at or ends_at)(*place)
            except NotSeen as why:
                self._found[place] = str(why)
                structlog.get_logger("upkeep").warning("a certificate was not seen", host=place[0], reason=str(why))
            else:
                if found - at < SOON:
                    structlog.get_logger("upkeep").error("a certificate ends", host=place[0], days=(found - at) // _DAY)

    def told(self, upkeep: Upkeep) -> Upkeep:
        """When each ends; and a trouble where that is soon, or where nobody knows."""
        from flowcentre.model import Ending

        at, troubles, endings = self._now(), list(upkeep.troubles), list(upkeep.certificates)
        for (host, _), found in list(self._found.items()):
            if isinstance(found, str):
                troubles.append(f"Nobody knows when the certificate of {host} ends: {found}.")
                continue
            endings.append(Ending(host, found))
            if found <= at:
                troubles.append(f"The certificate of {host} ended on {found:%d %B %Y}: browsers let nobody in.")
            elif found - at < SOON:
                left = (found - at) // _DAY
                days = f"in {left} day{'' if left == 1 else 's'}" if left else "within a day"
                troubles.append(f"The certificate of {host} ends {days}, on {found:%d %B %Y}.")
        return replace(upkeep, certificates=tuple(endings), troubles=tuple(troubles))


def names_of(county: County) -> list[tuple[str, int]]:
    """Host and port of each public name by https, where people sign in and where messages lead."""
    from flowcentre.access.certificates import place_of

    places = (place_of(county.access.public_url), place_of(county.alerting.public_url))
    return list(dict.fromkeys(place for place in places if place is not None))
