"""The limits of a rule against the unit and the sense of its measure: 0.95 on a percentage is 95."""

from __future__ import annotations

import math
from collections.abc import Sequence

from flowcentre.config.alert_shapes import RuleShape
from flowcentre.config.document import Document
from flowcentre.config.lengths import write_length
from flowcentre.config.lines import KeyPath
from flowcentre.measures.pressure import DECLARED, LEVEL, LEVEL_AT_MOST, MISMATCH, SCORE
from flowcentre.model import Measure, RuleKind, Worse

_PER_CENT = "%"
_FRACTIONS_END = 1.5  # per cent below this are taken for a fraction: no share that anybody watches is so small
_SMALL_SHARE = 10.0  # a rule that is raised at no more may well stand down below one per cent
_TWICE_FULL = 200.0
# What is used of what there is may be more than all of it: a bed between two beds. No other share may.
_MAY_BE_OVERFULL = ("occupancy", "occupancy_month", "share_used", "utilisation")
_LIMITS = ("raise_at", "stand_down_at")
_LEVELS = {LEVEL.id: (1.0, 4.0), LEVEL_AT_MOST.id: (1.0, 4.0), DECLARED.id: (1.0, 4.0), MISMATCH.id: (-3.0, 3.0)}


def check_limits(
    document: Document,
    path: KeyPath,
    shape: RuleShape,
    kind: RuleKind,
    measure: Measure,
    score_at_most: float | None = None,
) -> None:
    """The two limits of a rule, each by itself and against each other; what is wrong is noted in the document.

    ``score_at_most`` is what a pressure score is at most; None where that is not known.
    """
    reach = _reach(kind, measure, score_at_most)
    sound = [_check_one(document, (*path, key), shape, key, kind, measure, reach) for key in _LIMITS]
    if all(sound) and shape.raise_at is not None and shape.stand_down_at is not None:
        _check_sides(document, path, shape, kind, measure)


def _reach(kind: RuleKind, measure: Measure, score_at_most: float | None) -> tuple[float, float] | None:
    """Between what a level or a score always lies, or by what it changes at most; None of what has no such ends.

    Past them a rule would never be raised, or never stand down.
    """
    ends = _LEVELS.get(measure.id)
    if measure is SCORE and score_at_most is not None:
        ends = (0.0, score_at_most)
    if ends is None or kind is not RuleKind.STEP:
        return ends
    return ends[0] - ends[1], ends[1] - ends[0]


def _check_one(
    document: Document,
    path: KeyPath,
    shape: RuleShape,
    key: str,
    kind: RuleKind,
    measure: Measure,
    reach: tuple[float, float] | None,
) -> bool:
    limit: float | None = getattr(shape, key)
    if limit is None:
        return True
    step, said = kind is RuleKind.STEP, f'"{shape.id}": {key} {limit:g}'
    right = ""
    if not math.isfinite(limit):
        right = f"{key} = {'10' if step else '95'}, a number in {measure.unit}"
    elif measure.unit == _PER_CENT:
        right = _percentage(key, limit, shape, measure, step=step)
    elif reach is not None and not reach[0] <= limit <= reach[1]:
        right = f"{key} from {reach[0]:g} to {reach[1]:g}: {measure.label} {'changes by no more' if step else 'reaches nothing else'}"
    elif 0 < abs(limit) < 1 and measure.decimals == 0:
        right = f"{key} = {math.copysign(1, limit):g} or more: {measure.label} is counted in whole {measure.unit}"
    elif limit < 0 and not step and not _below_zero(measure):
        right = f"{key} = 0 or more: {measure.label} is never below nothing"
    if right:
        document.wrong(path, f"{said} is no limit of {measure.label}, in {measure.unit}", right)
    return not right


def _percentage(key: str, limit: float, shape: RuleShape, measure: Measure, *, step: bool) -> str:
    """What would be right, where a percentage cannot be meant so; empty where it can."""
    size = abs(limit)
    most = _TWICE_FULL if measure.id.endswith(_MAY_BE_OVERFULL) and not step else 100.0
    if _is_fraction(size, shape, key, step=step):
        percent = limit * 100
        points = " percentage points" if step else " per cent"
        return f"did you mean {percent:g}? {key} = {percent:g}, in{points}"
    if size > most:
        tenth = next((size / part for part in (10, 100) if size / part <= 100), None)
        meant = f"did you mean {tenth:g}? " if tenth is not None and _fits(key, tenth, shape, measure) else ""
        return f"{meant}{key} up to {most:g}, in per cent"
    if limit < 0 and not step:
        return f"{key} = 0 or more, in per cent"
    return ""


def _fits(key: str, limit: float, shape: RuleShape, measure: Measure) -> bool:
    """Would a limit lie on the side of the other on which it belongs? A point that is too many is meant only then."""
    other = shape.stand_down_at if key == "raise_at" else shape.raise_at
    if other is None or other == limit or measure.worse is Worse.NEITHER:
        return False
    return (limit > other) is ((key == "raise_at") is (measure.worse is Worse.HIGH))


def likely_meaning(limit: float, limits: Sequence[float], measure: Measure) -> str:
    """What would be right, where a limit of bands cannot be meant so; empty where it can. ``limits`` are all of them."""
    if measure.unit == _PER_CENT:
        most = _TWICE_FULL if measure.id.endswith(_MAY_BE_OVERFULL) else 100.0
        if 0 < max(limits) <= _FRACTIONS_END:
            return f"did you mean {limit * 100:g}? Limits are in per cent"
        return "" if 0 <= limit <= most else f"limits from 0 to {most:g}, in per cent"
    if limit < 0 and not _below_zero(measure):
        return f"0 or more: {measure.label} is never below nothing"
    if 0 < abs(limit) < 1 and measure.decimals == 0:
        return f"1 or more, or 0: {measure.label} is counted in whole {measure.unit}"
    return ""


def _is_fraction(size: float, shape: RuleShape, key: str, *, step: bool) -> bool:
    if step:
        return 0 < size < 1  # one percentage point may well be a step
    if key == "raise_at":
        return 0 < size <= _FRACTIONS_END
    if shape.raise_at is not None and 0 < shape.raise_at <= _FRACTIONS_END:
        return 0 < size <= _FRACTIONS_END  # what is raised at a fraction stands down at one
    return 0 < size < 1 and (shape.raise_at is None or shape.raise_at > _SMALL_SHARE)


def _below_zero(measure: Measure) -> bool:
    if measure is MISMATCH:
        return True
    return measure.formula is not None and bool(measure.formula.minus) and measure.formula.below_zero


def _check_sides(document: Document, path: KeyPath, shape: RuleShape, kind: RuleKind, measure: Measure) -> None:
    raised, calm = shape.raise_at, shape.stand_down_at
    assert raised is not None
    assert calm is not None
    where = (*path, "stand_down_at")
    if kind is RuleKind.STEP:
        if raised == 0:
            what = f'"{shape.id}" is raised by no change at all'
            document.wrong((*path, "raise_at"), what, f"raise_at = 20, a rise in {measure.unit}, or -20, a fall")
        elif calm == raised or (calm > raised) == (raised > 0):
            what = f'"{shape.id}" stands down at a change of {calm:g}, which is not less than {raised:g}'
            document.wrong(where, what, f"stand_down_at = {raised / 2:g} or so, nearer to no change")
        return
    if raised == calm:
        what = f'"{shape.id}" is raised and stands down at {raised:g}: it would come and go'
        document.wrong(where, what, f"stand_down_at = {_beyond(measure, raised)} or so, some way from raise_at")
    elif (measure.worse is Worse.HIGH and raised < calm) or (measure.worse is Worse.LOW and raised > calm):
        more = "more" if measure.worse is Worse.HIGH else "less"
        what = f'"{shape.id}" is raised at {raised:g} and stands down at {calm:g}, and {more} {measure.label} is worse'
        side = "below" if measure.worse is Worse.HIGH else "above"
        document.wrong(where, what, f"stand_down_at {side} raise_at, such as {_beyond(measure, raised)}")


def _beyond(measure: Measure, limit: float) -> str:
    """A limit some way on the calm side of another, as an example."""
    some = max(1.0, round(abs(limit) * 0.05))
    calm = limit + some if measure.worse is Worse.LOW else limit - some
    return f"{max(calm, 0.0):g}"


def check_looking_back(document: Document, path: KeyPath, shape: RuleShape) -> None:
    """Of time at a level, what it looks back over against what it looks for; what is wrong is noted in the document."""
    over, hold = shape.over, shape.hold_for
    if not over or hold is None:
        return
    if not hold:
        what = f'"{shape.id}" would be raised after no time at its level'
        document.wrong((*path, "hold_for"), what, f'hold_for = "{write_length(over / 2)}" or so, up to over')
    elif hold > over:
        what = f'"{shape.id}" would be raised after {write_length(hold)} at its level, out of {write_length(over)}'
        document.wrong((*path, "hold_for"), what, f'hold_for = "{write_length(over / 2)}" or so, up to over')
