"""Columns that changed places or units, or emptied: found by weighing many places at once against what each said last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from statistics import median

from flowcentre.feeds.remembered import Key, Said
from flowcentre.measures import ALL
from flowcentre.measures.derive import local_midnight
from flowcentre.model import Held, Measure, Period, Reading, Summing


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """How far columns may move before they are asked about."""

    enough_places: int = 6  # fewer tell nothing about a column
    enough_ratios: int = 4
    factor: float = 10  # of the median
    least_median: float = 10  # below it a factor is noise
    part_above_whole: float = 1.5
    nonzero_share: float = 0.8  # of places with numbers, before all turn to zero
    many_emptied: int = 3  # places that empty at once beside rows that are held; fewer may have closed


@dataclass(frozen=True, slots=True)
class Share:
    """A measure that is part of another: occupied of open, used of capacity."""

    part: str
    whole: str


_OF_TWO = tuple(
    measure.formula
    for measure in ALL.values()
    if measure.formula is not None
    and measure.across_places is Summing.RATIO
    and not measure.formula.minus
    and len(measure.formula.plus) == len(measure.formula.per) == 1
)
SHARES = tuple(Share(formula.plus[0], formula.per[0]) for formula in _OF_TWO)
# Beds and hours in use, and what there is of them. Of those in A&E for over 12 hours there may well be none anywhere.
_IN_USE = {formula.plus[0]: formula.per[0] for formula in _OF_TWO if formula.in_use}


_HeldRow = tuple[str, str | None]  # the place whose row is held, and the measure where it is not the whole row


@dataclass(frozen=True, slots=True)
class Emptied:
    """A column that is 0 at every place that can be read, where most had numbers."""

    measure: str
    words: str  # "at all 12 places, and was not at 11 of them"
    filled: frozenset[str]  # measures of the same document that came out of nothing: the figures may have moved there
    may_be_so: bool  # no care home takes anyone in; but never is nobody in any bed


@dataclass(frozen=True, slots=True)
class Columns:
    """What is doubted of one document's columns."""

    changed: str | None = None  # why they are taken for others, in plain words: all of it is doubted
    emptied: tuple[Emptied, ...] = ()


def weigh_columns(
    readings: Iterable[Reading], said: Mapping[Key, Said], rules: ColumnRules, held: Iterable[Held] = ()
) -> Columns:
    """What is doubted of one document's columns. ``held``: its rows that are not believed already.

    Only each place's newest moment counts, and only where it is no older than what was said last, so that
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
            (place, measure) not in said or reading.observed_at >= said[place, measure].at
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
    held_rows = frozenset((row.place, row.measure) for row in held if row.place is not None)
    zeros = _zeros(columns, said, held_rows)
    doubted = _doubted(zeros, rules) | _nobody_anywhere(columns, zeros, said, held_rows, rules)
    filled = _filled(pairs, rules)
    emptied = (Emptied(id, found.words(), filled, id not in _IN_USE) for id, found in zeros.items() if id in doubted)
    return Columns(changed, tuple(emptied))


def _before_and_now(measure: Measure, column: Iterable[Reading], said: Mapping[Key, Said]) -> list[tuple[float, float]]:
    """What each place said last, and says now."""
    return [
        (before, reading.value)
        for reading in column
        if reading.value is not None
        and (before := _before(measure, reading.place, reading.observed_at, said)) is not None
    ]


def _before(measure: Measure, place: str, at: datetime, said: Mapping[Key, Said]) -> float | None:
    """What a place said last that a figure of ``at`` can be set against."""
    known = said.get((place, measure.id))
    if known is None or (measure.period is Period.SINCE_MIDNIGHT and known.at <= local_midnight(at)):
        # A counter starts again each day: only the same day is like with like, and midnight's census may hold the day before.
        return None
    return known.value


@dataclass(frozen=True, slots=True)
class _Zeros:
    """How far a column has emptied, at the places that had a figure before."""

    places: int
    had: int  # of them, that were not 0 before
    fell: int  # of those, that are 0 now
    any_left: bool  # something else than 0 at any place
    held: int  # other places of the column, whose rows of this document are held
    held_had: int

    @property
    def empty(self) -> bool:
        return self.fell > 0 and not self.any_left

    def of_most(self, rules: ColumnRules) -> bool:
        """Is it 0 everywhere, where most had numbers? Places that cannot be read now are no reason to believe the others."""
        places = self.places + self.held
        return self.empty and places >= rules.enough_places and self.had + self.held_had >= rules.nonzero_share * places

    def beside_held(self, rules: ColumnRules) -> bool:
        """Did it empty wherever it can be read, or at many places, while rows are held of places that had figures?"""
        return self.held_had > 0 and (self.empty or (self.fell >= rules.many_emptied and self.fell * 2 >= self.had))

    def words(self) -> str:
        said = f"at all {self.places} places" if not self.any_left else f"at {self.fell} of {self.places} places"
        said += f", and was not at {self.had} of them"
        return f"{said}, with the rows of {self.held} more held" if self.held else said


def _zeros(
    columns: Mapping[str, Mapping[str, Reading]], said: Mapping[Key, Said], held_rows: Collection[_HeldRow]
) -> dict[str, _Zeros]:
    """How far each column has emptied; those alone in which anything fell to 0."""
    figures = {
        measure: {place: reading.value for place, reading in column.items() if reading.value is not None}
        for measure, column in columns.items()
    }
    found: dict[str, _Zeros] = {}
    for measure, column in figures.items():
        if 0 not in column.values():
            continue
        pairs = _before_and_now(ALL[measure], columns[measure].values(), said)
        if measure in _IN_USE:
            # Nothing is known of before, as after an empty answer: but where beds are open there was somebody.
            unknown = [place for place in column if _value(said, place, measure) is None]
            wholes = [(_whole(_IN_USE[measure], partial(_now, figures, place)), column[place]) for place in unknown]
            pairs += [(whole, now) for whole, now in wholes if whole]
        fell = sum(before != 0 and now == 0 for before, now in pairs)
        if not fell:
            continue
        at = max(reading.observed_at for reading in columns[measure].values())
        places = {place for place, of in held_rows if of in (None, measure) and place not in column}
        others = [value for place in places if (value := _before(ALL[measure], place, at, said)) is not None]
        found[measure] = _Zeros(
            places=len(pairs),
            had=sum(before != 0 for before, _ in pairs),
            fell=fell,
            any_left=any(column.values()),
            held=len(others),
            held_had=sum(value != 0 for value in others),
        )
    return found


def _filled(pairs: Mapping[Measure, list[tuple[float, float]]], rules: ColumnRules) -> frozenset[str]:
    """Columns that were 0 nearly everywhere and are full: figures may have moved there."""
    many, few = rules.nonzero_share, 1 - rules.nonzero_share
    return frozenset(
        measure.id
        for measure, both in pairs.items()
        if sum(before != 0 for before, _ in both) <= few * len(both)
        and sum(now != 0 for _, now in both) >= many * len(both)
    )


def _doubted(zeros: Mapping[str, _Zeros], rules: ColumnRules) -> set[str]:
    """Columns that are 0 where there were numbers, and are not believed to be."""
    doubted = {
        measure
        for measure, found in zeros.items()
        if found.of_most(rules) or (measure in _IN_USE and found.beside_held(rules))
    }
    if doubted & _IN_USE.keys():
        # The few beds of critical care stand in the very column that is wrong for the others.
        doubted |= {measure for measure, found in zeros.items() if measure in _IN_USE and found.empty}
    return doubted


def _nobody_anywhere(
    columns: Mapping[str, Mapping[str, Reading]],
    zeros: Mapping[str, _Zeros],
    said: Mapping[Key, Said],
    held_rows: Collection[_HeldRow],
    rules: ColumnRules,
) -> set[str]:
    """Columns of use that are 0, where nobody is in any bed of the document but in those whose rows are held.

    All wards may be held, and the one unit of critical care be left: its beds are of another measure and of the same column.
    """
    if any(reading.value for measure in _IN_USE.keys() & columns.keys() for reading in columns[measure].values()):
        return set()
    found = {measure: zero for measure, zero in zeros.items() if measure in _IN_USE}
    held = {
        place
        for place, of in held_rows
        for measure in _IN_USE
        if of in (None, measure) and place not in columns.get(measure, {}) and _value(said, place, measure)
    }
    many = sum(zero.fell for zero in found.values()) + len(held) >= rules.enough_places
    return set(found) if held and many else set()


def _other_units(pairs: Mapping[Measure, list[tuple[float, float]]], rules: ColumnRules) -> Iterator[str]:
    """Columns of another order of magnitude."""
    for measure, both in pairs.items():
        if measure.period is Period.SINCE_MIDNIGHT:
            continue
        old, new = median(before for before, _ in both), median(now for _, now in both)
        if min(old, new) <= 0 or max(old, new) < rules.least_median:
            continue
        if not 1 / rules.factor < new / old < rules.factor and _at_nearly_all(both, new > old, rules):
            yield (
                f"{measure.label}: the middle one of {len(both)} places went from {old:g} to {new:g}; "
                "other units, or another column?"
            )


def _at_nearly_all(both: Iterable[tuple[float, float]], more: bool, rules: ColumnRules) -> bool:
    """Did it go that way, as far, wherever there was a figure and is one? Another unit is another at every place.

    What is closed for want of staff may be ten times as much in the middle on a bad day, and is nothing of the kind.
    """
    factors = [(now / before if more else before / now) for before, now in both if before > 0 and now > 0]
    return len(factors) >= rules.enough_places and sum(
        factor >= rules.factor for factor in factors
    ) >= rules.nonzero_share * len(factors)


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
