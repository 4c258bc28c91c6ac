"""NHS England's monthly returns: A&E attendances and emergency admissions, and average beds."""

from flowcentre.model import Formula, Measure, Period, PlaceKind, StockOrFlow, Summing, Worse

# Trusts send the returns; an integrated care board's figure is published beside them, never summed with them.
TRUSTS = frozenset({PlaceKind.TRUST})
_AE = "NHS England, A&E attendances and emergency admissions, monthly provider return."
_BEDS = "NHS England, critical care and general & acute beds, UEC daily situation reports, monthly average."


def _flow(id: str, label: str, short: str, definition: str, **more: object) -> Measure:
    settings: dict[str, object] = {"unit": "people", "headline": False} | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        stock_or_flow=StockOrFlow.FLOW,
        definition=definition,
        source=_AE,
        period=Period.MONTH,
        over_time=Summing.SUM,
        reported_by=TRUSTS,
        **settings,  # type: ignore[arg-type]
    )


_TYPES = {
    "type1": ("type 1", "major, consultant-led departments open all day with full resuscitation"),
    "type2": ("type 2", "single-specialty departments"),
    "type3": ("type 3", "other departments, urgent treatment centres and minor injury units"),
}

AE_ATTENDANCES_BY_TYPE = tuple(
    _flow(
        f"ae_attendances_{key}_month",
        f"A&E attendances, {name}",
        f"Attendances {name}",
        f"Attendances in the month at {what}.",
    )
    for key, (name, what) in _TYPES.items()
)
AE_ATTENDANCES_MONTH = _flow(
    "ae_attendances_month",
    "A&E attendances",
    "A&E attendances",
    "Attendances in the month, all types of department.",
    formula=Formula(
        plus=tuple(f"ae_attendances_{key}_month" for key in _TYPES), words="type 1 + type 2 + type 3 attendances"
    ),
)
AE_OVER_4H_BY_TYPE = tuple(
    _flow(
        f"ae_over_4h_{key}_month",
        f"A&E attendances over 4 hours, {name}",
        f"Over 4 h {name}",
        f"Attendances in the month at {what} that took more than 4 hours from arrival.",
        worse=Worse.HIGH,
        overlaps=f"ae_attendances_{key}_month",
    )
    for key, (name, what) in _TYPES.items()
)
AE_OVER_4H_MONTH = _flow(
    "ae_over_4h_month",
    "A&E attendances over 4 hours",
    "Over 4 h",
    "Attendances in the month that took more than 4 hours from arrival to admission, transfer or discharge, all types.",
    worse=Worse.HIGH,
    overlaps="ae_attendances_month",
    formula=Formula(plus=tuple(f"ae_over_4h_{key}_month" for key in _TYPES), words="over 4 hours, types 1 + 2 + 3"),
)


def _performance(id: str, label: str, short: str, stem: str) -> Measure:
    attendances, over = f"ae_attendances_{stem}month", f"ae_over_4h_{stem}month"
    return Measure(
        id=id,
        label=label,
        short_label=short,
        unit="%",
        stock_or_flow=StockOrFlow.FLOW,
        definition="Share of the month's attendances that were admitted, transferred or discharged within 4 hours of "
        "arrival: 1 - (over 4 hours / attendances).",
        source=_AE,
        period=Period.MONTH,
        across_places=Summing.RATIO,
        over_time=Summing.RATIO,
        worse=Worse.LOW,
        decimals=1,
        formula=Formula(
            plus=(attendances,),
            minus=(over,),
            per=(attendances,),
            scale=100,
            words="(attendances - over 4 hours) / attendances",
        ),
    )


AE_4H_PERFORMANCE_MONTH = _performance("ae_4h_performance_month", "A&E four-hour performance, all types", "4-hour", "")
AE_4H_PERFORMANCE_TYPE1_MONTH = _performance(
    "ae_4h_performance_type1_month", "A&E four-hour performance, type 1", "4-hour type 1", "type1_"
)
EMERGENCY_ADMISSIONS_AE_MONTH = _flow(
    "emergency_admissions_ae_month",
    "Emergency admissions through A&E",
    "Admitted through A&E",
    "Emergency admissions in the month by way of an A&E department of any type.",
)
EMERGENCY_ADMISSIONS_OTHER_MONTH = _flow(
    "emergency_admissions_other_month",
    "Emergency admissions not through A&E",
    "Admitted other ways",
    "Emergency admissions in the month that did not come by way of A&E.",
)
EMERGENCY_ADMISSIONS_MONTH = _flow(
    "emergency_admissions_month",
    "Emergency admissions",
    "Emergency admissions",
    "Emergency admissions in the month, through A&E and otherwise.",
    formula=Formula(
        plus=("emergency_admissions_ae_month", "emergency_admissions_other_month"),
        words="through A&E + not through A&E",
    ),
)
DECISION_TO_ADMIT_OVER_4H_MONTH = _flow(
    "decision_to_admit_over_4h_month",
    "Over 4 hours from decision to admit to admission",
    "Over 4 h to admission",
    "People in the month who waited more than 4 hours from the decision to admit to admission. Includes those over 12 hours.",
    worse=Worse.HIGH,
    overlaps="decision_to_admit_waits",
)
DECISION_TO_ADMIT_OVER_12H_MONTH = _flow(
    "decision_to_admit_over_12h_month",
    "Over 12 hours from decision to admit to admission",
    "Over 12 h to admission",
    "People in the month who waited more than 12 hours from the decision to admit to admission. Not from arrival.",
    worse=Worse.HIGH,
    overlaps="decision_to_admit_waits",
)

_BED_KINDS = {
    "ga": ("General and acute", "general and acute", "G&A"),
    "adult_ga": ("Adult general and acute", "adult general and acute", "Adult G&A"),
    "paediatric_ga": ("Paediatric general and acute", "paediatric general and acute", "Paediatric G&A"),
    "adult_cc": ("Adult critical care", "adult critical care", "Adult critical care"),
    "paediatric_ic": ("Paediatric intensive care", "paediatric intensive care", "Paediatric intensive care"),
    "neonatal_ic": ("Neonatal intensive care", "neonatal intensive care", "Neonatal intensive care"),
}


def _beds(key: str, name: str, lower: str, short: str) -> tuple[Measure, Measure, Measure]:
    open_id, occupied_id = f"{key}_beds_open_month", f"{key}_beds_occupied_month"
    # General and acute is adult and paediatric together: adding all three would count beds twice.
    group = "general_acute_beds" if key.endswith("ga") else None

    def stock(id: str, label: str, short_label: str, definition: str, **more: object) -> Measure:
        settings: dict[str, object] = {"unit": "beds", "reported_by": TRUSTS} | more
        return Measure(
            id=id,
            label=label,
            short_label=short_label,
            stock_or_flow=StockOrFlow.STOCK,
            definition=definition,
            source=_BEDS,
            period=Period.MONTH,
            **settings,  # type: ignore[arg-type]
        )

    return (
        stock(open_id, f"{name} beds open", f"{short} open", f"Average {lower} beds open in the month.",
              overlaps=group and f"{group}_open"),
        stock(occupied_id, f"{name} beds occupied", f"{short} occupied", f"Average {lower} beds occupied in the month.",
              worse=Worse.HIGH, overlaps=group and f"{group}_occupied"),
        stock(
            f"{key}_occupancy_month",
            f"{name} bed occupancy",
            f"{short} occupancy",
            f"Average {lower} beds occupied as a share of those open in the month, from the averages as published, "
            "in whole beds. NHS England's own rate was taken before they were rounded, and can differ by some tenths "
            "of a percentage point, or more where there are few beds.",
            unit="%",
            decimals=1,
            worse=Worse.HIGH,
            across_places=Summing.RATIO,
            over_time=Summing.RATIO,
            reported_by=frozenset(),
            formula=Formula(plus=(occupied_id,), per=(open_id,), scale=100, words="beds occupied / beds open"),
        ),
    )  # fmt: skip


BEDS_MONTH = tuple(measure for key, words in _BED_KINDS.items() for measure in _beds(key, *words))

MEASURES = (
    *AE_ATTENDANCES_BY_TYPE,
    AE_ATTENDANCES_MONTH,
    *AE_OVER_4H_BY_TYPE,
    AE_OVER_4H_MONTH,
    AE_4H_PERFORMANCE_MONTH,
    AE_4H_PERFORMANCE_TYPE1_MONTH,
    EMERGENCY_ADMISSIONS_AE_MONTH,
    EMERGENCY_ADMISSIONS_OTHER_MONTH,
    EMERGENCY_ADMISSIONS_MONTH,
    DECISION_TO_ADMIT_OVER_4H_MONTH,
    DECISION_TO_ADMIT_OVER_12H_MONTH,
    *BEDS_MONTH,
)
