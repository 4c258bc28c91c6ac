"""Hours and days rolled up: what they say, and that late news is rolled up again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flowcentre.model import Reading
from flowcentre.store import Rolled, Store
from tests.store.saying import sighting, tell

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def say(store: Store, at: datetime, **minutes: float | None) -> None:
    """One poll that says beds at "a1" at some minutes after ``at``: ``m15=3``."""
    sightings = [sighting("a1", at + int(minute[1:]) * MINUTE, beds=value) for minute, value in minutes.items()]
    tell(store, "beds", at + DAY, *sightings)


def hours(store: Store, at: datetime) -> list[Rolled]:
    return store.rolled("a1", "beds", at - DAY, at + 3 * DAY, "hour")


def test_an_hour_is_weighted_by_how_long_each_value_stood(store: Store, at: datetime) -> None:
    say(store, at, m0=10, m15=20, m45=40)
    store.roll_up(at + HOUR)
    mean = (10 * 15 + 20 * 30 + 40 * 15) / 60
    assert hours(store, at) == [Rolled(at, count=3, low=10, high=40, mean=mean, last=40)]


def test_an_hour_begins_with_what_stood_before_it(store: Store, at: datetime) -> None:
    say(store, at, m30=10, m90=20)
    store.roll_up(at + 2 * HOUR)
    # The carried value weighs in the mean; it is not the second hour's own lowest.
    assert hours(store, at)[1] == Rolled(at + HOUR, count=1, low=20, high=20, mean=15, last=20)


def test_an_hour_in_which_nothing_was_said_has_no_row(store: Store, at: datetime) -> None:
    say(store, at, m0=10, m200=20)
    store.roll_up(at + 5 * HOUR)
    assert [each.start for each in hours(store, at)] == [at, at + 3 * HOUR]


def test_a_gap_is_left_out_of_the_mean_and_is_not_zero(store: Store, at: datetime) -> None:
    say(store, at, m0=10, m30=None)
    store.roll_up(at + HOUR)
    assert hours(store, at) == [Rolled(at, count=1, low=10, high=10, mean=10, last=None)]


def test_an_hour_that_is_not_over_is_not_rolled_up(store: Store, at: datetime) -> None:
    say(store, at, m0=10, m65=20)
    store.roll_up(at + HOUR + 30 * MINUTE)
    assert [each.start for each in hours(store, at)] == [at]
    store.roll_up(at + 2 * HOUR)
    assert [each.start for each in hours(store, at)] == [at, at + HOUR]


def test_late_news_is_rolled_up_again(store: Store, at: datetime) -> None:
    say(store, at, m0=10, m90=20)
    store.roll_up(at + 2 * HOUR)
    say(store, at, m30=70)
    store.roll_up(at + 2 * HOUR)
    assert hours(store, at) == [
        Rolled(at, count=2, low=10, high=70, mean=40, last=70),
        Rolled(at + HOUR, count=1, low=20, high=20, mean=45, last=20),
    ]


def test_news_of_a_place_that_was_silent_is_rolled_up_when_it_comes(store: Store, at: datetime) -> None:
    say(store, at, m0=10)
    store.roll_up(at + 3 * HOUR)
    say(store, at, m70=30)
    store.roll_up(at + 3 * HOUR)
    assert [each.last for each in hours(store, at)] == [10, 30]


def test_a_correction_is_rolled_up_again(store: Store, at: datetime) -> None:
    say(store, at, m0=10)
    store.roll_up(at + HOUR)
    say(store, at, m0=50)
    store.roll_up(at + HOUR)
    assert hours(store, at) == [Rolled(at, count=1, low=50, high=50, mean=50, last=50)]


@pytest.mark.parametrize(
    ("start", "length"),
    [
        (datetime(2026, 10, 24, 23, tzinfo=UTC), 25),
        (datetime(2027, 3, 28, tzinfo=UTC), 23),
        (datetime(2026, 6, 30, 23, tzinfo=UTC), 24),
    ],
)
def test_a_day_is_a_day_of_london_whether_it_has_23_24_or_25_hours(store: Store, start: datetime, length: int) -> None:
    end = start + length * HOUR
    last_minute = length * 60 - 1
    say(store, start, **{"m-1": 0, "m0": 10, f"m{last_minute}": 20, f"m{last_minute + 1}": 99})
    store.roll_up(end + HOUR)
    days = store.rolled("a1", "beds", start, end, "day")
    assert [(each.start, each.count, each.low, each.high) for each in days] == [(start, 2, 10, 20)]


def test_a_day_is_rolled_up_when_it_is_over_however_often_it_was_tried_before(store: Store, at: datetime) -> None:
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    say(store, midnight, m0=10, m720=20)
    for hour in range(0, 26, 5):
        store.roll_up(midnight + hour * HOUR)
    days = store.rolled("a1", "beds", midnight, midnight + DAY, "day")
    assert days == [Rolled(midnight, count=2, low=10, high=20, mean=15, last=20)]


def test_a_total_stands_until_it_changes(store: Store, at: datetime) -> None:
    store.record_derived([Reading("beds", "westshire", 7, at)], received_at=at)
    store.record_derived([Reading("beds", "westshire", 9, at + 150 * MINUTE)], received_at=at)
    store.roll_up(at + 3 * HOUR)
    rolled = store.rolled("westshire", "beds", at, at + DAY, "hour")
    assert [(each.count, each.low, each.mean, each.last) for each in rolled] == [
        (1, 7, 7, 7),
        (0, 7, 7, 7),
        (1, 9, 8, 9),
    ]


def test_rolling_up_again_with_no_news_changes_nothing(store: Store, at: datetime) -> None:
    say(store, at, m0=10, m30=20, m1500=40)
    store.roll_up(at + 2 * DAY)
    before = hours(store, at), store.rolled("a1", "beds", at - DAY, at + 3 * DAY, "day")
    store.roll_up(at + 2 * DAY)
    assert before == (hours(store, at), store.rolled("a1", "beds", at - DAY, at + 3 * DAY, "day"))
    assert before[1]
