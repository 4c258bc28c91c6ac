"""The server as it runs: books are read, the glass draws them, and one gate stands before every route."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from running.books import Books, books_of
from running.clock import utc_now
from running.glass import glass_of
from running.memory import collect_seldom
from running.pages import add_pages, pages_of
from running.start import HOST, CannotStart

if TYPE_CHECKING:
    from flowcentre.feeds.typed import Desk
    from flowcentre.picture import LivePicture
    from flowcentre.store import Store
    from flowcentre.web import FlowServer, Glass
    from flowcentre.web.front import Front


def serve_glass(
    store: Store,
    live: LivePicture,
    port: int,
    ready: Callable[[str], None],
    *,
    now: Callable[[], datetime] = utc_now,
    published: bool = False,
    desk: Desk | None = None,
    folder: Path | None = None,
    host: str = HOST,
) -> None:
    """Serve wall, pages and API until Ctrl-C or SIGTERM. Raises NotLoopback, PortTaken, CannotStart.

    ``host`` may be an address that others can reach where the county has sign-in. ``ready`` is told the address; ``published`` adds the page of published figures; ``desk`` takes in what people
    type; ``folder`` is the configuration's, where action cards lie.
    """
    from flowcentre.web import serve

    books = books_of(store, live, now, published=published)
    pages = pages_of(store, live, books, published=published)
    server = gated(store, live, glass_of(books, pages), books, now=now, desk=desk, folder=folder, host=host)
    collect_seldom()
    add_pages(server, live, pages)
    serve(server, host=host, port=port, ready=ready)


def gated(
    store: Store,
    live: LivePicture,
    glass: Glass,
    books: Books,
    *,
    now: Callable[[], datetime],
    desk: Desk | None,
    folder: Path | None,
    host: str = HOST,
) -> FlowServer:
    """Every route of the server's own, behind its gate: what is read, and at which desk what people do is taken in.

    Where the county has sign-in the gate finds out who asks, by what ``door`` hands it: no route does so by itself. Raises
    CannotStart where what that needs is not there.
    """
    from flowcentre.config.rules import CARDS
    from flowcentre.web import create_server
    from flowcentre.web.cards import cards_in, no_cards

    written = store if store.writer else None  # nothing is taken in where nothing may be kept
    return create_server(
        live,
        store,
        glass,
        now=now,
        delays=books.delays,
        packages=books.packages,
        capacity=books.capacity,
        desk=desk,
        alerts=books.alerts,
        alert_desk=written,
        pressure=books.pressure,
        pressure_desk=written,
        actions=books.actions,
        action_desk=written,
        huddles=books.huddles,
        huddle_desk=written,
        cards=cards_in(folder / CARDS) if folder is not None else no_cards,
        guard=books.guard(store, live, now),
        front=door(store, live, now, host=host),
    )


def door(store: Store, live: LivePicture, now: Callable[[], datetime], *, host: str) -> Front | None:
    """By what people, screens and machines are known; None of a county without sign-in. Raises CannotStart."""
    if not live.current().county.access.configured:
        return None
    from flowcentre.access.machines import WeakToken
    from flowcentre.access.proxied import ReachableDirectly
    from flowcentre.secret import secret_of
    from flowcentre.web.front import front_of

    if not store.writer:
        raise CannotStart("sessions and the audit are written to the store, and this server was opened to read alone")
    try:
        return front_of(store, lambda: live.current().county.access, now, host=host, secret=secret_of)
    except (LookupError, WeakToken, ReachableDirectly, ValueError) as why:
        raise CannotStart(str(why)) from None
