"""Who asks for care other than from a ward of the county's own: from home, from elsewhere, and at the front door."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from flowcentre.demo.rhythm import local, working_day
from flowcentre.demo.westshire import LOCALITIES, RESIDENTS
from flowcentre.model import CareService, ReferralReason, Setting


@dataclass(frozen=True, slots=True)
class Source:
    """Where requests come from: their setting and reason, how many of all, and how many of them cannot wait."""

    setting: Setting
    reason: ReferralReason
    share: float
    urgent: float
    pathway: int | None = None


_HOSPITAL, _HOME = Setting.HOSPITAL, Setting.COMMUNITY
SOURCES = (
    # People of the county who lie in hospitals outside it, or have a virtual ward for a bed.
    Source(_HOSPITAL, ReferralReason.DISCHARGE, 0.38, 0.08, 1),
    Source(_HOSPITAL, ReferralReason.ADMISSION_AVOIDANCE, 0.13, 0.60, 1),  # A&E's front door
    Source(_HOME, ReferralReason.STEP_UP, 0.24, 0.25),
    Source(_HOME, ReferralReason.ADMISSION_AVOIDANCE, 0.22, 0.55),
    Source(_HOME, ReferralReason.RESTART, 0.03, 0.15),
)
STEP_UP_TO_A_BED = Source(_HOME, ReferralReason.STEP_UP, 1.0, 0.3, 2)
# How many a day on average, and how many of them may be looking for a provider before fewer are referred.
_A_DAY = {CareService.REABLEMENT: 3.3, CareService.HOME_CARE: 6.2, CareService.RECOVERY_BED: 1.2}
LOOKED_FOR = {CareService.REABLEMENT: 50.0, CareService.HOME_CARE: 62.0, CareService.RECOVERY_BED: 9.0}
_HARD = 0.15  # of those who can wait: far away, or with needs that few can meet
_BY_HOUR = (0.2, 0.6, 1.0, 1.3, 1.4, 1.1, 1.0, 1.2, 1.3, 1.2, 0.9, 0.5, 0.3)  # from 07:00


def expected_in_an_hour(service: CareService, locality: str, looked_for: int, at: int) -> float:
    """How many requests the coming hour brings, on average, when so many look for a provider already."""
    clock = local(at)
    hour = clock.hour - 7
    if not 0 <= hour < len(_BY_HOUR):
        return 0.0
    usual = LOOKED_FOR[service] * RESIDENTS[locality]
    # Where many wait, fewer are referred: people make do.
    pressed = max(0.1, 1.25 + 1.3 * (usual - looked_for) / usual)
    a_day = _A_DAY[service] * RESIDENTS[locality] * (1.22 if working_day(clock.date()) else 0.45)
    return a_day * pressed * _BY_HOUR[hour] / sum(_BY_HOUR)


def draw_source(service: CareService, luck: Random) -> Source:
    """Where one request for a service comes from."""
    if service is CareService.RECOVERY_BED:
        return STEP_UP_TO_A_BED
    return luck.choices(SOURCES, [source.share for source in SOURCES])[0]


def is_hard(urgent: bool, luck: Random) -> bool:
    """Will it be hard to find anybody? Whoever cannot wait is helped somehow."""
    return luck.random() < _HARD and not urgent


def every_queue() -> list[tuple[CareService, str]]:
    """Each service in each locality."""
    return [(service, locality) for service in CareService for locality in LOCALITIES]
