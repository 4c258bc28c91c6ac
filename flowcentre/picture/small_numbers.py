"""A picture with its small numbers of people hidden, for screens that anybody walks past.

Counts of people from 1 up to a limit are hidden, and others rounded, as ``suppression`` says. What would give a hidden one away is
hidden too: the counts that hang together with it in sums, by owner, by locality or by a formula. All sums are looked at together,
for a reader sees them together, and so they are at each moment of the lines. Shares are worked out anew of the counts as they are
shown, and have no line. Of alerts see ``small_alerts``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from flowcentre.measures import ALL
from flowcentre.measures.sums import figure
from flowcentre.model import Level, Picture, Point, SmallNumbers, Value
from flowcentre.picture.small_alerts import (
    Key,
    Told,
    blind_without_small,
    is_count,
    of_counts,
    told_by_alerts,
    without_small,
)
from flowcentre.picture.suppression import HIDDEN, LEAST_OPEN, shown_count

_TOTALLED = (Level.SYSTEM, Level.ORGANISATION, Level.LOCALITY)
_Parts = tuple[Key, tuple[Key, ...]]  # a count, and others that add up to it


def small_hidden(picture: Picture, limits: SmallNumbers | None) -> Picture:
    """The picture as it may be shown where small numbers are hidden; the same where there are no limits."""
    if limits is None:
        return picture
    counts = {
        key: round(value.value) for key, value in picture.values.items() if value.value is not None and is_count(key)
    }
    ways = list(_ways(picture, counts))
    told = told_by_alerts(picture.county, limits)
    withheld = _withheld(counts, ways, limits, told)
    values = dict(picture.values)
    for key, people in counts.items():
        values[key] = _shown(values[key], people, withheld, limits)
    for key, value in picture.values.items():
        if key not in counts and value.value is not None:
            values[key] = _worked_out(value, values)
    trends = _lines(picture, values, ways, limits)
    alerts = without_small(picture, values, withheld, limits)
    blind = blind_without_small(picture, values, withheld, limits)
    return replace(picture, values=values, trends=trends, alerts=alerts, cannot_tell=blind)


def _withheld(
    counts: Mapping[Key, int], ways: Collection[_Parts], limits: SmallNumbers, told_of: Told | None = None
) -> set[Key]:
    """The counts that are not shown though they are not small: what they would give away is.

    Where a small one could be told too nearly, nothing is shown of all that hangs together with it by sums: which of them were
    left out would itself say why.
    """
    sums = list(_sums(ways, counts))
    bounds = _bounds({key: _alone(key, people, limits, told_of) for key, people in counts.items()}, sums)
    told = {
        key
        for key, people in counts.items()
        if shown_count(people, limits) is None and bounds[key][1] - bounds[key][0] + 1 < LEAST_OPEN
    }
    while told and (more := {key for total, parts in sums for key in (total, *parts) if told & {total, *parts}} - told):
        told |= more
    return told


def _bounds(alone: Mapping[Key, tuple[int, int]], sums: list[_Parts]) -> dict[Key, tuple[int, int]]:
    """Between which counts a reader who knows the method can place each, from everything that is shown together."""
    bounds = dict(alone)
    changed = True
    while changed:
        changed = False
        for total, parts in sums:
            low, high = sum(bounds[key][0] for key in parts), sum(bounds[key][1] for key in parts)
            whole = bounds[total]
            found = {total: (max(whole[0], low), min(whole[1], high))}
            for key in parts:
                least, most = bounds[key]
                found[key] = max(least, whole[0] - (high - most)), min(most, whole[1] - (low - least))
            for key, narrowed in found.items():
                if narrowed != bounds[key]:
                    bounds[key], changed = narrowed, True
    return bounds


def _alone(key: Key, people: int, limits: SmallNumbers, told: Told | None) -> tuple[int, int]:
    """Between which counts one that stands by itself can be placed, by what is shown and by what alerts tell of it."""
    shown = shown_count(people, limits)
    if shown is None:
        least, most = 1, limits.hide_to
    elif shown == 0:
        return 0, 0
    else:
        slack = limits.round_to // 2
        least, most = max(limits.hide_to + 1, shown - slack), shown + limits.round_to - 1 - slack
    return (least, most) if told is None else told.narrowed(key, people, least, most)


def _ways(picture: Picture, counts: Collection[Key]) -> Iterator[_Parts]:
    """Every count that others on the picture may add up to."""
    places = picture.county.places
    beneath = {
        place.id: [each for each in places.within(place.id) if each.id != place.id]
        for level in _TOTALLED
        for place in places.at_level(level)
    }
    for place, measure in counts:
        formula = ALL[measure].formula
        if formula is not None and not formula.per and not formula.times and formula.scale == 1:
            if len(formula.plus) == 1 and formula.minus:  # what is left of one, so that one is it and what was taken
                yield (place, formula.plus[0]), tuple((place, each) for each in (measure, *formula.minus))
            elif not formula.minus:
                yield (place, measure), tuple((place, each) for each in formula.plus)
        if place in beneath:
            within = [each for each in beneath[place] if (each.id, measure) in counts]
            yield (
                (place, measure),
                tuple((each.id, measure) for each in within if not picture.values[each.id, measure].derived),
            )
            for level in (Level.ORGANISATION, Level.LOCALITY, Level.SITE):
                yield (place, measure), tuple((each.id, measure) for each in within if each.level is level)


def _sums(ways: Collection[_Parts], counts: Mapping[Key, int]) -> Iterator[_Parts]:
    """Those of which the parts that are known do add up."""
    for total, parts in ways:
        known = tuple(key for key in parts if key in counts)
        if known and total in counts and counts[total] == sum(counts[key] for key in known):
            yield total, known


def _shown(value: Value, people: int, withheld: set[Key], limits: SmallNumbers) -> Value:
    shown = None if (value.place, value.measure) in withheld else shown_count(people, limits)
    return replace(value, value=None, hidden=HIDDEN) if shown is None else replace(value, value=float(shown))


def _worked_out(value: Value, values: Mapping[Key, Value]) -> Value:
    """A share or the like of the counts as they are shown; hidden where one of them is, and as it is where it has none."""
    formula = ALL[value.measure].formula if value.measure in ALL else None
    if formula is None or not of_counts(value.measure):
        return value
    inputs = [(value.place, each) for each in (*formula.plus, *formula.minus, *formula.per, *formula.times)]
    shown = {key[1]: values[key] for key in inputs if key in values}
    if any(each.hidden for each in shown.values()) or not value.derived:
        return replace(value, value=None, hidden=HIDDEN)
    again = figure(formula, {id: each.value for id, each in shown.items() if each.value is not None})
    return replace(value, value=None, hidden=HIDDEN) if again is None else replace(value, value=again)


def _lines(
    picture: Picture, values: Mapping[Key, Value], ways: Collection[_Parts], limits: SmallNumbers
) -> dict[Key, tuple[Point, ...]]:
    """The lines of what is shown now, in which nothing can be read that a count hides, then or now.

    Of a share there is none: each of its points was worked out of counts as they were.
    """
    lines: dict[Key, tuple[Point, ...]] = {}
    counted: dict[Key, tuple[Point, ...]] = {}
    for key, points in picture.trends.items():
        if values[key].hidden or of_counts(key[1]):
            continue
        (counted if is_count(key) else lines)[key] = points
    withheld = _withheld_then(counted, ways, limits)
    for key, points in counted.items():
        lines[key] = tuple(_point(point, (key, point.at) in withheld, limits) for point in points)
    return lines


def _withheld_then(
    lines: Mapping[Key, tuple[Point, ...]], ways: Collection[_Parts], limits: SmallNumbers
) -> set[tuple[Key, datetime]]:
    """The points that are not shown though they are not small, for of those that stood at the same moment one is told."""
    ways = [(total, known) for total, parts in ways if total in lines and (known := _among(parts, lines))]
    beside = {key for total, parts in ways for key in (total, *parts)}
    news: dict[datetime, list[tuple[Key, Point]]] = {}
    for key in beside:
        for point in lines[key]:
            news.setdefault(point.at, []).append((key, point))
    standing: dict[Key, Point] = {}
    found: set[tuple[Key, datetime]] = set()
    for at in sorted(news):
        standing |= dict(news[at])
        counts = {key: round(point.value) for key, point in standing.items() if point.value is not None}
        if any(shown_count(people, limits) is None for people in counts.values()):
            found |= {(key, standing[key].at) for key in _withheld(counts, ways, limits)}
    return found


def _among(parts: tuple[Key, ...], lines: Mapping[Key, object]) -> tuple[Key, ...]:
    return tuple(key for key in parts if key in lines)


def _point(point: Point, withheld: bool, limits: SmallNumbers) -> Point:
    count = None if withheld or point.value is None else shown_count(round(point.value), limits)
    return replace(point, value=None if count is None else float(count))
