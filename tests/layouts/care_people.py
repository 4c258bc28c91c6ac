"""Westshire's care as these layouts' tests have it: its places, its feeds, who is referred, and what is bought."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache

from flowcentre.measures.packages import CONTRACTS_REPORT, REFERRALS_REPORT
from flowcentre.measures.visit_counts import VISITED
from flowcentre.model import (
    CapacityUnit,
    CareContract,
    CareReferral,
    CareService,
    CareTerms,
    County,
    Feed,
    Level,
    NextStep,
    Place,
    PlaceKind,
    Places,
    ReferralReason,
    Setting,
    Therapy,
)

AT = datetime(2026, 11, 19, 9, 14, 32, tzinfo=UTC)  # a Thursday morning
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
LOCALITIES = ("north", "mid", "south")
CAPACITY = tuple(
    f"{stem}_{what}"
    for stem in ("virtual_ward", "community_beds", "recovery_beds", "reablement_hours")
    for what in ("commissioned", "capacity", "used", "free", "closed")
) + (
    "home_care_hours_capacity", "home_care_hours_staffed", "home_care_hours_used", "home_care_hours_free",
    "home_care_hours_two_carers_free", "reablement_hours_two_carers_free", "therapy_places_capacity",
    "therapy_places_used", "therapy_places_free", "care_home_beds", "care_home_occupied", "care_home_reserved",
    "care_home_accepting", "extra_care_capacity", "extra_care_used", "extra_care_free", "voluntary_capacity",
    "voluntary_used", "voluntary_free",
)  # fmt: skip


def _places(providers: int, long_names: bool) -> list[Place]:
    unit, site, organisation = Level.UNIT, Level.SITE, Level.ORGANISATION
    found = [Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM)]
    found += [
        Place(i, f"{i.capitalize()} Westshire", Level.LOCALITY, PlaceKind.LOCALITY, i.capitalize(), "westshire")
        for i in LOCALITIES
    ]
    found += [
        Place("council", "Westshire Council", organisation, PlaceKind.COUNCIL, "Council", "westshire"),
        Place("trust", "Westshire Health and Care", organisation, PlaceKind.TRUST, "Health and Care", "westshire"),
        Place("millbrook", "Millbrook Recovery Unit", site, PlaceKind.RECOVERY_UNIT, "Millbrook", "trust", "north"),
        Place("orchard-house", "Orchard House", site, PlaceKind.RECOVERY_UNIT, "", "council", "mid"),
        Place("eastfield", "Eastfield", site, PlaceKind.COMMUNITY_HOSPITAL, "", "trust", "mid"),
        Place("hartwell", "Hartwell", site, PlaceKind.COMMUNITY_HOSPITAL, "", "trust", "south"),
        Place("lime-court", "Lime Court", unit, PlaceKind.EXTRA_CARE, "", "council", "mid"),
    ]
    names = ("Ashdown", "Bramble", "Clover", "Dell", "Elder", "Fern", "Gorse", "Hazel", "Ivy", "Juniper", "Kestrel")
    for i in LOCALITIES:
        title = i.capitalize()
        found += [
            Place(f"wupi-{i}", f"Westshire Urgent Promoting Independence, {title}", unit, PlaceKind.REABLEMENT, f"WUPI {title}", "council", i),
            Place(f"wect-{i}", f"Westshire Enhanced Care Team, {title}", unit, PlaceKind.REABLEMENT, f"WECT {title}", "trust", i),
            Place(f"brokerage-{i}", f"Brokerage, {title}", unit, PlaceKind.BROKERAGE, f"Brokerage {title}", "council", i),
            Place(f"virtual-ward-{i}", f"Virtual ward {title}", unit, PlaceKind.VIRTUAL_WARD, "", "trust", i),
            Place(f"neighbours-{i}", f"Neighbours {title}", unit, PlaceKind.VOLUNTARY, "", "westshire", i),
            *(Place(f"home-{i}-{n}", f"Home {title} {n}", unit, PlaceKind.CARE_HOME, "", "council", i) for n in range(1, 5)),
        ]  # fmt: skip
    for number in range(providers):
        i, name = LOCALITIES[number % 3], names[number // 3 % len(names)]
        more = f" {number // 33 + 1}" if number >= 33 else ""
        label = f"{name}{more} {i.capitalize()}"
        if long_names and number == 0:
            label = "The Ashdown and Upper Westshire Partnership for Care at Home"
        found.append(Place(f"provider-{number}", label, unit, PlaceKind.HOME_CARE, "", "westshire", i))
    return found


def _feeds() -> tuple[Feed, ...]:
    def feed(id: str, name: str, late: timedelta, stale: timedelta, provides: Iterable[str]) -> Feed:
        return Feed(id, name, id, HOUR / 4, late, stale, ("westshire",), tuple(provides), demonstration=True)

    return (
        feed("care-referrals", "Care referrals", 35 * MINUTE, 2 * HOUR, REFERRALS_REPORT),
        feed("block-contracts", "Block contracts", 30 * HOUR, 60 * HOUR, CONTRACTS_REPORT),
        feed("capacity", "Community capacity", 3 * HOUR, 12 * HOUR, CAPACITY),
        feed("visits", "Rosters", 3 * HOUR, 12 * HOUR, VISITED),
    )


@cache
def county(providers: int = 12, long_names: bool = False) -> County:
    """Westshire with so many home-care providers."""
    terms = CareTerms(reference_waiting=200, reference_day=date(2026, 4, 27), virtual_ward_target=80.0)
    return County("Westshire", Places(_places(providers, long_names)), _feeds(), demonstration=True, care=terms)


@cache
def referrals(number: int, providers: int = 12) -> tuple[CareReferral, ...]:
    """About ``number`` people who wait as at AT, and two for each of them who have care."""
    chance = random.Random(11)
    places = county(providers).places
    homes = {i: [p.id for p in places.of_kind(PlaceKind.HOME_CARE) if p.locality == i] for i in LOCALITIES}
    found = []
    for index in range(number * 3):
        i = chance.choices(LOCALITIES, (5, 3, 4))[0]
        service = chance.choices((CareService.HOME_CARE, CareService.REABLEMENT, CareService.RECOVERY_BED), (6, 4, 1))[
            0
        ]
        teams = (f"wupi-{i}", f"wect-{i}")
        setting = chance.choices((Setting.HOSPITAL, Setting.COMMUNITY), (11, 9))[0]
        reasons = (
            (ReferralReason.DISCHARGE, ReferralReason.RESTART)
            if setting is Setting.HOSPITAL
            else (ReferralReason.STEP_UP, ReferralReason.ADMISSION_AVOIDANCE, ReferralReason.RESTART, None)
        )
        waited = chance.choice((3, 9, 20, 30, 50, 80, 130, 260)) * chance.uniform(0.4, 1.6)
        runs = index >= number
        referred = AT - (waited + (chance.uniform(2, 44) * 24 if runs else 0)) * HOUR
        step = chance.random()
        triaged = runs or step > 0.25
        sourced = runs or step > 0.8
        where = {
            CareService.HOME_CARE: chance.choice(homes[i]),
            CareService.REABLEMENT: chance.choice(teams),
            CareService.RECOVERY_BED: chance.choice(("millbrook", "orchard-house")),
        }[service]
        if runs and service is CareService.RECOVERY_BED and index % 3:
            continue  # no more stays than beds
        started = referred + waited * HOUR if runs else None
        found.append(
            CareReferral(
                ref=f"W{4000 + index}",
                place=i,
                person=f"p{index}",
                referred_at=referred,
                service=service,
                setting=setting,
                reason=chance.choices(reasons, [4, *[2] * (len(reasons) - 1)])[0],
                team=chance.choice((*teams, f"brokerage-{i}")),
                pathway=2 if service is CareService.RECOVERY_BED else 1,
                ready_at=referred,
                weekly_hours=None if chance.random() < 0.03 else chance.choice((3.5, 7, 10.5, 14, 21, 28)),
                visits_a_day=chance.choice((1, 2, 3, 4)),
                carers=chance.choices((1, 2), (4, 1))[0],
                therapy=chance.choice((Therapy.CARE_ONLY, Therapy.THERAPY_AND_CARE, Therapy.THERAPY_ONLY))
                if triaged
                else Therapy.NOT_TRIAGED,
                accepted_at=referred + HOUR if triaged else None,
                sent_back_at=referred + HOUR if not triaged and step < 0.04 else None,
                triaged_at=referred + 2 * HOUR if triaged else None,
                sourced_at=referred + 3 * HOUR if sourced else None,
                provider=where if sourced else None,
                started_at=started,
                planned_end=(started + 30 * DAY).date() if started and chance.random() < 0.6 else None,
                outcome="deceased" if not runs and index % 61 == 7 else None,
                offers=chance.choice((0, 1, 2)) if triaged else None,
                waits_for=chance.choice((NextStep.FAMILY, NextStep.HOSPITAL))
                if not runs and 0.4 < step < 0.5
                else None,
                funding="council",
            )
        )
    return tuple(found)


@cache
def contracts(providers: int = 12) -> tuple[CareContract, ...]:
    """A block of each provider but one, some of which end; beds; and a unit that opens in January."""
    found = []
    for number, place in enumerate(county(providers).places.of_kind(PlaceKind.HOME_CARE)):
        if number == 5:
            continue
        ends = {3: date(2026, 12, 31), 4: date(2027, 3, 31), 9: date(2027, 3, 31)}.get(number)
        funded = date(2027, 1, 31) if number == 7 else None
        amount = 90.0 + 35 * (number % 4)
        found.append(
            CareContract(f"B{number}", place.locality or "", place.id, CapacityUnit.HOURS, amount, date(2026, 4, 1),
                         contract_end=ends, funding=("council", "discharge_fund")[number % 2], funding_end=funded,
                         hourly_rate=23.5)
        )  # fmt: skip
    beds = CapacityUnit.BEDS
    return (
        *found,
        CareContract("B-M", "north", "millbrook", beds, 24, date(2026, 4, 1), contract_end=date(2027, 3, 31)),
        CareContract("B-O1", "mid", "orchard-house", beds, 16, date(2026, 4, 1), funding_end=date(2027, 1, 31)),
        CareContract("B-O2", "mid", "orchard-house", beds, 8, date(2027, 1, 11), contract_end=date(2027, 9, 30)),
    )
