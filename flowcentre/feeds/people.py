"""The lists of people that a feed may bring, and the measures that are counted from each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flowcentre.measures import ALL
from flowcentre.measures.delay_counts import delay_readings, remains
from flowcentre.measures.derive import ambulance_readings, attendance_readings
from flowcentre.model import (
    EPOCH,
    AmbulanceArrival,
    DelayedDischarge,
    EmergencyAttendance,
    Listed,
    PeopleList,
    Place,
    Reading,
)


@dataclass(frozen=True)
class Kind:
    """One kind of list: who is on it, and what is counted from it."""

    people: str
    person: type[Any]
    count: Callable[[PeopleList], Iterable[Reading]]
    gone_at: Callable[[Any], datetime | None]  # when a person left, or was handed over
    moments: Callable[[Any], tuple[datetime | None, ...]]  # every moment told of a person
    ward_measure: str | None = None  # counts those still there in each ward
    steady: bool = False  # a list of weeks: however far apart two of them are, they are compared by size
    in_one_bed: bool = False  # nobody can be on two hospitals' lists

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """What is counted of every list, were it of nobody."""
        return tuple(reading.measure for reading in self.count(PeopleList(self.people, "", EPOCH, ())))


ATTENDANCES = Kind(
    "attendances",
    EmergencyAttendance,
    lambda whole: attendance_readings(whole.place, whole.persons, whole.observed_at),  # type: ignore[arg-type]
    lambda one: one.departed_at,
    lambda one: (one.arrived_at, one.triaged_at, one.seen_at, one.decided_to_admit_at, one.departed_at),
)
AMBULANCES = Kind(
    "ambulances",
    AmbulanceArrival,
    lambda whole: ambulance_readings(whole.place, whole.persons, whole.observed_at),  # type: ignore[arg-type]
    lambda one: one.handed_over_at,
    lambda one: (one.arrived_at, one.handed_over_at),
)
DELAYS = Kind(
    "delays",
    DelayedDischarge,
    lambda whole: delay_readings(
        whole.place,
        whole.persons,  # type: ignore[arg-type]
        whole.observed_at,
        departures=whole.departures,
    ),
    lambda one: one.discharged_at,
    lambda one: (one.admitted_at, one.ready_at, one.reviewed_at, one.discharged_at),
    ward_measure="nctr_now",
    steady=True,
    in_one_bed=True,
)
KINDS = {kind.people: kind for kind in (ATTENDANCES, AMBULANCES, DELAYS)}
_OF_PERSON = {kind.person: kind for kind in KINDS.values()}


def kind_of(person: Listed) -> Kind:
    """The kind of list that a person belongs to."""
    return _OF_PERSON[type(person)]


def count_people(whole: PeopleList, places: Mapping[str, Place]) -> list[Reading]:
    """The measures of one list, as at its own moment; those of each of its wards among ``places`` included."""
    kind = KINDS[whole.people]
    readings = list(kind.count(whole))
    if kind.ward_measure is not None:
        here = Counter(
            person.ward
            for person in whole.persons
            if isinstance(person, DelayedDischarge) and remains(person, whole.observed_at)
        )
        readings += [
            Reading(kind.ward_measure, ward, float(here[ward]), whole.observed_at)
            for ward in _wards(whole.place, kind.ward_measure, places)
        ]
    return readings


def uncounted(people: str, place: str, at: datetime, places: Mapping[str, Place]) -> list[Reading]:
    """The same measures with no value: the list came, and cannot be believed to be empty."""
    kind = KINDS[people]
    wards = _wards(place, kind.ward_measure, places) if kind.ward_measure else []
    return [Reading(measure, place, None, at) for measure in kind.measures] + [
        Reading(str(kind.ward_measure), ward, None, at) for ward in wards
    ]


def _wards(site: str, measure: str, places: Mapping[str, Place]) -> list[str]:
    return [place.id for place in places.values() if place.parent == site and place.kind in ALL[measure].reported_by]
