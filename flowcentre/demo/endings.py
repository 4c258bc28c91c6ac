"""How care ends: when, with what outcome, and who asks for care again."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from flowcentre.demo.rhythm import DAY, HOUR
from flowcentre.model import CareService

HANDED_BACK, SENT_BACK, HOSPITAL, NHS, REABLEMENT = "handed_back", "sent_back", "hospital", "nhs", "reablement"

# (outcome, share), by service. Names of outcomes are keys of ``care_words.OUTCOMES``; a test keeps them so.
OUTCOMES: dict[CareService, tuple[tuple[str, float], ...]] = {
    CareService.REABLEMENT: (
        ("ended_as_planned", 0.52),
        ("long_term", 0.20),
        (HOSPITAL, 0.11),
        ("self_funded", 0.04),
        ("assessment", 0.04),
        ("declined", 0.03),
        ("other_service", 0.03),
        ("deceased", 0.02),
        ("ended_other", 0.01),
    ),
    # Much of it goes on as long-term care, which is no longer on this list.
    CareService.HOME_CARE: (
        ("long_term", 0.52),
        ("ended_as_planned", 0.16),
        (HOSPITAL, 0.10),
        ("self_funded", 0.08),
        (HANDED_BACK, 0.06),
        ("deceased", 0.04),
        (REABLEMENT, 0.04),
    ),
    CareService.RECOVERY_BED: (
        (REABLEMENT, 0.36),
        ("ended_as_planned", 0.28),
        ("long_term", 0.17),
        (HOSPITAL, 0.12),
        ("deceased", 0.04),
        ("other_service", 0.03),
    ),
}
# Of those who end without care.
WITHOUT_CARE = (
    (HOSPITAL, 0.34),
    ("declined", 0.18),
    ("advice", 0.14),
    ("deceased", 0.12),
    ("self_funded", 0.12),
    ("other_service", 0.10),
)
_MEAN_HOME_CARE = 19.0  # days until it has ended, or has become long-term care


class Ending(NamedTuple):
    """When care ends and how."""

    at: int
    outcome: str


def draw_outcome(shares: tuple[tuple[str, float], ...], luck: Random) -> str:
    """One of some outcomes, as often as they are met."""
    return luck.choices([key for key, _ in shares], [share for _, share in shares])[0]


def ending(service: CareService, started_at: int, held_until: int, luck: Random) -> Ending:
    """How care that has begun ends. A service's hours or bed are given back at ``held_until``; long-term care goes on."""
    outcome = draw_outcome(OUTCOMES[service], luck)
    if service is not CareService.HOME_CARE:
        return Ending(held_until, outcome)
    days = luck.gammavariate(2.6, _MEAN_HOME_CARE / 2.6)
    if outcome == HANDED_BACK:
        days = 2 + 0.6 * days
    elif days > 42 and luck.random() < 0.5:
        days = 42 - 3 * luck.random()
    at = started_at + int(max(1.0, days) * DAY)
    return Ending(min(at - at % DAY + 11 * HOUR + int(6 * HOUR * luck.random()), held_until), outcome)
