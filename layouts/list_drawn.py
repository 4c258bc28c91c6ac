"""The page of a list of people, drawn for whoever asks."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash.development.base_component import Component

from flowcentre.model import Audited, Leaving
from layouts.listed import ListBook, ListedPage, Rows
from layouts.pages import Asked, PageOfList


def page(listed: ListedPage[Any], book: ListBook[Any]) -> PageOfList:
    """The page of a list; ``book`` has everybody on it."""
    return PageOfList(listed.page.path, partial(_draw, listed, book), listed, book)


def _draw(listed: ListedPage[Any], book: ListBook[Any], asked: Asked) -> Component:
    """Of the rows that are whoever asks's; of everybody's, without any, where none are."""
    people, id = asked.people, listed.page.id

    def finished(content: Component) -> Component:
        return asked.told(id, content, asked.search)

    def draw(of: ListBook[Any], rows: Rows) -> Component:
        return listed.draw(of, asked.picture, asked.search, finished, rows)

    refused = people.refused()
    if refused is None:
        rows = Rows(whose=people.whose())
        try:
            return people.give(id, lambda theirs: (draw(theirs, rows), Leaving(Audited.SAW, "")))
        except PermissionError as why:  # no rows just now
            refused = str(why)
    return draw(book, Rows(refused))
