"""Somebody's name, number, birthday, address and story are put into a feed of every kind: they come out nowhere.

Not in the store, nor in the log, a page, an answer of the API, a header, an alert's letter or what a sitrep says.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from structlog.testing import capture_logs

from channels import find_channels
from connectors import find_connectors
from flowcentre.alerts.evaluate import Evaluator
from flowcentre.alerts.routing import route
from flowcentre.alerts.sender import Sender
from flowcentre.feeds.past import read_in
from flowcentre.model import (
    Alerting,
    ChannelSettings,
    County,
    Feed,
    Lead,
    Level,
    Outcome,
    Place,
    PlaceKind,
    Places,
    Route,
    RouteStep,
    Rule,
    RuleKind,
    Severity,
)
from flowcentre.picture import LivePicture
from flowcentre.store import Store, open_store
from running.books import books_of
from running.glass import glass_of
from running.pages import add_pages, pages_of
from running.server import gated
from tests.connectors.cast import WESTSHIRE
from tests.connectors.documents import Kind, described, samples
from tests.web.cast import running

AT = datetime(2026, 11, 22, 10, 20, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CANARY = {
    "patient_name": "Zebedee Quillfeather",
    "nhs_number": "943 476 5919",
    "date_of_birth": "1931-04-03",
    "postcode": "BS1 5TR",
    "telephone": "0117 496 0123",
    "email": "zebedee@quillfeather.example",
    "comments": "slipped on the ice by the chapel",
}
# In any writing: joined, parted, in small letters, escaped for an address.
SOUGHT = re.compile(
    r"zebedee|quillfeather|943\W*476\W*5919|1931\W*04\W*03|0?3/0?4/1931|bs1(%20|\W)*5tr|0117\W*496\W*0123|ice by the chapel",
    re.IGNORECASE,
)
BYTES = re.compile(SOUGHT.pattern.encode(), re.IGNORECASE)
KINDS = find_connectors()


@dataclass(frozen=True)
class Published:
    feed: str
    name: str
    content: bytes
    observed_at: datetime


def places_of(kind: Kind) -> Places:
    if "place" not in kind.about:
        return WESTSHIRE
    keys = (
        each | {"level": Level(each["level"]), "kind": PlaceKind(each["kind"]), "codes": tuple(each.get("codes", ()))}
        for each in kind.about["place"]
    )
    return Places(Place(**each) for each in keys)


def county_of(kinds: list[Kind], letters: Path) -> County:
    feeds = tuple(
        Feed(
            kind.name, kind.name, kind.name, MINUTE, 2 * MINUTE, 3 * MINUTE, tuple(kind.about["places"]),
            KINDS[kind.name].provides, kind.about["settings"], polled=kind.name != "typed_in",
        )
        for kind in kinds
    )  # fmt: skip
    silent = Rule(
        "silent", "A feed is silent", RuleKind.SILENCE, Severity.WARNING, ("desk",), "silent", feeds=tuple(f.id for f in feeds)
    )  # fmt: skip
    alerting = Alerting(
        rules=(silent,),
        leads=(Lead("desk", "Information desk", (("letters", "desk@westshire.example"),)),),
        routes=(Route("desk", "The desk", (RouteStep(timedelta(0), ("desk",)),)),),
        channels=(ChannelSettings("letters", "maildir", {"folder": str(letters)}),),
    )
    return County("Westshire", places_of(kinds[0]), feeds, demonstration=True, alerting=alerting)


def documents(kinds: list[Kind]) -> Iterator[Published]:
    """Each good document with every canary in a column of its own, and then with one in each agreed column in turn."""
    at = AT
    for sample in (each for each in samples("ok") if each.kind in kinds):
        form = sample.form

        def all_columns(text: bytes, form: Any = form) -> bytes:
            for column, value in CANARY.items():
                text = form.add(text, column, value)
            return text

        yield Published(sample.kind.name, sample.name, sample.spoil(all_columns), at := at + timedelta(seconds=1))
        for number, column in enumerate(sample.settings["required"]):
            value = list(CANARY.values())[number % len(CANARY)]
            spoilt = sample.spoil(lambda text, c=column, v=value, form=form: form.put(text, c, v))
            yield Published(sample.kind.name, sample.name, spoilt, at := at + timedelta(seconds=1))


def told(store: Store, county: County, letters: Path) -> bytes:
    """What is said of it in letters, once nothing more comes."""
    live = LivePicture(store, county, lambda: AT + HOUR)
    Evaluator(store, live.current, lambda: county.alerting, lambda: AT + HOUR, route).look()
    sender = Sender(store, find_channels(), lambda: county.alerting, live.current, now=lambda: AT + HOUR, name="one")
    sender.compose()
    sender.send_due()
    return b"".join(path.read_bytes() for path in letters.rglob("*") if path.is_file())


def addresses(client: httpx.Client) -> list[str]:
    """Every address that is asked for by GET without a word of its own, and those with one that we can give."""
    described = client.get("/openapi.json").json()["paths"]
    plain = [path for path, ways in described.items() if "get" in ways and "{" not in path and "live" not in path]
    pages = (
        "/",
        "/delays",
        "/packages",
        "/capacity",
        "/feeds",
        "/measures",
        "/alerts",
        "/actions",
        "/pressure",
        "/type-in",
    )
    parts = ("/delays/ward-sheet", "/wall", "/_dash-layout", "/_dash-dependencies", "/healthz", "/readyz", "/metrics")
    people = (
        "/api/v1/delays?people=yes",
        "/api/v1/packages?people=yes",
        "/delays.csv",
        "/delays.xlsx",
        "/packages.csv",
    )
    known = ("/page/feeds", "/page/demand", "/alerts/1", "/api/v1/history?place=westshire&measure=ga_beds_occupied")
    return [*dict.fromkeys((*plain, *pages, *parts, *people, *known))]


def said(answer: httpx.Response) -> str:
    content = answer.content
    if content.startswith(b"PK"):  # a workbook is packed
        with ZipFile(BytesIO(content)) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    return f"{answer.headers} {content.decode('utf-8', 'replace')}"


def groups() -> list[list[Kind]]:
    """The kinds that speak of the same places share a county; the others each have one of their own."""
    kinds = described()
    shared = [kind for kind in kinds if "place" not in kind.about]
    return [shared, *([kind] for kind in kinds if kind not in shared)]


@pytest.mark.parametrize("kinds", groups(), ids=lambda kinds: "-".join(kind.name for kind in kinds[:1]))
def test_nothing_of_a_person_that_a_feed_holds_comes_out_anywhere(
    kinds: list[Kind], migrated_sqlite: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file, letters = tmp_path / "flow.db", tmp_path / "letters"
    file.write_bytes(migrated_sqlite.read_bytes())
    county = county_of(kinds, letters)
    store = open_store(f"sqlite:///{file}")
    try:
        with capture_logs() as lines:
            polled = list(documents(kinds))
            assert BYTES.search(polled[0].content) or polled[0].name.endswith((".gz", ".xlsx"))
            list(read_in(store, county, KINDS, polled, until=AT + HOUR))
            if kinds[0].name != "typed_in":
                polls = [poll for kind in kinds for poll in store.polls(kind.name, limit=1000)]
                assert {poll.feed for poll in polls if poll.counts.accepted} == {kind.name for kind in kinds}, (
                    "none was believed"
                )
                assert any(poll.outcome is not Outcome.OK or poll.counts.held for poll in polls), "nothing was refused"
            letter = told(store, county, letters)
            assert b"silent" in letter
            assert not BYTES.search(letter)
            live = LivePicture(store, county, lambda: AT)
            books = books_of(store, live, lambda: AT, published=False)
            pages = pages_of(store, live, books, published=False)
            server = gated(store, live, glass_of(books, pages), books, now=lambda: AT, desk=None, folder=None)
            add_pages(server, live, pages)
            with running(server) as url, httpx.Client(base_url=url, timeout=30) as client:
                asked = {path: client.get(path, headers={"accept-encoding": "identity"}) for path in addresses(client)}
            answered = [path for path, answer in asked.items() if answer.status_code == 200]
            assert len(answered) > 20, answered
            assert not [path for path, answer in asked.items() if SOUGHT.search(said(answer))]
        assert not SOUGHT.search(str(lines))
        assert not SOUGHT.search("".join(record.getMessage() for record in caplog.records))
    finally:
        store.close()
    assert not [path.name for path in tmp_path.rglob("flow.db*") if BYTES.search(path.read_bytes())]
