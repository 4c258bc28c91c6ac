"""The services outside the acute hospitals, as every board and page lists them: who waits for care, and what is free."""

from __future__ import annotations

from dataclasses import dataclass

from flowcentre.measures.derive import local_day
from flowcentre.model import County, Picture, Place, PlaceKind
from layouts.parts.words import UNREPORTED


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of service: its main figure, and those that qualify it, each in its words."""

    name: str
    short_name: str
    word: str  # what is counted: "waiting", "free", "accepting"
    unit: str
    kind: PlaceKind  # of the places that have it
    measure: str
    others: tuple[tuple[str, str], ...]


SERVICES = (
    Service(
        name="Packages of care",
        short_name="Packages",
        word="waiting",
        unit="people",
        kind=PlaceKind.LOCALITY,
        measure="poc_waiting_now",
        others=(("poc_breached_now", "{} past the promise"),),
    ),
    Service(
        name="Community hospital beds",
        short_name="Community beds",
        word="free",
        unit="beds",
        kind=PlaceKind.COMMUNITY_HOSPITAL,
        measure="community_beds_free",
        others=(("community_beds_capacity", "{} open"), ("community_beds_closed", "{} closed")),
    ),
    Service(
        name="Recovery beds",
        short_name="Recovery beds",
        word="free",
        unit="beds",
        kind=PlaceKind.RECOVERY_UNIT,
        measure="recovery_beds_free",
        others=(("recovery_beds_capacity", "{} open"), ("recovery_beds_closed", "{} closed")),
    ),
    Service(
        name="Virtual ward places",
        short_name="Virtual ward",
        word="free",
        unit="places",
        kind=PlaceKind.VIRTUAL_WARD,
        measure="virtual_ward_free",
        others=(("virtual_ward_capacity", "of {} staffed"),),
    ),
    Service(
        name="Care home beds",
        short_name="Care homes",
        word="accepting",
        unit="beds",
        kind=PlaceKind.CARE_HOME,
        measure="care_home_accepting",
        others=(("care_home_beds", "of {} beds"),),
    ),
    Service(
        name="Home care",
        short_name="Home care",
        word="free",
        unit="hours a week",
        kind=PlaceKind.HOME_CARE,
        measure="home_care_hours_free",
        others=(("home_care_hours_capacity", "of {} h a week"),),
    ),
    Service(
        name="Reablement",
        short_name="Reablement",
        word="free",
        unit="hours a week",
        kind=PlaceKind.REABLEMENT,
        measure="reablement_hours_free",
        others=(("reablement_hours_capacity", "of {} h a week"),),
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
    return UNREPORTED if stands_in(picture, service, place) else none


def short_locality(county: County, locality: Place) -> str:
    """A locality as one says it inside its own county: "North" for "North Westshire"."""
    return locality.short_name or locality.name.removesuffix(county.name).strip() or locality.name
