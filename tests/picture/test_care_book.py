"""The book of care on a real store: capacity, four weeks and who left the hospitals, all of one picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flowcentre.measures.derive import LONDON
from flowcentre.model import CareService, Picture, State, Therapy
from flowcentre.picture import build
from flowcentre.picture.care_book import CareBook
from flowcentre.picture.package_weeks import PackageWeeks, read_weeks
from flowcentre.picture.visits import VisitBook
from flowcentre.store import Store
from tests.feeds.care_cast import CONTRACTS, COUNTY, LOCALITIES, NORTHGATE, REFERRALS, delayed, listed, poll
from tests.measures.care_cast import AT, DAY, HOUR, contract, referral, running
from tests.picture.packages_cast import SOON, settle, settle_localities

# What is worked out of what was read needs but one of the databases: how each reads is told in tests/store.
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
MINUTE = timedelta(minutes=1)
NEEDS = {"weekly_hours": 10.0, "carers": 1, "therapy": Therapy.CARE_ONLY, "triaged_at": AT - HOUR}


def book_of(store: Store, at: object = SOON) -> tuple[CareBook, Picture]:
    picture = build(store, COUNTY, at)  # type: ignore[arg-type]
    return CareBook(store, lambda: picture, VisitBook(store, lambda: picture)), picture


def with_a_block(store: Store, hours: float = 30, **more: object) -> None:
    poll(store, listed([contract("C-1", hours, **more)], AT, *LOCALITIES, people="contracts"), AT, CONTRACTS)


def test_the_hours_of_a_block_less_its_running_packages_are_given_to_who_waits_longest(store: Store) -> None:
    runs = running(3, "runs", provider="ashdown-north", weekly_hours=15.0)
    rows = [runs, referral(30, "first", **NEEDS), referral(5, "second", **NEEDS)]
    settle_localities(store, rows=rows)
    with_a_block(store)
    book, picture = book_of(store)
    north = next(today for today in book.capacity.read().today if today.place == "north")
    assert picture.value("ashdown-north", "block_hours_unfilled").value == 15
    assert [(start.referral.ref, start.hours_at, start.hours_left) for start in north.starts] == [
        ("first", "ashdown-north", 5.0)
    ]
    assert [each.referral.ref for each in north.hindered] == ["second"]


@on_one
def test_a_picture_is_worked_out_once(store: Store) -> None:
    settle(store)
    book, picture = book_of(store)
    assert book.capacity.read(picture) is book.capacity.read()
    assert book.answer("").capacity is book.capacity.read(picture)


@on_one
def test_the_past_is_not_kept_as_the_present(store: Store) -> None:
    settle_localities(store, AT - 5 * HOUR)
    settle_localities(store)
    book, picture = book_of(store)
    then = book.answer(f"at={(AT - 4 * HOUR):%Y-%m-%dT%H:%M}")
    assert then.looks_back
    assert then.capacity.picture is then.chosen.picture
    assert book.capacity.read(picture).picture is picture


@on_one
def test_a_past_moment_is_worked_out_once_and_only_a_few_are_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle_localities(store, AT - 5 * HOUR)
    with_a_block(store)
    book, _ = book_of(store)
    moments = [f"at={AT - (10 + number) * MINUTE:%Y-%m-%dT%H:%M}" for number in range(10)]
    worked_out = [book.answer(moment).capacity for moment in moments]
    assert len(book.capacity._past) == 8
    monkeypatch.setattr("flowcentre.picture.capacity.capacity_of", lambda *_: pytest.fail("it was worked out again"))
    assert book.answer(moments[-1]).capacity is worked_out[-1]


@on_one
def test_contracts_are_those_of_the_very_list_that_was_counted(store: Store) -> None:
    settle_localities(store)
    with_a_block(store)
    picture = build(store, COUNTY, SOON)
    later = AT + timedelta(minutes=10)
    poll(store, listed([contract("C-1", 500)], later, *LOCALITIES, people="contracts"), later, CONTRACTS)
    book = CareBook(store, lambda: picture, VisitBook(store, lambda: picture))
    assert [line.now for line in book.capacity.read().ahead] == [30]


@on_one
def test_a_list_of_contracts_that_is_too_old_buys_nothing_ahead_and_makes_no_room(store: Store) -> None:
    settle_localities(store, AT + 9 * DAY, [replace(referral(5, "one", AT + 9 * DAY, **NEEDS))])
    with_a_block(store)
    book, picture = book_of(store, AT + 9 * DAY + HOUR)
    capacity = book.capacity.read()
    assert {value.state for value in capacity.contracts} == {State.STALE}
    assert capacity.ahead == ()
    assert capacity.starting == 0
    assert capacity.at_least


@on_one
def test_care_that_runs_without_a_contract_is_found_where_contracts_are_known(store: Store) -> None:
    rows = [
        running(3, "with", provider="ashdown-north"),
        running(4, "without", provider="bramble-north"),
        running(5, "team", provider="wupi-north", service=CareService.REABLEMENT),
    ]
    settle_localities(store, rows=rows)
    assert book_of(store)[0].capacity.read().uncontracted == {}
    with_a_block(store)
    assert book_of(store)[0].capacity.read().uncontracted == {("north", "bramble-north"): 1}


def test_who_left_the_last_hospital_list_and_waits_on_is_told_with_the_moment(store: Store) -> None:
    at = AT - 2 * HOUR
    poll(store, listed([delayed("P-1"), delayed("P-2")], at, "northgate", people="delays"), at, NORTHGATE)
    poll(store, listed([delayed("P-2")], AT, "northgate", people="delays"), AT, NORTHGATE)
    rows = [referral(30, "R-1", person="P-1"), referral(20, "R-2", person="P-2"), referral(9, "R-3", person="P-3")]
    settle_localities(store, rows=rows)
    book, _ = book_of(store)
    # Without the hospitals' own book beside it nobody's step is known, so everybody is asked for.
    assert book.answer("").left == {"P-1": AT}


def test_four_weeks_are_those_of_the_localities_in_scope_with_gaps_where_a_list_was_missing(store: Store) -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    for back in (3, 2, 1, 0):
        at = midnight - back * DAY - HOUR
        places = LOCALITIES if back != 2 else ("mid", "south")
        poll(store, listed([referral(1, f"R-{back}", at), referral(1, f"S-{back}", at)], at, *places), at, REFERRALS)
    _, picture = book_of(store)
    weeks = read_weeks(store, picture, midnight - MINUTE, ["north"])["north"]
    assert [then.at for then in weeks[-2:]] == [midnight - DAY - MINUTE, midnight - MINUTE]
    assert [then.people for then in weeks[-4:]] == [2, None, 2, 2]
    assert (weeks[-1].hospital, weeks[-1].community) == (2, 0)
    assert (len(weeks), weeks[0].people) == (28, None)


@on_one
def test_a_day_at_whose_end_rows_were_held_is_a_gap_and_nothing_is_set_against_it(store: Store) -> None:
    for at in (AT - DAY, datetime(2026, 11, 23, 23, 30, tzinfo=UTC)):
        settle_localities(store, at, [referral(1, "R-0", at), referral(2, "R-9", at, carers=7)])
    settle_localities(store, AT, [referral(1, f"R-{number}") for number in range(3)])
    book, picture = book_of(store)
    answered = book.answer("")
    assert answered.past.yesterday is not None
    assert (answered.past.yesterday.count, answered.past.yesterday.held) == (1, 1)
    assert (answered.past.yesterday.complete, answered.past.yesterday.whole) == (True, False)
    assert answered.weeks[-2].people is None
    assert book.answer("locality=south").weeks[-2].people == 0  # whose list was whole
    assert answered.weeks[-1].people == picture.value("westshire", "poc_waiting_now").value == 3


@on_one
def test_each_of_the_weeks_days_ends_at_its_own_midnight_whatever_the_clocks_did(store: Store) -> None:
    settle(store)
    _, picture = book_of(store)
    last = datetime(2026, 10, 27, 23, 59, tzinfo=UTC)  # two days after the clocks went back
    weeks = read_weeks(store, picture, last, ["north"])["north"]
    assert [f"{then.at.astimezone(LONDON):%d %H:%M}" for then in weeks[-4:]] == [
        "24 23:59",
        "25 23:59",
        "26 23:59",
        "27 23:59",
    ]


@on_one
def test_the_weeks_of_one_locality_are_its_own_and_end_in_the_present(store: Store) -> None:
    settle(store)
    book, picture = book_of(store)
    everybody, south = book.answer("").weeks, book.answer("locality=south").weeks
    assert (len(everybody), everybody[-1].at) == (29, picture.at)
    assert (everybody[-1].people, south[-1].people) == (6, 1)
    assert everybody[-1].people == picture.value("westshire", "poc_waiting_now").value


def test_the_weeks_are_told_as_they_were_known_whoever_looked_first(store: Store) -> None:
    """A list of yesterday that comes after midnight is news of today, and none of what was known when the day ended."""
    evening, midnight = datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
    poll(store, listed([referral(1, "R-1", evening)], evening, "north"), evening, REFERRALS)
    late = evening + 30 * MINUTE
    poll(store, listed([referral(1, f"R-{n}", late) for n in (1, 2)], late, "north"), midnight + HOUR, REFERRALS)
    book, picture = book_of(store)
    assert [then.people for then in PackageWeeks(store).read(picture, ["north"])[-2:]] == [None, 1]
    assert book.answer("locality=north").weeks[-2].people == 1


@on_one
def test_weeks_are_kept_by_locality_and_of_a_few_days_alone(store: Store) -> None:
    settle(store)
    _, picture = book_of(store)
    weeks = PackageWeeks(store)
    for back in range(12):
        for chosen in (["north"], ["north", "mid"], list(LOCALITIES)):
            weeks.read(replace(picture, at=picture.at - back * DAY), chosen)
    assert [len(kept) for kept in weeks._kept.values()] == [3] * 8


@on_one
def test_the_present_has_a_gap_where_a_list_is_too_old(store: Store) -> None:
    settle(store)
    book, _ = book_of(store, AT + 3 * HOUR)
    assert book.answer("").weeks[-1].people is None


@on_one
def test_the_present_is_a_gap_while_a_row_is_held_back_for_then_it_is_not_whole(store: Store) -> None:
    settle_localities(store, rows=[referral(5, "good"), referral(4, "bad", weekly_hours=-1)])
    book, picture = book_of(store)
    assert picture.value("north", "poc_waiting_now").at_least
    assert book.answer("").weeks[-1].people is None
    assert book.answer("locality=south").weeks[-1].people == 0
