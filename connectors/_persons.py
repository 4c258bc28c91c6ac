"""The rows of a list, each of them once: what is done with one that cannot be read or is there again, and with names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from connectors._list_times import LIST_TIME
from flowcentre.feeds.contract import RowHeld
from flowcentre.feeds.pseudonyms import is_word
from flowcentre.feeds.tables import Row
from flowcentre.model import Held


class OnAList(Protocol):
    """Whoever, or whatever, has a ref on the list of a place."""

    @property
    def ref(self) -> str: ...
    @property
    def place(self) -> str: ...


P = TypeVar("P", bound=OnAList)


def read_each(
    rows: Iterable[Row | Held], read: Callable[[Row], P], place: Callable[[Row], str | None]
) -> list[tuple[str, P | Held]]:
    """What each row says, with where it stood; a row that raises RowHeld is held at its ``place``."""
    found: list[tuple[str, P | Held]] = []
    for row in rows:
        if isinstance(row, Held):
            found.append((row.row, row))
            continue
        try:
            found.append((row.where, read(row)))
        except RowHeld as why:
            found.append((row.where, Held(row.where, str(why), place(row))))
    return found


class ReadBefore(Generic[P]):
    """What the rows of the document before came to: of a history most come again unchanged, and are read once.

    For rows that are judged by their own cells, and by the list's time only in that nothing may lie ahead of it:
    what did not then does not now. No row that is held is kept, nor any but the last document's.
    """

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._rows: dict[tuple[tuple[str, str], ...], P] = {}

    def reader(self, read: Callable[[Row], P], at: datetime) -> Callable[[Row], P]:
        """Reads the rows of a list as at ``at``, one document after the other."""
        before = self._rows if self._at is not None and self._at <= at else {}
        rows: dict[tuple[tuple[str, str], ...], P] = {}
        self._at, self._rows = at, rows

        def read_once(row: Row) -> P:
            cells = tuple([cell for cell in row.cells.items() if cell[0] != LIST_TIME])
            # Taken out: of two equal rows of one document each is a row of its own.
            found = before.pop(cells, None)
            if found is None:
                found = read(row)
            rows[cells] = found
            return found

        return read_once


def each_once(found: Iterable[tuple[str, P | Held]]) -> Iterator[P | Held]:
    """The persons of a document, given with where their rows stood, in their order.

    Of two equal rows the second is held. Where one ref has other details in the same place all its rows are: none can
    be told to be right. Lists of two places may share a person who is being moved.
    """
    rows = list(found)
    first: dict[tuple[str, str], P] = {}
    contradicted: set[tuple[str, str]] = set()
    for _, person in rows:
        if not isinstance(person, Held) and first.setdefault((person.place, person.ref), person) != person:
            contradicted.add((person.place, person.ref))
    for where, person in rows:
        if isinstance(person, Held):
            yield person
        elif (person.place, person.ref) in contradicted:
            yield Held(where, "its ref is there again with other details: neither is believed", person.place)
        elif first[person.place, person.ref] is not person:
            yield Held(where, "the same row is there before", person.place)
        else:
            yield person


def without_names(
    rows: Sequence[tuple[str, P | Held]], column: str, code: Callable[[P], str]
) -> Iterator[tuple[str, P | Held]]:
    """The rows, those held whose code in a column is a word where most are: then it is a column of names."""
    codes = [code(row) for _, row in rows if not isinstance(row, Held)]
    are_names = 2 * sum(map(is_word, codes)) > len(codes)
    for where, row in rows:
        if are_names and not isinstance(row, Held) and is_word(code(row)):
            why = f"{column} has no digit, like most here: are they names? A pseudonym is wanted"
            yield where, Held(where, why, row.place)
        else:
            yield where, row
