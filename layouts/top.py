"""What stands above every page: the way past it, the county, and the ways to the other pages."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from flowcentre.model import County, Picture
from layouts import alerts
from layouts.parts.tree import Child, Children, marked, needs
from layouts.ways import ways

CONTENT = "content"
SIGNED_IN, ACCESS = "/signed-in", "/access"


def top(picture: Picture, here: str, *more: Component) -> list[Component]:
    """The banner of a demonstration, and the bar with the pages and with ``more``; ``here`` is the address that is shown."""
    county = picture.county
    entries: list[Component] = [
        html.Li(way(way_words(picture, href, name), href, here=href == here)) for href, name in ways(picture)
    ]
    return [*first(picture), bar(county, entries, *more, here=here)]


def first(picture: Picture) -> list[Component]:
    """What comes before everything: the way past it all for whoever goes by keyboard, and the banner of a demonstration."""
    before: list[Component] = [html.A("Skip to the content", href=f"#{CONTENT}", className="skip")]
    if picture.county.demonstration:
        # A landmark, so that whoever goes from one to the next by screen reader comes past it.
        words = "Demonstration: every figure here is invented"
        before.append(html.Aside(words, id="demonstration", **marked(aria_label="Demonstration")))
    return before


def way_words(picture: Picture, href: str, name: str) -> list[Child]:
    """What a way is called: beside that to the alerts, how many stand."""
    count = html.Span(alerts.count_words(picture), id="alerts-count") if href == alerts.PATH else None
    return [name, count] if count is not None else [name]


def way(words: Children, href: str, *, here: bool) -> html.A:
    """A way to a page; that to the page that is shown says so without colour too."""
    current = marked(aria_current="page") if here else {}
    return html.A(words, href=href, className="here" if here else None, **current)


def bar(county: County, entries: list[Component], *more: Component, here: str = "") -> html.Header:
    """The bar: whose pages these are, and the ways to all of them."""
    if county.access.configured:  # who that is the page itself says: this is drawn once for all
        access = html.Li(way("Access", ACCESS, here=here.startswith(ACCESS)), **needs("administer"))
        entries = [*entries, access, html.Li(way("Your sign-in", SIGNED_IN, here=here == SIGNED_IN))]
    return html.Header(
        [
            html.P([html.Strong("Flow Centre"), html.Span(county.name)], className="brand"),
            html.Nav(html.Ul(entries), **marked(aria_label="Pages")),
            *more,
        ],
        id="top",
    )


def main_part(content: Children) -> html.Main:
    """The content of a page, to which one can skip."""
    return html.Main(content, id=CONTENT, tabIndex=-1)
