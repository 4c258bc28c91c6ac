"""A real Chromium, and a wall in it with the script switched off: what is drawn, not what ticks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

ASSETS = Path(__file__).parents[2] / "assets"
KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)

Show = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET.split())
        yield chromium
        chromium.close()


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Draws a whole page of HTML at a size, with the real styles and fonts and no script."""
    page = browser.new_page()
    drawn = {"html": ""}

    def answer(route: Route) -> None:
        path = route.request.url.partition("//")[2].partition("/")[2].partition("?")[0]
        file = ASSETS.parent / path
        if not path:
            route.fulfill(body=drawn["html"], content_type="text/html; charset=utf-8")
        elif file.suffix in KINDS and file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])
        else:
            route.fulfill(status=404, body="")

    page.route("**/*", answer)

    def draw(document: str, width: int = 1920, height: int = 1080) -> Page:
        drawn["html"] = document
        page.set_viewport_size({"width": width, "height": height})
        page.goto("http://wall.test/")
        page.evaluate("document.fonts.ready")
        return page

    yield draw
    page.close()
