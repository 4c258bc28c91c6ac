"""A reference in an A&E list is a pseudonym, or its row is held and it is never seen again."""

import json

import pytest

from connectors.emergency_department_json import EmergencyDepartmentJson, EmergencyDepartmentSettings
from flowcentre.feeds.contract import Document, PlaceCodes
from flowcentre.model import Fact, Held
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
    "ref", ["", " ", "Zebedee Quillfeather", "x" * 65, "\u0000", "\ud800", None, 12, True, ["a"], "a\n"]
)
def test_anything_else_is_held_and_not_quoted(ref: object) -> None:
    facts = parse(ref)
    assert [fact.reason for fact in facts if isinstance(fact, Held)] == [
        "ref is not a pseudonym of up to 64 letters, digits and . _ : -"
    ]
    assert "Zebedee" not in repr(facts)
