"""What the county publishes is what the real connectors agreed to read, and goes wrong only where it is meant to."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from flowcentre.demo.backlog import HISTORY, SETTLING, backlog, start_for
from flowcentre.demo.delays import DischargeLists, Listed
from flowcentre.demo.documents import Clerk
from flowcentre.demo.reasons import REASONS
from flowcentre.demo.rhythm import local, utc
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.westshire import WESTSHIRE, Care
from flowcentre.feeds.answers import parse_documents
from flowcentre.feeds.contract import Connector, Document
from flowcentre.feeds.remembered import Remembered
from flowcentre.feeds.weighing import Weighed, weigh
from flowcentre.measures.derive import attendance_readings
from flowcentre.model import (
    AmbulanceArrival,
    County,
    DelayedDischarge,
    EmergencyAttendance,
    Held,
    PlaceKind,
    Reading,
    WholeList,
)
from tests.demo.conftest import SETTLED, START

KINDS = {
    "wards": {PlaceKind.WARD},
    "critical": {PlaceKind.CRITICAL_CARE_UNIT},
    "community_beds": {PlaceKind.COMMUNITY_HOSPITAL},
    "recovery_beds": {PlaceKind.RECOVERY_UNIT},
    "reablement": {PlaceKind.REABLEMENT},
    "home_care": {PlaceKind.HOME_CARE},
    "virtual_wards": {PlaceKind.VIRTUAL_WARD},
    "care_homes": {PlaceKind.CARE_HOME},
    "extra_care": {PlaceKind.EXTRA_CARE},
    "voluntary": {PlaceKind.VOLUNTARY},
    "mental_health": {PlaceKind.MENTAL_HEALTH_UNIT},
    "nhs_111": {PlaceKind.NHS_111},
}


# Lists of hundreds that are alike from one to the next: of a backlog's a third is read, and each of the day of lapses.
LONG = {
    "care-referrals",
    "visits-wupi",
    "visits-wect",
    "visits-home-care",
    "northgate-emergency",
    "southmere-emergency",
}
WEDNESDAY = 2


def facts_of(clerk: Clerk, readers: dict[str, Connector], county: County, feed_id: str) -> list[object]:
    facts = facts_if_any(clerk, readers, county, feed_id)
    assert facts is not None
    return facts


def facts_if_any(clerk: Clerk, readers: dict[str, Connector], county: County, feed_id: str) -> list[object] | None:
    """What a feed says now; None where it publishes nothing just then."""
    feed = county.feed(feed_id)
    assert feed is not None
    written = clerk.write(feed)
    return None if written is None else list(readers[feed_id].parse(Document(written.name, written.content)))


def test_every_place_of_the_simulation_is_configured_as_what_it_is_and_the_other_way_round(county: County) -> None:
    simulated: dict[str, set[str]] = {name: set() for name in KINDS}
    for hospital in WESTSHIRE.hospitals:
        assert county.places[hospital.place].kind is PlaceKind.ACUTE_HOSPITAL
        for ward in hospital.wards:
            simulated["critical" if ward.care is Care.CRITICAL else "wards"].add(ward.place)
            assert county.places[ward.place].parent == hospital.place
    for name in simulated.keys() - {"wards", "critical"}:
        units = getattr(WESTSHIRE, name)
        simulated[name] = {unit.place for unit in units}
        assert all(county.places.locality_of(unit.place) == unit.locality for unit in units)
    for name, kinds in KINDS.items():
        assert simulated[name] == {place.id for place in county.places.of_kind(*kinds)}


def test_the_awkward_ward_codes_are_there(county: County) -> None:
    codes = {code for place in county.places for code in place.codes}
    assert {"007", "1E5", "NA"} <= codes


def test_every_place_that_counts_is_expected_of_some_feed(county: County) -> None:
    whole_county = [feed for feed in county.feeds if feed.places == (county.places.system.id,)]
    assert {feed.connector for feed in whole_county} == {"care_referrals", "block_contracts"}
    covered = {
        place.id
        for feed in county.feeds
        if feed not in whole_county
        for top in feed.places
        for place in county.places.within(top)
    }
    # Brokerage is told of by the lists alone.
    brokerage = {place.id for place in county.places.of_kind(PlaceKind.BROKERAGE)}
    counting = {place.id for place in county.places if place.level.value in ("site", "unit")} - brokerage
    # NHS 111 is one service of the whole county, and an organisation of its own.
    assert counting | {place.id for place in county.places.of_kind(PlaceKind.NHS_111)} == covered
    assert all(feed.demonstration for feed in county.feeds)


@pytest.mark.parametrize("site", ["northgate", "southmere"])
def test_a_bed_file_with_nobody_in_any_bed_changes_no_occupancy_however_often_it_comes(
    county: County, readers: dict[str, Connector], site: str
) -> None:
    feed = county.feed(f"{site}-beds")
    assert feed is not None
    simulation = Simulation(WESTSHIRE, seed=1, start=START)
    simulation.advance(START + timedelta(days=2, hours=13))
    clerk = Clerk(simulation, county)
    within = {place.id: place for top in feed.places for place in county.places.within(top)}
    occupancy = {"ga_beds_occupied", "cc_beds_occupied"}

    def hear(said: Remembered, *, nobody: bool) -> Weighed:
        written = clerk.write(feed)
        assert written is not None
        rows = list(csv.DictReader(io.StringIO(written.content.decode())))
        text = io.StringIO()
        sheet = csv.DictWriter(text, rows[0], lineterminator="\n")
        sheet.writeheader()
        sheet.writerows({**row, "occupied": "0"} if nobody else row for row in rows)
        document = Document(written.name, text.getvalue().encode())
        read = parse_documents(readers[feed.id], [document], None)
        return weigh(read, said, now=simulation.at, times_running=lambda _: 99)

    said = hear(Remembered(feed, within), nobody=False).remembered
    known = {key: value for key, value in said.values.items() if key[1] in occupancy}
    assert sum(value.value or 0 for value in known.values()) > 100
    for _ in range(4):
        simulation.advance(simulation.at + timedelta(hours=1))
        found = hear(said, nobody=True)
        assert found.held
        said = found.remembered
        assert {key: value for key, value in said.values.items() if key[1] in occupancy} == known


def test_bed_files_say_what_the_wards_hold(county: County, readers: dict[str, Connector]) -> None:
    simulation = Simulation(WESTSHIRE, seed=1, start=START)
    simulation.advance(START + timedelta(days=2, hours=13))
    clerk = Clerk(simulation, county)
    for site in ("northgate", "southmere"):
        facts = facts_of(clerk, readers, county, f"{site}-beds")
        said = {(f.place, f.measure): f.value for f in facts if isinstance(f, Reading)}
        for ward in simulation.acutes[site].hospital.wards:
            critical = ward.care is Care.CRITICAL
            assert said[ward.place, "cc_beds_occupied" if critical else "ga_beds_occupied"] == ward.occupied
            if not critical:
                assert said[ward.place, "nctr_now"] == ward.no_criteria_to_reside
                assert said[ward.place, "discharges_today"] == ward.discharges_today
            assert said[ward.place, "beds_closed_infection"] == ward.closed["infection"]
        assert all(f.observed_at == simulation.at for f in facts if isinstance(f, Reading))


def test_the_emergency_department_lists_who_is_there_and_who_came(
    county: County, readers: dict[str, Connector]
) -> None:
    simulation = Simulation(WESTSHIRE, seed=1, start=START)
    simulation.advance(START + timedelta(days=1, hours=19, seconds=17))
    facts = facts_of(Clerk(simulation, county), readers, county, "northgate-emergency")
    people = [fact for fact in facts if isinstance(fact, EmergencyAttendance)]
    assert any(isinstance(fact, AmbulanceArrival) for fact in facts)
    assert [fact.people for fact in facts if isinstance(fact, WholeList)] == ["attendances", "ambulances"]
    assert not [fact for fact in facts if isinstance(fact, Held)]
    readings = {r.measure: r.value for r in attendance_readings("northgate", people, simulation.at)}
    department = simulation.acutes["northgate"].emergency
    assert readings["ae_waiting_for_bed_now"] == department.boarding
    midnight = (START + timedelta(days=1)).timestamp()
    assert readings["ae_attendances_today"] == sum(a.arrived >= midnight for a in department.attendances)


def test_nothing_is_published_before_it_has_happened(county: County, readers: dict[str, Connector]) -> None:
    simulation = Simulation(WESTSHIRE, seed=6, start=START)
    clerk = Clerk(simulation, county)
    for quarter in range(8, 48 * 4, 7):
        simulation.advance(START + timedelta(minutes=15 * quarter))
        for site in ("northgate", "southmere"):
            for fact in facts_of(clerk, readers, county, f"{site}-emergency"):
                moments = (
                    (fact.arrived_at, fact.triaged_at, fact.seen_at, fact.decided_to_admit_at, fact.departed_at)
                    if isinstance(fact, EmergencyAttendance)
                    else (fact.arrived_at, fact.handed_over_at)
                    if isinstance(fact, AmbulanceArrival)
                    else ()
                )
                assert all(moment <= simulation.at for moment in moments if moment is not None)


def test_every_departure_is_told_in_the_hour_after_midnight_and_then_forgotten(
    county: County, readers: dict[str, Connector]
) -> None:
    simulation = Simulation(WESTSHIRE, seed=6, start=START)
    clerk = Clerk(simulation, county)

    def departed_before(midnight: datetime) -> int:
        facts = facts_of(clerk, readers, county, "northgate-emergency")
        people = [fact for fact in facts if isinstance(fact, EmergencyAttendance)]
        return sum(p.departed_at is not None and p.departed_at < midnight for p in people)

    midnight = START + timedelta(days=2)
    simulation.advance(midnight + timedelta(minutes=30))
    assert departed_before(midnight) > 100
    simulation.advance(midnight + timedelta(hours=2))
    assert departed_before(midnight) == 0


def as_told(hospital: str, one: Listed, *, by_day: tuple[str, ...] = ()) -> DelayedDischarge:
    """A list's entry as the connector ought to understand it; moments named in ``by_day`` are told as days."""

    def moment(name: str) -> datetime | None:
        at = getattr(one, name)
        if at is None:
            return None
        return local(at).replace(hour=0, minute=0, second=0).astimezone(UTC) if name in by_day else utc(at)

    admitted_at, ready_at = moment("admitted_at"), moment("ready_at")
    assert admitted_at is not None
    assert ready_at is not None
    return DelayedDischarge(
        ref=one.ref,
        place=hospital,
        ward=one.ward,
        admitted_at=admitted_at,
        ready_at=ready_at,
        pathway=one.pathway,
        reason=one.reason,
        owner=one.owner,
        coordinator=one.coordinator or None,
        residence=one.residence,
        expected_on=one.expected_on,
        reviewed_at=moment("reviewed_at"),
        discharged_at=moment("discharged_at"),
    )


def test_discharge_lists_tell_in_three_forms_who_waits_for_what(county: County, readers: dict[str, Connector]) -> None:
    simulation = Simulation(WESTSHIRE, seed=1, start=START)
    simulation.advance(START + timedelta(days=16, hours=16, minutes=15))
    clerk, lists = Clerk(simulation, county), DischargeLists(simulation, county.places)

    facts = facts_of(clerk, readers, county, "southmere-discharges")
    told = [as_told("southmere", one, by_day=("admitted_at",)) for one in lists.of("southmere")]
    assert facts == [*told, WholeList("delays", "southmere", simulation.at)]

    facts = facts_of(clerk, readers, county, "community-discharges")
    told = [
        as_told(hospital, one, by_day=("admitted_at", "ready_at"))
        for hospital in ("eastfield", "hartwell")
        for one in lists.of(hospital)
    ]
    assert facts[: len(told)] == told
    assert [(fact.place, fact.listed) for fact in facts if isinstance(fact, WholeList)] == [
        (hospital, sum(one.place == hospital for one in told)) for hospital in ("eastfield", "hartwell")
    ]
    assert len(facts) == len(told) + 2

    facts = facts_of(clerk, readers, county, "northgate-discharges")
    told = [as_told("northgate", one) for one in lists.of("northgate")]
    assert facts == [*told, WholeList("delays", "northgate", simulation.at)]
    assert len(told) > 60
    assert any(one.discharged_at is not None for one in told)


def test_northgates_list_gives_whoever_waited_longest_a_reason_that_nobody_knows(
    county: County, readers: dict[str, Connector]
) -> None:
    simulation = Simulation(WESTSHIRE, seed=1, start=START)
    clerk = Clerk(simulation, county)
    nobody_knows: dict[int, list[str]] = {}
    for quarter in range(13 * 4, 17 * 4):
        simulation.advance(SETTLED + timedelta(minutes=15 * quarter))
        people = facts_of(clerk, readers, county, "northgate-discharges")
        unknown = [one for one in people if isinstance(one, DelayedDischarge) and one.reason is None]
        nobody_knows[quarter] = [one.ref for one in unknown]
        if unknown:
            here = [one for one in people if isinstance(one, DelayedDischarge) and one.discharged_at is None]
            assert unknown == [min(here, key=lambda one: one.ready_at)]
    assert {quarter // 4 for quarter, refs in nobody_knows.items() if refs} == {14, 15}
    assert all(len(refs) == (14 * 4 <= quarter < 16 * 4) for quarter, refs in nobody_knows.items())


def test_southmeres_list_is_late_on_wednesday_mornings(county: County) -> None:
    simulation = Simulation(WESTSHIRE, seed=1, start=START)
    clerk = Clerk(simulation, county)
    feeds = {site: county.feed(f"{site}-discharges") for site in ("northgate", "southmere")}
    silent = set()
    for hour in range(7 * 24):
        simulation.advance(START + timedelta(hours=hour))
        for site, feed in feeds.items():
            assert feed is not None
            if clerk.write(feed) is None:
                silent.add((site, simulation.at.weekday(), simulation.at.hour))
    assert silent == {("southmere", 2, hour) for hour in (7, 8, 9)}


def test_every_reason_can_be_written_by_every_supplier(county: County, readers: dict[str, Connector]) -> None:
    simulation = Simulation(WESTSHIRE, seed=1, start=START)
    clerk = Clerk(simulation, county)
    told: dict[str, set[str | None]] = {}
    for hours in range(24 * 5, 24 * 28, 9):
        simulation.advance(START + timedelta(hours=hours))
        for feed in county.feeds:
            if feed.connector == "discharge_list" and (facts := facts_if_any(clerk, readers, county, feed.id)):
                told.setdefault(feed.id, set()).update(f.reason for f in facts if isinstance(f, DelayedDischarge))
    assert set(REASONS) - set().union(*told.values()) <= {"self_funded", "no_adaptations"}  # few have these
    assert None not in told["southmere-discharges"] | told["community-discharges"]


def test_the_backlog_is_four_weeks_that_the_real_connectors_believe_but_for_the_lapses_on_purpose(
    county: County, readers: dict[str, Connector]
) -> None:
    now = datetime(2026, 11, 22, 8, 13, 7, tzinfo=UTC)
    simulation = Simulation(WESTSHIRE, seed=2026, start=start_for(now))
    since = now - timedelta(days=8)
    held: Counter[tuple[str, str]] = Counter()
    moments: dict[str, list[datetime]] = {feed.id: [] for feed in county.feeds}
    before = since
    for published in backlog(simulation, county, since, now):
        assert before <= published.observed_at <= now
        before = published.observed_at
        moments[published.feed].append(published.observed_at)
        if published.feed in LONG and len(moments[published.feed]) % 3 and before.weekday() != WEDNESDAY:
            continue
        for fact in readers[published.feed].parse(Document(published.name, published.content)):
            if isinstance(fact, Held):
                held[published.feed, fact.reason] += 1
    # A quarter of an hour apart on the last day, an hour in the last week, three hours before.
    assert len(moments["northgate-beds"]) == len(moments["southmere-emergency"]) == 4 * 24 + 6 * 24 + 8
    assert 36 <= len(moments["hartwell-beds"]) < len(moments["eastfield-beds"]) == 7 * 4 + 24
    assert len(moments["care-homes"]) == 8
    # Hourly on the last day, every two hours in the week before and six before that: the present is set against a list
    # of yesterday and of a week ago that was not too old. And always once when a day's discharges are whole.
    for feed_id in ("northgate-discharges", "southmere-discharges", "community-discharges"):
        gaps = [after - at for at, after in pairwise(moments[feed_id]) if at > now - timedelta(days=7)]
        longest = 6 if feed_id == "southmere-discharges" else 2.5  # of Southmere's a Wednesday morning is missing
        assert max(gaps) == timedelta(hours=longest)
        assert max(gaps[-23:]) <= timedelta(hours=1.5)
        late = [at for at in moments[feed_id] if (at.hour, at.minute) == (23, 30)]
        assert [at.date() for at in late] == [(since + timedelta(days=day)).date() for day in range(8)]
    # Of the county's long lists every two hours in the last week, and before it the last of each day; of rosters the
    # hourly exports of two days, and before them those that tell of a whole day.
    lists = moments["care-referrals"]
    assert {after - at for at, after in pairwise(lists) if at > now - timedelta(days=7)} == {timedelta(hours=2)}
    assert lists[0] == now.replace(day=14, hour=23, minute=0, second=0) <= now - timedelta(days=7)
    assert len(moments["block-contracts"]) == 8
    for feed_id in ("visits-wupi", "visits-home-care"):
        assert [at.hour for at in moments[feed_id] if at < now - timedelta(days=2)] == [3] * 6
        assert len([at for at in moments[feed_id] if at >= now - timedelta(days=2)]) == 48
    assert set(held) == {
        ("southmere-beds", "no_criteria_to_reside is not a number"),
        ("care-homes", "place_code is not a place of this feed"),
        ("care-referrals", "weekly_hours is below zero"),
    }
    assert held["southmere-beds", "no_criteria_to_reside is not a number"] == 7


def test_the_history_begins_when_the_county_has_settled() -> None:
    now = datetime(2026, 11, 22, 8, 13, 7, tzinfo=UTC)
    assert timedelta(0) <= now - HISTORY - SETTLING - start_for(now) < timedelta(hours=1)
    assert HISTORY.days == 28


def test_hartwell_falls_silent_from_noon_to_eight_on_every_third_day(county: County) -> None:
    simulation = Simulation(WESTSHIRE, seed=1, start=START)
    clerk = Clerk(simulation, county)
    hartwell, eastfield = county.feed("hartwell-beds"), county.feed("eastfield-beds")
    assert hartwell is not None
    assert eastfield is not None
    silent = set()
    for hour in range(6 * 24):
        simulation.advance(START + timedelta(hours=hour))
        assert clerk.write(eastfield) is not None
        if clerk.write(hartwell) is None:
            silent.add((simulation.at.day, simulation.at.hour))
    assert {hour for _, hour in silent} == set(range(12, 20))
    assert len({day for day, _ in silent}) == 2


def test_care_homes_carry_the_moment_of_their_own_return(county: County, readers: dict[str, Connector]) -> None:
    simulation = Simulation(WESTSHIRE, seed=1, start=START)
    simulation.advance(SETTLED + timedelta(days=2, hours=11))
    facts = facts_of(Clerk(simulation, county), readers, county, "care-homes")
    ages = {f.place: simulation.at - f.observed_at for f in facts if isinstance(f, Reading)}
    assert len(ages) == 12
    assert ages["alder-court"] < timedelta(hours=3)
    assert ages["damson-house"] > timedelta(hours=20)
    assert max(ages.values()) < timedelta(days=35)


def test_a_feed_that_is_not_the_demonstrations_is_refused_by_name(county: County) -> None:
    clerk = Clerk(Simulation(WESTSHIRE, seed=1, start=START), county)
    stranger = county.feeds[0].__class__(
        id="real",
        name="A real feed",
        connector="nhs_ae_monthly",
        every=timedelta(days=1),
        late_after=timedelta(days=2),
        stale_after=timedelta(days=3),
        places=("northgate",),
    )
    with pytest.raises(ValueError, match="real: the demonstration publishes nothing for nhs_ae_monthly"):
        clerk.write(stranger)
