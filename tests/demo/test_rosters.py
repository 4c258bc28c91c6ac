"""Rosters, contracts and the wider capacity of the county: what is planned and made, bought, and about to end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from statistics import fmean, median

import pytest

from connectors import find_connectors
from flowcentre.config.load import load
from flowcentre.demo.contracts import SHOWN_AFTER, terms_on
from flowcentre.demo.documents import Clerk, writing_habit
from flowcentre.demo.rhythm import local
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.westshire import WESTSHIRE
from flowcentre.feeds.contract import Connector, Document, PlaceCodes
from flowcentre.feeds.pseudonyms import holds_nhs_number
from flowcentre.model import (
    CapacityUnit,
    CareContract,
    CareReferral,
    County,
    Held,
    PlaceKind,
    Reading,
    RosterExport,
    Visit,
    VisitStatus,
    WholeList,
)
from tests.demo.conftest import CONFIGURATION, SETTLED, START

ROSTERS = ("visits-wupi", "visits-wect", "visits-home-care")
CONNECTORS = find_connectors()
THURSDAY = 3


@pytest.fixture(scope="module")
def westshire() -> County:
    return load(CONFIGURATION, {"drop": "drops", "demo": "http://127.0.0.1:9"}, CONNECTORS, ["wall"])


class Reader:
    """Writes and reads the county's feeds at the moments of one life."""

    def __init__(self, county: County, simulation: Simulation) -> None:
        self.county, self.simulation = county, simulation
        self.clerk = Clerk(simulation, county)
        self.readers: dict[str, Connector] = {}

    def facts(self, feed_id: str, at: datetime) -> list[object]:
        self.simulation.advance(at)
        feed = self.county.feed(feed_id)
        assert feed is not None
        if feed_id not in self.readers:
            kind = CONNECTORS[feed.connector]
            settings = kind.Settings.model_validate(dict(feed.settings))
            self.readers[feed_id] = kind(settings, PlaceCodes(self.county.places, feed.places))
        written = self.clerk.write(feed)
        if written is None:
            return []
        return list(self.readers[feed_id].parse(Document(written.name, written.content)))


@pytest.fixture(scope="module")
def exports(westshire: County) -> list[tuple[datetime, list[object]]]:
    """A week of exports of every roster, those of one hour together: each hour's of Thursday, and else each third."""
    reader = Reader(westshire, Simulation(WESTSHIRE, seed=2026, start=START))
    hours = [SETTLED + timedelta(days=5, hours=hour) for hour in range(7 * 24)]
    return [
        (at, [fact for feed in ROSTERS for fact in reader.facts(feed, at)])
        for at in hours
        if at.weekday() == THURSDAY or at.hour % 3 == 0  # 03:00 tells of a whole day
    ]


@pytest.fixture(scope="module")
def visits(exports: list[tuple[datetime, list[object]]]) -> list[Visit]:
    """Each visit as it was told last."""
    last = {fact.ref: fact for _, facts in exports for fact in facts if isinstance(fact, Visit)}
    return list(last.values())


def told_of(facts: Iterable[object]) -> dict[str, Visit]:
    return {fact.ref: fact for fact in facts if isinstance(fact, Visit)}


# --- Rosters ---------------------------------------------------------------------------------------


def test_about_a_thousand_visits_a_day_are_rostered_and_nearly_all_are_made(visits: list[Visit]) -> None:
    by_day = Counter(local(int(visit.planned_start.timestamp())).date() for visit in visits)
    whole = [count for _, count in sorted(by_day.items())[1:-1]]
    assert 800 < fmean(whole) < 1250
    status = Counter(visit.status for visit in visits)
    made = status[VisitStatus.COMPLETED] + status[VisitStatus.LATE]
    assert made > 0.95 * (status.total() - status[VisitStatus.PLANNED])
    for rare, least, most in (
        (VisitStatus.MISSED, 0.003, 0.02),
        (VisitStatus.LATE, 0.02, 0.10),
        (VisitStatus.CANCELLED, 0.01, 0.06),
    ):
        assert least < status[rare] / status.total() < most
    assert {visit.place for visit in visits} == {unit.place for unit in (*WESTSHIRE.reablement, *WESTSHIRE.home_care)}
    assert not any(holds_nhs_number(code) for visit in visits for code in (visit.ref, visit.package))


def test_exports_are_read_without_a_held_row_and_speak_as_at_their_hour(
    exports: list[tuple[datetime, list[object]]],
) -> None:
    silent = set()
    for at, facts in exports:
        assert not [fact for fact in facts if isinstance(fact, Held)]
        moments = [fact.observed_at for fact in facts if isinstance(fact, RosterExport)]
        assert set(moments) == {at}
        if len(moments) < len(ROSTERS):
            silent.add((at.weekday(), at.hour))
        for visit in told_of(facts).values():
            assert visit.planned_start < at + timedelta(hours=8)
            assert visit.actual_end is None or visit.actual_end <= at
            assert (visit.actual_end is not None) == visit.status.was_made
    # The Enhanced Care Team's does not come on Thursday mornings.
    assert silent == {(THURSDAY, hour) for hour in range(8, 14)}


def test_what_was_planned_of_a_visit_stays_and_what_was_made_of_it_too(
    exports: list[tuple[datetime, list[object]]],
) -> None:
    before: dict[str, Visit] = {}
    for _, facts in exports:
        for ref, visit in told_of(facts).items():
            if (told := before.get(ref)) is not None:
                assert (told.planned_start, told.planned_end, told.package) == (
                    visit.planned_start,
                    visit.planned_end,
                    visit.package,
                )
                assert told.status in (VisitStatus.PLANNED, visit.status)
            before[ref] = visit


def test_no_visit_of_a_day_is_left_as_planned_once_its_day_has_been_told_whole(visits: list[Visit]) -> None:
    until = max(visit.planned_start for visit in visits)
    left = [v for v in visits if v.status is VisitStatus.PLANNED and v.planned_start < until - timedelta(days=2)]
    # Of the Enhanced Care Team nothing is told on Thursday mornings, until the small hours of the next day.
    assert left == []


def test_visits_are_those_of_packages_that_run_and_come_to_their_weekly_hours(westshire: County) -> None:
    reader = Reader(westshire, Simulation(WESTSHIRE, seed=2026, start=START))
    week: dict[str, float] = defaultdict(float)
    at = SETTLED + timedelta(days=13)
    packages = {
        fact.ref: fact
        for fact in reader.facts("care-referrals", at - timedelta(days=9))
        if isinstance(fact, CareReferral) and fact.service.at_home
    }
    running = {ref for ref, one in packages.items() if one.started_at is not None and one.ended_at is None}
    seen = dict(packages)
    for day in range(8):
        exported_at = at - timedelta(days=8 - day) + timedelta(hours=3)
        for fact in reader.facts("care-referrals", exported_at):
            if isinstance(fact, CareReferral):
                seen[fact.ref] = fact
        for feed in ROSTERS:
            for visit in told_of(reader.facts(feed, exported_at)).values():
                if visit.planned_start.date() == (exported_at - timedelta(days=1)).date() and day:
                    week[visit.package] += visit.planned_minutes / 60
    now = {fact.ref: fact for fact in reader.facts("care-referrals", at) if isinstance(fact, CareReferral)}
    through = [ref for ref in running if ref in now and now[ref].ended_at is None]
    assert len(through) > 200
    for ref in through:
        assert now[ref].place in ("north", "mid", "south")
        assert week[ref] == pytest.approx(now[ref].weekly_hours, abs=0.26)
    started = {ref for ref, one in (seen | now).items() if one.started_at is not None}
    assert week.keys() - {ref for ref in week if not week[ref]} <= started


def test_the_first_visit_is_the_start_of_care(westshire: County) -> None:
    reader = Reader(westshire, Simulation(WESTSHIRE, seed=5, start=START))
    at = SETTLED + timedelta(days=4, hours=3)
    first: dict[str, Visit] = {}
    for feed in ROSTERS:
        for visit in told_of(reader.facts(feed, at)).values():
            if visit.actual_start is not None and (
                visit.package not in first or visit.planned_start < first[visit.package].planned_start
            ):
                first[visit.package] = visit
    listed = [fact for fact in reader.facts("care-referrals", at) if isinstance(fact, CareReferral)]
    yesterday = [one for one in listed if one.started_at and one.started_at.date() == (at - timedelta(days=1)).date()]
    at_home = [one for one in yesterday if one.service.at_home]
    assert len(at_home) > 5
    for one in at_home:
        assert first[one.ref].actual_start == one.started_at
        assert first[one.ref].place == one.provider


def test_two_services_and_some_packages_regularly_run_over_or_short(visits: list[Visit]) -> None:
    by_service, by_package = defaultdict(list), defaultdict(list)
    for visit in visits:
        if visit.actual_minutes is not None:
            by_service[visit.place].append(visit.actual_minutes - visit.planned_minutes)
            by_package[visit.place, visit.package].append(visit.actual_minutes / visit.planned_minutes)
    differences = {place: median(found) for place, found in by_service.items()}
    assert differences["wect-mid"] > 5
    assert differences["clover-south"] < -5
    assert all(abs(found) < 2 for place, found in differences.items() if place not in ("wect-mid", "clover-south"))
    others = [
        median(found)
        for (place, _), found in by_package.items()
        if len(found) >= 10 and place not in ("wect-mid", "clover-south")
    ]
    assert 0.01 < sum(found > 1.2 for found in others) / len(others) < 0.12
    assert 0.01 < sum(found < 0.8 for found in others) / len(others) < 0.12


@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
def test_the_nights_of_the_clocks_move_no_visit_on_the_clock(westshire: County, night: date) -> None:
    at = datetime(night.year, night.month, night.day, tzinfo=UTC)
    reader = Reader(westshire, Simulation(WESTSHIRE, seed=4, start=at - timedelta(days=9)))
    hours: dict[date, list[float]] = defaultdict(list)
    for day in range(-1, 3):
        facts = reader.facts("visits-wupi", at + timedelta(days=day, hours=3))
        assert not [fact for fact in facts if isinstance(fact, Held)]
        for visit in told_of(facts).values():
            clock = local(int(visit.planned_start.timestamp()))
            assert 6 < clock.hour < 22
            hours[clock.date()].append(clock.hour + clock.minute / 60)
    usual = median(hours[night - timedelta(days=1)])
    assert abs(median(hours[night]) - usual) < 1


# --- Contracts -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def contracts(westshire: County) -> list[CareContract]:
    reader = Reader(westshire, Simulation(WESTSHIRE, seed=2026, start=START))
    facts = reader.facts("block-contracts", START + SHOWN_AFTER + timedelta(hours=6))
    assert {fact.place for fact in facts if isinstance(fact, WholeList)} == {"north", "mid", "south"}
    found = [fact for fact in facts if isinstance(fact, CareContract)]
    assert len(found) + 3 == len(facts)  # nothing is held
    return found


def test_block_hours_are_bought_of_every_home_care_unit_but_one(
    contracts: list[CareContract], westshire: County
) -> None:
    today = (START + SHOWN_AFTER).date()
    hours = [one for one in contracts if one.unit is CapacityUnit.HOURS and one.block and one.in_force(today)]
    providers = {place.id for place in westshire.places.of_kind(PlaceKind.HOME_CARE)}
    assert providers - {one.provider for one in hours} == {"clover-mid"}
    assert 1900 < sum(one.amount for one in hours) < 2700
    assert all(one.hourly_rate is not None and 20 < one.hourly_rate < 35 for one in hours)
    assert {one.funding for one in hours} == {"council", "better_care_fund", "discharge_fund"}


def test_there_are_cliffs_ahead_of_the_first_day(contracts: list[CareContract]) -> None:
    today = (START + SHOWN_AFTER).date()
    funds = [one for one in contracts if one.funding_end is not None and one.in_force(today)]
    assert {one.funding for one in funds} == {"discharge_fund"}
    assert all(14 < (one.funding_end - today).days < 60 for one in funds if one.funding_end)
    mid = [one for one in contracts if one.provider == "ashdown-mid"]
    assert [(one.contract_end - today).days for one in mid if one.contract_end] == [61]  # and no other follows yet
    wing = [one for one in contracts if one.unit is CapacityUnit.BEDS and one.valid_from > today]
    assert [(one.provider, one.amount) for one in wing if one.ref.startswith("RB-ORCHARD-GARDEN")] == [
        ("orchard-house", 12)
    ]
    south = [one for one in contracts if one.provider == "bramble-south"]
    assert [one.amount for one in sorted(south, key=lambda one: one.valid_from)] == [380, 330]


def test_contracts_are_renewed_for_as_long_as_the_county_lives() -> None:
    began = START.date()
    for days in range(35, 900, 11):
        day = began + timedelta(days=days)
        terms = list(terms_on(day, began))
        assert len({term.ref for term in terms}) == len(terms)
        hours = sum(
            term.amount
            for term in terms
            if term.agreement.unit is CapacityUnit.HOURS and term.agreement.block and term.valid_from <= day
        )
        assert 1900 < hours < 2700
        for term in terms:
            ends = [end for end in (term.valid_to, term.contract_end, term.funding_end) if end is not None]
            assert ends
            assert term.valid_from <= min(ends)
            assert min(ends) >= day or term.agreement.paid_until is not None


def test_contracts_are_written_once_a_day_and_looked_for_more_often(westshire: County) -> None:
    feed = westshire.feed("block-contracts")
    assert feed is not None
    assert writing_habit(feed) == (86_400, 6 * 3600)
    assert feed.every < timedelta(days=1)


# --- Capacity --------------------------------------------------------------------------------------


def test_services_keep_commissioned_staffed_used_free_and_closed_apart(westshire: County) -> None:
    reader = Reader(westshire, Simulation(WESTSHIRE, seed=2026, start=START))
    for day in range(7, 30, 3):
        at = START + timedelta(days=day, hours=11)
        said: dict[tuple[str, str], float | None] = {}
        for feed in westshire.feeds:
            if feed.connector == "community_capacity_csv":
                facts = reader.facts(feed.id, at)
                said |= {(fact.place, fact.measure): fact.value for fact in facts if isinstance(fact, Reading)}
                assert [fact for fact in facts if isinstance(fact, Held)] == [] or at.weekday() == 0
        for unit in (*WESTSHIRE.community_beds, *WESTSHIRE.recovery_beds):
            stem = "community_beds" if unit in WESTSHIRE.community_beds else "recovery_beds"
            if (unit.place, f"{stem}_used") not in said:
                continue  # Hartwell's file does not come on every third day at noon
            closed = said[unit.place, f"{stem}_closed"]
            assert closed is not None
            assert said[unit.place, f"{stem}_commissioned"] == unit.beds
            assert said[unit.place, f"{stem}_capacity"] == unit.beds - closed
        for hours in (*WESTSHIRE.home_care, *WESTSHIRE.reablement):
            stem = "home_care_hours" if hours in WESTSHIRE.home_care else "reablement_hours"
            together = said[hours.place, f"{stem}_two_carers_free"]
            assert together is not None
            free = (said[hours.place, f"{stem}_capacity"] or 0) - (said[hours.place, f"{stem}_used"] or 0)
            assert 0 <= together <= free
        assert 40 <= (said["maple-gardens", "extra_care_used"] or 0) <= 46
        for service in WESTSHIRE.voluntary:
            used = said[service.place, "voluntary_used"]
            assert used is not None
            assert 0 < used <= service.people
