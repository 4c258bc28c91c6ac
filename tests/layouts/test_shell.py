"""What stands above every page, and what is shown where a page cannot be drawn."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from dash import html
from fastapi import FastAPI
from structlog.testing import capture_logs

from flowcentre.model import Picture, PlaceKind, Places, Point
from layouts import shell
from layouts.page_at import page
from tests.layouts.cast import NOW, as_json, pages, picture

ASSETS = Path(__file__).parents[2] / "assets"
History = Callable[[str, str, datetime, datetime], Sequence[Point]]


def _nothing(_place: str, _measure: str, _start: datetime, _end: datetime) -> list[Point]:
    return []


def _ask(history: History, path: object, search: object) -> httpx.Response:
    server = FastAPI()
    shell.create_pages(server, pages(history=history), assets=ASSETS, current=picture)
    asked = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": search},
        ],
        "changedPropIds": ["url.pathname"],
    }

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=server)
        async with httpx.AsyncClient(transport=transport, base_url="http://wall.test") as browser:
            return await browser.post("/_dash-update-component", json=asked)

    return asyncio.run(ask())


def test_a_page_that_fails_says_so_and_its_words_are_not_logged() -> None:
    def fail(_place: str, _measure: str, _start: datetime, _end: datetime) -> list[Point]:
        raise LookupError("what a row held")

    with capture_logs() as logged:
        answer = _ask(fail, "/explain", "?place=northgate&measure=nctr_now")
    assert answer.status_code == 200
    assert "This page could not be drawn" in answer.text
    assert "The boards under /wall stand." in json.dumps(answer.json())
    assert "Feeds" in answer.text  # the way to the other pages
    (line,) = logged
    assert (line["log_level"], line["event"], line["error"]) == ("error", "a page could not be drawn", "LookupError")
    assert re.fullmatch(r"test_shell\.py:\d+", line["where"])
    assert "what a row held" not in answer.text + str(logged)


@pytest.mark.parametrize(("path", "search"), [(5, ""), ("/explain", 5), (["/"], None)])
def test_an_address_that_is_none_is_answered_too(path: object, search: object) -> None:
    answer = _ask(_nothing, path, search)
    assert answer.status_code == 200
    assert "This page could not be drawn" in answer.text


def test_the_history_asked_for_is_as_long_as_the_measure_wants() -> None:
    asked: list[timedelta] = []

    def history(_place: str, _measure: str, start: datetime, end: datetime) -> list[Point]:
        asked.append(end - start)
        return []

    for measure in ("nctr_now", "nctr_census", "ae_attendances_month"):
        search = f"?place=northgate&measure={measure}"
        page(pages(history=history), picture(), "/explain", search)
    assert [length.days for length in asked] == [28, 365, 1826]


def test_there_is_a_page_at_every_address_that_is_named_and_at_no_other() -> None:
    assert set(_PUBLISHED) - set(pages()) == {"/published"}
    for path in (*_PUBLISHED, "/feeds/", "/nowhere", "/wall"):
        known = (path.rstrip("/") or "/") in _PUBLISHED
        assert ("No such page" not in _published(picture(), path)) is known, path
    nothing = page(pages(), picture(), "/published", "")
    assert "No such page" in as_json(html.Div(nothing))


def test_a_page_that_comes_with_something_to_configure_says_with_what() -> None:
    for path, doc in (("/alerts", "alerts.md"), ("/huddle", "huddle.md"), ("/type-in", "typed-in.md")):
        said = as_json(html.Div(page(pages(), picture(), path, "")))
        assert "Not in this county yet" in said
        assert f"docs/{doc}" in said


_PUBLISHED = pages(published=lambda _picture, _place: html.H1("The published figures"))


def _published(shown: Picture, path: str, search: str = "") -> str:
    return as_json(html.Div(page(_PUBLISHED, shown, path, search)))


def test_a_county_of_published_figures_has_one_way_to_them_and_back() -> None:
    shown = picture()
    trusts = Places(
        replace(place, parent=None if place.parent not in ("westshire",) else place.parent)
        for place in shown.county.places
        if place.kind in (PlaceKind.SYSTEM, PlaceKind.TRUST)
    )
    only = replace(shown, county=replace(shown.county, places=trusts, feeds=(), boards=()), values={}, feeds=())
    assert '"Demand"' not in _published(only, "/")
    assert "The published figures" in _published(only, "/")
    back = _published(only, "/explain", "?place=westshire-hospitals&measure=nctr_census")
    assert "Whole-system demand" not in back
    assert back.count('"Published figures"') == 2  # above, and back
    live = _published(shown, "/explain", "?place=northgate&measure=nctr_now")
    assert '"Demand"' in live
    assert "Whole-system demand" in live


def test_an_explanation_says_what_moment_it_speaks_of_and_no_state_that_would_go_untrue() -> None:
    search = "?place=northgate&measure=ae_patients_now"
    said = as_json(html.Div(page(pages(), picture(), "/explain", search)))
    assert "as at 08:14; load again for newer" in said
    assert "on time" not in said
    assert "Within the rhythm" not in said
    past = replace(picture(), known_at=NOW + timedelta(days=1))
    said = as_json(html.Div(page(pages(), past, "/explain", search)))
    assert "as at yesterday 08:14" in said
    assert "load again" not in said
