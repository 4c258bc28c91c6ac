"""Any number explains itself."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from dash import dcc
from dash.development.base_component import Component

from flowcentre.measures import ALL
from flowcentre.model import Outcome, Point
from layouts import explain, feeds, measures
from layouts.finished import to_html
from layouts.parts.history_chart import history_chart, thinned
from layouts.shell import page_json
from tests.layouts.cast import CONDITIONS, NOW, picture, poll


def _texts(item: Any) -> str:
    """Everything that a tree says, Plotly's part aside."""
    if isinstance(item, dcc.Graph) or item is None:
        return ""
    if isinstance(item, Component):
        return _texts(getattr(item, "children", None))
    return "".join(map(_texts, item)) if isinstance(item, list | tuple) else str(item)


def _links(item: Any) -> list[str]:
    return re.findall(r'"href":"([^"]*)"', page_json(item).decode())


def test_a_share_shows_its_formula_with_the_numbers_put_in_and_links_to_each() -> None:
    page = explain.render(picture(), "northgate", "ga_occupancy", (), ())
    said = _texts(page)
    assert "beds occupied / beds open = 462 / 480 = 96.2\N{NO-BREAK SPACE}%" in said
    assert "denominator" in said
    assert {
        "/explain?place=northgate&measure=ga_beds_occupied",
        "/explain?place=northgate&measure=ga_beds_open",
        "/feeds#beds-northgate",
        "/measures#ga_occupancy",
    } <= set(_links(page))


def test_a_total_names_its_parts_who_is_missing_and_since_when() -> None:
    said = _texts(explain.render(picture("partial"), "westshire", "ae_patients_now", (), ()))
    assert "Added across 2 sites" in said
    assert "At least this: 1 of 2 sites reporting." in said
    assert "Southmere General: last heard of 05:14 (3 h ago)" in said


def test_a_reported_value_says_when_it_was_true_and_when_it_came() -> None:
    said = _texts(explain.render(picture(), "northgate", "ae_patients_now", (), ()))
    assert "As at (at the source)08:13 (1 min ago)" in said
    assert "Received here08:13 (just now)" in said
    assert "as the feed reported it" in said


def test_held_rows_and_polls_of_its_own_feeds_are_shown_with_their_reasons() -> None:
    polls = [poll("beds-northgate", 1, NOW), poll("beds-northgate", 2, NOW, Outcome.UNAVAILABLE)]
    said = _texts(explain.render(picture(), "northgate", "ga_beds_occupied", (), polls))
    assert "beds_20261122T0800Z.csv row 14" in said
    assert "occupied is not a number" in said
    assert "connection refused by the trust's server" in said
    elsewhere = _texts(explain.render(picture(), "southmere", "ga_beds_occupied", (), ()))
    assert "occupied is not a number" not in elsewhere


@pytest.mark.parametrize(("place", "measure"), [("nowhere", "nctr_now"), ("westshire", "nothing"), ("", "")])
def test_what_there_is_not_is_said_plainly(place: str, measure: str) -> None:
    assert "There is not a" in _texts(explain.render(picture(), place, measure, (), ()))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_value_of_every_picture_can_explain_itself(condition: str) -> None:
    shown = picture(condition)
    wards = [key for key in shown.values if "-a" in key[0]]
    for place, measure in shown.values.keys() - set(wards[3:]):
        assert ALL[measure].label in _texts(explain.render(shown, place, measure, (), ()))


def test_four_weeks_are_drawn_in_london_time_with_gaps_and_basic_traces() -> None:
    history = [
        Point(NOW - timedelta(days=2), 3.0),
        Point(NOW - timedelta(days=1), None),
        Point(NOW - timedelta(hours=1), 5.0),
    ]
    graph = history_chart(history, ALL["nctr_now"], NOW).children
    (trace,) = graph.figure["data"]
    assert trace["type"] == "scatter"
    assert trace["connectgaps"] is False
    assert trace["x"] == ["2026-11-20 08:14", "2026-11-21 08:14", "2026-11-22 07:14", "2026-11-22 08:14"]
    assert trace["y"] == [3.0, None, 5.0, 5.0]


def test_nothing_recorded_is_a_sentence_and_not_an_empty_chart() -> None:
    assert "Nothing is recorded" in to_html(history_chart([Point(NOW, None)], ALL["nctr_now"], NOW))


def test_a_minute_by_minute_history_is_thinned_to_what_a_screen_can_show() -> None:
    points = [Point(NOW - timedelta(minutes=n), float(n)) for n in range(28 * 1440, 0, -1)]
    kept = thinned(points)
    assert len(kept) <= 28 * 96 + 1
    assert kept[-1] == points[-1]


def test_the_feeds_page_shows_rhythm_counts_and_held_rows() -> None:
    said = re.sub(r"<[^>]*>", " ", to_html(feeds.render(picture("partial"))))
    assert "7 of 10 on time" in said
    for words in ("every 1 min", "1,240", "occupied is not a number", "census_time is in the future", "never received"):
        assert words in said


def test_every_measure_is_in_the_glossary_with_an_anchor() -> None:
    written = to_html(measures.render(picture()))
    for measure in ALL:
        assert f'id="{measure}"' in written
