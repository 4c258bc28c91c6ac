"""Signing in and out: by a local account, by an identity provider, and a screen by the address that it was given."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from flowcentre.access.accounts import BUSY, Refused, sign_in
from flowcentre.access.asking import asking
from flowcentre.access.devices import device_cookie
from flowcentre.access.grants import LOCAL, identity_of
from flowcentre.model import Audited, Picture, SignedIn, is_account_name
from flowcentre.web.admission import BY_A_PROVIDER, KNOWN_BROWSER, SIGN_IN, account_named
from flowcentre.web.asker import DEVICE, DISPLAY, MARK, PENDING, SESSION, cookie, cookies_of
from flowcentre.web.decisions import Who, decision
from flowcentre.web.failures import kind_and_place
from flowcentre.web.front import Front
from flowcentre.web.glass import Glass
from flowcentre.web.lane import Full, Lane
from flowcentre.web.sign_in_answers import SignInAnswers, is_said
from flowcentre.web.slips import NotASlip, fields_of, fresh_mark

CALLBACK = "/sign-in/callback"
NOTHING_GRANTED = (
    "You are known, and nothing is granted to you here. An administrator of this flow centre can change that."
)
_PENDING_FOR = timedelta(minutes=10)
_KEPT_FOR = timedelta(days=400)  # as long as a browser keeps any cookie; it is renewed each time
_LONGEST_THEN = 1000
# Seconds. A refusal by name and password leaves at a whole number of these: what an account that is there costs more is not seen.
_REFUSED_EVERY = 0.3
_THEN = re.compile(r"/(?![/\\])[!-\[\]-~]*")  # printable, and no backslash, which some browsers take for a slash
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SignInRoutes:
    """The routes of signing in."""

    front: Front
    glass: Glass
    current: Callable[[], Picture]
    answers: SignInAnswers
    # Apart, for local accounts are for the day on which the provider does not answer. Two hash at once: see ``sign_in``.
    by_password: Lane = field(default_factory=lambda: Lane("sign-in", threads=2, most=12))
    by_known: Lane = field(
        default_factory=lambda: Lane("known", threads=1, most=12)
    )  # browsers: no flood takes their places
    by_provider: Lane = field(default_factory=lambda: Lane("provider", threads=4, most=16))
    # A provider says once that a session has ended: those who sign in there take no place of it.
    ended_by_provider: Lane = field(default_factory=lambda: Lane("signed-out", threads=2, most=16))

    @property
    def routes(self) -> list[Route]:
        """Every route. Those that are no coroutines run in a thread."""
        return [
            Route(SIGN_IN, self.form, methods=["GET"]),
            Route(SIGN_IN, self.sent, methods=["POST"]),
            Route("/sign-in/provider", self.to_provider, methods=["GET"]),
            Route(CALLBACK, self.from_provider, methods=["GET"]),
            Route("/signed-in", self.signed_in, methods=["GET"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route(BY_A_PROVIDER, self.ended_elsewhere, methods=["POST"]),
            Route("/signed-out", self.signed_out, methods=["GET"]),
            Route("/show/{token}", self.show, methods=["GET"]),
        ]

    # --- By a local account -----------------------------------------------------------------------

    def form(self, request: Request) -> Response:
        """The page by which people sign in; somebody who is signed in is told so."""
        return self.answers.drawn(then=then_of(request.query_params.get("next", "")))

    async def sent(self, request: Request) -> Response:
        """The form of a local account."""
        body, began = await request.body(), time.monotonic()
        lane = self.by_known if request.scope.get(KNOWN_BROWSER) else self.by_password
        try:
            answer = await lane.run(self._local, request, body)
        except Full:
            return self.answers.busy()
        if answer.status_code == 403:
            await asyncio.sleep(_REFUSED_EVERY - (time.monotonic() - began) % _REFUSED_EVERY)
        return answer

    def _local(self, request: Request, body: bytes) -> Response:
        try:
            fields = fields_of(body)
        except NotASlip as why:
            return self.answers.drawn(400, mistake=str(why))
        then, name = then_of(fields.get("next", "")), account_named(fields)
        access, at = self.front.access(), self.front.now()
        if not access.local:
            return self.answers.drawn(404, then=then, mistake="There are no local accounts here.")
        try:
            browser = cookies_of(request.headers).get(DEVICE, "")
            password, code = fields.get("password", ""), fields.get("code", "").replace(" ", "")
            by = {"address": self.front.address_of(request), "device": browser}
            found = sign_in(self.front.store, self.front.tries, name, password, code, at, **by)
            if isinstance(found, Refused):
                # What is no account's name may be somebody's password, in the wrong field.
                known = is_account_name(name) and self.front.store.account(name) is not None
                return self.answers.refused(f"{LOCAL}|{name if known else '?'}", found, then, name)
            identity = identity_of(access, LOCAL, found.name, found.title)
            if identity is None:
                refused = Refused(NOTHING_GRANTED, "nothing is granted")
                return self.answers.refused(f"{LOCAL}|{name}", refused, then, name)
            answer = self.answers.begun(request, identity, then)
            kept = cookie(DEVICE, device_cookie(browser, found), lasts=_KEPT_FOR)
            answer.headers.append("set-cookie", kept)
            return answer
        except Exception as error:
            return self.answers.failed(error, then)

    # --- By an identity provider --------------------------------------------------------------------

    async def to_provider(self, request: Request) -> Response:
        """Sends the browser to the identity provider."""
        try:
            return await self.by_provider.run(self._to_provider, request)
        except Full:
            return self.answers.busy()

    def _to_provider(self, request: Request) -> Response:
        then = then_of(request.query_params.get("next", ""))
        try:
            provider = self.front.provider()
            if provider is None:
                return self.answers.drawn(404, then=then, mistake="No identity provider is configured here.")
            address, pending = provider.begin(self.front.public_url + CALLBACK)
        except Exception as error:
            return self.answers.not_by_provider(error, then)
        answer = RedirectResponse(address, 303)
        value = f"{pending.handle}~{base64.urlsafe_b64encode(then.encode()).rstrip(b'=').decode()}"
        answer.headers.append("set-cookie", cookie(PENDING, value, lasts=_PENDING_FOR))
        return answer

    async def from_provider(self, request: Request) -> Response:
        """Where the provider sends the browser back to."""
        try:
            return await self.by_provider.run(self._from_provider, request)
        except Full:
            return self.answers.busy()

    def _from_provider(self, request: Request) -> Response:
        handle, _, kept = cookies_of(request.headers).get(PENDING, "").partition("~")
        then = then_of(_decoded(kept))
        try:
            from flowcentre.access.oidc import pending_of

            provider = self.front.provider()
            if provider is None:
                return self.answers.drawn(404, then=then, mistake="No identity provider is configured here.")
            query = dict(request.query_params)
            known = provider.finish(pending_of(handle), query, self.front.public_url + CALLBACK)
            identity = identity_of(self.front.access(), known.issuer, known.subject, known.title, known.groups)
            if identity is None:
                refused = Refused(NOTHING_GRANTED, "nothing is granted")
                answer = self.answers.refused(f"{known.issuer}|{known.subject}", refused, then)
            else:
                answer = self.answers.begun(
                    request, identity, then, provider_session=known.provider_session, id_token=known.id_token
                )
        except Exception as error:
            answer = self.answers.not_by_provider(error, then)
        answer.headers.append("set-cookie", cookie(PENDING, ""))
        return answer

    async def ended_elsewhere(self, request: Request) -> Response:
        """The provider says that somebody's session has ended (OpenID Connect Back-Channel Logout 1.0)."""
        try:
            return await self.ended_by_provider.run(self._end_elsewhere, await request.body())
        except Full:
            return PlainTextResponse(BUSY, 503, {"retry-after": "5"})

    def _end_elsewhere(self, body: bytes) -> Response:
        at = self.front.now()
        try:
            provider = self.front.provider()
            if provider is None:
                return PlainTextResponse("No identity provider is configured here.", 400)
            subject, session = provider.back_channel(fields_of(body).get("logout_token", ""))
            oidc = self.front.access().oidc
            of = session or (f"{oidc.issuer}|{subject}" if oidc is not None and subject else "")
            if not of:
                return PlainTextResponse("The logout token names nobody.", 400)
            ended = self.front.store.end_sessions(of, at, "the provider")
        except Exception as error:
            log.warning("a provider's logout was refused", why=str(error) if is_said(error) else type(error).__name__)
            return PlainTextResponse("That is no logout token of ours.", 400)
        self.front.forget()
        log.info("sessions ended by the provider", count=ended)
        return Response(status_code=200)

    # --- Signed in, and out -------------------------------------------------------------------------

    async def signed_in(self, request: Request) -> Response:
        """What whoever asks may, and the form that signs them out."""
        asker, draw = asking.get(), self.glass.signed_in_page
        if asker is None or draw is None:
            return PlainTextResponse("There is no such page.", 404)
        token = cookies_of(request.headers).get(SESSION, "")
        session = await self.front.asker.session(token) if asker.token_hash else None
        until = session.began_at + self.front.access().absolute if session is not None else None
        page = SignedIn(asker.identity, fresh_mark(), session, until, self.front.now())
        return HTMLResponse(await asyncio.to_thread(draw, self.current(), page))

    def sign_out(self, request: Request) -> Response:
        """Ends the session of whoever asks. Where an identity provider has one of its own, the browser goes there next."""
        asker, at = asking.get(), self.front.now()
        token = cookies_of(request.headers).get(SESSION, "")
        session = self.front.sessions.who(token, at)
        if asker is not None and session is not None:
            self.front.sessions.end(token, at)
            self.front.forget()
            try:
                self.answers.audit(asker.identity, Audited.SIGNED_OUT, "signed out")
            except Exception as error:  # they are out; that they are is better than that it is kept
                log.error("a sign-out was not audited", **kind_and_place(error))
        answer = self.answers.signed_out(self._provider_address(session.id_token if session is not None else ""))
        for name in (SESSION, MARK):
            answer.headers.append("set-cookie", cookie(name, "", read_by_scripts=name == MARK))
        answer.headers["clear-site-data"] = '"storage"'
        return answer

    def signed_out(self, _request: Request) -> Response:
        """That nobody is signed in any more: where a provider sends the browser back to."""
        return self.answers.signed_out("")

    def _provider_address(self, id_token: str) -> str:
        if not id_token:
            return ""
        try:
            provider = self.front.provider()
            found = provider.sign_out_url(id_token, f"{self.front.public_url}/signed-out") if provider else None
        except Exception as error:
            log.warning("a provider could not be asked to sign out", **kind_and_place(error))
            return ""
        return found or ""

    # --- Screens -------------------------------------------------------------------------------------

    def show(self, request: Request) -> Response:
        """The address of a screen: it takes its token as a cookie, and shows its board."""
        token, at = request.path_params["token"], self.front.now()
        screen = self.front.displays.who(token, at)
        if screen is None or screen.board is None:
            return PlainTextResponse("This address is no longer good. An administrator makes another.", 404)
        answer = RedirectResponse(f"/wall/{screen.board}", 303)
        answer.headers.append("set-cookie", cookie(DISPLAY, token, lasts=_KEPT_FOR))
        return answer


def then_of(asked: str) -> str:
    """Where somebody goes once they are signed in: a page of ours, and the first where they ask for another's."""
    if len(asked) > _LONGEST_THEN or not _THEN.fullmatch(asked):
        return "/"
    parts = urlsplit(asked)
    needs = decision("GET", parts.path)
    return asked if needs not in (None, Who.ANYBODY) and not parts.scheme and not parts.netloc else "/"


def _decoded(kept: str) -> str:
    try:
        return base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "/"
