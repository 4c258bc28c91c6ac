"""Rows out of delimited text, everything kept as text until a column says what it is.

Guessing is what spoils identifiers: ``007``, ``1E5`` and ``NA`` are ward codes, and ``-`` is not 0.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from math import isfinite
from typing import TypeVar
from zoneinfo import ZoneInfo

from flowcentre.feeds.contract import Document, FeedMalformed, PlaceCodes, RowHeld
from flowcentre.model import Fact, Held

T = TypeVar("T")
LONDON = ZoneInfo("Europe/London")

# What NHS files write where there is no figure. Never used on codes: a ward may be called NA.
NO_FIGURE = frozenset({"", "-", "–", "—", ".", "*", ":", "[x]", "[z]", "[c]", "na", "n/a", "null", "none"})
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def decode(document: Document) -> str:
    """A document's text, whichever of UTF-8, UTF-16 or cp1252 it was saved in. Raises FeedMalformed."""
    content = document.content
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\x00" in content[:200]:
        encoding = "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"
    else:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            encoding = "cp1252"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FeedMalformed(f"{document.name}: neither UTF-8, UTF-16 nor Windows text ({error.reason})") from None


@lru_cache(maxsize=4096)
def tidy(text: str) -> str:
    """A text key fit for matching: national files hold no-break spaces, mixed dashes and lost characters."""
    text = text.casefold().replace("\u00a0", " ").replace("–", "-").replace("—", "-").replace("?", " ")
    return re.sub(r"\s+", " ", text).strip()


@lru_cache(maxsize=4096)
def number(text: str) -> float | None:
    """The number that a cell holds, or None where it holds none. Raises RowHeld for anything else."""
    text = text.strip().replace("\u00a0", "")
    if text.casefold() in NO_FIGURE:
        return None
    if not _NUMBER.fullmatch(text):
        raise RowHeld("is not a number")
    value = float(text.replace(",", ""))
    if not isfinite(value):
        raise RowHeld("is not a number")
    return value


def moment(text: str) -> datetime:
    """The UTC moment that a cell holds: ISO 8601, or day first; without an offset it is London time.

    Raises RowHeld where there is no such time, or two of them: on the night the clocks go back
    01:30 happens twice, and only the source knows which it meant.
    """
    found = moments(text)
    if len(found) > 1:
        raise RowHeld("is a time that happened twice: the clocks went back, and it has no offset")
    return found[0]


@lru_cache(maxsize=32768)  # a county's list of referrals alone has some 6,000, and comes again and again
def moments(text: str) -> tuple[datetime, ...]:
    """The UTC moments that a cell may mean, in order: one, or two on the night the clocks go back. Raises RowHeld for none."""
    text = text.strip()
    if day_first := _DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute, second = (int(part or 0) for part in day_first.groups())
        parts = (year, month, day, hour, minute, second)
        try:
            local = datetime(*parts)  # noqa: DTZ001 - the zone is what we are about to work out
        except ValueError:
            raise RowHeld("is not a time") from None
    else:
        try:
            local = datetime.fromisoformat(text)
        except ValueError:
            raise RowHeld("is not a time") from None
    if local.tzinfo is not None:
        try:
            return (local.astimezone(UTC),)
        except OverflowError:
            raise RowHeld("is not a time") from None
    early, late = (local.replace(tzinfo=LONDON, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return (early.astimezone(UTC),)
    if early.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != local:
        raise RowHeld("is a time that did not exist: the clocks went forward")
    return early.astimezone(UTC), late.astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The UTC moment at which a Europe/London day ends."""
    return datetime.combine(date.fromordinal(day.toordinal() + 1), time(), tzinfo=LONDON).astimezone(UTC)


def end_of_month(year: int, month: int) -> datetime:
    """The UTC moment at which a Europe/London month ends."""
    first = date(year + month // 12, month % 12 + 1, 1)
    return datetime.combine(first, time(), tzinfo=LONDON).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells as text by heading, and where it stood."""

    where: str  # "beds.csv row 14"
    cells: dict[str, str]
    places: PlaceCodes

    def text(self, column: str) -> str:
        """The cell as text, outer blanks gone; "" where the column is absent."""
        return self.cells.get(column, "").strip()

    def _said(self, column: str, read: Callable[[str], T]) -> T:
        try:
            return read(self.cells.get(column, ""))
        except RowHeld as why:
            # The cell itself is not quoted: a swapped column may hold a name.
            raise RowHeld(f"{column} {why}") from None

    def number(self, column: str) -> float | None:
        """The number in a cell; None where the source gives no figure. Raises RowHeld."""
        return self._said(column, number)

    def count(self, column: str) -> float | None:
        """A whole number of 0 or more; None where the source gives no figure. Raises RowHeld."""
        value = self._said(column, number)
        if value is not None and (value < 0 or not value.is_integer()):
            raise RowHeld(f"{column} is not a count: it is {'below zero' if value < 0 else 'not whole'}")
        return value

    def moment(self, column: str) -> datetime:
        """The UTC moment in a cell. Raises RowHeld."""
        return self._said(column, moment)

    def moments(self, column: str) -> tuple[datetime, ...]:
        """The UTC moments that a cell may mean: two, where the clocks went back and it has no offset. Raises RowHeld."""
        return self._said(column, moments)

    def place(self, *columns: str) -> str:
        """The id of the place named by one code, or by codes from the outside in. Raises RowHeld."""
        found: str | None = None
        for column in columns:
            within, found = found, self.places.find(self.text(column), within=found)
            if found is None:
                where = f" within {within}" if within else " of this feed"
                raise RowHeld(f"{column} is not a place{where}")
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and the rows under them, blank rows left out: every cell is text, and none has been read yet."""

    name: str  # of its document
    heading: tuple[str, ...]
    lines: tuple[tuple[int, list[str]], ...]  # the line on which each row ends, and its cells

    def rows(self, places: PlaceCodes, required: Collection[str]) -> Iterator[Row]:
        """The rows. Raises FeedMalformed.

        Refused whole: a missing or doubled heading that is required, a row of another width than the
        headings (a cut-off or unquoted file).
        """
        missing = sorted(set(required) - set(self.heading))
        if missing:
            raise FeedMalformed(
                f"{self.name}: no column {', '.join(repr(name) for name in missing)}; renamed? "
                f"It has {len(self.heading)} columns, {len(self.lines)} rows",
                rows=len(self.lines),
            )
        doubled = sorted(name for name in required if self.heading.count(name) > 1)
        if doubled:
            raise FeedMalformed(f"{self.name}: column {', '.join(doubled)} appears twice", rows=len(self.lines))
        for line, cells in self.lines:
            if len(cells) != len(self.heading):
                raise FeedMalformed(
                    f"{self.name} line {line}: {len(cells)} cells under {len(self.heading)} headings; "
                    "is the file cut off?",
                    rows=len(self.lines),
                )
        for count, (_, cells) in enumerate(self.lines, start=1):
            yield Row(f"{self.name} row {count}", dict(zip(self.heading, cells, strict=True)), places)


def csv_table(document: Document, *, delimiter: str = ",") -> Table:
    """A delimited file with headings. Raises FeedMalformed where it is empty or broken."""
    text = decode(document)
    # No new-line translation: a quoted cell may hold one.
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        heading = tuple(name.strip() for name in next(lines, []))
        if not any(heading):
            raise FeedMalformed(f"{document.name}: empty")
        rows = tuple((lines.line_num, cells) for cells in lines if any(map(str.strip, cells)))
    except csv.Error as error:
        raise FeedMalformed(f"{document.name} line {lines.line_num}: {error}; is the file cut off?") from None
    return Table(document.name, heading, rows)


def csv_rows(
    document: Document, places: PlaceCodes, required: Collection[str], *, delimiter: str = ","
) -> Iterator[Row]:
    """The rows of a delimited file with headings. Raises FeedMalformed.

    Columns that are not asked of a row are never kept.
    """
    return csv_table(document, delimiter=delimiter).rows(places, required)


def facts_of(
    rows: Iterable[Row],
    facts: Callable[[Row], Iterable[Fact]],
    *,
    place: Callable[[Row], str | None] = lambda _row: None,
) -> Iterator[Fact]:
    """The facts of each row; a row that raises RowHeld becomes one Held, whole, and the next goes on.

    ``place`` tells the place that a held row touches, as near as can be told: its figures then say so.
    """
    for row in rows:
        try:
            found = list(facts(row))
        except RowHeld as why:
            yield Held(row.where, str(why), place(row))
        else:
            yield from found
