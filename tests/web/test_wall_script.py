"""What the display's script keeps true, seen in a real Chromium against the real server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Error, Page, Route, expect
from starlette.types import ASGIApp, Receive, Scope, Send

from layouts.parts.words import length_ago
from tests.web.cast import AT, Westshire, picture_of, running
from tests.web.frozen_line import FrozenLine

pytestmark = pytest.mark.browser

# Whoever waits for a display on a crowded machine waits long; what is promised is measured apart.
PATIENT = 15_000


def until(screen: Page, true: str) -> None:
    """Wait until an expression is true. Playwright's own way evaluates text, which the pages rightly forbid."""
    ends = time.monotonic() + PATIENT / 1000
    while True:
        with suppress(Error):  # a page that is being loaded again has no answer yet
            if screen.evaluate(f"Boolean({true})"):
                return
        assert time.monotonic() < ends, true
        screen.wait_for_timeout(2)


def is_live(screen: Page) -> None:
    until(screen, "window.flowcentre?.said?.live && !window.flowcentre.owed")


@pytest.fixture
def port(free_port: Callable[[], int]) -> int:
    """Where a display finds its server again after that was away."""
    return free_port()


def stand_still(screen: Page) -> None:
    """Stop a browser's clocks: from here on only a test moves them, however long a machine takes for what it does between."""
    screen.clock.pause_at(AT + timedelta(minutes=1))


def test_a_change_is_on_the_glass_without_a_reload(screen: Page, westshire: Westshire) -> None:
    with running(westshire.app()) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        screen.evaluate("window.sameDocument = true")
        westshire.publish_occupied(2, 452)
        expect(screen.locator("#number")).to_have_text("452", timeout=PATIENT)
        assert screen.evaluate("window.sameDocument && document.body.dataset.version === '2'")
        assert screen.locator("#board").count() == 1


def test_nothing_is_fetched_while_nothing_changes(screen: Page, westshire: Westshire) -> None:
    westshire.beat_every = 0.05
    asked: list[str] = []
    with running(westshire.app()) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        screen.on("request", lambda request: asked.append(request.url))
        beats = "new Promise(done => { let n = 0; const s = new EventSource('/live');"
        beats += "s.addEventListener('beat', () => ++n === 10 && (s.close(), done(n))) })"
        assert screen.evaluate(beats) == 10
    assert [address for address in asked if "/body" in address] == []


def test_only_the_newest_of_many_pictures_is_shown(screen: Page, westshire: Westshire) -> None:
    with running(westshire.app()) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        for version in range(2, 60):
            westshire.publish_occupied(version, 400 + version)
        expect(screen.locator("#number")).to_have_text("459", timeout=PATIENT)
        is_live(screen)
        assert screen.evaluate("window.flowcentre.swaps") < 58


def test_a_display_that_lost_its_server_says_so_and_catches_up_by_itself(
    screen: Page, westshire: Westshire, port: int
) -> None:
    westshire.drawings.body_attributes = 'data-not-live-after="1.5"'
    cover = screen.locator("#not-live")
    with running(westshire.app(), port) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        expect(cover).to_be_hidden()
    expect(cover).to_be_visible(timeout=PATIENT)
    expect(cover).to_have_text("NOT LIVE since 08:14")
    expect(screen.locator("body")).to_have_class("not-live")
    westshire.publish(picture_of(5, 455))
    with running(westshire.app(), port):
        expect(screen.locator("#number")).to_have_text("455", timeout=PATIENT)
        expect(cover).to_be_hidden(timeout=PATIENT)
        expect(screen.locator("body")).not_to_have_class("not-live")


def test_a_line_that_goes_dead_without_a_word_is_found_out(screen: Page, westshire: Westshire) -> None:
    westshire.drawings.body_attributes = 'data-not-live-after="1.5"'
    westshire.beat_every = 0.1
    with running(westshire.app()) as url, FrozenLine(int(url.rpartition(":")[2])).open() as line:
        screen.goto(f"http://127.0.0.1:{line.port}/wall/county")
        is_live(screen)
        line.freeze()
        expect(screen.locator("#not-live")).to_be_visible(timeout=PATIENT)
        westshire.publish_occupied(2, 452)
        line.thaw()
        expect(screen.locator("#number")).to_have_text("452", timeout=PATIENT)
        expect(screen.locator("#not-live")).to_be_hidden(timeout=PATIENT)


def test_within_fifteen_seconds_of_the_last_beat_the_cover_is_up(screen: Page, westshire: Westshire) -> None:
    """With the limits as they are in use, and the browser's clocks driven by the test."""
    screen.clock.install(time=AT)
    with running(westshire.app()) as url:
        screen.goto(f"{url}/wall/county")
        stand_still(screen)
        is_live(screen)
    screen.clock.run_for(12_000)
    expect(screen.locator("#not-live")).to_be_hidden()
    screen.clock.run_for(3_000)
    expect(screen.locator("#not-live")).to_be_visible()


def test_a_server_that_lost_its_store_is_not_live_however_much_it_beats(screen: Page, westshire: Westshire) -> None:
    app = westshire.app()
    with running(app) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        app.announcer._trouble = lambda: "the store does not answer"
        westshire.publish_occupied(2, 452)
        expect(screen.locator("#not-live")).to_be_visible(timeout=PATIENT)
        app.announcer._trouble = lambda: None
        westshire.publish_occupied(3, 453)
        expect(screen.locator("#not-live")).to_be_hidden(timeout=PATIENT)


def test_a_display_whose_body_does_not_come_is_not_live_either(screen: Page, westshire: Westshire) -> None:
    westshire.drawings.body_attributes = 'data-not-live-after="1.5"'
    westshire.beat_every = 0.1
    with running(westshire.app()) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        login = "<form>Sign in to the guest network</form>"
        screen.route("**/body", lambda route: route.fulfill(status=200, content_type="text/html", body=login))
        westshire.publish_occupied(2, 452)
        expect(screen.locator("#not-live")).to_be_visible(timeout=PATIENT)
        assert "guest network" not in screen.content(), "a proxy's page is never put on the glass"
        screen.unroute("**/body")
        expect(screen.locator("#number")).to_have_text("452", timeout=PATIENT)
        expect(screen.locator("#not-live")).to_be_hidden(timeout=PATIENT)


def test_news_that_is_quicker_than_a_fetch_does_not_cover_a_wall_that_follows_it(
    screen: Page, westshire: Westshire
) -> None:
    screen.clock.install(time=AT)
    held: list[Route] = []
    with running(westshire.app()) as url:
        screen.goto(f"{url}/wall/county")
        screen.clock.run_for(100)
        is_live(screen)
        screen.route("**/body", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
        westshire.publish_occupied(2, 402)
        until(screen, "window.flowcentre.said.version === 2")
        for version in range(3, 23):  # each fetch is overtaken by news before it is answered
            _until_held(held, screen.wait_for_timeout)
            westshire.publish_occupied(version, 400 + version)
            until(screen, f"window.flowcentre.said.version === {version}")
            held.pop().continue_()
            until(screen, f"document.body.dataset.version === '{version}'")
            screen.clock.run_for(1000)
            assert screen.evaluate("window.flowcentre.owed")
            expect(screen.locator("#not-live")).to_be_hidden()


def _until_held(held: list[Route], wait: Callable[[int], None]) -> None:
    ends = time.monotonic() + PATIENT / 1000
    while not held:
        assert time.monotonic() < ends
        wait(100)


def test_a_refused_configuration_is_on_the_glass_at_once_with_the_version_of_before(
    screen: Page, westshire: Westshire
) -> None:
    draw = westshire.drawings.body
    westshire.drawings.body = lambda picture, board: (  # type: ignore[method-assign]
        draw(picture, board) + f'<p id="refused">{" ".join(picture.refused) or "nothing refused"}</p>'
    )
    with running(westshire.app()) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        westshire.publish(replace(westshire.live.picture, refused=("feeds.toml line 3",)))
        expect(screen.locator("#refused")).to_have_text("feeds.toml line 3", timeout=PATIENT)


def test_a_server_that_is_full_is_asked_again(screen: Page, westshire: Westshire) -> None:
    full = [True]

    def answer(route: Route) -> None:
        route.fulfill(status=503, body="full") if full[0] else route.continue_()

    screen.route("**/live", answer)
    with running(westshire.app()) as url:
        with screen.expect_request("**/live"):
            screen.goto(f"{url}/wall/county")
        with screen.expect_request("**/live", timeout=PATIENT):
            pass
        full[0] = False
        is_live(screen)


def test_values_turn_late_and_stale_by_themselves_while_the_server_is_silent(
    screen: Page, westshire: Westshire
) -> None:
    screen.clock.install(time=AT)
    figure = screen.locator("#figure")
    with running(westshire.app()) as url:
        screen.goto(f"{url}/wall/county")
        stand_still(screen)
        is_live(screen)
    expect(figure).to_have_attribute("data-state", "fresh")
    screen.clock.run_for(timedelta(minutes=12, seconds=1) / timedelta(milliseconds=1))  # it is looked at each second
    expect(figure).to_have_attribute("data-state", "late")
    expect(figure.locator("time")).to_have_text("12 min ago")
    screen.clock.run_for(timedelta(minutes=33) / timedelta(milliseconds=1))
    expect(figure).to_have_attribute("data-state", "stale")
    expect(figure.locator("time")).to_have_text("45 min ago")


def test_a_state_goes_back_when_the_server_brings_something_newer(screen: Page, westshire: Westshire) -> None:
    """As React leaves it: the attribute that did not change in its eyes is not written again."""
    with running(westshire.app()) as url:
        westshire.live.at = AT + timedelta(minutes=13)
        screen.goto(f"{url}/wall/county")
        figure = screen.locator("#figure")
        is_live(screen)  # the body that the first announcement brings puts the figure in anew
        expect(figure).to_have_attribute("data-state", "late", timeout=PATIENT)
        screen.evaluate("document.querySelector('#figure').dataset.lateAt = '2026-11-22T09:00:00Z'")
        until(screen, "document.querySelector('#figure').dataset.state === 'fresh'")
        screen.evaluate("document.querySelector('#figure').dataset.state = 'unknown'")
        screen.evaluate("document.querySelector('#figure').dataset.lateAt = '2026-11-22T08:00:00Z'")
        screen.evaluate("window.before = document.querySelector('#clock').textContent")
        until(screen, "document.querySelector('#clock').textContent !== window.before")
        expect(figure).to_have_attribute("data-state", "unknown")


def test_the_clock_shows_the_servers_time_in_london_however_wrong_the_displays_own(
    screen: Page, westshire: Westshire
) -> None:
    screen.add_init_script("const real = Date.now; Date.now = () => real() + 9e9")
    westshire.live.at = AT.replace(month=7)  # summer time
    with running(westshire.app()) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        expect(screen.locator("#date")).to_have_text("Wednesday 22 July 2026")
        until(screen, "/^09:14:0\\d$/.test(document.querySelector('#clock').textContent)")


def test_after_an_upgrade_the_whole_page_is_loaded_again_and_only_once(
    screen: Page, westshire: Westshire, port: int
) -> None:
    with running(westshire.app(), port) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        screen.evaluate("window.sameDocument = true")
    westshire.drawings.fingerprint = "f2"
    loads: list[str] = []
    screen.on("framenavigated", lambda frame: loads.append(frame.url))
    with running(westshire.app(), port):
        until(screen, "!window.sameDocument && window.flowcentre?.said")
        assert screen.locator("body").get_attribute("data-fingerprint") == "f2"
        is_live(screen)
    assert len(loads) == 1


def test_an_upgrade_waits_for_what_is_being_typed(screen: Page, westshire: Westshire, port: int) -> None:
    with running(westshire.app(), port) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        screen.evaluate("window.sameDocument = true")
        screen.evaluate("document.body.insertAdjacentHTML('beforeend', '<input type=text id=typed>')")
        screen.fill("#typed", "six beds")
    westshire.drawings.fingerprint = "f2"
    westshire.beat_every = 0.1
    with running(westshire.app(), port):
        until(screen, "window.flowcentre.said?.fingerprint === 'f2'")
        screen.wait_for_timeout(1000)  # some beats
        assert screen.evaluate("window.sameDocument")
        assert screen.input_value("#typed") == "six beds"
        screen.fill("#typed", "")
        until(screen, "!window.sameDocument && document.body.dataset.fingerprint === 'f2'")


def test_whoever_asks_for_another_page_in_the_middle_of_an_upgrade_gets_it(
    screen: Page, westshire: Westshire, port: int
) -> None:
    with running(westshire.app(), port) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
    about_the_upgrade: list[Route] = []
    other: list[Route] = []
    screen.route("**/wall/county", lambda route: about_the_upgrade.append(route))  # noqa: PLW0108 - Playwright marks it
    screen.route("**/other", lambda route: other.append(route))  # noqa: PLW0108
    westshire.drawings.fingerprint = "f2"
    with running(westshire.app(), port):
        _until_held(about_the_upgrade, screen.wait_for_timeout)
        screen.evaluate("() => { location.href = '/other' }")
        _until_held(other, screen.wait_for_timeout)
        with screen.expect_event("requestfinished", lambda request: request.url.endswith("/county")):
            about_the_upgrade[0].continue_()
        other[0].fulfill(body="<p>The other page</p>", content_type="text/html")
        expect(screen.locator("p")).to_have_text("The other page", timeout=PATIENT)
    assert len(about_the_upgrade) == 1


@pytest.mark.parametrize("redirected", [False, True])
def test_a_sign_in_page_never_takes_the_walls_place(
    screen: Page, westshire: Westshire, port: int, redirected: bool
) -> None:
    westshire.beat_every = 0.1
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if redirected and route.request.url.endswith("/county"):
            route.fulfill(status=302, headers={"location": "/wall/county/sign-in"})
        else:
            route.fulfill(status=200, content_type="text/html", body="<form>Sign in to the guest network</form>")

    with running(westshire.app(), port) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        screen.evaluate("window.sameDocument = true")
        screen.route("**/wall/county", answer)
        screen.route("**/sign-in", answer)
    westshire.drawings.fingerprint = "f2"
    with running(westshire.app(), port):
        ends = time.monotonic() + PATIENT / 1000
        while len(asked) < 3:  # a reload would have come after the first
            assert time.monotonic() < ends
            screen.wait_for_timeout(10)
        assert screen.evaluate("window.sameDocument")
        screen.unroute("**/wall/county")
        until(screen, "!window.sameDocument && document.body.dataset.fingerprint === 'f2'")


def test_ages_are_in_the_same_words_as_the_layouts_use(screen: Page, westshire: Westshire) -> None:
    minutes = [0, 0.99, 1, 1.5, 89, 90, 90.99, 91, 119, 120, 1439, 1440, 2879, 2880, 4320, 89279, 89280, 200_000]
    with running(westshire.app()) as url:
        screen.goto(f"{url}/wall/county")
        until(screen, "window.flowcentre")
        said = screen.evaluate("minutes => minutes.map(m => window.flowcentre.ageWords(m * 60000))", minutes)
    assert said == [length_ago(timedelta(minutes=age)) for age in minutes]


def test_a_tab_that_slept_asks_afresh_when_it_wakes(screen: Page, westshire: Westshire) -> None:
    """The monotonic clock stands still while a machine sleeps, and the wall clock does not."""
    with running(westshire.app()) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        with screen.expect_request("**/live", timeout=PATIENT):
            screen.evaluate("(() => { const real = Date.now; Date.now = () => real() + 3.6e6 })()")
        expect(screen.locator("#not-live")).to_be_hidden()


def test_three_hundred_changes_leave_nothing_behind(screen: Page, westshire: Westshire) -> None:
    _heap_after(screen, westshire, swaps=300)


@pytest.mark.soak
def test_a_weeks_changes_leave_nothing_behind(screen: Page, westshire: Westshire) -> None:
    _heap_after(screen, westshire, swaps=86_400)


class Fetches:
    """Says when a display has fetched a body, without a question to its page: questions too leave traces there."""

    def __init__(self, app: ASGIApp, fetched: threading.Semaphore) -> None:
        self._app, self._fetched = app, fetched

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
        if scope["type"] == "http" and scope["path"].endswith("/body"):
            self._fetched.release()


def _heap_after(screen: Page, westshire: Westshire, swaps: int) -> None:
    tools, fetched, app = screen.context.new_cdp_session(screen), threading.Semaphore(0), westshire.app()
    app.add_middleware(Fetches, fetched=fetched)

    def measured() -> tuple[float, float]:
        tools.send("HeapProfiler.collectGarbage")
        return tools.send("Runtime.getHeapUsage")["usedSize"], tools.send("Memory.getDOMCounters")["nodes"]

    def change(versions: range) -> None:
        for version in versions:
            westshire.publish_occupied(version, version)
            assert fetched.acquire(timeout=PATIENT / 1000)
        until(screen, f"document.body.dataset.version === '{versions[-1]}'")

    with running(app) as url:
        screen.goto(f"{url}/wall/county")
        is_live(screen)
        assert fetched.acquire(timeout=PATIENT / 1000)
        change(range(2, 202))
        before = measured()
        change(range(202, 202 + swaps))
        after = measured()
        assert screen.evaluate("window.flowcentre.swaps") >= swaps
    assert after[0] <= before[0] * 1.10, "heap"
    assert after[1] <= before[1] + 50, "DOM nodes"  # a body or two wait to be collected; 300 would be thousands
