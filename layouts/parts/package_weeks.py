"""Four weeks of waiting for care, from hospital and from the community, with the line of a day that people remember."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dash_svg as svg
from dash import html
from dash.development.base_component import Component

from flowcentre.measures.derive import LONDON, day_words
from flowcentre.model import CareTerms, Setting
from flowcentre.picture.care_book import CareAnswered
from flowcentre.picture.package_weeks import DAYS, Waited
from flowcentre.picture.packages import AT_HOME
from layouts.finished import Markup
from layouts.parts.rows import cell, folded, row, table
from layouts.parts.scale import round_steps
from layouts.parts.tree import Child, marked

_TITLE = "How it has moved"
_SLOT, _GAP, _HEIGHT = 100, 8, 1000  # of a day, in the drawing's own units
_HEADROOM = 1.1
_Up = Callable[[float], float]  # percent of the drawing, from below


def weeks(answered: CareAnswered) -> html.Article:
    """The chart with its words and, behind it, its table."""
    past, terms = answered.weeks, answered.chosen.picture.county.care
    known = [then.people for then in past if then.people is not None]
    what = f"everybody waiting for care at home at the end of each of {DAYS} days, and now"
    if set(answered.chosen.filters.chosen) - {"locality"}:
        what += ", whatever else is chosen"
    title = html.H3(_TITLE)
    if not AT_HOME & answered.chosen.filters.in_force["service"]:
        none = html.P("Known of those who wait for care at home alone, not of recovery beds.", className="what")
        return html.Article([title, none], className="tile package-weeks", **marked(aria_label=_TITLE))
    parts: list[Child] = [title, html.P(what, className="what")]
    if not known:
        parts.append(html.P("No list of these days was recent enough, or none is kept.", className="what"))
        return html.Article(parts, className="tile package-weeks", **marked(aria_label=_TITLE))
    parts += [
        _chart(past, terms, _is_everybody(answered), looks_back=answered.looks_back),
        _legend(past, terms, _is_everybody(answered)),
    ]
    parts.append(folded("weeks-table", "The same as a table", _table(past)))
    return html.Article(parts, className="tile package-weeks", **marked(aria_label=_TITLE))


def _is_everybody(answered: CareAnswered) -> bool:
    """The remembered number is of the whole county: beside one locality's people it would mislead."""
    return len(answered.chosen.in_scope) == len(answered.chosen.lists)


def _chart(past: Sequence[Waited], terms: CareTerms, everybody: bool, *, looks_back: bool) -> Component:
    reference = terms.reference_waiting if everybody else None
    most = _HEADROOM * max([then.people or 0 for then in past] + [reference or 0]) or 1.0

    def y(amount: float) -> float:
        return 100 * amount / most

    marks: list[Child] = []
    if reference is not None:
        # Its words stand in the legend: on the line they would cover the columns that rise above it.
        marks.append(html.Span(className="reference", style={"bottom": f"{y(reference):.2f}%"}))
    scale = [html.Span(f"{step:,}", style={"bottom": f"{y(step):.2f}%"}) for step in round_steps(most)]
    share = 100 / len(past)
    days = [
        html.Span(day_words(then.at).partition(" ")[2], style={"left": f"{number * share:.2f}%"})
        for number, then in enumerate(past[:-3])
        if then.at.astimezone(LONDON).weekday() == 0
    ]
    now = "then" if looks_back else "now"
    days.append(html.Span(now, className="now"))
    known = [then.people for then in past if then.people is not None]
    gaps = len(past) - len(known)
    words = f"Between {min(known):,.0f} and {max(known):,.0f} people waited"
    words += f"; on {gaps} of {len(past)} days a list was missing or not whole" if gaps else ""
    return html.Div(
        [
            html.Div(scale, className="scale", **marked(aria_hidden="true")),
            html.Div(
                [
                    svg.Svg(
                        [
                            svg.Path(
                                d=_columns(past, lambda then: None if then.people is None else 100), className="told"
                            ),
                            svg.Path(d=_columns(past, _height(y, lambda then: then.people)), className="community"),
                            svg.Path(d=_columns(past, _height(y, _hospital)), className="hospital"),
                        ],
                        viewBox=f"0 0 {_SLOT * len(past)} {_HEIGHT}",
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


def _hospital(then: Waited) -> float | None:
    return then.hospital if then.people is not None else None


def _height(y: _Up, of: Callable[[Waited], float | None]) -> Callable[[Waited], float | None]:
    return lambda then: None if (amount := of(then)) is None else y(amount)


def _columns(past: Sequence[Waited], height: Callable[[Waited], float | None]) -> str:
    """A column for each day that a list told of; that of now stands a little apart."""
    path = ""
    for number, then in enumerate(past):
        percent = height(then)
        if percent is None:
            continue
        behind = percent == 100  # it shows where a list told, and stands under the columns without a gap
        left = _SLOT * number + (0 if behind else 3 * _GAP if number == len(past) - 1 else _GAP)
        top = round(_HEIGHT - percent * _HEIGHT / 100)
        path += f"M{left} {_HEIGHT}V{top}H{_SLOT * (number + 1)}V{_HEIGHT}Z"
    return path


def _reference_words(terms: CareTerms) -> str:
    day = terms.reference_day
    when = f" on {day.day} {day:%b %Y}" if day is not None else ""
    return f"{terms.reference_waiting:,} waited{when}, a day that people remember"


def _legend(past: Sequence[Waited], terms: CareTerms, everybody: bool) -> Component:
    items: list[Child] = [
        html.Li([html.I(className=f"swatch {Setting.HOSPITAL.value}"), "from hospital"]),
        html.Li([html.I(className=f"swatch {Setting.COMMUNITY.value}"), "from the community, on top"]),
    ]
    if terms.reference_waiting is not None and everybody:
        items.append(html.Li([html.I(className="swatch reference"), _reference_words(terms)]))
    if any(then.people is None for then in past):
        items.append(html.Li([html.I(className="swatch gap"), "a list was missing or not whole"]))
    return html.Ul(items, className="weeks-legend")


def _table(past: Sequence[Waited]) -> Markup:
    """One row a day, the newest first."""
    rows = []
    for then in reversed(past):
        if then.people is None or then.hospital is None or then.community is None:
            cells = [
                cell("People", "a list was missing or not whole"),
                cell("From hospital", ""),
                cell("From the community", ""),
            ]
        else:
            cells = [
                cell("People", f"{then.people:,.0f}"),
                cell("From hospital", f"{then.hospital:,.0f}"),
                cell("From the community", f"{then.community:,.0f}"),
            ]
        clock = f"{day_words(then.at)}, {then.at.astimezone(LONDON):%H:%M}"
        rows.append(row(clock, cells))
    return table(
        ["As at", "People", "From hospital", "From the community"], rows, "weeks-rows", _TITLE, of_figures_alone=True
    )
