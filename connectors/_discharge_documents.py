"""The three forms of a discharge list, CSV, XLSX and JSON: told apart by what they hold, and read into the same rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors._discharge_times import list_time
from connectors._personal import Column
from flowcentre.feeds.contract import Document, FeedMalformed, PlaceCodes, RowHeld
from flowcentre.feeds.files import whole_lines
from flowcentre.feeds.http import read_json
from flowcentre.feeds.sheets import sheet_table
from flowcentre.feeds.tables import Row, Table, csv_table
from flowcentre.model import Held

DOCUMENT = ("site_code", "list_time")
PERSON = (
    "ref",
    "ward_code",
    "admitted",
    "discharge_ready",
    "pathway",
    "reason",
    "owner",
    "coordinator",
    "residence",
    "expected_discharge",
    "last_review",
)
DISCHARGED = "discharged"
NHS_NUMBER = "nhs_number"


@dataclass(frozen=True, slots=True)
class Listing:
    """One document: its rows, and the hospitals of which it is the whole list."""

    rows: list[Row | Held]
    at: datetime
    listed: dict[str, int | None]  # by hospital: the source's own count, where it gives one
    columns: list[Column]  # all that came, agreed or not
    departures: bool  # can it say who has left?


@dataclass(frozen=True, slots=True)
class Agreed:
    """What may be read of a row. With ``nhs_numbers`` a number may stand for the ref."""

    nhs_numbers: bool

    @property
    def all(self) -> frozenset[str]:
        """Everything that may be read."""
        return frozenset((*DOCUMENT, *PERSON, DISCHARGED, *([NHS_NUMBER] if self.nhs_numbers else [])))

    def wanted(self, present: Collection[str], of: Collection[str]) -> list[str]:
        """Those of ``of`` that must be there, where ``present`` are."""
        return [name for name in of if name != "ref" or not (self.nhs_numbers and NHS_NUMBER in present)]


def read_listing(document: Document, places: PlaceCodes, agreed: Agreed, *, final_newline: bool) -> Listing | None:
    """The list that a document holds; None where headings stand alone. Raises FeedMalformed."""
    start = document.content[:100].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"PK"):
        # The sheet is known by its other headings where either of ref and nhs_number will do.
        return _of_table(sheet_table(document, agreed.wanted([NHS_NUMBER], (*DOCUMENT, *PERSON))), places, agreed)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise FeedMalformed(f"{document.name}: a workbook of an old kind, or with a password; save it as plain .xlsx")
    if start.startswith((b"{", b"[", b"<")):
        return _of_json(document, places, agreed)
    if final_newline and whole_lines(document)[1]:
        # Not one held row: whoever stood below it would count as departed.
        raise FeedMalformed(f"{document.name}: its last row has no line end; is the list cut off?")
    return _of_table(csv_table(document), places, agreed)


def _of_table(table: Table, places: PlaceCodes, agreed: Agreed) -> Listing | None:
    must = agreed.wanted(table.heading, (*DOCUMENT, *PERSON))
    rows = list(table.rows(places, {*must, *(agreed.all & set(table.heading))}))
    if not rows:
        return None
    listed: dict[str, int | None] = {}
    for row in rows:
        # A row without a code is held, and does not say whose list this is.
        if code := row.text("site_code"):
            listed[_site(row.where, code, places, len(rows))] = None
    at = _list_time(rows[0], len(rows))
    for row in rows:
        if _list_time(row, len(rows)) != at:
            raise FeedMalformed(f"{row.where}: its list_time is not that of row 1; two lists in one?", rows=len(rows))
    columns = [
        Column(f"column {number}", heading, sum(bool(cells[number - 1].strip()) for _, cells in table.lines))
        for number, heading in enumerate(table.heading, start=1)
    ]
    return Listing(list(rows), at, listed, columns, DISCHARGED in table.heading)


def _site(where: str, code: str, places: PlaceCodes, rows: int) -> str:
    site = places.site(code)
    if site is None:
        # Not quoted: in a swapped column a hospital number can look like a site's code.
        raise FeedMalformed(f"{where}: site_code is not a hospital of this feed; another site's list?", rows=rows)
    return site


def _list_time(row: Row, rows: int) -> datetime:
    try:
        return list_time(row)
    except RowHeld as why:
        raise FeedMalformed(f"{row.where}: {why}", rows=rows) from None


# --- JSON -------------------------------------------------------------------------------


def _of_json(document: Document, places: PlaceCodes, agreed: Agreed) -> Listing | None:
    content, name = read_json(document), document.name
    if not isinstance(content, dict):
        raise FeedMalformed(f"{name}: not an object")
    sites = content.get("sites")
    if not isinstance(sites, list):
        raise FeedMalformed(f"{name}: 'sites' is missing or not a list")
    people = [_people(f"{name} sites[{number}]", site) for number, site in enumerate(sites)]
    count = sum(map(len, people))
    at = _list_time(Row(name, _texts({"list_time": content.get("list_time")}), places), count)
    listed: dict[str, int | None] = {}
    rows: list[Row | Held] = []
    for number, persons in enumerate(people):
        where, code = f"{name} sites[{number}]", sites[number].get("site_code")
        site = _site(where, code if isinstance(code, str) else "", places, count)
        if site in listed:
            raise FeedMalformed(f"{where}: a hospital that was there before", rows=count)
        listed[site] = len(persons)
        for at_row, person in enumerate(persons):
            rows.append(_row(f"{where} people[{at_row}]", person, code, site, places, agreed))
    filled = _filled(person for persons in people for person in persons)
    gone = [key for key in agreed.wanted(filled, PERSON) if rows and key not in filled]
    if gone:
        raise FeedMalformed(f"{name}: no row of people has {', '.join(map(repr, gone))}; renamed?", rows=len(rows))
    columns = [Column(f"key {number}", key, count) for number, (key, count) in enumerate(filled.items(), start=1)]
    return Listing(rows, at, listed, columns, DISCHARGED in filled) if listed else None


def _people(where: str, site: object) -> list[object]:
    """The rows of one hospital. Raises FeedMalformed where they are not as many as it says."""
    if not isinstance(site, dict):
        raise FeedMalformed(f"{where}: not an object")
    people, listed = site.get("people"), site.get("listed")
    if not isinstance(people, list):
        raise FeedMalformed(f"{where}: 'people' is missing or not a list")
    if isinstance(listed, bool) or not isinstance(listed, int):
        raise FeedMalformed(f"{where}: 'listed' is missing or not a whole number", rows=len(people))
    if listed != len(people):
        raise FeedMalformed(f"{where}: lists {listed}, holds {len(people)}; cut off?", rows=max(listed, len(people)))
    return people


def _filled(people: Iterator[object]) -> dict[str, int]:
    """Every key of a person, in the order in which they came, and how many rows have something under it."""
    filled: dict[str, int] = {}
    for person in people:
        for key, said in person.items() if isinstance(person, dict) else ():
            filled[key] = filled.get(key, 0) + (said is not None and said != "")
    return filled


def _row(where: str, person: object, code: str, site: str, places: PlaceCodes, agreed: Agreed) -> Row | Held:
    """A person's agreed keys as the cells of a row; held where one is missing or no text."""
    if not isinstance(person, dict):
        return Held(where, "is not an object", site)
    for key in agreed.wanted(person, PERSON):
        if key not in person:
            return Held(where, f"{key} is missing", site)
    cells = {key: person[key] for key in (*PERSON, DISCHARGED, NHS_NUMBER) if key in person and key in agreed.all}
    for key, said in cells.items():
        if isinstance(said, bool) or not isinstance(said, str | int | None):
            return Held(where, f"{key} is neither text nor a whole number", site)
    return Row(where, _texts(cells) | {"site_code": code}, places)


def _texts(cells: dict[str, object]) -> dict[str, str]:
    return {key: "" if said is None else str(said) for key, said in cells.items()}
