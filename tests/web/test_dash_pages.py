"""Dash's pages behind the gate: kept live by the same script, and none of Dash's doors left open."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import dash
import httpx
import pytest
from dash import Input, Output, dcc, html
from playwright.sync_api import Page, expect
from structlog.testing import capture_logs

from flowcentre.model import Board
from flowcentre.web import FlowServer
from tests.web.actions_cast import PretendActions
from tests.web.alerts_cast import PretendAlerts
from tests.web.capacity_cast import PretendCapacity
from tests.web.cast import ASSETS, AT, Westshire, running
from tests.web.delay_cast import PretendBook
from tests.web.package_cast import PretendPackages
from tests.web.test_gate import MALFORMED
from tests.web.test_routes import DECIDED, walk
from tests.web.test_wall_script import stand_still, until
from tests.web.typed_cast import PretendDesk

CALLBACKS = "/_dash-update-component"
PATIENT = 15_000


def with_pages(westshire: Westshire) -> FlowServer:
    """The server with a small Dash application on it, joined as running/pages.py does it."""
    app = westshire.app()
    shell = dash.Dash(
        __name__,
        server=app,
        backend="fastapi",
        assets_folder=str(ASSETS),
        assets_ignore=r"wall.*|plotly.*",
        enable_mcp=False,
        update_title=None,
    )
    shell.layout = html.Div([dcc.Location(id="url"), html.Div(id="page"), html.Time(id="clock")])

    @shell.callback(Output("page", "children"), Input("url", "pathname"))
    def _show(path: str) -> object:
        if path != "/":
            return html.P("nothing live here")
        value = westshire.live.current().value("northgate", "ga_beds_occupied")
        assert value.late_at is not None
        aged = html.Time("drawn", className="age", **{"data-observed-at": AT.isoformat()})
        state = html.B("?", id="state", **{"data-state": "fresh", "data-late-at": value.late_at.isoformat()})
        drawn = html.Div(className="finished", **{"data-html": '<p id="figure">as first drawn</p>'})
        return html.Div([html.Div(drawn, id="live-page", **{"data-page": "demand"}), aged, state])

    # Two things that this Dash does not do by itself on FastAPI: find its assets before a deep link is the first
    # thing asked for, and leave web sockets alone that are not in use.
    shell.backend.websocket_capability = False
    shell._setup_server()
    app.allow_pages(shell.csp_hashes(), shell.callback_map, {"/", "/other", "/feeds"})
    return app


@contextmanager
def pages(westshire: Westshire) -> Iterator[str]:
    """That server, running."""
    with running(with_pages(westshire)) as url:
        yield url


@pytest.mark.browser
def test_a_dash_page_is_kept_live_without_a_callback(screen: Page, westshire: Westshire) -> None:
    with pages(westshire) as url:
        screen.goto(url)
        expect(screen.locator("#figure")).to_have_text("451 occupied", timeout=PATIENT)
        asked: list[str] = []
        screen.on("request", lambda request: asked.append(request.url))
        westshire.publish_occupied(2, 452)
        expect(screen.locator("#figure")).to_have_text("452 occupied", timeout=PATIENT)
        westshire.publish_occupied(3, 453)
        expect(screen.locator("#figure")).to_have_text("453 occupied", timeout=PATIENT)
    assert not [address for address in asked if CALLBACKS in address]


# A whole drawing by Dash takes a moment on a busy machine, and what is live may have come meanwhile.
LATE_DRAWING = """dash_clientside.set_props('live-page', {children: {
    type: 'Div', namespace: 'dash_html_components',
    props: {className: 'finished', 'data-html': '<p id="figure">as drawn long ago</p>'},
}})"""


@pytest.mark.browser
def test_what_dash_draws_late_does_not_stay_in_place_of_what_is_live(screen: Page, westshire: Westshire) -> None:
    with pages(westshire) as url:
        screen.goto(url)
        expect(screen.locator("#figure")).to_have_text("451 occupied", timeout=PATIENT)
        shown = screen.evaluate("flowcentre.swaps")
        screen.evaluate(f"() => {{ {LATE_DRAWING} }}")
        until(screen, f"flowcentre.swaps > {shown}")
        expect(screen.locator("#figure")).to_have_text("451 occupied", timeout=PATIENT)


@pytest.mark.browser
def test_a_dash_page_ages_by_itself_and_covers_itself_when_it_is_not_live(screen: Page, westshire: Westshire) -> None:
    screen.route("**/live/pages/**", lambda route: route.fulfill(status=304, headers={"X-Flow-Version": "1"}))
    with pages(westshire) as url:
        screen.clock.install(time=AT)
        screen.goto(url)
        expect(screen.locator("#state")).to_have_attribute("data-state", "fresh", timeout=PATIENT)
        stand_still(screen)
        until(screen, "window.flowcentre?.said")
    screen.clock.run_for(timedelta(minutes=13, seconds=1) / timedelta(milliseconds=1))
    expect(screen.locator("#state")).to_have_attribute("data-state", "late")
    expect(screen.locator("time.age")).to_have_text("13 min ago")
    expect(screen.locator("#not-live")).to_have_text("NOT LIVE since 08:14")


@pytest.mark.browser
def test_a_page_with_nothing_live_stays_as_it_is(screen: Page, westshire: Westshire) -> None:
    with pages(westshire) as url:
        screen.goto(f"{url}/other")
        expect(screen.locator("#page")).to_have_text("nothing live here", timeout=PATIENT)
        expect(screen.locator("#clock")).to_have_text(re.compile(r"08:14:0\d"), timeout=PATIENT)
        westshire.publish_occupied(2, 452)
        expect(screen.locator("#not-live")).to_have_count(0)


def test_no_malformed_callback_reaches_dash(westshire: Westshire) -> None:
    with pages(westshire) as url, httpx.Client(base_url=url) as client, capture_logs() as lines:
        client.get("/")
        for body, _ in MALFORMED:
            answer = client.post(CALLBACKS, content=body, headers={"content-type": "application/json"})
            assert answer.status_code == 400, body
        unknown = {"output": "nothing.children", "outputs": {"id": "nothing", "property": "children"}, "inputs": []}
        assert client.post(CALLBACKS, json=unknown).text == "There is no such output."
    assert {line["event"] for line in lines} == {"refused"}


def test_a_good_callback_is_answered(westshire: Westshire) -> None:
    asked = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [{"id": "url", "property": "pathname", "value": "/other"}],
        "changedPropIds": ["url.pathname"],
    }
    with pages(westshire) as url, httpx.Client(base_url=url) as client:
        assert client.post(CALLBACKS, json=asked).json()["response"]["page"]["children"]["props"]["children"]
        assert client.get("/_dash-layout").status_code == 200
        assert client.get("/_dash-dependencies").status_code == 200


def test_a_callback_that_cannot_be_answered_leaves_no_traceback(
    westshire: Westshire, capfd: pytest.CaptureFixture[str]
) -> None:
    short = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [],
        "changedPropIds": [],
    }
    with pages(westshire) as url, httpx.Client(base_url=url) as client:
        client.get("/")
        answer = client.post(CALLBACKS, json=short)
    assert answer.status_code in (400, 500)
    printed = capfd.readouterr()
    assert "Traceback" not in answer.text + printed.out + printed.err


def test_dash_leaves_no_other_door_open(westshire: Westshire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "DASH_MCP_ENABLED", "1")
    with pages(westshire) as url, httpx.Client(base_url=url) as client:
        for path in ("/_mcp", "/_reload-hash", "/_dash-ws-callback"):
            assert client.get(path).status_code == 404, path
            assert client.post(path).status_code == 405, path
        for path in ("/wall/none", "/api/v1/none", "/live/none"):
            assert client.get(path).status_code == 404, path


def test_an_address_without_a_page_is_answered_404_with_the_page_that_says_so(westshire: Westshire) -> None:
    with pages(westshire) as url, httpx.Client(base_url=url) as client:
        for path in ("/", "/?x=1", "/other", "/feeds/", "/feeds?x=1"):
            assert client.get(path).status_code == 200, path
        for path in ("/some/page", "/other/more", "/Feeds", "/api", "/favicon.ico"):
            answer = client.get(path)
            assert answer.status_code == 404, path
            assert answer.headers["content-type"].startswith("text/html")
            assert "_dash-config" in answer.text  # Dash draws the page that says so


def test_each_route_that_dash_brings_is_decided(westshire: Westshire) -> None:
    decided = {
        "/": ("/", 200),
        "{path:path}": ("/feeds", 200),
        "/_dash-layout": ("/_dash-layout", 200),
        "/_dash-dependencies": ("/_dash-dependencies", 200),
        "/_dash-component-suites/{package_name}/{fingerprinted_path:path}": (
            "/_dash-component-suites/dash/html/dash_html_components.min.js",
            200,
        ),
        "/_favicon.ico": ("/_favicon.ico", 200),
        "/_dash-update-component": (CALLBACKS, 405),
        "/_dash-ws-callback": ("/_dash-ws-callback", 404),
        "/_reload-hash": ("/_reload-hash", 404),
    }
    app = with_pages(westshire)
    with running(app) as url, httpx.Client(base_url=url) as client:
        assert set(walk(app.routes)) - set(DECIDED) == set(decided), "decide on each new route here"
        for route, (address, status) in decided.items():
            assert client.get(address).status_code == status, route


def test_scripts_of_dash_are_compressed_on_their_way(westshire: Westshire) -> None:
    with pages(westshire) as url, httpx.Client(base_url=url) as client:
        script = next(part for part in client.get("/").text.split('"') if "dash_renderer.v" in part)
        answer = client.get(script)
        assert answer.headers["content-encoding"] == "gzip"
        assert "max-age=31536000" in answer.headers["cache-control"]


def test_head_is_answered_wherever_get_is_with_the_same_headers_and_no_body(westshire: Westshire) -> None:
    westshire.with_boards(Board("county", "County", "wall"), Board("other", "Other", "wall"))
    westshire.delays, westshire.packages, westshire.capacity = PretendBook(), PretendPackages(), PretendCapacity()
    westshire.desk, westshire.alerts, westshire.cards = PretendDesk(), PretendAlerts(), lambda name: f"# {name}"
    westshire.actions = PretendActions()
    with pages(westshire) as url, httpx.Client(base_url=url) as client:
        for address, status in [*DECIDED.values(), ("/", 200), ("/feeds", 200), ("/no-such-page", 404)]:
            head = client.head(address)
            with client.stream("GET", address) as get:
                assert (head.status_code, head.content) == (get.status_code, b""), address
                assert _headers(head) == _headers(get), address
            assert head.status_code == status, address


def test_whoever_asks_for_the_headers_of_the_stream_is_no_display(westshire: Westshire) -> None:
    app = westshire.app()
    with running(app) as url:
        assert httpx.head(f"{url}/live").headers["content-type"].startswith("text/event-stream")
        ends = time.monotonic() + PATIENT / 1000
        while app.announcer.displays and time.monotonic() < ends:
            time.sleep(0.01)
        assert app.announcer.displays == 0


def _headers(answer: httpx.Response) -> dict[str, str]:
    passing = {"date", "transfer-encoding"}  # how a body is cut up is said only where there is one
    if "etag" not in answer.headers:
        passing.add("content-length")  # what is made for each asker may hold the moment itself
    return {name: said for name, said in answer.headers.items() if name not in passing}
