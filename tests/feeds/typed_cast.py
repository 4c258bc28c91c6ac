"""A corner of Westshire without systems: two voluntary services, an extra-care scheme, and a team that has a file too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connectors import find_connectors
from flowcentre.feeds.typed import Desk
from flowcentre.model import County, Feed, Level, Place, PlaceKind, Places, Slip
from flowcentre.store import Store

AT = datetime(2026, 11, 22, 8, 14, 32, 125_000, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONNECTORS = find_connectors()
VOLUNTARY, EXTRA_CARE, REABLEMENT = "voluntary sector", "extra care", "reablement hours"
AUTHOR = "duty manager, Meadow Court"

PLACES = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("north", "North Westshire", Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire"),
        Place("mid", "Mid Westshire", Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire"),
        Place("westshire-council", "Westshire Council", Level.ORGANISATION, PlaceKind.COUNCIL, parent="westshire"),
        *(
            Place(id, name, Level.UNIT, kind, parent="westshire-council", locality=locality)
            for id, name, kind, locality in (
                ("neighbours-north", "Good Neighbours North", PlaceKind.VOLUNTARY, "north"),
                ("neighbours-mid", "Good Neighbours Mid", PlaceKind.VOLUNTARY, "mid"),
                ("meadow-court", "Meadow Court", PlaceKind.EXTRA_CARE, "mid"),
                ("wupi-north", "Promoting Independence North", PlaceKind.REABLEMENT, "north"),
            )
        ),
    ]
)
FILE = Feed(
    "wupi",
    "Promoting Independence",
    "community_capacity_csv",
    every=HOUR,
    late_after=3 * HOUR,
    stale_after=12 * HOUR,
    places=("wupi-north",),
    provides=("reablement_hours_capacity", "reablement_hours_used", "reablement_hours_free"),
    settings={"folder": "/drop"},
)
TYPED = Feed(
    "typed-in",
    "Typed in",
    "typed_in",
    every=4 * HOUR,
    late_after=4 * HOUR,
    stale_after=4 * HOUR,
    places=("neighbours-north", "neighbours-mid", "meadow-court", "wupi-north"),
    provides=(
        *(f"{stem}_{what}" for stem in ("voluntary", "extra_care") for what in ("capacity", "used", "free")),
        *FILE.provides,
    ),
    leaves_out=tuple(f"reablement_hours_{what}" for what in ("commissioned", "closed", "two_carers_free")),
    settings={"services": [VOLUNTARY, EXTRA_CARE, REABLEMENT]},
    polled=False,
)
COUNTY = County("Westshire", PLACES, (FILE, TYPED), demonstration=True)


class Clock:
    """What time the test says it is."""

    def __init__(self, at: datetime = AT) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, length: timedelta) -> None:
        self.at += length


def desk_of(store: Store, now: Callable[[], datetime], county: County = COUNTY) -> Desk:
    return Desk(store, CONNECTORS, lambda: county, now)


def slip(used: str = "7", staffed: str = "12", *, holds: timedelta | datetime = 4 * HOUR, **more: object) -> Slip:
    """A form of Good Neighbours North, filled in."""
    figures: Mapping[str, Mapping[str, str]] = {VOLUNTARY: {"used": used, "staffed": staffed}}
    return replace(Slip("neighbours-north", figures, AUTHOR, holds, "form-1"), **more)  # type: ignore[arg-type]
