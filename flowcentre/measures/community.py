"""Capacity outside the acute hospitals: beds, virtual wards, care homes, home care, reablement."""

from flowcentre.model import Formula, Measure, PlaceKind, StockOrFlow, Summing, Worse

_LOCAL = "Local community capacity return."


def _stock(id: str, label: str, short: str, definition: str, unit: str, kind: PlaceKind, **more: object) -> Measure:
    settings: dict[str, object] = {"source": _LOCAL, "reported_by": frozenset({kind})} | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        unit=unit,
        stock_or_flow=StockOrFlow.STOCK,
        definition=definition,
        **settings,  # type: ignore[arg-type]
    )


def _capacity(
    stem: str,
    name: str,
    short: str,
    unit: str,
    kind: PlaceKind,
    capacity: tuple[str, str],
    used: tuple[str, str],
) -> tuple[Measure, ...]:
    """The four measures that every service of one kind has: capacity, used, free and share used.

    ``capacity`` and ``used`` are each (the word for it, its definition).
    """
    capacity_id, used_id = f"{stem}_capacity", f"{stem}_used"
    return (
        _stock(capacity_id, f"{name} {capacity[0]}", f"{short} {capacity[0]}", capacity[1], unit, kind),
        _stock(used_id, f"{name} {used[0]}", f"{short} {used[0]}", used[1], unit, kind, worse=Worse.HIGH),
        _stock(
            f"{stem}_free",
            f"{name} free",
            f"{short} free",
            f"What of the {name.lower()} {capacity[0]} is not {used[0]}.",
            unit,
            kind,
            worse=Worse.LOW,
            formula=Formula(plus=(capacity_id,), minus=(used_id,), words=f"{capacity[0]} - {used[0]}"),
            reported_by=frozenset(),
            headline=True,
        ),
        _stock(
            f"{stem}_share_used",
            f"{name} share {used[0]}",
            f"{short} {used[0]} %",
            f"{used[0].capitalize()} as a share of {name.lower()} {capacity[0]}.",
            "%",
            kind,
            decimals=1,
            worse=Worse.HIGH,
            across_places=Summing.RATIO,
            over_time=Summing.RATIO,
            formula=Formula(plus=(used_id,), per=(capacity_id,), scale=100, words=f"{used[0]} / {capacity[0]}"),
            reported_by=frozenset(),
        ),
    )


COMMUNITY_BEDS = _capacity(
    "community_beds",
    "Community hospital beds",
    "Community beds",
    "beds",
    PlaceKind.COMMUNITY_HOSPITAL,
    ("open", "Staffed community hospital beds that are open."),
    ("occupied", "Community hospital beds with a patient in them."),
)
COMMUNITY_BEDS_CLOSED = _stock(
    "community_beds_closed",
    "Community hospital beds closed",
    "Community beds closed",
    "Commissioned community hospital beds that cannot be used.",
    "beds",
    PlaceKind.COMMUNITY_HOSPITAL,
    worse=Worse.HIGH,
)
RECOVERY_BEDS = _capacity(
    "recovery_beds",
    "Recovery beds",
    "Recovery beds",
    "beds",
    PlaceKind.RECOVERY_UNIT,
    ("open", "Bed-based recovery (pathway 2) beds that are staffed and open."),
    ("occupied", "Bed-based recovery beds with a person in them."),
)
RECOVERY_BEDS_CLOSED = _stock(
    "recovery_beds_closed",
    "Recovery beds closed",
    "Recovery beds closed",
    "Commissioned bed-based recovery beds that cannot be used.",
    "beds",
    PlaceKind.RECOVERY_UNIT,
    worse=Worse.HIGH,
)
VIRTUAL_WARD = _capacity(
    "virtual_ward",
    "Virtual ward places",
    "Virtual ward",
    "people",
    PlaceKind.VIRTUAL_WARD,
    ("staffed", "People whom the virtual ward (hospital at home) is staffed to look after."),
    ("in use", "People on the virtual ward's caseload."),
)
_TRACKER = "Capacity Tracker fields (gov.uk formal notice on provider information, 26 April 2024)."
CARE_HOME_BEDS = _stock(
    "care_home_beds",
    "Care home beds, maximum",
    "Care home beds",
    "The most people that the homes may have.",
    "beds",
    PlaceKind.CARE_HOME,
    source=_TRACKER,
)
CARE_HOME_OCCUPIED = _stock(
    "care_home_occupied",
    "Care home beds occupied",
    "Homes occupied",
    "Care home beds occupied or in use.",
    "beds",
    PlaceKind.CARE_HOME,
    source=_TRACKER,
)
CARE_HOME_RESERVED = _stock(
    "care_home_reserved",
    "Care home beds vacant and reserved",
    "Homes reserved",
    "Care home beds that are empty and kept for somebody.",
    "beds",
    PlaceKind.CARE_HOME,
    source=_TRACKER,
)
CARE_HOME_ACCEPTING = _stock(
    "care_home_accepting",
    "Care home vacancies accepting admissions",
    "Homes accepting",
    "Empty care home beds into which a person could be admitted. Not maximum less occupied less reserved: "
    "a bed can be empty and not accepting.",
    "beds",
    PlaceKind.CARE_HOME,
    source=_TRACKER,
    worse=Worse.LOW,
    headline=True,
)
HOME_CARE = _capacity(
    "home_care_hours",
    "Home care hours a week",
    "Home care",
    "hours a week",
    PlaceKind.HOME_CARE,
    ("commissioned", "Hours of home care a week that are bought."),
    ("used", "Hours of home care a week that are taken by running packages."),
)
REABLEMENT = _capacity(
    "reablement_hours",
    "Reablement hours a week",
    "Reablement",
    "hours a week",
    PlaceKind.REABLEMENT,
    ("staffed", "Hours of reablement a week for which there are staff."),
    ("used", "Hours of reablement a week that are taken by running packages."),
)

MEASURES = (
    *COMMUNITY_BEDS,
    COMMUNITY_BEDS_CLOSED,
    *RECOVERY_BEDS,
    RECOVERY_BEDS_CLOSED,
    *VIRTUAL_WARD,
    CARE_HOME_BEDS,
    CARE_HOME_OCCUPIED,
    CARE_HOME_RESERVED,
    CARE_HOME_ACCEPTING,
    *HOME_CARE,
    *REABLEMENT,
)
