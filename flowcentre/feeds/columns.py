"""Columns that changed places or units: found by weighing many places at once against what each said last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import median

from flowcentre.feeds.remembered import Key, Said
from flowcentre.measures import ALL
from flowcentre.measures.derive import local_midnight
from flowcentre.model import Measure, Period, Reading, Summing


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """How far columns may move before they are asked about."""

    enough_places: int = 6  # fewer tell nothing about a column
    enough_ratios: int = 4
    factor: float = 10  # of the median
    least_median: float = 10  # below it a factor is noise
    part_above_whole: float = 1.5
    nonzero_share: float = 0.8  # of places with numbers, before all turn to zero


@dataclass(frozen=True, slots=True)
class Share:
    """A measure that is part of another: occupied of open, used of capacity."""

    part: str
    whole: str


SHARES = tuple(
    Share(measure.formula.plus[0], measure.formula.per[0])
    for measure in ALL.values()
    if measure.formula is not None
    and measure.across_places is Summing.RATIO
    and not measure.formula.minus
    and len(measure.formula.plus) == len(measure.formula.per) == 1
)


_PARTS = frozenset(share.part for share in SHARES)


@dataclass(frozen=True, slots=True)
class Emptied:
    """A column that is 0 at every place, where most had numbers."""

    measure: str
    words: str  # "at all 12 places, and was not at 11 of them"
    filled: frozenset[str]  # measures of the same document that came out of nothing: the figures may have moved there
    may_be_so: bool  # no care home takes anyone in; but never is nobody in any bed


@dataclass(frozen=True, slots=True)
class Columns:
    """What is doubted of one document's columns."""

    changed: str | None = None  # why they are taken for others, in plain words: all of it is doubted
    emptied: tuple[Emptied, ...] = ()


def weigh_columns(readings: Iterable[Reading], said: Mapping[Key, Said], rules: ColumnRules) -> Columns:
    """What is doubted of one document's columns.

    Only each place's newest moment counts, and only where it is newer than what was said last, so that
    a history read in late is not taken for a change.
    """
    newest: dict[Key, Reading] = {}
    for reading in readings:
        key = (reading.place, reading.measure)
        before = newest.get(key)
        if before is None or reading.observed_at > before.observed_at:
            newest[key] = reading
    columns: dict[str, dict[str, Reading]] = {}
    for (place, measure), reading in newest.items():
        if reading.value is not None and (
            (place, measure) not in said or reading.observed_at > said[place, measure].at
        ):
            columns.setdefault(measure, {})[place] = reading
    values = {
        measure: {place: reading.value for place, reading in column.items() if reading.value is not None}
        for measure, column in columns.items()
        if len(column) >= min(rules.enough_places, rules.enough_ratios)
    }
    pairs = {
        ALL[measure]: found
        for measure, column in columns.items()
        if len(found := _before_and_now(ALL[measure], column.values(), said)) >= rules.enough_places
    }
    changed = next(_parts_above_wholes(values, said, rules), None) or next(_other_units(pairs, rules), None)
    return Columns(changed, tuple(_emptied(pairs, rules)))


def _before_and_now(measure: Measure, column: Iterable[Reading], said: Mapping[Key, Said]) -> list[tuple[float, float]]:
    """What each place said last, and says now."""
    since_midnight = measure.period is Period.SINCE_MIDNIGHT
    return [
        (before.value, reading.value)
        for reading in column
        if reading.value is not None
        and (before := said.get((reading.place, measure.id))) is not None
        and before.value is not None
        # A counter starts again each day: only the same day is like with like, and midnight's census may hold the day before.
        and (not since_midnight or before.at > local_midnight(reading.observed_at))
    ]


def _emptied(pairs: Mapping[Measure, list[tuple[float, float]]], rules: ColumnRules) -> Iterator[Emptied]:
    """Columns that are 0 everywhere where there were numbers."""
    counts = {
        measure.id: (sum(before != 0 for before, _ in both), sum(now != 0 for _, now in both), len(both))
        for measure, both in pairs.items()
    }
    many, few = rules.nonzero_share, 1 - rules.nonzero_share
    filled = frozenset(
        id for id, (before, now, places) in counts.items() if before <= few * places and now >= many * places
    )
    for id, (before, now, places) in counts.items():
        if now == 0 and before >= many * places:
            words = f"at all {places} places, and was not at {before} of them"
            yield Emptied(id, words, filled, may_be_so=id not in _PARTS)


def _other_units(pairs: Mapping[Measure, list[tuple[float, float]]], rules: ColumnRules) -> Iterator[str]:
    """Columns of another order of magnitude."""
    for measure, both in pairs.items():
        if measure.period is Period.SINCE_MIDNIGHT:
            continue
        old, new = median(before for before, _ in both), median(now for _, now in both)
        if min(old, new) <= 0 or max(old, new) < rules.least_median:
            continue
        if not 1 / rules.factor < new / old < rules.factor:
            yield (
                f"{measure.label}: the middle one of {len(both)} places went from {old:g} to {new:g}; "
                "other units, or another column?"
            )


def _parts_above_wholes(
    columns: Mapping[str, Mapping[str, float]], said: Mapping[Key, Said], rules: ColumnRules
) -> Iterator[str]:
    for share in SHARES:
        part = columns.get(share.part)
        if part is None or len(part) < rules.enough_ratios:
            continue
        now = [
            (value, whole)
            for place, value in part.items()
            if (whole := _whole(share.whole, partial(_now, columns, place))) is not None
        ]
        if len(now) < rules.enough_ratios:
            continue
        names = f"{ALL[share.part].label} and {ALL[share.whole].label.lower()}"
        far_above = sum(value > whole * rules.part_above_whole for value, whole in now)
        if far_above > len(now) / 2:
            yield (
                f"{names} changed places? The first is over {rules.part_above_whole:g} times the second "
                f"at {far_above} of {len(now)} places"
            )
            continue
        above = sum(value > whole for value, whole in now)
        if len(now) < rules.enough_places or above * 3 < len(now) * 2:
            continue
        before = [
            (value, whole)
            for place in part
            if (value := _value(said, place, share.part)) is not None
            and (whole := _whole(share.whole, partial(_value, said, place))) is not None
        ]
        above_before = sum(value > whole for value, whole in before)
        if len(before) >= rules.enough_places and above_before * 3 <= len(before):
            yield (
                f"{names} changed places? The first is above the second at {above} of {len(now)} places, "
                f"and was at {above_before}"
            )


def _now(columns: Mapping[str, Mapping[str, float]], place: str, measure: str) -> float | None:
    return columns.get(measure, {}).get(place)


def _value(said: Mapping[Key, Said], place: str, measure: str) -> float | None:
    known = said.get((place, measure))
    return known.value if known is not None else None


def _whole(measure_id: str, value: Callable[[str], float | None]) -> float | None:
    """A whole as it is reported, or as its formula makes it from what is reported."""
    found = value(measure_id)
    formula = ALL[measure_id].formula
    if found is not None or formula is None or formula.per:
        return found
    plus = [value(part) for part in formula.plus]
    minus = [value(part) for part in formula.minus]
    if None in plus or None in minus:
        return None
    return sum(part for part in plus if part is not None) - sum(part for part in minus if part is not None)
