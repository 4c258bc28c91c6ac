"""A picture with its small numbers of people hidden, for screens that anybody walks past.

Counts of people from 1 up to a limit are hidden, and others rounded, as ``suppression`` says. What would give a hidden one away is
hidden too: the counts that hang together with it in sums, by owner, by locality or by a formula. All sums are looked at together,
for a reader sees them together. Shares are worked out anew of the counts as they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flowcentre.measures import ALL
from flowcentre.measures.sums import figure
from flowcentre.model import Alert, Level, Picture, Point, SmallNumbers, Value
from flowcentre.picture.suppression import HIDDEN, LEAST_OPEN, shown_count

PEOPLE = frozenset({"people", "ambulances"})  # units in which one is somebody
_TOTALLED = (Level.SYSTEM, Level.ORGANISATION, Level.LOCALITY)
Key = tuple[str, str]  # place and measure
_Parts = tuple[Key, tuple[Key, ...]]  # a count, and others that add up to it


def small_hidden(picture: Picture, limits: SmallNumbers | None) -> Picture:
    """The picture as it may be shown where small numbers are hidden; the same where there are no limits."""
    if limits is None:
        return picture
    counts = {
        key: round(value.value) for key, value in picture.values.items() if value.value is not None and _counts(key)
    }
    withheld = _withheld(counts, list(_sums(picture, counts)), limits)
    values = dict(picture.values)
    for key, people in counts.items():
        values[key] = _shown(values[key], people, withheld, limits)
    for key, value in picture.values.items():
        if key not in counts and value.value is not None:
            values[key] = _worked_out(value, values)
    trends = {key: _line(key, points, limits) for key, points in picture.trends.items() if not values[key].hidden}
    alerts = tuple(_told(picture, alert, values, limits) for alert in picture.alerts)
    return replace(picture, values=values, trends=trends, alerts=alerts)


def _counts(key: Key) -> bool:
    measure = ALL.get(key[1])
    return measure is not None and measure.unit in PEOPLE


def _withheld(counts: Mapping[Key, int], sums: list[_Parts], limits: SmallNumbers) -> set[Key]:
    """The counts that are not shown though they are not small: what they would give away is.

    Where a small one could be told too nearly, nothing is shown of all that hangs together with it by sums: which of them were
    left out would itself say why.
    """
    bounds = _bounds(counts, sums, limits)
    told = {
        key
        for key, people in counts.items()
        if shown_count(people, limits) is None and bounds[key][1] - bounds[key][0] + 1 < LEAST_OPEN
    }
    while told and (more := {key for total, parts in sums for key in (total, *parts) if told & {total, *parts}} - told):
        told |= more
    return told


def _bounds(counts: Mapping[Key, int], sums: list[_Parts], limits: SmallNumbers) -> dict[Key, tuple[int, int]]:
    """Between which counts a reader who knows the method can place each, from everything that is shown together."""
    bounds = {key: _alone(people, limits) for key, people in counts.items()}
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


def _alone(people: int, limits: SmallNumbers) -> tuple[int, int]:
    shown = shown_count(people, limits)
    if shown is None:
        return 1, limits.hide_to
    slack = limits.round_to // 2
    return (max(limits.hide_to + 1, shown - slack), shown + limits.round_to - 1 - slack) if shown else (0, 0)


def _sums(picture: Picture, counts: Mapping[Key, int]) -> Iterator[_Parts]:
    """Every count that others on the picture add up to."""
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
                yield from _if_so(
                    counts, (place, formula.plus[0]), [(place, each) for each in (measure, *formula.minus)]
                )
            elif not formula.minus:
                yield from _if_so(counts, (place, measure), [(place, each) for each in formula.plus])
        if place in beneath:
            within = [each for each in beneath[place] if (each.id, measure) in counts]
            reported = [(each.id, measure) for each in within if not picture.values[each.id, measure].derived]
            yield from _if_so(counts, (place, measure), reported)
            for level in (Level.ORGANISATION, Level.LOCALITY, Level.SITE):
                yield from _if_so(
                    counts, (place, measure), [(each.id, measure) for each in within if each.level is level]
                )


def _if_so(counts: Mapping[Key, int], total: Key, parts: list[Key]) -> Iterator[_Parts]:
    known = total in counts and all(key in counts for key in parts)
    if parts and known and counts[total] == sum(counts[key] for key in parts):
        yield total, tuple(parts)


def _shown(value: Value, people: int, withheld: set[Key], limits: SmallNumbers) -> Value:
    shown = None if (value.place, value.measure) in withheld else shown_count(people, limits)
    return replace(value, value=None, hidden=HIDDEN) if shown is None else replace(value, value=float(shown))


def _worked_out(value: Value, values: Mapping[Key, Value]) -> Value:
    """A share or the like of the counts as they are shown; hidden where one of them is, and as it is where it has none."""
    formula = ALL[value.measure].formula if value.measure in ALL else None
    if formula is None:
        return value
    inputs = [(value.place, each) for each in (*formula.plus, *formula.minus, *formula.per, *formula.times)]
    if not any(_counts(key) for key in inputs):
        return value
    shown = {key[1]: values[key] for key in inputs if key in values}
    if any(each.hidden for each in shown.values()) or not value.derived:
        return replace(value, value=None, hidden=HIDDEN)
    again = figure(formula, {id: each.value for id, each in shown.items() if each.value is not None})
    return replace(value, value=None, hidden=HIDDEN) if again is None else replace(value, value=again)


def _line(key: Key, points: tuple[Point, ...], limits: SmallNumbers) -> tuple[Point, ...]:
    """A line in which nothing can be read that the count itself hides."""
    if not _counts(key):
        return points

    def shown(point: Point) -> Point:
        count = None if point.value is None else shown_count(round(point.value), limits)
        return replace(point, value=None if count is None else float(count))

    return tuple(map(shown, points))


def _told(picture: Picture, alert: Alert, values: Mapping[Key, Value], limits: SmallNumbers) -> Alert:
    """An alert without figures that the board hides."""
    rule = picture.county.alerting.rule(alert.rule)
    measure = rule.measure if rule is not None else None
    if measure is None or measure not in ALL:
        return alert
    key = (alert.subject, measure)
    if not _counts(key) and not (key in values and values[key].hidden):
        return alert
    if key in values and values[key].hidden:
        return replace(alert, value=None, worst=None)
    value, worst = (None if one is None else shown_count(round(one), limits) for one in (alert.value, alert.worst))
    return replace(alert, value=value, worst=worst)
