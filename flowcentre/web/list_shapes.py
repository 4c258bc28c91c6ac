"""A list of people as the JSON API gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from flowcentre.model import SmallNumbers
from flowcentre.picture.list_small import hide_small
from flowcentre.picture.list_sums import Count
from flowcentre.picture.list_table import Cell, rows
from flowcentre.picture.listed import Chosen, T
from flowcentre.web.list_told import Told
from flowcentre.web.shapes import ValueShape
from flowcentre.web.shaping import value_shape


class CountShape(TypedDict):
    """How many of the people chosen have a value of a facet."""

    value: Annotated[str, Field(description="as it stands in an address")]
    label: str
    count: Annotated[int | None, Field(description="null: not known, its list is silent; or `hidden`")]
    hidden: Annotated[bool, Field(description="too small to be shown to whoever asks, or would give such a count away")]
    within: Annotated[str | None, Field(description="of a reason its family, of a ward its hospital")]


class ColumnShape(TypedDict):
    """A column of the list of people."""

    id: str
    heading: str
    kind: Annotated[str, Field(description="text, number, date, moment or flag")]


class PeopleShape(TypedDict):
    """People in the order of the list; of lists that are too old as well, which say so and are in no count."""

    total: Annotated[int, Field(description="how many rows whoever asks may see")]
    offset: int
    limit: int
    columns: list[ColumnShape]
    rows: Annotated[
        list[dict[str, str | int | float | bool | date | datetime | None]],
        Field(description="by the ids of the columns"),
    ]


class HidingShape(TypedDict):
    """Which counts are hidden from whoever asks: those from 1 to one number; the others are rounded to the nearest of another."""

    hide_to: int
    round_to: int


class ListShape(TypedDict):
    """The people whom an address chooses, and their counts."""

    version: Annotated[int, Field(description="of the store: it goes up with every poll")]
    at: datetime
    looks_back: Annotated[bool, Field(description="`at` was asked for: this is no present")]
    county: str
    demonstration: Annotated[bool, Field(description="true: every figure is invented")]
    filters: Annotated[
        dict[str, list[str]],
        Field(description="as they were understood, with what is implied; what means nothing is absent"),
    ]
    query: Annotated[str, Field(description="what was asked for, as it stands in an address")]
    whose: Annotated[
        str | None,
        Field(
            description="whose rows are counted and given, in words, where whoever asks may see a part; null: everybody's"
        ),
    ]
    count: ValueShape
    counts: Annotated[
        dict[str, list[CountShape]],
        Field(description="by each facet; those of a facet add up to `count`, except of `past`, which overlap"),
    ]
    small_numbers: Annotated[
        HidingShape | None,
        Field(description="what is hidden and rounded here, for those who may see no rows; null: all is as it is"),
    ]
    people: PeopleShape | None


def list_shape(
    chosen: Chosen[T],
    counts: Mapping[str, Sequence[Count]],
    *,
    looks_back: bool,
    people: PeopleShape | None,
    limits: SmallNumbers | None,
    whose: str,
) -> ListShape:
    """What is answered of every list; with small numbers hidden where ``limits`` says which, but for the total of the place."""
    picture, count = chosen.picture, chosen.count
    if limits is not None:
        number = None if count.value is None else round(count.value)
        counts = hide_small(chosen.subject, counts, number, limits, total_known=True)
    return {
        "version": picture.version,
        "at": picture.at,
        "looks_back": looks_back,
        "county": picture.county.name,
        "demonstration": picture.county.demonstration,
        "filters": {facet: sorted(values) for facet, values in chosen.filters.in_force.items()},
        "query": chosen.filters.query,
        "whose": whose or None,
        "count": value_shape(count),
        "counts": {facet: [count_shape(one) for one in listed] for facet, listed in counts.items()},
        "small_numbers": None if limits is None else {"hide_to": limits.hide_to, "round_to": limits.round_to},
        "people": people,
    }


def count_shape(count: Count) -> CountShape:
    """A count."""
    return {
        "value": count.value,
        "label": count.label,
        "count": count.people,
        "hidden": count.hidden,
        "within": count.within,
    }


def people_shape(told: Told[T], chosen: Chosen[T], *, limit: int, offset: int) -> PeopleShape:
    """So many of the people, from one of them on."""
    page = page_of(chosen.people, limit=limit, offset=offset)
    return {
        "total": len(chosen.people),
        "offset": offset,
        "limit": limit,
        "columns": [
            {"id": column.id, "heading": column.heading_with_unit, "kind": column.kind} for column in told.columns
        ],
        "rows": [
            {name: _in_utc(cell) for name, cell in row.items()}
            for row in rows(page, chosen.picture.county, told.columns)
        ],
    }


def page_of(people: Sequence[T], *, limit: int, offset: int) -> Iterator[T]:
    """So many of them, from one of them on."""
    return islice(people, offset, offset + limit)


def _in_utc(cell: Cell) -> Cell:
    return cell.astimezone(UTC) if isinstance(cell, datetime) else cell
