"""The page of administrators: screens are given addresses, sessions are ended, accounts are closed and unlocked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from flowcentre.access import displays, enrolment
from flowcentre.access.asking import Asking, asking
from flowcentre.access.grants import LOCAL
from flowcentre.access.sessions import why_ended
from flowcentre.access.tokens import hash_of, token_from
from flowcentre.feeds.author import NotAnAuthor, author_of
from flowcentre.model import AccessNow, Audited, Picture
from flowcentre.store import SlipKept
from flowcentre.web.failures import kind_and_place
from flowcentre.web.front import Front
from flowcentre.web.glass import Glass
from flowcentre.web.slips import NotASlip, fields_of, fresh_mark

PATH = "/access"
_NOT_KEPT = "The store does not answer, so nothing may have been done. Look below, and try again in a moment."
_DONE = frozenset({"revoked", "ended", "closed", "unlocked"})
_MADE_ALREADY = "This form has made its address already, and an address is shown once. If nobody has it, revoke it below and make another."
_SCREEN = f"{displays.DISPLAY}|"
_HASH = re.compile(r"[0-9a-f]{64}")
log = structlog.get_logger(__name__)


class CannotDo(ValueError):
    """What is asked for cannot be done; says why in plain words."""


@dataclass(frozen=True)
class AdministerRoutes:
    """The routes of administering access. The gate lets administrators alone come to them."""

    front: Front
    glass: Glass
    current: Callable[[], Picture]
    crowded: Callable[[], frozenset[str]]  # who has more streams open on this server than may be

    @property
    def routes(self) -> list[Route]:
        """Every route."""
        return [Route(PATH, self.page, methods=["GET"]), Route(PATH, self.sent, methods=["POST"])]

    def page(self, request: Request) -> Response:
        """Screens, sessions and accounts as they are."""
        done = request.query_params.get("done", "")
        return self._drawn(done=done if done in _DONE else "")

    async def sent(self, request: Request) -> Response:
        """One of its forms. The gate has read its body, and seen that it was drawn for whoever sends it."""
        return await asyncio.to_thread(self._take, await request.body())

    def _take(self, body: bytes) -> Response:
        asker = asking.get()
        if asker is None:
            return PlainTextResponse("You are not signed in.", 401)
        try:
            fields = fields_of(body)
            if fields.get("do") == "make":
                return self._drawn(address=self._make(asker, fields))
            if fields.get("do") == "close" and fields.get("sure") != "yes":
                return self._drawn(closing=self._to_close(asker, fields.get("which", "")))
            done = self._do(asker, fields.get("do", ""), fields.get("which", ""))
        except NotASlip as why:
            return self._drawn(400, mistake=str(why))
        except CannotDo as why:
            return self._drawn(422, mistake=str(why))
        except Exception as error:
            log.error("what an administrator asked for was not done", **kind_and_place(error))
            return self._drawn(503, mistake=_NOT_KEPT)
        return RedirectResponse(f"{PATH}?done={done}", 303)

    def _make(self, asker: Asking, fields: Mapping[str, str]) -> str:
        """A screen gets an address, which is told once: a browser that loads the answer anew sends its form again."""
        board, boards = fields.get("board", ""), {each.id for each in self.current().county.boards}
        if board not in boards:
            raise CannotDo("Choose one of the boards.")
        try:
            title = author_of(fields.get("title", ""))
        except NotAnAuthor:
            raise CannotDo("Say where it hangs, in a few plain words: a room, not a person.") from None
        token, store = token_from(asker.key, fields.get("form", "")), self.front.store
        if store.display(hash_of(token)) is not None:
            raise CannotDo(_MADE_ALREADY)
        self._audit(asker, f"screen {title!r}: an address for the board {board}")
        try:
            displays.make(store, board, title, asker.identity.title, self.front.now(), token=token)
        except SlipKept:  # the same form came at this very moment
            raise CannotDo(_MADE_ALREADY) from None
        return f"{self.front.public_url}/show/{token}"

    def _to_close(self, asker: Asking, which: str) -> str:
        """An account that somebody may close: any but their own, so that an administrator is left. Raises CannotDo."""
        if self.front.store.account(which) is None:
            raise CannotDo("There is no such account.")
        if asker.identity.id == f"{LOCAL}|{which}":
            raise CannotDo("You are signed in by this account. Another administrator can close it.")
        return which

    def _do(self, asker: Asking, do: str, which: str) -> str:
        """What is asked for, written down before it is done. Raises CannotDo."""
        store, at, by = self.front.store, self.front.now(), asker.identity
        if do == "revoke" and which.isascii() and which.isdigit() and len(which) <= 12:
            self._audit(asker, f"screen {which}: revoked")
            if not store.revoke_display(int(which), at):
                raise CannotDo("That address was good for nothing any more already.")
            self.front.forget()
            return "revoked"
        if do == "end" and _HASH.fullmatch(which):
            session = store.session(which)
            if session is None:
                raise CannotDo("There is no such session.")
            self._audit(asker, f"session of {session.identity.id}: ended")
            store.end_session(which, at, by.id)
            self.front.forget()
            return "ended"
        if do in ("close", "unlock") and store.account(which) is not None:
            if do == "close":
                self._to_close(asker, which)
            try:
                (enrolment.close if do == "close" else enrolment.unlock)(store, which, at, by=by.id, title=by.title)
            except enrolment.CannotEnrol as why:
                raise CannotDo(f"{str(why)[:1].upper()}{str(why)[1:]}.") from None
            self.front.tries.forget(which)
            self.front.forget()
            return "closed" if do == "close" else "unlocked"
        raise CannotDo("There is nothing of that name to do that to.")

    def _audit(self, asker: Asking, what: str) -> None:
        who = asker.identity
        self.front.store.audit(who.id, who.title, Audited.ADMINISTERED, what, at=self.front.now())

    def _drawn(
        self, status: int = 200, *, closing: str = "", address: str = "", done: str = "", mistake: str = ""
    ) -> Response:
        draw, asker, picture, at = self.glass.access_page, asking.get(), self.current(), self.front.now()
        if draw is None:
            return PlainTextResponse(mistake or "There is no such page.", 404 if status == 200 else status)
        store, access = self.front.store, self.front.access()
        now = AccessNow(
            at,
            tuple((board.id, board.title) for board in picture.county.boards),
            tuple(store.displays()),
            tuple(each for each in store.sessions() if not why_ended(access, each, at)),
            tuple(store.accounts()) if access.local else (),
            access.local,
            fresh_mark(),
            asker.token_hash if asker is not None else "",
            asker.identity.subject if asker is not None and asker.identity.issuer == LOCAL else "",
            closing,
            address,
            done,
            mistake,
            frozenset(int(who.removeprefix(_SCREEN)) for who in self.crowded() if who.startswith(_SCREEN)),
        )
        return HTMLResponse(draw(picture, now), status)
