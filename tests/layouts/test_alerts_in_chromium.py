"""Alerts as they are seen: on a wall from five metres, at a desk, and in the hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import connectors
import flowcentre.config
from flowcentre.model import Board
from flowcentre.picture.alerts_now import AlertForm
from layouts import alert_page, demand, wall
from layouts import alerts as alerts_page
from layouts.finished import to_html
from layouts.top import top
from tests.layouts import cast
from tests.layouts.alerts_cast import CONDITIONS, alerts_now, shown, story
from tests.layouts.cast import COUNTY_BOARD, NORTHGATE_BOARD
from tests.layouts.conftest import Show, at_each
from tests.layouts.test_alert_page import ENDS
from tests.layouts.test_wall_in_chromium import CUT, everything_seen

pytestmark = pytest.mark.browser

# Alerts and figures have each their conditions: the fullest band stands above the fullest board.
PAIRS = [(c, c) for c in CONDITIONS] + [("overloaded", base) for base in ("normal", "empty", "stale", "partial")]
BAND = """() => {
  const band = document.querySelector(".alerts-band").getBoundingClientRect();
  return [...document.querySelectorAll(".alerts-band li, .alerts-band p")].map(e => {
    const box = e.getBoundingClientRect();
    // A name that does not fit stands beneath the band, whole, and is not seen.
    return {text: e.textContent, seen: box.top < band.bottom - 1, inside: box.bottom <= band.bottom + 1 && box.right <= band.right + 1,
            full: e.scrollWidth <= e.clientWidth + 2 && e.scrollHeight <= e.clientHeight + 6};
  });
}"""


def page_of(condition: str) -> str:
    inner = to_html(alerts_page.render(alerts_now(condition)))
    above = "".join(map(to_html, top(shown(condition), "/alerts")))
    return sheeted(f'{above}<main id="content"><div><div class="alerts-page">{inner}</div></div></main>')


def sheeted(inner: str) -> str:
    sheets = "".join(
        f'<link rel="stylesheet" href="/assets/{name}.css">' for name in ("tokens", "flowcentre", "alerts")
    )
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    return f'<!doctype html><html lang="en-GB"><head>{head}{sheets}</head><body>{inner}</body></html>'


@pytest.mark.parametrize("board", [COUNTY_BOARD, NORTHGATE_BOARD], ids=lambda board: board.id)
@pytest.mark.parametrize(("alerts", "figures"), PAIRS)
def test_the_band_pushes_no_figure_off_the_board_and_cuts_no_name(
    show: Show, alerts: str, figures: str, board: Board
) -> None:
    page = show(wall.document(shown(alerts, base=figures), board, fingerprint="1"))
    assert page.evaluate("document.documentElement.scrollHeight") == 1080
    assert page.evaluate(CUT) == []
    seen = everything_seen(page)
    assert [one for one in seen if one["right"] > 1921 or one["bottom"] > 1081] == []
    assert [
        one for one in seen if one["size"] < 20 or (one["main"] and one["size"] < 64) or one["contrast"] < 4.5
    ] == []
    band = page.evaluate(BAND)
    assert [one for one in band if one["seen"] and not (one["inside"] and one["full"])] == []
    assert any(one["seen"] for one in band)


@pytest.mark.parametrize("more", [1, 6])
@pytest.mark.parametrize("figures", cast.CONDITIONS)
def test_the_band_fits_above_more_hospitals_too(show: Show, figures: str, more: int) -> None:
    page = show(wall.document(shown("overloaded", base=figures, more_hospitals=more), COUNTY_BOARD, fingerprint="1"))
    assert page.evaluate("document.documentElement.scrollHeight") == 1080
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("figures", cast.CONDITIONS)
def test_the_band_fits_above_every_board_that_is_shipped(show: Show, figures: str) -> None:
    folder = Path(flowcentre.config.__file__).parent / "defaults" / "westshire"
    variables = {"drop": "drop", "demo": "http://127.0.0.1:1", "letters": "letters"}
    county = flowcentre.config.load(folder, variables, connectors.find_connectors())
    for board in county.boards:
        page = show(wall.document(shown("overloaded", base=figures, configured=county), board, fingerprint="1"))
        assert page.evaluate(CUT) == []


def test_the_band_is_the_same_at_any_size_of_its_shape(show: Show) -> None:
    page = show(wall.document(shown("overloaded"), COUNTY_BOARD, fingerprint="1"))
    for width in at_each(page, (3840, 1366), shape=16 / 9):
        assert page.evaluate("document.querySelector('.alerts-band').getBoundingClientRect().height") == pytest.approx(
            44 * width / 1920, rel=0.02
        )
        assert page.evaluate(CUT) == [], width
        assert [one for one in page.evaluate(BAND) if one["seen"] and not one["inside"]] == [], width


def test_no_figure_moves_when_an_alert_begins_or_ends(show: Show) -> None:
    places = """() => [...document.querySelectorAll(".figure.main")].map(e => {
      const box = e.getBoundingClientRect(); return [Math.round(box.x), Math.round(box.y)].join(); }).join(" ")"""
    quiet = replace(shown(), alerts=())
    assert show(wall.document(quiet, COUNTY_BOARD, fingerprint="1")).evaluate(places) == show(
        wall.document(shown("overloaded", base="normal"), COUNTY_BOARD, fingerprint="1")
    ).evaluate(places)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_in_the_hand_the_band_stacks_and_names_what_stands(show: Show, condition: str) -> None:
    page = show(wall.document(shown(condition), COUNTY_BOARD, fingerprint="1"), 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    seen = everything_seen(page)
    assert [one for one in seen if one["right"] > 391 or one["size"] < 14 or one["contrast"] < 4.5] == []


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_page_never_scrolls_sideways_and_is_legible(show: Show, condition: str) -> None:
    page = show(page_of(condition))
    for width in at_each(page, (390, 800, 1366, 1920, 3840)):
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert [one for one in everything_seen(page) if one["size"] < 13 or one["contrast"] < 4.5] == [], width


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_first_page_keeps_its_shape_beneath_what_stands(show: Show, condition: str) -> None:
    inner = f'<main id="content">{to_html(demand.render(shown(condition)))}</main>'
    page = show(sheeted(inner))
    for width in at_each(page, (390, 1920)):
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate("document.querySelector('.alerts-front').scrollWidth") <= width


@pytest.mark.parametrize(("condition", "number"), [("normal", 21), ("stale", 21), ("overloaded", 100)])
def test_on_a_telephone_the_button_is_on_the_first_screen_and_large(show: Show, condition: str, number: int) -> None:
    html = alert_page.document(story(condition, number), AlertForm(ENDS), fingerprint="1")
    page = show(html, 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    button = page.locator("button").first.bounding_box()
    assert button is not None
    assert button["height"] >= 56
    assert button["y"] + button["height"] <= 844
    page.locator("summary").first.click()
    assert [one for one in everything_seen(page) if one["size"] < 14 or one["contrast"] < 4.5] == []
