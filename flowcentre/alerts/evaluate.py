"""The evaluator: looks at each new picture, moves every rule on by what it sees, and keeps it all in one transaction.

It remembers nothing itself. How rules stand, and since when, is in the store: any engine may look, at any time, and a look that
was missed is made up for by the next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from flowcentre.alerts.chasers import chase
from flowcentre.alerts.departed import Departed, Departures, leaver
from flowcentre.alerts.gaps import calm_all_along, in_breach_since, never_saw
from flowcentre.alerts.machine import (
    LONGEST_UNSEEN,
    calm_anew,
    judge,
    next_moment,
    put_right,
    step,
    unseen,
    unwatched,
    watches_another,
)
from flowcentre.alerts.past import Past
from flowcentre.alerts.seen import Sights, clock, next_silence, see, see_nothing
from flowcentre.model import (
    ANOTHER_MEASURE,
    Alerting,
    Judged,
    Phase,
    Picture,
    Rule,
    Seen,
    Standing,
    Telling,
    Transition,
    What,
)
from flowcentre.picture.looked import note_look
from flowcentre.store import Decided, Stood, Store

log = structlog.get_logger(__name__)

Routing = Callable[
    [Alerting, Stood, Sequence[Transition], Sequence[Standing], Picture, datetime],
    tuple[Sequence[Telling], datetime | None],
]

LOOK_AGAIN = timedelta(seconds=30)  # however quiet all is
# A live picture is made anew every half minute at least. One that was not for so long cannot speak of the present.
PICTURE_LIMIT = timedelta(seconds=90)
# Of what does not change the moment of the last look is written only now and then.
_NOTE_EVERY = timedelta(seconds=20)
_NOTHING: tuple[Transition, ...] = ()
_BREATH = 0.2  # seconds between two looks, so that many pictures at once are one look
_RETRY = 1.0  # seconds, after a look that failed


@dataclass
class _Look:
    """What one look decides, gathered rule by rule."""

    standings: list[Standing] = field(default_factory=list)  # that are to be written
    transitions: list[Transition] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)  # at which to look again

    def add(self, before: Standing, after: Standing, happened: Sequence[Transition]) -> None:
        if happened or _to_be_written(before, after):
            self.standings.append(after)
        self.transitions += happened


class Evaluator:
    """Looks on each new picture, when a timer ends, and at least each half minute, in a thread of its own."""

    def __init__(
        self,
        store: Store,
        current: Callable[[], Picture],
        alerting: Callable[[], Alerting],
        now: Callable[[], datetime],
        routing: Routing,
    ) -> None:
        self._store = store
        self._current = current
        self._alerting = alerting
        self._now = now
        self._routing = routing
        self._past = Past(store)
        self._departures = Departures(store)
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._saw: set[tuple[str, str]] = set()  # of which something was seen: it was not looked at for the first time
        self._failing: set[str] = set()  # rules that cannot be worked out, each logged once
        self._decided_at: datetime | None = None  # the last look of this one, whatever it saw
        self._noted_at: datetime | None = None  # the last look that displays can see in the store
        self.last_look_at: datetime | None = None  # the last that saw all of its rules: a watchdog sees it stand still

    def look(self) -> datetime | None:
        """Look once; returns when to look again if nothing happens, or None where nothing is waited for."""
        now = self._now()
        at = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as the store keeps it
        picture, alerting = self._current(), self._alerting()
        if picture.looks_back:
            return None  # the past raises no alert
        in_time = at - picture.known_at <= PICTURE_LIMIT
        if not in_time:
            why = f"the picture has not been made anew since {clock(picture.known_at, at)}"
            sights, pictured_at = see_nothing(alerting.rules, why), at
        else:
            sights, pictured_at = self._see(picture, alerting.rules, at), picture.known_at
        due: list[datetime] = []
        departed = self._departures.look(picture.county, at)
        calm = self._calm_all_along(picture, alerting.rules, at)
        begun = self._in_breach_since(picture, alerting.rules, sights, at)

        def decide(stood: Stood) -> Decided:
            found = decide_all(alerting.rules, stood, sights, at, pictured_at, departed, calm, begun)
            tellings, next_due = self._routing(alerting, stood, found.transitions, found.standings, picture, at)
            due.extend(found.moments)
            if next_due is not None:
                due.append(next_due)
            chasers, chased, next_chaser = chase(alerting, stood.actions, at)
            if next_chaser is not None:
                due.append(next_chaser)
            return Decided(tuple(found.standings), tuple(found.transitions), (*tellings, *chasers), tuple(chased))

        self._store.decide_alerts(decide, rules={rule.id: rule for rule in alerting.rules}, at=at)
        self._decided_at = at
        self._saw |= {key for key, seen in sights.items() if seen.value is not None}
        silence_at = next_silence(picture, alerting.rules, at)
        # A look that saw nothing keeps every alert open and raises none: whoever relies on being told must hear of that.
        if in_time and not self._failing:
            self.last_look_at = at
            self._noted_at = note_look(self._store, at, self._noted_at)
        return min([*due, *([silence_at] if silence_at is not None else [])], default=None)

    def wake(self, _picture: Picture | None = None) -> None:
        """There is a new picture, or something else to look at: hand it to ``LivePicture.subscribe``."""
        self._news.set()

    def start(self) -> None:
        """Look until stopped."""
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; a look that has begun is ended."""
        self._stopped.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _calm_all_along(self, picture: Picture, rules: Sequence[Rule], at: datetime) -> frozenset[tuple[str, str]]:
        """What was calm in a time in which nobody looked; asked only where there may have been one."""
        decided_at = self._decided_at
        if decided_at is not None and abs(at - decided_at) <= LONGEST_UNSEEN:
            return frozenset()
        standings = {(each.rule, each.subject): each for each in self._store.standings()}
        return calm_all_along(self._store, picture, rules, standings, at)

    def _in_breach_since(
        self, picture: Picture, rules: Sequence[Rule], sights: Sights, at: datetime
    ) -> dict[tuple[str, str], datetime]:
        """Since when that was in breach which is looked at for the first time; asked of nothing else."""
        fresh = {key for key, seen in sights.items() if seen.value is not None and key not in self._saw}
        by_id = {rule.id: rule for rule in rules}
        fresh = {key for key in fresh if judge(by_id[key[0]], sights[key]) is Judged.BREACH}
        if not fresh:
            return {}
        fresh -= {(each.rule, each.subject) for each in self._store.standings() if not never_saw(each)}
        return in_breach_since(self._store, picture.county, rules, sights, fresh, at)

    def _see(self, picture: Picture, rules: Sequence[Rule], at: datetime) -> Sights:
        """What each rule sees; one that cannot be worked out sees nothing, and is no harm to the others."""
        try:
            sights = see(picture, rules, at, self._past)
        except Exception:
            return {key: seen for rule in rules for key, seen in self._see_one(picture, rule, at).items()}
        self._failing.clear()
        return sights

    def _see_one(self, picture: Picture, rule: Rule, at: datetime) -> Sights:
        try:
            return see(picture, [rule], at, self._past)
        except Exception:
            if rule.id not in self._failing:
                log.exception("a rule of alerts cannot be worked out", rule=rule.id)
            self._failing.add(rule.id)
            return see_nothing([rule], "the rule cannot be worked out: see the log")

    def _run(self) -> None:
        failing = False
        while not self._stopped.is_set():
            self._news.clear()
            try:
                due = self.look()
            except Exception:
                # Nothing of the look is kept, and the next makes up for it. Said once, however long it lasts.
                if not failing:
                    log.exception("alerts cannot be evaluated")
                failing = True
                self._stopped.wait(_RETRY)
                continue
            if failing:
                log.info("alerts are evaluated again")
            failing = False
            self._stopped.wait(_BREATH)
            self._news.wait(timeout=self._wait(due).total_seconds())

    def _wait(self, due: datetime | None) -> timedelta:
        if due is None:
            return LOOK_AGAIN
        return min(max(due - self._now(), timedelta(0)), LOOK_AGAIN)


def decide_all(
    rules: Iterable[Rule],
    stood: Stood,
    sights: Sights,
    at: datetime,
    pictured_at: datetime,
    departed: Departed,
    calm: Collection[tuple[str, str]] = (),
    begun: Mapping[tuple[str, str], datetime] | None = None,
) -> _Look:
    """How every rule stands after a look at a moment, at a picture that was made at another.

    ``calm`` are those that nobody looked at for a while, and that are known to have been calm all the same; ``begun`` says since
    when those are known to be in breach that are looked at for the first time.
    """
    found = _Look()
    watched = set()
    for rule in rules:
        for subject in dict.fromkeys(rule.subjects):
            key = (rule.id, subject)
            watched.add(key)
            kept = stood.standings.get(key, Standing(rule.id, subject))
            before = put_right(kept, at)
            if watches_another(rule, before) and before.phase is not Phase.CLEAR:
                after, happened = unwatched(before, at, ANOTHER_MEASURE)
                found.add(kept, after, happened)
                continue
            if unseen(before, at) and key not in calm:
                before = calm_anew(before)
            after, happened = before, _NOTHING
            # Where another engine, with newer news, has moved it on since, this picture would take it back.
            if before.since is None or pictured_at >= before.since:
                judged, seen = _judge(rule, before, sights[key], departed)
                after, happened = step(rule, before, judged, seen, at)
                if key in (begun or {}) and never_saw(before) and after.phase is Phase.PENDING:
                    since = min((begun or {})[key], at)
                    after, more = step(rule, replace(after, breach_since=since), judged, seen, at)
                    # It was in breach before anybody looked, and its story begins there.
                    began = (replace(each, at=since) if each.what is What.PENDING else each for each in happened)
                    happened = (*began, *more)
            found.add(kept, after, happened)
            if (moment := next_moment(rule, after)) is not None:
                found.moments.append(moment)
    for key, kept in stood.standings.items():
        if key not in watched:
            found.add(kept, *unwatched(put_right(kept, at), at))
    return found


def _judge(rule: Rule, before: Standing, seen: Seen, departed: Departed) -> tuple[Judged, Seen]:
    """What is seen says, but that nothing is over because somebody who counted in it does so no more."""
    judged = judge(rule, seen)
    ends = judged is Judged.CALM or (before.phase is Phase.PENDING and judged is Judged.BETWEEN)
    if not ends or before.phase is Phase.CLEAR or before.breach_since is None:
        return judged, seen
    gone = leaver(departed, rule, before.subject, before.breach_since)
    if gone is None:
        return judged, seen
    return Judged.UNKNOWN, replace(seen, why=f"{gone} counted in it, and does so no more")


def _to_be_written(before: Standing, after: Standing) -> bool:
    """Has anything changed that somebody would miss? Of a clear rule only what it cannot tell."""
    if after == before:
        return False
    if before.phase is Phase.CLEAR and after.phase is Phase.CLEAR:
        return (after.blind_since, after.blind_why) != (before.blind_since, before.blind_why)
    if replace(after, looked_at=before.looked_at) != before or before.looked_at is None or after.looked_at is None:
        return True
    return abs(after.looked_at - before.looked_at) >= _NOTE_EVERY
