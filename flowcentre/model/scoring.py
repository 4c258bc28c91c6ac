"""How pressure is scored: rules that are written down as configuration, with their source and who has verified them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Pillar(StrEnum):
    """The parts of a system that are scored apart: those of the Integrated OPEL Framework 2024 to 2026."""

    ACUTE = "acute"
    COMMUNITY = "community"
    MENTAL_HEALTH = "mental health"
    NHS_111 = "NHS 111"


LEVELS_OF_PRESSURE = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One measure that a score looks at, and how many points it gives.

    ``limits`` part the bands, in the unit of the measure, towards more pressure: up where more is worse, down where less
    is. A value at a limit is still in the band before it ("92 or less"). ``points`` has one more than ``limits``.
    """

    measure: str
    limits: tuple[float, ...]
    points: tuple[float, ...]
    weight: float = 1.0
    less_is_worse: bool = False  # of one limit alone, which cannot say it itself

    @property
    def rising(self) -> bool:
        """Is more worse?"""
        return self.limits[0] < self.limits[-1] if len(self.limits) > 1 else not self.less_is_worse

    @property
    def most(self) -> float:
        """The most that it can add, before a score is brought to its scale."""
        return max(self.points) * self.weight


@dataclass(frozen=True, slots=True)
class ScoringRules:
    """How one pillar is scored, from a day on; another edition is another set of rules, and the old one is kept.

    The points of all parameters that a place is expected to report, times their weights, are brought to ``out_of``. A score
    of ``cut_offs[0]`` or less is level 1, of ``cut_offs[1]`` or less level 2, and so on.
    """

    id: str
    title: str
    pillar: Pillar
    places: tuple[str, ...]  # ids; each is scored by itself
    parameters: tuple[Parameter, ...]
    cut_offs: tuple[float, float, float]
    out_of: float
    source: str  # where the bands come from, in words
    effective_from: date
    effective_to: date | None = None  # the last day; None: until further notice
    verified_by: str = ""  # the person, by name and role as they want to stand for it; "": nobody has
    verified_on: date | None = None
    weights: tuple[
        tuple[str, float], ...
    ] = ()  # (place, weight) in the pillar's mean; a place that is not in it weighs 1

    @property
    def verified(self) -> bool:
        """Has a named person verified them? Until then each screen says that they are indicative."""
        return bool(self.verified_by)


@dataclass(frozen=True, slots=True)
class PressureRules:
    """How a county scores its pressure."""

    rules: tuple[ScoringRules, ...] = ()
    pillar_weights: tuple[tuple[Pillar, float], ...] = ()  # in the system's mean; a pillar that is not in it weighs 1

    def on(self, day: date) -> tuple[ScoringRules, ...]:
        """The rules in force on a day, at most one set for each pillar and place."""
        return tuple(
            each
            for each in self.rules
            if each.effective_from <= day and (each.effective_to is None or day <= each.effective_to)
        )
