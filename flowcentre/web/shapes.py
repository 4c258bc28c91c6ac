"""The shapes of the JSON API: typed once, for the code that fills them and for the description of the API."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from flowcentre.measures import ALL
from flowcentre.model import Coverage, FeedStatus, HeldRow, Measure, Picture, Place, Poll, PollCounts, State, Value


class CoverageShape(TypedDict):
    """How many of those who should report did."""

    reporting: int
    expected: int
    noun: str
    missing: Annotated[list[str], Field(description="ids of the places that do not report")]


class ValueShape(TypedDict):
    """A number with everything that one needs to trust it."""

    measure: str
    place: str
    value: Annotated[float | None, Field(description="null: not known. A missing figure is never 0")]
    unit: str
    state: Annotated[State, Field(description="only a fresh or late value may be shown as the present")]
    observed_at: Annotated[datetime | None, Field(description="the source's own time; of a total, of its oldest part")]
    received_at: datetime | None
    late_at: Annotated[datetime | None, Field(description="when it turns late unless news comes")]
    stale_at: Annotated[datetime | None, Field(description="when it turns stale unless news comes")]
    feeds: list[str]
    coverage: CoverageShape
    at_least: Annotated[bool, Field(description="a total with silent members: the true figure is this or more")]
    derived: Annotated[bool, Field(description="computed by a formula or a sum, not reported")]
    held: Annotated[int, Field(description="rows held back that touch it")]


class PictureShape(TypedDict):
    """Everything known now."""

    version: Annotated[int, Field(description="of the store: it goes up with every poll")]
    at: Annotated[datetime, Field(description="the moment since which these values stand")]
    county: str
    demonstration: Annotated[bool, Field(description="true: every figure is invented")]
    values: list[ValueShape]


class PollCountsShape(TypedDict):
    """Rows: received = accepted + duplicate + held + refused, always."""

    received: int
    accepted: int
    duplicate: int
    held: int
    refused: int


class PollShape(TypedDict):
    """One attempt at a feed."""

    due_at: datetime
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    message: str
    attempts: int
    missed: Annotated[int, Field(description="due times that passed unpolled")]
    counts: PollCountsShape


class HeldRowShape(TypedDict):
    """A row that was not believed: where it stood and why, never the row."""

    held_at: datetime
    row: str
    reason: str
    place: str | None
    measure: str | None


class FeedShape(TypedDict):
    """A feed: its promise, and what it has done lately."""

    id: str
    name: str
    connector: str
    places: list[str]
    demonstration: bool
    every_seconds: float
    late_after_seconds: float
    stale_after_seconds: float
    state: State
    observed_at: datetime | None
    age_seconds: float | None
    late_by_seconds: Annotated[float | None, Field(description="0 while it keeps its rhythm; null: nothing ever came")]
    last_success_at: datetime | None
    next_due_at: datetime | None
    last_poll: PollShape | None
    today: Annotated[PollCountsShape, Field(description="since midnight, Europe/London")]
    skipped_today: int
    held_rows: list[HeldRowShape]


class FeedsShape(TypedDict):
    """Every feed, as at a moment."""

    version: int
    at: datetime
    feeds: list[FeedShape]


class MeasureShape(TypedDict):
    """Something counted the same way everywhere."""

    id: str
    label: str
    short_label: str
    unit: str
    stock_or_flow: str
    period: str
    across_places: Annotated[str, Field(description="how places are summed")]
    over_time: str
    worse: Annotated[str, Field(description="which way means more pressure")]
    decimals: int
    definition: str
    source: str
    formula: Annotated[str | None, Field(description="in words, where it follows from others")]
    inputs: list[str]
    confirmed: Annotated[bool, Field(description="false: the definition is not confirmed nationally")]


class PlaceShape(TypedDict):
    """Somewhere that counts or cares."""

    id: str
    name: str
    level: str
    kind: str
    parent: str | None
    locality: str | None


class PointShape(TypedDict):
    """One point of a history."""

    at: datetime
    value: Annotated[float | None, Field(description="null: a gap")]


HistoryShape = TypedDict(
    "HistoryShape",
    {
        "measure": str,
        "place": str,
        "unit": str,
        "from": datetime,
        "to": datetime,
        "points": Annotated[
            list[PointShape], Field(description="oldest first; the first may be older than `from`: what stood then")
        ],
    },
)


def number(value: float | None) -> float | None:
    """A number that JSON has: not-a-number and infinities are no number."""
    return value if value is not None and math.isfinite(value) else None


def value_shape(value: Value, measures: Mapping[str, Measure] = ALL) -> ValueShape:
    """One value of a picture."""
    measure, known = measures.get(value.measure), number(value.value)
    broken = value.value is not None and known is None
    return {
        "measure": value.measure,
        "place": value.place,
        "value": known,
        "unit": measure.unit if measure else "",
        "state": State.UNKNOWN if broken else value.state,
        "observed_at": value.observed_at,
        "received_at": value.received_at,
        "late_at": value.late_at,
        "stale_at": value.stale_at,
        "feeds": list(value.feeds),
        "coverage": coverage_shape(value.coverage),
        "at_least": value.at_least,
        "derived": value.derived,
        "held": value.held,
    }


def coverage_shape(coverage: Coverage) -> CoverageShape:
    """How many of those who should report did."""
    return {
        "reporting": coverage.reporting,
        "expected": coverage.expected,
        "noun": coverage.noun,
        "missing": list(coverage.missing),
    }


def picture_shape(picture: Picture, places: frozenset[str], measures: frozenset[str]) -> PictureShape:
    """A picture, or the part of it at some places and of some measures; none named means all."""
    return {
        "version": picture.version,
        "at": picture.at,
        "county": picture.county.name,
        "demonstration": picture.county.demonstration,
        "values": [
            value_shape(picture.values[place, measure])
            for place, measure in sorted(picture.values)
            if (not places or place in places) and (not measures or measure in measures)
        ],
    }


def counts_shape(counts: PollCounts) -> PollCountsShape:
    """The rows of one poll or of many."""
    return {
        "received": counts.received,
        "accepted": counts.accepted,
        "duplicate": counts.duplicate,
        "held": counts.held,
        "refused": counts.refused,
    }


def poll_shape(poll: Poll) -> PollShape:
    """One attempt at a feed."""
    return {
        "due_at": poll.due_at,
        "started_at": poll.started_at,
        "finished_at": poll.finished_at,
        "outcome": poll.outcome.value,
        "message": poll.message,
        "attempts": poll.attempts,
        "missed": poll.missed,
        "counts": counts_shape(poll.counts),
    }


def held_row_shape(held: HeldRow) -> HeldRowShape:
    """A held row."""
    return {
        "held_at": held.held_at,
        "row": held.row,
        "reason": held.reason,
        "place": held.place,
        "measure": held.measure,
    }


def feed_shape(status: FeedStatus, now: datetime) -> FeedShape:
    """A feed as at ``now``. Its settings are not shown: they may say where secrets are."""
    feed = status.feed
    age = None if status.observed_at is None else (now - status.observed_at).total_seconds()
    return {
        "id": feed.id,
        "name": feed.name,
        "connector": feed.connector,
        "places": list(feed.places),
        "demonstration": feed.demonstration,
        "every_seconds": feed.every.total_seconds(),
        "late_after_seconds": feed.late_after.total_seconds(),
        "stale_after_seconds": feed.stale_after.total_seconds(),
        "state": status.state,
        "observed_at": status.observed_at,
        "age_seconds": age,
        "late_by_seconds": None if age is None else max(0.0, age - feed.late_after.total_seconds()),
        "last_success_at": status.last_success_at,
        "next_due_at": status.next_due_at,
        "last_poll": poll_shape(status.last_poll) if status.last_poll else None,
        "today": counts_shape(status.today),
        "skipped_today": status.skipped_today,
        "held_rows": [held_row_shape(held) for held in status.held_rows],
    }


def measure_shape(measure: Measure) -> MeasureShape:
    """A measure as the catalogue has it."""
    return {
        "id": measure.id,
        "label": measure.label,
        "short_label": measure.short_label,
        "unit": measure.unit,
        "stock_or_flow": measure.stock_or_flow.value,
        "period": measure.period.value,
        "across_places": measure.across_places.value,
        "over_time": measure.over_time.value,
        "worse": measure.worse.value,
        "decimals": measure.decimals,
        "definition": measure.definition,
        "source": measure.source,
        "formula": measure.formula.words if measure.formula else None,
        "inputs": list(measure.formula.inputs) if measure.formula else [],
        "confirmed": measure.confirmed,
    }


def place_shape(place: Place) -> PlaceShape:
    """A place of the county."""
    return {
        "id": place.id,
        "name": place.name,
        "level": place.level.value,
        "kind": place.kind.value,
        "parent": place.parent,
        "locality": place.locality,
    }
