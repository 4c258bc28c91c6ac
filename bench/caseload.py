"""Westshire with far more care at home than its own: 200 people waiting, 40 services, and a year of visits.

Everybody is referred, waits, is visited several times a day for some weeks, and ends: so in a year there are 20,000
past referrals and 1.5 million visits. Seeded.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path

from bench import listed
from bench.measure import CannotMeasure
from flowcentre.feeds.answers import Answer, Parsed
from flowcentre.feeds.poll import settle
from flowcentre.feeds.remembered import Remembered
from flowcentre.measures import ALL
from flowcentre.measures.community import MEASURES as COMMUNITY
from flowcentre.measures.derive import local_midnight
from flowcentre.measures.packages import CONTRACTS_REPORT, REFERRALS_REPORT
from flowcentre.measures.visit_counts import VISITED
from flowcentre.model import (
    CapacityUnit,
    CareContract,
    CareReferral,
    CareService,
    County,
    Fact,
    Feed,
    Level,
    Outcome,
    Place,
    PlaceKind,
    Places,
    Reading,
    ReferralReason,
    RosterExport,
    Setting,
    Therapy,
    Visit,
    VisitStatus,
    WholeList,
)
from flowcentre.store import Store, open_store

YEAR = 396  # days: the first weeks, in which everybody is new, have few visits, and the rest make a full year
SERVICES = 40
LOCALITIES = ("north", "mid", "south")
REFERRED_A_DAY = 62
WAIT_HOURS = 77  # the mean, so that 200 wait on any day
SETTLED = 35  # days before now from which on every list and export goes through the whole weighing
_MADE = (VisitStatus.COMPLETED, VisitStatus.LATE, VisitStatus.MISSED, VisitStatus.CANCELLED)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@cache
def county() -> County:
    """Westshire with 40 services that make visits, and a feed of each kind for all of them."""
    here = listed.county()
    own = [place for place in here.places if place.kind in (PlaceKind.HOME_CARE, PlaceKind.REABLEMENT)]
    more = [
        Place(
            f"homecare-{number}",
            f"Homecare {number}",
            Level.UNIT,
            PlaceKind.HOME_CARE,
            parent="ashdown",
            locality=LOCALITIES[number % 3],
        )
        for number in range(SERVICES - len(own))
    ]
    services = tuple(place.id for place in (*own, *more))
    kept = tuple(
        feed for feed in here.feeds if feed.connector not in ("care_referrals", "block_contracts", "visits", "typed_in")
    )
    hourly = {"every": _HOUR, "late_after": 3 * _HOUR, "stale_after": 6 * _HOUR}
    capacity = tuple(measure.id for measure in COMMUNITY if measure.reported_by)
    feeds = (
        Feed(
            "bench-referrals", "Referrals", "care_referrals", places=("westshire",), provides=REFERRALS_REPORT, **hourly
        ),  # type: ignore[arg-type]
        Feed(
            "bench-contracts",
            "Contracts",
            "block_contracts",
            places=("westshire",),
            provides=CONTRACTS_REPORT,
            **hourly,
        ),  # type: ignore[arg-type]
        Feed("bench-visits", "Visits", "visits", places=services, provides=VISITED, **hourly),  # type: ignore[arg-type]
        Feed("bench-capacity", "Capacity", "community_capacity_csv", places=services, provides=capacity, **hourly),  # type: ignore[arg-type]
    )
    return replace(here, places=Places([*here.places, *more]), feeds=(*kept, *feeds))


def services() -> tuple[Place, ...]:
    """The services that make visits."""
    feed = county().feed("bench-visits")
    assert feed is not None
    return tuple(county().places[place] for place in feed.places)


# --- People -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """One referral from beginning to end, as it will have been."""

    referral: CareReferral
    visits: tuple[tuple[int, int], ...]  # minutes after midnight and planned length, of each day
    drift: float  # of the plan, that visits of this package take

    @property
    def ended_at(self) -> datetime:
        """When care ended, or will end."""
        assert self.referral.ended_at is not None
        return self.referral.ended_at

    def as_at(self, at: datetime) -> CareReferral:
        """The referral as a list of that moment tells it."""
        one = self.referral
        moments = ("accepted_at", "triaged_at", "sourced_at", "started_at", "ended_at")
        ahead = {name: None for name in moments if (moment := getattr(one, name)) is not None and moment > at}
        told: dict[str, object] = dict(ahead)
        if "triaged_at" in ahead:
            told["therapy"] = Therapy.NOT_TRIAGED
        if "sourced_at" in ahead:
            told["provider"] = None
        if "ended_at" in ahead:
            told["outcome"] = None
        return replace(one, **told)  # type: ignore[arg-type]


class Caseload:
    """Everybody who was referred in so many days before a moment."""

    def __init__(self, now: datetime, days: int) -> None:
        self.now, self.days = now, days
        self._draw = random.Random(20261126)
        self._services = {
            locality: [place for place in services() if place.locality == locality] for locality in LOCALITIES
        }
        self.people = [self._person(number) for number in range(REFERRED_A_DAY * days)]

    @cached_property
    def by_package(self) -> dict[str, Person]:
        """Each by the ref of the package."""
        return {person.referral.ref: person for person in self.people}

    def _person(self, number: int) -> Person:
        draw, day = self._draw, number // REFERRED_A_DAY
        referred_at = (
            local_midnight(self.now) - (self.days - day - 1) * _DAY + draw.randrange(8 * 60, 18 * 60) * _HOUR / 60
        )
        if referred_at > self.now:
            referred_at -= _DAY
        locality = draw.choice(LOCALITIES)
        place = draw.choice(self._services[locality])
        wait = draw.expovariate(1 / WAIT_HOURS)
        started_at = referred_at + (wait + 0.5) * _HOUR
        hospital = draw.random() < 0.6
        a_day = draw.choice((3, 3, 4, 4))
        length = draw.choice((30, 30, 45, 60))
        carers = draw.choice((1, 1, 1, 2))
        referral = CareReferral(
            ref=f"POC-{number}",
            place=locality,
            person=f"P-{number}",
            referred_at=referred_at,
            service=CareService.REABLEMENT if place.kind is PlaceKind.REABLEMENT else CareService.HOME_CARE,
            setting=Setting.HOSPITAL if hospital else Setting.COMMUNITY,
            reason=ReferralReason.DISCHARGE if hospital else draw.choice(list(ReferralReason)[1:]),
            pathway=1,
            weekly_hours=round(a_day * length * 7 / 60, 1),
            visits_a_day=a_day,
            carers=carers,
            therapy=draw.choice((Therapy.THERAPY_AND_CARE, Therapy.CARE_ONLY, Therapy.CARE_ONLY)),
            accepted_at=referred_at + wait / 8 * _HOUR,
            triaged_at=referred_at + wait / 4 * _HOUR,
            sourced_at=referred_at + wait / 2 * _HOUR,
            provider=place.id,
            started_at=started_at,
            planned_end=(started_at + 28 * _DAY).date(),
            ended_at=started_at + draw.uniform(5, 33) * _DAY,
            outcome="ended_as_planned",
            offers=draw.choice((0, 1, 1, 2)),
            funding=draw.choice(("council", "better_care_fund", "nhs")),
        )
        starts = draw.sample((7 * 60, 9 * 60, 12 * 60, 15 * 60, 17 * 60 + 30, 20 * 60), a_day)
        drift = draw.choices((1.0, 0.7, 1.3), (70, 18, 12))[0]
        return Person(referral, tuple((start, length) for start in sorted(starts)), drift)

    def listed(self, locality: str, at: datetime) -> list[CareReferral]:
        """A locality's list as at a moment: who waits, who is visited, and who ended in the last seven days."""
        return [
            person.as_at(at)
            for person in self.people
            if person.referral.place == locality
            and person.referral.referred_at <= at
            and person.ended_at > at - 7 * _DAY
        ]

    def visits(self, day: datetime, told_at: datetime) -> Iterator[Visit]:
        """The visits of the day that begins at a midnight, as an export of a moment tells of them."""
        for person in self._visited_on(day):
            one = person.referral
            assert one.provider is not None
            assert one.started_at is not None
            for number, (start, length) in enumerate(person.visits):
                planned = day + timedelta(minutes=start)
                if one.started_at <= planned < person.ended_at:
                    yield self._visit(
                        person, one.provider, planned, length, f"{day:%y%m%d}-{one.ref[4:]}-{number}", told_at
                    )

    def _visited_on(self, day: datetime) -> list[Person]:
        # Whoever is visited was referred in the seven weeks before, or in a wait that was far too long.
        first = max(0, REFERRED_A_DAY * (self.days - 1 - (local_midnight(self.now) - day).days - 75))
        last = REFERRED_A_DAY * (self.days + 1 - (local_midnight(self.now) - day).days)
        return self.people[first:last]

    def _visit(self, person: Person, place: str, planned: datetime, length: int, ref: str, told_at: datetime) -> Visit:
        carers = person.referral.carers or 1
        end = planned + timedelta(minutes=length)
        draw = random.Random(ref)  # the same whenever it is told of
        status = draw.choices(_MADE, (90, 6, 2, 2))[0]
        begun = planned + timedelta(seconds=draw.randrange(-300, 300) if status is not VisitStatus.LATE else 1800)
        took = timedelta(seconds=int(length * 60 * person.drift * draw.uniform(0.9, 1.1)))
        if begun + took > told_at:
            return Visit(ref, place, person.referral.ref, planned, end, VisitStatus.PLANNED, carers=carers)
        if not status.was_made:
            return Visit(ref, place, person.referral.ref, planned, end, status, carers=carers)
        return Visit(ref, place, person.referral.ref, planned, end, status, begun, begun + took, carers)

    def contracts(self, at: datetime) -> list[CareContract]:
        """What is bought of each service: a block, and for every fourth one that ends soon."""
        draw, found = random.Random(7), []
        for number, place in enumerate(services()):
            assert place.locality is not None
            terms = {"place": place.locality, "provider": place.id, "unit": CapacityUnit.HOURS, "hourly_rate": 24.5}
            since = date(at.year - 1, 4, 1)
            end = at.date() + timedelta(days=20 + number) if number % 4 == 0 else None
            found.append(
                CareContract(f"C-{number}", amount=draw.randint(300, 700), valid_from=since, contract_end=end, **terms)  # type: ignore[arg-type]
            )
        return found


# --- The store --------------------------------------------------------------------------


def fill(file: Path, now: datetime, days: int = YEAR) -> Caseload:
    """A store with the lists and the exports of so many days, the last ones a minute old.

    What is older than five weeks is recorded straight: weighing it would take an hour and leave the same rows.
    """
    caseload = Caseload(now, days)
    with closing(open_store(f"sqlite:///{file}")) as store:
        with store.in_bulk():
            _fill_visits(store, caseload)
            _fill_lists(store, caseload)
        store.set_mark("demonstration", "yes")
        store.set_mark("system", county().places.system.id)
        if held := store.held_rows(limit=1):
            raise CannotMeasure(f"rows were held: {held[0].reason}")
    return caseload


def _fill_visits(store: Store, caseload: Caseload) -> None:
    feed = county().feed("bench-visits")
    assert feed is not None
    today = local_midnight(caseload.now)
    for back in range(caseload.days, SETTLED, -1):
        day = today - back * _DAY
        at = day + 25 * _HOUR
        export = RosterExport(at, tuple(caseload.visits(day, at)))
        poll_id = store.claim_poll(feed.id, at, engine="bench", started_at=at)
        assert poll_id is not None
        store.record_poll(poll_id, feed=feed.id, finished_at=at, outcome=Outcome.OK, exports=[export])
    remembered = Remembered.read(store, feed, county())
    for back in range(min(caseload.days, SETTLED), 0, -1):
        at = today - back * _DAY + 25 * _HOUR
        _settle(store, feed, [*caseload.visits(today - back * _DAY, at), RosterExport(at)], at, remembered)
    _settle(store, feed, hourly_export(caseload, caseload.now - _HOUR / 60), caseload.now - _HOUR / 60, remembered)


def hourly_export(caseload: Caseload, at: datetime) -> list[Fact]:
    """What one export tells of: yesterday, today and tomorrow."""
    today = local_midnight(at)
    visits = [visit for day in (-1, 0, 1) for visit in caseload.visits(today + day * _DAY, at)]
    return [*visits, RosterExport(at)]


def _fill_lists(store: Store, caseload: Caseload) -> None:
    here = county()
    referrals, contracts, capacity = (here.feed(f"bench-{id}") for id in ("referrals", "contracts", "capacity"))
    assert referrals is not None
    assert contracts is not None
    assert capacity is not None
    remembered = Remembered.read(store, referrals, here)
    for at in _moments(caseload):
        settle_lists(store, caseload, at, remembered)
    bought = caseload.contracts(at)
    lists = [
        WholeList("contracts", locality, at, sum(one.place == locality for one in bought)) for locality in LOCALITIES
    ]
    _settle(store, contracts, [*bought, *lists], at)
    _settle(store, capacity, list(_capacity(capacity, at)), at)


def settle_lists(store: Store, caseload: Caseload, at: datetime, remembered: Remembered | None = None) -> None:
    """Every locality's list of referrals as at a moment."""
    feed = county().feed("bench-referrals")
    assert feed is not None
    facts: list[Fact] = []
    for locality in LOCALITIES:
        people = caseload.listed(locality, at)
        facts += [*people, WholeList("referrals", locality, at, len(people))]
    _settle(store, feed, facts, at, remembered)


def _moments(caseload: Caseload) -> list[datetime]:
    """When lists came: each third day, at last four times a day and once just before midnight, and a minute ago."""
    now, today = caseload.now, local_midnight(caseload.now)
    seldom = [today - back * _DAY for back in range(caseload.days - 1, SETTLED, -3)]
    often = [
        today - back * _DAY + hour * _HOUR
        for back in range(min(SETTLED, caseload.days - 1), 0, -1)
        for hour in (6, 12, 18, 23.9)
    ]
    return [*seldom, *often, now - _HOUR / 60]


def _capacity(feed: Feed, at: datetime) -> Iterator[Reading]:
    draw = random.Random(11)
    for place in (county().places[id] for id in feed.places):
        for measure in (ALL[id] for id in feed.provides):
            if place.kind in measure.reported_by:
                most = 400 if measure.unit == "hours a week" else 12
                yield Reading(measure.id, place.id, float(draw.randint(0, most)), at)


def _settle(store: Store, feed: Feed, facts: list[Fact], at: datetime, remembered: Remembered | None = None) -> None:
    poll_id = store.claim_poll(feed.id, at, engine="bench", started_at=at)
    assert poll_id is not None
    answer = Answer((Parsed("bench", tuple(facts)),))
    recorded = settle(store, feed, county(), poll_id, answer, now=at, remembered=remembered)
    if recorded.counts.held:
        raise CannotMeasure(f"{feed.id}: rows held: {store.held_rows(feed.id, limit=1)}")
