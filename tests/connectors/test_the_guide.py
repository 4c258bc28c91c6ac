"""docs/connectors.md is kept true: its example is a connector that works on its sample with its entry."""

import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from connectors import _the_one_in
from flowcentre.feeds.contract import Document, PlaceCodes
from flowcentre.model import Reading
from tests.connectors import documents
from tests.connectors.cast import WESTSHIRE

GUIDE = (Path(__file__).parents[2] / "docs" / "connectors.md").read_text()


def example(language: str) -> str:
    """The first block of a language in the guide."""
    found = re.search(rf"^```{language}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_the_example_reads_its_sample_with_its_feed_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("connectors.virtual_ward_csv")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(example("python"), "docs/connectors.md", "exec"), vars(module))
    (feed,) = tomllib.loads(example("toml"))["feed"]
    connector = _the_one_in(module)
    assert feed["connector"] == module.__name__.rpartition(".")[2]
    settings = connector.Settings.model_validate(feed["settings"])
    facts = list(
        connector(settings, PlaceCodes(WESTSHIRE, feed["places"])).parse(
            Document("caseload.csv", example("csv").encode())
        )
    )
    assert [(fact.measure, fact.value) for fact in facts if isinstance(fact, Reading)] == [
        ("virtual_ward_capacity", 40),
        ("virtual_ward_used", 31),
    ]


def test_every_key_of_a_connector_toml_is_in_the_guide() -> None:
    used = {key for kind in documents.described() for key in kind.about}
    used |= {test for kind in documents.described() for test in kind.about.get("exempt", {})}
    missing = sorted(
        key for key in used if f"`{key}`" not in GUIDE and f"[{key}]" not in GUIDE and f"[{key}." not in GUIDE
    )
    assert not missing
