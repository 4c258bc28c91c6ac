"""Published figures out of their histories: the latest, a total at a moment, a month's mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flowcentre.measures import across_places, by_id, figure, over_time
from flowcentre.model import Period, Picture, Place, PlaceKind, Point, Summing
from flowcentre.picture.years import YearToDate, by_formula, last_day, year_to_date

Histories = Mapping[tuple[str, str], Sequence[Point]]
FEWEST_DAYS = 20  # of a month, for a mean of its days to be given


@dataclass(frozen=True, slots=True)
class Together:
    """Several places' figure at one moment, and how many of them it holds."""

    value: float | None
    reporting: int
    expected: int


class Figures:
    """What is asked of a picture's published figures; none of it later than the picture itself."""

    def __init__(self, picture: Picture, histories: Histories) -> None:
        self.picture = picture
        self._histories = histories
        self._worked_out: dict[tuple[str, str], list[Point]] = {}

    @property
    def trusts(self) -> tuple[Place, ...]:
        """The trusts, in the order of the configuration."""
        return self.picture.county.places.of_kind(PlaceKind.TRUST)

    @property
    def boards(self) -> tuple[Place, ...]:
        """The integrated care boards, which stand beside the trusts and are not their sum."""
        return self.picture.county.places.of_kind(PlaceKind.INTEGRATED_CARE_BOARD)

    def points(self, place: str, measure_id: str) -> list[Point]:
        """A measure's history at a place, reported or by its formula, oldest first."""
        key = (place, measure_id)
        if key not in self._worked_out:
            measure = by_id(measure_id)
            points = [p for p in self._histories.get(key, ()) if p.at <= self.picture.at]
            if not points and measure.formula is not None:
                points = by_formula(measure, {i: self.points(place, i) for i in measure.formula.inputs})
                # More discharged than there were: one of the two is wrong, and what remains is not known.
                points = [Point(p.at, None) if p.value is not None and p.value < 0 else p for p in points]
            self._worked_out[key] = points
        return self._worked_out[key]

    def latest(self, place: str, measure_id: str) -> Point | None:
        """The newest point that has a value."""
        return next((point for point in reversed(self.points(place, measure_id)) if point.value is not None), None)

    def at(self, place: str, measure_id: str, moment: datetime) -> float | None:
        """The value at that very moment."""
        return next((p.value for p in reversed(self.points(place, measure_id)) if p.at == moment), None)

    def newest(self, measure_id: str, places: Sequence[Place]) -> datetime | None:
        """The newest moment of which any of the places has a value."""
        found = [point.at for place in places if (point := self.latest(place.id, measure_id)) is not None]
        return max(found, default=None)

    def together(self, measure_id: str, places: Sequence[Place], moment: datetime) -> Together:
        """The places' figure at a moment; a share from the summed inputs of those that have them all."""
        measure = by_id(measure_id)
        if measure.across_places is not Summing.RATIO or measure.formula is None:
            values = [v for place in places if (v := self.at(place.id, measure_id, moment)) is not None]
            return Together(across_places(measure, values) if values else None, len(values), len(places))
        rows = [{i: self.at(place.id, i, moment) for i in measure.formula.inputs} for place in places]
        whole = [row for row in rows if None not in row.values()]
        if not whole:
            return Together(None, 0, len(places))
        added = {i: sum(row[i] or 0.0 for row in whole) for i in measure.formula.inputs}
        return Together(figure(measure.formula, added), len(whole), len(places))

    def year_to_date(self, measure_id: str, places: Sequence[Place]) -> YearToDate | None:
        """The year to date of the places together, against the same part of last year."""
        measure = by_id(measure_id)
        ids: tuple[str, ...] = (measure_id,)
        if measure.formula is not None and measure.across_places is Summing.RATIO:
            ids = measure.formula.inputs
        inputs = [{i: self.points(place.id, i) for i in ids} for place in places]
        return year_to_date(measure, inputs, self.picture.at, noun="trust")

    def monthly(self, place: str, measure_id: str) -> list[tuple[date, float | None]]:
        """A measure by month, named by its first day; of daily stocks the mean, None where few days are known."""
        measure = by_id(measure_id)
        months: dict[date, list[float]] = {}
        for point in self.points(place, measure_id):
            day = last_day(point.at)
            values = months.setdefault(day.replace(day=1), [])
            if point.value is not None:
                values.append(point.value)
        if measure.period is Period.MONTH:
            return [(month, values[-1] if values else None) for month, values in sorted(months.items())]
        return [
            (month, over_time(measure, values) if len(values) >= FEWEST_DAYS else None)
            for month, values in sorted(months.items())
        ]
