"""(g) Delayed discharges: from a filter to the new page and rows, on the server and in a real Chromium.

600 people now and 50,000 past rows. The textbook page holds the same people in a pandas frame, and on each
choice filters it, draws the same charts with Plotly and hands the whole table to the browser.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import orjson
from playwright.sync_api import Browser, Page, sync_playwright

from bench.child import Child
from bench.glass import CHROMIUM, QUIET
from bench.listed import NOW_WAITING, PAST_ROWS, WAITING, county, fill
from bench.measure import CannotMeasure, Line, at_most
from bench.workplace import Workplace
from flowcentre.measures.delays import BANDS, FAMILY_KEYS
from flowcentre.picture import DelayBook, build
from flowcentre.store import open_store
from layouts import list_drawn, list_rows
from layouts.delays import DELAYS_PAGE
from layouts.pages import by_path
from layouts.parts.delay_page import PAGE
from layouts.shell import asked_pages

CHOICES = 200
PAINTED = 30
SERVER_MS, PAINT_MS = 100.0, 400.0
FIRST_PAGE = {"startRow": 0, "endRow": 100, "sortModel": [], "filterModel": {}}


def measure(place: Workplace) -> Iterator[Line]:
    """Every line of this part."""
    file = place.make("delays") / "flow.db"
    fill(file, place.now)
    chosen = list(choices(CHOICES))
    ours, sizes = on_the_server(file, place, chosen)
    yield Line(
        "delays", f"  people now, rows of the past {timedelta(days=28).days} days", f"{NOW_WAITING}, {PAST_ROWS:,}"
    )
    said, met = at_most(centile(ours), SERVER_MS, " ms")
    what = f"filter to page and rows on the server, 95th centile of {CHOICES}"
    yield Line("delays", what, f"{centile(ours):.0f} ms", said, met)
    yield Line(
        "delays", "  median, worst; kB of page and rows", f"{statistics.median(ours):.0f}, {max(ours):.0f} ms; {sizes}"
    )
    errors = file.with_name("errors.txt")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        try:
            with Child("bench.delays_ours", file, place.now.isoformat(), errors=errors) as server:
                painted = choose_ours(browser, server.hear(60)["url"])
            with Child("bench.delays_textbook", file, errors=errors) as server:
                told = server.hear(120)
                textbook = choose_textbook(browser, told["url"])
                textbook_server = server.ask(300, do="measure", queries=chosen[: CHOICES // 4])["ms"]
        finally:
            browser.close()
    said, met = at_most(centile(painted), PAINT_MS, " ms")
    yield Line(
        "delays", f"click to painted in Chromium, 95th centile of {PAINTED}", f"{centile(painted):.0f} ms", said, met
    )
    yield Line("delays", "  median, worst", f"{statistics.median(painted):.0f}, {max(painted):.0f} ms")
    yield Line(
        "delays",
        "  the textbook page: server median, 95th centile; click to painted median, 95th centile",
        f"{statistics.median(textbook_server):.0f}, {centile(textbook_server):.0f} ms; "
        f"{statistics.median(textbook):.0f}, {centile(textbook):.0f} ms",
    )
    ratio = statistics.median(textbook_server) / statistics.median(ours)
    yield Line("delays", "  server: textbook / ours, of medians", f"{ratio:.1f}")


def choices(how_many: int) -> Iterator[str]:
    """Addresses that people choose, none twice in a row: the whole list, one facet, two, and a look at one ward."""
    draw = random.Random(20261125)
    sites = list(WAITING)
    wards = [place.id for place in county().places if place.parent in sites]
    facets: dict[str, list[str]] = {
        "pathway": ["0", "1", "2", "3"],
        "family": list(FAMILY_KEYS),
        "site": sites,
        "days": [quote(band.key, safe="") for band in BANDS],
        "past": ["21-days", "expected"],
        "ward": wards,
    }
    for _ in range(how_many):
        picked = draw.sample(list(facets), draw.choice((0, 1, 1, 1, 2, 2, 3)))
        yield "&".join(f"{facet}={draw.choice(facets[facet])}" for facet in picked)


def on_the_server(file: Path, place: Workplace, queries: list[str]) -> tuple[list[float], str]:
    """How long each choice takes, from an address to the bytes of the page's live part and of the first rows."""
    with closing(open_store(f"sqlite:///{file}")) as store:
        picture = build(store, county(), place.now)
        book = DelayBook(store, lambda: picture)
        _, draw, *_ = asked_pages(by_path(list_drawn.page(DELAYS_PAGE, book)))[PAGE.id]

        def answer(query: str) -> tuple[int, int]:
            page = draw(picture, query)
            rows = list_rows.rows(PAGE, book.choose(query), None, FIRST_PAGE).rows
            return len(page), len(orjson.dumps(rows, default=str))

        began = time.perf_counter()
        answer("")
        first = (time.perf_counter() - began) * 1000
        if not book.choose("").people:
            raise CannotMeasure("nobody is on the lists")
        lengths, page_kb, rows_kb = [], 0, 0
        for query in queries:
            began = time.perf_counter()
            page, rows = answer(query)
            lengths.append((time.perf_counter() - began) * 1000)
            page_kb, rows_kb = max(page_kb, page // 1000), max(rows_kb, rows // 1000)
    return lengths, f"{page_kb} and {rows_kb} at most; the very first look, which reads 28 days: {first:.0f} ms"


# --- In a real Chromium ---------------------------------------------------------------------------

# From a click until what it chose has been painted: each of the marks, the count and the rows seen, says something else.
CLICK = """([link, marks]) => new Promise((done, failed) => {
  const said = () => marks.map((mark) => [...document.querySelectorAll(mark)].slice(0, 60).map((e) => e.textContent).join());
  const before = said(), began = performance.now();
  const look = () => {
    if (said().every((words, n) => words && words !== before[n])) done(performance.now() - began);
    else if (performance.now() - began > 20000) failed(new Error(`nothing came of ${link}`));
    else requestAnimationFrame(look);
  };
  document.querySelector(link).click();
  requestAnimationFrame(look);
})"""
OURS = [".chosen-count", ".ag-center-cols-container .ag-row"]
TEXTBOOK = ["#count", ".dash-cell-value"]


def choose_ours(browser: Browser, url: str) -> list[float]:
    """Choosing one pathway after the other by its bar, and everybody again."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    try:
        page.goto(f"{url}/delays")
        page.locator(OURS[1]).first.wait_for(timeout=60_000)
        links = [
            link for number in range(PAINTED // 2) for link in (f"a[href='/delays?pathway={number % 4}']", "#chip-all")
        ]
        return [clicked(page, link, OURS) for link in links]
    finally:
        page.close()


def choose_textbook(browser: Browser, url: str) -> list[float]:
    """The same on the textbook page, from one pathway to the next."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    try:
        page.goto(url)
        page.locator("#count").wait_for(timeout=120_000)
        return [clicked(page, f"#pathway-{number % 4}", TEXTBOOK) for number in range(PAINTED // 3)]
    finally:
        page.close()


def clicked(page: Page, link: str, marks: list[str]) -> float:
    """Milliseconds from a click to the frame in which all of it stands."""
    page.wait_for_timeout(700)
    taken: float = page.evaluate(CLICK, [link, marks])
    return taken


def centile(lengths: list[float]) -> float:
    """The 95th."""
    return sorted(lengths)[int(len(lengths) * 0.95)]
