"""Packages of care as the JSON API gives them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from flowcentre.model import CareTerms, SmallNumbers
from flowcentre.picture.list_small import are_few, seen
from flowcentre.picture.list_sums import counts_by
from flowcentre.picture.listed import PAST, Chosen
from flowcentre.picture.package_sums import waits_of
from flowcentre.picture.packages import PAST_PROMISE, Package
from flowcentre.web.list_shapes import ListShape, PeopleShape, list_shape


class TermsShape(TypedDict):
    """What is promised here. Local, and configuration."""

    start_within_hours: Annotated[float, Field(description="from referral to the first visit")]
    runs_for_days: Annotated[int, Field(description="the longest that a short-term package is to run")]
    ending_soon_days: int


class WaitsShape(TypedDict):
    """Of the people counted, those who wait. null: not known, for every list is too old, or of nobody."""

    people: int | None
    median_hours: float | None
    longest_hours: float | None
    breached: Annotated[int | None, Field(description="past the promise, and care not begun")]
    carer_hours_a_week: Annotated[float | None, Field(description="a visit with two carers takes two an hour")]
    carer_hours_unknown: Annotated[int | None, Field(description="people whose hours are in no sum")]


class PackagesShape(ListShape):
    """The referrals for care that an address chooses, and their counts."""

    terms: TermsShape
    waits: WaitsShape


def packages_shape(
    chosen: Chosen[Package],
    *,
    looks_back: bool,
    people: PeopleShape | None,
    limits: SmallNumbers | None = None,
    whose: str = "",
) -> PackagesShape:
    """Everything that is answered about the people chosen; with small numbers hidden where ``limits`` says which."""
    shape = list_shape(chosen, counts_by(chosen), looks_back=looks_back, people=people, limits=limits, whose=whose)
    waits = _waits_shape(chosen, limits)
    if limits is not None and chosen.count.known:  # as it is hidden with all that could give it away
        waits["breached"] = next(one["count"] for one in shape["counts"][PAST] if one["value"] == PAST_PROMISE)
    return {**shape, "terms": _terms_shape(chosen.picture.county.care), "waits": waits}


def _terms_shape(terms: CareTerms) -> TermsShape:
    return {
        "start_within_hours": terms.start_within.total_seconds() / 3600,
        "runs_for_days": terms.runs_for_days,
        "ending_soon_days": terms.ending_soon_days,
    }


def _waits_shape(chosen: Chosen[Package], limits: SmallNumbers | None) -> WaitsShape:
    if not chosen.count.known:
        return {
            "people": None,
            "median_hours": None,
            "longest_hours": None,
            "breached": None,
            "carer_hours_a_week": None,
            "carer_hours_unknown": None,
        }
    waits = waits_of(chosen.counted)
    few = are_few(chosen.counted, limits)
    unknown = waits.hours_unknown
    return {
        "people": waits.people,
        "median_hours": None if few else _rounded(waits.median),
        "longest_hours": None if few else _rounded(waits.longest),
        "breached": waits.breached,
        "carer_hours_a_week": None if few else _rounded(waits.hours),
        "carer_hours_unknown": unknown if limits is None else seen(unknown, limits).people,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)
