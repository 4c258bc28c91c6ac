"""The hazard log is true: each hazard has tests that are there, or says that it is open and why."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAFETY = ROOT / "docs" / "safety"
LOG = (SAFETY / "hazard-log.md").read_text(encoding="utf-8")
NUMBERED = [f"H{number:02}" for number in range(1, 43)]
LEAST_REASON = 40  # letters: "open" alone is no reason
SCORED = re.compile(
    r"^- Proposed: likelihood [1-5], severity [1-5], risk ([1-5]); target ([1-5])\.$", re.MULTILINE
)  # by whoever wrote it: the head of the log says that no clinician has


@dataclass(frozen=True)
class Hazard:
    """One chapter of the log."""

    id: str
    text: str

    def said(self, what: str) -> str:
        """What stands behind ``- Control:`` and the like; empty where nothing does."""
        found = re.search(rf"^- {what}: (.+)$", self.text, re.MULTILINE)
        return found[1] if found else ""

    @property
    def tests(self) -> list[str]:
        return re.findall(r"^  - `(tests/\S+::\w+)`$", self.text, re.MULTILINE)


def hazards(log: str) -> dict[str, Hazard]:
    chapters = re.split(r"^## (H\d\d) ", log, flags=re.MULTILINE)[1:]
    return {id: Hazard(id, text) for id, text in zip(chapters[::2], chapters[1::2], strict=True)}


@cache
def written_in(file: str) -> frozenset[str]:
    """The tests of a file that are run: none that is skipped whatever happens."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    return frozenset(node.name for node in functions if not any("skip" in ast.unparse(d) for d in node.decorator_list))


def lacking(hazard: Hazard) -> list[str]:
    """What the chapter of a hazard lacks, in words."""
    wrong = [
        f"{test} is not there"
        for test in hazard.tests
        if test.partition("::")[2] not in written_in(test.split("::")[0])
    ]
    wrong += [f"it does not say its {what.lower()}" for what in ("Causes", "Control") if not hazard.said(what)]
    if not SCORED.search(hazard.text):
        wrong.append("it has no proposed score")
    if hazard.said("Open") and len(hazard.said("Open")) < LEAST_REASON:
        wrong.append("it is open and does not say what is lacking")
    if not hazard.tests and not hazard.said("Open"):
        wrong.append("it has neither a test nor a reason why it is open")
    if len(re.findall(r"^  - ", hazard.text, re.MULTILINE)) != len(hazard.tests):
        wrong.append("a line of its tests names none")
    return wrong


def test_every_hazard_of_the_field_is_in_the_log_once():
    assert re.findall(r"^## (H\d\d) ", LOG, re.MULTILINE) == NUMBERED


@pytest.mark.parametrize("id", NUMBERED)
def test_a_hazard_has_its_control_and_tests_that_are_there_or_says_why_it_is_open(id):
    assert not lacking(hazards(LOG)[id])


def test_the_head_of_the_log_names_what_is_open_and_who_has_not_scored_it():
    head = LOG.split("\n## ")[0]
    every = hazards(LOG).values()
    (opened, uncontrolled) = re.search(
        r"^Open, in whole or in part: (.+?)\. Controlled by nothing yet: (.+?)\.$", head, re.MULTILINE
    ).groups()
    assert opened.split(", ") == [hazard.id for hazard in every if hazard.said("Open")]
    assert uncontrolled.split(", ") == [hazard.id for hazard in every if not hazard.tests] or uncontrolled == "none"
    assert "an engineer's proposal, to be scored by a registered clinician" in head


GOOD = (
    "\n- Causes: a thing.\n- Proposed: likelihood 1, severity 2, risk 1; target 1.\n- Control: what is done.\n"
    "- Tests:\n  - `tests/test_hazards.py::test_every_hazard_of_the_field_is_in_the_log_once`\n"
)


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [
        ("in_the_log_once", "in_the_log_twice", "is not there"),
        ("test_hazards.py", "test_of_nothing.py", "is not there"),
        (GOOD[GOOD.index("- Tests") :], "", "neither a test nor a reason"),
        (GOOD[GOOD.index("- Tests") :], "- Open: later\n", "does not say what is lacking"),
        ("- Control: what is done.\n", "", "its control"),
        ("likelihood 1", "likelihood 9", "no proposed score"),
        ("`\n", "\n", "names none"),
    ],
)
def test_a_hazard_without_proof_is_found(one, other, word):
    assert not lacking(Hazard("H01", GOOD))
    assert word in "; ".join(lacking(Hazard("H01", GOOD.replace(one, other))))


@pytest.mark.parametrize("page", sorted(SAFETY.glob("*.md")), ids=lambda page: page.name)
def test_every_link_of_the_safety_file_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


def test_the_safety_file_is_whole():
    wanted = {"README", "plan", "hazard-log", "deployment", "dtac", "dpia", "accessibility", "security"}
    assert {page.stem for page in SAFETY.glob("*.md")} >= wanted
