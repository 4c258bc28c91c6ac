"""Who waits in the whole system: once each, at the system alone, and "at least" where a list is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flowcentre.measures import ALL
from flowcentre.model import Coverage, Held, Picture, State, Value
from flowcentre.picture import build
from flowcentre.picture.whole_system import WholeSystem
from flowcentre.store import Store
from tests.feeds.care_cast import (
    CONTRACTS,
    COUNTY,
    LOCALITIES,
    NORTHGATE,
    QUARTER,
    REFERRALS,
    SOUTHMERE,
    delayed,
    listed,
    poll,
)
from tests.measures.care_cast import AT, contract, referral, running

# What is worked out of what was read needs but one of the databases: how each reads is told in tests/store.
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
SOON = AT + timedelta(minutes=20)


def hospitals(store: Store, *, southmere: bool = True) -> None:
    poll(store, listed([delayed("P-1"), delayed("P-2")], AT, "northgate", people="delays"), AT, NORTHGATE)
    if southmere:
        poll(store, listed([delayed("P-3", "southmere")], AT, "southmere", people="delays"), AT, SOUTHMERE)


def localities(store: Store, *places: str) -> None:
    at = AT + QUARTER
    rows = {
        "north": [referral(30, "R-1", person="P-1"), referral(4, "R-2", person="P-4"), running(3, "R-3")],
        "mid": [replace(referral(5, "R-4", person="P-5"), place="mid")],
        "south": [replace(referral(6, "R-5", person="P-3"), place="south")],
    }
    poll(store, listed([row for place in places for row in rows[place]], at, *places), at)


def whole(picture: Picture) -> Value:
    return picture.value("westshire", "whole_system_waiting_now")


def test_somebody_on_both_lists_is_counted_once(store: Store) -> None:
    hospitals(store)
    localities(store, *LOCALITIES)
    picture = build(store, COUNTY, SOON)
    assert picture.value("westshire", "poc_waiting_now").value == 4
    found = whole(picture)
    assert (found.value, found.state, found.at_least) == (5, State.FRESH, False)
    assert found.coverage == Coverage(5, 5, "lists")
    assert set(found.feeds) == {"care-referrals", "northgate-discharges", "southmere-discharges"}


@on_one
def test_it_is_known_at_the_system_alone(store: Store) -> None:
    hospitals(store)
    localities(store, *LOCALITIES)
    picture = build(store, COUNTY, SOON)
    assert [place for place, measure in picture.values if measure == "whole_system_waiting_now"] == ["westshire"]


@on_one
def test_without_one_hospital_it_is_at_least_the_others(store: Store) -> None:
    hospitals(store, southmere=False)
    localities(store, *LOCALITIES)
    found = whole(build(store, COUNTY, SOON))
    assert (found.value, found.at_least, found.coverage.missing) == (5, True, ("southmere",))
    assert str(found.coverage) == "4 of 5 lists"


@on_one
def test_without_any_list_of_referrals_it_is_at_least_those_delayed(store: Store) -> None:
    hospitals(store)
    found = whole(build(store, COUNTY, SOON))
    assert (found.value, found.state, found.at_least) == (3, State.FRESH, True)
    assert found.coverage.missing == LOCALITIES


@on_one
def test_of_nobody_heard_nothing_is_known_and_it_is_not_zero(store: Store) -> None:
    found = whole(build(store, COUNTY, SOON))
    assert (found.value, found.state, found.at_least) == (None, State.NEVER, False)


def test_when_all_has_grown_old_the_last_is_given_and_marked(store: Store) -> None:
    hospitals(store)
    localities(store, *LOCALITIES)
    found = whole(build(store, COUNTY, SOON + timedelta(days=1)))
    assert (found.value, found.state) == (5, State.STALE)
    assert not found.known


def test_a_row_that_is_held_makes_it_at_least(store: Store) -> None:
    hospitals(store)
    at = AT + QUARTER
    answered = listed([referral(4, "R-2", person="P-4"), referral(5, "R-9", carers=7)], at)
    poll(store, answered, at)
    assert whole(build(store, COUNTY, SOON)).at_least
    assert whole(build(store, COUNTY, SOON)).held == 1


@on_one
def test_a_county_without_lists_of_referrals_has_no_such_figure(store: Store) -> None:
    hospitals(store)
    bare = build(store, replace(COUNTY, feeds=(NORTHGATE, SOUTHMERE)), SOON)
    assert ("westshire", "whole_system_waiting_now") not in bare.values


@on_one
def test_somebody_with_two_referrals_in_two_localities_is_counted_once(store: Store) -> None:
    hospitals(store)
    at = AT + QUARTER
    two = [referral(30, "R-1", person="P-7"), replace(referral(5, "R-2", person="P-7"), place="mid")]
    poll(store, listed(two, at, *LOCALITIES), at)
    picture = build(store, COUNTY, SOON)
    assert (picture.value("westshire", "poc_waiting_now").value, whole(picture).value) == (2, 4)


@on_one
def test_whoever_leaves_hospital_and_still_waits_for_care_is_counted_at_once(store: Store) -> None:
    hospitals(store)
    localities(store, *LOCALITIES)
    later = AT + 2 * QUARTER
    poll(store, listed([delayed("P-2")], later, "northgate", people="delays"), later, NORTHGATE)
    picture = build(store, COUNTY, later + timedelta(minutes=1))
    assert (picture.value("westshire", "delayed_now").value, whole(picture).value) == (2, 5)


@on_one
def test_a_hospital_that_comes_back_counts_nobody_a_second_time(store: Store) -> None:
    localities(store, *LOCALITIES)
    assert whole(build(store, COUNTY, SOON)).value == 4
    back = AT + 2 * QUARTER
    poll(store, listed([delayed("P-1"), delayed("P-4")], back, "northgate", people="delays"), back, NORTHGATE)
    found = whole(build(store, COUNTY, back + timedelta(minutes=1)))
    assert (found.value, found.at_least, found.coverage.missing) == (4, True, ("southmere",))


@on_one
def test_who_left_hospital_today_and_waits_for_nothing_else_does_not_wait(store: Store) -> None:
    left = delayed("P-1", discharged_at=AT - timedelta(hours=1))
    poll(store, listed([left, delayed("P-2")], AT, "northgate", people="delays"), AT, NORTHGATE)
    localities(store, *LOCALITIES)
    # P-1 waits for a package at home; P-2 in hospital; P-3, P-4 and P-5 for care.
    assert whole(build(store, COUNTY, SOON)).value == 5


@on_one
def test_a_list_is_read_once_however_many_pictures_count_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    hospitals(store)
    localities(store, *LOCALITIES)
    system, asked = WholeSystem(store), []
    read = store.people
    monkeypatch.setattr(store, "people", lambda *which: asked.append(which[:2]) or read(*which))
    for minute in range(3):
        build(store, COUNTY, SOON + timedelta(minutes=minute), whole_system=system)
    assert len(asked) == 5
    later = AT + 2 * QUARTER
    poll(store, listed([delayed("P-2")], later, "northgate", people="delays"), later, NORTHGATE)
    asked.clear()
    build(store, COUNTY, later + timedelta(minutes=1), whole_system=system)
    assert asked == [("delays", "northgate")]


def test_it_is_as_it_was_known_then(store: Store) -> None:
    hospitals(store)
    localities(store, *LOCALITIES)
    later = AT + 2 * QUARTER
    poll(store, listed([], later, "southmere", people="delays"), later, SOUTHMERE)
    poll(
        store, listed([delayed(f"P-{n}") for n in range(20, 30)], later, "northgate", people="delays"), later, NORTHGATE
    )
    assert whole(build(store, COUNTY, SOON)).value == 5


# --- Localities and providers in totals ----------------------------------------------------------


@on_one
def test_a_total_of_localities_says_which_of_them_is_silent(store: Store) -> None:
    localities(store, "north", "mid")
    waiting = build(store, COUNTY, SOON).value("westshire", "poc_waiting_now")
    assert (waiting.value, waiting.at_least, str(waiting.coverage)) == (3, True, "2 of 3 localities")
    assert waiting.coverage.missing == ("south",)


@on_one
def test_medians_of_localities_make_no_median_of_the_county(store: Store) -> None:
    localities(store, *LOCALITIES)
    assert ("westshire", "poc_median_wait_hours_now") not in build(store, COUNTY, SOON).values


@on_one
def test_what_one_provider_uses_beyond_its_block_fills_no_other_block(store: Store) -> None:
    at = AT + QUARTER
    used = [
        running(3, "R-1", provider="ashdown-north", weekly_hours=150),
        running(4, "R-2", provider="bramble-north", weekly_hours=30),
    ]
    bought = [
        contract("C-1", 100, hourly_rate=25),
        contract("C-2", 80, provider="bramble-north", hourly_rate=20),
    ]
    poll(store, listed(used, at), at)
    poll(store, listed(bought, at, people="contracts"), at, CONTRACTS)
    picture = build(store, COUNTY, SOON)
    at_north = {m: picture.value("north", m).value for m in ALL if m.startswith("block_hours")}
    assert at_north == {
        "block_hours_bought": 180,
        "block_hours_used": 180,
        "block_hours_unfilled": 50,
        "block_hours_cost": 4100,
        "block_hours_unfilled_cost": 1000,
        "block_hours_utilisation": pytest.approx(100),
    }
    assert picture.value("ashdown-north", "block_hours_utilisation").value == pytest.approx(150)
    assert picture.value("ashdown-north", "block_hours_unfilled").value == 0


@on_one
def test_a_provider_without_a_contract_has_nothing_unfilled_and_no_utilisation(store: Store) -> None:
    at = AT + QUARTER
    poll(store, listed([running(3, "R-1", provider="ashdown-north", weekly_hours=40)], at), at)
    poll(
        store,
        listed([contract("C-1", provider="bramble-north", hourly_rate=20)], at, people="contracts"),
        at,
        CONTRACTS,
    )
    picture = build(store, COUNTY, SOON)
    cost = picture.value("ashdown-north", "block_hours_unfilled_cost")
    assert (cost.value, cost.state) == (0, State.FRESH)
    assert picture.value("ashdown-north", "block_hours_utilisation").state is State.UNKNOWN
    total = picture.value("north", "block_hours_unfilled_cost")
    assert (total.value, total.coverage.complete) == (2000, True)


def test_a_contract_that_is_held_makes_the_hours_of_its_locality_at_least(store: Store) -> None:
    at = AT + QUARTER
    poll(store, listed([contract("C-1"), contract("C-2", -4)], at, people="contracts"), at, CONTRACTS)
    bought = build(store, COUNTY, SOON).value("north", "block_hours_bought")
    assert (bought.value, bought.at_least, bought.held) == (100, True, 1)


@on_one
def test_a_package_that_is_held_leaves_more_unfilled_than_there_is_so_that_is_no_at_least(store: Store) -> None:
    at = AT + QUARTER
    packages = [running(3, "R-1", provider="ashdown-north", weekly_hours=40), running(4, "R-2", weekly_hours=-1)]
    poll(store, listed(packages, at), at)
    poll(store, listed([contract("C-1", hourly_rate=20)], at, people="contracts"), at, CONTRACTS)
    picture = build(store, COUNTY, SOON)
    assert picture.value("north", "block_hours_used").at_least
    for measure, value in (("block_hours_unfilled", 60), ("block_hours_unfilled_cost", 1200)):
        found = picture.value("north", measure)
        assert (found.value, found.at_least, found.held) == (value, False, 1)


@on_one
def test_a_row_that_the_connector_could_not_place_makes_the_county_at_least(store: Store) -> None:
    localities(store, *LOCALITIES)
    at = AT + 2 * QUARTER
    answered = listed([referral(4, "R-2", person="P-4")], at)
    document = answered.documents[0]
    lost = Held("list.csv row 9", "locality is not a locality of this feed", "westshire")
    poll(store, replace(answered, documents=(replace(document, facts=(*document.facts, lost)),)), at)
    waiting = build(store, COUNTY, at + timedelta(minutes=1)).value("westshire", "poc_waiting_now")
    assert (waiting.at_least, waiting.coverage.complete) == (True, True)
    assert REFERRALS.id in waiting.feeds
