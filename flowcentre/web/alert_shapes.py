"""Alerts as the JSON API gives them. No address of anybody, and nothing of a patient, is in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict


class AlertShape(TypedDict):
    """One alert, from raised until it has ended."""

    id: int
    rule: str
    title: str
    severity: Annotated[str, Field(description="critical, warning or notice")]
    subject: Annotated[str, Field(description="id of a place, or of a feed")]
    state: Annotated[
        str, Field(description="raised, acknowledged, clearing, blind, flapping; clear where it has ended")
    ]
    measure: Annotated[str | None, Field(description="null: a silent feed, or a rule that is no more")]
    value: Annotated[
        float | None,
        Field(
            description="the last that was seen; of a step the change, of a silent feed the minutes since the newest "
            "that it told. null: none"
        ),
    ]
    at_least: Annotated[bool, Field(description="the true figure is this or more")]
    unit: Annotated[str | None, Field(description="null: its rule is no more")]
    limit: Annotated[float | None, Field(description="null: a silent feed, whose limit is its stale_after")]
    worst: Annotated[float | None, Field(description="since it was raised")]
    observed_at: Annotated[datetime | None, Field(description="of that value")]
    breach_since: Annotated[
        datetime | None, Field(description="in breach since, before it was raised. null: no longer known")
    ]
    raised_at: datetime
    blind_since: Annotated[datetime | None, Field(description="it cannot tell since; it stays open")]
    blind_why: str
    acknowledged_at: datetime | None
    acknowledged_by: str
    cleared_at: datetime | None
    closed_by: Annotated[str, Field(description="the person who ended it, as no figure did; empty: nobody")]
    closed_why: str
    told: Annotated[int, Field(description="messages that arrived")]
    untold: Annotated[int, Field(description="messages that wait, or could not be delivered")]
    silenced: bool
    on_trial: Annotated[bool, Field(description="nobody is told of its rule")]
    action_card: Annotated[str | None, Field(description="the address of its page")]
    notice: Annotated[str, Field(description="to be shown wherever the value is; empty: none")]


class PendingShape(TypedDict):
    """What is in breach, and raised unless it passes."""

    rule: str
    title: str
    subject: str
    value: float | None
    at_least: bool
    unit: str | None
    limit: float | None
    breach_since: datetime | None
    raised_from: Annotated[datetime | None, Field(description="when it is raised if it goes on; null: not known")]
    blind_since: datetime | None
    blind_why: str
    notice: Annotated[str, Field(description="to be shown wherever the value is; empty: none")]


class BlindShape(TypedDict):
    """A rule that can judge nothing at a place, or of a feed, where no alert stands."""

    rule: str
    title: str
    severity: Annotated[str, Field(description="critical, warning or notice")]
    subject: Annotated[str, Field(description="id of a place, or of a feed")]
    measure: Annotated[str | None, Field(description="null: a silent feed, or the rows that are held back")]
    blind_since: Annotated[datetime | None, Field(description="null: it was never looked at")]
    blind_why: str


class SilenceShape(TypedDict):
    """For a while nobody is told."""

    id: int
    rule: Annotated[str, Field(description="empty: every rule")]
    subject: Annotated[str, Field(description="empty: everywhere")]
    reason: str
    by: str
    starts_at: datetime
    ends_at: datetime


class UndeliveredShape(TypedDict):
    """A message that has reached nobody, by no way."""

    id: int
    lead: str
    channel: str
    state: str
    created_at: datetime
    attempts: int
    trouble: str
    alerts: list[int]


class ChannelShape(TypedDict):
    """How a way of telling did in the last 24 hours."""

    channel: str
    kind: str
    delivered: int
    failed: int
    last_delivered_at: datetime | None
    failing_since: datetime | None
    last_trouble: str
    last_trouble_at: datetime | None


class AlertsShape(TypedDict):
    """Alerts as they stand."""

    version: int
    at: datetime
    county: str
    demonstration: bool
    looked_at: Annotated[datetime | None, Field(description="when rules were evaluated last")]
    watching: Annotated[
        bool | None,
        Field(description="false: nobody evaluates the rules, and that none stands says nothing; null: not known"),
    ]
    open: list[AlertShape]
    cannot_tell: Annotated[
        list[BlindShape],
        Field(
            description="rules of which nobody knows whether an alert should stand; where there are any, that none stands says nothing"
        ),
    ]
    pending: list[PendingShape]
    ended_since: datetime
    ended: list[AlertShape]
    silences: list[SilenceShape]
    undelivered: list[UndeliveredShape]
    channels: list[ChannelShape]
