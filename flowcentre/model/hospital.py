"""People in hospital: attendances, ambulances, and those who wait to leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Stream(StrEnum):
    """Where a person who came to A&E was sent."""

    EMERGENCY_DEPARTMENT = "emergency department"
    CLINICAL_NAVIGATION = "clinical navigation"
    FRONT_DOOR_GP = "front-door GP"
    SAME_DAY_EMERGENCY_CARE = "same-day emergency care"


@dataclass(frozen=True, slots=True)
class EmergencyAttendance:
    """One A&E attendance. ``ref`` is a pseudonym."""

    ref: str
    place: str
    arrived_at: datetime
    stream: Stream = Stream.EMERGENCY_DEPARTMENT
    triaged_at: datetime | None = None
    seen_at: datetime | None = None
    decided_to_admit_at: datetime | None = None
    departed_at: datetime | None = None
    admitted: bool = False


@dataclass(frozen=True, slots=True)
class AmbulanceArrival:
    """One ambulance at the door. ``handed_over_at`` None: still waiting."""

    ref: str
    place: str
    arrived_at: datetime
    handed_over_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DelayedDischarge:
    """A person with no criteria to reside who is still in a bed, or left it today. ``ref`` is a pseudonym.

    A source that gives a date without a time means the start of that Europe/London day. What is None
    was not given, or not in words that are known: the person is there all the same.
    """

    ref: str
    place: str  # the hospital
    admitted_at: datetime
    ready_at: datetime  # the discharge ready date: since when they no longer meet the criteria to reside
    ward: str | None = None  # None where the hospital has no wards here
    pathway: int | None = None  # 0 to 3
    reason: str | None = None  # the key of a national reason for delay
    owner: str | None = None  # id of the organisation that must act next
    coordinator: str | None = None  # a code of the care transfer hub's, never a name
    residence: str | None = None  # id of the locality or council where they live
    expected_on: date | None = None  # expected date of discharge
    reviewed_at: datetime | None = None
    discharged_at: datetime | None = None  # listed until the end of that day

    @property
    def arrived_at(self) -> datetime:
        """From when they belong on the list."""
        return self.ready_at
