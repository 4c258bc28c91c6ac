"""The interactive pages on Dash's FastAPI backend, behind the real gate, in a real Chromium."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import plotly.offline
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from flowcentre.model import Picture, Point
from flowcentre.web.gate import Gate, Policy
from layouts import shell
from tests.layouts.cast import CONDITIONS, NOW, pages, picture, poll
from tests.layouts.conftest import as_new, is_against_the_policy
from tests.layouts.test_wall_in_chromium import everything_seen

pytestmark = pytest.mark.browser
ASSETS = Path(__file__).parents[2] / "assets"
PATIENT = 60_000  # Dash is slow to start on a busy machine


class Gated(FastAPI):
    """The pages behind the gate, and nothing else: no script that ages and covers, which is tested with the server.

    It is not there, rather than kept from the browser: one that asks a test before each answer would keep none of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.policy = Policy(hosts=frozenset({"127.0.0.1"}))
        self.shown = picture()
        self.add_api_route("/live", lambda: PlainTextResponse("not here", 503))

    def build_middleware_stack(self) -> ASGIApp:
        gate = Gate(super().build_middleware_stack(), self.policy)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            is_script = scope["type"] == "http" and scope["path"].endswith("/wall.js")
            await (PlainTextResponse("not here", 404) if is_script else gate)(scope, receive, send)

        return answer

    def current(self) -> Picture:
        return self.shown


def _history(_place: str, _measure: str, start: datetime, end: datetime) -> list[Point]:
    hours = int((end - start) / timedelta(hours=1))
    return [Point(start + timedelta(hours=n), float(n % 24 + 40)) for n in range(hours)]


@pytest.fixture(scope="module")
def gated() -> Gated:
    return Gated()


@pytest.fixture(scope="module")
def address(gated: Gated) -> Iterator[str]:
    shown = pages(history=_history, polls=lambda feed: [poll(feed, 1, NOW)])
    dash = shell.create_pages(gated, shown, assets=ASSETS, current=gated.current)
    gated.policy.script_hashes = tuple(dash.csp_hashes())
    gated.policy.callbacks = dash.callback_map
    gated.policy.pages = shown
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(gated, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()


@pytest.fixture
def screen(tab: Page, gated: Gated) -> Iterator[Page]:
    """A desk's browser, at which the picture stands still."""
    gated.shown = picture()
    with as_new(tab, 1366, 900, is_mistake=is_against_the_policy) as page:
        yield page


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/", "Whole-system demand"),
        ("/feeds", "Feeds"),
        ("/measures", "Measures"),
        ("/explain?place=westshire&measure=ga_occupancy", "General and acute bed occupancy Westshire"),
        ("/explain?place=nowhere&measure=x", "Nothing to explain"),
        ("/no/such/page", "No such page"),
    ],
)
def test_every_page_can_be_the_first_one_asked_for(screen: Page, address: str, path: str, heading: str) -> None:
    asked: list[str] = []
    screen.on("request", lambda request: asked.append(request.url))
    answer = screen.goto(address + path)
    assert answer is not None
    assert answer.status == (404 if heading == "No such page" else 200)
    expect(screen.locator("h1")).to_have_text(heading, timeout=PATIENT)
    expect(screen).to_have_title(f"{heading} - Flow Centre")
    expect(screen.locator("#demonstration")).to_contain_text("invented")
    assert screen.evaluate("getComputedStyle(document.querySelector('#top')).backgroundColor") == "rgb(0, 94, 184)"
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_a_figure_leads_to_its_explanation_and_on_to_its_inputs_without_loading_anew(
    screen: Page, address: str
) -> None:
    screen.goto(address)
    screen.locator(".figures a.figure").first.wait_for(timeout=PATIENT)
    expect(screen).to_have_title("Whole-system demand - Flow Centre")
    screen.evaluate("window.sameDocument = true")
    screen.locator('a[href="/explain?place=northgate&measure=ga_occupancy"]').first.click()
    expect(screen.locator(".formula").first).to_contain_text("462 / 480 = 96.3", timeout=PATIENT)
    expect(screen.locator(".chart .main-svg").first).to_be_visible(timeout=PATIENT)
    screen.locator('a[href="/explain?place=northgate&measure=ga_beds_open"]').first.click()
    expect(screen.locator("h1")).to_have_text("General and acute beds open Northgate General", timeout=PATIENT)
    expect(screen).to_have_title("General and acute beds open Northgate General - Flow Centre")
    screen.locator('a[href="/measures#ga_beds_open"]').click()
    expect(screen.locator("#ga_beds_open")).to_be_in_viewport(timeout=PATIENT)
    assert screen.evaluate("window.sameDocument") is True


def test_charts_are_drawn_by_the_basic_bundle_of_the_same_plotly(screen: Page, address: str) -> None:
    bundle = ASSETS / "plotly" / "plotly-basic.min.js"
    assert plotly.offline.get_plotlyjs_version() in bundle.read_text()[:200]
    scripts: list[str] = []
    screen.on("request", lambda request: scripts.append(request.url.partition("?")[0]))
    screen.goto(f"{address}/explain?place=northgate&measure=nctr_now")
    expect(screen.locator(".chart .main-svg").first).to_be_visible(timeout=PATIENT)
    assert [url.removeprefix(address) for url in scripts if "plotly" in url] == ["/assets/plotly/plotly-basic.min.js"]


def test_the_live_part_is_replaced_as_the_script_does_it_and_keeps_the_focus(
    screen: Page, address: str, gated: Gated
) -> None:
    screen.goto(address)
    screen.locator(".figures a.figure").first.wait_for(timeout=PATIENT)
    assert screen.locator("#live-page").get_attribute("data-page") == "demand"
    link = 'a[href="/explain?place=westshire&measure=ae_patients_now"]'
    screen.locator(link).first.focus()
    content = shell.live_pages(pages())["demand"](picture("overloaded"))
    screen.evaluate("html => (document.querySelector('#live-page > [data-html]').dataset.html = html)", content)
    expect(screen.locator(link).first).to_contain_text("2,148", timeout=PATIENT)
    assert (
        screen.evaluate("document.activeElement.getAttribute('href')")
        == "/explain?place=westshire&measure=ae_patients_now"
    )


@pytest.mark.parametrize("condition", CONDITIONS)
def test_pages_have_contrast_and_never_scroll_sideways(
    screen: Page, address: str, gated: Gated, condition: str
) -> None:
    gated.shown = picture(condition)
    for path in ("/", "/feeds", "/measures", "/explain?place=westshire&measure=ae_patients_now"):
        screen.set_viewport_size({"width": 390, "height": 844})
        screen.goto(address + path)
        screen.locator("h1").wait_for(timeout=PATIENT)
        for width in (390, 1366):
            screen.set_viewport_size({"width": width, "height": 844})
            assert screen.evaluate("document.documentElement.scrollWidth") == width
            seen = everything_seen(screen)
            assert [one for one in seen if one["contrast"] < 4.5 or one["size"] < 12] == [], (path, width)
