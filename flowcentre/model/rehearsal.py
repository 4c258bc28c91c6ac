"""Rehearsals: what a rule of alerts would have done over the time that is stored, and a rule that somebody proposes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flowcentre.model.alerts import Rule
from flowcentre.model.known import Point

Span = tuple[datetime, datetime | None]  # None: to the end, and it has not ended
LONGEST_REHEARSAL = 92  # days


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert that there would have been."""

    subject: str
    raised_at: datetime
    cleared_at: datetime | None = None  # None: it would stand still
    blind: tuple[Span, ...] = ()
    worst: float | None = None
    worst_at: datetime | None = None
    flapping: bool = False

    def lasted(self, end: datetime) -> timedelta:
        """For how long it would have stood, until it cleared or until the end."""
        return (self.cleared_at or end) - self.raised_at

    @property
    def lead_time(self) -> timedelta | None:
        """How long before the worst somebody would have known."""
        return None if self.worst_at is None else self.worst_at - self.raised_at


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rule would have done in a time."""

    rule: Rule
    start: datetime
    end: datetime
    firings: tuple[Firing, ...]  # in their order
    passed: int = 0  # how often it was pending and passed, so that nobody would have been told
    unknown: tuple[tuple[str, timedelta], ...] = ()  # by subject, the time of which nothing is known
    lines: Mapping[str, Sequence[Point]] = field(default_factory=dict)  # by subject, what was known from each moment on


@dataclass(frozen=True, slots=True)
class ProposedRule:
    """A rule as somebody would have it: as the configuration would read it, or what it would say is wrong with it."""

    toml: str
    rule: Rule | None  # None: it is refused
    mistakes: tuple[tuple[str, str], ...] = ()  # each with what would be right


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One page of it: what was asked, and what came of it."""

    at: datetime
    days: int
    rule: Rule | None = None  # None: none was chosen
    asked: Mapping[str, str] = field(default_factory=dict)  # what was changed, as it was written
    proposed: ProposedRule | None = None  # None: nothing was changed
    kept_did: Rehearsed | None = None
    proposed_did: Rehearsed | None = None
    trouble: str = ""  # why there is no answer, in words
    busy: bool = False  # somebody else's is being worked out: asked again in a moment, there is one
