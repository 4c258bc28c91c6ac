"""Pressure of Westshire as its pages and its wall have it: scored by the real house, declared by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from flowcentre.measures.pressure import declarable
from flowcentre.model import Declaration, Parameter, Picture, Pillar, PressureRules, ScoringRules
from flowcentre.picture.pressure import pressure_values, scores
from flowcentre.picture.pressure_book import DeclareForm, PlacePressure, PressureBoard
from flowcentre.picture.pressure_hours import LevelHours
from flowcentre.web.pressure_slips import hold_ends
from tests.layouts.cast import NOW, picture

HOUR = timedelta(hours=1)
CUT_OFFS = (11.0, 22.0, 33.0)
ACUTE = ScoringRules(
    "acute-2023",
    "Acute hospitals",
    Pillar.ACUTE,
    ("northgate", "southmere"),
    (
        Parameter("ae_4h_performance_today", (76.0, 68.0, 58.0), (0.0, 1.0, 2.0, 3.0)),
        Parameter("ae_over_12h_share_now", (2.0, 5.0, 10.0), (0.0, 1.0, 2.0, 3.0)),
        Parameter("ga_occupancy", (92.0, 95.0, 98.0), (0.0, 1.0, 2.0, 3.0)),
    ),
    CUT_OFFS,
    44.0,
    "OPEL Framework 2023/24 for the parameters and cut-offs, at second hand; bands, points and weights invented",
    date(2024, 1, 1),
)
COMMUNITY = ScoringRules(
    "community-local",
    "Community services",
    Pillar.COMMUNITY,
    ("north", "mid", "south"),
    (
        Parameter("virtual_ward_share_used", (80.0, 90.0), (0.0, 1.0, 3.0)),
        Parameter("reablement_hours_share_used", (85.0, 92.0), (0.0, 1.0, 3.0)),
    ),
    CUT_OFFS,
    44.0,
    "Invented for Westshire",
    date(2024, 1, 1),
)
RULES = PressureRules((ACUTE, COMMUNITY), ((Pillar.ACUTE, 3.0),))
LONG = "Both hospitals are full, two wards are closed for infection and no ambulance can hand over within the hour"
SAID = (
    Declaration(3, "westshire", 3, LONG, "director on call, integrated care board", NOW - 5 * HOUR, NOW + 7 * HOUR),
    Declaration(2, "northgate", 4, "No bed in the house.", "site manager", NOW - 2 * HOUR, NOW + 10 * HOUR),
    Declaration(1, "westshire-council", 2, "Reablement is short.", "duty manager", NOW - 20 * HOUR, NOW - 8 * HOUR),
)


def scored(drawn: Picture, declared: tuple[Declaration, ...] = SAID, rules: PressureRules = RULES) -> Picture:
    """A picture with pressure among its values, as the picture house puts it there."""
    county = replace(drawn.county, pressure=rules)
    added = pressure_values(county, drawn.values, drawn.at, {each.place: each for each in declared})
    return replace(drawn, county=county, values={**drawn.values, **added})


def board(condition: str = "normal", declared: tuple[Declaration, ...] = SAID, **more: PressureRules) -> PressureBoard:
    """Everything of the page, in one of the conditions of the pictures."""
    drawn = scored(picture(condition), declared, **more)
    county = drawn.county
    places = ["westshire", *(place for each in county.pressure.rules for place in each.places)]
    return PressureBoard(
        drawn,
        NOW,
        scores(drawn, declared),
        declarable(county.pressure, county.places),
        {place: week(place) for place in places},
    )


def form() -> DeclareForm:
    """The form as it is drawn, with nothing in it."""
    return DeclareForm(mark="m" * 22, ends=hold_ends(NOW))


def week(place: str) -> LevelHours:
    """Seven days, of which not everything is known."""
    return LevelHours(
        place,
        NOW - 168 * HOUR,
        NOW,
        {1: 20 * HOUR, 2: 100 * HOUR, 3: 30 * HOUR, 4: HOUR / 2},
        17.5 * HOUR,
        {1: 0 * HOUR, 2: 0 * HOUR, 3: 60 * HOUR if place == "westshire" else 0 * HOUR, 4: 0 * HOUR},
        108 * HOUR if place == "westshire" else 168 * HOUR,
    )


def place(id: str = "westshire", condition: str = "normal", declared: tuple[Declaration, ...] = SAID) -> PlacePressure:
    """Everything of the page of a place."""
    whole = board(condition, declared)
    said = whole.now.declared.get(id)
    return PlacePressure(
        whole.picture,
        NOW,
        id,
        whole.now.score(id),
        said,
        () if said is None else (said,),
        week(id),
    )
