"""Capacity that somebody types in, for a service without a system: the form's own document, in the words of the files."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field, field_validator

from connectors._capacity import FIGURES, REPORTED, SERVICES, Service, readings_of, service_name
from flowcentre.feeds.contract import (
    TO_BE_SURE,
    Bookmark,
    Connector,
    Document,
    FeedMalformed,
    FeedSettings,
    Payload,
    RowHeld,
    in_figures,
)
from flowcentre.feeds.http import read_json
from flowcentre.feeds.tables import Row, facts_of
from flowcentre.measures import ALL
from flowcentre.model import MOST_DIGITS, AskedFigure, AskedService, Fact, Reading

_MOST_ROWS = 20


class TypedInSettings(FeedSettings):
    """Which services may be typed in."""

    services: tuple[str, ...] = Field(
        default=tuple(SERVICES), description=f"services = [...], of {', '.join(map(repr, SERVICES))}"
    )

    @field_validator("services")
    @classmethod
    def _agreed(cls, services: tuple[str, ...]) -> tuple[str, ...]:
        if not services or not set(services) <= set(SERVICES):
            raise ValueError("not every one of these services is agreed")
        return services


class TypedIn(Connector):
    """One form a document, one row a service of its place. A form without all the figures that it asks for is refused."""

    provides: ClassVar = REPORTED
    polled: ClassVar = False
    Settings: ClassVar = TypedInSettings
    settings: TypedInSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        return Payload((), since)  # nobody is asked: people come by themselves

    def asks(self, place: str) -> tuple[AskedService, ...]:
        """What may be typed for a place: the services of its kind, what is in use first, for that changes most."""
        kind, asked = self.places.kind(place), []
        for name in self.settings.services:
            service = SERVICES[name]
            measures = {
                column: measure
                for column, measure in service.measures.items()
                if kind in ALL[measure].reported_by and not _follows(column, service)
            }
            if measures:
                columns = sorted(measures, key=lambda column: (column != "used", FIGURES.index(column)))
                figures = tuple(AskedFigure(column, measures[column], service.whole) for column in columns)
                asked.append(AskedService(name, figures))
        return tuple(asked)

    def parse(self, document: Document) -> Iterator[Fact]:
        content = read_json(document)
        if not isinstance(content, dict):
            raise FeedMalformed(f"{document.name}: not an object")
        listed, as_at = content.get("rows"), content.get("as_at")
        if not isinstance(listed, list) or not listed or len(listed) > _MOST_ROWS:
            raise FeedMalformed(f"{document.name}: 'rows' is missing, empty or no list of {_MOST_ROWS} at most")
        if not isinstance(as_at, str):
            raise FeedMalformed(f"{document.name}: 'as_at' is missing or not text", rows=len(listed))
        sure = content.get("sure") is True
        rows = [self._row(document, number, cells, as_at) for number, cells in enumerate(listed, start=1)]
        names = [(row.text("place_code"), row.text("service")) for row in rows]

        def readings(row: Row) -> Iterator[Reading]:
            if names.count((row.text("place_code"), row.text("service"))) > 1:
                raise RowHeld("is one of several rows for its place and service")
            yield from self._readings(row, sure)

        yield from facts_of(rows, readings, place=lambda row: self.places.find(row.text("place_code")))

    def _row(self, document: Document, number: int, cells: object, as_at: str) -> Row:
        """A row of the form; keys that were not agreed are not read. Raises FeedMalformed."""
        where = f"{document.name} row {number}"
        if not isinstance(cells, dict):
            raise FeedMalformed(f"{where}: not an object")
        for key in ("place_code", "service"):
            if not isinstance(cells.get(key), str):
                raise FeedMalformed(f"{where}: {key!r} is missing or not text")
        given = {key: cell for key, cell in cells.items() if key in ("place_code", "service", *FIGURES)}
        if not all(isinstance(cell, str) for cell in given.values()):
            raise FeedMalformed(f"{where}: a figure is not text, as it was typed")
        place = self.places.find(given["place_code"])
        for service in self.asks(place) if place is not None else ():
            if service.name == given["service"]:
                missing = [figure.column for figure in service.figures if figure.column not in given]
                if missing:
                    raise FeedMalformed(f"{where}: no {', '.join(map(repr, missing))}; another form?")
        return Row(where, given | {"as_at": as_at}, self.places)

    def _readings(self, row: Row, sure: bool) -> Iterator[Reading]:
        place, name = row.place("place_code"), service_name(row)
        asked = next((service for service in self.asks(place) if service.name == name), None)
        if asked is None:
            raise RowHeld(f"{name} is not typed in for this place")
        for figure in asked.figures:
            if len(row.text(figure.column)) > MOST_DIGITS:
                raise RowHeld(f"{figure.column} is too long for a figure")
        service = SERVICES[name]
        # What follows is said to be not given, so that what a file said of it before counts no longer.
        measures = {figure.measure for figure in asked.figures} | {
            measure for column, measure in service.measures.items() if _follows(column, service)
        }
        found = [reading for reading in readings_of(row) if reading.measure in measures]
        if not sure:
            _ask_whether_swapped(service, {reading.measure: reading.value for reading in found})
        yield from found


def _follows(column: str, service: Service) -> bool:
    """Need a figure not be typed, for it follows from two others?"""
    return column == "free" and _whole(service) is not None and "used" in service.measures


def _whole(service: Service) -> str | None:
    """The measure of all that a service could give."""
    free = ALL.get(service.measures.get("free", ""))
    if free is not None and free.formula is not None:
        return free.formula.plus[0]
    return service.measures.get("staffed")


def _ask_whether_swapped(service: Service, values: Mapping[str, float | None]) -> None:
    """More used than there is happens; from two thumbs it is more often two fields mistaken for each other."""
    whole = _whole(service)
    used, of = values.get(service.measures.get("used", "")), values.get(whole or "")
    if used is not None and of is not None and used > of:
        raise RowHeld(f"{TO_BE_SURE}more is used than there is, {in_figures(used)} of {in_figures(of)}")
