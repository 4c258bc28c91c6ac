"""Acute bed state: a trust's hourly CSV in a drop folder, ward by ward."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from flowcentre.feeds.contract import Bookmark, Connector, Document, FeedMalformed, Payload, RowHeld
from flowcentre.feeds.files import DropFolderSettings, read_new_files, whole_lines
from flowcentre.feeds.tables import Row, csv_rows, facts_of
from flowcentre.model import Fact, Held, Reading

_CLOSED = {
    "closed_infection": "beds_closed_infection",
    "closed_staffing": "beds_closed_staffing",
    "closed_estates": "beds_closed_estates",
    "closed_other": "beds_closed_other",
}
_GENERAL_ACUTE = {
    "core_open": "ga_beds_core_open",
    "escalation_open": "ga_beds_escalation_open",
    "occupied": "ga_beds_occupied",
    "no_criteria_to_reside": "nctr_now",
    "admissions_since_midnight": "admissions_today",
    "discharges_since_midnight": "discharges_today",
} | _CLOSED
_CODES = ("site_code", "ward_code", "census_time", "bed_type")


class BedStateSettings(DropFolderSettings):
    """Where a trust drops its bed state."""

    final_newline: bool = True  # False: the files never end with a line end, so a cut last cell is not found out


class BedStateCsv(Connector):
    """One row a ward. A site that is not this feed's refuses the file; a ward unknown there holds its row."""

    provides: ClassVar = (*_GENERAL_ACUTE.values(), "cc_beds_open", "cc_beds_occupied")
    Settings: ClassVar = BedStateSettings
    settings: BedStateSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        return read_new_files(self.settings, since)

    def parse(self, document: Document) -> Iterator[Fact]:
        cut: tuple[Held, ...] = ()
        if self.settings.final_newline:
            document, cut = whole_lines(document)
        rows = list(csv_rows(document, self.places, (*_CODES, *_GENERAL_ACUTE)))
        self._refuse_another_site(rows)
        said = Counter(key for row in rows if (key := _ward_and_moment(row)) is not None)

        def readings(row: Row) -> Iterator[Reading]:
            # One of the two is wrong, or they are halves: neither alone nor their sum can be believed.
            key = _ward_and_moment(row)
            if key is not None and said[key] > 1:
                raise RowHeld(f"is one of {said[key]} rows for its ward at one moment")
            yield from _readings(row)

        yield from facts_of(rows, readings, place=self._place_of)
        yield from cut

    def _place_of(self, row: Row) -> str | None:
        """The ward, or its site where the ward is not known."""
        site = self.places.find(row.text("site_code"))
        return site and (self.places.find(row.text("ward_code"), within=site) or site)

    def _refuse_another_site(self, rows: list[Row]) -> None:
        for row in rows:
            code = row.text("site_code")
            if code and self.places.find(code) is None:
                # Not quoted: in a swapped column a hospital number can look like a site's code.
                raise FeedMalformed(
                    f"{row.where}: site_code is not a place of this feed; another site's file?", rows=len(rows)
                )


def _ward_and_moment(row: Row) -> tuple[str, datetime] | None:
    try:
        return row.place("site_code", "ward_code"), _census(row)
    except RowHeld:
        return None


def _census(row: Row) -> datetime:
    try:
        return row.moment("census_time")
    except OverflowError:  # the year 1 or 9999 with an offset
        raise RowHeld("census_time is not a time") from None


def _readings(row: Row) -> Iterator[Reading]:
    ward, at = row.place("site_code", "ward_code"), _census(row)
    counts = {column: row.count(column) for column in _GENERAL_ACUTE}
    match row.text("bed_type").casefold():
        case "general_acute":
            remaining, occupied = counts["no_criteria_to_reside"], counts["occupied"]
            if remaining is not None and occupied is not None and remaining > occupied:
                raise RowHeld("no_criteria_to_reside is more than occupied; are columns swapped?")
            for column, measure in _GENERAL_ACUTE.items():
                yield Reading(measure, ward, counts[column], at)
        case "critical_care":
            core, escalation = counts["core_open"], counts["escalation_open"]
            beds_open = core + escalation if core is not None and escalation is not None else None
            yield Reading("cc_beds_open", ward, beds_open, at)
            yield Reading("cc_beds_occupied", ward, counts["occupied"], at)
            for column, measure in _CLOSED.items():
                yield Reading(measure, ward, counts[column], at)
        case _:
            raise RowHeld("bed_type is neither general_acute nor critical_care")
