"""What each rule sees at a moment, out of the one picture that is on the walls too.

Only what is known as the present counts. Whatever is old, not given, never came, or is nowhere any more is seen as nothing,
with the reason in words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flowcentre.alerts.lines import draw, judge_time, time_at_level, time_words, unknown_words
from flowcentre.alerts.machine import judge
from flowcentre.alerts.past import Past
from flowcentre.measures import ALL
from flowcentre.measures.derive import LONDON, local_day
from flowcentre.measures.lacking import lacks
from flowcentre.model import (
    Feed,
    FeedStatus,
    Judged,
    Period,
    Picture,
    Point,
    Rule,
    RuleKind,
    Seen,
    State,
    Summing,
    Value,
)

_MINUTE = timedelta(minutes=1)
Sights = dict[tuple[str, str], Seen]  # by rule and subject


def see(picture: Picture, rules: Iterable[Rule], at: datetime, past: Past) -> Sights:
    """What each rule sees of each of its subjects. ``at`` may be later than the picture: what has grown old since is old."""
    rules = tuple(rules)
    over = {(p, rule.measure): rule.over for rule in rules if _looks_back(rule) for p in rule.places}
    past.keep_for(len({rule.over for rule in rules if rule.kind is RuleKind.STEP}))
    longest = max([each for each in over.values() if each is not None], default=None)
    histories = past.histories(picture.county, tuple(over), at - longest, at) if longest is not None else {}
    return {
        (rule.id, subject): _see_one(picture, rule, subject, at, past, histories)
        for rule in rules
        for subject in rule.subjects
    }


def see_nothing(rules: Iterable[Rule], why: str) -> Sights:
    """That no rule can tell anything, for one reason."""
    return {(rule.id, subject): Seen(None, why=why) for rule in rules for subject in rule.subjects}


def next_silence(picture: Picture, rules: Iterable[Rule], at: datetime) -> datetime | None:
    """When the first of the feeds that are watched turns late or falls silent, if no news comes: no value need age then."""
    watched = {feed for rule in rules if rule.kind is RuleKind.SILENCE for feed in rule.feeds}
    moments = [
        status.observed_at + length
        for status in picture.feeds
        if status.feed.id in watched and status.feed.polled and status.observed_at is not None
        for length in (status.feed.late_after, status.feed.stale_after)
    ]
    return min([moment for moment in moments if moment > at], default=None)


def clock(moment: datetime, at: datetime) -> str:
    """A moment by the clocks of London, with its day where that is not today: "10:14", "10:14 on 21 Nov"."""
    local = moment.astimezone(LONDON)
    day = "" if local_day(moment) == local_day(at) else f" on {local.day} {local:%b}"
    return f"{local:%H:%M}{day}"


def _looks_back(rule: Rule) -> bool:
    return rule.kind is RuleKind.TIME_AT_LEVEL and rule.over is not None and rule.raise_at is not None


def _see_one(
    picture: Picture,
    rule: Rule,
    subject: str,
    at: datetime,
    past: Past,
    histories: Mapping[tuple[str, str], Sequence[Point]],
) -> Seen:
    if rule.kind is RuleKind.SILENCE:
        return _silence(picture, subject, at, unmoving=rule.unmoving)
    if rule.kind is RuleKind.HELD:
        return _held(picture, subject, at)
    now = _value(picture, subject, rule.measure, at)
    if rule.kind is RuleKind.LEVEL or now.value is None:
        return now
    if rule.over is None or rule.raise_at is None:
        return replace(now, value=None, why="the rule does not say what it looks back over, or its limit")
    if rule.kind is RuleKind.STEP:
        return _step(picture, rule, subject, now, at, past)
    return _time_at_level(picture, rule, subject, now, at, histories.get((subject, rule.measure), ()))


# --- A value of now, or of a moment before ----------------------------------------------------------


def _value(picture: Picture, place_id: str, measure_id: str, at: datetime) -> Seen:
    if (why := _nowhere(picture, place_id, measure_id, at)) is not None:
        return Seen(None, why=why)
    value = picture.value(place_id, measure_id)
    state = value.state
    if state.usable and value.stale_at is not None and at >= value.stale_at:
        state = State.STALE  # since the picture was made
    seen = Seen(value.value, value.at_least, value.observed_at, feeds=value.feeds)
    if value.value is None or not state.usable:
        return replace(seen, value=None, why=_why(value, state, at))
    if not math.isfinite(value.value):
        return replace(seen, value=None, why="the figure is no number")
    if value.at_least:
        return replace(seen, why=_short_of(value))
    if lacks(value):
        # A share of some says something of all; a sum or a difference of some does not.
        if ALL[measure_id].across_places in (Summing.RATIO, Summing.MEAN):
            return replace(seen, partial=True, why=_short_of(value))
        return replace(seen, value=None, why=_short_of(value))
    return seen


def _nowhere(picture: Picture, place_id: str, measure_id: str, at: datetime) -> str | None:
    """Why nothing can be known of a measure at a place; None where something could be."""
    place = picture.county.places.get(place_id)
    if place is None:
        return "this place is no longer in the configuration"
    if not place.valid_on(local_day(at)):
        return "this place is closed"
    if measure_id not in ALL:
        return "there is no such measure any more"
    if (place_id, measure_id) not in picture.values:
        return "no feed in the configuration reports it here"
    return None


def _why(value: Value, state: State, at: datetime) -> str:
    if state is State.NEVER:
        return "nothing has ever come"
    if state is State.STALE and value.typed is not None:
        return f"what was typed in held until {clock(value.typed.expires_at, at)}"
    if state is State.STALE:
        return "no news" if value.observed_at is None else f"no news since {clock(value.observed_at, at)}"
    return "it cannot be worked out from what is known" if value.derived else "the source gives no figure"


def _short_of(value: Value) -> str:
    if not value.coverage.complete:
        return f"only {value.coverage} report"
    if not value.held:
        return "not all of it is known"
    return "1 row is held back" if value.held == 1 else f"{value.held:,} rows are held back"


# --- What looks back --------------------------------------------------------------------------------


def _step(picture: Picture, rule: Rule, subject: str, now: Seen, at: datetime, past: Past) -> Seen:
    """The change since a moment before. Both ends have to be known, and whole."""
    assert rule.over is not None
    moment = at - rule.over
    if ALL[rule.measure].period is Period.SINCE_MIDNIGHT and local_day(moment) != local_day(at):
        return replace(now, value=None, at_least=False, why="it is counted anew since midnight")
    before = past.picture(picture.county, moment, at)
    then = _value(before, subject, rule.measure, before.at)
    assert now.value is not None
    if then.value is None:
        return replace(now, value=None, at_least=False, why=f"of {clock(moment, at)}: {then.why}")
    missing, lacked = (each.value(subject, rule.measure).coverage.missing for each in (picture, before))
    if then.at_least or ((now.partial or then.partial) and missing != lacked):
        return replace(now, value=None, at_least=False, why=f"of {clock(moment, at)} and now not the same report")
    words = f"{then.value:g} at {clock(moment, at)}, {now.value:g} now"
    partial = now.partial or then.partial
    return replace(now, value=now.value - then.value, partial=partial, why=f"{words}; {now.why}" if now.why else words)


def _time_at_level(
    picture: Picture, rule: Rule, subject: str, now: Seen, at: datetime, points: Sequence[Point]
) -> Seen:
    value = picture.value(subject, rule.measure)
    feed = picture.county.feed(value.feeds[0]) if value.feeds and not value.derived else None
    since_midnight = ALL[rule.measure].period is Period.SINCE_MIDNIGHT
    line = draw(points, at, feed.stale_after if feed is not None else None, since_midnight=since_midnight)
    there, unknown = time_at_level(rule, line, at)
    judged = judge_time(rule, there, unknown, judge(rule, now))
    why = time_words(rule, there)
    if judged is Judged.UNKNOWN and not now.why:
        why += f", and nothing is known of {unknown_words(rule, unknown)}"
    return replace(now, judged=judged, why=f"{why}; {now.why}" if now.why else why)


# --- Silence ----------------------------------------------------------------------------------------


def _silence(picture: Picture, feed_id: str, at: datetime, *, unmoving: bool) -> Seen:
    """The age of the newest that a feed told, in minutes. One that answers, and of whose words nothing is known, is silent too;
    with ``unmoving`` so is one that says the very same of new moments for longer than is likely.
    """
    status = next((each for each in picture.feeds if each.feed.id == feed_id), None)
    if status is None:
        return Seen(None, why="this feed is no longer in the configuration", judged=Judged.UNKNOWN, feeds=(feed_id,))
    observed_at = status.observed_at
    age = None if observed_at is None else max((at - observed_at) / _MINUTE, 0.0)
    state = _state_now(status, at)
    judged = {State.FRESH: Judged.CALM, State.LATE: Judged.BETWEEN}.get(state, Judged.BREACH)
    if observed_at is None or state is State.NEVER:
        why = "it has never spoken"
    elif state is State.UNKNOWN:
        why = "it answers, and gives no figure"
    else:
        why = f"no news since {clock(observed_at, at)}" if judged is not Judged.CALM else ""
    if unmoving and status.unmoving_since is not None and judged is not Judged.BREACH:
        judged, why = (
            Judged.BREACH,
            f"the very same figures since {clock(status.unmoving_since, at)}, under new moments",
        )
    return Seen(age, observed_at=observed_at, why=why, feeds=(feed_id,), judged=judged)


def _held(picture: Picture, feed_id: str, at: datetime) -> Seen:
    """How many rows of its last answer are held back. Of a feed that neither spoke nor was read lately nobody knows how many there are now."""
    status = next((each for each in picture.feeds if each.feed.id == feed_id), None)
    if status is None:
        return Seen(None, why="this feed is no longer in the configuration", feeds=(feed_id,))
    if status.read_at is None:
        return Seen(None, why="no answer of it has been read", feeds=(feed_id,))
    seen = Seen(status.held_now, observed_at=status.read_at, feeds=(feed_id,))
    if at >= held_until(status.feed, status.read_at, status.observed_at):
        return replace(seen, value=None, why=f"nothing of it has been read since {clock(status.read_at, at)}")
    return seen


def held_until(feed: Feed, read_at: datetime, observed_at: datetime | None) -> datetime:
    """Until when an answer speaks of the present: as long as its figures would, and no less long than after it was read."""
    return max(read_at, observed_at or read_at) + feed.stale_after


def _state_now(status: FeedStatus, at: datetime) -> State:
    """The state of a feed, which goes by its own clock and may have turned since the picture was made."""
    if not status.feed.polled or status.observed_at is None or status.state in (State.UNKNOWN, State.NEVER):
        return status.state
    age = at - status.observed_at
    if age >= status.feed.stale_after:
        return State.STALE
    return State.LATE if age >= status.feed.late_after else State.FRESH
