"""Hospital beds ward by ward, and who in them no longer meets the criteria to reside."""

from flowcentre.model import Formula, Measure, Period, PlaceKind, StockOrFlow, Summing, Worse

_WARD = frozenset({PlaceKind.WARD})
_CRITICAL = frozenset({PlaceKind.CRITICAL_CARE_UNIT})
_BOTH = _WARD | _CRITICAL
_FEED = "Local bed state. Terms: NHS England UEC daily situation report."


def _stock(id: str, label: str, short: str, definition: str, **more: object) -> Measure:
    settings: dict[str, object] = {"unit": "beds", "reported_by": _WARD, "source": _FEED} | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        stock_or_flow=StockOrFlow.STOCK,
        definition=definition,
        **settings,  # type: ignore[arg-type]
    )


def _closed(why: str, label: str, definition: str) -> Measure:
    return _stock(
        f"beds_closed_{why}",
        f"Beds closed: {label}",
        label.capitalize(),
        definition,
        worse=Worse.HIGH,
        reported_by=_BOTH,
    )


GA_BEDS_CORE_OPEN = _stock(
    "ga_beds_core_open",
    "General and acute core beds open",
    "Core open",
    "Core (funded all year) general and acute beds that are staffed and open, occupied or not.",
)
GA_BEDS_ESCALATION_OPEN = _stock(
    "ga_beds_escalation_open",
    "Escalation beds open",
    "Escalation open",
    "General and acute beds opened over and above the core to meet pressure.",
    worse=Worse.HIGH,
    headline=True,
)
GA_BEDS_OPEN = _stock(
    "ga_beds_open",
    "General and acute beds open",
    "Beds open",
    "Staffed general and acute beds that are open, core and escalation together.",
    formula=Formula(
        plus=("ga_beds_core_open", "ga_beds_escalation_open"), words="core beds open + escalation beds open"
    ),
)
GA_BEDS_OCCUPIED = _stock(
    "ga_beds_occupied",
    "General and acute beds occupied",
    "Beds occupied",
    "General and acute beds with a patient in them at the census moment.",
    worse=Worse.HIGH,
    headline=True,
)
GA_BEDS_FREE = _stock(
    "ga_beds_free",
    "General and acute beds free",
    "Beds free",
    "Open general and acute beds with nobody in them; below zero when more patients than open beds are reported.",
    worse=Worse.LOW,
    formula=Formula(plus=("ga_beds_open",), minus=("ga_beds_occupied",), words="beds open - beds occupied"),
    headline=True,
)
GA_OCCUPANCY = _stock(
    "ga_occupancy",
    "General and acute bed occupancy",
    "Occupancy",
    "Occupied as a share of open general and acute beds, open escalation beds included. Over 100 % is possible.",
    unit="%",
    decimals=1,
    worse=Worse.HIGH,
    across_places=Summing.RATIO,
    over_time=Summing.RATIO,
    reported_by=frozenset(),
    formula=Formula(
        plus=("ga_beds_occupied",), per=("ga_beds_open",), scale=100, words="beds occupied / beds open", in_use=True
    ),
    headline=True,
)
BEDS_CLOSED_INFECTION = _closed(
    "infection", "infection control", "Beds that cannot be used because of infection control."
)
BEDS_CLOSED_STAFFING = _closed("staffing", "staffing", "Beds that cannot be used because there are not enough staff.")
BEDS_CLOSED_ESTATES = _closed("estates", "estates", "Beds that cannot be used because of repairs or the building.")
BEDS_CLOSED_OTHER = _closed("other", "other reasons", "Beds that cannot be used for any other reason.")
BEDS_CLOSED = _stock(
    "beds_closed",
    "Beds closed",
    "Beds closed",
    "Beds that cannot be used, for every reason together.",
    worse=Worse.HIGH,
    reported_by=_BOTH,
    formula=Formula(
        plus=("beds_closed_infection", "beds_closed_staffing", "beds_closed_estates", "beds_closed_other"),
        words="closed for infection control + staffing + estates + other reasons",
    ),
    headline=True,
)
CC_BEDS_OPEN = _stock(
    "cc_beds_open",
    "Critical care beds open",
    "Critical care open",
    "Adult critical care beds that are staffed and open.",
    reported_by=_CRITICAL,
)
CC_BEDS_OCCUPIED = _stock(
    "cc_beds_occupied",
    "Critical care beds occupied",
    "Critical care occupied",
    "Adult critical care beds with a patient in them at the census moment.",
    worse=Worse.HIGH,
    reported_by=_CRITICAL,
)
CC_OCCUPANCY = _stock(
    "cc_occupancy",
    "Critical care bed occupancy",
    "Critical care",
    "Occupied as a share of open adult critical care beds.",
    unit="%",
    decimals=1,
    worse=Worse.HIGH,
    across_places=Summing.RATIO,
    over_time=Summing.RATIO,
    reported_by=frozenset(),
    formula=Formula(
        plus=("cc_beds_occupied",),
        per=("cc_beds_open",),
        in_use=True,
        scale=100,
        words="critical care beds occupied / critical care beds open",
    ),
)


def _today(id: str, label: str, short: str, definition: str) -> Measure:
    return Measure(
        id=id,
        label=label,
        short_label=short,
        unit="people",
        stock_or_flow=StockOrFlow.FLOW,
        definition=definition,
        source=_FEED,
        period=Period.SINCE_MIDNIGHT,
        over_time=Summing.MAX,
        reported_by=_WARD,
        headline=True,
    )


ADMISSIONS_TODAY = _today(
    "admissions_today",
    "Admissions since midnight",
    "Admissions",
    "People admitted to a general and acute ward since midnight; moves between wards are not counted.",
)
DISCHARGES_TODAY = _today(
    "discharges_today",
    "Discharges since midnight",
    "Discharges",
    "People who left hospital from a general and acute ward since midnight; moves between wards are not counted.",
)
NCTR_NOW = _stock(
    "nctr_now",
    "No criteria to reside",
    "No criteria to reside",
    "People in a general and acute bed now who no longer meet the criteria to reside. A local count of the moment: "
    "not the national census, and not those remaining at midnight.",
    source="Local bed state, or the hospital's discharge list. Criteria: Hospital Discharge Service policy, annex A.",
    unit="people",
    worse=Worse.HIGH,
    headline=True,
)
NCTR_SHARE = _stock(
    "nctr_share",
    "No criteria to reside as a share of occupied beds",
    "Share of beds",
    "People with no criteria to reside as a share of occupied general and acute beds. The national denominator is "
    "not confirmed; this one is local.",
    source="Local bed state, or the hospital's discharge list.",
    unit="%",
    decimals=1,
    worse=Worse.HIGH,
    across_places=Summing.RATIO,
    over_time=Summing.RATIO,
    reported_by=frozenset(),
    formula=Formula(
        plus=("nctr_now",), per=("ga_beds_occupied",), scale=100, words="no criteria to reside / beds occupied"
    ),
    confirmed=False,
    headline=True,
)

MEASURES = (
    GA_BEDS_CORE_OPEN,
    GA_BEDS_ESCALATION_OPEN,
    GA_BEDS_OPEN,
    GA_BEDS_OCCUPIED,
    GA_BEDS_FREE,
    GA_OCCUPANCY,
    BEDS_CLOSED_INFECTION,
    BEDS_CLOSED_STAFFING,
    BEDS_CLOSED_ESTATES,
    BEDS_CLOSED_OTHER,
    BEDS_CLOSED,
    CC_BEDS_OPEN,
    CC_BEDS_OCCUPIED,
    CC_OCCUPANCY,
    ADMISSIONS_TODAY,
    DISCHARGES_TODAY,
    NCTR_NOW,
    NCTR_SHARE,
)
