"""A real Chromium, and a wall in it with the script switched off: what is drawn, not what ticks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page

from tests.chromium import chromium

ASSETS = Path(__file__).parents[2] / "assets"
KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}

Show = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


# A new page is a new process of Chromium's, which reads and compiles all of Dash again: twice as long as to go on.
@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One page for the tests of a module, which each of them finds as new: see `as_new`."""
    page = browser.new_page()
    yield page
    page.close()


def is_error(said: ConsoleMessage) -> bool:
    # A browser with a window asks for the icon of a text too, which has none.
    return said.type == "error" and not said.location["url"].endswith("/favicon.ico")


def is_against_the_policy(said: ConsoleMessage) -> bool:
    return "Security Policy" in said.text


@contextmanager
def as_new(
    page: Page,
    width: int,
    height: int,
    *,
    is_mistake: Callable[[ConsoleMessage], bool] = is_error,
    server_ends: bool = False,
) -> Iterator[Page]:
    """A page at which nobody has been: no document with a script, nothing kept, the pointer in its corner.

    A mistake of a script fails the test, and so does what is said on the console if it is one. A server that ends with the
    test is not asked again.
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
        # A plain text of the same server: an empty page would be of none, and the process with all it compiled would end.
        stays = page.url.startswith("http") and not server_ends
        page.goto(urljoin(page.url, "/assets/tokens.css") if stays else "about:blank")
    assert mistakes == []


class Drawing(ThreadingHTTPServer):
    """Gives a document, and its styles and fonts as a server gives them: to be kept, and read once for many documents."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.document = ""


class _Answers(BaseHTTPRequestHandler):
    server: Drawing
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].removeprefix("/")
        file = ASSETS.parent / path
        if not path:
            self._give(200, self.server.document.encode(), "text/html; charset=utf-8", "no-store")
        elif file.suffix in KINDS and file.is_file():
            self._give(200, file.read_bytes(), KINDS[file.suffix], "max-age=3600")
        else:
            self._give(404, b"", "text/plain", "max-age=3600")

    def _give(self, status: int, body: bytes, kind: str, kept: str) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", kept)):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of it."""


@pytest.fixture(scope="module")
def show(browser: Browser) -> Iterator[Show]:
    """Draws a whole page of HTML at a size, with the real styles and fonts and no script."""
    page = browser.new_page()
    server = Drawing()
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    numbers = count()  # an address of its own for each document: none is a loading anew of the one before

    def draw(document: str, width: int = 1920, height: int = 1080) -> Page:
        server.document = document
        page.emulate_media(media="null")
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"http://127.0.0.1:{server.server_port}/?{next(numbers)}")
        page.evaluate("document.fonts.ready")
        return page

    yield draw
    page.close()
    server.shutdown()
    server.server_close()


def at_each(page: Page, widths: Sequence[int], *, shape: float = 0.0) -> Iterator[int]:
    """A drawn page made as wide as each: one without script comes out as if it had been drawn anew.

    ``shape`` is its width by its height; else it is as high as a screen of that width, or a telephone, is.
    """
    for width in widths:
        usual = {390: 844, 3840: 2160}.get(width, 1080)
        page.set_viewport_size({"width": width, "height": round(width / shape) if shape else usual})
        yield width


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
