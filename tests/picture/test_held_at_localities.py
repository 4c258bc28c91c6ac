"""A row held back of a locality's list is missing from its teams and providers, and from every sum of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flowcentre.model import CareContract, Held, Picture
from flowcentre.picture import build
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.care_book import CareBook
from flowcentre.picture.visits import VisitBook
from flowcentre.store import Store
from tests.feeds.care_cast import CONTRACTS, COUNTY, LOCALITIES, QUARTER, listed, poll
from tests.measures.care_cast import AT, contract, referral, running

SOON = AT + timedelta(minutes=20)


def with_a_row_held(store: Store) -> Picture:
    """Ashdown gives 40 hours in the north; of a second package there the hours cannot be."""
    at = AT + QUARTER
    packages = [running(3, "R-1", provider="ashdown-north", weekly_hours=40), running(4, "R-2", weekly_hours=-1)]
    poll(store, listed(packages, at, *LOCALITIES), at)
    poll(store, listed([contract("C-1", hourly_rate=20)], at, *LOCALITIES, people="contracts"), at, CONTRACTS)
    return build(store, COUNTY, SOON)


@pytest.mark.parametrize("measure", ["block_hours_used", "spa_received_7d"])
def test_who_serves_the_locality_and_everybody_above_say_at_least(store: Store, measure: str) -> None:
    picture = with_a_row_held(store)
    found = {place: value for (place, of), value in picture.values.items() if of == measure}
    short = {"ashdown-north", "bramble-north", "bramble-of-north", "ashdown"}
    if measure != "block_hours_used":
        short = {"brokerage-north", "wupi-north", "council"}
    assert {place for place, value in found.items() if value.at_least} == short | {"north", "westshire"}
    # Two services may each miss it, and it is one row all the same.
    assert {value.held for value in found.values() if value.at_least} == {1}
    assert {value.held for value in found.values() if not value.at_least} == {0}


def test_what_is_left_of_a_block_names_the_row_that_may_fill_it_and_is_no_least_figure(store: Store) -> None:
    picture = with_a_row_held(store)
    for place, unfilled in (("ashdown-north", 60), ("north", 60), ("ashdown", 60), ("westshire", 60)):
        value = picture.value(place, "block_hours_unfilled")
        assert (value.value, value.at_least, value.held) == (unfilled, False, 1), place


def test_a_contract_that_is_held_makes_the_provider_and_the_county_at_least(store: Store) -> None:
    at = AT + QUARTER
    contracts = [contract("C-1"), contract("C-2", -4)]
    poll(store, listed(contracts, at, *LOCALITIES, people="contracts"), at, CONTRACTS)
    picture = build(store, COUNTY, SOON)
    for place in ("ashdown-north", "north", "westshire"):
        bought = picture.value(place, "block_hours_bought")
        assert (bought.value, bought.at_least, bought.held) == (100, True, 1), place
    assert not picture.value("ashdown-mid", "block_hours_bought").at_least


def capacity_with(store: Store, *contracts: CareContract | Held) -> Capacity:
    """Ashdown and Bramble each give a package in the north; what is said of contracts is as given."""
    at = AT + QUARTER
    packages = [running(days, f"R-{days}", provider=f"{who}-north") for days, who in ((3, "ashdown"), (4, "bramble"))]
    poll(store, listed(packages, at, *LOCALITIES), at)
    answered = listed([row for row in contracts if isinstance(row, CareContract)], at, *LOCALITIES, people="contracts")
    document = answered.documents[0]
    held = tuple(row for row in contracts if isinstance(row, Held))
    answered = replace(answered, documents=(replace(document, facts=(*document.facts, *held)),))
    poll(store, answered, at, CONTRACTS)
    picture = build(store, COUNTY, SOON)
    return CareBook(store, lambda: picture, VisitBook(store, lambda: picture)).capacity.read(picture)


def test_a_provider_whose_contract_may_be_held_is_not_said_to_have_none(store: Store) -> None:
    known = capacity_with(store, contract("C-1"))
    assert known.uncontracted == {("north", "bramble-north"): 1}
    assert not known.contracts_held


def test_where_a_contract_is_held_nobody_of_its_locality_is_said_to_have_none(store: Store) -> None:
    ends = contract("C-1", contract_end=AT.date() + timedelta(days=30))
    held = capacity_with(store, ends, contract("C-2", -4, provider="bramble-north"))
    assert (held.uncontracted, held.contracts_held) == ({}, {"north": 1})
    (line,) = held.ahead
    assert line.at_least
    assert [(change.by, change.doubted) for change in line.changes] == [(-100, True)]


def test_a_contract_of_no_locality_that_is_known_may_be_anybodys(store: Store) -> None:
    lost = Held("list.csv row 9", "locality is not a locality of this feed", "westshire")
    held = capacity_with(store, contract("C-1"), lost)
    assert (held.uncontracted, held.contracts_held) == ({}, {"westshire": 1})
    assert held.ahead[0].at_least


def test_a_picture_that_takes_over_forgets_the_row_once_it_is_put_right(store: Store) -> None:
    before = with_a_row_held(store)
    at = AT + 2 * QUARTER
    packages = [running(3, "R-1", provider="ashdown-north", weekly_hours=40), referral(ref="R-2")]
    poll(store, listed(packages, at, *LOCALITIES), at)
    then = build(store, COUNTY, at, before=before.values)
    assert then.values == build(store, COUNTY, at).values
    used = then.value("ashdown-north", "block_hours_used"), then.value("westshire", "block_hours_used")
    assert [(value.at_least, value.held) for value in used] == [(False, 0), (False, 0)]
