"""The queue of packages of care: its rows and groups as the grid asks for them, and each package's life line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from flowcentre.model import (
    CareReferral,
    CareService,
    Level,
    NextStep,
    Picture,
    Place,
    PlaceKind,
    Places,
    ReferralReason,
)
from flowcentre.picture import DelayBook, build
from flowcentre.picture.listed import PAST
from flowcentre.picture.package_book import PackageBook
from flowcentre.picture.package_table import COLUMNS, length_shown
from flowcentre.picture.packages import FACETS, LIMITS, PACKAGES
from flowcentre.store import Store
from layouts import queue
from layouts.finished import to_html
from layouts.list_answers import listed_as
from layouts.listed import signature
from layouts.parts.list_life import Step
from layouts.parts.list_links import Address, canonical
from layouts.parts.queue_life import life, steps
from layouts.parts.queue_page import FACET_WORDS, PAGE, choice_name
from tests.feeds.care_cast import COUNTY, NORTHGATE, delayed, listed, poll
from tests.measures.care_cast import AT, DAY, HOUR, referral, running
from tests.picture.packages_cast import SOON, north, others, settle, settle_localities
from tests.web.package_cast import PretendPackages

BOOK = PretendPackages()
WHOLE = {"startRow": 0, "endRow": 100}


def reply(book: Any, picture: Picture, question: object) -> dict[str, Any]:
    return queue.answer(book, picture, question)[0]


def ask(query: str = "", request: object = WHOLE, book: Any = BOOK) -> dict[str, Any]:
    picture = book.choose("").picture
    return reply(book, picture, {"kind": "rows", "query": query, "request": request})


def column(name: str, query: str = "", request: object = WHOLE) -> list[Any]:
    return [row.get(name) for row in ask(query, request)["rowData"]]


# --- Rows ---------------------------------------------------------------------------------


def test_waits_are_read_as_lengths_and_sorted_as_numbers() -> None:
    assert column("waited") == ["2 d 12 h", "2 d 7 h", "30 h", "20 h", "5 h", "2 h"]
    by_wait = {**WHOLE, "sortModel": [{"colId": "waited", "sort": "asc"}]}
    assert column("waited", request=by_wait)[:2] == ["2 h", "5 h"]
    over_a_day = {**WHOLE, "filterModel": {"waited": {"type": "greaterThan", "filter": 24}}}
    assert column("ref", request=over_a_day) == ["R-3", "R-11", "R-1"]


def test_the_promise_says_what_is_left_or_over_and_nothing_of_those_who_wait_no_more() -> None:
    assert column("left", "locality=north") == ["36 h over", "6 h over", "19 h left", "22 h left"]
    assert column("left", "phase=receiving") == ["", ""]
    assert column("day", "phase=receiving") == ["51 (9 over)", "39 (2 left)"]


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=48), "2 d"),
        (timedelta(hours=73), "3 d 1 h"),
    ],
)
def test_a_length_is_said_shortly(length: timedelta, words: str) -> None:
    assert length_shown(length) == words


def test_people_can_be_grouped_by_who_must_act_with_what_each_group_comes_to() -> None:
    lines = [row.get("group") for row in ask("group=next")["rowData"] if "group" in row]
    assert lines == [
        "Brokerage: 1 person, longest wait 30 h, 21 carer hours a week, 1 past the promise",
        "The family: 1 person, longest wait 2 h",
        "The provider: 1 person, longest wait 2 d 12 h, 7 carer hours a week, 1 past the promise",
        "Triage: 3 people, longest wait 2 d 7 h, at least 3.5 carer hours a week, 1 past the promise",
    ]


def test_whoever_has_no_provider_stands_in_the_last_group() -> None:
    lines = [row["group"].partition(":")[0] for row in ask("group=provider")["rowData"] if "group" in row]
    assert lines[-1] == "No provider named"
    assert len(lines) == 2
    by_locality = [row["group"].partition(":")[0] for row in ask("group=locality")["rowData"] if "group" in row]
    assert by_locality == ["Mid", "North", "South"]


def test_each_column_and_facet_has_its_width_and_its_words() -> None:
    assert set(PAGE.widths) == {column.id for column in COLUMNS}
    assert PAGE.first <= set(PAGE.widths)
    assert set(FACET_WORDS) == {*FACETS, PAST}
    assert set(PAGE.groups) <= set(FACETS)


def test_every_choice_has_a_name() -> None:
    for facet, words in PACKAGES.words.items():
        for value in words:
            assert choice_name(facet, value, COUNTY)
    assert choice_name("team", "unknown", COUNTY) == "none named"
    assert {choice_name(PAST, limit, COUNTY) for limit in LIMITS} == set(LIMITS.values())


def test_one_choice_has_one_address_and_no_address_holds_a_reference() -> None:
    picture = BOOK.choose("").picture
    asked = "?group=provider&next=triage,brokerage&phase=waiting&ref=R-1&person=P-1"
    assert canonical(PAGE, picture, asked) == "phase=waiting&next=brokerage,triage&group=provider"
    address = Address.of(PAGE, "", BOOK.choose("").filters)
    assert address.with_(past="over-length", phase="receiving").href == "/packages?phase=receiving&past=over-length"
    assert address.with_(next="triage").to(".csv") == "/packages.csv?next=triage"


@pytest.mark.parametrize(
    "question",
    [
        None,
        {},
        {"kind": "rows", "query": 7},
        {"kind": "life", "ref": ["R-1"]},
        {"kind": "rows", "request": {"startRow": "x"}},
    ],
)
def test_a_forged_question_gets_nothing(question: object) -> None:
    picture = BOOK.choose("").picture
    answer = reply(BOOK, picture, question)
    assert not answer.get("rowData")
    assert "html" not in answer


# --- Life lines ---------------------------------------------------------------------------


def opened(store: Store, at: datetime = SOON) -> tuple[PackageBook, Picture]:
    picture = build(store, COUNTY, at)
    book = PackageBook(store, lambda: picture)
    book.stand_beside(DelayBook(store, lambda: picture))
    return book, picture


def told(store: Store, ref: str, at: datetime = SOON) -> list[Step]:
    book, picture = opened(store, at)
    return steps(ref, book.package_life(ref, picture), picture)


def test_a_line_tells_every_step_of_a_referral_in_order(store: Store) -> None:
    row = referral(
        60, "R-1", weekly_hours=10.5, carers=2, reason=ReferralReason.DISCHARGE, accepted_at=AT - 58 * HOUR, offers=0,
        team="wupi-north",
    )  # fmt: skip
    settle_localities(store, AT - 57 * HOUR, [row])
    triaged = replace(row, triaged_at=AT - 50 * HOUR, therapy="care only", offers=2)  # type: ignore[arg-type]
    settle_localities(store, AT - 49 * HOUR, [triaged])
    begun = replace(triaged, sourced_at=AT - 30 * HOUR, provider="ashdown-north", started_at=AT - 20 * HOUR)
    settle_localities(store, AT - 19 * HOUR, [begun])
    settle_localities(store, AT, [replace(begun, planned_end=(AT + 9 * DAY).date())])
    found = told(store, "R-1")
    assert [step.words for step in found] == [
        "Referred: home care, 10.5 h of visits a week, 2 carers, from hospital, discharge",
        "Accepted by Westshire Council, north",
        "Triaged: care only",
        "Offers made: 2",
        "The promise of 24 h ran out: care had not begun",
        "Sourced: Ashdown Care, north",
        "Care began: day 1",
        "Planned to end on Thu 3 Dec",
        "Day 2 of 42",
        "Planned end",
        "Day 42: a short-term package may last no longer",
    ]
    assert [step.at for step in found] == sorted(step.at for step in found)
    assert [(step.kind, step.whole_day) for step in found[-2:]] == [("ahead", True), ("ahead", True)]


def test_a_stay_in_a_bed_is_told_against_its_own_units_limit(store: Store) -> None:
    site = Place(
        "orchard-house", "Orchard House", Level.SITE, PlaceKind.RECOVERY_UNIT, "", "council", stay_limit_days=28
    )
    here = replace(COUNTY, places=Places([*COUNTY.places, site]))
    bed = running(9, "R-1", service=CareService.RECOVERY_BED, provider="orchard-house")
    poll(store, listed([bed]), county=here)
    picture = build(store, here, AT)
    book = PackageBook(store, lambda: picture)
    found = steps("R-1", book.package_life("R-1", picture), picture)
    assert [step.words for step in found][-2:] == ["Day 10 of 28", "Day 28: a stay may last no longer"]
    drawn = to_html(life("R-1", book.package_life("R-1", picture), listed_as(book.choose("", picture), "R-1"), picture))
    assert "10 of 28" in drawn


def test_a_promise_that_still_runs_is_ahead(store: Store) -> None:
    settle(store)
    last = told(store, "R-2")[-1]
    assert (last.words, last.at, last.kind) == ("Care is promised to have begun", AT + 19 * HOUR, "ahead")


def test_care_handed_back_and_asked_for_again_is_one_line(store: Store) -> None:
    settle(store)
    words = [step.words for step in told(store, "R-11")]
    assert words == [
        "Referred: home care, from hospital (referral R-10)",
        "Care began: day 1 (referral R-10)",
        "Handed back by the provider (referral R-10)",
        "Asked for again: home care, from the community",
        "The promise of 24 h ran out: care had not begun",
    ]


def test_the_persons_time_in_hospital_stands_among_the_steps(store: Store) -> None:
    settle(store)
    found = [step for step in told(store, "R-1") if step.kind == "hospital"]
    assert [step.words for step in found][:2] == [
        "In hospital: admitted",
        "In hospital: ready to leave: no criteria to reside",
    ]
    assert all(step.at <= SOON for step in found)


def test_what_the_list_corrected_is_told_and_not_told_twice(store: Store) -> None:
    row = referral(60, "R-1", started_at=AT - 20 * HOUR)
    settle_localities(store, AT - 10 * HOUR, [row])
    settle_localities(store, AT, [replace(row, started_at=AT - 15 * HOUR)])
    words = [step.words for step in told(store, "R-1")]
    assert words.count("Care began: day 1") == 1
    assert "Corrected: care began Mon 23 Nov 23:00" in words


def test_who_must_act_next_is_told_when_the_list_says_so(store: Store) -> None:
    row = referral(30, "R-1", waits_for=NextStep.FAMILY)
    settle_localities(store, AT - 5 * HOUR, [replace(row, waits_for=None)])
    settle_localities(store, AT - HOUR, [row])
    settle_localities(store, AT, [replace(row, waits_for=None)])
    words = [step.words for step in told(store, "R-1")]
    assert words[-2:] == ["The family must act", "The list no longer says who must act"]


def test_a_row_that_vanished_without_an_end_says_so(store: Store) -> None:
    stays = [referral(5 + number, f"S-{number}", AT - HOUR) for number in range(9)]
    settle_localities(store, AT - HOUR, [referral(9, "R-1"), *stays])
    settle_localities(store, AT, stays)
    assert told(store, "R-1")[-2].words == "No longer on the list, and no end given"
    book, picture = opened(store)
    drawn = to_html(life("R-1", book.package_life("R-1", picture), None, picture))
    assert "no longer" in drawn


def test_sent_back_and_accepted_again_are_both_told(store: Store) -> None:
    row = referral(60, "R-1", accepted_at=AT - 58 * HOUR, sent_back_at=AT - 40 * HOUR)
    settle_localities(store, AT - 39 * HOUR, [row])
    settle_localities(store, AT, [replace(row, accepted_at=AT - 30 * HOUR)])
    assert [step.words for step in told(store, "R-1") if step.kind == "step"] == [
        "Accepted",
        "Sent back by the team",
        "Accepted by the team",
    ]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # one of them is told of on both databases above
@pytest.mark.parametrize("ref", [row.ref for row in (*north(), *others())])
def test_every_row_of_the_list_has_a_line(store: Store, ref: str) -> None:
    settle(store)
    book, picture = opened(store)
    answer = reply(book, picture, {"kind": "life", "ref": ref, "query": ""})
    assert f">{ref}</h2>" in str(answer["html"])
    package = listed_as(book.choose(""), ref)
    assert package is not None
    if package.next_step is not None:
        assert "Promise of 24 h" in str(answer["html"])


def test_a_ref_that_no_list_knows_has_none(store: Store) -> None:
    settle(store)
    book, picture = opened(store)
    answer = reply(book, picture, {"kind": "life", "ref": "<b>R-99</b>", "query": ""})
    assert "hold nothing of this person" in str(answer["html"])
    assert "<b>R-99" not in str(answer["html"])


def test_a_line_of_a_past_moment_ends_there(store: Store) -> None:
    row: CareReferral = referral(30, "R-1", triaged_at=AT - 28 * HOUR)
    settle_localities(store, AT - 10 * HOUR, [row])
    settle_localities(store, AT, [replace(row, sourced_at=AT - HOUR, provider="ashdown-north")])
    book, picture = opened(store)
    question = {"kind": "life", "ref": "R-1", "query": "?at=2026-11-24T05:00"}
    assert "Sourced" not in str(reply(book, picture, question)["html"])
    assert "Sourced" in str(reply(book, picture, question | {"query": ""})["html"])


def test_what_changed_while_somebody_worked_is_said(store: Store) -> None:
    settle(store)
    book, _ = opened(store)
    before = book.choose("").picture.at.isoformat()
    rows = [replace(row, offers=3) if row.ref == "R-1" else row for row in (*north(), *others()) if row.ref != "R-2"]
    settle_localities(store, AT + 15 * timedelta(minutes=1), [*rows, referral(1, "R-30")])
    book, picture = opened(store, AT + timedelta(minutes=20))
    answer = reply(book, picture, {"kind": "news", "query": "", "since": before, "ref": "R-1", "request": WHOLE})
    assert answer["words"] == "The list has changed since 14:05: 1 came, 1 left, 1 changed."
    assert answer["index"] == 2


def test_the_grid_reads_its_rows_anew_when_the_hospitals_say_something_else_of_its_people(store: Store) -> None:
    settle(store)
    before = opened(store)[0].choose("")
    later = AT + 15 * timedelta(minutes=1)
    poll(store, listed([delayed("P-7")], later, "northgate", people="delays"), later, NORTHGATE)
    after = opened(store, later + timedelta(minutes=1))[0].choose("")
    assert [each.value for each in before.lists] == [each.value for each in after.lists]
    assert signature(before) != signature(after)
    assert signature(after) == signature(opened(store, later + timedelta(minutes=2))[0].choose(""))
