"""A&E and ambulances at the door, as they stand now and since midnight."""

from flowcentre.model import Formula, Measure, Period, PlaceKind, StockOrFlow, Summing, Worse

_AT = frozenset({PlaceKind.ACUTE_HOSPITAL})
_FEED = "Local A&E feed; unvalidated. Terms: NHS England A&E statistics and UEC daily situation report."
_STREAMED = (
    "People who came to A&E since midnight and were sent on from the front door to {where} "
    "instead of being seen in the department."
)


def _since_midnight(id: str, label: str, short: str, definition: str, **more: object) -> Measure:
    return Measure(
        id=id,
        label=label,
        short_label=short,
        unit="people",
        stock_or_flow=StockOrFlow.FLOW,
        definition=definition,
        source=_FEED,
        period=Period.SINCE_MIDNIGHT,
        # A since-midnight counter is read many times a day: the day's figure is its highest.
        over_time=Summing.MAX,
        reported_by=_AT,
        **more,  # type: ignore[arg-type]
    )


def _now(id: str, label: str, short: str, definition: str, **more: object) -> Measure:
    settings: dict[str, object] = {"unit": "people", "worse": Worse.HIGH, "reported_by": _AT} | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        stock_or_flow=StockOrFlow.STOCK,
        definition=definition,
        source=_FEED,
        **settings,  # type: ignore[arg-type]
    )


AE_ATTENDANCES_TODAY = _since_midnight(
    "ae_attendances_today",
    "A&E attendances since midnight",
    "Attendances",
    "Everyone who came to A&E since midnight, Europe/London, whatever happened next.",
    headline=True,
)
AE_STREAMED_NAVIGATION_TODAY = _since_midnight(
    "ae_streamed_navigation_today",
    "Streamed away by clinical navigation since midnight",
    "Navigated away",
    _STREAMED.format(where="another service by a clinical navigator"),
)
AE_STREAMED_GP_TODAY = _since_midnight(
    "ae_streamed_gp_today",
    "Streamed to the GP at the front door since midnight",
    "Front-door GP",
    _STREAMED.format(where="a general practitioner at the front door"),
)
AE_STREAMED_SDEC_TODAY = _since_midnight(
    "ae_streamed_sdec_today",
    "Streamed to same-day emergency care since midnight",
    "Same-day care",
    _STREAMED.format(where="same-day emergency care"),
)
AE_STREAMED_TODAY = _since_midnight(
    "ae_streamed_today",
    "Streamed away from A&E since midnight",
    "Streamed away",
    "People sent on from the front door since midnight, by any of the three ways.",
    formula=Formula(
        plus=("ae_streamed_navigation_today", "ae_streamed_gp_today", "ae_streamed_sdec_today"),
        words="clinical navigation + front-door GP + same-day emergency care",
    ),
    headline=True,
)
AE_DEPARTED_TODAY = _since_midnight(
    "ae_departed_today",
    "Left A&E since midnight",
    "Left A&E",
    "People whose A&E attendance ended since midnight: admitted, transferred or discharged.",
)
AE_DEPARTED_WITHIN_4H_TODAY = _since_midnight(
    "ae_departed_within_4h_today",
    "Left A&E within 4 hours of arrival since midnight",
    "Left within 4 h",
    "Of those who left A&E since midnight, the ones who did so within 4 hours of arriving.",
    overlaps="ae_departed_today",
)
AE_4H_PERFORMANCE_TODAY = Measure(
    id="ae_4h_performance_today",
    label="A&E four-hour performance since midnight (unvalidated)",
    short_label="4-hour",
    unit="%",
    stock_or_flow=StockOrFlow.FLOW,
    definition="Share of those who left A&E since midnight who did so within 4 hours of arriving. "
    "Unvalidated: usually below the validated monthly figure.",
    source=_FEED,
    period=Period.SINCE_MIDNIGHT,
    across_places=Summing.RATIO,
    over_time=Summing.RATIO,
    worse=Worse.LOW,
    decimals=1,
    formula=Formula(
        plus=("ae_departed_within_4h_today",),
        per=("ae_departed_today",),
        scale=100,
        words="left within 4 hours / left since midnight",
    ),
    headline=True,
)
AE_PATIENTS_NOW = _now(
    "ae_patients_now",
    "Patients in A&E now",
    "In A&E now",
    "People who have arrived and not yet left, those streamed away not counted.",
    headline=True,
)
AE_OVER_4H_NOW = _now(
    "ae_over_4h_now",
    "In A&E over 4 hours from arrival",
    "Over 4 h",
    "Of those in A&E now, the ones who arrived more than 4 hours ago. Includes those over 12 hours.",
    overlaps="ae_patients_now",
    headline=True,
)
AE_OVER_12H_NOW = _now(
    "ae_over_12h_now",
    "In A&E over 12 hours from arrival",
    "Over 12 h",
    "Of those in A&E now, the ones who arrived more than 12 hours ago. From arrival, not from the decision to admit.",
    overlaps="ae_patients_now",
    headline=True,
)
AE_WAITING_FOR_BED_NOW = _now(
    "ae_waiting_for_bed_now",
    "Waiting in A&E for a bed after a decision to admit",
    "Waiting for a bed",
    "People still in A&E for whom a decision to admit has been made.",
    overlaps="ae_patients_now",
    headline=True,
)
AE_LONGEST_WAIT_NOW = _now(
    "ae_longest_wait_now",
    "Longest time in A&E from arrival",
    "Longest in A&E",
    "Time since arrival of the person who has been in A&E longest.",
    unit="minutes",
    across_places=Summing.MAX,
    over_time=Summing.MAX,
)
AMBULANCES_WAITING_NOW = _now(
    "ambulances_waiting_now",
    "Ambulances waiting to hand over",
    "Ambulances",
    "Ambulances at the door whose patient has not been handed over.",
    unit="ambulances",
    headline=True,
)
AMBULANCE_LONGEST_HANDOVER_NOW = _now(
    "ambulance_longest_handover_now",
    "Longest ambulance handover under way",
    "Longest handover",
    "Time since arrival of the ambulance that has waited longest to hand over; 0 when none waits.",
    unit="minutes",
    across_places=Summing.MAX,
    over_time=Summing.MAX,
    headline=True,
)

MEASURES = (
    AE_ATTENDANCES_TODAY,
    AE_STREAMED_NAVIGATION_TODAY,
    AE_STREAMED_GP_TODAY,
    AE_STREAMED_SDEC_TODAY,
    AE_STREAMED_TODAY,
    AE_PATIENTS_NOW,
    AE_OVER_4H_NOW,
    AE_OVER_12H_NOW,
    AE_WAITING_FOR_BED_NOW,
    AE_LONGEST_WAIT_NOW,
    AE_DEPARTED_TODAY,
    AE_DEPARTED_WITHIN_4H_TODAY,
    AE_4H_PERFORMANCE_TODAY,
    AMBULANCES_WAITING_NOW,
    AMBULANCE_LONGEST_HANDOVER_NOW,
)
