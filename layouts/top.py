"""What stands above finished pages that are none of Dash's: the county, and the ways to the others."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Picture
from layouts.parts.tree import marked
from layouts.ways import ways


def top(picture: Picture, here: str) -> list[Component]:
    """The banner of a demonstration, and the bar with the pages; ``here`` is the address that is shown."""
    county = picture.county
    entries = [
        html.Li(html.A(name, href=href, className="here" if href == here else None)) for href, name in ways(picture)
    ]
    above: list[Component] = [
        html.Header(
            [
                html.P([html.Strong("Flow Centre"), html.Span(county.name)], className="brand"),
                html.Nav(html.Ul(entries), **marked(aria_label="Pages")),
            ],
            id="top",
        )
    ]
    if county.demonstration:
        above.insert(0, html.P("Demonstration: every figure here is invented", id="demonstration"))
    return above
