"""One poll settled: what came is weighed and recorded in one transaction."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from flowcentre.feeds.answers import Answer
from flowcentre.feeds.elsewhere import claims_of
from flowcentre.feeds.plausibility import FELL, Rules
from flowcentre.feeds.remembered import Remembered
from flowcentre.feeds.weighing import RULES, Weighed, weigh
from flowcentre.model import ClockOff, County, Feed, Outcome
from flowcentre.store import Recorded, Store

# Polls that say nothing of what the source would have listed.
_SAID_NOTHING = frozenset(
    {
        Outcome.RUNNING,
        Outcome.UNCHANGED,
        Outcome.UNAVAILABLE,
        Outcome.OVERRAN,
        Outcome.CRASHED,
        Outcome.SKIPPED,
    }
)


def settle(
    store: Store,
    feed: Feed,
    county: County,
    poll_id: int,
    answer: Answer,
    *,
    now: datetime,
    attempts: int = 1,
    remembered: Remembered | None = None,
    rules: Rules = RULES,
) -> Recorded:
    """Weigh an answer and record it as the end of a claimed poll, at ``now``.

    Hand ``remembered`` in again and again where nobody else writes this feed, as when a history is
    read in: it saves reading the store each time.
    """
    if remembered is None:
        remembered = Remembered.read(store, feed, county)
    weighed = weigh_against(store, feed, county, answer, remembered, now=now, rules=rules)
    return record(store, feed, poll_id, answer, weighed, now=now, attempts=attempts, remembered=remembered)


def weigh_against(
    store: Store,
    feed: Feed,
    county: County,
    answer: Answer,
    remembered: Remembered,
    *,
    now: datetime,
    rules: Rules = RULES,
) -> Weighed:
    """What of an answer is believed, with all that the store knows of this feed and of the others."""
    return weigh(
        answer,
        remembered,
        now=now,
        times_running=lambda subject: times_running(store, feed, subject, rules),
        claims=claims_of(store, county),
        terms=county.care,
        stay_limits=county.places.stay_limits,
        rules=rules,
    )


def record(
    store: Store,
    feed: Feed,
    poll_id: int,
    answer: Answer,
    weighed: Weighed,
    *,
    now: datetime,
    attempts: int,
    remembered: Remembered,
    clock: ClockOff | None = None,
) -> Recorded:
    """Record a weighed answer in one transaction. Only then is it remembered."""
    recorded = store.record_poll(
        poll_id,
        feed=feed.id,
        finished_at=now,
        outcome=weighed.outcome,
        sightings=weighed.sightings,
        lists=weighed.lists,
        exports=weighed.exports,
        held=weighed.held,
        refused=weighed.refused,
        # Held or not: the next file speaks for itself, and the same one is not asked for again.
        bookmark=answer.bookmark,
        message=weighed.message,
        attempts=attempts,
        moved_at=weighed.moved_at,
        clock=clock,
    )
    remembered.become(weighed.remembered)
    return recorded


def times_running(store: Store, feed: Feed, subject: str, rules: Rules = RULES) -> int:
    """How many of the newest answers of a feed, one after the other, raised the same doubt; at most ``believe_at``.

    The doubt of a list or a column is in the poll's message; that of a counter is with its held row.
    """
    answers = store.polls(feed.id, limit=rules.believe_at, leaving_out=_SAID_NOTHING)
    held = sum(poll.counts.held for poll in answers)
    fell = {
        row.poll
        for row in (store.held_rows(feed.id, limit=held) if held else ())
        if row.reason.startswith(FELL) and row.row.endswith(f", {subject}")
    }
    return sum(1 for _ in takewhile(lambda poll: f"{subject}:" in poll.message or poll.id in fell, answers))
