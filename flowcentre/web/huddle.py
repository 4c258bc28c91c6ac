"""Huddles over the web: the page of the one that is open, on which minutes are typed, and each one with its sitrep.

Finished pages without a script; where there is one, what is live is put up beside the forms and never over them, so that nothing
that is being typed is lost. What is sent answers with a way back to the page, which may be loaded again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from flowcentre.access.acts import Acts
from flowcentre.access.asking import permitted
from flowcentre.alerts.rota import told
from flowcentre.alerts.sitreps import sitrep_link, sitrep_tellings
from flowcentre.feeds.author import author_of
from flowcentre.model import Alerting, Huddle, Permission, Picture
from flowcentre.picture.huddle import HuddleForm, HuddleKept
from flowcentre.picture.sitrep import sitrep_text
from flowcentre.web.displays import no_such_page
from flowcentre.web.failures import kind_and_place
from flowcentre.web.glass import Glass
from flowcentre.web.huddle_desk import HuddleDesk, HuddleReading
from flowcentre.web.huddle_slips import Do, HuddleSlip, huddle_slip, minute_of
from flowcentre.web.slip_parts import NOT_KEPT, NotSaid, number_of, refusal_of, unless_refused
from flowcentre.web.slips import NotASlip, fields_of, fresh_mark
from flowcentre.web.typed import SignedIn, nobody

PATH = "/huddle"
_DONE = frozenset({"opened", "standing", "kept", "closed", "sent", "already"})
_READ_ONLY = "This server reads huddles and takes nothing."
_NO_HUDDLE = "There is no such huddle."
_OVER = "This huddle has been closed, by somebody else or on another page: what you wrote is not in its minutes."
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class HuddleRoutes:
    """The routes of huddles. Without a book there are none of its pages; without a desk nothing is taken in."""

    book: HuddleReading | None
    desk: HuddleDesk | None
    glass: Glass
    current: Callable[[], Picture]
    now: Callable[[], datetime]
    acts: Acts
    signed_in: SignedIn = nobody

    @property
    def routes(self) -> list[Route]:
        """Every route, with the plain refusal of what lies below."""
        return [
            Route(PATH, self.open_one, methods=["GET"]),
            Route(PATH, self.sent_to_open, methods=["POST"]),
            Route(f"{PATH}/", _to_the_page),
            Route(f"{PATH}/{{id}}.txt", self.text),
            Route(f"{PATH}/{{id}}.pdf", self.pdf),
            Route(f"{PATH}/{{id}}", self.one, methods=["GET"]),
            Route(f"{PATH}/{{id}}", self.sent, methods=["POST"]),
            Route(f"{PATH}/{{rest:path}}", no_such_page),
        ]

    # --- Shown ------------------------------------------------------------------------------------

    def open_one(self, request: Request) -> Response:
        """The huddle that is open, or the form that opens one; with ``done`` it says what became of what was sent."""
        asked = request.query_params
        done = asked.get("done", "")
        form = HuddleForm(done=done if done in _DONE else "", author=self._author(asked.get("minute", "")))
        return self._drawn(request, form)

    def one(self, request: Request) -> Response:
        """One huddle with its sitrep; the one that is open has its own page."""
        kept = self._kept(request)
        if kept is None:
            return PlainTextResponse(_NO_HUDDLE, 404)
        if kept.huddle.closed_at is None:
            return RedirectResponse(PATH, status_code=307)
        done, sent = request.query_params.get("done", ""), kept.huddle.sent_at is not None
        told = done in _DONE and not (sent if done == "closed" else done == "sent" and not sent)  # an old address tells
        return self._drawn_kept(request, kept, HuddleForm(done=done if told else ""))

    def text(self, request: Request) -> Response:
        """A sitrep as text."""
        kept = self._kept(request)
        if kept is None:
            return PlainTextResponse(_NO_HUDDLE, 404)
        page = sitrep_link(kept.picture.county.alerting, kept.huddle.id)
        return PlainTextResponse(sitrep_text(kept.sitrep, f"{page}.pdf", page=page))

    def pdf(self, request: Request) -> Response:
        """A sitrep as PDF."""
        kept, draw = self._kept(request), self.glass.sitrep_pdf
        if kept is None or draw is None:
            return PlainTextResponse(_NO_HUDDLE, 404)
        named = {"content-disposition": f'inline; filename="sitrep-{kept.huddle.id}.pdf"'}
        return Response(draw(kept.sitrep), media_type="application/pdf", headers=named)

    # --- Sent -------------------------------------------------------------------------------------

    async def sent_to_open(self, request: Request) -> Response:
        """The form that opens a huddle. The gate has read its body, within its limit."""
        return await asyncio.to_thread(self._answered, self._open, request, await request.body())

    async def sent(self, request: Request) -> Response:
        """A form of a huddle."""
        return await asyncio.to_thread(self._answered, self._take, request, await request.body())

    def _answered(self, take: Callable[[Request, bytes], Response], request: Request, body: bytes) -> Response:
        """What became of a form; where not even its page can be drawn, its words come back as they are."""
        try:
            return take(request, body)
        except Exception as error:
            log.error("the form of a huddle could not be answered", **kind_and_place(error))
            return PlainTextResponse(f"{NOT_KEPT}\n\n{_words_in(body, self.now())}".rstrip(), 503)

    def _open(self, request: Request, body: bytes) -> Response:
        if self.book is None:
            return PlainTextResponse(_NO_HUDDLE, 404)
        if self.desk is None:
            return PlainTextResponse(_READ_ONLY, 405)
        fields: Mapping[str, str] = {}
        try:
            fields = fields_of(body)
            slip = huddle_slip(fields, Do.OPEN, signed_in=self.signed_in(request), at=self.now())
            at = self.now()
            self.acts.before(Permission.ACT, [], "a huddle: opened")
            huddle = self.desk.open_huddle(slip.by, at)
        except Exception as error:
            status, why = refusal_of(error, "a huddle could not be opened")
            return self._drawn(request, _again(fields, why, self.now()), status)
        new = huddle.opened_by == slip.by and abs(huddle.opened_at - at) < timedelta(seconds=1)
        return RedirectResponse(f"{PATH}?done={'opened' if new else 'standing'}", status_code=303)

    def _take(self, request: Request, body: bytes) -> Response:
        number = number_of(request.path_params["id"])
        if self.book is None or number is None:
            return PlainTextResponse(_NO_HUDDLE, 404)
        if self.desk is None:
            return PlainTextResponse(_READ_ONLY, 405)
        huddle = self.desk.huddle(number)
        if huddle is None:
            return PlainTextResponse(_NO_HUDDLE, 404)
        fields: Mapping[str, str] = {}
        try:
            fields = fields_of(body)
            who, at = self.signed_in(request), self.now()
            slip = huddle_slip(fields, Do.MINUTE, Do.CLOSE, Do.SEND, signed_in=who, at=at)
            return RedirectResponse(self._do(self.book, self.desk, huddle, slip), status_code=303)
        except Exception as error:
            status, why = refusal_of(error, "what somebody did at a huddle could not be kept")
            return self._refused(request, huddle, _again(fields, why, self.now()), status)

    def _do(self, book: HuddleReading, desk: HuddleDesk, huddle: Huddle, slip: HuddleSlip) -> str:
        """Keep it, and say where one reads what became of it."""
        at = self.now()
        self.acts.before(Permission.ACT, [], f"huddle {huddle.id}: {slip.do}")
        if slip.do is Do.MINUTE:
            try:
                minute = desk.add_minute(huddle.id, slip.by, slip.words, at, slip=slip.mark)
            except ValueError:
                raise _Over(_OVER) from None
            return f"{PATH}?done=kept&minute={huddle.id}.{minute.id}"
        done = ""
        if slip.do is Do.CLOSE:
            # Of two who close it at once the second finds it closed, and sends what the first has kept.
            done = "closed" if desk.close_huddle(huddle.id, slip.by, at) else "already"
            ended = desk.huddle(huddle.id)
            assert ended is not None
            book.keep(ended)
            if not slip.sends:
                return f"{PATH}/{huddle.id}?done={done}"
        elif huddle.closed_at is None:
            raise _Over("The sitrep goes out once the huddle is closed.")
        tellings = sitrep_tellings(self.current().county.alerting, huddle.id, at)
        if not tellings and slip.do is Do.CLOSE:  # it is closed, and its page says that nobody is named
            return f"{PATH}/{huddle.id}?done={done}"
        if not tellings:
            raise _Over("Nobody is named who gets it: see [huddle] of leads.toml. It can be read and passed on here.")
        sent = desk.huddle_sent(huddle.id, at, tellings)
        return f"{PATH}/{huddle.id}?done={'sent' if sent else 'already'}"

    # --- How --------------------------------------------------------------------------------------

    def _kept(self, request: Request) -> HuddleKept | None:
        number = number_of(request.path_params["id"])
        return self.book.one(number) if self.book is not None and number is not None else None

    def _author(self, minute: str) -> str:
        """Who wrote the minute that was kept last, so that nobody says it anew for each line."""
        huddle, _, of = minute.partition(".")
        number = number_of(huddle)
        if self.desk is None or number is None:
            return ""
        return next((each.by for each in self.desk.minutes(number) if str(each.id) == of), "")

    def _refused(self, request: Request, huddle: Huddle, form: HuddleForm, status: int) -> Response:
        """The form as it was filled in, with what is wrong, on the page that the huddle has by now."""
        kept = self.book.one(huddle.id) if self.book is not None else None
        if kept is not None and kept.huddle.closed_at is not None:
            return self._drawn_kept(request, kept, form, status)
        return self._drawn(request, form, status)

    def _drawn(self, request: Request, form: HuddleForm, status: int = 200) -> Response:
        draw = self.glass.huddle_page
        if draw is None or self.book is None:
            return PlainTextResponse("There are no huddles here.", 404)
        return HTMLResponse(draw(self.book.read(), self._may(request, form)), status)

    def _drawn_kept(self, request: Request, kept: HuddleKept, form: HuddleForm, status: int = 200) -> Response:
        draw = self.glass.huddle_kept
        if draw is None:
            return PlainTextResponse(_NO_HUDDLE, 404)
        return HTMLResponse(draw(kept, self._may(request, form)), status)

    def _may(self, request: Request, form: HuddleForm) -> HuddleForm:
        """Who is signed in stands in the form; where nothing is taken in there is none."""
        who = self.signed_in(request)
        alerting = self.current().county.alerting
        return replace(
            form,
            author=who if who is not None else form.author,
            signed_in=who is not None,
            mark=form.mark or fresh_mark(),
            may_write=self.desk is not None and permitted(Permission.ACT),
            to=_titles(alerting, self.now()),
        )


class _Over(NotSaid):
    """A huddle that is closed takes no more, and one that is open sends nothing yet."""


def _titles(alerting: Alerting, at: datetime) -> tuple[str, ...]:
    leads = (alerting.lead(id) for id in told(alerting, alerting.sitrep_to, at))
    return tuple(lead.title for lead in leads if lead is not None)


def _again(fields: Mapping[str, str], why: str, at: datetime) -> HuddleForm:
    """What stood in a form. What may be somebody's number is not shown again."""
    asked = fields.get("do", "")
    return HuddleForm(
        author=unless_refused(author_of, fields.get("author", "")),
        words=unless_refused(partial(minute_of, at=at), fields.get("words", "")),
        mark=fields.get("form", "")[:64] if fields.get("form", "").isascii() else "",
        asked=asked if asked in tuple(Do) else "",
        mistakes=(why,),
    )


def _words_in(body: bytes, at: datetime) -> str:
    try:
        return _again(fields_of(body), "", at).words
    except NotASlip:
        return ""


async def _to_the_page(_request: Request) -> Response:
    return RedirectResponse(PATH, status_code=307)
