"""The past of one measure as a Plotly line, in the traces of the basic bundle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from flowcentre.measures.derive import local_midnight
from flowcentre.model import Measure, Period, Picture, Point, Value
from layouts.parts.history_table import held_table, spans_table
from layouts.parts.sparkline import silence
from layouts.parts.tree import marked
from layouts.parts.words import LONDON, unit_words

_MOST = 28 * 96  # points that a screen can show
_STEP = timedelta(minutes=15)
_INK, _GRID, _LINE = "#425563", "#d8dfe3", "#005eb8"
_FOUR_WEEKS = (timedelta(days=28), "The last 28 days")
_YEAR = (timedelta(days=365), "The last year")
_SPANS = {Period.DAY: _YEAR, Period.WEEK: _YEAR, Period.MONTH: (timedelta(days=5 * 365 + 1), "The last five years")}
# How far apart two readings of neighbouring spans are at most; the size of a mark; what is read out of it.
_NEIGHBOURS = {
    Period.DAY: (timedelta(hours=36), 3, "%a %d %b %Y"),
    Period.WEEK: (timedelta(days=10), 6, "the week to %d %b %Y"),
    Period.MONTH: (timedelta(days=45), 7, "%B %Y"),
}
_GAPS = "Where there is no line, nothing was known."
_SHORTEST_GAP = timedelta(hours=6)  # an hour's silence in four weeks is thinner than the line


def span_shown(measure: Measure) -> tuple[timedelta, str]:
    """How far back the history of a measure is shown, and what that is called."""
    return _SPANS.get(measure.period, _FOUR_WEEKS)


def history_chart(history: Sequence[Point], measure: Measure, picture: Picture, value: Value) -> Component:
    """The chart up to the present ``value``; a sentence where nothing was ever recorded.

    A gap in the data is a gap in the line, and so is a silence in which the last number was too old.
    """
    at = picture.at
    points = thinned([point for point in history if point.at <= at])
    known = [point.value for point in points if point.value is not None]
    if not known:
        return html.P("Nothing is recorded for this time.")
    unit = unit_words(measure) or measure.unit
    words = f"{measure.label}: from {min(known):,.{measure.decimals}f} to {max(known):,.{measure.decimals}f} {unit}"
    # What is worked out is kept with the moment at which it was, whatever span it speaks of.
    spans = measure.period in _NEIGHBOURS and not value.derived
    if spans:
        days = _spans(points, measure, at)
        trace = _marks(days, measure)
        tables = spans_table([(f"{day:{_NEIGHBOURS[measure.period][2]}}", value) for day, value in days], measure)
    else:
        drawn = _steps(points, measure, picture, value)
        trace, tables = _line(drawn, at), held_table(drawn, measure, at)
    when = _NEIGHBOURS[measure.period][2] if spans else "%a %d %b %H:%M"
    trace |= {
        "type": "scatter",
        "connectgaps": False,
        "hovertemplate": f"%{{y:,.{measure.decimals}f}} {unit}<br>%{{x|{when}}}<extra></extra>",
    }
    graph = dcc.Graph(
        figure={
            "data": [trace],
            "layout": {
                "height": 320,
                "margin": {"l": 56, "r": 16, "t": 8, "b": 40},
                "paper_bgcolor": "#ffffff",
                "plot_bgcolor": "#ffffff",
                "font": {"family": "Inter, Arial, sans-serif", "size": 14, "color": _INK},
                "hovermode": "x",
                "xaxis": {
                    "type": "date",
                    "gridcolor": _GRID,
                    "tickformat": "%a %d %b" if span_shown(measure) is _FOUR_WEEKS else "%b %Y",
                    "automargin": True,
                },
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
    drawing = html.Figure(graph, className="chart", role="img", **marked(aria_label=words))
    gaps = html.P(_GAPS, className="what") if None in trace["y"] else None
    return html.Div([drawing, gaps, tables])


def _steps(points: Sequence[Point], measure: Measure, picture: Picture, value: Value) -> list[Point]:
    """Each value holds until the next is said, or until the gap that ends it."""
    silent_after = silence(picture, value)
    drawn = list(
        with_gaps(
            points,
            picture.at,
            max(silent_after, _SHORTEST_GAP) if silent_after else None,
            ends_at_midnight=measure.period is Period.SINCE_MIDNIGHT,
        )
    )
    until = picture.at if value.known else value.stale_at
    if until is not None and drawn[-1].at < until <= picture.at and drawn[-1].value is not None:
        drawn.append(Point(until, drawn[-1].value))
    return drawn


def _line(points: Sequence[Point], at: datetime) -> dict[str, Any]:
    drawn = list(_held(points))
    # One offset for the whole chart: on the clocks of an October night the line would run backwards.
    london = timezone(at.astimezone(LONDON).utcoffset() or timedelta(0))
    return {
        "mode": "lines",
        "x": [f"{point.at.astimezone(london):%Y-%m-%d %H:%M}" for point in drawn],
        "y": [point.value for point in drawn],
        "line": {"shape": "hv", "width": 1.75, "color": _LINE},
    }


def _spans(points: Sequence[Point], measure: Measure, at: datetime) -> list[tuple[date, float | None]]:
    """Each day, week or month by its own last day; a month by its first, which names it."""
    neighbours, _, _ = _NEIGHBOURS[measure.period]
    drawn = list(with_gaps(points, at, neighbours))
    days = [(point.at - timedelta(minutes=1)).astimezone(LONDON).date() for point in drawn]
    if measure.period is Period.MONTH:
        days = [day.replace(day=1) for day in days]
    return [(day, point.value) for day, point in zip(days, drawn, strict=True)]


def _marks(days: Sequence[tuple[date, float | None]], measure: Measure) -> dict[str, Any]:
    """A mark for each."""
    _, size, _ = _NEIGHBOURS[measure.period]
    return {
        "mode": "lines+markers",
        "x": [day.isoformat() for day, _ in days],
        "y": [value for _, value in days],
        "line": {"shape": "linear", "width": 1.75, "color": _LINE},
        "marker": {"size": size, "color": _LINE},
    }


def _held(points: Sequence[Point]) -> Iterator[Point]:
    """The points, with the value before each gap said once more where the gap begins: one point alone draws no line."""
    value = None
    for point in points:
        if point.value is None and value is not None:
            yield Point(point.at, value)
        yield point
        value = point.value


def with_gaps(
    points: Sequence[Point], until: datetime, gap_after: timedelta | None, *, ends_at_midnight: bool = False
) -> Iterator[Point]:
    """The points, and a gap where one was not followed in time; ``ends_at_midnight`` if none outlives its day."""
    for point, after in zip(points, [*(later.at for later in points[1:]), until], strict=True):
        yield point
        ends = [point.at + gap_after] if gap_after else []
        if ends_at_midnight:
            # 36 hours on from a local midnight lies in the next local day, be it 23, 24 or 25 hours long.
            ends.append(local_midnight(local_midnight(point.at) + timedelta(hours=36)))
        if point.value is not None and ends and min(ends) < after:
            yield Point(min(ends), None)


def thinned(points: Sequence[Point]) -> list[Point]:
    """The last point of each quarter of an hour, where there are more than a screen can show."""
    if len(points) <= _MOST:
        return list(points)
    last: dict[int, Point] = {}
    for point in points:
        last[int(point.at.timestamp() // _STEP.total_seconds())] = point
    return list(last.values())
