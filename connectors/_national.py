"""What the readers of NHS England's published files share: which files are new, and their rows.

A published file covers all England, so rows of organisations that are not configured are passed
over, and only the columns that are asked for are ever kept.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import stat
import zlib
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from flowcentre.feeds.contract import (
    Bookmark,
    Document,
    FeedMalformed,
    FeedSettings,
    FeedUnavailable,
    Payload,
    PlaceCodes,
    RowHeld,
)
from flowcentre.feeds.tables import Row, decode, end_of_day, end_of_month
from flowcentre.model import Fact, Held, Reading

LARGEST = 64 * 2**20  # bytes of a file, and of a packed one once unpacked; the largest published is 9 MB
_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august"]
_MONTHS += ["september", "october", "november", "december"]
_NAMED_MONTH = re.compile(rf"({'|'.join(_MONTHS)})[ _-]*((?:19|20)\d\d)", re.IGNORECASE)
_NUMBERED_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_]?(0[1-9]|1[0-2])(?!\d)")


class PublishedFiles(FeedSettings):
    """A folder of published files, and the patterns of their names within it.

    Where two files give the same figure, the one of the later pattern is believed, and of two of
    one pattern the one that was saved later.
    """

    folder: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    rank: int  # place of its pattern: later ones are believed
    modified_ns: int
    name: str  # within the folder
    size: int
    path: Path

    @property
    def stamp(self) -> str:
        return f"{self.size}:{self.modified_ns}"


def fetch_changed(settings: PublishedFiles, places: PlaceCodes, since: Bookmark | None) -> Payload:
    """The files that are new or changed, those to be believed last. Raises FeedUnavailable.

    When a file changes, those that are believed over it come again, so that they keep the last word.
    When the feed's ``places`` change, all of them come again: the rows of a place that was added were passed over.
    """
    found = _find(settings)
    if not found:
        raise FeedUnavailable(f"no file {' or '.join(settings.files)} in {settings.folder}")
    known = _stamps(since, places)
    changed = {file.name for file in found if known.get(file.name) != file.stamp}
    if not changed:
        return Payload((), since)
    lowest = min(file.rank for file in found if file.name in changed)
    documents = tuple(_read(file) for file in found if file.name in changed or file.rank > lowest)
    mark = {"files": {file.name: file.stamp for file in found}, "places": places.fingerprint}
    return Payload(documents, Bookmark(json.dumps(mark, sort_keys=True)))


def _find(settings: PublishedFiles) -> list[_Found]:
    folder = Path(settings.folder)
    if not folder.is_dir():
        raise FeedUnavailable(f"there is no folder {settings.folder}")
    found: dict[str, _Found] = {}
    for rank, pattern in enumerate(settings.files):
        for path in folder.glob(pattern):
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):  # no links: they could lead anywhere
                name = path.relative_to(folder).as_posix()
                found[name] = _Found(rank, status.st_mtime_ns, name, status.st_size, path)
    return sorted(found.values(), key=lambda file: (file.rank, file.modified_ns, file.name))


def _stamps(since: Bookmark | None, places: PlaceCodes) -> dict[str, str]:
    """What was read for the same places. Nothing where that cannot be told: to read everything again does no harm."""
    try:
        mark = json.loads(since.text) if since else {}
    except ValueError:
        return {}
    if not isinstance(mark, dict) or mark.get("places") != places.fingerprint:
        return {}
    stamps = mark.get("files")
    return stamps if isinstance(stamps, dict) else {}


def _read(file: _Found) -> Document:
    try:
        with file.path.open("rb") as opened:
            # One byte too many is enough for the parser to refuse this file, and this file alone.
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise FeedUnavailable(f"{file.path.name}: {error.strerror}") from None
    return Document(file.path.name, content, datetime.fromtimestamp(file.modified_ns // 10**9, UTC))


def unpack(document: Document) -> Document:
    """The document, unpacked where it was gzipped. Raises FeedMalformed."""
    content = document.content
    if content.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(content)) as packed:
                content = packed.read(LARGEST + 1)
        except (EOFError, OSError, zlib.error):
            raise FeedMalformed(f"{document.name}: cannot be unpacked; is the file cut off?") from None
    if len(content) > LARGEST:
        raise FeedMalformed(f"{document.name}: larger than {LARGEST // 2**20} MB")
    return Document(document.name, content, document.modified_at)


class Table:
    """A delimited text with headings, read once, from top to bottom."""

    def __init__(self, document: Document) -> None:
        """Raises FeedMalformed where there are no headings."""
        self.name = document.name
        self.last = ""  # where the last row that was read stood
        text = decode(unpack(document))
        # The last figure of a line without an end may be half a figure.
        self._ends = text.endswith(("\n", "\r"))
        self._lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        self.heading = [name.strip() for name in self._next() or []]
        if not any(self.heading):
            raise FeedMalformed(f"{self.name}: empty")

    def _next(self) -> list[str] | None:
        try:
            return next(self._lines, None)
        except csv.Error as error:
            raise FeedMalformed(f"{self.name} line {self._lines.line_num}: {error}; is the file cut off?") from None

    def lines(self) -> Iterator[tuple[str, list[str], bool]]:
        """Each line that holds something: where it stands, its cells, and whether it has its end."""
        count = 0
        cells = self._next()
        while cells is not None:
            following = self._next()
            if any(cell.strip() for cell in cells):
                count += 1
                if len(cells) != len(self.heading):
                    raise FeedMalformed(
                        f"{self.name} row {count}: {len(cells)} cells under {len(self.heading)} headings; "
                        "is the file cut off?",
                        rows=count,
                    )
                self.last = f"{self.name} row {count}"
                yield self.last, cells, following is not None or self._ends
            cells = following
        if not count:
            raise FeedMalformed(f"{self.name}: headings, and no rows")

    def rows(self, places: PlaceCodes, code: str, columns: Collection[str]) -> Iterator[tuple[str, Row, bool]]:
        """The rows of configured organisations: the place, the row with these columns, and whether it is whole.

        Raises FeedMalformed for a missing or doubled column, and where no organisation of the feed is found.
        """
        self.require({code, *columns})
        at = {column: self.heading.index(column) for column in (code, *columns)}
        codes: dict[str, str | None] = {}
        met = False
        for where, cells, whole in self.lines():
            written = cells[at[code]]
            if written not in codes:
                codes[written] = places.find(written)
            place = codes[written]
            if place is not None:
                met = True
                yield place, Row(where, {column: cells[i] for column, i in at.items()}, places), whole
        if not met:
            raise FeedMalformed(f"{self.name}: has none of this feed's organisations under {code}", rows=1)

    def require(self, columns: Collection[str]) -> None:
        """Raises FeedMalformed, naming the columns that are missing or appear twice."""
        for column in sorted(columns):
            if self.heading.count(column) != 1:
                wrong = "appears twice" if column in self.heading else "is missing; renamed?"
                raise FeedMalformed(f"{self.name}: column {column!r} {wrong}")


def whole(row: Row, is_whole: bool) -> Row:
    """The row. Raises RowHeld where the file ends inside it."""
    if not is_whole:
        raise RowHeld("the file ends inside this row; is it cut off?")
    return row


@lru_cache(maxsize=4096)
def day(text: str) -> date:
    """The day in a cell, ISO or day first. Raises RowHeld."""
    text = text.strip()
    try:
        if "/" in text:
            written, month, year = text.split("/")
            return date(int(year), int(month), int(written))
        return date.fromisoformat(text)
    except ValueError:
        raise RowHeld("is not a day") from None


@lru_cache(maxsize=1024)
def end_of(ended: date) -> datetime:
    """The UTC moment at which that Europe/London day ends."""
    return end_of_day(ended)


@lru_cache(maxsize=1024)
def month(text: str) -> datetime:
    """The end of the month that a text names: "August 2025", "2025-08-01", "August-2025-AE.csv". Raises RowHeld."""
    if named := _NAMED_MONTH.search(text):
        return end_of_month(int(named[2]), _MONTHS.index(named[1].casefold()) + 1)
    if numbered := _NUMBERED_MONTH.search(text):
        return end_of_month(int(numbered[1]), int(numbered[2]))
    raise RowHeld("is not a month")


def amount(row: Row, column: str) -> float | None:
    """A number of 0 or more, whole or not; None where the source gives none. Raises RowHeld."""
    value = row.number(column)
    if value is not None and value < 0:
        raise RowHeld(f"{column} is below zero")
    return value


@dataclass(frozen=True, slots=True)
class Said:
    """What one row said: the figures' key (place, time and what is counted), where it stood, its readings."""

    key: Hashable
    where: str
    place: str
    readings: tuple[Reading, ...]


def each_once(said: Iterable[Said | Held]) -> Iterator[Fact]:
    """The readings of rows; two rows that say different things of the same are both held."""
    first: dict[Hashable, Said] = {}
    contradicted: list[Held] = []
    keys: set[Hashable] = set()
    for row in said:
        if isinstance(row, Held):
            yield row
        elif (before := first.setdefault(row.key, row)) is not row and before.readings != row.readings:
            keys.add(row.key)
            contradicted.append(Held(row.where, f"contradicts {before.where}", row.place))
    yield from contradicted
    for key, row in first.items():
        if key in keys:
            yield Held(row.where, "another row says otherwise", row.place)
        else:
            yield from row.readings
