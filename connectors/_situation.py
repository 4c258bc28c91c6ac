"""An organisation's own situation report: a CSV in a drop folder, one row a place, with the columns that were agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from flowcentre.feeds.contract import Document, FeedMalformed, PlaceCodes, RowHeld
from flowcentre.feeds.files import DropFolderSettings, whole_lines
from flowcentre.feeds.tables import Row, csv_rows, facts_of
from flowcentre.model import Fact, Held, PlaceKind, Reading

PLACE, MOMENT = "place_code", "as_at"


class SituationSettings(DropFolderSettings):
    """Where an organisation drops its situation reports."""

    final_newline: bool = True  # False: the files never end with a line end, so a cut last cell is not found out


@dataclass(frozen=True, slots=True)
class Report:
    """A kind of situation report: whose it is, and which measure each column is."""

    kind: PlaceKind
    measures: Mapping[str, str]
    within: tuple[tuple[str, str], ...] = ()  # a part and its whole: more in the part cannot be
    lengths: frozenset[str] = frozenset()  # columns of minutes, which need not be whole; the others are counts

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a file must have."""
        return (PLACE, MOMENT, *self.measures)

    def facts(self, document: Document, places: PlaceCodes, *, final_newline: bool) -> Iterator[Fact]:
        """What a file says. Raises FeedMalformed for one without a single place of this feed.

        A row that cannot be is held whole: a place that is unknown or of another kind, no time, a part that is more than its
        whole, and both of two rows for one place at one moment.
        """
        cut: tuple[Held, ...] = ()
        if final_newline:
            document, cut = whole_lines(document)
        rows = list(csv_rows(document, places, self.columns))
        if rows and all(places.find(row.text(PLACE)) is None for row in rows):
            raise FeedMalformed(
                f"{document.name}: not one of its {len(rows)} rows is of a place of this feed; another organisation's file?",
                rows=len(rows),
            )
        said = Counter(key for row in rows if (key := _where_and_when(row)) is not None)

        def readings(row: Row) -> Iterator[Reading]:
            key = _where_and_when(row)
            if key is not None and said[key] > 1:
                raise RowHeld(f"is one of {said[key]} rows for its place at one moment")
            yield from self._readings(row)

        yield from facts_of(rows, readings, place=lambda row: places.find(row.text(PLACE)))
        yield from cut

    def _readings(self, row: Row) -> Iterator[Reading]:
        place, at = row.place(PLACE), _as_at(row)
        if row.places.kind(place) is not self.kind:
            raise RowHeld(f"{PLACE} is a place of another kind than {self.kind}")
        figures = {column: self._figure(row, column) for column in self.measures}
        for part, whole in self.within:
            some, every = figures[part], figures[whole]
            if some is not None and every is not None and some > every:
                raise RowHeld(f"{part} is more than {whole}; are columns swapped?")
        for column, measure in self.measures.items():
            yield Reading(measure, place, figures[column], at)

    def _figure(self, row: Row, column: str) -> float | None:
        if column not in self.lengths:
            return row.count(column)
        value = row.number(column)
        if value is not None and value < 0:
            raise RowHeld(f"{column} is below zero")
        return value


def _as_at(row: Row) -> datetime:
    try:
        return row.moment(MOMENT)
    except OverflowError:  # the year 1 or 9999 with an offset
        raise RowHeld(f"{MOMENT} is not a time") from None


def _where_and_when(row: Row) -> tuple[str, datetime] | None:
    try:
        return row.place(PLACE), _as_at(row)
    except RowHeld:
        return None
