"""Community capacity as services give it, in files and on forms: their agreed names, and which measure each column is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from flowcentre.feeds.contract import RowHeld
from flowcentre.feeds.tables import Row
from flowcentre.model import Reading

FIGURES = (
    "commissioned",
    "staffed",
    "used",
    "free",
    "closed",
    "reserved",
    "accepting",
    "two_carers_free",
)
# A part and its whole. More used than staffed is life, and is believed.
_WITHIN = (
    ("free", "staffed"),
    ("reserved", "staffed"),
    ("accepting", "staffed"),
    ("closed", "commissioned"),
    ("two_carers_free", "free"),
    ("two_carers_free", "staffed"),
)


@dataclass(frozen=True, slots=True)
class Service:
    """Which measure each column of a service is, and whether it counts whole things."""

    measures: dict[str, str]
    whole: bool = True  # beds and people; hours may be halves


def _service(stem: str, *besides: str, bought: bool = False, whole: bool = True) -> Service:
    """``besides`` are the columns that it has beyond staffed, used and free; what is ``bought`` could be given."""
    called = {"commissioned": "capacity"} if bought else {"staffed": "capacity"}
    columns = {"staffed", "used", "free", *besides}
    return Service({column: f"{stem}_{called.get(column, column)}" for column in FIGURES if column in columns}, whole)


SERVICES = {
    "community hospital beds": _service("community_beds", "commissioned", "closed"),
    "recovery beds": _service("recovery_beds", "commissioned", "closed"),
    "virtual ward": _service("virtual_ward", "commissioned", "closed"),
    "care home beds": Service(
        {
            "staffed": "care_home_beds",  # the maximum
            "used": "care_home_occupied",
            "reserved": "care_home_reserved",
            "accepting": "care_home_accepting",
        }
    ),
    "home care hours": _service(
        "home_care_hours", "commissioned", "closed", "two_carers_free", bought=True, whole=False
    ),
    "reablement hours": _service("reablement_hours", "commissioned", "closed", "two_carers_free", whole=False),
    "therapy": _service("therapy_places"),
    "extra care": _service("extra_care"),
    "voluntary sector": _service("voluntary"),
}
REPORTED = tuple(measure for service in SERVICES.values() for measure in service.measures.values())


def service_name(row: Row) -> str:
    """The service of a row, by its agreed name. Raises RowHeld."""
    name = " ".join(row.text("service").casefold().split())
    if name not in SERVICES:
        raise RowHeld("service is not one that is agreed")
    return name


def as_at_of(row: Row) -> datetime:
    """The moment of which a row speaks. Raises RowHeld."""
    try:
        return row.moment("as_at")
    except OverflowError:  # the year 1 or 9999 with an offset
        raise RowHeld("as_at is not a time") from None


def _hours(row: Row, column: str) -> float | None:
    value = row.number(column)
    if value is not None and value < 0:
        raise RowHeld(f"{column} is below zero")
    return value


def readings_of(row: Row) -> Iterator[Reading]:
    """What a row says of its place; of a column that it has not, it says nothing.

    Raises RowHeld where one figure cannot be: a row is believed whole or not at all.
    """
    place, at, name = row.place("place_code"), as_at_of(row), service_name(row)
    service = SERVICES[name]
    figures = {column: row.count(column) if service.whole else _hours(row, column) for column in FIGURES}
    for column, value in figures.items():
        if column not in service.measures and value:
            # Suppliers fill what does not apply with 0 or nothing; a figure there is another column's.
            raise RowHeld(f"{column} is given, and {name} has none; are columns swapped?")
    _hold_what_cannot_be(figures)
    for column, measure in service.measures.items():
        yield Reading(measure, place, figures[column], at)


def _hold_what_cannot_be(figures: Mapping[str, float | None]) -> None:
    for part, whole in _WITHIN:
        said, of = figures[part], figures[whole]
        if said is not None and of is not None and said > of:
            raise RowHeld(f"{part} is more than {whole}; are columns swapped?")
