"""People in a community hospital whose stay outlasts the need of it: since when, and what they wait for.

Nothing of it changes the county's life, so it comes from luck of each stay's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from flowcentre.demo.particulars import Particulars
from flowcentre.demo.referral import Hindrance, Seeks, draw_hindrance
from flowcentre.demo.rhythm import DAY, next_ward_round
from flowcentre.demo.services import Stay
from flowcentre.demo.westshire import LOCALITIES

# How many no longer need the hospital for the last part of their stay, and the least and the greatest such part.
# Short stays end in time, so nobody is ready there who left elsewhere a day ago.
_DELAYED_SHARE, _LEAST_PART, _GREATEST_PART, _LEAST_STAY = 0.60, 0.12, 0.60, 8 * DAY
# By which share of their wait the ward, the care transfer hub and what hinders them have done their part.
WARDS_PART, HUBS_PART, HINDRANCES_PART = 0.04, 0.12, 0.5


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who is to be ready at a moment; until then nobody knows of it."""

    stay: Stay
    ready_at: int
    pathway: int
    home: str  # the locality in which they live
    told: Particulars
    seeks: Seeks
    hindrance: Hindrance | None

    def when(self, share: float) -> int:
        """The moment at which a share of the wait has passed."""
        return self.ready_at + int(share * (self.stay.until - self.ready_at))


def resident_of(seed: int, place: str, locality: str, stay: Stay) -> Resident | None:
    """Who will be ready before the end of a stay; None for those who need the hospital throughout."""
    luck = Random(f"{seed} {place} {stay.number}")
    length = stay.until - stay.since
    wait = int(length * (_LEAST_PART + (_GREATEST_PART - _LEAST_PART) * luck.random()))
    ready_at = next_ward_round(stay.until - wait, luck)
    if luck.random() >= _DELAYED_SHARE or length < _LEAST_STAY or ready_at >= stay.until:
        return None
    pathway = 1 if luck.random() < 0.62 else 3
    home = locality if luck.random() < 0.8 else luck.choice(LOCALITIES)
    told = Particulars.draw(pathway, home, luck)
    seeks = Seeks.CARE_HOME if pathway == 3 else luck.choice((Seeks.REABLEMENT, Seeks.HOME_CARE))
    return Resident(stay, ready_at, pathway, home, told, seeks, draw_hindrance(pathway, luck))
