"""Charts of published figures as plain Plotly dictionaries: bars and lines only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts.finished import to_html
from layouts.parts.rows import cell, folded, row, table
from layouts.parts.tree import marked

# From this day other reasons and destinations were counted (specification of 30 April 2024).
DEFINITIONS_CHANGED = date(2024, 5, 27)
# Told apart without colour by their dashes and by the name at the end of each line.
LINES = (
    ("#005eb8", "solid"),
    ("#006747", "dash"),
    ("#ae2573", "solid"),
    ("#425563", "dot"),
    ("#b35c00", "solid"),
    ("#330072", "dash"),
)
FAMILIES = ("#005eb8", "#ae2573", "#330072", "#b35c00", "#006747")
_INK, _GRID, _PAPER = "#231f20", "#d8dde0", "rgba(0,0,0,0)"
MONTHS = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar"]  # a financial year
Series = Sequence[tuple[date, float | None]]


def chart(title: str, says: str, figure: dict[str, Any], decimals: int = 0) -> html.Figure:
    """A chart under its title and the one sentence that it says, which is also its text alternative; then its numbers."""
    graph = dcc.Graph(
        figure=figure,
        config={"displayModeBar": False, "responsive": True},
        style={"height": f"{figure['layout']['height']}px"},
    )
    return html.Figure(
        [
            html.Figcaption([html.H3(title), html.P(says)]),
            html.Div(graph, role="img", **marked(aria_label=f"{title}. {says}")),
            _table(title, figure, decimals) if any(trace["name"] for trace in figure["data"]) else None,
        ],
        className="published-chart",
    )


def _table(title: str, figure: dict[str, Any], decimals: int) -> Component:
    """The numbers of a chart, a row for each day, month or part of a year; the newest first where it runs on."""
    traces, suffix = figure["data"], figure["layout"]["yaxis"].get("ticksuffix", "")
    values = [dict(zip(trace["x"], trace["y"], strict=True)) for trace in traces]
    spans = sorted({x for each in values for x in each}, reverse=True)
    if traces[0]["x"] == MONTHS:  # of the financial year, from April
        spans = MONTHS

    def said(value: float | None) -> str:
        return "no figure" if value is None else f"{value:,.{decimals}f}{suffix}"

    rows = [
        row(
            x if x in MONTHS else f"{date.fromisoformat(x):%B %Y}",
            [cell(trace["name"], said(each.get(x))) for trace, each in zip(traces, values, strict=True)],
        )
        for x in spans
    ]
    drawn = table(["Month", *(trace["name"] for trace in traces)], rows, "chart-rows", title, of_figures_alone=True)
    id = "".join(letter if letter.isalnum() else "-" for letter in title.casefold())
    # Finished: hundreds of cells are no work for Dash in the browser.
    return html.Div(
        className="finished", **marked(data_html=to_html(folded(f"{id}-table", "The same as a table", drawn)))
    )


def lines(series: Mapping[str, Series], *, suffix: str = "", decimals: int = 0, breaks: bool = False) -> dict[str, Any]:
    """Lines over time, each named at its end. A missing month is a gap in the line."""
    traces: list[dict[str, Any]] = []
    ends: list[tuple[str, float, str]] = []
    days = [day for points in series.values() for day, _ in points]
    for (name, points), (colour, dash) in zip(series.items(), LINES * 2, strict=False):
        x, y = _with_gaps(points)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": x,
                "y": y,
                "connectgaps": False,
                "line": {"color": colour, "dash": dash, "width": 2},
                "hovertemplate": f"%{{y:,.{decimals}f}}{suffix}",
            }
        )
        last = next((value for value in reversed(y) if value is not None), None)
        if last is not None:
            ends.append((name, last, colour))
    layout = _layout(right=168)
    layout["yaxis"] |= {"ticksuffix": suffix}
    layout["hovermode"] = "x unified"
    layout["annotations"] = _names(ends, traces)
    if breaks and days and min(days) < DEFINITIONS_CHANGED < max(days):
        _draw_break(layout)
    return {"data": traces, "layout": layout}


def _with_gaps(points: Series) -> tuple[list[str], list[float | None]]:
    """Days and values, with a gap put where time passes without a point."""
    x: list[str] = []
    y: list[float | None] = []
    steps = sorted(b[0] - a[0] for a, b in zip(points, points[1:], strict=False))
    usual = steps[len(steps) // 2] if steps else timedelta(days=1)
    before: date | None = None
    for day, value in points:
        if before is not None and day - before > 1.5 * usual:
            x.append((before + usual).isoformat())
            y.append(None)
        x.append(day.isoformat())
        y.append(value)
        before = day
    return x, y


def _names(ends: list[tuple[str, float, str]], traces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The names at the right, moved apart where lines end close together."""
    values = [value for trace in traces for value in trace["y"] if value is not None]
    if not values:
        return []
    apart = (max(values) - min(values)) / 14
    placed: list[tuple[str, float, str]] = []
    for name, value, colour in sorted(ends, key=lambda end: end[1]):
        placed.append((name, max(value, placed[-1][1] + apart) if placed else value, colour))
    return [
        {"text": name, "x": 1.01, "xref": "paper", "xanchor": "left", "y": y, "yanchor": "middle", "showarrow": False,
         "font": {"color": colour, "size": 12}}
        for name, y, colour in placed
    ]  # fmt: skip


def years(this: tuple[str, Series], last: tuple[str, Series]) -> dict[str, Any]:
    """Bars by month of the financial year, last year's beside this year's."""
    traces = []
    for (name, points), colour in ((last, "#aebdc8"), (this, "#005eb8")):
        values = {f"{day:%b}": value for day, value in points}
        traces.append(
            {"type": "bar", "name": name, "x": MONTHS, "y": [values.get(month) for month in MONTHS],
             "marker": {"color": colour}, "hovertemplate": "%{y:,.0f}"}
        )  # fmt: skip
    layout = _layout(legend=True)
    layout |= {"barmode": "group", "bargap": 0.25, "hovermode": "x unified"}
    return {"data": traces, "layout": layout}


def stacked(series: Mapping[str, Series]) -> dict[str, Any]:
    """Bars by month, one part for each name."""
    traces = [
        {"type": "bar", "name": name, "x": [day.isoformat() for day, _ in points], "y": [v for _, v in points],
         "marker": {"color": colour}, "hovertemplate": "%{y:,.0f}", "xperiod": "M1", "xperiodalignment": "middle"}
        for (name, points), colour in zip(series.items(), FAMILIES, strict=False)
    ]  # fmt: skip
    layout = _layout(legend=True)
    layout |= {"barmode": "stack", "bargap": 0.15, "hovermode": "x unified"}
    return {"data": traces, "layout": layout}


def _layout(*, right: int = 16, legend: bool = False, height: int = 300) -> dict[str, Any]:
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 56, "r": right, "t": 30 if legend else 14, "b": 30},
        "paper_bgcolor": _PAPER,
        "plot_bgcolor": _PAPER,
        "font": {"family": "Inter, Frutiger, Arial, sans-serif", "size": 13, "color": _INK},
        "showlegend": legend,
        "xaxis": {"showgrid": False, "linecolor": _GRID, "fixedrange": True},
        "yaxis": {"gridcolor": _GRID, "zeroline": False, "fixedrange": True, "automargin": True, "tickformat": ","},
        "hoverlabel": {"bgcolor": "#ffffff"},
    }
    if legend:
        layout["legend"] = {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.0,
            "yanchor": "bottom",
            "traceorder": "normal",
        }
    return layout


def _draw_break(layout: dict[str, Any]) -> None:
    day = DEFINITIONS_CHANGED.isoformat()
    layout["yaxis"]["domain"] = [0, 0.86]  # the words stand above the lines, not on them
    layout["shapes"] = [
        {"type": "line", "x0": day, "x1": day, "y0": 0, "y1": 1, "yref": "paper",
         "line": {"color": _INK, "width": 1.5, "dash": "dash"}}
    ]  # fmt: skip
    layout["annotations"].append(
        {"text": "definitions changed<br>27 May 2024", "x": day, "y": 1, "yref": "paper", "yanchor": "top",
         "xanchor": "right", "xshift": -4, "align": "right", "showarrow": False, "font": {"size": 11}}
    )  # fmt: skip
