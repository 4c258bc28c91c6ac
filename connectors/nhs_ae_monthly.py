"""A&E attendances and emergency admissions by month: the provider return, and two packaged series of it.

Three layouts are told apart by their headings:

- the return itself, with the headings of types 1, 2 and 3 three times over, told apart by their order;
- the packaged series of trusts and of integrated care boards from April 2021, totals only;
- the packaged series of 2016 to 2019, a row for each type of department.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from connectors._ae_return import TYPE_HEADING, returned
from connectors._national import PublishedFiles, Said, Table, each_once, fetch_changed, month, whole
from connectors._repeated import MonthRow, repeated_months
from flowcentre.feeds.contract import Bookmark, Connector, Document, FeedMalformed, Payload, PlaceCodes, RowHeld
from flowcentre.feeds.tables import Row, tidy
from flowcentre.model import Fact, Held, Reading

_TYPES = ("type1", "type2", "type3")
_BY_TYPE = tuple(f"ae_attendances_{key}_month" for key in _TYPES)
_OVER_BY_TYPE = tuple(f"ae_over_4h_{key}_month" for key in _TYPES)
_ATTENDANCES, _OVER = "ae_attendances_month", "ae_over_4h_month"
_THROUGH_AE, _OTHERWISE = "emergency_admissions_ae_month", "emergency_admissions_other_month"
_ADMISSIONS = "emergency_admissions_month"
_DECISION_4H, _DECISION_12H = "decision_to_admit_over_4h_month", "decision_to_admit_over_12h_month"


class AeSettings(PublishedFiles):
    """Where the files are. The return is believed over the packaged series, so it stands last."""

    files: tuple[str, ...] = ("*ae_attendances.csv*", "*accidents_emergency.csv*", "*-AE*.csv*")


class NhsAeMonthly(Connector):
    """Attendances, those over four hours, and emergency admissions, for each trust and month."""

    provides = (
        *_BY_TYPE,
        _ATTENDANCES,
        *_OVER_BY_TYPE,
        _OVER,
        _THROUGH_AE,
        _OTHERWISE,
        _ADMISSIONS,
        _DECISION_4H,
        _DECISION_12H,
    )
    Settings = AeSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        """The files that have changed, and the returns after them, which are believed over the rest."""
        assert isinstance(self.settings, AeSettings)
        return fetch_changed(self.settings, self.places, since)

    def parse(self, document: Document) -> Iterator[Fact]:
        """The readings of whichever layout the document has. Raises FeedMalformed for any other."""
        table = Table(document)
        headings = {tidy(name) for name in table.heading}
        if {"org_code", "type", "breaches"} & headings:
            yield from each_once(_by_type(table, self.places))
        elif {"nhs_trust22_code", "icb22_code"} & headings:
            yield from each_once(_totals(table, Table(document), self.places))
        elif any(TYPE_HEADING.match(name) for name in headings):
            yield from each_once(returned(table, self.places))
        else:
            raise FeedMalformed(
                f"{table.name}: not a layout of A&E figures: no column 'Type 1 Departments - Major A&E', "
                "'nhs_trust22_code', 'icb22_code' or 'org_code'"
            )


# --- The packaged series ----------------------------------------------------------------------------


def _totals(table: Table, all_england: Table, places: PlaceCodes) -> Iterator[Said | Held]:
    """``all_england`` is the table once more, for what only the whole file can tell."""
    code, kind = ("icb22_code", "boards") if "icb22_code" in table.heading else ("nhs_trust22_code", "trusts")
    wanted = {
        _ATTENDANCES: "total_attendances",
        _OVER: "attendances_over_4hours",
        _ADMISSIONS: "total_emergency_admissions",
        _DECISION_4H: "emergency_admissions_over_4hours",
    }
    share = "pct_attendance_over_4hours"
    repeated = repeated_months(_months(all_england, code, wanted.values()))
    for place, row, is_whole in table.rows(places, code, {*wanted.values(), share, "date"}):
        try:
            at = month(whole(row, is_whole).text("date"))
            if again := repeated.get(at):
                raise RowHeld(
                    f"{_named(at)} is {_named(again.month)} again at all {again.places} {kind}; "
                    "the figures of another month?"
                )
            figures = {measure: row.count(column) for measure, column in wanted.items()}
            attended, over, stated = figures[_ATTENDANCES], figures[_OVER], row.number(share)
            if attended and over is not None and stated is not None and abs(over / attended - stated) > 0.0061:
                raise RowHeld(f"{over:,.0f} of {attended:,.0f} over 4 hours is not the stated share of {stated:g}")
        except RowHeld as why:
            yield Held(row.where, str(why), place)
            continue
        yield Said((place, at), row.where, place, tuple(Reading(m, place, v, at) for m, v in figures.items()))


def _months(table: Table, code: str, columns: Collection[str]) -> Iterator[MonthRow]:
    """Every organisation's figures, ours and others."""
    table.require({code, "date", *columns})
    place, date, *figures = (table.heading.index(column) for column in (code, "date", *columns))
    for _, cells, is_whole in table.lines():
        try:
            at = month(cells[date])
        except RowHeld:
            continue
        if is_whole:
            yield MonthRow(at, cells[place], tuple(cells[i] for i in figures))


def _named(month_end: datetime) -> str:
    return f"{month_end - timedelta(days=1):%B %Y}"


_TYPE_NAMES = {"1": "type1", "2": "type2", "other": "type3", "3": "type3"}


def _by_type(table: Table, places: PlaceCodes) -> Iterator[Said | Held]:
    """One row for each type of department. A type without a row is a department that is not there."""
    months: dict[tuple[str, datetime], dict[str, tuple[float | None, float | None, float | None]]] = {}
    doubtful: set[tuple[str, datetime]] = set()
    newest, stood = None, ""
    for place, row, is_whole in table.rows(
        places, "org_code", ["period", "type", "attendances", "breaches", "admissions"]
    ):
        try:
            at = month(row.text("period"))
        except RowHeld as why:
            yield Held(row.where, f"period {why}", place)
            continue
        newest, stood = (place, at), row.where
        try:
            key, figures = _of_type(whole(row, is_whole))
        except RowHeld as why:
            doubtful.add((place, at))
            yield Held(row.where, str(why), place)
            continue
        types = months.setdefault((place, at), {})
        if types.setdefault(key, figures) != figures:
            doubtful.add((place, at))
        attended, over, _ = figures
        readings = (
            Reading(f"ae_attendances_{key}_month", place, attended, at),
            Reading(f"ae_over_4h_{key}_month", place, over, at),
        )
        yield Said((place, at, key), row.where, place, readings)
    if newest is not None and stood == table.last:
        doubtful.add(newest)  # the file may have been cut off before another type of this month
    for (place, at), types in months.items():
        if (place, at) not in doubtful:
            for measure, values in zip(
                (_ATTENDANCES, _OVER, _THROUGH_AE), zip(*types.values(), strict=True), strict=True
            ):
                known = [value for value in values if value is not None]
                total = sum(known) if len(known) == len(values) else None
                yield Said((place, at, measure), table.name, place, (Reading(measure, place, total, at),))


def _of_type(row: Row) -> tuple[str, tuple[float | None, float | None, float | None]]:
    """The type of department, and its attendances, those over four hours, and admissions. Raises RowHeld."""
    key = _TYPE_NAMES.get(row.text("type").casefold())
    if key is None:
        raise RowHeld("type is not a type of department")
    attended, over, admitted = row.count("attendances"), row.count("breaches"), row.count("admissions")
    if attended is not None and over is not None and over > attended:
        raise RowHeld("more breaches than attendances; columns swapped?")
    return key, (attended, over, admitted)
