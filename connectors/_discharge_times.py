"""The moments of a delayed discharge: which came as a day alone, and which cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flowcentre.feeds.contract import RowHeld
from flowcentre.feeds.tables import LONDON, NO_FIGURE, Row

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


@dataclass(frozen=True, slots=True)
class Stay:
    """When somebody came, was ready, and left or will leave."""

    admitted_at: datetime
    ready_at: datetime
    expected_on: date | None
    reviewed_at: datetime | None
    discharged_at: datetime | None


def stay(row: Row, list_time: datetime) -> Stay:
    """The moments of a row. Raises RowHeld for those that cannot be, judged by the list's own time: no clock is asked."""
    admitted, ready = _when(row, "admitted"), _when(row, "discharge_ready")
    expected, reviewed = _maybe_when(row, "expected_discharge"), _maybe_when(row, "last_review")
    discharged = _maybe_when(row, "discharged")
    for column, past in (
        ("admitted", admitted),
        ("discharge_ready", ready),
        ("last_review", reviewed),
        ("discharged", discharged),
    ):
        if past is not None and past.at - list_time > AHEAD:
            raise RowHeld(f"{column} is later than list_time")
    if ready.before(admitted):
        raise RowHeld("discharge_ready is before admitted")
    ready_at = max(ready.at, admitted.at) if ready.day_alone else ready.at
    if discharged is not None:
        if discharged.day_alone:
            raise RowHeld("discharged is a date: a time is wanted")
        if discharged.at < ready_at:
            raise RowHeld("discharged is before discharge_ready")
    return Stay(
        admitted.at,
        ready_at,
        expected.day if expected else None,
        reviewed.at if reviewed else None,
        discharged.at if discharged else None,
    )


def list_time(row: Row) -> datetime:
    """The moment as at which a list was made. Raises RowHeld."""
    when = _when(row, "list_time")
    if when.day_alone:
        raise RowHeld("list_time is a date: a time is wanted")
    return when.at


def _when(row: Row, column: str) -> When:
    when = When(row.moment(column), len(row.text(column)) <= _LONGEST_DAY)
    if when.at.year < _FIRST_YEAR:
        raise RowHeld(f"{column} is before {_FIRST_YEAR}")
    return when


def _maybe_when(row: Row, column: str) -> When | None:
    return None if row.text(column).casefold() in NO_FIGURE else _when(row, column)
