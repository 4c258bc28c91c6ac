"""When things run: the one module that knows APScheduler.

Its defaults drop a job that starts a second late, with a log line. Here a late job runs, and what was
not run is counted by the engine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from flowcentre.model import EPOCH

MOST_THREADS = 64
# It would warn of each run that it leaves out; the engine counts them, and says it once.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


class Schedule(Protocol):
    """What an engine asks of a schedule."""

    def start(self) -> None:
        """Begin to run what is due."""

    def stop(self) -> None:
        """Run nothing more, and wait for what runs."""

    def keep(self, name: str, run: Callable[[], None], *, every: timedelta, offset: timedelta) -> None:
        """Run on the UTC grid of ``every``, ``offset`` into each interval, never twice at a time. Replaces the name."""

    def once(self, name: str, run: Callable[[], None], at: datetime) -> None:
        """Run once, at a moment or as soon after it as may be."""

    def drop(self, name: str) -> None:
        """Forget what is called so, if anything is."""

    def hasten(self, name: str) -> None:
        """Run now what waits under that name, if anything does."""

    def realign(self) -> None:
        """The clock was set: look again at when everything is due."""


class BackgroundSchedule:
    """Runs in threads of this process, as many as 64 at a time; it keeps nothing, for the ledger is in the store."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(MOST_THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin to run what is due."""
        self._scheduler.start()

    def stop(self) -> None:
        """Run nothing more, and wait for what runs."""
        if self._scheduler.running:
            # APScheduler's own thread would fail over a job that it has just begun: begin none, and wait for it (get_jobs does).
            self._scheduler.pause()
            self._scheduler.get_jobs()
            self._scheduler.shutdown(wait=True)

    def keep(self, name: str, run: Callable[[], None], *, every: timedelta, offset: timedelta) -> None:
        """Run on the UTC grid, never twice at a time."""
        trigger = IntervalTrigger(seconds=every.total_seconds(), start_date=EPOCH + offset, timezone=UTC)
        self._scheduler.add_job(run, trigger, id=name, replace_existing=True)

    def once(self, name: str, run: Callable[[], None], at: datetime) -> None:
        """Run once, at a moment or as soon after it as may be."""
        self._scheduler.add_job(run, DateTrigger(at, timezone=UTC), id=name, replace_existing=True)

    def drop(self, name: str) -> None:
        """Forget what is called so, if anything is."""
        try:
            self._scheduler.remove_job(name)
        except JobLookupError:
            return

    def hasten(self, name: str) -> None:
        """Run now what waits under that name, if anything does."""
        try:
            self._scheduler.modify_job(name, next_run_time=self._now())
        except JobLookupError:
            return

    def realign(self) -> None:
        """The clock was set: what is kept goes back on its grid, and what waited to run once runs."""
        for job in self._scheduler.get_jobs():
            if isinstance(job.trigger, IntervalTrigger):
                job.reschedule(job.trigger)
            else:
                job.modify(next_run_time=self._now())
