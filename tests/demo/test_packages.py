"""Referrals for care in the county: who waits, for how long, who has care, and that it adds up with everything else."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean, median
from typing import NamedTuple

import pytest

from connectors import find_connectors
from flowcentre.config.load import load
from flowcentre.demo.delays import DischargeLists, Listed
from flowcentre.demo.documents import Clerk
from flowcentre.demo.endings import OUTCOMES, WITHOUT_CARE
from flowcentre.demo.package import Package
from flowcentre.demo.referral_documents import FUNDING, OUTCOME_CODES
from flowcentre.demo.rhythm import local
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.westshire import WESTSHIRE
from flowcentre.feeds.contract import Document, PlaceCodes
from flowcentre.feeds.pseudonyms import holds_nhs_number
from flowcentre.measures import care_words
from flowcentre.measures.care_clocks import Phase, overstayed, phase_of, started_in_time, to_be_checked, waits
from flowcentre.model import (
    CareReferral,
    CareService,
    CareTerms,
    County,
    Held,
    NextStep,
    PlaceKind,
    Reading,
    ReferralReason,
    Setting,
    WholeList,
)
from tests.demo.conftest import CONFIGURATION, CONNECTORS, SETTLED, START
from tests.demo.test_simulation import portrait

ACUTE = ("northgate", "southmere")
HOSPITALS = (*ACUTE, "eastfield", "hartwell")
TERMS = CareTerms()
HOURS = (9, 14, 20)


class Told(NamedTuple):
    """What the county's feeds say of one moment, as the real connectors read them."""

    at: datetime
    referrals: list[CareReferral]
    listed: dict[str, datetime]  # the localities whose whole list came
    readings: dict[tuple[str, str], float | None]
    delayed: dict[str, Listed]  # by pseudonym: the discharge lists
    held: list[Held]

    def waiting(self, *, at_home: bool = True) -> list[CareReferral]:
        return [one for one in self.referrals if waits(one, self.at) and one.service.at_home is at_home]

    def receiving(self) -> list[CareReferral]:
        return [one for one in self.referrals if phase_of(one, self.at) is Phase.RECEIVING]


@pytest.fixture(scope="module")
def westshire() -> County:
    return load(CONFIGURATION, {"drop": "drops", "demo": "http://127.0.0.1:9"}, find_connectors(), ["wall"])


@pytest.fixture(scope="module")
def told(westshire: County) -> list[Told]:
    """Four settled weeks: three moments of every other day, so that each day of the week is there twice."""
    simulation = Simulation(WESTSHIRE, seed=2026, start=START)
    clerk, lists = Clerk(simulation, westshire), DischargeLists(simulation, westshire.places)
    feeds = [westshire.feed(feed) for feed in ("care-referrals", "wupi", "wect", "recovery-beds", "home-care")]
    readers = {
        feed.id: kind(kind.Settings.model_validate(dict(feed.settings)), PlaceCodes(westshire.places, feed.places))
        for feed in feeds
        if feed is not None and (kind := CONNECTORS[feed.connector])
    }
    found = []
    for day in range(0, 28, 2):
        for hour in HOURS:
            simulation.advance(SETTLED + timedelta(days=day, hours=hour))
            facts: list[object] = []
            for feed in feeds:
                assert feed is not None
                written = clerk.write(feed)
                assert written is not None
                facts += readers[feed.id].parse(Document(written.name, written.content))
            found.append(
                Told(
                    simulation.at,
                    [fact for fact in facts if isinstance(fact, CareReferral)],
                    {fact.place: fact.observed_at for fact in facts if isinstance(fact, WholeList)},
                    {(fact.place, fact.measure): fact.value for fact in facts if isinstance(fact, Reading)},
                    {one.ref: one for hospital in HOSPITALS for one in lists.of(hospital)},
                    [fact for fact in facts if isinstance(fact, Held)],
                )
            )
    return found


@pytest.fixture(scope="module")
def lived() -> dict[str, Package]:
    """Every package of ten weeks, by its ref."""
    simulation = Simulation(WESTSHIRE, seed=11, start=START)
    seen: dict[str, Package] = {}
    for quarter_of_a_day in range(28, 70 * 4):
        simulation.advance(START + timedelta(hours=6 * quarter_of_a_day))
        seen.update((package.ref, package) for package in simulation.packages.listed())
    return seen


# --- The life is what it was -----------------------------------------------------------------------


def test_whatever_brokerage_does_hospitals_and_services_live_the_same_life() -> None:
    one, other = (Simulation(WESTSHIRE, seed=7, start=START) for _ in range(2))
    other.packages._luck.seed("another brokerage")
    other.packages.opening._luck.seed("with another access point")
    for simulation in (one, other):
        simulation.advance(START + timedelta(days=20, hours=13))
    assert portrait(one) == portrait(other)
    at = one.at_seconds
    assert sum(p.is_waiting(at) for p in one.packages.listed()) != sum(
        p.is_waiting(at) for p in other.packages.listed()
    )


def test_one_seed_has_one_brokerage_however_it_is_stepped_through() -> None:
    end = START + timedelta(days=12, hours=5, minutes=7)
    leaping, stepping = (Simulation(WESTSHIRE, seed=7, start=START) for _ in range(2))
    leaping.advance(end)
    at = START
    while at < end:
        at = min(end, at + timedelta(hours=3, minutes=37))
        stepping.advance(at)
        list(stepping.packages.listed())

    def said(simulation: Simulation) -> list[tuple[object, ...]]:
        return [
            (p.ref, p.person, p.hours, p.provider, p.started_at, p.ended_at, p.outcome, p.offered_at, p.waits_for)
            for p in simulation.packages.listed()
        ]

    assert said(leaping) == said(stepping)
    assert len(said(leaping)) > 800


# --- One person, one pseudonym ---------------------------------------------------------------------


def test_whoever_waits_on_a_ward_for_care_at_home_is_on_both_lists_under_one_pseudonym(told: list[Told]) -> None:
    found = 0
    for moment in told:
        waiting = {one.person: one for one in moment.waiting()}
        # The hub's part of an assessment ends with the referral, so whoever has a reason beyond it has been referred.
        sought = [
            one
            for one in moment.delayed.values()
            if one.pathway == 1 and one.discharged_at is None and re.search("no_home|arranging_home", one.reason)
        ]
        acute = [one for one in sought if one.ref[:2] in ("NG", "SM")]
        found += len(acute)
        assert {one.ref for one in acute} <= waiting.keys()
        assert all(waiting[one.ref].setting is Setting.HOSPITAL for one in acute)
        assert all(waiting[one.ref].pathway == 1 and waiting[one.ref].place == one.residence for one in acute)
    assert found > 200
    assert fmean(sum(one.person in moment.delayed for one in moment.waiting()) for moment in told) > 20


def test_people_of_community_hospitals_are_on_both_lists_too(told: list[Told]) -> None:
    waiting = {one.person for moment in told for one in moment.waiting() if one.person in moment.delayed}
    assert {person[:2] for person in waiting} == {"NG", "SM", "EF", "HW"}


def test_a_pseudonym_of_a_ward_is_somebody_who_lies_there_or_has_left_it(told: list[Told]) -> None:
    for moment in told:
        for one in moment.waiting():
            ready = one.ready_at is not None and one.ready_at <= moment.at
            if one.person.startswith(("NG", "SM")) and ready and one.person not in moment.delayed:
                # Gone home, where somebody helps until care can begin; nobody is ready and on no list.
                assert one.sourced_at is not None


def test_nobody_waits_twice_for_one_service_or_has_it_while_they_wait(told: list[Told]) -> None:
    for moment in told:
        waiting = Counter((one.person, one.service) for one in moment.waiting())
        assert max(waiting.values()) == 1
        for one in moment.receiving():
            if (one.person, one.service) in waiting:
                # A provider has given notice, and somebody else is looked for before it goes.
                asked = [other for other in moment.waiting() if other.person == one.person]
                assert {other.reason for other in asked} == {ReferralReason.RESTART}
                assert all(moment.at - other.referred_at < timedelta(hours=4) for other in asked)
        assert max(Counter(one.ref for one in moment.referrals).values()) == 1


def test_codes_are_no_names_and_no_nhs_numbers(told: list[Told]) -> None:
    for one in told[-1].referrals:
        assert re.fullmatch(r"(NG|SM|EF|HW|WC)-[2-9A-HJ-NP-Z]{6}", one.person)
        assert re.fullmatch(r"B7-[2-9A-HJ-NP-Z]{6}", one.ref)
        assert not holds_nhs_number(one.person)
        assert not holds_nhs_number(one.ref)


# --- How many, and for how long --------------------------------------------------------------------


def test_about_two_hundred_wait_for_care_at_home_and_two_thirds_of_them_from_hospital(told: list[Told]) -> None:
    waiting = [len(moment.waiting()) for moment in told]
    assert 175 < fmean(waiting) < 225
    assert 130 < min(waiting) < max(waiting) < 280
    hospital = [sum(one.setting is Setting.HOSPITAL for one in moment.waiting()) for moment in told]
    assert 0.56 < sum(hospital) / sum(waiting) < 0.74
    for moment in told:
        assert {one.place for one in moment.waiting()} == {"north", "mid", "south"} == moment.listed.keys()
        assert set(moment.listed.values()) == {moment.at}
    beds = fmean(len(moment.waiting(at_home=False)) for moment in told)
    assert 10 < beds < 70


def test_some_start_within_a_day_and_others_wait_for_weeks(told: list[Told], lived: dict[str, Package]) -> None:
    started = [one for moment in told for one in moment.receiving() if one.service.at_home]
    in_time = {one.ref: started_in_time(one, TERMS) for one in started if one.referred_at > SETTLED}
    assert 0.10 < sum(in_time.values()) / len(in_time) < 0.40
    waits_in_days = [
        (p.started_at - p.referred_at) / 86_400 for p in lived.values() if p.started_at and p.service.at_home
    ]
    assert 1.5 < median(waits_in_days) < 7
    assert max(waits_in_days) > 21
    now = [(moment.at - one.referred_at).days for moment in told for one in moment.waiting()]
    assert 3 < median(now) < 12


def test_every_way_of_asking_and_every_hindrance_is_there(told: list[Told]) -> None:
    for moment in told[:: len(HOURS)]:
        assert {one.reason for one in moment.waiting()} == set(ReferralReason)
        assert {one.service for one in moment.waiting()} == {CareService.HOME_CARE, CareService.REABLEMENT}
    assert {one.waits_for for moment in told for one in moment.waiting()} == {None, NextStep.FAMILY, NextStep.HOSPITAL}
    without_offer = [
        sum(one.offers == 0 and one.triaged_at is not None and one.sourced_at is None for one in moment.waiting())
        for moment in told
    ]
    assert 15 < fmean(without_offer) < 80
    assert {one.funding for one in told[-1].referrals} >= {"council", "discharge_fund", "better_care_fund", "nhs"}


def test_one_package_in_eight_needs_two_carers_and_mid_westshire_writes_those_in_two_rows(told: list[Told]) -> None:
    packages = {one.ref: one for moment in told for one in moment.referrals if one.carers is not None}
    assert 0.08 < sum(one.carers == 2 for one in packages.values()) / len(packages) < 0.18
    assert {one.place for one in packages.values() if one.carers == 2} == {"north", "mid", "south"}
    for one in packages.values():
        assert one.weekly_hours is not None
        assert one.visits_a_day is not None
        minutes = one.weekly_hours * 60 / 7 / one.visits_a_day
        assert 12 < minutes < 65


def test_before_triage_nobody_says_what_is_needed_but_of_care_that_starts_again(told: list[Told]) -> None:
    for one in (one for moment in told for one in moment.waiting()):
        untold = (one.weekly_hours, one.visits_a_day, one.carers)
        if one.triaged_at is None and one.reason is not ReferralReason.RESTART:
            assert untold == (None, None, None)
        elif one.triaged_at is not None:
            assert None not in untold


def test_triage_keeps_office_hours_so_that_whoever_asks_on_a_friday_waits_longer(lived: dict[str, Package]) -> None:
    waited = defaultdict(list)
    for package in lived.values():
        if package.triaged_at is not None and package.pathway == 1 and not package.urgent and not package.leaves_bed:
            waited[local(package.referred_at).weekday()].append((package.triaged_at - package.referred_at) / 3600)
    weekend = waited[4] + waited[5]
    assert median(weekend) > 1.7 * median(waited[1] + waited[2])


def test_the_single_points_of_access_send_some_back(lived: dict[str, Package]) -> None:
    sent_back = [package for package in lived.values() if package.sent_back_at is not None]
    assert 0.03 < len(sent_back) / len(lived) < 0.12
    assert {package.outcome == "sent_back" for package in sent_back} == {True, False}
    teams = {package.team for package in lived.values()}
    assert teams == {f"{team}-{place}" for team in ("brokerage", "wupi", "wect") for place in ("north", "mid", "south")}


# --- Steps and ends --------------------------------------------------------------------------------


def test_steps_come_one_after_another(lived: dict[str, Package]) -> None:
    for package in lived.values():
        steps = (package.referred_at, package.accepted_at, package.triaged_at, package.sourced_at, package.started_at)
        come = [step for step in (*steps, package.ended_at) if step is not None]
        assert come == sorted(come), package
        if package.sent_back_at is not None and package.accepted_at is not None:
            assert package.sent_back_at <= package.accepted_at
        assert list(package.offered_at) == sorted(package.offered_at)


def test_care_runs_for_six_weeks_at_most_but_for_a_few(told: list[Told]) -> None:
    for moment in told:
        at_home = [one for one in moment.receiving() if one.service.at_home]
        assert 380 < len(at_home) < 620
        assert sum(overstayed(one, moment.at, TERMS) for one in at_home) < 0.06 * len(at_home)
        for one in moment.receiving():
            assert one.planned_end is not None
            assert one.started_at is not None
            assert one.planned_end >= one.started_at.date()
    assert any(overstayed(one, moment.at, TERMS) for moment in told for one in moment.receiving())


def test_every_end_has_an_outcome_and_what_is_handed_back_is_asked_for_again(lived: dict[str, Package]) -> None:
    assert {key for shares in (*OUTCOMES.values(), WITHOUT_CARE) for key, _ in shares} <= set(OUTCOME_CODES)
    outcomes = {outcome.key: outcome for outcome in care_words.OUTCOMES}
    for key, code in OUTCOME_CODES.items():
        assert code == str(outcomes[key].national or outcomes[key].text)
    assert {key: care_words.FUNDING[key] for key in FUNDING} == FUNDING
    handed_back = [p for p in lived.values() if p.outcome == "handed_back" and p.ended_at and p.started_at]
    assert len(handed_back) > 10
    again = defaultdict(list)
    for package in lived.values():
        if package.reason is ReferralReason.RESTART:
            again[package.person].append(package)
    told = [package for package in handed_back if (package.ended_at or 0) < max(p.referred_at for p in lived.values())]
    assert all(again[package.person] for package in told)


def test_whoever_died_or_went_elsewhere_may_stand_there_until_the_office_opens(told: list[Told]) -> None:
    to_check = [sum(to_be_checked(one, moment.at) for one in moment.waiting()) for moment in told]
    assert 0 < fmean(to_check) < 8


# --- It adds up ------------------------------------------------------------------------------------


def test_hours_of_running_packages_are_the_hours_that_reablement_says_are_used(told: list[Told]) -> None:
    for moment in told:
        hours: dict[str, float] = defaultdict(float)
        for one in moment.receiving():
            if one.service is CareService.REABLEMENT:
                assert one.provider is not None
                hours[one.provider] += one.carer_hours or 0
        for unit in WESTSHIRE.reablement:
            assert moment.readings[unit.place, "reablement_hours_used"] == pytest.approx(hours[unit.place], abs=0.01)


def test_running_stays_are_the_beds_that_recovery_units_say_are_occupied(told: list[Told]) -> None:
    for moment in told:
        stays = Counter(one.provider for one in moment.receiving() if one.service is CareService.RECOVERY_BED)
        assert set(stays) <= {unit.place for unit in WESTSHIRE.recovery_beds}
        for unit in WESTSHIRE.recovery_beds:
            assert moment.readings[unit.place, "recovery_beds_used"] == stays[unit.place]
            assert (moment.readings[unit.place, "recovery_beds_free"] or 0) >= 0


def test_home_care_on_the_list_is_a_small_part_of_the_countys(told: list[Told], westshire: County) -> None:
    providers = westshire.places.of_kind(PlaceKind.HOME_CARE)
    for moment in told:
        running = [one for one in moment.receiving() if one.service is CareService.HOME_CARE]
        assert 1300 < sum(one.carer_hours or 0 for one in running) < 3200
        for place in providers:
            hours = sum(one.carer_hours or 0 for one in running if one.provider == place.id)
            assert hours < (moment.readings[place.id, "home_care_hours_used"] or 0)


def test_therapists_treat_those_whose_packages_need_them(told: list[Told]) -> None:
    for moment in told[:: len(HOURS)]:
        for unit in WESTSHIRE.reablement:
            treated = sum(
                one.provider == unit.place and one.therapy is not None and "therapy" in one.therapy
                for one in moment.receiving()
            )
            assert moment.readings[unit.place, "therapy_places_used"] == treated
            assert treated <= (moment.readings[unit.place, "therapy_places_capacity"] or 0)


def test_the_lists_are_read_whole_but_for_one_hour_of_wednesdays(told: list[Told], westshire: County) -> None:
    assert not [row for moment in told for row in moment.held]
    simulation = Simulation(WESTSHIRE, seed=3, start=START)
    clerk, feed = Clerk(simulation, westshire), westshire.feed("care-referrals")
    assert feed is not None
    reader = CONNECTORS[feed.connector](
        CONNECTORS[feed.connector].Settings.model_validate(dict(feed.settings)),
        PlaceCodes(westshire.places, feed.places),
    )
    held = {}
    for hour in (10, 11, 12):
        simulation.advance(datetime(2026, 11, 11, hour, tzinfo=UTC))  # a Wednesday, London's time being UTC
        written = clerk.write(feed)
        assert written is not None
        facts = list(reader.parse(Document(written.name, written.content)))
        held[hour] = [fact.reason for fact in facts if isinstance(fact, Held)]
    assert held == {10: [], 11: ["weekly_hours is below zero"], 12: []}


@pytest.mark.parametrize("night", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_the_nights_of_the_clocks_spoil_no_step(night: datetime) -> None:
    simulation = Simulation(WESTSHIRE, seed=Random(night.month).randrange(99), start=night - timedelta(days=8))
    for hour in range(-20, 40, 2):
        simulation.advance(night + timedelta(hours=hour))
        for package in simulation.packages.listed():
            steps = (package.referred_at, package.accepted_at, package.triaged_at, package.sourced_at)
            come = [step for step in steps if step is not None]
            assert come == sorted(come)
