"""Delayed discharges chosen from the lists that a picture counts, on a real store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from flowcentre.feeds.poll import settle
from flowcentre.measures.delays import REPORTED
from flowcentre.model import County, Feed, Picture, State
from flowcentre.picture import DelayBook, build
from flowcentre.picture.delay_table import COLUMNS
from flowcentre.picture.delays import DELAYS, counts
from flowcentre.picture.list_book import NoSuchMoment, asked_moment
from flowcentre.picture.list_history import read_censuses
from flowcentre.picture.list_table import rows
from flowcentre.picture.listed import Filters
from flowcentre.store import Store
from tests.feeds.cast import AT, a_county, a_feed
from tests.feeds.test_delay_lists import QUARTER, listed, waiting

DAY = timedelta(days=1)
PATIENT = {"provides": REPORTED, "late_after": timedelta(hours=1), "stale_after": timedelta(hours=9)}
NORTHGATE = a_feed("northgate-discharges", **PATIENT)
SOUTHMERE = a_feed("southmere-discharges", places=("southmere",), **PATIENT)
COUNTY = a_county(NORTHGATE, SOUTHMERE)
SOON = AT + timedelta(minutes=5)


def poll(store: Store, feed: Feed, persons: Iterable[object], at: datetime = AT, county: County = COUNTY) -> None:
    poll_id = store.claim_poll(feed.id, at, engine="one", started_at=at)
    assert poll_id is not None
    settle(store, feed, county, poll_id, listed(persons, at, feed.places[0]), now=at)  # type: ignore[arg-type]


def two_lists(store: Store, at: datetime = AT) -> None:
    poll(
        store,
        NORTHGATE,
        [
            waiting("NG-1", 1, pathway=0, reason="medicines", owner="westshire-hospitals"),
            waiting("NG-2", 5, pathway=1, ward="northgate-a2", expected_on=date(2026, 11, 20)),
            waiting("NG-3", 30, pathway=None, reason=None),
            waiting("NG-4", 2, discharged_at=at - QUARTER),
        ],
        at,
    )
    poll(store, SOUTHMERE, [waiting("SM-1", 9, "southmere", pathway=3, reason="no_care_home")], at)


# What is chosen of the people who were read needs but one of the databases: the reading is proved on both.
on_one = pytest.mark.parametrize("lasting_store", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def settled(lasting_store: Store) -> Store:
    """With both lists in it."""
    two_lists(lasting_store)
    return lasting_store


def book_of(store: Store, at: datetime = SOON) -> tuple[DelayBook, Picture]:
    picture = build(store, COUNTY, at)
    return DelayBook(store, lambda: picture), picture


def refs(chosen: Iterable[object]) -> list[str]:
    return [delay.person.ref for delay in chosen]  # type: ignore[attr-defined]


def test_everybody_who_waits_stands_there_longest_first_and_the_count_is_the_pictures(settled: Store) -> None:
    book, picture = book_of(settled)
    chosen = book.choose("")
    assert refs(chosen.people) == ["NG-3", "SM-1", "NG-2", "NG-1"]
    assert refs(chosen.left) == ["NG-4"]
    total = picture.value("westshire", "delayed_now")
    assert replace(chosen.count, coverage=total.coverage) == total
    assert str(chosen.count.coverage) == "2 of 2 hospitals"


@on_one
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("pathway=1", ["NG-2"]),
        ("pathway=1,3", ["SM-1", "NG-2"]),
        ("pathway=unknown", ["NG-3"]),
        ("reason=no_care_home", ["SM-1"]),
        ("family=capacity", ["SM-1", "NG-2"]),
        ("family=unknown", ["NG-3"]),
        ("owner=westshire-hospitals", ["NG-1"]),
        ("owner=unknown", ["NG-3", "SM-1", "NG-2"]),
        ("site=southmere", ["SM-1"]),
        ("ward=northgate-a2", ["NG-2"]),
        ("days=21%2B", ["NG-3"]),
        ("days=7-13,4-6", ["SM-1", "NG-2"]),
        ("past=21-days", ["NG-3"]),
        ("past=expected", ["NG-2"]),
        ("past=21-days,expected", ["NG-3", "NG-2"]),
        ("family=capacity&site=northgate", ["NG-2"]),
        ("days=21+", ["NG-3"]),  # a plus sign that nobody escaped
        ("site=westshire-hospitals&owner=northgate", ["NG-3", "SM-1", "NG-2", "NG-1"]),  # places of another kind
        ("pathway=4&ward=nowhere&name=x", ["NG-3", "SM-1", "NG-2", "NG-1"]),  # no such value: as if not asked for
    ],
)
def test_every_filter_of_an_address_chooses(settled: Store, query: str, expected: list[str]) -> None:
    chosen = book_of(settled)[0].choose(query)
    assert refs(chosen.people) == expected
    assert chosen.count.value == len(expected)


def test_the_same_choice_has_the_same_address(settled: Store) -> None:
    picture = book_of(settled)[1]
    one = Filters.of(DELAYS, "?site=southmere&pathway=3,1&nonsense=1", picture)
    assert (
        one.query
        == Filters.of(DELAYS, "pathway=1&pathway=3&site=southmere", picture).query
        == "pathway=1,3&site=southmere"
    )
    assert Filters.of(DELAYS, "days=21%2B", picture).query == "days=21%2B"
    assert one.with_(pathway="2").without("site").query == "pathway=2"
    assert one.with_(pathway=None).query == "site=southmere"


def test_a_ward_is_of_its_own_hospital_and_waits_for_no_other_list(store: Store) -> None:
    poll(store, NORTHGATE, [waiting("NG-1")])
    chosen = book_of(store)[0].choose("ward=northgate-a1")
    assert (str(chosen.count.coverage), chosen.count.at_least) == ("1 of 1 hospitals", False)
    assert book_of(store)[0].choose("ward=northgate-a1&site=southmere").in_scope == ()


def test_what_an_address_asks_for_in_vain_is_told(settled: Store) -> None:
    assert book_of(settled)[0].choose("pathway=1,9&ward=nowhere&past=21-days").filters.astray == ("pathway", "ward")


def test_a_count_by_facet_shows_what_else_could_be_chosen(settled: Store) -> None:
    chosen = book_of(settled)[0].choose("pathway=1&site=northgate")
    assert counts(chosen.but("pathway"), "pathway") == {"0": 1, "1": 1, "unknown": 1}


def test_people_of_a_list_that_is_too_old_are_shown_as_old_and_not_counted(store: Store) -> None:
    two_lists(store)
    late = AT + timedelta(hours=10)
    poll(store, SOUTHMERE, [waiting("SM-1", 9, "southmere")], late)
    book, picture = book_of(store, late)
    chosen = book.choose("")
    assert [(delay.person.ref, delay.stale) for delay in chosen.people] == [
        ("NG-3", True), ("SM-1", False), ("NG-2", True), ("NG-1", True)
    ]  # fmt: skip
    assert refs(chosen.counted) == ["SM-1"]
    assert (chosen.count.value, chosen.count.at_least) == (1, True)
    assert chosen.count.value == picture.value("westshire", "delayed_now").value
    assert chosen.left == ()
    only_old = book.choose("site=northgate")
    assert (only_old.count.value, only_old.count.state) == (3, State.STALE)


def test_a_hospital_that_never_sent_a_list_makes_the_count_at_least(store: Store) -> None:
    poll(store, NORTHGATE, [waiting("NG-1")])
    chosen = book_of(store)[0].choose("")
    assert (chosen.count.value, chosen.count.at_least) == (1, True)
    assert str(chosen.count.coverage) == "1 of 2 hospitals"
    nowhere = book_of(store)[0].choose("site=southmere")
    assert (nowhere.count.value, nowhere.count.state) == (None, State.NEVER)


def test_a_newer_list_does_not_change_what_an_older_picture_counted(store: Store) -> None:
    two_lists(store)
    book, picture = book_of(store)
    poll(store, SOUTHMERE, [], AT + QUARTER)
    poll(store, NORTHGATE, [waiting("NG-9")] * 1 + [waiting(f"NG-{n}") for n in range(20, 26)], AT + QUARTER)
    assert refs(book.choose("site=northgate").people) == ["NG-3", "NG-2", "NG-1"]
    assert len(book.choose("").people) == picture.value("westshire", "delayed_now").value


def test_the_list_and_its_count_can_be_seen_as_they_were_known(store: Store) -> None:
    two_lists(store, AT - DAY)
    poll(store, NORTHGATE, [waiting("NG-1"), waiting("NG-7"), waiting("NG-8")])
    answered = book_of(store)[0].answer("at=2026-11-21T08:05&site=northgate")
    assert answered.looks_back
    assert refs(answered.chosen.people) == ["NG-3", "NG-2", "NG-1"]
    assert answered.chosen.count.value == 3
    assert not book_of(store)[0].answer("site=northgate").looks_back


@pytest.mark.parametrize(
    "said",
    [
        "tomorrow",
        "2026-11-23T08:00",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-01:00",
        "0001-01-01T00:00Z",
        "1999-12-31T00:00",
    ],
)
def test_a_moment_that_cannot_be_looked_back_to_is_refused_in_words(said: str) -> None:
    with pytest.raises(NoSuchMoment, match="^at is"):
        asked_moment(f"at={said}", AT)


def test_a_moment_without_an_offset_is_londons() -> None:
    assert asked_moment("?at=2026-07-01T08:00", AT) == datetime.fromisoformat("2026-07-01T07:00Z")
    assert asked_moment("?at=2026-07-01T08:00Z", AT) == datetime.fromisoformat("2026-07-01T08:00Z")
    assert asked_moment("?pathway=1", AT) is None


# --- The past -----------------------------------------------------------------------------


def a_week(store: Store) -> None:
    """A list each day at 23:45 and 08:00: one more person each day."""
    for days in range(8, -1, -1):
        for at in (AT - days * DAY, AT - days * DAY + timedelta(hours=15, minutes=45)):
            if at <= AT:
                poll(store, NORTHGATE, [waiting(f"NG-{n}", 20) for n in range(10 - days)], at)
                if days != 2:
                    poll(store, SOUTHMERE, [waiting("SM-1", 20, "southmere")], at)


def test_the_present_is_set_against_this_time_yesterday_and_the_same_weekday(store: Store) -> None:
    a_week(store)
    past = book_of(store)[0].answer("").past
    assert past.yesterday is not None
    assert past.last_week is not None
    assert (past.yesterday.count, past.last_week.count) == (10, 4)
    assert past.yesterday.at == AT - DAY


def test_each_day_of_the_past_ends_with_the_list_of_its_midnight(store: Store) -> None:
    a_week(store)
    past = book_of(store)[0].answer("").past
    assert [then.count for then in past.days[-8:]] == [3, 4, 5, 6, 7, 8, 8, 10]
    assert [then.whole for then in past.days[-8:]] == [True] * 6 + [False, True]
    assert [then.count for then in past.days[:-8]] == [None] * 20
    assert past.days[-1].at.date() == date(2026, 11, 21)


def test_the_past_is_chosen_from_by_the_same_filters(store: Store) -> None:
    a_week(store)
    past = book_of(store)[0].answer("site=southmere").past
    assert [then.count for then in past.days[-3:]] == [1, None, 1]
    assert past.days[-2].reporting == 0


def test_a_past_day_is_as_it_was_known_then(store: Store) -> None:
    a_week(store)
    picture = build(store, COUNTY, SOON)
    before = read_censuses(DELAYS, store, picture, [AT - DAY])
    poll(store, NORTHGATE, [waiting(f"NG-{n}", reason="medicines") for n in range(10)], AT + QUARTER)
    assert read_censuses(DELAYS, store, picture, [AT - DAY]) == before


def test_what_was_learnt_later_was_not_known_at_that_midnight(store: Store) -> None:
    """Daily files of a week, all read in this morning: the days before it knew nothing, and not nobody."""
    for days in range(3, -1, -1):
        at = AT - days * DAY
        poll_id = store.claim_poll(NORTHGATE.id, at, engine="one", started_at=AT)
        assert poll_id is not None
        settle(store, NORTHGATE, COUNTY, poll_id, listed([waiting("NG-1", 20)], at), now=AT)
    past = book_of(store)[0].answer("site=northgate").past
    assert {then.count for then in past.days} == {None}
    assert past.yesterday is not None
    assert past.yesterday.count is None


def test_a_life_ends_with_what_was_known(store: Store) -> None:
    poll(store, NORTHGATE, [waiting("NG-1"), waiting("NG-2")])
    poll(store, NORTHGATE, [waiting("NG-2")], AT + QUARTER)
    book, _ = book_of(store, AT + DAY)
    assert [life.left_at for life in book.life("NG-1", AT)] == [None]
    assert [life.left_at for life in book.life("NG-1", AT + DAY)] == [AT + QUARTER]


# --- The table ----------------------------------------------------------------------------


def test_a_row_says_what_is_known_in_words_and_leaves_out_what_is_not(settled: Store) -> None:
    chosen = book_of(settled)[0].choose("")
    found = {row["ref"]: row for row in rows(chosen.people, COUNTY, COLUMNS)}
    assert set(found["NG-1"]) == {column.id for column in COLUMNS}
    assert (found["NG-1"]["owner"], found["NG-1"]["days"]) == ("Westshire Hospitals", 1)
    assert (found["NG-3"]["reason"], found["NG-3"]["pathway"], found["NG-3"]["past"]) == (None, None, "21 days or more")
    assert found["SM-1"]["family"] == "Capacity"
