"""Levels that people declare, over the web: the page of a place, with the form.

A finished page without a script, read from the store each time. What is sent answers with a way back to the page, which may be
loaded again; a form that is sent twice counts once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from flowcentre.access.acts import Acts
from flowcentre.feeds.author import author_of
from flowcentre.model import LEVELS_OF_PRESSURE, Declaration, Permission, Picture
from flowcentre.picture.pressure_book import DeclareForm, PlacePressure, PressureBoard
from flowcentre.web.asked import unknown_word
from flowcentre.web.displays import no_such_page
from flowcentre.web.glass import Glass
from flowcentre.web.pressure_slips import declare_slip, hold_ends
from flowcentre.web.slip_parts import refusal_of, said, unless_refused
from flowcentre.web.slips import fields_of, fresh_mark
from flowcentre.web.typed import SignedIn, nobody

PATH = "/pressure"
_NO_PLACE = "No level is declared for that place."
_READ_ONLY = "This server reads pressure and takes nothing."


class PressureReading(Protocol):
    """What the server needs of ``flowcentre.picture.pressure_book.PressureBook``. It blocks: call it in a thread."""

    def read(self, picture: Picture | None = None) -> PressureBoard:
        """Pressure as a picture has it."""
        ...

    def place(self, place: str) -> PlacePressure | None:
        """Pressure at one place; None where no level can be declared for it."""
        ...


class PressureDesk(Protocol):
    """What it needs of the store to take in what people declare. It blocks too."""

    def declare(
        self,
        place: str,
        level: int,
        reason: str,
        by: str,
        at: datetime,
        holds_until: datetime,
        *,
        slip: str | None = None,
    ) -> Declaration:
        """Keep the level that somebody declares; of a slip that was kept before, what was declared then."""
        ...


@dataclass(frozen=True)
class PressureRoutes:
    """The routes of pressure. Without a book there are none of its pages; without a desk nothing is taken in."""

    book: PressureReading | None
    desk: PressureDesk | None
    glass: Glass
    now: Callable[[], datetime]
    acts: Acts
    signed_in: SignedIn = nobody

    @property
    def routes(self) -> list[Route]:
        """Every route, with the plain refusal of what lies below."""
        return [
            Route(f"{PATH}/", _to_the_page),
            Route(f"{PATH}/{{place}}", self.place, methods=["GET"]),
            Route(f"{PATH}/{{place}}", self.sent, methods=["POST"]),
            Route(f"{PATH}/{{rest:path}}", no_such_page),
        ]

    def place(self, request: Request) -> Response:
        """The page of a place; with ``done`` it says what was declared."""
        if (
            words := unknown_word(request.query_params, ("done",), "a level is declared as things stand now")
        ) is not None:
            return PlainTextResponse(words, 422)
        known = self._known(request)
        if known is None:
            return PlainTextResponse(_NO_PLACE, 404)
        return self._drawn(request, known, DeclareForm(done=request.query_params.get("done") == "declared"))

    async def sent(self, request: Request) -> Response:
        """The form that declares a level. The gate has read its body, within its limit."""
        return await asyncio.to_thread(self._take, request, await request.body())

    def _take(self, request: Request, body: bytes) -> Response:
        known = self._known(request)
        if known is None:
            return PlainTextResponse(_NO_PLACE, 404)
        if self.desk is None:
            return PlainTextResponse(_READ_ONLY, 405)
        fields: Mapping[str, str] = {}
        try:
            fields = fields_of(body)
            at = self.now()
            slip = declare_slip(fields, self.signed_in(request), at)
            self.acts.before(Permission.ACT, [known.place], f"pressure at {known.place}: level {slip.level} declared")
            self.desk.declare(known.place, slip.level, slip.reason, slip.by, at, slip.holds_until, slip=slip.mark)
        except Exception as error:
            refusal = refusal_of(error, "a declared level could not be kept", place=known.place)
            return self._refused(request, known, fields, *refusal)
        return RedirectResponse(f"{PATH}/{known.place}?done=declared", status_code=303)

    def _known(self, request: Request) -> PlacePressure | None:
        return self.book.place(request.path_params["place"]) if self.book is not None else None

    def _refused(
        self, request: Request, known: PlacePressure, fields: Mapping[str, str], status: int, why: str
    ) -> Response:
        """The form as it was filled in, with what is wrong. What may be somebody's number is not shown again."""
        level = fields.get("level", "")
        form = DeclareForm(
            mark=fields.get("form", "") if status == 503 else "",  # sent again it is the same, if it was kept after all
            ends=hold_ends(self.now(), fields.get("until", "")),
            level=int(level) if level in {str(each) for each in LEVELS_OF_PRESSURE} else None,
            words=unless_refused(partial(said, needed=False, at=self.now()), fields.get("words", "")),
            author=unless_refused(author_of, fields.get("author", "")),
            mistakes=(why,),
        )
        return self._drawn(request, known, form, status)

    def _drawn(self, request: Request, known: PlacePressure, form: DeclareForm, status: int = 200) -> Response:
        draw, who = self.glass.pressure_page, self.signed_in(request)
        if draw is None:
            return PlainTextResponse(_NO_PLACE, 404)
        form = replace(
            form,
            mark=form.mark or fresh_mark(),
            ends=form.ends or hold_ends(self.now()),
            author=who if who is not None else form.author,
            signed_in=who is not None,
            may_write=self.desk is not None and self.acts.may(Permission.ACT, [known.place]),
        )
        return HTMLResponse(draw(known, form), status)


async def _to_the_page(_request: Request) -> Response:
    return RedirectResponse(PATH, status_code=307)
