"""What changed of a figure between two moments, as a sentence that follows from the two stored numbers and from nothing else.

A published report in this field called 36,277 to 36,366 a decrease. Here the word, the sign and the difference are worked out
of the two figures that stand beside them, to so many decimals that they differ as shown; and a figure that is partial, old or
missing is never held against another as if it were whole: the sentence says why not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from flowcentre.measures.derive import local_midnight
from flowcentre.model import Measure, Period, Place, State, Value
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
    """A figure then and now. ``why_not`` says why they cannot be compared; "" where they can."""

    measure: Measure
    place: Place
    then: Value
    now: Value
    then_at: datetime
    at: datetime
    why_not: str = ""

    @property
    def turn(self) -> Turn:
        """Which way it went, by the stored numbers."""
        if self.why_not or self.then.value is None or self.now.value is None:
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


def compare(
    measure: Measure, place: Place, then: Value, now: Value, then_at: datetime, at: datetime, *, unlike: str = ""
) -> Change:
    """What changed of a measure at a place, from what was known at ``then_at`` to what is known at ``at``.

    ``unlike`` says why two figures are not of a kind, where something beside the figures makes them so.
    """
    why_not = _not_whole(now, measure, at, at, "now") or _not_whole(then, measure, then_at, at, "then")
    return Change(measure, place, then, now, then_at, at, why_not or unlike or _not_alike(measure, then, now, at))


def change_sentence(change: Change) -> str:
    """One sentence, with the two figures, how far it moved, which way, and when both were observed."""
    measure, at = change.measure, change.at
    subject = f"{measure.label} {at_words(change.place)}"
    if change.turn is Turn.NOT_COMPARED:
        return sentence(f"{subject} cannot be compared with {when_words(change.then_at, at)}: {change.why_not}")
    before, after = change.as_shown
    figures = _figures(change)
    if change.turn is Turn.STAYED:
        return sentence(f"{subject} stayed at {figure_words(after, measure)}{figures}")
    moved = difference_words(after - before, measure)
    span = f"from {figure_words(before, measure)} to {figure_words(after, measure)}"
    return sentence(f"{subject} {change.turn} by {moved}, {span}{figures}")


def known_words(value: Value, measure: Measure, at: datetime) -> str:
    """A figure as it stands, with all that one must know of it: "at least 412 (2 of 3 sites; figure of 08:05, 4 min old)"."""
    if value.value is None or not math.isfinite(value.value):
        return _SILENT.get(value.state, "not known")
    beside = [] if value.coverage.complete else [str(value.coverage)]
    if value.observed_at is not None:
        beside.append(f"figure of {when_words(value.observed_at, at)}, {old_words(at - value.observed_at)}")
    if value.state is State.STALE:
        beside.append("too old to be the present")
    elif value.state is State.LATE:
        beside.append("late")
    figure = figure_words(shown(value.value, measure, measure.decimals), measure)
    least = "at least " if value.at_least else ""
    more = f" ({'; '.join(beside)})" if beside else ""
    return f"{least}{figure}{more}"


_SILENT = {State.NEVER: "never received", State.UNKNOWN: "not known: its source gave no figure"}


def _figures(change: Change) -> str:
    """When the two figures were observed, and how old the newer one is."""
    then, now, at = change.then.observed_at, change.now.observed_at, change.at
    if then is None or now is None:
        return ""
    late = ", late" if change.now.state is State.LATE else ""
    if then == now and change.turn is Turn.STAYED:
        return f" (no newer figure than that of {when_words(now, at)}, {old_words(at - now)}{late})"
    if then == now:  # of a sum the oldest part is the same, or what was said of that moment was put right since
        return f" (its oldest figure is of {when_words(now, at)} in both, {old_words(at - now)}{late})"
    if now < then:  # what is worked out counts something older by now, which it did not then
        return f" (its oldest figure was of {when_words(then, at)} and is of {when_words(now, at)}, {old_words(at - now)}{late})"
    return f" (figures of {when_words(then, at)} and {when_words(now, at)}, the newer {old_words(at - now)}{late})"


def _not_whole(value: Value, measure: Measure, seen_at: datetime, at: datetime, when: str) -> str:
    """Why a figure cannot be held against another by itself; "" where it can. ``seen_at`` is when it was known."""
    tense = "is" if when == "now" else "was"
    if value.value is None or not math.isfinite(value.value):
        if value.state is State.NEVER:
            return f"none has been received {'yet' if when == 'now' else 'by then'}"
        return f"it {tense} not known {when}"
    figure = figure_words(shown(value.value, measure, measure.decimals), measure)
    if not value.state.usable:
        of = f" of {when_words(value.observed_at, at)}" if value.observed_at is not None else ""
        return f"{when} its last figure, {figure}{of}, {tense} too old"
    if value.at_least:
        silent = f", with {value.coverage}" if not value.coverage.complete else ""
        return f"it {tense} at least {figure} {when}{silent}, and not all of it was counted"
    if not value.coverage.complete:
        return f"{figure} {when} {tense} of {value.coverage} alone"
    return ""


def _not_alike(measure: Measure, then: Value, now: Value, at: datetime) -> str:
    """Why two whole figures do not speak of the same; "" where they do."""
    if then.coverage.expected != now.coverage.expected:
        return f"it was counted of {then.coverage.expected} {then.coverage.noun} then, and is of {now.coverage.expected} now"
    first, last = then.observed_at, now.observed_at
    if first is not None and last is not None and last < first and not now.derived:
        return f"its figure now is of {when_words(last, at)}, and that of then was of {when_words(first, at)}, which is later"
    if measure.period is not Period.SINCE_MIDNIGHT or first is None or last is None:
        return ""
    if local_midnight(first) == local_midnight(last):
        return ""
    before, after = (figure_words(shown(v.value or 0.0, measure, measure.decimals), measure) for v in (then, now))
    return (
        f"it counts since midnight, and was {before} of another day by {when_words(first, at)}; "
        f"it is {after} today by {when_words(last, at)}"
    )
