"""The page of a list for whoever may see no rows of people: counts of the county or of one place, the small ones hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from flowcentre.model import SmallNumbers
from flowcentre.picture.list_book import Answered
from flowcentre.picture.list_small import WITHHELD, are_few, hide_small
from flowcentre.picture.list_sums import Count, those_counted
from flowcentre.picture.listed import T
from flowcentre.picture.suppression import HIDDEN
from layouts.parts import links
from layouts.parts.figure import noted
from layouts.parts.list_choice import chips, head, looks_back
from layouts.parts.list_links import Address
from layouts.parts.list_page import ListPage
from layouts.parts.tree import Child, marked, moved_sideways
from layouts.parts.words import DASH


def rough_counts(
    page: ListPage[T], answered: Answered[T], address: Address[T], silent: Component | None
) -> list[Child]:
    """The heading, how many there are, what their waits come to unless they are few, and how many by each facet."""
    chosen = answered.chosen
    limits, people = chosen.picture.county.access.small_numbers, those_counted(chosen)
    counts = page.counts(chosen)
    if limits is not None:
        number = None if people is None else len(people)
        counts = hide_small(chosen.subject, counts, number, limits, total_known=True)
    return [
        head(page, answered),
        looks_back(answered, address),
        chips(answered, address, plain=True),
        silent,
        html.P(noted(chosen.count, rough=limits is not None), className="notes"),
        _lengths(page, answered, limits),
        html.P(_rule(limits), className="list-rows-of", role="note"),
        *_tables(page, counts, address),
    ]


def _tables(page: ListPage[T], counts: Mapping[str, Sequence[Count]], address: Address[T]) -> list[Component]:
    """A table for each facet; where each would be withheld, that once."""
    there = [one for listed in counts.values() for one in listed if one.people != 0]
    if there and all(one.label == WITHHELD for one in there):
        return [html.P(f"How many there are of each kind is {WITHHELD}.", className="what")]
    tables = (_table(page, facet, listed, address) for facet, listed in counts.items())
    return [table for table in tables if table is not None]


def _lengths(page: ListPage[T], answered: Answered[T], limits: SmallNumbers | None) -> Component | None:
    """What the waits come to, and the way to how the count has moved."""
    chosen, said = answered.chosen, list[Child]()
    if chosen.count.known and chosen.counted and not are_few(chosen.counted, limits):
        said += [f"{', '.join(page.lengths(chosen.counted))}. "]
    places = chosen.filters.chosen.get(chosen.subject.place_facet, frozenset({chosen.count.place}))
    for place in places:
        if not answered.looks_back and (place, chosen.count.measure) in chosen.picture.values:
            said.append(html.A("How the count has moved", href=links.explain(place, chosen.count.measure)))
    return html.P(said, className="lengths") if said else None


def _rule(limits: SmallNumbers | None) -> str:
    said = "You see counts here and no rows: of everybody, or of one place."
    if limits is None:
        return said
    rest = f", and others are to the nearest {limits.round_to}" if limits.round_to > 1 else ""
    return f"{said} In the tables 1 to {limits.hide_to} people are {HIDDEN}{rest}; what would give a small count away is not shown."


def _table(page: ListPage[T], facet: str, listed: Sequence[Count], address: Address[T]) -> Component | None:
    rows = list(_rows(facet, listed, address))
    if not rows:
        return None
    title = page.facet_words.get(facet) or next(each.heading for each in page.columns if each.id == facet)
    heads = html.Thead(html.Tr([html.Th(title, scope="col"), html.Th("People", scope="col", className="number")]))
    table = html.Table([heads, html.Tbody(rows)], className="rows")
    return html.Section(html.Div(table, className="scroll", **moved_sideways(title)), **marked(aria_label=title))


def _rows(facet: str, listed: Sequence[Count], address: Address[T]) -> Iterator[html.Tr]:
    """A row for each value that anybody has. A place leads to its own counts; nothing else can be chosen by."""
    for one in listed:
        if one.people == 0:
            continue
        said = HIDDEN if one.hidden else DASH if one.people is None else f"{one.people:,}"
        name: Child = one.label
        if one.value and facet == address.page.subject.place_facet:
            name = html.A(one.label, href=address.with_(**{facet: one.value}).href)
        yield html.Tr([html.Th(name, scope="row"), html.Td(said, className="number")])
