"""The columns of a list of people: one agreement for page, API and exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic

from flowcentre.model import County
from flowcentre.picture.listed import T

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: its name for machines, its heading, and what a person has there. None: not known."""

    id: str
    heading: str
    kind: str  # "text", "number", "date", "moment" or "flag"
    of: Callable[[T, County], Cell]
    shown: Callable[[T], str] | None = None  # on the glass, where a person reads it better otherwise
    unit: str = ""  # of the number as machines have it, where what is shown says its own

    @property
    def heading_with_unit(self) -> str:
        """The heading where the plain number stands beneath it: "Waited, hours"."""
        return f"{self.heading}, {self.unit}" if self.unit else self.heading


def place_words(county: County, place_id: str | None) -> str | None:
    """The name of a place, or its id where it is none of ours."""
    place = county.places.get(place_id) if place_id is not None else None
    return place.label if place is not None else place_id


def rows(items: Iterable[T], county: County, columns: Sequence[Column[T]]) -> Iterator[dict[str, Cell]]:
    """Each person as a row, by the names of the columns."""
    return ({column.id: column.of(item, county) for column in columns} for item in items)
