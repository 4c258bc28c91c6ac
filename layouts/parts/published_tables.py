"""Tables of published figures: the latest of each place, and the year to date against last year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from dash import dcc, html

from flowcentre.measures import by_id
from flowcentre.model import Measure, Place, Summing
from flowcentre.picture.years import YearToDate, last_day, year_words
from layouts.parts import links
from layouts.parts.published_charts import DEFINITIONS_CHANGED
from layouts.parts.published_figures import Figures
from layouts.parts.words import DASH, NO_BREAK, figure_text, span_words

LATEST = (
    (
        "A&E in the month",
        (
            "ae_attendances_month",
            "ae_4h_performance_month",
            "decision_to_admit_over_12h_month",
            "emergency_admissions_month",
        ),
    ),
    (
        "General and acute beds, month's average",
        ("ga_beds_open_month", "ga_beds_occupied_month", "ga_occupancy_month"),
    ),
    ("No criteria to reside, on the day", ("nctr_census", "nctr_discharged", "nctr_remaining")),
)
COLUMNS = tuple(measure for _, group in LATEST for measure in group)
NOT_FOR_BOARDS = frozenset(
    {"decision_to_admit_over_12h_month", "ga_beds_open_month", "ga_beds_occupied_month", "ga_occupancy_month"}
)
COMPARED = COLUMNS
_BROKEN = frozenset({"nctr_census", "nctr_discharged", "nctr_remaining"})


def months_old(observed_at: datetime, at: datetime) -> str:
    """How old a figure is whose time ended at ``observed_at``: "20 days old", "14 months old"."""
    days = (at - observed_at).days
    return f"{days} days old" if days < 62 else f"{days // 30} months old"


def as_at(measure: Measure, observed_at: datetime, at: datetime) -> str:
    """What time a figure speaks of, and its age: "31 August 2025, 14 months old"."""
    return f"{span_words(measure, observed_at, at)}, {months_old(observed_at, at)}"


def latest_table(figures: Figures, link: str) -> html.Table:
    """A row for each trust, all of them together, and a row for each board; every figure with its time."""
    trusts, boards = figures.trusts, figures.boards
    newest = {measure_id: figures.newest(measure_id, trusts) for measure_id in COLUMNS}
    groups: list[Any] = [html.Td()] + [
        html.Th(name, colSpan=len(group), scope="colgroup", className="first") for name, group in LATEST
    ]
    heads: list[Any] = [html.Th("Trust", scope="col")]
    for measure_id in COLUMNS:
        measure, moment = by_id(measure_id), newest[measure_id]
        told: list[Any] = [measure.short_label]
        if moment is not None:
            told += [html.Br(), html.Small(as_at(measure, moment, figures.picture.at))]
        heads.append(html.Th(told, scope="col", title=measure.definition, className=_edge(measure_id)))
    return html.Table(
        [
            html.Thead([html.Tr(groups), html.Tr(heads)]),
            html.Tbody([_row(figures, place, newest, link) for place in trusts]),
            html.Tbody([_together_row(figures, trusts, newest)], className="total"),
            html.Tbody([_row(figures, place, newest, link) for place in boards], className="boards"),
        ],
        className="published-table",
    )


def _row(figures: Figures, place: Place, newest: dict[str, datetime | None], link: str) -> html.Tr:
    cells: list[Any] = [html.Th(dcc.Link(place.label, href=f"{link}?place={place.id}"), scope="row")]
    for measure_id in COLUMNS:
        point = figures.latest(place.id, measure_id)
        if point is None or point.value is None:
            board = place in figures.boards and measure_id in NOT_FOR_BOARDS
            why = "not published for boards" if board else "no figure"
            cells.append(html.Td(DASH, title=why, className=f"none {_edge(measure_id)}"))
            continue
        measure = by_id(measure_id)
        text: list[Any] = [html.A(figure_text(point.value, measure), href=links.explain(place.id, measure_id))]
        if place in figures.boards:
            text = [figure_text(point.value, measure)]
        if point.at != newest[measure_id]:
            text += [html.Br(), html.Small(f"as at {_short(measure, point.at, figures.picture.at)}")]
        cells.append(html.Td(text, className=_edge(measure_id)))
    return html.Tr(cells)


def _short(measure: Measure, observed_at: datetime, at: datetime) -> str:
    last = last_day(observed_at)
    words = f"{last:%b %Y}" if measure.period == "month" else f"{last.day} {last:%b %Y}"
    return f"{words}, {months_old(observed_at, at)}"


def _together_row(figures: Figures, trusts: Sequence[Place], newest: dict[str, datetime | None]) -> html.Tr:
    cells: list[Any] = [html.Th("All trusts together", scope="row")]
    for measure_id in COLUMNS:
        moment = newest[measure_id]
        found = figures.together(measure_id, trusts, moment) if moment is not None else None
        if found is None or found.value is None:
            cells.append(html.Td(DASH, className=f"none {_edge(measure_id)}"))
            continue
        measure = by_id(measure_id)
        text: list[Any] = [figure_text(found.value, measure)]
        if found.reporting < found.expected:
            # A silent trust adds to a count; a share may move either way without it.
            least = measure.across_places is Summing.SUM and measure_id != "nctr_remaining"
            text = [f"at least {text[0]}" if least else text[0], html.Br()]
            text.append(html.Small(f"{found.reporting} of {found.expected} trusts"))
        cells.append(html.Td(text, className=_edge(measure_id)))
    return html.Tr(cells)


def _edge(measure_id: str) -> str:
    return "first" if any(group[0] == measure_id for _, group in LATEST) else ""


def year_table(figures: Figures, places: Sequence[Place], name: str, measures: Sequence[str] = COMPARED) -> html.Table:
    """A row for each measure: this year to date, the same part of last year, and the change; then each trust's change."""
    apart = places if len(places) > 1 else ()
    heads = ["Measure", "Counted to", f"{name}: this year", "last year", "Change", "Compared"]
    rows = []
    for measure_id in measures:
        found = figures.year_to_date(measure_id, places)
        if found is None or not found.compared:
            continue
        cells = [
            html.Th([found.measure.label, html.Br(), html.Small(_how(found))], scope="row"),
            html.Td([_day(found.cut_off), html.Br(), html.Small(f"{year_words(found.year)} against {year_words(found.year - 1)}")],
                    className="words"),
            html.Td(_figure(found, found.this_year), className="first"),
            html.Td(_figure(found, found.last_year)),
            html.Td(change_words(found), className="change"),
            html.Td(found.words, className="words"),
        ]  # fmt: skip
        for place in apart:
            own = figures.year_to_date(measure_id, [place])
            edge = "change first" if place is apart[0] else "change"
            cells.append(html.Td(_change_cell(own, found), className=edge))
        rows.append(html.Tr(cells))
    heads_apart = [html.Th(place.label, scope="col", className="first" if place is apart[0] else "") for place in apart]
    return html.Table(
        [html.Thead(html.Tr([*(html.Th(head, scope="col") for head in heads), *heads_apart])), html.Tbody(rows)],
        className="published-table published-years",
    )


def crosses_break(found: YearToDate) -> bool:
    """Does last year's part hold days from before the definitions changed, and this comparison thus mix the two?"""
    if found.measure.id not in _BROKEN:
        return False
    starts = date(found.year - 1, 4, 1), date(found.year, 4, 1)
    ends = found.last_cut_off, found.cut_off
    return any(start < DEFINITIONS_CHANGED <= end for start, end in zip(starts, ends, strict=True))


def _how(found: YearToDate) -> str:
    how = {"sum": "added up", "mean": "averaged", "ratio of sums": "from summed inputs"}[found.measure.over_time]
    return f"{how}; last year crosses the change of definitions †" if crosses_break(found) else how


def _figure(found: YearToDate, value: float | None) -> str:
    return DASH if value is None else figure_text(value, found.measure)


def change_words(found: YearToDate) -> str:
    """The change with its sign: "▲ +1,204 (+3.1 %)", "▼ −1.4 points"; the sign is that of the figures, not of good or bad."""
    difference, percentage = found.difference, found.percentage
    if difference is None:
        return DASH
    if found.measure.unit == "%":
        return f"{_shaped(difference, 1)}{NO_BREAK}points"
    share = f" ({_signed(percentage, 1)}{NO_BREAK}%)" if percentage is not None else ""
    return f"{_shaped(difference, 0)}{share}"


def _change_cell(own: YearToDate | None, all_of_them: YearToDate) -> list[Any]:
    if own is None or own.difference is None:
        return [DASH]
    words = change_words(own) if own.percentage is None else f"{_shaped(own.percentage, 1)}{NO_BREAK}%"
    notes = []
    if own.cut_off != all_of_them.cut_off:
        notes.append(f"to {_day(own.cut_off)}")
    if own.compared < own.possible:
        notes.append(own.words)
    return [words, html.Br(), html.Small(", ".join(notes))] if notes else [words]


def _shaped(change: float, decimals: int) -> str:
    """With the way it went; a change that rounds to nothing went none."""
    said = _signed(change, decimals)
    shape = "▲" if said.startswith("+") else "▼" if said.startswith("\N{MINUS SIGN}") else "="
    return f"{shape}{NO_BREAK}{said}"


def _signed(value: float, decimals: int) -> str:
    text = f"{value:+,.{decimals}f}".replace("-", "\N{MINUS SIGN}")
    return text if text.strip("+\N{MINUS SIGN}0.,") else f"{0:.{decimals}f}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
