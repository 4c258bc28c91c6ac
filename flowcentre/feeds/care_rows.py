"""Which rows about care outside hospital contradict themselves or one another, and why they are held.

Pure functions of the rows. A row that is held is not counted until its source puts it right.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime

from flowcentre.measures.care_words import OUTCOMES_OF_CARE_THAT_RAN
from flowcentre.measures.derive import local_midnight
from flowcentre.model import CareContract, CareReferral


def wrong_referral(one: CareReferral) -> str | None:
    """Why a referral cannot be as it is written, or None."""
    if why := _impossible_number(one):
        return why
    if one.started_at is not None and _before(one.started_at, one.referred_at):
        return "care began before it was asked for"
    if one.ended_at is None:
        return None
    if _before(one.ended_at, one.referred_at):
        return "ended before it was asked for"
    if one.started_at is None:
        if one.outcome is None:
            return "ended with no start, and with no outcome to say why"
        if one.outcome in OUTCOMES_OF_CARE_THAT_RAN:
            return "ended with no start, and with an outcome of care that ran"
    elif _before(one.ended_at, one.started_at):
        return "care ended before it began"
    return None


def wrong_contract(one: CareContract) -> str | None:
    """Why a contract cannot be as it is written, or None."""
    if not math.isfinite(one.amount) or one.amount < 0:
        return f"an amount of {one.unit} that is below 0 or no number"
    if one.hourly_rate is not None and (not math.isfinite(one.hourly_rate) or one.hourly_rate < 0):
        return "a price of an hour that is below 0 or no number"
    if one.last_day is not None and one.last_day < one.valid_from:
        return "ends before it begins"
    return None


def overlapping(contracts: Sequence[CareContract]) -> Iterator[tuple[CareContract, str]]:
    """Contracts that buy anew what another buys for the same days, each with why: the one that begins later.

    The same are provider, unit and funding, in blocks or on the spot; all of a list are of one locality. Which
    of the two is right cannot be told; what began first stands, so that nothing is counted twice. The words name
    the contracts by their place among those given: a ref may be what must not be shown.
    """
    standing: list[tuple[int, CareContract]] = []
    for number, one in sorted(enumerate(contracts, 1), key=lambda each: (each[1].valid_from, each[1].ref)):
        again = (each for each in standing if _same_purchase(one, each[1]) and _still_runs(each[1], one))
        first = next(again, None)
        if first is None:
            standing.append((number, one))
        else:
            yield (
                one,
                f"contract {number} of those read for this place, from {one.valid_from:%d.%m.%Y}, overlaps contract "
                f"{first[0]}, from {first[1].valid_from:%d.%m.%Y}, of the same provider, unit and funding, which stands",
            )


def _impossible_number(one: CareReferral) -> str | None:
    if one.weekly_hours is not None and (not math.isfinite(one.weekly_hours) or one.weekly_hours < 0):
        return "hours a week below 0, or no number"
    if one.visits_a_day is not None and one.visits_a_day < 0:
        return "visits a day below 0"
    if one.offers is not None and one.offers < 0:
        return "offers below 0"
    if one.carers not in (None, 1, 2):
        return "neither one carer nor two"
    return None


def _before(earlier: datetime, later: datetime) -> bool:
    """Is one moment before another? A day without a time comes as its midnight: then the day decides."""
    return earlier < later and earlier != local_midnight(later)


def _same_purchase(one: CareContract, other: CareContract) -> bool:
    return (one.provider, one.unit, one.funding, one.block) == (other.provider, other.unit, other.funding, other.block)


def _still_runs(earlier: CareContract, later: CareContract) -> bool:
    return earlier.last_day is None or later.valid_from <= earlier.last_day
