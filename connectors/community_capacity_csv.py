"""Community capacity: beds, virtual wards, care homes, home care and reablement; a CSV a service in a drop folder."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import ClassVar

from flowcentre.feeds.contract import Bookmark, Connector, Document, FeedMalformed, Payload, RowHeld
from flowcentre.feeds.files import DropFolderSettings, read_new_files, whole_lines
from flowcentre.feeds.tables import Row, csv_rows, facts_of
from flowcentre.model import Fact, Held, Reading

_FIGURES = ("capacity", "used", "closed", "reserved", "accepting")


@dataclass(frozen=True, slots=True)
class _Service:
    """Which measure each column of a service is, and whether it counts whole things."""

    measures: dict[str, str]
    whole: bool = True  # beds and people; hours may be halves


def _service(stem: str, *, closed: bool = False, whole: bool = True) -> _Service:
    measures = {"capacity": f"{stem}_capacity", "used": f"{stem}_used"}
    return _Service(measures | ({"closed": f"{stem}_closed"} if closed else {}), whole)


_SERVICES = {
    "community hospital beds": _service("community_beds", closed=True),
    "recovery beds": _service("recovery_beds", closed=True),
    "virtual ward": _service("virtual_ward"),
    "care home beds": _Service(
        {
            "capacity": "care_home_beds",
            "used": "care_home_occupied",
            "reserved": "care_home_reserved",
            "accepting": "care_home_accepting",
        }
    ),
    "home care hours": _service("home_care_hours", whole=False),
    "reablement hours": _service("reablement_hours", whole=False),
}


class CommunityCapacitySettings(DropFolderSettings):
    """Where a service drops its capacity."""

    final_newline: bool = True  # False: the files never end with a line end, so a cut last cell is not found out


class CommunityCapacityCsv(Connector):
    """One row a place and service. A file without one place of this feed is refused; an unknown place holds its row."""

    provides: ClassVar = tuple(measure for service in _SERVICES.values() for measure in service.measures.values())
    Settings: ClassVar = CommunityCapacitySettings
    settings: CommunityCapacitySettings

    def fetch(self, since: Bookmark | None) -> Payload:
        return read_new_files(self.settings, since)

    def parse(self, document: Document) -> Iterator[Fact]:
        cut: tuple[Held, ...] = ()
        if self.settings.final_newline:
            document, cut = whole_lines(document)
        rows = list(csv_rows(document, self.places, ("place_code", "service", "as_at", *_FIGURES)))
        if rows and all(self.places.find(row.text("place_code")) is None for row in rows):
            raise FeedMalformed(
                f"{document.name}: not one of its {len(rows)} rows is of a place of this feed; another service's file?",
                rows=len(rows),
            )
        said = Counter(key for row in rows if (key := _what_and_when(row)) is not None)

        def readings(row: Row) -> Iterator[Reading]:
            key = _what_and_when(row)
            if key is not None and said[key] > 1:
                raise RowHeld(f"is one of {said[key]} rows for its place and service at one moment")
            yield from _readings(row)

        yield from facts_of(rows, readings, place=lambda row: self.places.find(row.text("place_code")))
        yield from cut


def _what_and_when(row: Row) -> tuple[str, str, datetime] | None:
    try:
        return row.place("place_code"), _service_name(row), _as_at(row)
    except RowHeld:
        return None


def _service_name(row: Row) -> str:
    name = " ".join(row.text("service").casefold().split())
    if name not in _SERVICES:
        raise RowHeld("service is not one that is agreed")
    return name


def _as_at(row: Row) -> datetime:
    try:
        return row.moment("as_at")
    except OverflowError:  # the year 1 or 9999 with an offset
        raise RowHeld("as_at is not a time") from None


def _hours(row: Row, column: str) -> float | None:
    value = row.number(column)
    if value is not None and (value < 0 or not isfinite(value)):
        raise RowHeld(f"{column} is not a number of hours")
    return value


def _readings(row: Row) -> Iterator[Reading]:
    place, at, name = row.place("place_code"), _as_at(row), _service_name(row)
    service = _SERVICES[name]
    for column in _FIGURES:
        value = row.count(column) if service.whole else _hours(row, column)
        if column in service.measures:
            yield Reading(service.measures[column], place, value, at)
        elif value:
            # Suppliers fill what does not apply with 0 or nothing; a figure there is another column's.
            raise RowHeld(f"{column} is given, and {name} has none; are columns swapped?")
