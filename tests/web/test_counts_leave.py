"""A count of few people tells of each of them: it is written down as their rows would be, though no row is drawn."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

import httpx
import pytest

from flowcentre.access.rows import NOT_AUDITED
from layouts import list_rows
from layouts.delays import DELAYS_PAGE
from tests.layouts.test_delay_grid import Three
from tests.picture.packages_cast import SOON
from tests.web.rows_cast import DASH, Centre, page_question, question

# Who is asked about, and how their rows are counted, is the same on each database.
pytestmark = pytest.mark.parametrize("lasting_store", ["sqlite"], indirect=True)

ONE = "SM-1"  # of Mid, in Southmere
FEW = "site=southmere&pathway=1&council=mid"  # Mid's in Southmere, and nobody else
NO_ROW = {"startRow": 0, "endRow": 0}


def counted_by(query: str = "", **filters: dict[str, Any]) -> tuple[str, str, Any]:
    asked = {column: {"filterType": "text"} | said for column, said in filters.items()}
    return "POST", DASH, question("delays", kind="rows", query=query, request=NO_ROW | {"filterModel": asked})


# Each tells of ONE, and draws no row.
WAYS = {
    "a letter of a ref": counted_by(ref={"type": "startsWith", "filter": "sm"}),
    "a whole ref": counted_by(ref={"type": "equals", "filter": ONE}),
    "all but a ref": counted_by(ref={"type": "notEqual", "filter": ONE}),
    "a ref that another filter does not find": counted_by(
        ref={"type": "equals", "filter": ONE}, days={"type": "greaterThan", "filter": 900}
    ),
    "few who are found": counted_by("?council=mid", site={"type": "startsWith", "filter": "south"}),
    "few who are left out": counted_by("?council=mid", site={"type": "notContains", "filter": "south"}),
    "a choice of the page": counted_by(f"?{FEW}"),
    "where somebody stands": (
        "POST", DASH,
        question("delays", kind="news", query="", ref=ONE, request={"filterModel": {"days": {"type": "equals", "filter": 900}}}),
    ),
    "what is new": ("POST", DASH, question("delays", kind="news", query=f"?{FEW}", ref="", request=NO_ROW)),
    "counts of the API": ("GET", f"/api/v1/delays?people=no&{FEW}", None),
    "a page beyond the last": ("GET", f"/api/v1/delays?people=yes&offset=1000000&{FEW}", None),
    "a file of counts": ("GET", f"/delays.csv?counts=yes&{FEW}", None),
    "a page": ("POST", DASH, page_question("/delays", f"?{FEW}")),
    "its live part": ("GET", f"/live/pages/delays?{FEW}", None),
}  # fmt: skip


def ask(centre: Centre, asks: httpx.Client, name: str, way: tuple[str, str, Any]) -> tuple[httpx.Response, set[str]]:
    """An answer, and of whom the audit was told before it."""
    centre.forget()
    before = centre.store.audit_head()[0]
    method, path, body = way
    answer = asks.request(method, path, json=body, headers=centre.headers(name))
    kept = centre.store.audit_entries(limit=max(1, centre.store.audit_head()[0] - before))
    told = {ref for entry in kept if entry.number > before and entry.who == f"local|{name}" for ref in entry.refs}
    return answer, told


@pytest.mark.parametrize("name", ["all", "mid"])
@pytest.mark.parametrize("way", WAYS)
def test_whom_a_count_tells_of_is_in_the_audit_before_it(
    centre: Centre, asks: httpx.Client, name: str, way: str
) -> None:
    answer, told = ask(centre, asks, name, WAYS[way])
    assert answer.status_code == 200
    assert f'"{ONE}"' not in answer.text
    assert ONE in told


@pytest.mark.parametrize("way", ["a choice of the page", "counts of the API", "its live part"])
def test_and_nobody_else_is(centre: Centre, asks: httpx.Client, way: str) -> None:
    few = {row.ref for row in centre.store.people("delays", "southmere", SOON) if row.residence == "mid"}  # type: ignore[union-attr]
    assert ask(centre, asks, "mid", WAYS[way])[1] == few


@pytest.mark.parametrize(
    "way",
    [
        counted_by(),
        counted_by(site={"type": "startsWith", "filter": "north"}),  # 20, and 8 are left out
        ("GET", "/api/v1/delays?people=no", None),
        ("GET", "/api/v1/delays?people=no&site=southmere", None),
        ("GET", "/live/pages/delays?pathway=1", None),
    ],
)
def test_of_many_and_of_a_whole_place_nothing_is_written(centre: Centre, asks: httpx.Client, way: Any) -> None:
    answer, told = ask(centre, asks, "all", way)
    assert (answer.status_code, told) == (200, set())


@pytest.mark.parametrize("name", ["all", "mid"])
@pytest.mark.parametrize("way", WAYS)
def test_without_the_audit_no_such_count_leaves(centre: Centre, asks: httpx.Client, name: str, way: str) -> None:
    with mock.patch.object(type(centre.store), "audit", side_effect=OSError("the disk is full")):
        answer, told = ask(centre, asks, name, WAYS[way])
    assert not told
    if way == "a page":
        assert ("tiles" in answer.text, "delays-grid" in answer.text) == (False, False)
    else:
        assert answer.status_code == 503
        assert NOT_AUDITED in answer.text


@pytest.mark.parametrize(
    ("path", "search"), [("/packages", ""), ("/packages", "?phase=waiting"), ("/delays", f"?{FEW}")]
)
def test_whoever_sees_a_part_is_shown_no_count_of_others_when_the_audit_fails(
    centre: Centre, asks: httpx.Client, path: str, search: str
) -> None:
    def page(name: str) -> str:
        return json.dumps(ask(centre, asks, name, ("POST", DASH, page_question(path, search)))[0].json())

    with mock.patch.object(type(centre.store), "audit", side_effect=OSError("the disk is full")):
        part = page("mid")
        assert (NOT_AUDITED in part, "finished" in part) == (True, False)  # the reason, and nothing that is counted
        assert NOT_AUDITED in page("all")  # beside the counts that everybody is shown


@pytest.mark.usefixtures("lasting_store")
def test_a_heading_that_sums_up_a_few_tells_of_them() -> None:
    chosen = Three().choose("?group=ward")
    given = list_rows.rows(DELAYS_PAGE.page, chosen, "ward", {"startRow": 3, "endRow": 4})
    assert [row["group"] for row in given.rows["rowData"]] == ["Southmere General, Ward A1: 1 person, longest 9 days"]
    assert [item.person.ref for item in given.people] == ["SM-1"]


@pytest.mark.parametrize("list_", ["delays", "packages"])
def test_the_live_part_of_a_list_is_kept_by_nobody_of_those_who_see_rows(
    centre: Centre, asks: httpx.Client, list_: str
) -> None:
    for name in ("all", "mid"):
        answer = asks.get(f"/live/pages/{list_}", headers=centre.headers(name))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        again = asks.get(
            f"/live/pages/{list_}", headers=centre.headers(name) | {"if-none-match": answer.headers["etag"]}
        )
        assert (again.status_code, again.headers["cache-control"]) == (304, "no-store")
