"""The moments of a row: which came as a day alone, and which cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flowcentre.feeds.contract import RowHeld
from flowcentre.feeds.tables import LONDON, NO_FIGURE, Row

LIST_TIME = "list_time"
AHEAD = timedelta(minutes=2)  # a row's clock may be so far ahead of its document's
_LONGEST_DAY = len("2026-11-22")  # no day is written longer, and no time so short
_FIRST_YEAR = 1901  # an empty cell of a spreadsheet is the first day of 1900, or the one before


@dataclass(frozen=True, slots=True)
class When:
    """A moment; the start of a Europe/London day where the source gave the day alone."""

    at: datetime
    day_alone: bool

    @property
    def day(self) -> date:
        """The Europe/London day that it falls on."""
        return self.at.astimezone(LONDON).date()

    def before(self, other: When) -> bool:
        """Is it earlier, as far as both can tell?"""
        if self.day_alone or other.day_alone:
            return self.day < other.day
        return self.at < other.at

    def from_(self, other: When) -> datetime:
        """The moment, which cannot be before another: a day alone that is the other's day is the other's moment."""
        return max(self.at, other.at) if self.day_alone else self.at


def list_time(row: Row, column: str = LIST_TIME) -> datetime:
    """The moment as at which a list was made. Raises RowHeld."""
    found = when(row, column)
    if found.day_alone:
        raise RowHeld(f"{column} is a date: a time is wanted")
    return found.at


def when(row: Row, column: str) -> When:
    """The moment in a cell. Raises RowHeld."""
    found = When(row.moment(column), len(row.text(column)) <= _LONGEST_DAY)
    if found.at.year < _FIRST_YEAR:
        raise RowHeld(f"{column} is before {_FIRST_YEAR}")
    return found


def maybe_when(row: Row, column: str) -> When | None:
    """The moment in a cell, or None where there is none. Raises RowHeld."""
    return None if row.text(column).casefold() in NO_FIGURE else when(row, column)


def either_when(row: Row, column: str) -> tuple[datetime, ...]:
    """The moments that a time may mean, in order: two in the hour that is doubled as the clocks go back. Raises RowHeld."""
    found = row.moments(column)
    if len(row.text(column)) <= _LONGEST_DAY:
        raise RowHeld(f"{column} is a date: a time is wanted")
    if found[0].year < _FIRST_YEAR:
        raise RowHeld(f"{column} is before {_FIRST_YEAR}")
    return found


def hold_what_is_ahead(list_time: datetime, moments: dict[str, When | None]) -> None:
    """Raise RowHeld where one is later than the list itself: no clock is asked."""
    for column, past in moments.items():
        if past is not None and past.at - list_time > AHEAD:
            raise RowHeld(f"{column} is later than list_time")
