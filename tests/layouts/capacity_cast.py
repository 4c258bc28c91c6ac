"""Westshire's care in every condition that the pages of it must bear: lists, contracts, capacity and rosters, from memory."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import cos, sin

from flowcentre.measures import ALL
from flowcentre.measures.contract_counts import contract_readings
from flowcentre.measures.derive import local_day
from flowcentre.measures.drift import Drift, Pattern
from flowcentre.measures.packages import CONTRACTS_REPORT, REFERRALS_REPORT
from flowcentre.measures.referral_counts import provider_readings, referral_readings, team_readings
from flowcentre.measures.visit_counts import VISITED
from flowcentre.model import (
    CapacityUnit,
    CareContract,
    CareReferral,
    CareService,
    CareTerms,
    County,
    Feed,
    Interval,
    Level,
    NextStep,
    Picture,
    Place,
    PlaceKind,
    Places,
    ReferralReason,
    Setting,
    Therapy,
    Value,
)
from flowcentre.picture.build import work_out
from flowcentre.picture.capacity import Capacity, capacity_of, contract_lists
from flowcentre.picture.care_book import CareAnswered
from flowcentre.picture.expected import expect
from flowcentre.picture.list_book import asked_moment
from flowcentre.picture.list_history import Past, Then
from flowcentre.picture.listed import Chosen, Filters, PlaceList
from flowcentre.picture.package_book import PackageLife
from flowcentre.picture.package_weeks import Waited
from flowcentre.picture.packages import PACKAGES, Package
from flowcentre.picture.visits import PackageVisits, Rostered, ServiceVisits
from flowcentre.store import Known

AT = datetime(2026, 11, 19, 9, 14, 32, tzinfo=UTC)  # a Thursday morning
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
LOCALITIES = ("north", "mid", "south")
CONDITIONS = ("normal", "empty", "stale", "partial", "overloaded")
_CAPACITY = tuple(
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
        feed("capacity", "Community capacity", 3 * HOUR, 12 * HOUR, _CAPACITY),
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


_ORDINARY = {
    "virtual_ward": (45, 40, 29, 9, 2), "community_beds": (36, 32, 30, 2, 4), "recovery_beds": (24, 22, 19, 3, 2),
    "reablement_hours": (640, 610, 540, 62, 20),
}  # fmt: skip
_SINGLE = {
    "home_care_hours_capacity": 230, "home_care_hours_staffed": 205, "home_care_hours_used": 190,
    "home_care_hours_free": 24, "home_care_hours_two_carers_free": 12, "reablement_hours_two_carers_free": 20,
    "therapy_places_capacity": 30, "therapy_places_used": 27, "therapy_places_free": 3, "care_home_beds": 46,
    "care_home_occupied": 41, "care_home_reserved": 1, "care_home_accepting": 3, "extra_care_capacity": 40,
    "extra_care_used": 38, "extra_care_free": 2, "voluntary_capacity": 24, "voluntary_used": 20, "voluntary_free": 4,
}  # fmt: skip
_VISITED = {
    "visits_planned_hours_7d": 412, "visits_actual_hours_7d": 405, "visits_made_7d": 690, "visits_missed_7d": 4,
    "visits_late_7d": 31, "visits_compared_28d": 2700, "visits_outside_28d": 410, "visits_median_difference_28d": -3,
    "visits_drift_over_hours": 14.5, "visits_drift_under_hours": 22,
}  # fmt: skip


def _capacity_of(measure: str, number: int) -> float:
    stem, _, what = measure.rpartition("_")
    if stem in _ORDINARY:
        return float(_ORDINARY[stem][("commissioned", "capacity", "used", "free", "closed").index(what)] + number % 3)
    return float(_SINGLE[measure])


@dataclass(frozen=True)
class Shown:
    """A picture with the lists that it counts and the contracts."""

    picture: Picture
    lists: tuple[PlaceList[Package], ...]
    contracts: tuple[tuple[Value, tuple[CareContract, ...]], ...]


@cache
def known(condition: str = "normal", waiting: int | None = None, providers: int = 12) -> Shown:
    """What is known of care in one of CONDITIONS."""
    overloaded = condition == "overloaded"
    number = waiting or (600 if overloaded else 160)
    providers = 40 if overloaded else providers
    westshire = county(providers, overloaded)
    shown, listed = picture(condition, referrals(number, providers), contracts(providers), westshire)
    lists = []
    for value in PACKAGES.listing(shown):
        at = value.observed_at
        lists.append(PlaceList(value) if at is None else PACKAGES.list_of(value, listed[value.place], at, westshire))
    bought = tuple(
        (value, tuple(c for c in contracts(providers) if c.place == value.place) if value.value is not None else ())
        for value in contract_lists(shown)
    )
    return Shown(shown, tuple(lists), bought)


@cache
def capacity(condition: str = "normal", waiting: int | None = None, providers: int = 12) -> Capacity:
    """All that is known of capacity in one of CONDITIONS."""
    shown = known(condition, waiting, providers)
    return capacity_of(shown.picture, shown.lists, shown.contracts, rostered(shown.picture))


class Book:
    """In place of the book that reads a store: the lists of one condition, and what stands beside them."""

    def __init__(self, condition: str = "normal", waiting: int | None = None, providers: int = 12) -> None:
        self.condition = condition
        self.shown = known(condition, waiting, providers)
        self.capacity = capacity(condition, waiting, providers)
        self.left: dict[str, datetime] = {}

    def current(self) -> Picture:
        return self.shown.picture

    def read(self, _picture: Picture | None = None, *, keep: bool = True) -> Capacity:
        assert keep
        return self.capacity

    def choose(self, query: str, _picture: Picture | None = None) -> Chosen[Package]:
        asked_moment(query, AT)
        return Chosen(self.shown.picture, self.shown.lists, Filters.of(PACKAGES, query, self.shown.picture))

    def answer(self, query: str, _picture: Picture | None = None) -> CareAnswered:
        chosen = self.choose(query)
        looks_back = asked_moment(query, AT) is not None
        return CareAnswered(chosen, self._past(chosen), looks_back, self.capacity, self._weeks(), self.left)

    def life(self, _ref: str, _known_at: datetime) -> list[Interval]:
        return []

    def package_life(self, _ref: str, _picture: Picture) -> PackageLife:
        return PackageLife((), ())

    def _past(self, chosen: Chosen[Package]) -> Past[Package]:
        if self.condition == "empty":
            return Past()
        scope = len(chosen.in_scope)
        yesterday = Then(AT - DAY, chosen.people[3:], (), scope, scope)
        return Past((), yesterday, replace(yesterday, at=AT - 7 * DAY, reporting=max(0, scope - 1)))

    def _weeks(self) -> tuple[Waited, ...]:
        """Four weeks that rise and fall; for two days a list was missing."""
        if self.condition == "empty":
            return tuple(Waited(AT - 6 * HOUR * back, None, None) for back in range(112, -1, -1))
        last, found = AT.replace(hour=6, minute=0, second=0), []
        size = 4 if self.condition == "overloaded" else 1
        for back in range(112, -1, -1):
            number = 112 - back
            gap = 40 <= number < 48
            hospital, community = 82 + 14 * sin(number / 9) + number % 5, 66 + 9 * cos(number / 13)
            found.append(
                Waited(
                    last - 6 * HOUR * back,
                    None if gap else float(round(hospital * size)),
                    None if gap else float(round(community * size)),
                )
            )
        return tuple(found)


def ages(condition: str) -> dict[str, timedelta | None]:
    """How old what each locality's list and services say is; None: nothing ever came."""
    if condition == "empty":
        return dict.fromkeys(LOCALITIES)
    if condition == "stale":
        return dict.fromkeys(LOCALITIES, 70 * HOUR)
    late = {"north": 14 * MINUTE, "mid": 70 * HOUR, "south": None}
    return late if condition == "partial" else dict.fromkeys(LOCALITIES, 14 * MINUTE)


def picture(
    condition: str, people: Iterable[CareReferral], bought: Iterable[CareContract], westshire: County
) -> tuple[Picture, dict[str, list[CareReferral]]]:
    """The picture of the lists in a condition, and the lists."""
    people, bought = tuple(people), tuple(bought)
    rows: list[Known] = []
    listed: dict[str, list[CareReferral]] = {}
    places = westshire.places
    for locality, age in ages(condition).items():
        if age is None:
            continue
        at = (AT - age).replace(second=0)
        theirs = listed[locality] = [referral for referral in people if referral.place == locality]
        within = places.within(locality)
        teams = [p.id for p in within if p.kind in (PlaceKind.BROKERAGE, PlaceKind.REABLEMENT)]
        homes = [p.id for p in within if p.kind is PlaceKind.HOME_CARE]
        told = [
            *(("care-referrals", one) for one in referral_readings(locality, theirs, at, westshire.care)),
            *(("care-referrals", one) for one in team_readings(teams, theirs, at)),
            *(("care-referrals", one) for one in provider_readings(homes, theirs, at)),
            *(
                ("block-contracts", one)
                for one in contract_readings(locality, [c for c in bought if c.place == locality], at, homes)
            ),
        ]
        rows += [Known(feed, one.place, one.measure, one.value, at, at + 20 * MINUTE / 60) for feed, one in told]
        for number, place in enumerate(within):
            for feed, measures in (("capacity", _CAPACITY), ("visits", VISITED)):
                for measure in measures:
                    if place.kind in ALL[measure].reported_by:
                        figure = _VISITED.get(measure) if feed == "visits" else _capacity_of(measure, number)
                        told_at = (AT - age - 25 * MINUTE).replace(second=0)
                        rows.append(
                            Known(feed, place.id, measure, None if figure is None else float(figure), told_at, at)
                        )
    values = work_out(expect(westshire, local_day(AT)), rows, AT)
    return Picture(4217, AT, AT, westshire, values), listed


def rostered(shown: Picture) -> Rostered:
    """A roster of each team and provider: every seventh package runs over or short."""
    chance = random.Random(5)
    services = []
    for place in shown.county.places.of_kind(PlaceKind.HOME_CARE, PlaceKind.REABLEMENT):
        value = shown.value(place.id, "visits_compared_28d")
        if value.value is None:
            services.append(ServiceVisits(value, None, ()))
            continue
        packages = []
        for index in range(4):
            minutes = chance.choice((30.0, 45.0, 60.0))
            by = chance.choice((-1, 1)) * chance.choice((0.3, 0.4, 0.5)) * minutes
            drift = replace(
                Drift(),
                compared=42,
                planned_minutes=minutes,
                actual_minutes=minutes + by,
                difference_minutes=by,
                over=38 if by > 0 else 1,
                under=36 if by < 0 else 1,
                carer_visits_a_week=10.5,
                pattern=Pattern.OVERRUN if by > 0 else Pattern.UNDERRUN,
            )
            packages.append(PackageVisits(place.id, f"W{5000 + len(services) * 10 + index}", drift, not value.known))
        services.append(ServiceVisits(value, Drift(compared=2700), tuple(packages)))
    return Rostered(tuple(services))
