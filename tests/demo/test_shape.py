"""A site manager would believe it: the shape of four simulated winter weeks."""

from __future__ import annotations

from statistics import correlation, fmean

import pytest

from flowcentre.demo.simulation import Simulation
from flowcentre.demo.westshire import WESTSHIRE
from tests.demo.conftest import SETTLED, START, Hour

SITES = ("northgate", "southmere")


def ends_of_days(hours: list[Hour]) -> list[Hour]:
    return [hour for hour in hours if hour.at.hour == 23]


def at_hour(hours: list[Hour], hour: int) -> list[Hour]:
    return [noted for noted in hours if noted.at.hour == hour]


@pytest.mark.parametrize(("site", "low", "high"), [("northgate", 270, 330), ("southmere", 165, 210)])
def test_as_many_come_a_day_as_to_such_a_department(
    weeks: dict[str, list[Hour]], site: str, low: int, high: int
) -> None:
    days = ends_of_days(weeks[site])
    assert len(days) == 28
    assert low < fmean(day.attendances for day in days) < high
    assert max(day.attendances for day in days) < 1.4 * low + 50


@pytest.mark.parametrize("site", SITES)
def test_a_quarter_to_a_third_are_streamed_away_at_the_front_door(weeks: dict[str, list[Hour]], site: str) -> None:
    days = ends_of_days(weeks[site])
    assert 0.24 < sum(day.streamed for day in days) / sum(day.attendances for day in days) < 0.31


@pytest.mark.parametrize("site", SITES)
def test_mondays_are_the_busiest(weeks: dict[str, list[Hour]], site: str) -> None:
    days = ends_of_days(weeks[site])
    mondays = fmean(day.attendances for day in days if day.at.weekday() == 0)
    assert mondays > 1.04 * fmean(day.attendances for day in days if day.at.weekday() != 0)


@pytest.mark.parametrize("site", SITES)
def test_the_department_is_fullest_in_the_evening_and_emptiest_before_dawn(
    weeks: dict[str, list[Hour]], site: str
) -> None:
    by_hour = {hour: fmean(n.in_emergency for n in at_hour(weeks[site], hour)) for hour in range(24)}
    assert 13 <= max(by_hour, key=by_hour.__getitem__) <= 22
    assert 3 <= min(by_hour, key=by_hour.__getitem__) <= 8
    assert max(by_hour.values()) > 1.6 * min(by_hour.values())


@pytest.mark.parametrize("site", SITES)
def test_weekends_discharge_far_fewer_and_no_criteria_to_reside_falls_less(
    weeks: dict[str, list[Hour]], site: str
) -> None:
    days = ends_of_days(weeks[site])
    noons = at_hour(weeks[site], 12)

    def weekend_share(noted: list[Hour], what: str) -> float:
        weekend = fmean(getattr(hour, what) for hour in noted if hour.at.weekday() >= 5)
        return weekend / fmean(getattr(hour, what) for hour in noted if hour.at.weekday() < 5)

    discharges, not_residing = weekend_share(days, "discharges"), weekend_share(noons, "not_residing")
    assert 0.45 < discharges < 0.9
    assert discharges < not_residing < 1.02


@pytest.mark.parametrize("site", SITES)
def test_most_discharges_happen_between_eleven_and_six(weeks: dict[str, list[Hour]], site: str) -> None:
    before = fmean(hour.discharges for hour in at_hour(weeks[site], 10))
    by_six = fmean(hour.discharges for hour in at_hour(weeks[site], 17))
    whole = fmean(hour.discharges for hour in ends_of_days(weeks[site]))
    assert (by_six - before) / whole > 0.7


@pytest.mark.parametrize("site", SITES)
def test_occupancy_stays_where_a_winter_hospital_lives(weeks: dict[str, list[Hour]], site: str) -> None:
    shares = [hour.occupied / hour.open for hour in weeks[site]]
    assert 0.94 < fmean(hour.occupied / hour.open for hour in at_hour(weeks[site], 7)) < 0.99
    assert 0.92 < fmean(shares) < 0.98
    assert min(shares) > 0.80
    assert max(shares) <= 1.0


@pytest.mark.parametrize("site", SITES)
def test_about_a_fifth_of_those_in_a_bed_no_longer_need_it(weeks: dict[str, list[Hour]], site: str) -> None:
    shares = [hour.not_residing / hour.occupied for hour in at_hour(weeks[site], 12)]
    assert 0.14 < fmean(shares) < 0.25


@pytest.mark.parametrize("site", SITES)
def test_people_wait_for_a_bed_when_the_wards_are_full(weeks: dict[str, list[Hour]], site: str) -> None:
    mornings = at_hour(weeks[site], 7)
    assert correlation([m.occupied / m.open for m in mornings], [float(m.boarding) for m in mornings]) > 0.35
    assert max(hour.boarding for hour in weeks[site]) >= 8


def test_community_services_are_nearly_full_and_care_homes_answer_on_their_own_days() -> None:
    simulation = Simulation(WESTSHIRE, seed=2026, start=START)
    simulation.advance(SETTLED.replace(hour=12))
    community = simulation.community
    beds = sum(unit.occupied for unit in community.beds) / sum(unit.open for unit in community.beds)
    reablement = sum(unit.used for unit in community.reablement) / sum(unit.capacity for unit in community.reablement)
    home_care = sum(unit.used for unit in community.home_care) / sum(unit.capacity for unit in community.home_care)
    virtual = sum(w.caseload for w in community.virtual_wards) / sum(w.staffed for w in community.virtual_wards)
    assert 0.85 < beds <= 1
    assert 0.85 < reablement <= 1
    assert 0.90 < home_care <= 1
    assert 0.65 < virtual <= 1
    answers = {home.said.at // 86400 for home in community.homes if home.said is not None}
    assert len(answers) > 2


def test_a_hospital_holds_steady_for_months() -> None:
    simulation = Simulation(WESTSHIRE, seed=4, start=START)
    simulation.advance(SETTLED.replace(year=2027, month=2))
    for acute in simulation.acutes.values():
        wards = acute.hospital.general
        share = sum(ward.occupied for ward in wards) / sum(ward.open for ward in wards)
        assert 0.85 < share <= 1
        assert len(acute.hospital.waiting) < 60
