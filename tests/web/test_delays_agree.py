"""However one asks, at one version the same people are counted: picture, API, CSV, XLSX and ward sheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from python_calamine import CalamineWorkbook

from flowcentre.model import Picture
from flowcentre.picture import DelayBook, LivePicture, build
from flowcentre.store import Store
from flowcentre.web import Glass, create_server
from layouts import ward_sheet
from tests.web.cast import running
from tests.web.delay_cast import AT, COUNTY, EARLIER, settle_westshire

NOW, THEN = AT + timedelta(seconds=2), EARLIER + timedelta(minutes=1)
# Filters, and the value of the picture that counts the same people, where there is one.
SAME = {
    "": ("westshire", "delayed_now"),
    "site=northgate": ("northgate", "delayed_now"),
    "site=southmere": ("southmere", "delayed_now"),
    "site=eastfield": ("eastfield", "delayed_now"),
    "pathway=1": ("westshire", "delayed_pathway_1_now"),
    "pathway=unknown": ("westshire", "delayed_pathway_unknown_now"),
    "family=capacity": ("westshire", "delayed_family_capacity_now"),
    "reason=medicines": ("westshire", "delayed_medicines_now"),
    "days=21%2B": ("westshire", "delayed_days_21_or_more_now"),
    "past=hospital-48h": ("westshire", "delayed_hospital_over_48h_now"),
    "past=expected": ("westshire", "delayed_expected_passed_now"),
    "site=northgate&pathway=2": ("northgate", "delayed_pathway_2_now"),
    "ward=northgate-a1": ("northgate-a1", "nctr_now"),
    "owner=council&council=north,unknown&pathway=0,3": None,
    "ward=unknown": None,
}


@contextmanager
def serving_from(store: Store) -> Iterator[httpx.Client]:
    live = LivePicture(store, COUNTY, lambda: NOW)
    glass = Glass(
        lambda *_: "",
        lambda *_: "",
        lambda *_: "",
        ward_sheet=lambda chosen, asked_at, part: ward_sheet.document(chosen, asked_at, part, fingerprint="f"),
    )
    app = create_server(live, store, glass, now=lambda: NOW, delays=DelayBook(store, live.current))
    with running(app) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def sheet_rows(content: bytes) -> list[dict[str, Any]]:
    """The rows beneath the headings of a workbook."""
    lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Delayed").to_python()
    top = next(number for number, line in enumerate(lines) if line[0] in ("Ref", "Counted by"))
    return [dict(zip(lines[top], line, strict=True)) for line in lines[top + 1 :]]


def counted(rows: list[dict[str, Any]]) -> list[str]:
    return [row["Ref"] for row in rows if row["List too old"] == "no"]


@pytest.mark.parametrize("moment", [None, THEN], ids=["now", "then"])
def test_every_way_of_asking_counts_the_same_people(store: Store, moment: datetime | None) -> None:
    settle_westshire(store)
    picture = build(store, COUNTY, moment or NOW)
    with serving_from(store) as client:
        for filters, same in SAME.items():
            at = f"at={quote(moment.isoformat())}" if moment else ""
            check(client, picture, "&".join(filter(None, (filters, at))), same)


def check(client: httpx.Client, picture: Picture, query: str, same: tuple[str, str] | None) -> None:
    said = client.get(f"/api/v1/delays?{query}").json()
    files = {kind: client.get(f"/delays.{kind}?{query}") for kind in ("csv", "xlsx")}
    sheets = client.get(f"/delays/ward-sheet?{query}")
    for answer in (*files.values(), sheets):
        assert answer.headers["x-flow-version"] == str(said["version"]) == str(picture.version)
    rows = {
        "api": [
            {"Ref": row["ref"], "List too old": "yes" if row["too_old"] else "no"} for row in said["people"]["rows"]
        ],
        "csv": list(csv.DictReader(io.StringIO(files["csv"].text, newline=""))),
        "xlsx": sheet_rows(files["xlsx"].content),
    }
    order = [row["Ref"] for row in rows["api"]]
    assert [row["Ref"] for row in rows["csv"]] == [row["Ref"] for row in rows["xlsx"]] == order
    assert sorted(re.findall(r'scope="row">([^<]+)<', sheets.text)) == sorted(order)
    value = said["count"]
    if value["state"] == "stale":  # the only list in scope is too old: everybody on it is shown as old
        assert value["value"] == len(order)
        assert not counted(rows["csv"])
    else:
        assert value["value"] == len(counted(rows["api"])) == len(counted(rows["csv"])) == len(counted(rows["xlsx"]))
    for facet, counts in said["counts"].items():
        if facet != "past":
            assert sum(one["count"] or 0 for one in counts) == value["value"], facet
    if same is not None:
        pictured = picture.value(*same)
        assert (value["value"], value["state"]) == (pictured.value, pictured.state), query
        if value["state"] != "stale" and same[1] != "nctr_now":  # the count is the more careful of the two there
            assert value["at_least"] == pictured.at_least, query
        if same[1] == "delayed_now" and same[0] == "westshire":
            assert value["coverage"] == {
                "reporting": pictured.coverage.reporting,
                "expected": pictured.coverage.expected,
                "noun": "hospitals",
                "missing": list(pictured.coverage.missing),
            }


def test_the_figures_of_the_api_are_the_pictures(store: Store) -> None:
    settle_westshire(store)
    picture = build(store, COUNTY, NOW)

    def figure(measure: str) -> float | None:
        return picture.value("westshire", measure).value

    with serving_from(store) as client:
        said = client.get("/api/v1/delays?people=no").json()
        here = client.get("/api/v1/delays?people=no&site=northgate").json()["days"]
    assert said["people"] is None
    assert said["days"]["bed_days_lost"] == figure("delayed_bed_days_now")
    assert said["days"]["longest"] == figure("delayed_longest_now")
    assert here["median"] == picture.value("northgate", "delayed_median_days_now").value
    assert here["ninetieth_centile"] == picture.value("northgate", "delayed_p90_days_now").value
    left = said["discharged"]
    assert (left["today"], left["by_1200"], left["by_1700"]) == tuple(
        figure(measure)
        for measure in (
            "delayed_discharged_today",
            "delayed_discharged_by_1200_today",
            "delayed_discharged_by_1700_today",
        )
    )
    assert left["at_least"]
    assert left["coverage"]["missing"] == ["southmere"]
    assert said["expected_today"] == figure("delayed_expected_today_now")
    assert said["expected_tomorrow"] == figure("delayed_expected_tomorrow_now")


def test_counts_taken_away_are_those_of_the_api(store: Store) -> None:
    settle_westshire(store)
    with serving_from(store) as client:
        said = client.get("/api/v1/delays?people=no").json()
        rows = list(csv.DictReader(io.StringIO(client.get("/delays.csv?counts=yes").text, newline="")))
        book = sheet_rows(client.get("/delays.xlsx?counts=yes").content)
    assert [row["People"] for row in rows] == [f"{row['People']:.0f}" if row["People"] != "" else "" for row in book]
    total, *others = rows
    assert (total["Counted by"], total["People"], total["At least"]) == (
        "Delayed",
        f"{said['count']['value']:.0f}",
        "yes",
    )
    for facet, heading in {
        "pathway": "Pathway",
        "reason": "Reason for delay",
        "ward": "Ward",
        "site": "Hospital",
    }.items():
        counts = [("" if one["count"] is None else str(one["count"])) for one in said["counts"][facet]]
        assert [row["People"] for row in others if row["Counted by"] == heading] == counts
    southmere = next(row for row in others if row["Key"] == "southmere")
    assert southmere["People"] == "", "a list too old is not zero"
