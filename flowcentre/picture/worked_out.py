"""The history of what is worked out at a ward: of its occupancy no history is kept, and it follows from that of its beds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from flowcentre.measures import ALL, figure
from flowcentre.measures.derive import local_day, local_midnight
from flowcentre.model import County, Feed, Formula, Level, Period, Point
from flowcentre.picture.expected import Expected, expect

_Key = tuple[str, str]  # place and measure


class Histories(Protocol):
    """What is read of the store."""

    def history(
        self, keys: Sequence[tuple[str, str]], start: datetime, end: datetime, /
    ) -> dict[tuple[str, str], Sequence[Point]]: ...


def draw(
    points: Iterable[Point], until: datetime, stale_after: timedelta | None, *, since_midnight: bool = False
) -> list[Point]:
    """The line of some points, oldest first, until a moment: each stands until the next, and ends where it is too old.

    ``stale_after`` is how long what is reported stands without news; None for a total, which is kept as it changes and ends
    with a point of its own. A count since midnight stands until the next one at most.
    """
    line: list[Point] = []
    ends_at: datetime | None = None
    for point in points:
        if point.at > until:
            break
        if ends_at is not None and ends_at < point.at:
            line.append(Point(ends_at, None))
        line.append(point)
        ends_at = None if point.value is None else _ends_at(point.at, stale_after, since_midnight)
    if ends_at is not None and ends_at <= until:
        line.append(Point(ends_at, None))
    return line


def _ends_at(at: datetime, stale_after: timedelta | None, since_midnight: bool) -> datetime | None:
    ends = [at + stale_after] if stale_after is not None else []
    if since_midnight:
        ends.append(local_midnight(local_midnight(at) + timedelta(hours=36)))
    return min(ends, default=None)


class WorkedOut:
    """The histories of a store, with those that are kept of nothing and follow from others at the same place."""

    def __init__(self, store: Histories, county: County, expected: Expected | None = None) -> None:
        """``expected`` is that of the county, where it is at hand."""
        self._store = store
        self._county = county
        self._expected = expected

    def history(
        self, keys: Sequence[tuple[str, str]], start: datetime, end: datetime, /
    ) -> dict[tuple[str, str], Sequence[Point]]:
        """As ``Store.history``. What is worked out has a point where it changes, and one without a value where it ends."""
        found = dict(self._store.history(keys, start, end))
        made = [key for key in dict.fromkeys(keys) if not found.get(key) and self._is_worked_out(*key)]
        if not made:
            return found
        expected = self._expected = self._expected or expect(self._county, local_day(end))
        made = [key for key in made if key[0] in expected.formulas.get(key[1], ())]
        leaves = {leaf for key in made for leaf in _leaves(expected, *key)}
        said = self._store.history(sorted(leaves), start, end)
        lines = {key: _reported(expected, key, points, end) for key, points in said.items()}
        for key in made:
            if line := _by_formula(expected, *key, lines):
                # What stood before the start is one point, as of any history.
                first = max((number for number, point in enumerate(line) if point.at <= start), default=0)
                found[key] = [point for point in line[first:] if point.at < end]
        return found

    def _is_worked_out(self, place: str, measure: str) -> bool:
        """Is it what no history is kept of? That of every place above the wards is."""
        county = self._county
        known = place in county.places and measure in ALL and ALL[measure].formula is not None
        return known and county.places[place].level is Level.UNIT


def _leaves(expected: Expected, place: str, measure: str) -> Collection[_Key]:
    """The measures at a place that something follows from, down to those that are reported."""
    if place in expected.reporters.get(measure, {}):
        return {(place, measure)}
    formula = ALL[measure].formula
    return set() if formula is None else {leaf for each in formula.inputs for leaf in _leaves(expected, place, each)}


def _reported(expected: Expected, key: _Key, points: Sequence[Point], end: datetime) -> list[Point]:
    place, measure = key
    feeds: Sequence[Feed] = expected.reporters.get(measure, {}).get(place, ())
    stale_after = max((feed.stale_after for feed in feeds), default=None)
    return draw(points, end, stale_after, since_midnight=ALL[measure].period is Period.SINCE_MIDNIGHT)


def _by_formula(expected: Expected, place: str, measure: str, lines: Mapping[_Key, Sequence[Point]]) -> Sequence[Point]:
    """The line of a measure at a place; that of what is reported where it is, of others what their formula gives."""
    if place in expected.reporters.get(measure, {}):
        return lines.get((place, measure), ())
    formula = ALL[measure].formula
    if formula is None:
        return ()
    inputs = {each: _by_formula(expected, place, each, lines) for each in dict.fromkeys(formula.inputs)}
    return _together(formula, inputs)


def _together(formula: Formula, inputs: Mapping[str, Sequence[Point]]) -> list[Point]:
    """What a formula gives from each moment at which one of its inputs changes."""
    changes = sorted(
        ((point.at, each, point.value) for each, line in inputs.items() for point in line), key=lambda change: change[0]
    )
    now: dict[str, float] = {}
    line: list[Point] = []
    for number, (at, each, value) in enumerate(changes):
        if value is None:
            now.pop(each, None)
        else:
            now[each] = value
        if number + 1 < len(changes) and changes[number + 1][0] == at:
            continue  # of one moment, what all of them say then
        point = Point(at, figure(formula, now))
        if not line or line[-1].value != point.value:
            line.append(point)
    return line
