"""Who waits for a package of care or a recovery bed, for how long, and who has one: as a list of referrals says it.

No national measure says what brokerage does, so every definition is local; what is promised (``CareTerms``)
is configuration.
"""

from __future__ import annotations

from flowcentre.model import (
    CareService,
    Measure,
    NextStep,
    PlaceKind,
    ReferralReason,
    Setting,
    StockOrFlow,
    Summing,
    Worse,
)

LOCALITIES = frozenset({PlaceKind.LOCALITY})
REFERRALS = "A locality's list of referrals for care: a local definition and a local count, not validated."


def _now(id: str, label: str, short: str, definition: str, **more: object) -> Measure:
    settings: dict[str, object] = {
        "unit": "people",
        "worse": Worse.HIGH,
        "source": REFERRALS,
        "reported_by": LOCALITIES,
    } | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        stock_or_flow=StockOrFlow.STOCK,
        definition=definition,
        **settings,  # type: ignore[arg-type]
    )


def median_of(unit: str = "hours") -> dict[str, object]:
    """How a median is told: never summed, and of nobody without a value."""
    return {"unit": unit, "decimals": 1, "across_places": Summing.MEDIAN_OF_ROWS, "over_time": Summing.LAST}


# --- Waiting for care at home ------------------------------------------------------------------

WAITING = _now(
    "poc_waiting_now",
    "Waiting for a package of care",
    "Waiting for care",
    "People referred for home care or reablement whose care has not begun and whose referral has not ended. What a team "
    "sent back, and nobody has ended, waits. Somebody referred for two packages is counted for each.",
    headline=True,
)
BY_SETTING = (
    _now(
        f"poc_waiting_{Setting.HOSPITAL}_now",
        "Waiting for a package of care, referred from hospital",
        "From hospital",
        "People waiting for a package of care who were in hospital when they were referred.",
    ),
    _now(
        f"poc_waiting_{Setting.COMMUNITY}_now",
        "Waiting for a package of care, referred from the community",
        "From the community",
        "People waiting for a package of care who were not in hospital when they were referred.",
    ),
)
_REASONS = {
    ReferralReason.DISCHARGE: ("discharge", "discharge", "so that they can leave hospital"),
    ReferralReason.STEP_UP: (
        "step_up",
        "step-up",
        "to have more care at home than before, rather than go into hospital",
    ),
    ReferralReason.ADMISSION_AVOIDANCE: ("admission_avoidance", "admission avoidance", "to keep them out of hospital"),
    ReferralReason.RESTART: ("restart", "restart", "because care that they had has stopped and is wanted again"),
}
REASON_KEYS = {reason: key for reason, (key, _, _) in _REASONS.items()}
BY_REASON = tuple(
    _now(
        f"poc_waiting_{key}_now",
        f"Waiting for a package of care: {word}",
        word.capitalize(),
        f"People waiting for a package of care who were referred {why}.",
    )
    for key, word, why in _REASONS.values()
)
REASON_UNKNOWN = _now(
    "poc_waiting_reason_unknown_now",
    "Waiting for a package of care, reason not known",
    "Reason not known",
    "People waiting for a package of care whose list gives no reason, or one that is not known here.",
)
SERVICE_KEYS = {CareService.HOME_CARE: "home_care", CareService.REABLEMENT: "reablement"}
BY_SERVICE = tuple(
    _now(
        f"poc_waiting_{key}_now",
        f"Waiting for {service}",
        service.capitalize(),
        f"People waiting for a package of care who were referred for {service}.",
    )
    for service, key in SERVICE_KEYS.items()
)
_NEXT = {
    NextStep.TRIAGE: ("triage", "somebody must find out what the person needs"),
    NextStep.BROKERAGE: ("brokerage", "what is needed is known, and a provider must be found"),
    NextStep.PROVIDER: ("the provider", "a provider has agreed, and must begin"),
    NextStep.FAMILY: ("the family", "the list says that the person or their family must decide"),
    NextStep.HOSPITAL: ("the hospital", "the list says so, or a team sent the hospital's referral back"),
}
BY_NEXT = tuple(
    _now(
        f"poc_next_{step}_now",
        f"Waiting for a package of care: next to act, {who}",
        f"Next: {who}",
        f"People waiting for a package of care for whom {who} must act next: {why}. Without a word of the list's own, the "
        "first step that is not done says who.",
    )
    for step, (who, why) in _NEXT.items()
)
HOURS_WAITING = _now(
    "poc_hours_waiting_now",
    "Hours of care a week that are waited for",
    "Hours waiting",
    "Hours of carers a week that the packages of everybody waiting would take: a visit that needs two carers takes two "
    "hours of carers an hour. Packages whose hours are not known are not in it.",
    unit="hours a week",
)
HOURS_UNKNOWN = _now(
    "poc_hours_unknown_now",
    "Waiting for a package of care, hours not known",
    "Hours not known",
    "People waiting for a package of care whose list does not say how many hours a week they need.",
    overlaps="poc_waiting_now",
)
MEDIAN_WAIT = _now(
    "poc_median_wait_hours_now",
    "Median wait for a package of care, so far",
    "Median wait",
    "Half of those waiting for a package of care were referred this many hours ago or fewer.",
    **median_of(),
)
LONGEST_WAIT = _now(
    "poc_longest_wait_hours_now",
    "Longest wait for a package of care, so far",
    "Longest wait",
    "Hours since the referral of whoever has waited longest for a package of care.",
    unit="hours",
    across_places=Summing.MAX,
    over_time=Summing.MAX,
)
BREACHED = _now(
    "poc_breached_now",
    "Waiting for a package of care for longer than promised",
    "Past the promise",
    "People waiting for a package of care whose referral is older than the time within which care is promised to start. "
    "The promise is local, and configuration.",
    overlaps="poc_waiting_now",
    headline=True,
    confirmed=False,
)
NO_OFFER = _now(
    "poc_no_offer_now",
    "Waiting for a package of care, with no offer",
    "No offer",
    "People waiting for a package of care who have been triaged, for whom no provider has agreed, and of whom the list "
    "says that no provider has offered.",
    overlaps="poc_waiting_now",
)
TWO_CARERS = _now(
    "poc_two_carers_waiting_now",
    "Waiting for a package of care with two carers",
    "Two carers",
    "People waiting for a package of care whose visits need two carers together.",
    overlaps="poc_waiting_now",
)
TRIAGE_QUEUE = _now(
    "poc_triage_queue_now",
    "Pathway 1, ready and not yet triaged",
    "Triage queue",
    "People waiting for a package of care on pathway 1 who could go and have not been triaged. Where the list does not "
    "say since when a person could go, they count as ready.",
    overlaps="poc_waiting_now",
)
TRIAGE_MEDIAN = _now(
    "poc_triage_median_hours_now",
    "Median wait for triage on pathway 1, so far",
    "Median triage wait",
    "Half of those in the triage queue have been there for this many hours or fewer: since their referral or, where that "
    "is later, since they could go.",
    **median_of(),
)
CHECK = _now(
    "poc_check_now",
    "On the list of referrals, to be checked",
    "To be checked",
    "People whose referral has an outcome after which nobody waits for care (died, in hospital, moved away, declined or "
    "self-funded) and no end. They are counted where they stand until the list ends them. Recovery beds are in it.",
)

# --- Running packages, and recovery beds -------------------------------------------------------

RECEIVING = _now(
    "poc_receiving_now",
    "Receiving a package of care",
    "Receiving care",
    "People whose home care or reablement has begun and not ended.",
    worse=Worse.NEITHER,
)
HOURS_RUNNING = _now(
    "poc_hours_running_now",
    "Hours of care a week in running packages",
    "Hours running",
    "Hours of carers a week of all running packages of care. Packages whose hours are not known are not in it.",
    unit="hours a week",
    worse=Worse.NEITHER,
)
ENDING_SOON = _now(
    "poc_ending_soon_now",
    "Packages of care ending soon",
    "Ending soon",
    "People whose running package is planned to end within the next few days, today included or, where no end is planned, "
    "comes to the last day that a short-term package may run. How many days is configuration.",
    worse=Worse.NEITHER,
    overlaps="poc_receiving_now",
    confirmed=False,
)
OVERSTAYED = _now(
    "poc_overstayed_now",
    "Packages of care running for longer than a short-term package may",
    "Overstayed",
    "People whose package runs beyond the last day of a short-term package, the day of the first visit being day 1. The "
    "length is configuration.",
    overlaps="poc_receiving_now",
    confirmed=False,
)
RECOVERY_WAITING = _now(
    "recovery_waiting_now",
    "Waiting for a recovery bed",
    "Waiting for a bed",
    "People referred for bed-based recovery who have no bed yet and whose referral has not ended.",
)
RECOVERY_OVER_LIMIT = _now(
    "recovery_over_limit_now",
    "In a recovery bed for longer than a stay may last",
    "Over the limit",
    "People in a recovery bed beyond the last day of a short-term stay, the day of the first night being day 1. The length "
    "is configuration: the unit's own or, where it has none, that of any short-term package.",
    confirmed=False,
)

MEASURES = (
    WAITING,
    *BY_SETTING,
    *BY_REASON,
    REASON_UNKNOWN,
    *BY_SERVICE,
    *BY_NEXT,
    HOURS_WAITING,
    HOURS_UNKNOWN,
    MEDIAN_WAIT,
    LONGEST_WAIT,
    BREACHED,
    NO_OFFER,
    TWO_CARERS,
    TRIAGE_QUEUE,
    TRIAGE_MEDIAN,
    CHECK,
    RECEIVING,
    HOURS_RUNNING,
    ENDING_SOON,
    OVERSTAYED,
    RECOVERY_WAITING,
    RECOVERY_OVER_LIMIT,
)
