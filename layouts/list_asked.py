"""What a grid asks of a list, checked: how to sort, and by what to choose.

What the browser asks is not to be trusted: whatever has not the agreed form is no request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flowcentre.measures.derive import local_day
from flowcentre.model import County
from flowcentre.picture.list_table import Cell, Column
from flowcentre.picture.listed import Item
from layouts.parts.list_page import ListPage

MOST_ROWS = 500  # in one answer
_LONGEST = 200  # letters of what is looked for
_MOST_LISTED = 50  # columns sorted by, or conditions of one filter
_BY_NAME = frozenset({"ref", "person"})  # columns with what somebody is known by

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
    names: tuple[Test, ...] = ()  # of these, by what somebody is known by


def rank(cell: Cell) -> Any:
    """By which cells stand in order: words without regard to capitals."""
    return cell.casefold() if isinstance(cell, str) else cell


def read(page: ListPage[Any], request: object, county: County) -> Asked:
    """A request, checked. Raises NotAgreed."""
    asked, columns = _mapping(request), {column.id: column for column in page.columns}
    start, end = _whole(asked.get("startRow", 0)), _whole(asked.get("endRow", 100))
    if not 0 <= start <= end:
        raise NotAgreed
    tests = {
        name: _test(_column(name, columns), _mapping(model), county)
        for name, model in _mapping(_given(asked, "filterModel", {})).items()
    }
    return Asked(
        start,
        min(end, start + MOST_ROWS),
        tuple(_sort(item, columns) for item in _listed(_given(asked, "sortModel", []))),
        tuple(tests.values()),
        tuple(test for name, test in tests.items() if name in _BY_NAME),
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
    return rank(cell)


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
