"""How a score comes about: points for each parameter, brought to a scale; means of places, and then of pillars.

What is not known is never taken for calm. A parameter without a figure gives nothing to the score and its most to what the
score is at most; the level is certain only where both give the same one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan

from flowcentre.measures.lacking import lacks
from flowcentre.model import Contribution, Parameter, Pillar, PressureRules, Score, ScoringRules, State, Value

Values = Mapping[tuple[str, str], Value]
# Sums of tenths are a hair above or below what they are by hand: so near a cut-off is at it.
_DECIMALS = 9
# Of several that say nothing, what is said of all: that which says most.
_SAYS_MOST = (State.STALE, State.UNKNOWN, State.NEVER)


@dataclass(frozen=True, slots=True)
class CountyScores:
    """Every score of a county at a moment. The places are the parts of their pillars."""

    system: Score | None = None  # None: nothing is scored on that day
    pillars: tuple[Score, ...] = ()

    @property
    def places(self) -> tuple[Score, ...]:
        """The scores of places, pillar by pillar."""
        return tuple(place for pillar in self.pillars for place in pillar.parts)


def points_of(parameter: Parameter, figure: float) -> float:
    """The points of the band that a figure lies in, its weight not counted. At a limit it is in the band before."""
    if parameter.rising:
        return parameter.points[bisect_left(parameter.limits, figure)]
    return parameter.points[sum(figure < limit for limit in parameter.limits)]


def score_place(rules: ScoringRules, values: Values, place: str) -> Score | None:
    """The score of one place; None where nobody is expected to report any of its parameters there."""
    found = [(each, value) for each in rules.parameters if (value := values.get((place, each.measure))) is not None]
    whole = sum([each.most for each, _ in found])
    if not whole:
        return None
    scale = rules.out_of / whole
    given = [_contribution(each, value, scale) for each, value in found]
    known = [each for each in given if each.points is not None]
    points = round(sum([each.points for each in known if each.points is not None]), _DECIMALS) if known else None
    most = round(sum([each.most if each.up_to is None else each.up_to for each in given]), _DECIMALS)
    return Score(
        place,
        rules.pillar,
        points,
        most,
        rules.out_of,
        _level(points, rules.cut_offs),
        _state(known, [value.state for _, value in found]),
        at_least=points is not None and _level(points, rules.cut_offs) != _level(most, rules.cut_offs),
        rules=rules,
        contributions=tuple(sorted(given, key=_greatest_first)),
        indicative=not rules.verified,
        cut_offs=rules.cut_offs,
    )


def score_mean(place: str, pillar: Pillar | None, parts: Sequence[tuple[Score, float]]) -> Score | None:
    """The weighted mean of scores, each with its weight: of a pillar's places, or of the pillars; None of none.

    A part of which nothing is known keeps its weight: it adds nothing to the mean, and all that it may be to the most.
    """
    weight = sum([each for _, each in parts])
    if not weight:
        return None
    first = parts[0][0]  # rules that hold on one day have one scale and the same cut-offs
    known = [score for score, _ in parts if score.points is not None]
    points = round(sum([(score.points or 0.0) * each for score, each in parts]) / weight, _DECIMALS) if known else None
    most = round(sum([score.most * each for score, each in parts]) / weight, _DECIMALS)
    late = any(score.state is State.LATE for score in known)
    return Score(
        place,
        pillar,
        points,
        most,
        first.out_of,
        _level(points, first.cut_offs),
        (State.LATE if late else State.FRESH) if known else _silence([score.state for score, _ in parts]),
        at_least=points is not None and _level(points, first.cut_offs) != _level(most, first.cut_offs),
        parts=tuple(score for score, _ in parts),
        indicative=any(score.indicative for score, _ in parts),
        cut_offs=first.cut_offs,
        weights=tuple(each for _, each in parts),
    )


def score_county(pressure: PressureRules, values: Values, system: str, on: date) -> CountyScores:
    """Every score by the rules in force on a day (of Europe/London): of places, of their pillars, and of the system."""
    of_pillars: dict[Pillar, list[tuple[Score, float]]] = {}
    for rules in pressure.on(on):
        weights = dict(rules.weights)
        for place in rules.places:
            if (score := score_place(rules, values, place)) is not None:
                of_pillars.setdefault(rules.pillar, []).append((score, weights.get(place, 1.0)))
    weights_of = dict(pressure.pillar_weights)
    pillars = [
        (score, weights_of.get(pillar, 1.0))
        for pillar in Pillar
        if (score := score_mean(system, pillar, of_pillars.get(pillar, ()))) is not None
    ]
    return CountyScores(score_mean(system, None, pillars), tuple(score for score, _ in pillars))


def _contribution(parameter: Parameter, value: Value, scale: float) -> Contribution:
    by = parameter.weight * scale
    most = parameter.most * scale
    if (
        not value.known or value.value is None or isnan(value.value)
    ):  # what is no number lies in no band, least in the calmest
        return Contribution(parameter, value, None, most)
    points = points_of(parameter, value.value) * by
    if not value.at_least and lacks(value):
        # A share, a median or a difference of some: those of whom nothing is known may make it anything.
        return Contribution(parameter, value, min(parameter.points) * by, most, up_to=most)
    if not value.at_least:
        return Contribution(parameter, value, points, most, up_to=points)
    # The true figure is this or more: more points where more is worse, and fewer where less is.
    if parameter.rising:
        return Contribution(parameter, value, points, most, up_to=most)
    return Contribution(parameter, value, min(parameter.points) * by, most, up_to=points)


def _greatest_first(each: Contribution) -> tuple[bool, float, float]:
    return (each.points is None, -(each.points or 0.0), -each.most)


def _level(points: float | None, cut_offs: tuple[float, ...]) -> int | None:
    """A score at a cut-off or below it is of the level before."""
    return None if points is None else 1 + sum(points > cut_off for cut_off in cut_offs)


def _state(known: Sequence[Contribution], states: Sequence[State]) -> State:
    if not known:
        return _silence(states)
    return State.LATE if any(each.value.state is State.LATE for each in known) else State.FRESH


def _silence(states: Iterable[State]) -> State:
    """Of what is not known at all, why."""
    said = set(states)
    return next((state for state in _SAYS_MOST if state in said), State.UNKNOWN)
