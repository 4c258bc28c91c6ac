"""Westshire as it runs, with sign-in: everything the centre has for people to do, behind the real gate on the real glass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx

from flowcentre.model import AskedFigure, AskedPlace, AskedService, Slip, Taken
from flowcentre.picture import LivePicture
from flowcentre.store import Store
from flowcentre.web import create_server
from running.books import books_of
from running.glass import glass_of
from running.pages import add_pages, pages_of
from tests.layouts import cast
from tests.layouts.alerts_cast import ALERTING
from tests.layouts.pressure_cast import RULES
from tests.web.access_cast import ACCESS, Clock, Door, as_person, as_screen
from tests.web.cast import running

GOES = {"sec-fetch-mode": "navigate", "accept": "text/html"}  # as a browser asks where somebody goes somewhere


class TwoPlaces:
    """A desk at which both hospitals type, and that takes nothing in."""

    def places(self) -> tuple[AskedPlace, ...]:
        used = (AskedService("recovery beds", (AskedFigure("used", "recovery_beds_used"),)),)
        return tuple(AskedPlace(each, "typed-in", timedelta(hours=4), used) for each in ("northgate", "southmere"))

    def asks(self, place: str) -> AskedPlace | None:
        return next((each for each in self.places() if each.place == place), None)

    def take(self, slip: Slip) -> Taken:
        raise OSError(f"nothing is taken in for {slip.place}")

    def kept(self, mark: str) -> Taken | None:
        return None


@dataclass
class Centre:
    """The whole county on a server, at a real store."""

    store: Store
    clock: Clock = field(default_factory=lambda: Clock(cast.NOW))
    access: bool = True

    def __post_init__(self) -> None:
        self.door = Door(self.store, self.clock)
        county = replace(cast.county(), alerting=ALERTING, pressure=RULES)
        self.live = LivePicture(self.store, replace(county, access=ACCESS) if self.access else county, self.clock.now)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Its address."""
        books = books_of(self.store, self.live, self.clock.now, published=False)
        pages = pages_of(self.store, self.live, books, published=False)
        app = create_server(
            self.live,
            self.store,
            glass_of(books, pages),
            now=self.clock.now,
            desk=TwoPlaces(),
            alerts=books.alerts,
            alert_desk=self.store,
            pressure=books.pressure,
            pressure_desk=self.store,
            actions=books.actions,
            action_desk=self.store,
            huddles=books.huddles,
            huddle_desk=self.store,
            guard=books.guard(self.store, self.live, self.clock.now),
            front=self.door.front if self.access else None,
        )
        add_pages(app, self.live, pages)
        with running(app) as url:
            self.door.front.public_url = url
            yield url


@dataclass
class Reader:
    """Somebody of a role at a browser; "" is nobody who is signed in, "screen" a screen of the county's board."""

    client: httpx.Client
    centre: Centre
    role: str

    def __post_init__(self) -> None:
        self.headers, self.key = dict(GOES), ""
        if self.role == "screen":
            self.headers |= as_screen(self.centre.door.screen())
        elif self.role:
            token, self.key = self.centre.door.session_of(self.role)
            self.headers |= as_person(token)

    def goes(self, path: str) -> httpx.Response:
        """A page, as a browser is given it."""
        return self.client.get(path, headers=self.headers)
