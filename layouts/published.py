"""The page of published figures: real counties, from national files, each figure with its time and age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import by_id
from flowcentre.measures.discharge import REASONS
from flowcentre.model import Picture, Place, PlaceKind
from flowcentre.picture.years import financial_year, year_words
from layouts.parts import published_charts as charts
from layouts.parts import published_reasons as reasons
from layouts.parts.published_figures import Figures, Histories
from layouts.parts.published_tables import NOT_FOR_BOARDS, as_at, change_words, latest_table, year_table
from layouts.parts.tree import moved_sideways
from layouts.parts.words import date_words, figure_text
from layouts.top import way
from layouts.ways import PUBLISHED

_REPORTED = (
    "ae_attendances_month",
    "ae_over_4h_month",
    "decision_to_admit_over_12h_month",
    "emergency_admissions_month",
    "ga_beds_open_month",
    "ga_beds_occupied_month",
    "nctr_census",
    "nctr_discharged",
)


def needed(picture: Picture, place: str | None = None) -> list[tuple[str, str]]:
    """The histories that ``render`` wants, as (place, measure): of every trust and board, or of one place."""
    places = picture.county.places
    shown = [places[place]] if place else list(places.of_kind(PlaceKind.TRUST, PlaceKind.INTEGRATED_CARE_BOARD))
    wanted = [(shown_place.id, measure) for shown_place in shown for measure in _REPORTED]
    return wanted + [
        (shown_place.id, reason.measure_id)
        for shown_place in shown
        if shown_place.kind is PlaceKind.TRUST
        for reason in REASONS
    ]


def since(picture: Picture) -> datetime:
    """From when the histories are wanted: five financial years, the present one included."""
    return picture.at.replace(year=financial_year(picture.at.date()) - 5, month=4, day=1)


def render(picture: Picture, histories: Histories, place: str | None = None) -> Component:
    """The whole page, of all trusts or of one trust or board. ``histories`` holds what ``needed`` names."""
    figures = Figures(picture, histories)
    shown = picture.county.places.get(place) if place else None
    system = picture.county.places.system
    read = f"Read on {date_words(picture.at)}. "
    if picture.looks_back:
        read = (
            f"The time up to {date_words(picture.at)}, as it is known now: figures published since are included, "
            "although nobody knew them then. "
        )
    return html.Div(
        [
            html.Header(
                [
                    html.H1(shown.name if shown else system.name),
                    html.P(
                        [
                            read,
                            "Published by NHS England, weeks or months after the time that they speak of. "
                            "Nothing here is the present: each figure carries its time.",
                        ]
                    ),
                    _places(figures, shown),
                ],
                className="published-head",
            ),
            *(_one(figures, shown) if shown else _all(figures)),
        ],
        className="published",
    )


def _places(figures: Figures, shown: Place | None) -> html.Nav:
    """Every place that has a page of its own."""
    every = [(None, "All trusts")] + [(p.id, p.label) for p in (*figures.trusts, *figures.boards)]
    here = shown.id if shown else None
    return html.Nav(
        [way(name, f"{PUBLISHED}?place={id}" if id else PUBLISHED, here=id == here) for id, name in every],
        **{"aria-label": "Places"},  # type: ignore[arg-type]
    )


def _all(figures: Figures) -> list[Component]:
    trusts = figures.trusts
    return [
        _section("Latest figures", latest_table(figures, PUBLISHED), _ROUNDED + _BOARDS + _held(figures)),
        _section(
            "Year to date against the same part of last year",
            year_table(figures, trusts, "All trusts"),
            "Only months (or days) that a trust has in both years are counted, so that like is set against like. "
            + _BREAK,
        ),
        html.Section(
            [
                _by_trust(figures, "A&E four-hour performance, all types", "ae_4h_performance_month"),
                _by_trust(figures, "General and acute bed occupancy", "ga_occupancy_month"),
                _by_trust(figures, "No criteria to reside, remaining at midnight: month's mean", "nctr_remaining"),
                reasons.families(figures, trusts),
            ],
            className="published-charts",
        ),
        reasons.ranked(figures, trusts),
    ]


def _one(figures: Figures, place: Place) -> list[Component]:
    board = place.kind is PlaceKind.INTEGRATED_CARE_BOARD
    measures = [m for m in ("ae_attendances_month", "ae_4h_performance_month", "decision_to_admit_over_12h_month",
                            "emergency_admissions_month", "ga_occupancy_month", "nctr_census", "nctr_discharged",
                            "nctr_remaining") if not (board and m in NOT_FOR_BOARDS)]  # fmt: skip
    drawn = [
        _attendances(figures, place),
        _line(figures, place, "A&E four-hour performance, all types", ["ae_4h_performance_month"]),
        _line(figures, place, "No criteria to reside: month's mean of the days", ["nctr_census", "nctr_remaining"]),
    ]
    if not board:
        beds = _line(figures, place, "General and acute beds", ["ga_beds_open_month", "ga_beds_occupied_month"])
        drawn.append(beds)
    note = "A board's figures count every provider in its area, not only the trusts shown here. " if board else _ROUNDED
    return [
        _section("Latest figures", _tiles(figures, place, measures), note),
        _section(
            "Year to date against the same part of last year",
            year_table(figures, [place], place.label, measures),
            _BREAK,
        ),
        html.Section(drawn, className="published-charts"),
        *([] if board else [reasons.ranked(figures, [place])]),
    ]


_BOARDS = (
    "A board's figure counts every provider in its area, and so is not the sum of the trusts above. "
    "Beds and waits of 12 hours are not published for boards here."
)
_ROUNDED = (
    "Occupancy is worked out from the published averages, which are whole beds: the rate that NHS England publishes "
    "beside them was taken before rounding, and can differ by some tenths of a percentage point. "
)
_BREAK = "† The definitions of the discharge report changed on 27 May 2024: figures on either side are not strictly comparable."


def _section(title: str, content: Component, note: str | None = None) -> html.Section:
    told: list[Any] = [html.H2(title), html.Div(content, className="published-scroll", **moved_sideways(title))]
    if note:
        told.append(html.P(note, className="note"))
    return html.Section(told)


def _held(figures: Figures) -> str:
    held = sum(status.today.held for status in figures.picture.feeds)
    return f" {held:,} rows were held back today and are in none of these figures: see Feeds." if held else ""


def _tiles(figures: Figures, place: Place, measures: Sequence[str]) -> html.Div:
    tiles = []
    for measure_id in measures:
        measure, point = by_id(measure_id), figures.latest(place.id, measure_id)
        value = figure_text(point.value, measure) if point and point.value is not None else "no figure"
        told = html.Small("nothing has been published")
        if point is not None:
            time, _, age = as_at(measure, point.at, figures.picture.at).partition(", ")
            told = html.Small([f"as at {time},", html.Br(), age])
        tiles.append(html.Div([html.Span(measure.short_label), html.Strong(value), told]))
    return html.Div(tiles, className="published-tiles")


def _by_trust(figures: Figures, title: str, measure_id: str) -> Component:
    measure = by_id(measure_id)
    series = {place.label: figures.monthly(place.id, measure_id) for place in figures.trusts}
    # A month of which few days are known has no mean yet: the newest that has a figure speaks.
    newest = max((month for points in series.values() for month, v in points if v is not None), default=None)
    says = "Nothing has been published."
    if newest is not None:
        ends = [
            (name, v) for name, points in series.items() for month, v in points if month == newest and v is not None
        ]
        low, high = min(ends, key=lambda end: end[1]), max(ends, key=lambda end: end[1])
        says = f"{newest:%B %Y}: {figure_text(low[1], measure)} at {low[0]} to {figure_text(high[1], measure)} at {high[0]}."
    percent = measure.unit == "%"
    drawn = charts.lines(
        series, suffix=" %" if percent else "", decimals=measure.decimals, breaks=measure_id.startswith("nctr")
    )
    return charts.chart(title, says, drawn, measure.decimals)


def _line(figures: Figures, place: Place, title: str, measures: Sequence[str]) -> Component:
    series = {by_id(m).short_label: figures.monthly(place.id, m) for m in measures}
    told = [
        f"{by_id(m).short_label} {figure_text(p.value, by_id(m))}"
        for m in measures
        if (p := figures.latest(place.id, m)) is not None and p.value is not None
    ]
    newest = figures.newest(measures[0], [place])
    says = (
        f"As at {as_at(by_id(measures[0]), newest, figures.picture.at)}: {', '.join(told)}." if newest else "No figure."
    )
    percent = by_id(measures[0]).unit == "%"
    breaks = measures[0].startswith("nctr")
    drawn = charts.lines(series, suffix=" %" if percent else "", decimals=by_id(measures[0]).decimals, breaks=breaks)
    return charts.chart(title, says, drawn, by_id(measures[0]).decimals)


def _attendances(figures: Figures, place: Place) -> Component:
    points = figures.monthly(place.id, "ae_attendances_month")
    found = figures.year_to_date("ae_attendances_month", [place])
    if found is None:
        return charts.chart("A&E attendances by month", "No figure.", charts.years(("", ()), ("", ())))
    this, last = ([p for p in points if financial_year(p[0]) == year] for year in (found.year, found.year - 1))
    name, before = year_words(found.year), year_words(found.year - 1)
    says = f"{name} to {found.cut_off.day} {found.cut_off:%B %Y}: {change_words(found)} on the same part of {before}."
    return charts.chart("A&E attendances by month", says, charts.years((name, this), (before, last)))
