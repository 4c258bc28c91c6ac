"""Where the parts of the benchmark work: one temporary folder, and a store with a day of history to copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from bench.county import COMMUNITY, CONNECTORS, SERIES, SITES, Life, county
from bench.measure import CannotMeasure
from flowcentre.feeds.past import read_in
from flowcentre.measures.derive import local_day
from flowcentre.picture import expect, keep_derived
from flowcentre.store import open_store

PAST = timedelta(hours=24)
STEP = timedelta(minutes=15)
IN_PAST = 60  # persons on an A&E's list of the day before: they only have to be there
ROWS = 17_000_000


@dataclass
class Workplace:
    """A folder that goes with the benchmark, and what was asked of it."""

    folder: Path
    now: datetime  # when the benchmark began
    rows: int = ROWS

    def make(self, name: str) -> Path:
        """An empty folder for one part."""
        made = self.folder / name
        made.mkdir()
        return made

    def filled(self, name: str) -> Path:
        """A copy of a store that holds the county's last 24 hours, for one part to work on."""
        copy = self.make(name) / "flow.db"
        shutil.copyfile(self._filled, copy)
        return copy

    @cached_property
    def _filled(self) -> Path:
        """Made once: the documents of a day, through the real connectors, the real poller and the real totals."""
        file, here = self.make("filled") / "flow.db", county()
        expected = expect(here, local_day(self.now))
        with closing(open_store(f"sqlite:///{file}")) as store:
            told = past(Life(in_emergency=IN_PAST), self.now)
            with store.in_bulk():
                keep_derived(store, here, expected, read_in(store, here, CONNECTORS, told, until=self.now))
            store.set_mark("demonstration", "yes")
            series = len(store.latest())
            held = store.held_rows(limit=1)
        if series != SERIES or held:
            raise CannotMeasure(f"the county has {series} series, not {SERIES}, or rows held back: {held}")
        return file


@dataclass(frozen=True, slots=True)
class Published:
    """One document of the past."""

    feed: str
    observed_at: datetime
    name: str
    content: bytes


def past(life: Life, until: datetime) -> Iterator[Published]:
    """A day of the county's documents, a quarter of an hour apart, up to a moment."""
    for number in range(int(PAST / STEP), -1, -1):
        at = until - number * STEP
        for _ in range(3):
            life.pass_minute()
        if at.hour == 0 and at.minute < STEP / timedelta(minutes=1):
            life.begin_day()
        yield from documents(life, at, everything=number % 4 == 0)


def documents(life: Life, at: datetime, *, everything: bool = True) -> Iterator[Published]:
    """What the county publishes at a moment: its hospitals and, with ``everything``, all that lies outside them."""
    for site in SITES:
        yield Published(f"{site}-beds", at, "beds.csv", life.beds_csv(at, (site,)))
        yield Published(f"{site}-emergency", at, "emergency.json", life.emergency_json(site, at))
    for service, *_ in COMMUNITY if everything else ():
        yield Published(service.replace(" ", "-"), at, "capacity.csv", life.community_csv(service, at))
