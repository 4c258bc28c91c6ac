"""Sheets of a workbook come out as a CSV's rows do, and no workbook takes more than its share of memory."""

import io
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowcentre.feeds.contract import Document, FeedMalformed, PlaceCodes
from flowcentre.feeds.sheets import LARGEST, MOST_CELLS, cell_text, sheet_table
from flowcentre.feeds.tables import Row, csv_rows
from tests.connectors.cast import WESTSHIRE
from tests.connectors.documents import workbook

PLACES = PlaceCodes(WESTSHIRE, ["northgate"])
SHEET = "xl/worksheets/sheet1.xml"


def rows(content: bytes, *required: str) -> list[Row]:
    table = sheet_table(Document("a.xlsx", content), required)
    return list(table.rows(PLACES, required))


def repacked(parts: Mapping[str, bytes], of: bytes = workbook([["ward"], ["A1"]])) -> bytes:
    """A workbook with some of its parts replaced."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(of)) as before,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name, part in ({name: before.read(name) for name in before.namelist()} | parts).items():
            after.writestr(name, part)
    return content.getvalue()


def sheet(cells: str) -> bytes:
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{cells}</sheetData></worksheet>"
    ).encode()


def test_the_rows_are_those_of_a_csv() -> None:
    cells = [["ward", "beds", ""], ["007", "1E5", ""], ["", "", ""], [" NA ", "-", "x"]]
    text = "\n".join(",".join(row) for row in cells) + "\n"
    assert rows(workbook(cells), "ward", "beds") == list(
        csv_rows(Document("a.xlsx", text.encode()), PLACES, ("ward", "beds"))
    )


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (7, "7"),
        (7.5, "7.5"),
        (9_991_234_567, "9991234567"),
        (datetime.fromisoformat("2026-11-22T08:00:59"), "2026-11-22T08:00:59"),
        (
            datetime.fromisoformat("2026-11-22T00:00"),
            "2026-11-22",
        ),  # midnight: Excel itself cannot tell it from the day
        (date(2026, 11, 22), "2026-11-22"),
        ("=1/0", "=1/0"),
        (None, ""),
        (True, "True"),
    ],
)
def test_a_cell_is_what_is_seen_of_it(cell: object, text: str) -> None:
    (row,) = rows(workbook([["ward", "cell"], ["A1", cell]]), "ward", "cell")
    assert row.cells["cell"] == text


def test_every_minute_of_a_day_comes_through() -> None:
    minutes = [datetime.fromisoformat("2026-11-22T00:01") + timedelta(minutes=passed) for passed in range(24 * 60 - 1)]
    found = rows(workbook([["at"], *([at] for at in minutes)]), "at")
    assert [row.text("at") for row in found] == [at.isoformat() for at in minutes]


def test_lengths_and_times_of_day_are_text() -> None:
    assert cell_text(time(6, 30)) == "06:30:00"
    assert cell_text(float("inf")) == "inf"


def test_the_first_sheet_with_the_headings_is_read_and_a_hidden_one_is_not() -> None:
    notes, other, wanted = [["Read me"]], [["ward"], ["A1"]], [["ward", "beds"], ["A2", 3]]
    assert [row.text("ward") for row in rows(workbook([], notes, wanted, other), "ward", "beds")] == ["A2"]
    assert [row.text("ward") for row in rows(workbook(notes, wanted, other, hidden=[1]), "ward")] == ["A1"]


def test_blank_rows_and_columns_before_the_headings_are_passed_over() -> None:
    assert [row.text("ward") for row in rows(workbook([[], [None, "ward"], [None, "A1"]]), "ward")] == ["A1"]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([["ward", "bed"], ["A1", 3]], "a.xlsx: no column 'beds'; renamed\\? It has 2 columns, 1 rows"),
        ([["ward", "beds", "beds"], ["A1", 3, 4]], "a.xlsx: column beds appears twice"),
        ([[]], "a.xlsx: empty"),
        ([["", " "]], "a.xlsx: empty"),
    ],
)
def test_it_is_refused_as_a_csv_would_be(cells: list[list[object]], why: str) -> None:
    with pytest.raises(FeedMalformed, match=why):
        rows(workbook(cells), "ward", "beds")


def test_headings_alone_give_no_row() -> None:
    assert rows(workbook([["ward"]]), "ward") == []


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read() -> None:
    content = repacked({SHEET: b" " * (LARGEST + 1)})
    assert len(content) < 100_000
    with pytest.raises(FeedMalformed, match="larger than 32 MB when unpacked"):
        rows(content, "ward")


def test_what_a_packed_part_says_of_its_own_size_is_not_believed() -> None:
    content = bytearray(repacked({SHEET: b" " * (LARGEST + 1)}))
    size = (LARGEST + 1).to_bytes(4, "little")
    assert size in content
    with pytest.raises(FeedMalformed):
        rows(bytes(content).replace(size, (100).to_bytes(4, "little")), "ward")


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        f'<row r="{MOST_CELLS}"><c r="A{MOST_CELLS}"><v>1</v></c><c r="B{MOST_CELLS}"><v>1</v></c></row>',
        '<row r="1048576">' + "<c><v>1</v></c>" * 2 + "</row>",
        '<row r="99999999999999999999"><c r="ZZZZZZZZZZ9"><v>1</v></c></row>',
        '<x:row r="1"><x:c a=">" r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    ],
)
def test_a_cell_far_from_the_others_is_refused_before_room_is_made_for_it(cells: str) -> None:
    with pytest.raises(FeedMalformed, match="is one far from the others"):
        rows(repacked({SHEET: sheet(cells)}), "ward")


def test_a_cell_that_is_only_coloured_takes_no_room() -> None:
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>ward</t></is></c><c r="XFD1048576" s="1"/></row>'
    assert rows(repacked({SHEET: sheet(cells)}), "ward") == []


def test_a_workbook_that_claims_millions_of_texts_is_refused_before_room_is_made_for_them() -> None:
    texts = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="599999999999"></sst>'
    with pytest.raises(FeedMalformed, match="millions of texts"):
        rows(repacked({"xl/sharedStrings.xml": texts}), "ward")


def test_pictures_and_programs_are_not_unpacked() -> None:
    assert rows(repacked({"xl/media/image1.png": b" " * (LARGEST + 1)}), "ward")


@pytest.mark.parametrize(
    "parts", [{"xl/workbook.xml": b""}, {"xl/workbook.xml": b"<"}, {SHEET: b""}, {"xl/_rels/workbook.xml.rels": b""}]
)
def test_a_workbook_with_a_broken_part_is_refused(parts: dict[str, bytes]) -> None:
    with pytest.raises(FeedMalformed):
        rows(repacked(parts), "ward")


def test_another_archive_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    with pytest.raises(FeedMalformed, match="packed, and not an XLSX workbook"):
        rows(content.getvalue(), "ward")


@given(st.binary(max_size=200))
def test_whatever_comes_is_refused_and_never_crashes(content: bytes) -> None:
    with pytest.raises(FeedMalformed):
        rows(b"PK\x03\x04" + content, "ward")


WHOLE = workbook([["ward", "beds"], ["A1", 3], ["007", datetime.fromisoformat("2026-11-22T08:00")]])
PARTS = ["xl/workbook.xml", SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]


@given(
    st.sampled_from(PARTS),
    st.integers(0, 3000),
    st.integers(0, 20),
    st.sampled_from([b"", b"9" * 12, b"-1", b'"', b"<c", b"Z"]),
)
def test_a_workbook_with_a_spoilt_part_is_read_or_refused(name: str, at: int, gone: int, instead: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as packed:
        part = packed.read(name)
    at %= len(part)
    content = repacked({name: part[:at] + instead + part[at + gone :]}, of=WHOLE)
    with suppress(FeedMalformed):
        rows(content, "ward")
