"""The provider return of A&E: the headings of types 1, 2 and 3 stand in it three times over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from connectors._national import Said, Table, month, whole
from flowcentre.feeds.contract import FeedMalformed, PlaceCodes, RowHeld
from flowcentre.feeds.tables import Row, tidy
from flowcentre.model import Held, Reading

_TYPES = ("type1", "type2", "type3")
_MEASURES = {
    **{f"ae_attendances_{key}_month": f"attended {key}" for key in _TYPES},
    "ae_attendances_month": "attended all",
    **{f"ae_over_4h_{key}_month": f"over {key}" for key in _TYPES},
    "ae_over_4h_month": "over all",
    "emergency_admissions_ae_month": "admitted_ae",
    "emergency_admissions_other_month": "admitted_other",
    "emergency_admissions_month": "admitted",
    "decision_to_admit_over_4h_month": "decision_4h",
    "decision_to_admit_over_12h_month": "decision_12h",
}
TYPE_HEADING = re.compile(r"type [123] departments\b")
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


def returned(table: Table, places: PlaceCodes) -> Iterator[Said | Held]:
    """What the return says of each configured trust. Raises FeedMalformed."""
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
        readings = tuple(Reading(measure, place, figures[column], at) for measure, column in _MEASURES.items())
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
