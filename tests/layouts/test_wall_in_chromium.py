"""The wall as it hangs: nothing cut off, nothing too small, nothing too faint."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import connectors
import flowcentre.config
from flowcentre.model import Access, Board, County, SmallNumbers
from layouts import wall
from tests.layouts.alerts_cast import MINUTE, acknowledged, alert, blind, shown
from tests.layouts.cast import CONDITIONS, COUNTY_BOARD, NORTHGATE_BOARD, NOW, picture
from tests.layouts.conftest import ASSETS, Show, at_each
from tests.layouts.pressure_cast import scored

pytestmark = pytest.mark.browser

BOARDS = (COUNTY_BOARD, NORTHGATE_BOARD)


def westshire() -> County:
    """The county that is shipped, with all of its feeds."""
    folder = Path(flowcentre.config.__file__).parent / "defaults" / "westshire"
    variables = {"drop": "drop", "demo": "http://127.0.0.1:1"}
    return flowcentre.config.load(folder, variables, connectors.find_connectors())


# Everything with text of its own that one can see, with what it stands on.
SEEN = """() => {
  const seen = [];
  const channels = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const grounds = new Map();
  const groundOf = (element) => {
    if (element && !grounds.has(element)) {
      const c = channels(getComputedStyle(element).backgroundColor);
      grounds.set(element, c.length >= 3 && (c.length < 4 || c[3] > 0) ? c : groundOf(element.parentElement));
    }
    return grounds.get(element);
  };
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.nodeValue.trim());
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (!own || box.width < 2 || box.height < 2 || style.visibility === "hidden" || style.clipPath !== "none") continue;
    if (element.closest("h2.strip-title, noscript") || element.closest(".cell h3")?.clientWidth < 2) continue;
    const ground = groundOf(element);
    const [a, b] = [light(channels(style.color)), light(ground || [255, 255, 255])].sort((x, y) => y - x);
    seen.push({
      text: element.textContent.slice(0, 40), size: parseFloat(style.fontSize), contrast: (a + 0.05) / (b + 0.05),
      main: !!element.closest(".figure.main") && element.className === "number", right: box.right, bottom: box.bottom,
    });
  }
  return JSON.stringify(seen);  // one text is five times as quick to hand over as thousands of objects
}"""


def everything_seen(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page.evaluate(SEEN))
    return found


# Boxes of the board whose content is larger than they are.
CUT = """() => [...document.querySelectorAll(".board, .hospitals, .hospital, .hospital > header, .community, .feed-strip")]
  .filter(e => {
    const hair = Math.max(1, innerWidth / 960);  // letters may overhang their line by so much
    return e.scrollHeight > e.clientHeight + hair || e.scrollWidth > e.clientWidth + hair;
  })
  .map(e => `${e.className}: ${e.scrollWidth}x${e.scrollHeight} in ${e.clientWidth}x${e.clientHeight}`)"""


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.id)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_wall_fits_is_legible_and_has_contrast_in_every_condition(show: Show, condition: str, board: Board) -> None:
    page = show(wall.document(picture(condition), board, fingerprint="1"))
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        1920,
        1080,
    ]
    assert page.evaluate(CUT) == []
    seen = everything_seen(page)
    assert len(seen) > 60
    assert [one for one in seen if one["right"] > 1921 or one["bottom"] > 1081] == []
    assert [one for one in seen if one["size"] < 20] == []
    assert [one for one in seen if one["main"] and one["size"] < 64] == []
    assert [one for one in seen if one["contrast"] < 4.5] == []


# Parts of the strip of feeds whose words lie over another's.
OVERPRINTED = """() => {
  const boxes = [...document.querySelectorAll(".feed-strip li")].map(li => {
    const all = document.createRange(); all.selectNodeContents(li);
    return [li.textContent, all.getBoundingClientRect()];
  });
  return boxes.flatMap(([a, one], n) => boxes.slice(n + 1).filter(([, two]) => one.left < two.right - 1 && two.left < one.right - 1
    && one.top < two.bottom - 3 && two.top < one.bottom - 3).map(([b]) => `${a} | ${b}`));
}"""


@pytest.mark.parametrize("condition", ["normal", "stale", "overloaded"])
def test_a_wall_that_hides_small_numbers_says_what_its_sign_means_and_fits(show: Show, condition: str) -> None:
    hides = replace(westshire(), access=Access(configured=True, small_numbers=SmallNumbers()))
    page = show(wall.document(picture(condition, configured=hides), COUNTY_BOARD, fingerprint="1"))
    for width in at_each(page, (1920, 390)):
        assert page.evaluate(OVERPRINTED) == [], width
        if width == 1920:
            assert page.evaluate(CUT) == []
        said = [one for one in everything_seen(page) if one["text"].startswith("* fewer than 8 people")]
        assert [one["size"] >= (24 if width == 1920 else 14) and one["contrast"] >= 4.5 for one in said] == [True]


def test_a_wall_whose_feeds_all_say_the_same_again_tells_it_in_the_room_of_their_ages(show: Show) -> None:
    said = picture()
    repeats = tuple(replace(each, unmoving_since=NOW - 19 * 60 * MINUTE) for each in said.feeds)
    page = show(wall.document(replace(said, feeds=repeats), COUNTY_BOARD, fingerprint="1"))
    assert page.evaluate(CUT) == []
    told = [one for one in everything_seen(page) if one["text"] == "same since yesterday 13:14"]
    assert len(told) > 5
    assert [one for one in told if one["size"] < 20 or one["contrast"] < 4.5 or one["right"] > 1910] == []


def test_a_wall_is_the_same_at_any_size_of_its_shape(show: Show) -> None:
    page = show(wall.document(picture("partial"), COUNTY_BOARD, fingerprint="1"))
    for width in at_each(page, (3840, 1366, 1280), shape=16 / 9):
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
            width,
            round(width * 9 / 16),
        ]
        assert page.evaluate(CUT) == [], width
        sizes = [one["size"] for one in everything_seen(page) if one["main"]]
        assert min(sizes) == pytest.approx(64 * width / 1920, rel=0.01)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_in_the_hand_a_wall_stacks_and_never_scrolls_sideways(show: Show, condition: str) -> None:
    page = show(wall.document(picture(condition), COUNTY_BOARD, fingerprint="1"), 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    seen = everything_seen(page)
    assert [one for one in seen if one["right"] > 391 or one["size"] < 14 or one["contrast"] < 4.5] == []


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_board_that_is_shipped_fits_its_wall(show: Show, condition: str) -> None:
    county = westshire()
    assert county.boards
    for board in county.boards:
        page = show(wall.document(picture(condition, configured=county), board, fingerprint="1"))
        assert page.evaluate(CUT) == []


@pytest.mark.parametrize("more", [1, 6])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_wall_with_too_many_hospitals_shows_what_can_be_read_and_says_what_it_leaves_out(
    show: Show, condition: str, more: int
) -> None:
    page = show(wall.document(picture(condition, more_hospitals=more), COUNTY_BOARD, fingerprint="1"))
    assert page.evaluate("document.documentElement.scrollHeight") == 1080
    assert page.evaluate(CUT) == []
    assert page.locator(".hospital").count() == 4
    said = page.locator(".more-rows").all_inner_texts()
    assert said == ([] if more == 1 else ["and 5 more hospitals: give them a board of their own"])


def test_four_rows_still_show_how_many_are_over_twelve_hours(show: Show) -> None:
    page = show(wall.document(picture(more_hospitals=1), COUNTY_BOARD, fingerprint="1"))
    assert page.locator(".hospitals").get_attribute("data-rows") == "4"
    for row in page.locator('.hospital [data-measure="ae_over_12h_now"]').all():
        assert row.is_visible()
        assert "over 12 h" in row.inner_text()


# Each level of a row: what stands around it, whether it keeps to the room between the name and the clocks, and how large it is.
LEVELS = """() => [...document.querySelectorAll(".wall-level")].map(level => {
  const hair = Math.max(1, innerWidth / 960);  // letters may overhang their line by so much
  const row = level.closest("header"), room = row.getBoundingClientRect(), badge = level.querySelector(".badge");
  const [name, clocks, box] = [row.querySelector("h2"), row.querySelector(".clocks"), badge].map(e => e.getBoundingClientRect());
  const words = [...level.querySelectorAll(".kind, .more")].filter(e => getComputedStyle(e.parentElement).clipPath === "none"
    && getComputedStyle(e).clipPath === "none" && e.getBoundingClientRect().width > 1).map(e => e.getBoundingClientRect());
  return {
    place: row.querySelector("h2").textContent, text: level.textContent, level: badge.dataset.level,
    inside: [box, ...words].every(b => b.top >= name.bottom - hair && b.bottom <= clocks.top + hair && b.right <= room.right + hair),
    size: parseFloat(getComputedStyle(badge).fontSize), fill: getComputedStyle(badge).backgroundColor,
    struck: getComputedStyle(badge).textDecorationLine,
  };
})"""


@pytest.mark.parametrize("condition", CONDITIONS)
def test_each_place_has_its_levels_in_its_row_and_within_it(show: Show, condition: str) -> None:
    page = show(wall.document(scored(picture(condition)), COUNTY_BOARD, fingerprint="1"))
    for width in at_each(page, (1920, 3840, 390)):
        assert page.evaluate("document.documentElement.scrollWidth") == width
        levels = page.evaluate(LEVELS)
        assert [one for one in levels if not one["inside"]] == [], width
        assert [one["text"].split()[0].lstrip("≥—1234") for one in levels] == [
            *("declared", "computed") * 2,  # of the county and of Northgate
            "computed",
        ]
        least = 20 * width / 1920 if width > 390 else 20
        assert [one for one in levels if one["size"] < least - 0.5] == [], width
        small = 14 if width == 390 else 20 * width / 1920
        assert [one for one in everything_seen(page) if one["size"] < small - 0.5 or one["contrast"] < 4.5] == [], width
        if width != 390:
            assert page.evaluate(CUT) == [], width
        computed = [one for one in levels if "computed" in one["text"]]
        if condition in ("empty", "stale"):
            assert {(one["text"][0], one["level"], one["fill"]) for one in computed} == {("—", "0", "rgba(0, 0, 0, 0)")}
        elif condition == "partial":
            assert [one["text"] for one in computed if one["place"] == "Southmere General"] == ["≥1computed at least"]


def test_a_level_moves_no_figure_and_is_struck_when_it_has_grown_old(show: Show) -> None:
    figures = """() => [...document.querySelectorAll(".hospitals .number, .clocks")].map(e => {
      const box = e.getBoundingClientRect(); return [box.x, box.y, box.height].join(); })"""
    declared = scored(picture())
    at = [
        show(wall.document(each, COUNTY_BOARD, fingerprint="1")).evaluate(figures)
        for each in (declared, scored(picture(), ()))
    ]
    assert at[0] == at[1]
    page = show(wall.document(declared, COUNTY_BOARD, fingerprint="1"))
    page.evaluate("document.querySelectorAll('.wall-level').forEach(level => level.dataset.state = 'stale')")
    levels = page.evaluate(LEVELS)
    assert {(one["fill"], one["struck"]) for one in levels} == {("rgba(0, 0, 0, 0)", "line-through")}
    assert page.evaluate(figures) == at[0]


# From the top of its cell, and from its left edge.
PLACES = """() => [...document.querySelectorAll(".service")].map(cell => {
  const from = cell.getBoundingClientRect();
  return [".number", ".aside .as-at", ".aside .spark", ".out-of", "dl"].map(part => {
    const box = cell.querySelector(part).getBoundingClientRect();
    return [Math.round(box.x - from.x), Math.round(box.y - from.y)].join();
  }).join("  ");
})"""


@pytest.mark.parametrize("condition", ["normal", "overloaded"])
def test_outside_hospital_each_part_stands_at_the_same_place_however_long_the_number(
    show: Show, condition: str
) -> None:
    page = show(wall.document(picture(condition), COUNTY_BOARD, fingerprint="1"))
    places = page.evaluate(PLACES)
    assert len(places) == 7
    assert len(set(places)) == 1, places


def test_a_value_that_turns_late_and_stale_shows_it_by_one_attribute(show: Show) -> None:
    page = show(wall.document(picture(), COUNTY_BOARD, fingerprint="1"))
    look = """state => {
      const figure = document.querySelector('.hospital:not(.total) [data-measure="ae_patients_now"] .figure.main');
      figure.dataset.state = state;
      const [number, mark] = [figure.querySelector(".number"), figure.querySelector(".mark")];
      return [getComputedStyle(number).textDecorationLine, getComputedStyle(mark).display !== "none",
              getComputedStyle(mark, "::before").content];
    }"""
    assert page.evaluate(look, "fresh") == ["none", False, "none"]
    assert page.evaluate(look, "late") == ["none", True, '"late, "']
    assert page.evaluate(look, "stale") == ["line-through", True, '"was "']


def test_the_cover_hides_everything_when_the_wall_is_not_live(show: Show) -> None:
    page = show(wall.document(picture(), COUNTY_BOARD, fingerprint="1"))
    at_centre = "document.elementFromPoint(960, 540).id"
    assert page.evaluate(at_centre) != "not-live"
    page.evaluate("document.body.classList.add('not-live'); document.querySelector('#not-live').hidden = false")
    page.evaluate("document.querySelector('#not-live').textContent = 'NOT LIVE since 08:14'")
    for point in ("5, 5", "960, 540", "1915, 1075"):
        assert page.evaluate(f"document.elementFromPoint({point}).id") == "not-live"
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('#not-live')).fontSize)") > 120


def test_a_wall_asks_only_its_own_server_and_holds_no_script_inside(show: Show) -> None:
    document = wall.document(picture(), COUNTY_BOARD, fingerprint="abc")
    assert "http" not in document.replace("http-equiv", "")
    assert document.count("<script") == document.count('<script src="/assets/wall/wall.js?v=abc"') == 1
    page = show(document)
    assert page.evaluate("document.body.dataset.bodyUrl") == "/wall/county/body"
    assert page.evaluate("document.fonts.check('16px Inter')")


def test_the_comma_of_a_figure_in_thousands_is_clear_of_the_age_beneath_it(show: Show) -> None:
    page = show(wall.document(picture("overloaded"), COUNTY_BOARD, fingerprint="1"))
    clear = page.evaluate(
        """() => [...document.querySelectorAll(".service")].map(cell =>
          cell.querySelector(".aside .as-at")?.getBoundingClientRect().top
          - cell.querySelector(".figure.main").getBoundingClientRect().bottom
        ).filter(gap => !Number.isNaN(gap))"""
    )
    assert clear
    assert min(clear) >= 4, "pixels: a comma hangs as low as its line, and a little lower"


# Alerts whose names are seen, of how many; those of which anything lies outside of their strip; and what is said of the rest.
NAMED = """() => {
  const list = document.querySelector(".alerts-named"), room = list.getBoundingClientRect();
  const seen = [...list.children].filter(e => e.getBoundingClientRect().width > 0);
  const letters = e => { const all = document.createRange(); all.selectNodeContents(e); return all.getBoundingClientRect(); };
  const parts = e => [...(e.querySelector(".alert-named") ?? e).children];
  // A place is cut by its own box, with a sign.
  const boxes = e => parts(e).length ? parts(e).map(each => each.matches(".alert-place") ? each.getBoundingClientRect() : letters(each)) : [letters(e)];
  const out = seen.filter(e => boxes(e).filter(box => box.width).some(box => {
    return box.right > room.right + 1 || box.bottom > room.bottom + 3 || box.top < room.top - 3;
  }));
  return {
    named: seen.filter(e => !e.matches(".alerts-more")).length,
    more: seen.filter(e => e.matches(".alerts-more")).map(e => e.textContent),
    out: out.map(e => e.textContent),
    rows: new Set(seen.map(e => Math.round(e.getBoundingClientRect().top))).size,
  };
}"""


@pytest.mark.parametrize("levels", [True, False])
@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
def test_as_many_alerts_as_fit_are_named_whole_and_how_many_there_are_besides_is_said(
    show: Show, width: int, height: int, *, levels: bool
) -> None:
    every = tuple(
        alert(number, of, place, raised_at=NOW - number * MINUTE)
        for number, (of, place) in enumerate(
            (of, place) for of in ("occupancy", "ae-crowded", "handovers") for place in ("northgate", "southmere") * 5
        )
    )
    for number in (1, 2, 4, 12, 30):
        alerts = (acknowledged(every[0]), blind(every[1]), *every[2:])[:number]
        drawn = replace(shown("normal"), alerts=alerts)
        page = show(wall.document(scored(drawn) if levels else drawn, COUNTY_BOARD, fingerprint="1"), width, height)
        page.add_script_tag(path=ASSETS / "wall" / "wall.js")
        told = page.evaluate(NAMED)
        assert told["out"] == [], (number, told)
        assert told["named"] >= min(number, 2), (number, told)
        rest = number - told["named"]
        assert told["more"] == ([f"and {rest} more"] if rest else []), (number, told)
        assert told["rows"] <= 2, (number, told)
        assert page.evaluate(CUT) == []


def test_of_an_alert_with_the_longest_name_the_place_alone_is_cut(show: Show) -> None:
    long = replace(alert(1), title="Ambulances waiting too long to hand over at the front door of the hospital")
    drawn = scored(replace(shown("normal"), alerts=(long, *(alert(n, "occupancy") for n in range(2, 9)))))
    page = show(wall.document(drawn, COUNTY_BOARD, fingerprint="1"))
    page.add_script_tag(path=ASSETS / "wall" / "wall.js")
    told = page.evaluate(NAMED)
    assert (told["named"] >= 1, told["out"]) == (True, [])
    assert told["more"] == [f"and {8 - told['named']} more"]
    cut = "[...document.querySelectorAll('.alert-named > *')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
    assert page.evaluate(cut) == ["alert-place"]
