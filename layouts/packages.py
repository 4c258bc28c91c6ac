"""Packages of care: who waits and for whom, what could start today, and the people one by one."""

from __future__ import annotations

from typing import cast

from dash.development.base_component import Component

from flowcentre.model import Leaving, Picture
from flowcentre.picture.care_book import CareAnswered
from flowcentre.picture.list_book import Answered
from flowcentre.picture.packages import Package
from layouts import listed
from layouts.listed import ALL_ROWS, Finished, ListBook, ListedPage, Reply, Rows
from layouts.parts.list_choice import chips, head, looks_back
from layouts.parts.list_links import Address
from layouts.parts.list_words import nothing_known
from layouts.parts.package_panels import panels
from layouts.parts.package_top import top
from layouts.parts.queue_page import PAGE
from layouts.parts.tree import Child
from layouts.queue import PackageBook, answer, has_lists


def page(book: ListBook[Package], picture: Picture, query: str, finished: Finished, rows: Rows = ALL_ROWS) -> Component:
    """The whole page at an address."""
    if not has_lists(picture):
        return listed.says(PAGE, "No locality here lists its referrals for care, so nobody can be counted.")
    return listed.page_of(PAGE, book, picture, query, finished, render, rows)


def render(answered: Answered[Package], query: str) -> Component:
    """Everything above the grid, as at one picture."""
    assert isinstance(answered, CareAnswered)  # of the book of care
    chosen = answered.chosen
    address = Address.of(PAGE, query, chosen.filters, chosen.picture.at if answered.looks_back else None)
    parts: list[Child] = [head(PAGE, answered), looks_back(answered, address), chips(answered, address)]
    parts += [listed.silent(chosen), top(answered, address)]
    unknown = "Who waits for care, and for whom,"
    parts.append(panels(answered, address) if chosen.count.known else nothing_known(chosen, unknown))
    parts.append(listed.list_head(chosen, address))
    return listed.above(PAGE, answered, parts)


def _answer(book: ListBook[Package], picture: Picture, question: object) -> tuple[Reply, Leaving]:
    return answer(cast(PackageBook, book), picture, question)  # the book of this page tells life lines too


PACKAGES_PAGE = ListedPage(PAGE, page, render, _answer, has_lists)
