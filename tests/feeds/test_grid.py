"""When feeds are due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowcentre.feeds.grid import jitter, missed_between, retry_at
from tests.feeds.cast import AT, a_feed

HOURLY = a_feed(every=timedelta(hours=1), offset=timedelta(minutes=20))


def test_an_hourly_feed_with_an_offset_is_due_at_twenty_past() -> None:
    assert HOURLY.due_at(AT) == datetime(2026, 11, 22, 7, 20, tzinfo=UTC)
    assert HOURLY.next_due_at(AT) == datetime(2026, 11, 22, 8, 20, tzinfo=UTC)
    assert HOURLY.due_at(datetime(2026, 11, 22, 8, 20, tzinfo=UTC)) == datetime(2026, 11, 22, 8, 20, tzinfo=UTC)


def test_the_october_night_has_every_slot_once() -> None:
    half_hourly = a_feed(every=timedelta(minutes=30))
    night = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)  # midnight in London, before the clocks go back
    minutes = [night + timedelta(minutes=minute) for minute in range(4 * 60)]
    slots = sorted({half_hourly.due_at(at) for at in minutes})
    assert slots == [night + timedelta(minutes=30 * slot) for slot in range(8)]


def test_missed_due_times_are_counted_between_the_last_and_this_one() -> None:
    due = HOURLY.due_at(AT)
    assert missed_between(HOURLY, due - timedelta(hours=1), due) == 0
    assert missed_between(HOURLY, due - timedelta(hours=4), due) == 3
    assert missed_between(HOURLY, due, due) == 0


def test_missed_due_times_are_counted_across_a_change_of_the_interval() -> None:
    due = HOURLY.due_at(AT)
    assert missed_between(HOURLY, due - timedelta(minutes=90), due) == 1


@given(every=st.integers(1, 10**7), offset=st.integers(0, 10**6), seconds=st.floats(0, 2 * 10**9))
def test_a_due_time_is_never_after_its_moment_nor_an_interval_before(every: int, offset: int, seconds: float) -> None:
    feed = a_feed(every=timedelta(seconds=every), offset=timedelta(seconds=offset))
    at = datetime(1975, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert feed.due_at(at) <= at < feed.next_due_at(at)


def test_jitter_is_the_same_each_time_and_another_for_each_engine() -> None:
    feeds = [a_feed(f"feed-{number}") for number in range(200)]
    waits = [jitter(feed, "one") for feed in feeds]
    assert waits == [jitter(feed, "one") for feed in feeds]
    assert waits != [jitter(feed, "two") for feed in feeds]
    assert all(timedelta(0) <= wait <= feed.deadline for wait, feed in zip(waits, feeds, strict=True))
    assert len(set(waits)) > 190


def test_jitter_is_a_tenth_of_a_short_interval_at_most() -> None:
    assert all(jitter(a_feed(f"f{n}", every=timedelta(seconds=10)), "e") <= timedelta(seconds=1) for n in range(100))


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 15), (3, 45), (4, 135), (5, 405)])
def test_waits_between_attempts_grow(attempts: int, seconds: int) -> None:
    assert retry_at(HOURLY, AT, attempts, AT, None) == AT + timedelta(seconds=seconds)


def test_a_source_that_asks_for_a_longer_wait_gets_it() -> None:
    assert retry_at(HOURLY, AT, 1, AT, timedelta(minutes=2)) == AT + timedelta(minutes=2)
    assert retry_at(HOURLY, AT, 1, AT, timedelta(seconds=1)) == AT + timedelta(seconds=5)


def test_no_attempt_runs_into_the_next_due_time() -> None:
    assert retry_at(HOURLY, AT, 1, AT + timedelta(minutes=59, seconds=57), None) is None
    assert retry_at(HOURLY, AT, 1, AT, timedelta(hours=1)) is None
