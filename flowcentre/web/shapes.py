"""The shapes of the JSON API: typed once, for the code that fills them and for the description of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from flowcentre.model import State


class CoverageShape(TypedDict):
    """How many of those who should report did."""

    reporting: int
    expected: int
    noun: str
    missing: Annotated[list[str], Field(description="ids of the places that do not report")]


class TypedShape(TypedDict):
    """Who typed something in: a role or initials, as they wrote it."""

    author: str
    typed_at: datetime
    expires_at: Annotated[datetime, Field(description="from this moment on it is stale")]


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
    typed: Annotated[
        TypedShape | None,
        Field(description="who typed it in, or the first to expire of what it follows from; null: nobody did"),
    ]


class PictureShape(TypedDict):
    """Everything known now."""

    version: Annotated[int, Field(description="of the store: it goes up with every poll")]
    at: Annotated[datetime, Field(description="the moment since which these values stand")]
    county: str
    demonstration: Annotated[bool, Field(description="true: every figure is invented")]
    notices: Annotated[dict[str, str], Field(description="what must be shown beside values of a measure, by its id")]
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
    rows: Annotated[int, Field(description="of its poll that are alike in all of this, as those of a list held whole")]


class FeedShape(TypedDict):
    """A feed: its promise, and what it has done lately."""

    id: str
    name: str
    connector: str
    places: list[str]
    demonstration: bool
    polled: Annotated[bool, Field(description="false: people type it in, so it is never late and no look is due")]
    every_seconds: float | None
    late_after_seconds: float | None
    stale_after_seconds: Annotated[
        float, Field(description="of what is typed in: how long it holds unless whoever typed it said otherwise")
    ]
    state: State
    observed_at: datetime | None
    age_seconds: float | None
    late_by_seconds: Annotated[float | None, Field(description="0 while it keeps its rhythm; null: nothing ever came")]
    last_success_at: datetime | None
    next_due_at: datetime | None
    last_poll: PollShape | None
    today: Annotated[PollCountsShape, Field(description="since midnight, Europe/London")]
    skipped_today: int
    clock_off_seconds: Annotated[
        float | None,
        Field(
            description="its source's clock seems so far ahead of ours, below 0 behind; null: no more than two minutes"
        ),
    ]
    unmoving_since: Annotated[
        datetime | None,
        Field(
            description="it has said the very same of each newer moment since, longer than is likely; null: it has not"
        ),
    ]
    held_rows: list[HeldRowShape]
    typed: Annotated[TypedShape | None, Field(description="who typed in last; null of a feed that is polled")]
    last_doubt: Annotated[
        PollShape | None,
        Field(description="today's poll in which not all was believed; null once an answer was believed whole"),
    ]


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
        "notice": Annotated[str, Field(description="to be shown beside the values; empty: none")],
        "from": datetime,
        "to": datetime,
        "kept_from": Annotated[
            datetime | None, Field(description="figures from before have been purged; null: none that was asked for")
        ],
        "points": Annotated[
            list[PointShape], Field(description="oldest first; the first may be older than `from`: what stood then")
        ],
    },
)
