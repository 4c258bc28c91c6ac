"""One person in a hospital bed: what they came with, how long they need it, and how they will leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from flowcentre.demo.package import Package
from flowcentre.demo.referral import Referral
from flowcentre.demo.rhythm import DAY
from flowcentre.demo.westshire import Care

# How long the need of a hospital lasts: (share, median days, spread, shares of pathways 0 to 3). Together
# they give pathways close to England's 85.7, 9.5, 3.1 and 1.6 % of discharges: long stays need more after.
_STAYS = (
    (0.45, 0.85, 0.60, (0.965, 0.030, 0.004, 0.001)),
    (0.40, 3.80, 0.50, (0.840, 0.114, 0.031, 0.015)),
    (0.15, 11.0, 0.60, (0.570, 0.245, 0.120, 0.065)),
)
_PLANNED = (0.62, 0.34, 0.04)  # shares of the three lengths after a planned operation


@dataclass(slots=True, eq=False)
class Patient:
    """A person from the decision to admit until they leave. Moments are seconds since 1970."""

    ref: int
    care: Care  # the ward they need now
    after: Care  # and after critical care
    pathway: int  # 0 to 3
    locality: str
    stay: int  # for which they meet the criteria to reside
    side_room: bool  # infection, or the end of life: no bay will do
    asked_at: int = 0  # for the bed that they wait for
    admitted_at: int | None = None
    ready_at: int | None = None  # when they no longer met the criteria to reside
    referral: Referral | None = None  # to the care transfer hub, on pathways 1 to 3
    settled_at: int | None = None  # when it was settled where they go
    leaves_at: int | None = None  # known from then on
    left_at: int | None = None
    ward: str | None = None  # once they have left: the last one
    package: Package | None = None  # of care, for which they were referred before they were ready


def draw_patient(
    ref: int, draw: Random, residents: Mapping[str, float], *, surgery: float, planned: bool = False
) -> Patient:
    """A person who needs a bed; ``surgery`` is the share of such people whose need is surgical."""
    shares = _PLANNED if planned else tuple(share for share, *_ in _STAYS)
    length = draw.choices((0, 1, 2), shares)[0]
    _, median, spread, pathways = _STAYS[length]
    pathway = draw.choices((0, 1, 2, 3), pathways)[0]
    if draw.random() < surgery:
        care = Care.SURGERY
    elif pathway > 0 or (length == 2 and draw.random() < 0.4):
        care = Care.OLDER_PEOPLE
    else:
        care = Care.ASSESSMENT if length == 0 else Care.MEDICINE
    locality = draw.choices(list(residents), list(residents.values()))[0]
    stay = int(median * DAY * draw.lognormvariate(0, spread))
    return Patient(ref, care, care, pathway, locality, stay, side_room=draw.random() < 0.09)
