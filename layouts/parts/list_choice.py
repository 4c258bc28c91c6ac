"""What is chosen and as at when: chips that can be taken away, the band of a past moment, exports, the form for another."""

from __future__ import annotations

from dataclasses import replace

from dash import html
from dash.development.base_component import Component

from flowcentre.picture.list_book import Answered
from flowcentre.picture.listed import Chosen, T
from layouts.parts.field import Input
from layouts.parts.list_links import Address
from layouts.parts.list_page import ListPage
from layouts.parts.list_words import least, least_people, lists_of, people
from layouts.parts.tree import marked
from layouts.parts.words import LONDON, clock_words, date_words


def head(page: ListPage[T], answered: Answered[T]) -> html.Header:
    """The title of the page and the moment that it speaks of."""
    picture = answered.chosen.picture
    lists = [each.value for each in answered.chosen.in_scope]
    return html.Header(
        [
            html.H1(page.title),
            html.P(
                [
                    "as at ",
                    html.Time(clock_words(picture.at)),
                    f", {date_words(picture.at)}{lists_of(lists, picture.at)}. {page.source}",
                ],
                className="when",
            ),
        ],
        className="page-head",
    )


def looks_back(answered: Answered[T], address: Address[T]) -> Component | None:
    """Says that this is no present, with the way back to it."""
    if not answered.looks_back:
        return None
    at = answered.chosen.picture.at.astimezone(LONDON)
    return html.Div(
        [
            html.P([html.Strong(f"As known at {at:%H:%M} on {at.day} {at:%B %Y}"), ": not the present"]),
            html.A("Back to the present", href=address.as_at(None).href, id="to-the-present"),
        ],
        className="list-past",
        role="note",
    )


def chips(answered: Answered[T], address: Address[T], *, plain: bool = False) -> html.Nav:
    """Each choice with the way to undo it, how many it leaves, and where the rest of the page stands.

    ``plain``, on a page that holds nothing but counts, where one can choose by little.
    """
    page, county = address.page, answered.chosen.picture.county
    items = []
    for facet in page.subject.names:
        for value in sorted(address.filters.chosen.get(facet, ())):
            name = page.choice_name(facet, value, county)
            items.append(
                html.Li(
                    html.A(
                        [
                            html.Span(page.facet_words[facet]),
                            f" {name} ",
                            html.B("\N{MULTIPLICATION SIGN}", **marked(aria_hidden="true")),
                        ],
                        href=address.less(facet, value).href,
                        id=f"chip-{facet}-{value}",
                        className="chip",
                        **marked(aria_label=f"Take away {page.facet_words[facet]} {name}"),
                    )
                )
            )
    if items:
        items.append(html.Li(html.A("Clear all", href=address.cleared().href, id="chip-all", className="clear")))
    else:
        items.append(html.Li(f"{page.everybody}." if plain else f"{page.everybody}. {page.choose}", className="what"))
    items += [_astray(page, facet, facet in address.filters.chosen) for facet in address.filters.astray]
    return html.Nav(
        [
            html.P([html.Strong(counted_words(answered.chosen))], className="chosen-count", role="status"),
            html.Ul(items, className="chips"),
            html.P([html.A(words, href=to) for to, words in page.jumps], className="jumps") if not plain else None,
        ],
        className="list-chips",
        **marked(aria_label="What is chosen"),
    )


def counted_words(chosen: Chosen[T]) -> str:
    """ "41 of 154 people"; "154 people" where nobody is left out; "no list" where there is none of the present."""
    if not chosen.count.known:
        return f"{people(len(chosen.people))} on lists too old" if chosen.people else "no list of the present"
    number, short = len(chosen.counted), chosen.count.at_least
    # Of whom these are some: those who receive care are none of those who wait for it.
    others = chosen.filters.chosen.keys() - chosen.subject.implied.keys()
    if not others:
        return least_people(number, short)
    everybody = replace(chosen, filters=chosen.filters.without(*others))
    return f"{least(number, short)} of {least_people(len(everybody.counted), everybody.count.at_least)}"


def _astray(page: ListPage[T], facet: str, partly: bool) -> html.Li:
    """Says that the address asks for a value that there is not."""
    name = page.facet_words[facet].lower() if facet not in page.single else page.single[facet]
    words = f"A {name} asked for is not there: left out" if partly else f"No such {name}: ignored"
    return html.Li(words, className="astray", role="alert")


def exports(address: Address[T]) -> html.P:
    """The same choice to take away."""
    links = [html.A(words, href=address.to(beneath)) for beneath, words in address.page.exports]
    return html.P(["Take away: ", *links], className="exports")


def moment_form(page: ListPage[T]) -> Component:
    """Asks for the page as it was known at a moment. ``assets/a-list.js`` keeps what else is chosen."""
    return html.Details(
        [
            html.Summary("As it was"),
            html.Form(
                [
                    html.Label("The page as it was known at", htmlFor="at"),
                    Input(type="datetime-local", name="at", id="at", required="required"),
                    html.Button("Show", type="submit"),
                ],
                action=page.path,
                method="get",
                id="as-it-was",
            ),
        ],
        className="list-moment",
    )
