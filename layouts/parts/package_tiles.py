"""The small pieces that the tiles of the packages page are made of."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from flowcentre.picture.listed import Chosen
from flowcentre.picture.packages import Package
from layouts.parts import links
from layouts.parts.list_links import Address, choice_marks
from layouts.parts.list_words import least, least_sign
from layouts.parts.tree import Child, marked


def tile(title: str, what: str, *content: Child, kind: str = "") -> html.Article:
    """One tile: what it is, of whom, and the figures."""
    return html.Article(
        [html.H3(title), html.P(what, className="what"), *content],
        className=f"tile package-tile {kind}".rstrip(),
        **marked(aria_label=title),
    )


def told(address: Address[Package], chosen: Chosen[Package], measure: str, words: Child) -> Child:
    """Words that lead to where a measure explains itself, where what is chosen now is just what it counts."""
    facets = chosen.filters.chosen
    localities = facets.get("locality", frozenset())
    if address.at is not None or set(facets) - {"locality"} or len(localities) > 1:
        return words
    place = next(iter(localities), chosen.picture.county.places.system.id)
    if (place, measure) not in chosen.picture.values:
        return words
    return html.A(words, href=links.explain(place, measure), title="where it comes from")


def at_least(words: str, short: bool) -> Child:
    """A sum of what is known; "at least" stands small before it."""
    return html.Span([html.Span("at least ", className="least"), words]) if short else words


def choose(address: Address[Package], count: int, short: bool, *, sign: bool = False, **choices: str) -> Child:
    """A count that leads to the people; where there is nobody, the count alone."""
    words = least_sign(count, short) if sign else least(count, short)
    if not count:
        return words
    mark = "-".join((*choices, *choices.values()))
    return html.A(words, href=address.with_(**choices).href, id=f"top-{mark}", **choice_marks(address, **choices))


@dataclass(frozen=True, slots=True)
class Bar:
    """One of the parts that a count falls into: its words, how many, and the value that chooses them."""

    words: str
    count: int
    value: str


def bars(address: Address[Package], facet: str, parts: list[Bar], short: bool) -> Component:
    """Each part as a link with its bar; a click again takes the choice away."""
    most = max((part.count for part in parts), default=0) or 1
    items = []
    for part in parts:
        choice = {facet: part.value}
        items.append(
            html.Li(
                html.A(
                    [
                        html.Span(part.words),
                        html.I(style={"width": f"{100 * part.count / most:.1f}%"}, **marked(aria_hidden="true")),
                        html.B(least_sign(part.count, short)),
                    ],
                    href=address.turned(**choice).href,
                    id=f"{facet}-{part.value}",
                    **choice_marks(address, **choice),
                )
            )
        )
    return html.Ul(items, className="package-bars")
