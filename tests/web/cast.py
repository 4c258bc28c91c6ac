"""A little Westshire, a publisher of pictures in place of the live one, and the real server to show them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import TypeVar

from flowcentre.model import (
    Board,
    County,
    Coverage,
    Feed,
    FeedStatus,
    HeldRow,
    Kept,
    Level,
    Outcome,
    Picture,
    Place,
    PlaceKind,
    Places,
    Point,
    Poll,
    PollCounts,
    State,
    Value,
)
from flowcentre.picture.delays import Delay
from flowcentre.picture.packages import Package
from flowcentre.web import FlowServer, Glass, create_server, serving
from flowcentre.web.action_desk import ActionReading
from flowcentre.web.alert_desk import AlertReading
from flowcentre.web.capacity import Capacities
from flowcentre.web.cards import Cards, no_cards
from flowcentre.web.front import Front
from flowcentre.web.list_routes import Lists
from flowcentre.web.typed import Desk

T = TypeVar("T")
ASSETS = Path(__file__).resolve().parents[2] / "assets"
AT = datetime(2026, 11, 22, 8, 14, tzinfo=UTC)
FEED = Feed(
    "northgate-beds",
    "Northgate bed state",
    "bed_state_csv",
    every=timedelta(minutes=5),
    late_after=timedelta(minutes=12),
    stale_after=timedelta(minutes=45),
    places=("northgate",),
    settings={"token_env": "BEDS_TOKEN"},
    demonstration=True,
)
WESTSHIRE = County(
    "Westshire",
    Places(
        [
            Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
            Place("northgate", "Northgate General", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="westshire"),
            Place("southmere", "Southmere General", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="westshire"),
        ]
    ),
    (FEED,),
    (Board("county", "Westshire flow centre", "wall", ("northgate", "southmere")),),
    demonstration=True,
)


def value_of(measure: str, place: str, number: float | None, observed_at: datetime = AT, **more: object) -> Value:
    """A value that came a second after it was observed."""
    state = State.FRESH if number is not None else State.UNKNOWN
    settings: dict[str, object] = {
        "state": state,
        "observed_at": observed_at,
        "received_at": observed_at + timedelta(seconds=1),
        "feeds": ("northgate-beds",),
        "late_at": observed_at + FEED.late_after,
        "stale_at": observed_at + FEED.stale_after,
    }
    return Value(measure, place, number, **(settings | more))  # type: ignore[arg-type]


def picture_of(version: int, occupied: float | None = 451.0, at: datetime = AT, **more: object) -> Picture:
    """Westshire with one bed figure, and a total that one site is missing from."""
    poll = Poll(7, FEED.id, at, at, at, Outcome.OK, PollCounts(12, 10, 1, 1, 0), engine="e1")
    held = HeldRow(FEED.id, 7, at, "beds.csv row 14", "occupied is not a count: it is below zero", "northgate")
    values = [
        value_of("ga_beds_occupied", "northgate", occupied, at),
        value_of(
            "ga_beds_occupied",
            "westshire",
            occupied,
            at,
            derived=True,
            at_least=True,
            coverage=Coverage(1, 2, "sites", ("southmere",)),
        ),
    ]
    settings: dict[str, object] = {
        "version": version,
        "at": at,
        "known_at": at,
        "county": WESTSHIRE,
        "values": {(value.place, value.measure): value for value in values},
        "feeds": (
            FeedStatus(FEED, State.FRESH, at, at, poll, at + FEED.every, PollCounts(240, 200, 30, 10, 0), 0, (held,)),
        ),
    }
    return Picture(**(settings | more))  # type: ignore[arg-type]


@dataclass
class Publisher:
    """Stands in for the live picture: shows what a test publishes, and what time the test says it is."""

    picture: Picture = field(default_factory=lambda: picture_of(1))
    at: datetime = AT
    told: list[Callable[[Picture], None]] = field(default_factory=list)

    def current(self) -> Picture:
        return self.picture

    def subscribe(self, told: Callable[[Picture], None]) -> Callable[[], None]:
        self.told.append(told)
        return lambda: self.told.remove(told)

    def publish(self, picture: Picture) -> None:
        self.picture = picture
        for told in tuple(self.told):
            told(picture)

    def now(self) -> datetime:
        return self.at


@dataclass
class QuietStore:
    """Stands in for the store where a test needs it to fail or to run ahead."""

    versions: int = 1
    failing: bool = False
    beat_at: datetime | None = AT
    points: Sequence[Point] = ()
    asked: list[object] = field(default_factory=list)
    purged: dict[Kept, datetime] = field(default_factory=dict)

    def version(self) -> int:
        if self.failing:
            raise ConnectionError("password=secret")
        return self.versions

    def last_beat(self) -> datetime | None:
        if self.failing:
            raise ConnectionError("password=secret")
        return self.beat_at

    def history(
        self, keys: Sequence[tuple[str, str]], start: datetime, end: datetime, *, known_at: datetime | None = None
    ) -> dict[tuple[str, str], list[Point]]:
        self.asked.append((tuple(keys), start, end))
        return {key: list(self.points) for key in keys}

    def kept_since(self, kept: Kept) -> datetime | None:
        return self.purged.get(kept)


@dataclass
class Drawings:
    """A glass that counts what it draws."""

    drawn: list[str] = field(default_factory=list)
    fingerprint: str = "f1"
    body_attributes: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def body(self, picture: Picture, board: Board) -> str:
        with self.lock:
            self.drawn.append(f"body {board.id} {picture.version}")
        value = picture.value("northgate", "ga_beds_occupied")
        if value.value is None:
            return '<span id="figure" data-state="unknown">—</span>'
        assert value.observed_at is not None
        assert value.late_at is not None
        assert value.stale_at is not None
        return (
            f'<span id="figure" data-state="{value.state}" data-late-at="{value.late_at.isoformat()}"'
            f' data-stale-at="{value.stale_at.isoformat()}"><b id="number">{value.value:.0f}</b>'
            f' <time class="age" data-observed-at="{value.observed_at.isoformat()}">drawn</time></span>'
            f"<p>{'a steady ward &amp; its beds. ' * 60}</p>"
        )

    def document(self, picture: Picture, board: Board) -> str:
        return (
            f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(board.title)}</title>'
            '<link rel="icon" href="data:,"><script src="/assets/wall/wall.js" defer></script></head>'
            f'<body data-fingerprint="{self.fingerprint}" data-body-url="/wall/{board.id}/body"'
            f' data-server-now="{picture.at.isoformat()}" {self.body_attributes}>'
            f'<time id="date"></time><time id="clock">00:00:00</time><main id="board">{self.body(picture, board)}</main>'
            '<div id="not-live" role="alert" hidden></div></body></html>'
        )

    def page(self, picture: Picture) -> str:
        with self.lock:
            self.drawn.append(f"page {picture.version}")
        value = picture.value("northgate", "ga_beds_occupied")
        return f'<p id="figure">{value.value:.0f} occupied</p>'

    def glass(self) -> Glass:
        return Glass(
            self.document,
            self.body,
            lambda picture: "<!doctype html>" + ", ".join(board.title for board in picture.county.boards),
            {"demand": self.page},
            fingerprint=self.fingerprint,
            ward_sheet=lambda chosen, asked_at, _part: f"<!doctype html>{len(chosen.people)} {asked_at}",
            type_in_list=lambda picture, asked, at: f"<!doctype html>{[one.place for one in asked]} {at}",
            type_in_form=lambda picture, form, at: f"<!doctype html>{form.asked.place} {form.mistakes}",
            alert_page=lambda story, form: f"<!doctype html>{story.alert.title} {form.mistakes}",
            silence_page=lambda picture, silence, form, at: f"<!doctype html>{silence.reason} {form.mistakes}",
            action_card=lambda picture, name, text: f"<!doctype html>{name} {text}",
            action_page=lambda story, form: f"<!doctype html>{story.action.what}",
            new_action=lambda draft, form: "<!doctype html>log it",
            sign_in_page=lambda page: (
                f"<!doctype html>Sign in {page.then} {page.mistake} {page.signed_in_as} {page.mark}"
            ),
            signed_out_page=lambda page: f"<!doctype html>signed out {page.provider_address}",
            signed_in_page=lambda picture, page: f"<!doctype html>{page.identity.title} {page.mark}",
            statement=lambda county, demonstration: f"<!doctype html>Accessibility of {county}",
            refused_page=lambda _, refusal: f"<!doctype html>{refusal.words}{refusal.written or ''}",
            access_page=lambda picture, now: (
                f"<!doctype html>{now.address} {now.done} {now.closing} {now.mistake} {now.mark}{set(now.crowded) or ''}"
            ),
        )


@dataclass
class Westshire:
    """A server and everything behind it."""

    live: Publisher = field(default_factory=Publisher)
    store: QuietStore = field(default_factory=QuietStore)
    drawings: Drawings = field(default_factory=Drawings)
    delays: Lists[Delay] | None = None
    packages: Lists[Package] | None = None
    capacity: Capacities | None = None
    desk: Desk | None = None
    alerts: AlertReading | None = None
    actions: ActionReading | None = None
    cards: Cards = no_cards
    front: Front | None = None
    beat_every: float = 5.0
    assets: Path = ASSETS

    def app(self) -> FlowServer:
        app = create_server(
            self.live,
            self.store,  # type: ignore[arg-type]
            self.drawings.glass(),
            now=self.live.now,
            delays=self.delays,
            packages=self.packages,
            capacity=self.capacity,
            desk=self.desk,
            alerts=self.alerts,
            actions=self.actions,
            cards=self.cards,
            front=self.front,
            beat_every=self.beat_every,
        )
        app.has_files(self.assets)
        return app

    def publish(self, picture: Picture) -> None:
        self.store.versions = picture.version
        self.live.publish(picture)

    def publish_occupied(self, version: int, occupied: float) -> None:
        self.publish(picture_of(version, occupied, self.live.at))

    def with_boards(self, *boards: Board) -> None:
        picture = self.live.picture
        self.live.picture = replace(picture, county=replace(picture.county, boards=boards))


def run(work: Coroutine[object, object, T]) -> T:
    """Run a coroutine in a thread of its own: Playwright keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()  # type: ignore[arg-type]


@contextmanager
def running(app: FlowServer, port: int = 0) -> Iterator[str]:
    """The app on a real server of its own; its address."""
    server = serving(app, port=port)
    answering = threading.Event()
    server.ready = lambda _url: answering.set()
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert answering.wait(60), "the server did not start"
        yield server.url
    finally:
        server.stop()
        thread.join(60)
        assert not thread.is_alive(), "the server did not stop"
