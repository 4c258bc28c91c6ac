"""The queue of packages as one works with it: a real store, the real server and gate, a real Chromium."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from flowcentre.picture import DelayBook, LivePicture
from flowcentre.picture.care_book import CareBook
from flowcentre.picture.visits import VisitBook
from flowcentre.store import open_store
from flowcentre.web import Glass, create_server, fingerprint_of
from flowcentre.web.glass import AskedPage
from layouts import list_drawn, shell
from layouts.delays import DELAYS_PAGE
from layouts.packages import PACKAGES_PAGE
from tests.feeds.care_cast import COUNTY
from tests.layouts import cast
from tests.layouts.conftest import as_new, first_row, stand_on_first, widen
from tests.picture.packages_cast import SOON, settle_crowd
from tests.web.cast import running

pytestmark = pytest.mark.browser
ASSETS = Path(__file__).parents[2] / "assets"
PATIENT = 60_000  # Dash is slow to start on a busy machine
FIRST = '#packages-grid .ag-row[row-index="0"]'


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('queue') / 'flow.db'}")
    settle_crowd(store)
    live = LivePicture(store, COUNTY, lambda: SOON)
    delays = DelayBook(store, live.current)
    packages = CareBook(store, live.current, VisitBook(store, live.current))
    delays.stand_beside(packages)
    pages = cast.pages(list_drawn.page(DELAYS_PAGE, delays), list_drawn.page(PACKAGES_PAGE, packages))
    glass = Glass(
        wall_document=lambda *_: "",
        wall_body=lambda *_: "",
        wall_list=lambda *_: "",
        pages=shell.live_pages(pages),
        asked_pages={id: AskedPage(*parts) for id, parts in shell.asked_pages(pages).items()},
        fingerprint=fingerprint_of(ASSETS),
    )
    server = create_server(live, store, glass, now=lambda: SOON, delays=delays, packages=packages)
    dash = shell.create_pages(server, pages, assets=ASSETS, current=live.current, people=server.people)
    server.allow_pages(dash.csp_hashes(), dash.callback_map, pages)
    with running(server) as url:
        yield url
    store.close()


@pytest.fixture
def screen(tab: Page) -> Iterator[Page]:
    """A desk's browser. A mistake of its script, or against the content security policy, fails the test."""
    with as_new(tab, 1920, 1080) as page:
        yield page


def until(screen: Page, holds: str) -> None:
    """Wait until something holds. Playwright's own way would have the page evaluate a string, which its policy forbids."""
    end = time.monotonic() + PATIENT / 1000
    while not screen.evaluate(holds):
        assert time.monotonic() < end, holds
        time.sleep(0.05)


def opened(screen: Page, address: str) -> Page:
    screen.goto(address)
    first_row(screen, "packages-grid").wait_for(timeout=PATIENT)
    until(screen, "window.flowcentre?.swaps > 0 && !window.flowcentre.owed")  # what came while it was being put up
    screen.evaluate("window.sameDocument = true")
    return screen


def test_an_address_chooses_and_the_grid_follows_without_loading_anew(screen: Page, address: str) -> None:
    opened(screen, f"{address}/packages?next=brokerage&carers=2")
    assert screen.locator(f"{FIRST} [col-id=next]").text_content() == "brokerage"
    expect(screen.locator("#chip-next-brokerage")).to_be_visible()
    screen.locator("#chip-next-brokerage").click()
    expect(screen.locator("#chip-next-brokerage")).to_have_count(0, timeout=PATIENT)
    assert screen.url.endswith("/packages?carers=2")
    screen.locator("#group-next").click()
    line = screen.locator("#packages-grid .list-group").first
    expect(line).to_contain_text("Brokerage:", timeout=PATIENT)
    expect(line).to_contain_text("carer hours a week")
    assert screen.evaluate("window.sameDocument") is True


def test_enter_opens_the_life_line_and_escape_leads_back(screen: Page, address: str) -> None:
    opened(screen, f"{address}/packages?phase=receiving")
    stand_on_first(screen, "packages-grid")
    ref = screen.locator(f"{FIRST} [col-id=ref]").text_content() or ""
    screen.keyboard.press("Enter")
    expect(screen.locator("#list-drawer h2")).to_have_text(ref, timeout=PATIENT)
    expect(screen.locator("#list-drawer")).to_contain_text("Care began: day 1")
    expect(screen.locator("#list-drawer")).to_contain_text("of 42")
    assert ref not in screen.url
    screen.keyboard.press("Escape")
    expect(screen.locator("#list-drawer")).to_be_hidden()
    until(screen, "document.activeElement.closest('.ag-row')?.getAttribute('row-index') === '0'")


def test_whoever_is_named_above_the_list_has_a_life_line_too_and_the_way_leads_back(screen: Page, address: str) -> None:
    opened(screen, f"{address}/packages")
    named = screen.locator(".package-panels .ref").first
    ref = named.text_content() or ""
    named.click()
    expect(screen.locator("#list-drawer h2")).to_have_text(ref, timeout=PATIENT)
    assert ref not in screen.url
    screen.keyboard.press("Escape")
    expect(screen.locator("#list-drawer")).to_be_hidden()
    assert screen.evaluate("document.activeElement.dataset.life") == ref


def test_each_list_shows_the_other_ones_step_and_keeps_its_own_columns(screen: Page, address: str) -> None:
    opened(screen, f"{address}/packages?setting=hospital")
    expect(screen.locator("#packages-grid [col-id=hospital]", has_text="Northgate, ready").first).to_be_visible()
    screen.locator("#choose-columns summary").click()
    screen.locator('#list-columns input[value="setting"]').uncheck()
    expect(screen.locator("#packages-grid .ag-header-cell[col-id=setting]")).to_have_count(0)
    screen.locator("#top a", has_text="Delays").click()
    row = '#delays-grid .ag-row[row-index="0"]'
    expect(screen.locator(f"{row} [col-id=package]")).to_contain_text(", next:", timeout=PATIENT)
    assert screen.locator('#list-columns input[value="reason"]').is_checked()
    assert screen.evaluate("window.sameDocument") is True
    screen.go_back()
    first_row(screen, "packages-grid").wait_for(timeout=PATIENT)
    expect(screen.locator("#packages-grid .ag-header-cell[col-id=setting]")).to_have_count(0, timeout=PATIENT)


def test_a_past_moment_has_its_own_list(screen: Page, address: str) -> None:
    opened(screen, f"{address}/packages?locality=mid")
    screen.locator(".list-moment summary").click()
    screen.locator("#at").fill("2026-11-24T14:01")
    screen.locator("#as-it-was button").click()
    expect(screen.locator(".list-past")).to_contain_text("As known at 14:01 on 24 November 2026", timeout=PATIENT)
    assert "/packages?locality=mid&at=" in screen.url
    first_row(screen, "packages-grid").wait_for(timeout=PATIENT)


def test_on_a_telephone_nothing_but_the_grid_moves_sideways(screen: Page, address: str) -> None:
    screen.set_viewport_size({"width": 390, "height": 844})
    opened(screen, f"{address}/packages")
    assert screen.evaluate("document.documentElement.scrollWidth") <= 390
    assert screen.locator(f"{FIRST} [col-id=ref]").is_visible()


# Is a text of a cell cut? Another text can be put in its place, to be measured and taken away again.
IS_CUT = """(cell, text) => {
  const was = cell.textContent;
  if (text) cell.textContent = text;
  const cut = cell.scrollWidth > cell.clientWidth;
  cell.textContent = was;
  return cut;
}"""


def test_the_ref_leaves_room_on_a_telephone_and_is_never_cut(screen: Page, address: str) -> None:
    screen.set_viewport_size({"width": 390, "height": 844})
    opened(screen, f"{address}/packages")
    ref = screen.locator(f"{FIRST} [col-id=ref]")

    def width() -> float:
        box = ref.bounding_box()
        assert box is not None
        return box["width"]

    assert width() < 390 / 3
    assert not ref.evaluate(IS_CUT, "WM-MYJQWMWQ")
    screen.set_viewport_size({"width": 1366, "height": 900})
    expect(ref).to_have_css("width", "190px")
    screen.set_viewport_size({"width": 390, "height": 844})
    expect(ref).to_have_css("width", "128px")


def test_how_long_a_promise_is_past_is_never_cut(screen: Page, address: str) -> None:
    opened(screen, f"{address}/packages")
    left = screen.locator(".past-promise [col-id=left]").first
    for width in (390, 1366, 1920, 3840):
        widen(screen, width, 2160 if width == 3840 else 1080)
        assert not left.evaluate(IS_CUT, None), width
        assert not left.evaluate(IS_CUT, "88 d 20 h over"), width


def test_of_care_that_runs_the_grid_shows_its_days_until_somebody_chooses_columns(screen: Page, address: str) -> None:
    opened(screen, f"{address}/packages?locality=north")
    expect(screen.locator("#turn-phase-implied")).to_have_class("here")
    screen.locator("#turn-phase-receiving").click()
    expect(screen.locator(f"{FIRST} [col-id=day]")).to_contain_text("over)", timeout=PATIENT)
    expect(screen.locator(f"{FIRST} [col-id=left]")).to_have_count(0)
    assert screen.url.endswith("/packages?locality=north&phase=receiving")
    screen.locator("#turn-phase-implied").click()
    expect(screen.locator(f"{FIRST} [col-id=left]")).to_contain_text("over", timeout=PATIENT)
    expect(screen.locator(f"{FIRST} [col-id=day]")).to_have_count(0)
    screen.locator("#choose-columns summary").click()
    screen.locator('#list-columns input[value="offers"]').check()
    screen.locator("#turn-phase-receiving").click()
    screen.locator("#chip-phase-receiving").wait_for(timeout=PATIENT)
    expect(screen.locator("#packages-grid .ag-header-cell[col-id=offers]")).to_be_visible()
    expect(screen.locator("#packages-grid .ag-header-cell[col-id=left]")).to_be_visible()


# The headings whose words are cut or broken, each while its own column is the one that the list is sorted by.
_CUT = """async () => {
  const api = await window.dash_ag_grid.getApiAsync("packages-grid");
  const cut = [];
  for (const column of api.getColumns().map(each => each.getColId())) {
    api.applyColumnState({state: [{colId: column, sort: "desc"}], defaultState: {sort: null}});
    await new Promise(done => setTimeout(done, 60));
    const text = document.querySelector(`#packages-grid .ag-header-cell[col-id="${column}"] .ag-header-cell-text`);
    if (!text) continue;
    const node = text.firstChild, room = text.getBoundingClientRect();
    for (const word of node.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const boxes = [...range.getClientRects()];
      if (boxes.length > 1 || boxes[0].left < room.left - 1 || boxes[0].right > room.right + 1) cut.push(node.data);
    }
    if (room.height > 66) cut.push(`${node.data}: ${room.height} high`);
  }
  return cut;
}"""


def test_no_word_of_a_heading_is_broken_when_the_list_is_sorted_by_it(screen: Page, address: str) -> None:
    opened(screen, f"{address}/packages")
    screen.evaluate(
        """async () => {
        const api = await window.dash_ag_grid.getApiAsync("packages-grid");
        api.setColumnsVisible(api.getColumns().map(each => each.getColId()), true);
    }"""
    )
    assert screen.evaluate(_CUT) == []
