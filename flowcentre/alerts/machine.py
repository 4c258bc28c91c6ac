"""One rule at one subject: what a value says of it, and how it stands after each look.

Pure, and the only place that moves an alert from one phase to the next. What cannot be told is never taken for calm: it raises
nothing, clears nothing, and interrupts no timer that runs towards an alert. Every timer counts from a moment that the standing
keeps, so it runs on while nothing runs, and a restart neither shortens nor lengthens it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from flowcentre.model import ANOTHER_MEASURE, Judged, Phase, Rule, RuleKind, Seen, Standing, Transition, What

UNWATCHED = "no rule watches this any more"
# A pending rule that nothing watches is let go after this: not at once, for a file may be out of its place for a moment.
LET_GO_AFTER = timedelta(hours=1)
# An engine further behind than this is not slow: the clock was ahead, and has been put right since.
SLOWEST = timedelta(minutes=2)
# Looks are half a minute apart at most. After so long without one nobody knows whether it was calm in between.
LONGEST_UNSEEN = timedelta(minutes=5)
_NO_TIME = timedelta(0)


def judge(rule: Rule, seen: Seen) -> Judged:
    """What a value says of a rule. It is compared as it is, never rounded.

    Of a figure that is "at least" only what holds for every higher one is said. Of a share of some alone a breach is said,
    for nobody may be left at ease; that it is calm is not, for those who are silent may be the ones who are full.
    """
    if seen.judged is not None:
        return seen.judged
    value, raise_at = seen.value, rule.raise_at
    calm_at = raise_at if rule.stand_down_at is None else rule.stand_down_at
    if value is None or raise_at is None or calm_at is None or not all(map(math.isfinite, (value, raise_at, calm_at))):
        return Judged.UNKNOWN
    if value >= raise_at if rule.rising else value <= raise_at:
        judged = Judged.BREACH
    elif value <= calm_at if rule.rising else value >= calm_at:
        judged = Judged.CALM
    else:
        judged = Judged.BETWEEN
    if seen.partial and judged is not Judged.BREACH:
        return Judged.UNKNOWN
    if seen.at_least and judged is not (Judged.BREACH if rule.rising else Judged.CALM):
        return Judged.UNKNOWN
    return judged


def step(
    rule: Rule, standing: Standing, judged: Judged, seen: Seen, at: datetime
) -> tuple[Standing, tuple[Transition, ...]]:
    """How a rule stands after a look at a moment, and what happened to it.

    A look of a moment before the last changes nothing: another engine was quicker, or a clock was set back.
    """
    if standing.looked_at is not None and at < standing.looked_at:
        return standing, ()
    looked = _looked(rule, standing, judged, seen, at)
    if judged is Judged.UNKNOWN:
        return _blind(standing, looked, seen.why, at)
    happened = []
    if standing.blind_since is not None:
        looked = replace(looked, blind_since=None, blind_why="")
        if looked.open:
            happened.append(told(looked, What.SEES_AGAIN, at))
    stands, what = _move(rule, looked, judged, at)
    for each in what:
        # An alert that ends is named for the last time; one that begins has no number yet.
        happened.append(replace(told(stands, each, at, seen.why), alert=looked.alert))
        if each is What.RAISED:
            happened[-1] = replace(happened[-1], state=replace(stands, flapping_since=None).state)
    return stands, tuple(happened)


def unwatched(standing: Standing, at: datetime, why: str = UNWATCHED) -> tuple[Standing, tuple[Transition, ...]]:
    """How something stands whose rule, or whose place in it, is no longer in the configuration, or watches something else.

    An alert stays open, blind, until a person closes it: that nobody looks any more is no sign that all is well.
    """
    if standing.looked_at is not None and at < standing.looked_at:
        return standing, ()
    if standing.phase is Phase.CLEAR:
        return standing, ()
    blind = replace(standing, blind_since=standing.blind_since or at, blind_why=why, calm_since=None, looked_at=at)
    if standing.open:
        if standing.blind_why == why:
            return blind, ()
        return blind, (told(blind, What.UNWATCHED, at, why),)
    assert blind.blind_since is not None
    # What was pending of another measure says nothing of this one, and nothing is lost by beginning afresh.
    if why != ANOTHER_MEASURE and at - blind.blind_since < LET_GO_AFTER:
        return blind, ()
    clear = replace(blind, phase=Phase.CLEAR, since=at, breach_since=None, blind_since=None, blind_why="")
    return clear, (told(clear, What.PASSED, at, why),)


def watches_another(rule: Rule, standing: Standing) -> bool:
    """Was the rule edited, since it was looked at last, to another measure or kind? Another limit is no other thing."""
    before, dot, _ = standing.edition.partition(".")
    now, also, _ = rule.edition.partition(".")
    return bool(dot and also) and before != now


def unseen(standing: Standing, at: datetime) -> bool:
    """Is it clearing, and was looked at so long ago that nobody can say from looks whether it was calm since?"""
    if standing.phase is not Phase.CLEARING or standing.looked_at is None:
        return False
    return at - standing.looked_at > LONGEST_UNSEEN


def calm_anew(standing: Standing) -> Standing:
    """The same, whose calm has to be seen from the beginning: a time in which nobody looked is a gap, and no calm."""
    return replace(standing, calm_since=None)


def put_right(standing: Standing, at: datetime) -> Standing:
    """The same, where a clock that was far ahead wrote it: no moment of it is later than now, and none is waited for."""
    if standing.looked_at is None or standing.looked_at - at <= SLOWEST:
        return standing

    def until_now(moment: datetime | None) -> datetime | None:
        return None if moment is None else min(moment, at)

    return replace(
        standing,
        since=until_now(standing.since),
        breach_since=until_now(standing.breach_since),
        calm_since=until_now(standing.calm_since),
        blind_since=until_now(standing.blind_since),
        flapping_since=until_now(standing.flapping_since),
        raised_at=until_now(standing.raised_at),
        acknowledged_at=until_now(standing.acknowledged_at),
        raises=tuple(min(moment, at) for moment in standing.raises),
        looked_at=at,
    )


def next_moment(rule: Rule, standing: Standing) -> datetime | None:
    """When a timer of it ends, if what is seen does not change; None where none runs."""
    if standing.phase is Phase.PENDING and standing.blind_since is None and standing.breach_since is not None:
        return standing.breach_since + hold_of(rule)
    if standing.phase is Phase.CLEARING and standing.calm_since is not None:
        return standing.calm_since + _calm_for(rule, standing)
    return None


def hold_of(rule: Rule) -> timedelta:
    """For how long it has to be in breach. Time at a level has waited already: its ``hold_for`` is part of what it looks at."""
    return _NO_TIME if rule.kind is RuleKind.TIME_AT_LEVEL else rule.hold_for


def told(standing: Standing, what: What, at: datetime, words: str = "") -> Transition:
    """What happened to something that stands so after it."""
    return Transition(
        standing.rule,
        standing.subject,
        what,
        at,
        standing.state,
        alert=standing.alert,
        value=standing.value,
        at_least=standing.at_least,
        observed_at=standing.observed_at,
        words=words,
    )


def _looked(rule: Rule, standing: Standing, judged: Judged, seen: Seen, at: datetime) -> Standing:
    """The same phase, with what is seen now. The last that was known stays where nothing is."""
    looked = replace(standing, edition=rule.edition, on_trial=rule.on_trial, looked_at=at)
    value = seen.value
    if value is None or not math.isfinite(value):
        return looked
    # A least figure is as bad as it is, or worse: of a rule by which less is worse it says nothing of the worst.
    tells = judged is not Judged.UNKNOWN or (seen.at_least and rule.rising)
    worst = _worst(rule, (standing.worst, value)) if standing.open and tells else standing.worst
    return replace(looked, value=value, at_least=seen.at_least, observed_at=seen.observed_at, worst=worst)


def _worst(rule: Rule, values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return (max if rule.rising else min)(known, default=None)


def _blind(standing: Standing, looked: Standing, why: str, at: datetime) -> tuple[Standing, tuple[Transition, ...]]:
    """It cannot tell. Whether it ever was calm for long enough has to be seen from the beginning."""
    blind = replace(looked, blind_since=standing.blind_since or at, blind_why=why, calm_since=None)
    if standing.open and standing.blind_since is None:
        return blind, (told(blind, What.BLIND, at, why),)
    return blind, ()


def _move(rule: Rule, standing: Standing, judged: Judged, at: datetime) -> tuple[Standing, tuple[What, ...]]:
    """The next phase of what can be told."""
    breach = judged is Judged.BREACH
    if standing.phase is Phase.CLEAR:
        if not breach:
            return standing, ()
        if hold_of(rule) <= _NO_TIME:
            return _raised(rule, replace(standing, breach_since=at), at)
        pending = replace(standing, phase=Phase.PENDING, since=at, breach_since=at, worst=None)
        return pending, (What.PENDING,)
    if standing.phase is Phase.PENDING:
        if not breach:
            return replace(standing, phase=Phase.CLEAR, since=at, breach_since=None), (What.PASSED,)
        if at - (standing.breach_since or at) >= hold_of(rule):
            return _raised(rule, standing, at)
        return standing, ()
    if judged is not Judged.CALM:
        if standing.phase is Phase.CLEARING:
            return replace(standing, phase=Phase.RAISED, since=at, calm_since=None), (What.BACK,)
        return standing, ()
    calm_since = standing.calm_since or at
    if at - calm_since >= _calm_for(rule, standing):
        return _cleared(standing, at), (What.CLEARED,)
    clearing = replace(standing, phase=Phase.CLEARING, calm_since=calm_since)
    if standing.phase is Phase.CLEARING:
        return clearing, ()
    return replace(clearing, since=at), (What.CLEARING,)


def _raised(rule: Rule, standing: Standing, at: datetime) -> tuple[Standing, tuple[What, ...]]:
    often = rule.flapping
    lately = [moment for moment in standing.raises if at - moment <= often.within]
    raises = (*lately, at)[-max(often.times, 1) :]
    raised = replace(
        standing, phase=Phase.RAISED, since=at, raised_at=at, raises=raises, worst=standing.value, alert=None
    )
    if often.times > 0 and len(raises) >= often.times:
        return replace(raised, flapping_since=at), (What.RAISED, What.FLAPPING)
    return raised, (What.RAISED,)


def _cleared(standing: Standing, at: datetime) -> Standing:
    """Nothing of the alert is left but when it was raised, which flapping looks at, and how bad it became."""
    return replace(
        standing,
        phase=Phase.CLEAR,
        since=at,
        breach_since=None,
        calm_since=None,
        flapping_since=None,
        alert=None,
        raised_at=None,
        acknowledged_at=None,
        acknowledged_by="",
    )


def _calm_for(rule: Rule, standing: Standing) -> timedelta:
    """For how long it has to be calm: longer, for what comes and goes."""
    if standing.flapping_since is None:
        return rule.clear_for
    return max(rule.clear_for, rule.flapping.calm_for)
