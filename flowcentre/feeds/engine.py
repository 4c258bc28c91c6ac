"""The engine: polls every feed when it is due, once, in time, or says that it did not.

Of any number of engines on one store each due poll is run by the one that claims it. What an engine
that died was running, another takes over.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from flowcentre.feeds.attempts import Attempts, Claimed
from flowcentre.feeds.contract import Connector
from flowcentre.feeds.grid import jitter, missed_between
from flowcentre.feeds.plausibility import Rules
from flowcentre.feeds.schedule import BackgroundSchedule, Schedule
from flowcentre.feeds.weighing import RULES
from flowcentre.feeds.worker import Limits
from flowcentre.model import EPOCH, County, Feed, Outcome, Poll
from flowcentre.store import Store

BEAT_EVERY = timedelta(seconds=5)
LOST_AFTER = timedelta(seconds=15)  # of silence: then an engine's polls are taken over
_CLOCK_STEP = timedelta(seconds=2)
_A_MOMENT = timedelta(milliseconds=1)  # the shortest that a store tells apart
_LIMITS = Limits()
log = structlog.get_logger(__name__)


class Engine:
    """Polls the feeds of a county into a store.

    ``name`` tells engines apart in the ledger; a few letters are added, so that an engine started again
    is another one. ``after_poll`` is called with each new version, from many threads.
    """

    def __init__(
        self,
        store: Store,
        county: County,
        connectors: Mapping[str, type[Connector]],
        *,
        now: Callable[[], datetime],
        name: str,
        after_poll: Callable[[int], None] = lambda _version: None,
        limits: Limits = _LIMITS,
        rules: Rules = RULES,
        schedule: Schedule | None = None,
    ) -> None:
        self.name = f"{name}/{secrets.token_hex(3)}"
        self._store = store
        self._county = county
        self._now = now
        self._schedule: Schedule = schedule or BackgroundSchedule(now)
        self._attempts = Attempts(
            store,
            connectors,
            self._schedule,
            now=now,
            county=lambda: self._county,
            after_poll=after_poll,
            limits=limits,
            rules=rules,
        )
        self._begun: dict[str, datetime] = {}  # since when feeds have another rhythm than at the start
        self._crowded: set[str] = set()  # feeds of which a due time passed while a poll was running
        self._stopping = threading.Event()
        self._watch: threading.Thread | None = None
        self._started_at: datetime | None = None
        self._drift = timedelta(0)

    # --- Life ---------------------------------------------------------------------------

    def start(self) -> None:
        """Take over what a lost engine left, poll at once what is due, and go on by the grid."""
        self._attempts.start()
        at = self._started_at = self._now()
        self._drift = self._clock_drift()
        self._schedule.start()
        # On SQLite there is one writer, and this is it: whoever was running before is gone.
        self.sweep(at, silent_for=timedelta(0) if self._store.dialect == "sqlite" else LOST_AFTER)
        self._schedule.keep("roll up", self._roll_up, every=timedelta(hours=1), offset=timedelta(minutes=5))
        self._schedule.keep("purge", self._purge, every=timedelta(days=1), offset=timedelta(hours=3))
        for feed in self._county.feeds:
            self._keep(feed, at)
        self._watch = threading.Thread(target=self._keep_watch, name="engine watch", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """End every worker and poll no more. What was running is left for the next engine to take over."""
        self._stopping.set()
        self._attempts.end()
        self._schedule.stop()
        if self._watch is not None:
            self._watch.join()
        self._store.beat(self.name, EPOCH)  # said to be gone, so that nobody waits to make sure

    def reload(self, county: County) -> None:
        """Go on with another configuration. Polls that run end as they began."""
        before, self._county = self._county, county
        changed = [feed for feed in county.feeds if before.feed(feed.id) != feed]
        gone = [feed.id for feed in before.feeds if county.feed(feed.id) is None]
        for feed_id in gone:
            self._schedule.drop(feed_id)
        for feed in changed:
            at, was = self._now(), before.feed(feed.id)
            if was is None or not was.polled or (was.every, was.offset) != (feed.every, feed.offset):
                self._begun[feed.id] = at
            self._keep(feed, at)
        for feed_id in [*gone, *(feed.id for feed in changed)]:
            # What waits to be tried again must not wait for hours, to be asked as it was configured before.
            self._schedule.hasten(f"{feed_id}/again")

    def _keep(self, feed: Feed, at: datetime) -> None:
        feed_id = feed.id
        if not feed.polled:  # people type it in
            for waiting in (feed_id, f"{feed_id}/first", f"{feed_id}/again"):
                self._schedule.drop(waiting)
            return

        def poll() -> None:
            self.poll_due(feed_id, self._now())

        self._schedule.keep(feed_id, poll, every=feed.every, offset=feed.offset + jitter(feed, self.name))
        self._schedule.once(f"{feed_id}/first", poll, at)

    # --- One due time -------------------------------------------------------------------

    def poll_due(self, feed_id: str, at: datetime) -> None:
        """Run the newest due poll of a feed, unless it was run, is another engine's, or one is still running."""
        county = self._county
        feed = county.feed(feed_id)
        if feed is None or not feed.polled or self._stopping.is_set():
            return
        due = feed.due_at(at)
        running = self._attempts.running(feed_id)
        if running is not None:
            if running.due_at != due:
                self._crowded.add(feed_id)
            return
        try:
            # Until now: a clock that was ahead for a while must not silence a feed until that time comes.
            last = self._store.last_due(feed_id, until=at)
            if last is not None and last >= due:
                return
            poll_id = self._store.claim_poll(feed_id, due, engine=self.name, started_at=at)
            if poll_id is None:
                return
        except Exception as error:
            self._attempts.say_lost(feed, Outcome.CRASHED, f"no poll could be claimed: {type(error).__name__}")
            return
        self._count_missed(feed, last, due, at)
        self._attempts.run(Claimed(feed, county, poll_id, due))

    def _count_missed(self, feed: Feed, last: datetime | None, due: datetime, at: datetime) -> None:
        # Of a rhythm that was taken since the last look none of the due times before it has passed.
        begun = self._begun.get(feed.id, EPOCH)
        missed = missed_between(feed, max(last, begun), due) if last is not None else 0
        if missed:
            # Another engine may have polled in between since that was read.
            last = self._store.last_due(feed.id, until=due - _A_MOMENT) or due
            missed = missed_between(feed, max(last, begun), due)
        crowded = feed.id in self._crowded
        self._crowded.discard(feed.id)
        if not missed:
            return
        reason = "no engine was polling"
        if crowded:
            reason = "the poll before was still running"
        elif self._started_at is not None and last is not None and last >= self._started_at:
            reason = "the engine came too late: is the machine overloaded?"
        log.warning("due times passed unpolled", feed=feed.id, missed=missed, reason=reason)
        try:
            version = self._store.record_skip(feed.id, due - feed.every, missed=missed, reason=reason, at=at)
        except Exception as error:
            log.error("the due times that passed could not be recorded", feed=feed.id, error=type(error).__name__)
        else:
            self._attempts.tell(version)

    # --- Watching -----------------------------------------------------------------------

    def sweep(self, at: datetime, *, silent_for: timedelta = LOST_AFTER) -> None:
        """Say that we live, take over the polls of engines that do not, and end those that could not be recorded."""
        self._store.beat(self.name, at)
        self._attempts.record_leftovers(at)
        for poll in self._store.abandoned_polls(silent_since=at - silent_for):
            if poll.engine != self.name:
                self._take_over(poll, at)

    def _take_over(self, poll: Poll, at: datetime) -> None:
        if not self._store.take_over_poll(poll.id, engine=self.name, lost_engine=poll.engine, at=at):
            return
        county = self._county
        feed = county.feed(poll.feed)
        log.warning("poll taken over", feed=poll.feed, poll=poll.id, lost_engine=poll.engine)
        if feed is not None and poll.due_at + feed.every > at and self._attempts.running(feed.id) is None:
            claimed = Claimed(feed, county, poll.id, poll.due_at, poll.attempts + 1)
            self._schedule.once(f"{feed.id}/taken over", lambda: self._attempts.run(claimed), at)
            return
        recorded = self._store.record_poll(
            poll.id,
            feed=poll.feed,
            finished_at=at,
            outcome=Outcome.SKIPPED,
            message="the engine that ran this poll stopped, and its time has passed",
            attempts=poll.attempts,
        )
        self._attempts.tell(recorded.version)

    def _keep_watch(self) -> None:
        """Every few seconds, by a clock that nobody sets: tell that we live, look for those who do not."""
        failing = False
        while not self._stopping.wait(BEAT_EVERY.total_seconds()):
            try:
                self._check_clock()
                self.sweep(self._now())
                failing = False
            except Exception as error:
                if not failing:
                    log.error("the engine cannot reach its store", error=type(error).__name__)
                failing = True

    def _check_clock(self) -> None:
        drift = self._clock_drift()
        if abs(drift - self._drift) > _CLOCK_STEP:
            log.error("the clock was set", by_seconds=round((drift - self._drift).total_seconds(), 1))
            self._drift = drift
            self._schedule.realign()

    def _clock_drift(self) -> timedelta:
        return self._now() - EPOCH - timedelta(seconds=time.monotonic())

    def _purge(self) -> None:
        at = self._now()
        try:
            self._store.purge(self._county.retention.cuts(at), at=at, stop=self._stopping.is_set)
        except Exception as error:
            log.error("what was kept long enough could not be purged", error=type(error).__name__)

    def _roll_up(self) -> None:
        try:
            self._store.roll_up(self._now())
        except Exception as error:
            log.error("the history could not be rolled up", error=type(error).__name__)
