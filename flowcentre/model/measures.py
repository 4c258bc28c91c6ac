"""Measures: what is counted, and a reading of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flowcentre.model.places import PlaceKind


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
    LAST_SEVEN_DAYS = "last seven days"  # up to the moment, so that each reading counts most of the last one's again
    LAST_28_DAYS = "last 28 days"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def goes_on(self) -> bool:
        """Does a reading speak of the present, and not of a span that is over?"""
        return self not in (Period.DAY, Period.WEEK, Period.MONTH)

    @property
    def rolls(self) -> bool:
        """Does it reach back by a fixed length from each moment?"""
        return self in (Period.LAST_SEVEN_DAYS, Period.LAST_28_DAYS)


@dataclass(frozen=True, slots=True)
class Formula:
    """How a measure follows from others at the same place: (plus - minus) * times / per * scale.

    It is used where no feed reports the measure itself.
    """

    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    per: tuple[str, ...] = ()  # the denominator, summed; empty for none
    scale: float = 1.0  # 100 for a percentage
    below_zero: bool = True  # False: a figure below zero shows that the inputs contradict each other
    words: str = ""
    times: tuple[str, ...] = ()  # factors; not asked for where there is nothing to multiply
    at_least: float | None = None  # what plus - minus is never below, where going below contradicts nothing
    fills_blanks: bool = False  # used too where the source speaks of the measure, and gives no figure
    in_use: bool = False  # the share of what there is that is in use: somebody is in a bed wherever many are open

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every measure that the formula needs."""
        return self.plus + self.minus + self.per + self.times


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


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure at a place at a moment. ``value`` None says: the source gave none."""

    measure: str
    place: str
    value: float | None
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """Everything that one source said of one place at one moment, for measures of one period.

    Readings are kept as changes; a sighting says that the unchanged ones were said again.
    """

    place: str
    observed_at: datetime
    readings: tuple[Reading, ...]
