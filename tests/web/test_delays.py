"""Delayed discharges over the web: what is answered, what is refused and why, and what never leaves."""

from __future__ import annotations

import csv
import io
import logging
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter
from python_calamine import CalamineWorkbook
from structlog.testing import capture_logs

from flowcentre.model import State
from flowcentre.picture.delay_table import COLUMNS
from flowcentre.picture.delays import FACETS
from flowcentre.web import pulse
from flowcentre.web.delay_shapes import DelaysShape
from tests.web.cast import Westshire, running
from tests.web.delay_cast import AT, COUNTY, DAY, EARLIER, PretendBook, crowd, waiting

ADDRESSES = ("/api/v1/delays", "/delays.csv", "/delays.xlsx", "/delays/ward-sheet")


@contextmanager
def asking(book: PretendBook | None) -> Iterator[httpx.Client]:
    with running(Westshire(delays=book).app()) as url, httpx.Client(base_url=url, timeout=10) as client:
        yield client


@pytest.fixture
def book() -> PretendBook:
    return PretendBook(
        {
            "northgate": crowd("northgate", 21),
            "southmere": crowd("southmere", 13, EARLIER),
            "eastfield": crowd("eastfield", 9),
        },
        {"southmere": State.STALE},
    )


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def lines_of(content: bytes, sheet: str = "Delayed") -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet).to_python()


# --- The API -----------------------------------------------------------------------------


def test_the_answer_is_as_it_is_described(book: PretendBook) -> None:
    with asking(book) as client:
        said = client.get("/api/v1/delays?pathway=1,2&site=northgate").json()
        described = client.get("/openapi.json").json()["paths"]["/api/v1/delays"]["get"]
    TypeAdapter(DelaysShape).validate_python(said)
    assert said["filters"] == {"pathway": ["1", "2"], "site": ["northgate"]}
    assert said["query"] == "pathway=1,2&site=northgate"
    assert (said["version"], said["at"], said["looks_back"]) == (7, "2026-11-22T14:00:00Z", False)
    assert (said["county"], said["demonstration"]) == ("Westshire", True)
    assert [column["id"] for column in said["people"]["columns"]] == [column.id for column in COLUMNS]
    assert all(list(row) == [column.id for column in COLUMNS] for row in said["people"]["rows"])
    named = [parameter["name"] for parameter in described["parameters"]]
    assert set(named) == {*FACETS, "past", "at", "people", "limit", "offset"}


@pytest.mark.parametrize("asked", ["pathway=1,4", "site=northgate,nowhere", "days=21", "past=tomorrow"])
def test_a_value_that_there_is_not_is_refused_so_that_nobody_is_taken_away_by_a_slip(
    book: PretendBook, asked: str
) -> None:
    facet = asked.partition("=")[0]
    with asking(book) as client:
        for path in ("/api/v1/delays", "/delays.csv", "/delays.xlsx", "/delays/ward-sheet"):
            answer = client.get(f"{path}?{asked}")
            assert (answer.status_code, f"no such value of {facet}" in answer.text) == (422, True), path


@pytest.mark.parametrize("path", ["/api/v1/delays", "/delays.csv", "/delays.xlsx", "/delays/ward-sheet"])
def test_a_misspelt_filter_is_refused_for_it_would_take_everybody_away(book: PretendBook, path: str) -> None:
    with asking(book) as client:
        answer = client.get(f"{path}?pathways=1")
    assert (answer.status_code, "there is no 'pathways' here: there are pathway," in answer.text) == (422, True)


def test_where_the_only_list_is_too_old_no_days_are_told_as_known(book: PretendBook) -> None:
    with asking(book) as client:
        said = client.get("/api/v1/delays?site=southmere").json()
    assert (said["count"]["state"], said["count"]["value"]) == ("stale", len(said["people"]["rows"]))
    assert set(said["days"].values()) == {None}
    assert (said["expected_today"], said["expected_tomorrow"]) == (None, None)


def test_a_silent_hospital_has_no_count_and_its_people_say_that_they_are_old(book: PretendBook) -> None:
    with asking(book) as client:
        said = client.get("/api/v1/delays").json()
    sites = {one["value"]: one["count"] for one in said["counts"]["site"]}
    assert sites == {"northgate": 21, "southmere": None, "eastfield": 9}
    assert (said["count"]["value"], said["count"]["at_least"]) == (30, True)
    assert said["count"]["coverage"] == {
        "reporting": 2, "expected": 3, "noun": "hospitals", "missing": ["southmere"]}  # fmt: skip
    old = [row for row in said["people"]["rows"] if row["too_old"]]
    assert (len(old), {row["site"] for row in old}) == (13, {"Southmere General"})


def test_where_no_list_is_known_nothing_is_zero() -> None:
    nobody = PretendBook({"northgate": []}, {"northgate": State.NEVER})
    with asking(nobody) as client:
        said = client.get("/api/v1/delays").json()
        rows = rows_of(client.get("/delays.csv?counts=yes").text)
        hidden = rows_of(client.get("/delays.csv?counts=yes&small=suppress").text)
    assert (said["count"]["value"], said["count"]["state"]) == (None, "never")
    assert {one["count"] for facet in said["counts"].values() for one in facet} == {None}
    assert set(said["days"].values()) == {None}
    assert [said["discharged"][key] for key in ("today", "by_1200", "by_1700")] == [None] * 3
    assert (said["expected_today"], said["expected_tomorrow"]) == (None, None)
    assert {row["People"] for row in rows} == {row["People"] for row in hidden} == {""}


def test_people_come_in_pages_longest_first(book: PretendBook) -> None:
    with asking(book) as client:
        whole = client.get("/api/v1/delays").json()["people"]
        pages = [client.get(f"/api/v1/delays?limit=20&offset={offset}").json()["people"] for offset in (0, 20, 40, 60)]
    assert [row for page in pages for row in page["rows"]] == whole["rows"]
    assert {page["total"] for page in pages} == {43}
    days = [row["days"] for row in whole["rows"]]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("at", "looks_back_to"),
    [
        ("2026-11-22T09:00:00Z", "2026-11-22T09:00:00Z"),
        ("2026-10-25T01:30:00+01:00", "2026-10-25T00:30:00Z"),  # a plus that nobody escaped
        ("2026-10-25T01:30:00%2B01:00", "2026-10-25T00:30:00Z"),
        ("2026-08-01T09:00", "2026-08-01T08:00:00Z"),
    ],
)
def test_a_past_moment_may_be_asked_for(book: PretendBook, at: str, looks_back_to: str) -> None:
    with asking(book) as client:
        said = client.get(f"/api/v1/delays?people=no&at={at}&pathway=1").json()
        name = client.get(f"/delays.csv?pathway=1&at={at}").headers["content-disposition"]
    assert (said["at"], said["looks_back"], said["query"]) == (looks_back_to, True, "pathway=1")
    assert name.startswith('attachment; filename="DEMONSTRATION-Westshire-delayed-people-2026-')


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("yesterday", "at is not a time"),
        ("2026-11-23T08:00:00Z", "at is for a moment of the past"),
        ("0001-01-01T00:00:00%2B23:00", "at is out of all time"),
    ],
)
def test_what_is_no_past_moment_is_refused_in_words(path: str, at: str, words: str) -> None:
    with asking(PretendBook()) as client:
        answer = client.get(f"{path}?at={at}")
    assert answer.status_code == 422
    assert words in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", ["limit=0", "limit=10001", "offset=-1", "people=some", "limit=x"])
def test_a_page_that_cannot_be_is_refused_in_words(query: str) -> None:
    with asking(PretendBook()) as client:
        answer = client.get(f"/api/v1/delays?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(query.partition("=")[0])


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_server_without_lists_says_so(path: str) -> None:
    with asking(None) as client:
        answer = client.get(path)
    assert (answer.status_code, "reads no discharge lists" in answer.text) == (404, True)


@pytest.mark.parametrize("path", ADDRESSES)
def test_an_answer_is_kept_by_nobody_and_read_in_a_thread(book: PretendBook, path: str) -> None:
    with asking(book) as client:
        headers = client.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-flow-version"] == "7"
    ((_, thread),) = book.asked
    assert "worker" in thread, "the event loop's own thread must not wait for a store"


def test_the_present_is_not_told_from_memory_and_the_past_is(
    book: PretendBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    elapsed = [0.0]
    monkeypatch.setattr(pulse, "time", SimpleNamespace(monotonic=lambda: elapsed[0]))
    westshire = Westshire(delays=book)
    westshire.store.failing = True
    with running(westshire.app()) as url, httpx.Client(base_url=url, timeout=10) as client:
        elapsed[0] += 60
        for path in ADDRESSES:
            answer = client.get(path)
            assert (answer.status_code, "secret" in answer.text) == (503, False), path
            assert client.get(f"{path}?at=2026-11-22T09:00:00Z").status_code == 200


@pytest.mark.parametrize("days", ["21+", "21%2B", "0,21+"])
def test_a_plus_that_nobody_escaped_does_not_choose_everybody(book: PretendBook, days: str) -> None:
    with asking(book) as client:
        said = client.get(f"/api/v1/delays?people=no&days={days}").json()
    assert said["filters"] == {"days": ["0", "21+"] if "," in days else ["21+"]}


# --- Files ---------------------------------------------------------------------------------


def test_a_csv_is_headings_and_rows_alone(book: PretendBook) -> None:
    with asking(book) as client:
        answer = client.get("/delays.csv?ward=northgate-a1")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="DEMONSTRATION-Westshire-delayed-people-2026-11-22T1400-v7-ward-northgate-a1.csv"'
    )
    rows = rows_of(answer.text)
    assert list(rows[0]) == [column.heading for column in COLUMNS]
    assert {row["Ward"] for row in rows} == {"A1"}


def test_moments_are_londons_with_their_offset() -> None:
    summer = waiting("NG-1", "northgate", 150, reviewed_at=AT - 140 * DAY, expected_on=date(2026, 7, 3))
    with asking(PretendBook({"northgate": [summer]})) as client:
        (row,) = rows_of(client.get("/delays.csv").text)
        top, line = lines_of(client.get("/delays.xlsx").content)[-2:]
    assert row["Discharge ready"] == "2026-06-25T15:00:00+01:00"
    assert row["List as at"] == "2026-11-22T14:00:00+00:00"
    assert row["Expected discharge"] == "2026-07-03"
    read = dict(zip(top, line, strict=True))
    assert read["Last review"] == row["Last review"] == "2026-07-05T15:00:00+01:00"
    assert read["Expected discharge"] == date(2026, 7, 3)


def test_a_workbook_says_first_and_last_what_it_is(book: PretendBook) -> None:
    with asking(book) as client:
        answer = client.get("/delays.xlsx?pathway=1,2")
    assert answer.headers["content-disposition"].endswith('-v7-pathway-1-2.xlsx"')
    lines = lines_of(answer.content)
    said = [line[0] for line in lines[: next(n for n, line in enumerate(lines) if line[0] == "Ref")]]
    count = sum(1 for person in (*book.people["northgate"], *book.people["eastfield"])
                if person.pathway in (1, 2) and person.discharged_at is None)  # fmt: skip
    assert said[:6] == [
        "Westshire: delayed discharges",
        "Demonstration: every figure here is invented",
        "As at: 2026-11-22T14:00:00+00:00",
        "Picture: version 7, of 2026-11-22T14:00:00+00:00",
        "Filters: Pathway: Pathway 1, Pathway 2",
        f"People delayed: at least {count}, 2 of 3 hospitals",
    ]
    assert said[6] == "Not counted: Southmere General, list too old, as at 2026-11-22T09:00:00+00:00"
    about = lines_of(answer.content, "About")
    assert ["Southmere General", "2026-11-22T09:00:00+00:00", "stale", "southmere-discharges"] in about


@pytest.mark.parametrize(
    "name", ["=HYPERLINK()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", "https://x.example", "7"]
)
def test_no_cell_runs_links_or_turns_into_a_number_in_a_spreadsheet(name: str) -> None:
    places = [replace(p, name=name) if p.id == "council" else p for p in COUNTY.places]
    county = replace(COUNTY, name=name, places=type(COUNTY.places)(places))
    person = waiting("NG-1", "northgate", 3, owner="council", coordinator=name)
    with asking(PretendBook({"northgate": [person]}, county=county)) as client:
        (row,) = rows_of(client.get("/delays.csv").text)
        workbook = client.get("/delays.xlsx").content
        top, line = lines_of(workbook)[-2:]
        counts = rows_of(client.get("/delays.csv?counts=yes").text)
    plain = name if name[0] in "h7" else f"'{name}"
    read = dict(zip(top, line, strict=True))
    assert row["Must act next"] == row["Co-ordinator"] == plain
    assert read["Must act next"].strip() == read["Co-ordinator"].strip() == plain.strip()
    assert plain in [one["Value"] for one in counts]
    assert lines_of(workbook)[0][0].startswith(plain.strip()[:2])
    parts = zip_parts(workbook)
    assert not any("<f>" in text or "<hyperlink" in text for text in parts.values())
    assert "hyperlink" not in "".join(parts)


def zip_parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return {name: parts.read(name).decode() for name in parts.namelist()}


def test_the_same_question_of_the_same_picture_gives_the_same_file(book: PretendBook) -> None:
    with asking(book) as client:
        for kind in ("csv", "xlsx"):
            assert client.get(f"/delays.{kind}").content == client.get(f"/delays.{kind}").content


# --- Small numbers ---------------------------------------------------------------------------


def test_small_numbers_are_hidden_in_counts_and_what_would_give_them_away(book: PretendBook) -> None:
    with asking(book) as client:
        plain = rows_of(client.get("/delays.csv?counts=yes").text)
        answer = client.get("/delays.csv?counts=yes&small=suppress")
        workbook = lines_of(client.get("/delays.xlsx?counts=yes&small=suppress").content)
    hidden = rows_of(answer.text)
    assert "delayed-counts-small-hidden" in answer.headers["content-disposition"]
    assert (plain[0]["People"], hidden[0]["People"]) == ("30", "30")
    true = {(row["Counted by"], row["Within"], row["Key"]): row["People"] for row in plain}
    for row in hidden:
        if row["Key"]:
            count = true[row["Counted by"], row["Within"], row["Key"]]
            assert row["People"] in ("", "*") if count == "" else row["People"] == "*" or int(row["People"]) % 5 == 0
            assert row["People"] not in map(str, range(1, 8))
            if count.isdigit() and 0 < int(count) < 8:
                assert row["People"] == "*"
    assert {row["People"] for row in hidden if row["Key"] == "southmere"} == {""}
    top = next(number for number, line in enumerate(workbook) if line[0] == "Counted by")
    shown = [f"{line[4]:.0f}" if isinstance(line[4], float) else line[4] for line in workbook[top + 1 :]]
    assert shown == [row["People"] for row in hidden]
    said = " ".join(line[0] for line in workbook[:top])
    assert "at least about 30" in said
    assert "1 to 7 are *" in said


def test_a_count_too_small_to_be_told_is_nowhere_in_a_file() -> None:
    few = PretendBook({"northgate": crowd("northgate", 6)})
    with asking(few) as client:
        answer = client.get("/delays.csv?counts=yes&small=suppress")
        workbook = client.get("/delays.xlsx?counts=yes&small=suppress").content
    assert {row["People"] for row in rows_of(answer.text)} - {"0"} == {"*"}  # that nobody is meant tells of nobody
    cells = [cell for sheet in ("Delayed", "About") for line in lines_of(workbook, sheet) for cell in line]
    assert "People delayed: fewer than 8, 1 of 1 hospitals" in cells
    cells = [cell for cell in cells if cell != 0]
    assert not [cell for cell in cells if not isinstance(cell, str) or re.search(r"(?<![\d:T-])6\b", cell)]


@pytest.mark.parametrize("path", ADDRESSES)
def test_rows_of_people_cannot_be_had_with_small_numbers_hidden(book: PretendBook, path: str) -> None:
    with asking(book) as client:
        answer = client.get(f"{path}?small=suppress")
    assert answer.status_code == 403
    assert "counts, not in rows of people" in answer.text
    assert book.asked == []


@pytest.mark.parametrize(
    "query", ["counts=yes&small=supress", "counts=yes&small=", "counts=maybe", "counts=yes&counts=no", "small=no"]
)
def test_a_slip_never_shows_more_than_was_asked_for(book: PretendBook, query: str) -> None:
    with asking(book) as client:
        for kind in ("csv", "xlsx"):
            answer = client.get(f"/delays.{kind}?{query}")
            assert answer.status_code == 422
            assert re.match("(small|counts) is ", answer.text)
    assert book.asked == []


# --- What never leaves ----------------------------------------------------------------------


def test_no_reference_of_a_person_is_in_an_address_or_in_a_line_of_the_log(
    book: PretendBook, caplog: pytest.LogCaptureFixture
) -> None:
    refs = [person.ref for people in book.people.values() for person in people]
    caplog.set_level(logging.DEBUG)
    with capture_logs() as lines, asking(book) as client:
        for path in ADDRESSES:
            answers = [
                client.get(path),
                client.get(f"{path}?pathway=1&counts=yes"),
                client.get(f"{path}?at=never"),
                client.get(f"{path}?ref={refs[0]}&limit={refs[1]}"),
                client.get(f"{path}/{refs[2]}"),
            ]
            for answer in answers[:3]:
                assert not [ref for ref in refs if ref in str(answer.headers)], path
        book.fails = ValueError(f"{refs[0]} of ward A1")
        for path in ADDRESSES:
            answer = client.get(path)
            assert answer.status_code == 500
            assert refs[0] not in answer.text
    told = [line for line in lines if line["event"] == "failed"]
    assert [line["path"] for line in told] == list(ADDRESSES)
    heard = str(lines) + "".join(
        record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))
    )
    assert not [ref for ref in refs if ref in heard]


def test_only_get_is_answered(book: PretendBook) -> None:
    with asking(book) as client:
        assert {client.post(path).status_code for path in ADDRESSES} == {405}
        assert {client.head(path).status_code for path in ADDRESSES[1:]} == {200}
