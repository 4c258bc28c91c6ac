"""The glossary of measures, drawn from the catalogue."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import ALL, HOUSES, by_id
from flowcentre.model import Measure, Picture
from layouts.parts.tree import marked
from layouts.parts.words import KIND_WORDS, PERIOD_WORDS, SUMMING_WORDS, WORSE_WORDS


def render(picture: Picture) -> Component:
    """Every measure there is: what it counts, in what, and how many become one."""
    here = {measure for _, measure in picture.values}
    return html.Div(
        [
            html.Header(
                [
                    html.H1("Measures"),
                    html.P(
                        f"{len(ALL)} measures, each defined once. {len(here)} of them are reported or worked out in "
                        f"{picture.county.name}.",
                        className="when",
                    ),
                    html.Nav(
                        [html.A(title, href=f"#{_anchor(title)}") for title, _ in HOUSES],
                        className="contents",
                        **marked(aria_label="Groups of measures"),
                    ),
                ],
                className="page-head",
            ),
            *(
                html.Section([html.H2(title, id=_anchor(title)), *(_measure(m, m.id in here) for m in measures)])
                for title, measures in HOUSES
            ),
        ],
        className="measures",
    )


def _anchor(title: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in title.casefold())


def _measure(measure: Measure, here: bool) -> html.Article:
    kind = KIND_WORDS[measure.stock_or_flow]
    across, over = SUMMING_WORDS[measure.across_places], SUMMING_WORDS[measure.over_time]
    facts = (
        f"Unit: {measure.unit}, {PERIOD_WORDS[measure.period]}. A {kind}. Across places: {across}. Over time: {over}. "
        f"{WORSE_WORDS[measure.worse].capitalize()}. "
    )
    if measure.formula is not None:
        inputs = "; ".join(by_id(i).label for i in measure.formula.inputs)
        facts += f"Worked out as {measure.formula.words}, from: {inputs}. "
    marks = [] if here else [html.Span("not in use here", className="tag")]
    if not measure.confirmed:
        marks.append(html.Span("definition not confirmed nationally", className="tag"))
    return html.Article(
        [
            html.H3([measure.label, *marks]),
            html.P(measure.definition),
            html.P(facts + f"Source: {measure.source}", className="what"),
            html.Code(measure.id),
        ],
        id=measure.id,
        className="measure",
    )
