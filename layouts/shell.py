"""The interactive pages: one Dash application, one callback from address to page.

What is live in a page lies in ``#live-page``; the browser's script replaces it when the picture
changes, without a callback, so that nothing piles up in a page that is left open. Large pages without
controls go out finished, as the wall does; what needs Dash in the browser, the charts, is Dash.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import dash
import structlog
from dash import Input, Output, dcc, html
from dash.development.base_component import Component

from flowcentre.model import Audited, Leaving, Picture
from flowcentre.picture.list_small import is_narrowed
from flowcentre.picture.listed import Filters
from layouts import alerts as alerts_page
from layouts.finished import to_html
from layouts.listed import ListBook, ListedPage, People, for_no_rows
from layouts.page_at import failed, page
from layouts.pages import EVERYTHING, NO_PEOPLE, LivePage, PageOfList, Pages, Theirs
from layouts.parts.list_links import canonical
from layouts.parts.tree import marked

log = structlog.get_logger(__name__)

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


def live_pages(pages: Pages) -> dict[str, Callable[[Picture], str]]:
    """For each live page that is the same for whoever asks, by its id, the HTML of its live part."""
    return {page.id: _live_html(page.render) for page in pages.values() if isinstance(page, LivePage)}


def _live_html(render: Callable[[Picture], Component]) -> Callable[[Picture], str]:
    return lambda picture: to_html(render(picture)) + _count_of_alerts(picture)


def _count_of_alerts(picture: Picture) -> str:
    """How many alerts stand, beside each live part: what stands above the page is drawn once, and this keeps it true."""
    return to_html(html.Span(hidden=True, **marked(data_alerts=alerts_page.count_words(picture))))


# As ``flowcentre.web.glass.AskedPage`` has them, in its order.
AskedParts = tuple[
    Callable[[Picture, str], str | None],
    Callable[[Picture, str], str],
    Callable[[Any, Picture, str], str],
    Callable[[Picture, str], str],
    Callable[[Picture, str], bool],
]


def asked_pages(pages: Pages) -> dict[str, AskedParts]:
    """For each page of a list, whose content depends on its address: one spelling of a query, and the HTML of its live part.

    And the same of the book of somebody who may see a part of its rows, and for those who may see none.
    """
    return {page.listed.page.id: _asked_parts(page.listed, page.book) for page in _of_lists(pages)}


def _of_lists(pages: Pages) -> list[PageOfList]:
    return [page for page in pages.values() if isinstance(page, PageOfList)]


def _asked_parts(listed: ListedPage[Any], book: ListBook[Any]) -> AskedParts:
    def draw_theirs(theirs: ListBook[Any], picture: Picture, query: str) -> str:
        return to_html(listed.render(theirs.answer(query, picture), query)) + _count_of_alerts(picture)

    def draw_rough(picture: Picture, query: str) -> str:
        return to_html(for_no_rows(listed.page, book.answer(query, picture), query)) + _count_of_alerts(picture)

    def narrowed(picture: Picture, query: str) -> bool:
        return is_narrowed(Filters.of(listed.page.subject, query, picture))

    return partial(canonical, listed.page), partial(draw_theirs, book), draw_theirs, draw_rough, narrowed


def create_pages(
    server: Any,
    pages: Pages,
    *,
    assets: Path,
    current: Callable[[], Picture],
    people: People = NO_PEOPLE,
    theirs: Theirs = EVERYTHING,
) -> dash.Dash:
    """Add the pages to a FastAPI server, after every route of its own: Dash answers all that is left.

    ``people`` and ``theirs`` are those of ``layouts.page_at.page``.
    """
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
            {"name": "pages", "content": " ".join(pages)},  # for ``assets/pages.js``
        ],
    )
    app.layout = html.Div([dcc.Location(id="url", refresh="callback-nav"), html.Div(id="page")], id="shell")

    @app.callback(Output("page", "children"), Input("url", "pathname"), Input("url", "search"))
    async def show(path: str | None, search: str | None) -> list[Component]:
        # In a thread: a page that reads a long history must not hold up the streams of every display.
        picture = current()
        try:
            return await asyncio.to_thread(page, pages, picture, path or "/", search or "", people, theirs)
        except Exception as error:  # Dash would answer with a bare 500, and the page would be blank
            _tell("a page could not be drawn", error)
            return failed(pages, picture, path, theirs)

    for each in _of_lists(pages):
        _answer_questions(app, current, each.listed, people)
    # Of Dash on FastAPI: web sockets are announced though nothing here uses them, and assets are found only when the
    # first page asked for is the first page; a deep link would come without its styles.
    app.backend.websocket_capability = False
    app._setup_server()  # type: ignore[no-untyped-call]
    return app


def _answer_questions(app: dash.Dash, current: Callable[[], Picture], listed: ListedPage[Any], people: People) -> None:
    """Answer what ``assets/a-list.js`` asks of a list: not by a component's property, for Dash would keep each.

    Where no row may leave the server answers, with its status and the reason.
    """
    id = listed.page.id

    def drawn(question: object, theirs: ListBook[Any]) -> tuple[dict[str, object], Leaving]:
        try:
            return listed.answer(theirs, current(), question)
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
