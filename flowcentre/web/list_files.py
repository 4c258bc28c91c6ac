"""A list of people as files to take away: CSV for machines, XLSX for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import xlsxwriter

from flowcentre.model import SmallNumbers, Value
from flowcentre.picture.list_small import Seen, hide_small, seen
from flowcentre.picture.list_table import Cell, rows
from flowcentre.picture.listed import Chosen, T
from flowcentre.picture.suppression import HIDDEN
from flowcentre.web.cells import london, plain_cell, written
from flowcentre.web.list_about import about, file_name, people_of
from flowcentre.web.list_told import Told

_LONGEST_WHOSE = 60  # letters of a file's name
_WIDTHS = {"text": 22, "number": 10, "date": 12, "moment": 26, "flag": 8}


@dataclass(frozen=True)
class File:
    """What a file holds: what it says of itself, and its table."""

    name: str  # without an ending
    title: str
    about: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def file_of_people(told: Told[T], chosen: Chosen[T], asked_at: datetime | None, whose: str = "") -> File:
    """The people chosen, in the order of the list. ``whose`` rows these are, in words, where they are not everybody's."""
    table = rows(chosen.people, chosen.picture.county, told.columns)
    return File(
        file_name(chosen, f"{told.file}-people{_part_words(whose)}"),
        f"{chosen.picture.county.name}: {told.title}",
        tuple(about(told, chosen, asked_at, None, whose)),
        tuple(column.heading_with_unit for column in told.columns),
        tuple(column.kind for column in told.columns),
        tuple(tuple(row[column.id] for column in told.columns) for row in table),
    )


def _part_words(whose: str) -> str:
    """That a file holds a part, in its name: a CSV has no other place for it. Too many places would push out the moment."""
    if not whose:
        return ""
    return f"-of-{whose}-only" if len(whose) <= _LONGEST_WHOSE else "-part-only"


def file_of_counts(
    told: Told[T], chosen: Chosen[T], asked_at: datetime | None, whose: str = "", *, limits: SmallNumbers | None
) -> File:
    """The counts of the people chosen by every facet; with small ones hidden where ``limits`` says which. ``whose`` as above."""
    hidden = ", small numbers hidden" if limits is not None else ""
    return File(
        file_name(chosen, f"{told.file}-counts{_part_words(whose)}{'-small-hidden' if limits is not None else ''}"),
        f"{chosen.picture.county.name}: {told.title} counted{hidden}",
        tuple(about(told, chosen, asked_at, limits, whose)),
        ("Counted by", "Within", "Key", "Value", "People", "At least"),
        ("text", "text", "text", "text", "number", "flag"),
        tuple(_counts(told, chosen, limits)),
    )


def as_csv(file: File) -> bytes:
    """CSV: headings, then rows, and nothing else."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(file.headings)
    writer.writerows([written(cell) for cell in row] for row in file.rows)
    return text.getvalue().encode()


def as_xlsx(told: Told[T], file: File, chosen: Chosen[T]) -> bytes:
    """A workbook: what it is and the table, and on a last sheet what it is and the lists that it is made of."""
    content = io.BytesIO()
    # In memory: people's rows are not to be left in a folder for temporary files.
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    # Its own clock would be read otherwise.
    workbook.set_properties({"title": file.title, "created": chosen.picture.at.astimezone(UTC).replace(tzinfo=None)})
    bold, day = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "yyyy-mm-dd"})
    sheet = workbook.add_worksheet(told.short)
    sheet.write_string(0, 0, plain_cell(file.title), bold)
    for line, (what, words) in enumerate(file.about, start=1):
        sheet.write_string(line, 0, plain_cell(f"{what}: {words}"))
    top = len(file.about) + 2
    for index, (heading, kind) in enumerate(zip(file.headings, file.kinds, strict=True)):
        sheet.set_column(index, index, _WIDTHS[kind])
        sheet.write_string(top, index, heading, bold)
    for number, row in enumerate(file.rows, start=top + 1):
        for index, cell in enumerate(row):
            _write(sheet, number, index, cell, day)
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, top + len(file.rows), len(file.headings) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.repeat_rows(top)
    _write_about(workbook.add_worksheet("About"), told, file, chosen, bold)
    workbook.close()
    return content.getvalue()


def _write_about(
    sheet: xlsxwriter.worksheet.Worksheet, told: Told[T], file: File, chosen: Chosen[T], bold: object
) -> None:
    sheet.set_column(0, 3, 30)
    for line, (what, words) in enumerate([("What", file.title), *file.about]):
        sheet.write_string(line, 0, plain_cell(what), bold)
        sheet.write_string(line, 1, plain_cell(words))
    top = len(file.about) + 2
    lists = [(told.place, "List as at", "State", "Feeds"), *(_list_of(each.value, chosen) for each in chosen.in_scope)]
    for line, cells in enumerate(lists, start=top):
        for index, text in enumerate(cells):
            sheet.write_string(line, index, plain_cell(text), bold if line == top else None)


def _list_of(value: Value, chosen: Chosen[T]) -> tuple[str, ...]:
    as_at = "never" if value.observed_at is None else london(value.observed_at)
    name = chosen.subject.label(chosen.subject.place_facet, value.place, chosen.picture.county)
    return (name, as_at, value.state.value, ", ".join(value.feeds))


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, day: object) -> None:
    text = written(cell)
    if isinstance(cell, date) and not isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, day)
    elif isinstance(text, int | float):
        sheet.write_number(row, column, text)
    elif text is not None:
        sheet.write_string(row, column, text)  # whatever it looks like: no formula, no link, no number


# --- Counts -----------------------------------------------------------------------------


def _counts(told: Told[T], chosen: Chosen[T], limits: SmallNumbers | None) -> Iterator[tuple[Cell, ...]]:
    people, at_least, subject = people_of(chosen.count), chosen.count.at_least, chosen.subject
    facets = told.counts(chosen)
    total = Seen(people, hidden=False)
    if limits is not None:
        # Whoever may take these away may have seen the whole count on a page.
        facets, total = hide_small(subject, facets, people, limits, total_known=True), seen(people, limits)
    yield (told.short, None, None, "everybody chosen", _shown(total), at_least)
    for facet, listed in facets.items():
        for one in listed:
            within = None
            if one.within is not None:
                within = subject.label(subject.within[facet], one.within, chosen.picture.county)
            cell = _shown(Seen(one.people, one.hidden))
            yield (told.headings[facet], within, one.value or None, one.label, cell, at_least and cell is not None)
    for counted_by, key, words, count, is_least in told.more_counts(chosen, limits):
        yield (counted_by, None, key, words, _shown(count), is_least)


def _shown(count: Seen) -> Cell:
    return HIDDEN if count.hidden else count.people
