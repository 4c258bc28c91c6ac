"""A hospital's list set against its bed state: more people in its beds than beds are in use is somebody counted who has gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flowcentre.measures.lacking import lacks
from flowcentre.model import Picture, PlaceKind, State
from flowcentre.picture.delays import listing_hospitals
from flowcentre.picture.list_table import place_words

OCCUPIED = "ga_beds_occupied"


@dataclass(frozen=True, slots=True)
class MoreThanBeds:
    """An acute hospital whose list has more people than its bed state has beds in use, both fresh."""

    place: str
    listed: int
    occupied: int
    feeds: frozenset[str]  # that tell of either


def more_than_beds(picture: Picture) -> Iterator[MoreThanBeds]:
    """The hospitals of which that holds. Of a bed state that lacks a ward, or of which either is old, nothing is said."""
    for listed in listing_hospitals(picture):
        place = picture.county.places[listed.place]
        beds = picture.value(place.id, OCCUPIED)
        if place.kind is not PlaceKind.ACUTE_HOSPITAL or not all(each.state is State.FRESH for each in (listed, beds)):
            continue
        if listed.value is None or beds.value is None or beds.at_least or lacks(beds) or listed.value <= beds.value:
            continue
        yield MoreThanBeds(place.id, int(listed.value), int(beds.value), frozenset((*listed.feeds, *beds.feeds)))


def beds_words(picture: Picture, found: MoreThanBeds) -> str:
    """The two in a sentence."""
    name = place_words(picture.county, found.place)
    return (
        f"{name}: {found.listed:,} people are on its list of delayed discharges, and its bed state has "
        f"{found.occupied:,} beds in use. Somebody may be listed who has gone, or the bed state may be wrong."
    )
