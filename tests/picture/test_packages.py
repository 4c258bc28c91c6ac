"""Packages of care chosen from the lists that a picture counts, on a real store, and linked with the hospitals' lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from flowcentre.measures.care_clocks import Phase
from flowcentre.model import (
    CareReferral,
    CareService,
    DelayedDischarge,
    Level,
    NextStep,
    Picture,
    Place,
    PlaceKind,
    Places,
    State,
)
from flowcentre.picture import DelayBook, build
from flowcentre.picture import list_beside as beside_module
from flowcentre.picture import list_book as book_module
from flowcentre.picture.list_sums import counts_by
from flowcentre.picture.list_table import rows
from flowcentre.picture.listed import Filters
from flowcentre.picture.package_book import PackageBook
from flowcentre.picture.package_table import COLUMNS
from flowcentre.picture.packages import LIMITS, PACKAGES, TO_CHECK, UNTOUCHED, Package, package_of
from flowcentre.store import Store, open_store
from tests.feeds.care_cast import COUNTY, LOCALITIES, NORTHGATE, QUARTER, listed, poll
from tests.measures.care_cast import AT, DAY, HOUR, TERMS, referral, running
from tests.picture.packages_cast import EARLIER, SOON, hospitals, north, others, settle, settle_localities

# What is chosen of the people who were read needs but one of the databases: the reading is proved on both.
on_one = pytest.mark.parametrize("lasting_store", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def settled(lasting_store: Store) -> Store:
    """With everybody's lists in it."""
    settle(lasting_store)
    return lasting_store


def books(store: Store, at: datetime = SOON) -> tuple[PackageBook, DelayBook, Picture]:
    picture = build(store, COUNTY, at)
    packages, delays = PackageBook(store, lambda: picture), DelayBook(store, lambda: picture)
    packages.stand_beside(delays)
    return packages, delays, picture


def refs(people: Iterable[Package]) -> list[str]:
    return [package.person.ref for package in people]


def first_started(*rows: CareReferral) -> list[CareReferral]:
    """The same rows, but R-1's care has begun."""
    return [replace(row, started_at=AT - HOUR) if row.ref == "R-1" else row for row in rows]


# --- Who is chosen --------------------------------------------------------------------------


def test_unless_asked_otherwise_those_who_wait_for_care_at_home_stand_there_longest_wait_first(settled: Store) -> None:
    book, _, picture = books(settled)
    chosen = book.choose("")
    assert refs(chosen.people) == ["R-3", "R-11", "R-1", "R-9", "R-2", "R-4"]
    total = picture.value("westshire", "poc_waiting_now")
    assert (chosen.count.value, chosen.count.state) == (total.value, State.FRESH)
    assert str(chosen.count.coverage) == "3 of 3 localities"


@on_one
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("locality=mid", ["R-9"]),
        ("service=recovery-bed", ["R-5"]),
        ("service=reablement", ["R-2"]),
        ("phase=receiving", ["R-6", "R-7"]),
        ("phase=ended", ["R-8", "R-10"]),
        ("phase=receiving&past=over-length", ["R-6"]),
        ("phase=receiving&past=ending-soon", ["R-7"]),
        ("setting=community", ["R-3", "R-11"]),
        ("reason=step-up,restart", ["R-3", "R-11"]),
        ("reason=unknown", ["R-9", "R-2", "R-4"]),
        ("next=brokerage", ["R-1"]),
        ("next=provider", ["R-3"]),
        ("next=family", ["R-4"]),
        ("waited=2-7d", ["R-3", "R-11"]),
        ("waited=under-12h", ["R-2", "R-4"]),
        ("team=brokerage-north", ["R-1"]),
        ("provider=ashdown-north", ["R-3"]),
        ("provider=unknown&locality=north", ["R-1", "R-2", "R-4"]),
        ("therapy=therapy-and-care", ["R-3"]),
        ("carers=2", ["R-1"]),
        ("pathway=1", ["R-1", "R-2"]),
        ("funding=council", ["R-1"]),
        ("past=promise", ["R-3", "R-11", "R-1"]),
        ("past=no-offer", ["R-1"]),
        ("past=triage-queue", ["R-2"]),
        ("past=check", ["R-4"]),
    ],
)
def test_an_address_chooses(settled: Store, query: str, expected: list[str]) -> None:
    assert refs(books(settled)[0].choose(query).people) == expected


def test_an_address_says_what_there_is_not_and_never_chooses_by_it(store: Store) -> None:
    _, _, picture = books(store)
    odd = Filters.of(PACKAGES, "locality=northgate&service=home care&next=nobody-else&provider=north&carers=3", picture)
    assert odd.query == ""
    assert set(odd.astray) == {"locality", "service", "next", "provider", "carers"}
    assert (
        Filters.of(PACKAGES, "?reason=restart&locality=south,mid", picture).query == "locality=mid,south&reason=restart"
    )


def test_what_is_implied_is_in_force_and_stands_in_no_address(store: Store) -> None:
    _, _, picture = books(store)
    plain = Filters.of(PACKAGES, "locality=north", picture)
    assert plain.in_force["phase"] == {"waiting"}
    assert plain.query == "locality=north"
    assert Filters.of(PACKAGES, "phase=ended", picture).in_force["phase"] == {"ended"}
    assert plain.with_(phase="receiving").without("phase").query == plain.query


@on_one
@pytest.mark.parametrize(
    ("query", "measure"),
    [
        ("", "poc_waiting_now"),
        ("setting=hospital", "poc_waiting_hospital_now"),
        ("setting=community", "poc_waiting_community_now"),
        ("reason=step-up", "poc_waiting_step_up_now"),
        ("reason=unknown", "poc_waiting_reason_unknown_now"),
        ("service=home-care", "poc_waiting_home_care_now"),
        ("service=recovery-bed", "recovery_waiting_now"),
        ("phase=receiving", "poc_receiving_now"),
        ("phase=receiving&past=over-length", "poc_overstayed_now"),
        ("phase=receiving&past=ending-soon", "poc_ending_soon_now"),
        ("past=promise", "poc_breached_now"),
        ("past=no-offer", "poc_no_offer_now"),
        ("past=triage-queue", "poc_triage_queue_now"),
        ("carers=2", "poc_two_carers_waiting_now"),
        *((f"next={step}", f"poc_next_{step}_now") for step in NextStep),
    ],
)
@pytest.mark.parametrize("place", ["westshire", "north", "south"])
def test_what_is_chosen_is_what_the_picture_counts(settled: Store, query: str, measure: str, place: str) -> None:
    book, _, picture = books(settled)
    chosen = book.choose(query if place == "westshire" else f"{query}&locality={place}")
    assert chosen.count.value == picture.value(place, measure).value


def test_the_count_says_which_measure_it_is_of(settled: Store) -> None:
    book = books(settled)[0]
    found = {query: book.choose(query).count.measure for query in ("", "phase=receiving", "service=recovery-bed")}
    assert found == {
        "": "poc_waiting_now",
        "phase=receiving": "poc_receiving_now",
        "service=recovery-bed": "recovery_waiting_now",
    }


def test_the_parts_of_every_facet_add_up_to_the_count(settled: Store) -> None:
    for query in ("", "phase=waiting,receiving,ended&service=home-care,reablement,recovery-bed", "phase=ended"):
        chosen = books(settled)[0].choose(query)
        for facet, counts in counts_by(chosen).items():
            if facet != "past":
                assert sum(one.people or 0 for one in counts) == chosen.count.value, (query, facet)


# --- What follows from a row ------------------------------------------------------------------


def test_a_row_that_waits_has_its_clocks_and_who_must_act() -> None:
    package = package_of(referral(30, "R-1"), AT, TERMS)
    assert (package.phase, package.next_step, package.waited) == (Phase.WAITING, NextStep.TRIAGE, 30 * HOUR)
    assert (package.due_at, package.breached, package.day, package.band) == (AT - 6 * HOUR, True, None, "24-48h")


def test_care_that_runs_has_its_day_and_nobody_need_act() -> None:
    package = package_of(running(11, planned_end=(AT + 3 * DAY).date()), AT, TERMS)
    assert (package.phase, package.next_step, package.breached) == (Phase.RECEIVING, None, False)
    assert (package.day, package.days_left, package.waited) == (12, 3, 10 * HOUR)


def test_the_promise_runs_out_at_its_moment_and_not_before() -> None:
    on_the_dot = package_of(referral(24), AT, TERMS)
    assert not on_the_dot.breached
    assert package_of(referral(24), AT + timedelta(seconds=1), TERMS).breached


def test_the_promise_and_the_length_of_care_are_configuration() -> None:
    terms = replace(TERMS, start_within=48 * HOUR, runs_for_days=14)
    assert not package_of(referral(30), AT, terms).breached
    assert "over-length" in package_of(running(20), AT, terms).past


def test_a_bed_is_past_its_limit_by_its_units_own_and_nothing_at_home_is() -> None:
    bed = running(30, "R-1", service=CareService.RECOVERY_BED, provider="orchard-house")
    site = Place(
        "orchard-house", "Orchard House", Level.SITE, PlaceKind.RECOVERY_UNIT, parent="council", stay_limit_days=28
    )
    limited = replace(COUNTY, places=Places([*COUNTY.places, site]))
    at_home = replace(bed, ref="R-2", service=CareService.HOME_CARE)
    (stay, package), _ = PACKAGES.read([bed, at_home], AT, limited, False)
    assert ("over-length" in stay.past, stay.days_left) == (True, -3)
    assert ("over-length" in package.past, package.days_left) == (False, 11)


def test_a_promise_over_the_night_of_a_clock_change_is_of_real_hours() -> None:
    # London goes back at 01:00 UTC on 25 October 2026: 24 hours later its clocks show an hour less.
    asked_at = datetime.fromisoformat("2026-10-24T12:00+01:00")
    package = package_of(referral(person="P", referred_at=asked_at), asked_at + 25 * HOUR, TERMS)
    assert package.due_at.isoformat() == "2026-10-25T12:00:00+01:00"
    assert package.breached


@pytest.mark.parametrize("service", list(CareService))
def test_every_row_has_a_known_value_of_every_facet(service: CareService) -> None:
    for row in (*north(), *others()):
        package = package_of(replace(row, service=service), AT, TERMS)
        for facet, words in PACKAGES.words.items():
            assert PACKAGES.facets[facet](package) in words, facet


def test_somebody_of_whom_the_list_says_an_outcome_and_no_end_is_to_be_checked_and_still_counted(
    settled: Store,
) -> None:
    chosen = books(settled)[0].choose("")
    assert [package.person.ref for package in chosen.counted if TO_CHECK in package.past] == ["R-4"]


# --- One person on both lists -----------------------------------------------------------------


def test_each_list_tells_the_step_that_the_person_has_reached_on_the_other(settled: Store) -> None:
    packages, delays, _ = books(settled)
    in_hospital = {package.person.ref: package.elsewhere for package in packages.choose("").people}
    assert in_hospital["R-1"] == "Northgate, ready Sat 21 Nov: Other home-based social care service not yet available"
    assert in_hospital["R-2"] == "Southmere: discharged Tue 24 Nov"
    assert in_hospital["R-3"] is None
    of_care = {delay.person.ref: delay.elsewhere for delay in delays.choose("").people}
    assert of_care == {"P-1": "Home care, next: brokerage", "P-7": None}


def test_of_two_referrals_of_one_person_the_one_that_waits_is_told(store: Store) -> None:
    rows = [*north(), running(9, "R-0", person="P-1"), referral(1, "R-x", person="P-1", ended_at=AT - HOUR / 2)]
    settle(store)
    settle_localities(store, AT + QUARTER, rows)
    _, delays, _ = books(store, AT + QUARTER + timedelta(minutes=1))
    told = next(delay.elsewhere for delay in delays.choose("").people if delay.person.ref == "P-1")
    assert told == "Home care, next: brokerage"


def test_a_step_by_a_list_too_old_says_so(store: Store) -> None:
    settle(store)
    late = AT + 9 * HOUR
    poll(store, listed(hospitals(late)["northgate"], late, "northgate", people="delays"), late, NORTHGATE)
    _, delays, _ = books(store, late + timedelta(minutes=1))
    told = {delay.person.ref: delay.elsewhere for delay in delays.choose("").people}
    assert told["P-1"] == "Home care, next: brokerage, by a list too old"


def test_steps_are_worked_out_once_for_a_pair_of_lists(settled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    packages, _, _ = books(settled)
    told: list[int] = []

    def counting(*given: object) -> object:
        told.append(1)
        return beside_module.beside(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(book_module, "beside", counting)
    for query in ("", "next=brokerage", "locality=north", "phase=receiving"):
        packages.choose(query)
    assert len(told) == 1


def test_a_change_on_the_other_list_is_told_without_a_change_on_this_one(store: Store) -> None:
    settle(store)
    picture = [build(store, COUNTY, SOON)]
    packages, delays = PackageBook(store, lambda: picture[0]), DelayBook(store, lambda: picture[0])
    delays.stand_beside(packages)
    assert packages.choose("carers=2").people[0].elsewhere is not None
    later = AT + QUARTER
    poll(store, listed([hospitals()["northgate"][1]], later, "northgate", people="delays"), later, NORTHGATE)
    picture[0] = build(store, COUNTY, later + timedelta(minutes=1))
    assert packages.choose("carers=2").people[0].elsewhere is None


# --- As it was --------------------------------------------------------------------------------


def test_a_past_moment_has_its_own_people_clocks_and_steps(store: Store) -> None:
    settle(store, EARLIER)
    settle_localities(store, AT, first_started(*north(EARLIER), *others(EARLIER)))
    packages, _, _ = books(store)
    assert refs(packages.choose("").people) == ["R-3", "R-11", "R-9", "R-2", "R-4"]
    then = packages.choose(f"at={(EARLIER + timedelta(minutes=1)).isoformat().replace('+', '%2B')}")
    assert refs(then.people) == ["R-3", "R-11", "R-1", "R-9", "R-2", "R-4"]
    one = next(package for package in then.people if package.person.ref == "R-1")
    assert (one.waited, one.at) == (30 * HOUR, EARLIER)
    assert one.elsewhere is not None
    assert one.elsewhere.startswith("Northgate, ready")
    assert refs(packages.choose("phase=receiving").people) == ["R-6", "R-7", "R-1"], "the present is not the past"
    assert refs(packages.choose("phase=receiving&at=2026-11-24T09:01").people) == ["R-6", "R-7"]


def test_what_else_could_be_chosen_is_found_once_for_each_choice_and_anew_for_each_picture(store: Store) -> None:
    settle_localities(store, AT - HOUR, [referral(2, "R-1", AT - HOUR)])
    before = books(store, AT - HOUR)[0].choose("next=triage")
    assert before.but("next") is before.but("next")
    assert (refs(before.but("next")), refs(before.but("phase"))) == (["R-1"], ["R-1"])
    settle_localities(store, AT, [running(3, "R-1"), referral(1, "R-2")])
    after = books(store, AT)[0].choose("next=triage")
    assert (refs(after.but("next")), refs(after.but("next", "phase"))) == (["R-2"], ["R-2", "R-1"])
    assert (refs(before.but("next")), refs(before.but("next", "phase"))) == (["R-1"], ["R-1"])


def test_the_same_time_yesterday_is_there_to_compare_with(store: Store) -> None:
    settle_localities(store, AT - DAY, [referral(1, "R-1", AT - DAY), referral(2, "R-2", AT - DAY)])
    settle_localities(store, AT, [referral(25, "R-1")])
    answered = books(store, AT)[0].answer("")
    assert answered.past.yesterday is not None
    assert (answered.past.yesterday.count, len(answered.chosen.counted)) == (2, 1)
    assert answered.past.days == ()


def test_missing_lists_make_the_count_the_least(store: Store) -> None:
    poll(store, listed([referral(3, "R-1")], AT, "north"), AT)
    chosen = books(store)[0].choose("")
    assert (chosen.count.value, chosen.count.at_least) == (1, True)
    assert chosen.count.coverage.missing == ("mid", "south")
    counts = {count.value: count.people for count in counts_by(chosen)["locality"]}
    assert counts == {"north": 1, "mid": None, "south": None}, "a missing list is not zero"


def test_people_of_a_list_too_old_are_shown_and_not_counted(store: Store) -> None:
    settle(store)
    late = AT + 9 * HOUR
    poll(store, listed([replace(referral(2, "R-20", late), place="mid")], late, "mid"), late)
    chosen = books(store, late + timedelta(minutes=1))[0].choose("")
    assert refs(chosen.counted) == ["R-20"]
    assert len(chosen.people) == 6
    assert chosen.count.value == 1


# --- The table and the life line ----------------------------------------------------------------


def test_a_row_of_the_table_has_the_clocks(settled: Store) -> None:
    chosen = books(settled)[0].choose("")
    found = {row["ref"]: row for row in rows(chosen.people, COUNTY, COLUMNS)}
    one = found["R-1"]
    assert (one["waited"], one["left"], one["due"], one["breached"]) == (30.0, -6.0, AT - 6 * HOUR, True)
    assert (one["next"], one["hours"], one["carers"], one["offers"]) == ("brokerage", 21.0, 2, 0)
    assert (one["locality"], one["team"], one["funding"], one["person"]) == ("North", "north", "Council", "P-1")
    assert one["past"] == f"{LIMITS['promise']}; {LIMITS['no-offer']}"
    assert found["R-9"]["offers"] is None, "not known is not zero"


def test_the_columns_are_named_after_the_facets() -> None:
    assert {*PACKAGES.names} <= {column.id for column in COLUMNS}


def test_a_life_holds_the_persons_other_referrals_and_time_in_hospital(settled: Store) -> None:
    book, _, picture = books(settled)
    again = book.package_life("R-11", picture)
    assert [[one.person.ref for one in each] for each in again.referrals] == [["R-10"], ["R-11"]]
    assert again.hospital == ()
    one = book.package_life("R-1", picture)
    assert [type(interval.person) for interval in one.hospital] == [DelayedDischarge]
    assert one.hospital[0].person.ref == "P-1"
    assert book.package_life("nobody", picture).referrals == ()


def test_a_referral_before_the_restart_is_found_though_it_left_the_list_long_ago(store: Store) -> None:
    began = AT - 20 * DAY
    back = referral(50, "R-10", began, person="P-9", started_at=began - 40 * HOUR, ended_at=began - HOUR)
    again = replace(referral(0, "R-11", began, person="P-9"), referred_at=began)
    settle_localities(store, began - HOUR / 2, [back])
    settle_localities(store, began + QUARTER, [back, again])
    settle_localities(store, AT, [again])
    book, _, picture = books(store)
    assert [each[0].person.ref for each in book.package_life("R-11", picture).referrals] == ["R-10", "R-11"]


def test_a_life_of_a_past_moment_knows_nothing_later(store: Store) -> None:
    settle(store, EARLIER)
    settle_localities(store, AT, first_started(*north(EARLIER), *others(EARLIER)))
    book, _, _ = books(store)
    then = book.choose(f"at={(EARLIER + timedelta(minutes=1)).isoformat().replace('+', '%2B')}").picture
    (intervals,) = book.package_life("R-1", then).referrals
    row = intervals[-1].person
    assert isinstance(row, CareReferral)
    assert (row.started_at, intervals[-1].left_at) == (None, None)


def test_every_locality_of_the_county_sends_a_list(store: Store) -> None:
    _, _, picture = books(store)
    assert tuple(value.place for value in PACKAGES.listing(picture)) == LOCALITIES


# --- Who may be a ghost -------------------------------------------------------------------


def test_who_waits_by_a_row_that_nobody_touches_is_found_and_care_that_runs_is_not(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    for ago in (8, 0):
        rows_then = [referral(400, "R-1"), running(20, "R-2"), referral(300, "R-3", offers=ago)]
        settle_localities(store, AT - ago * DAY, rows_then)
    packages, _, _ = books(store)
    assert refs(packages.choose(f"past={UNTOUCHED}").people) == ["R-1"]
    assert refs(packages.choose(f"past={UNTOUCHED}&phase=receiving").people) == []
    since = {each.person.ref: each.unchanged_since for each in packages.choose("phase=waiting,receiving").people}
    assert since == {"R-1": AT - 8 * DAY, "R-2": None, "R-3": AT}
    store.close()
