"""How suppliers write: a place's code, a moment, a table of comma-separated values, a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from xlsxwriter import Workbook

from flowcentre.demo.rhythm import utc
from flowcentre.model import Place

_DAYS, _MOMENTS = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"


class Written(NamedTuple):
    """A file or an answer with its name."""

    name: str
    content: bytes


def code_of(place: Place) -> str:
    """What suppliers call a place."""
    return place.codes[0] if place.codes else place.ods or place.id


@lru_cache(maxsize=16384)
def utc_text(at: int) -> str:
    """A moment in UTC."""
    return f"{utc(at).isoformat()[:19]}Z"


def separated(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table with its headings; each row ends with a line end, the last one too."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def workbook(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A spreadsheet of one sheet, with real dates and numbers in its cells; what is None or empty stays blank."""
    content = io.BytesIO()
    with Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title)
        heading = book.add_format({"bold": True})
        days, moments = (book.add_format({"num_format": form}) for form in (_DAYS, _MOMENTS))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 18)
        sheet.write_row(0, 0, columns, heading)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, column, cell, moments)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, days)
                elif isinstance(cell, int | float):
                    sheet.write_number(number, column, cell)
                elif cell:
                    sheet.write_string(number, column, str(cell))
    return content.getvalue()
