"""What the chart of a measure's past shows, as tables: for whoever cannot see a line, or wants the numbers.

Of a line that holds from one reading to the next: the last 24 hours hour by hour, which is what the small lines beside
figures draw too, and each day of its weeks. Of days, weeks and months: each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.derive import day_words, local_midnight
from flowcentre.model import Measure, Point
from layouts.finished import Markup, to_html
from layouts.parts.rows import cell, folded, row, table
from layouts.parts.tree import marked
from layouts.parts.words import LONDON, figure_text

ID = "history-table"
UNKNOWN = "not known"
_HOUR, _HOURS = timedelta(hours=1), 24
_MORE_THAN_A_DAY = timedelta(hours=36)  # from a midnight, this lies in the next day, be it 23, 24 or 25 hours long


def held_table(drawn: Sequence[Point], measure: Measure, at: datetime) -> Component:
    """The tables of a line on which each of ``drawn`` holds until the next, up to the moment ``at``; None is a gap."""
    hours = [
        row(_clock(moment), [cell(measure.short_label, _said(_holding(drawn, moment), measure))])
        for moment in (at - number * _HOUR for number in range(_HOURS + 1))
    ]
    days = []
    for start, end in _days(drawn[0].at, at):
        values = list(_values(drawn, start, end))
        if values:
            said = [figure_text(each, measure) for each in (min(values), max(values), values[-1])]
        else:
            said = [UNKNOWN, "", ""]
        cells = [cell(head, words) for head, words in zip(_OF_A_DAY, said, strict=True)]
        days.append(row(day_words(start + _MORE_THAN_A_DAY / 3), cells))
    return _folded(
        table(
            ["Hour", measure.short_label],
            hours,
            "history-rows",
            f"{measure.label}, the last 24 hours",
            of_figures_alone=True,
        ),
        table(
            ["Day", *_OF_A_DAY], reversed(days), "history-rows", f"{measure.label}, day by day", of_figures_alone=True
        ),
    )


def spans_table(spans: Sequence[tuple[str, float | None]], measure: Measure) -> Component:
    """The table of days, weeks or months, each by its name; the newest first."""
    rows = [row(name, [cell(measure.short_label, _said(value, measure))]) for name, value in reversed(spans)]
    return _folded(table(["When", measure.short_label], rows, "history-rows", measure.label, of_figures_alone=True))


_OF_A_DAY = ("Lowest", "Highest", "Last known")


def _folded(*tables: Markup) -> Component:
    """Finished: hundreds of cells are no work for Dash in the browser."""
    content = folded(ID, "The same as a table", html.Div(list(tables), className="history-tables"))
    return html.Div(className="finished", **marked(data_html=to_html(content)))


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%a %H:%M}"


def _said(value: float | None, measure: Measure) -> str:
    return UNKNOWN if value is None else figure_text(value, measure)


def _holding(drawn: Sequence[Point], moment: datetime) -> float | None:
    value = None
    for point in drawn:
        if point.at > moment:
            break
        value = point.value
    return value


def _days(first: datetime, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    start = local_midnight(first)
    while start <= at:
        end = local_midnight(start + _MORE_THAN_A_DAY)
        yield start, end
        start = end


def _values(drawn: Sequence[Point], start: datetime, end: datetime) -> Iterator[float]:
    """What held within a span, in its order."""
    before = _holding(drawn, start)
    if before is not None:
        yield before
    for point in drawn:
        if start < point.at < end and point.value is not None:
            yield point.value
