"""What is known: values, the county that they are of, and the picture of it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from flowcentre.model.access import NO_SIGN_IN, Access
from flowcentre.model.alerts import Alert, Alerting, Blind, Silence
from flowcentre.model.care import CareTerms
from flowcentre.model.feeds import ClockOff, Feed, HeldRow, Poll, PollCounts
from flowcentre.model.places import Places
from flowcentre.model.retention import Retention
from flowcentre.model.scoring import PressureRules
from flowcentre.model.typed import Typed
from flowcentre.model.upkeep import Backups, Fallback, Upkeep


class State(StrEnum):
    """How far a number may be trusted as the present."""

    FRESH = "fresh"  # within the feed's own rhythm
    LATE = "late"  # overdue, still usable with its age
    STALE = "stale"  # too old to be shown as now
    UNKNOWN = "unknown"  # the source spoke, and gave no value
    NEVER = "never"  # nothing has ever come

    @property
    def usable(self) -> bool:
        """May it stand in a total of the present?"""
        return self in (State.FRESH, State.LATE)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of those who should report did: "2 of 3 sites"."""

    reporting: int = 1
    expected: int = 1
    noun: str = "places"  # plural: "sites", "wards"
    missing: tuple[str, ...] = ()  # ids of the places that do not report

    @property
    def complete(self) -> bool:
        """Did everyone report?"""
        return self.reporting >= self.expected

    def __str__(self) -> str:
        return f"{self.reporting} of {self.expected} {self.noun}"


@dataclass(frozen=True, slots=True)
class Value:
    """A number with everything that one needs to trust it.

    ``value`` is the last that is known; when ``state`` is STALE it must be shown as old, when it
    is UNKNOWN or NEVER it is None. For a total, ``observed_at`` and ``received_at`` are those of
    the oldest part, and ``value`` leaves out the silent members: see ``at_least``.
    """

    measure: str
    place: str
    value: float | None
    state: State
    observed_at: datetime | None = None
    received_at: datetime | None = None
    feeds: tuple[str, ...] = ()
    coverage: Coverage = Coverage()
    at_least: bool = False  # a sum with silent members: the true figure is this or more
    derived: bool = False  # computed by a formula or a sum, not reported
    held: int = 0  # rows held back that touch it
    late_at: datetime | None = None  # when it turns late, and
    stale_at: datetime | None = None  # when it turns stale, unless news comes
    hidden: str = ""  # what stands in its place where small numbers are hidden; then ``value`` is None
    typed: Typed | None = None  # who typed it in; of what follows from several at one place, the first to expire

    @property
    def known(self) -> bool:
        """Is there a number that may be shown as the present?"""
        return self.value is not None and self.state.usable


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a history; ``value`` None is a gap."""

    at: datetime
    value: float | None


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """What a feed has done lately."""

    feed: Feed
    state: State  # of its newest sighting against its own rhythm; UNKNOWN where that left nothing known
    observed_at: datetime | None = None  # newest moment at the source
    last_success_at: datetime | None = None
    last_poll: Poll | None = None
    next_due_at: datetime | None = None
    today: PollCounts = PollCounts()  # since midnight, Europe/London
    skipped_today: int = 0
    held_rows: tuple[HeldRow, ...] = ()  # the newest few
    last_doubt: Poll | None = None  # of today, in which not all was believed; no answer was believed whole since
    typed: Typed | None = None  # who typed something in last, and until when that holds
    clock: ClockOff | None = None  # of its source, where it is off by more than a little
    unmoving_since: datetime | None = None  # it says the very same of new moments since, for longer than is likely
    held_now: int = 0  # rows of the last answer that was read
    read_at: datetime | None = None  # when that was


@dataclass(frozen=True, slots=True)
class Board:
    """A wall board: which layout, for which places."""

    id: str
    title: str
    layout: str
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class County:
    """A whole configuration: a system, its feeds and its boards."""

    name: str
    places: Places
    feeds: tuple[Feed, ...]
    boards: tuple[Board, ...] = ()
    demonstration: bool = False
    bed_day_cost: float | None = None  # pounds that a bed day lost is reckoned at; None: no cost is shown
    care: CareTerms = CareTerms()
    alerting: Alerting = Alerting()
    pressure: PressureRules = PressureRules()
    access: Access = NO_SIGN_IN
    retention: Retention = Retention()
    unchanged_days: int = 7  # a row of which nothing has changed for so long may be a ghost
    backups: Backups | None = None  # that are made while it runs
    fallback: Fallback | None = None

    def feed(self, feed_id: str) -> Feed | None:
        """The feed of that id, if there is one."""
        return next((feed for feed in self.feeds if feed.id == feed_id), None)


@dataclass(frozen=True)
class Picture:
    """Everything known at a moment, with a version number.

    ``at`` is the moment it speaks of: for the present, the last at which anything in it changed.
    ``known_at`` is the moment whose knowledge it uses.
    """

    version: int
    at: datetime
    known_at: datetime
    county: County
    values: Mapping[tuple[str, str], Value]  # by (place, measure)
    feeds: tuple[FeedStatus, ...] = ()
    trends: Mapping[tuple[str, str], tuple[Point, ...]] = field(default_factory=dict)  # last 24 hours
    changes_at: datetime | None = None  # when some value turns late or stale if no news comes
    refused: tuple[str, ...] = ()  # what is wrong with a change of the configuration, which is therefore not in use
    alerts: tuple[Alert, ...] = ()  # those that stand, the most severe first
    undelivered: int = 0  # messages of alerts that could not be delivered by any way
    failing: tuple[tuple[str, datetime], ...] = ()  # channels of alerts that deliver nothing, and since when
    silences: tuple[Silence, ...] = ()  # of alerts, in force; those first that end first
    not_evaluated_since: datetime | None = None  # nobody evaluates the rules of alerts since; None: somebody does
    cannot_tell: tuple[Blind, ...] = ()  # rules, not on trial, of which nobody knows whether an alert should stand
    upkeep: Upkeep = Upkeep()  # how the server itself stands

    @property
    def looks_back(self) -> bool:
        """Is this a moment of the past? The present is never more than a quarter of an hour behind what is known."""
        return self.known_at - self.at > timedelta(hours=1)

    def value(self, place: str, measure: str) -> Value:
        """What is known of a measure at a place; NEVER where nothing is."""
        found = self.values.get((place, measure))
        return found if found is not None else Value(measure, place, None, State.NEVER, coverage=Coverage(0, 1))

    def trend(self, place: str, measure: str) -> tuple[Point, ...]:
        """The last 24 hours of a headline, oldest first; empty where none is kept."""
        return self.trends.get((place, measure), ())
