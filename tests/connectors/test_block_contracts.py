"""Lists of contracts: what each word means, and what is done with each bad row. docs/packages.md states each answer."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.block_contracts import LAYOUT, BlockContracts, BlockContractsSettings
from flowcentre.feeds.contract import Document, FeedMalformed, PlaceCodes
from flowcentre.feeds.files import DropFolderSettings
from flowcentre.model import CapacityUnit, CareContract, Fact, Held, RefusedColumn, WholeList
from tests.connectors.cast import WESTSHIRE
from tests.connectors.referrals import as_csv
from tests.connectors.test_pseudonyms import nhs_number

ROW = {
    "list_time": "2026-11-22T06:00:00Z",
    "ref": "C-1",
    "provider": "1E5",
    "locality": "north",
    "unit": "hours",
    "amount": "100",
    "block": "yes",
    "valid_from": "2026-04-01",
    "valid_to": "",
    "contract_end": "",
    "funding": "council",
    "funding_end": "",
    "hourly_rate": "",
}
Found = list[Fact | RefusedColumn]


def parse(content: bytes, places: tuple[str, ...] = ("westshire",), **local: object) -> Found:
    connector = BlockContracts(
        BlockContractsSettings.model_validate({"folder": "drops"} | local), PlaceCodes(WESTSHIRE, places)
    )
    return list(connector.parse(Document("contracts", content)))


def facts(*changes: Mapping[str, str], **local: object) -> Found:
    """The facts of a list with one row for each set of changes to a good one."""
    return parse(as_csv(*(ROW | change for change in changes)), **local)


def contract(change: Mapping[str, str], **local: object) -> CareContract:
    found = facts(change, **local)[0]
    assert isinstance(found, CareContract), found
    return found


def held(found: Found) -> list[str]:
    return [fact.reason for fact in found if isinstance(fact, Held)]


def test_a_row_is_a_contract_and_the_document_the_whole_list_of_its_locality() -> None:
    found, whole = facts({})
    assert isinstance(found, CareContract)
    assert (found.provider, found.unit, found.amount) == ("ashdown-north", CapacityUnit.HOURS, 100)
    assert whole == WholeList("contracts", "north", datetime(2026, 11, 22, 6, tzinfo=UTC))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"valid_to": "2026-03-31"}, "valid_to is before valid_from"),
        ({"contract_end": "2025-04-01"}, "contract_end is before valid_from"),
        ({"funding_end": "2025-04-01"}, "funding_end is before valid_from"),
        ({"valid_from": ""}, "valid_from is not a time"),
        ({"valid_to": "spring"}, "valid_to is not a time"),
        ({"amount": "-1"}, "amount is below zero"),
        ({"amount": ""}, "amount is missing"),
        ({"amount": "inf"}, "amount is not a number"),
        ({"unit": "beds", "provider": "ZW203", "amount": "2.5"}, "amount is not a count: it is not whole"),
        ({"unit": "beds", "provider": "ZW203", "amount": "-2"}, "amount is not a count: it is below zero"),
        ({"hourly_rate": "-0.01"}, "hourly_rate is below zero"),
        ({"hourly_rate": "cheap"}, "hourly_rate is not a number"),
        ({"unit": "beds", "provider": "ZW203", "hourly_rate": "24"}, "hourly_rate is given, and beds have none"),
        ({"provider": "ZX99"}, "provider is not one that is known here"),
        ({"provider": ""}, "provider is not one that is known here"),
        ({"provider": "A1"}, "provider is not one that is known here"),  # a ward
        ({"provider": "KES"}, "provider serves another locality than the contract's"),
        ({"unit": "slots"}, "unit is none of hours, beds and people"),
        ({"block": "perhaps"}, "block is neither yes nor no"),
        ({"block": ""}, "block is neither yes nor no"),
        ({"ref": "Mrs Quillfeather"}, "ref is not a code"),
        ({"ref": "n/a"}, "ref has no digit, like most here: are they names?"),
        ({"ref": "Quillfeather"}, "ref has no digit, like most here: are they names?"),
        ({"ref": "07/11/1941"}, "ref looks like a date, a postcode or a telephone number"),
        ({"ref": "ZZ9-9ZZ"}, "ref looks like a date, a postcode or a telephone number"),
        ({"ref": nhs_number("999000001")}, "ref looks like an NHS number"),
    ],
)
def test_a_row_that_cannot_be_is_held_with_its_reason(change: dict[str, str], why: str) -> None:
    (reason,) = held(facts(change))
    assert reason.startswith(why)


def test_a_column_of_names_is_held_and_a_word_among_codes_is_not() -> None:
    names = facts(*({"ref": name, "funding": name} for name in ("Smith", "Jones", "Brown", "C-4")))
    assert held(names) == ["ref has no digit, like most here: are they names? A pseudonym is wanted"] * 3
    assert "Smith" not in repr(names)
    assert held(facts({"ref": "WINTER"}, {"ref": "C-2"}, {"ref": "C/3"})) == []


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        *((said, CapacityUnit.HOURS) for said in ("Hours a week", "hrs", "hours/week", "HOURS")),
        *((said, CapacityUnit.BEDS) for said in ("beds", "Bed")),
        *((said, CapacityUnit.PEOPLE) for said in ("people", "Places", "caseload")),
    ],
)
def test_a_unit_is_known_however_it_is_written(said: str, unit: CapacityUnit) -> None:
    assert contract({"unit": said}).unit is unit


@pytest.mark.parametrize(("said", "block"), [("Yes", True), ("BLOCK", True), ("no", False), ("spot", False)])
def test_it_is_bought_in_a_block_or_on_the_spot(said: str, block: bool) -> None:
    assert contract({"block": said}).block is block


@pytest.mark.parametrize(
    ("locality", "said", "meant"),
    [("north", "1E5", "ashdown-north"), ("mid", "Ashdown", "ashdown-mid"), ("mid", "ZW31", "ashdown-mid")],
)
def test_a_provider_is_that_of_the_locality(locality: str, said: str, meant: str) -> None:
    assert contract({"locality": locality, "provider": said}).provider == meant


@pytest.mark.parametrize(("said", "meant"), [("007", "the-limes"), ("NA", "quay-house")])
def test_beds_may_lie_in_another_locality_than_the_one_they_are_bought_for(said: str, meant: str) -> None:
    assert contract({"unit": "beds", "provider": said}).provider == meant


def test_days_are_those_of_london() -> None:
    found = contract(
        {"valid_from": "2026-06-30T23:00:00Z", "valid_to": "31/03/2027", "contract_end": "2027-03-31T12:00"}
    )
    assert (found.valid_from, found.valid_to, found.contract_end) == (
        date(2026, 7, 1),
        date(2027, 3, 31),
        date(2027, 3, 31),
    )


def test_thousands_are_read_and_a_price_that_is_not_told_is_none() -> None:
    found = contract({"amount": "1,250.5", "hourly_rate": "-"})
    assert (found.amount, found.hourly_rate) == (1250.5, None)


def test_funding_is_known_by_key_text_and_local_word_and_otherwise_not_known() -> None:
    assert contract({"funding": "Better Care Fund"}).funding == "better_care_fund"
    assert contract({"funding": "Winter money"}, funding={"winter money": "discharge_fund"}).funding == "discharge_fund"
    assert contract({"funding": "petty cash"}).funding is None


def test_a_ref_stands_once_in_a_list_and_another_amount_is_another_row_with_another_ref() -> None:
    assert held(facts({}, {})) == ["the same row is there before"]
    twice = facts({"valid_to": "2026-09-30"}, {"valid_from": "2026-10-01", "amount": "120"})
    assert held(twice) == ["its ref is there again with other details: neither is believed"] * 2
    assert held(facts({"valid_to": "2026-09-30"}, {"ref": "C-1a", "valid_from": "2026-10-01", "amount": "120"})) == []


def test_one_contract_may_serve_two_localities_a_row_each() -> None:
    found = facts({}, {"locality": "mid", "provider": "1E6"})
    assert [fact.place for fact in found if isinstance(fact, CareContract)] == ["north", "mid"]


def test_contracts_that_overlap_are_both_given_for_the_poller_to_weigh() -> None:
    found = facts({"valid_to": "2026-12-31"}, {"ref": "C-2", "valid_from": "2026-10-01"})
    assert [fact.ref for fact in found if isinstance(fact, CareContract)] == ["C-1", "C-2"]
    assert held(found) == []


def test_a_row_of_another_locality_is_held_of_the_county_and_a_document_of_them_refused() -> None:
    found = facts({}, {"ref": "C-2", "locality": "Eastshire"})
    assert [fact.place for fact in found if isinstance(fact, Held)] == ["westshire"]
    with pytest.raises(FeedMalformed, match="another county's list"):
        facts({"locality": "Eastshire"})


def test_json_was_not_agreed() -> None:
    with pytest.raises(FeedMalformed):
        parse(b'{"list_time": "2026-11-22T06:00:00Z", "localities": []}\n')


def test_a_column_of_names_is_refused() -> None:
    found = facts({"contact name": "Zebedee"})
    assert [fact for fact in found if isinstance(fact, RefusedColumn)] == [RefusedColumn("column 14 (a name)", 1)]
    assert "Zebedee" not in repr(found)


def test_a_setting_that_cannot_be_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match='"bcf" is not the key of a funding stream'):
        BlockContractsSettings.model_validate({"folder": "a", "funding": {"x": "bcf"}})


GUIDE = (Path(__file__).parents[2] / "docs" / "packages.md").read_text()
CHAPTER = GUIDE.split("\n## Contracts\n")[1].split("\n## ")[0]


def test_every_column_and_setting_is_in_the_guide() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| (?:required|optional)", CHAPTER, re.MULTILINE)) == LAYOUT.agreed
    own = set(BlockContractsSettings.model_fields) - set(DropFolderSettings.model_fields)
    assert not [setting for setting in own if f"`{setting}`" not in CHAPTER]


def test_the_guides_feed_is_one() -> None:
    feed = tomllib.loads(CHAPTER.split("```toml\n")[1].split("```")[0])["feed"][0]
    assert feed["connector"] == "block_contracts"
    BlockContractsSettings.model_validate(feed["settings"])


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.sampled_from([*ROW.values(), "2026-11-22", "9999-12-31T23:59", "0001-01-01", "KES", "-", "beds"]),
    st.floats().map(str),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"list_time": st.just(ROW["list_time"]), "ref": st.sampled_from(["C-1", "C-2"]) | CELLS}
        | {key: st.just(ROW[key]) | CELLS for key in list(ROW)[2:]}
        | {"locality": st.just("north")}
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None)
@given(ROWS)
def test_every_row_that_came_is_a_contract_or_held(rows: list[dict[str, str]]) -> None:
    found = parse(as_csv(*rows))
    contracts = [fact for fact in found if isinstance(fact, CareContract)]
    assert len(contracts) + len(held(found)) == len(rows)
    assert all(one.amount >= 0 and (one.valid_to is None or one.valid_to >= one.valid_from) for one in contracts)
