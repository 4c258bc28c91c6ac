"""What the county buys in blocks: hours of home care, recovery beds and places, each for a time and out of a fund.

Every term follows from the day on which the county's life is first shown, so that there are always cliffs ahead:
one provider is kept waiting until two weeks before the end of its contract, and the winter's money stops each year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flowcentre.model import CapacityUnit

SHOWN_AFTER = timedelta(days=35)  # from the start of a simulation: one week to settle, and four of history
_FORESEEN = timedelta(days=60)  # before its first day, money that comes for the winter alone is known of
_HOURS, _BEDS, _PEOPLE = CapacityUnit.HOURS, CapacityUnit.BEDS, CapacityUnit.PEOPLE


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is bought again and again: terms of so many ``days``, the first of which ends so many days after the start."""

    ref: str
    provider: str
    locality: str
    unit: CapacityUnit
    amount: float
    funding: str
    ends: int  # days after the first day that is shown
    days: int
    rate: float | None = None  # pounds an hour
    block: bool = True
    pause: int = 0  # days between two terms: the money comes for the winter alone
    then: float | None = None  # the amount of every second term
    paid_until: int | None = None  # days after the first day that is shown, where the fund ends before the contract
    renewed: int = 190  # days before the end of a term, the next is on the list


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the list: an agreement for a time. Days are Europe/London's, the last one included."""

    ref: str
    agreement: Agreement
    amount: float
    valid_from: date
    valid_to: date | None  # of this amount, where the contract goes on with another
    contract_end: date | None
    funding_end: date | None


def _home(provider: str, amount: float, rate: float, funding: str, ends: int, days: int = 364) -> Agreement:
    locality = provider.rpartition("-")[2]
    return Agreement(f"HC-{provider.upper()}", provider, locality, _HOURS, amount, funding, ends, days, rate)


def _winter(provider: str, amount: float, rate: float) -> Agreement:
    locality = provider.rpartition("-")[2]
    ref = f"HC-{provider.upper()}-WINTER"
    return Agreement(ref, provider, locality, _HOURS, amount, "discharge_fund", 38, 140, rate, pause=224)


# Clover Mid has none: what it gives is bought package by package.
AGREEMENTS = (
    _home("ashdown-north", 340, 23.60, "council", 290),
    _winter("ashdown-north", 70, 26.20),
    replace(_home("ashdown-mid", 280, 24.10, "council", 61), renewed=14),
    _home("ashdown-south", 230, 23.90, "better_care_fund", 171),
    _home("bramble-north", 270, 24.40, "council", 353),
    _home("bramble-mid", 280, 24.80, "better_care_fund", 213),
    _winter("bramble-mid", 55, 27.00),
    Agreement("HC-BRAMBLE-SOUTH", "bramble-south", "south", _HOURS, 380, "council", 46, 182, 23.40, then=330),
    _home("clover-north", 240, 25.10, "council", 129),
    _home("clover-south", 240, 25.30, "better_care_fund", 402),
    _winter("clover-south", 60, 27.40),
    Agreement("HC-CLOVER-SOUTH-SPOT", "clover-south", "south", _HOURS, 25, "council", 24, 56, 28.90, block=False),
    Agreement("RB-MILLBROOK", "millbrook", "north", _BEDS, 28, "nhs", 495, 728),
    Agreement("RB-ORCHARD-HOUSE", "orchard-house", "mid", _BEDS, 22, "better_care_fund", 262, 364),
    # Beds of a wing that opens on its day, with money that ends before the contract does.
    Agreement("RB-ORCHARD-GARDEN-WING", "orchard-house", "mid", _BEDS, 12, "discharge_fund", 404, 364, paid_until=222),
    Agreement("VS-NEIGHBOURS-NORTH", "neighbours-north", "north", _PEOPLE, 30, "better_care_fund", 122, 364),
    Agreement("VS-NEIGHBOURS-MID", "neighbours-mid", "mid", _PEOPLE, 20, "better_care_fund", 122, 364),
    Agreement("VS-NEIGHBOURS-SOUTH", "neighbours-south", "south", _PEOPLE, 32, "council", 318, 364),
)
_OPENS_LATER = {"RB-ORCHARD-GARDEN-WING"}  # no term before the one that begins ahead


def terms_on(day: date, started_on: date) -> Iterator[Term]:
    """The list of a day, of a life that began on another: what is in force, renewed, or agreed to begin."""
    shown = started_on + SHOWN_AFTER
    for agreement in AGREEMENTS:
        number, ends = 0, shown + timedelta(days=agreement.ends)
        step = timedelta(days=agreement.days + agreement.pause)
        while ends - step >= day and agreement.ref not in _OPENS_LATER:
            number, ends = number - 1, ends - step
        while ends < day:
            number, ends = number + 1, ends + step
        following = ends + step
        if agreement.pause and ends - timedelta(days=agreement.days - 1) > day + _FORESEEN:
            continue
        yield _term(agreement, number, ends, shown)
        if not agreement.pause and day >= ends - timedelta(days=agreement.renewed):
            yield _term(agreement, number + 1, following, shown)


def _term(agreement: Agreement, number: int, ends: date, shown: date) -> Term:
    days, first = timedelta(days=agreement.days), agreement.then is None or number % 2 == 0
    begins = ends - days + timedelta(days=1)
    paid = None if agreement.paid_until is None else shown + timedelta(days=agreement.paid_until)
    runs_out = paid is not None and begins < paid <= ends
    changes = agreement.then is not None
    return Term(
        ref=f"{agreement.ref}-{number + 10:02d}",
        agreement=agreement,
        amount=agreement.amount if first or agreement.then is None else agreement.then,
        valid_from=begins,
        valid_to=ends if changes else None,
        contract_end=None if agreement.pause else ends + days * first if changes else ends,
        funding_end=ends if agreement.pause else paid if runs_out else None,
    )
