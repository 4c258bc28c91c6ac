"""What is known of Westshire's care in every condition that its pages must bear: pictures, lists, contracts, rosters."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from flowcentre.measures import ALL
from flowcentre.measures.contract_counts import contract_readings
from flowcentre.measures.derive import local_day
from flowcentre.measures.drift import Drift, Pattern
from flowcentre.measures.referral_counts import provider_readings, referral_readings, team_readings
from flowcentre.measures.visit_counts import VISITED
from flowcentre.model import (
    CareContract,
    CareReferral,
    County,
    Picture,
    PlaceKind,
    Value,
)
from flowcentre.picture.build import work_out
from flowcentre.picture.capacity import Capacity, capacity_of, contract_lists
from flowcentre.picture.expected import expect
from flowcentre.picture.listed import PlaceList
from flowcentre.picture.packages import PACKAGES, Package
from flowcentre.picture.visits import PackageVisits, Rostered, ServiceVisits
from flowcentre.store import Known
from tests.layouts.care_people import (
    AT,
    CAPACITY,
    HOUR,
    LOCALITIES,
    MINUTE,
    contracts,
    county,
    referrals,
)

CONDITIONS = ("normal", "empty", "stale", "partial", "overloaded")
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
            for feed, measures in (("capacity", CAPACITY), ("visits", VISITED)):
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
                untold=1,
                untimed=2,
                missed=3,
                cancelled=4,
            )
            packages.append(PackageVisits(place.id, f"W{5000 + len(services) * 10 + index}", drift, not value.known))
        services.append(ServiceVisits(value, Drift(compared=2700), tuple(packages)))
    return Rostered(tuple(services))
