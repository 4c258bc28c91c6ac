"""The demonstration: Westshire, the invented county, lives through its past and goes on publishing."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from running.clock import utc_now
from running.logs import configure_logging
from running.memory import collect_seldom
from running.setting import Setting, opened
from running.start import CannotStart
from running.terminal import counted, say

if TYPE_CHECKING:
    from flowcentre.model import County
    from flowcentre.store import Store

SEED = 20261122
SAY_HOW_FAR_EVERY = 5.0  # seconds, at the most
NOT_WESTSHIRE = (
    "a demonstration lives in Westshire's places, and {} is not in this configuration: "
    "put it back, or set demonstration = false and give real feeds"
)


def must_be_westshire(county: County) -> None:
    """Refuse a demonstration of places that nobody lives in. Raises CannotStart."""
    from flowcentre.demo.documents import missing_place

    if county.demonstration and (missing := missing_place(county)):
        raise CannotStart(NOT_WESTSHIRE.format(repr(missing)))


def demonstration_start(store: Store) -> datetime:
    """Since when Westshire has been simulated, kept with its store so that a restart goes on with the same life."""
    from flowcentre.demo.backlog import start_for

    kept = store.mark("simulated since")
    if kept is None:
        kept = start_for(utc_now()).isoformat()
        store.set_mark("simulated since", kept)
    return datetime.fromisoformat(kept)


def tell_the_past(setting: Setting, county: County, days: int) -> None:
    """Give a new demonstration so many days of history. Raises CannotStart.

    In a process of its own: what five weeks of simulation take of memory, Python would keep for as long as it serves.
    """
    with opened(setting, county) as store:
        if store.mark("past told") is not None:
            return
    past = counted(days, "day")
    say(f"First start: Westshire lives through its last {past} (which may take minutes) ...")
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=live_through_the_past, args=(setting, county, days), name="past", daemon=True)
    process.start()
    try:
        process.join()
    finally:
        process.terminate()
        process.join()
    if process.exitcode:
        raise CannotStart(
            f"Westshire's last {past} could not be read in (exit status {process.exitcode}), and nothing of them was kept."
        )


def live_through_the_past(setting: Setting, county: County, days: int) -> None:
    """The process of the past: its days through the real connectors and the real poller, all of them or none.

    However few are told, the county has lived for five weeks before it is shown: it is the same on its first day.
    """
    from flowcentre.demo.backlog import backlog
    from flowcentre.demo.simulation import Simulation
    from flowcentre.demo.westshire import WESTSHIRE
    from flowcentre.feeds.past import read_in
    from flowcentre.measures.derive import local_day
    from flowcentre.picture import expect, keep_derived

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches whoever started this, and that ends it
    threading.Thread(target=end_with_parent, daemon=True).start()
    configure_logging()
    with opened(setting, county) as store:
        now = utc_now()
        since = now - timedelta(days=days)
        expected = expect(county, local_day(now))
        simulation = Simulation(WESTSHIRE, seed=SEED, start=demonstration_start(store))
        published = backlog(simulation, county, since, now)
        collect_seldom()
        with store.in_bulk():
            moments = read_in(store, county, setting.connectors, published, until=now)
            keep_derived(store, county, expected, day_by_day(moments, since, now))
            store.set_mark("past told", now.isoformat())


def end_with_parent() -> None:
    """A process that was killed ends nobody: whoever it started would hold the store, and the next start find it busy."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def day_by_day(moments: Iterable[datetime], since: datetime, until: datetime) -> Iterator[datetime]:
    """Moments of a history as they are read in; now and then the person at the terminal is told which day it is."""
    days, told, said_at = (until - since).days, 0, time.monotonic()
    for at in moments:
        yield at
        # Said after it is done: days differ in length, the last being the longest, and none is promised.
        day = min(days, (at - since).days + 1)
        if day > told and time.monotonic() - said_at >= SAY_HOW_FAR_EVERY:
            say(f"  {counted(days, 'day')} of history: day {day} of {days}")
            told, said_at = day, time.monotonic()


def publish(county: County, start: datetime, parent: int, ready: Any) -> None:
    """The publisher's process: Westshire goes on living and publishing."""
    from flowcentre.demo.publish import CannotPublish, run_publisher

    try:
        run_publisher(county, seed=SEED, start=start, now=utc_now, ready=lambda: ready.put(None), parent=parent)
    except CannotPublish as why:
        ready.put(str(why))


@contextmanager
def publishing(county: County, start: datetime) -> Iterator[None]:
    """Westshire's publisher, alive until the end of the block."""
    context = multiprocessing.get_context("spawn")
    ready: Any = context.Queue()
    process = context.Process(target=publish, args=(county, start, os.getpid(), ready), name="publisher", daemon=True)
    process.start()
    try:
        refused = ready.get(timeout=60)
        if refused is not None:
            raise CannotStart(refused)
        yield
    finally:
        process.terminate()
        process.join(timeout=5)
