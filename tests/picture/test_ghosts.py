"""Who may be a ghost: rows that nobody has touched for long, and lists with more people than there are beds in use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from flowcentre.model import Coverage, Kept, Picture, RowScope, State, Value
from flowcentre.picture import DelayBook, build
from flowcentre.picture.against_beds import beds_words, more_than_beds
from flowcentre.picture.delay_sums import counts_by_facet
from flowcentre.picture.delay_table import COLUMNS
from flowcentre.picture.list_book import NoSuchMoment
from flowcentre.picture.list_table import rows
from flowcentre.picture.listed import PAST
from flowcentre.store import Store, open_store
from layouts import feeds
from layouts.finished import to_html
from layouts.parts.to_check import to_check
from tests.feeds.cast import AT
from tests.feeds.test_delay_lists import waiting
from tests.picture.test_delays import COUNTY, NORTHGATE, SOUTHMERE, poll, refs

DAY = timedelta(days=1)
QUERY = f"{PAST}=untouched"


@pytest.fixture
def told(sqlite_url: str) -> Iterator[Store]:
    """Northgate's list of nine days ago, of three days ago with somebody moved, and of now with somebody new."""
    store = open_store(sqlite_url)
    ready = {"NG-1": 12, "NG-2": 12, "NG-3": 12}  # days before AT
    for ago in (9, 3, 0):
        people = [
            waiting(ref, days, ward="northgate-a2" if ref == "NG-2" and ago < 9 else "northgate-a1")
            for ref, days in ready.items()
        ]
        poll(store, NORTHGATE, people + ([waiting("NG-4", 1)] if not ago else []), AT - ago * DAY)
    yield store
    store.close()


def book_of(store: Store, **county: int) -> DelayBook:
    picture = build(store, replace(COUNTY, **county), AT + timedelta(minutes=5))  # type: ignore[arg-type]
    return DelayBook(store, lambda: picture)


def test_whose_row_nobody_has_touched_for_a_week_is_found_and_counted(told: Store) -> None:
    book = book_of(told)
    assert refs(book.choose(QUERY).people) == ["NG-1", "NG-3"]
    counted = {each.value: each.people for each in counts_by_facet(book.choose(""))[PAST]}
    assert counted["untouched"] == 2
    since = {row["ref"]: row["unchanged"] for row in rows(book.choose("").people, COUNTY, COLUMNS)}
    assert since == {"NG-1": AT - 9 * DAY, "NG-2": AT - 3 * DAY, "NG-3": AT - 9 * DAY, "NG-4": AT}


def test_how_long_is_long_is_the_countys_to_say(told: Store) -> None:
    assert refs(book_of(told, unchanged_days=3).choose(QUERY).people) == ["NG-1", "NG-2", "NG-3"]
    assert refs(book_of(told, unchanged_days=10).choose(QUERY).people) == []


def test_a_past_moment_shows_since_when_it_stood_then(told: Store) -> None:
    at = (AT - 2 * DAY).isoformat()
    (first, second, third) = book_of(told).choose(f"at={at}").people
    found = {each.person.ref: each.unchanged_since for each in (first, second, third)}
    assert found == {"NG-1": AT - 9 * DAY, "NG-2": AT - 3 * DAY, "NG-3": AT - 9 * DAY}
    assert refs(book_of(told).choose(f"at={at}&{QUERY}").people) == []  # six days then


def test_a_moment_of_which_rows_were_purged_is_no_moment_of_the_past_any_more(told: Store) -> None:
    for ago, gone in ((8, 0), (4, 1)):
        people = [waiting(f"SM-{number}", 12, "southmere") for number in range(gone, 3)]
        poll(told, SOUTHMERE, people, AT - ago * DAY)
    assert told.purge({Kept.PEOPLE: AT - 2 * DAY}, at=AT)[0].rows == 1
    book = book_of(told)
    assert len(book.choose(f"at={(AT - 2 * DAY).isoformat()}").people) == 5  # nobody has gone who was there since
    with pytest.raises(NoSuchMoment, match=r"at is before 2026-11-\d\d: what was known until then"):
        book.choose(f"at={(AT - 5 * DAY).isoformat()}")


def test_a_scope_is_told_of_its_own_rows_alone(store: Store) -> None:
    poll(store, NORTHGATE, [waiting("NG-1", 12)], AT - 9 * DAY)
    for place, seen in (("northgate", {"NG-1"}), ("southmere", set())):
        theirs = store.scoped(RowScope(frozenset({place}), frozenset()))
        assert set(theirs.unchanged_since("delays", "northgate", AT)) == seen


# --- Against the bed state ----------------------------------------------------------------


def picture_of(listed: Value, beds: Value) -> Picture:
    county = replace(COUNTY, feeds=(NORTHGATE,))
    return Picture(1, AT, AT, county, {("northgate", listed.measure): listed, ("northgate", beds.measure): beds})


def value(measure: str, number: float | None, state: State = State.FRESH, **more: object) -> Value:
    return Value(measure, "northgate", number, state, AT, AT, (f"northgate-{measure}",), **more)  # type: ignore[arg-type]


LISTED, BEDS = value("delayed_now", 451), value("ga_beds_occupied", 430)


def test_more_people_on_a_list_than_beds_in_use_is_to_be_checked_on_both_pages() -> None:
    picture = picture_of(LISTED, BEDS)
    (found,) = more_than_beds(picture)
    assert (found.place, found.listed, found.occupied) == ("northgate", 451, 430)
    words = beds_words(picture, found)
    assert "451 people are on its list of delayed discharges, and its bed state has 430 beds in use" in words
    for page in (to_check(picture, {"northgate"}), feeds.render(picture)):
        assert page is not None
        assert f"To be checked. </strong>{words}" in to_html(page)
    assert to_check(picture, {"southmere"}) is None


@pytest.mark.parametrize(
    ("listed", "beds"),
    [
        (replace(LISTED, value=430.0), BEDS),
        (replace(LISTED, state=State.LATE), BEDS),
        (LISTED, replace(BEDS, state=State.STALE)),
        (LISTED, replace(BEDS, value=None, state=State.UNKNOWN)),
        (LISTED, replace(BEDS, at_least=True)),
        (LISTED, replace(BEDS, coverage=Coverage(2, 3))),
    ],
)
def test_of_what_is_old_or_not_whole_nothing_is_said(listed: Value, beds: Value) -> None:
    assert list(more_than_beds(picture_of(listed, beds))) == []
