"""Why people remain in hospital: the national reasons for delay, ranked, and their families by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import by_id, figure
from flowcentre.measures.discharge import DELAY_FAMILIES, FAMILIES, REASONS
from flowcentre.model import Place
from flowcentre.picture.years import last_day
from layouts.parts import published_charts as charts
from layouts.parts.published_figures import Figures
from layouts.parts.published_tables import as_at
from layouts.parts.tree import moved_sideways
from layouts.parts.words import DASH

LARGEST = 12  # reasons that are shown one by one where several trusts are


def families(figures: Figures, places: Sequence[Place]) -> Component:
    """People remaining for each family of reasons, by month."""
    title = "Kinds of reason for delay, all trusts"
    first = REASONS[0].measure_id
    moments = sorted({point.at for place in places for point in figures.points(place.id, first)})
    if not moments:
        return charts.chart(title, "Nothing has been published.", charts.stacked({}))
    series, silent = {}, set()
    for family, measure in zip(FAMILIES, DELAY_FAMILIES, strict=True):
        assert measure.formula is not None
        rows = []
        for moment in moments:
            counts = []
            for place in places:
                inputs = {i: figures.at(place.id, i, moment) for i in measure.formula.inputs}
                known = {i: value for i, value in inputs.items() if value is not None}
                if len(known) < len(inputs):
                    silent.add(f"{place.label} in {last_day(moment):%B %Y}")
                else:
                    counts.append(figure(measure.formula, known) or 0.0)
            rows.append((last_day(moment).replace(day=1), sum(counts) if counts else None))
        series[family] = rows
    missing = f" Without {', '.join(sorted(silent))}, which gave none." if silent else ""
    return charts.chart(title, f"People remaining for each kind of reason, by month.{missing}", charts.stacked(series))


def ranked(figures: Figures, places: Sequence[Place]) -> Component:
    """Every reason in use in the newest month, the largest first, as bars in a table, with each place's own count."""
    moments = [moment for reason in REASONS if (moment := figures.newest(reason.measure_id, places)) is not None]
    if not moments:
        return _section("Nothing has been published.", None)
    newest = max(moments)
    totals = [(reason, figures.together(reason.measure_id, places, newest)) for reason in REASONS]
    rows = sorted(((r, t.value) for r, t in totals if t.value), key=lambda row: -row[1])
    counted = sum(value for _, value in rows)
    fewest = min(total.reporting for _, total in totals)
    says = f"As at {as_at(by_id(REASONS[0].measure_id), newest, figures.picture.at)}: {counted:,.0f} people"
    says += f", {fewest} of {len(places)} trusts" if fewest < len(places) else ""
    says += f", {len(rows)} of the {len(REASONS)} national reasons in use." + _of_remaining(figures, places, newest)
    apart = places if len(places) > 1 else ()
    heads = [
        html.Th(name, scope="col") for name in ("Reason", "Kind of reason", "People", *(place.label for place in apart))
    ]
    longest = rows[0][1] if rows else 1.0
    shown = rows if len(places) == 1 else rows[:LARGEST]
    body = []
    for reason, value in shown:
        measure = by_id(reason.measure_id)
        own = [figures.at(place.id, reason.measure_id, newest) for place in apart]
        colour = charts.FAMILIES[FAMILIES.index(reason.family)]
        cells: list[Any] = [
            html.Th(measure.short_label, scope="row"),
            html.Td(reason.family, className="words"),
            html.Td(_bar(value, longest, colour), className="words"),
            *(
                html.Td(DASH if count is None else f"{count:,.0f}", className="none" if not count else "")
                for count in own
            ),
        ]
        body.append(html.Tr(cells))
    if len(rows) > len(shown):
        others = [[figures.at(p.id, r.measure_id, newest) or 0.0 for r, _ in rows[LARGEST:]] for p in apart]
        cells = [html.Th(f"The other {len(rows) - len(shown)} reasons", scope="row"), html.Td()]
        cells.append(html.Td(_bar(sum(value for _, value in rows[LARGEST:]), longest, None), className="words"))
        body.append(html.Tr([*cells, *(html.Td(f"{sum(counts):,.0f}") for counts in others)]))
    return _section(says, html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="published-table"))


def _section(says: str, content: Component | None) -> html.Section:
    return html.Section(
        [
            html.H2("Reasons for delay"),
            html.P(says, className="note"),
            html.Div(content, className="published-scroll", **moved_sideways("Reasons for delay")),
        ],
        className="published-reasons",
    )


def _bar(value: float, longest: float, colour: str | None) -> html.Div:
    """A bar and its figure; without a colour, for many reasons together, the figure alone."""
    width = f"{max(1.0, 80 * value / longest):.1f}%"
    style = {"width": width, "background": colour}
    bar = [html.I(style=style, **{"aria-hidden": "true"})] if colour else []  # type: ignore[arg-type]
    return html.Div([*bar, html.Span(f"{value:,.0f}")], className="bar")


def _of_remaining(figures: Figures, places: Sequence[Place], newest: datetime) -> str:
    """The reasons do not cover everyone who remains: how many do, so that nobody takes them for all."""
    month = last_day(newest).replace(day=1)
    means = [dict(figures.monthly(place.id, "nctr_remaining")).get(month) for place in places]
    known = [mean for mean in means if mean is not None]
    if len(known) < len(places):
        return ""
    return f" Reasons are counted for some of those who remain: {sum(known):,.0f} did so on the mean day of that month."
