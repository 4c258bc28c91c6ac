"""Situation reports: what each column is, and which figures cannot be. docs/situation-reports.md states each answer."""

import re
import tomllib
from pathlib import Path

import pytest

from connectors.mental_health_csv import REPORT as MENTAL_HEALTH
from connectors.mental_health_csv import MentalHealthCsv
from connectors.nhs_111_csv import REPORT as NHS_111
from connectors.nhs_111_csv import Nhs111Csv
from flowcentre.feeds.contract import Connector, Document, PlaceCodes
from flowcentre.measures import ALL
from flowcentre.model import Fact, Held, Level, Place, PlaceKind, Places, Reading, RefusedColumn

PLACES = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("trust", "Mental Health", Level.ORGANISATION, PlaceKind.TRUST, parent="westshire", ods="ZW3"),
        Place("larkfield", "Larkfield", Level.SITE, PlaceKind.MENTAL_HEALTH_UNIT, parent="trust", ods="ZW301"),
        Place("nhs-111", "NHS 111", Level.ORGANISATION, PlaceKind.NHS_111, parent="westshire", ods="ZW4"),
    ]
)
GUIDE = (Path(__file__).parents[2] / "docs" / "situation-reports.md").read_text(encoding="utf-8")
REPORTS = {"Mental health units": (MENTAL_HEALTH, MentalHealthCsv), "NHS 111": (NHS_111, Nhs111Csv)}
both = pytest.mark.parametrize("title", REPORTS)


def chapter(title: str) -> str:
    return GUIDE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def example(title: str) -> str:
    found = re.search(r"^```csv\n(.*?)^```", chapter(title), re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def facts(title: str, content: str) -> list[Fact | RefusedColumn]:
    kind = REPORTS[title][1]
    connector: Connector = kind(kind.Settings.model_validate({"folder": "drops"}), PlaceCodes(PLACES, ["westshire"]))
    return list(connector.parse(Document("report.csv", content.encode())))


@both
def test_the_guide_names_every_column_and_its_example_is_read(title: str) -> None:
    report, _ = REPORTS[title]
    assert re.findall(r"^\| `(\w+)` \| required", chapter(title), re.MULTILINE) == list(report.columns)
    assert f"`{report.kind}`" in chapter(title)
    readings = facts(title, example(title))
    assert [fact.measure for fact in readings if isinstance(fact, Reading)] == list(report.measures.values())
    for fact in readings:
        assert isinstance(fact, Reading)
        assert PLACES[fact.place].kind in ALL[fact.measure].reported_by


@both
def test_the_guide_says_of_each_part_what_it_may_not_be_more_than(title: str) -> None:
    report, _ = REPORTS[title]
    header, row = example(title).splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    for part, whole in report.within:
        assert f"`{part}`" in GUIDE.split("a part that is more than its whole")[1].split("\n")[0]
        spoilt = cells | {part: str(int(float(cells[whole])) + 1)}
        (held,) = facts(title, f"{header}\n{','.join(spoilt.values())}\n")
        assert isinstance(held, Held)
        assert held.reason.startswith(f"{part} is more than ")
        assert held.place is not None  # whose figures then say that something is missing


def test_more_in_beds_than_are_open_is_life_and_a_blank_is_not_nought() -> None:
    header, row = example("Mental health units").splitlines()
    found = facts("Mental health units", f"{header}\n{row.replace(',83,6,9,', ',86,,-,')}\n")
    values = {fact.measure: fact.value for fact in found if isinstance(fact, Reading)}
    assert values["mh_beds_occupied"] == 86
    assert values["mh_waiting_for_bed_now"] is None
    assert values["mh_ready_for_discharge_now"] is None


@both
def test_a_place_of_another_kind_holds_its_row(title: str) -> None:
    spoilt = example(title).replace("ZW301", "ZW3").replace("ZW4,", "ZW301,")
    (held,) = facts(title, spoilt)
    assert isinstance(held, Held)
    assert held.reason.startswith("place_code is a place of another kind than ")


def test_the_guides_entry_has_settings_that_the_connector_knows() -> None:
    found = re.search(r"^```toml\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    assert found
    (feed,) = tomllib.loads(found[1])["feed"]
    assert feed["connector"] == "nhs_111_csv"
    Nhs111Csv.Settings.model_validate(feed["settings"])
