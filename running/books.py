"""The books that are read: what pages and API tell of people, alerts, actions, huddles and pressure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowcentre.access.rows import Guard
    from flowcentre.picture import DelayBook, LivePicture
    from flowcentre.picture.actions_now import ActionBook
    from flowcentre.picture.alerts_now import AlertBook
    from flowcentre.picture.capacity import CapacityBook
    from flowcentre.picture.care_book import CareBook
    from flowcentre.picture.huddle import HuddleBook
    from flowcentre.picture.pressure_book import PressureBook
    from flowcentre.picture.visits import VisitBook
    from flowcentre.store import Store


@dataclass(frozen=True)
class Books:
    """Every book of a centre; None where its county has nothing to tell there."""

    delays: DelayBook
    packages: CareBook
    alerts: AlertBook | None
    actions: ActionBook | None
    huddles: HuddleBook | None
    pressure: PressureBook | None
    visits: VisitBook

    def guard(self, store: Store, live: LivePicture, now: Callable[[], datetime]) -> Guard:
        """Between whoever asks and rows of people: books of their scope, and the audit before a row leaves."""
        from flowcentre.access.rows import Guard
        from flowcentre.picture.shelf import Shelf

        shelf = Shelf(store, live.current, self.delays, self.packages, self.visits)
        return Guard(store, shelf.of, lambda: live.current().county.places, now)

    @property
    def capacity(self) -> CapacityBook:
        """Community capacity, which is known by whoever knows the packages that use it."""
        return self.packages.capacity


def books_of(store: Store, live: LivePicture, now: Callable[[], datetime], *, published: bool) -> Books:
    """The books of a county; of one of ``published`` figures none of pressure."""
    from flowcentre.picture import DelayBook
    from flowcentre.picture.actions_now import ActionBook, has_actions
    from flowcentre.picture.alerts_now import AlertBook
    from flowcentre.picture.care_book import CareBook
    from flowcentre.picture.huddle import HuddleBook
    from flowcentre.picture.pressure_book import PressureBook
    from flowcentre.picture.visits import VisitBook
    from layouts.parts.huddle_page import has_huddles

    picture = live.current()
    visits = VisitBook(store, live.current)
    delays, packages = DelayBook(store, live.current), CareBook(store, live.current, visits)
    delays.stand_beside(packages)
    return Books(
        delays,
        packages,
        alerts=AlertBook(store, live.current, now) if picture.county.alerting.rules else None,
        actions=ActionBook(store, live.current, now) if has_actions(picture.county) else None,
        huddles=HuddleBook(store, live.current, now) if has_huddles(picture) else None,
        # Always: rules may come while it runs. Without any, its page says so, and the API answers 404.
        pressure=None if published else PressureBook(store, live.current, now),
        visits=visits,
    )
