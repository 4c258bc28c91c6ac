"""The packaged files of the discharge situation report: one subject each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from connectors._believed import Days, doubts_of_census, doubts_of_discharges
from connectors._national import Said, Table, amount, day, end_of, whole
from connectors._reasons import reason_measure
from flowcentre.feeds.contract import FeedMalformed, PlaceCodes, RowHeld
from flowcentre.feeds.tables import Row, end_of_month
from flowcentre.model import Held, Reading

_CODES = ("nhs_trust22_code", "icb22_code")
_CENSUS = "do_not_meet_criteria_to_reside"
_BY, _AFTER, _DISCHARGED = "discharged_by_1700", "discharged_between_1701_2359", "discharged_total"


@dataclass(frozen=True, slots=True)
class _Daily:
    """A subject that is counted each day."""

    measures: dict[str, str]  # measure -> column; the first is the one whose days are doubted
    doubts: Callable[[Days], dict[date, str]]


_SUBJECTS = (
    _Daily({"nctr_census": _CENSUS}, doubts_of_census),
    _Daily(
        {"nctr_discharged": _DISCHARGED, "nctr_discharged_by_1700": _BY, "nctr_discharged_after_1700": _AFTER},
        doubts_of_discharges,
    ),
)


def said(table: Table, places: PlaceCodes) -> Iterator[Said | Held]:
    """What each row said. Raises FeedMalformed where the headings are of no known subject."""
    reasons = {"delay_reason", "delay_count"}
    if reasons & set(table.heading):
        yield from _reasons(table, places)
        return
    for subject in _SUBJECTS:
        if set(subject.measures.values()) & set(table.heading):
            yield from _daily(table, places, subject)
            return
    known = ", ".join(repr(name) for name in (_CENSUS, _DISCHARGED, "delay_reason"))
    raise FeedMalformed(f"{table.name}: not a file of the discharge report: no column {known}; renamed?")


def _code(table: Table) -> str:
    found = [code for code in _CODES if code in table.heading]
    if len(found) != 1:
        raise FeedMalformed(f"{table.name}: column {' or '.join(repr(code) for code in _CODES)} is missing; renamed?")
    return found[0]


def _daily(table: Table, places: PlaceCodes, subject: _Daily) -> Iterator[Said | Held]:
    read: dict[str, list[tuple[date, str, dict[str, float | None]]]] = {}
    for place, row, is_whole in table.rows(places, _code(table), {"date", *subject.measures.values()}):
        try:
            counted_on = day(whole(row, is_whole).text("date"))
            figures = {measure: row.count(column) for measure, column in subject.measures.items()}
            _check_parts(figures)
        except RowHeld as why:
            yield Held(row.where, str(why), place)
        else:
            read.setdefault(place, []).append((counted_on, row.where, figures))
    main = next(iter(subject.measures))
    for place, days in read.items():
        doubts = subject.doubts({counted_on: figures[main] for counted_on, _, figures in days})
        for counted_on, where, figures in days:
            if counted_on in doubts:
                yield Held(where, f"{counted_on:%d %b %Y}: {subject.measures[main]} {doubts[counted_on]}", place, main)
            else:
                readings = tuple(Reading(m, place, v, end_of(counted_on)) for m, v in figures.items())
                yield Said((place, counted_on), where, place, readings)


def _check_parts(figures: dict[str, float | None]) -> None:
    if "nctr_discharged" not in figures:
        return
    total, by, after = figures.values()
    if total is not None and by is not None and after is not None and by + after != total:
        raise RowHeld(f"{_BY} {by:g} and {_AFTER} {after:g} are not the {_DISCHARGED} of {total:g}; columns swapped?")


def _reasons(table: Table, places: PlaceCodes) -> Iterator[Said | Held]:
    for place, row, is_whole in table.rows(places, _code(table), {"date", "delay_reason", "delay_count"}):
        try:
            said_reason = _reason(place, whole(row, is_whole))
        except RowHeld as why:
            yield Held(row.where, str(why), place)
        else:
            yield said_reason


def _reason(place: str, row: Row) -> Said:
    measure = reason_measure(row.text("delay_reason"))
    first = day(row.text("date"))
    at = end_of_month(first.year, first.month)
    reading = Reading(measure, place, amount(row, "delay_count"), at)
    return Said((place, measure, at), row.where, place, (reading,))
