"""The list of wall boards: the look of the pages, and a way on and back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from flowcentre.model import Board
from layouts import boards
from layouts.alerts import count_words
from tests.layouts import alerts_cast
from tests.layouts.cast import picture

ROOT = Path(__file__).parents[2]


def _listed(*configured: Board) -> str:
    shown = picture()
    return boards.document(replace(shown, county=replace(shown.county, boards=configured)), fingerprint="f1")


def test_several_boards_are_listed_each_with_its_address_and_a_way_back() -> None:
    listed = _listed(Board("a", "Ward <A>", "wall"), Board("b", "Ward B", "wall"))
    assert re.findall(r'href="(/wall/\w+)">([^<]+)<', listed) == [("/wall/a", "Ward &lt;A&gt;"), ("/wall/b", "Ward B")]
    assert '<a href="/">Demand</a>' in listed


def test_where_no_board_is_configured_it_is_said_where_to_read_how() -> None:
    assert "No board is configured: see docs/configuration.md" in _listed()
    assert "[[board]]" in (ROOT / "docs/configuration.md").read_text()


def test_its_styles_are_those_of_the_pages_and_are_there() -> None:
    sheets = re.findall(r'rel="stylesheet" href="/(assets/[^?"]+)', _listed())
    assert "assets/flowcentre.css" in sheets
    assert all((ROOT / sheet).is_file() for sheet in sheets)


def test_finished_pages_say_beside_the_way_to_alerts_how_many_stand_as_the_others_do() -> None:
    alerting = alerts_cast.shown("normal")
    listed = boards.document(alerting, fingerprint="f1")
    assert f'<span id="alerts-count">{count_words(alerting)}</span>' in listed
    assert count_words(alerting) not in ("", "?")
