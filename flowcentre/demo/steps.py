"""How long the steps of a referral take: in working hours, slower over weekends, with a long tail."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from flowcentre.demo.rhythm import DAY, HOUR, MINUTE, around, local, wall_time, working_day

_OPENS, _CLOSES = 8.0, 18.0
# When visits begin, in hours after midnight, and how far apart they may lie.
_FIRST_VISITS = ((8.5, 1.5), (12.0, 1.2), (16.2, 1.3), (19.3, 1.2))


def after_office_hours(at: int, hours: float, *, weekends: bool = False) -> int:
    """The moment by which so many hours of an office's day, 08:00 to 18:00, have passed since another."""
    day = local(at).date()
    while True:
        opens, closes = wall_time(day, _OPENS), wall_time(day, _CLOSES)
        if weekends or working_day(day):
            begins = max(at, opens)
            if begins + hours * HOUR <= closes:
                return int(begins + hours * HOUR)
            hours -= max(0.0, closes - begins) / HOUR
        day += timedelta(days=1)


def by_day(at: int, share: float) -> int:
    """A moment moved out of the night, 20:00 to 07:00, to before the offices open: to a share of that hour."""
    clock = local(at)
    if 7 <= clock.hour < 20:
        return at
    day = clock.date() + timedelta(days=clock.hour >= 20)
    return wall_time(day, 7 + 0.9 * share)


def in_the_daytime(at: int, luck: Random) -> int:
    """A moment moved to between 10:00 and 16:00 of its day, when care ends and people are moved."""
    return wall_time(local(at).date(), 10 + 6 * luck.random())


def hours_of(luck: Random, median: float, spread: float) -> float:
    """A length in hours about a median."""
    return around(luck, median * 60, spread) / HOUR


def first_visit(earliest: int, luck: Random) -> int:
    """The beginning of the first visit that can be made from a moment on, to the minute."""
    day = local(earliest).date()
    slots = [start + width * luck.random() for start, width in _FIRST_VISITS]
    while True:
        for slot in slots:
            begins = wall_time(day, slot) // MINUTE * MINUTE
            if begins >= earliest:
                return begins
        day += timedelta(days=1)


def by_working_morning(at: int, luck: Random) -> int:
    """When somebody at a desk closes what ended at a moment: in the course of the next working morning."""
    day = local(at).date() + timedelta(days=1)
    while not working_day(day):
        day += timedelta(days=1)
    return wall_time(day, 9 + 3 * luck.random())


def offers_from(at: int, a_day: float, luck: Random) -> tuple[int, ...]:
    """When providers make offers, the first eight of them."""
    moments = []
    for _ in range(8):
        at += int(luck.expovariate(a_day) * DAY)
        moments.append(after_office_hours(at, 0.2))
    return tuple(moments)
