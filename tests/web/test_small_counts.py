"""Whoever may see no rows sees of fewer than everybody of a place no count that is small, by whichever way they ask."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest import mock

import httpx
import pytest

from flowcentre.model import SmallNumbers
from flowcentre.picture.list_small import is_narrowed
from flowcentre.store import open_store
from tests.web.rows_cast import ACCESS, DASH, SECRETS, Centre, page_question, served, settle_people

LIMITS = SmallNumbers(3, 2)
# Whoever sees no row, the machine without rows among them.
NO_ROWS = ("viewer", "lead", "editor", "admin", "watcher")
LISTS = ("delays", "packages")


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


def choices(client: httpx.Client, hiding: Centre, list_: str) -> list[tuple[str, int]]:
    """Each choice of one value of one facet, and how many people it leaves."""
    whole = api(client, hiding, "all", list_, "")
    found: Counter[str] = Counter()  # a ward that is not known is so in each hospital
    for facet, listed in whole["counts"].items():
        for one in listed:
            if one["count"] and one["value"]:
                found[f"{facet}={one['value']}"] += one["count"]
    assert any(count <= LIMITS.hide_to for count in found.values())
    return list(found.items())


@pytest.mark.parametrize("list_", LISTS)
@pytest.mark.parametrize("name", NO_ROWS)
def test_no_choice_of_a_facet_gives_a_small_or_an_exact_count_by_the_api_or_a_file(hiding, client, name, list_):
    picture, subject = hiding.live.current(), hiding.books.lists[list_]._subject
    for query, people in choices(client, hiding, list_):
        said = api(client, hiding, name, list_, query)
        assert said["small_numbers"] == {"hide_to": 3, "round_to": 2}
        counts = [one for listed in said["counts"].values() for one in listed]
        assert all(one["count"] in (None, 0) or (one["count"] > 3 and one["count"] % 2 == 0) for one in counts)
        assert all(one["count"] is None for one in counts if one["hidden"])
        narrowed = is_narrowed(hiding.books.lists[list_].choose(query, picture))
        assert narrowed == (query.partition("=")[0] != subject.place_facet)
        if narrowed:
            assert said["count"]["value"] == (None if people <= 3 else (people + 1) // 2 * 2), query
        file = client.get(f"/{list_}.csv?counts=yes&{query}", headers=hiding.headers(name))
        shown = {row["People"] for row in csv.DictReader(io.StringIO(file.text))} - {""}
        assert not shown & {"1", "2", "3", "5", "7", "9"}
        hidden = client.get(f"/{list_}.csv?counts=yes&small=suppress&{query}", headers=hiding.headers("all"))
        assert file.text == hidden.text


def test_whoever_sees_rows_is_told_counts_as_they_are(hiding, client):
    said = api(client, hiding, "mid", "delays", "site=southmere&pathway=1")
    assert said["small_numbers"] is None
    assert not any(one["hidden"] for listed in said["counts"].values() for one in listed)


def drawn(client: httpx.Client, hiding: Centre, name: str, list_: str, query: str) -> tuple[str, str]:
    """A page as Dash opens it, and its live part."""
    page = client.post(DASH, json=page_question(f"/{list_}", f"?{query}"), headers=hiding.headers(name)).json()
    live = client.get(f"/live/pages/{list_}?{query}", headers=hiding.headers(name))
    assert live.status_code == 200
    return json.dumps(page, ensure_ascii=False), live.text


@pytest.mark.parametrize("list_", LISTS)
def test_the_page_of_a_choice_has_counts_alone_and_the_small_ones_hidden(hiding, client, list_):
    subject = hiding.books.lists[list_]._subject
    seen = 0
    for query, people in choices(client, hiding, list_):
        if query.partition("=")[0] in (subject.place_facet, "past"):
            continue
        for html in drawn(client, hiding, "viewer", list_, query):
            said = re.sub(r"<[^>]+>", " ", html)
            assert ("fewer than 4 people" if people <= 3 else f"about {(people + 1) // 2 * 2} people") in said
            assert "You see counts here and no rows." in said
            assert 'class=\\"tile' not in html.replace('"', '\\"')
            numbers = re.findall(r'<td class="number">([^<]*)</td>', html.replace('\\"', '"'))
            assert not set(numbers) & {"1", "2", "3", "5", "7", "9"}
        seen += 1
        if seen == 6:
            break
    assert seen


def test_a_page_of_everybody_or_of_one_place_is_as_it_is_but_names_no_ward(hiding, client):
    for query in ("", "site=southmere"):
        for html in drawn(client, hiding, "viewer", "delays", query):
            assert "delay-tiles" in html
            assert "fewer than" not in html
            assert not re.search(r"[?&;]ward=", html)
    assert "ward=" in drawn(client, hiding, "all", "delays", "")[1]


def test_a_county_that_hides_nothing_from_its_screens_hides_nothing_from_viewers(hiding):
    shows = Centre(hiding.store, access=ACCESS)
    with served(shows) as url, httpx.Client(base_url=url, timeout=30) as asks:
        assert api(asks, shows, "viewer", "delays", "pathway=1")["small_numbers"] is None
