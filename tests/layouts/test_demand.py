"""The page of whole-system demand shows mental health and NHS 111 where the county has them, and no empty table elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from flowcentre.measures.derive import local_day
from flowcentre.model import County, Feed, Level, Place, PlaceKind, Places
from flowcentre.picture.build import work_out
from flowcentre.picture.expected import expect
from layouts import demand
from layouts.finished import to_html
from tests.layouts.cast import NOW, county, known, picture

HOUR = timedelta(hours=1)
_MENTAL_HEALTH = (
    *("mh_beds_open", "mh_beds_occupied", "mh_waiting_for_bed_now", "mh_ready_for_discharge_now"),
    *("mh_136_suites_open", "mh_136_suites_free"),
)
_CALLS = tuple(
    f"calls_111_{what}_today" for what in ("offered", "answered", "answered_60s", "abandoned")
)  # and of the moment
_NHS_111 = (*_CALLS, "call_111_longest_wait_now", "clinical_queue_111_now")


def wider() -> County:
    """Westshire of the other tests, with two mental health units and NHS 111."""
    unit, trust = PlaceKind.MENTAL_HEALTH_UNIT, "westshire-mental-health"
    more = [
        Place(trust, "Westshire Mental Health", Level.ORGANISATION, PlaceKind.TRUST, parent="westshire"),
        Place("larkfield", "Larkfield", Level.SITE, unit, parent=trust, locality="north"),
        Place("heron-house", "Heron House", Level.SITE, unit, parent=trust, locality="south"),
        Place("nhs-111", "NHS 111", Level.ORGANISATION, PlaceKind.NHS_111, parent="westshire"),
    ]
    units = ("larkfield", "heron-house")
    feeds = (
        Feed("mental-health", "Mental health", "mental_health_csv", HOUR, 2 * HOUR, 6 * HOUR, units, _MENTAL_HEALTH),
        Feed("nhs-111", "NHS 111", "nhs_111_csv", HOUR / 4, HOUR / 2, 2 * HOUR, ("nhs-111",), _NHS_111),
    )
    before = county()
    return replace(before, places=Places([*before.places, *more]), feeds=(*before.feeds, *feeds))


def section(page: str, title: str) -> str:
    """The part of the page under a heading, in words."""
    found = re.search(rf"<h2>{title}</h2>(.*?)</section>", page, re.DOTALL)
    return re.sub(r"<[^>]*>", " ", found[1]) if found else ""


def test_mental_health_stands_unit_by_unit_after_the_countys_total_and_nhs_111_by_itself() -> None:
    page = to_html(demand.render(picture(configured=wider())))
    mental_health = section(page, "Mental health")
    assert re.findall(r"Westshire|Larkfield|Heron House", mental_health)[:3] == [
        "Westshire",
        "Larkfield",
        "Heron House",
    ]
    assert "Waiting for a mental health bed" in mental_health
    assert "100.0" in mental_health  # five of five beds at each unit, and of ten of ten together
    calls = section(page, "NHS 111")
    assert "Waiting for a clinician of NHS 111 to call back" in calls
    assert "Westshire" not in calls  # one service: its total would say the same again


def test_a_unit_that_is_silent_is_said_to_be_missing_from_the_total() -> None:
    westshire = wider()
    rows = [row for row in known(configured=westshire) if row.place != "heron-house"]
    values = work_out(expect(westshire, local_day(NOW)), rows, NOW)
    page = to_html(demand.render(replace(picture(configured=westshire), values=values)))
    mental_health = section(page, "Mental health")
    assert "1 of 2 units" in mental_health
    assert "never received" in mental_health


def test_a_county_without_them_has_no_table_of_them() -> None:
    page = to_html(demand.render(picture()))
    assert not section(page, "Mental health")
    assert not section(page, "NHS 111")
