"""Any number explains itself."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from dash import dcc
from dash.development.base_component import Component

from flowcentre.measures import ALL
from flowcentre.measures.derive import local_day
from flowcentre.model import County, Feed, Level, Outcome, Picture, Place, PlaceKind, Places
from flowcentre.picture.build import work_out
from flowcentre.picture.expected import expect
from flowcentre.store import Known
from layouts import explain, feeds, measures
from layouts.finished import to_html
from tests.layouts.cast import CONDITIONS, NOW, as_json, known, picture, poll

HOUR = timedelta(hours=1)


def _texts(item: Any) -> str:
    """Everything that a tree says, Plotly's part aside."""
    if isinstance(item, dcc.Graph) or item is None:
        return ""
    if isinstance(item, Component):
        return _texts(getattr(item, "children", None))
    return "".join(map(_texts, item)) if isinstance(item, list | tuple) else str(item)


def _links(item: Any) -> list[str]:
    return re.findall(r'"href":"([^"]*)"', as_json(item))


def test_a_share_shows_its_formula_with_the_numbers_put_in_and_links_to_each() -> None:
    page = explain.render(picture(), "northgate", "ga_occupancy", (), ())
    said = _texts(page)
    assert "beds occupied / beds open = 462 / 480 = 96.3\N{NO-BREAK SPACE}%" in said
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


@pytest.mark.parametrize(
    ("place", "measure", "words"),
    [
        ("nowhere", "nctr_now", "There is no place 'nowhere'."),
        ("westshire", "nothing", "There is no measure 'nothing'."),
        ("", "", "The address names no place."),
        ("westshire", "", "The address names no measure."),
    ],
)
def test_what_there_is_not_is_said_plainly(place: str, measure: str, words: str) -> None:
    assert words in _texts(explain.render(picture(), place, measure, (), ()))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_value_of_every_picture_can_explain_itself(condition: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = picture(condition)
    expected = expect(shown.county, local_day(shown.at))  # once, and not for each of its values anew
    monkeypatch.setattr("layouts.parts.working.expect", lambda *_: expected)
    wards = [key for key in shown.values if "-a" in key[0]]
    for place, measure in shown.values.keys() - set(wards[3:]):
        assert ALL[measure].label in _texts(explain.render(shown, place, measure, (), ()))


HOME_CARE = ("willow", "rowan")  # two providers of Mid Westshire


def _home_care(**free: float) -> Picture:
    """Each could give 100 hours and has 60 in use; ``free`` is what they say is free, where they do."""
    places = Places(
        [
            Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
            Place("mid", "Mid Westshire", Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire"),
            *(
                Place(id, id.title(), Level.UNIT, PlaceKind.HOME_CARE, parent="westshire", locality="mid")
                for id in HOME_CARE
            ),
        ]
    )
    ids = ("home_care_hours_capacity", "home_care_hours_used", "home_care_hours_free")
    feed = Feed(
        "care", "Home care", "x", every=HOUR, late_after=HOUR, stale_after=HOUR, places=("westshire",), provides=ids
    )
    county = County("Westshire", places, (feed,), demonstration=True)
    rows = [
        Known("care", place, measure, value, NOW, NOW)
        for place in HOME_CARE
        for measure, value in zip(ids, (100.0, 60.0, free.get(place)), strict=True)
    ]
    return replace(picture(), county=county, values=work_out(expect(county, local_day(NOW)), rows, NOW))


def test_a_total_of_what_services_report_shows_no_formula_that_does_not_give_it() -> None:
    said = _texts(explain.render(_home_care(willow=25, rowan=30), "mid", "home_care_hours_free", (), ()))
    assert "The sum of what the services report, as reported." in said
    assert "commissioned - used" not in said
    some = _texts(explain.render(_home_care(willow=25), "mid", "home_care_hours_free", (), ()))
    assert "1 of 2 as reported. For those that do not report it, it is commissioned - used." in some
    assert "commissioned - used =" not in some
    none = _texts(explain.render(_home_care(), "mid", "home_care_hours_free", (), ()))
    assert "commissioned - used = 200 - 120 = 80" in none


def test_a_figure_that_its_service_reports_is_not_explained_by_a_formula() -> None:
    shown = _home_care(willow=25)
    reported = _texts(explain.render(shown, "willow", "home_care_hours_free", (), ()))
    assert "as the feed reported it" in reported
    assert "How it was worked out" not in reported
    assert "commissioned - used = 100 - 60 = 40" in _texts(
        explain.render(shown, "rowan", "home_care_hours_free", (), ())
    )


def _southmere_without(condition: str = "partial") -> Picture:
    """One of Southmere's wards gives the beds that are open, and not those that are occupied."""
    shown = picture(condition)
    rows = [row for row in known(condition) if (row.place, row.measure) != ("southmere-a1", "ga_beds_occupied")]
    return replace(shown, values=work_out(expect(shown.county, local_day(NOW)), rows, NOW))


@pytest.mark.parametrize(("place", "among"), [("southmere", "10 of 12 wards"), ("westshire", "28 of 30 places within")])
def test_a_share_with_a_silent_ward_puts_in_no_numbers_that_do_not_give_it(place: str, among: str) -> None:
    shown = _southmere_without()
    said = _texts(explain.render(shown, place, "ga_occupancy", (), ()))
    share = f"{shown.value(place, 'ga_occupancy').value:.1f}"
    assert f"beds occupied / beds open = {share}\N{NO-BREAK SPACE}%, of the {among} that gave every figure" in said
    assert " / 2" not in said
    assert " / 3" not in said


def test_the_facts_and_the_rows_held_back_below_them_never_contradict_one_another() -> None:
    shown, key = picture(), ("northgate", "ga_beds_occupied")
    said = _texts(explain.render(shown, *key, (), ()))
    assert "Rows held backNone of this place in its last poll; named below: 2 since midnight from its feeds." in said
    held = replace(shown, values={**shown.values, key: replace(shown.values[key], held=3)})
    assert "Rows held back3 of this place in its last poll; named below: 2" in _texts(
        explain.render(held, *key, (), ())
    )
    none = _texts(explain.render(shown, "southmere", "ga_beds_occupied", (), ()))
    assert none.count("Rows held backNone since midnight from its feeds.") == 2  # among the facts, and below


def test_rows_held_back_yesterday_do_not_contradict_that_there_are_none_today() -> None:
    shown = picture()
    key = ("northgate", "ae_patients_now")
    looked = NOW - timedelta(hours=9)
    feeds_ = tuple(
        replace(status, last_poll=poll("ae-northgate", 1, looked)) if status.feed.id == "ae-northgate" else status
        for status in shown.feeds
    )
    assert "None since midnight from its feeds." in _texts(explain.render(shown, *key, (), ()))
    held = replace(shown, feeds=feeds_, values={**shown.values, key: replace(shown.values[key], held=3)})
    assert "None since midnight; 3 in its last poll." in _texts(explain.render(held, *key, (), ()))
    today = replace(held, feeds=shown.feeds)
    assert "None since midnight" not in _texts(explain.render(today, *key, (), ()))
    assert "3 in its last poll, not among the newest" in _texts(explain.render(today, *key, (), ()))


def test_the_feeds_page_shows_rhythm_counts_and_held_rows() -> None:
    said = re.sub(r"<[^>]*>", " ", to_html(feeds.render(picture("partial"))))
    assert "8 of 11 on time" in said
    for words in ("every 1 min", "1,240", "occupied is not a number", "census_time is in the future", "never received"):
        assert words in said


def test_every_measure_is_in_the_glossary_with_an_anchor() -> None:
    written = to_html(measures.render(picture()))
    for measure in ALL:
        assert f'id="{measure}"' in written


def test_what_came_after_the_moment_shown_is_not_aged_from_it() -> None:
    then = picture()
    key = ("northgate", "ae_patients_now")
    for after, words in ((timedelta(days=600), "14 Jul 2028 09:14, long after"), (timedelta(hours=3), "11:14, after")):
        values = {**then.values, key: replace(then.values[key], received_at=NOW + after)}
        past = replace(then, values=values, known_at=NOW + timedelta(days=700))
        said = _texts(explain.render(past, *key, (), ()))
        assert f"Received here{words} the moment shown" in said
