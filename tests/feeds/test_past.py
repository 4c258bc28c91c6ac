"""A history read in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from connectors import find_connectors
from flowcentre.feeds.grid import missed_between
from flowcentre.feeds.past import read_in
from flowcentre.model import County, Feed, Level, Outcome, Place, PlaceKind, Places
from flowcentre.store import Store

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HEADING = (
    "site_code,ward_code,census_time,bed_type,core_open,escalation_open,occupied,closed_infection,closed_staffing,"
    "closed_estates,closed_other,no_criteria_to_reside,admissions_since_midnight,discharges_since_midnight"
)
PLACES = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("northgate", "Northgate", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="westshire", codes=("ZW101",)),
        Place("northgate-a1", "A1", Level.UNIT, PlaceKind.WARD, parent="northgate", codes=("A1",)),
    ]
)


class Published(NamedTuple):
    feed: str
    observed_at: datetime
    name: str
    content: bytes


def beds(at: datetime, occupied: int) -> Published:
    row = f"ZW101,A1,{at.isoformat()},general_acute,24,0,{occupied},0,0,0,0,3,1,1"
    return Published("beds", at, f"beds_{at:%Y%m%dT%H%MZ}.csv", f"{HEADING}\n{row}\n".encode())


@pytest.fixture
def county(tmp_path) -> County:
    kind = find_connectors()["bed_state_csv"]
    feed = Feed(
        "beds", "Beds", "bed_state_csv", timedelta(minutes=5), HOUR, 3 * HOUR, ("northgate",), kind.provides,
        {"folder": str(tmp_path)},
    )  # fmt: skip
    return County("Westshire", PLACES, (feed,))


def test_each_document_is_a_poll_of_its_own_moment_and_no_gap_is_left_for_the_engine_to_count(
    store: Store, county: County
) -> None:
    past = [beds(AT - hours * HOUR, 20 + hours) for hours in (3, 2, 1)]
    assert list(read_in(store, county, find_connectors(), past, until=AT)) == [p.observed_at for p in past]
    key = ("northgate-a1", "ga_beds_occupied")
    points = store.history([key], AT - 4 * HOUR, AT)[key]
    assert [(point.at, point.value) for point in points] == [(AT - 3 * HOUR, 23), (AT - 2 * HOUR, 22), (AT - HOUR, 21)]
    (feed,) = county.feeds
    closing, *read = store.polls("beds")
    assert [poll.outcome for poll in read] == [Outcome.OK] * 3
    assert (closing.outcome, closing.due_at) == (Outcome.SKIPPED, feed.due_at(AT) - feed.every)
    assert missed_between(feed, closing.due_at, feed.due_at(AT)) == 0


def test_a_history_that_was_broken_off_goes_on_and_counts_nothing_twice(store: Store, county: County) -> None:
    past = [beds(AT - hours * HOUR, 20 + hours) for hours in (3, 2, 1)]
    reading = read_in(store, county, find_connectors(), past, until=AT)
    next(reading)
    reading.close()
    list(read_in(store, county, find_connectors(), past, until=AT))
    key = ("northgate-a1", "ga_beds_occupied")
    assert [p.value for p in store.history([key], AT - 4 * HOUR, AT)[key]] == [23, 22, 21]


def test_a_document_of_no_known_feed_is_named(store: Store, county: County) -> None:
    stray = beds(AT, 20)._replace(feed="bedz")
    with pytest.raises(KeyError, match="there is no feed 'bedz'"):
        list(read_in(store, county, find_connectors(), [stray], until=AT))
