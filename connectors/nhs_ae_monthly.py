"""A&E attendances and emergency admissions by month: the provider return, and two packaged series of it.

Three layouts are told apart by their headings:

- the return itself, with the headings of types 1, 2 and 3 three times over, told apart by their order;
- the packaged series of trusts and of integrated care boards from April 2021, totals only;
- the packaged series of 2016 to 2019, a row for each type of department.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from connectors._national import PublishedFiles, Said, Table, each_once, fetch_changed, month, whole
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
        return fetch_changed(self.settings, since)

    def parse(self, document: Document) -> Iterator[Fact]:
        """The readings of whichever layout the document has. Raises FeedMalformed for any other."""
        table = Table(document)
        headings = {tidy(name) for name in table.heading}
        if {"org_code", "type", "breaches"} & headings:
            yield from each_once(_by_type(table, self.places))
        elif {"nhs_trust22_code", "icb22_code"} & headings:
            yield from each_once(_totals(table, self.places))
        elif any(_TYPE_HEADING.match(name) for name in headings):
            yield from each_once(_return(table, self.places))
        else:
            raise FeedMalformed(
                f"{table.name}: not a layout of A&E figures: no column 'Type 1 Departments - Major A&E', "
                "'nhs_trust22_code', 'icb22_code' or 'org_code'"
            )


# --- The provider return ----------------------------------------------------------------------------

_TYPE_HEADING = re.compile(r"type [123] departments\b")
# A lost dash has been seen as 0: "Type 1 Departments 0 Major A&E".
_RETURN = {
    "type1": r"type 1 departments\W*0?\W*major a&e",
    "type2": r"type 2 departments\W*0?\W*single specialty",
    "type3": r"type 3 departments\W*0?\W*other a&e/minor injury unit",
}
_GROUPS = {
    "attended": "total attendances",
    "within": "total attendances < 4 hours",
    "over": "total attendances > 4 hours",
}
_SINGLE = {
    "percent": r"percentage in 4 hours or less \(all\)",
    "percent_type1": r"percentage in 4 hours or less \(type 1\)",
    "percent_type2": r"percentage in 4 hours or less \(type 2\)",
    "percent_type3": r"percentage in 4 hours or less \(type 3\)",
    "admitted_type1": r"emergency admissions via type 1 a&e",
    "admitted_type2": r"emergency admissions via type 2 a&e",
    "admitted_type3": r"emergency admissions via type 3 and 4 a&e",
    "admitted_ae": r"total emergency admissions via a&e",
    "admitted_other": r"other emergency admissions \(i\.?e\.? not via a&e\)",
    "admitted": r"total emergency admissions",
    "decision_4h": r"number of patients spending >4 hours from decision to admit to admission",
    "decision_12h": r"number of patients spending >12 hours from decision to admit to admission",
}


def _return(table: Table, places: PlaceCodes) -> Iterator[Said | Held]:
    names = _named(table)
    table.heading = names
    dated = "Period" in names
    columns = {*_SINGLE, *(f"{group} {key}" for group in _GROUPS for key in (*_TYPES, "all"))}
    if not dated:
        try:
            of_file = month(table.name)
        except RowHeld:
            raise FeedMalformed(f"{table.name}: no month in the name of the file and no column 'Period'") from None
    for place, row, is_whole in table.rows(places, "Code", {*columns, "Period"} if dated else columns):
        try:
            at = month(whole(row, is_whole).text("Period")) if dated else of_file
            figures = {column: row.count(column) for column in columns if not column.startswith("percent")}
            _check_return(row, figures)
        except RowHeld as why:
            yield Held(row.where, str(why), place)
            continue
        wanted = {
            **{measure: f"attended {key}" for measure, key in zip(_BY_TYPE, _TYPES, strict=True)},
            _ATTENDANCES: "attended all",
            **{measure: f"over {key}" for measure, key in zip(_OVER_BY_TYPE, _TYPES, strict=True)},
            _OVER: "over all",
            _THROUGH_AE: "admitted_ae",
            _OTHERWISE: "admitted_other",
            _ADMISSIONS: "admitted",
            _DECISION_4H: "decision_4h",
            _DECISION_12H: "decision_12h",
        }
        readings = tuple(Reading(measure, place, figures[column], at) for measure, column in wanted.items())
        yield Said((place, at), row.where, place, readings)


def _named(table: Table) -> list[str]:
    """The headings by our own names: each group of types ends in its total, and so says which it is.

    Raises FeedMalformed where the groups do not stand as they should: a figure that was taken for
    another would be worse than none.
    """
    names: list[str] = []
    open_group: list[int] = []
    for heading in table.heading:
        text = tidy(heading)
        key = next((key for key, pattern in _RETURN.items() if re.fullmatch(pattern, text)), None)
        group = next((group for group, total in _GROUPS.items() if text == total), None)
        if key is not None:
            open_group.append(len(names))
            names.append(key)
        elif group is not None:
            found = [names[i] for i in open_group]
            if found != list(_TYPES):
                raise FeedMalformed(f"{table.name}: not one column for each type of department before {heading!r}")
            for i in open_group:
                names[i] = f"{group} {names[i]}"
            open_group = []
            names.append(f"{group} all")
        else:
            single = next((name for name, pattern in _SINGLE.items() if re.fullmatch(pattern, text)), None)
            names.append(single or {"code": "Code", "period": "Period"}.get(text, heading))
    missing = [name for name in _SINGLE if name not in names]
    missing += [_GROUPS[group] for group in _GROUPS if f"{group} all" not in names]
    if missing or open_group:
        raise FeedMalformed(f"{table.name}: no column for {', '.join(missing) or 'a total of types'}; renamed?")
    return names


def _check_return(row: Row, figures: Mapping[str, float | None]) -> None:
    """Hold a row whose figures do not agree with one another: columns may have changed places."""
    for group in _GROUPS:
        _adds_up(figures, [f"{group} {key}" for key in _TYPES], f"{group} all")
    for key in (*_TYPES, "all"):
        _adds_up(figures, [f"within {key}", f"over {key}"], f"attended {key}")
    _adds_up(figures, ["admitted_type1", "admitted_type2", "admitted_type3"], "admitted_ae")
    _adds_up(figures, ["admitted_ae", "admitted_other"], "admitted")
    over_4h, over_12h = figures["decision_4h"], figures["decision_12h"]
    if over_4h is not None and over_12h is not None and over_12h > over_4h:
        raise RowHeld("more over 12 hours from the decision to admit than over 4; columns swapped?")
    for column, key in (("percent", "all"), *((f"percent_{key}", key) for key in _TYPES)):
        percent, attended, within = _percent(row, column), figures[f"attended {key}"], figures[f"within {key}"]
        if percent is not None and attended and within is not None and abs(percent - 100 * within / attended) > 0.06:
            raise RowHeld(
                f"{within:,.0f} of {attended:,.0f} within 4 hours is not the {percent:g} % that stands beside it"
            )


def _adds_up(figures: Mapping[str, float | None], parts: list[str], total: str) -> None:
    values = [figures[part] for part in parts]
    whole_figure = figures[total]
    if whole_figure is None or any(value is None for value in values):
        return
    added = sum(value for value in values if value is not None)
    if added != whole_figure:
        raise RowHeld(f"{' + '.join(parts)} are {added:,.0f} and not the {total} of {whole_figure:,.0f}")


def _percent(row: Row, column: str) -> float | None:
    """ "73.60%" or "73.6" as 73.6; None where there is none. Raises RowHeld."""
    cells = row.cells | {column: row.text(column).removesuffix("%")}
    return Row(row.where, cells, row.places).number(column)


# --- The packaged series ----------------------------------------------------------------------------


def _totals(table: Table, places: PlaceCodes) -> Iterator[Said | Held]:
    code = "icb22_code" if "icb22_code" in table.heading else "nhs_trust22_code"
    wanted = {
        _ATTENDANCES: "total_attendances",
        _OVER: "attendances_over_4hours",
        _ADMISSIONS: "total_emergency_admissions",
        _DECISION_4H: "emergency_admissions_over_4hours",
    }
    share = "pct_attendance_over_4hours"
    for place, row, is_whole in table.rows(places, code, {*wanted.values(), share, "date"}):
        try:
            at = month(whole(row, is_whole).text("date"))
            figures = {measure: row.count(column) for measure, column in wanted.items()}
            attended, over, stated = figures[_ATTENDANCES], figures[_OVER], row.number(share)
            if attended and over is not None and stated is not None and abs(over / attended - stated) > 0.0061:
                raise RowHeld(f"{over:,.0f} of {attended:,.0f} over 4 hours is not the stated share of {stated:g}")
        except RowHeld as why:
            yield Held(row.where, str(why), place)
            continue
        yield Said((place, at), row.where, place, tuple(Reading(m, place, v, at) for m, v in figures.items()))


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
