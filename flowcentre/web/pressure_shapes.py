"""Pressure as the JSON API gives it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict


class ParameterShape(TypedDict):
    """What one parameter gives to the score of a place."""

    measure: str
    value: Annotated[float | None, Field(description="null: not known, or too old")]
    at_least: Annotated[bool, Field(description="the true figure is this or more")]
    state: str
    unit: str
    observed_at: datetime | None
    limits: Annotated[list[float], Field(description="that part the bands, towards more pressure")]
    points: Annotated[float | None, Field(description="on the scale of the score; null: its figure is not known")]
    up_to: Annotated[float, Field(description="that it may give by what is known; more than `points`: not certain")]
    most: Annotated[float, Field(description="that it can give")]


class DeclaredShape(TypedDict):
    """The level that a person declared."""

    level: int
    reason: str
    by: str
    declared_at: datetime
    holds_until: datetime
    holds: Annotated[bool, Field(description="false: it is old, and the next has to be declared")]


class HoursShape(TypedDict):
    """Hours at each level, of stored history."""

    since: datetime
    until: datetime
    computed: Annotated[dict[str, float], Field(description="hours at each level, where it was certain")]
    computed_not_known: float
    declared: dict[str, float]
    not_declared: float


class ScoreShape(TypedDict):
    """A computed score, with the level that it gives. Not a declared OPEL level."""

    place: str
    pillar: Annotated[str | None, Field(description="null: of the system")]
    points: Annotated[float | None, Field(description="the true score is this or more; null: nothing is known")]
    most: Annotated[float, Field(description="that it is at most, by what is known")]
    out_of: float
    level: int | None
    at_least: Annotated[bool, Field(description="the true level may be higher")]
    state: str
    indicative: Annotated[bool, Field(description="some rules that it rests on are verified by nobody")]
    rules: Annotated[str | None, Field(description="id of the rules; null: a mean")]
    parameters: list[ParameterShape]
    mismatch: Annotated[
        float | None, Field(description="declared less computed, in levels; null: one of them is not known")
    ]
    declared: DeclaredShape | None
    hours: Annotated[HoursShape | None, Field(description="of the last seven days; null: of a pillar")]


class RulesShape(TypedDict):
    """How a pillar is scored."""

    id: str
    title: str
    pillar: str
    places: list[str]
    cut_offs: list[float]
    out_of: float
    source: str
    effective_from: date
    effective_to: date | None
    verified_by: Annotated[str, Field(description="empty: nobody has, and the scores are indicative")]
    verified_on: date | None


class DeclaredAtShape(DeclaredShape):
    """The newest that was declared for a place."""

    place: str


class PressureShape(TypedDict):
    """Pressure: computed and declared, each by itself."""

    version: int
    at: datetime
    county: str
    demonstration: bool
    indicative: bool
    notice: Annotated[str, Field(description="to be shown wherever a computed score or level is; empty: none")]
    system: ScoreShape | None
    pillars: list[ScoreShape]
    places: list[ScoreShape]
    declared: list[DeclaredAtShape]
    rules: list[RulesShape]
