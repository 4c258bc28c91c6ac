"""Lists that are whole as at a moment, what was held back of them, and how long a row stood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flowcentre.model.care import CareContract, CareReferral, RosterExport, Visit
from flowcentre.model.hospital import AmbulanceArrival, DelayedDischarge, EmergencyAttendance
from flowcentre.model.measures import Reading

Person = EmergencyAttendance | AmbulanceArrival | DelayedDischarge | CareReferral
Listed = Person | CareContract  # whatever stands on a whole list


@dataclass(frozen=True, slots=True)
class WholeList:
    """Says that a list of people at a place is whole as at a moment, so that absence means departure.

    ``listed`` is the source's own count of rows where it gives one: a cut-off list is then found out.
    """

    people: str  # the list's name: "attendances", "ambulances", "delays", "referrals", "contracts"
    place: str
    observed_at: datetime
    listed: int | None = None
    departures: bool = True  # False: the list cannot say who has left, so nobody's leaving is counted


@dataclass(frozen=True, slots=True)
class Held:
    """A row that was not believed: kept with its reason, never dropped and never shown as true.

    It carries where the row stood and what was wrong, not the row: a wrong file may hold names.
    """

    row: str  # "beds.csv row 14"
    reason: str
    place: str | None = None
    measure: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedColumn:
    """A column that may hold what is never kept here: names, dates of birth, postcodes, NHS numbers, free text.

    ``what`` is our own word for it, never the heading or a cell: either may be a person's.
    """

    what: str  # "column 7 (a name)"
    cells: int


@dataclass(frozen=True, slots=True)
class PeopleList:
    """A whole list of people at a place as at a moment."""

    people: str
    place: str
    observed_at: datetime
    persons: tuple[Listed, ...]
    departures: bool = True  # see WholeList


@dataclass(frozen=True, slots=True)
class Interval:
    """A person's row as it stood on the lists of a place: from the list that first had it until the first without it."""

    person: Listed
    observed_at: datetime
    left_at: datetime | None
    known_from: datetime
    known_to: datetime | None


Fact = Reading | Listed | Visit | RosterExport | WholeList | Held
