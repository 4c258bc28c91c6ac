"""A real Chromium, and a wall in it with the script switched off: what is drawn, not what ticks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Route, expect, sync_playwright

ASSETS = Path(__file__).parents[2] / "assets"
KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)

Show = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=30_000)  # as long as everything else of Playwright's waits, where a machine is busy
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET.split())
        yield chromium
        chromium.close()


# A new page is a new process of Chromium's, which reads and compiles all of Dash again: twice as long as to go on.
@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One page for the tests of a module, which each of them finds as new: see `as_new`."""
    page = browser.new_page()
    yield page
    page.close()


def is_error(said: ConsoleMessage) -> bool:
    return said.type == "error"


def is_against_the_policy(said: ConsoleMessage) -> bool:
    return "Security Policy" in said.text


@contextmanager
def as_new(
    page: Page, width: int, height: int, *, is_mistake: Callable[[ConsoleMessage], bool] = is_error
) -> Iterator[Page]:
    """A page at which nobody has been: no document, nothing kept, the pointer in its corner.

    A mistake of a script fails the test, and so does what is said on the console if it is one.
    """
    mistakes: list[str] = []

    def erred(error: Error) -> None:
        mistakes.append(str(error))

    def spoke(said: ConsoleMessage) -> None:
        if is_mistake(said):
            mistakes.append(said.text)

    page.on("pageerror", erred)
    page.on("console", spoke)
    page.set_viewport_size({"width": width, "height": height})
    try:
        yield page
    finally:
        page.unroute_all()
        page.evaluate("() => { try { localStorage.clear(); sessionStorage.clear() } catch { /* has none */ } }")
        page.remove_listener("pageerror", erred)
        page.remove_listener("console", spoke)
        page.context.clear_cookies()
        page.mouse.move(0, 0)
        page.goto("about:blank")
    assert mistakes == []


@pytest.fixture(scope="module")
def show(browser: Browser) -> Iterator[Show]:
    """Draws a whole page of HTML at a size, with the real styles and fonts and no script."""
    page = browser.new_page()
    drawn = {"html": ""}
    numbers = count()  # an address of its own for each document: none is a loading anew of the one before

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
        page.emulate_media(media="null")
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"http://wall.test/?{next(numbers)}")
        page.evaluate("document.fonts.ready")
        return page

    yield draw
    page.close()


# A grid shares its room out among its columns a moment after it was made wider or narrower. That moment has passed when
# nothing moved for a while, in which a busy machine too has drawn the page some times: one long frame is no such while.
_COLUMNS_STAND = """() => new Promise(done => {
  const widths = () => [...document.querySelectorAll(".ag-header-cell")].map(c => c.getBoundingClientRect().width).join();
  let [was, since, drawn] = [widths(), performance.now(), 0];
  const look = () => {
    const now = widths();
    drawn += 1;
    if (now !== was) [was, since, drawn] = [now, performance.now(), 0];
    if (performance.now() - since > 250 && drawn > 10) done(); else requestAnimationFrame(look);
  };
  look();
})"""


# A grid whose rows are on their way shows one without a word in it.
_A_WORD = re.compile(r"\S")


def first_row(page: Page, grid: str) -> Locator:
    """The ref of the person in the first row of a grid, once it is there."""
    return page.locator(f'#{grid} .ag-row[row-index="0"] [col-id=ref]').filter(has_text=_A_WORD)


# A grid may draw its rows once more a moment after they have come.
_STAYS = """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
    () => done(document.activeElement.closest('.ag-row') !== null))))"""


def stand_on_first(page: Page, grid: str) -> None:
    """Have the keyboard in the first row of a grid, and there to stay."""
    first = first_row(page, grid)
    first.focus()
    while not page.evaluate(_STAYS):
        first.focus()


def widen(page: Page, width: int, height: int) -> None:
    """Make a page with a grid another size, and wait until the grid's columns have found theirs."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(_COLUMNS_STAND)
