"""The rhythms of a day and a week, in Europe/London time, and the few draws that everything uses.

Inside the simulation a moment is a whole number of seconds since 1970, UTC.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
MINUTE, HOUR, DAY = 60, 3600, 86400
_SECOND = timedelta(seconds=1)

# How a day's A&E arrivals fall over its hours: quiet before dawn, a late-morning peak, a long evening.
ARRIVALS_BY_HOUR = (
    *(2.5, 2.0, 1.7, 1.5, 1.4, 1.5, 1.9, 2.9, 4.3, 5.7, 6.3, 6.2),
    *(5.9, 5.6, 5.5, 5.5, 5.6, 5.7, 5.7, 5.4, 4.9, 4.3, 3.7, 3.0),
)  # fmt: skip
# Clinicians in A&E: rosters follow the arrivals, flatter and later, which is why evenings queue.
CLINICIANS_BY_HOUR = (
    *(3.6, 3.0, 2.5, 2.2, 2.1, 2.1, 2.2, 2.8, 4.2, 5.0, 5.4, 5.5),
    *(5.4, 5.3, 5.4, 5.6, 5.6, 5.6, 5.5, 5.3, 5.0, 4.8, 4.5, 4.1),
)  # fmt: skip
# Monday first. Mondays bring what waited over the weekend.
ARRIVALS_BY_WEEKDAY = (1.11, 1.03, 0.99, 0.98, 0.98, 0.94, 0.97)


@lru_cache(maxsize=4096)
def local(at: int) -> datetime:
    """The Europe/London time of a moment."""
    return datetime.fromtimestamp(at, LONDON)


def seconds(at: datetime) -> int:
    """The whole seconds since 1970 of an aware moment."""
    return math.floor(at.timestamp())


def utc(at: int) -> datetime:
    """The aware UTC moment of seconds since 1970."""
    return datetime.fromtimestamp(at, UTC)


def wall_time(day: date, hours: float) -> int:
    """The moment at which London clocks show that many hours after midnight of a day."""
    midnight, steady = _midnight(day)
    if steady and 0 <= hours <= 48:
        return midnight + timedelta(hours=hours) // _SECOND
    return int((datetime(day.year, day.month, day.day, tzinfo=LONDON) + timedelta(hours=hours)).timestamp())


@lru_cache(maxsize=512)
def _midnight(day: date) -> tuple[int, bool]:
    """When a day begins, and whether London's clocks go on steadily for two days from then."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=LONDON)
    return int(midnight.timestamp()), midnight.utcoffset() == (midnight + timedelta(days=2)).utcoffset()


def working_day(day: date) -> bool:
    """Monday to Friday. The demonstration keeps no bank holidays."""
    return day.weekday() < 5


def around(draw: Random, median: float, spread: float) -> int:
    """A length in seconds about a median in minutes, with the long right tail that waits have."""
    return int(draw.lognormvariate(math.log(median * MINUTE), spread))


def happenings(draw: Random, expected: float) -> int:
    """How many times something happens that happens ``expected`` times on average (Poisson)."""
    count, reached = 0, draw.expovariate(1)
    while reached < expected:
        count += 1
        reached += draw.expovariate(1)
    return count


def next_ward_round(at: int, draw: Random) -> int:
    """When doctors next see a patient who is well at a moment: mornings, some afternoons, few at weekends."""
    clock = local(at)
    day, hour = clock.date(), clock.hour + clock.minute / 60
    if hour < 9:
        found = 8.8 + draw.random() * 5
    elif hour < 15:
        found = hour + 0.2 + draw.random() * 2.5
    else:
        day, found = day + timedelta(days=1), 8.8 + draw.random() * 5
    while not working_day(day) and draw.random() < 0.36:
        day, found = day + timedelta(days=1), 8.8 + draw.random() * 5
    return wall_time(day, found)


def next_departure(at: int, draw: Random, *, hours: float) -> int:
    """When a patient who may go leaves: after about ``hours`` of preparation, mostly between 11:00 and 18:00."""
    clock = local(at)
    day = clock.date()
    hour = clock.hour + clock.minute / 60 + hours * (0.5 + draw.random())
    if hour < 11:
        hour = 11 + draw.random() * 2
    elif hour > 18 and (hour > 21 or draw.random() < 0.7):
        day, hour = day + timedelta(days=1), 10.5 + draw.random() * 4.5
    return wall_time(day, hour)
