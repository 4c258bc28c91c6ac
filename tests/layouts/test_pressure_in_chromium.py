"""Pressure as it is seen: on a wall from five metres, at a desk, and in the hand."""

from __future__ import annotations

import pytest

from layouts import pressure, pressure_page, wall
from layouts.finished import to_html
from layouts.top import top
from tests.layouts.alerts_cast import shown
from tests.layouts.cast import CONDITIONS, COUNTY_BOARD, NORTHGATE_BOARD
from tests.layouts.conftest import Show
from tests.layouts.pressure_cast import board, form, place, scored
from tests.layouts.test_alerts_in_chromium import BAND
from tests.layouts.test_wall_in_chromium import CUT, everything_seen

pytestmark = pytest.mark.browser


def page_of(condition: str) -> str:
    whole = board(condition)
    above = "".join(map(to_html, top(whole.picture, "/pressure")))
    sheets = "".join(
        f'<link rel="stylesheet" href="/assets/{name}.css">' for name in ("tokens", "flowcentre", "pressure")
    )
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    inner = f'<main id="content"><div><div class="pressure-page">{to_html(pressure.render(whole))}</div></div></main>'
    return f'<!doctype html><html lang="en-GB"><head>{head}{sheets}</head><body>{above}{inner}</body></html>'


@pytest.mark.parametrize("condition", CONDITIONS)
def test_pressure_and_the_fullest_band_fit_above_every_board(show: Show, condition: str) -> None:
    for each in (COUNTY_BOARD, NORTHGATE_BOARD):
        page = show(wall.document(scored(shown("overloaded", base=condition)), each, fingerprint="1"))
        assert page.evaluate("document.documentElement.scrollHeight") == 1080
        assert page.evaluate(CUT) == []
        seen = everything_seen(page)
        assert [one for one in seen if one["right"] > 1921 or one["bottom"] > 1081] == []
        assert [one for one in seen if one["size"] < 20 or one["contrast"] < 4.5] == []
        named = page.evaluate(BAND)
        assert [one for one in named if one["seen"] and not (one["inside"] and one["full"])] == []
        box = page.locator(".wall-pressure").bounding_box()
        band = page.locator(".alerts-band").bounding_box()
        assert box["x"] + box["width"] <= band["x"]
        assert box["height"] <= band["height"] + 1


def test_in_the_hand_pressure_stands_above_the_alerts(show: Show) -> None:
    page = show(wall.document(scored(shown("overloaded")), COUNTY_BOARD, fingerprint="1"), 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    seen = everything_seen(page)
    assert [one for one in seen if one["right"] > 391 or one["size"] < 14 or one["contrast"] < 4.5] == []


@pytest.mark.parametrize("width", [390, 1366, 3840])
@pytest.mark.parametrize("condition", ["normal", "stale", "overloaded"])
def test_the_page_never_scrolls_sideways_and_is_legible(show: Show, condition: str, width: int) -> None:
    page = show(page_of(condition), width, 900)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert [one for one in everything_seen(page) if one["size"] < 13 or one["contrast"] < 4.5] == []


def test_a_level_is_chosen_and_declared_with_a_thumb(show: Show) -> None:
    page = show(pressure_page.document(place("northgate"), form(), fingerprint="1"), 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for target in (page.locator(".levels label").first, page.locator("button").first):
        assert target.bounding_box()["height"] >= 44
    page.locator(".levels label").nth(2).click()
    assert page.evaluate("document.querySelector('[name=level]:checked').value") == "3"
    assert [one for one in everything_seen(page) if one["size"] < 14 or one["contrast"] < 4.5] == []
