"""Rows out of an XLSX workbook, as text, just as they come out of a CSV.

What is read is unpacked first, within a limit, and handed on unpacked: what a packed file says of its
own size is not believed.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from struct import error as NotStructured
from zipfile import BadZipFile, ZipFile, ZipInfo

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, load_workbook

from flowcentre.feeds.contract import Document, FeedMalformed
from flowcentre.feeds.tables import Table

LARGEST = 32_000_000  # bytes of a workbook, unpacked
MOST_PARTS = 500
MOST_CELLS = (
    500_000  # of a sheet's rectangle, which is held whole: one cell in its last corner makes it 17 thousand million
)
_CELL = re.compile(rb"""<(?:[\w.-]+:)?(row|c)(?=[\s/>])((?:[^>"']|"[^"]*"|'[^']*')*+)>""")
# Room is made for as many texts and styles as a part says that it has, before any is read.
_BOAST = re.compile(rb"""[cC]ount\s*=\s*["']0*[1-9]\d{6}""")
_REF = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")


def sheet_table(document: Document, required: Collection[str]) -> Table:
    """The first sheet that has the required headings, else the one that has most of them. Raises FeedMalformed.

    The headings are a sheet's first row that is not blank. Hidden sheets are not read.
    """
    best: Table | None = None
    for table in _tables(document):
        if best is None or _missing(table, required) < _missing(best, required):
            best = table
        if not _missing(best, required):
            break
    if best is None:
        raise FeedMalformed(f"{document.name}: empty")
    return best


def _missing(table: Table, required: Collection[str]) -> int:
    return len(set(required) - set(table.heading))


def _tables(document: Document) -> Iterator[Table]:
    unpacked = _unpack(document)
    try:
        with load_workbook(unpacked) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible:
                    yield from _table(document.name, workbook, sheet.name)
    except CalamineError:
        # Not its words: they may quote a part of the file.
        raise FeedMalformed(f"{document.name}: not a workbook that can be read; is the file damaged?") from None


def _table(name: str, workbook: CalamineWorkbook, sheet: str) -> Iterator[Table]:
    found = workbook.get_sheet_by_name(sheet)
    rows = [[cell_text(value) for value in values] for values in found.iter_rows()]
    lines = [(line, cells) for line, cells in enumerate(rows, start=1) if any(cell.strip() for cell in cells)]
    if lines:
        yield Table(name, tuple(cell.strip() for cell in lines[0][1]), tuple(lines[1:]))


def cell_text(value: object) -> str:
    """A cell as a CSV would have it: dates in ISO form, and whole numbers without ".0"."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def _unpack(document: Document) -> io.BytesIO:
    """The workbook's texts as an archive that is not packed. Raises FeedMalformed."""
    unpacked = io.BytesIO()
    left = LARGEST
    try:
        with ZipFile(io.BytesIO(document.content)) as packed, ZipFile(unpacked, "w") as plain:
            parts = packed.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names or len(names) < len(parts) or len(parts) > MOST_PARTS:
                raise FeedMalformed(f"{document.name}: packed, and not an XLSX workbook")
            for part in parts:
                if not part.filename.endswith((".xml", ".rels")):
                    continue  # pictures and programs
                with packed.open(part) as opened:
                    content = opened.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise FeedMalformed(f"{document.name}: larger than {LARGEST // 1_000_000} MB when unpacked")
                _check_extent(document.name, content)
                # A name alone would be stamped with the time of day.
                plain.writestr(ZipInfo(part.filename), content)
    except (BadZipFile, NotStructured, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        raise FeedMalformed(
            f"{document.name}: cannot be unpacked; is the file cut off, or has it a password?"
        ) from None
    unpacked.seek(0)
    return unpacked


def _check_extent(name: str, content: bytes) -> None:
    """Raises FeedMalformed where the cells of a sheet lie so far apart that their rectangle would fill the memory."""
    if _BOAST.search(content):
        raise FeedMalformed(f"{name}: says that it holds millions of texts; is the file damaged?")
    row = column = tallest = widest = 0
    for found in _CELL.finditer(content):
        ref = _REF.search(found[2])
        if found[1] == b"row":
            row, column = int(ref[2][:9]) if ref else row + 1, 0
            continue
        column = _column(ref[1]) if ref else column + 1
        row = int(ref[2][:9]) if ref else row
        if not found[2].endswith(b"/"):  # a cell that has a colour and no value takes no room
            tallest, widest = max(tallest, row), max(widest, column)
            if tallest * widest > MOST_CELLS:
                raise FeedMalformed(f"{name}: a sheet of more than {MOST_CELLS:,} cells; is one far from the others?")


def _column(letters: bytes) -> int:
    """AA is 27."""
    number = 0
    for letter in letters.upper()[:6]:
        number = number * 26 + letter - ord("A") + 1
    return number
