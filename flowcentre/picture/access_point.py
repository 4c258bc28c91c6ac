"""The single points of access: what each team was asked, what it took and sent back, and who waits for its answer."""

from __future__ import annotations

from dataclasses import dataclass

from flowcentre.measures.derive import local_day
from flowcentre.model import Picture, PlaceKind, Value

COLUMNS = (
    "spa_received_7d",
    "spa_accepted_7d",
    "spa_sent_back_7d",
    "spa_waiting_now",
    "spa_median_accept_hours_7d",
)
SUMMED = COLUMNS[:4]  # a median of teams is no median of people
_TEAMS = (PlaceKind.BROKERAGE, PlaceKind.REABLEMENT)


@dataclass(frozen=True, slots=True)
class Team:
    """One team that is asked for care. ``values`` stand in the order of ``COLUMNS``."""

    place: str
    kind: PlaceKind
    locality: str | None
    values: tuple[Value, ...]


def access_points(picture: Picture) -> tuple[Team, ...]:
    """Every team that a list of referrals is expected to tell of, those of one service together."""
    places, today = picture.county.places, local_day(picture.at)
    return tuple(
        Team(
            place.id, place.kind, places.locality_of(place.id), tuple(picture.value(place.id, each) for each in COLUMNS)
        )
        for kind in _TEAMS
        for place in places.of_kind(kind)
        if place.valid_on(today) and any((place.id, measure) in picture.values for measure in COLUMNS)
    )
