"""NHS England's acute discharge situation report: who stays with no criteria to reside, and why.

Three counts are never mixed: no criteria to reside *at census*, those *remaining* at midnight,
and the days from discharge ready date of people already gone.
"""

from dataclasses import dataclass

from flowcentre.model import Formula, Measure, Period, PlaceKind, StockOrFlow, Summing, Worse

_REPORTED_BY = frozenset({PlaceKind.TRUST})
_SOURCE = "NHS England, acute discharge situation report."


def _day(id: str, label: str, short: str, definition: str, kind: StockOrFlow, **more: object) -> Measure:
    return Measure(
        id=id,
        label=label,
        short_label=short,
        unit="people",
        stock_or_flow=kind,
        definition=definition,
        source=_SOURCE,
        period=Period.DAY,
        over_time=Summing.SUM if kind is StockOrFlow.FLOW else Summing.MEAN,
        reported_by=_REPORTED_BY,
        **more,  # type: ignore[arg-type]
    )


NCTR_CENSUS = _day(
    "nctr_census",
    "No criteria to reside at census",
    "No criteria to reside",
    "People in hospital on the day who no longer meet the criteria to reside, those discharged later that day included.",
    StockOrFlow.STOCK,
    worse=Worse.HIGH,
    overlaps="nctr",
)
NCTR_DISCHARGED = _day(
    "nctr_discharged",
    "Discharged, of those with no criteria to reside",
    "Discharged",
    "People with no criteria to reside who were discharged on the day.",
    StockOrFlow.FLOW,
    overlaps="nctr",
)
NCTR_REMAINING = _day(
    "nctr_remaining",
    "No criteria to reside, remaining in hospital at midnight",
    "Remaining",
    "People with no criteria to reside who were still in hospital at the end of the day.",
    StockOrFlow.STOCK,
    worse=Worse.HIGH,
    overlaps="nctr",
    formula=Formula(
        plus=("nctr_census",),
        minus=("nctr_discharged",),
        below_zero=False,
        words="no criteria to reside at census - discharged",
    ),
)
NCTR_DISCHARGED_BY_1700 = _day(
    "nctr_discharged_by_1700",
    "Discharged by 17:00, of those with no criteria to reside",
    "Discharged by 17:00",
    "People with no criteria to reside who were discharged on the day by 17:00. Published until mid-2023.",
    StockOrFlow.FLOW,
)
NCTR_DISCHARGED_AFTER_1700 = _day(
    "nctr_discharged_after_1700",
    "Discharged after 17:00, of those with no criteria to reside",
    "Discharged after 17:00",
    "People with no criteria to reside who were discharged on the day from 17:01 to 23:59. Published until mid-2023.",
    StockOrFlow.FLOW,
)


def _extra_bed_days(days: int) -> Measure:
    return Measure(
        id=f"additional_bed_days_los_{days}",
        label=f"Additional bed days, length of stay {days} days or over",
        short_label=f"Bed days, {days}+",
        unit="bed days",
        stock_or_flow=StockOrFlow.STOCK,
        definition=f"Days since no longer meeting the criteria to reside, of people with a stay of {days} days or over; a "
        "weekly snapshot, averaged and never added over weeks. The bands overlap: 7+ holds 14+ holds 21+.",
        source=_SOURCE,
        period=Period.WEEK,
        worse=Worse.HIGH,
        reported_by=_REPORTED_BY,
        overlaps="additional_bed_days",
    )


ADDITIONAL_BED_DAYS = tuple(_extra_bed_days(days) for days in (7, 14, 21))
DELAYED_BED_DAYS_MONTH = Measure(
    id="delayed_bed_days_month",
    label="Delayed bed days in the month",
    short_label="Delayed bed days",
    unit="bed days",
    stock_or_flow=StockOrFlow.FLOW,
    definition="Bed days in the month taken by people with no criteria to reside. Published from August 2025.",
    source=_SOURCE,
    period=Period.MONTH,
    over_time=Summing.SUM,
    worse=Worse.HIGH,
    reported_by=_REPORTED_BY,
)


@dataclass(frozen=True, slots=True)
class DelayReason:
    """One of the 37 national reasons for delay (June 2024 on), in one of five families."""

    key: str
    family: str
    text: str
    pathway: str = ""

    @property
    def measure_id(self) -> str:
        """The measure that counts it."""
        return f"delay_{self.key}_month"


FAMILIES = ("Hospital process", "Wellbeing concerns", "Care transfer hub process", "Interface process", "Capacity")
_H, _W, _T, _I, _C = FAMILIES

REASONS = (
    DelayReason("therapy_review", _H, "Awaiting therapy review of need for supported discharge"),
    DelayReason("medical_review", _H, "Awaiting medical review of need for supported discharge"),
    DelayReason("formal_decision", _H, "Awaiting formal decision to discharge (inc diagnostic test results)"),
    DelayReason("referral_to_hub", _H, "Awaiting referral to care transfer hub for supported discharge"),
    DelayReason("medicines", _H, "Awaiting medicines to take home, discharge letter or other discharge documentation"),
    DelayReason("transport", _H, "Awaiting patient transport services"),
    DelayReason("infection_control", _H, "Remaining in hospital due to infection prevention and control restrictions"),
    DelayReason("family_concerns", _W, "Patient/family/carer concerns over discharge readiness"),
    DelayReason("mental_capacity", _W, "Awaiting determination of mental capacity"),
    DelayReason("safeguarding", _W, "Ongoing safeguarding concern"),
    DelayReason("destination_readiness", _W, "Issues with discharge destination readiness"),
    DelayReason("needs_and_pathway", _T, "Waiting for confirmation of immediate care needs and pathway"),
    DelayReason("hub_referrals", _T, "Awaiting necessary referrals by care transfer hub"),
    DelayReason("funding", _T, "Awaiting confirmation of funding eligibility"),
    DelayReason(
        "arranging_home_reablement",
        _I,
        "Home based rehabilitation, reablement or recovery service arrangements still underway",
        "Pathway 1",
    ),
    DelayReason(
        "arranging_home_health",
        _I,
        "Other home-based community health service arrangements still underway",
        "Pathway 1",
    ),
    DelayReason(
        "arranging_home_social_care",
        _I,
        "Other home-based social care service arrangements still underway",
        "Pathway 1",
    ),
    DelayReason(
        "arranging_recovery_bed",
        _I,
        "Bed-based rehabilitation, reablement or recovery service arrangements still underway",
        "Pathway 2",
    ),
    DelayReason("arranging_care_home", _I, "Residential/nursing home care arrangements still underway", "Pathway 3"),
    DelayReason(
        "arranging_end_of_life",
        _I,
        "End of life care inc Fast-Track CHC arrangement still underway",
        "Pathway 1 or 3",
    ),
    DelayReason(
        "arranging_housing", _I, "Housing provision arrangement for homelessness still underway", "Pathway 0 or 1"
    ),
    DelayReason("no_recourse", _I, "Homeless with no recourse to public funds"),
    DelayReason("self_funded", _I, "Self-funded care package arrangements still underway"),
    DelayReason("package_choice", _I, "Patient/family/carer choice discussions on package still underway"),
    DelayReason("out_of_area", _I, "Out of area discharge arrangements requested but not completed"),
    DelayReason("provider_action", _I, "Further action requested by agreed provider"),
    DelayReason("no_restart", _C, "Awaiting restart of existing social care arrangements", "Pathway 0"),
    DelayReason(
        "no_home_reablement",
        _C,
        "Home-based rehabilitation, reablement or recovery services not yet available",
        "Pathway 1",
    ),
    DelayReason("no_home_health", _C, "Other home-based community health services not yet available", "Pathway 1"),
    DelayReason("no_home_social_care", _C, "Other home-based social care service not yet available", "Pathway 1"),
    DelayReason(
        "no_recovery_bed",
        _C,
        "Bed-based rehabilitation, reablement or recovery services not yet available",
        "Pathway 2",
    ),
    DelayReason("no_mental_health", _C, "Mental health admitted patient care not yet available", "Pathway 2"),
    DelayReason("no_care_home", _C, "Residential/nursing home care not yet available", "Pathway 3"),
    DelayReason("no_end_of_life", _C, "End of life care inc Fast-Track CHC not yet available", "Pathway 1 or 3"),
    DelayReason("no_equipment", _C, "Equipment and associated training not yet delivered", "Pathway 1-3"),
    DelayReason("no_adaptations", _C, "Housing adaptations not yet completed", "Pathway 1 or 3"),
    DelayReason("no_housing", _C, "Housing provision not yet available", "Pathway 0 or 1"),
)


def _reason(reason: DelayReason) -> Measure:
    pathway = f" ({reason.pathway})" if reason.pathway else ""
    return Measure(
        id=reason.measure_id,
        label=f"{reason.family}: {reason.text}{pathway}",
        short_label=f"{reason.text}{pathway}",
        unit="people",
        stock_or_flow=StockOrFlow.STOCK,
        definition="People remaining in hospital with no criteria to reside for this reason; the month's published "
        "figure, averaged and never added over months. Before June 2024 other reasons were counted: not comparable.",
        source=_SOURCE + " One of 37 national reasons for delay in five families.",
        period=Period.MONTH,
        worse=Worse.HIGH,
        reported_by=_REPORTED_BY,
        confirmed=False,  # that the monthly count is an average of snapshots is not confirmed
    )


DELAY_REASONS = tuple(_reason(reason) for reason in REASONS)
_FAMILY_KEYS = ("hospital_process", "wellbeing", "care_transfer_hub", "interface", "capacity")
DELAY_FAMILIES = tuple(
    Measure(
        id=f"delay_family_{key}_month",
        label=f"Delayed: {family.lower()}",
        short_label=family,
        unit="people",
        stock_or_flow=StockOrFlow.STOCK,
        definition=f"People remaining in hospital with no criteria to reside for any reason of the family {family.lower()}.",
        source=_SOURCE,
        period=Period.MONTH,
        worse=Worse.HIGH,
        formula=Formula(
            plus=tuple(r.measure_id for r in REASONS if r.family == family),
            words=f"the {sum(r.family == family for r in REASONS)} reasons of the family",
        ),
        confirmed=False,
    )
    for key, family in zip(_FAMILY_KEYS, FAMILIES, strict=True)
)

MEASURES = (
    NCTR_CENSUS,
    NCTR_DISCHARGED,
    NCTR_REMAINING,
    NCTR_DISCHARGED_BY_1700,
    NCTR_DISCHARGED_AFTER_1700,
    *ADDITIONAL_BED_DAYS,
    DELAYED_BED_DAYS_MONTH,
    *DELAY_FAMILIES,
    *DELAY_REASONS,
)
