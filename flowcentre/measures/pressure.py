"""Pressure as a measure: what is computed of a place, what somebody has declared for it, and how far the two are apart.

They are put among a picture's values when everything that they look at is there (``picture/pressure.py``): no feed reports
them, and none follows by a formula.
"""

from __future__ import annotations

from collections.abc import Iterable

from flowcentre.model import Formula, Measure, PlaceKind, Places, PressureRules, StockOrFlow, Summing, Worse

_COMPUTED = "Computed by the county's own scoring rules; indicative until a named person has verified them."
_A_AND_E = "Local A&E feed; unvalidated. Terms: OPEL Framework 2023/24."
_BEDS = "Local bed state. Terms: OPEL Framework 2023/24."

LEVEL_UNIT = "level"  # said before its figure: "level 3"

# Organisations for which somebody may declare a level, whether it is scored or not: each posts its own.
_DECLARES = frozenset(
    {PlaceKind.SYSTEM, PlaceKind.TRUST, PlaceKind.COUNCIL, PlaceKind.INTEGRATED_CARE_BOARD, PlaceKind.ACUTE_HOSPITAL}
)


def _of_pressure(id: str, label: str, short: str, unit: str, definition: str, **more: object) -> Measure:
    settings: dict[str, object] = {"source": _COMPUTED, "worse": Worse.HIGH, "over_time": Summing.MAX} | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        unit=unit,
        stock_or_flow=StockOrFlow.STOCK,
        definition=definition,
        across_places=Summing.NEVER,
        confirmed=False,
        **settings,  # type: ignore[arg-type]
    )


SCORE = _of_pressure(
    "pressure_score",
    "Pressure score, computed",
    "Score",
    "points",
    "Points of a place for each of its parameters, brought to the scale of its rules; of the system, the weighted mean of the "
    "pillars. Where a parameter is not known, what the others give: the true score is that or more.",
    decimals=1,
    over_time=Summing.MEAN,
    headline=True,
)
LEVEL = _of_pressure(
    "pressure_level",
    "Level of pressure, computed",
    "Computed level",
    LEVEL_UNIT,
    "The level, 1 to 4, that the score gives by the cut-offs of its rules. Not a declared OPEL level. Where a parameter is not "
    "known and could raise it, the true level is that or more.",
    headline=True,
)
LEVEL_AT_MOST = _of_pressure(
    "pressure_level_at_most",
    "Level of pressure at most, computed",
    "At most",
    LEVEL_UNIT,
    "The level that the score would give if every parameter that is not known gave its most. Where it is the computed level, "
    "that level is certain.",
)
DECLARED = _of_pressure(
    "pressure_declared",
    "Level of pressure, declared",
    "Declared level",
    LEVEL_UNIT,
    "The level, 1 to 4, that a person has declared for a place, with their reason. It holds until the hour they gave, and is "
    "never changed by what is computed.",
    source="Declared by a person.",
)
MISMATCH = _of_pressure(
    "pressure_mismatch",
    "Declared level less computed level",
    "Apart",
    "levels",
    "How many levels what is declared lies above what is computed; below zero, how far it lies below. Known only where a "
    "declaration holds and the computed level is certain.",
    worse=Worse.NEITHER,
)
OF_PRESSURE = (SCORE, LEVEL, LEVEL_AT_MOST, DECLARED, MISMATCH)


def _share(id: str, label: str, short: str, definition: str, source: str, part: str, whole: str, words: str) -> Measure:
    return Measure(
        id=id,
        label=label,
        short_label=short,
        unit="%",
        stock_or_flow=StockOrFlow.STOCK,
        definition=definition,
        source=source,
        across_places=Summing.RATIO,
        over_time=Summing.RATIO,
        worse=Worse.HIGH,
        decimals=1,
        formula=Formula(plus=(part,), per=(whole,), scale=100, words=words),
        confirmed=False,
    )


OVER_12H_SHARE = _share(
    "ae_over_12h_share_now",
    "Share of those in A&E who are there over 12 hours from arrival",
    "Over 12 h %",
    "Of the people in A&E now, the share who arrived more than 12 hours ago. A parameter of the OPEL Framework 2023/24, whose "
    "exact national denominator is not confirmed; this one is local.",
    _A_AND_E,
    "ae_over_12h_now",
    "ae_patients_now",
    "over 12 hours from arrival / in A&E now",
)
ESCALATION_SHARE = _share(
    "ga_escalation_share",
    "Share of open beds that are escalation beds",
    "Escalation %",
    "Escalation beds open as a share of all open general and acute beds. A parameter of the OPEL Framework 2023/24, whose exact "
    "national denominator is not confirmed; this one is local.",
    _BEDS,
    "ga_beds_escalation_open",
    "ga_beds_open",
    "escalation beds open / beds open",
)

MEASURES = (OVER_12H_SHARE, ESCALATION_SHARE, *OF_PRESSURE)


def scored_places(rules: PressureRules, places: Places) -> tuple[str, ...]:
    """Everywhere that any rules score, whenever they hold, in the order of the configuration."""
    scored = {place for each in rules.rules for place in each.places}
    return tuple(place.id for place in places if place.id in scored)


def declarable(rules: PressureRules, places: Places) -> tuple[str, ...]:
    """Where a level may be declared: the system, its organisations, and everywhere that is scored. None without rules."""
    if not rules.rules:
        return ()
    scored = set(scored_places(rules, places))
    return tuple(place.id for place in places if place.id in scored or place.kind in _DECLARES)


def measured_at(rules: PressureRules, places: Places) -> dict[str, tuple[str, ...]]:
    """Where each measure of pressure can be known, by its id."""
    scored: Iterable[str] = (places.system.id, *scored_places(rules, places)) if rules.rules else ()
    computed = tuple(scored)
    declared = declarable(rules, places)
    return {
        SCORE.id: computed,
        LEVEL.id: computed,
        LEVEL_AT_MOST.id: computed,
        DECLARED.id: declared,
        MISMATCH.id: tuple(place for place in computed if place in declared),
    }
