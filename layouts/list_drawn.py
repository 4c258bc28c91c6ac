"""The page of a list of people, drawn for whoever asks."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash.development.base_component import Component

from flowcentre.picture.list_leaving import by_counts
from layouts.listed import ListBook, ListedPage, Rows, says
from layouts.pages import Asked, PageOfList


def page(listed: ListedPage[Any], book: ListBook[Any]) -> PageOfList:
    """The page of a list; ``book`` has everybody on it."""
    return PageOfList(listed.page.path, partial(_draw, listed, book), listed, book)


def _draw(listed: ListedPage[Any], book: ListBook[Any], asked: Asked) -> Component:
    """Of the rows that are whoever asks's; of everybody's, without any, where none are.

    Whoever may see a part of the rows, and none just now, is told so: counts of others are not theirs.
    """
    people, id = asked.people, listed.page.id

    def finished(content: Component) -> Component:
        return asked.told(id, content, asked.search)

    def draw(of: ListBook[Any], rows: Rows) -> Component:
        return listed.draw(of, asked.picture, asked.search, finished, rows)

    refused = people.refused()
    if refused is None:
        rows = Rows(whose=people.whose())
        try:
            return people.give(
                id, lambda theirs: (draw(theirs, rows), by_counts(id, theirs, asked.search, asked.picture))
            )
        except PermissionError as why:  # no rows just now
            if rows.whose:
                return says(listed.page, str(why))
            refused = str(why)
    return draw(book, Rows(refused))
