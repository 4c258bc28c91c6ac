"""How values become others: by a formula at one place, and summed over many, with what is missing said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from flowcentre.measures import ALL, across_places, figure
from flowcentre.model import Coverage, Measure, State, Summing, Value
from flowcentre.picture.expected import Expected, Total
from flowcentre.picture.typed import first_to_expire

Values = dict[tuple[str, str], Value]

_USABLE = frozenset(state for state in State if state.usable)
# The order in which a value is less to be trusted.
_DISTRUST = {State.FRESH: 0, State.LATE: 1, State.STALE: 2, State.UNKNOWN: 3, State.NEVER: 4}


def by_formula(measure: Measure, place: str, values: Values) -> Value:
    """A value worked out from others at its place, of which each is there."""
    assert measure.formula is not None
    parts = [values[(place, i)] for i in measure.formula.inputs]
    figures = {part.measure: part.value for part in parts if part.value is not None}
    value = figure(measure.formula, figures)
    if value is not None and measure.formula.times:
        parts = [part for part in parts if part.value is not None]  # the others were not asked for
    return _joined(measure, place, parts, value)


def _joined(measure: Measure, place: str, parts: list[Value], value: float | None) -> Value:
    """A derived value as trustworthy as the least of its parts."""
    state = max((part.state for part in parts), key=_DISTRUST.__getitem__)
    if state.usable and value is None:
        state = State.UNKNOWN
    return Value(
        measure.id,
        place,
        value,
        state,
        oldest([part.observed_at for part in parts]),
        oldest([part.received_at for part in parts]),
        _feeds(parts),
        Coverage(int(state.usable), 1),
        at_least=value is not None and _only_grows(measure.id) and any(part.at_least for part in parts),
        derived=True,
        held=max(part.held for part in parts),
        late_at=oldest([part.late_at for part in parts]),
        stale_at=oldest([part.stale_at for part in parts]),
        typed=first_to_expire([part.typed for part in parts]),
    )


def held_astray(
    expected: Expected, measure: Measure, held: Mapping[str, Mapping[str | None, int]]
) -> Mapping[str, int]:
    """Held rows that belong to no place that reports: those of a ward that nobody knows, by its site.

    Those of a locality's list are among them, for a measure of its teams or providers.
    """
    astray: dict[str, int] = {}
    for feed in expected.sources[measure.id] & held.keys():
        for place, rows in held[feed].items():
            if place is not None and place not in expected.reporters[measure.id]:
                astray[place] = astray.get(place, 0) + rows
    return astray


def summed(
    measure: Measure, total: Total, values: Values, astray: Mapping[str, int], serves: Mapping[str, str]
) -> Value:
    """A total of those who speak; one pass, for every picture makes thousands of these.

    ``astray`` are held rows of places that report nothing. Each is counted once, though several who serve its locality
    (``serves``) say that it is missing from them.
    """
    members: list[Value] = []
    speaking: list[Value] = []
    missing: list[str] = []
    for part in total.parts:
        whole = True
        for reporter in part.reporters:
            member = values[(reporter, measure.id)]
            members.append(member)
            if _speaks(measure, member, values):
                speaking.append(member)
            else:
                whole = False
        if not whole:
            missing.append(part.place)
    coverage = Coverage(len(total.parts) - len(missing), len(total.parts), total.noun, tuple(missing))
    # Where everybody is silent the last that was known is given, and marked as old.
    counted = speaking or [m for m in members if m.state is State.STALE and m.value is not None]
    if speaking:
        state = State.LATE if any(m.state is State.LATE for m in speaking) else State.FRESH
    else:
        state = min((m.state for m in members), key=_DISTRUST.__getitem__)
    value = _total_figure(measure, counted, values) if counted else None
    if value is None and state in (State.FRESH, State.LATE, State.STALE):
        state = State.UNKNOWN
    held, lost = sum([m.held for m in members]), 0
    if astray:
        said = [(m.held, astray.get(serves.get(m.place, ""), 0)) for m in members]
        held = sum([rows - min(rows, shared) for rows, shared in said])
        around = (total.place, *total.localities, *(part.place for part in total.parts))
        lost = sum([astray.get(place, 0) for place in around])
    return Value(
        measure.id,
        total.place,
        value,
        state,
        oldest([m.observed_at for m in counted]),
        oldest([m.received_at for m in counted]),
        _feeds(members),
        coverage,
        # A silent ward can only add to a count; to a difference or a share it can do either.
        at_least=(bool(missing) or lost > 0 or any(m.at_least for m in counted))
        and value is not None
        and not _shrinks(measure.id)
        and measure.across_places in (Summing.SUM, Summing.MAX),
        derived=True,
        held=held + lost,
        late_at=oldest([m.late_at for m in counted]),
        stale_at=oldest([m.stale_at for m in counted]),
    )


@lru_cache(maxsize=1024)
def _only_grows(measure_id: str) -> bool:
    """Does each of its inputs add to it, and nothing else? Then it is at least what it would be without what is missing."""
    formula = ALL[measure_id].formula
    return formula is None or not (formula.minus or formula.per) and all(_only_grows(i) for i in formula.inputs)


@lru_cache(maxsize=1024)
def _shrinks(measure_id: str) -> bool:
    """Is anything taken away in it, or in what it is worked out from? Then what is missing may make it less or more."""
    formula = ALL[measure_id].formula
    return formula is not None and (bool(formula.minus) or any(_shrinks(i) for i in formula.inputs))


def _speaks(measure: Measure, member: Value, values: Values) -> bool:
    """Is a member's part of a total known? For a share its inputs are: a ward with no bed open still counts."""
    if measure.across_places is Summing.RATIO and measure.formula is not None:
        return all(values[(member.place, i)].known for i in measure.formula.inputs)
    return member.value is not None and member.state in _USABLE


def _total_figure(measure: Measure, counted: list[Value], values: Values) -> float | None:
    if measure.across_places is not Summing.RATIO:
        return across_places(measure, [m.value for m in counted if m.value is not None])
    assert measure.formula is not None
    # Numerators and denominators of the very same places, so that nobody is in one and not the other.
    sums: dict[str, float] = {}
    for i in measure.formula.inputs:
        figures = [values[(m.place, i)].value for m in counted]
        sums[i] = sum(figure for figure in figures if figure is not None)
    return figure(measure.formula, sums)


def oldest(moments: Iterable[datetime | None]) -> datetime | None:
    """The first of some moments; None where there is none."""
    told = {moment for moment in moments if moment is not None}  # mostly the same one, many times
    return min(told, default=None)


def _feeds(parts: list[Value]) -> tuple[str, ...]:
    different = dict.fromkeys([part.feeds for part in parts])
    if len(different) == 1:
        return parts[0].feeds
    return tuple(dict.fromkeys(feed for feeds in different for feed in feeds))
