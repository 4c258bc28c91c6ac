"""What the contracts buy on each day to come."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import settings as with_settings
from hypothesis import strategies as any_

from flowcentre.model import CapacityUnit, CareContract
from flowcentre.picture.ahead import Cause, capacity_ahead, without_contract
from tests.picture.care_cast import bought

TODAY = date(2026, 11, 19)
DAY = timedelta(days=1)


def test_a_contract_counts_on_its_last_day_and_not_on_the_next() -> None:
    (line,) = capacity_ahead([bought("a", 120), bought("b", 80, contract_end=date(2026, 12, 31))], TODAY)
    assert (line.now, line.on(date(2026, 12, 31)), line.on(date(2027, 1, 1)), line.at_the_end) == (200, 200, 120, 120)
    (cliff,) = line.changes
    assert (cliff.day, cliff.by, cliff.provider, cliff.locality) == (date(2027, 1, 1), -80, "ashdown-north", "north")


@pytest.mark.parametrize(
    ("ends", "cause"),
    [
        ({"contract_end": date(2026, 12, 31)}, Cause.CONTRACT),
        ({"funding_end": date(2026, 12, 31)}, Cause.FUNDING),
        ({"funding_end": date(2026, 12, 31), "contract_end": date(2026, 12, 31)}, Cause.CONTRACT),
        ({"funding_end": date(2026, 12, 31), "contract_end": date(2027, 3, 31)}, Cause.FUNDING),
        ({"valid_to": date(2026, 12, 31), "contract_end": date(2027, 3, 31)}, Cause.AMOUNT),
    ],
)
def test_a_cliff_says_what_ends_first(ends: dict[str, date], cause: Cause) -> None:
    (line,) = capacity_ahead([bought("a", **ends)], TODAY)
    assert [change.cause for change in line.changes] == [cause]


def test_a_row_that_follows_on_another_is_no_cliff() -> None:
    first = bought("a", 100, valid_to=date(2026, 12, 31))
    assert capacity_ahead([first, bought("a2", 100, begins=date(2027, 1, 1))], TODAY)[0].changes == ()
    (change,) = capacity_ahead([first, bought("a2", 70, begins=date(2027, 1, 1))], TODAY)[0].changes
    assert (change.by, change.cause) == (-30, Cause.CHANGES)


def test_a_new_unit_stands_on_its_day_though_nothing_is_bought_of_it_yet() -> None:
    beds = bought("unit", 12, "millbrook", date(2027, 1, 11), unit=CapacityUnit.BEDS)
    (line,) = capacity_ahead([beds], TODAY)
    assert (line.unit, line.now, line.at_the_end) == (CapacityUnit.BEDS, 0, 12)
    assert [(change.day, change.cause, change.by) for change in line.changes] == [(date(2027, 1, 11), Cause.BEGINS, 12)]


def test_hours_and_beds_are_lines_of_their_own_and_what_is_bought_on_the_spot_is_in_none() -> None:
    beds = bought("beds", 24, "millbrook", unit=CapacityUnit.BEDS)
    lines = capacity_ahead([bought("a", 100), bought("spot", 900, block=False), beds], TODAY)
    assert [(line.unit, line.now) for line in lines] == [(CapacityUnit.HOURS, 100), (CapacityUnit.BEDS, 24)]


def test_what_ends_after_the_last_day_looked_at_is_not_told() -> None:
    ends = TODAY + timedelta(weeks=26)
    assert capacity_ahead([bought("a", contract_end=ends)], TODAY)[0].changes == ()
    assert len(capacity_ahead([bought("a", contract_end=ends - DAY)], TODAY)[0].changes) == 1


def test_nothing_bought_is_no_line() -> None:
    assert capacity_ahead([], TODAY) == ()
    assert capacity_ahead([bought("a", contract_end=TODAY - DAY)], TODAY) == ()


DATES = any_.integers(-60, 220).map(lambda days: TODAY + timedelta(days=days))
CONTRACTS = any_.lists(
    any_.builds(
        lambda amount, provider, begins, place, **ends: bought("c", amount, provider, begins, place=place, **ends),
        any_.sampled_from([10.0, 25.5, 40.0]),
        any_.sampled_from(["ashdown", "bramble"]),
        DATES,
        any_.sampled_from(["north", "south"]),
        valid_to=any_.none() | DATES,
        contract_end=any_.none() | DATES,
        funding_end=any_.none() | DATES,
        block=any_.sampled_from([True, True, False]),
    ),
    max_size=8,
)


def test_where_a_contract_is_not_known_the_line_is_at_least_and_a_fall_of_that_locality_is_doubted() -> None:
    ends = {"contract_end": date(2026, 12, 31)}
    contracts = [bought("a", **ends), bought("b", provider="ashdown-south", place="south", **ends)]
    (line,) = capacity_ahead(contracts, TODAY, short={"south"})
    assert line.at_least
    assert [(change.locality, change.doubted) for change in line.changes] == [("north", False), ("south", True)]
    assert not any(each.at_least for each in capacity_ahead(contracts, TODAY))


@with_settings(max_examples=200, deadline=None)
@for_all(CONTRACTS)
def test_the_line_is_on_every_day_what_the_contracts_in_force_come_to(contracts: list[CareContract]) -> None:
    lines = capacity_ahead(contracts, TODAY)
    for ahead in range(26 * 7 + 1):
        day = TODAY + timedelta(days=ahead)
        bought_then = sum(c.amount for c in contracts if c.block and c.in_force(day))
        assert (lines[0].on(day) if lines else 0) == pytest.approx(bought_then)


def test_packages_of_a_provider_without_a_contract_in_force_are_found() -> None:
    running = [("north", "ashdown-north"), ("north", "bramble-north"), ("north", "bramble-north")]
    spot = bought("spot", 10, block=False)
    assert without_contract(running, [spot], TODAY) == {("north", "bramble-north"): 2}
    ended = bought("old", contract_end=TODAY - DAY)
    assert without_contract(running[:1], [ended], TODAY) == {("north", "ashdown-north"): 1}
