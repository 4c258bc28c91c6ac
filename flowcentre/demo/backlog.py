"""The weeks before the first day: what the feeds would have published, oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from flowcentre.demo.documents import Clerk, writing_habit
from flowcentre.demo.rhythm import DAY, HOUR, MINUTE, local, seconds, utc
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.visit_documents import WHOLE_DAY_AT
from flowcentre.model import County, Feed

QUARTER = 15 * MINUTE
SETTLING = timedelta(days=7)  # from the start of a simulation to the first day worth showing
HISTORY = timedelta(days=28)
_A_WEEK = timedelta(days=7, hours=3)
_HOURLY_VISITS = timedelta(days=2)


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

    Beds and A&E every quarter of an hour on the last day, each hour in the last week, and every three
    hours before; the rest each hour on the last day and every six hours before, but lists of people every
    two hours in the last week, and lists of referrals, which are long, at 23:00 UTC alone before it. Of the visits the hourly
    exports of the last two days, and before them those that tell of a whole day. The simulation lives on as far
    as the documents are taken.
    """
    clerk = Clerk(simulation, county)
    moment = seconds(since) // QUARTER * QUARTER + QUARTER
    while moment <= seconds(until):
        simulation.advance(utc(moment))
        ago = until - utc(moment)
        for feed in county.feeds:
            if feed.polled and _due(feed, moment, ago):
                written = clerk.write(feed)
                if written is not None:
                    yield Published(feed.id, utc(moment), written.name, written.content)
        moment += QUARTER


def _due(feed: Feed, moment: int, ago: timedelta) -> bool:
    every, phase = writing_habit(feed)
    clock = local(moment)
    if feed.connector == "discharge_list" and clock.hour == 23:
        return clock.minute == 30  # late enough for the list to hold all of the day's discharges
    if feed.connector == "visits" and ago >= _HOURLY_VISITS:
        return moment % DAY == WHOLE_DAY_AT * HOUR
    step = max(every, _step(feed, ago))
    # The last hour of the day is among the few, for the day's counts are whole only then.
    return moment % step == (phase if step == every else step - HOUR if step > HOUR else 0)


def _step(feed: Feed, ago: timedelta) -> int:
    """How far apart, in seconds, documents of so long ago are: an eye sees no more in four weeks."""
    if feed.connector == "care_referrals":
        return 2 * HOUR if ago < _A_WEEK else DAY
    if feed.connector == "discharge_list" and timedelta(days=1) <= ago < _A_WEEK:
        return 2 * HOUR  # no older than a list may be: the present is set against yesterday and a week ago
    if feed.connector == "visits":
        return HOUR
    if feed.connector in ("community_capacity_csv", "discharge_list"):
        return HOUR if ago < timedelta(days=1) else 6 * HOUR
    if ago < timedelta(days=1):
        return QUARTER
    return HOUR if ago < timedelta(days=7) else 3 * HOUR
