"""Cells of files for spreadsheets: text that is shown and never run, and moments as London's clocks say them."""

from __future__ import annotations

from datetime import date, datetime

from flowcentre.measures.derive import LONDON
from flowcentre.picture.list_table import Cell

# What makes a spreadsheet run a cell instead of showing it, in wide letters too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def plain_cell(text: str) -> str:
    """Text that a spreadsheet shows and does not run."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def london(moment: datetime) -> str:
    """A moment in Europe/London with its offset from UTC, to the second."""
    return moment.astimezone(LONDON).isoformat(timespec="seconds")


def written(cell: Cell) -> str | int | float | None:
    """A cell as it is written: None for nothing."""
    match cell:
        case bool():
            return "yes" if cell else "no"
        case datetime():
            return london(cell)
        case date():
            return cell.isoformat()
        case str():
            return plain_cell(cell)
        case _:
            return cell
