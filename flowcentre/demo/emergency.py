"""An A&E department: people and ambulances arrive, are streamed, seen, sent home or given a bed.

Waiting arises by itself: for clinicians when more come than are seen, for a space when the
department is full of people who wait for a bed, for a bed when the wards are full.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random

from flowcentre.demo.agenda import Agenda
from flowcentre.demo.hospital import Hospital
from flowcentre.demo.patient import Patient
from flowcentre.demo.rhythm import (
    ARRIVALS_BY_HOUR,
    ARRIVALS_BY_WEEKDAY,
    CLINICIANS_BY_HOUR,
    HOUR,
    MINUTE,
    around,
    happenings,
    local,
)
from flowcentre.demo.westshire import Care
from flowcentre.model import Stream

_BY_AMBULANCE = 0.41  # of those not streamed away: 30 % of everyone
_MAJORS_SHARE = {True: 0.85, False: 0.26}  # by ambulance or not
_ADMITTED_SHARE = {True: 0.475, False: 0.085}  # majors or not: 28 % together
# (stream, share of everyone while it is open, opens, closes, median minutes there)
_STREAMS = (
    (Stream.CLINICAL_NAVIGATION, 0.095, 0, 24, 25),
    (Stream.FRONT_DOOR_GP, 0.145, 8, 23, 55),
    (Stream.SAME_DAY_EMERGENCY_CARE, 0.085, 8, 20, 170),
)
# Pseudonyms hold no digit, so that none can look like an NHS number.
_LETTERS = str.maketrans("0123456789", "ghjkmpqrst")


@dataclass(slots=True, eq=False)
class Attendance:
    """One person in A&E. A moment may lie ahead: it is published only once it has come."""

    ref: str
    arrived: int
    stream: Stream
    majors: bool = False
    triaged: int | None = None
    seen: int | None = None
    decided: int | None = None
    departed: int | None = None
    admitted: bool = False
    row: str = ""  # as published, once nothing more can change


@dataclass(slots=True, eq=False)
class Ambulance:
    """One ambulance at the door."""

    ref: str
    arrived: int
    handed_over: int | None = None
    row: str = ""


@dataclass(slots=True)
class Team:
    """Clinicians who see people one after another, so many an hour as the roster has them."""

    a_day: float
    next_at: int = 0
    hours: list[float] = field(init=False)

    def __post_init__(self) -> None:
        whole = sum(CLINICIANS_BY_HOUR)
        self.hours = [self.a_day * share / whole for share in CLINICIANS_BY_HOUR]

    def see(self, from_at: int, pace: float) -> int:
        """The moment at which somebody who is there from a moment on is seen."""
        at = max(self.next_at, from_at)
        # A long queue brings the consultant to the front and the next shift in early.
        hurried = 1 + min(0.6, max(0.0, (at - from_at) / HOUR - 1.5) * 0.15)
        self.next_at = at + int(HOUR / (self.hours[local(at - at % HOUR).hour] * pace * hurried))
        return at


class EmergencyDepartment:
    """The A&E of one acute hospital."""

    def __init__(self, hospital: Hospital, agenda: Agenda, draw: Random) -> None:
        self.hospital = hospital
        self.attendances: list[Attendance] = []  # arrived or left since midnight, or lately, or still there
        self.ambulances: list[Ambulance] = []
        self.in_majors = 0
        self.boarding = 0  # waiting for a bed after a decision to admit
        self._outside: deque[tuple[Attendance, Ambulance]] = deque()
        self._agenda = agenda
        self._draw = draw
        self._initials = hospital.size.place[:1]
        a_day = hospital.size.attendances * 0.73
        majors = _BY_AMBULANCE * _MAJORS_SHARE[True] + (1 - _BY_AMBULANCE) * _MAJORS_SHARE[False]
        self._majors = Team(a_day * majors * 1.13)
        self._minors = Team(a_day * (1 - majors) * 1.09)

    def _ref(self) -> str:
        return f"{self._initials}{self._draw.getrandbits(44):011x}".translate(_LETTERS)

    # --- At the door --------------------------------------------------------------------

    def expect_arrivals(self, busy: float) -> None:
        """Draw the coming hour's arrivals; ``busy`` is how this day compares with an ordinary one."""
        at = self._agenda.at
        clock = local(at)
        share = ARRIVALS_BY_HOUR[clock.hour] / sum(ARRIVALS_BY_HOUR)
        expected = self.hospital.size.attendances * share * ARRIVALS_BY_WEEKDAY[clock.weekday()] * busy
        for _ in range(happenings(self._draw, expected)):
            self._agenda.add(at + 1 + int(self._draw.random() * (HOUR - 1)), self._arrive)

    def _arrive(self) -> None:
        at = self._agenda.at
        hour = local(at - at % HOUR).hour
        chance = self._draw.random()
        for stream, share, opens, closes, minutes in _STREAMS:
            if opens <= hour < closes:
                if chance < share:
                    person = Attendance(self._ref(), at, stream, triaged=at + around(self._draw, 7, 0.5))
                    person.departed = at + max(10 * MINUTE, around(self._draw, minutes, 0.45))
                    self.attendances.append(person)
                    return
                chance -= share
        person = Attendance(self._ref(), at, Stream.EMERGENCY_DEPARTMENT)
        by_ambulance = self._draw.random() < _BY_AMBULANCE
        person.majors = self._draw.random() < _MAJORS_SHARE[by_ambulance]
        self.attendances.append(person)
        if by_ambulance:
            ambulance = Ambulance(self._ref(), at)
            self.ambulances.append(ambulance)
            self._outside.append((person, ambulance))
            self._agenda.add(at + int((55 + 75 * self._draw.random()) * MINUTE), self._take_into_corridor, ambulance)
            self._offload()
        else:
            self._take_in(person)

    def _offload(self) -> None:
        while self._outside and self.in_majors < self.hospital.size.spaces:
            self._hand_over(*self._outside.popleft())

    def _take_into_corridor(self, ambulance: Ambulance) -> None:
        # Crews are released after a while, space or no space.
        for waiting in self._outside:
            if waiting[1] is ambulance:
                self._outside.remove(waiting)
                self._hand_over(*waiting)
                return

    def _hand_over(self, person: Attendance, ambulance: Ambulance) -> None:
        ambulance.handed_over = self._agenda.at + max(3 * MINUTE, around(self._draw, 12, 0.5))
        self._take_in(person, from_at=ambulance.handed_over)

    # --- Inside -------------------------------------------------------------------------

    def _take_in(self, person: Attendance, from_at: int | None = None) -> None:
        at = self._agenda.at if from_at is None else from_at
        person.triaged = at + around(self._draw, 11, 0.55)
        # People who wait for a bed need nurses and trolleys too: a blocked department is slower.
        pace = 1 - 0.25 * min(1.0, self.boarding / (0.7 * self.hospital.size.spaces))
        if person.majors:
            self.in_majors += 1
            at_once = self._draw.random() < 0.14  # resuscitation
            person.seen = person.triaged if at_once else self._majors.see(person.triaged, pace)
            done = person.seen + around(self._draw, 145, 0.5)
        else:
            person.seen = self._minors.see(person.triaged, pace)
            if person.seen - at > 4 * HOUR and self._draw.random() < 0.35:
                self._agenda.add(at + int((2.5 + self._draw.random()) * HOUR), self._give_up, person)
                return
            done = person.seen + around(self._draw, 70, 0.6)
        self._agenda.add(done, self._decide, person)

    def _give_up(self, person: Attendance) -> None:
        person.seen = None
        self._depart(person)

    def _decide(self, person: Attendance) -> None:
        if person.majors and self._draw.random() < 0.02:
            # In a mental health crisis, and the bed that is needed is in no hospital of the county.
            self._agenda.add(self._agenda.at + int((6 + 20 * self._draw.random()) * HOUR), self._depart, person)
            return
        if self._draw.random() >= _ADMITTED_SHARE[person.majors]:
            self._depart(person)
            return
        person.decided = self._agenda.at
        self.boarding += 1
        patient = self.hospital.person(surgery=0.23)
        if person.majors and self._draw.random() < self._critical_share:
            patient.care = Care.CRITICAL

        def arrived(_: Patient) -> None:
            self.boarding -= 1
            person.admitted = True
            self._depart(person)

        self.hospital.ask(patient, arrived)

    @property
    def _critical_share(self) -> float:
        size = self.hospital.size
        return size.critical / (size.attendances * 0.73 * 0.24 * 0.72)

    def _depart(self, person: Attendance) -> None:
        person.departed = self._agenda.at
        if person.majors:
            self.in_majors -= 1
            self._offload()

    # --- Midnight -----------------------------------------------------------------------

    def start_new_day(self) -> None:
        """Local midnight: who left before it will soon not be listed any more."""
        # They stay for an hour, so that each departure is told at least once.
        self._agenda.add(self._agenda.at + HOUR + MINUTE, self._forget, self._agenda.at)

    def _forget(self, midnight: int) -> None:
        self.attendances = [a for a in self.attendances if a.departed is None or a.departed >= midnight]
        self.ambulances = [a for a in self.ambulances if a.handed_over is None or a.handed_over >= midnight]
