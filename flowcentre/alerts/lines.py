"""A history as a line: what was known of a value from each moment to the next, with the times in which nothing was."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from flowcentre.model import Judged, Point, Rule
from flowcentre.picture.worked_out import draw

__all__ = ["Line", "draw", "judge_time", "time_at_level", "time_words", "unknown_words", "value_at"]

Line = Sequence[Point]  # each point stands until the next

_NO_TIME = timedelta(0)
_MINUTE = timedelta(minutes=1)


def value_at(line: Line, at: datetime) -> float | None:
    """What was known at a moment; None where nothing was."""
    index = bisect_right(line, at, key=attrgetter("at"))
    return line[index - 1].value if index else None


def time_at_level(rule: Rule, line: Line, at: datetime) -> tuple[timedelta, timedelta]:
    """For how long of the time that a rule looks back over the value was at or past its limit, and for how long nothing is known."""
    assert rule.over is not None
    assert rule.raise_at is not None
    begins = at - rule.over
    index = bisect_right(line, begins, key=attrgetter("at"))
    moments = [begins, *(point.at for point in line[index:] if point.at < at), at]
    values = [line[index - 1].value if index else None, *(point.value for point in line[index:] if point.at < at)]
    there, unknown = _NO_TIME, _NO_TIME
    for value, start, end in zip(values, moments[:-1], moments[1:], strict=True):
        if value is None:
            unknown += end - start
        elif value >= rule.raise_at if rule.rising else value <= rule.raise_at:
            there += end - start
    return there, unknown


def judge_time(rule: Rule, there: timedelta, unknown: timedelta, present: Judged) -> Judged:
    """What a time at a level says. It is calm only when the present value is, and enough of the time is known."""
    if present is Judged.UNKNOWN:
        return Judged.UNKNOWN
    if there >= rule.hold_for:
        return Judged.BREACH
    if there + unknown >= rule.hold_for:
        return Judged.UNKNOWN
    return Judged.CALM if present is Judged.CALM else Judged.BETWEEN


def time_words(rule: Rule, there: timedelta) -> str:
    """For how long it was at its level: "at or past 3 for 125 of the last 240 minutes"."""
    assert rule.over is not None
    over = rule.over // _MINUTE
    last = "the last minute" if over <= 1 else f"the last {over} minutes"
    if not there:
        return f"at or past {rule.raise_at:g} for none of {last}"
    if there >= rule.over:
        return f"at or past {rule.raise_at:g} for all of {last}"
    return f"at or past {rule.raise_at:g} for {_minutes(there)} of {last}"


def unknown_words(rule: Rule, unknown: timedelta) -> str:
    """Of how much of what it looks back over nothing is known: "40 of them", "less than a minute of it"."""
    assert rule.over is not None
    if unknown >= rule.over:
        return "all of it"
    return f"{_minutes(unknown)} of {'it' if unknown < _MINUTE else 'them'}"


def _minutes(length: timedelta) -> str:
    return "less than a minute" if length < _MINUTE else str(length // _MINUTE)
