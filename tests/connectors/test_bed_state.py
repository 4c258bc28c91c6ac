"""Whom a held row of a bed state touches, and what a refusal must not quote."""

import pytest

from connectors.bed_state_csv import BedStateCsv, BedStateSettings
from flowcentre.feeds.contract import Document, FeedMalformed, PlaceCodes
from flowcentre.model import Fact, Held
from tests.connectors.cast import WESTSHIRE

HEADING = (
    "site_code,ward_code,census_time,bed_type,core_open,escalation_open,occupied,closed_infection,"
    "closed_staffing,closed_estates,closed_other,no_criteria_to_reside,admissions_since_midnight,discharges_since_midnight"
)


def parse(*rows: str) -> list[Fact]:
    reader = BedStateCsv(BedStateSettings(folder="drops"), PlaceCodes(WESTSHIRE, ["northgate", "southmere"]))
    return list(reader.parse(Document("beds.csv", "".join(f"{line}\n" for line in (HEADING, *rows)).encode())))


def row(site: str, ward: str, occupied: str = "18", at: str = "2026-11-22T08:00:00Z") -> str:
    return f"{site},{ward},{at},general_acute,20,0,{occupied},0,0,0,0,3,1,1"


@pytest.mark.parametrize(
    ("said", "place"),
    [
        (row("ZW101", "A99"), "northgate"),  # a ward that is not in the configuration: its site lacks its patients
        (row("ZW102", "A2"), "southmere"),  # a ward of the other site
        (row("ZW101", "A1", occupied="many"), "northgate-a1"),
        (row("ZW102", "A1", at="today"), "southmere-a1"),
        (row("", "A1"), None),
    ],
)
def test_a_held_row_names_its_ward_or_else_its_site(said: str, place: str | None) -> None:
    held = [fact for fact in parse(row("ZW101", "A2"), said) if isinstance(fact, Held)]
    assert [each.place for each in held] == [place]


def test_a_hospital_number_in_the_place_of_a_site_is_not_quoted() -> None:
    with pytest.raises(FeedMalformed, match="site_code is not a place of this feed") as refusal:
        parse(row("K12345", "A1"))
    assert "K12345" not in str(refusal.value)
