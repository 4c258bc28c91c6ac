"""A discharge list: what is done with each bad row and each word that is not known, and what is never kept.

docs/delayed-discharges.md states each answer.
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors._personal import may_hold
from connectors._reasons import find_reason
from connectors.discharge_list import LAYOUT, DischargeList, DischargeListSettings
from flowcentre.feeds.contract import Bookmark, Document, FeedMalformed, PlaceCodes
from flowcentre.feeds.files import DropFolderSettings
from flowcentre.feeds.http import HttpSettings
from flowcentre.measures.discharge import REASONS
from flowcentre.model import DelayedDischarge, Fact, Held, RefusedColumn, WholeList
from tests.connectors.cast import WESTSHIRE
from tests.connectors.documents import workbook
from tests.connectors.test_pseudonyms import nhs_number

AT = "2026-11-22T08:00:00Z"
ROW = {
    "site_code": "ZW101",
    "list_time": AT,
    "ref": "n-1",
    "ward_code": "A1",
    "admitted": "2026-11-10T14:20:00Z",
    "discharge_ready": "2026-11-18T11:00:00Z",
    "pathway": "1",
    "reason": "medicines",
    "owner": "ZW1",
    "coordinator": "CTH-04",
    "residence": "north",
    "expected_discharge": "2026-11-23",
    "last_review": "2026-11-21T15:30:00Z",
}
Found = list[Fact | RefusedColumn]


def connector(**settings: object) -> DischargeList:
    return DischargeList(
        DischargeListSettings.model_validate({"folder": "drops"} | settings),
        PlaceCodes(WESTSHIRE, ["northgate", "eastfield"]),
    )


def as_csv(*rows: Mapping[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(
        text, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n", quoting=csv.QUOTE_ALL
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parse(content: bytes, **settings: object) -> Found:
    return list(connector(**settings).parse(Document("list", content)))


def facts(*changes: Mapping[str, str], **settings: object) -> Found:
    """The facts of a list with one row for each set of changes to a good one."""
    return parse(as_csv(*(ROW | change for change in changes)), **settings)


def person(change: Mapping[str, str], **settings: object) -> DelayedDischarge:
    found = facts(change, **settings)[0]
    assert isinstance(found, DelayedDischarge), found
    return found


def held(found: Found) -> list[str]:
    return [fact.reason for fact in found if isinstance(fact, Held)]


def refused(found: Found) -> list[str]:
    return [f"{fact.what}: {fact.cells}" for fact in found if isinstance(fact, RefusedColumn)]


# --- People and lists ---------------------------------------------------------------------


def test_a_row_is_a_person_and_the_document_a_whole_list_of_its_hospital() -> None:
    found, whole = facts({})
    assert isinstance(found, DelayedDischarge)
    assert (found.ref, found.place, found.ward, found.owner) == (
        "n-1",
        "northgate",
        "northgate-a1",
        "westshire-hospitals",
    )
    assert whole == WholeList("delays", "northgate", datetime(2026, 11, 22, 8, tzinfo=UTC), None, departures=False)


def test_a_list_that_says_who_left_says_so() -> None:
    assert facts({"discharged": ""})[-1] == WholeList(
        "delays", "northgate", datetime(2026, 11, 22, 8, tzinfo=UTC), None, departures=True
    )


def test_a_person_on_the_lists_of_two_hospitals_is_on_both() -> None:
    found = facts({}, {"site_code": "ZW201", "ward_code": ""})
    assert [type(fact).__name__ for fact in found] == ["DelayedDischarge", "DelayedDischarge", "WholeList", "WholeList"]


def test_of_two_equal_rows_one_is_believed_and_of_two_different_ones_neither() -> None:
    assert held(facts({}, {})) == ["the same row is there before"]
    assert (
        held(facts({}, {"ward_code": "A2"})) == ["its ref is there again with other details: neither is believed"] * 2
    )
    assert not held(facts({}, {"ref": "n-2"}))


def test_a_hospital_all_of_whose_rows_are_held_is_still_listed() -> None:
    found = facts({"ward_code": "Z9"})
    assert [type(fact).__name__ for fact in found] == ["Held", "WholeList"]


def test_a_held_row_is_of_its_hospital_whose_list_it_is() -> None:
    (found, _) = facts({"admitted": "soon"})
    assert isinstance(found, Held)
    assert found.place == "northgate"


def test_a_site_code_that_is_a_wards_refuses_the_list() -> None:
    with pytest.raises(FeedMalformed, match="site_code is not a hospital of this feed") as why:
        facts({}, {"site_code": "A1", "ward_code": "ZW101"})
    assert why.value.rows == 2


# --- Moments ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("admitted", "ready", "said"),
    [
        ("2026-11-10T14:20:00Z", "2026-11-10T14:20:00Z", "2026-11-10T14:20:00+00:00"),
        ("2026-11-10T14:20:00Z", "2026-11-10", "2026-11-10T14:20:00+00:00"),
        ("2026-11-10", "2026-11-10", "2026-11-10T00:00:00+00:00"),
        ("2026-11-10", "2026-11-10T03:00:00Z", "2026-11-10T03:00:00+00:00"),
        ("2026-11-10", "12/11/2026", "2026-11-12T00:00:00+00:00"),
        ("2026-07-10T23:30:00Z", "2026-07-11", "2026-07-10T23:30:00+00:00"),  # half past midnight in London
        ("2026-07-09T23:30:00Z", "2026-07-11", "2026-07-10T23:00:00+00:00"),
        ("2026-11-10", AT, "2026-11-22T08:00:00+00:00"),
        ("2026-11-10", "2026-11-22T08:02:00Z", "2026-11-22T08:02:00+00:00"),
        ("2026-11-22", "2026-11-22", "2026-11-22T00:00:00+00:00"),
    ],
)
def test_a_day_alone_is_its_start_in_london_and_never_before_the_admission(
    admitted: str, ready: str, said: str
) -> None:
    assert person({"admitted": admitted, "discharge_ready": ready}).ready_at == datetime.fromisoformat(said)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"discharge_ready": "2026-11-10T14:19:59Z"}, "discharge_ready is before admitted"),
        ({"discharge_ready": "2026-11-09"}, "discharge_ready is before admitted"),
        ({"admitted": "2026-07-10T23:30:00Z", "discharge_ready": "2026-07-10"}, "discharge_ready is before admitted"),
        ({"discharge_ready": "2026-11-22T08:02:01Z"}, "discharge_ready is later than list_time"),
        ({"discharge_ready": "2026-11-23"}, "discharge_ready is later than list_time"),
        ({"admitted": "2026-11-23", "discharge_ready": "2026-11-23"}, "admitted is later than list_time"),
        ({"last_review": "2026-11-22T09:00:00Z"}, "last_review is later than list_time"),
        ({"discharged": "2026-11-18T10:59:59Z"}, "discharged is before discharge_ready"),
        ({"discharged": "2026-11-22"}, "discharged is a date: a time is wanted"),
        ({"discharged": "2026-11-22T09:00:00Z"}, "discharged is later than list_time"),
        ({"admitted": ""}, "admitted is not a time"),
        ({"discharge_ready": "-"}, "discharge_ready is not a time"),
        ({"expected_discharge": "soon"}, "expected_discharge is not a time"),
        ({"admitted": "1900-01-01"}, "admitted is before 1901"),
        ({"admitted": "0001-01-01T00:00:00+01:00"}, "admitted is not a time"),
        ({"admitted": "2026-10-25T01:30"}, "admitted is a time that happened twice"),
        ({"last_review": "2026-03-29T01:30"}, "last_review is a time that did not exist"),
    ],
)
def test_moments_that_cannot_be_hold_the_row(change: dict[str, str], why: str) -> None:
    (reason,) = held(facts(change))
    assert reason.startswith(why)


def test_either_half_past_one_is_told_by_its_offset() -> None:
    assert person({"admitted": "2026-10-25T01:30:00+01:00"}).admitted_at.hour == 0
    assert person({"admitted": "2026-10-25T01:30:00+00:00"}).admitted_at.hour == 1


@pytest.mark.parametrize("mark", ["", " ", "-", "n/a", "NULL"])
def test_no_expected_date_and_no_review_are_none(mark: str) -> None:
    found = person({"expected_discharge": mark, "last_review": mark, "discharged": mark, "coordinator": mark})
    assert (found.expected_on, found.reviewed_at, found.discharged_at, found.coordinator) == (None,) * 4


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("2026-11-22", "list_time is a date: a time is wanted"),
        ("2026-10-25T01:30", "list_time is a time that happened twice"),
        ("", "list_time is not a time"),
        ("now", "list_time is not a time"),
    ],
)
def test_a_list_of_no_moment_is_refused_whole(said: str, why: str) -> None:
    with pytest.raises(FeedMalformed, match=f"row 1: {why}"):
        facts({"list_time": said})
    with pytest.raises(FeedMalformed, match=f"row 2: {why}") as refusal:
        facts({}, {"list_time": said, "ref": "n-2"})
    assert refusal.value.rows == 2


def test_a_list_of_two_moments_is_refused_whole() -> None:
    with pytest.raises(FeedMalformed, match="two lists in one"):
        facts({}, {"list_time": "2026-11-22T08:15:00Z"})
    assert not held(facts({}, {"list_time": "2026-11-22T08:00:00+00:00", "ref": "n-2"}))


def test_a_list_without_its_last_line_end_is_refused_whole() -> None:
    content = as_csv(ROW).rstrip(b"\n")
    with pytest.raises(FeedMalformed, match="is the list cut off"):
        parse(content)
    assert parse(content, final_newline=False) == parse(as_csv(ROW))


# --- Words --------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["2", "P2", "p 2", "Pathway 2", "PATHWAY-2", " 2 "])
def test_a_pathway_is_known_however_it_is_written(said: str) -> None:
    assert person({"pathway": said}).pathway == 2


@pytest.mark.parametrize("said", ["4", "D2A", "", "-", "1 or 2", "P", "12", "-1", "2.0", "\N{SUPERSCRIPT TWO}"])
def test_whoever_has_no_pathway_that_is_known_is_kept_without_one(said: str) -> None:
    assert person({"pathway": said}).pathway is None


def test_a_countys_own_words_for_pathways_come_first() -> None:
    assert person({"pathway": "d2a "}, pathways={"D2A": 1}).pathway == 1
    assert person({"pathway": "1"}, pathways={"1": 0}).pathway == 0


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.key)
def test_a_reason_is_known_by_its_text_with_and_without_family_and_by_its_key(reason: object) -> None:
    family, text, key = reason.family, reason.text, reason.key  # type: ignore[attr-defined]
    for said in (text, f"{family} \N{EN DASH} {text}", f"{family}: {text}", text.upper() + "?", key):
        assert person({"reason": said}).reason == key
        assert find_reason(said) == reason


@pytest.mark.parametrize("said", ["", "waiting", "Capacity", "DR07", "Capacity: Awaiting patient transport services"])
def test_whoever_has_no_reason_that_is_known_is_kept_without_one(said: str) -> None:
    assert person({"reason": said}).reason is None


def test_a_hospitals_own_codes_for_reasons_come_first() -> None:
    assert person({"reason": " dr07"}, reasons={"DR07": "transport"}).reason == "transport"
    assert person({"reason": "medicines"}, reasons={"Medicines": "transport"}).reason == "transport"


def test_an_owner_and_a_residence_are_found_in_the_whole_county() -> None:
    assert person({"owner": "westshire council"}).owner == "westshire-council"
    assert person({"owner": "zw2", "residence": "ZW9"}).owner == "westshire-health-and-care"
    assert person({"residence": "South Westshire"}).residence == "south"
    unknown = person({"owner": "A. N. Other", "residence": "Elsewhere"})
    assert (unknown.owner, unknown.residence) == (None, None)


@pytest.mark.parametrize("said", ["Z9", "", "a1", "northgate", "ZW101"])
def test_a_ward_that_is_not_known_holds_the_row(said: str) -> None:
    assert held(facts({"ward_code": said})) == ["ward_code is not a place within northgate"]


@pytest.mark.parametrize("said", ["", "Rehab", "A1"])
def test_where_a_hospital_has_no_wards_none_is_read(said: str) -> None:
    found = person({"site_code": "ZW201", "ward_code": said})
    assert (found.place, found.ward) == ("eastfield", None)


# --- What is never kept -------------------------------------------------------------------


@pytest.mark.parametrize("said", ["Zebedee Quillfeather", "x" * 33, "caf\u00e9", "a@b", "99900 00018", "\u0000"])
def test_a_coordinator_that_is_no_code_is_dropped_and_counted(said: str) -> None:
    found = facts({"coordinator": said}, {"ref": "n-2"}, {"ref": "n-3", "coordinator": said, "ward_code": "Z9"})
    assert [fact.coordinator for fact in found if isinstance(fact, DelayedDischarge)] == [None, "CTH-04"]
    assert refused(found) == ["coordinator (not a code): 2"]
    assert said not in repr(found)


def test_a_column_of_names_where_refs_should_be_is_held_and_a_word_among_codes_is_not() -> None:
    names = facts(*({"ref": name} for name in ("Smith", "Jones", "Brown", "NG-4")))
    assert held(names) == ["ref has no digit, like most here: are they names? A pseudonym is wanted"] * 3
    assert "Smith" not in repr(names)
    codes = facts(*({"ref": code} for code in ("QWERTZ", "NG-2", "NG-3", "NG-4")))
    assert held(codes) == []


def test_an_nhs_number_is_no_coordinators_code() -> None:
    number = nhs_number("999000001")
    assert person({"coordinator": f"H{number}"}).coordinator is None
    other = number[:9] + str((int(number[9]) + 1) % 10)
    assert person({"coordinator": f"H{other}"}).coordinator == f"H{other}"


@pytest.mark.parametrize(
    ("heading", "what"),
    [
        ("Patient Name", "a name"),
        ("surname", "a name"),
        ("PatientForename", "a name"),
        ("Next of kin", "a name"),
        ("coordinator_name", "a name"),
        ("DOB", "a date of birth"),
        ("dateOfBirth", "a date of birth"),
        ("Post Code", "a postcode"),
        ("home_address", "an address"),
        ("E-mail address", "an e-mail address"),
        ("Tel.", "a telephone number"),
        ("mobile phone", "a telephone number"),
        ("nhs_number", "an NHS number"),
        ("NHSNo", "an NHS number"),
        ("Hospital Number", "a hospital number"),
        ("MRN", "a hospital number"),
        ("case note no", "a hospital number"),
        ("Comments", "free text"),
        ("Narrative", "free text"),
        ("free_text", "free text"),
        ("Delay details", "free text"),
        ("progress notes", "free text"),
    ],
)
def test_a_column_that_may_hold_what_is_never_kept_is_refused_in_our_words(heading: str, what: str) -> None:
    found = facts({heading: "Zebedee 999"}, {"ref": "n-2", heading: ""})
    assert refused(found) == [f"column 14 ({what}): 1"]
    assert [fact for fact in found if not isinstance(fact, RefusedColumn)] == facts({}, {"ref": "n-2"})
    assert "Zebedee" not in repr(found)
    assert heading not in repr(found)


@pytest.mark.parametrize("heading", ["ward_name", "Hospital name", "specialty", "length of stay", "mobility", "notice"])
def test_a_column_that_was_not_agreed_and_is_nobodys_is_passed_over(heading: str) -> None:
    assert may_hold(heading) is None
    assert facts({heading: "Zebedee"}) == facts({})


def test_each_of_two_columns_of_one_heading_is_counted_in_its_own_place() -> None:
    content = as_csv(ROW).decode().replace('"', "").splitlines()
    doubled = f"notes,{content[0]},notes\na,{content[1]},\nb,{content[1].replace('n-1', 'n-2')},c\n"
    assert refused(parse(doubled.encode())) == ["column 1 (free text): 2", "column 15 (free text): 1"]


def test_a_column_of_that_kind_with_nothing_in_it_is_not_worth_a_word() -> None:
    assert facts({"notes": " "}) == facts({})


# --- Documents ----------------------------------------------------------------------------


def test_a_document_is_told_by_what_it_holds_and_not_by_its_name() -> None:
    rows = [list(ROW), list(ROW.values())]
    people = [{key: said for key, said in ROW.items() if key not in ("site_code", "list_time")}]
    said = {"list_time": AT, "sites": [{"site_code": "ZW101", "listed": 1, "people": people}]}
    whole = WholeList("delays", "northgate", datetime(2026, 11, 22, 8, tzinfo=UTC), 1, departures=False)
    assert parse(workbook(rows)) == parse(as_csv(ROW)) == facts({})
    assert parse(b"\xef\xbb\xbf\n " + json.dumps(said).encode()) == [facts({})[0], whole]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old kind, or with a password"),
        (b"<html>sign in</html>", "a login page"),
        (b"[]", "not an object"),
        (b"{}", "'sites' is missing or not a list"),
        (b'{"sites": [1], "list_time": "2026-11-22T08:00:00Z"}', "sites\\[0\\]: not an object"),
        (b'{"sites": [{}], "list_time": "2026-11-22T08:00:00Z"}', "'people' is missing or not a list"),
        (b'{"sites": [{"people": []}]}', "'listed' is missing or not a whole number"),
        (b'{"sites": [{"people": [], "listed": true}]}', "'listed' is missing or not a whole number"),
        (b'{"sites": [{"people": [], "listed": 7}]}', "lists 7, holds 0; cut off"),
        (b'{"sites": [{"people": [], "listed": 0}]}', "list_time is not a time"),
        (b'{"sites": [{"people": [], "listed": 0}], "list_time": "2026-11-22T08:00Z"}', "another site's list"),
    ],
)
def test_what_is_no_list_is_refused_and_says_why(content: bytes, why: str) -> None:
    with pytest.raises(FeedMalformed, match=why):
        parse(content)


def test_json_tells_an_empty_list_from_one_that_does_not_come() -> None:
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    said = {"list_time": AT, "sites": [{"site_code": "ZW201", "listed": 0, "people": []}]}
    assert parse(json.dumps(said).encode()) == [WholeList("delays", "eastfield", at, 0, departures=False)]
    assert parse(b'{"list_time": "2026-11-22T08:00:00Z", "sites": []}') == []
    assert parse(as_csv(ROW).splitlines(keepends=True)[0]) == []


# --- Settings -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, "give one of folder and url"),
        ({"folder": "a", "url": "https://a.example/"}, "give one of folder and url"),
        ({"url": "https://a.example/", "pattern": "*.csv"}, "pattern has no meaning with url"),
        ({"folder": "a", "token_env": "TOKEN"}, "token_env has no meaning with folder"),
        ({"url": "http://a.example/", "token_env": "TOKEN"}, "token_env needs an https:// url"),
        ({"url": "drops/discharges"}, "must be an http:// or https:// address"),
        (
            {"folder": "a", "reasons": {"DR07": "medicine"}},
            '"medicine" is not the key of a national reason: "medicines"\\?',
        ),
        ({"folder": "a", "reasons": {"DR07": "xyz"}}, '"xyz" is not the key of a national reason'),
        ({"folder": "a", "pathways": {"D2A": 4}}, "less than or equal to 3"),
        ({"folder": "a", "nhs_number_key_env": "KEY"}, "nhs_number_key_env and nhs_number_key_id belong together"),
        ({"folder": "a", "nhs_number_key_id": "k1"}, "nhs_number_key_env and nhs_number_key_id belong together"),
        ({"folder": "a", "nhs_number_key_env": "key", "nhs_number_key_id": "k1"}, "nhs_number_key_env"),
        ({"folder": "a", "nhs_number_key_env": "KEY", "nhs_number_key_id": "k 1"}, "nhs_number_key_id"),
    ],
)
def test_a_setting_that_cannot_be_is_a_mistake(settings: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        DischargeListSettings.model_validate(settings)


def test_a_folder_gives_csv_and_workbooks(tmp_path: object) -> None:
    for name in ("b.XLSX", "a.csv", "c.csv.part", "d.json"):
        (tmp_path / name).write_bytes(as_csv(ROW))  # type: ignore[operator]
    payload = connector(folder=str(tmp_path), settle_for=0).fetch(None)
    assert sorted(document.name for document in payload.documents) == ["a.csv", "b.XLSX"]
    assert isinstance(payload.bookmark, Bookmark)


# --- The documentation ----------------------------------------------------------------------

GUIDE = (Path(__file__).parents[2] / "docs" / "delayed-discharges.md").read_text()


def test_every_column_and_setting_is_in_the_guide() -> None:
    assert (
        set(re.findall(r"^\| `(\w+)` \| (?:required|optional)", GUIDE, re.MULTILINE))
        == LAYOUT.with_nhs_numbers().agreed
    )
    own = (
        set(DischargeListSettings.model_fields) - set(HttpSettings.model_fields) - set(DropFolderSettings.model_fields)
    )
    assert not [setting for setting in own if f"`{setting}`" not in GUIDE]


def test_the_guides_feed_is_one() -> None:
    (feed,) = tomllib.loads(GUIDE.split("```toml\n")[1].split("```")[0])["feed"]
    settings = DischargeListSettings.model_validate(feed["settings"])
    assert (settings.reasons, settings.pathways) == ({"dr07": "medicines"}, {"d2a": 1})


# --- Whatever comes -----------------------------------------------------------------------

CELLS = st.one_of(
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12
    ),  # with one, a CSV is UTF-16
    st.sampled_from(
        [*ROW.values(), "2026-11-22", "9999-12-31T23:59", "0001-01-01", "2026-10-25T01:30", "NA", "007", "ZW201", "-"]
    ),
    st.datetimes().map(str),
    st.dates().map(str),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "site_code": st.sampled_from(["ZW101", "ZW201", ""]),
            "list_time": st.just(AT),
            "ref": st.sampled_from(["n-1", "n-2", "n-3"]) | CELLS,
        }
        | {key: st.just(ROW[key]) | CELLS for key in list(ROW)[3:]}
        | {"discharged": st.just("") | CELLS, "notes": CELLS}
    ),
    min_size=1,
    max_size=8,
)


@given(ROWS)
def test_every_row_that_came_is_a_person_or_held(rows: list[dict[str, str]]) -> None:
    found = parse(as_csv(*rows))
    blank = sum(not any(cell.strip() for cell in row.values()) for row in rows)
    assert sum(isinstance(fact, DelayedDischarge | Held) for fact in found) == len(rows) - blank
    people = [fact for fact in found if isinstance(fact, DelayedDischarge)]
    assert len({(one.place, one.ref) for one in people}) == len(people)
    assert {one.place for one in people} <= {fact.place for fact in found if isinstance(fact, WholeList)}


SAID = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), CELLS, st.lists(CELLS, max_size=1))


@given(st.lists(st.dictionaries(st.sampled_from([*ROW, "discharged", "name"]), SAID) | SAID, max_size=5), CELLS)
def test_json_of_any_kind_is_accounted_for_or_refused(people: list[object], at: str) -> None:
    said = {"list_time": at, "sites": [{"site_code": "ZW101", "listed": len(people), "people": people}]}
    try:
        found = parse(json.dumps(said).encode())
    except FeedMalformed as why:
        refusal: FeedMalformed | None = why
    else:
        refusal = None
        assert sum(isinstance(fact, DelayedDischarge | Held) for fact in found) == len(people)
    assert refusal is None or refusal.rows >= 1


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_raise_anything_but_a_refusal(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"{", as_csv(ROW)):
        try:
            parse(start + content, final_newline=False)
        except FeedMalformed:
            continue
