"""The rows of the list as the grid asks for them: sorted, filtered and grouped, and nothing at all for a forged request."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as any_

from flowcentre.picture.delay_table import COLUMNS
from layouts import delays, list_asked, list_rows
from tests.layouts.delays_cast import AT, Book, Stay, someone

THREE = (
    someone("NG-1", 3, ward="northgate-a3", pathway=None, expected_on=date(2026, 11, 20)),
    someone("NG-2", 34, ward="northgate-a3", pathway=2, reason="medicines", owner=None),
    someone("SM-1", 9, place="southmere", ward="southmere-a1", pathway=0),
)


class Three(Book):
    """Only three people wait, and two of them on one ward."""

    def __init__(self, stays: tuple[Stay, ...] = THREE) -> None:
        super().__init__()
        self.stays = stays


BOOK = Three()


def reply(book: Book, picture: Any, question: object) -> dict[str, Any]:
    return delays.answer(book, picture, question)[0]


def ask(request: object, query: str = "", book: Book = BOOK) -> dict[str, Any]:
    return reply(book, book.current(), {"kind": "rows", "query": query, "request": request})


def refs(request: object, query: str = "") -> list[str]:
    return [row["ref"] for row in ask({"startRow": 0, "endRow": 100} | request, query)["rowData"]]  # type: ignore[operator]


def test_the_longest_wait_comes_first_unless_another_order_is_asked_for() -> None:
    assert refs({}) == ["NG-2", "SM-1", "NG-1"]
    assert refs({"sortModel": [{"colId": "days", "sort": "asc"}]}) == ["NG-1", "SM-1", "NG-2"]
    assert refs({"sortModel": [{"colId": "site", "sort": "desc"}, {"colId": "days", "sort": "asc"}]}) == [
        "SM-1",
        "NG-1",
        "NG-2",
    ]


def test_whom_a_columns_filter_leaves_out_is_said_for_count_and_exports_hold_them() -> None:
    whole = {"startRow": 0, "endRow": 100}
    assert ask(whole)["said"] == ""
    left = ask(whole | {"filterModel": {"days": {"filterType": "number", "type": "greaterThan", "filter": 3}}})
    assert left["said"].startswith("2 of 3 rows, by the filters of the columns.")


@pytest.mark.parametrize("way", ["asc", "desc"])
def test_what_is_not_known_stands_last_in_either_order(way: str) -> None:
    assert refs({"sortModel": [{"colId": "pathway", "sort": way}]})[-1] == "NG-1"


@pytest.mark.parametrize(
    ("column", "model", "expected"),
    [
        ("ref", {"type": "contains", "filter": "ng-"}, ["NG-2", "NG-1"]),
        ("reason", {"type": "startsWith", "filter": "awaiting medicines"}, ["NG-2"]),
        ("owner", {"type": "blank"}, ["NG-2"]),
        ("owner", {"type": "notBlank"}, ["SM-1", "NG-1"]),
        ("days", {"type": "greaterThan", "filter": 3}, ["NG-2", "SM-1"]),
        ("days", {"type": "inRange", "filter": 3, "filterTo": 9}, ["SM-1", "NG-1"]),
        ("pathway", {"type": "equals", "filter": 0}, ["SM-1"]),
        ("expected", {"type": "equals", "dateFrom": "2026-11-20 00:00:00"}, ["NG-1"]),
        ("ready", {"type": "before", "dateFrom": "2026-11-01 00:00:00"}, ["NG-2"]),
        (
            "days",
            {"operator": "OR", "conditions": [{"type": "equals", "filter": 3}, {"type": "equals", "filter": 34}]},
            ["NG-2", "NG-1"],
        ),
    ],
)
def test_a_columns_filter_chooses(column: str, model: dict[str, object], expected: list[str]) -> None:
    assert refs({"filterModel": {column: model}}) == expected


def test_only_the_rows_in_sight_are_given_and_all_are_counted() -> None:
    answer = ask({"startRow": 1, "endRow": 2})
    assert [row["ref"] for row in answer["rowData"]] == ["SM-1"]
    assert answer["rowCount"] == 3
    assert set(answer["rowData"][0]) == {column.id for column in COLUMNS}


def test_a_group_is_headed_by_who_it_is_how_many_and_the_longest() -> None:
    rows = ask({"startRow": 0, "endRow": 100}, "?group=ward")["rowData"]
    assert [row.get("group", row["ref"]) for row in rows] == [
        "Northgate General, Ward A3: 2 people, longest 34 days",
        "NG-2",
        "NG-1",
        "Southmere General, Ward A1: 1 person, longest 9 days",
        "SM-1",
    ]
    owners = ask({"startRow": 0, "endRow": 100}, "?group=owner")["rowData"]
    assert owners[-2]["group"] == "Nobody named: 1 person, longest 34 days"


def test_a_person_of_a_list_too_old_is_marked_and_in_no_count() -> None:
    book = Book("stale")
    answer = ask({"startRow": 0, "endRow": 1}, book=book)
    assert answer["rowData"][0]["too_old"] == "list of 05:14, too old"
    assert answer["rowData"][0]["old"] is True
    group = ask({"startRow": 0, "endRow": 1}, "?group=ward", book)["rowData"][0]["group"]
    assert "on a list too old" in group
    assert "longest" not in group


def test_what_came_left_and_changed_is_said() -> None:
    book = Three()
    before = book.choose("").people
    gone, kept, moved = THREE[0], THREE[1], THREE[2]
    book.change(lambda _: (kept, replace(moved, person=replace(moved.person, pathway=3)), someone("NG-9", 1)))
    after = book.choose("").people
    assert list_rows.news(before, after, AT) == ("The list has changed since 15:14: 1 came, 1 left, 1 changed.")
    assert gone.person.ref not in [delay.person.ref for delay in after]
    assert list_rows.news(after, after, AT) == ""


def test_the_page_tells_what_is_new_and_where_somebody_stands_now() -> None:
    book = Three()
    since = book.choose("").picture.at.isoformat()
    book.change(lambda stays: (*stays, someone("NG-9", 60)), after=timedelta(minutes=15))
    told = reply(book, book.current(), {"kind": "news", "query": "", "since": since, "ref": "SM-1", "request": {}})
    assert told["words"] == "The list has changed since 15:14: 1 came, 0 left."
    assert told["index"] == 2
    gone = reply(book, book.current(), {"kind": "news", "query": "", "ref": "nobody", "request": {}})
    assert (gone["words"], gone["index"]) == ("", None)


@pytest.mark.parametrize(
    "request_",
    [
        None,
        5,
        [],
        "rows",
        {"startRow": "0"},
        {"startRow": -1},
        {"startRow": 10, "endRow": 1},
        {"startRow": True},
        {"startRow": 10**30},
        {"sortModel": {"colId": "days"}},
        {"sortModel": [{"colId": "nothing", "sort": "asc"}]},
        {"sortModel": [{"colId": ["days"], "sort": "asc"}]},
        {"sortModel": [{"colId": "days", "sort": "sideways"}]},
        {"sortModel": [{"colId": "days", "sort": "asc"}] * 500},
        {"filterModel": []},
        {"filterModel": {"nothing": {"type": "equals", "filter": 1}}},
        {"filterModel": {"__class__": {"type": "equals", "filter": 1}}},
        {"filterModel": {"days": None}},
        {"filterModel": {"days": {"type": "equals", "filter": "many"}}},
        {"filterModel": {"days": {"type": "matches", "filter": 1}}},
        {"filterModel": {"days": {"type": ["equals"], "filter": 1}}},
        {"filterModel": {"days": {"type": "inRange", "filter": 1}}},
        {"filterModel": {"ref": {"type": "contains", "filter": {"$ne": 1}}}},
        {"filterModel": {"ref": {"type": "contains", "filter": "x" * 5000}}},
        {"filterModel": {"ready": {"type": "equals", "dateFrom": "yesterday"}}},
        {"filterModel": {"days": {"operator": "XOR", "conditions": [{"type": "equals", "filter": 1}]}}},
        {"filterModel": {"days": {"operator": "AND", "conditions": []}}},
        {"filterModel": {"days": {"operator": "AND", "conditions": "all"}}},
    ],
)
def test_a_forged_request_gives_no_rows_and_no_error(request_: object) -> None:
    answer = ask(request_)
    assert (answer["rowData"], answer["rowCount"]) == ([], 0)


def test_no_more_rows_are_given_at_once_than_a_grid_needs() -> None:
    assert len(ask({"startRow": 0, "endRow": 10**6}, book=Book("overloaded"))["rowData"]) == list_asked.MOST_ROWS


_NOISE = any_.recursive(
    any_.none() | any_.booleans() | any_.integers() | any_.text(max_size=8) | any_.sampled_from(
        ["days", "ref", "ready", "asc", "equals", "contains", "AND", "2026-11-20 00:00:00"]
    ),
    lambda inside: any_.lists(inside, max_size=3)
    | any_.dictionaries(
        any_.sampled_from(
            ["startRow", "endRow", "sortModel", "filterModel", "colId", "sort", "type", "filter", "days", "ready", "operator",
             "conditions", "dateFrom"]
        ),
        inside,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@for_all(_NOISE)
def test_whatever_is_asked_is_answered(noise: object) -> None:
    answer = ask(noise)
    assert isinstance(answer["rowData"], list)


@pytest.mark.parametrize(
    "question",
    [None, 5, [], {}, {"kind": "rows", "query": 5}, {"kind": "life", "ref": ["x"]}, {"kind": "all"}, {"kind": "rows", "query": "at=never"}],
)  # fmt: skip
def test_a_question_that_is_none_has_no_answer(question: object) -> None:
    book = Three()
    assert reply(book, book.current(), question) == {}


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (date(2026, 11, 25), "Wed 25 Nov"),
        (date(2027, 1, 4), "Mon 4 Jan 2027"),
        (datetime(2026, 11, 21, 14, 5, tzinfo=UTC), "21 Nov 14:05"),
        (datetime(2026, 11, 21, tzinfo=UTC), "21 Nov"),
    ],
)
def test_a_day_in_a_list_has_a_year_where_it_is_another_and_no_time_that_nobody_gave(cell: date, said: str) -> None:
    assert list_rows.cell_words(cell, datetime(2026, 11, 22, 9, tzinfo=UTC)) == said
