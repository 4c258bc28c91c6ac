"""What a store knows of readings: the newest, the corrected, the late, the silent."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pytest

from flowcentre.model import Held, Point, PollCounts, Reading
from flowcentre.store import Known, Store, open_store
from tests.store.saying import sighting, tell, values

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_an_empty_store_knows_nothing(store: Store, at: datetime) -> None:
    assert store.latest() == []
    assert store.known(at, at) == []
    assert store.version() == 0
    assert store.feed_log(at) == {}
    assert store.history([("a1", "beds")], at, at + HOUR) == {("a1", "beds"): []}
    assert store.people("attendances", "northgate", at) == []


def test_an_unchanged_value_said_again_is_younger(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=3))
    tell(store, "beds", at + HOUR, sighting("a1", at + HOUR - MINUTE, beds=3))
    assert store.latest() == [Known("beds", "a1", "beds", 3.0, at + HOUR - MINUTE, at + HOUR)]


def test_what_a_feed_no_longer_says_keeps_its_age(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=3, closed=1))
    tell(store, "beds", at + HOUR, sighting("a1", at + HOUR, beds=3))
    assert {each.measure: each.observed_at for each in store.latest()} == {"beds": at + HOUR, "closed": at}


def test_a_source_that_gives_no_value_is_not_a_zero_and_not_a_silence(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=3))
    tell(store, "beds", at + HOUR, sighting("a1", at + HOUR, beds=None))
    assert store.latest() == [Known("beds", "a1", "beds", None, at + HOUR, at + HOUR)]


def test_late_news_is_history_and_leaves_the_present(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=3))
    late = tell(store, "beds", at + HOUR, sighting("a1", at - HOUR, beds=9))
    assert late.counts == PollCounts(received=1, accepted=1)
    assert values(store.latest()) == {("a1", "beds"): 3}
    assert store.history([("a1", "beds")], at - HOUR, at + HOUR)["a1", "beds"] == [
        Point(at - HOUR, 9.0),
        Point(at, 3.0),
    ]


def test_a_correction_is_known_from_when_it_was_learnt(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=3, free=1))
    tell(store, "beds", at + HOUR, sighting("a1", at, beds=4, free=1))
    assert store.known(at, at + MINUTE) == [
        Known("beds", "a1", "beds", 3.0, at, at),
        Known("beds", "a1", "free", 1.0, at, at),
    ]
    assert store.known(at, at + HOUR) == [
        Known("beds", "a1", "beds", 4.0, at, at + HOUR),
        Known("beds", "a1", "free", 1.0, at, at),
    ]
    assert store.known(at, at + HOUR) == store.latest()


def test_a_value_that_was_corrected_does_not_come_back_when_the_old_file_does(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=3))
    tell(store, "beds", at + HOUR, sighting("a1", at, beds=4))
    again = tell(store, "beds", at + 2 * HOUR, sighting("a1", at, beds=3))
    assert again.counts == PollCounts(received=1, held=1)
    assert values(store.latest()) == {("a1", "beds"): 4}
    assert tell(store, "beds", at + 3 * HOUR, sighting("a1", at, beds=4)).counts == PollCounts(received=1, duplicate=1)


def test_a_value_corrected_back_is_held_with_its_reason_and_the_rest_of_its_poll_goes_on(
    store: Store, at: datetime
) -> None:
    for minute, beds in enumerate((20, 200)):
        tell(store, "beds", at + minute * MINUTE, sighting("a1", at, beds=beds, free=1, closed=2))
    file_row = Held("beds.csv row 4", "ward_code is not a place of this feed")
    third = tell(store, "beds", at + HOUR, sighting("a1", at, beds=20, free=1, closed=3), held=[file_row], refused=1)
    assert third.counts == PollCounts(received=5, accepted=1, duplicate=1, held=2, refused=1)
    assert values(store.latest()) == {("a1", "beds"): 200, ("a1", "free"): 1, ("a1", "closed"): 3}
    newest, first = store.held_rows("beds")
    assert (newest.row, newest.reason) == (
        "beds as at 22 Nov 2026 08:00 UTC",
        "says again what was corrected since; not taken",
    )
    assert (newest.place, newest.measure, newest.held_at) == ("a1", "beds", at + HOUR)
    assert first.row == "beds.csv row 4"
    assert store.feed_log(at)["beds"].held_now == {"a1": 1, None: 1}


def test_a_late_value_does_not_run_on_over_moments_said_since(store: Store, at: datetime) -> None:
    for minute in (0, 2, 3):
        tell(store, "beds", at + minute * MINUTE, sighting("a1", at + minute * MINUTE, beds=3))
    tell(store, "beds", at + HOUR, sighting("a1", at + MINUTE, beds=9))
    points = store.history([("a1", "beds")], at, at + HOUR)["a1", "beds"]
    assert [point.value for point in points] == [3, 9, 3, 3]


def test_two_feeds_that_report_the_same_measure_are_both_known(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=3))
    tell(store, "sitrep", at + MINUTE, sighting("a1", at + MINUTE, beds=5))
    assert {(each.feed, each.value) for each in store.latest()} == {("beds", 3.0), ("sitrep", 5.0)}
    assert store.history([("a1", "beds")], at, at + HOUR)["a1", "beds"] == [Point(at, 3.0), Point(at + MINUTE, 5.0)]


def test_of_several_feeds_one_last_point_before_the_start_is_shown(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=3))
    tell(store, "sitrep", at + MINUTE, sighting("a1", at + MINUTE, beds=5))
    assert store.history([("a1", "beds")], at + HOUR, at + 2 * HOUR)["a1", "beds"] == [Point(at + MINUTE, 5.0)]


def test_a_history_ends_before_its_end(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=3), sighting("a1", at + HOUR, beds=4))
    assert store.history([("a1", "beds")], at, at + HOUR)["a1", "beds"] == [Point(at, 3.0)]


def test_what_is_said_twice_in_one_poll_counts_once_and_the_last_word_stands(store: Store, at: datetime) -> None:
    twice = (Reading("beds", "a1", 3, at), Reading("beds", "a1", 4, at))
    recorded = tell(store, "beds", at, sighting("a1", at, beds=2, free=1), type(sighting("a1", at))("a1", at, twice))
    assert recorded.counts == PollCounts(received=4, accepted=2, duplicate=2)
    assert values(store.latest()) == {("a1", "beds"): 4, ("a1", "free"): 1}


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_no_number_is_refused_by_name_and_nothing_of_the_poll_is_kept(
    store: Store, at: datetime, value: float
) -> None:
    with pytest.raises(ValueError, match="beds at a1"):
        tell(store, "beds", at, sighting("b2", at, beds=1), sighting("a1", at, beds=value))
    assert store.latest() == []
    tell(store, "beds", at, sighting("b2", at, beds=1))
    assert values(store.latest()) == {("b2", "beds"): 1}


def test_what_we_know_never_runs_backwards_when_a_clock_does(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=3))
    tell(store, "beds", at - HOUR, sighting("a1", at + MINUTE, beds=4))
    assert store.latest() == [Known("beds", "a1", "beds", 4.0, at + MINUTE, at)]
    assert store.known(at + HOUR, at - MINUTE) == []


def test_received_at_may_be_given_apart_from_the_end_of_the_poll(store: Store, at: datetime) -> None:
    tell(store, "beds", at + HOUR, sighting("a1", at, beds=3), received_at=at + MINUTE)
    assert store.latest()[0].received_at == at + MINUTE


def test_london_moments_are_kept_as_the_moments_that_they_are(store: Store, at: datetime) -> None:
    from zoneinfo import ZoneInfo

    first = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"))
    second = first.replace(fold=1)
    tell(store, "beds", at, sighting("a1", first, beds=3), sighting("a1", second, beds=4))
    points = store.history([("a1", "beds")], first, at)["a1", "beds"]
    assert [point.at.isoformat() for point in points] == ["2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"]


def test_no_feed_may_take_the_name_under_which_totals_are_kept(store: Store, at: datetime) -> None:
    with pytest.raises(ValueError, match="picture"):
        tell(store, "picture", at, sighting("a1", at, beds=3))


# --- Totals and shares ------------------------------------------------------------------


def total(at: datetime, value: float | None) -> Reading:
    return Reading("beds", "westshire", value, at)


def totals(store: Store, at: datetime) -> list[tuple[datetime, float | None]]:
    points = store.history([("westshire", "beds")], at, at + 24 * HOUR)["westshire", "beds"]
    return [(point.at, point.value) for point in points]


def test_of_totals_only_changes_are_kept(store: Store, at: datetime) -> None:
    for minute, value in enumerate([7, 7, 8, 8, None, None, 8]):
        store.record_derived([total(at + minute * MINUTE, value)], received_at=at)
    assert totals(store, at) == [
        (at, 7),
        (at + 2 * MINUTE, 8),
        (at + 4 * MINUTE, None),
        (at + 6 * MINUTE, 8),
    ]


def test_totals_are_no_feed_and_make_no_version(store: Store, at: datetime) -> None:
    store.record_derived([total(at, 7)], received_at=at)
    assert store.latest() == []
    assert store.known(at, at) == []
    assert store.feed_log(at) == {}
    assert store.version() == 0


def test_a_total_computed_again_for_the_same_moment_is_the_later_one(store: Store, at: datetime) -> None:
    store.record_derived([total(at, 7)], received_at=at)
    store.record_derived([total(at, 9)], received_at=at)
    assert totals(store, at) == [(at, 9)]


def test_a_total_of_a_moment_gone_by_is_passed_over(store: Store, at: datetime) -> None:
    store.record_derived([total(at + MINUTE, 10)], received_at=at)
    store.record_derived([total(at + 3 * MINUTE, 10)], received_at=at)
    store.record_derived([total(at + 2 * MINUTE, 12)], received_at=at)
    assert totals(store, at) == [(at + MINUTE, 10)]
    store.record_derived([total(at + 4 * MINUTE, 11)], received_at=at)
    assert totals(store, at) == [(at + MINUTE, 10), (at + 4 * MINUTE, 11)]


def test_totals_go_on_when_a_clock_that_was_ahead_is_put_right(store: Store, at: datetime) -> None:
    store.record_derived([total(at, 10)], received_at=at)
    store.record_derived([total(at + 720 * HOUR, 11)], received_at=at + 720 * HOUR)
    store.record_derived([total(at + HOUR, 12)], received_at=at + HOUR)
    store.record_derived([total(at + 2 * HOUR, 13)], received_at=at + 2 * HOUR)
    assert totals(store, at) == [(at, 10), (at + HOUR, 12), (at + 2 * HOUR, 13)]


def test_a_slow_engine_does_not_spoil_the_totals_of_a_quicker_one(postgres_url: str, at: datetime) -> None:
    slow, quick = open_store(postgres_url), open_store(postgres_url)
    try:
        slow.record_derived([total(at + MINUTE, 10)], received_at=at)
        quick.record_derived([total(at + 3 * MINUTE, 10)], received_at=at)  # nothing changed, and yet it was said
        slow.record_derived([total(at + 2 * MINUTE, 12)], received_at=at)
        quick.record_derived([total(at + 4 * MINUTE, 10)], received_at=at)
        assert totals(slow, at) == totals(quick, at) == [(at + MINUTE, 10)]
    finally:
        slow.close()
        quick.close()


def test_a_history_of_totals_begins_with_the_last_change_before(store: Store, at: datetime) -> None:
    store.record_derived([total(at, 7)], received_at=at)
    assert totals(store, at + HOUR) == [(at, 7)]
