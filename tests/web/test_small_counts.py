"""Whoever may see no rows is told counts of the county or of one place, the small ones hidden, and nothing that narrows them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest import mock

import httpx
import pytest

from flowcentre.model import SmallNumbers
from flowcentre.picture.list_small import NARROWED
from flowcentre.store import open_store
from tests.web.rows_cast import ACCESS, DASH, SECRETS, WHOLE, Centre, page_question, question, served, settle_people

LIMITS = SmallNumbers(3, 2)
# Whoever sees no row, the machine without rows among them.
NO_ROWS = ("viewer", "lead", "editor", "admin", "watcher")
LISTS = ("delays", "packages")
PLACES = {"delays": ("site=northgate", "site=southmere"), "packages": ("locality=north", "locality=mid")}
# Pairs of questions of which no answer tells a small count, and both together do: null is 1 to 7, and 0 is nobody.
PAIRS = {
    "delays": (
        ("ward=unknown&pathway=0", "ward=unknown&pathway=1"),
        ("pathway=1", "pathway=0,2,3,unknown"),
        ("site=southmere", "site=southmere&family=interface,capacity"),
        ("site=northgate", "site=northgate,southmere"),
        ("past=21-days", "site=southmere&past=21-days&council=mid"),
    ),
    "packages": (
        ("locality=mid&next=brokerage", "locality=mid&next=brokerage&carers=2"),
        ("phase=waiting", "phase=receiving"),
        ("locality=mid,north", "locality=mid"),
    ),
}
CHOICES = {
    list_: sorted({each for pair in pairs for each in pair} - set(PLACES[list_])) for list_, pairs in PAIRS.items()
}


@pytest.fixture(scope="module")
def hiding(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """On SQLite alone: whose rows are read is tested elsewhere."""
    file = tmp_path_factory.mktemp("small") / "flow.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    with closing(open_store(f"sqlite:///{file}")) as store, mock.patch.dict("os.environ", SECRETS):
        settle_people(store)
        yield Centre(store, access=replace(ACCESS, small_numbers=LIMITS))


@pytest.fixture(scope="module")
def client(hiding: Centre) -> Iterator[httpx.Client]:
    with served(hiding) as url, httpx.Client(base_url=url, timeout=30) as asks:
        yield asks


def api(client: httpx.Client, hiding: Centre, name: str, list_: str, query: str) -> dict:
    answer = client.get(f"/api/v1/{list_}?people=no&{query}", headers=hiding.headers(name))
    assert answer.status_code == 200, answer.text
    return answer.json()


def page(client: httpx.Client, hiding: Centre, name: str, list_: str, query: str) -> str:
    """A page as Dash opens it."""
    said = client.post(DASH, json=page_question(f"/{list_}", f"?{query}"), headers=hiding.headers(name)).json()
    return json.dumps(said, ensure_ascii=False).replace('\\"', '"').replace('\\\\"', '"').replace('\\"', '"')


def live(client: httpx.Client, hiding: Centre, name: str, list_: str, query: str) -> httpx.Response:
    return client.get(f"/live/pages/{list_}?{query}", headers=hiding.headers(name))


@pytest.mark.parametrize("list_", LISTS)
@pytest.mark.parametrize("name", NO_ROWS)
def test_what_would_narrow_a_count_is_refused_by_the_api_and_in_files(hiding, client, name, list_):
    for query in CHOICES[list_]:
        for back in ("", "&at=2026-11-18T08:00"):
            answer = client.get(f"/api/v1/{list_}?people=no&{query}{back}", headers=hiding.headers(name))
            assert (answer.status_code, answer.json()) == (403, {"detail": NARROWED}), query
        for kind in ("csv", "xlsx"):
            for small in ("", "&small=suppress"):
                file = client.get(f"/{list_}.{kind}?counts=yes{small}&{query}", headers=hiding.headers(name))
                assert (file.status_code, file.text) == (403, NARROWED), query


@pytest.mark.parametrize("list_", LISTS)
def test_and_by_the_page_its_live_part_and_its_grid(hiding, client, list_):
    for query in CHOICES[list_]:
        drawn = page(client, hiding, "viewer", list_, query)
        assert NARROWED in drawn, query
        assert not re.search(r"\d+ (people|person)", drawn)
        refused = live(client, hiding, "viewer", list_, query)
        assert (refused.status_code, refused.text) == (403, NARROWED)
        body = question(list_, kind="rows", query=query, request=WHOLE)
        assert client.post(DASH, json=body, headers=hiding.headers("viewer")).status_code == 403


@pytest.mark.parametrize("list_", LISTS)
@pytest.mark.parametrize("name", NO_ROWS)
def test_of_the_county_and_of_one_place_the_total_is_exact_and_no_other_small_count_is_told(
    hiding, client, name, list_
):
    for query in ("", *PLACES[list_]):
        said, true = (api(client, hiding, each, list_, query) for each in (name, "all"))
        assert said["small_numbers"] == {"hide_to": 3, "round_to": 2}
        assert said["count"]["value"] == true["count"]["value"]
        counts = [one for listed in said["counts"].values() for one in listed]
        assert counts
        assert all(one["count"] in (None, 0) or (one["count"] > 3 and one["count"] % 2 == 0) for one in counts)
        assert all(one["count"] is None for one in counts if one["hidden"])
        file = client.get(f"/{list_}.csv?counts=yes&{query}", headers=hiding.headers(name))
        shown = {row["People"] for row in csv.DictReader(io.StringIO(file.text))} - {""}
        assert not shown & {"1", "2", "3", "5", "7", "9"}
        hidden = client.get(f"/{list_}.csv?counts=yes&small=suppress&{query}", headers=hiding.headers("all"))
        assert file.text == hidden.text


@pytest.mark.parametrize("list_", LISTS)
def test_the_page_has_tables_of_counts_and_leads_to_other_places_alone(hiding, client, list_):
    facet = PLACES[list_][0].partition("=")[0]
    for query in ("", *PLACES[list_]):
        drawn = page(client, hiding, "viewer", list_, query)
        for html in (drawn, live(client, hiding, "viewer", list_, query).text):
            assert "You see counts here and no rows" in html
            numbers = re.findall(r'<td class="number">([^<]*)</td>', html)
            assert numbers
            assert not set(numbers) & {"1", "2", "3", "5", "7", "9"}
            led = set(re.findall(rf'href="/{list_}\?([a-z_]+)=', html))
            assert led <= {facet}, led
            assert 'class="tile' not in html
    assert 'class="tile' in live(client, hiding, "all", list_, "").text


def test_waits_are_told_of_many_and_of_a_few_they_are_not(hiding, client):
    few = Centre(hiding.store, access=replace(ACCESS, small_numbers=SmallNumbers(8, 2)))  # eight lie in Southmere
    with served(few) as url, httpx.Client(base_url=url, timeout=30) as asks:
        for query, told in (("site=northgate", True), ("site=southmere", False)):
            days = api(asks, few, "viewer", "delays", query)["days"]
            assert all((each is not None) == told for each in days.values()), query
            assert ("bed days lost" in live(asks, few, "viewer", "delays", query).text) == told
            assert api(asks, few, "all", "delays", query)["days"]["longest"] is not None
    packages = Centre(hiding.store, access=replace(ACCESS, small_numbers=SmallNumbers(60, 2)))
    with served(packages) as url, httpx.Client(base_url=url, timeout=30) as asks:
        waits = api(asks, packages, "viewer", "packages", "locality=mid")["waits"]
        assert waits.pop("people") is not None
        assert set(waits.values()) <= {None, 0}
        assert "longest wait" not in live(asks, packages, "viewer", "packages", "locality=mid").text


@pytest.mark.parametrize("list_", LISTS)
def test_whoever_sees_a_part_of_the_rows_is_told_counts_of_that_part_alone_whatever_they_choose(hiding, client, list_):
    """Or the counts of others could be taken apart by a manager of one hospital."""
    theirs = hiding.theirs("mid")
    for query in ("", *PLACES[list_], *CHOICES[list_]):
        said = client.get(f"/api/v1/{list_}?{query}", headers=hiding.headers("mid")).json()
        assert said["whose"] == "Mid"
        assert said["small_numbers"] is None
        assert said["people"]["total"] == len(said["people"]["rows"])
        assert {row["ref"] for row in said["people"]["rows"]} <= theirs
        counted = said["count"]["value"] or 0
        assert counted <= len(said["people"]["rows"])
        assert api(client, hiding, "mid", list_, query)["count"]["value"] == said["count"]["value"]
        parts = [one["count"] for facet in said["counts"] if facet != "past" for one in said["counts"][facet]]
        assert all((count or 0) <= counted for count in parts), query
        assert sum(one["count"] or 0 for one in said["counts"]["pathway"]) == counted
        drawn = page(client, hiding, "mid", list_, query)
        assert "are the rows of Mid alone" in drawn
        shown = live(client, hiding, "mid", list_, query)
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
        (words,) = re.findall(r'class="chosen-count"[^>]*><strong>([^<]*)', shown.text)
        assert words.startswith((f"{counted:.0f} ", "no list")), (query, words)
        file = client.get(f"/{list_}.csv?counts=yes&{query}", headers=hiding.headers("mid"))
        assert file.headers["x-flow-scope"] == "Mid"
        assert "-of-Mid-only" in file.headers["content-disposition"]


def test_whoever_sees_every_row_is_told_counts_as_they_are(hiding, client):
    said = api(client, hiding, "all", "delays", "site=southmere&pathway=1")
    assert (said["small_numbers"], said["whose"]) == (None, None)
    assert not any(one["hidden"] for listed in said["counts"].values() for one in listed)


def test_no_page_leads_to_a_choice_that_is_refused(hiding, client):
    for path in ("demand", "capacity"):
        led, full = (live(client, hiding, name, path, "").text for name in ("viewer", "all"))
        ways = re.findall(r'href="/(?:delays|packages)\?([^"#]*)', led)
        assert all(re.fullmatch(r"(?:site|locality)=[a-z-]+", way) for way in ways), ways
        if path == "capacity":
            assert re.findall(r'href="/packages\?[^"]*(?:next|phase)=', full)


def test_reasons_of_few_people_why_care_could_not_start_are_for_those_who_see_rows(hiding, client):
    led, full = (live(client, hiding, name, "capacity", "").text for name in ("viewer", "all"))
    few, every = ([int(each) for each in re.findall(r"<li[^>]*><b>(\d+)</b> ", page)] for page in (led, full))
    assert any(count <= LIMITS.hide_to for count in every)
    assert not any(count <= LIMITS.hide_to for count in few)
    opened = client.post(DASH, json=page_question("/capacity"), headers=hiding.headers("viewer")).json()
    assert [int(each) for each in re.findall(r"<li[^>]*><b>(\d+)</b> ", json.dumps(opened))] == few
    told = {}
    for name in ("viewer", "all"):
        said = client.get("/api/v1/capacity", headers=hiding.headers(name)).json()["localities"]
        told[name] = [row["people"] for each in said for row in each["not_started"]]
    assert (sorted(few), sorted(every)) == (sorted(told["viewer"]), sorted(told["all"]))


def test_a_county_that_hides_no_small_numbers_refuses_choices_all_the_same(hiding):
    shows = Centre(hiding.store, access=ACCESS)
    with served(shows) as url, httpx.Client(base_url=url, timeout=30) as asks:
        refused = asks.get("/api/v1/delays?people=no&pathway=1", headers=shows.headers("viewer"))
        assert (refused.status_code, refused.json()["detail"]) == (403, NARROWED)
        said, true = (api(asks, shows, name, "delays", "site=southmere") for name in ("viewer", "all"))
        assert said["counts"] == true["counts"]
        assert said["small_numbers"] is None
