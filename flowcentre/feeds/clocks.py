"""How far a source's clock is off, as far as its answers give it away. No figure is ever changed by it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flowcentre.model import ClockBy, ClockOff, Fact, Reading, RosterExport, WholeList

_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class ClockRead:
    """What one answer gives away: by the source's own clock, or by the newest file that it wrote."""

    said_at: datetime | None = None  # what its clock showed as it answered
    moment_after_file: timedelta | None = None  # the newest moment in a file, less when that file was written


def read_clock(
    said_at: Collection[datetime], files: Iterable[tuple[datetime | None, Iterable[Fact]]]
) -> ClockRead | None:
    """From when answers say that they were sent, and of each file when it was written and what it says. None: from nothing."""
    if said_at:
        return ClockRead(said_at=max(said_at))
    dated = [(written, newest) for written, facts in files if written is not None and (newest := _newest(facts))]
    if not dated:
        return None
    written, newest = max(dated)
    return ClockRead(moment_after_file=newest - written)


def clock_off(read: ClockRead | None, asked_at: datetime, answered_at: datetime) -> ClockOff | None:
    """How far the clock is off for certain: whatever it showed between asking and having the answer is on time."""
    if read is None:
        return None
    if read.moment_after_file is not None:
        return ClockOff(read.moment_after_file, ClockBy.FILES)
    if read.said_at is None:
        return None
    behind, ahead = max(asked_at - read.said_at, _NO_TIME), max(read.said_at - answered_at, _NO_TIME)
    return ClockOff(ahead - behind, ClockBy.ANSWER)


def _newest(facts: Iterable[Fact]) -> datetime | None:
    told = (fact.observed_at for fact in facts if isinstance(fact, Reading | WholeList | RosterExport))
    return max(told, default=None)
