"""What displays ask for: the boards of the wall, the live parts of pages, and the stream of news."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from flowcentre.access.asking import asking, permitted
from flowcentre.access.rows import NoRows
from flowcentre.model import Board, Leaving, Permission, Picture
from flowcentre.model.access import OPEN
from flowcentre.picture.list_leaving import by_counts
from flowcentre.picture.list_small import NARROWED
from flowcentre.web.announce import MOST_OF_A_SCREEN, MOST_OF_SOMEBODY, Announcer, EventStream
from flowcentre.web.finished import ASKED, Builder, Finished, Renderings, finish, respond
from flowcentre.web.glass import AskedPage, Glass
from flowcentre.web.named import Named, names_somebody
from flowcentre.web.own import Own, leads_somewhere

HTML = "text/html; charset=utf-8"
_ROUGH = "#rough"  # behind an address, of the page for those who may see no rows; no query has this sign


def builders(glass: Glass) -> Mapping[str, Builder]:
    """How each kind of part is drawn from a picture."""
    return {
        "document": lambda picture, board: (glass.wall_document(picture, _board(picture, board)).encode(), HTML),
        "body": lambda picture, board: (glass.wall_body(picture, _board(picture, board)).encode(), HTML),
        "page": lambda picture, page: (glass.pages[page](picture).encode(), HTML),
        ASKED: lambda picture, which: (_asked(glass, picture, which).encode(), HTML),
    }


def _asked(glass: Glass, picture: Picture, which: str) -> str:
    page, _, query = which.removesuffix(_ROUGH).partition("?")
    asked = glass.asked_pages[page]
    return (asked.draw_rough if which.endswith(_ROUGH) else asked.draw)(picture, query)


class Displays:
    """The routes of displays. They are plain Starlette routes: nothing to parse, bytes are ready."""

    def __init__(
        self,
        current: Callable[[], Picture],
        glass: Glass,
        renderings: Renderings,
        announcer: Announcer,
        named: Named,
        own: Own,
    ) -> None:
        self._named = named
        self._own = own
        self._current = current
        self._glass = glass
        self._renderings = renderings
        self._announcer = announcer
        self.answers: Counter[int] = Counter()  # by status
        self.sent_bytes = 0

    @property
    def routes(self) -> list[Route]:
        """Every route, the plain refusals of what lies below them included."""
        return [
            Route("/live", self.live),
            Route("/live/pages/{page}", self.page),
            Route("/accessibility", self.statement),
            Route("/wall", self.boards),
            Route("/wall/", self.boards),
            Route("/wall/{board}", self.document),
            Route("/wall/{board}/body", self.body),
            # Dash answers every path that nobody else does: not below these.
            *(Route(f"/{house}/{{rest:path}}", no_such_page) for house in ("live", "wall", "api")),
        ]

    async def live(self, _request: Request) -> Response | EventStream:
        """The stream of server-sent events."""
        asker = asking.get()
        if asker is None or asker.identity is OPEN:
            return self._announcer.stream()
        most = MOST_OF_A_SCREEN if asker.identity.board is not None else MOST_OF_SOMEBODY
        return self._announcer.stream(asker.identity.id, most)

    async def boards(self, _request: Request) -> Response:
        """The list of boards; where there is one, that board."""
        picture = self._current()
        boards = picture.county.boards
        if len(boards) == 1:
            return RedirectResponse(f"/wall/{boards[0].id}", status_code=307)
        return HTMLResponse(self._glass.wall_list(picture))

    async def statement(self, _request: Request) -> Response:
        """The accessibility statement, for whoever is signed in and whoever is not."""
        county, draw = self._current().county, self._glass.statement
        if draw is None:
            return PlainTextResponse("There is no such page.", status_code=404)
        return HTMLResponse(draw(county.name, county.demonstration))

    async def document(self, request: Request) -> Response:
        """The whole page of a board."""
        return await self._board_part(request, "document")

    async def body(self, request: Request) -> Response:
        """The part of a board that changes with the picture."""
        return await self._board_part(request, "body")

    async def page(self, request: Request) -> Response:
        """The live part of a Dash page."""
        page = request.path_params["page"]
        asked = self._glass.asked_pages.get(page)
        if asked is not None:
            query = asked.canonical(self._current(), request.url.query)
            if query is None:
                return PlainTextResponse("That address looks back: it is not live.", status_code=404)
            return await self._asked(request, page, query, asked)
        if page not in self._glass.pages:
            return PlainTextResponse("There is no live page of that name.", status_code=404)
        return await self._for_asker(request, page, "", *await self._renderings.part("page", page))

    async def _asked(self, request: Request, page: str, query: str, asked: AskedPage) -> Response:
        """The live part of a list: drawn once for all who may see every row, once for all who see none, and else for each."""
        if not permitted(Permission.PEOPLE):
            if asked.narrowed(self._current(), query):
                return PlainTextResponse(NARROWED, 403)
            rough = await self._renderings.part(ASKED, f"{page}?{query}{_ROUGH}")
            return await self._for_asker(request, page, query, *rough)
        try:
            if not self._named.whose():
                finished, picture = await self._renderings.part(ASKED, f"{page}?{query}")
                if asked.narrowed(picture, query):

                    def told(whole: Any) -> tuple[None, Leaving]:
                        return None, by_counts(page, whole, query, picture)

                    await asyncio.to_thread(self._named.give, page, told)
            else:
                picture = self._current()

                def draw(theirs: Any) -> tuple[str, Leaving]:
                    return asked.draw_theirs(theirs, picture, query), by_counts(page, theirs, query, picture)

                finished = finish((await asyncio.to_thread(self._named.give, page, draw)).encode(), HTML)
        except NoRows as why:
            return PlainTextResponse(why.words, why.status)
        answer = await self._for_asker(request, page, query, finished, picture)
        answer.headers["cache-control"] = "no-store"  # on no disk, and by no proxy: it counts, and names, who is listed
        return answer

    async def _for_asker(
        self, request: Request, page: str, query: str, finished: Finished, picture: Picture
    ) -> Response:
        """What was drawn once for all, without what the asker may not do, and those of whom they may not be told."""
        drawn = finished
        if leads_somewhere(finished):
            finished = await asyncio.to_thread(self._own.finished, finished)
        if names_somebody(finished):
            try:
                finished = await asyncio.to_thread(self._named.finished, page, query, finished)
            except NoRows as why:
                return PlainTextResponse(why.words, why.status)
        answer = self._answer(request, finished, picture)
        if finished is not drawn:
            answer.headers["cache-control"] = "private, no-cache"
        if names_somebody(finished):
            answer.headers["cache-control"] = (
                "no-store"  # on no disk, and by no proxy: the page's script keeps the ETag
            )
        return answer

    async def _board_part(self, request: Request, kind: str) -> Response:
        board = request.path_params["board"]
        if all(board != known.id for known in self._current().county.boards):
            known = ", ".join(known.id for known in self._current().county.boards) or "none"
            return PlainTextResponse(f"There is no board of that name. Boards: {known}.", status_code=404)
        return self._answer(request, *await self._renderings.part(kind, board))

    def _answer(self, request: Request, finished: Finished, picture: Picture) -> Response:
        response = respond(request, finished, picture)
        self.answers[response.status_code] += 1
        self.sent_bytes += len(response.body)
        return response


async def no_such_page(_request: Request) -> Response:
    """Nothing is here."""
    return PlainTextResponse("There is no such page.", status_code=404)


def _board(picture: Picture, board_id: str) -> Board:
    return next(board for board in picture.county.boards if board.id == board_id)
