"""The publisher: a process of its own that lives the county's life and publishes its feeds as real ones are.

Files are dropped on their feeds' rhythm; A&E departments and community hospitals answer over HTTP on this machine alone.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from flowcentre.demo import lapses
from flowcentre.demo.documents import Clerk, writing_habit
from flowcentre.demo.rhythm import HOUR, MINUTE, seconds, utc
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.westshire import WESTSHIRE
from flowcentre.demo.writing import Written
from flowcentre.model import County, Feed

KEPT = timedelta(days=1)  # how long a dropped file lies in its folder
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

log = logging.getLogger(__name__)


class CannotPublish(Exception):
    """The demonstration cannot be published; says why and what would be right."""


class Publisher:
    """Publishes what a simulation lives through. Everything may be called from any thread."""

    def __init__(self, simulation: Simulation, county: County) -> None:
        self._simulation = simulation
        self._clerk = Clerk(simulation, county)
        self._lock = threading.Lock()
        self._dropping = {feed.id: feed for feed in county.feeds if "folder" in feed.settings}
        self._folders = {feed.id: Path(str(feed.settings["folder"])) for feed in self._dropping.values()}
        self._answering = {urlsplit(str(f.settings["url"])).path: f for f in county.feeds if "url" in f.settings}
        self._next_at: dict[str, int] = {}
        self.addresses = {urlsplit(str(f.settings["url"])).netloc for f in self._answering.values()}

    def begin(self, now: datetime) -> None:
        """Catch up in silence and drop one file of every feed, as at the last whole minute."""
        with self._lock:
            self._simulation.advance(utc(seconds(now) // MINUTE * MINUTE))
            at = self._simulation.at_seconds
            for feed in self._dropping.values():
                folder = self._folders[feed.id]
                folder.mkdir(parents=True, exist_ok=True)
                for unfinished in folder.glob("*.part"):
                    unfinished.unlink()
                self._drop(feed)
                self._next_at[feed.id] = _next_drop(feed, at)

    def catch_up(self, now: datetime) -> None:
        """Drop, in order, every file whose time has come; after a long sleep only those of the last hour."""
        with self._lock:
            until = seconds(now)
            while self._next_at:
                feed = self._dropping[min(self._next_at, key=self._next_at.__getitem__)]
                at = self._next_at[feed.id]
                if at > until:
                    break
                self._next_at[feed.id] = _next_drop(feed, max(at, until - HOUR))
                if at >= self._simulation.at_seconds:
                    self._simulation.advance(utc(at))
                    self._drop(feed)
            self._simulation.advance(now)

    def answer(self, path: str, now: datetime) -> tuple[Written | None, int]:
        """What stands at a path, or None and for how many seconds to stay away; raises KeyError where nothing does."""
        feed = self._answering[path]
        self.catch_up(now)
        with self._lock:
            away = lapses.unreachable(feed.places[0], self._simulation.at_seconds)
            return (None, away) if away else (self._clerk.write(feed), 0)

    def prune(self, now: datetime) -> None:
        """Remove the files that were dropped more than a day ago, going by the moment in their names."""
        oldest = (now - KEPT).strftime("%Y%m%dT%H%MZ")
        for folder in self._folders.values():
            for path in chain(folder.glob("*_*Z.csv"), folder.glob("*_*Z.xlsx")):
                if path.stem.rpartition("_")[2] < oldest:
                    path.unlink(missing_ok=True)

    def _drop(self, feed: Feed) -> None:
        written = self._clerk.write(feed)
        if written is not None:
            drop(self._folders[feed.id], written)


def drop(folder: Path, written: Written) -> None:
    """Put a file into a folder in one step: readers see the whole of it or nothing."""
    part = folder / f"{written.name}.part"
    part.write_bytes(written.content)
    part.replace(folder / written.name)


def _next_drop(feed: Feed, after: int) -> int:
    every, phase = writing_habit(feed)
    return (after - phase) // every * every + every + phase


class AnsweringServer(ThreadingHTTPServer):
    """A thread an answer, none of which holds up the end."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that hangs up in the middle is no cause for a traceback."""
        log.warning("an answer was broken off: %s", type(sys.exception()).__name__)


def serve(publisher: Publisher, now: Callable[[], datetime]) -> ThreadingHTTPServer:
    """A server, bound but not yet serving, for the addresses that the county's feeds ask. Raises CannotPublish."""
    if len(publisher.addresses) != 1:
        raise CannotPublish(
            f"the demonstration's feeds over HTTP must share one address, not {sorted(publisher.addresses)}"
        )
    address = urlsplit(f"//{next(iter(publisher.addresses))}")
    if address.hostname not in _LOOPBACK or address.port is None:
        raise CannotPublish(f"{address.netloc}: the demonstration is served on 127.0.0.1 and a port alone")

    class Answering(BaseHTTPRequestHandler):
        """Answers GET with what the publisher has, and says nothing of itself."""

        server_version, sys_version, protocol_version = "Westshire", "", "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            try:
                written, away = publisher.answer(urlsplit(self.path).path, now())
            except KeyError:
                self._say(404, b"{}")
                return
            if written is None:
                self._say(503, b"{}", ("Retry-After", str(away)))
            else:
                self._say(200, written.content)

        def _say(self, status: int, content: bytes, *headers: tuple[str, str]) -> None:
            self.send_response(status)
            for name, value in (
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(content))),
                ("Cache-Control", "no-store"),
                *headers,
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Not a word: it is asked twice a minute."""

    try:
        return AnsweringServer((address.hostname, address.port), Answering)
    except OSError as error:
        raise CannotPublish(f"{address.netloc} cannot be served: {error.strerror}; is it taken?") from None


def run_publisher(
    county: County,
    *,
    seed: int,
    start: datetime,
    now: Callable[[], datetime],
    ready: Callable[[], None] = lambda: None,
    parent: int | None = None,
) -> None:
    """Publish the county until SIGTERM or SIGINT, or until the process ``parent`` is no longer ours.

    Runs in the main thread of its own process. ``ready`` is called when every feed has its first
    answer. Raises CannotPublish.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    publisher = Publisher(Simulation(WESTSHIRE, seed=seed, start=start), county)
    server = serve(publisher, now)
    with server:
        publisher.begin(now())
        publisher.prune(now())
        answering = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)
        answering.start()
        ready()
        pruned_at = seconds(now())
        while not stop.wait(1) and parent in (None, os.getppid()):
            try:
                publisher.catch_up(now())
                if seconds(now()) - pruned_at >= HOUR:
                    publisher.prune(now())
                    pruned_at = seconds(now())
            except OSError as error:
                # A full disk passes; the feeds meanwhile turn late, as they should.
                log.warning("the demonstration could not publish: %s", error.strerror)
        server.shutdown()
        answering.join()
