"""Community capacity: beds, virtual wards, care homes, home care and reablement; a CSV a service in a drop folder."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from connectors._capacity import FIGURES, REPORTED, as_at_of, readings_of, service_name
from flowcentre.feeds.contract import Bookmark, Connector, Document, FeedMalformed, Payload, RowHeld
from flowcentre.feeds.files import DropFolderSettings, read_new_files, whole_lines
from flowcentre.feeds.tables import Row, csv_rows, facts_of
from flowcentre.model import Fact, Held, Reading


class CommunityCapacitySettings(DropFolderSettings):
    """Where a service drops its capacity."""

    final_newline: bool = True  # False: the files never end with a line end, so a cut last cell is not found out


class CommunityCapacityCsv(Connector):
    """One row a place and service. A file without one place of this feed is refused; an unknown place holds its row."""

    provides: ClassVar = REPORTED
    Settings: ClassVar = CommunityCapacitySettings
    settings: CommunityCapacitySettings

    def fetch(self, since: Bookmark | None) -> Payload:
        return read_new_files(self.settings, since)

    def parse(self, document: Document) -> Iterator[Fact]:
        cut: tuple[Held, ...] = ()
        if self.settings.final_newline:
            document, cut = whole_lines(document)
        rows = list(csv_rows(document, self.places, ("place_code", "service", "as_at", *FIGURES)))
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
            yield from readings_of(row)

        yield from facts_of(rows, readings, place=lambda row: self.places.find(row.text("place_code")))
        yield from cut


def _what_and_when(row: Row) -> tuple[str, str, datetime] | None:
    try:
        return row.place("place_code"), service_name(row), as_at_of(row)
    except RowHeld:
        return None
