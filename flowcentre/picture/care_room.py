"""What each service and provider of a locality has free: hours of carers, pairs, therapy places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flowcentre.measures.derive import local_day
from flowcentre.model import CareService, Picture, PlaceKind, State, Value

_ENOUGH = 1e-9  # hours of halves and quarters are added and taken away: what is left must not fail by a rounding
# What gives the hours of each kind of service: those that could be given, those that two carers can give together.
FREE_HOURS = {
    PlaceKind.REABLEMENT: (CareService.REABLEMENT, "reablement_hours_free", "reablement_hours_two_carers_free"),
    PlaceKind.HOME_CARE: (CareService.HOME_CARE, "block_hours_unfilled", "home_care_hours_two_carers_free"),
}
FREE_THERAPY = "therapy_places_free"


@dataclass(frozen=True, slots=True)
class Room:
    """What one service or provider could give. Hours are of carers, a week. None is not known, which is no room."""

    place: str
    service: CareService  # whose referrals it takes
    hours: float | None
    two_carers: float | None = None  # of the hours, those in which two carers can go together; None: it does not say
    pairs_too_old: bool = False  # it did say, too long ago to count on: then nobody knows of a pair
    therapy: float | None = None  # places
    promised: float = 0.0  # hours of people who have not started yet, taken off by ``could_start``
    promised_therapy: float = 0.0

    @property
    def left(self) -> float | None:
        """The hours that can still be given away."""
        return None if self.hours is None else max(0.0, self.hours - self.promised)


def rooms_of(picture: Picture) -> dict[str, tuple[Room, ...]]:
    """The room of every service and provider that is expected to tell of it, by the locality that it serves."""
    places, today = picture.county.places, local_day(picture.at)
    found: dict[str, list[Room]] = {place.id: [] for place in places.of_kind(PlaceKind.LOCALITY)}
    for place in places.of_kind(*FREE_HOURS):
        locality = places.locality_of(place.id)
        service, hours, pairs = FREE_HOURS[place.kind]
        if locality in found and place.valid_on(today) and (place.id, hours) in picture.values:
            found[locality].append(
                Room(
                    place.id,
                    service,
                    _known(picture.value(place.id, hours)),
                    _known(picture.value(place.id, pairs)),
                    picture.value(place.id, pairs).state is State.STALE,
                    _known(picture.value(place.id, FREE_THERAPY)),
                )
            )
    return {locality: tuple(rooms) for locality, rooms in found.items()}


def told_by(room: Room) -> tuple[tuple[str, str], ...]:
    """The figures, by place and measure, that the hours of a room are told by."""
    return tuple(
        (room.place, measure)
        for service, *measures in FREE_HOURS.values()
        if service is room.service
        for measure in measures
    )


def _known(value: Value) -> float | None:
    return value.value if value.known else None


class Left:
    """What is left of some rooms while it is given away."""

    def __init__(self, rooms: Iterable[Room]) -> None:
        self.before = {room.place: room for room in rooms}  # with what was promised
        self.hours = {room.place: room.hours for room in self.before.values()}
        self.two_carers = {room.place: room.two_carers for room in self.before.values()}
        self.therapy = {room.place: room.therapy for room in self.before.values()}

    def has(self, place: str, hours: float) -> bool:
        """Are so many hours left there?"""
        left = self.hours[place]
        return left is not None and left + _ENOUGH >= hours

    def has_pair(self, place: str, hours: float) -> bool:
        """Can two carers go together in so many hours, as far as the place says? What it said too long ago is no word."""
        left = self.two_carers[place]
        return not self.before[place].pairs_too_old if left is None else left + _ENOUGH >= hours

    def take(self, place: str, hours: float, *, two_carers: bool) -> None:
        """Give hours away."""
        self.hours[place] = _less(self.hours[place], hours)
        if two_carers:
            self.two_carers[place] = _less(self.two_carers[place], hours)
        left, together = self.hours[place], self.two_carers[place]
        if left is not None and together is not None:
            self.two_carers[place] = min(left, together)

    def take_therapy(self, place: str) -> None:
        """Give a therapy place away."""
        self.therapy[place] = _less(self.therapy[place], 1)

    def promise(self, place: str, hours: float, *, two_carers: bool) -> None:
        """Take off hours that somebody has been promised."""
        self.take(place, hours, two_carers=two_carers)
        room = self.before[place]
        self.before[place] = replace(room, promised=room.promised + hours)

    def promise_therapy(self, place: str) -> None:
        """Take off a therapy place that somebody has been promised."""
        self.take_therapy(place)
        room = self.before[place]
        self.before[place] = replace(room, promised_therapy=room.promised_therapy + 1)


def _less(left: float | None, taken: float) -> float | None:
    return None if left is None else max(0.0, left - taken)
