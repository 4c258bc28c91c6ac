"""The parameters of scoring rules: limits in the unit of their measure, towards more pressure, and points of each band."""

from __future__ import annotations

import math

from flowcentre.config.document import Document
from flowcentre.config.limits import likely_meaning
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.config.pressure_shapes import ParameterShape
from flowcentre.config.shapes import read_each
from flowcentre.measures import ALL
from flowcentre.measures.pressure import OF_PRESSURE
from flowcentre.model import Measure, Parameter, Worse

_PRESSURE = frozenset(measure.id for measure in OF_PRESSURE)
_MOST_POINTS = 1000.0
LIGHTEST = 0.001  # of points and weights: of less than a hair of everything, no scale can be made


def read_parameters(document: Document, path: KeyPath, rules: str | None) -> tuple[Parameter, ...]:
    """The parameters of one set of rules; what is wrong with them is noted in the document."""
    found = document.tables["rules"][int(path[1])].get("parameter", [])  # type: ignore[index]
    if found == []:
        document.wrong(path, f'"{rules}" has no [[rules.parameter]]', "at least one parameter")
        return ()
    parameters: list[Parameter] = []
    for where, shape in read_each(document, (*path, "parameter"), found, ParameterShape):
        mistakes = len(document.mistakes)
        measure = _measure(document, where, shape, rules, parameters)
        _check_bands(document, where, shape, rules)
        if measure is not None and len(document.mistakes) == mistakes:
            _check_limits(document, where, shape, rules, measure)
        if measure is not None and shape.limits and shape.points and len(document.mistakes) == mistakes:
            less = measure.worse is Worse.LOW
            weight = 1.0 if shape.weight is None else shape.weight
            parameters.append(Parameter(measure.id, tuple(shape.limits), tuple(shape.points), weight, less))
    return tuple(parameters)


def _measure(
    document: Document, path: KeyPath, shape: ParameterShape, rules: str | None, before: list[Parameter]
) -> Measure | None:
    if shape.measure is None:
        return None
    where = (*path, "measure")
    measure = ALL.get(shape.measure)
    if measure is None:
        document.wrong(where, f'there is no measure "{shape.measure}"', suggest(shape.measure, ALL))
    elif measure.id in _PRESSURE:
        document.wrong(where, f'"{rules}" looks at pressure itself', "a measure that a feed reports")
    elif any(each.measure == measure.id for each in before):
        document.wrong(where, f'"{rules}" has "{measure.id}" twice', "each measure once")
    return measure


def _check_bands(document: Document, path: KeyPath, shape: ParameterShape, rules: str | None) -> None:
    limits, points, named = shape.limits, shape.points, f'"{rules}", {shape.measure}'
    if limits == []:
        document.wrong((*path, "limits"), f"{named}: no limit parts any band", "limits = [92, 95, 98]")
    elif limits is not None:
        rising = all(a < b for a, b in zip(limits, limits[1:], strict=False))
        falling = all(a > b for a, b in zip(limits, limits[1:], strict=False))
        if not all(math.isfinite(each) for each in limits) or not (rising or falling):
            right = "limits = [92, 95, 98] where more is worse, [95, 76, 60] where less is"
            document.wrong((*path, "limits"), f"{named}: the limits neither rise all the way nor fall", right)
    if points is not None and limits and len(points) != len(limits) + 1:
        what = f"{named}: {len(limits)} limits part {len(limits) + 1} bands, and points has {len(points)}"
        document.wrong((*path, "points"), what, f"points = {[*range(len(limits) + 1)]}, one for each band")
    elif points is not None and not _rise(points):
        what = f"{named}: the points do not rise from 0 or more, the calmest band first"
        document.wrong((*path, "points"), what, "points = [0, 1, 2, 3]")
    if shape.weight is not None and not (math.isfinite(shape.weight) and LIGHTEST <= shape.weight <= _MOST_POINTS):
        document.wrong((*path, "weight"), f"{named}: {shape.weight:g} is no weight", "weight = 1")


def _rise(points: list[float]) -> bool:
    finite = all(math.isfinite(each) and 0 <= each <= _MOST_POINTS for each in points)
    return (
        finite and points[-1] - points[0] >= LIGHTEST and all(a <= b for a, b in zip(points, points[1:], strict=False))
    )


def _check_limits(
    document: Document, path: KeyPath, shape: ParameterShape, rules: str | None, measure: Measure
) -> None:
    limits = shape.limits or []
    where, named = (*path, "limits"), f'"{rules}"'
    for index, limit in enumerate(limits):
        if right := likely_meaning(limit, limits, measure):
            what = f"{named}: {limit:g} is no limit of {measure.label}, in {measure.unit}"
            document.wrong((*where, index), what, right)
            return
    if len(limits) < 2:
        return
    if (measure.worse is Worse.HIGH and limits[0] > limits[-1]) or (
        measure.worse is Worse.LOW and limits[0] < limits[-1]
    ):
        more, way = ("more", "rise") if measure.worse is Worse.HIGH else ("less", "fall")
        what = f"{named}: {more} {measure.label} is worse, and the limits go the other way"
        document.wrong(where, what, f"limits that {way}: the calmest band comes first")
