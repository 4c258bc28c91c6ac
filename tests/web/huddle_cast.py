"""A huddle of a small Westshire in a real store, behind the real server with the real pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from starlette.staticfiles import StaticFiles

from flowcentre.model import Alerting, Lead, PressureRules
from flowcentre.picture import LivePicture
from flowcentre.picture.huddle import HuddleBook
from flowcentre.store import Store
from flowcentre.web import Glass, create_server
from flowcentre.web.huddle_desk import HuddleDesk
from layouts import huddle, sitrep_pdf
from layouts.parts.huddle_page import ID as HUDDLE_ID
from tests.alerts.world import COUNTY, World
from tests.picture.test_huddle import RULES
from tests.web.cast import running

ASSETS = Path(__file__).resolve().parents[2] / "assets"
ALERTING = Alerting(
    leads=(Lead("flow", "Flow coordinator", (("letters", "flow@westshire.example"),)),),
    sitrep_to=("flow",),
    public_url="https://flow.example",
)


def glass_of(book: HuddleBook) -> Glass:
    """The real pages."""
    return Glass(
        wall_document=lambda *_: "",
        wall_body=lambda *_: "",
        wall_list=lambda _: "",
        pages={HUDDLE_ID: partial(huddle.body, book)},
        fingerprint="1",
        huddle_page=lambda now, form: huddle.document(now, form, fingerprint="1"),
        huddle_kept=lambda kept, form: huddle.kept_document(kept, form, fingerprint="1"),
        sitrep_pdf=sitrep_pdf.pdf,
    )


class Room:
    """Where a call is held."""

    def __init__(self, store: Store, alerting: Alerting = ALERTING) -> None:
        self.store, self.world = store, World(store)
        self.county = replace(COUNTY, alerting=alerting, pressure=PressureRules((RULES,)))
        self.world.everything(bad=False)
        self.live = LivePicture(store, self.county, lambda: self.world.at)

    @contextmanager
    def serving(self, *, desk: HuddleDesk | None = None, writes: bool = True) -> Iterator[str]:
        """The server; its address."""
        book = HuddleBook(self.store, self.live.current, lambda: self.world.at)
        app = create_server(
            self.live,
            self.store,
            glass_of(book),
            now=lambda: self.world.at,
            huddles=book,
            huddle_desk=(desk or self.store) if writes else None,
        )
        app.mount("/assets", StaticFiles(directory=ASSETS))
        self.live.start()
        try:
            with running(app) as url:
                yield url
        finally:
            self.live.stop()
