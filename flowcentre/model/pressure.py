"""Pressure as it stands: scores that are computed, and levels that people have declared.

They are two things, and neither ever overwrites the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flowcentre.model.known import State, Value
from flowcentre.model.scoring import Parameter, Pillar, ScoringRules


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one parameter adds to a score."""

    parameter: Parameter
    value: Value
    points: float | None  # brought to the score's scale; None: its figure is not known
    most: float  # that it can add, on the same scale
    up_to: float | None = None  # that it may add by what is known, where that is less than its most

    @property
    def known(self) -> bool:
        """Is there a figure?"""
        return self.points is not None


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a place, of a pillar or of the system, as computed.

    Where parameters are not known, ``points`` is what the others give: the true score is that or more, and ``most`` what it
    is at most. ``level`` is what the points give; with ``at_least`` the true level is that or more.
    """

    place: str
    pillar: Pillar | None  # None: of the system
    points: float | None  # None: nothing is known
    most: float
    out_of: float
    level: int | None
    state: State
    at_least: bool = False  # the true level may be higher
    rules: ScoringRules | None = None  # None: a mean of others
    contributions: tuple[Contribution, ...] = ()  # of a place, the greatest first
    parts: tuple[Score, ...] = ()  # of a mean: what it is the mean of
    indicative: bool = True  # some rules that it rests on are verified by nobody
    cut_offs: tuple[float, ...] = ()  # by which its level goes
    weights: tuple[float, ...] = ()  # of its parts, in their order


@dataclass(frozen=True, slots=True)
class Declaration:
    """The level that a person has declared for a place, with their reason."""

    id: int
    place: str
    level: int  # 1 to 4
    reason: str
    by: str
    declared_at: datetime
    holds_until: datetime  # then it is old: the next has to be declared
