"""Documents of whole lists, CSV, XLSX or JSON: told apart by what they hold, and read into the same rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from connectors._list_times import LIST_TIME, list_time
from connectors._personal import Column, columns_of
from flowcentre.feeds.contract import Document, FeedMalformed, PlaceCodes, RowHeld
from flowcentre.feeds.files import whole_lines
from flowcentre.feeds.http import read_json
from flowcentre.feeds.sheets import sheet_table
from flowcentre.feeds.tables import Row, Table, csv_table
from flowcentre.model import Held

NHS_NUMBER = "nhs_number"


@dataclass(frozen=True, slots=True)
class Layout:
    """What was agreed of a document: whose lists it holds, and what each row of them says.

    In JSON the lists stand under ``lists``, and the rows of each under ``rows`` beside their number, ``listed``.
    """

    place: str  # the column that says whose list a row is on
    find: Callable[[PlaceCodes, str], str | None]  # whose list a code means
    noun: str  # what ``place`` is, "hospital"
    another: str  # what a document of other places may be, "another site's list"
    required: tuple[str, ...]  # of each row: there, though its cell may be blank
    optional: tuple[str, ...] = ()
    lists: str = ""  # "": no JSON was agreed
    rows: str = ""
    fractions: frozenset[str] = frozenset()  # where a JSON number need not be whole
    flags: frozenset[str] = frozenset()  # where JSON may say true and false
    whose: str = ""  # the column for which an NHS number may stand
    nhs_numbers: bool = False  # and does it?
    strays: bool = False  # rows of no place that is known are held, and do not refuse the document

    @property
    def agreed(self) -> frozenset[str]:
        """Everything that may be read."""
        return frozenset((self.place, LIST_TIME, *self.of_a_row))

    @property
    def of_a_row(self) -> tuple[str, ...]:
        """What may be read of one row."""
        return (*self.required, *self.optional, *((NHS_NUMBER,) if self.nhs_numbers else ()))

    def with_nhs_numbers(self) -> Layout:
        """The same, where a number may stand for ``whose``."""
        return replace(self, nhs_numbers=True)

    def wanted(self, present: Collection[str]) -> list[str]:
        """What each row must have, where ``present`` are there."""
        instead = self.nhs_numbers and NHS_NUMBER in present
        return [name for name in self.required if name != self.whose or not instead]

    def headings(self, present: Collection[str]) -> list[str]:
        """What a table must have."""
        return [self.place, LIST_TIME, *self.wanted(present)]


@dataclass(frozen=True, slots=True)
class Listing:
    """One document: its rows, and the places of which it is the whole list."""

    rows: list[Row | Held]
    at: datetime
    listed: dict[str, int | None]  # by place: the source's own count, where it gives one
    columns: list[Column] = field(default_factory=list)  # all that came, agreed or not

    def has(self, heading: str) -> bool:
        """Did a column come?"""
        return any(column.heading == heading for column in self.columns)


def read_listing(document: Document, places: PlaceCodes, layout: Layout, *, final_newline: bool) -> Listing | None:
    """The lists that a document holds; None where headings stand alone. Raises FeedMalformed."""
    start = document.content[:100].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"PK"):
        # The sheet is known by its other headings where either of two will do.
        return _of_table(sheet_table(document, layout.headings([NHS_NUMBER])), places, layout)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise FeedMalformed(f"{document.name}: a workbook of an old kind, or with a password; save it as plain .xlsx")
    if layout.lists and start.startswith((b"{", b"[", b"<")):
        return _of_json(document, places, layout)
    if final_newline and whole_lines(document)[1]:
        # Not one held row: whoever stood below it would count as departed.
        raise FeedMalformed(f"{document.name}: its last row has no line end; is the list cut off?")
    return _of_table(csv_table(document), places, layout)


def _of_table(table: Table, places: PlaceCodes, layout: Layout) -> Listing | None:
    rows = list(table.rows(places, {*layout.headings(table.heading), *(layout.agreed & set(table.heading))}))
    if not rows:
        return None
    listed: dict[str, int | None] = {}
    known = 0
    for row in rows:
        # A row without a code is held, and does not say whose list this is.
        if (code := row.text(layout.place)) and (place := _whose(row.where, code, places, layout, len(rows))):
            listed[place] = None
            known += 1
    _refuse_strays(table.name, known, len(rows), layout)
    at = one_moment(rows, LIST_TIME, "two lists in one")
    return Listing(list(rows), at, listed, columns_of(table))


def _whose(where: str, code: str, places: PlaceCodes, layout: Layout, rows: int) -> str | None:
    place = layout.find(places, code)
    if place is None and not layout.strays:
        # Not quoted: in a swapped column a hospital number can look like a site's code.
        raise FeedMalformed(
            f"{where}: {layout.place} is not a {layout.noun} of this feed; {layout.another}?", rows=rows
        )
    return place


def _refuse_strays(name: str, known: int, rows: int, layout: Layout) -> None:
    if layout.strays and 2 * known < rows:
        why = f"only {known} of its {rows} rows are of a {layout.noun} of this feed; {layout.another}?"
        raise FeedMalformed(f"{name}: {why}", rows=rows)


def one_moment(rows: Sequence[Row], column: str, otherwise: str) -> datetime:
    """The moment of which a document speaks, the same in each of its rows. Raises FeedMalformed where there is none."""
    at = _as_at(rows[0], column, len(rows))
    for row in rows:
        if _as_at(row, column, len(rows)) != at:
            raise FeedMalformed(f"{row.where}: its {column} is not that of row 1; {otherwise}?", rows=len(rows))
    return at


def _as_at(row: Row, column: str, rows: int) -> datetime:
    try:
        return list_time(row, column)
    except RowHeld as why:
        raise FeedMalformed(f"{row.where}: {why}", rows=rows) from None


# --- JSON -------------------------------------------------------------------------------


def _of_json(document: Document, places: PlaceCodes, layout: Layout) -> Listing | None:
    content, name = read_json(document), document.name
    if not isinstance(content, dict):
        raise FeedMalformed(f"{name}: not an object")
    lists = content.get(layout.lists)
    if not isinstance(lists, list):
        raise FeedMalformed(f"{name}: {layout.lists!r} is missing or not a list")
    everyone = [_members(f"{name} {layout.lists}[{number}]", one, layout) for number, one in enumerate(lists)]
    count = sum(map(len, everyone))
    at = _as_at(Row(name, _texts({LIST_TIME: content.get(LIST_TIME)}), places), LIST_TIME, count)
    listed: dict[str, int | None] = {}
    rows: list[Row | Held] = []
    for number, members in enumerate(everyone):
        where, code = f"{name} {layout.lists}[{number}]", lists[number].get(layout.place)
        code = code if isinstance(code, str) else ""
        place = _whose(where, code, places, layout, count)
        if place in listed:
            raise FeedMalformed(f"{where}: a {layout.noun} that was there before", rows=count)
        if place is not None:
            listed[place] = len(members)
        for at_row, member in enumerate(members):
            rows.append(_row(f"{where} {layout.rows}[{at_row}]", member, code, place, places, layout))
    _refuse_strays(name, sum(found or 0 for found in listed.values()), count, layout)
    filled = _filled(member for members in everyone for member in members)
    gone = [key for key in layout.wanted(filled) if rows and key not in filled]
    if gone:
        raise FeedMalformed(
            f"{name}: no row of {layout.rows} has {', '.join(map(repr, gone))}; renamed?", rows=len(rows)
        )
    columns = [
        Column(f"key {number}", key, partial(int, count)) for number, (key, count) in enumerate(filled.items(), start=1)
    ]
    return Listing(rows, at, listed, columns) if listed else None


def _members(where: str, one: object, layout: Layout) -> list[object]:
    """The rows of one list. Raises FeedMalformed where they are not as many as it says."""
    if not isinstance(one, dict):
        raise FeedMalformed(f"{where}: not an object")
    members, listed = one.get(layout.rows), one.get("listed")
    if not isinstance(members, list):
        raise FeedMalformed(f"{where}: {layout.rows!r} is missing or not a list")
    if isinstance(listed, bool) or not isinstance(listed, int):
        raise FeedMalformed(f"{where}: 'listed' is missing or not a whole number", rows=len(members))
    if listed != len(members):
        raise FeedMalformed(f"{where}: lists {listed}, holds {len(members)}; cut off?", rows=max(listed, len(members)))
    return members


def _filled(members: Iterator[object]) -> dict[str, int]:
    """Every key of a row, in the order in which they came, and how many rows have something under it."""
    filled: dict[str, int] = {}
    for member in members:
        for key, said in member.items() if isinstance(member, dict) else ():
            filled[key] = filled.get(key, 0) + (said is not None and said != "")
    return filled


def _row(where: str, member: object, code: str, place: str | None, places: PlaceCodes, layout: Layout) -> Row | Held:
    """A row's agreed keys as cells; held where one is missing or no text."""
    if not isinstance(member, dict):
        return Held(where, "is not an object", place)
    for key in layout.wanted(member):
        if key not in member:
            return Held(where, f"{key} is missing", place)
    cells = {key: member[key] for key in layout.of_a_row if key in member}
    for key, said in cells.items():
        if isinstance(said, bool) and key in layout.flags:
            cells[key] = "yes" if said else "no"
        elif isinstance(said, float) and key in layout.fractions:
            continue
        elif isinstance(said, bool) or not isinstance(said, str | int | None):
            kind = "a number" if key in layout.fractions else "a whole number"
            return Held(where, f"{key} is neither text nor {kind}", place)
    return Row(where, _texts(cells) | {layout.place: code}, places)


def _texts(cells: dict[str, object]) -> dict[str, str]:
    return {key: "" if said is None else str(said) for key, said in cells.items()}
