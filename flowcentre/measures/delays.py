"""Delayed discharges counted from a hospital's own list: who waits now, for what, and for how long.

A list is a local, unvalidated view of the moment. The national figures of ``discharge.py`` are a daily
census, published later; the two never share a label.
"""

from __future__ import annotations

from typing import NamedTuple

from flowcentre.measures.discharge import FAMILIES, REASONS
from flowcentre.model import Formula, Measure, Period, PlaceKind, StockOrFlow, Summing, Worse

HOSPITALS = frozenset({PlaceKind.ACUTE_HOSPITAL, PlaceKind.COMMUNITY_HOSPITAL})
PATHWAYS = (0, 1, 2, 3)
STAYS = (7, 14, 21)  # days: the thresholds of the national report
HOSPITAL_LIMIT_HOURS = 48  # for a reason that lies inside the hospital; a local limit
FAMILY_KEYS = dict(
    zip(("hospital_process", "wellbeing", "care_transfer_hub", "interface", "capacity"), FAMILIES, strict=True)
)
FAMILY_OF_REASON = {
    reason.key: key for key, family in FAMILY_KEYS.items() for reason in REASONS if reason.family == family
}
REASON_BY_KEY = {reason.key: reason for reason in REASONS}
_LIST = "A hospital's discharge list: a local count, not validated."


class Band(NamedTuple):
    """Days since the discharge ready date, from ``first`` to ``last``; no last: and more."""

    key: str
    words: str
    first: int
    last: int | None


# The bands in which NHS England publishes delays from the discharge ready date.
BANDS = (
    Band("0", "ready today", 0, 0),
    Band("1", "1 day", 1, 1),
    Band("2-3", "2-3 days", 2, 3),
    Band("4-6", "4-6 days", 4, 6),
    Band("7-13", "7-13 days", 7, 13),
    Band("14-20", "14-20 days", 14, 20),
    Band("21+", "21 days or more", 21, None),
)


def band_of(days: int) -> Band:
    """The band that a number of days falls in; a day before today counts as today."""
    return next(band for band in reversed(BANDS) if days >= band.first or band is BANDS[0])


def band_measure(band: Band) -> str:
    """The id of the measure that counts the people of a band."""
    return f"delayed_days_{band.key.replace('-', '_to_').replace('+', '_or_more')}_now"


def _now(id: str, label: str, short: str, definition: str, **more: object) -> Measure:
    settings: dict[str, object] = {
        "unit": "people",
        "worse": Worse.HIGH,
        "source": _LIST,
        "reported_by": HOSPITALS,
    } | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        stock_or_flow=StockOrFlow.STOCK,
        definition=definition,
        **settings,  # type: ignore[arg-type]
    )


def _today(id: str, label: str, short: str, definition: str, **more: object) -> Measure:
    settings: dict[str, object] = {"unit": "people", "source": _LIST, "reported_by": HOSPITALS} | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        stock_or_flow=StockOrFlow.FLOW,
        definition=definition,
        period=Period.SINCE_MIDNIGHT,
        over_time=Summing.MAX,
        **settings,  # type: ignore[arg-type]
    )


DELAYED = _now(
    "delayed_now",
    "Delayed discharges",
    "Delayed",
    "People on a hospital's discharge list with no criteria to reside who are still in their bed: those remaining now. "
    "Acute and community hospitals.",
    headline=True,
)
DISCHARGED_TODAY = _today(
    "delayed_discharged_today",
    "Discharged since midnight, of those with no criteria to reside",
    "Discharged today",
    "People on the discharge list who left since midnight. Known where the list says when people were discharged.",
    headline=True,
)
CENSUS_TODAY = _today(
    "delayed_census_today",
    "No criteria to reside today: remaining and discharged",
    "On the list today",
    "People with no criteria to reside at any time today as the list stands: those remaining and those discharged since "
    "midnight. The nearest thing of the moment to the national count at census, which is taken once a day.",
    worse=Worse.HIGH,
    reported_by=frozenset(),
    formula=Formula(
        plus=("delayed_now", "delayed_discharged_today"), words="remaining now + discharged since midnight"
    ),
)
BED_DAYS = _now(
    "delayed_bed_days_now",
    "Bed days lost by those delayed now",
    "Bed days lost",
    "Days since the discharge ready date, added over everybody who is delayed now. A stock: never added over days.",
    unit="bed days",
)
LONGEST = _now(
    "delayed_longest_now",
    "Longest wait since the discharge ready date",
    "Longest wait",
    "Days since the discharge ready date of whoever has waited longest.",
    unit="days",
    across_places=Summing.MAX,
    over_time=Summing.MAX,
)
MEDIAN = _now(
    "delayed_median_days_now",
    "Median wait since the discharge ready date",
    "Median wait",
    "Half of those delayed now have waited this many days or fewer.",
    unit="days",
    decimals=1,
    across_places=Summing.MEDIAN_OF_ROWS,
    over_time=Summing.LAST,
)
NINETIETH = _now(
    "delayed_p90_days_now",
    "90th centile of the wait since the discharge ready date",
    "90th centile",
    "Nine in ten of those delayed now have waited this many days or fewer.",
    unit="days",
    decimals=1,
    across_places=Summing.MEDIAN_OF_ROWS,
    over_time=Summing.LAST,
)
OVER_48H_HOSPITAL = _now(
    "delayed_hospital_over_48h_now",
    f"Delayed over {HOSPITAL_LIMIT_HOURS} hours for a reason inside the hospital",
    "Hospital, over 48 h",
    f"People delayed for more than {HOSPITAL_LIMIT_HOURS} hours whose reason is of the family hospital process: the "
    "hospital itself can act. The limit is local.",
    confirmed=False,
)
EXPECTED_TODAY = _now(
    "delayed_expected_today_now",
    "Delayed and expected to leave today",
    "Expected today",
    "People delayed now whose expected date of discharge is the day of the list.",
    worse=Worse.NEITHER,
)
EXPECTED_TOMORROW = _now(
    "delayed_expected_tomorrow_now",
    "Delayed and expected to leave tomorrow",
    "Expected tomorrow",
    "People delayed now whose expected date of discharge is the day after the list's.",
    worse=Worse.NEITHER,
)
EXPECTED_PASSED = _now(
    "delayed_expected_passed_now",
    "Delayed beyond the expected date of discharge",
    "Expected date passed",
    "People delayed now whose expected date of discharge is before the day of the list: the date wants setting again.",
)
BY_PATHWAY = tuple(
    _now(
        f"delayed_pathway_{pathway}_now",
        f"Delayed on pathway {pathway}",
        f"Pathway {pathway}",
        f"People delayed now who are to leave on pathway {pathway}.",
    )
    for pathway in PATHWAYS
)
PATHWAY_UNKNOWN = _now(
    "delayed_pathway_unknown_now",
    "Delayed, pathway not known",
    "Pathway not known",
    "People delayed now whose list gives no pathway, or one that is not 0 to 3.",
)
BY_FAMILY = tuple(
    _now(
        f"delayed_family_{key}_now",
        f"Delayed now: {family.lower()}",
        family,
        f"People delayed now for a reason of the family {family.lower()}.",
    )
    for key, family in FAMILY_KEYS.items()
)
REASON_UNKNOWN = _now(
    "delayed_reason_unknown_now",
    "Delayed, reason not known",
    "Reason not known",
    "People delayed now whose list gives no reason, or one that is neither national nor mapped to a national one.",
)
BY_REASON = tuple(
    _now(
        f"delayed_{reason.key}_now",
        f"Delayed now, {reason.family.lower()}: {reason.text}" + (f" ({reason.pathway})" if reason.pathway else ""),
        reason.text,
        f"People delayed now for this reason, one of the 37 national reasons, of the family {reason.family.lower()}.",
    )
    for reason in REASONS
)
BY_BAND = tuple(
    _now(
        band_measure(band),
        f"Delayed, {band.words}" if band.first == 0 else f"Delayed, {band.words} since the discharge ready date",
        band.words,
        "People delayed now by days since their discharge ready date, in the bands that NHS England publishes.",
    )
    for band in BANDS
)
BY_STAY = tuple(
    _now(
        f"delayed_stay_{days}_now",
        f"Delayed with a stay of {days} days or more",
        f"Stay {days}+",
        f"People delayed now who were admitted {days} or more nights ago. The bands overlap: 7+ holds 14+ holds 21+.",
        overlaps="delayed_stay",
        confirmed=False,  # whether the threshold itself is counted
    )
    for days in STAYS
)
DISCHARGED_BY = tuple(
    _today(
        f"delayed_discharged_by_{hour:02}00_today",
        f"Discharged by {hour:02}:00, of those with no criteria to reside",
        f"By {hour:02}:00",
        f"People on the discharge list who left since midnight and by {hour:02}:00.",
        overlaps="delayed_discharged_today",
    )
    for hour in (12, 17)
)
SAME_DAY = _today(
    "delayed_same_day_today",
    "Discharged today on their discharge ready date",
    "Same day",
    "People on the discharge list who left today and became ready today.",
    overlaps="delayed_discharged_today",
)
SAME_DAY_SHARE = _today(
    "delayed_same_day_share_today",
    "Same-day share of discharges",
    "Same-day share",
    "Of the people on the discharge list who left today, the share who became ready today. People who never stood on a "
    "list are not in it, so it lies below the national same-day share.",
    unit="%",
    decimals=1,
    worse=Worse.LOW,
    across_places=Summing.RATIO,
    reported_by=frozenset(),
    formula=Formula(
        plus=("delayed_same_day_today",),
        per=("delayed_discharged_today",),
        scale=100,
        words="discharged today on their discharge ready date / discharged today",
    ),
)

COUNTED = (
    DELAYED,
    DISCHARGED_TODAY,
    *DISCHARGED_BY,
    SAME_DAY,
    BED_DAYS,
    LONGEST,
    MEDIAN,
    NINETIETH,
    OVER_48H_HOSPITAL,
    EXPECTED_TODAY,
    EXPECTED_TOMORROW,
    EXPECTED_PASSED,
    *BY_PATHWAY,
    PATHWAY_UNKNOWN,
    *BY_FAMILY,
    *BY_REASON,
    REASON_UNKNOWN,
    *BY_BAND,
    *BY_STAY,
)
MEASURES = (*COUNTED, CENSUS_TODAY, SAME_DAY_SHARE)
# What a feed of discharge lists reports: these of each hospital, and of each acute ward who has no criteria to reside.
REPORTED = (*(measure.id for measure in COUNTED), "nctr_now")
