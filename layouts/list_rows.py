"""The rows of the list: sorted, filtered and grouped by the server, as the grid asks for them.

What the browser asks is not to be trusted: whatever has not the agreed form gives no rows, and no error either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any, Generic

from flowcentre.model import County
from flowcentre.picture.list_leaving import if_few
from flowcentre.picture.list_table import Cell
from flowcentre.picture.listed import UNKNOWN, Chosen, Item, T
from layouts.list_asked import Asked, NotAgreed, rank, read
from layouts.parts.list_page import ListPage
from layouts.parts.list_words import people
from layouts.parts.words import LONDON, clock_words

GROUP_REF = "group "  # before a group's own name: no pseudonym holds a blank

Row = dict[str, Any]
NOTHING: Row = {"rowData": [], "rowCount": 0, "said": ""}


@dataclass(frozen=True, slots=True)
class Given(Generic[T]):
    """The rows that a request asks for, and of whom they and the counts beside them tell."""

    rows: Row
    people: Sequence[T] = ()


def rows(page: ListPage[T], chosen: Chosen[T], group: str | None, request: object) -> Given[T]:
    """The rows that a request asks for, and how many there are: {"rowData": [...], "rowCount": n}."""
    try:
        asked = read(page, request, chosen.picture.county)
    except NotAgreed:
        return Given(NOTHING)
    county = chosen.picture.county
    found = _arranged(page, chosen.people, group, asked, county)
    lines = _lines(page, found, group, county)
    shown = lines[asked.start : asked.end]
    told = {
        "rowData": [_row(page, line, county) for line in shown],
        "rowCount": len(lines),
        "said": _left_out(len(found), len(chosen.people)),
    }
    return Given(told, [*_in_lines(chosen, shown), *_by_filters(chosen, found, asked)])


def _in_lines(chosen: Chosen[T], lines: Sequence[T | _Group[T]]) -> Iterator[T]:
    """Of whom lines tell: a person's of them, and one that sums up a few of these."""
    for line in lines:
        if isinstance(line, _Group):
            yield from if_few(chosen, line.people)
        else:
            yield line


def _by_filters(chosen: Chosen[T], found: Sequence[T], asked: Asked) -> Iterator[T]:
    """Of whom it tells how many the columns' filters find: of few who are found or left out, and of whoever is looked for by name."""
    if not asked.tests:
        return
    there = {item.person.ref for item in found}
    yield from if_few(chosen, found)
    yield from if_few(chosen, [item for item in chosen.people if item.person.ref not in there])
    if asked.names:
        yield from found
        named = [item for item in chosen.people if all(test(item) for test in asked.names)]
        of_name = {item.person.ref for item in named}
        others = [item for item in chosen.people if item.person.ref not in of_name]
        # "Is not NG-1" looks for NG-1: of the two sides the smaller is whom it tells of, whether another filter finds them or not.
        yield from min(named, others, key=len)


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
        known.sort(key=lambda item: rank(column.of(item, county)), reverse=descending)
        found = known + [item for item in found if column.of(item, county) is None]  # not known stands last
    if group is not None:
        found.sort(key=lambda item: _group_rank(page, item, group, county))
    return found


def _group_rank(page: ListPage[T], item: T, group: str, county: County) -> tuple[bool, str, str]:
    key = page.group_of(item, group)
    return key == UNKNOWN, page.group_name(group, key, county).casefold(), key


@dataclass(frozen=True, slots=True)
class _Group(Generic[T]):
    key: str
    words: str
    people: Sequence[T]


def _lines(page: ListPage[T], items: list[T], group: str | None, county: County) -> list[T | _Group[T]]:
    """The people, and before each group of them a line that sums it up."""
    if group is None:
        return list(items)
    lines: list[T | _Group[T]] = []
    for key, members in groupby(items, lambda item: page.group_of(item, group)):
        here = list(members)
        counted = [item for item in here if not item.stale]
        old = len(here) - len(counted)
        said = [people(len(counted))] if counted or not old else []
        if counted:
            said += page.group_sums(counted)
        if old:
            said.append(f"{old} on a list too old")
        lines += [_Group(key, f"{page.group_name(group, key, county)}: {', '.join(said)}", here), *here]
    return lines


# --- Cells ----------------------------------------------------------------------------------


def _row(page: ListPage[T], line: T | _Group[T], county: County) -> Row:
    if isinstance(line, _Group):
        return {"ref": GROUP_REF + line.key, "group": line.words}
    row: Row = {
        column.id: column.shown(line) if column.shown is not None else cell_words(column.of(line, county), line.at)
        for column in page.columns
    }
    if line.stale:
        row["too_old"] = f"list of {clock_words(line.at)}, too old"
        row["old"] = True
    else:
        row["too_old"] = ""
    return row


_MIDNIGHT = time()


def cell_words(cell: Cell, at: datetime) -> str | int | float:
    """What stands in a cell of a list as at ``at``: a year only where it is another one, and no time that a source may not have given."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else "yes" if cell else "no"
    if isinstance(cell, datetime):
        local = cell.astimezone(LONDON)
        # A day alone is kept as its midnight.
        return f"{_day_words(local, at)}{'' if local.time() == _MIDNIGHT else f' {local:%H:%M}'}"
    if isinstance(cell, date):
        return f"{cell:%a} {_day_words(cell, at)}"
    return cell


def _day_words(day: date, at: datetime) -> str:
    return f"{day.day} {day:%b}" if day.year == at.astimezone(LONDON).year else f"{day.day} {day:%b %Y}"
