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
    """Capacity, used, and free: as the service reports it, and where it does not the one less the other.

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
            f"What the service says is free. Where it does not say, what of the {name.lower()} {capacity[0]} is not "
            f"{used[0]}.",
            unit,
            kind,
            worse=Worse.LOW,
            formula=Formula(
                plus=(capacity_id,), minus=(used_id,), words=f"{capacity[0]} - {used[0]}", fills_blanks=True
            ),
            headline=True,
        ),
    )


def _share(stem: str, name: str, short: str, kind: PlaceKind, capacity: str, used: str) -> Measure:
    return _stock(
        f"{stem}_share_used",
        f"{name} share {used}",
        f"{short} {used} %",
        f"{used.capitalize()} as a share of {name.lower()} {capacity}.",
        "%",
        kind,
        decimals=1,
        worse=Worse.HIGH,
        across_places=Summing.RATIO,
        over_time=Summing.RATIO,
        formula=Formula(
            plus=(f"{stem}_used",), per=(f"{stem}_capacity",), scale=100, words=f"{used} / {capacity}", in_use=True
        ),
        reported_by=frozenset(),
    )


def _beside(
    stem: str, name: str, short: str, unit: str, kind: PlaceKind, what: str, definition: str, **more: object
) -> Measure:
    """Another figure of a service, kept apart from those of which its free and used are made."""
    label = what.replace("_", " ")
    return _stock(f"{stem}_{what}", f"{name} {label}", f"{short} {label}", definition, unit, kind, **more)


_COMMUNITY = ("community_beds", "Community hospital beds", "Community beds", "beds", PlaceKind.COMMUNITY_HOSPITAL)
COMMUNITY_BEDS = (
    *_capacity(
        *_COMMUNITY,
        ("open", "Staffed community hospital beds that are open."),
        ("occupied", "Community hospital beds with a patient in them."),
    ),
    _share("community_beds", "Community hospital beds", "Community beds", _COMMUNITY[-1], "open", "occupied"),
    _beside(
        *_COMMUNITY,
        "closed",
        "Commissioned community hospital beds that cannot be used.",
        worse=Worse.HIGH,
    ),
    _beside(*_COMMUNITY, "commissioned", "Community hospital beds that are paid for, open or not."),
)
_RECOVERY = ("recovery_beds", "Recovery beds", "Recovery beds", "beds", PlaceKind.RECOVERY_UNIT)
RECOVERY_BEDS = (
    *_capacity(
        *_RECOVERY,
        ("open", "Bed-based recovery (pathway 2) beds that are staffed and open."),
        ("occupied", "Bed-based recovery beds with a person in them."),
    ),
    _share("recovery_beds", "Recovery beds", "Recovery beds", _RECOVERY[-1], "open", "occupied"),
    _beside(
        *_RECOVERY,
        "closed",
        "Commissioned bed-based recovery beds that cannot be used.",
        worse=Worse.HIGH,
    ),
    _beside(*_RECOVERY, "commissioned", "Bed-based recovery beds that are paid for, open or not."),
)
_VIRTUAL = ("virtual_ward", "Virtual ward places", "Virtual ward", "people", PlaceKind.VIRTUAL_WARD)
VIRTUAL_WARD = (
    *_capacity(
        *_VIRTUAL,
        ("staffed", "People whom the virtual ward (hospital at home) is staffed to look after."),
        ("in use", "People on the virtual ward's caseload."),
    ),
    _share("virtual_ward", "Virtual ward places", "Virtual ward", _VIRTUAL[-1], "staffed", "in use"),
    _beside(
        *_VIRTUAL,
        "closed",
        "Commissioned places of the virtual ward that cannot be used, as for want of staff or of monitors.",
        worse=Worse.HIGH,
    ),
    _beside(*_VIRTUAL, "commissioned", "People whom the virtual ward is paid to look after at one time."),
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
_PAIRS = (
    "Of the free hours, in hours of carers, those in which two carers can go together. Free hours that lie with one carer "
    "at a time are of no use to somebody who needs two."
)
_HOME_CARE = ("home_care_hours", "Home care hours a week", "Home care", "hours a week", PlaceKind.HOME_CARE)
HOME_CARE = (
    *_capacity(
        *_HOME_CARE,
        ("commissioned", "Hours of home care a week that are bought."),
        ("used", "Hours of home care a week that are taken by running packages."),
    ),
    _share("home_care_hours", "Home care hours a week", "Home care", _HOME_CARE[-1], "commissioned", "used"),
    _beside(
        *_HOME_CARE,
        "closed",
        "Commissioned hours of home care a week that cannot be given, as where a provider takes nobody new.",
        worse=Worse.HIGH,
    ),
    _beside(*_HOME_CARE, "staffed", "Hours of home care a week for which the provider has carers."),
    _beside(*_HOME_CARE, "two_carers_free", _PAIRS, worse=Worse.LOW),
)
_REABLEMENT = ("reablement_hours", "Reablement hours a week", "Reablement", "hours a week", PlaceKind.REABLEMENT)
REABLEMENT = (
    *_capacity(
        *_REABLEMENT,
        ("staffed", "Hours of reablement a week for which there are staff."),
        ("used", "Hours of reablement a week that are taken by running packages."),
    ),
    _share("reablement_hours", "Reablement hours a week", "Reablement", _REABLEMENT[-1], "staffed", "used"),
    _beside(
        *_REABLEMENT,
        "closed",
        "Commissioned hours of reablement a week that cannot be given, as while staff are away.",
        worse=Worse.HIGH,
    ),
    _beside(*_REABLEMENT, "commissioned", "Hours of reablement a week that are paid for."),
    _beside(*_REABLEMENT, "two_carers_free", _PAIRS, worse=Worse.LOW),
)
THERAPY = _capacity(
    "therapy_places",
    "Therapy places",
    "Therapy",
    "people",
    PlaceKind.REABLEMENT,
    ("staffed", "People whom the therapists of a reablement team can treat at one time, with care or without."),
    ("in use", "People on the therapists' caseload."),
)
EXTRA_CARE = _capacity(
    "extra_care",
    "Extra care flats",
    "Extra care",
    "flats",
    PlaceKind.EXTRA_CARE,
    ("open", "Flats with care on site that can be let."),
    ("let", "Flats with care on site that somebody lives in, or that are kept for somebody."),
)
VOLUNTARY = _capacity(
    "voluntary",
    "Voluntary sector places",
    "Voluntary sector",
    "people",
    PlaceKind.VOLUNTARY,
    ("staffed", "People whom a voluntary service can help at one time, as to settle back in at home."),
    ("in use", "People whom a voluntary service helps now."),
)

MEASURES = (
    *COMMUNITY_BEDS,
    *RECOVERY_BEDS,
    *VIRTUAL_WARD,
    CARE_HOME_BEDS,
    CARE_HOME_OCCUPIED,
    CARE_HOME_RESERVED,
    CARE_HOME_ACCEPTING,
    *HOME_CARE,
    *REABLEMENT,
    *THERAPY,
    *EXTRA_CARE,
    *VOLUNTARY,
)
