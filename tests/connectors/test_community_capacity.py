"""Community capacity: which figures each service has, and which of them cannot be. docs/packages.md states each answer."""

import re
from pathlib import Path

import pytest

from connectors._capacity import FIGURES, SERVICES
from connectors.community_capacity_csv import CommunityCapacityCsv, CommunityCapacitySettings
from flowcentre.feeds.contract import Document, PlaceCodes
from flowcentre.measures import ALL
from flowcentre.model import Fact, Held, Reading, RefusedColumn
from tests.connectors.cast import WESTSHIRE
from tests.connectors.referrals import as_csv

ROW = {"place_code": "ZW201", "service": "community hospital beds", "as_at": "2026-11-22T07:00:00Z"} | dict.fromkeys(
    FIGURES, ""
)
OWNERS = ["westshire-health-and-care", "westshire-council", "kestrel", "neighbours"]
PLACES = {
    "community hospital beds": "ZW201",
    "recovery beds": "ZW203",
    "virtual ward": "VWN",
    "care home beds": "007",
    "home care hours": "KES",
    "reablement hours": "WUPIN",
    "therapy": "WUPIN",
    "extra care": "EC1",
    "voluntary sector": "VS-N",
}


def facts(*changes: dict[str, str]) -> list[Fact | RefusedColumn]:
    connector = CommunityCapacityCsv(CommunityCapacitySettings(folder=Path("drops")), PlaceCodes(WESTSHIRE, OWNERS))
    return list(connector.parse(Document("capacity.csv", as_csv(*(ROW | change for change in changes)))))


def values(change: dict[str, str]) -> dict[str, float | None]:
    return {fact.measure: fact.value for fact in facts(change) if isinstance(fact, Reading)}


def held(*changes: dict[str, str]) -> list[str]:
    return [fact.reason for fact in facts(*changes) if isinstance(fact, Held)]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_reports_measures_that_its_place_may_report(service: str) -> None:
    code = PLACES[service]
    found = facts({"place_code": code, "service": service.upper(), "staffed": "10", "used": "9"})
    assert found
    for fact in found:
        assert isinstance(fact, Reading)
        assert WESTSHIRE[fact.place].kind in ALL[fact.measure].reported_by


def test_staffed_commissioned_used_free_and_closed_are_kept_apart() -> None:
    assert values({"commissioned": "30", "staffed": "26", "used": "24", "free": "1", "closed": "4"}) == {
        "community_beds_commissioned": 30,
        "community_beds_capacity": 26,
        "community_beds_used": 24,
        "community_beds_free": 1,
        "community_beds_closed": 4,
    }


def test_of_home_care_that_could_be_given_which_is_bought() -> None:
    hours = {"place_code": "KES", "service": "home care hours", "commissioned": "1,000", "staffed": "950.5"}
    found = values(hours | {"used": "980", "two_carers_free": "3.5"})
    assert (found["home_care_hours_capacity"], found["home_care_hours_staffed"]) == (1000, 950.5)
    assert (found["home_care_hours_two_carers_free"], found["home_care_hours_free"]) == (3.5, None)


def test_more_used_than_staffed_is_life() -> None:
    assert held({"staffed": "24", "used": "26", "free": "0"}) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"staffed": "24", "used": "20", "free": "25"}, "free is more than staffed; are columns swapped?"),
        ({"commissioned": "24", "closed": "25"}, "closed is more than commissioned; are columns swapped?"),
        ({"staffed": "24.5"}, "staffed is not a count: it is not whole"),
        ({"free": "-1"}, "free is not a count: it is below zero"),
        ({"reserved": "1"}, "reserved is given, and community hospital beds has none; are columns swapped?"),
        ({"service": "hospice beds"}, "service is not one that is agreed"),
        (
            {"service": "care home beds", "place_code": "007", "staffed": "30", "accepting": "31"},
            "accepting is more than staffed; are columns swapped?",
        ),
        (
            {"service": "reablement hours", "place_code": "WUPIN", "free": "10", "two_carers_free": "10.5"},
            "two_carers_free is more than free; are columns swapped?",
        ),
        ({"service": "reablement hours", "place_code": "WUPIN", "used": "-0.5"}, "used is below zero"),
        ({"service": "therapy", "place_code": "WUPIN", "closed": "2"}, "closed is given, and therapy has none"),
    ],
)
def test_what_cannot_be_holds_the_row(change: dict[str, str], why: str) -> None:
    (reason,) = held(change)
    assert reason.startswith(why)


def test_nought_where_a_service_has_no_such_figure_is_a_suppliers_way_of_leaving_it_out() -> None:
    assert held({"reserved": "0", "two_carers_free": "-"}) == []


def test_a_teams_hours_and_its_therapy_are_two_rows_and_either_twice_is_held() -> None:
    hours, therapy = ({"place_code": "WUPIN", "service": name} for name in ("reablement hours", "therapy"))
    assert held(hours, therapy) == []
    assert (
        held(hours, therapy, therapy | {"used": "3"})
        == ["is one of 2 rows for its place and service at one moment"] * 2
    )


GUIDE = (Path(__file__).parents[2] / "docs" / "packages.md").read_text()
CHAPTER = GUIDE.split("\n## Community capacity\n")[1].split("\n## ")[0]


def test_every_column_and_service_is_in_the_guide() -> None:
    columns = re.findall(r"^\| `(\w+)` \| required", CHAPTER, re.MULTILINE)
    assert columns == ["place_code", "service", "as_at", *FIGURES]
    for name, service in SERVICES.items():
        (row,) = re.findall(rf"^\| `{name}` \|.*$", CHAPTER, re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", row.split("|")[4])) == set(service.measures) - {"staffed", "used"}
