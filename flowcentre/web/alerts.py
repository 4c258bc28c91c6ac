"""Alerts over the web: the page of one, on which it is acknowledged, silenced or closed, silences, and action cards.

Finished pages without a script, read from the store each time. What is sent answers with a way back to the page, which may be
loaded again; a form that is sent twice counts once.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from flowcentre.access.acts import Acts
from flowcentre.alerts.routing import told_next
from flowcentre.feeds.author import author_of
from flowcentre.model import Alert, Permission, Picture, Silence
from flowcentre.model.level_cards import LEVEL_CARDS
from flowcentre.picture.alerts_now import AlertForm, AlertStory
from flowcentre.web.alert_desk import AlertDesk, AlertReading
from flowcentre.web.alert_slips import AlertSlip, Do, alert_slip, silence_ends
from flowcentre.web.cards import Cards, no_cards
from flowcentre.web.displays import no_such_page
from flowcentre.web.glass import Glass
from flowcentre.web.planned import PlannedSilences
from flowcentre.web.slip_parts import number_of, refusal_of, said, unless_refused, what_of
from flowcentre.web.slips import fields_of, fresh_mark
from flowcentre.web.typed import SignedIn, nobody

PATH, SILENCES, CARDS = "/alerts", "/silences", "/action-cards"
_DONE = frozenset({"acknowledged", "already", "over", "silenced", "closed", "ended"})
_READ_ONLY = "This server reads alerts and takes nothing."
_NO_ALERT, _NO_SILENCE = "There is no such alert.", "There is no such silence, or it has ended."
_EMPTY = AlertForm()


@dataclass(frozen=True)
class AlertRoutes:
    """The routes of alerts. Without a book there are none of its pages; without a desk nothing is taken in."""

    book: AlertReading | None
    desk: AlertDesk | None
    glass: Glass
    current: Callable[[], Picture]
    now: Callable[[], datetime]
    acts: Acts
    cards: Cards = no_cards
    signed_in: SignedIn = nobody
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)  # to see whether a silence is kept already

    @property
    def routes(self) -> list[Route]:
        """Every route, with the plain refusal of what lies below."""
        planned = PlannedSilences(
            self.desk, self.glass, self.current, self.now, self.acts, self.signed_in, self.one_at_a_time
        )
        return [
            Route(f"{PATH}/", _to_the_page),
            Route(f"{PATH}/{{id}}", self.alert, methods=["GET"]),
            Route(f"{PATH}/{{id}}", self.sent, methods=["POST"]),
            Route(f"{PATH}/{{rest:path}}", no_such_page),
            Route(f"{SILENCES}/new", planned.shown, methods=["GET"]),
            Route(f"{SILENCES}/new", planned.sent, methods=["POST"]),
            Route(f"{SILENCES}/{{id}}", self.silence, methods=["GET"]),
            Route(f"{SILENCES}/{{id}}", self.sent_of_silence, methods=["POST"]),
            Route(f"{SILENCES}/{{rest:path}}", no_such_page),
            Route(f"{CARDS}/{{name}}", self.card),
            Route(f"{CARDS}/{LEVEL_CARDS}/{{name}}", self.level_card),
            Route(f"{CARDS}/{{rest:path}}", no_such_page),
        ]

    # --- Shown ------------------------------------------------------------------------------------

    def alert(self, request: Request) -> Response:
        """The page of an alert; with ``done`` it says what became of what was sent."""
        story = self._story(request)
        if story is None:
            return PlainTextResponse(_NO_ALERT, 404)
        done = request.query_params.get("done", "")
        return self._drawn(request, story, AlertForm(done=done if done in _DONE else ""))

    def silence(self, request: Request) -> Response:
        """The page of a silence."""
        silence = self._silence(request)
        return PlainTextResponse(_NO_SILENCE, 404) if silence is None else self._drawn_silence(request, silence)

    def card(self, request: Request) -> Response:
        """An action card."""
        return self._drawn_card(request.path_params["name"])

    def level_card(self, request: Request) -> Response:
        """The action card of a kind of place for a level of pressure."""
        return self._drawn_card(f"{LEVEL_CARDS}/{request.path_params['name']}")

    def _drawn_card(self, name: str) -> Response:
        draw = self.glass.action_card
        text = self.cards(name) if draw is not None else None
        if draw is None or text is None:
            return PlainTextResponse("There is no action card of that name.", 404)
        return HTMLResponse(draw(self.current(), name, text))

    # --- Sent -------------------------------------------------------------------------------------

    async def sent(self, request: Request) -> Response:
        """A form of an alert. The gate has read its body, within its limit."""
        return await asyncio.to_thread(self._take, request, await request.body())

    async def sent_of_silence(self, request: Request) -> Response:
        """The form that ends a silence."""
        return await asyncio.to_thread(self._end, request, await request.body())

    def _take(self, request: Request, body: bytes) -> Response:
        story = self._story(request)
        if story is None:
            return PlainTextResponse(_NO_ALERT, 404)
        if self.desk is None:
            return PlainTextResponse(_READ_ONLY, 405)
        fields: Mapping[str, str] = {}
        do, alert = None, story.alert
        try:
            fields = fields_of(body)
            do = what_of(fields, Do.ACKNOWLEDGE, Do.SILENCE, Do.CLOSE)
            slip = alert_slip(fields, do, self.signed_in(request), self.now())
            where = "" if slip.do is Do.SILENCE and slip.everywhere else alert.subject
            what = f"alert {alert.id}, {alert.rule} at {alert.subject}: {slip.do}{'' if where else ' everywhere'}"
            self.acts.before(Permission.ACT, [where], what)
            done = self._do(self.desk, alert, slip)
        except Exception as error:
            refusal = refusal_of(error, "what somebody did about an alert could not be kept", do=do)
            return self._refused(request, story, fields, *refusal)
        return RedirectResponse(f"{PATH}/{story.alert.id}?done={done}", status_code=303)

    def _do(self, desk: AlertDesk, alert: Alert, slip: AlertSlip) -> str:
        """Keep it, and say what became of it."""
        at = self.now()
        if slip.do is Do.SILENCE:
            assert slip.until is not None
            self._silence_once(desk, alert, slip, slip.until, at)
            return "silenced"
        if slip.do is Do.CLOSE:
            return "closed" if desk.close_alert(alert.id, slip.by, at, slip.words) else "over"
        if desk.acknowledge(alert.id, slip.by, at, slip.words):
            return "acknowledged"
        return "over" if alert.cleared_at is not None else "already"

    def _silence_once(self, desk: AlertDesk, alert: Alert, slip: AlertSlip, until: datetime, at: datetime) -> None:
        """The same form again, or gone back to, is the same silence."""
        wanted = (alert.rule, "" if slip.everywhere else alert.subject, slip.words, slip.by)
        with self.one_at_a_time:
            for kept in desk.silences(at):
                if (kept.rule, kept.subject, kept.reason, kept.by, kept.ends_at) == (*wanted, until):
                    return
            desk.silence(*wanted, at, until)

    def _end(self, request: Request, body: bytes) -> Response:
        silence = self._silence(request)
        if silence is None:  # it has ended: whoever sent it twice is told the same
            return PlainTextResponse(_NO_SILENCE, 404)
        if self.desk is None:
            return PlainTextResponse(_READ_ONLY, 405)
        fields: Mapping[str, str] = {}
        try:
            fields = fields_of(body)
            slip = alert_slip(fields, what_of(fields, Do.END), self.signed_in(request), self.now())
            what = f"silence {silence.id}, {silence.rule or 'every rule'} at {silence.subject or 'every place'}: ended"
            self.acts.before(Permission.ACT, [silence.subject], what)
            self.desk.end_silence(silence.id, self.now(), slip.by)
        except Exception as error:
            status, why = refusal_of(error, "a silence could not be ended")
            return self._drawn_silence(request, silence, status, AlertForm(mistakes=(why,)))
        return RedirectResponse(f"{PATH}#silences", status_code=303)

    # --- How --------------------------------------------------------------------------------------

    def _story(self, request: Request) -> AlertStory | None:
        number = number_of(request.path_params["id"])
        return self.book.story(number) if self.book is not None and number is not None else None

    def _silence(self, request: Request) -> Silence | None:
        number = number_of(request.path_params["id"])
        return self.book.silence(number) if self.book is not None and number is not None else None

    def _refused(
        self, request: Request, story: AlertStory, fields: Mapping[str, str], status: int, why: str
    ) -> Response:
        """The form as it was filled in, with what is wrong. What may be somebody's number is not shown again."""
        asked = fields.get("do", "")
        form = AlertForm(
            silence_ends(self.now(), fields.get("until", "")),
            author=unless_refused(author_of, fields.get("author", "")),
            words=unless_refused(partial(said, needed=False, at=self.now()), fields.get("words", "")),
            everywhere=fields.get("where") == "everywhere",
            asked=asked if asked in tuple(Do) else "",
            mistakes=(why,),
        )
        return self._drawn(request, story, form, status)

    def _drawn(self, request: Request, story: AlertStory, form: AlertForm, status: int = 200) -> Response:
        draw, who = self.glass.alert_page, self.signed_in(request)
        if draw is None:
            return PlainTextResponse(_NO_ALERT, 404)
        if story.rule is not None:
            story = replace(story, card=self.cards(story.rule.action_card))
        alerting = story.picture.county.alerting
        story = replace(story, told_next=told_next(alerting, story.alert, story.told, story.silences, self.now()))
        ends = form.ends or silence_ends(self.now())
        return HTMLResponse(draw(story, self._may(replace(form, ends=ends), who, story.alert.subject)), status)

    def _drawn_silence(
        self, request: Request, silence: Silence, status: int = 200, form: AlertForm = _EMPTY
    ) -> Response:
        draw = self.glass.silence_page
        if draw is None:
            return PlainTextResponse(_NO_SILENCE, 404)
        who = self.signed_in(request)
        return HTMLResponse(draw(self.current(), silence, self._may(form, who, silence.subject), self.now()), status)

    def _may(self, form: AlertForm, who: str | None, subject: str) -> AlertForm:
        """Who is signed in stands in the form; where nothing is taken in, or not from them of this place, there is none."""
        author = who if who is not None else form.author
        return replace(
            form,
            author=author,
            signed_in=who is not None,
            mark=fresh_mark(),
            may_write=self.desk is not None and self.acts.may(Permission.ACT, [subject]),
            may_everywhere=self.acts.may(Permission.ACT, [""]),
        )


async def _to_the_page(_request: Request) -> Response:
    return RedirectResponse(PATH, status_code=307)
