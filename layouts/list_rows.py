"""The rows of the list: sorted, filtered and grouped by the server, as the grid asks for them.

What the browser asks is not to be trusted: whatever has not the agreed form gives no rows, and no error either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from flowcentre.measures.derive import local_day
from flowcentre.model import County
from flowcentre.picture.list_table import Cell, Column
from flowcentre.picture.listed import UNKNOWN, Chosen, Item, T
from layouts.parts.list_page import ListPage
from layouts.parts.list_words import people
from layouts.parts.words import LONDON, clock_words

MOST_ROWS = 500  # in one answer
_LONGEST = 200  # letters of what is looked for
_MOST_LISTED = 50  # columns sorted by, or conditions of one filter
GROUP_REF = "group "  # before a group's own name: no pseudonym holds a blank

Row = dict[str, Any]
Test = Callable[[Any], bool]


class NotAgreed(ValueError):
    """A request that has not the agreed form."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a grid asks for, once it has been read."""

    start: int = 0
    end: int = 100
    sorts: tuple[tuple[Column[Any], bool], ...] = ()  # (column, descending)
    tests: tuple[Test, ...] = ()


NOTHING: Row = {"rowData": [], "rowCount": 0, "said": ""}


def rows(page: ListPage[T], chosen: Chosen[T], group: str | None, request: object) -> Row:
    """The rows that a request asks for, and how many there are: {"rowData": [...], "rowCount": n}."""
    try:
        asked = read(page, request, chosen.picture.county)
    except NotAgreed:
        return NOTHING
    county = chosen.picture.county
    found = _arranged(page, chosen.people, group, asked, county)
    lines = _lines(page, found, group, county)
    return {
        "rowData": [_row(page, line, county) for line in lines[asked.start : asked.end]],
        "rowCount": len(lines),
        "said": _left_out(len(found), len(chosen.people)),
    }


def _left_out(found: int, everybody: int) -> str:
    """Says that the columns' own filters leave people out, whom the count above and the exports hold; else ""."""
    if found == everybody:
        return ""
    return f"{found:,} of {everybody:,} rows, by the filters of the columns. The figures above and what is taken away hold all {everybody:,}."


def index_of(page: ListPage[T], chosen: Chosen[T], group: str | None, request: object, ref: str) -> int | None:
    """At which row a person stands in the list that a request asks for."""
    try:
        asked = read(page, request, chosen.picture.county)
    except NotAgreed:
        return None
    county = chosen.picture.county
    lines = _lines(page, _arranged(page, chosen.people, group, asked, county), group, county)
    return next((n for n, line in enumerate(lines) if not isinstance(line, _Group) and line.person.ref == ref), None)


def news(before: Sequence[Item], after: Sequence[Item], since: datetime) -> str:
    """How a list differs from an earlier one, in a sentence; "" where it does not."""
    was = {item.person.ref: item for item in before}
    now = {item.person.ref: item for item in after}
    came, left = len(now.keys() - was.keys()), len(was.keys() - now.keys())
    changed = sum(_differs(was[ref], now[ref]) for ref in was.keys() & now)
    if not (came or left or changed):
        return ""
    said = [f"{came} came", f"{left} left"] + ([f"{changed} changed"] if changed else [])
    return f"The list has changed since {clock_words(since)}: {', '.join(said)}."


def _differs(before: Item, after: Item) -> bool:
    return (before.person, before.stale, before.elsewhere) != (after.person, after.stale, after.elsewhere)


# --- Order and groups -----------------------------------------------------------------------


def _arranged(page: ListPage[T], items: Iterable[T], group: str | None, asked: Asked, county: County) -> list[T]:
    found = [item for item in items if all(test(item) for test in asked.tests)]
    for column, descending in reversed(asked.sorts):  # each sort keeps the order of those before it
        known = [item for item in found if column.of(item, county) is not None]
        known.sort(key=lambda item: _rank(column.of(item, county)), reverse=descending)
        found = known + [item for item in found if column.of(item, county) is None]  # not known stands last
    if group is not None:
        found.sort(key=lambda item: _group_rank(page, item, group, county))
    return found


def _rank(cell: Cell) -> Any:
    return cell.casefold() if isinstance(cell, str) else cell


def _group_rank(page: ListPage[T], item: T, group: str, county: County) -> tuple[bool, str, str]:
    key = page.group_of(item, group)
    return key == UNKNOWN, page.group_name(group, key, county).casefold(), key


@dataclass(frozen=True, slots=True)
class _Group:
    key: str
    words: str


def _lines(page: ListPage[T], items: list[T], group: str | None, county: County) -> list[T | _Group]:
    """The people, and before each group of them a line that sums it up."""
    if group is None:
        return list(items)
    lines: list[T | _Group] = []
    for key, members in groupby(items, lambda item: page.group_of(item, group)):
        here = list(members)
        counted = [item for item in here if not item.stale]
        old = len(here) - len(counted)
        said = [people(len(counted))] if counted or not old else []
        if counted:
            said += page.group_sums(counted)
        if old:
            said.append(f"{old} on a list too old")
        lines += [_Group(key, f"{page.group_name(group, key, county)}: {', '.join(said)}"), *here]
    return lines


# --- Cells ----------------------------------------------------------------------------------


def _row(page: ListPage[T], line: T | _Group, county: County) -> Row:
    if isinstance(line, _Group):
        return {"ref": GROUP_REF + line.key, "group": line.words}
    row: Row = {
        column.id: column.shown(line) if column.shown is not None else cell_words(column.of(line, county))
        for column in page.columns
    }
    if line.stale:
        row["too_old"] = f"list of {clock_words(line.at)}, too old"
        row["old"] = True
    else:
        row["too_old"] = ""
    return row


def cell_words(cell: Cell) -> str | int | float:
    """What stands in a cell."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else "yes" if cell else "no"
    if isinstance(cell, datetime):
        local = cell.astimezone(LONDON)
        return f"{local.day} {local:%b %Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%a} {cell.day} {cell:%b %Y}"
    return cell


# --- What is asked --------------------------------------------------------------------------


def read(page: ListPage[Any], request: object, county: County) -> Asked:
    """A request, checked. Raises NotAgreed."""
    asked, columns = _mapping(request), {column.id: column for column in page.columns}
    start, end = _whole(asked.get("startRow", 0)), _whole(asked.get("endRow", 100))
    if not 0 <= start <= end:
        raise NotAgreed
    return Asked(
        start,
        min(end, start + MOST_ROWS),
        tuple(_sort(item, columns) for item in _listed(_given(asked, "sortModel", []))),
        tuple(
            _test(_column(name, columns), _mapping(model), county)
            for name, model in _mapping(_given(asked, "filterModel", {})).items()
        ),
    )


def _given(asked: Mapping[str, object], name: str, otherwise: object) -> object:
    item = asked.get(name)
    return otherwise if item is None else item


def _mapping(item: object) -> Mapping[str, object]:
    if not isinstance(item, dict) or not all(isinstance(name, str) for name in item):
        raise NotAgreed
    return item


def _listed(item: object) -> list[object]:
    if not isinstance(item, list) or len(item) > _MOST_LISTED:
        raise NotAgreed
    return item


def _whole(item: object) -> int:
    if not isinstance(item, int) or isinstance(item, bool) or abs(item) > 10**9:
        raise NotAgreed
    return item


def _number(item: object) -> float:
    if not isinstance(item, int | float) or isinstance(item, bool):
        raise NotAgreed
    return item


def _text(item: object) -> str:
    if not isinstance(item, str) or len(item) > _LONGEST:
        raise NotAgreed
    return item.casefold()


def _day(item: object) -> date:
    """The grid's own form: "2026-11-20 00:00:00"."""
    try:
        return date.fromisoformat(_text(item)[:10])
    except ValueError:
        raise NotAgreed from None


_Columns = Mapping[str, Column[Any]]


def _column(name: object, columns: _Columns) -> Column[Any]:
    column = columns.get(name) if isinstance(name, str) else None
    if column is None:
        raise NotAgreed
    return column


def _sort(item: object, columns: _Columns) -> tuple[Column[Any], bool]:
    asked = _mapping(item)
    if asked.get("sort") not in ("asc", "desc"):
        raise NotAgreed
    return _column(asked.get("colId"), columns), asked["sort"] == "desc"


def _test(column: Column[Any], model: Mapping[str, object], county: County) -> Test:
    """One column's filter: one condition, or several joined by AND or OR."""
    if "conditions" in model or "operator" in model:
        parts = [_condition(column, _mapping(part), county) for part in _listed(model.get("conditions"))]
        if model.get("operator") not in ("AND", "OR") or not parts:
            raise NotAgreed
        joined = all if model["operator"] == "AND" else any
        return lambda item: joined(part(item) for part in parts)
    return _condition(column, model, county)


def _condition(column: Column[Any], model: Mapping[str, object], county: County) -> Test:
    kind = model.get("type")
    if not isinstance(kind, str):
        raise NotAgreed
    if kind in ("blank", "notBlank"):
        return lambda item: (column.of(item, county) in (None, "")) is (kind == "blank")
    read_one, first, second = _READ[column.kind]
    compare = _OPERATORS[read_one].get(kind)
    if compare is None:
        raise NotAgreed
    wanted = read_one(model.get(first))
    upper = read_one(model.get(second)) if kind == "inRange" else wanted

    def test(item: Item) -> bool:
        cell = _comparable(column.of(item, county))
        return cell is not None and compare(cell, wanted, upper)

    return test


def _comparable(cell: Cell) -> Any:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return local_day(cell)
    return _rank(cell)


# By the kind of a column: how what is looked for is read, and under which names it comes.
_READ: Mapping[str, tuple[Callable[[object], Any], str, str]] = {
    "text": (_text, "filter", "filterTo"),
    "flag": (_text, "filter", "filterTo"),
    "number": (_number, "filter", "filterTo"),
    "date": (_day, "dateFrom", "dateTo"),
    "moment": (_day, "dateFrom", "dateTo"),
}
_IN_ORDER: Mapping[str, Callable[[Any, Any, Any], bool]] = {
    "equals": lambda cell, wanted, _: cell == wanted,
    "notEqual": lambda cell, wanted, _: cell != wanted,
    "lessThan": lambda cell, wanted, _: cell < wanted,
    "lessThanOrEqual": lambda cell, wanted, _: cell <= wanted,
    "greaterThan": lambda cell, wanted, _: cell > wanted,
    "greaterThanOrEqual": lambda cell, wanted, _: cell >= wanted,
    "inRange": lambda cell, low, high: low <= cell <= high,
}
_OPERATORS: Mapping[Callable[[object], Any], Mapping[str, Callable[[Any, Any, Any], bool]]] = {
    _text: {
        "contains": lambda cell, wanted, _: wanted in cell,
        "notContains": lambda cell, wanted, _: wanted not in cell,
        "equals": lambda cell, wanted, _: cell == wanted,
        "notEqual": lambda cell, wanted, _: cell != wanted,
        "startsWith": lambda cell, wanted, _: cell.startswith(wanted),
        "endsWith": lambda cell, wanted, _: cell.endswith(wanted),
    },
    _number: _IN_ORDER,
    _day: {
        **_IN_ORDER,
        "before": lambda cell, wanted, _: cell < wanted,
        "after": lambda cell, wanted, _: cell > wanted,
    },
}
