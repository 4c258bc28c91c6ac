"""Delayed discharges as the JSON API gives them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from flowcentre.model import SmallNumbers
from flowcentre.picture.delay_sums import Left, counts_by_facet, days_of, hide_left, left_today
from flowcentre.picture.delays import EXPECTED, Delay
from flowcentre.picture.list_small import are_few
from flowcentre.picture.listed import Chosen
from flowcentre.web.list_shapes import ListShape, PeopleShape, list_shape
from flowcentre.web.shapes import CoverageShape
from flowcentre.web.shaping import coverage_shape


class DaysShape(TypedDict):
    """Days since the discharge ready date, of the people counted. null: every list is too old or missing, or nobody has any."""

    bed_days_lost: int | None
    longest: int | None
    median: float | None
    ninetieth_centile: float | None


class LeftShape(TypedDict):
    """Who left today, of those whom the filters choose. null: no list in scope says who left today."""

    today: int | None
    by_1200: Annotated[int | None, Field(description="Europe/London")]
    by_1700: int | None
    coverage: CoverageShape
    at_least: bool


class DelaysShape(ListShape):
    """The people with no criteria to reside whom an address chooses, and their counts."""

    days: DaysShape
    discharged: LeftShape
    expected_today: int | None
    expected_tomorrow: int | None


def delays_shape(
    chosen: Chosen[Delay],
    *,
    looks_back: bool,
    people: PeopleShape | None,
    limits: SmallNumbers | None = None,
    whose: str = "",
) -> DelaysShape:
    """Everything that is answered about the people chosen; with small numbers hidden where ``limits`` says which."""
    shape = list_shape(
        chosen, counts_by_facet(chosen), looks_back=looks_back, people=people, limits=limits, whose=whose
    )
    expected = {one["value"]: one["count"] if chosen.count.known else None for one in shape["counts"].pop(EXPECTED)}
    return {
        **shape,
        "days": days_shape(chosen, limits),
        "discharged": left_shape(left_today(chosen), limits),
        "expected_today": expected.get("today"),
        "expected_tomorrow": expected.get("tomorrow"),
    }


def days_shape(chosen: Chosen[Delay], limits: SmallNumbers | None = None) -> DaysShape:
    """The days of the people counted; of a few, where ``limits`` says how many these are, nothing."""
    if not chosen.count.known or are_few(chosen.counted, limits):
        return {"bed_days_lost": None, "longest": None, "median": None, "ninetieth_centile": None}
    days = days_of(chosen.counted)
    return {
        "bed_days_lost": days.lost,
        "longest": days.longest,
        "median": days.median,
        "ninetieth_centile": days.ninetieth,
    }


def left_shape(left: Left, limits: SmallNumbers | None = None) -> LeftShape:
    """Who left today; with small numbers hidden where ``limits`` says which."""
    today, by_1700, by_1200 = left.today, left.by_1700, left.by_1200
    if limits is not None:
        today, by_1700, by_1200 = (each.people for each in hide_left(left, limits))
    return {
        "today": today,
        "by_1200": by_1200,
        "by_1700": by_1700,
        "coverage": coverage_shape(left.coverage),
        "at_least": left.at_least,
    }
