"""The simulated county obeys its own laws: one life for one seed, nobody in two beds, days that begin at midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from flowcentre.demo.rhythm import LONDON
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.westshire import WESTSHIRE, Care
from flowcentre.model import Stream
from tests.demo.conftest import START, Hour

SITES = ("northgate", "southmere")


def portrait(simulation: Simulation) -> object:
    """Everything that a feed could say."""
    community = simulation.community
    return (
        [
            (
                ward.place,
                ward.core_open,
                ward.escalation_open,
                sorted(ward.patients),
                ward.closed,
                ward.discharges_today,
            )
            for acute in simulation.acutes.values()
            for ward in acute.hospital.wards
        ],
        [
            (person.ref, person.arrived, person.seen, person.departed)
            for acute in simulation.acutes.values()
            for person in acute.emergency.attendances
        ],
        [(beds.occupied, beds.closed) for beds in community.beds],
        [(unit.used, unit.capacity) for unit in (*community.reablement, *community.home_care)],
        [(home.occupied, home.reserved, home.accepting, home.said) for home in community.homes],
        [(ward.caseload, ward.staffed) for ward in community.virtual_wards],
    )


def test_one_seed_and_start_live_one_life_however_they_are_stepped_through() -> None:
    end = START + timedelta(days=3, hours=5, minutes=7, seconds=11)
    leaping, stepping = (Simulation(WESTSHIRE, seed=7, start=START) for _ in range(2))
    leaping.advance(end)
    at = START
    while at < end:
        at = min(end, at + timedelta(minutes=37, seconds=13))
        stepping.advance(at)
    assert stepping.at == leaping.at == end
    assert portrait(stepping) == portrait(leaping)


def test_two_seeds_live_two_lives() -> None:
    one, other = (Simulation(WESTSHIRE, seed=seed, start=START) for seed in (1, 2))
    for simulation in (one, other):
        simulation.advance(START + timedelta(days=1))
    assert portrait(one) != portrait(other)


def test_a_moment_that_has_passed_changes_nothing() -> None:
    simulation = Simulation(WESTSHIRE, seed=3, start=START)
    simulation.advance(START + timedelta(hours=30))
    before = portrait(simulation)
    simulation.advance(START + timedelta(hours=20))
    assert simulation.at == START + timedelta(hours=30)
    assert portrait(simulation) == before


@pytest.mark.parametrize("site", SITES)
def test_nobody_lies_in_two_beds_and_nobody_who_left_comes_back(weeks: dict[str, list[Hour]], site: str) -> None:
    gone: set[int] = set()
    before: frozenset[int] = frozenset()
    for hour in weeks[site]:
        assert len(hour.general) == hour.occupied
        assert not hour.general & hour.critical
        here = hour.general | hour.critical
        gone |= before - here
        assert not gone & here
        before = here


@pytest.mark.parametrize("site", SITES)
def test_the_days_counts_are_the_people_who_came_and_left(weeks: dict[str, list[Hour]], site: str) -> None:
    hours = weeks[site]
    for start in range(24, len(hours), 24):
        came: set[int] = set()
        left: set[int] = set()
        for before, after in zip(hours[start - 1 : start + 23], hours[start : start + 24], strict=True):
            came |= after.general - before.general - before.critical
            left |= before.general - after.general - after.critical
        assert hours[start + 23].admissions == len(came)
        assert hours[start + 23].discharges == len(left)


@pytest.mark.parametrize("site", SITES)
def test_no_bed_is_ever_promised_twice(weeks: dict[str, list[Hour]], site: str) -> None:
    assert min(hour.free for hour in weeks[site]) >= 0


def test_closed_beds_are_empty_beds_and_services_hold_no_more_than_they_have() -> None:
    simulation = Simulation(WESTSHIRE, seed=11, start=START)
    closed = escalated = 0
    for day in range(1, 22):
        simulation.advance(START + timedelta(days=day, hours=9))
        for acute in simulation.acutes.values():
            for ward in acute.hospital.wards:
                assert 0 <= ward.occupied <= ward.open <= ward.core + ward.escalation
                assert min(ward.closed.values()) >= 0
                closed += sum(ward.closed.values())
                escalated += ward.escalation_open
        community = simulation.community
        for beds in community.beds:
            assert 0 <= beds.occupied <= beds.open <= beds.size.beds
        for unit in (*community.reablement, *community.home_care):
            assert -1e-6 <= unit.used <= unit.capacity + 1e-6
        for home in community.homes:
            assert 0 <= home.accepting <= home.size.beds - home.occupied - home.reserved
        for virtual in community.virtual_wards:
            assert 0 <= virtual.caseload <= virtual.staffed
    assert closed > 0
    assert escalated > 0


# The nights on which London's clocks change, and an ordinary one.
@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 14)])
def test_counts_since_midnight_only_grow_and_begin_again_at_londons_midnight(night: date) -> None:
    midnight = datetime.combine(night, time(), tzinfo=LONDON).astimezone(UTC)
    simulation = Simulation(WESTSHIRE, seed=5, start=midnight - timedelta(hours=20))
    before: dict[str, int] = {}
    at = midnight - timedelta(hours=12)
    while at <= midnight + timedelta(hours=30):
        simulation.advance(at)
        new_day = at.astimezone(LONDON).time() == time()
        for site, acute in simulation.acutes.items():
            counts = {
                f"{site} admissions": sum(ward.admissions_today for ward in acute.hospital.general),
                f"{site} discharges": sum(ward.discharges_today for ward in acute.hospital.general),
            }
            for name, count in counts.items():
                assert count == 0 if new_day else count >= before.get(name, 0)
                before[name] = count
        at += timedelta(minutes=15)
    assert min(before.values()) >= 0


def test_the_october_night_is_an_hour_longer_and_brings_an_hour_more_of_people() -> None:
    def night(day: date) -> float:
        midnight = datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC)
        found = 0
        for seed in range(6):
            simulation = Simulation(WESTSHIRE, seed=seed, start=midnight - timedelta(hours=1))
            simulation.advance(datetime.combine(day, time(3), tzinfo=LONDON).astimezone(UTC))
            since = midnight.timestamp()
            found += sum(a.arrived >= since for x in simulation.acutes.values() for a in x.emergency.attendances)
        return found

    october, ordinary = night(date(2026, 10, 25)), night(date(2026, 10, 18))
    assert 1.1 < october / ordinary < 1.7


def test_an_admitted_person_leaves_the_department_when_the_ward_has_them() -> None:
    simulation = Simulation(WESTSHIRE, seed=2, start=START)
    simulation.advance(START + timedelta(hours=20))
    for acute in simulation.acutes.values():
        people = [a for a in acute.emergency.attendances if a.stream is Stream.EMERGENCY_DEPARTMENT]
        boarding = [a for a in people if a.decided is not None and a.departed is None]
        assert len(boarding) == acute.emergency.boarding
        admitted = [a for a in people if a.admitted]
        assert admitted
        assert all(a.decided is not None and a.departed is not None and a.decided < a.departed for a in admitted)


def test_critical_care_patients_are_counted_in_critical_care_alone() -> None:
    simulation = Simulation(WESTSHIRE, seed=2, start=START)
    simulation.advance(START + timedelta(days=10))
    for acute in simulation.acutes.values():
        units = [ward for ward in acute.hospital.wards if ward.care is Care.CRITICAL]
        assert sum(unit.occupied for unit in units) > 0
        assert all(unit.admissions_today == unit.discharges_today == 0 for unit in units)
