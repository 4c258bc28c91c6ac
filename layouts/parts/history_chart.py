"""Weeks of one measure as a Plotly line, in the traces of the basic bundle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from flowcentre.model import Measure, Period, Point
from layouts.parts.tree import marked
from layouts.parts.words import LONDON, unit_words

DAYS = 28
_STEP = timedelta(minutes=15)  # what a screen can show of four weeks
_INK, _GRID, _LINE = "#425563", "#d8dfe3", "#005eb8"


def history_chart(history: Sequence[Point], measure: Measure, at: datetime) -> Component:
    """The chart; a sentence where nothing was ever recorded. A gap in the data is a gap in the line."""
    points = thinned([point for point in history if point.at <= at])
    if not any(point.value is not None for point in points):
        return html.P("Nothing is recorded for this time.")
    if measure.period in (Period.MOMENT, Period.SINCE_MIDNIGHT):
        points = [*points, Point(at, points[-1].value)]  # each value holds until the next is said
    local = [f"{point.at.astimezone(LONDON):%Y-%m-%d %H:%M}" for point in points]
    values = [point.value for point in points]
    unit = unit_words(measure) or measure.unit
    known = [value for value in values if value is not None]
    words = f"{measure.label}: from {min(known):,.{measure.decimals}f} to {max(known):,.{measure.decimals}f} {unit}"
    graph = dcc.Graph(
        figure={
            "data": [
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": local,
                    "y": values,
                    "connectgaps": False,
                    "line": {"shape": "hv", "width": 1.75, "color": _LINE},
                    "hovertemplate": f"%{{y:,.{measure.decimals}f}} {unit}<br>%{{x|%a %d %b %H:%M}}<extra></extra>",
                }
            ],
            "layout": {
                "height": 320,
                "margin": {"l": 56, "r": 16, "t": 8, "b": 40},
                "paper_bgcolor": "#ffffff",
                "plot_bgcolor": "#ffffff",
                "font": {"family": "Inter, Arial, sans-serif", "size": 14, "color": _INK},
                "hovermode": "x",
                "xaxis": {"type": "date", "gridcolor": _GRID, "tickformat": "%a %d %b", "automargin": True},
                "yaxis": {
                    "title": {"text": unit},
                    "gridcolor": _GRID,
                    "zerolinecolor": _INK,
                    "rangemode": "tozero",
                    "tickformat": ",",
                    "automargin": True,
                },
            },
        },
        config={"displaylogo": False, "displayModeBar": False, "responsive": True},
    )
    return html.Figure(graph, className="chart", role="img", **marked(aria_label=words))


def thinned(points: Sequence[Point]) -> list[Point]:
    """The last point of each quarter of an hour, where there are more than a screen can show."""
    if len(points) <= DAYS * 96:
        return list(points)
    last: dict[int, Point] = {}
    for point in points:
        last[int(point.at.timestamp() // _STEP.total_seconds())] = point
    return list(last.values())
