"""Feeds, and the polls of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """A configured source and its promise of how often it speaks."""

    id: str
    name: str
    connector: str
    every: timedelta
    late_after: timedelta  # age at which a value is late
    stale_after: timedelta  # age at which a value is no longer shown as the present
    places: tuple[str, ...]  # that it is expected to report; a site stands for its units too
    provides: tuple[str, ...] = ()  # ids of the measures that its connector reports
    settings: Mapping[str, object] = field(default_factory=dict)
    deadline: timedelta = timedelta(seconds=30)
    offset: timedelta = timedelta(0)  # into each interval, so that an hourly file is there when we look
    demonstration: bool = False
    leaves_out: tuple[str, ...] = ()  # measures of its connector that another feed reports
    doubt_below: float | None = None  # a list of less than this share of the last is asked about; None: the house's own
    unmoving_after: timedelta | None = (
        None  # so long the same figures under new moments are doubted; None: for ever not
    )
    polled: bool = True  # False: people type it in, and it holds for ``stale_after`` unless they say otherwise

    def due_at(self, at: datetime) -> datetime:
        """The newest due time that is not after ``at``: a grid in UTC, so that no night of the year has one twice or not at all."""
        return EPOCH + self.offset + (at - EPOCH - self.offset) // self.every * self.every

    def next_due_at(self, at: datetime) -> datetime:
        """The first due time after ``at``."""
        return self.due_at(at) + self.every


class Outcome(StrEnum):
    """How a poll ended."""

    RUNNING = "running"
    OK = "ok"  # facts recorded
    UNCHANGED = "unchanged"  # the source had nothing newer
    HELD = "held"  # read, but the whole answer was not believed
    REFUSED = "refused"  # reached, but not in the agreed form
    UNAVAILABLE = "unavailable"  # could not be reached
    OVERRAN = "overran"  # killed at its deadline
    CRASHED = "crashed"  # the connector itself failed
    SKIPPED = "skipped"  # due, and not run


class ClockBy(StrEnum):
    """What gave away how a source's clock goes."""

    ANSWER = "answer"  # the clock itself, as it answered
    FILES = "files"  # the moments in its files, beside when these were written: late figures look like a slow clock


@dataclass(frozen=True, slots=True)
class ClockOff:
    """How far the clock of a source is ahead of ours; below 0: behind."""

    by: timedelta
    of: ClockBy


@dataclass(frozen=True, slots=True)
class PollCounts:
    """Rows of one poll: received = accepted + duplicate + held + refused, always."""

    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    held: int = 0
    refused: int = 0

    def __add__(self, other: PollCounts) -> PollCounts:
        return PollCounts(
            self.received + other.received,
            self.accepted + other.accepted,
            self.duplicate + other.duplicate,
            self.held + other.held,
            self.refused + other.refused,
        )


@dataclass(frozen=True, slots=True)
class Poll:
    """One attempt at a feed."""

    id: int
    feed: str
    due_at: datetime
    started_at: datetime
    finished_at: datetime | None
    outcome: Outcome
    counts: PollCounts = PollCounts()
    message: str = ""
    engine: str = ""
    attempts: int = 1
    missed: int = 0  # due times that passed unpolled, for SKIPPED


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A held row as it stands in the store."""

    feed: str
    poll: int
    held_at: datetime
    row: str
    reason: str
    place: str | None = None
    measure: str | None = None
    rows: int = 1  # of its poll that are alike in all of this, as those of a list that was held whole
