"""Packages of care over the web: what is answered, what is refused and why, and what never leaves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pydantic import TypeAdapter
from python_calamine import CalamineWorkbook
from structlog.testing import capture_logs

from flowcentre.model import CareReferral, State
from flowcentre.picture import DelayBook, LivePicture, build
from flowcentre.picture.package_book import PackageBook
from flowcentre.picture.package_table import COLUMNS
from flowcentre.picture.packages import FACETS
from flowcentre.store import Store
from flowcentre.web import Glass, create_server
from flowcentre.web.package_shapes import PackagesShape
from tests.feeds.care_cast import COUNTY
from tests.measures.care_cast import AT, HOUR, referral
from tests.picture.packages_cast import EARLIER, SOON, settle
from tests.web.cast import Westshire, running
from tests.web.package_cast import PretendPackages

ADDRESSES = ("/api/v1/packages", "/packages.csv", "/packages.xlsx")
# Filters, and the value of the picture that counts the same people, where there is one.
SAME = {
    "": ("westshire", "poc_waiting_now"),
    "locality=north": ("north", "poc_waiting_now"),
    "setting=hospital": ("westshire", "poc_waiting_hospital_now"),
    "reason=restart": ("westshire", "poc_waiting_restart_now"),
    "next=brokerage": ("westshire", "poc_next_brokerage_now"),
    "past=promise": ("westshire", "poc_breached_now"),
    "past=no-offer": ("westshire", "poc_no_offer_now"),
    "phase=receiving": ("westshire", "poc_receiving_now"),
    "service=recovery-bed": ("westshire", "recovery_waiting_now"),
    "carers=2&locality=north": ("north", "poc_two_carers_waiting_now"),
    "phase=ended": None,
    "provider=unknown&waited=under-12h,12-24h": None,
}


@contextmanager
def asking(book: PretendPackages | None) -> Iterator[httpx.Client]:
    with running(Westshire(packages=book).app()) as url, httpx.Client(base_url=url, timeout=10) as client:
        yield client


@contextmanager
def serving_from(store: Store) -> Iterator[httpx.Client]:
    live = LivePicture(store, COUNTY, lambda: SOON)
    packages, delays = PackageBook(store, live.current), DelayBook(store, live.current)
    packages.stand_beside(delays)
    glass = Glass(lambda *_: "", lambda *_: "", lambda *_: "")
    app = create_server(live, store, glass, now=lambda: SOON, delays=delays, packages=packages)
    with running(app) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def sheet_rows(content: bytes) -> list[dict[str, Any]]:
    """The rows beneath the headings of a workbook."""
    lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Packages").to_python()
    top = next(number for number, line in enumerate(lines) if line[0] in ("Ref", "Counted by"))
    return [dict(zip(lines[top], line, strict=True)) for line in lines[top + 1 :]]


# --- Every way of asking agrees ------------------------------------------------------------


@pytest.mark.parametrize("moment", [None, EARLIER + timedelta(minutes=1)], ids=["now", "then"])
def test_every_way_of_asking_counts_the_same_people(store: Store, moment: datetime | None) -> None:
    settle(store, EARLIER)
    settle(store, AT)
    picture = build(store, COUNTY, moment or SOON)
    with serving_from(store) as client:
        for filters, same in SAME.items():
            at = f"at={quote(moment.isoformat())}" if moment else ""
            query = "&".join(filter(None, (filters, at)))
            said = client.get(f"/api/v1/packages?{query}").json()
            order = [row["ref"] for row in said["people"]["rows"]]
            files = {kind: client.get(f"/packages.{kind}?{query}") for kind in ("csv", "xlsx")}
            assert {answer.headers["x-flow-version"] for answer in files.values()} == {str(picture.version)}
            assert [row["Ref"] for row in rows_of(files["csv"].text)] == order
            assert [row["Ref"] for row in sheet_rows(files["xlsx"].content)] == order
            assert said["count"]["value"] == len(order)
            for facet, counts in said["counts"].items():
                if facet != "past":
                    assert sum(one["count"] or 0 for one in counts) == len(order), facet
            if same is not None:
                assert len(order) == picture.value(*same).value, query


def test_the_clocks_of_the_api_are_the_pictures(store: Store) -> None:
    settle(store)
    picture = build(store, COUNTY, SOON)
    with serving_from(store) as client:
        waits = client.get("/api/v1/packages?people=no&locality=north").json()["waits"]
    assert waits == {
        "people": picture.value("north", "poc_waiting_now").value,
        "median_hours": picture.value("north", "poc_median_wait_hours_now").value,
        "longest_hours": picture.value("north", "poc_longest_wait_hours_now").value,
        "breached": picture.value("north", "poc_breached_now").value,
        "carer_hours_a_week": picture.value("north", "poc_hours_waiting_now").value,
        "carer_hours_unknown": picture.value("north", "poc_hours_unknown_now").value,
    }


def test_a_person_on_both_lists_is_told_on_each(store: Store) -> None:
    settle(store)
    with serving_from(store) as client:
        packages = client.get("/api/v1/packages").json()["people"]["rows"]
        delays = client.get("/api/v1/delays").json()["people"]["rows"]
    linked = {row["person"]: row["hospital"] for row in packages if row["hospital"] is not None}
    assert set(linked) == {"P-1", "P-2"}
    assert {row["ref"]: row["package"] for row in delays} == {"P-1": "Home care, next: brokerage", "P-7": None}


# --- The API -----------------------------------------------------------------------------


def test_the_answer_is_as_it_is_described() -> None:
    with asking(PretendPackages()) as client:
        said = client.get("/api/v1/packages?next=brokerage,triage&locality=north").json()
        described = client.get("/openapi.json").json()["paths"]["/api/v1/packages"]["get"]
    TypeAdapter(PackagesShape).validate_python(said)
    assert said["filters"] == {
        "locality": ["north"],
        "next": ["brokerage", "triage"],
        "phase": ["waiting"],
        "service": ["home-care", "reablement"],
    }
    assert said["query"] == "locality=north&next=brokerage,triage"
    assert said["terms"] == {"start_within_hours": 24, "runs_for_days": 42, "ending_soon_days": 7}
    assert [column["id"] for column in said["people"]["columns"]] == [column.id for column in COLUMNS]
    parameters = {one["name"]: one.get("description", "") for one in described["parameters"]}
    assert set(parameters) == {*FACETS, "past", "at", "people", "limit", "offset"}
    assert "waiting where absent" in parameters["phase"]


def test_each_row_has_its_clocks() -> None:
    with asking(PretendPackages()) as client:
        rows = client.get("/api/v1/packages?carers=2").json()["people"]["rows"]
        (care,) = client.get("/api/v1/packages?phase=receiving&past=over-length").json()["people"]["rows"]
    (row,) = rows
    assert (row["due"], row["breached"], row["waited"], row["left"]) == ("2026-11-24T08:00:00Z", True, 30.0, -6.0)
    assert (row["next"], row["day"], row["hours"]) == ("brokerage", None, 21.0)
    assert (care["day"], care["next"], care["breached"], care["left"]) == (51, None, False, None)


@pytest.mark.parametrize(
    "asked",
    ["phase=gone", "locality=north,northgate", "service=home care", "past=tomorrow", "carers=3", "next=nobody,me"],
)
def test_a_value_that_there_is_not_is_refused_so_that_nobody_is_taken_away_by_a_slip(asked: str) -> None:
    with asking(PretendPackages()) as client:
        for address in ADDRESSES:
            answer = client.get(f"{address}?{asked}")
            assert answer.status_code == 422
            assert "no such value of" in answer.text
            assert "/api/v1/packages" in answer.text


@pytest.mark.parametrize("asked", ["local=north", "ref=R-1", "person=P-1"])
def test_a_filter_that_there_is_not_is_refused_and_nobody_is_asked_for_by_name(asked: str) -> None:
    with asking(PretendPackages()) as client:
        assert {client.get(f"{address}?{asked}").status_code for address in ADDRESSES} == {422}


def test_where_no_locality_sends_a_list_it_says_so() -> None:
    with asking(None) as client:
        for address in ADDRESSES:
            answer = client.get(address)
            assert (answer.status_code, "reads no lists of referrals" in answer.text) == (404, True)


def test_where_no_list_is_known_nothing_is_zero() -> None:
    nothing = PretendPackages(states=dict.fromkeys(("north", "mid", "south"), State.NEVER))
    with asking(nothing) as client:
        said = client.get("/api/v1/packages").json()
    assert said["count"]["value"] is None
    assert set(said["waits"].values()) == {None}
    assert {one["count"] for one in said["counts"]["next"]} == {None}


def test_people_of_a_list_too_old_are_marked_and_in_no_count() -> None:
    with asking(PretendPackages(states={"north": State.STALE})) as client:
        said = client.get("/api/v1/packages").json()
    old = {row["ref"] for row in said["people"]["rows"] if row["too_old"]}
    assert old == {"R-1", "R-3"}, "those who were referred since that list stand on none"
    assert (said["count"]["value"], said["count"]["at_least"]) == (2, True)
    assert said["waits"]["people"] == 2


def test_where_every_list_is_too_old_the_last_count_says_that_it_is_old_and_no_wait_is_told_as_known() -> None:
    with asking(PretendPackages(states=dict.fromkeys(("north", "mid", "south"), State.STALE))) as client:
        said = client.get("/api/v1/packages").json()
    assert said["count"]["value"] == len(said["people"]["rows"]) > 0
    assert said["count"]["state"] == "stale"
    assert set(said["waits"].values()) == {None}


def test_a_page_of_people_is_a_part_of_the_whole_in_its_order() -> None:
    with asking(PretendPackages()) as client:
        whole = client.get("/api/v1/packages").json()["people"]
        part = client.get("/api/v1/packages?limit=2&offset=1").json()["people"]
    assert (part["total"], part["rows"]) == (whole["total"], whole["rows"][1:3])


# --- Files ---------------------------------------------------------------------------------


def test_a_workbook_says_what_was_chosen_and_what_is_implied() -> None:
    with asking(PretendPackages(states={"mid": State.NEVER})) as client:
        content = client.get("/packages.xlsx?next=brokerage").content
    lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Packages").to_python()
    said = [line[0] for line in lines[:10]]
    assert "Filters: Phase: waiting; Service: home care, reablement; Must act next: brokerage" in said
    assert "People: at least 1, 2 of 3 localities" in said
    assert "Not counted: Mid, no list has come" in said


def test_numbers_stay_numbers_in_a_workbook_and_flags_are_words() -> None:
    with asking(PretendPackages()) as client:
        (row,) = sheet_rows(client.get("/packages.xlsx?carers=2").content)
    assert (row["Carer hours a week"], row["Waited, hours"], row["Past the promise"]) == (21.0, 30.0, "yes")


def test_a_cell_that_a_spreadsheet_would_run_is_shown() -> None:
    rows = (replace(referral(3, "R-1"), provider="=1+1", funding="@sum"),)
    with asking(PretendPackages(rows)) as client:
        (row,) = rows_of(client.get("/packages.csv").text)
    assert (row["Provider"], row["Funding"]) == ("'=1+1", "'@sum")


def test_counts_taken_away_can_hide_small_numbers_and_rows_cannot() -> None:
    crowd: list[CareReferral] = [referral(1 + index / 10, f"R-{index}") for index in range(30)]
    crowd += [referral(40 + index, f"S-{index}", carers=2) for index in range(3)]
    with asking(PretendPackages(tuple(crowd))) as client:
        rows = rows_of(client.get("/packages.csv?counts=yes&small=suppress").text)
        assert client.get("/packages.csv?small=suppress").status_code == 403
        assert client.get("/api/v1/packages?small=suppress").status_code == 403
    told = {(row["Counted by"], row["Key"]): row["People"] for row in rows}
    assert told["Packages", ""] == "35"
    assert told["Past a limit", "promise"] in ("*", "")
    assert not [row for row in rows if row["People"] in ("1", "2", "3")]


def test_no_name_of_a_file_holds_a_person_and_no_log_does() -> None:
    with asking(PretendPackages()) as client, capture_logs() as logs:
        answers = [client.get(f"{address}?next=brokerage") for address in ADDRESSES]
    names = [answer.headers.get("content-disposition", "") for answer in answers]
    assert names[1:] == [
        f'attachment; filename="Westshire-packages-people-2026-11-24T1400-v7-next-brokerage.{kind}"'
        for kind in ("csv", "xlsx")
    ]
    assert "R-1" not in str(logs) + str(names)
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


def test_a_moment_that_is_none_is_refused() -> None:
    with asking(PretendPackages()) as client:
        ahead = quote((AT + 2 * HOUR).isoformat())
        assert {client.get(f"{address}?at={at}").status_code for address in ADDRESSES for at in ("noon", ahead)} == {
            422
        }
