"""Values typed in on a telephone: the list of places, a form for each, and what became of what was sent.

Finished pages without a script. What is sent goes to the desk, and the answer is a page that may be loaded again
and gone back from: a form that is sent twice is one record.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from flowcentre.access.acts import Acts, NotYours
from flowcentre.access.asking import author
from flowcentre.feeds.author import may_be_a_name
from flowcentre.feeds.typed import AuthorRefused, NoSuchForm, NotTaken
from flowcentre.model import AskedPlace, Figures, Form, Permission, Picture, Slip, Taken
from flowcentre.picture.typed import replaced_by
from flowcentre.web.displays import no_such_page
from flowcentre.web.failures import kind_and_place
from flowcentre.web.glass import Glass
from flowcentre.web.slip_parts import NOT_KEPT
from flowcentre.web.slips import NotASlip, fields_of, fresh_mark
from flowcentre.web.typed_slips import choices, slip_of

PATH = "/type-in"
NOTHING_TYPED = "Nothing is typed in here: no feed of this county is, or this server may not write."
_SHOWN_WITHIN = 3.0  # seconds that an answer waits for the picture of what was kept
_LOOK_EVERY = 0.02
# An answer to a form that was sent is not fetched again when one goes back to it: a browser shows what it has, or an error
# where it has nothing. Kept by the browser alone, it is there whichever of several servers gave it.
_GONE_BACK_TO = {"cache-control": "private, no-cache"}
_MARK_LETTERS = frozenset("0123456789abcdef")
log = structlog.get_logger(__name__)

SignedIn = Callable[[Request], str | None]  # who asks, as an author; None where nobody is signed in


class Desk(Protocol):
    """What the server needs of what takes in typed values. It blocks: call it in a thread."""

    def places(self) -> tuple[AskedPlace, ...]:
        """Every place that can be typed for."""
        ...

    def asks(self, place: str) -> AskedPlace | None:
        """What may be typed for a place."""
        ...

    def take(self, slip: Slip) -> Taken:
        """Keep what somebody typed. Raises NoSuchForm and NotTaken."""
        ...

    def kept(self, mark: str) -> Taken | None:
        """What became of a slip that was kept, by its mark."""
        ...


def nobody(_request: Request) -> str | None:
    """There is no sign-in: whoever types says who they are."""
    return None


def by_title(_request: Request) -> str | None:
    """Who asks, as the gate knows them; None where there is no sign-in."""
    return author()


@dataclass(frozen=True)
class _Said:
    """What stands in a form that comes back."""

    figures: Figures | None = None
    author: str = ""
    holds: str | None = None
    role: bool = False


_NOTHING_SAID = _Said()


@dataclass(frozen=True)
class _Kept:
    """A form that the desk has taken in, with what stood in it."""

    asked: AskedPlace
    said: _Said
    taken: Taken


@dataclass(frozen=True)
class TypedRoutes:
    """The routes of typed values. Without a desk there are none of its pages."""

    desk: Desk | None
    glass: Glass
    current: Callable[[], Picture]
    now: Callable[[], datetime]
    acts: Acts
    signed_in: SignedIn = nobody

    @property
    def routes(self) -> list[Route]:
        """Every route, with the plain refusal of what lies below."""
        return [
            Route(PATH, self.places),
            Route(f"{PATH}/", self.places),
            Route(f"{PATH}/{{place}}", self.form, methods=["GET"]),
            Route(f"{PATH}/{{place}}", self.sent, methods=["POST"]),
            Route(f"{PATH}/{{rest:path}}", no_such_page),
        ]

    def places(self, _request: Request) -> Response:
        """Each place that can be typed for, with what is known of it."""
        draw = self.glass.type_in_list
        asked = self.desk.places() if self.desk is not None else ()
        if draw is None or not asked:
            return PlainTextResponse(NOTHING_TYPED, 404)
        return HTMLResponse(draw(self.current(), asked, self.now()))

    def form(self, request: Request) -> Response:
        """The form of a place; with ``sent`` it says what became of the one that was sent."""
        asked = self._asked(request)
        if asked is None:
            return _no_such_place()
        taken, mark = None, request.query_params.get("sent", "")
        if mark and len(mark) == 64 and set(mark) <= _MARK_LETTERS and self.desk is not None:
            taken = self.desk.kept(mark)
        if taken is not None and taken.place == asked.place:
            taken = replace(taken, again="again" in request.query_params)  # loaded once more is not sent once more
            return self._answer(request, asked, said=_Said(author=taken.typed.author, role=True), taken=taken)
        return self._answer(request, asked)

    async def sent(self, request: Request) -> Response:
        """What was typed, kept or not. The gate has read its body, within its limit."""
        answer = await asyncio.to_thread(self._take, request, await request.body())
        if isinstance(answer, Response):
            return answer
        await self._shown(answer.taken.version)
        return await asyncio.to_thread(self._told, request, answer)

    def _take(self, request: Request, body: bytes) -> Response | _Kept:
        asked = self._asked(request)
        if asked is None or self.desk is None:
            return _no_such_place()
        try:
            fields = fields_of(body)
            slip = slip_of(fields, asked, self.signed_in(request))
        except NotASlip as why:
            return self._answer(request, asked, status=400, mistakes=(str(why),))
        said = _Said(slip.figures, slip.author, fields["holds"], slip.role)
        try:
            self.acts.before(Permission.TYPE_IN, [asked.place], f"values of {asked.place}: typed in")
            taken = self.desk.take(slip)
        except NotYours as why:
            return self._answer(request, asked, status=403, said=said, mistakes=(str(why),))
        except AuthorRefused as why:
            said = replace(said, author="")
            return self._answer(request, asked, status=422, said=said, mistakes=(str(why),))
        except NotTaken as why:
            return self._answer(request, asked, status=422, said=said, mistakes=(str(why),))
        except NoSuchForm:  # the configuration has changed since the form was drawn
            return _no_such_place()
        except Exception as error:
            log.error("what was typed could not be kept", place=asked.place, **kind_and_place(error))
            return self._answer(request, asked, status=503, said=said, mark=slip.form, mistakes=(NOT_KEPT,))
        return _Kept(asked, said, taken)

    async def _shown(self, version: int) -> None:
        """Give the picture a moment to show what was kept. No thread is held meanwhile: other pages are drawn in them."""
        end = time.monotonic() + _SHOWN_WITHIN
        while self.current().version < version and time.monotonic() < end:
            await asyncio.sleep(_LOOK_EVERY)

    def _told(self, request: Request, kept: _Kept) -> Response:
        """The answer to a form that was kept, in part or whole, or of which nothing was believed."""
        taken = kept.taken
        if taken.held:
            status = 200 if taken.services else 422
            return self._answer(request, kept.asked, status=status, said=kept.said, taken=taken)
        query = {"sent": taken.mark} | ({"again": "yes"} if taken.again else {})
        return RedirectResponse(f"{PATH}/{kept.asked.place}?{urlencode(query)}", 303)

    def _asked(self, request: Request) -> AskedPlace | None:
        if self.desk is None or self.glass.type_in_form is None:
            return None
        return self.desk.asks(request.path_params["place"])

    def _answer(
        self,
        request: Request,
        asked: AskedPlace,
        *,
        status: int = 200,
        said: _Said = _NOTHING_SAID,
        mark: str | None = None,
        mistakes: tuple[str, ...] = (),
        taken: Taken | None = None,
    ) -> Response:
        draw, picture, now = self.glass.type_in_form, self.current(), self.now()
        assert draw is not None
        who = self.signed_in(request)
        behind = taken is not None and picture.version < taken.version
        form = Form(
            asked,
            mark or fresh_mark(),
            said.figures if said.figures is not None else last_known(asked, picture),
            choices(asked, now, said.holds),
            author=who if who is not None else said.author,
            signed_in=who is not None,
            mistakes=mistakes,
            taken=taken,
            replaced=replaced_by(picture, asked, taken) if taken is not None and not behind else None,
            role=said.role if who is None and may_be_a_name(said.author) else None,
            behind=behind,
            may_write=self.acts.may(Permission.TYPE_IN, [asked.place]),
        )
        headers = _GONE_BACK_TO if request.method == "POST" else None
        return HTMLResponse(draw(picture, form, now), status, headers)


def last_known(asked: AskedPlace, picture: Picture) -> Figures:
    """What was last known of a place's figures, as one would type it."""
    cells: dict[str, dict[str, str]] = {}
    for service in asked.services:
        for figure in service.figures:
            value = picture.value(asked.place, figure.measure).value
            cells.setdefault(service.name, {})[figure.column] = "" if value is None else _typed(value)
    return cells


def _typed(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


def _no_such_place() -> Response:
    return PlainTextResponse("Nothing is typed in for that place.", 404)
