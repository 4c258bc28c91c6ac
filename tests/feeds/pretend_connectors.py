"""Small connectors that behave and misbehave on purpose. They are imported by real worker processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from flowcentre.feeds.contract import (
    Bookmark,
    Connector,
    Document,
    FeedMalformed,
    FeedSettings,
    FeedUnavailable,
    Payload,
)
from flowcentre.model import Fact, Reading

MOMENT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


class Steady(Connector):
    """Says each time how many beds are occupied at each of its places; ``at`` is ISO 8601."""

    provides = ("ga_beds_occupied",)

    class Settings(FeedSettings):
        at: str = MOMENT.isoformat()
        occupied: float = 20

    settings: Settings

    def fetch(self, since: Bookmark | None) -> Payload:
        return Payload((Document("beds.json", b"{}"),), Bookmark(self.settings.at))

    def parse(self, document: Document) -> Iterator[Fact]:
        for place in self.places:
            yield Reading("ga_beds_occupied", place, self.settings.occupied, datetime.fromisoformat(self.settings.at))


class LoadedAhead(Steady):
    """Says how many of the modules that every worker needs were loaded before it was forked."""

    def fetch(self, since: Bookmark | None) -> Payload:
        loaded = "flowcentre.feeds.nursery" in sys.modules
        return Payload((Document("loaded.json", b""),), Bookmark("ahead" if loaded else "not ahead"))


class Quiet(Steady):
    """Has nothing newer."""

    def fetch(self, since: Bookmark | None) -> Payload:
        return Payload((), since)


class Hung(Steady):
    """Waits for ever for an answer."""

    def fetch(self, since: Bookmark | None) -> Payload:
        time.sleep(3600)
        raise AssertionError


class Deaf(Steady):
    """Waits for ever and will not hear that it should end."""

    def fetch(self, since: Bookmark | None) -> Payload:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(3600)
        raise AssertionError


class Looping(Steady):
    """Never stops computing."""

    def parse(self, document: Document) -> Iterator[Fact]:
        while True:
            pass
        yield  # type: ignore[unreachable]


class Greedy(Steady):
    """Takes memory until there is no more."""

    def fetch(self, since: Bookmark | None) -> Payload:
        taken = []
        while True:
            taken.append(bytes(16 * 2**20))


class Vanishing(Steady):
    """Ends its own process."""

    def fetch(self, since: Bookmark | None) -> Payload:
        os._exit(3)


class Mute(Steady):
    """Closes every way out, and goes on."""

    def fetch(self, since: Bookmark | None) -> Payload:
        os.closerange(0, 100)
        time.sleep(3600)
        raise AssertionError


class Stopped(Steady):
    """Is killed from outside."""

    def fetch(self, since: Bookmark | None) -> Payload:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


class Talkative(Steady):
    """Fails with a name in its error, and prints it too."""

    def parse(self, document: Document) -> Iterator[Fact]:
        print("Alice Example 9434765919", flush=True)  # noqa: T201
        raise KeyError("Alice Example 9434765919")
        yield


class Garbage(Steady):
    """Yields what is no fact."""

    def parse(self, document: Document) -> Iterator[Fact]:
        yield "northgate-a1,20"  # type: ignore[misc]


class Naive(Steady):
    """Yields a moment without a zone."""

    def parse(self, document: Document) -> Iterator[Fact]:
        yield Reading("ga_beds_occupied", "northgate-a1", 20, datetime(2026, 11, 22, 8))  # noqa: DTZ001


class Flooding(Steady):
    """Answers with more than anyone can want."""

    def parse(self, document: Document) -> Iterator[Fact]:
        for second in range(50_000):
            yield Reading("ga_beds_occupied", "northgate-a1", float(second), MOMENT - timedelta(seconds=second))


class Malformed(Steady):
    """Three documents, of which the second is not in the agreed form."""

    def fetch(self, since: Bookmark | None) -> Payload:
        return Payload(tuple(Document(f"{name}.csv", b"") for name in ("first", "second", "third")), Bookmark("third"))

    def parse(self, document: Document) -> Iterator[Fact]:
        if document.name == "second.csv":
            raise FeedMalformed("second.csv: no column 'occupied'", rows=24)
        yield Reading("ga_beds_occupied", "northgate-a1", 20, MOMENT)


class LoginPage(Steady):
    """Answers with something else altogether."""

    def fetch(self, since: Bookmark | None) -> Payload:
        raise FeedMalformed("an HTML page where JSON was agreed: a login page?")


class Busy(Steady):
    """Asks to be left alone for a while."""

    def fetch(self, since: Bookmark | None) -> Payload:
        raise FeedUnavailable("busy", retry_after=timedelta(seconds=7))


class FromFile(Steady):
    """Reads what a test wrote: a list of [place, measure, value, moment], or {"unavailable": why, "retry_after": seconds}."""

    class Settings(FeedSettings):
        path: str

    settings: Settings  # type: ignore[assignment]

    def fetch(self, since: Bookmark | None) -> Payload:
        with Path(f"{self.settings.path}.asked").open("a") as asked:
            asked.write("asked\n")
        content = Path(self.settings.path).read_bytes()
        if content.startswith(b"{"):
            said = orjson.loads(content)
            wait = timedelta(seconds=said["retry_after"]) if "retry_after" in said else None
            raise FeedUnavailable(said["unavailable"], wait)
        return Payload((Document("beds.json", content),), None)

    def parse(self, document: Document) -> Iterator[Fact]:
        for place, measure, value, moment in orjson.loads(document.content):
            yield Reading(measure, place, value, datetime.fromisoformat(moment).astimezone(UTC))
