"""What changed of a figure between two moments, as a sentence that follows from the two stored numbers and from nothing else.

A published report in this field called 36,277 to 36,366 a decrease. Here the word, the sign and the difference are worked out
of the two figures that stand beside them, to so many decimals that they differ as shown; and a figure that is partial, old or
missing is never held against another as if it were whole: the sentence says why not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from flowcentre.measures.derive import local_day, local_midnight
from flowcentre.model import Measure, Period, Place, PlaceKind, State, Value, Worse
from flowcentre.picture.saying import (
    at_words,
    both_shown,
    difference_words,
    exactly,
    figure_words,
    old_words,
    sentence,
    shown,
    when_words,
)


class Turn(StrEnum):
    """Which way a figure went."""

    ROSE = "rose"
    FELL = "fell"
    STAYED = "stayed"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure then and now. ``briefly`` says why they cannot be compared; "" where they can."""

    measure: Measure
    place: Place
    then: Value
    now: Value
    then_at: datetime
    at: datetime
    briefly: str = ""
    unlike: str = ""  # why two figures are not of a kind, where something beside them makes them so

    @property
    def turn(self) -> Turn:
        """Which way it went, by the stored numbers."""
        if self.briefly or self.then.value is None or self.now.value is None:
            return Turn.NOT_COMPARED
        before, after = exactly(self.then.value), exactly(self.now.value)
        if before == after:
            return Turn.STAYED
        return Turn.ROSE if after > before else Turn.FELL

    @property
    def as_shown(self) -> tuple[Decimal, Decimal]:
        """Both figures with as many decimals as the measure has, and more where they would else look the same.

        Only of figures that can be compared.
        """
        assert self.then.value is not None
        assert self.now.value is not None
        return both_shown(self.then.value, self.now.value, self.measure)

    @property
    def is_worse(self) -> bool:
        """Did it move towards more pressure, by what its measure says is worse?"""
        towards = {Worse.HIGH: Turn.ROSE, Worse.LOW: Turn.FELL}
        return self.turn is towards.get(self.measure.worse)


def compare(
    measure: Measure, place: Place, then: Value, now: Value, then_at: datetime, at: datetime, *, unlike: str = ""
) -> Change:
    """What changed of a measure at a place, from what was known at ``then_at`` to what is known at ``at``.

    ``unlike`` says why two figures are not of a kind, where something beside the figures makes them so.
    """
    briefly = (
        _not_whole(now, measure, at, "now")
        or _not_whole(then, measure, at, "then")
        or unlike
        or _not_alike(measure, then, now, at)
    )
    return Change(measure, place, then, now, then_at, at, briefly, unlike)


def change_sentence(change: Change) -> str:
    """One sentence, with the two figures, how far it moved, which way, and when both were observed."""
    subject = subject_words(change.measure, change.place)
    if change.turn is Turn.NOT_COMPARED:
        return sentence(f"{subject}: {now_words(change)}; {not_compared_words(change)}")
    before, after = figures_of(change)
    times = times_words(change)
    beside = f" ({times})" if times else ""
    if change.turn is Turn.STAYED:
        return sentence(f"{subject} stayed at {after}{beside}")
    return sentence(f"{subject} {change.turn} by {moved_words(change)}, from {before} to {after}{beside}")


def unchanged_sentence(changes: Sequence[Change]) -> str:
    """What stayed the same at one place, in one line, each with its figure; "" where nothing did.

    Times are said once, after all those whose they are and before the full stop.
    """
    by_times: dict[str, list[str]] = {}
    where = ""
    for change in changes:
        if change.turn is Turn.STAYED:
            where, figure = at_words(change.place), figures_of(change)[1]
            name = change.measure.short_label
            name = name.removesuffix(" %") if figure.endswith("%") else name
            by_times.setdefault(times_words(change), []).append(f"{name} {figure}")
    said = [f"{'; '.join(names)}{f' ({times})' if times else ''}" for times, names in by_times.items()]
    return sentence(f"unchanged {where}: {'. '.join(said)}") if said else ""


def subject_words(measure: Measure, place: Place) -> str:
    """What and where: "No criteria to reside at Northgate"; what the place's own name says is not said twice."""
    label = measure.label
    if place.kind is PlaceKind.NHS_111 and _NHS_111 in place.name:
        label = label.removeprefix(f"{_NHS_111} ").replace(f" to {_NHS_111}", "").replace(f" of {_NHS_111}", "")
    return f"{label} {at_words(place)}"


_NHS_111 = "NHS 111"


def now_words(change: Change) -> str:
    """Today's figure of what cannot be compared: "133 now", "at least 430 now, with 2 of 3 sites", "not known now"."""
    value, measure, at = change.now, change.measure, change.at
    figure = _figure(value, measure)
    if figure is None:
        return "none has been received yet" if value.state is State.NEVER else "not known now"
    if not value.state.usable:
        return f"its last figure, {figure}{_of(value, at)}, is too old"
    return f"{figure} now{_with(value)}{_beside(change, value)}"


def not_compared_words(change: Change) -> str:
    """With what it cannot be compared, what that was, and why where the figures do not show it."""
    value, measure, at = change.then, change.measure, change.at
    figure = _figure(value, measure)
    if figure is None:
        was = "none had been received" if value.state is State.NEVER else "it was not known"
    elif not value.state.usable and _is_the_very_same(value, change.now):
        was = "it was too old as well"
    elif not value.state.usable:
        was = f"its last figure, {figure}{_of(value, at)}, was too old"
    else:
        was = f"it was {figure}{_with(value)}{_beside(change, value)}"
    why = f": {change.unlike}" if change.unlike else ""
    return f"cannot be compared with {when_words(change.then_at, at)}, when {was}{why}"


def _is_the_very_same(then: Value, now: Value) -> bool:
    """Has nothing come since of a figure that is too old?"""
    kept = (then.value, then.observed_at, then.at_least) == (now.value, now.observed_at, now.at_least)
    return kept and then.observed_at is not None and not now.state.usable


def _figure(value: Value, measure: Measure) -> str | None:
    if value.value is None or not math.isfinite(value.value):
        return None
    return (
        f"{'at least ' if value.at_least else ''}{figure_words(shown(value.value, measure, measure.decimals), measure)}"
    )


def _of(value: Value, at: datetime) -> str:
    return f" of {when_words(value.observed_at, at)}" if value.observed_at is not None else ""


def _with(value: Value) -> str:
    if value.coverage.complete:
        return ""
    return f", with {value.coverage}" if value.at_least else f", of {value.coverage} alone"


def _beside(change: Change, value: Value) -> str:
    """What makes two whole figures unlike."""
    then, now, at = change.then, change.now, change.at
    if not (then.coverage.complete and now.coverage.complete):
        return ""
    if then.coverage.expected != now.coverage.expected:
        return f", of {value.coverage.expected} {value.coverage.noun}"
    if _went_back(then, now):
        return f",{_of(value, at)}{', which is later' if value is then else ''}"
    if _of_two_days(change.measure, then, now):
        return ", of another day" if value is then else ""
    return ""


def figures_of(change: Change) -> tuple[str, str]:
    """Both figures in words: "35", "41". Only of figures that can be compared."""
    before, after = change.as_shown
    return figure_words(before, change.measure), figure_words(after, change.measure)


def moved_words(change: Change) -> str:
    """How far it moved, without a sign: "6", "1.3 points". Only of figures that can be compared."""
    before, after = change.as_shown
    return difference_words(after - before, change.measure)


def signed_words(change: Change) -> str:
    """How far it moved and which way, where no sentence says so: "+6"; "" of what did not move or cannot be compared."""
    sign = _SIGNS.get(change.turn)
    return f"{sign}{moved_words(change)}" if sign else ""


_SIGNS = {Turn.ROSE: "+", Turn.FELL: "\N{MINUS SIGN}"}


def times_words(change: Change) -> str:
    """When the two figures were observed, and how old the newer one is; "" where that is not known."""
    then, now, at = change.then.observed_at, change.now.observed_at, change.at
    if then is None or now is None:
        return ""
    late = ", late" if change.now.state is State.LATE else ""
    if then == now and change.turn is Turn.STAYED:
        return f"no newer figure than that of {when_words(now, at)}, {old_words(at - now)}{late}"
    if then == now:  # of a sum the oldest part is the same, or what was said of that moment was put right since
        return f"its oldest figure is of {when_words(now, at)} in both, {old_words(at - now)}{late}"
    if now < then:  # what is worked out counts something older by now, which it did not then
        return f"its oldest figure was of {when_words(then, at)} and is of {when_words(now, at)}, {old_words(at - now)}{late}"
    return f"figures of {both_words(then, now, at)}, the newer {old_words(at - now)}{late}"


def both_words(then: datetime, now: datetime, at: datetime) -> str:
    """Two moments, the older first: "yesterday 10:15 and today 10:15", for without the day the two read as one."""
    newer = when_words(now, at)
    if local_day(then) != local_day(now) == local_day(at):
        newer = f"today {newer}"
    return f"{when_words(then, at)} and {newer}"


def _not_whole(value: Value, measure: Measure, at: datetime, when: str) -> str:
    """Why a figure cannot be held against another by itself, in a few words; "" where it can."""
    if value.value is None or not math.isfinite(value.value):
        return f"{when} none received" if value.state is State.NEVER else f"{when} not known"
    figure = figure_words(shown(value.value, measure, measure.decimals), measure)
    if not value.state.usable:
        return f"{when} too old, {figure}{_of(value, at)}"
    if value.at_least:
        silent = "" if value.coverage.complete else f" {value.coverage},"
        return f"{when}{silent} at least {figure}"
    return "" if value.coverage.complete else f"{when} {value.coverage}"


def _not_alike(measure: Measure, then: Value, now: Value, at: datetime) -> str:
    """Why two whole figures do not speak of the same; "" where they do."""
    parts = then.coverage.expected, now.coverage.expected
    if parts[0] != parts[1]:
        return f"then of {parts[0]} {then.coverage.noun}, now of {parts[1]}"
    if _went_back(then, now):
        return f"now{_of(now, at)}, then{_of(then, at)}, which is later"
    if _of_two_days(measure, then, now):
        return f"{_figure(then, measure)} of another day then, {_figure(now, measure)} now"
    return ""


def _went_back(then: Value, now: Value) -> bool:
    """Is what is known now older than what was known then? What is worked out may count something older by now."""
    first, last = then.observed_at, now.observed_at
    return first is not None and last is not None and last < first and not now.derived


def _of_two_days(measure: Measure, then: Value, now: Value) -> bool:
    """Do two counts since midnight begin at two midnights?"""
    first, last = then.observed_at, now.observed_at
    if measure.period is not Period.SINCE_MIDNIGHT or first is None or last is None:
        return False
    return local_midnight(first) != local_midnight(last)
