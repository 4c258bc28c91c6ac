"""The services of a locality side by side, whoever runs them: what is planned, staffed, used and free in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flowcentre.measures.derive import local_day
from flowcentre.model import Coverage, Picture, Place, PlaceKind, State, Value
from flowcentre.picture.totals import oldest

PLANNED = "visits_planned_hours_7d"
COLUMNS = (
    PLANNED,
    "reablement_hours_commissioned",
    "reablement_hours_capacity",
    "reablement_hours_used",
    "reablement_hours_free",
    "reablement_hours_closed",
)


@dataclass(frozen=True, slots=True)
class Service:
    """One team of one organisation. ``values`` stand in the order of ``COLUMNS``."""

    place: str
    organisation: str | None
    values: tuple[Value, ...]

    @property
    def silent(self) -> bool:
        """Is nothing known of it now?"""
        return not any(value.known for value in self.values)


@dataclass(frozen=True, slots=True)
class Side:
    """A locality with its services, and what they come to together."""

    locality: str
    services: tuple[Service, ...]
    totals: tuple[Value, ...]


def side_by_side(picture: Picture) -> tuple[Side, ...]:
    """Each locality that has reablement services, with all of them: a silent one is there, and in no total."""
    places, today = picture.county.places, local_day(picture.at)
    found = []
    for locality in places.of_kind(PlaceKind.LOCALITY):
        services = [
            _service(picture, place)
            for place in places.of_kind(PlaceKind.REABLEMENT)
            if places.locality_of(place.id) == locality.id and place.valid_on(today)
        ]
        if services:
            totals = tuple(
                total([service.values[column] for service in services], measure, locality.id)
                for column, measure in enumerate(COLUMNS)
            )
            found.append(Side(locality.id, tuple(services), totals))
    return tuple(found)


def _service(picture: Picture, place: Place) -> Service:
    return Service(place.id, place.parent, tuple(picture.value(place.id, measure) for measure in COLUMNS))


def total(values: Sequence[Value], measure: str, place: str, noun: str = "services") -> Value:
    """The sum of those who speak, as trustworthy as they are; where nobody does there is none."""
    speaking = [value for value in values if value.known]
    missing = tuple(value.place for value in values if not value.known)
    states = {value.state for value in speaking or values} or {State.NEVER}
    if not speaking:
        state = State.NEVER if states == {State.NEVER} else State.UNKNOWN
    else:
        state = State.LATE if State.LATE in states else State.FRESH
    return Value(
        measure,
        place,
        sum(value.value or 0.0 for value in speaking) if speaking else None,
        state,
        oldest(value.observed_at for value in speaking),
        oldest(value.received_at for value in speaking),
        tuple(dict.fromkeys(feed for value in values for feed in value.feeds)),
        Coverage(len(speaking), len(values), noun, missing),
        at_least=bool(speaking) and (bool(missing) or any(value.at_least for value in speaking)),
        derived=True,
        held=sum(value.held for value in values),
        late_at=oldest(value.late_at for value in speaking),
        stale_at=oldest(value.stale_at for value in speaking),
    )
