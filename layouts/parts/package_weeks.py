"""Four weeks of waiting for care, from hospital and from the community, with the line of a day that people remember."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import dash_svg as svg
from dash import html
from dash.development.base_component import Component

from flowcentre.measures.derive import LONDON, local_day
from flowcentre.model import CareTerms, Setting
from flowcentre.picture.care_book import CareAnswered
from flowcentre.picture.package_weeks import DAYS, Waited
from flowcentre.picture.packages import Package
from layouts.parts.capacity_words import cell, table
from layouts.parts.list_links import Address
from layouts.parts.list_words import day_words
from layouts.parts.tree import Child, marked

_WIDTH, _HEIGHT = 1000, 180
_HEADROOM = 1.1
_Across = Callable[[datetime], float]  # percent of the drawing, from its left
_Up = Callable[[float], float]  # and from below


def weeks(answered: CareAnswered, address: Address[Package]) -> html.Article:
    """The chart with its words and, behind it, its table."""
    past, terms = answered.weeks, answered.chosen.picture.county.care
    known = [then.people for then in past if then.people is not None]
    what = f"waiting for care at home, the last {DAYS} days"
    if set(answered.chosen.filters.chosen) - {"locality"}:
        what += ": everybody there, whatever else is chosen"
    parts: list[Child] = [html.H3("How it has moved"), html.P(what, className="what")]
    if not known:
        parts.append(html.P("No list of these days is kept.", className="what"))
        return html.Article(parts, className="tile package-weeks")
    parts += [_chart(past, terms, _is_everybody(answered)), _legend(past, terms, _is_everybody(answered))]
    parts.append(
        html.Details([html.Summary("The same as a table"), _table(past)], id="weeks-table", className="as-table")
    )
    return html.Article(parts, className="tile package-weeks")


def _is_everybody(answered: CareAnswered) -> bool:
    """The remembered number is of the whole county: beside one locality's people it would mislead."""
    return len(answered.chosen.in_scope) == len(answered.chosen.lists)


def _chart(past: Sequence[Waited], terms: CareTerms, everybody: bool) -> Component:
    reference = terms.reference_waiting if everybody else None
    highest = max([then.people or 0 for then in past] + [reference or 0])
    most = _HEADROOM * highest or 1.0
    first, last = past[0].at, past[-1].at

    def x(at: datetime) -> float:
        return 100 * (at - first) / (last - first)

    def y(amount: float) -> float:
        return 100 * amount / most

    marks: list[Child] = []
    if reference is not None:
        said = html.B(_reference_words(terms))
        marks.append(html.Span(said, className="reference", style={"bottom": f"{y(reference):.2f}%"}))
    scale = [html.Span(f"{step:,}", style={"bottom": f"{y(step):.2f}%"}) for step in _steps(most)]
    mondays = [then.at for then in past if _is_monday_morning(then.at)]
    days = [html.Span(day_words(at).partition(" ")[2], style={"left": f"{x(at):.2f}%"}) for at in mondays]
    known = [then.people for then in past if then.people is not None]
    gaps = sum(then.people is None for then in past)
    words = f"Between {min(known):,.0f} and {max(known):,.0f} people waited"
    words += ", with gaps where a list was missing" if gaps else ""
    return html.Div(
        [
            html.Div(scale, className="scale", **marked(aria_hidden="true")),
            html.Div(
                [
                    svg.Svg(
                        [
                            svg.Path(d=_told(past, x), className="told"),
                            svg.Path(d=_area(past, x, y, top=True), className="community"),
                            svg.Path(d=_area(past, x, y, top=False), className="hospital"),
                        ],
                        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
                        preserveAspectRatio="none",
                        role="img",
                        **marked(aria_label=words),
                    ),
                    *marks,
                ],
                className="plot",
            ),
            html.Div(days, className="weeks-days", **marked(aria_hidden="true")),
        ],
        className="weeks-chart",
    )


def _area(past: Sequence[Waited], x: _Across, y: _Up, *, top: bool) -> str:
    """A filled area from the base line; the one behind reaches as high as both together. A gap is a gap."""
    path = ""
    run: list[tuple[float, float]] = []

    def close(run: list[tuple[float, float]]) -> str:
        steps = f"M{run[0][0]:g} {_HEIGHT}V{run[0][1]:g}"
        for (across, down), (_, before) in zip(run[1:], run, strict=False):
            steps += f"H{across:g}" + (f"V{down:g}" if down != before else "")
        # A moment that stands alone between gaps is as wide as a hair.
        return steps + ("h2" if len(run) == 1 else "") + f"V{_HEIGHT}Z"

    for then in past:
        amount = then.people if top else (then.hospital if then.people is not None else None)
        if amount is None:
            path, run = path + (close(run) if run else ""), []
            continue
        run.append((round(x(then.at) * _WIDTH / 100, 1), round(_HEIGHT - y(amount) * _HEIGHT / 100, 1)))
    return path + (close(run) if run else "")


def _told(past: Sequence[Waited], x: _Across) -> str:
    """The time of which a list told: what lies outside it stays hatched."""
    path = ""
    for then, after in zip(past, past[1:], strict=False):
        if then.people is not None and after.people is not None:
            left, right = round(x(then.at) * _WIDTH / 100, 1), round(x(after.at) * _WIDTH / 100, 1)
            path += f"M{left:g} 0H{right:g}V{_HEIGHT}H{left:g}Z"
    return path


def _steps(most: float) -> list[int]:
    sizes = (first * 10**power for power in range(9) for first in (1, 2, 5))
    return list(range(0, int(most) + 1, next(size for size in sizes if most / size <= 4)))


def _is_monday_morning(at: datetime) -> bool:
    local = at.astimezone(LONDON)
    return local.weekday() == 0 and local.hour < 6


def _reference_words(terms: CareTerms) -> str:
    day = terms.reference_day
    when = f" on {day.day} {day:%b %Y}" if day is not None else ""
    return f"{terms.reference_waiting:,}{when}"


def _legend(past: Sequence[Waited], terms: CareTerms, everybody: bool) -> Component:
    items: list[Child] = [
        html.Li([html.I(className=f"swatch {Setting.HOSPITAL.value}"), "from hospital"]),
        html.Li([html.I(className=f"swatch {Setting.COMMUNITY.value}"), "from the community, on top"]),
    ]
    if terms.reference_waiting is not None and everybody:
        items.append(html.Li([html.I(className="swatch reference"), f"remembered: {_reference_words(terms)}"]))
    if any(then.people is None for then in past):
        items.append(html.Li([html.I(className="swatch gap"), "a list was missing"]))
    return html.Ul(items, className="weeks-legend")


def _table(past: Sequence[Waited]) -> Component:
    """One row a day: its last six hours."""
    days: dict[object, Waited] = {local_day(then.at): then for then in past}
    rows = []
    for then in reversed(days.values()):
        if then.people is None or then.hospital is None or then.community is None:
            cells = [cell("People", "a list was missing"), cell("From hospital", ""), cell("From the community", "")]
        else:
            cells = [
                cell("People", f"{then.people:,.0f}"),
                cell("From hospital", f"{then.hospital:,.0f}"),
                cell("From the community", f"{then.community:,.0f}"),
            ]
        clock = f"{day_words(then.at)}, {then.at.astimezone(LONDON):%H:%M}"
        rows.append(html.Tr([html.Th(clock, scope="row"), *cells]))
    return table(["As at", "People", "From hospital", "From the community"], rows, "weeks-rows")
