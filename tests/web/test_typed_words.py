"""Words that somebody types are words on every live page: they name nobody, and take nothing from it."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import httpx
import pytest

from flowcentre.model import Lead, Noted, PressureRules
from flowcentre.picture import LivePicture
from flowcentre.store import Store
from flowcentre.web import FlowServer
from running.books import books_of
from running.glass import glass_of
from running.pages import add_pages, pages_of
from running.server import gated
from tests.alerts.world import HOUR, RULES, World
from tests.picture.test_huddle import RULES as SCORES
from tests.web.cast import running

# As the markup has it that names somebody: by itself, in a row, and at the end of one.
FORGED = 'data-life="NG-1" data-of="NG-2" <li data-of="NG-3"> </tr><!--cut-->'
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def typed(field: str) -> str:
    return f"{field}: {FORGED}"


FIELDS = (
    "reason of a level", "who declared", "reason of a silence", "who silenced", "what is to do", "who does it",
    "who logged it", "what was tried", "who tried", "minute", "who wrote it", "who opened", "who took it up",
)  # fmt: skip


class Everywhere:
    """A county in which somebody typed into every field there is."""

    def __init__(self, store: Store) -> None:
        self.world = World(store)
        alerting = replace(self.world.alerting, leads=(Lead("flow", "Flow", ()),))
        self.world.county = replace(
            self.world.county, alerting=alerting, pressure=PressureRules((SCORES,)), demonstration=False
        )
        self.world.goes_wrong()
        self._type(store)
        self.live = LivePicture(store, self.world.county, lambda: self.world.at)
        self.live.rebuild()
        books = books_of(store, self.live, lambda: self.world.at, published=False)
        pages = pages_of(store, self.live, books, published=False)
        self.glass = glass_of(books, pages)
        self.app: FlowServer = gated(
            store, self.live, self.glass, books, now=lambda: self.world.at, desk=None, folder=None
        )
        add_pages(self.app, self.live, pages)

    def _type(self, store: Store) -> None:
        at = self.world.at
        store.declare("northgate", 3, typed("reason of a level"), typed("who declared"), at, at + 4 * HOUR)
        rule = RULES[0]
        store.silence(rule.id, rule.places[0], typed("reason of a silence"), typed("who silenced"), at, at + 2 * HOUR)
        huddle = store.open_huddle(typed("who opened"), at)
        store.add_minute(huddle.id, typed("who wrote it"), typed("minute"), at)
        action = store.log_action(
            typed("what is to do"), typed("who does it"), at + HOUR, typed("who logged it"), at, place="northgate"
        )
        store.note_action(action.id, Noted.TRIED, typed("who tried"), at, typed("what was tried"))
        for alert in store.open_alerts(at):
            store.acknowledge(alert.id, typed("who took it up"), at, "on it")


@pytest.fixture
def everywhere(store: Store) -> Everywhere:
    return Everywhere(store)


@on_one
def test_no_live_page_loses_anything_to_words_that_look_like_its_markup(everywhere: Everywhere) -> None:
    told = set()
    with running(everywhere.app) as url, httpx.Client(base_url=url, timeout=30) as asks:
        for page, draw in everywhere.glass.pages.items():
            answer = asks.get(f"/live/pages/{page}")
            assert (page, answer.status_code, answer.text) == (page, 200, draw(everywhere.live.current()))
            told |= {field for field in FIELDS if typed(field) in unescape(answer.text)}
    assert told == set(FIELDS)
