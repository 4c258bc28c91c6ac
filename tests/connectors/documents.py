"""The samples that each connector brings, and the ways in which the battery spoils them.

``samples/<connector>/connector.toml`` describes the connector, ``ok/`` holds documents with the
facts that must come of each (``<document>.facts.json``), ``bad/`` documents with what must be
said of them (``<document>.toml``). docs/connectors.md explains each key.
"""

import csv
import gzip
import io
import json
import tomllib
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from connectors import find_connectors
from flowcentre.feeds.contract import Connector, Document, PlaceCodes
from flowcentre.feeds.sheets import sheet_table
from flowcentre.feeds.tables import decode
from flowcentre.model import Fact, Level, Place, PlaceKind, Places, RefusedColumn
from tests.connectors.cast import WESTSHIRE

SAMPLES = Path(__file__).parent / "samples"
CONNECTORS = find_connectors()


@dataclass(frozen=True)
class Kind:
    """A connector, and what its ``connector.toml`` says of it."""

    name: str
    connector: type[Connector]
    about: dict[str, Any]

    @property
    def folder(self) -> Path:
        return SAMPLES / self.name

    def new(self) -> Connector:
        places = Places(_place(**place) for place in self.about["place"]) if "place" in self.about else WESTSHIRE
        settings = self.connector.Settings.model_validate(self.about["settings"])
        return self.connector(settings, PlaceCodes(places, self.about["places"]))

    def parse(self, name: str, content: bytes) -> list[Fact | RefusedColumn]:
        return list(self.new().parse(Document(name, content)))


@dataclass(frozen=True)
class Sample:
    """One document of a connector."""

    kind: Kind
    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @property
    def text(self) -> bytes:
        """The content, unpacked; of a workbook its sheet, as a CSV would have it."""
        if self.name.endswith(".xlsx"):
            return sheet_text(self.content, self.settings["required"])
        return gzip.decompress(self.content) if self.name.endswith(".gz") else self.content

    @property
    def settings(self) -> dict[str, Any]:
        """What ``connector.toml`` says, and what it says otherwise for this document."""
        return self.kind.about | self.kind.about.get("documents", {}).get(self.name, {})

    def parse(self, content: bytes | None = None) -> list[Fact | RefusedColumn]:
        return self.kind.parse(self.name, self.content if content is None else content)

    @property
    def form(self) -> "CsvForm | JsonForm":
        return JsonForm() if self.name.removesuffix(".gz").endswith(".json") else CsvForm()

    def spoil(self, change: Callable[[bytes], bytes]) -> bytes:
        """The content after a change to the text, packed again where it was packed."""
        changed = change(self.text)
        if self.name.endswith(".xlsx"):
            return workbook(csv.reader(io.StringIO(decode(Document(self.name, changed)), newline="")))
        return gzip.compress(changed) if self.name.endswith(".gz") else changed


def _place(**keys: Any) -> Place:
    return Place(
        **keys
        | {"level": Level(keys["level"]), "kind": PlaceKind(keys["kind"])}
        | {"codes": tuple(keys.get("codes", ()))}
    )


def described() -> list[Kind]:
    """Every connector that has samples."""
    return [
        Kind(name, connector, tomllib.loads((SAMPLES / name / "connector.toml").read_text()))
        for name, connector in CONNECTORS.items()
        if (SAMPLES / name / "connector.toml").exists()
    ]


def samples(folder: str) -> list[Sample]:
    """The documents of every connector in ``ok`` or ``bad``."""
    return [
        Sample(kind, path)
        for kind in described()
        for path in sorted((kind.folder / folder).iterdir())
        if not path.name.endswith((".facts.json", ".toml"))
    ]


def sheet_text(content: bytes, required: Collection[str]) -> bytes:
    """The sheet of a workbook that has these headings, as a CSV."""
    table = sheet_table(Document("a.xlsx", content), required)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([table.heading, *(cells for _, cells in table.lines)])
    return text.getvalue().encode()


def workbook(*sheets: Iterable[Iterable[object]], hidden: Collection[int] = ()) -> bytes:
    """A workbook: text stays text, numbers are numbers, and days and moments have the formats that Excel shows them in."""
    content = io.BytesIO()
    with Workbook(content, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm"}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, rows in enumerate(sheets):
            sheet = book.add_worksheet()
            if number in hidden:
                sheet.hide()
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    match cell:
                        case str():
                            sheet.write_string(at, column, cell)
                        case datetime():
                            sheet.write_datetime(at, column, cell)
                        case date():
                            sheet.write_datetime(at, column, cell, day)
                        case _:
                            sheet.write(at, column, cell)
    return content.getvalue()


def as_json(facts: Iterable[Fact | RefusedColumn]) -> list[dict[str, Any]]:
    """Facts as they stand in a ``.facts.json``."""

    def plain(value: Any) -> Any:
        if isinstance(value, tuple):
            return list(value)
        return value.isoformat() if isinstance(value, date | datetime) else value

    return [
        {"fact": type(fact).__name__} | {key: plain(value) for key, value in asdict(fact).items()} for fact in facts
    ]


def facts_text(facts: Iterable[Fact | RefusedColumn]) -> str:
    """The text of a ``.facts.json``: one fact a line, so that a change is read at a glance."""
    return "[\n" + ",\n".join(f"  {json.dumps(fact)}" for fact in as_json(facts)) + "\n]\n"


class CsvForm:
    """Changes to a delimited text. ``column`` is its heading."""

    def _change(self, content: bytes, change: Callable[[list[list[str]]], list[list[str]]]) -> bytes:
        rows = change(list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))))
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        return text.getvalue().encode()

    def rename(self, content: bytes, column: str) -> bytes:
        return self._change(content, lambda rows: [[f"{c} (new)" if c == column else c for c in rows[0]], *rows[1:]])

    def add(self, content: bytes, column: str, value: str) -> bytes:
        return self._change(content, lambda rows: [[*rows[0], column], *([*row, value] for row in rows[1:])])

    def swap(self, content: bytes, one: str, other: str) -> bytes:
        swapped = {one: other, other: one}
        return self._change(content, lambda rows: [[swapped.get(c, c) for c in rows[0]], *rows[1:]])

    def put(self, content: bytes, column: str, value: str, *, rows: slice = slice(None)) -> bytes:
        def change(table: list[list[str]]) -> list[list[str]]:
            at = table[0].index(column)
            for row in table[1:][rows]:
                row[at] = value
            return table

        return self._change(content, change)

    def column(self, content: bytes, column: str) -> list[str]:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        return [row[rows[0].index(column)] for row in rows[1:]]

    def headings_only(self, content: bytes) -> bytes:
        return self._change(content, lambda rows: rows[:1])


def _lists(document: dict[str, Any]) -> dict[str, None]:
    """Every list of a JSON document, and every list in its rows: ``sites.``, ``sites.people.``."""
    return {
        f"{key}.{inner}": None
        for key, rows in document.items()
        if isinstance(rows, list)
        for inner in ("", *(name for row in rows for name in _lists(row)))
    }


class JsonForm:
    """Changes to a JSON document. ``column`` is a key, or ``list.key`` for a key of every row of a list, or of a list of lists."""

    def _change(self, content: bytes, column: str, change: Callable[[dict[str, Any], str], None]) -> bytes:
        document = json.loads(content)
        *lists, key = column.split(".")
        owners = [document]
        for name in lists:
            owners = [row for owner in owners for row in owner[name]]
        for owner in owners:
            change(owner, key)
        return json.dumps(document).encode()

    def rename(self, content: bytes, column: str) -> bytes:
        return self._change(content, column, lambda owner, key: owner.update({f"{key}_new": owner.pop(key)}))

    def add(self, content: bytes, column: str, value: str) -> bytes:
        for people in ("", *_lists(json.loads(content))):
            content = self._change(content, f"{people}{column}", lambda owner, key: owner.update({key: value}))
        return content

    def swap(self, content: bytes, one: str, other: str) -> bytes:
        def change(owner: dict[str, Any], key: str) -> None:
            second = other.rpartition(".")[2]
            owner[key], owner[second] = owner[second], owner[key]

        return self._change(content, one, change)

    def put(self, content: bytes, column: str, value: str) -> bytes:
        return self._change(content, column, lambda owner, key: owner.update({key: value}))

    def headings_only(self, content: bytes) -> bytes:
        return b"{}"
