"""Why somebody is still in a bed: the national reasons for delay that Westshire knows, and who must act on each.

The texts are those of NHS England's report; a test keeps them so.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from flowcentre.demo.referral import Seeks


class Owner(StrEnum):
    """Who must act next. Organisations by the id of their place."""

    HOSPITAL = "hospital"  # whoever runs the hospital
    SERVICE = "service"  # whoever runs the service that takes the person
    HEALTH = "westshire-health-and-care"  # runs the care transfer hub as well
    COUNCIL = "westshire-council"


class Reason(NamedTuple):
    """A national reason for delay: its family, its text, and who must act."""

    family: str
    text: str
    owner: Owner


_H, _W, _T, _I, _C = (
    "Hospital process",
    "Wellbeing concerns",
    "Care transfer hub process",
    "Interface process",
    "Capacity",
)
_REHABILITATION = "rehabilitation, reablement or recovery service"

REASONS = {
    "therapy_review": Reason(_H, "Awaiting therapy review of need for supported discharge", Owner.HOSPITAL),
    "medical_review": Reason(_H, "Awaiting medical review of need for supported discharge", Owner.HOSPITAL),
    "formal_decision": Reason(
        _H, "Awaiting formal decision to discharge (inc diagnostic test results)", Owner.HOSPITAL
    ),
    "referral_to_hub": Reason(_H, "Awaiting referral to care transfer hub for supported discharge", Owner.HOSPITAL),
    "medicines": Reason(
        _H,
        "Awaiting medicines to take home, discharge letter or other discharge documentation",
        Owner.HOSPITAL,
    ),
    "transport": Reason(_H, "Awaiting patient transport services", Owner.HOSPITAL),
    "infection_control": Reason(
        _H, "Remaining in hospital due to infection prevention and control restrictions", Owner.HOSPITAL
    ),
    "family_concerns": Reason(_W, "Patient/family/carer concerns over discharge readiness", Owner.HOSPITAL),
    "mental_capacity": Reason(_W, "Awaiting determination of mental capacity", Owner.HOSPITAL),
    "safeguarding": Reason(_W, "Ongoing safeguarding concern", Owner.COUNCIL),
    "destination_readiness": Reason(_W, "Issues with discharge destination readiness", Owner.COUNCIL),
    "needs_and_pathway": Reason(_T, "Waiting for confirmation of immediate care needs and pathway", Owner.HEALTH),
    "hub_referrals": Reason(_T, "Awaiting necessary referrals by care transfer hub", Owner.HEALTH),
    "funding": Reason(_T, "Awaiting confirmation of funding eligibility", Owner.COUNCIL),
    "arranging_home_reablement": Reason(_I, f"Home based {_REHABILITATION} arrangements still underway", Owner.COUNCIL),
    "arranging_home_health": Reason(
        _I, "Other home-based community health service arrangements still underway", Owner.HEALTH
    ),
    "arranging_home_social_care": Reason(
        _I, "Other home-based social care service arrangements still underway", Owner.COUNCIL
    ),
    "arranging_recovery_bed": Reason(_I, f"Bed-based {_REHABILITATION} arrangements still underway", Owner.HEALTH),
    "arranging_care_home": Reason(_I, "Residential/nursing home care arrangements still underway", Owner.COUNCIL),
    "arranging_end_of_life": Reason(_I, "End of life care inc Fast-Track CHC arrangement still underway", Owner.HEALTH),
    "self_funded": Reason(_I, "Self-funded care package arrangements still underway", Owner.COUNCIL),
    "package_choice": Reason(_I, "Patient/family/carer choice discussions on package still underway", Owner.COUNCIL),
    "provider_action": Reason(_I, "Further action requested by agreed provider", Owner.SERVICE),
    "no_restart": Reason(_C, "Awaiting restart of existing social care arrangements", Owner.COUNCIL),
    "no_home_reablement": Reason(_C, f"Home-based {_REHABILITATION}s not yet available", Owner.COUNCIL),
    "no_home_health": Reason(_C, "Other home-based community health services not yet available", Owner.HEALTH),
    "no_home_social_care": Reason(_C, "Other home-based social care service not yet available", Owner.COUNCIL),
    "no_recovery_bed": Reason(_C, f"Bed-based {_REHABILITATION}s not yet available", Owner.HEALTH),
    "no_care_home": Reason(_C, "Residential/nursing home care not yet available", Owner.COUNCIL),
    "no_equipment": Reason(_C, "Equipment and associated training not yet delivered", Owner.HEALTH),
    "no_adaptations": Reason(_C, "Housing adaptations not yet completed", Owner.COUNCIL),
    "no_housing": Reason(_C, "Housing provision not yet available", Owner.COUNCIL),
}

# What the hub arranges, and what it says while there is none. Some reablement is nursing and therapy at home.
ARRANGING = {
    Seeks.REABLEMENT: "arranging_home_reablement",
    Seeks.HOME_CARE: "arranging_home_social_care",
    Seeks.BED: "arranging_recovery_bed",
    Seeks.CARE_HOME: "arranging_care_home",
}
NOT_YET_AVAILABLE = {
    Seeks.REABLEMENT: "no_home_reablement",
    Seeks.HOME_CARE: "no_home_social_care",
    Seeks.BED: "no_recovery_bed",
    Seeks.CARE_HOME: "no_care_home",
}
# Before the hub knows of somebody, and while it finds out what is needed; by pathway.
HOSPITAL_PROCESS = {
    1: ("therapy_review", "therapy_review", "medical_review", "formal_decision", "referral_to_hub"),
    2: ("therapy_review", "medical_review", "referral_to_hub"),
    3: ("therapy_review", "medical_review", "referral_to_hub", "formal_decision"),
}
HUB_PROCESS = {
    1: ("needs_and_pathway", "hub_referrals", "hub_referrals"),
    2: ("needs_and_pathway", "hub_referrals"),
    3: ("needs_and_pathway", "funding", "funding"),
}
# On pathway 0 nothing but the hospital stands in the way, mostly.
HOME_TODAY = (
    *("medicines",) * 9,
    *("formal_decision",) * 5,
    *("therapy_review", "medical_review", "medical_review", "no_restart", "family_concerns", "destination_readiness"),
)
AT_THE_DOOR = ("medicines", "medicines", "medicines", "transport", "transport")
