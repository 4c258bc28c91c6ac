"""The measure at one place with the limit of a rule, and below it when the rule would have stood: kept and proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import dash_svg as svg
from dash import html
from dash.development.base_component import Component

from flowcentre.measures.derive import day_words, local_midnight
from flowcentre.measures.watched import watched_by
from flowcentre.model import Firing, Measure, Point, Rehearsed, RuleKind
from flowcentre.picture.rehearsed import never_words
from layouts.parts.tree import Child, marked
from layouts.parts.words import LONDON, figure_text, length_words

_WIDTH, _HEIGHT, _EDGE, _STRIP = 1000, 120, 4, 12
_DAY = timedelta(days=1)
CALLED = {"kept": "in force", "proposed": "proposed"}
_UNSEEN = 2  # columns of nothing between two that are drawn as one line
_THINNEST = 2.0  # of a firing that would else be thinner than a line


def place_chart(name: str, subject: str, runs: Sequence[tuple[str, Rehearsed]]) -> Component:
    """The chart of one place. ``runs`` are what each rule would have done, by what it is called: the kept one first."""
    said, last = runs[-1]
    line, measure = last.lines.get(subject, ()), watched_by(last.rule)
    parts: list[Child] = [html.Figcaption([html.H3(name), html.P(_counted(subject, runs))])]
    drawn = _plot(line, measure, runs)
    if drawn is not None:
        parts.append(drawn)
    elif last.rule.kind is not RuleKind.SILENCE:
        parts.append(html.P("Nothing is known of this time here.", className="what"))
    parts += [_strip(called, subject, did) for called, did in runs]
    parts.append(html.Div([html.Span(words) for words in _days(last.start, last.end)], className="rehearsal-days"))
    if drawn is not None or any(firings_of(subject, did) for _, did in runs):
        parts.append(_table(name, subject, runs, line if drawn is not None else (), measure))
    return html.Figure(parts, className="rehearsal-place")


def firings_of(subject: str, did: Rehearsed) -> list[Firing]:
    """What a rule would have raised at one place, in its order."""
    return [firing for firing in did.firings if firing.subject == subject]


def _counted(subject: str, runs: Sequence[tuple[str, Rehearsed]]) -> str:
    return "; ".join(f"{CALLED[called]}: {_count_words(subject, did)}" for called, did in runs)


def _count_words(subject: str, did: Rehearsed) -> str:
    number = len(firings_of(subject, did))
    if subject not in did.rule.subjects:
        return "not watched"
    return never_words(did, subject) if not number else "once" if number == 1 else f"{number} times"


def _plot(line: Sequence[Point], measure: Measure | None, runs: Sequence[tuple[str, Rehearsed]]) -> Component | None:
    last = runs[-1][1]
    values = [point.value for point in line if point.value is not None]
    if measure is None or not values:
        return None
    levels = last.rule.kind in (RuleKind.LEVEL, RuleKind.TIME_AT_LEVEL, RuleKind.HELD)
    limits = [(called, did.rule.raise_at) for called, did in runs if levels and did.rule.raise_at is not None]
    low = min([*values, *(limit for _, limit in limits)])
    high = max([*values, *(limit for _, limit in limits)])
    room = (high - low) or 1.0

    def y(value: float) -> float:
        return round(_HEIGHT - _EDGE - (value - low) / room * (_HEIGHT - 2 * _EDGE), 1)

    drawn: list[Component] = [
        svg.Path(d=_path(line, last, y), className="line", vectorEffect="non-scaling-stroke"),
        *(
            svg.Path(d=f"M0 {y(limit):g}H{_WIDTH}", className=f"limit {called}", vectorEffect="non-scaling-stroke")
            for called, limit in limits
        ),
    ]
    words = f"{measure.label}: from {figure_text(low, measure)} to {figure_text(high, measure)}"
    scale = html.Div([html.Span(figure_text(high, measure)), html.Span(figure_text(low, measure))], className="ends")
    picture = svg.Svg(
        drawn,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        **marked(aria_label=words),
    )
    return html.Div([scale, picture], className="rehearsal-plot")


def _path(line: Sequence[Point], did: Rehearsed, y: Callable[[float], float]) -> str:
    """Steps, with a gap where nothing was known: of each column that a screen has, the lowest and the highest.

    A gap of a column or two is too narrow to be seen as one, and of many of them a line would be dust: it is drawn on.
    """
    columns: dict[int, list[float]] = {}
    known = sorted(line, key=lambda point: point.at)
    drawn, value, column = [], None, 0
    for point in [*known, Point(did.end, None)]:
        to = min(max(int(_x(point.at, did)), 0), _WIDTH)
        if value is not None:
            for each in range(column, max(to, column + 1)):
                columns.setdefault(each, []).append(value)
        value, column = point.value, to
    before: int | None = None
    for each in sorted(columns):
        low, high = min(columns[each]), max(columns[each])
        move = "L" if before is not None and each <= before + 1 + _UNSEEN else "M"
        drawn.append(f"{move}{each} {y(high):g}" + (f"L{each} {y(low):g}" if low < high else "h1"))
        before = each
    return "".join(drawn)


def _x(at: datetime, did: Rehearsed) -> float:
    return (at - did.start) / (did.end - did.start) * _WIDTH


def _strip(called: str, subject: str, did: Rehearsed) -> Component:
    found = firings_of(subject, did)
    bars = [
        svg.Rect(
            x=f"{_x(firing.raised_at, did):.1f}",
            y="0",
            width=f"{max(_x(firing.cleared_at or did.end, did) - _x(firing.raised_at, did), _THINNEST):.1f}",
            height=str(_STRIP),
            className=f"stood {called}",
        )
        for firing in found
    ]
    words = f"When the rule {CALLED[called]} would have stood: {_count_words(subject, did)}"
    strip = svg.Svg(
        bars,
        viewBox=f"0 0 {_WIDTH} {_STRIP}",
        preserveAspectRatio="none",
        role="img",
        **marked(aria_label=words),
    )
    return html.Div([html.Span(CALLED[called].capitalize()), strip], className="rehearsal-strip")


def _days(start: datetime, end: datetime) -> Iterator[str]:
    for share in (0, 0.25, 0.5, 0.75, 1):
        local = (start + share * (end - start)).astimezone(LONDON)
        yield f"{local.day} {local:%b}" if end - start > 3 * _DAY else f"{local:%a %H:%M}"


def _table(
    name: str, subject: str, runs: Sequence[tuple[str, Rehearsed]], line: Sequence[Point], measure: Measure | None
) -> Component:
    """The same, day by day: between what the figure lay, and how long each rule would have stood."""
    last = runs[-1][1]
    heads = [
        "Day",
        *([measure.short_label] if line and measure is not None else []),
        *(CALLED[called].capitalize() for called, _ in runs),
    ]
    rows = []
    for start, end in _each_day(last.start, last.end):
        cells: list[Component] = [html.Th(day_words(start), scope="row")]
        if line and measure is not None:
            cells.append(html.Td(_between(line, start, end, measure)))
        cells += [html.Td(_stood(subject, did, start, end)) for _, did in runs]
        rows.append(html.Tr(cells))
    table = html.Table(
        [
            html.Caption(f"{name}, day by day", className="unseen"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(rows),
        ],
        className="rehearsal-table",
    )
    return html.Details(
        [
            html.Summary("The same as a table"),
            html.Div(
                table, className="wide-table", tabIndex=0, role="region", **marked(aria_label=f"{name}, day by day")
            ),
        ]
    )


def _each_day(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        midnight = local_midnight(local_midnight(start) + 1.5 * _DAY)
        yield start, min(midnight, end)
        start = midnight


def _between(line: Sequence[Point], start: datetime, end: datetime, measure: Measure) -> str:
    values, before = [], None
    for point in sorted(line, key=lambda point: point.at):
        if point.at <= start:
            before = point.value
        elif point.at < end and point.value is not None:
            values.append(point.value)
    values += [before] if before is not None else []
    if not values:
        return "not known"
    low, high = (figure_text(each, measure) for each in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def _stood(subject: str, did: Rehearsed, start: datetime, end: datetime) -> str:
    found = firings_of(subject, did)
    spans = (min(each.cleared_at or end, end) - max(each.raised_at, start) for each in found)
    stood = sum((span for span in spans if span > timedelta(0)), timedelta(0))
    if stood:
        return length_words(stood)
    return "did not stand" if _is_known(did.lines.get(subject, ()), start, end) else "not known"


def _is_known(line: Sequence[Point], start: datetime, end: datetime) -> bool:
    before = [point for point in line if point.at <= start]
    within = [point for point in line if start < point.at < end]
    return any(point.value is not None for point in [*before[-1:], *within])
