"""Pressure among the values of a picture: scores and levels as computed, what somebody has declared, and how far they are apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from flowcentre.measures.derive import LONDON, local_day
from flowcentre.measures.lacking import lacks
from flowcentre.measures.pressure import DECLARED, LEVEL, LEVEL_AT_MOST, MISMATCH, SCORE, declarable, scored_places
from flowcentre.model import (
    Contribution,
    County,
    Coverage,
    Declaration,
    Picture,
    Pillar,
    PressureRules,
    Score,
    State,
    Value,
)
from flowcentre.picture.totals import oldest
from flowcentre.pressure import CountyScores, score_county

# On every screen that shows a computed score or level, until a named person has verified every rule that it rests on.
INDICATIVE = "indicative, locally configured"
LEVELS_APART = 1  # from which on what is declared and what is computed are called a mismatch


class Declarations(Protocol):
    """What a picture needs of the store."""

    def declarations(self, at: datetime, /) -> Sequence[Declaration]:
        """The newest of each place that was declared by then, even where it holds no longer."""
        ...


class Pressures:
    """Puts pressure among the values of a picture."""

    def __init__(self, store: Declarations) -> None:
        self._store = store

    def add_to(
        self,
        values: dict[tuple[str, str], Value],
        county: County,
        at: datetime,
        declarations: Iterable[Declaration] | None = None,
        *,
        known_at: datetime | None = None,
    ) -> None:
        """Add scores, levels and what is declared, as at a moment; nothing where the county has no rules of pressure.

        ``declarations`` are read of the store unless they are handed in: with ``known_at``, no later ones than were known then.
        """
        if not county.pressure.rules:
            return
        if declarations is None:
            declarations = self._store.declarations(min(at, known_at or at))
        values.update(pressure_values(county, values, at, {each.place: each for each in declarations}))


@dataclass(frozen=True)
class PressureNow:
    """Pressure as one picture has it: computed, with what each parameter gives, and what has been declared."""

    system: Score | None = None
    pillars: tuple[Score, ...] = ()
    places: tuple[Score, ...] = ()
    declared: Mapping[str, Declaration] = field(default_factory=dict)  # the newest by place; it may hold no longer

    @property
    def indicative(self) -> bool:
        """Does any of the computed rest on rules that nobody has verified?"""
        return any(score.indicative for score in self.pillars)

    def score(self, place: str) -> Score | None:
        """The score of a place, or of the system."""
        scores = (*self.places, *([self.system] if self.system is not None else []))
        return next((score for score in scores if score.place == place), None)

    def pillar(self, pillar: Pillar) -> Score | None:
        """The mean of a pillar."""
        return next((score for score in self.pillars if score.pillar is pillar), None)


def scores(picture: Picture, declarations: Iterable[Declaration] = ()) -> PressureNow:
    """Every score of a picture, out of its own values; ``declarations`` are those of its moment, the newest of each place."""
    found = _score(picture.county, picture.values, picture.at)
    return PressureNow(found.system, found.pillars, found.places, {each.place: each for each in declarations})


def with_declared(picture: Picture, declarations: Iterable[Declaration], at: datetime) -> Picture:
    """A picture with what is declared by now: what somebody has just kept may not be in the picture itself yet."""
    county, newest = picture.county, {each.place: each for each in declarations}
    values = dict(picture.values)
    for place in declarable(county.pressure, county.places):
        values[place, DECLARED.id] = said = _declared(place, newest.get(place), at)
        if (level := values.get((place, LEVEL.id))) is not None:
            values[place, MISMATCH.id] = _mismatch(said, level)
    return replace(picture, values=values)


def changes_of_rules(pressure: PressureRules, after: datetime) -> list[datetime]:
    """The midnights of Europe/London after a moment from which other rules hold."""
    last = [each.effective_to for each in pressure.rules if each.effective_to is not None]
    days = {each.effective_from for each in pressure.rules}
    days |= {day + timedelta(days=1) for day in last if day < date.max}
    midnights = (datetime.combine(day, time.min, LONDON).astimezone(UTC) for day in sorted(days))
    return [midnight for midnight in midnights if midnight > after]


def pressure_values(
    county: County, values: Mapping[tuple[str, str], Value], at: datetime, declared: Mapping[str, Declaration]
) -> dict[tuple[str, str], Value]:
    """Every value of pressure that follows from a picture's other values, and from what was declared."""
    found = _score(county, values, at)
    made: list[Value] = []
    levels: dict[str, Value] = {}
    for score in (*found.places, *([found.system] if found.system is not None else [])):
        computed = _computed(score)
        levels[score.place] = computed[1]
        made += computed
    for place in (county.places.system.id, *scored_places(county.pressure, county.places)):
        # On a day without rules that is said, or the last level would stand in the history for ever.
        if place not in levels:
            computed = _not_scored(place)
            levels[place] = computed[1]
            made += computed
    for place in declarable(county.pressure, county.places):
        said = _declared(place, declared.get(place), at)
        made.append(said)
        if place in levels:
            made.append(_mismatch(said, levels[place]))
    return {(value.place, value.measure): value for value in made}


def _score(county: County, values: Mapping[tuple[str, str], Value], at: datetime) -> CountyScores:
    return score_county(county.pressure, values, county.places.system.id, local_day(at))


def _computed(score: Score) -> tuple[Value, Value, Value]:
    """The score of a place, its level, and what that may be at most."""
    given = _given(score)
    counted = [each.value for each in given if each.points is not None]
    level, at_most = score.level, score.level
    if score.level is not None:
        at_most = 1 + sum(score.most > cut_off for cut_off in score.cut_offs)
    whole = Coverage(int(score.points is not None), 1)
    whole_ones = [value for value in counted if value.at_least or not lacks(value)]
    short = Coverage(len(whole_ones), len(given), "parameters") if score.points is not None else whole
    # What is missing leaves a level as certain as it is where no figure of it could make another one.
    measures = (
        (SCORE.id, score.points, score.points is not None and score.most > score.points, short),
        (LEVEL.id, level, score.at_least, short if score.at_least else whole),
        (LEVEL_AT_MOST.id, at_most, False, whole),
    )
    state = score.state if score.points is not None or score.state is State.NEVER else State.UNKNOWN
    observed_at = oldest([value.observed_at for value in counted])
    received_at = oldest([value.received_at for value in counted])
    late_at = oldest([value.late_at for value in counted])
    # It counts as long as anything that it rests on does: what grows old before makes it another score.
    stale_at = max([value.stale_at for value in counted if value.stale_at is not None], default=None)
    feeds = tuple(dict.fromkeys(feed for each in given for feed in each.value.feeds))
    score_, level_, most_ = (
        Value(
            measure,
            score.place,
            None if figure is None else float(figure),
            state,
            observed_at,
            received_at,
            feeds,
            coverage,
            at_least=at_least,
            derived=True,
            late_at=late_at,
            stale_at=stale_at,
        )
        for measure, figure, at_least, coverage in measures
    )
    return score_, level_, most_


def _not_scored(place: str) -> tuple[Value, Value, Value]:
    """The same of a place that is scored on other days."""
    score, level, most = (
        Value(measure.id, place, None, State.UNKNOWN, coverage=Coverage(0, 1), derived=True)
        for measure in (SCORE, LEVEL, LEVEL_AT_MOST)
    )
    return score, level, most


def _given(score: Score) -> list[Contribution]:
    """What a score rests on: the parameters of a place, or those of everything that it is the mean of."""
    return [*score.contributions, *(each for part in score.parts for each in _given(part))]


def _declared(place: str, declaration: Declaration | None, at: datetime) -> Value:
    if declaration is None:
        return Value(DECLARED.id, place, None, State.NEVER, coverage=Coverage(0, 1), derived=True)
    holds = at < declaration.holds_until
    return Value(
        DECLARED.id,
        place,
        float(declaration.level),
        State.FRESH if holds else State.STALE,
        declaration.declared_at,
        declaration.declared_at,
        coverage=Coverage(int(holds), 1),
        derived=True,
        stale_at=declaration.holds_until,
    )


def _mismatch(declared: Value, level: Value) -> Value:
    """What is declared less what is computed, where both are known for certain."""
    if not declared.known or not level.known or level.at_least or declared.value is None or level.value is None:
        state = State.NEVER if declared.state is State.NEVER else State.UNKNOWN
        return Value(MISMATCH.id, declared.place, None, state, feeds=level.feeds, coverage=Coverage(0, 1), derived=True)
    return Value(
        MISMATCH.id,
        declared.place,
        declared.value - level.value,
        level.state,
        oldest([declared.observed_at, level.observed_at]),
        oldest([declared.received_at, level.received_at]),
        level.feeds,
        derived=True,
        late_at=level.late_at,
        stale_at=oldest([declared.stale_at, level.stale_at]),
    )
