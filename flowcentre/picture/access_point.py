"""The single points of access: what each team was asked, what it took and sent back, and who waits for its answer."""

from __future__ import annotations

from dataclasses import dataclass

from flowcentre.measures.derive import local_day
from flowcentre.measures.packages_week import AT_TEAMS
from flowcentre.model import Picture, PlaceKind, Summing, Value

COLUMNS = tuple(measure.id for measure in AT_TEAMS)
SUMMED = tuple(measure.id for measure in AT_TEAMS if measure.across_places is Summing.SUM)  # and no median of teams
_TEAMS = (PlaceKind.BROKERAGE, PlaceKind.REABLEMENT)  # in this order


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
