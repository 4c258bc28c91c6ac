"""The services outside the acute hospitals, as every board and page lists them."""

from __future__ import annotations

from dataclasses import dataclass

from flowcentre.measures.derive import local_day
from flowcentre.model import County, Picture, Place, PlaceKind


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of service: what is free, out of what, and what is closed."""

    name: str
    short_name: str
    word: str  # what the free ones are: "free", "accepting"
    unit: str
    kind: PlaceKind
    free: str
    capacity: str
    out_of: str  # the capacity in words
    closed: str | None = None


SERVICES = (
    Service(
        name="Community hospital beds",
        short_name="Community beds",
        word="free",
        unit="beds",
        kind=PlaceKind.COMMUNITY_HOSPITAL,
        free="community_beds_free",
        capacity="community_beds_capacity",
        out_of="of {} open",
        closed="community_beds_closed",
    ),
    Service(
        name="Recovery beds",
        short_name="Recovery beds",
        word="free",
        unit="beds",
        kind=PlaceKind.RECOVERY_UNIT,
        free="recovery_beds_free",
        capacity="recovery_beds_capacity",
        out_of="of {} open",
        closed="recovery_beds_closed",
    ),
    Service(
        name="Virtual ward places",
        short_name="Virtual ward",
        word="free",
        unit="places",
        kind=PlaceKind.VIRTUAL_WARD,
        free="virtual_ward_free",
        capacity="virtual_ward_capacity",
        out_of="of {} places staffed",
    ),
    Service(
        name="Care home beds",
        short_name="Care homes",
        word="accepting",
        unit="beds",
        kind=PlaceKind.CARE_HOME,
        free="care_home_accepting",
        capacity="care_home_beds",
        out_of="of {} beds",
    ),
    Service(
        name="Home care",
        short_name="Home care",
        word="free",
        unit="hours a week",
        kind=PlaceKind.HOME_CARE,
        free="home_care_hours_free",
        capacity="home_care_hours_capacity",
        out_of="of {} hours a week",
    ),
    Service(
        name="Reablement",
        short_name="Reablement",
        word="free",
        unit="hours a week",
        kind=PlaceKind.REABLEMENT,
        free="reablement_hours_free",
        capacity="reablement_hours_capacity",
        out_of="of {} hours a week",
    ),
)


def acute_sites(county: County, within: tuple[str, ...] = ()) -> tuple[Place, ...]:
    """The acute hospitals in some places, or all of them, in the order of the configuration."""
    inside = {place.id for top in within for place in county.places.within(top)}
    return tuple(p for p in county.places.of_kind(PlaceKind.ACUTE_HOSPITAL) if not within or p.id in inside)


def stands_in(picture: Picture, service: Service, place: Place) -> bool:
    """Is there such a service at a place today, reported or not?"""
    today = local_day(picture.at)
    return any(unit.kind is service.kind and unit.valid_on(today) for unit in picture.county.places.within(place.id))


def absence_words(picture: Picture, service: Service, place: Place, none: str) -> str:
    """Of a service without a figure at a place: ``none`` where there is none, and otherwise that no feed speaks of it."""
    return "no feed reports them" if stands_in(picture, service, place) else none


def short_locality(county: County, locality: Place) -> str:
    """A locality as one says it inside its own county: "North" for "North Westshire"."""
    return locality.short_name or locality.name.removesuffix(county.name).strip() or locality.name
