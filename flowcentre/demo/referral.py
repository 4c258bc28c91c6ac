"""A person's way from a hospital bed to a service: what the care transfer hub knows of it, and what may hinder it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from flowcentre.demo.package import Package
from flowcentre.demo.rhythm import DAY


class Seeks(StrEnum):
    """What the hub looks for."""

    REABLEMENT = "reablement"
    HOME_CARE = "home care"
    BED = "a community or recovery bed"
    CARE_HOME = "a care home"


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What has to be settled before a service can be sought at all, and how long that takes."""

    reason: str  # the key of a reason for delay
    length: int


@dataclass(slots=True, eq=False)
class Referral:
    """Somebody in a hospital bed whom the hub helps out of it; ``found`` is told when there is a service."""

    pathway: int
    locality: str
    found: Callable[[], None]
    referred_at: int
    assessed_at: int
    hindrance: Hindrance | None
    seeks: Seeks | None = None  # from when the search begins
    nothing_free: bool = False  # as the hub saw it when it last looked over its queues
    service: str | None = None  # the place that takes them; None also for one outside the county
    package: Package | None = None  # on the county's list of referrals for care

    def settle(self, service: str | None) -> None:
        """A service takes them."""
        self.service = service
        self.found()


@dataclass(slots=True, eq=False)
class Waiting:
    """Somebody for whom the hub seeks a service: from a hospital bed, or, without a referral, from home."""

    locality: str
    needs: float  # hours a week, or 1 bed
    since: int
    referral: Referral | None
    package: Package | None = None


def wards_part(referral: Referral, chance: float) -> float:
    """How long the ward takes to tell the hub what it must know, in seconds, by a chance of the person's own."""
    return min(3 * DAY, (0.2 + 0.5 * chance) * (referral.assessed_at - referral.referred_at))


# (reason, share of those referred on the pathway, least and most days). Few of them, and some very long:
# a house is rebuilt, a court is asked. The long tail of the waits is theirs.
_HINDRANCES: dict[int, tuple[tuple[str, float, float, float], ...]] = {
    1: (
        ("family_concerns", 0.040, 0.6, 4),
        ("no_equipment", 0.050, 0.6, 4),
        ("destination_readiness", 0.025, 0.6, 5),
        ("arranging_end_of_life", 0.020, 0.6, 4),
        ("mental_capacity", 0.010, 1.5, 8),
        ("safeguarding", 0.008, 3, 20),
        ("no_adaptations", 0.011, 10, 70),
        ("no_housing", 0.010, 7, 60),
    ),
    2: (
        ("family_concerns", 0.040, 0.6, 5),
        ("infection_control", 0.040, 2, 8),
        ("mental_capacity", 0.015, 1.5, 10),
        ("safeguarding", 0.008, 3, 20),
    ),
    3: (
        ("package_choice", 0.070, 1, 9),
        ("self_funded", 0.070, 1, 9),
        ("mental_capacity", 0.050, 2, 14),
        ("family_concerns", 0.030, 1, 6),
        ("arranging_end_of_life", 0.050, 1, 5),
        ("safeguarding", 0.016, 6, 40),
        ("no_adaptations", 0.016, 12, 70),
    ),
}


def draw_hindrance(pathway: int, luck: Random) -> Hindrance | None:
    """What hinders one person, if anything does. As many draws whatever comes of them."""
    chance, length = luck.random(), luck.random()
    for reason, share, least, most in _HINDRANCES[pathway]:
        if chance < share:
            return Hindrance(reason, int(least * (most / least) ** length * DAY))
        chance -= share
    return None


def look_over(queue: Iterable[Waiting], free: float) -> None:
    """Note for each in a queue whether what is free would reach them, if those who came first were served first."""
    for waiting in queue:
        free -= waiting.needs
        if waiting.referral is not None:
            waiting.referral.nothing_free = free < 0
