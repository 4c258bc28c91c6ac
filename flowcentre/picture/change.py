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
from flowcentre.model import Measure, Period, Place, State, Value, Worse
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

Why = tuple[str, str]  # why two figures cannot be compared: in a sentence, and in a few words


class Turn(StrEnum):
    """Which way a figure went."""

    ROSE = "rose"
    FELL = "fell"
    STAYED = "stayed"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure then and now. ``why_not`` says why they cannot be compared, and ``briefly`` the same in a few words; "" where they can."""

    measure: Measure
    place: Place
    then: Value
    now: Value
    then_at: datetime
    at: datetime
    why_not: str = ""
    briefly: str = ""

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
    why_not, briefly = (
        _not_whole(now, measure, at, at, "now")
        or _not_whole(then, measure, then_at, at, "then")
        or ((unlike, unlike) if unlike else None)
        or _not_alike(measure, then, now, at)
        or ("", "")
    )
    return Change(measure, place, then, now, then_at, at, why_not, briefly)


def change_sentence(change: Change) -> str:
    """One sentence, with the two figures, how far it moved, which way, and when both were observed."""
    measure, at = change.measure, change.at
    subject = f"{measure.label} {at_words(change.place)}"
    if change.turn is Turn.NOT_COMPARED:
        return sentence(f"{subject} cannot be compared with {when_words(change.then_at, at)}: {change.why_not}")
    before, after = figures_of(change)
    times = times_words(change)
    beside = f" ({times})" if times else ""
    if change.turn is Turn.STAYED:
        return sentence(f"{subject} stayed at {after}{beside}")
    return sentence(f"{subject} {change.turn} by {moved_words(change)}, from {before} to {after}{beside}")


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
    return f"figures of {when_words(then, at)} and {when_words(now, at)}, the newer {old_words(at - now)}{late}"


def _not_whole(value: Value, measure: Measure, seen_at: datetime, at: datetime, when: str) -> Why | None:
    """Why a figure cannot be held against another by itself; None where it can. ``seen_at`` is when it was known."""
    tense = "is" if when == "now" else "was"
    if value.value is None or not math.isfinite(value.value):
        if value.state is State.NEVER:
            return f"none has been received {'yet' if when == 'now' else 'by then'}", f"{when} none received"
        return f"it {tense} not known {when}", f"{when} not known"
    figure = figure_words(shown(value.value, measure, measure.decimals), measure)
    if not value.state.usable:
        of = f" of {when_words(value.observed_at, at)}" if value.observed_at is not None else ""
        return f"{when} its last figure, {figure}{of}, {tense} too old", f"{when} too old, {figure}{of}"
    if value.at_least:
        silent = "" if value.coverage.complete else f" {value.coverage}"
        with_ = f", with{silent}" if silent else ""
        return (
            f"it {tense} at least {figure} {when}{with_}, and not all of it was counted",
            f"{when}{silent}{',' if silent else ''} at least {figure}",
        )
    if not value.coverage.complete:
        return f"{figure} {when} {tense} of {value.coverage} alone", f"{when} {value.coverage}"
    return None


def _not_alike(measure: Measure, then: Value, now: Value, at: datetime) -> Why | None:
    """Why two whole figures do not speak of the same; None where they do."""
    parts = then.coverage.expected, now.coverage.expected
    if parts[0] != parts[1]:
        return (
            f"it was counted of {parts[0]} {then.coverage.noun} then, and is of {parts[1]} now",
            f"then of {parts[0]} {then.coverage.noun}, now of {parts[1]}",
        )
    first, last = then.observed_at, now.observed_at
    if first is not None and last is not None and last < first and not now.derived:
        return (
            f"its figure now is of {when_words(last, at)}, and that of then was of {when_words(first, at)}, which is later",
            f"now of {when_words(last, at)}, then of {when_words(first, at)}, which is later",
        )
    if measure.period is not Period.SINCE_MIDNIGHT or first is None or last is None:
        return None
    if local_midnight(first) == local_midnight(last):
        return None
    before, after = (figure_words(shown(v.value or 0.0, measure, measure.decimals), measure) for v in (then, now))
    return (
        f"it counts since midnight, and was {before} of another day by {when_words(first, at)}; "
        f"it is {after} today by {when_words(last, at)}",
        f"{before} of another day then, {after} now",
    )
