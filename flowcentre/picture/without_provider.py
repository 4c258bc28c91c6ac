"""Running home care of which no list says who gives it: its hours are in nobody's use of a block."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flowcentre.measures.care_clocks import Phase, phase_of
from flowcentre.model import CareReferral, CareService


@dataclass(frozen=True, slots=True)
class Unplaced:
    """How many packages of one locality, and the hours of carers a week of those whose hours are known."""

    packages: int
    hours: float


def without_provider(referrals: Iterable[tuple[CareReferral, datetime]]) -> dict[str, Unplaced]:
    """By locality; one without any is left out. Each referral comes with the moment of its list.

    Reablement is left out: its teams tell of the hours that they use themselves.
    """
    found: dict[str, list[float]] = {}
    for referral, at in referrals:
        runs = referral.service is CareService.HOME_CARE and phase_of(referral, at) is Phase.RECEIVING
        if runs and referral.provider is None:
            found.setdefault(referral.place, []).append(referral.carer_hours or 0.0)
    return {place: Unplaced(len(hours), sum(hours)) for place, hours in found.items()}
