"""Contracts become block hours: what is in force on the day, what it costs, and what of it nobody uses."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from flowcentre.measures import ALL, figure, packages
from flowcentre.measures.contract_counts import contract_readings
from flowcentre.model import CapacityUnit, CareContract, Measure
from tests.measures.care_cast import AT, contract


def counted(*listed: CareContract, at: datetime = AT, provider: str = "ashdown-north") -> dict[str, float | None]:
    return {reading.measure: reading.value for reading in contract_readings("north", listed, at, [provider])}


def test_every_measure_that_is_promised_is_counted_and_no_other() -> None:
    assert set(counted()) == set(packages.CONTRACTS_REPORT)


def test_block_hours_are_those_in_force_of_the_provider_and_nothing_bought_on_the_spot() -> None:
    counts = counted(
        contract("C-1", 100, hourly_rate=24),
        contract("C-2", 50, funding="discharge_fund", hourly_rate=30),
        contract("C-3", 400, block=False, hourly_rate=99),
        contract("C-4", 400, unit=CapacityUnit.BEDS),
        contract("C-5", 400, provider="bramble-north", hourly_rate=20),
        contract("C-6", 400, valid_from=date(2026, 11, 25)),
        contract("C-7", 400, valid_to=date(2026, 11, 23)),
    )
    assert (counts["block_hours_bought"], counts["block_hours_cost"], counts["block_hourly_rate"]) == (150, 3900, 26)
    assert counts["care_contracts_now"] == 5


@pytest.mark.parametrize("end", ["valid_to", "contract_end", "funding_end"])
def test_the_last_day_counts_and_whichever_end_comes_first_is_it(end: str) -> None:
    later = {"valid_to": date(2027, 3, 31), "contract_end": date(2028, 3, 31), "funding_end": date(2029, 3, 31)}
    assert counted(contract(**later | {end: date(2026, 11, 24)}))["block_hours_bought"] == 100
    assert counted(contract(**later | {end: date(2026, 11, 23)}))["block_hours_bought"] == 0


def test_a_contract_begins_and_ends_at_londons_midnight() -> None:
    summer = contract(valid_from=date(2026, 7, 1), valid_to=date(2026, 7, 31))
    moments = [
        datetime(2026, 6, 30, 22, 59, tzinfo=UTC),
        datetime(2026, 6, 30, 23, 0, tzinfo=UTC),
        datetime(2026, 7, 31, 22, 59, tzinfo=UTC),
        datetime(2026, 7, 31, 23, 0, tzinfo=UTC),
    ]
    bought = [counted(summer, at=moment)["block_hours_bought"] for moment in moments]
    assert bought == [0, 100, 100, 0]


def test_a_price_that_one_contract_does_not_give_is_not_known_for_all() -> None:
    counts = counted(contract("C-1", hourly_rate=24), contract("C-2", funding="nhs"))
    assert (counts["block_hours_bought"], counts["block_hourly_rate"], counts["block_hours_cost"]) == (200, None, None)


def test_a_provider_with_no_contract_has_bought_nothing_at_no_price() -> None:
    counts = counted(contract(), provider="bramble-north")
    assert (counts["block_hours_bought"], counts["block_hours_cost"], counts["block_hourly_rate"]) == (0, 0, None)


def worked_out(measure: str, **inputs: float) -> float | None:
    found: Measure = ALL[measure]
    assert found.formula is not None
    return figure(found.formula, inputs)


def test_hours_used_beyond_the_block_leave_nothing_unfilled_and_contradict_nothing() -> None:
    assert worked_out("block_hours_unfilled", block_hours_bought=100, block_hours_used=70) == 30
    assert worked_out("block_hours_unfilled", block_hours_bought=100, block_hours_used=130) == 0
    assert worked_out("block_hours_utilisation", block_hours_bought=100, block_hours_used=130) == 130


def test_what_is_unfilled_costs_its_hours_at_the_price_and_nothing_needs_no_price() -> None:
    assert worked_out("block_hours_unfilled_cost", block_hours_unfilled=30, block_hourly_rate=24.5) == 735
    assert worked_out("block_hours_unfilled_cost", block_hours_unfilled=30) is None
    assert worked_out("block_hours_unfilled_cost", block_hours_unfilled=0) == 0
