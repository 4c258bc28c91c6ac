"""Mental health beds, who waits for one, and the suites of section 136.

What stands here is what local systems are known to collect. No national list of parameters for this pillar has been
found, so nothing here is called one.
"""

from flowcentre.model import Formula, Measure, PlaceKind, StockOrFlow, Summing, Worse

_AT = frozenset({PlaceKind.MENTAL_HEALTH_UNIT})
_REPORT = "Local situation report of mental health units. A local choice of figures, not national parameters."


def _stock(id: str, label: str, short: str, definition: str, unit: str, **more: object) -> Measure:
    settings: dict[str, object] = {"source": _REPORT, "reported_by": _AT} | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        unit=unit,
        stock_or_flow=StockOrFlow.STOCK,
        definition=definition,
        **settings,  # type: ignore[arg-type]
    )


MH_BEDS_OPEN = _stock(
    "mh_beds_open",
    "Mental health beds open",
    "MH beds open",
    "Mental health beds that are staffed and open, occupied or not.",
    "beds",
)
MH_BEDS_OCCUPIED = _stock(
    "mh_beds_occupied",
    "Mental health beds occupied",
    "MH occupied",
    "Mental health beds with a patient in them. The bed of somebody on leave is not counted, unless it has another patient.",
    "beds",
    worse=Worse.HIGH,
)
MH_OCCUPANCY = _stock(
    "mh_occupancy",
    "Mental health bed occupancy",
    "MH occupancy",
    "Occupied as a share of open mental health beds. Over 100 % is possible.",
    "%",
    decimals=1,
    worse=Worse.HIGH,
    across_places=Summing.RATIO,
    over_time=Summing.RATIO,
    reported_by=frozenset(),
    formula=Formula(
        plus=("mh_beds_occupied",),
        per=("mh_beds_open",),
        in_use=True,
        scale=100,
        words="mental health beds occupied / mental health beds open",
    ),
    headline=True,
)
MH_WAITING_FOR_BED_NOW = _stock(
    "mh_waiting_for_bed_now",
    "Waiting for a mental health bed",
    "Waiting for MH bed",
    "People for whom a mental health bed is wanted and not yet found, wherever they are: at home, in A&E, on a ward or in a "
    "suite. Each is counted by the unit that is to find the bed.",
    "people",
    worse=Worse.HIGH,
    headline=True,
)
MH_READY_FOR_DISCHARGE_NOW = _stock(
    "mh_ready_for_discharge_now",
    "Ready to leave a mental health bed",
    "MH ready to leave",
    "People in a mental health bed now who are clinically ready for discharge. A count of the moment, by the unit; no part of "
    "the hospitals' no criteria to reside.",
    "people",
    worse=Worse.HIGH,
    overlaps="mh_beds_occupied",
    headline=True,
)
MH_136_SUITES_OPEN = _stock(
    "mh_136_suites_open",
    "Section 136 suites open",
    "136 suites open",
    "Places in a health-based place of safety (section 136 of the Mental Health Act) that are staffed and open.",
    "suites",
)
MH_136_SUITES_FREE = _stock(
    "mh_136_suites_free",
    "Section 136 suites free",
    "136 suites free",
    "Open places in a health-based place of safety that could take somebody now. A suite that is being cleaned or mended is not "
    "free.",
    "suites",
    worse=Worse.LOW,
    headline=True,
)

MEASURES = (
    MH_BEDS_OPEN,
    MH_BEDS_OCCUPIED,
    MH_OCCUPANCY,
    MH_WAITING_FOR_BED_NOW,
    MH_READY_FOR_DISCHARGE_NOW,
    MH_136_SUITES_OPEN,
    MH_136_SUITES_FREE,
)
