"""A reference in a list of people is a pseudonym, or its row is held and it is never seen again."""

import base64
import hmac
import json

import pytest

from connectors.discharge_list import DischargeList, DischargeListSettings
from connectors.emergency_department_json import EmergencyDepartmentJson, EmergencyDepartmentSettings
from flowcentre.feeds.contract import Document, FeedMalformed, FeedUnavailable, PlaceCodes
from flowcentre.feeds.pseudonyms import NhsNumberKey, pseudonym
from flowcentre.model import DelayedDischarge, Fact, Held, RefusedColumn
from tests.connectors.cast import WESTSHIRE


def parse(*refs: object) -> list[Fact]:
    content = {
        "site_code": "ZW101",
        "as_at": "2026-11-22T08:00:00Z",
        "attendances_listed": 0,
        "attendances": [],
        "ambulances_listed": len(refs),
        "ambulances": [{"ref": ref, "arrived_at": "2026-11-22T07:00:00Z", "handed_over_at": None} for ref in refs],
    }
    connector = EmergencyDepartmentJson(
        EmergencyDepartmentSettings(url="https://northgate.example/a.json"), PlaceCodes(WESTSHIRE, ["northgate"])
    )
    return list(connector.parse(Document("a.json", json.dumps(content).encode())))


def nhs_number(first_nine: str) -> str:
    """A number that passes the check, made here so that none stands in a file. 999 is never issued."""
    total = sum(int(digit) * (10 - place) for place, digit in enumerate(first_nine))
    check = (11 - total % 11) % 11
    assert check != 10, "choose other digits"
    return f"{first_nine}{check}"


@pytest.mark.parametrize("first_nine", ["999000001", "999123457", "999999999"])
@pytest.mark.parametrize("written", ["{0}{1}{2}", "{0}-{1}-{2}", "ED{0}{1}{2}", "{0}{1}{2}-1", "{0} {1} {2}"])
def test_what_looks_like_an_nhs_number_is_held_and_not_quoted(first_nine: str, written: str) -> None:
    number = nhs_number(first_nine)
    ref = written.format(number[:3], number[3:6], number[6:])
    facts = parse(ref)
    assert len([fact for fact in facts if isinstance(fact, Held)]) == 1
    assert number[3:] not in repr(facts).replace(" ", "").replace("-", "")


def test_ten_digits_that_fail_the_check_are_a_pseudonym() -> None:
    number = nhs_number("999000001")
    other = number[:9] + str((int(number[9]) + 1) % 10)
    assert not [fact for fact in parse(other) if isinstance(fact, Held)]


@pytest.mark.parametrize("ref", ["7f3a9c1e-52b0-4d6e-9f0a-3b8c2d1e4f5a", "ZW101:2026-11-22:0815", "a.1_b"])
def test_usual_pseudonyms_are_taken(ref: str) -> None:
    assert not [fact for fact in parse(ref) if isinstance(fact, Held)]


@pytest.mark.parametrize(
    "ref",
    ["", " ", "-", "N/A", "null", "Zebedee Quillfeather", "x" * 65, "\u0000", "\ud800", None, 12, True, ["a"], "a\n"],
)
def test_anything_else_is_held_and_not_quoted(ref: object) -> None:
    facts = parse(ref)
    assert [fact.reason for fact in facts if isinstance(fact, Held)] == [
        "ref is not a pseudonym of up to 64 letters, digits and . _ : -"
    ]
    assert "Zebedee" not in repr(facts)


# --- NHS numbers turned into pseudonyms ---------------------------------------------------

SECRET = bytes(range(32))
COLUMNS = (
    "site_code,list_time,nhs_number,ward_code,admitted,discharge_ready,pathway,reason,owner,coordinator,residence,"
    "expected_discharge,last_review"
)


def discharges(*numbers: str, column: str = "nhs_number", **settings: object) -> list[Fact | RefusedColumn]:
    """The facts of a discharge list of people with these numbers."""
    rows = [
        f"ZW101,2026-11-22T08:00:00Z,{number},A1,2026-11-1{at},2026-11-20,1,medicines,ZW1,,north,,"
        for at, number in enumerate(numbers)
    ]
    content = "\n".join([COLUMNS.replace("nhs_number", column), *rows, ""])
    connector = DischargeList(
        DischargeListSettings.model_validate({"folder": "drops"} | settings), PlaceCodes(WESTSHIRE, ["northgate"])
    )
    return list(connector.parse(Document("list.csv", content.encode())))


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    monkeypatch.setenv("LINK_KEY", SECRET.hex())
    return {"nhs_number_key_env": "LINK_KEY", "nhs_number_key_id": "k1"}


def refs(facts: list[Fact | RefusedColumn]) -> list[str]:
    return [fact.ref for fact in facts if isinstance(fact, DelayedDischarge)]


def test_an_nhs_number_becomes_a_keyed_pseudonym_however_it_is_written(key: dict[str, object]) -> None:
    number = nhs_number("999000001")
    hashed = hmac.new(SECRET, number.encode(), "sha256").digest()[:20]
    expected = "k1:" + base64.b32encode(hashed).decode().lower()
    assert len(expected) == 35
    assert refs(discharges(number, **key)) == [expected]
    assert refs(discharges(f" {number[:3]} {number[3:6]} {number[6:]} ", **key)) == [expected]
    assert refs(discharges(f"{number[:3]}-{number[3:6]}-{number[6:]}", **key)) == [expected]
    assert pseudonym(expected) == expected


def test_another_key_or_number_is_another_pseudonym(key: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [nhs_number(first) for first in ("999000001", "999123457")]
    first = refs(discharges(*numbers, **key))
    monkeypatch.setenv("LINK_KEY", base64.b64encode(b"another key of thirty-two bytes!").decode())
    assert len({*first, *refs(discharges(*numbers, **key))}) == 4


def test_nothing_of_an_nhs_number_is_in_any_fact_or_error(key: dict[str, object]) -> None:
    number = nhs_number("999000001")
    other = number[:9] + str((int(number[9]) + 1) % 10)
    spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
    for facts in (
        discharges(number, number, other, spaced, f"{number}x", **key),
        discharges(f"n-1,{number}", f"n-2,{spaced}", column="ref,nhs_number"),
        discharges(number, spaced, f"x{number}", column="ref"),
    ):
        assert facts
        for part in (number, number[3:], spaced, other):
            assert part.encode() not in repr(facts).encode()


@pytest.mark.parametrize(
    "number", ["0000000000", "9999999999", "1111111111", "4444444444", "999", "Zebedee", "99900000 01"]
)
def test_a_placeholder_or_what_is_no_nhs_number_holds_the_row(number: str, key: dict[str, object]) -> None:
    facts = discharges(number, nhs_number("999000001"), **key)
    assert [fact.reason for fact in facts if isinstance(fact, Held)] == [
        "nhs_number is not an NHS number, or a placeholder for one"
    ]
    assert number not in repr(facts)


def test_a_row_without_a_number_needs_a_ref(key: dict[str, object]) -> None:
    facts = discharges("", "-", **key)
    assert [fact.reason for fact in facts if isinstance(fact, Held)] == [
        "ref is not a pseudonym of up to 64 letters, digits and . _ : -"
    ] * 2
    assert refs(discharges("n-1", column="ref", **key)) == ["n-1"]


def test_without_a_key_nhs_numbers_are_refused_like_a_name() -> None:
    number = nhs_number("999000001")
    facts = discharges(f"n-1,{number}", column="ref,nhs_number")
    assert refs(facts) == ["n-1"]
    assert [fact for fact in facts if isinstance(fact, RefusedColumn)] == [RefusedColumn("column 4 (an NHS number)", 1)]
    assert number not in repr(facts)
    with pytest.raises(FeedMalformed, match="no column 'ref'"):
        discharges(number)


@pytest.mark.parametrize(
    ("held_in_it", "why"),
    [
        (None, "no key for NHS numbers: the environment variable LINK_KEY is not set"),
        (" ", "no key for NHS numbers: the environment variable LINK_KEY is not set"),
        (SECRET[1:].hex(), "the key for NHS numbers in LINK_KEY is too short: 32 bytes or more are wanted"),
        (base64.b64encode(SECRET[1:]).decode(), "the key for NHS numbers in LINK_KEY is too short"),
        ("not a key!", "the environment variable LINK_KEY holds neither hex nor base64"),
        ("caf\u00e9", "the environment variable LINK_KEY holds neither hex nor base64"),
        (SECRET.hex()[1:], "the environment variable LINK_KEY holds neither hex nor base64"),
    ],
)
def test_without_a_proper_key_nothing_is_fetched_or_read(
    held_in_it: str | None, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINK_KEY", raising=False)
    if held_in_it is not None:
        monkeypatch.setenv("LINK_KEY", held_in_it)
    settings = {"folder": "drops", "nhs_number_key_env": "LINK_KEY", "nhs_number_key_id": "k1"}
    connector = DischargeList(DischargeListSettings.model_validate(settings), PlaceCodes(WESTSHIRE, ["northgate"]))
    with pytest.raises(FeedUnavailable, match=why) as unavailable:
        connector.fetch(None)
    with pytest.raises(FeedMalformed, match=why):
        list(connector.parse(Document("list.csv", COLUMNS.encode() + b"\n")))
    assert not (held_in_it or "").strip() or str(held_in_it) not in str(unavailable.value)


def test_the_key_is_read_once(key: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    made = NhsNumberKey.from_environment("k1", "LINK_KEY")
    monkeypatch.delenv("LINK_KEY")
    assert made.pseudonym(nhs_number("999000001")).startswith("k1:")
    assert SECRET.hex() not in repr(made)


@pytest.mark.parametrize(
    "said",
    [
        "1948-03-12",
        "12.03.1948",
        "19480312",
        "WR51DD",
        "WR5-1DD",
        "07700900123",
        "0121-496-0000",
    ],
)
def test_a_date_a_postcode_or_a_telephone_number_is_no_pseudonym(said: str) -> None:
    held = [fact for fact in parse(said) if isinstance(fact, Held)]
    assert len(held) == 1
    assert said not in repr(held)


def test_an_nhs_number_is_found_however_it_is_parted() -> None:
    number = nhs_number("999123457")
    for written in ("-".join((number[:4], number[4:7], number[7:])), ".".join(number), f"P{number[:5]}_{number[5:]}"):
        assert [type(fact) for fact in parse(written) if isinstance(fact, Held)] == [Held], written


@pytest.mark.parametrize("said", ["NG-7K2M9Q", "k1:a2b3c4d5", "ED-000123", "7", "E1-20", "QWERTZ"])
def test_a_code_is_a_pseudonym(said: str) -> None:
    assert not [fact for fact in parse(said) if isinstance(fact, Held)]
