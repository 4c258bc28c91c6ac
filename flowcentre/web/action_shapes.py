"""Actions as the JSON API gives them. No address of anybody, and nothing of a patient, is in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict


class EffectShape(TypedDict):
    """What the trigger of an action did from when it was logged, against what it usually does in as long a time."""

    before: Annotated[float | None, Field(description="when it was logged; null: not known")]
    before_at: datetime | None
    after: Annotated[float | None, Field(description="null: not known")]
    after_at: datetime | None
    change: float | None
    over_minutes: float
    usual_low: Annotated[float | None, Field(description="nine in ten changes over as long a time lie between")]
    usual_high: float | None
    days_looked_at: int
    movement: Annotated[str, Field(description="better, worse, moved, no clear change, or not known")]


class ActionShape(TypedDict):
    """One action, from when it was logged until it has ended."""

    id: int
    what: str
    who: Annotated[str, Field(description="id of a lead or a team, who are reminded; or a role in plain words")]
    due_at: datetime
    overdue: bool
    state: Annotated[str, Field(description="open, done or dropped")]
    logged_at: datetime
    logged_by: str
    alert: Annotated[int | None, Field(description="from which it was made")]
    huddle: Annotated[int | None, Field(description="at which it was agreed")]
    place: str | None
    measure: Annotated[str | None, Field(description="the figure that made somebody act")]
    unit: str | None
    ended_at: datetime | None
    ended_by: str
    chased: Annotated[int, Field(description="reminders since it was logged or moved last")]
    chased_at: datetime | None
    moved: Annotated[int, Field(description="times: to another hour, to somebody else, or opened again")]
    effect: Annotated[EffectShape | None, Field(description="an hour after it was done, or four; null before")]


class ActionsShape(TypedDict):
    """What is to be done, and what ended."""

    version: int
    at: datetime
    county: str
    demonstration: bool
    open: Annotated[list[ActionShape], Field(description="those first that are due first")]
    ended_since: datetime
    ended: Annotated[list[ActionShape], Field(description="the newest first, 200 at most with those that are open")]
