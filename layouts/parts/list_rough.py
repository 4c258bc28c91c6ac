"""The counts of those whom an address chooses, with small numbers hidden: for whoever may see no rows of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dash import html
from dash.development.base_component import Component

from flowcentre.model import SmallNumbers
from flowcentre.picture.list_book import Answered
from flowcentre.picture.list_small import hide_small, seen
from flowcentre.picture.list_sums import Count, counts_by, those_counted
from flowcentre.picture.listed import T
from flowcentre.picture.suppression import HIDDEN
from layouts.parts.list_choice import chips, head, looks_back
from layouts.parts.list_links import Address
from layouts.parts.list_page import ListPage
from layouts.parts.tree import Child, marked, moved_sideways
from layouts.parts.words import DASH


def rough_counts(page: ListPage[T], answered: Answered[T], address: Address[T], limits: SmallNumbers) -> list[Child]:
    """The heading, what is chosen, about how many that leaves, and these by each facet."""
    chosen = answered.chosen
    people = those_counted(chosen)
    number = None if people is None else len(people)
    counts = hide_small(chosen.subject, counts_by(chosen), number, limits, total_known=True)
    return [
        head(page, answered),
        looks_back(answered, address),
        chips(answered, address, _about(number, known=chosen.count.known, limits=limits)),
        html.P(_rule(limits), className="list-rows-of", role="note"),
        *(table for facet, listed in counts.items() if (table := _table(page, facet, listed, address)) is not None),
    ]


def _about(people: int | None, *, known: bool, limits: SmallNumbers) -> str:
    if people is None:
        return "no list of the present"
    shown = seen(people, limits)
    said = f"fewer than {limits.hide_to + 1} people" if shown.hidden else f"about {shown.people:,} people"
    if shown.people == 0:
        said = "nobody"
    return said if known else f"{said}, on lists too old"


def _rule(limits: SmallNumbers) -> str:
    rest = f", and others are to the nearest {limits.round_to}" if limits.round_to > 1 else ""
    return (
        f"You see counts here and no rows. Of fewer than everybody of a place, 1 to {limits.hide_to} people are {HIDDEN}{rest}; "
        "what would give a small count away is not shown."
    )


def _table(page: ListPage[T], facet: str, listed: Sequence[Count], address: Address[T]) -> Component | None:
    rows = list(_rows(facet, listed, address))
    if not rows:
        return None
    title = page.facet_words[facet]
    heads = html.Thead(html.Tr([html.Th(title, scope="col"), html.Th("People", scope="col", className="number")]))
    table = html.Table([heads, html.Tbody(rows)], className="rows")
    return html.Section(html.Div(table, className="scroll", **moved_sideways(title)), **marked(aria_label=title))


def _rows(facet: str, listed: Sequence[Count], address: Address[T]) -> Iterator[html.Tr]:
    for one in listed:
        if one.people == 0:
            continue
        said = HIDDEN if one.hidden else DASH if one.people is None else f"{one.people:,}"
        name: Child = one.label
        if one.value and facet in address.page.subject.names:
            name = html.A(one.label, href=address.with_(**{facet: one.value}).href)
        yield html.Tr([html.Th(name, scope="row"), html.Td(said, className="number")])
