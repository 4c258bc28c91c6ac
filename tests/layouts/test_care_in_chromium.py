"""The pages of packages and of capacity as they are drawn, and as they follow the present, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dash.development.base_component import Component
from playwright.sync_api import Page, expect

from flowcentre.picture.capacity import Capacity
from flowcentre.web import Glass, create_server, fingerprint_of
from flowcentre.web.glass import AskedPage
from layouts import capacity as capacity_page
from layouts import list_drawn, shell
from layouts import packages as packages_page
from layouts.finished import to_html
from tests.layouts import cast
from tests.layouts.capacity_cast import CONDITIONS, capacity
from tests.layouts.conftest import Show, as_new, at_each
from tests.layouts.packages_cast import Book
from tests.layouts.test_wall_in_chromium import everything_seen
from tests.web.cast import Publisher, QuietStore, running
from tests.web.test_wall_script import until

pytestmark = pytest.mark.browser
ASSETS = Path(__file__).parents[2] / "assets"
STYLES = "".join(f'<link rel="stylesheet" href="/assets/{file.name}">' for file in sorted(ASSETS.glob("*.css")))
PATIENT = 60_000  # Dash is slow to start on a busy machine
OPEN = "for (const one of document.querySelectorAll('details')) one.open = true"


def document(content: Component, kind: str) -> str:
    """A page without its script: what is drawn, not what moves."""
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return f'<!doctype html><html lang="en-GB">{viewport}{STYLES}<div class="{kind}">{to_html(content)}</div></html>'


def drawn(condition: str, page: str, query: str = "") -> str:
    if page == "capacity":
        return document(capacity_page.render(capacity(condition)), "capacity-page")
    return document(packages_page.render(Book(condition).answer(query), query), "list-page packages-page")


WIDTHS = (390, 768, 1366, 1920, 3840)


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("page", ["capacity", "packages"])
def test_nothing_scrolls_sideways_and_everything_has_contrast(show: Show, page: str, condition: str) -> None:
    screen = show(drawn(condition, page))
    for _ in range(2):  # as it comes, and with everything opened
        for width in at_each(screen, WIDTHS):
            assert screen.evaluate("document.documentElement.scrollWidth") == width
            seen = everything_seen(screen)
            assert len(seen) > 20
            assert [one for one in seen if one["contrast"] < 4.5 or one["size"] < 12] == [], width
        screen.evaluate(OPEN)


@pytest.mark.parametrize("condition", ["normal", "overloaded"])
def test_on_a_capacity_page_no_table_is_wider_than_its_panel(show: Show, condition: str) -> None:
    screen = show(drawn(condition, "capacity"))
    screen.evaluate(OPEN)
    for width in at_each(screen, (390, 1366, 1920, 3840)):
        wide = screen.evaluate(
            "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
        )
        assert wide == 0, width


def test_what_is_chosen_is_marked_by_more_than_colour(show: Show) -> None:
    screen = show(drawn("normal", "packages", "next=triage"), 1920)
    chosen = screen.locator('.package-bars a[data-chosen="yes"]')
    expect(chosen).to_have_count(1)
    assert chosen.evaluate("e => getComputedStyle(e).boxShadow") != "none"
    assert chosen.get_attribute("aria-current") == "true"


ROWS = """tiles => {
  const rows = new Map();
  for (const box of tiles.map(tile => tile.getBoundingClientRect())) {
    rows.set(box.top, Math.max(box.right, rows.get(box.top) ?? 0));
  }
  return [...rows.values()];
}"""


@pytest.mark.parametrize("query", ["", "phase=receiving", "service=recovery-bed"])
def test_the_tiles_of_the_head_fill_every_row(show: Show, query: str) -> None:
    screen = show(drawn("normal", "packages", query))
    rows = {390: 7, 1366: 2, 1920: 1, 3840: 1}
    for width in at_each(screen, tuple(rows)):
        ends = screen.locator(".package-tile").evaluate_all(ROWS)
        edge = screen.locator(".package-top").evaluate("e => e.getBoundingClientRect().right")
        assert all(abs(end - edge) < 1 for end in ends), width
        assert query or len(ends) == rows[width]


@pytest.mark.parametrize("condition", ["normal", "overloaded"])
def test_the_words_of_a_chart_stay_within_it(show: Show, condition: str) -> None:
    screen = show(drawn(condition, "packages"))
    for width in at_each(screen, WIDTHS):
        chart = screen.locator(".weeks-chart").bounding_box()
        assert chart is not None
        for words in (".weeks-days .now", ".reference"):
            box = screen.locator(f".weeks-chart {words}").bounding_box()
            assert box is not None
            assert chart["x"] <= box["x"], width
            assert box["x"] + box["width"] <= chart["x"] + chart["width"] + 1, width
            assert box["y"] >= chart["y"] - 1, width


@pytest.mark.parametrize("page", ["capacity", "packages"])
def test_no_ref_breaks_over_two_lines(show: Show, page: str) -> None:
    screen = show(drawn("overloaded", page).replace(">W4", ">POC-U6-W4"))
    screen.evaluate(OPEN)
    for width in at_each(screen, WIDTHS):
        lines = screen.locator(".ref").evaluate_all("refs => refs.map(ref => ref.getClientRects().length)")
        assert len(lines) > 5
        assert set(lines) == {1}, width


@pytest.mark.parametrize("condition", ["normal", "overloaded", "partial"])
def test_no_locality_stands_half_empty_beside_another(show: Show, condition: str) -> None:
    screen = show(drawn(condition, "capacity"), 1920)
    assert screen.evaluate("document.documentElement.scrollHeight") < 5200
    bands = screen.locator(".start-band").evaluate_all(
        "bands => bands.map(band => band.getBoundingClientRect().height)"
    )
    assert len(bands) == 3
    assert max(bands) < 420


def test_the_lines_of_a_chart_lie_where_their_numbers_say(show: Show) -> None:
    screen = show(drawn("normal", "packages"), 1920)
    line = screen.locator(".weeks-chart .plot .reference").bounding_box()
    step = screen.locator(".weeks-chart .scale span", has_text="200").bounding_box()
    assert line is not None
    assert step is not None
    assert abs(line["y"] - (step["y"] + step["height"] / 2)) < 3


# --- On the real server --------------------------------------------------------------------------------


class Shown:
    """A book of capacity on the server's glass; another can be put in its place."""

    def __init__(self) -> None:
        self.book = Book()
        self.known = capacity()
        self.live = Publisher(self.known.picture, self.known.picture.at)
        self.store = QuietStore(self.known.picture.version, beat_at=self.known.picture.at)

    def read(self, _picture: object = None) -> Capacity:
        return self.known

    def change(self) -> None:
        """One person fewer can start, as at the next version."""
        first, *others = self.known.today
        picture = replace(self.known.picture, version=self.known.picture.version + 1)
        self.known = replace(self.known, picture=picture, today=(replace(first, starts=first.starts[1:]), *others))
        self.store.versions = picture.version
        self.live.publish(picture)


@pytest.fixture(scope="module")
def shown() -> Shown:
    return Shown()


@pytest.fixture(scope="module")
def address(shown: Shown) -> Iterator[str]:
    pages = cast.pages(list_drawn.page(packages_page.PACKAGES_PAGE, shown.book), capacity_page.page(shown))
    glass = Glass(
        wall_document=lambda *_: "",
        wall_body=lambda *_: "",
        wall_list=lambda *_: "",
        pages=shell.live_pages(pages),
        asked_pages={id: AskedPage(*parts) for id, parts in shell.asked_pages(pages).items()},
        fingerprint=fingerprint_of(ASSETS),
    )
    server = create_server(shown.live, shown.store, glass, now=shown.live.now, capacity=shown, packages=shown.book)  # type: ignore[arg-type]
    dash = shell.create_pages(server, pages, assets=ASSETS, current=shown.live.current, people=server.people)
    server.allow_pages(dash.csp_hashes(), dash.callback_map, pages)
    with running(server) as url:
        yield url


@pytest.fixture
def screen(tab: Page) -> Iterator[Page]:
    """A desk's browser. A mistake of its script, or against the content security policy, fails the test."""
    with as_new(tab, 1366, 900) as page:
        yield page


def test_capacity_stands_above_every_page_and_follows_the_present_without_loading_anew(
    screen: Page, address: str, shown: Shown
) -> None:
    screen.goto(address + "/capacity")
    headline = screen.locator(".start-headline strong")
    expect(headline).to_have_text(str(shown.known.starting), timeout=PATIENT)
    expect(screen).to_have_title("Capacity - Flow Centre")
    expect(screen.locator("#top nav a.here")).to_have_text("Capacity")
    # What came while it was being put up: what stands in the place of an opened one just then is not open.
    until(screen, "window.flowcentre?.swaps > 0 && !window.flowcentre.owed")
    screen.locator("summary", has_text="The same week by week").first.click()
    screen.evaluate("window.sameDocument = true")
    shown.change()
    expect(headline).to_have_text(str(shown.known.starting), timeout=PATIENT)
    assert screen.evaluate("window.sameDocument") is True
    assert screen.locator("#ahead-hours-table").evaluate("one => one.open") is True


def test_a_number_of_packages_leads_to_capacity_and_back(screen: Page, address: str) -> None:
    screen.goto(address + "/packages")
    screen.locator('.package-panels a[href="/capacity#start-north"]').click(timeout=PATIENT)
    expect(screen.locator("h1")).to_have_text("Capacity", timeout=PATIENT)
    card = screen.locator("#start-north")
    expect(card).to_be_in_viewport(timeout=PATIENT)
    screen.locator('.start-table a[href="/packages?locality=north"]').press("Enter")  # a page that settles moves no key
    expect(screen.locator("h1")).to_have_text("Packages of care", timeout=PATIENT)
    expect(screen.locator("#chip-locality-north")).to_be_visible(timeout=PATIENT)


def test_whoever_could_start_leads_to_a_life_line_and_no_address_names_anybody(screen: Page, address: str) -> None:
    screen.goto(address + "/capacity")
    named = screen.locator(".start-people .ref").first
    ref = named.text_content(timeout=PATIENT) or ""
    named.click()
    expect(screen.locator("h1")).to_have_text("Packages of care", timeout=PATIENT)
    expect(screen.locator("#list-drawer")).to_be_visible(timeout=PATIENT)
    expect(screen.locator("#list-drawer")).to_contain_text(ref, timeout=PATIENT)
    assert ref not in screen.url
    screen.go_back()
    expect(screen.locator("h1")).to_have_text("Capacity", timeout=PATIENT)
