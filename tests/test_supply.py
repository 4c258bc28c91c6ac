"""What others wrote: the bill of materials and the licences are true of what is pinned, and an audit flatters nobody."""

import json
import re
from pathlib import Path

import pytest
from cyclonedx.model.bom import Bom

from supply.audit import judge
from supply.parts import NOT_SAID, REQUIREMENTS, licence_of, parts, pinned

ROOT = Path(__file__).resolve().parent.parent
BILL = (ROOT / "docs" / "sbom.json").read_text(encoding="utf-8")
LICENCES = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
PINNED = pinned(REQUIREMENTS.read_text(encoding="utf-8"))
AGAIN = "run: make supply"


def test_the_bill_of_materials_names_what_is_pinned_in_the_version_that_is_pinned():
    listed = {
        component["name"]: component["version"]
        for component in json.loads(BILL)["components"]
        if {"name": "flowcentre:pinned", "value": "yes"} in component["properties"]
        and component["purl"].startswith("pkg:pypi/")
    }
    assert listed == {name: version for name, (_, version, _) in PINNED.items()}, AGAIN


def test_the_bill_of_materials_and_the_licences_name_all_that_runs_here():
    """By name: of what is not pinned, pip chose the versions of the day on which they were written."""
    every = {part.name for part in parts(REQUIREMENTS.read_text(encoding="utf-8"))}
    assert not every - {component["name"] for component in json.loads(BILL)["components"]}, AGAIN
    assert not [name for name in every if f"| {name} |" not in LICENCES], AGAIN


def test_the_bill_of_materials_is_one_that_others_can_read():
    bill = Bom.from_json(json.loads(BILL))
    assert bill.metadata.component is not None
    assert bill.metadata.component.name == "flowcentre"
    known = {component.bom_ref.value for component in bill.components}
    assert {other.ref.value for each in bill.dependencies for other in each.dependencies} <= known


def test_every_licence_is_one_under_which_it_may_run_and_is_said():
    rows = re.findall(r"^\| (\S+) \| (\S+) \| ([^|]+) \|", LICENCES, re.MULTILINE)
    assert len(rows) > 60
    said = {name: licence.strip() for name, _, licence in rows if name not in ("package", "---")}
    assert not [name for name, licence in said.items() if licence == NOT_SAID or re.search(r"\bA?GPL", licence)]


def test_every_pin_has_its_reason():
    development = pinned((ROOT / "requirements-dev.txt").read_text(encoding="utf-8"))
    assert not [name for name, (_, _, why) in PINNED.items() if not why]
    assert "pip-audit" in development


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ({"License-Expression": "MIT OR Apache-2.0", "License": "whatever"}, "MIT OR Apache-2.0"),
        ({"License": "MIT License"}, "MIT"),
        ({"License": "Copyright (c)\nmany lines", "Classifier": "License :: OSI Approved :: MIT License"}, "MIT"),
        ({"License": "UNKNOWN"}, NOT_SAID),
    ],
)
def test_a_licence_is_what_the_package_declares(said, licence):
    assert licence_of(said.items()) == licence


# --- What is known against them -------------------------------------------------------------


def answer(*packages):
    return json.dumps({"dependencies": list(packages), "fixes": []})


BAD = {
    "name": "oldlib",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "aliases": ["GHSA-aaaa-bbbb-cccc"], "fix_versions": ["1.1"]}],
}
GOOD = {"name": "goodlib", "version": "2.0", "vulns": []}
UNKNOWN = {"name": "ourlib", "skip_reason": "Dependency not found"}


def test_an_advisory_is_found_and_says_what_mends_it():
    verdict = judge(answer(BAD, GOOD), "", {})
    assert verdict.found == ("oldlib 1.0: PYSEC-2026-1, mended in 1.1",)
    assert verdict.is_whole


def test_an_advisory_that_is_borne_is_told_with_its_reason_under_any_of_its_names():
    verdict = judge(answer(BAD), "", {"GHSA-aaaa-bbbb-cccc": "not called by us"})
    assert (verdict.found, verdict.is_whole) == ((), True)
    assert "accepted: oldlib 1.0" in verdict.words()
    assert "not called by us" in verdict.words()


@pytest.mark.parametrize(
    ("said", "errors", "told"),
    [
        (answer(GOOD, UNKNOWN), "", "NOT AUDITED: 1 of 2 packages"),
        (answer(), "", "NOT AUDITED: pip-audit found nothing"),
        (
            "",
            "requests.exceptions.ConnectionError: of a long address",
            "NOT AUDITED: pip-audit could not ask: requests",
        ),
        ("{}", "", "NOT AUDITED: pip-audit could not ask: no answer"),
    ],
)
def test_what_could_not_be_asked_is_told_and_never_called_clean(said, errors, told):
    verdict = judge(said, errors, {})
    assert not verdict.is_whole
    assert verdict.found == ()
    assert told in verdict.words()
