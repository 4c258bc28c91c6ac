"""The page of a list of people: what stands above every such list, and the list itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from zlib import crc32

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Interval, Leaving, Picture, State
from flowcentre.picture.list_book import Answered, NoSuchMoment
from flowcentre.picture.list_small import NARROWED, is_narrowed
from flowcentre.picture.listed import Chosen, PlaceList, T
from layouts.list_grid import drawer, grid, left_out, news_bar, tools
from layouts.parts.figure import follows_from
from layouts.parts.list_choice import exports, moment_form
from layouts.parts.list_links import Address
from layouts.parts.list_page import ListPage
from layouts.parts.list_rough import rough_counts
from layouts.parts.list_words import least, place_name
from layouts.parts.tree import Child, marked
from layouts.parts.words import iso, when_words

Reply = dict[str, object]
_MOST_TURNS = 8  # places that one chooses among above a list; more make a line that nobody reads


@dataclass(frozen=True, slots=True)
class Rows:
    """Whose rows whoever asks for a page may see, in words."""

    refused: str | None = None  # why they see none
    whose: str = ""  # of which places, where it is not the whole county


ALL_ROWS = Rows()
A = TypeVar("A")


class People(Protocol):
    """By whom rows of people are let out to whoever asks."""

    def refused(self) -> str | None:
        """Why they see none, in plain words; None where they see some."""
        ...

    def whose(self) -> str:
        """Of which places they see rows, in words; "" of the whole county."""
        ...

    def give(self, list_: str, draw: Callable[[Any], tuple[A, Leaving]]) -> A:
        """What is drawn from the book of their rows, once it is written down who leaves."""
        ...

    def html(self, page: str, query: str, html: str) -> str:
        """A page of counts that names somebody, without those of whom they may not be told."""
        ...


class Render(Protocol[T]):
    """Draws what stands above the grid."""

    def __call__(self, answered: Answered[T], query: str) -> Component:
        """It, as at one picture."""
        ...


Finished = Callable[[Component], Component]  # makes content that Dash's browser code need not build


class ListBook(Protocol[T]):
    """What a page needs of ``flowcentre.picture.list_book.ListBook``."""

    def choose(self, query: str, picture: Picture | None = None) -> Chosen[T]:
        """Whom an address chooses, from the present unless a picture is given. Raises NoSuchMoment."""
        ...

    def answer(self, query: str, picture: Picture | None = None) -> Answered[T]:
        """The same, with the past that it is set against. Raises NoSuchMoment."""
        ...

    def life(self, ref: str, known_at: datetime) -> list[Interval]:
        """All that the lists had said of one person by a moment."""
        ...


@dataclass(frozen=True, eq=False)
class ListedPage(Generic[T]):
    """A page as the shell needs it."""

    page: ListPage[T]
    draw: Callable[
        [Any, Picture, str, Finished, Rows], Component
    ]  # of its own kind of book: the whole of it, at a query
    render: Render[T]  # its live part
    answer: Callable[[Any, Picture, object], tuple[Reply, Leaving]]  # to what its grid asks of the book of whoever asks
    has_lists: Callable[[Picture], bool]


# --- The page -------------------------------------------------------------------------------


def page_of(
    page: ListPage[T],
    book: ListBook[T],
    picture: Picture,
    query: str,
    finished: Finished,
    render: Render[T],
    rows: Rows = ALL_ROWS,
) -> Component:
    """The whole page at an address, of the book that whoever asks may have; ``render`` draws what stands above the grid.

    ``rows`` says whose are in it.
    """
    try:
        answered = book.answer(query, picture)
    except NoSuchMoment as why_not:
        words = str(why_not)
        return says(page, f"{words[:1].upper()}{words[1:]}.", html.A("To the present", href=page.path))
    drawn = render(answered, query) if rows.refused is None else for_no_rows(page, answered, query)
    content = html.Div(finished(drawn))
    if not answered.looks_back:  # a page of the past stays as it is
        content = html.Div(content.children, id="live-page", **marked(data_page=page.id, data_asked="at"))
    row_opens = f"Enter or a click on a row opens {page.whose_line}."
    if rows.refused is not None:
        none = finished(html.P(rows.refused, className="list-rows-of none", role="note"))
        return html.Div([finished(moment_form(page)), content, none], className=f"list-page {page.id}-page")
    return html.Div(
        [
            finished(moment_form(page)),
            finished(_whose(page, rows)),
            content,
            html.Div(
                [
                    html.Div(
                        [finished(tools(page)), finished(left_out()), finished(news_bar())], className="list-tools"
                    ),
                    grid(page),
                    finished(html.P(row_opens, className="what")),
                ],
            ),
            finished(drawer()),
        ],
        className=f"list-page {page.id}-page",
        **marked(data_list=page.id),
    )


def for_no_rows(page: ListPage[T], answered: Answered[T], query: str) -> Component:
    """What stands there for those who may see no rows: the counts of everybody or of one place, the small ones hidden."""
    chosen = answered.chosen
    address = Address.of(page, query, chosen.filters, chosen.picture.at if answered.looks_back else None)
    if is_narrowed(chosen.filters):
        others = [facet for facet in chosen.filters.chosen if facet != chosen.subject.place_facet]
        wider = replace(address, filters=chosen.filters.without(*others))
        wider = wider.cleared() if is_narrowed(wider.filters) else wider
        return says(page, f"{NARROWED} ", html.A("The counts without them", href=wider.href))
    return above(page, answered, rough_counts(page, answered, address, silent(chosen)))


def _whose(page: ListPage[T], rows: Rows) -> Component:
    """Says that a page is of some rows alone; nothing where it is of everybody's."""
    if not rows.whose:
        return html.Div()
    words = (
        f"Counted and listed on this page are the rows of {rows.whose} alone. What other places' lists say of these people "
        f"is not told. {page.whose_rows}"
    )
    return html.P(words, className="list-rows-of", role="note")


def says(page: ListPage[T], *words: str | Component) -> Component:
    """In place of a page that there is nothing to show on."""
    return html.Div(html.Header([html.H1(page.title), html.P(list(words))], className="page-head"))


def above(page: ListPage[T], answered: Answered[T], parts: list[Child]) -> Component:
    """Everything above the grid, as at one picture, marked so that the grid's script knows when its list is another.

    What the lists come to is as late as they are: the stylesheet says so beside each figure of a tile or a panel.
    """
    chosen = answered.chosen
    late = follows_from([each.value for each in chosen.in_scope], then=answered.looks_back)
    return html.Div(
        parts,
        className=f"listed {page.id}",
        **marked(data_lists=signature(chosen), data_at=chosen.picture.at.isoformat()),
        **late,
    )


def silent(chosen: Chosen[T]) -> Component | None:
    """Names the lists that are not counted, and since when."""
    county, items = chosen.picture.county, []
    for each in chosen.in_scope:
        if each.value.known:
            continue
        name = place_name(county, each.place)
        if each.value.state is State.STALE and each.value.observed_at is not None:
            listed = f"its list of {when_words(each.value.observed_at, chosen.picture.at)} is too old"
            # Where every list is too old, the count that is struck out is of those who stood on them.
            uncounted = " and are in no count" if chosen.count.known else ""
            items.append(html.Li(f"{name}: {listed}; {_on_it(chosen, each.place):,} stood on it{uncounted}"))
        else:
            items.append(html.Li(f"{name}: no list"))
    return html.Ul(items, className="list-silent", **marked(aria_label="Lists that are missing")) if items else None


def _on_it(chosen: Chosen[T], place: str) -> int:
    """How many stood on a place's list, of those who would be chosen without a filter."""
    nothing_chosen = chosen.filters.cleared()
    admits = nothing_chosen.admitting()
    return sum(admits(item) for each in chosen.lists if each.place == place for item in each.people)


def list_head(chosen: Chosen[T], address: Address[T]) -> Component:
    """The heading of the grid: how many stand in it, how it can be grouped, and how it is taken away."""
    groups = [(None, "one list"), *address.page.groups.items()]
    links = [
        html.A(
            words,
            href=address.grouped(group).href,
            id=f"group-{group or 'none'}",
            className="here" if address.group == group else None,
            **(marked(aria_current="true") if address.group == group else {}),
        )
        for group, words in groups
    ]
    old = len(chosen.people) - len(chosen.counted)
    too_old = f"{old:,} of lists too old" if old else ""
    if chosen.count.known:
        counted = f"{least(len(chosen.counted), chosen.count.at_least)} counted"
        listed = f"{counted}, and {too_old}" if too_old else counted
    else:  # not "0 counted": nobody is known to wait, and nobody not to
        listed = too_old or "nobody is known"
    return html.Header(
        [
            html.H2(["The list ", html.Small(listed)], id="list"),
            *[_switch(facet, turns, chosen, address) for facet, turns in _switches(chosen, address).items()],
            html.P(["Grouped by: ", *links], className="groups"),
            exports(address),
        ],
        className="list-head",
    )


def _switches(chosen: Chosen[T], address: Address[T]) -> Mapping[str, Sequence[tuple[str | None, str]]]:
    """What one turns to most often, by facet: the place whose list it is first, where there are several but not many."""
    subject, county = address.page.subject, chosen.picture.county
    places = [value.place for value in subject.listing(chosen.picture)]
    if not 1 < len(places) <= _MOST_TURNS:
        return address.page.switches
    turns = [(None, "all"), *((place, place_name(county, place)) for place in places)]
    return {subject.place_facet: turns, **address.page.switches}


def _switch(facet: str, turns: Sequence[tuple[str | None, str]], chosen: Chosen[T], address: Address[T]) -> Component:
    """Says what is implied where the address does not say it, and leads to the rest."""
    said = chosen.filters.chosen.get(facet)
    links: list[Child] = []
    for value, words in turns:
        here = said is None if value is None else said == frozenset({value})
        links.append(
            html.A(
                words,
                href=address.with_(**{facet: value}).href,
                id=f"turn-{facet}-{value or 'implied'}",
                className="here" if here else None,
                **(marked(aria_current="true") if here else {}),
            )
        )
    return html.P([f"{address.page.facet_words[facet]}: ", *links], className="groups")


def signature(chosen: Chosen[T]) -> str:
    """Changes when any list does, or what the other kind of list says of its people."""
    return " ".join(
        f"{each.place}:{iso(each.value.observed_at) if each.value.observed_at else '-'}:{each.value.state.value}:"
        f"{len(each.people)}:{_steps_elsewhere(each)}"
        for each in chosen.lists
    )


def _steps_elsewhere(one: PlaceList[T]) -> str:
    said = "\n".join(f"{item.person.ref} {item.elsewhere}" for item in one.people if item.elsewhere is not None)
    return f"{crc32(said.encode()):x}"
