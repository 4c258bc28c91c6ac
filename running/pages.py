"""The pages that Dash answers: put on a server that has every route of its own, and let through its gate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from running.books import Books
from running.setting import ASSETS

if TYPE_CHECKING:
    from flowcentre.model import Picture, Point, Poll
    from flowcentre.picture import LivePicture
    from flowcentre.store import Store
    from flowcentre.web import FlowServer


def add_pages(server: FlowServer, store: Store, live: LivePicture, books: Books, *, published: bool) -> None:
    """Add the pages to a server, and tell its gate what of them may be asked for: nothing else is let through."""
    from dash.exceptions import DependencyException

    from flowcentre.picture.worked_out import WorkedOut
    from layouts import shell
    from layouts.published import needed, render, since

    def history(place: str, measure: str, start: datetime, end: datetime) -> Sequence[Point]:
        return WorkedOut(store, live.current().county).history([(place, measure)], start, end)[(place, measure)]

    def latest_polls(feed: str) -> Sequence[Poll]:
        return store.polls(feed, limit=20)

    def draw_published(picture: Picture, place: str | None) -> Any:
        histories = store.history(needed(picture, place), since(picture), picture.at)
        return render(picture, histories, place)

    pages = shell.create_pages(
        server,
        assets=ASSETS,
        current=live.current,
        history=history,
        polls=latest_polls,
        published=draw_published if published else None,
        books=books.lists,
        capacity=books.capacity,
        alerts=books.alerts,
        actions=books.actions,
        pressure=books.pressure,
        people=server.people,
        theirs=server.own,
    )
    addresses = shell.addresses(
        published=published,
        books=books.lists,
        capacity=True,
        alerts=books.alerts is not None,
        actions=books.actions is not None,
        pressure=books.pressure is not None,
    )
    server.has_not(DependencyException)
    server.allow_pages(pages.csp_hashes(), pages.callback_map, addresses)
