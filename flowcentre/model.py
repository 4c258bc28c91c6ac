"""The nouns of a flow centre: frozen, typed, and free of any library.

Every moment is an aware UTC ``datetime``; Europe/London appears only on the glass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# --- Places -----------------------------------------------------------------------------


class Level(StrEnum):
    """How high a place stands in the tree, highest first."""

    SYSTEM = "system"
    LOCALITY = "locality"
    ORGANISATION = "organisation"
    SITE = "site"
    UNIT = "unit"


LEVELS = tuple(Level)


class PlaceKind(StrEnum):
    """What a place is; a measure names the kinds of place that report it."""

    SYSTEM = "system"
    LOCALITY = "locality"
    TRUST = "trust"
    INTEGRATED_CARE_BOARD = "integrated care board"
    COUNCIL = "council"
    PROVIDER = "provider"  # an organisation that runs care homes or home care
    ACUTE_HOSPITAL = "acute hospital"
    WARD = "ward"
    CRITICAL_CARE_UNIT = "critical care unit"
    COMMUNITY_HOSPITAL = "community hospital"
    RECOVERY_UNIT = "recovery unit"  # bed-based recovery, pathway 2
    VIRTUAL_WARD = "virtual ward"
    CARE_HOME = "care home"
    HOME_CARE = "home care"
    REABLEMENT = "reablement"


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that counts or cares.

    ``parent`` is who runs it; ``locality`` is where it serves. They are apart because one
    organisation works in many localities, so geography cannot be a step in the tree of owners.
    ``codes`` are the names that feeds use for it (ODS site codes, ward codes), kept as text:
    ``007``, ``1E5`` and ``NA`` are codes, not numbers or blanks.
    """

    id: str
    name: str
    level: Level
    kind: PlaceKind
    short_name: str = ""
    parent: str | None = None
    locality: str | None = None
    ods: str | None = None
    codes: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def label(self) -> str:
        """The name that fits a tile."""
        return self.short_name or self.name

    def valid_on(self, day: date) -> bool:
        """Is there such a place on that day?"""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Places:
    """The tree of places: who runs what, and where it serves. Immutable once made."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_id = {place.id: place for place in places}

    def __iter__(self) -> Iterator[Place]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, place_id: object) -> bool:
        return place_id in self._by_id

    def __getitem__(self, place_id: str) -> Place:
        return self._by_id[place_id]

    def get(self, place_id: str) -> Place | None:
        """The place, or None where there is none of that id."""
        return self._by_id.get(place_id)

    @cached_property
    def system(self) -> Place:
        """The one place at the top: the county."""
        return next(place for place in self if place.level is Level.SYSTEM)

    @cached_property
    def _children(self) -> Mapping[str, tuple[Place, ...]]:
        children: dict[str, list[Place]] = {}
        for place in self:
            if place.parent is not None:
                children.setdefault(place.parent, []).append(place)
        return {parent: tuple(found) for parent, found in children.items()}

    def children(self, place_id: str) -> tuple[Place, ...]:
        """The places that this one runs, one step down."""
        return self._children.get(place_id, ())

    def ancestors(self, place_id: str) -> Iterator[Place]:
        """Who runs this place, and who runs them, up to the system."""
        parent = self._by_id[place_id].parent
        while parent is not None:
            place = self._by_id[parent]
            yield place
            parent = place.parent

    def locality_of(self, place_id: str) -> str | None:
        """The locality that a place serves: its own, or that of whoever runs it."""
        place = self._by_id[place_id]
        if place.locality is not None:
            return place.locality
        return next((up.locality for up in self.ancestors(place_id) if up.locality), None)

    def at_level(self, level: Level) -> tuple[Place, ...]:
        """Every place at a level, in the order of the configuration."""
        return tuple(place for place in self if place.level is level)

    def of_kind(self, *kinds: PlaceKind) -> tuple[Place, ...]:
        """Every place of these kinds, in the order of the configuration."""
        return tuple(place for place in self if place.kind in kinds)

    def within(self, place_id: str) -> tuple[Place, ...]:
        """A place and everything it runs or, for a locality, everything that serves there."""
        if self._by_id[place_id].kind is PlaceKind.LOCALITY:
            return tuple(p for p in self if p.id == place_id or self.locality_of(p.id) == place_id)
        return tuple(p for p in self if p.id == place_id or any(up.id == place_id for up in self.ancestors(p.id)))


# --- Measures ---------------------------------------------------------------------------


class StockOrFlow(StrEnum):
    """A stock is counted at a moment and averaged; a flow happens over a time and is summed."""

    STOCK = "stock"
    FLOW = "flow"


class Summing(StrEnum):
    """How many become one, across places or over time."""

    SUM = "sum"
    MEAN = "mean"
    MAX = "max"
    LAST = "last"
    RATIO = "ratio of sums"  # the sum of numerators over the sum of denominators
    MEDIAN_OF_ROWS = "median of rows"  # needs the people, never the medians
    NEVER = "never"


class Worse(StrEnum):
    """Which way means more pressure."""

    HIGH = "high"
    LOW = "low"
    NEITHER = "neither"


class Period(StrEnum):
    """The span of time that one reading speaks of.

    ``observed_at`` of a reading with a span is the *end* of the span (exclusive): the month of
    October 2025 is observed at midnight, Europe/London, of 1 November 2025.
    """

    MOMENT = "now"
    SINCE_MIDNIGHT = "since midnight"  # of Europe/London
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Formula:
    """How a measure follows from others at the same place: (plus - minus) / (per * scale).

    It is used where no feed reports the measure itself.
    """

    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    per: tuple[str, ...] = ()  # the denominator, summed; empty for none
    scale: float = 1.0  # 100 for a percentage
    below_zero: bool = True  # False: a figure below zero shows that the inputs contradict each other
    words: str = ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every measure that the formula needs."""
        return self.plus + self.minus + self.per


@dataclass(frozen=True, slots=True)
class Measure:
    """Something counted the same way everywhere."""

    id: str
    label: str
    short_label: str
    unit: str
    stock_or_flow: StockOrFlow
    definition: str
    source: str
    period: Period = Period.MOMENT
    across_places: Summing = Summing.SUM
    over_time: Summing = Summing.MEAN
    worse: Worse = Worse.NEITHER
    decimals: int = 0
    reported_by: frozenset[PlaceKind] = frozenset()
    formula: Formula | None = None
    overlaps: str | None = None  # measures of one overlap group count the same people again
    headline: bool = False  # has a trend kept for it
    confirmed: bool = True  # False: the definition is not confirmed nationally


# --- Facts ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure at a place at a moment. ``value`` None says: the source gave none."""

    measure: str
    place: str
    value: float | None
    observed_at: datetime


class Stream(StrEnum):
    """Where a person who came to A&E was sent."""

    EMERGENCY_DEPARTMENT = "emergency department"
    CLINICAL_NAVIGATION = "clinical navigation"
    FRONT_DOOR_GP = "front-door GP"
    SAME_DAY_EMERGENCY_CARE = "same-day emergency care"


@dataclass(frozen=True, slots=True)
class EmergencyAttendance:
    """One A&E attendance. ``ref`` is a pseudonym."""

    ref: str
    place: str
    arrived_at: datetime
    stream: Stream = Stream.EMERGENCY_DEPARTMENT
    triaged_at: datetime | None = None
    seen_at: datetime | None = None
    decided_to_admit_at: datetime | None = None
    departed_at: datetime | None = None
    admitted: bool = False


@dataclass(frozen=True, slots=True)
class AmbulanceArrival:
    """One ambulance at the door. ``handed_over_at`` None: still waiting."""

    ref: str
    place: str
    arrived_at: datetime
    handed_over_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DelayedDischarge:
    """A person with no criteria to reside who is still in a bed, or left it today. ``ref`` is a pseudonym.

    A source that gives a date without a time means the start of that Europe/London day. What is None
    was not given, or not in words that are known: the person is there all the same.
    """

    ref: str
    place: str  # the hospital
    admitted_at: datetime
    ready_at: datetime  # the discharge ready date: since when they no longer meet the criteria to reside
    ward: str | None = None  # None where the hospital has no wards here
    pathway: int | None = None  # 0 to 3
    reason: str | None = None  # the key of a national reason for delay
    owner: str | None = None  # id of the organisation that must act next
    coordinator: str | None = None  # a code of the care transfer hub's, never a name
    residence: str | None = None  # id of the locality or council where they live
    expected_on: date | None = None  # expected date of discharge
    reviewed_at: datetime | None = None
    discharged_at: datetime | None = None  # listed until the end of that day

    @property
    def arrived_at(self) -> datetime:
        """From when they belong on the list."""
        return self.ready_at


Person = EmergencyAttendance | AmbulanceArrival | DelayedDischarge


@dataclass(frozen=True, slots=True)
class WholeList:
    """Says that a list of people at a place is whole as at a moment, so that absence means departure.

    ``listed`` is the source's own count of rows where it gives one: a cut-off list is then found out.
    """

    people: str  # the list's name: "attendances", "ambulances", "delays"
    place: str
    observed_at: datetime
    listed: int | None = None
    departures: bool = True  # False: the list cannot say who has left, so nobody's leaving is counted


@dataclass(frozen=True, slots=True)
class Held:
    """A row that was not believed: kept with its reason, never dropped and never shown as true.

    It carries where the row stood and what was wrong, not the row: a wrong file may hold names.
    """

    row: str  # "beds.csv row 14"
    reason: str
    place: str | None = None
    measure: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedColumn:
    """A column that may hold what is never kept here: names, dates of birth, postcodes, NHS numbers, free text.

    ``what`` is our own word for it, never the heading or a cell: either may be a person's.
    """

    what: str  # "column 7 (a name)"
    cells: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """Everything that one source said of one place at one moment, for measures of one period.

    Readings are kept as changes; a sighting says that the unchanged ones were said again.
    """

    place: str
    observed_at: datetime
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class PeopleList:
    """A whole list of people at a place as at a moment."""

    people: str
    place: str
    observed_at: datetime
    persons: tuple[Person, ...]
    departures: bool = True  # see WholeList


@dataclass(frozen=True, slots=True)
class Interval:
    """A person's row as it stood on the lists of a place: from the list that first had it until the first without it."""

    person: Person
    observed_at: datetime
    left_at: datetime | None
    known_from: datetime
    known_to: datetime | None


Fact = Reading | EmergencyAttendance | AmbulanceArrival | DelayedDischarge | WholeList | Held


# --- Feeds and polls --------------------------------------------------------------------


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


# --- What is known ----------------------------------------------------------------------


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
    last_doubt: Poll | None = (
        None  # of today, in which not all was believed, and no answer has been believed whole since
    )


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
