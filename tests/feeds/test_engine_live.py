"""The engine by the real clock, with real intervals of a second or two, for a few seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from flowcentre.feeds.answers import Answer
from flowcentre.feeds.contract import PlaceCodes
from flowcentre.feeds.engine import LOST_AFTER, Engine
from flowcentre.feeds.schedule import BackgroundSchedule
from flowcentre.feeds.worker import Limits, Question, Workers, start_workers
from flowcentre.model import Outcome
from flowcentre.store import open_store
from tests.feeds import pretend_connectors as pretend
from tests.feeds.cast import PLACES, a_county, a_feed

CONNECTORS = {"steady": pretend.Steady, "hung": pretend.Hung, "looping": pretend.Looping, "greedy": pretend.Greedy}
EVERY = timedelta(seconds=4)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module", autouse=True)
def _warm_fork_server() -> None:
    """Loaded before intervals of seconds are asked of it: on a busy machine that takes a few."""
    start_workers(["tests.feeds.pretend_connectors"])
    asked = Question(pretend.Steady, {}, PlaceCodes(PLACES, ["northgate"]), None, timedelta(seconds=60))
    assert isinstance(Workers().ask(asked), Answer)


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while not true() and time.monotonic() < limit:
        time.sleep(0.05)
    return true()


def test_bad_feeds_harm_only_themselves(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    steady = [a_feed(f"steady-{n}", every=EVERY) for n in range(3)]
    bad = [a_feed(f"hung-{n}", "hung", every=EVERY, deadline=timedelta(seconds=30)) for n in range(5)]
    bad += [a_feed("looping", "looping", every=EVERY, deadline=timedelta(seconds=3))]
    bad += [a_feed("greedy", "greedy", every=EVERY, deadline=timedelta(seconds=1))]
    engine = Engine(store, a_county(*steady, *bad), CONNECTORS, now=now, name="live", limits=Limits(memory=200))
    began = now()
    engine.start()
    try:
        assert wait_until(lambda: all(len(store.polls(feed.id)) >= 5 for feed in steady), 30)
    finally:
        engine.stop()
    for feed in steady:
        # The first comes when the engine starts, anywhere in its slot, and may run into the next.
        polls = [poll for poll in store.polls(feed.id)[::-1] if poll.due_at > began + EVERY]
        polls = [poll for poll in polls if poll.outcome is not Outcome.RUNNING]
        assert polls
        assert [poll.outcome for poll in polls if poll.outcome is not Outcome.OK] == []
        assert [poll.due_at for poll in polls] == [polls[0].due_at + slot * EVERY for slot in range(len(polls))]
        assert all(poll.started_at - poll.due_at < EVERY for poll in polls)
    assert store.polls("greedy")[-1].outcome is Outcome.CRASHED
    assert store.polls("looping")[-1].outcome is Outcome.OVERRAN
    store.close()


def test_two_engines_share_the_polls_and_one_goes_on_alone(postgres_url: str) -> None:
    stores = [open_store(postgres_url) for _ in range(2)]
    feeds = [a_feed(f"steady-{n}", every=timedelta(seconds=2)) for n in range(3)]
    engines = [Engine(each, a_county(*feeds), CONNECTORS, now=now, name=str(n)) for n, each in enumerate(stores)]
    store = stores[1]
    try:
        for engine in engines:
            engine.start()
        assert wait_until(lambda: all(len(store.polls(feed.id)) >= 4 for feed in feeds), 30)
        engines[0].stop()
        stopped_at = now()
        assert wait_until(
            lambda: all(store.polls(feed.id)[0].due_at > stopped_at + timedelta(seconds=3) for feed in feeds), 30
        )
        engines[1].stop()
        for feed in feeds:
            polls = store.polls(feed.id)[::-1]
            assert len({poll.due_at for poll in polls}) == len(polls)
            polled_or_counted = sum(max(poll.missed, 1) for poll in polls)
            assert polled_or_counted == (polls[-1].due_at - polls[0].due_at) // feed.every + 1
            assert {poll.outcome for poll in polls} <= {Outcome.OK, Outcome.RUNNING, Outcome.SKIPPED}
            assert polls[-1].outcome is not Outcome.SKIPPED
    finally:
        for engine in engines:
            engine.stop()
        for each in stores:
            each.close()


def test_an_engine_started_again_polls_at_once_and_ends_what_was_left(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    feed = a_feed(every=timedelta(days=1))
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    left = store.claim_poll("beds", midnight, engine="before", started_at=midnight)
    store.beat("before", now() - timedelta(seconds=1))  # in one millisecond nobody starts again
    heard = threading.Event()
    engine = Engine(store, a_county(feed), CONNECTORS, now=now, name="after", after_poll=lambda _version: heard.set())
    try:
        engine.start()
        assert heard.wait(LOST_AFTER.total_seconds() * 2 / 3), "it waited to make sure that the one before is gone"
        [poll] = store.polls("beds")
        assert (poll.id, poll.outcome) == (left, Outcome.OK)
    finally:
        engine.stop()
        store.close()


def test_a_schedule_whose_clock_was_set_runs_what_waited() -> None:
    ran, again = threading.Event(), threading.Event()
    schedule = BackgroundSchedule(now)
    schedule.start()
    try:
        schedule.once("retry", ran.set, now() + timedelta(hours=1))
        schedule.keep("beds", again.set, every=timedelta(seconds=1), offset=timedelta(0))
        assert again.wait(5)
        assert not ran.is_set()
        schedule.realign()
        assert ran.wait(5)
        again.clear()
        assert again.wait(5)
        schedule.drop("beds")
        schedule.drop("never kept")
    finally:
        schedule.stop()


def test_a_job_that_still_runs_is_not_run_beside_itself() -> None:
    beside, running = [], threading.Semaphore(1)

    def run() -> None:
        beside.append(running.acquire(blocking=False))
        time.sleep(1.5)  # longer than its interval
        running.release()

    schedule = BackgroundSchedule(now)
    schedule.start()
    try:
        schedule.keep("slow", run, every=timedelta(seconds=1), offset=timedelta(0))
        assert wait_until(lambda: len(beside) >= 2, 10)
    finally:
        schedule.stop()
    assert all(beside)


def test_what_waits_to_run_once_can_be_made_to_run_now() -> None:
    schedule = BackgroundSchedule(now)
    ran = threading.Event()
    schedule.start()
    try:
        schedule.once("beds/again", ran.set, now() + timedelta(hours=5))
        schedule.hasten("beds/first")  # nothing waits under that name
        assert not ran.is_set()
        schedule.hasten("beds/again")
        assert ran.wait(10)
    finally:
        schedule.stop()
