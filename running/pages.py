"""The pages that Dash answers: which there are, and how they are put on a server and let through its gate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from running.books import Books
from running.setting import ASSETS

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from flowcentre.model import Picture, Point, Poll
    from flowcentre.picture import LivePicture
    from flowcentre.store import Store
    from flowcentre.web import FlowServer
    from layouts.pages import Pages


def pages_of(store: Store, live: LivePicture, books: Books, *, published: bool) -> Pages:
    """Every page of a county: one that is not among these is neither drawn, nor live, nor let through."""
    from flowcentre.picture.worked_out import WorkedOut
    from layouts import actions, alerts, capacity, list_drawn, pressure
    from layouts.delays import DELAYS_PAGE
    from layouts.packages import PACKAGES_PAGE
    from layouts.page_at import of_every_county
    from layouts.pages import by_path
    from layouts.published import needed, render, since

    def history(place: str, measure: str, start: datetime, end: datetime) -> Sequence[Point]:
        return WorkedOut(store, live.current().county).history([(place, measure)], start, end)[(place, measure)]

    def latest_polls(feed: str) -> Sequence[Poll]:
        return store.polls(feed, limit=20)

    def draw_published(picture: Picture, place: str | None) -> Component:
        histories = store.history(needed(picture, place), since(picture), picture.at)
        return render(picture, histories, place)

    drawn = draw_published if published else None
    pages = [
        *of_every_county(history=history, polls=latest_polls, published=drawn),
        list_drawn.page(DELAYS_PAGE, books.delays),
        list_drawn.page(PACKAGES_PAGE, books.packages),
        capacity.page(books.capacity),
    ]
    if books.alerts is not None:
        pages.append(alerts.page(books.alerts))
    if books.actions is not None:
        pages.append(actions.page(books.actions))
    if books.pressure is not None:
        pages.append(pressure.page(books.pressure))
    return by_path(*pages)


def add_pages(server: FlowServer, live: LivePicture, pages: Pages) -> None:
    """Add the pages to a server, and tell its gate what of them may be asked for: nothing else is let through."""
    from dash.exceptions import DependencyException

    from layouts import shell

    server.has_files(ASSETS)
    dash = shell.create_pages(
        server, pages, assets=ASSETS, current=live.current, people=server.people, theirs=server.own
    )
    server.has_not(DependencyException)
    server.allow_pages(dash.csp_hashes(), dash.callback_map, pages)
