"""The interactive pages: one Dash application, one callback from address to page.

What is live in a page lies in ``#live-page``; the browser's script replaces it when the picture
changes, without a callback, so that nothing piles up in a page that is left open. Large pages without
controls go out finished, as the wall does; what needs Dash in the browser, the charts, is Dash.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

import dash
import structlog
from dash import Input, Output, dcc, html
from dash.development.base_component import Component

from flowcentre.measures import find
from flowcentre.model import Audited, Leaving, Picture, Point, Poll
from layouts import actions as actions_page
from layouts import alerts as alerts_page
from layouts import capacity as capacity_page
from layouts import demand, explain, feeds, measures
from layouts import huddle as huddle_page
from layouts import pressure as pressure_page
from layouts.delays import DELAYS_PAGE
from layouts.finished import to_html
from layouts.listed import ListBook, ListedPage, People, rows_for
from layouts.packages import PACKAGES_PAGE
from layouts.parts.history_chart import span_shown
from layouts.parts.huddle_page import ID as HUDDLE_ID
from layouts.parts.list_links import canonical
from layouts.parts.tree import Child, marked
from layouts.services import acute_sites
from layouts.top import bar, first, main_part, way
from layouts.ways import OF_DASH, PUBLISHED, ways

History = Callable[[str, str, datetime, datetime], Sequence[Point]]  # (place, measure, start, end)
_POLLS_SHOWN = 20
log = structlog.get_logger(__name__)

# The pages of lists of people, by their ids, in the order in which they stand above every page.
LISTED: Mapping[str, ListedPage[Any]] = {each.page.id: each for each in (DELAYS_PAGE, PACKAGES_PAGE)}
Books = Mapping[str, ListBook[Any]]  # by the ids of their pages

LIVE: Mapping[str, Callable[[Picture], Component]] = {"demand": demand.render, "feeds": feeds.render}

_ADDRESSES = ("/", "/demand", "/feeds", "/measures", "/explain")

_INDEX = """<!DOCTYPE html>
<html lang="en-GB">
    <head>
        {%metas%}
        <title>{%title%}</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
        <link rel="preload" href="/assets/fonts/inter-latin-wght-normal.woff2" as="font" type="font/woff2" crossorigin>
        {%css%}
    </head>
    <body>
        {%app_entry%}
        <footer>
            {%config%}
            {%scripts%}
            {%renderer%}
        </footer>
        <noscript>These pages need JavaScript. The boards under /wall show the same figures.</noscript>
    </body>
</html>
"""


def addresses(
    *,
    published: bool,
    books: Collection[str] = (),
    capacity: bool = False,
    alerts: bool = False,
    actions: bool = False,
    pressure: bool = False,
) -> tuple[str, ...]:
    """Where there is a page: with published figures, capacity, alerts, actions, or none; with these lists, by their ids."""
    lists = (each.page.path for id, each in LISTED.items() if id in books)
    more = (
        (PUBLISHED, published),
        (capacity_page.PATH, capacity),
        (alerts_page.PATH, alerts),
        (pressure_page.PATH, pressure),
        (actions_page.PATH, actions),
    )
    return (*_ADDRESSES, *(path for path, there in more if there), *lists)


def live_pages(
    capacity: capacity_page.Book | None = None,
    alerts: alerts_page.Book | None = None,
    actions: actions_page.Book | None = None,
    huddles: huddle_page.Book | None = None,
    pressure: pressure_page.Book | None = None,
) -> dict[str, Callable[[Picture], str]]:
    """For each live page the HTML of its live part; with a book of capacity, alerts, actions or huddles, of its page too."""
    pages = {name: _live_html(render) for name, render in LIVE.items()}
    if capacity is not None:
        pages[capacity_page.ID] = _live_html(lambda picture: capacity_page.render(capacity.read(picture)))
    if alerts is not None:
        pages[alerts_page.ID] = _live_html(lambda picture: alerts_page.render(alerts.read(picture)))
    if actions is not None:
        pages[actions_page.ID] = _live_html(lambda picture: actions_page.render(actions.read(picture)))
    if pressure is not None:
        pages[pressure_page.ID] = _live_html(lambda picture: pressure_page.render(pressure.read(picture)))
    if huddles is not None:  # a finished page, beside whose forms this is put up
        pages[HUDDLE_ID] = lambda picture: to_html(huddle_page.render(huddles.read(picture)))
    return pages


def _live_html(render: Callable[[Picture], Component]) -> Callable[[Picture], str]:
    return lambda picture: to_html(render(picture)) + _count_of_alerts(picture)


def _count_of_alerts(picture: Picture) -> str:
    """How many alerts stand, beside each live part: what stands above the page is drawn once, and this keeps it true."""
    return to_html(html.Span(hidden=True, **marked(data_alerts=alerts_page.count_words(picture))))


def asked_page(
    id: str, book: ListBook[Any]
) -> tuple[Callable[[Picture, str], str | None], Callable[[Picture, str], str]]:
    """Of a page of a list, whose content depends on its address: one spelling of a query, and the HTML of its live part."""
    listed = LISTED[id]

    def draw(picture: Picture, query: str) -> str:
        return to_html(listed.render(book.answer(query, picture), query)) + _count_of_alerts(picture)

    return partial(canonical, listed.page), draw


def _finished(content: Component) -> Component:
    """Content that Dash's browser code need not build: one component, filled in by ``assets/pages.js``.

    Dash spends seconds of a browser's time on a page of a thousand components, each time that it changes.
    """
    return _filled_in(to_html(content))


def _filled_in(content: str) -> Component:
    return html.Div(className="finished", **marked(data_html=content))


class NoPeople:
    """Lets no row of anybody out: where nobody says who may see which."""

    def refused(self) -> str | None:
        """Why there are none."""
        return "Nobody's rows are told here."

    def whose(self) -> str:
        """Nobody's."""
        return ""

    def give(self, list_: str, draw: Callable[[Any], Any]) -> Any:
        """Nothing."""
        raise PermissionError(self.refused())

    def html(self, page: str, query: str, html: str) -> str:
        """A page that names nobody; another is not told."""
        return "" if "data-life=" in html or "data-of=" in html else html


NO_PEOPLE = NoPeople()


def create_pages(
    server: Any,
    *,
    assets: Path,
    current: Callable[[], Picture],
    history: History,
    polls: Callable[[str], Sequence[Poll]],
    published: Callable[[Picture, str | None], Component] | None = None,
    books: Books = MappingProxyType({}),
    capacity: capacity_page.Book | None = None,
    alerts: alerts_page.Book | None = None,
    actions: actions_page.Book | None = None,
    pressure: pressure_page.Book | None = None,
    people: People = NO_PEOPLE,
) -> dash.Dash:
    """Add the pages to a FastAPI server, after every route of its own: Dash answers all that is left.

    ``polls`` gives the latest polls of a feed, newest first; ``published`` draws the page of published
    figures, of one place or of all, where there is one; ``books`` are those of the lists of people, ``capacity`` that of
    community capacity, ``alerts`` that of alerts, and ``actions`` that of actions. ``people`` lets rows of people out to whoever
    asks; without it nobody's leave.
    """
    known = addresses(
        published=published is not None,
        books=books,
        capacity=capacity is not None,
        alerts=alerts is not None,
        actions=actions is not None,
        pressure=pressure is not None,
    )
    app = dash.Dash(
        "flowcentre",
        server=server,
        backend="fastapi",
        assets_folder=str(assets.resolve()),
        assets_path_ignore=["^wall$", "^plotly$", "^fonts$", "^type-in$"],  # asked for by name, not on every page
        index_string=_INDEX,
        title="Flow Centre",
        update_title="",
        add_log_handler=False,
        suppress_callback_exceptions=True,
        enable_mcp=False,
        # Of a county with sign-in: without it there is no such cookie, and the header is empty.
        csrf_token_name="__Host-flow-mark",
        csrf_header_name="X-Flow-Mark",
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
            {"name": "pages", "content": " ".join(known)},  # for ``assets/pages.js``
        ],
    )
    app.layout = html.Div([dcc.Location(id="url", refresh="callback-nav"), html.Div(id="page")], id="shell")

    @app.callback(Output("page", "children"), Input("url", "pathname"), Input("url", "search"))
    async def show(path: str | None, search: str | None) -> list[Component]:
        # In a thread: a page that reads a long history must not hold up the streams of every display.
        picture = current()
        try:
            return await asyncio.to_thread(
                page,
                picture,
                path or "/",
                search or "",
                history=history,
                polls=polls,
                published=published,
                books=books,
                capacity=capacity,
                alerts=alerts,
                actions=actions,
                pressure=pressure,
                people=people,
            )
        except Exception as error:  # Dash would answer with a bare 500, and the page would be blank
            _tell("a page could not be drawn", error)
            return _failed(picture, path, known)

    for id, book in books.items():
        _answer_questions(app, current, LISTED[id], book, people)
    # Of Dash on FastAPI: web sockets are announced though nothing here uses them, and assets are found only when the
    # first page asked for is the first page; a deep link would come without its styles.
    app.backend.websocket_capability = False
    app._setup_server()  # type: ignore[no-untyped-call]
    return app


def page(
    picture: Picture,
    path: str,
    search: str,
    *,
    history: History,
    polls: Callable[[str], Sequence[Poll]],
    published: Callable[[Picture, str | None], Component] | None = None,
    books: Books = MappingProxyType({}),
    capacity: capacity_page.Book | None = None,
    alerts: alerts_page.Book | None = None,
    actions: actions_page.Book | None = None,
    pressure: pressure_page.Book | None = None,
    people: People = NO_PEOPLE,
) -> list[Component]:
    """The whole page at an address: what stands above every page, and its own content, as whoever asks may see it."""
    path = path.rstrip("/") or "/"
    asked = {name: values[0] for name, values in parse_qs(search.lstrip("?")).items()}
    only_published = _only_published(picture, published is not None)
    if path == "/" and only_published:
        path = PUBLISHED
    content: Component
    of_lists = {each.page.path: each for id, each in LISTED.items() if id in books}
    known = addresses(
        published=published is not None,
        books=books,
        capacity=capacity is not None,
        alerts=alerts is not None,
        actions=actions is not None,
        pressure=pressure is not None,
    )
    if path not in known:
        content = html.Div(
            html.Header([html.H1("No such page"), html.P("The pages there are stand above.")], className="page-head")
        )
    elif path in ("/", "/demand"):
        content = _live(picture, "demand")
    elif path == "/feeds":
        content = _live(picture, "feeds")
    elif path == "/measures":
        content = _finished(measures.render(picture))
    elif path == "/explain":
        home = "Published figures" if only_published else "Whole-system demand"
        content = _explain(picture, asked.get("place", ""), asked.get("measure", ""), history, polls, home)
    elif path == capacity_page.PATH:
        assert capacity is not None  # or it would not be among the addresses
        finished = partial(_finished_for, people, capacity_page.ID, "")
        content = capacity_page.page(capacity, picture, finished, asks_past="at" in asked)
    elif path == alerts_page.PATH:
        assert alerts is not None  # or it would not be among the addresses
        content = alerts_page.page(alerts, picture, _finished)
    elif path == pressure_page.PATH:
        assert pressure is not None  # or it would not be among the addresses
        content = pressure_page.page(pressure, picture, _finished)
    elif path == actions_page.PATH:
        assert actions is not None  # or it would not be among the addresses
        content = actions_page.page(actions, picture, _finished)
    elif path in of_lists:
        listed = of_lists[path]
        finished = partial(_finished_for, people, listed.page.id, search)
        content = listed.draw(books[listed.page.id], picture, search, finished, rows_for(people))
    else:
        assert published is not None
        content = published(picture, asked.get("place"))
    return [*_above(picture, path, known), main_part(content)]


def _finished_for(people: People, page: str, query: str, content: Component) -> Component:
    """The same, without those of whom whoever asks may not be told."""
    return _filled_in(people.html(page, query, to_html(content)))


def _answer_questions(
    app: dash.Dash, current: Callable[[], Picture], listed: ListedPage[Any], book: ListBook[Any], people: People
) -> None:
    """Answer what ``assets/a-list.js`` asks of a list: not by a component's property, for Dash would keep each.

    Where no row may leave the server answers, with its status and the reason.
    """
    id = listed.page.id

    def drawn(question: object, theirs: ListBook[Any]) -> tuple[dict[str, object], Leaving]:
        try:
            return listed.answer(theirs, book, current(), question)
        except Exception as error:  # Dash would write all of it to the log
            if isinstance(error, PermissionError):
                raise
            _tell("the list could not be read", error)
            return {}, Leaving(Audited.SAW, "")

    @app.callback(Output(f"{id}-answer", "data"), Input(f"{id}-question", "data"), prevent_initial_call=True)
    async def answer(question: object) -> dict[str, object]:
        return await asyncio.to_thread(people.give, id, partial(drawn, question))


def _tell(what: str, error: Exception) -> None:
    """Log where something failed, and never the error's words: they may hold what was read."""
    *_, where = traceback.extract_tb(error.__traceback__)
    log.error(what, error=type(error).__name__, where=f"{Path(where.filename).name}:{where.lineno}")


def _failed(picture: Picture, path: object, known: Collection[str]) -> list[Component]:
    said = html.Header(
        [html.H1("This page could not be drawn"), html.P("The boards under /wall stand.")], className="page-head"
    )
    return [*_above(picture, str(path), known), main_part(html.Div(said))]


def _live(picture: Picture, name: str) -> Component:
    return html.Div(_finished(LIVE[name](picture)), id="live-page", **marked(data_page=name))


def _only_published(picture: Picture, has_published: bool) -> bool:
    """A county of published figures has nothing of the present to show."""
    return has_published and not acute_sites(picture.county)


def _above(picture: Picture, path: str, known: Collection[str]) -> list[Component]:
    """What stands above every page; ``known`` are the addresses at which there is one."""
    entries: list[Component] = []
    for href, name in ways(picture, published=PUBLISHED in known):
        if href in known:
            said: list[Child] = [name]
            if href == alerts_page.PATH:
                said.append(html.Span(alerts_page.count_words(picture), id="alerts-count"))
            entries.append(html.Li(way(said, href, here=href == path)))
        elif href not in OF_DASH:
            entries.append(html.Li(html.A(name, href=href)))
    return [*first(picture), bar(picture.county, entries, html.Time(id="clock"))]


def _explain(
    picture: Picture, place: str, measure: str, history: History, polls: Callable[[str], Sequence[Poll]], home: str
) -> Component:
    counted = find(measure)
    if counted is None or place not in picture.county.places:
        return explain.render(picture, place, measure, (), ())
    value = picture.value(place, measure)
    past = history(place, measure, picture.at - span_shown(counted)[0], picture.at)
    latest = sorted((poll for feed in value.feeds for poll in polls(feed)), key=lambda poll: poll.due_at, reverse=True)
    return explain.render(picture, place, measure, past, latest[:_POLLS_SHOWN], home)
