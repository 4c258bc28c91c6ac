"""Turns of a team: their weekdays, and the hours of a week at which nobody would be on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import product

from flowcentre.model import BankHolidays, Turn

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60  # minutes
_WEEK = 7 * _DAY


def parse_weekdays(text: str) -> frozenset[int]:
    """The days that ``mon-fri`` or ``sat, sun`` names, Monday 0. Raises ValueError with the word that is none."""
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        last = last if dash else first
        for word in (first, last):
            if word not in WEEKDAYS:
                raise ValueError(word)
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
        days.update(day % 7 for day in range(start, end + 1 + (7 if end < start else 0)))
    return frozenset(days)


def first_gap(turns: Sequence[Turn]) -> str:
    """The first hour of a week at which nobody is on, in words, bank holidays thought of; empty where there is none."""
    for holidays in _weeks(turns):
        covered = manned(turns, holidays)
        if (gap := covered.find(0)) >= 0:
            end = next((minute for minute in range(gap, _WEEK) if covered[minute]), _WEEK)
            day = gap // _DAY
            return _in_words(gap, end, bool(holidays & {day, (day - 1) % 7}))
    return ""


def manned(turns: Sequence[Turn], holidays: Collection[int]) -> bytearray:
    """Of each minute of a week whether somebody is on; ``holidays`` are its days that are bank holidays.

    A night belongs to the day on which it begins, its bank holiday too; Sunday's ends on Monday.
    """
    covered = bytearray(_WEEK)
    for turn, day in product(turns, range(7)):
        if day in turn.weekdays and _kept(turn.bank_holidays, day in holidays):
            start, end = _minutes(turn.starts), _minutes(turn.until)
            length = end - start if end > start else end - start + _DAY
            for minute in range(day * _DAY + start, day * _DAY + start + length):
                covered[minute % _WEEK] = 1
    return covered


def _weeks(turns: Sequence[Turn]) -> Iterator[frozenset[int]]:
    """The days of a week that are bank holidays: none, then each by itself, then each two in a row."""
    yield frozenset()
    if any(turn.bank_holidays is not BankHolidays.ALSO for turn in turns):
        for length, day in product((1, 2), range(7)):
            yield frozenset((day + more) % 7 for more in range(length))


def _kept(when: BankHolidays, bank_holiday: bool) -> bool:
    return when is BankHolidays.ALSO or (when is BankHolidays.ONLY) == bank_holiday


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return (int(hours) * 60 + int(minutes)) % _DAY


def _in_words(start: int, end: int, bank_holiday: bool) -> str:
    day = WEEKDAYS[start // _DAY]
    until = f"{end % _DAY // 60:02}:{end % 60:02}" if end // _DAY == start // _DAY else "24:00"
    about = " when it or the day before is a bank holiday" if bank_holiday else ""
    return f"{day} {start % _DAY // 60:02}:{start % 60:02} to {until}{about}"
