"""The year to date against the same part of last year: like with like, and saying what was compared.

NHS years begin on 1 April. A month or a day is counted only where both years have it, at the same
place; so five months are never set against seven, and a trust that was silent in one year is left
out of both. Flows are summed, stocks averaged, and shares worked out from their summed inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from flowcentre.measures import across_places, by_id, figure, over_time
from flowcentre.model import Measure, Period, Point, Summing

LONDON = ZoneInfo("Europe/London")
APRIL = 4
_TWO_YEARS = timedelta(days=2 * 366 + 31)  # all that this year and the last can hold

Inputs = Mapping[str, Sequence[Point]]  # at one place, by measure
Span = tuple[int, int]  # the month of a year, and its day where days are counted; 0 where months are
_Figures = dict[tuple[int, Span], dict[str, float]]  # by financial year and span, by measure


@lru_cache(maxsize=8192)
def last_day(at: datetime) -> date:
    """The last Europe/London day of a span that ends at ``at``: 31 October for midnight of 1 November."""
    return (at - timedelta(microseconds=1)).astimezone(LONDON).date()


def financial_year(day: date) -> int:
    """The year in which the financial year of a day began: 2025 for 2025/26."""
    return day.year if day.month >= APRIL else day.year - 1


def year_words(year: int) -> str:
    """ "2025/26" for 2025."""
    return f"{year}/{(year + 1) % 100:02d}"


def by_formula(measure: Measure, inputs: Inputs) -> list[Point]:
    """A measure's history from those of its formula's inputs: a gap where one of them is missing."""
    assert measure.formula is not None
    known = {i: {p.at: p.value for p in inputs.get(i, ()) if p.value is not None} for i in measure.formula.inputs}
    moments = sorted({point.at for i in measure.formula.inputs for point in inputs.get(i, ())})
    points = []
    for at in moments:
        values = {i: known[i][at] for i in known if at in known[i]}
        points.append(Point(at, figure(measure.formula, values)))
    return points


@dataclass(frozen=True, slots=True)
class YearToDate:
    """A measure from 1 April to the cut-off, in two years."""

    measure: Measure
    year: int  # in which this financial year began
    cut_off: date  # the last day that is counted
    this_year: float | None  # None: nothing that both years have
    last_year: float | None
    compared: int  # months (or days) at a place that both years have, and that are counted
    possible: int  # months (or days) at a place from 1 April to the cut-off
    noun: str  # "months", "trust-days"

    @property
    def difference(self) -> float | None:
        """This year less last year, in the measure's own unit; for a percentage, in percentage points."""
        if self.this_year is None or self.last_year is None:
            return None
        return self.this_year - self.last_year

    @property
    def percentage(self) -> float | None:
        """The difference as a percentage of last year; None for a share, whose difference is in points."""
        difference = self.difference
        if difference is None or not self.last_year or self.measure.across_places is Summing.RATIO:
            return None
        return 100 * difference / self.last_year

    @property
    def words(self) -> str:
        """What was compared: "7 of 7 months"."""
        return f"{self.compared:,} of {self.possible:,} {self.noun}"

    @property
    def last_cut_off(self) -> date:
        """The last day of last year's part."""
        year, month = self.cut_off.year - 1, self.cut_off.month
        if self.measure.period is Period.MONTH:
            return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return date(year, month, 28 if (month, self.cut_off.day) == (2, 29) else self.cut_off.day)


def year_to_date(measure: Measure, places: Sequence[Inputs], until: datetime, noun: str = "place") -> YearToDate | None:
    """The year to date of a measure at one place, or of several places together; None where nothing is known.

    Each place gives the histories of the measure itself, or of its formula's inputs. ``noun`` is
    what a place is called when there are several. Raises ValueError for a measure that is not
    counted by the day or the month.
    """
    if measure.period not in (Period.DAY, Period.MONTH):
        raise ValueError(f"{measure.id} is counted {measure.period}: only days and months make a year to date")
    monthly = measure.period is Period.MONTH
    if measure.formula is not None and measure.across_places is not Summing.RATIO:
        # Of each span first: a stock less a flow, over five months, would be an average less a sum.
        places = [inputs if inputs.get(measure.id) else {measure.id: by_formula(measure, inputs)} for inputs in places]
    wanted = _wanted(measure, places)
    figures = [_figures(wanted, inputs, until, monthly) for inputs in places]
    ends = [end for _, end in figures if end is not None]
    if not ends:
        return None
    cut_off = max(ends)
    year = financial_year(cut_off)
    spans = _spans(year, cut_off, monthly)
    sides: tuple[list[dict[str, float]], list[dict[str, float]]] = ([], [])  # this year and last, by place
    compared = 0
    for found, _ in figures:
        common = [span for span in spans if (year, span) in found and (year - 1, span) in found]
        compared += len(common)
        if common:
            for side, of in zip(sides, (year, year - 1), strict=True):
                side.append(_over(found, of, common))
    this_year, last_year = (_together(measure, side) for side in sides)
    unit = "months" if monthly else "days"
    return YearToDate(
        measure,
        year,
        cut_off,
        this_year,
        last_year,
        compared,
        len(spans) * len(places),
        unit if len(places) == 1 else f"{noun}-{unit}",
    )


def _figures(wanted: Sequence[str], inputs: Inputs, until: datetime, monthly: bool) -> tuple[_Figures, date | None]:
    """Every span of which all that is wanted is known, and the last day of the newest."""
    found: _Figures = {}
    newest: dict[tuple[int, Span], date] = {}
    said = [point.at for i in wanted for point in inputs.get(i, ()) if point.value is not None and point.at <= until]
    if not said:
        return {}, None
    oldest = max(said) - _TWO_YEARS
    for measure_id in wanted:
        for point in inputs.get(measure_id, ()):
            if point.value is not None and oldest <= point.at <= until:
                day = last_day(point.at)
                span = (financial_year(day), (day.month, 0 if monthly else day.day))
                found.setdefault(span, {})[measure_id] = point.value
                newest[span] = day
    whole = {span: values for span, values in found.items() if len(values) == len(wanted)}
    return whole, max((newest[span] for span in whole), default=None)


def _wanted(measure: Measure, places: Sequence[Inputs]) -> tuple[str, ...]:
    """The measure itself or, for a share that nobody reports, its formula's inputs; the same for all places."""
    if (
        measure.formula is None
        or measure.across_places is not Summing.RATIO
        or any(inputs.get(measure.id) for inputs in places)
    ):
        return (measure.id,)
    return tuple(dict.fromkeys(measure.formula.inputs))


def _spans(year: int, cut_off: date, monthly: bool) -> list[Span]:
    day, spans = date(year, APRIL, 1), []
    while day <= cut_off:
        spans.append((day.month, 0 if monthly else day.day))
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1) if monthly else day + timedelta(days=1)
    return spans


def _over(found: _Figures, year: int, spans: Iterable[Span]) -> dict[str, float]:
    """One figure for each input over those spans of one year, summed or averaged as the catalogue says."""
    values: dict[str, list[float]] = {}
    for span in spans:
        for measure_id, value in found[(year, span)].items():
            values.setdefault(measure_id, []).append(value)
    return {measure_id: over_time(by_id(measure_id), each) for measure_id, each in values.items()}


def _together(measure: Measure, places: Sequence[Mapping[str, float]]) -> float | None:
    """One figure of several places: the inputs are added first, and the formula comes last."""
    if not places:
        return None
    if measure.id in places[0]:
        return across_places(measure, [inputs[measure.id] for inputs in places])
    assert measure.formula is not None
    added = {i: across_places(by_id(i), [inputs[i] for inputs in places]) for i in places[0]}
    return figure(measure.formula, added)
