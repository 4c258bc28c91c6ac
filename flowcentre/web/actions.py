"""Actions over the web: the page of one, on which is said what came of it, and the form that logs one.

Finished pages without a script, read from the store each time. What is sent answers with a way back to the page, which may be
loaded again; a form that is sent twice counts once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from flowcentre.access.acts import Acts
from flowcentre.feeds.author import author_of
from flowcentre.model import Action, ActionState, Permission, Picture
from flowcentre.picture.actions_now import ActionForm, ActionStory, Draft, moved_words, triggers
from flowcentre.web.action_desk import ActionDesk, ActionReading
from flowcentre.web.action_slips import NOTED, ActionSlip, Do, action_slip, dues, role_of
from flowcentre.web.displays import no_such_page
from flowcentre.web.failures import kind_and_place
from flowcentre.web.glass import Glass
from flowcentre.web.slip_parts import NOT_KEPT, number_of, refusal_of, said, unless_refused
from flowcentre.web.slips import NOT_OURS, NotASlip, fields_of, fresh_mark
from flowcentre.web.typed import SignedIn, nobody

PATH = "/actions"
NEW = f"{PATH}/new"
_DONE = frozenset({"logged", "over", "same", *NOTED})
_READ_ONLY = "This server reads actions and takes nothing."
_NO_ACTION = "There is no such action."
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ActionRoutes:
    """The routes of actions. Without a book there are none of its pages; without a desk nothing is taken in."""

    book: ActionReading | None
    desk: ActionDesk | None
    glass: Glass
    current: Callable[[], Picture]
    now: Callable[[], datetime]
    acts: Acts
    signed_in: SignedIn = nobody

    @property
    def routes(self) -> list[Route]:
        """Every route, with the plain refusal of what lies below."""
        return [
            Route(f"{PATH}/", _to_the_page),
            Route(NEW, self.new, methods=["GET"]),
            Route(NEW, self.sent_new, methods=["POST"]),
            Route(f"{PATH}/{{id}}", self.action, methods=["GET"]),
            Route(f"{PATH}/{{id}}", self.sent, methods=["POST"]),
            Route(f"{PATH}/{{rest:path}}", no_such_page),
        ]

    # --- Shown ------------------------------------------------------------------------------------

    def new(self, request: Request) -> Response:
        """The form that logs an action; its address may say of what: ``alert``, ``huddle``, ``place`` and ``measure``."""
        if self.book is None:
            return PlainTextResponse(_NO_ACTION, 404)
        asked = request.query_params
        draft = self._draft(self.book, asked)
        named = (("alert", draft.alert), ("huddle", draft.huddle))
        missing = " or ".join(
            f"{name} {asked[name][:20]}" for name, found in named if asked.get(name) and found is None
        )
        return self._drawn_new(request, draft, ActionForm(missing=missing), 404 if missing else 200)

    def action(self, request: Request) -> Response:
        """The page of an action; with ``done`` it says what became of what was sent."""
        story = self._story(request)
        if story is None:
            return PlainTextResponse(_NO_ACTION, 404)
        done = request.query_params.get("done", "")
        return self._drawn(request, story, ActionForm(done=done if done in _DONE else ""))

    # --- Sent -------------------------------------------------------------------------------------

    async def sent_new(self, request: Request) -> Response:
        """The form that logs an action. The gate has read its body, within its limit."""
        return await asyncio.to_thread(self._log, request, await request.body())

    async def sent(self, request: Request) -> Response:
        """A form of an action."""
        return await asyncio.to_thread(self._take, request, await request.body())

    def _log(self, request: Request, body: bytes) -> Response:
        if self.book is None:
            return PlainTextResponse(_NO_ACTION, 404)
        if self.desk is None:
            return PlainTextResponse(_READ_ONLY, 405)
        fields: Mapping[str, str] = {}
        draft = self.book.draft()
        try:
            fields = fields_of(body)
            draft = self._draft(self.book, fields)
            slip = self._slip(request, fields, Do.LOG)
            _same_trigger(draft, fields)
            action = self._keep(self.desk, draft, slip)
        except Exception as error:
            status, why = refusal_of(error, "an action could not be kept")
            again = self._again(fields, why)
            if status == 503 and draft.alert is None and draft.huddle is None:
                # They may not have been looked up: what is sent again must be of the same alert and huddle.
                alert, huddle = (
                    text if number_of(text := fields.get(name, "")) is not None else "" for name in ("alert", "huddle")
                )
                draft = self._draft(self.book, {**fields, "alert": "", "huddle": ""})
                again = replace(again, alert=alert, huddle=huddle)
            return self._drawn_new(request, draft, again, status)
        return RedirectResponse(f"{PATH}/{action.id}?done=logged", status_code=303)

    def _keep(self, desk: ActionDesk, draft: Draft, slip: ActionSlip) -> Action:
        assert slip.who is not None
        assert slip.due_at is not None
        of = _of_draft(draft)
        self.acts.before(Permission.ACT, [of] if of else [], f"an action{f' at {of}' if of else ''}: logged")
        return desk.log_action(
            slip.words,
            slip.who,
            slip.due_at,
            slip.by,
            self.now(),
            alert=draft.alert.id if draft.alert is not None else None,
            place=draft.place,
            measure=draft.measure,
            huddle=draft.huddle.id if draft.huddle is not None else None,
            slip=slip.mark,
        )

    def _take(self, request: Request, body: bytes) -> Response:
        try:
            story = self._story(request)
        except Exception as error:  # there is no page to draw the form on again: the browser has it still
            log.error("an action could not be read", **kind_and_place(error))
            return PlainTextResponse(f"{NOT_KEPT} Go back to the form: it is as you filled it in.", 503)
        if story is None:
            return PlainTextResponse(_NO_ACTION, 404)
        if self.desk is None:
            return PlainTextResponse(_READ_ONLY, 405)
        action = story.action
        fields: Mapping[str, str] = {}
        do = None
        try:
            fields = fields_of(body)
            slip = self._slip(request, fields, *NOTED)
            do = slip.do
            at, county = self.now(), self.current().county
            of = _of_story(story)
            what = f"action {action.id}{f' at {of}' if of else ''}: {slip.do}"
            self.acts.before(Permission.ACT, [of] if of else [], what)
            noted = self.desk.note_action(
                action.id,
                NOTED[slip.do],
                slip.by,
                at,
                slip.words,
                due_at=slip.due_at,
                who=slip.who,
                moved_words=partial(moved_words, county, at),
            )
        except Exception as error:
            status, why = refusal_of(error, "what somebody did about an action could not be kept", do=do)
            return self._drawn(request, story, self._again(fields, why), status)
        done = slip.do.value if noted else "over" if action.state is not ActionState.OPEN else "same"
        return RedirectResponse(f"{PATH}/{action.id}?done={done}", status_code=303)

    # --- How --------------------------------------------------------------------------------------

    def _slip(self, request: Request, fields: Mapping[str, str], *allowed: Do) -> ActionSlip:
        county = self.current().county
        return action_slip(fields, *allowed, county=county, signed_in=self.signed_in(request), at=self.now())

    def _draft(self, book: ActionReading, said_of: Mapping[str, str]) -> Draft:
        place, _, measure = said_of.get("trigger", "").partition("/")
        return book.draft(
            alert=number_of(said_of.get("alert", "")),
            huddle=number_of(said_of.get("huddle", "")),
            place=said_of.get("place", place),
            measure=said_of.get("measure", measure),
        )

    def _story(self, request: Request) -> ActionStory | None:
        number = number_of(request.path_params["id"])
        return self.book.story(number) if self.book is not None and number is not None else None

    def _again(self, fields: Mapping[str, str], why: str) -> ActionForm:
        """The form as it was filled in, with what is wrong. What may be somebody's number is not shown again."""
        asked = fields.get("do", "")
        unsaid = partial(said, needed=False, at=self.now())
        return ActionForm(
            dues(self.now(), fields.get("due", "")),
            mark=fields.get("form", ""),
            what=unless_refused(unsaid, fields.get("what", "")),
            who=fields.get("who", ""),
            due=fields.get("due", ""),
            role=unless_refused(role_of, fields.get("role", "")),
            words=unless_refused(unsaid, fields.get("words", "")),
            author=unless_refused(author_of, fields.get("author", "")),
            asked=asked if asked in tuple(Do) else "",
            mistakes=(why,),
        )

    def _drawn_new(self, request: Request, draft: Draft, form: ActionForm, status: int = 200) -> Response:
        draw = self.glass.new_action
        if draw is None:
            return PlainTextResponse(_NO_ACTION, 404)
        form = self._may(request, form, _of_draft(draft))
        return HTMLResponse(draw(draft, replace(form, places=self._places(draft))), status)

    def _drawn(self, request: Request, story: ActionStory, form: ActionForm, status: int = 200) -> Response:
        draw = self.glass.action_page
        if draw is None:
            return PlainTextResponse(_NO_ACTION, 404)
        return HTMLResponse(draw(story, self._may(request, form, _of_story(story))), status)

    def _places(self, draft: Draft) -> frozenset[str] | None:
        """Of which places whoever asks may log something; None: of all."""
        if self.acts.may(Permission.ACT, [""]):
            return None
        return frozenset(place for place, _ in triggers(draft.picture) if self.acts.may(Permission.ACT, [place]))

    def _may(self, request: Request, form: ActionForm, of: str) -> ActionForm:
        """Who is signed in stands in the form; where nothing is taken in, or not from them of this place, there is none."""
        who = self.signed_in(request)
        return replace(
            form,
            dues=form.dues or dues(self.now()),
            mark=form.mark or fresh_mark(),
            author=who if who is not None else form.author,
            signed_in=who is not None,
            may_write=self.desk is not None and self.acts.may(Permission.ACT, [of] if of else []),
        )


def _of_draft(draft: Draft) -> str:
    """The place or the feed that what is logged is of; "" where it is of none."""
    return draft.place or (draft.alert.subject if draft.alert is not None else "")


def _of_story(story: ActionStory) -> str:
    return story.action.place or (story.alert.subject if story.alert is not None else "")


def _same_trigger(draft: Draft, fields: Mapping[str, str]) -> None:
    """See that what the form says it is of is still there: an action must not lose its alert unseen. Raises NotASlip."""
    for name, found in (("alert", draft.alert), ("huddle", draft.huddle)):
        if fields.get(name) and found is None:
            raise NotASlip(NOT_OURS)
    if fields.get("trigger") and not draft.measure and draft.alert is None:
        raise NotASlip("Choose the figure that it is about.")


async def _to_the_page(_request: Request) -> Response:
    return RedirectResponse(PATH, status_code=307)
