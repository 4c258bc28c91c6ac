"""Pressure as it is seen: on a wall from five metres, at a desk, and in the hand."""

from __future__ import annotations

import re

import pytest

from layouts import pressure, pressure_page, wall
from layouts.finished import to_html
from layouts.top import top
from tests.layouts.alerts_cast import shown
from tests.layouts.cast import CONDITIONS, COUNTY_BOARD, NORTHGATE_BOARD
from tests.layouts.conftest import ASSETS, Show, at_each
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
        page.add_script_tag(path=ASSETS / "wall" / "wall.js")  # which leaves as many names as fit
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


@pytest.mark.parametrize("condition", ["normal", "stale", "overloaded"])
def test_the_page_never_scrolls_sideways_and_is_legible(show: Show, condition: str) -> None:
    page = show(page_of(condition))
    for width in at_each(page, (390, 1366, 3840)):
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert [one for one in everything_seen(page) if one["size"] < 13 or one["contrast"] < 4.5] == [], width


def test_the_page_is_short_in_the_hand_and_never_without_its_bar(show: Show) -> None:
    page = show(page_of("overloaded"), 390, 844)
    assert page.evaluate("document.documentElement.scrollHeight") < 6000
    for share in (0.4, 0.7, 1):
        page.evaluate("s => scrollTo(0, document.documentElement.scrollHeight * s)", share)
        box = page.locator(".indicative-bar").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] < 200
    page.emulate_media(media="print")
    assert page.locator(".indicative-bar").is_visible()
    marks = page.locator(".level-mark.computed .indicative-mark")
    assert [one.is_visible() for one in marks.all()] == [True] * page.locator(".level-mark.computed").count()


@pytest.mark.parametrize("width", [390, 1920])
def test_what_is_declared_is_as_large_as_what_is_computed(show: Show, width: int) -> None:
    page = show(page_of("normal"), width, 900)
    for pair in page.locator(".level-pair").all():
        boxes = [badge.bounding_box() for badge in pair.locator(".level-badge").all()]
        assert len({(box["width"], box["height"], box["y"]) for box in boxes}) == 1


def test_a_level_has_one_colour_on_the_page_at_the_huddle_and_on_a_wall(show: Show) -> None:
    """And its number stands out from it by 4.5 to 1."""
    look = (
        "(kind) => [1, 2, 3, 4].map((level) => { const one = document.createElement('span'); one.className = kind;"
        " one.dataset.level = level; one.textContent = level; document.body.append(one); const s = getComputedStyle(one);"
        " return [s.backgroundColor, s.color, s.borderTopColor] })"
    )
    sheets = "".join(
        f'<link rel="stylesheet" href="/assets/{name}.css">' for name in ("tokens", "flowcentre", "pressure", "huddle")
    )
    desk = show(f"<!doctype html><head>{sheets}</head><body></body>", 1920, 1080)
    badges, huddle = (desk.evaluate(look, kind) for kind in ("level-badge", "huddle-level"))
    assert [one[:2] for one in badges] == [one[:2] for one in huddle]
    assert len({ground for ground, _, _ in badges}) == 4
    assert [one for one in badges if contrast(*one[:2]) < 4.5] == []
    wall_ = show(wall.document(scored(shown("normal")), COUNTY_BOARD, fingerprint="1")).evaluate(look, "badge")
    # On a dark wall the frame alone has the colour of the calmer two, or what is calm would be the brightest.
    assert [one[1] for one in wall_[:2]] == [one[0] for one in badges[:2]]
    assert [one[:2] for one in wall_[2:]] == [one[:2] for one in badges[2:]]


def contrast(one: str, other: str) -> float:
    """Of two colours, as WCAG 2 counts it."""

    def light(colour: str) -> float:
        parts = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_a_level_is_chosen_and_declared_with_a_thumb(show: Show) -> None:
    page = show(pressure_page.document(place("northgate"), form(), fingerprint="1"), 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for target in (page.locator(".levels label").first, page.locator("button").first):
        assert target.bounding_box()["height"] >= 44
    page.locator(".levels label").nth(2).click()
    assert page.evaluate("document.querySelector('[name=level]:checked').value") == "3"
    assert [one for one in everything_seen(page) if one["size"] < 14 or one["contrast"] < 4.5] == []
