"""Rostered home visits counted at the services that make them: the last seven days, and what drifts over 28.

The rules of drift are those of ``drift.py``. Every count reaches back from the roster's newest export, so two of them
are never added over time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import fsum

from flowcentre.measures.drift import MOST, Pattern
from flowcentre.measures.visit_window import VisitWindow
from flowcentre.model import Formula, Measure, Period, PlaceKind, Reading, StockOrFlow, Summing, Worse

SERVICES = frozenset({PlaceKind.HOME_CARE, PlaceKind.REABLEMENT})
LONGEST = timedelta(hours=24)  # of a visit, as planned or as made
MOST_CARERS = 4  # of a visit: more is a slip
_ROSTERS = "The services' rosters of home visits: a local count, not validated."
_CARERS = "Hours are of carers: a visit by two takes two an hour."
_TOLERANCE = (
    "Outside tolerance is a visit whose actual length differs from its plan by more than a number of minutes and also by "
    "more than a share of the plan, both set for this county."
)


def _visits(id: str, label: str, short: str, definition: str, period: Period, **more: object) -> Measure:
    settings: dict[str, object] = {
        "unit": "visits",
        "source": _ROSTERS,
        "reported_by": SERVICES,
        "over_time": Summing.LAST,
        "confirmed": False,
    } | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        stock_or_flow=StockOrFlow.FLOW,
        definition=definition,
        period=period,
        **settings,  # type: ignore[arg-type]
    )


PLANNED_HOURS = _visits(
    "visits_planned_hours_7d",
    "Planned hours of home visits, last seven days",
    "Planned hours",
    f"What the visits planned to start in the last seven days were to take, but for those cancelled. {_CARERS}",
    Period.LAST_SEVEN_DAYS,
    unit="hours",
    decimals=1,
)
ACTUAL_HOURS = _visits(
    "visits_actual_hours_7d",
    "Actual hours of home visits, last seven days",
    "Actual hours",
    f"What the visits that were made took, of those planned to start in the last seven days. {_CARERS} A visit without both "
    "actual times is not in it.",
    Period.LAST_SEVEN_DAYS,
    unit="hours",
    decimals=1,
)
MADE = _visits(
    "visits_made_7d",
    "Home visits made, last seven days",
    "Visits made",
    "Of the visits planned to start in the last seven days, those that the roster gives as completed or as late.",
    Period.LAST_SEVEN_DAYS,
)
MISSED = _visits(
    "visits_missed_7d",
    "Home visits missed, last seven days",
    "Visits missed",
    "Of the visits planned to start in the last seven days, those that the roster gives as missed. A cancelled visit is not "
    "missed.",
    Period.LAST_SEVEN_DAYS,
    worse=Worse.HIGH,
)
LATE = _visits(
    "visits_late_7d",
    "Home visits made late, last seven days",
    "Visits late",
    "Of the visits planned to start in the last seven days, those that were made and that the roster gives as late.",
    Period.LAST_SEVEN_DAYS,
    worse=Worse.HIGH,
    overlaps="visits_made_7d",
)
COMPARED = _visits(
    "visits_compared_28d",
    "Home visits compared with their plan, last 28 days",
    "Visits compared",
    "Visits planned to start in the last 28 days that were made and have both actual times. The others are not compared.",
    Period.LAST_28_DAYS,
)
OUTSIDE = _visits(
    "visits_outside_28d",
    "Home visits outside tolerance, last 28 days",
    "Outside tolerance",
    f"Of the visits compared in the last 28 days, those outside tolerance, longer or shorter. {_TOLERANCE}",
    Period.LAST_28_DAYS,
    worse=Worse.HIGH,
    overlaps="visits_compared_28d",
)
OUTSIDE_SHARE = _visits(
    "visits_outside_share_28d",
    "Share of home visits outside tolerance, last 28 days",
    "Outside tolerance %",
    f"Of the visits compared in the last 28 days, the share outside tolerance. {_TOLERANCE}",
    Period.LAST_28_DAYS,
    unit="%",
    decimals=1,
    worse=Worse.HIGH,
    across_places=Summing.RATIO,
    over_time=Summing.RATIO,
    reported_by=frozenset(),
    formula=Formula(
        plus=("visits_outside_28d",), per=("visits_compared_28d",), scale=100, words="outside tolerance / compared"
    ),
)
MEDIAN_DIFFERENCE = _visits(
    "visits_median_difference_28d",
    "Median difference of home visits from their plan, last 28 days",
    "Median difference",
    "Half of the visits compared in the last 28 days were longer than their plan by this or more. Below 0: shorter.",
    Period.LAST_28_DAYS,
    unit="minutes",
    decimals=1,
    across_places=Summing.MEDIAN_OF_ROWS,
)
_PATTERN = (
    "A pattern is regular where enough visits are compared, the median is outside tolerance, at least "
    f"{MOST * 100:g} % of the visits are outside it on that side, and the package is still visited: in the last seven days. "
    "Hours are the difference of the medians x carers x visits a week."
)
DRIFT_OVER = _visits(
    "visits_drift_over_hours",
    "Carer hours a week of packages whose visits regularly run over",
    "Hours run over",
    f"What visits take beyond their plan in packages with a regular overrun in the last 28 days. {_PATTERN}",
    Period.LAST_28_DAYS,
    unit="hours a week",
    decimals=1,
    worse=Worse.HIGH,
)
DRIFT_UNDER = _visits(
    "visits_drift_under_hours",
    "Carer hours a week of packages whose visits regularly run short",
    "Hours run short",
    f"What visits leave of their plan in packages with a regular underrun in the last 28 days: hours that might be released. "
    f"{_PATTERN}",
    Period.LAST_28_DAYS,
    unit="hours a week",
    decimals=1,
)

COUNTED = (
    PLANNED_HOURS,
    ACTUAL_HOURS,
    MADE,
    MISSED,
    LATE,
    COMPARED,
    OUTSIDE,
    MEDIAN_DIFFERENCE,
    DRIFT_OVER,
    DRIFT_UNDER,
)
MEASURES = (*COUNTED[:-3], OUTSIDE_SHARE, *COUNTED[-3:])
VISITED = tuple(measure.id for measure in COUNTED)  # what a feed of visits reports of each service


def visit_readings(place: str, window: VisitWindow) -> Iterator[Reading]:
    """The measures of one service's visits, as at the moment of the window. The median of no visit has no value."""
    week, service = window.last_week(), window.service()
    over, under = drift_hours(window)
    counts: dict[str, float | None] = {
        "visits_planned_hours_7d": week.planned_hours,
        "visits_actual_hours_7d": week.actual_hours,
        "visits_made_7d": week.made,
        "visits_missed_7d": week.missed,
        "visits_late_7d": week.late,
        "visits_compared_28d": service.compared,
        "visits_outside_28d": service.outside,
        "visits_median_difference_28d": service.difference_minutes,
        "visits_drift_over_hours": over,
        "visits_drift_under_hours": under,
    }
    for measure, count in counts.items():
        yield Reading(measure, place, None if count is None else float(count), window.at)


def drift_hours(window: VisitWindow) -> tuple[float, float]:
    """Carer hours a week of the packages that regularly run over, and of those that regularly run short."""
    packages = window.packages().values()
    # fsum, for the sum must not depend on the order in which packages were heard of.
    over = fsum(drift.hours_a_week for drift in packages if drift.pattern is Pattern.OVERRUN)
    return over, fsum(-drift.hours_a_week for drift in packages if drift.pattern is Pattern.UNDERRUN)
