"""The queue for one service in one locality: whose turn it is when somebody in none of the county's wards can be taken."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from flowcentre.demo.package import Package
from flowcentre.demo.rhythm import DAY

_AT_A_TIME = 6  # of those who have waited longest, an offer goes to whom it fits best
_LONG_ENOUGH = 12 * DAY  # after which a provider is asked to fit what it has to whoever is first
_HARD_TO_PLACE = 16 * DAY  # before which somebody else is placed instead


class Queue:
    """People for whom a provider is looked for, or soon will be."""

    def __init__(self) -> None:
        self._packages: list[Package] = []

    def __len__(self) -> int:
        return len(self._packages)

    def __iter__(self) -> Iterator[Package]:
        return iter(self._packages)

    def add(self, package: Package) -> None:
        """Somebody is to be found a provider."""
        self._packages.append(package)

    def take(self, hours: float, at: int, luck: Random) -> Package | None:
        """Whoever an offer of so many hours goes to, who waits no more; None where it suits nobody now."""
        # Whoever has asked for something else, or died, is found nobody.
        self._packages = [package for package in self if package.outcome_at is None or package.outcome_at > at]
        ready = [p for p in self if p.sought_at is not None and p.sought_at <= at and p.free_from < at + 2 * DAY]
        if not ready:
            return None
        ready.sort(key=lambda package: (_turn(package, at), package.ref))
        first = [package for package in ready if _turn(package, at)[0] == _turn(ready[0], at)[0]]
        found = min(first[:_AT_A_TIME], key=lambda package: abs(package.hours - hours))
        if at - first[0].referred_at > _LONG_ENOUGH and luck.random() < 0.5:
            found = first[0]
        self._packages.remove(found)
        return found


def _turn(package: Package, at: int) -> tuple[int, float]:
    """Whose turn it is, the lowest first: who cannot wait, then who has waited long, and who is hard to place last."""
    cannot_wait = package.urgent or (package.free_from and package.free_from < at + 1.5 * DAY)
    put_off = package.hard and at - package.referred_at < _HARD_TO_PLACE
    return 0 if cannot_wait else 2 if put_off else 1, package.referred_at + 9 * DAY * package.chance
