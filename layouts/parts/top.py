"""What stands above finished pages that are none of Dash's: the county, and the ways to the others."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Picture
from flowcentre.picture.typed import may_be_typed
from layouts.parts import links
from layouts.parts.tree import marked
from layouts.services import acute_sites


def top(picture: Picture, here: str) -> list[Component]:
    """The banner of a demonstration, and the bar with the pages; ``here`` is the address that is shown."""
    county = picture.county
    # A county without a hospital has no page of demand: what it has instead stands at the same address.
    first = "Demand" if acute_sites(county) else "First page"
    pages = [("/", first), ("/feeds", "Feeds"), ("/measures", "Measures"), ("/wall", "Walls")]
    if may_be_typed(county):
        pages.insert(3, (links.type_in(), "Type in"))
    ways = [html.Li(html.A(name, href=href, className="here" if href == here else None)) for href, name in pages]
    above: list[Component] = [
        html.Header(
            [
                html.P([html.Strong("Flow Centre"), html.Span(county.name)], className="brand"),
                html.Nav(html.Ul(ways), **marked(aria_label="Pages")),
            ],
            id="top",
        )
    ]
    if county.demonstration:
        above.insert(0, html.P("Demonstration: every figure here is invented", id="demonstration"))
    return above
