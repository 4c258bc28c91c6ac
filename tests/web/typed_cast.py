"""The real desk and store behind the real server, with the real pages; and a desk that only pretends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import httpx
from starlette.staticfiles import StaticFiles

from flowcentre.model import AskedFigure, AskedPlace, AskedService, County, Slip, Taken
from flowcentre.picture import LivePicture
from flowcentre.store import Store
from flowcentre.web import Glass, create_server
from flowcentre.web.typed import Desk, SignedIn, nobody
from layouts import type_in
from tests.feeds.typed_cast import AUTHOR, COUNTY, Clock, desk_of
from tests.web.cast import running

ASSETS = Path(__file__).resolve().parents[2] / "assets"
FORM = {"content-type": "application/x-www-form-urlencoded"}


class PretendDesk:
    """A desk at Northgate, of whatever anybody asks."""

    asked = AskedPlace(
        "northgate",
        "typed-in",
        timedelta(hours=4),
        (AskedService("recovery beds", (AskedFigure("used", "recovery_beds_used"),)),),
    )

    def places(self) -> tuple[AskedPlace, ...]:
        return (self.asked,)

    def asks(self, place: str) -> AskedPlace | None:
        return self.asked if place == "northgate" else None

    def take(self, slip: Slip) -> Taken:
        raise OSError(f"the disk is full, and {slip.author} should not be told")

    def kept(self, mark: str) -> Taken | None:
        return None


@dataclass
class Corner:
    """The corner of Westshire where figures are typed in, on a server."""

    store: Store
    clock: Clock = field(default_factory=Clock)
    county: County = COUNTY
    desk: Desk | None = None  # another than the real one
    signed_in: SignedIn = nobody

    def __post_init__(self) -> None:
        self.live = LivePicture(self.store, self.county, self.clock)

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """The server; its address."""
        glass = Glass(
            wall_document=lambda *_: "",
            wall_body=lambda *_: "",
            wall_list=lambda _: "",
            fingerprint="1",
            type_in_list=lambda picture, asked, at: type_in.list_document(picture, asked, at, fingerprint="1"),
            type_in_form=lambda picture, form, at: type_in.form_document(picture, form, at, fingerprint="1"),
        )
        desk = self.desk or desk_of(self.store, self.clock, self.county)
        app = create_server(self.live, self.store, glass, now=self.clock, desk=desk, signed_in=self.signed_in)
        app.mount("/assets", StaticFiles(directory=ASSETS))
        self.live.start()
        try:
            with running(app, port) as url:
                yield url
        finally:
            self.live.stop()


def form_in(page: str, **typed: str) -> dict[str, str]:
    """The fields of a drawn form as a browser would send them, with some filled in by their ids or names."""
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", page):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        name, value = attributes["name"], unescape(attributes.get("value", ""))
        if attributes["type"] in ("radio", "checkbox") and " checked" not in tag:
            continue
        sent[name] = typed.get(attributes.get("id", ""), typed.get(name, value))
    return sent | {name: value for name, value in typed.items() if name in ("holds", "sure", "role")}


def send(client: httpx.Client, place: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    """Send a form as its own page would."""
    origin = str(client.base_url).rstrip("/")
    return client.post(f"/type-in/{place}", content=urlencode(fields), headers=FORM | {"origin": origin} | headers)


def typed_by(client: httpx.Client, place: str = "neighbours-north", **typed: str) -> httpx.Response:
    """Open a place's form, fill it in and send it."""
    page = client.get(f"/type-in/{place}").text
    return send(client, place, form_in(page, **{"author": AUTHOR} | typed))
