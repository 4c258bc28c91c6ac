"""The moments of a delayed discharge: which of them cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from connectors._list_times import hold_what_is_ahead, maybe_when, when
from flowcentre.feeds.contract import RowHeld
from flowcentre.feeds.tables import Row


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
    admitted, ready = when(row, "admitted"), when(row, "discharge_ready")
    expected, reviewed = maybe_when(row, "expected_discharge"), maybe_when(row, "last_review")
    discharged = maybe_when(row, "discharged")
    hold_what_is_ahead(
        list_time,
        {"admitted": admitted, "discharge_ready": ready, "last_review": reviewed, "discharged": discharged},
    )
    if ready.before(admitted):
        raise RowHeld("discharge_ready is before admitted")
    ready_at = ready.from_(admitted)
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
