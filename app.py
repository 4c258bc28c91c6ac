"""Flow Centre's command line, and the one place that knows every house and joins them.

Houses are imported inside the functions that need them: worker processes import this module too,
and must not carry the web server and the charts.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowcentre.config import Reloader
    from flowcentre.feeds.contract import Connector
    from flowcentre.model import County
    from flowcentre.picture import LivePicture
    from flowcentre.store import Store

HERE = Path(__file__).resolve().parent
DEFAULTS = HERE / "flowcentre" / "config" / "defaults"
VAR = Path(os.environ.get("FLOWCENTRE_VAR", HERE / "var"))
BOARD_LAYOUTS = ("wall",)
SEED = 20261122
LOOK_AT_CONFIGURATION_EVERY = 2.0  # seconds


def utc_now() -> datetime:
    """The present, in UTC: the one place where the clock is read."""
    return datetime.now(UTC)


class CannotStart(Exception):
    """Something that has to be put right first; said in plain words."""


# --- What a command works with ------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """Where a county's configuration and store are, and what its variables stand for."""

    folder: Path
    store_url: str
    variables: Mapping[str, str]
    connectors: Mapping[str, type[Connector]]

    def load(self) -> County:
        """The county. Raises ConfigurationMistakes."""
        from flowcentre.config import load

        return load(self.folder, self.variables, self.connectors, BOARD_LAYOUTS)

    def reloader(self, county: County) -> Reloader:
        """Watches the configuration for changes."""
        from flowcentre.config import Reloader

        return Reloader(self.folder, self.variables, self.connectors, BOARD_LAYOUTS, current=county)


def setting_of(folder: Path | None, store_url: str | None, *, demo_port: int, published: Path | None = None) -> Setting:
    """What a command works with, from its options."""
    from connectors import find_connectors

    folder = folder or DEFAULTS / "westshire"
    if store_url is None:
        VAR.mkdir(parents=True, exist_ok=True)
        store_url = f"sqlite:///{VAR / (folder.name + '.db')}"
    variables = {"drop": str(VAR / "drop"), "demo": f"http://127.0.0.1:{demo_port}"}
    if published is not None:
        variables["published"] = str(published)
    return Setting(folder, store_url, variables, find_connectors())


@contextmanager
def opened(setting: Setting, county: County, *, writer: bool = True) -> Iterator[Store]:
    """The store, checked to be of the same kind as the county: a demonstration never mixes with the real."""
    from flowcentre.store import open_store

    store = open_store(setting.store_url, writer=writer)
    try:
        wanted = "yes" if county.demonstration else "no"
        kept = store.mark("demonstration")
        if kept is None and writer:
            store.set_mark("demonstration", wanted)
        elif kept is not None and kept != wanted:
            kinds = {"yes": "a demonstration", "no": "a real county"}
            raise CannotStart(
                f"the store holds {kinds[kept]} and the configuration is {kinds[wanted]}: "
                "invented and real figures never share a store. Give another --store."
            )
        yield store
    finally:
        store.close()


# --- The demonstration --------------------------------------------------------------------


def demonstration_start(store: Store) -> datetime:
    """Since when Westshire has been simulated, kept with its store so that a restart goes on with the same life."""
    from flowcentre.demo.backlog import start_for

    kept = store.mark("simulated since")
    if kept is None:
        kept = start_for(utc_now()).isoformat()
        store.set_mark("simulated since", kept)
    return datetime.fromisoformat(kept)


def tell_the_past(setting: Setting, store: Store, county: County) -> None:
    """Give a new demonstration its 28 days, through the real connectors and the real poller."""
    from flowcentre.demo.backlog import HISTORY, backlog
    from flowcentre.demo.simulation import Simulation
    from flowcentre.demo.westshire import WESTSHIRE
    from flowcentre.feeds.past import read_in
    from flowcentre.picture import expect, keep_derived

    if store.mark("past told") is not None:
        return
    now = utc_now()
    expected = expect(county)
    simulation = Simulation(WESTSHIRE, seed=SEED, start=demonstration_start(store))
    say("First start: Westshire lives through its last 28 days (about half a minute) ...")
    published = backlog(simulation, county, now - HISTORY, now)
    with store.in_bulk():
        for at in read_in(store, county, setting.connectors, published, until=now):
            keep_derived(store, county, expected, at)
        store.roll_up(now)
        store.set_mark("past told", now.isoformat())


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


# --- The parts that run --------------------------------------------------------------------


@contextmanager
def picturing(store: Store, county: County, *, as_at: datetime | None = None, keep: bool) -> Iterator[LivePicture]:
    """The live picture; with ``keep``, its totals and shares are kept as history."""
    from flowcentre.picture import LivePicture, derived_readings

    live = LivePicture(store, county, utc_now, as_at=as_at)
    if keep:
        live.subscribe(
            lambda picture: store.record_derived(
                derived_readings(picture.county, picture.values, picture.at), received_at=picture.at
            )
        )
    live.start()
    try:
        yield live
    finally:
        live.stop()


@contextmanager
def polling(setting: Setting, store: Store, county: County, live: LivePicture) -> Iterator[None]:
    """The engine, polling, and looking for changes of its configuration."""
    from flowcentre.feeds.engine import Engine

    engine = Engine(store, county, setting.connectors, now=utc_now, name=f"{os.uname().nodename}:{os.getpid()}")
    engine.start()
    try:
        with reloading(setting, county, lambda changed: (engine.reload(changed), live.use(changed))):
            yield
    finally:
        engine.stop()


@contextmanager
def reloading(setting: Setting, county: County, use: Callable[[County], object]) -> Iterator[None]:
    """Take up each good change of the configuration, and say of each broken one what is wrong with it."""
    import structlog

    log = structlog.get_logger("configuration")
    reloader, stopped = setting.reloader(county), threading.Event()

    def look() -> None:
        while not stopped.wait(LOOK_AT_CONFIGURATION_EVERY):
            changed = reloader.look()
            if changed is not None:
                use(changed)
                log.info("the configuration has changed and is in use")
            for mistake in reloader.untold():
                log.error("the configuration was changed and refused; the old one goes on", mistake=str(mistake))

    thread = threading.Thread(target=look, name="configuration", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=5)


def serve_glass(store: Store, live: LivePicture, port: int, ready: Callable[[str], None]) -> None:
    """Serve wall, pages and API until Ctrl-C or SIGTERM."""
    from flowcentre.web import Glass, create_server, fingerprint_of, serve
    from layouts import shell, wall

    assets = HERE / "assets"
    fingerprint = fingerprint_of(assets, HERE / "layouts")
    glass = Glass(
        wall_document=lambda picture, board: wall.document(picture, board, fingerprint=fingerprint),
        wall_body=lambda picture, board: wall.body(picture, board),
        pages=shell.live_pages(),
        fingerprint=fingerprint,
    )
    server = create_server(live, store, glass, now=utc_now)
    pages = shell.create_pages(
        server,
        assets=assets,
        current=live.current,
        history=lambda place, measure, start, end: store.history([(place, measure)], start, end).get(
            (place, measure), []
        ),
        polls=lambda feed: store.polls(feed, limit=20),
    )
    server.allow_pages(pages.csp_hashes(), pages.callback_map)
    serve(server, port=port, ready=ready)


# --- Commands ------------------------------------------------------------------------------


def say(words: str) -> None:
    """Tell the person at the terminal."""
    print(words, flush=True)
