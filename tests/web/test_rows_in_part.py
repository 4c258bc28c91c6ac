"""Whoever sees only a part of the people is told by whatever they take away whose it is, and is told no count of others."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.feeds.care_cast import LOCALITIES
from tests.picture.packages_cast import SOON
from tests.web.rows_cast import DASH, WHOLE, Centre, page_question, question, text_of


def sheet_words(asks: httpx.Client, centre: Centre, name: str, query: str = "") -> str:
    answer = asks.get(f"/delays/ward-sheet{query}", headers=centre.headers(name))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_a_ward_sheet_says_whose_rows_it_shows_and_counts_nobody_elses(centre: Centre, asks: httpx.Client) -> None:
    part = sheet_words(asks, centre, "mid", "?site=southmere")
    assert "2 people of Mid alone: others may wait on this ward who are not yours to see." in part
    assert "They hold those of Mid alone; others may wait there." in part
    assert "with no criteria to reside" not in part
    whole = sheet_words(asks, centre, "all", "?site=southmere")
    assert "8 people with no criteria to reside" in whole
    assert "yours to see" not in whole


@pytest.mark.parametrize(("name", "yours"), [("southmere", "Southmere"), ("nowhere", "north")])
def test_a_sheet_of_which_nobody_may_be_seen_says_that_others_may_wait(
    centre: Centre, asks: httpx.Client, name: str, yours: str
) -> None:
    none = sheet_words(asks, centre, name, "?site=northgate")
    assert "None of those who are yours to see waits here: those of " + yours in none
    assert "Others may." in none
    assert "Nobody" not in none


def test_a_file_of_a_part_says_so_in_its_name_and_a_header_and_one_of_everybody_does_not(
    centre: Centre, asks: httpx.Client
) -> None:
    for kind in ("csv", "xlsx"):
        part = asks.get(f"/delays.{kind}", headers=centre.headers("mid"))
        assert "-delayed-people-of-Mid-only-20" in part.headers["content-disposition"]
        assert part.headers["x-flow-scope"] == "Mid"
        counts = asks.get(f"/delays.{kind}?counts=yes", headers=centre.headers("mid"))
        assert "-delayed-counts-of-Mid-only-20" in counts.headers["content-disposition"]
        whole = asks.get(f"/delays.{kind}", headers=centre.headers("all"))
        assert "only" not in whole.headers["content-disposition"]
        assert "x-flow-scope" not in whole.headers
    assert asks.get("/delays/ward-sheet", headers=centre.headers("mid")).headers["x-flow-scope"] == "Mid"


def test_a_hospitals_manager_has_the_packages_of_those_who_lie_there_and_of_nobody_else(
    centre: Centre, asks: httpx.Client
) -> None:
    lying = {row.ref for row in centre.store.people("delays", "northgate", SOON)}
    referrals = [row for place in LOCALITIES for row in centre.store.people("referrals", place, SOON)]
    wanted = {row.ref for row in referrals if row.person in lying}
    assert wanted

    def given(name: str) -> set[str]:
        ways = [
            asks.get(f"/packages.csv?{each}", headers=centre.headers(name)) for each in ("", "service=recovery-bed")
        ]
        ways.append(asks.get("/api/v1/packages", headers=centre.headers(name)))
        return {row.ref for row in referrals for way in ways if row.ref in text_of(way)}

    assert given("northgate")
    assert given("northgate") <= wanted
    assert given("all") - wanted
    assert given("southmere") == set()
    body = question("packages", kind="rows", request=WHOLE)
    said = {
        name: asks.post(DASH, json=body, headers=centre.headers(name)).json()["response"]["packages-answer"]["data"]
        for name in ("northgate", "southmere")
    }
    assert said["northgate"]["rowData"]
    assert {row["ref"] for row in said["northgate"]["rowData"]} <= wanted
    assert said["southmere"]["rowData"] == []
    page = asks.post(DASH, json=page_question("/packages"), headers=centre.headers("southmere")).text
    assert "to the hospital in which the person lies" in page
