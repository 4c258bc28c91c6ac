"""Delayed discharges: how many and why, whose move it is, four weeks of it, and the people one by one."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Leaving, Picture
from flowcentre.picture.delays import Delay, listing_hospitals
from flowcentre.picture.list_book import Answered
from flowcentre.picture.listed import Chosen
from layouts import list_answers, listed
from layouts.listed import ALL_ROWS, Finished, ListBook, ListedPage, Reply, Rows
from layouts.parts.delay_history import history
from layouts.parts.delay_life import life
from layouts.parts.delay_page import PAGE
from layouts.parts.delay_top import top
from layouts.parts.delay_who import who
from layouts.parts.delay_why import why
from layouts.parts.list_choice import chips, head, looks_back
from layouts.parts.list_links import Address
from layouts.parts.list_words import nothing_known
from layouts.parts.to_check import to_check
from layouts.parts.tree import Child


def has_lists(picture: Picture) -> bool:
    """Is any hospital expected to send a discharge list?"""
    return bool(listing_hospitals(picture))


def page(book: ListBook[Delay], picture: Picture, query: str, finished: Finished, rows: Rows = ALL_ROWS) -> Component:
    """The whole page at an address."""
    if not has_lists(picture):
        return listed.says(PAGE, "No hospital here sends a discharge list, so nobody can be counted.")
    return listed.page_of(PAGE, book, picture, query, finished, render, rows)


def render(answered: Answered[Delay], query: str) -> Component:
    """Everything above the grid, as at one picture."""
    chosen = answered.chosen
    address = Address.of(PAGE, query, chosen.filters, chosen.picture.at if answered.looks_back else None)
    parts: list[Child] = [head(PAGE, answered), looks_back(answered, address), chips(answered, address)]
    in_scope = {each.place for each in chosen.in_scope}
    parts += [listed.silent(chosen), to_check(chosen.picture, in_scope), top(answered, address)]
    if chosen.count.known:
        parts.append(html.Div([why(chosen, address), who(chosen, address)], className="delay-two"))
    else:
        parts.append(nothing_known(chosen, "Why people wait, and who must act,"))
    parts += [history(answered, address), listed.list_head(chosen, address)]
    return listed.above(PAGE, answered, parts)


def answer(book: ListBook[Delay], picture: Picture, question: object) -> tuple[Reply, Leaving]:
    """Answers ``assets/a-list.js`` for this page."""

    def line_of(chosen: Chosen[Delay], ref: str) -> tuple[Component, frozenset[str]]:
        then, item = chosen.picture, list_answers.listed_as(chosen, ref)
        told = book.life(ref, then.known_at)
        line = life(ref, told, then.county, then.at, item.elsewhere if item else None)
        return line, frozenset([ref] if told else [])

    return list_answers.answer(PAGE, book, picture, question, line_of)


DELAYS_PAGE = ListedPage(PAGE, page, render, answer, has_lists)
