"""Capacity ahead: what the contracts for care buy on each day to come, and where that falls or rises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from flowcentre.model import CapacityUnit, CareContract

WEEKS = 26
_DAY = timedelta(days=1)


class Cause(StrEnum):
    """Why the amount that is bought changes."""

    CONTRACT = "contract ends"
    FUNDING = "funding ends"
    AMOUNT = "amount ends"  # the contract goes on, and nothing is known of how much
    CHANGES = "amount changes"  # the next row of the same provider follows on
    BEGINS = "begins"


@dataclass(frozen=True, slots=True)
class Change:
    """A day from which a provider gives more or less in a locality than the day before."""

    day: date  # the first with the amount ``after``
    provider: str
    locality: str
    unit: CapacityUnit
    before: float
    after: float
    ending: tuple[CareContract, ...] = ()  # the day before was their last
    beginning: tuple[CareContract, ...] = ()
    doubted: bool = False  # contracts of the locality are not known, and one of them may make up for it

    @property
    def by(self) -> float:
        """How much is gained, or below 0 lost."""
        return self.after - self.before

    @property
    def cause(self) -> Cause:
        """What ends or begins. Of a contract and its funding that end together the contract is named."""
        if self.ending and self.beginning:
            return Cause.CHANGES
        if not self.ending:
            return Cause.BEGINS
        last = self.day - _DAY
        if any(contract.contract_end == last for contract in self.ending):
            return Cause.CONTRACT
        if any(contract.funding_end == last for contract in self.ending):
            return Cause.FUNDING
        return Cause.AMOUNT


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is bought of one unit from today on: an amount stands from its day until the next."""

    unit: CapacityUnit
    until: date  # the last day that is looked at
    steps: tuple[tuple[date, float], ...]  # the first is today's
    changes: tuple[Change, ...]  # in order of the days
    at_least: bool = False  # contracts of some locality are not known, so every amount is this or more

    @property
    def now(self) -> float:
        """What is bought today."""
        return self.steps[0][1]

    @property
    def at_the_end(self) -> float:
        """What is bought on the last day that is looked at."""
        return self.steps[-1][1]

    def on(self, day: date) -> float:
        """What is bought on a day from today on."""
        return next(amount for begins, amount in reversed(self.steps) if begins <= day)


def capacity_ahead(
    contracts: Iterable[CareContract], today: date, weeks: int = WEEKS, short: Collection[str] = ()
) -> tuple[Ahead, ...]:
    """The line of each unit that anything is or will be bought of, as far as ``weeks`` ahead.

    Blocks alone: what is bought on the spot cannot be counted on. A row that follows on another of the same provider
    and locality, of as much, is no change. ``short`` are the places whose contracts are not all known: localities, or the
    system where nobody knows of which.
    """
    blocks = [contract for contract in contracts if contract.block]
    until = today + timedelta(weeks=weeks)
    found = []
    for unit in CapacityUnit:
        of_unit = [contract for contract in blocks if contract.unit is unit]
        changes = tuple(replace(each, doubted=each.locality in short) for each in _changes(of_unit, today, until))
        now = _amount(of_unit, today)
        if not now and not changes:
            continue
        steps = [(today, now)]
        for change in changes:
            amount = steps[-1][1] + change.by
            if steps[-1][0] == change.day:
                steps[-1] = (change.day, amount)
            else:
                steps.append((change.day, amount))
        found.append(Ahead(unit, until, tuple(steps), changes, at_least=bool(short)))
    return tuple(found)


def _changes(contracts: Sequence[CareContract], today: date, until: date) -> tuple[Change, ...]:
    by_place: dict[tuple[str, str], list[CareContract]] = {}
    for contract in contracts:
        by_place.setdefault((contract.place, contract.provider), []).append(contract)
    found = []
    for (locality, provider), theirs in by_place.items():
        days = {contract.valid_from for contract in theirs}
        days |= {contract.last_day + _DAY for contract in theirs if contract.last_day is not None}
        for day in days:
            if not today < day <= until:
                continue
            before, after = _amount(theirs, day - _DAY), _amount(theirs, day)
            if before != after:
                ending = tuple(each for each in theirs if each.in_force(day - _DAY) and not each.in_force(day))
                beginning = tuple(each for each in theirs if each.in_force(day) and not each.in_force(day - _DAY))
                found.append(Change(day, provider, locality, theirs[0].unit, before, after, ending, beginning))
    return tuple(sorted(found, key=lambda change: (change.day, change.by, change.locality, change.provider)))


def _amount(contracts: Iterable[CareContract], day: date) -> float:
    return sum(contract.amount for contract in contracts if contract.in_force(day))


def without_contract(
    running: Iterable[tuple[str, str]], contracts: Iterable[CareContract], today: date
) -> dict[tuple[str, str], int]:
    """How many running packages each provider of a locality gives without any contract in force.

    ``running`` names the locality and the provider of each package. A contract on the spot is a contract.
    """
    under = {(contract.place, contract.provider) for contract in contracts if contract.in_force(today)}
    found: dict[tuple[str, str], int] = {}
    for key in running:
        if key not in under:
            found[key] = found.get(key, 0) + 1
    return found
