"""The page of a list as whoever asks may see it."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

from flowcentre.model import Audited, Leaving, Picture
from layouts.listed import Finished, ListBook, ListedPage, People, Rows


def drawn_for(
    listed: ListedPage[Any], book: ListBook[Any], people: People, picture: Picture, query: str, finished: Finished
) -> Component:
    """A page as whoever asks may see it: of the rows that are theirs; of everybody's, without any, where none are."""
    refused = people.refused()
    if refused is None:
        rows = Rows(whose=people.whose())
        try:
            return people.give(
                listed.page.id,
                lambda theirs: (listed.draw(theirs, picture, query, finished, rows), Leaving(Audited.SAW, "")),
            )
        except PermissionError as why:  # no rows just now
            refused = str(why)
    return listed.draw(book, picture, query, finished, Rows(refused))
