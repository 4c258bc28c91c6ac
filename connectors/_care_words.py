"""The words of care outside hospital, by what files write for them; docs/packages.md lists them."""

from __future__ import annotations

import re
from functools import lru_cache

from connectors._words import find_flag, spellings, spelt
from flowcentre.feeds.contract import RowHeld
from flowcentre.feeds.tables import NO_FIGURE, Row, number
from flowcentre.measures.care_words import FUNDING, OUTCOMES
from flowcentre.model import (
    CapacityUnit,
    CareService,
    NextStep,
    PlaceKind,
    ReferralReason,
    Setting,
    Therapy,
    VisitStatus,
)

# Who may give care.
PROVIDERS = frozenset(
    {
        PlaceKind.HOME_CARE,
        PlaceKind.REABLEMENT,
        PlaceKind.RECOVERY_UNIT,
        PlaceKind.COMMUNITY_HOSPITAL,
        PlaceKind.CARE_HOME,
        PlaceKind.EXTRA_CARE,
        PlaceKind.VOLUNTARY,
    }
)

SERVICES = spellings(
    {
        CareService.HOME_CARE: (
            *("home care", "homecare", "domiciliary care", "dom care", "domiciliary", "home support"),
            "home support or domiciliary care",
        ),
        CareService.REABLEMENT: ("reablement", "st-max", "home-based reablement", "home-based intermediate care"),
        CareService.RECOVERY_BED: (
            *("recovery bed", "recovery beds", "bed-based recovery", "bed-based intermediate care"),
            *("bed-based reablement", "short-term bed", "short-term nursing care", "short-term residential care"),
        ),
    }
)
SETTINGS = spellings(
    {
        Setting.HOSPITAL: ("hospital", "from hospital", "in hospital", "acute", "ward", "inpatient"),
        Setting.COMMUNITY: ("community", "from community", "in the community", "home", "at home", "own home"),
    }
)
REASONS = spellings(
    {
        ReferralReason.DISCHARGE: ("discharge", "hospital discharge", "discharge from hospital", "discharge to assess"),
        ReferralReason.STEP_UP: ("step-up", "step up care", "su"),
        ReferralReason.ADMISSION_AVOIDANCE: (
            *("admission avoidance", "aa", "avoid admission", "admission prevention", "prevention of admission"),
            "hospital avoidance",
        ),
        ReferralReason.RESTART: ("restart", "re-start", "restart of care", "restart of package", "resumption"),
    }
)
THERAPIES = spellings(
    {
        Therapy.NOT_TRIAGED: ("not yet triaged", "not triaged", "untriaged", "awaiting triage"),
        Therapy.THERAPY_AND_CARE: ("therapy and care", "care and therapy", "therapy + care", "both", "yes"),
        Therapy.CARE_ONLY: ("care only", "care", "no therapy", "no"),
        Therapy.THERAPY_ONLY: ("therapy only", "therapy", "no care"),
    }
)
NEXT_STEPS = spellings(
    {
        NextStep.TRIAGE: ("triage", "triage team"),
        NextStep.BROKERAGE: ("brokerage", "broker", "sourcing"),
        NextStep.PROVIDER: ("provider", "care provider"),
        NextStep.FAMILY: ("family", "patient or family", "family or carer"),
        NextStep.HOSPITAL: ("hospital", "ward", "acute"),
    }
)
_ALSO_FUNDING = {
    "council": ("local authority", "adult social care"),
    "better_care_fund": ("bcf",),
    "nhs": ("continuing healthcare", "chc"),
    "self": ("self-funder", "private"),
}
FUNDINGS = spellings({key: (key, text, *_ALSO_FUNDING.get(key, ())) for key, text in FUNDING.items()})
UNITS = spellings(
    {
        CapacityUnit.HOURS: ("hours a week", "hours", "hours per week", "hours / week", "weekly hours", "hrs"),
        CapacityUnit.BEDS: ("beds", "bed"),
        CapacityUnit.PEOPLE: ("people", "person", "places", "caseload"),
    }
)
BLOCKS = spellings({True: ("block", "block contract"), False: ("spot", "spot purchase")})
STATUSES = spellings(
    {
        VisitStatus.PLANNED: ("planned", "scheduled", "rostered", "due", "not started", "in progress"),
        VisitStatus.COMPLETED: ("completed", "complete", "done", "delivered", "attended", "made"),
        VisitStatus.LATE: ("late", "completed late", "late start", "late visit"),
        VisitStatus.MISSED: ("missed", "missed visit", "not attended", "no show"),
        VisitStatus.CANCELLED: ("cancelled", "canceled", "cancelled visit"),
    }
)
_CARERS = spellings(
    {
        1: ("one", "single", "single-handed", "single carer", "one carer", "1 carer", "sh", "x1"),
        2: ("two", "double", "double-handed", "double-up", "two carers", "2 carers", "dh", "x2"),
    }
)
_NO_FURTHER_ACTION = re.compile(r"^(?:nofurtheraction|nfa)")
_CLD = re.compile(r"(?:cld|eventoutcome|outcome)?(\d{1,2})")


def _outcome_key(said: str) -> str:
    return _NO_FURTHER_ACTION.sub("", spelt(said))


_ALSO_OUTCOMES = {
    "reablement": ("progress to reablement or ST-Max", "progress to reablement/ST-Max", "ST-Max"),
    "hospital": ("admitted", "readmitted"),
    "deceased": ("died", "death", "dead"),
    "declined": ("support refused", "refused"),
    "handed_back": ("hand-back", "hand back by provider", "handed back by provider"),
    "sent_back": ("returned to referrer",),
}
_OUTCOMES = {
    _outcome_key(said): outcome.key
    for outcome in OUTCOMES
    for said in (outcome.key, outcome.text, *_ALSO_OUTCOMES.get(outcome.key, ()))
}
_BY_NUMBER = {str(outcome.national): outcome.key for outcome in OUTCOMES if outcome.national is not None}


@lru_cache(maxsize=512)
def find_outcome(said: str) -> str | None:
    """The key of an outcome, by key, by text with or without "No further action", or by its number in the CLD."""
    key = _outcome_key(said)
    number = _CLD.fullmatch(key)
    return _BY_NUMBER.get(number[1].lstrip("0")) if number else _OUTCOMES.get(key)


def carers(row: Row, column: str) -> int | None:
    """How many carers go together; None where the source does not say. Raises RowHeld for anything but one or two."""
    said = row.text(column)
    if said.casefold() in NO_FIGURE:
        return None
    try:
        found = {1.0: 1, 2.0: 2}.get(number(said) or 0)
    except RowHeld:
        found = _CARERS.get(spelt(said))
    if found is None:
        raise RowHeld(f"{column} is neither one nor two")
    return found


def find_block(said: str) -> bool | None:
    """Is it bought in a block? None for anything else than yes, no, block and spot."""
    found = BLOCKS.get(spelt(said))
    return find_flag(said) if found is None else found
