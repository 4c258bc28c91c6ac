"""(h) Packages of care and capacity: page data on the server, and visit drift kept up to date by each poll.

200 people waiting, 20,000 past referrals, 40 services and a year of visits, 1.5 million. Each round brings an hour's
export of visits and the localities' lists; then people choose, and the first of them pays for what is new.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import orjson

from bench.caseload import LOCALITIES, SERVICES, YEAR, Caseload, county, fill, hourly_export, settle_lists
from bench.measure import CannotMeasure, Line, Times, at_least, at_most, timed
from bench.workplace import ROWS, Workplace
from flowcentre.feeds.answers import Answer, Parsed
from flowcentre.feeds.poll import settle
from flowcentre.feeds.remembered import Remembered
from flowcentre.feeds.visits import Rosters, believe
from flowcentre.measures.drift import DAYS
from flowcentre.model import Feed, NextStep, Picture, Setting
from flowcentre.picture import build
from flowcentre.picture.care_book import CareBook
from flowcentre.picture.visits import VisitBook
from flowcentre.store import Store, open_store
from layouts import capacity, list_rows
from layouts.finished import to_html
from layouts.packages import PACKAGES_PAGE
from layouts.parts.queue_page import PAGE

PAGE_MS, RATIO = 150.0, 5.0
ROUNDS, CHOICES = 12, 20  # exports, and addresses that are chosen after each
FIRST_PAGE = {"startRow": 0, "endRow": 100, "sortModel": [], "filterModel": {}}
VISITS, PAST, WAITING = 1_500_000, 20_000, 180  # there are at least so many
_HOUR = timedelta(hours=1)


def measure(place: Workplace) -> Iterator[Line]:
    """Every line of this part. A shorter history is asked for with ``--rows``, as a share of the whole."""
    file = place.make("packages") / "flow.db"
    days = max(60, round(YEAR * place.rows / ROWS))
    began = time.perf_counter()
    caseload = fill(file, place.now, days)
    visits, past, waiting = counted(file, whole=days >= YEAR)
    yield Line(
        "packages", "  visits, past referrals, people waiting, services", f"{visits:,}, {past:,}, {waiting}, {SERVICES}"
    )
    yield Line(
        "packages",
        "  recorded in, size of the store",
        f"{time.perf_counter() - began:.0f} s, {file.stat().st_size / 1e6:.0f} MB",
    )
    with closing(open_store(f"sqlite:///{file}")) as store:
        found = rounds(store, caseload)
    for name, lengths in (("/packages", found.packages), ("/capacity", found.capacity)):
        said, met = at_most(centile(lengths), PAGE_MS, " ms")
        what = f"page data of {name}, 95th centile of {len(lengths)}"
        yield Line("packages", what, f"{centile(lengths):.0f} ms", said, met)
        yield Line("packages", "  median, worst", f"{statistics.median(lengths):.0f}, {max(lengths):.0f} ms")
    first = f"{found.first_present:.0f}, {found.first_capacity:.0f} ms; /packages as it was a week ago: {found.first_past:.0f} ms"
    yield Line("packages", f"  the very first look, which reads {DAYS} days of lists, or of visits", first)
    upkeep, anew = statistics.median(found.upkeep), statistics.median(found.anew)
    said, met = at_least(anew / upkeep, RATIO)
    what = f"visit drift: {DAYS} days reckoned anew / kept up to date by one poll, of medians"
    yield Line("packages", what, f"{anew / upkeep:.1f}", said, met)
    yield Line(
        "packages",
        f"  one poll of {found.rows:,} visits: drift kept up to date; the whole of it; {DAYS} days anew",
        f"{upkeep * 1000:.0f} ms; {statistics.median(found.polls) * 1000:.0f} ms; {anew * 1000:.0f} ms",
    )


@dataclass
class Found:
    """What was measured: page data in milliseconds, polls in seconds."""

    packages: list[float] = field(default_factory=list)
    capacity: list[float] = field(default_factory=list)
    upkeep: list[float] = field(default_factory=list)
    anew: list[float] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)
    rows: int = 0
    first_present: float = 0.0
    first_capacity: float = 0.0
    first_past: float = 0.0


def rounds(store: Store, caseload: Caseload) -> Found:
    """So many polls, and what people choose after each."""
    found, feed = Found(), county().feed("bench-visits")
    assert feed is not None
    polls = Polls(store, feed, caseload)
    picture = build(store, county(), caseload.now, live=True)
    glass = Glass(store, picture)
    found.first_present = glass.took("", page="packages")
    found.first_capacity = glass.took("", page="capacity")
    found.first_past = glass.took(f"at={(caseload.now - timedelta(days=7)):%Y-%m-%dT%H:%M}", page="packages")
    if not glass.book.choose("").people:
        raise CannotMeasure("nobody waits")
    queries = choices(ROUNDS * CHOICES)
    for number in range(1, ROUNDS + 1):
        at = caseload.now + number * _HOUR
        polls.run(number, found)
        settle_lists(store, caseload, at)
        glass.show(build(store, county(), at, live=True))
        found.capacity.append(glass.took("", page="capacity"))
        found.packages += [glass.took(next(queries), page="packages") for _ in range(CHOICES)]
        found.capacity += [glass.took("", page="capacity", anew=True) for _ in range(2)]
    return found


class Glass:
    """The pages over one store."""

    def __init__(self, store: Store, picture: Picture) -> None:
        self.store = store
        self.show(picture)
        self.book = CareBook(store, lambda: self.picture, VisitBook(store, lambda: self.picture))

    def show(self, picture: Picture) -> None:
        """Let this be the present."""
        self.picture = picture

    def took(self, query: str, *, page: str, anew: bool = False) -> float:
        """Milliseconds from an address to the bytes of its live part and, of a list, of its first rows."""
        if anew:
            self.book.capacity._kept = None  # as after a poll that changes nothing of visits
        began = time.perf_counter()
        if page == "capacity":
            to_html(capacity.render(self.book.capacity.read(self.picture))).encode()
        else:
            to_html(PACKAGES_PAGE.render(self.book.answer(query, self.picture), query)).encode()
            rows = list_rows.rows(PAGE, self.book.choose(query, self.picture), None, FIRST_PAGE).rows
            orjson.dumps(rows, default=str)
        return (time.perf_counter() - began) * 1000


class Polls:
    """An hour's export each: drift kept up to date by a poll, and reckoned anew. Both must say the same."""

    def __init__(self, store: Store, feed: Feed, caseload: Caseload) -> None:
        self.store, self.feed, self.caseload = store, feed, caseload
        self.remembered = Remembered.read(store, feed, county())
        self.kept = self._rosters()

    def _rosters(self) -> Rosters:
        return Rosters(self.store, self.feed.id, county().care)

    def run(self, number: int, found: Found) -> None:
        """The export of so many hours from now. The first only fills the memories, as after a start."""
        at, places = self.caseload.now + number * _HOUR, self.remembered.places
        facts = hourly_export(self.caseload, at)
        export, held = believe("bench", facts, places, at)  # type: ignore[arg-type]
        if export is None or held:
            raise CannotMeasure("the export of visits was held")
        found.rows = len(export.visits)
        upkeep, whole, anew = Times(), Times(), Times()
        readings = timed(upkeep, lambda: self.kept.take(export, places))
        poll_id = self.store.claim_poll(self.feed.id, at, engine="bench", started_at=at)
        assert poll_id is not None
        answer = Answer((Parsed("bench", tuple(facts)),))
        timed(
            whole,
            lambda: settle(self.store, self.feed, county(), poll_id, answer, now=at, remembered=self.remembered),
        )
        again = timed(anew, lambda: self._rosters().take(export, places))
        if readings != again:
            raise CannotMeasure("drift kept up to date is not what reckoning anew says")
        if number > 1:
            found.upkeep.append(upkeep.median)
            found.polls.append(whole.median)
            found.anew.append(anew.median)


def choices(how_many: int) -> Iterator[str]:
    """Addresses that people choose: everybody who waits, one facet, two."""
    draw = random.Random(20261126)
    facets: dict[str, list[str]] = {
        "locality": list(LOCALITIES),
        "next": [str(step.value) for step in NextStep],
        "setting": [str(setting.value) for setting in Setting],
        "phase": ["waiting", "receiving"],
        "past": ["promise", "no-offer"],
    }
    for _ in range(how_many):
        picked = draw.sample(list(facets), draw.choice((0, 1, 1, 1, 2, 2, 3)))
        yield "&".join(f"{facet}={draw.choice(facets[facet])}" for facet in picked)


def counted(file: Path, *, whole: bool) -> tuple[int, int, int]:
    """How many visits, past referrals and people waiting there are; enough of each, where the year is whole."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        visits = connection.execute("SELECT count(*) FROM visit").fetchone()[0]
        past = connection.execute(
            "SELECT count(*) FROM (SELECT ref FROM person WHERE people = 'referrals' GROUP BY ref HAVING max(left_at IS NULL) = 0)"
        ).fetchone()[0]
        waiting = connection.execute(
            "SELECT sum(value) FROM latest JOIN series ON series.id = latest.series WHERE measure = 'poc_waiting_now'"
        ).fetchone()[0]
    if whole and (visits < VISITS or past < PAST or waiting < WAITING):
        raise CannotMeasure(f"only {visits:,} visits, {past:,} past referrals and {waiting:g} waiting")
    return visits, past, round(waiting)


def centile(lengths: list[float]) -> float:
    """The 95th."""
    return sorted(lengths)[int(len(lengths) * 0.95)]
