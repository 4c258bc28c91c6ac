"""Westshire with far longer discharge lists than its own: 600 people now, and four weeks of lists behind them."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from bench.measure import CannotMeasure
from connectors import find_connectors
from flowcentre.config import load
from flowcentre.feeds.answers import Answer, Parsed
from flowcentre.feeds.poll import settle
from flowcentre.measures.delays import REASON_BY_KEY
from flowcentre.measures.derive import local_midnight
from flowcentre.model import County, DelayedDischarge, Fact, WholeList
from flowcentre.store import open_store
from flowcentre.store.moments import from_ms, maybe_from_ms
from flowcentre.store.people import unpack
from running.setting import BOARD_LAYOUTS, DEFAULTS

WAITING = {"northgate": 280, "southmere": 200, "eastfield": 60, "hartwell": 60}
NOW_WAITING = sum(WAITING.values())
DAYS, LISTS_A_DAY = 28, 4
PAST_ROWS = 50_000  # that have ended, at least
_CHANGED = 0.77  # of a list between two of them: most by a review
_LEAVE = 0.03
_OWNERS = ("westshire-hospitals", "westshire-health-and-care", "westshire-council", None)


@cache
def county() -> County:
    """Westshire as it is shipped."""
    variables = {"drop": "/nowhere", "demo": "http://127.0.0.1:1"}
    return load(DEFAULTS / "westshire", variables, find_connectors(), BOARD_LAYOUTS)


def fill(file: Path, now: datetime) -> None:
    """A store with the lists of four weeks, through the real weighing and recording; the last ones a minute old."""
    here, lists = county(), Lists()
    feeds = [feed for feed in here.feeds if feed.connector == "discharge_list"]
    with closing(open_store(f"sqlite:///{file}")) as store:
        with store.in_bulk():
            for number, at in enumerate(moments(now)):
                lists.live(at, begin=number == 0)
                for feed in feeds:
                    facts: list[Fact] = []
                    for site in feed.places:
                        facts += [*lists.people[site], WholeList("delays", site, at, len(lists.people[site]))]
                    poll_id = store.claim_poll(feed.id, at, engine="bench", started_at=at)
                    assert poll_id is not None
                    recorded = settle(store, feed, here, poll_id, Answer((Parsed("list", tuple(facts)),)), now=at)
                    if recorded.counts.held:
                        raise CannotMeasure(f"{feed.id}: rows held: {store.held_rows(feed.id, limit=1)}")
        store.set_mark("demonstration", "yes")
        store.set_mark("system", here.places.system.id)
    past = sum(left_at is not None for *_, left_at in rows(file))
    if past < PAST_ROWS:
        raise CannotMeasure(f"the lists have {past:,} past rows, not {PAST_ROWS:,}")


def rows(file: Path) -> list[tuple[DelayedDischarge, datetime, datetime | None]]:
    """Every row of every list, with from when to when it stood there."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT ref, row, observed_at, left_at FROM person ORDER BY id").fetchall()
    return [(unpack(ref, row), from_ms(since), maybe_from_ms(until)) for ref, row, since, until in found]  # type: ignore[misc]


def moments(now: datetime) -> list[datetime]:
    """When lists came: four times a day, once just before each midnight, and a minute ago."""
    last = local_midnight(now) - timedelta(minutes=10)
    step = timedelta(days=1) / LISTS_A_DAY
    return [last - number * step for number in range(DAYS * LISTS_A_DAY, -1, -1)] + [now - timedelta(minutes=1)]


class Lists:
    """Who stands on each hospital's list as time goes by. Seeded."""

    def __init__(self) -> None:
        self.people: dict[str, list[DelayedDischarge]] = {}
        self._draw = random.Random(20261125)
        self._count = 0
        self._wards = {site: [p.id for p in county().places.children(site) if p.kind == "ward"] for site in WAITING}

    def live(self, at: datetime, *, begin: bool) -> None:
        """Some leave, as many come, and of most who stay something changes."""
        for site, size in WAITING.items():
            stay = [] if begin else [one for one in self.people[site] if self._draw.random() >= _LEAVE]
            changed = [self._changed(one, at) if self._draw.random() < _CHANGED else one for one in stay]
            self.people[site] = changed + [self._person(site, at) for _ in range(size - len(stay))]

    def _changed(self, person: DelayedDischarge, at: datetime) -> DelayedDischarge:
        reason = self._draw.choice(list(REASON_BY_KEY)) if self._draw.random() < 0.1 else person.reason
        return replace(person, reviewed_at=at - timedelta(minutes=self._draw.randrange(300)), reason=reason)

    def _person(self, site: str, at: datetime) -> DelayedDischarge:
        draw = self._draw
        self._count += 1
        ready_at = at - timedelta(hours=draw.expovariate(1 / 90))
        wards = self._wards[site]
        return DelayedDischarge(
            ref=f"P-{self._count}",
            place=site,
            admitted_at=ready_at - timedelta(days=draw.randint(1, 40)),
            ready_at=ready_at,
            ward=draw.choice(wards) if wards else None,
            pathway=draw.choices((0, 1, 2, 3, None), (10, 45, 20, 22, 3))[0],
            reason=draw.choice([*REASON_BY_KEY, None]),
            owner=draw.choice(_OWNERS),
            coordinator=f"TOC-{draw.randint(1, 9)}",
            residence=draw.choice(("north", "mid", "south")),
            expected_on=(at + timedelta(days=draw.randint(-3, 12))).date(),
        )
