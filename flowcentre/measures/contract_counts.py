"""A locality's list of contracts becomes measures, as on a Europe/London day: the list's own, or a later one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from flowcentre.measures.derive import local_day
from flowcentre.model import CapacityUnit, CareContract, Reading


def contract_readings(
    place: str, listed: Sequence[CareContract], at: datetime, providers: Iterable[str] = ()
) -> Iterator[Reading]:
    """How many contracts of a locality are in force at ``at`` and, of each provider, what its block hours are and cost.

    A price has no value where a contract in force gives none, or where none is in force. What nobody has bought
    costs nothing.
    """
    in_force = [contract for contract in listed if contract.in_force(local_day(at))]
    yield Reading("care_contracts_now", place, float(len(in_force)), at)
    hours = [contract for contract in in_force if contract.block and contract.unit is CapacityUnit.HOURS]
    for provider in providers:
        own = [contract for contract in hours if contract.provider == provider]
        bought = sum(contract.amount for contract in own)
        cost = _cost(own)
        yield Reading("block_hours_bought", provider, float(bought), at)
        yield Reading("block_hourly_rate", provider, cost / bought if cost is not None and bought else None, at)
        yield Reading("block_hours_cost", provider, cost, at)


def _cost(contracts: Sequence[CareContract]) -> float | None:
    """Pounds a week; None where one of them does not say what an hour costs."""
    if any(contract.hourly_rate is None for contract in contracts):
        return None
    return float(sum(contract.amount * (contract.hourly_rate or 0) for contract in contracts))
