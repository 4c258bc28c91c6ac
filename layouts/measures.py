"""The glossary of measures, drawn from the catalogue."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import ALL, beds, by_id, community, discharge, emergency, national
from flowcentre.model import Measure, Picture
from layouts.parts import links
from layouts.parts.tree import Children, marked
from layouts.parts.words import KIND_WORDS, PERIOD_WORDS, SUMMING_WORDS, WORSE_WORDS

HOUSES = (
    ("A&E and ambulances", emergency.MEASURES),
    ("Beds and no criteria to reside", beds.MEASURES),
    ("Outside hospital", community.MEASURES),
    ("Discharge: the national situation report", discharge.MEASURES),
    ("National monthly returns", national.MEASURES),
)


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
    facts: list[tuple[str, Children]] = [
        ("Unit", measure.unit),
        ("Speaks of", PERIOD_WORDS[measure.period]),
        ("Kind", KIND_WORDS[measure.stock_or_flow]),
        ("Across places", SUMMING_WORDS[measure.across_places]),
        ("Over time", SUMMING_WORDS[measure.over_time]),
        ("Worse when", WORSE_WORDS[measure.worse]),
    ]
    if measure.formula is not None:
        inputs = [
            part for i in measure.formula.inputs for part in (html.A(by_id(i).label, href=links.glossary(i)), ", ")
        ]
        facts.append(("Worked out as", [measure.formula.words, " (from ", *inputs[:-1], ")"]))
    facts.append(("Source", measure.source))
    marks = [] if here else [html.Span("not in use here", className="tag")]
    if not measure.confirmed:
        marks.append(html.Span("definition not confirmed nationally", className="tag"))
    return html.Article(
        [
            html.H3([measure.label, *marks]),
            html.P(measure.definition),
            html.Dl([html.Div([html.Dt(name), html.Dd(said)]) for name, said in facts], className="facts"),
            html.P(html.Code(measure.id), className="what"),
        ],
        id=measure.id,
        className="measure",
    )
