"""Delayed discharges as the JSON API gives them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from flowcentre.picture.delay_sums import Count, Left, counts_by_facet, days_of, left_today, those_counted
from flowcentre.picture.delay_table import COLUMNS, Cell, rows
from flowcentre.picture.delays import Chosen
from flowcentre.web.shapes import CoverageShape, ValueShape
from flowcentre.web.shaping import coverage_shape, value_shape


class CountShape(TypedDict):
    """How many of the people chosen have a value of a facet."""

    value: Annotated[str, Field(description="as it stands in an address")]
    label: str
    count: Annotated[int | None, Field(description="null: not known, its list is silent")]
    within: Annotated[str | None, Field(description="of a reason its family, of a ward its hospital")]


class DaysShape(TypedDict):
    """Days since the discharge ready date, of the people counted. null: not known, or nobody has any."""

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


class ColumnShape(TypedDict):
    """A column of the list of people."""

    id: str
    heading: str
    kind: Annotated[str, Field(description="text, number, date, moment or flag")]


class PeopleShape(TypedDict):
    """People, longest first; of lists that are too old as well, which say so and are in no count."""

    total: Annotated[int, Field(description="how many rows there are in all")]
    offset: int
    limit: int
    columns: list[ColumnShape]
    rows: Annotated[
        list[dict[str, str | int | bool | date | datetime | None]], Field(description="by the ids of the columns")
    ]


class DelaysShape(TypedDict):
    """The people with no criteria to reside whom an address chooses, and their counts."""

    version: Annotated[int, Field(description="of the store: it goes up with every poll")]
    at: datetime
    looks_back: Annotated[bool, Field(description="`at` was asked for: this is no present")]
    county: str
    demonstration: Annotated[bool, Field(description="true: every figure is invented")]
    filters: Annotated[dict[str, list[str]], Field(description="as they were understood; what means nothing is absent")]
    query: Annotated[str, Field(description="the same as they stand in an address")]
    count: ValueShape
    counts: Annotated[
        dict[str, list[CountShape]],
        Field(description="by each facet; those of a facet add up to `count`, except of `past`, which overlap"),
    ]
    days: DaysShape
    discharged: LeftShape
    expected_today: int | None
    expected_tomorrow: int | None
    people: PeopleShape | None


def delays_shape(chosen: Chosen, *, looks_back: bool, people: PeopleShape | None) -> DelaysShape:
    """Everything that is answered about the people chosen."""
    picture, counts = chosen.picture, counts_by_facet(chosen)
    expected = {one.value: one.people for one in counts.pop("expected")}
    return {
        "version": picture.version,
        "at": picture.at,
        "looks_back": looks_back,
        "county": picture.county.name,
        "demonstration": picture.county.demonstration,
        "filters": {facet: sorted(values) for facet, values in chosen.filters.chosen.items()},
        "query": chosen.filters.query,
        "count": value_shape(chosen.count),
        "counts": {facet: [count_shape(one) for one in listed] for facet, listed in counts.items()},
        "days": days_shape(chosen),
        "discharged": left_shape(left_today(chosen)),
        "expected_today": expected["today"],
        "expected_tomorrow": expected["tomorrow"],
        "people": people,
    }


def count_shape(count: Count) -> CountShape:
    """A count."""
    return {"value": count.value, "label": count.label, "count": count.people, "within": count.within}


def days_shape(chosen: Chosen) -> DaysShape:
    """The days of the people counted."""
    people = those_counted(chosen)
    if people is None:
        return {"bed_days_lost": None, "longest": None, "median": None, "ninetieth_centile": None}
    days = days_of(people)
    return {
        "bed_days_lost": days.lost,
        "longest": days.longest,
        "median": days.median,
        "ninetieth_centile": days.ninetieth,
    }


def left_shape(left: Left) -> LeftShape:
    """Who left today."""
    return {
        "today": left.today,
        "by_1200": left.by_1200,
        "by_1700": left.by_1700,
        "coverage": coverage_shape(left.coverage),
        "at_least": left.at_least,
    }


def people_shape(chosen: Chosen, *, limit: int, offset: int) -> PeopleShape:
    """So many of the people, from one of them on."""
    page = islice(chosen.delays, offset, offset + limit)
    return {
        "total": len(chosen.delays),
        "offset": offset,
        "limit": limit,
        "columns": [{"id": column.id, "heading": column.heading, "kind": column.kind} for column in COLUMNS],
        "rows": [{name: _in_utc(cell) for name, cell in row.items()} for row in rows(page, chosen.picture.county)],
    }


def _in_utc(cell: Cell) -> Cell:
    return cell.astimezone(UTC) if isinstance(cell, datetime) else cell
