"""The weeks before the first day: what the feeds would have published, oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from flowcentre.demo.documents import Clerk, writing_habit
from flowcentre.demo.rhythm import HOUR, seconds, utc
from flowcentre.demo.simulation import Simulation
from flowcentre.model import County, Feed

SETTLING = timedelta(days=7)  # from the start of a simulation to the first day worth showing
HISTORY = timedelta(days=28)


class Published(NamedTuple):
    """One document of the past: which feed published it when, under what name."""

    feed: str
    observed_at: datetime
    name: str
    content: bytes


def start_for(now: datetime) -> datetime:
    """From when to simulate on the very first start, so that four settled weeks lie behind ``now``.

    Keep it beside the store and hand it in again: the same seed and start go on with the same life.
    """
    return utc(seconds(now - HISTORY - SETTLING) // HOUR * HOUR)


def backlog(simulation: Simulation, county: County, since: datetime, until: datetime) -> Iterator[Published]:
    """What the county's feeds published after ``since``, up to and at ``until``, oldest first.

    Beds and A&E each hour; the rest every six hours, and each hour on the last day, as far as they
    speak so often. The simulation lives on as far as the documents are taken.
    """
    clerk = Clerk(simulation, county)
    hour = seconds(since) // HOUR * HOUR + HOUR
    recently = seconds(until - timedelta(days=1))
    while hour <= seconds(until):
        simulation.advance(utc(hour))
        for feed in county.feeds:
            every, phase = writing_habit(feed)
            if hour % _thinned(feed, every, recent=hour > recently) == phase:
                written = clerk.write(feed)
                if written is not None:
                    yield Published(feed.id, utc(hour), written.name, written.content)
        hour += HOUR


def _thinned(feed: Feed, every: int, *, recent: bool) -> int:
    sparse = feed.connector == "community_capacity_csv" and not recent
    return max(every, 6 * HOUR if sparse else HOUR)
