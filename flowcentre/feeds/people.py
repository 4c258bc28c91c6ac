"""The lists of people that a feed may bring, and the measures that are counted from each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flowcentre.measures.derive import ambulance_readings, attendance_readings
from flowcentre.model import EPOCH, AmbulanceArrival, EmergencyAttendance, PeopleList, Person, Reading


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of list: who is on it, and what is counted from it."""

    people: str
    count: Callable[[str, Iterable[Any], datetime], Iterator[Reading]]
    measures: tuple[str, ...]


def _kind(people: str, count: Callable[[str, Iterable[Any], datetime], Iterator[Reading]]) -> Kind:
    return Kind(people, count, tuple(reading.measure for reading in count("", (), EPOCH)))


ATTENDANCES = _kind("attendances", attendance_readings)
AMBULANCES = _kind("ambulances", ambulance_readings)
KINDS = {kind.people: kind for kind in (ATTENDANCES, AMBULANCES)}


def kind_of(person: Person) -> Kind:
    """The kind of list that a person belongs to."""
    return ATTENDANCES if isinstance(person, EmergencyAttendance) else AMBULANCES


def gone_at(person: Person) -> datetime | None:
    """When a person left, or was handed over; None while still there."""
    return person.departed_at if isinstance(person, EmergencyAttendance) else person.handed_over_at


def moments_of(person: Person) -> tuple[datetime | None, ...]:
    """Every moment told of a person, the arrival first."""
    if isinstance(person, AmbulanceArrival):
        return (person.arrived_at, person.handed_over_at)
    return (person.arrived_at, person.triaged_at, person.seen_at, person.decided_to_admit_at, person.departed_at)


def count_people(whole: PeopleList) -> list[Reading]:
    """The measures of one list, as at its own moment."""
    return list(KINDS[whole.people].count(whole.place, whole.persons, whole.observed_at))


def uncounted(people: str, place: str, at: datetime) -> list[Reading]:
    """The same measures with no value: the list came, and cannot be believed to be empty."""
    return [Reading(measure, place, None, at) for measure in KINDS[people].measures]
