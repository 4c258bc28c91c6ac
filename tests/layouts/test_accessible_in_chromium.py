"""Pages for whoever does not see them, goes by keyboard alone, enlarges them four times, or cannot bear what moves.

Axe looks at every page, in the states that a page can be in, with all opened that can be; what it cannot know is asked beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, product
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from flowcentre.store import Store, open_store
from tests.layouts import delays_cast
from tests.layouts.conftest import Show, as_new
from tests.layouts.delays_server import Shown, serving
from tests.layouts.every_page import EXPLAINED, STATES, drawn_by_dash, finished, of_access, told_by_a_store

pytestmark = pytest.mark.browser
PATIENT = 60_000
RULES = {
    "reporter": "no-passes",  # what is right is not written down for each of a page's elements
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# What scrolls sideways when it is narrow can be come to by keyboard.
REACHED = RULES | {"runOnly": {"type": "rule", "values": ["scrollable-region-focusable"]}}
# Three quarters of axe's time. The colours of the other states are among those of these two, and each page's own tests
# measure its contrast in every state.
SLOW = {"color-contrast": {"enabled": False}, "target-size": {"enabled": False}}
COLOURED = ("normal", "stale")
ASK_AXE = "options => window.axe ? axe.run(options) : null"
# What is folded is looked at too.
OPEN = "document.querySelectorAll('details').forEach(each => each.open = true)"
# Of a hundred rows that are made alike two will do, whose grounds are by turns: axe takes its time with each.
SOME = """() => {
  for (const parent of document.querySelectorAll("tbody, ul, ol, dl, main, section, .finished > *")) {
    const alike = new Map();
    for (const each of [...parent.children]) {
      const kind = `${each.tagName}.${each.className}`;
      alike.set(kind, (alike.get(kind) ?? 0) + 1);
      if (alike.get(kind) > 2 && each.matches("tr, li, div, article, .sheet")) each.remove();
    }
  }
}"""


def wrong(page: Page, *, coloured: bool = True, rules: dict[str, Any] = RULES) -> list[str]:
    """What axe finds, in words: the rule, how grave, and where."""
    options = rules | ({} if coloured else {"rules": SLOW})
    # Its half a megabyte once for each document.
    said = page.evaluate(ASK_AXE, options) or Axe().run(page, options=options).response
    return [
        f"{each['impact']}: {each['id']} at {each['nodes'][0]['target']}: {each['nodes'][0]['html'][:200]}"
        for each in said["violations"]
    ]


# Charts and drawings that say what they are, and beside which no table stands: of a small line, one that leads to it.
WITHOUT_TABLE = """() => [...document.querySelectorAll("[role=img]")].filter(drawing => {
  if (!drawing.getAttribute("aria-label")?.trim()) return true;
  if (drawing.closest("body.wall") || drawing.matches(".pressure-scale")) return false;  // no page; one number on its scale
  const part = drawing.closest("td, .tile, figure, article, section");
  if (drawing.matches(".spark")) return !(part?.querySelector('a[href^="/explain"]') || document.querySelector("#history-table table"));
  return !(drawing.closest("table") || part?.querySelector("table") || drawing.closest("section")?.querySelector("table"));
}).map(drawing => drawing.outerHTML.slice(0, 200))"""
# Tiles, and rows of a wall, whose name a screen reader would not say.
NAMELESS = """() => [...document.querySelectorAll(".tile, article.hospital")]
  .filter(each => !each.getAttribute("aria-label")?.trim()).map(each => each.outerHTML.slice(0, 200))"""
# Of a page that scrolls sideways, what goes beyond its right edge.
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter(each => each.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map(each => each.outerHTML.slice(0, 160))"""
SIDEWAYS_WITHOUT_TABLE = """() => [...document.querySelectorAll("body *")]
  .filter(each => each.scrollWidth > each.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(each).overflowX))
  .filter(each => !each.querySelector("table") && !each.matches("pre, select, textarea, input"))
  .map(each => each.outerHTML.slice(0, 160))"""


def look(show: Show, name: str, document: str, *, coloured: bool = True) -> list[str]:
    """All that is wrong with a page: as it lies on a desk, and as wide as an enlarged one."""
    page = show(document, 320, 256)  # 1280 by 1024, four times enlarged
    page.evaluate(OPEN)
    said = [*page.evaluate(TOO_WIDE), *page.evaluate(SIDEWAYS_WITHOUT_TABLE), *wrong(page, rules=REACHED)]
    page.set_viewport_size({"width": 1366, "height": 900})
    said += [*page.evaluate(WITHOUT_TABLE), *page.evaluate(NAMELESS)]
    page.evaluate(SOME)
    said += wrong(page, coloured=coloured)
    return [f"{name}: {each}" for each in said]


@pytest.mark.parametrize("state", STATES)
def test_every_page_is_accessible_in_every_state(show: Show, state: str) -> None:
    pages = chain(drawn_by_dash(state), finished(state))
    coloured = state in COLOURED
    assert [each for name, document in pages for each in look(show, name, document, coloured=coloured)] == []


@pytest.fixture
def store(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Callable[[str], Store]]:
    """A store of each name, with the schema and nothing in it."""
    opened: list[Store] = []

    def give(name: str) -> Store:
        file = tmp_path / f"{name}.db"
        file.write_bytes(migrated_sqlite.read_bytes())
        opened.append(open_store(f"sqlite:///{file}"))
        return opened[-1]

    yield give
    for each in opened:
        each.close()


def test_so_are_those_of_access_and_those_of_which_a_store_tells(show: Show, store: Callable[[str], Store]) -> None:
    pages = chain(of_access(), told_by_a_store(store))
    assert [each for name, document in pages for each in look(show, name, document)] == []


# Where the keyboard is: whether a ring is seen, nothing lies over it, and it comes after where it was.
FOCUS = """() => {
  const at = document.activeElement, before = window.before;
  if (!at || at === document.body) return null;
  window.before = at;
  // Of a choice that is drawn by its words, these carry the ring.
  const ringed = getComputedStyle(at).opacity === "0" ? at.nextElementSibling : at;
  const style = getComputedStyle(ringed), box = [...ringed.getClientRects()].find(each => each.width && each.height);
  const top = box && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    what: at.outerHTML.slice(0, 160),
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && style.boxShadow !== "none",
    seen: !!top && (ringed.contains(top) || top.contains(ringed)),
    inOrder: !before || !!(before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}"""


def walk(page: Page, most: int = 60) -> list[dict[str, Any]]:
    """Where so many presses of the Tab key lead."""
    steps = []
    for _ in range(most):
        page.keyboard.press("Tab")
        step = page.evaluate(FOCUS)
        if step is None or (steps and step["what"] == steps[0]["what"]):  # out of the page; and round again
            break
        steps.append(step)
    return steps


WALKED = {
    "/", "/delays", "/pressure", "/capacity", "an alert", "pressure of a place", "a planned silence", "type in at a place",
    "the huddle", "to sign in",
}  # fmt: skip


def test_the_keyboard_goes_through_a_page_in_its_order_is_always_seen_and_comes_out_again(
    show: Show, store: Callable[[str], Store]
) -> None:
    pages = chain(drawn_by_dash("normal"), finished("normal"), of_access(), told_by_a_store(store))
    walked = [(name, document) for name, document in pages if name in WALKED]
    assert {name for name, _ in walked} == WALKED
    for (name, document), width in product(walked, (320, 1366)):
        page = show(document, width, 700)
        steps = walk(page)
        assert "Skip to the content" in steps[0]["what"] or name == "to sign in", name
        assert [(name, width, step) for step in steps if not (step["ring"] and step["seen"] and step["inOrder"])] == []
        assert len(steps) >= 5, name


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    shown = Shown()
    shown.show(delays_cast.Book("overloaded"))
    with serving(shown) as url:
        yield url


def test_what_dash_builds_is_accessible_and_keeps_still(tab: Page, address: str) -> None:
    with as_new(tab, 1366, 900) as page:
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{address}/delays")
        page.locator(".ag-row .ag-cell").first.wait_for(timeout=PATIENT)
        assert wrong(page) == []
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#content")).to_be_focused()
        assert page.url == f"{address}/delays"
        moving = """() => [...document.querySelectorAll("*")].filter(each => {
          const style = getComputedStyle(each);
          return [style.transitionDuration, style.animationDuration].some(all => all.split(",").some(one => parseFloat(one) > 0.001));
        }).map(each => each.outerHTML.slice(0, 120))"""
        assert page.evaluate(moving) == []
        page.set_viewport_size({"width": 320, "height": 256})
        assert page.evaluate(TOO_WIDE) == []
        page.set_viewport_size({"width": 1366, "height": 900})
        page.goto(f"{address}{EXPLAINED}")
        page.locator(".chart .main-svg").first.wait_for(timeout=PATIENT)
        page.locator("#history-table > summary").click()
        assert page.locator("#history-table tbody tr").count() > 24
        assert wrong(page) == []
        page.emulate_media(reduced_motion="null")


def test_the_description_of_the_api_has_nothing_grave(tab: Page, address: str) -> None:
    with as_new(tab, 1366, 900) as page:
        page.goto(f"{address}/docs")
        page.locator(".opblock").first.wait_for(timeout=PATIENT)
        assert [each for each in wrong(page) if each.startswith(("serious", "critical"))] == []


def test_the_ways_to_the_pages_say_which_is_shown(show: Show) -> None:
    for name, document in drawn_by_dash("empty"):
        if name in ("/", "/pressure", "/delays"):
            current = show(document).locator('#top nav [aria-current="page"]')
            expect(current).to_have_count(1)
            assert current.get_attribute("href") == name
