"""The attempts at polls that an engine has claimed: asked, asked again, recorded, and said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from flowcentre.feeds.answers import Failed
from flowcentre.feeds.clocks import clock_off
from flowcentre.feeds.contract import Connector, PlaceCodes
from flowcentre.feeds.grid import retry_at
from flowcentre.feeds.plausibility import Rules
from flowcentre.feeds.poll import record, weigh_against
from flowcentre.feeds.remembered import Remembered, place_codes
from flowcentre.feeds.schedule import Schedule
from flowcentre.feeds.tables import LONDON
from flowcentre.feeds.weighing import shorten
from flowcentre.feeds.worker import Limits, Question, Workers
from flowcentre.model import County, Feed, Outcome
from flowcentre.store import PollAlreadyRecorded, Store

_WELL = (Outcome.OK, Outcome.UNCHANGED)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A poll that this engine has claimed and not yet recorded, with the configuration that it began under."""

    feed: Feed
    county: County
    poll_id: int
    due_at: datetime
    attempts: int = 1
    failed: Failed | None = None  # what the attempt before came to


@dataclass(frozen=True, slots=True)
class _LeftAlone:
    """A source's wish not to be asked for a while."""

    feed: Feed  # as it was configured: another address has made no such wish
    said_at: datetime
    until: datetime

    def holds(self, feed: Feed, at: datetime) -> bool:
        """Not before it was said: a clock that was ahead must not silence a feed."""
        return feed == self.feed and self.said_at <= at < self.until


class Attempts:
    """Runs claimed polls to their end. Used from many threads, one feed in one of them at a time."""

    def __init__(
        self,
        store: Store,
        connectors: Mapping[str, type[Connector]],
        schedule: Schedule,
        *,
        now: Callable[[], datetime],
        county: Callable[[], County],
        after_poll: Callable[[int], None],
        limits: Limits,
        rules: Rules,
    ) -> None:
        self._store = store
        self._connectors = connectors
        self._schedule = schedule
        self._now = now
        self._county = county  # as it is configured now
        self._after_poll = after_poll
        self._limits = limits
        self._rules = rules
        self._workers = Workers(sorted({connector.__module__ for connector in connectors.values()}))
        self._lock = threading.Lock()
        self._running: dict[str, Claimed] = {}  # by feed
        self._unrecorded: dict[int, Claimed] = {}
        self._lost: set[str] = set()
        self._left_alone: dict[str, _LeftAlone] = {}  # by feed
        # Each with the configuration that it was worked out from, which may be changed.
        self._remembered: dict[str, tuple[County, Remembered]] = {}
        self._codes: dict[str, tuple[County, PlaceCodes]] = {}

    def start(self) -> None:
        """Load ahead what workers need."""
        self._workers.start()

    def running(self, feed_id: str) -> Claimed | None:
        """The poll of a feed that is under way or waits to be tried again."""
        return self._running.get(feed_id)

    def end(self) -> None:
        """End every worker now. Their polls stay claimed, for another engine to take over."""
        self._workers.end()

    def run(self, claimed: Claimed) -> None:
        """Ask once; then record how it ended, or ask again later."""
        feed = claimed.feed
        with self._lock:
            self._running[feed.id] = claimed
        waiting = False
        try:
            waiting = self._ask(claimed)
        except CancelledError:
            return
        except PollAlreadyRecorded:
            log.warning("a poll was recorded by another engine", feed=feed.id, poll=claimed.poll_id)
        except Exception as error:
            self.say_lost(feed, Outcome.CRASHED, f"the poll could not be recorded: {type(error).__name__}")
            self._unrecorded[claimed.poll_id] = claimed
        finally:
            if not waiting:
                with self._lock:
                    self._running.pop(feed.id, None)

    def record_leftovers(self, at: datetime) -> None:
        """End the polls that could not be recorded when they came: nothing is left running for ever."""
        for poll_id, claimed in list(self._unrecorded.items()):
            try:
                self._end(claimed, Outcome.CRASHED, "what this poll brought could not be recorded", at)
            except PollAlreadyRecorded:
                log.warning("a poll was recorded by another engine", feed=claimed.feed.id, poll=poll_id)
            del self._unrecorded[poll_id]

    def _ask(self, claimed: Claimed) -> bool:
        """One attempt. True where another is to follow."""
        if claimed.failed is not None:
            # The configuration may have changed since.
            county = self._county()
            present = county.feed(claimed.feed.id)
            if present is None:
                return self._give_up(claimed, claimed.failed)
            claimed = replace(claimed, feed=present, county=county, attempts=claimed.attempts + 1)
        feed, store = claimed.feed, self._store
        wish = self._left_alone.get(feed.id)
        if wish is not None and wish.holds(feed, self._now()):
            until = f"{wish.until.astimezone(LONDON):%H:%M on %d %B}"
            words = f"not asked: the source wants to be left alone until {until}"
            return self._give_up(claimed, Failed(Outcome.UNAVAILABLE, words))
        connector = self._connectors.get(feed.connector)
        if connector is None:
            return self._fail(claimed, Failed(Outcome.CRASHED, f"there is no connector {feed.connector!r}"))
        deadline = feed.deadline
        if claimed.attempts > 1:
            deadline = max(min(deadline, claimed.due_at + feed.every - self._now()), timedelta(seconds=1))
        asked_at = self._now()
        answer = self._workers.ask(
            Question(
                connector=connector,
                settings=feed.settings,
                places=self._place_codes(claimed),
                bookmark=store.bookmark(feed.id),
                deadline=deadline,
                limits=self._limits,
            )
        )
        if isinstance(answer, Failed):
            return self._fail(claimed, answer)
        at = self._now()
        remembered = self._remember(claimed)
        weighed = weigh_against(store, feed, claimed.county, answer, remembered, now=at, rules=self._rules)
        recorded = record(
            store,
            feed,
            claimed.poll_id,
            answer,
            weighed,
            now=at,
            attempts=claimed.attempts,
            remembered=remembered,
            clock=clock_off(answer.clock, asked_at, at),
        )
        self._say(feed, weighed.outcome, weighed.message)
        self.tell(recorded.version)
        return False

    def _fail(self, claimed: Claimed, failed: Failed) -> bool:
        """Ask again in a while, where that is worth it. True where it is."""
        feed, at = claimed.feed, self._now()
        if failed.retry_after is not None:
            self._left_alone[feed.id] = _LeftAlone(feed, at, at + failed.retry_after)
        again_at = (
            retry_at(feed, claimed.due_at, claimed.attempts, at, failed.retry_after) if failed.worth_retrying else None
        )
        if again_at is None:
            return self._give_up(claimed, failed)
        again = replace(claimed, failed=failed)
        self._schedule.once(f"{feed.id}/again", lambda: self.run(again), again_at)
        return True

    def _give_up(self, claimed: Claimed, failed: Failed) -> bool:
        """Record a poll that brought no answer. False: nothing follows."""
        self._end(claimed, failed.outcome, failed.message, self._now(), refused=failed.rows)
        self._say(claimed.feed, failed.outcome, failed.message)
        return False

    def _end(self, claimed: Claimed, outcome: Outcome, message: str, at: datetime, *, refused: int = 0) -> None:
        recorded = self._store.record_poll(
            claimed.poll_id,
            feed=claimed.feed.id,
            finished_at=at,
            outcome=outcome,
            refused=refused,
            message=shorten(message),
            attempts=claimed.attempts,
        )
        self.tell(recorded.version)

    def _place_codes(self, claimed: Claimed) -> PlaceCodes:
        county, codes = self._codes.get(claimed.feed.id, (None, None))
        if codes is None or county is not claimed.county:
            codes = place_codes(claimed.feed, claimed.county)
            self._codes[claimed.feed.id] = (claimed.county, codes)
        return codes

    def _remember(self, claimed: Claimed) -> Remembered:
        """What the feed said last: kept on SQLite, whose one writer this is, and else read anew."""
        feed = claimed.feed
        county, remembered = self._remembered.get(feed.id, (None, None))
        if remembered is None or county is not claimed.county:
            remembered = Remembered.read(self._store, feed, claimed.county)
            self._remembered[feed.id] = (claimed.county, remembered)
        elif self._store.dialect != "sqlite":
            remembered.refresh()
        return remembered

    # --- Saying -------------------------------------------------------------------------

    def tell(self, version: int) -> None:
        """Pass a new version on. What the hearer does with it is no fault of a feed."""
        try:
            self._after_poll(version)
        except Exception as error:
            log.error("a new version could not be told", version=version, error=type(error).__name__)

    def _say(self, feed: Feed, outcome: Outcome, message: str) -> None:
        """Log a feed once when it is lost, and once when it is back."""
        if outcome not in _WELL:
            self.say_lost(feed, outcome, message)
        elif feed.id in self._lost:
            self._lost.discard(feed.id)
            log.info("feed back", feed=feed.id)

    def say_lost(self, feed: Feed, outcome: str, message: str) -> None:
        """Log that a feed is lost, unless that was said already."""
        if feed.id not in self._lost:
            self._lost.add(feed.id)
            log.warning("feed lost", feed=feed.id, outcome=str(outcome), message=message)
