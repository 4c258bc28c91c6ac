"""The discharge lists of the county: who stands on them, why, and for how long."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from statistics import fmean, median
from typing import NamedTuple

import pytest

from flowcentre.demo.delays import DischargeLists, Listed
from flowcentre.demo.reasons import (
    ARRANGING,
    AT_THE_DOOR,
    HOME_TODAY,
    HOSPITAL_PROCESS,
    HUB_PROCESS,
    NOT_YET_AVAILABLE,
    REASONS,
    Owner,
)
from flowcentre.demo.referral import Referral, Waiting, draw_hindrance, look_over
from flowcentre.demo.rhythm import LONDON, local, seconds
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.westshire import WESTSHIRE
from flowcentre.measures import discharge
from flowcentre.model import Places
from tests.demo.conftest import SETTLED, START

ACUTE, COMMUNITY = ("northgate", "southmere"), ("eastfield", "hartwell")
HOSPITALS = ACUTE + COMMUNITY
FAMILIES = {reason.family for reason in REASONS.values()}
TIMES = (time(8, 30), time(12), time(17, 30), time(23, 45))


class Seen(NamedTuple):
    """A hospital's list at a moment, and what the same moment's bed file would say."""

    at: int
    listed: list[Listed]
    remaining: dict[str, int]  # by ward, of an acute hospital
    occupied: int
    discharges: int

    @property
    def here(self) -> list[Listed]:
        return [one for one in self.listed if one.discharged_at is None]

    @property
    def today(self) -> date:
        return local(self.at).date()


def see(simulation: Simulation, lists: DischargeLists, hospital: str) -> Seen:
    listed = lists.of(hospital)
    if hospital in ACUTE:
        wards = simulation.acutes[hospital].hospital.general
        return Seen(
            simulation.at_seconds,
            listed,
            {ward.place: ward.no_criteria_to_reside for ward in wards},
            sum(ward.occupied for ward in wards),
            sum(ward.discharges_today for ward in wards),
        )
    beds = next(beds for beds in simulation.community.beds if beds.size.place == hospital)
    return Seen(simulation.at_seconds, listed, {}, beds.occupied, 0)


@pytest.fixture(scope="module")
def lists(places: Places) -> dict[str, list[Seen]]:
    """Four settled weeks of lists, four a day."""
    simulation = Simulation(WESTSHIRE, seed=2026, start=START)
    writer = DischargeLists(simulation, places)
    seen: dict[str, list[Seen]] = {hospital: [] for hospital in HOSPITALS}
    for day in range(28):
        for clock in TIMES:
            simulation.advance(datetime.combine((SETTLED + timedelta(days=day)).date(), clock, tzinfo=UTC))
            for hospital, kept in seen.items():
                kept.append(see(simulation, writer, hospital))
    return seen


def at_time(seen: list[Seen], clock: time) -> Iterator[Seen]:
    return (one for one in seen if local(one.at).time() == clock)


def days_ready(one: Listed, at: int) -> int:
    return (local(at).date() - local(one.ready_at).date()).days


# --- Lists and beds -------------------------------------------------------------------------------


@pytest.mark.parametrize("site", ACUTE)
def test_list_and_bed_file_agree_ward_by_ward(lists: dict[str, list[Seen]], site: str) -> None:
    for seen in lists[site]:
        counted = Counter(one.ward for one in seen.here)
        assert dict(counted) == {ward: people for ward, people in seen.remaining.items() if people}


@pytest.mark.parametrize("site", ACUTE)
def test_at_the_end_of_a_day_everybody_who_was_discharged_on_it_is_on_the_list(
    lists: dict[str, list[Seen]], site: str
) -> None:
    for seen in lists[site]:
        left = [one.discharged_at for one in seen.listed if one.discharged_at is not None]
        assert len(left) == seen.discharges
        assert {local(at).date() for at in left} <= {seen.today}


def test_the_discharged_are_listed_until_londons_midnight(places: Places) -> None:
    midnight = datetime(2026, 10, 18, tzinfo=LONDON).astimezone(UTC)  # in summer time
    simulation = Simulation(WESTSHIRE, seed=1, start=midnight - timedelta(days=2))
    writer = DischargeLists(simulation, places)
    simulation.advance(midnight - timedelta(seconds=1))
    assert sum(one.discharged_at is not None for one in writer.of("northgate")) > 30
    simulation.advance(midnight)
    assert not [one for hospital in HOSPITALS for one in writer.of(hospital) if one.discharged_at is not None]


@pytest.mark.parametrize("hospital", COMMUNITY)
def test_a_community_hospital_lists_a_part_of_those_in_its_beds(lists: dict[str, list[Seen]], hospital: str) -> None:
    shares = [len(seen.here) / seen.occupied for seen in lists[hospital]]
    assert max(shares) <= 0.45
    assert 0.12 < fmean(shares) < 0.30
    assert {one.pathway for seen in lists[hospital] for one in seen.listed} == {1, 3}
    families = Counter(REASONS[one.reason].family for seen in lists[hospital] for one in seen.here)
    assert families["Interface process"] + families["Capacity"] > 0.6 * families.total()
    assert any(one.discharged_at is not None for seen in lists[hospital] for one in seen.listed)


def test_nobody_is_ready_in_a_community_hospital_who_may_still_be_listed_where_they_came_from(
    lists: dict[str, list[Seen]],
) -> None:
    for hospital in COMMUNITY:
        for seen in lists[hospital]:
            assert all(one.ready_at - one.admitted_at > 2 * 86_400 for one in seen.listed)


# --- Who is who -------------------------------------------------------------------------------------


def test_a_pseudonym_is_one_persons_for_good_and_no_nhs_number(lists: dict[str, list[Seen]]) -> None:
    owners: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    for hospital, every in lists.items():
        for seen in every:
            assert len({one.ref for one in seen.listed}) == len(seen.listed)
            for one in seen.listed:
                owners[one.ref].add((hospital, one.admitted_at, one.ready_at, one.pathway, one.residence))
    assert all(len(people) == 1 for people in owners.values())
    assert all(re.fullmatch(r"(NG|SM|EF|HW)-[2-9A-HJ-NP-Z]{6}", ref) for ref in owners)


def test_a_list_is_the_same_however_often_it_was_written(places: Places) -> None:
    often, once = (Simulation(WESTSHIRE, seed=9, start=START) for _ in range(2))
    writer = DischargeLists(often, places)
    for hour in range(0, 80, 5):
        often.advance(START + timedelta(hours=hour))
        for hospital in HOSPITALS:
            writer.of(hospital)
    end = START + timedelta(hours=80)
    often.advance(end)
    once.advance(end)
    late = DischargeLists(once, places)
    assert [writer.of(hospital) for hospital in HOSPITALS] == [late.of(hospital) for hospital in HOSPITALS]


def test_owners_and_residences_are_places_of_the_county(lists: dict[str, list[Seen]], places: Places) -> None:
    rows = [one for every in lists.values() for seen in every for one in seen.listed]
    assert {one.residence for one in rows} == {"north", "mid", "south"}
    owners = {one.owner for one in rows}
    assert {"westshire-hospitals", "westshire-health-and-care", "westshire-council"} < owners
    assert {places[owner].level.value for owner in owners} == {"organisation"}
    assert {bool(one.coordinator) for one in rows if one.pathway == 0} == {False}
    assert all(re.fullmatch(r"TOC-[1-9]", one.coordinator) for one in rows if one.pathway)


# --- Why --------------------------------------------------------------------------------------------


def test_reasons_are_the_national_ones() -> None:
    national = {reason.key: (reason.family, reason.text) for reason in discharge.REASONS}
    assert {key: (reason.family, reason.text) for key, reason in REASONS.items()} == {
        key: national[key] for key in REASONS
    }
    named = {*ARRANGING.values(), *NOT_YET_AVAILABLE.values(), *AT_THE_DOOR, *HOME_TODAY}
    for steps in (*HOSPITAL_PROCESS.values(), *HUB_PROCESS.values()):
        named |= set(steps)
    assert named <= set(REASONS)
    assert set(REASONS) > {"provider_action", "no_home_health", "arranging_home_health"}


@pytest.mark.parametrize("site", ACUTE)
def test_every_family_of_reasons_is_there_at_noon(lists: dict[str, list[Seen]], site: str) -> None:
    noons = [{REASONS[one.reason].family for one in seen.here} for seen in at_time(lists[site], time(12))]
    assert sum(families == FAMILIES for families in noons) >= 26
    assert {one.reason for seen in lists[site] for one in seen.listed} >= {
        *("medicines", "transport", "therapy_review", "hub_referrals", "funding", "family_concerns"),
        *("arranging_recovery_bed", "no_recovery_bed", "no_home_reablement", "no_care_home", "safeguarding"),
    }


def step(reason: str, pathway: int) -> int:
    """How far along the way home somebody with a reason is."""
    if reason in AT_THE_DOOR:
        return 4
    if reason in HOSPITAL_PROCESS[pathway]:
        return 0
    if reason in HUB_PROCESS[pathway]:
        return 1
    arranged = {*ARRANGING.values(), *NOT_YET_AVAILABLE.values(), "provider_action"}
    return 3 if reason in arranged or reason.endswith("_home_health") else 2


@pytest.mark.parametrize("site", ACUTE)
def test_a_reason_moves_with_the_person_from_the_ward_to_the_hub_to_the_service_and_out(
    lists: dict[str, list[Seen]], site: str
) -> None:
    ways: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for seen in lists[site]:
        for one in seen.listed:
            if one.pathway:
                ways[one.ref].append((one.reason, one.pathway))
    whole = [way for way in ways.values() if step(*way[0]) == 0 and len(way) > 8]
    assert len(whole) > 100
    for way in whole:
        steps = [step(*said) for said in way]
        assert steps == sorted(steps)
    assert fmean(len({reason for reason, _ in way}) for way in whole) > 3
    # A bed that is not yet available becomes one that is being arranged before it is taken.
    beds = [[reason for reason, _ in way] for way in whole if "no_recovery_bed" in dict(way)]
    assert any("arranging_recovery_bed" in way[way.index("no_recovery_bed") :] for way in beds)


@pytest.mark.parametrize("site", ACUTE)
def test_the_owner_changes_with_the_reason(lists: dict[str, list[Seen]], site: str) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for seen in lists[site]:
        for one in seen.here:
            owners[one.reason].add(one.owner)
    assert owners["therapy_review"] == owners["medicines"] == {"westshire-hospitals"}
    assert owners["hub_referrals"] == owners["no_recovery_bed"] == {Owner.HEALTH.value}
    assert owners["no_adaptations"] <= {Owner.COUNCIL.value}
    assert owners["no_home_reablement"] == {Owner.HEALTH.value, Owner.COUNCIL.value}
    assert owners["provider_action"] & {"ashdown", "bramble", "clover"}


def test_the_hub_says_whom_the_free_beds_would_reach_first_come_first_served() -> None:
    people = [Referral(2, "north", lambda: None, 0, 0, None) for _ in range(4)]
    queue = [Waiting("north", 1, at, referral) for at, referral in enumerate(people)]
    queue.insert(1, Waiting("north", 1, 0, None))  # somebody at home has a claim too
    look_over(queue, free=3)
    assert [person.nothing_free for person in people] == [False, False, True, True]
    look_over(queue, free=0)
    assert all(person.nothing_free for person in people)


def test_few_are_hindered_and_some_of_them_for_weeks() -> None:
    luck = Random(1)
    for pathway in (1, 2, 3):
        found = [draw_hindrance(pathway, luck) for _ in range(4000)]
        hindered = [hindrance for hindrance in found if hindrance is not None]
        assert 0.08 < len(hindered) / len(found) < 0.35
        assert {hindrance.reason for hindrance in hindered} <= set(REASONS)
        assert max(hindrance.length for hindrance in hindered) > 7 * 86_400


# --- For how long -----------------------------------------------------------------------------------


@pytest.mark.parametrize("site", ACUTE)
def test_waits_have_a_long_tail_and_it_is_pathways_1_to_3s(lists: dict[str, list[Seen]], site: str) -> None:
    noons = list(at_time(lists[site], time(12)))
    waits = [(days_ready(one, seen.at), one.pathway) for seen in noons for one in seen.here]
    assert median(days for days, _ in waits) <= 3
    assert fmean(days for days, _ in waits) > 1.3 * median(days for days, _ in waits)
    share_over = {limit: sum(days >= limit for days, _ in waits) / len(waits) for limit in (7, 14, 21)}
    assert 0.08 < share_over[7] < 0.40
    assert 0.02 < share_over[14] < 0.20
    assert 0.005 < share_over[21] < 0.10
    assert any(days_ready(one, seen.at) >= 21 for seen in noons[-7:] for one in seen.here)
    assert all(pathway > 0 for days, pathway in waits if days > 2)
    assert {pathway for days, pathway in waits if days >= 14} >= {1, 3}


@pytest.mark.parametrize("site", ACUTE)
def test_discharges_cluster_from_eleven_to_six_and_are_fewer_at_weekends(
    lists: dict[str, list[Seen]], site: str
) -> None:
    ends = list(at_time(lists[site], time(23, 45)))
    left = [one.discharged_at for seen in ends for one in seen.listed if one.discharged_at is not None]
    assert sum(11 <= local(at).hour < 18 for at in left) / len(left) > 0.7
    by_day = [(seen.today.weekday(), seen.discharges) for seen in ends]
    weekend = fmean(count for weekday, count in by_day if weekday >= 5)
    assert weekend < 0.85 * fmean(count for weekday, count in by_day if weekday < 5)


@pytest.mark.parametrize("hospital", HOSPITALS)
def test_an_expected_date_is_near_and_sometimes_missed(lists: dict[str, list[Seen]], hospital: str) -> None:
    ahead = [(one.expected_on - seen.today).days for seen in lists[hospital] for one in seen.here if one.expected_on]
    assert 0.01 < sum(days < 0 for days in ahead) / len(ahead) < 0.25
    assert min(ahead) > -8
    assert max(ahead) <= 16
    if hospital in ACUTE:
        without = [one for seen in lists[hospital] for one in seen.here if one.expected_on is None]
        assert {one.pathway for one in without} == {3}
        assert len(without) < 0.1 * len(ahead)


@pytest.mark.parametrize("hospital", HOSPITALS)
def test_people_are_reviewed_twice_on_a_working_day_and_once_at_weekends(
    lists: dict[str, list[Seen]], hospital: str
) -> None:
    rounds: dict[tuple[str, date], set[int]] = defaultdict(set)
    for seen in lists[hospital]:
        for one in seen.here:
            assert one.ready_at <= one.reviewed_at <= seen.at
            reviewed = local(one.reviewed_at)
            if one.reviewed_at > one.ready_at:
                assert 8 <= reviewed.hour < 17
            if local(seen.at).hour >= 17 and days_ready(one, seen.at):
                assert reviewed.date() == seen.today
            if days_ready(one, seen.at):
                rounds[one.ref, reviewed.date()].add(one.reviewed_at)
    at_most = {day: max(len(found) for (_, other), found in rounds.items() if other == day) for _, day in rounds}
    assert all(most == (2 if day.weekday() < 5 else 1) for day, most in list(at_most.items())[2:-1])


@pytest.mark.parametrize("site", ACUTE)
def test_nothing_on_a_list_lies_ahead_but_the_expected_date(lists: dict[str, list[Seen]], site: str) -> None:
    for seen in lists[site]:
        for one in seen.listed:
            assert one.admitted_at < one.ready_at <= seen.at
            assert one.discharged_at is None or one.ready_at < one.discharged_at <= seen.at
            assert one.discharged_at is None or one.reviewed_at <= one.discharged_at


def test_the_night_on_which_clocks_go_back_spoils_no_list(places: Places) -> None:
    night = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    simulation = Simulation(WESTSHIRE, seed=3, start=night - timedelta(days=9))
    writer = DischargeLists(simulation, places)
    for quarter in range(-4, 60):
        simulation.advance(night + timedelta(minutes=15 * quarter))
        for hospital in HOSPITALS:
            for one in writer.of(hospital):
                assert one.ready_at <= one.reviewed_at <= seconds(simulation.at)
                # Read off a clock on the wall these times are one moment each.
                assert not 1 <= local(one.reviewed_at).hour < 2
                assert not 1 <= local(one.ready_at).hour < 2
