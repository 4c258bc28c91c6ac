"""NHS England's own file of the discharge situation report: one month, a row for each figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from connectors._believed import doubts_of_census, doubts_of_discharges
from connectors._national import Said, Table, amount, day, end_of, whole
from connectors._reasons import reason_measure
from flowcentre.feeds.contract import FeedMalformed, PlaceCodes, RowHeld
from flowcentre.feeds.tables import Row, end_of_month, tidy
from flowcentre.measures import discharge
from flowcentre.model import Held, Period, Reading

_COLUMNS = ("Period", "Level", "Metric", "Metric Group", "Value")
_LEVELS = {"provider", "icb"}  # national and regional rows are nobody's here
_METRICS = {
    "number of patients who no longer meet the criteria to reside": discharge.NCTR_CENSUS,
    "number of patients discharged": discharge.NCTR_DISCHARGED,
    "number of patients remaining in hospital who no longer meet the criteria to reside": discharge.NCTR_REMAINING,
    "number of patients discharged by 17:00": discharge.NCTR_DISCHARGED_BY_1700,
    "number of patients discharged between 17:01 and 23:59": discharge.NCTR_DISCHARGED_AFTER_1700,
    **{
        f"number of additional bed days, patients with length of stay of {days} days or over": measure
        for days, measure in zip((7, 14, 21), discharge.ADDITIONAL_BED_DAYS, strict=True)
    },
    "total number of delayed bed days in the month": discharge.DELAYED_BED_DAYS_MONTH,
}
# The counts for people of seven days and over are the same series under its later name. Those of
# 14 days lie inside it, and costs are money: neither is ever taken for it.
_REASON_GROUPS = ("delay reason", "delay reason los 7+")
_DOUBTS = {"nctr_census": doubts_of_census, "nctr_remaining": doubts_of_census, "nctr_discharged": doubts_of_discharges}


def is_long(table: Table) -> bool:
    """Has the table the headings of the long file, or most of them?"""
    return len({*_COLUMNS, "Org Code"} & set(table.heading)) > 3


def said(table: Table, places: PlaceCodes) -> Iterator[Said | Held]:
    """What each row of a configured organisation said. Raises FeedMalformed."""
    rows: list[tuple[str, Row, bool]] = []
    known = {*_METRICS, *_REASON_GROUPS}
    for place, row, is_whole in table.rows(places, "Org Code", _COLUMNS):
        if row.text("Level").casefold() in _LEVELS and known & {
            tidy(row.text("Metric")),
            tidy(row.text("Metric Group")),
        }:
            rows.append((place, row, is_whole))
    if not rows:
        raise FeedMalformed(f"{table.name}: none of the metrics that are read, at level PROVIDER or ICB; renamed?")
    of_month = _month_of_most(rows)
    groups = {tidy(row.text("Metric Group")) for _, row, _ in rows}
    reason_group = next((group for group in _REASON_GROUPS if group in groups), "")
    daily: dict[tuple[str, str], dict[date, tuple[str, float | None]]] = {}
    for place, row, is_whole in rows:
        group = tidy(row.text("Metric Group"))
        if group in _REASON_GROUPS and group != reason_group:
            continue
        try:
            found = _read(place, whole(row, is_whole), group, of_month)
        except RowHeld as why:
            yield Held(row.where, str(why), place)
            continue
        (reading,) = found.readings
        counted_on = day(row.text("Period"))
        seen = daily.setdefault((place, reading.measure), {})
        if reading.measure in _DOUBTS and counted_on not in seen:
            seen[counted_on] = (row.where, reading.value)
        else:
            yield found
    yield from _believed(daily)


def _month_of_most(rows: list[tuple[str, Row, bool]]) -> tuple[int, int]:
    """The year and month that most rows speak of: some rows carry the date of another month by mistake."""
    months: Counter[tuple[int, int]] = Counter()
    for _, row, _ in rows:
        try:
            counted_on = day(row.text("Period"))
        except RowHeld:
            continue
        months[(counted_on.year, counted_on.month)] += 1
    return months.most_common(1)[0][0] if months else (0, 0)


def _read(place: str, row: Row, group: str, of_month: tuple[int, int]) -> Said:
    try:
        counted_on = day(row.text("Period"))
    except RowHeld as why:
        raise RowHeld(f"Period {why}") from None
    measure = _METRICS.get(tidy(row.text("Metric")))
    period = measure.period if measure else Period.MONTH
    measure_id = measure.id if measure and group not in _REASON_GROUPS else reason_measure(row.text("Metric"))
    if period is not Period.WEEK and (counted_on.year, counted_on.month) != of_month:
        # A week may begin in the month before; a day or a month of another month is a mistake.
        year, month = of_month
        raise RowHeld(f"is dated {counted_on:%d %b %Y} in a file of {date(year, month, 1):%B %Y}")
    at = end_of_month(counted_on.year, counted_on.month) if period is Period.MONTH else end_of(counted_on)
    counted = measure is not None and period is Period.DAY
    value = row.count("Value") if counted else amount(row, "Value")
    return Said((place, measure_id, at), row.where, place, (Reading(measure_id, place, value, at),))


def _believed(daily: dict[tuple[str, str], dict[date, tuple[str, float | None]]]) -> Iterator[Said | Held]:
    for (place, measure), days in daily.items():
        doubts = _DOUBTS[measure]({d: value for d, (_, value) in days.items()}) if measure in _DOUBTS else {}
        for counted_on, (where, value) in days.items():
            if counted_on in doubts:
                yield Held(where, f"{counted_on:%d %b %Y}: {measure} {doubts[counted_on]}", place, measure)
            else:
                at = end_of(counted_on)
                yield Said((place, measure, at), where, place, (Reading(measure, place, value, at),))
