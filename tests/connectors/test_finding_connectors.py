"""Which connectors are found, ours and a third party's."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pytest

import connectors
from connectors import NotAConnector, find_connectors
from flowcentre.feeds.contract import Bookmark, Connector, Document, FeedSettings, Payload
from flowcentre.model import Fact


class Tea(Connector):
    """A third party's connector."""

    provides: ClassVar = ("ga_beds_occupied",)
    Settings: ClassVar = FeedSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        return Payload()

    def parse(self, document: Document) -> Iterator[Fact]:
        yield from ()


class Unfinished(Connector):
    provides: ClassVar = ("ga_beds_occupied",)


class Unknown(Tea):
    provides: ClassVar = ("cups_of_tea",)


@pytest.fixture
def offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that is installed beside ours; its entry points are written by the test."""
    package = tmp_path / "tea-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: tea\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    return package / "entry_points.txt"


def test_ours_are_found_by_existing() -> None:
    found = find_connectors()
    assert {"bed_state_csv", "community_capacity_csv", "emergency_department_json"} <= set(found)
    assert not [name for name in found if name.startswith("_")]


def test_a_third_party_adds_one_through_its_entry_point(offered: Path) -> None:
    offered.write_text(f"[flowcentre.connectors]\ntea = {__name__}:Tea\n")
    said: list[str] = []
    assert find_connectors(said.append)["tea"].__name__ == "Tea"
    assert not said


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("no_such_module:Tea", "No module named"),
        (f"{__name__}:Coffee", "Coffee"),
        (f"{__name__}:tea_leaves", "not a class"),
        (f"{__name__}:Unfinished", "not a class that fulfils"),
        (f"{__name__}:Unknown", "cups_of_tea"),
    ],
)
def test_a_broken_third_party_is_told_of_and_left_out(offered: Path, value: str, why: str) -> None:
    offered.write_text(f"[flowcentre.connectors]\nbroken = {value}\ntea = {__name__}:Tea\n")
    said: list[str] = []
    found = find_connectors(said.append)
    assert "broken" not in found
    assert "tea" in found
    assert len(said) == 1
    assert "'broken'" in said[0]
    assert why in said[0]


def tea_leaves() -> None:
    """Not a class."""


def test_a_third_party_cannot_take_the_name_of_ours(offered: Path) -> None:
    offered.write_text(f"[flowcentre.connectors]\nbed_state_csv = {__name__}:Tea\n")
    said: list[str] = []
    assert find_connectors(said.append)["bed_state_csv"].__name__ == "BedStateCsv"
    assert "there is one of that name" in said[0]


def test_a_module_of_ours_with_two_or_none_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = ModuleType("connectors.empty")
    monkeypatch.setitem(sys.modules, "connectors.empty", empty)
    with pytest.raises(NotAConnector, match="connectors.empty holds 0 connectors"):
        connectors._the_one_in(empty)
