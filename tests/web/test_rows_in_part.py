"""Whoever sees only a part of the people is told so by whatever they take away: of how many it is, and whose."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.feeds.care_cast import LOCALITIES
from tests.picture.packages_cast import SOON
from tests.web.rows_cast import DASH, WHOLE, Centre, question, text_of

LISTS = ("delays", "packages")


def sheet_words(asks: httpx.Client, centre: Centre, name: str, query: str = "") -> str:
    answer = asks.get(f"/delays/ward-sheet{query}", headers=centre.headers(name))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_a_ward_sheet_says_of_how_many_counted_there_it_shows_a_part(centre: Centre, asks: httpx.Client) -> None:
    part = sheet_words(asks, centre, "mid", "?site=southmere")
    assert "2 of the 8 people counted on this ward are yours to see: those of Mid." in part
    assert "They hold 2 of the 8 people counted: those of Mid." in part
    assert "with no criteria to reside" not in part
    assert "8 of the 8 people counted on this ward are yours to see: those of Southmere" in sheet_words(
        asks, centre, "southmere", "?site=southmere"
    )
    whole = sheet_words(asks, centre, "all", "?site=southmere")
    assert "8 people with no criteria to reside" in whole
    assert "yours to see" not in whole


@pytest.mark.parametrize(("name", "yours"), [("southmere", "Southmere"), ("nowhere", "north")])
def test_a_sheet_of_which_nobody_may_be_seen_says_how_many_are_counted_there(
    centre: Centre, asks: httpx.Client, name: str, yours: str
) -> None:
    none = sheet_words(asks, centre, name, "?site=northgate")
    assert "20 people are counted here; none of them is yours to see. Yours are those of " + yours in none
    assert "Northgate" in none
    assert "Nobody" not in none


def test_a_file_of_a_part_says_so_in_its_name_and_a_header_and_one_of_everybody_does_not(
    centre: Centre, asks: httpx.Client
) -> None:
    for kind in ("csv", "xlsx"):
        part = asks.get(f"/delays.{kind}", headers=centre.headers("mid"))
        assert "-delayed-people-of-Mid-only-20" in part.headers["content-disposition"]
        assert part.headers["x-flow-scope"] == "Mid"
        for whole, name in (("", "all"), ("?counts=yes", "mid")):
            file = asks.get(f"/delays.{kind}{whole}", headers=centre.headers(name))
            assert "only" not in file.headers["content-disposition"]
            assert "x-flow-scope" not in file.headers
    assert asks.get("/delays/ward-sheet", headers=centre.headers("mid")).headers["x-flow-scope"] == "Mid"


@pytest.mark.parametrize("list_", LISTS)
def test_the_api_says_whose_rows_it_gives_and_how_many_there_are_of_everybody(
    centre: Centre, asks: httpx.Client, list_: str
) -> None:
    part, whole = (
        asks.get(f"/api/v1/{list_}", headers=centre.headers(name)).json()["people"] for name in ("mid", "all")
    )
    assert (part["whose"], whole["whose"]) == ("Mid", None)
    assert part["total"] < part["counted"] == whole["counted"] == whole["total"]


def test_a_page_whose_rows_of_others_are_left_out_says_how_many(centre: Centre, asks: httpx.Client) -> None:
    whole, part = (asks.get("/live/pages/packages", headers=centre.headers(name)).text for name in ("all", "mid"))
    said = [int(number) for number in re.findall(r">(\d+) more rows? here (?:is|are) not yours to see", part)]
    assert said
    assert "not yours to see" not in whole
    assert "<!--cut" not in part


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
    assert "to the hospital in which the person lies" in said["southmere"]["said"]
