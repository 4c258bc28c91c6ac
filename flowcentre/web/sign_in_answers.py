"""What signing in is answered with: a session that begins, a refusal, and the pages that say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from flowcentre.access.accounts import BUSY, Refused
from flowcentre.access.asking import asking
from flowcentre.access.repeated import Repeated
from flowcentre.model import Audited, Identity, Picture, SignedOut, SignIn
from flowcentre.web.asker import SESSION, cookie, cookies_of
from flowcentre.web.decisions import NOT_PEOPLE
from flowcentre.web.failures import kind_and_place
from flowcentre.web.front import Front
from flowcentre.web.glass import Glass
from flowcentre.web.slips import fresh_mark

NOT_NOW = "Nobody can be signed in just now: the store does not answer. Please try again in a moment."
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SignInAnswers:
    """The answers of signing in and out."""

    front: Front
    glass: Glass
    current: Callable[[], Picture]
    refusals: Repeated = field(default_factory=Repeated)

    def begun(self, request: Request, identity: Identity, then: str, **of_provider: Any) -> Response:
        """A session begins, and one that this browser had is over. Audited first: no audit, nobody in."""
        at = self.front.now()
        self._tell(self.refusals.over(at))
        self.audit(identity, Audited.SIGNED_IN, "signed in")
        before = cookies_of(request.headers).get(SESSION)
        if before is not None:
            ended = self.front.sessions.who(before, at)
            if ended is not None and ended.identity.id != identity.id:
                self.audit(ended.identity, Audited.SIGNED_OUT, "signed out: somebody else signed in in that browser")
            self.front.sessions.end(before, at, "signed in anew")
            self.front.forget()
        token, _ = self.front.sessions.begin(identity, at, **of_provider)
        answer = RedirectResponse(then, 303)
        answer.headers.append("set-cookie", cookie(SESSION, token))
        return answer

    def refused(self, who: str, refused: Refused, then: str, name: str = "") -> Response:
        """Somebody is not let in: the audit keeps one a minute of the same refusals, and the page says why."""
        at = self.front.now()
        more = self.refusals.due(who, refused.reason, at)
        if more is not None:
            what = f"{refused.reason}; {more} more like it since the entry before" if more else refused.reason
            try:
                self.front.store.audit(who, "", Audited.REFUSED_SIGN_IN, what, at=at)
            except Exception:
                self.refusals.not_written(who, refused.reason, more + 1)
                raise
            self._tell(self.refusals.over(at))
        log.warning("a sign-in was refused", why=refused.reason)
        return self.drawn(403, then=then, name=name, mistake=refused.words)

    def stopped(self) -> None:
        """The server stops: the audit keeps what was counted of refusals since the last entry."""
        self._tell(self.refusals.outstanding())

    def _tell(self, counted: Sequence[tuple[str, str, int]]) -> None:
        """Refusals that were counted, and that no later one of the same told of."""
        for number, (who, reason, more) in enumerate(counted):
            what = f"{more} more since the entry before: {reason}"
            try:
                self.front.store.audit(who, "", Audited.REFUSED_SIGN_IN, what, at=self.front.now())
            except Exception:
                for each in counted[number:]:
                    self.refusals.not_written(*each)
                raise

    def busy(self) -> Response:
        """Too many sign in at once."""
        answer = self.drawn(503, mistake=BUSY)
        answer.headers["retry-after"] = "5"
        return answer

    def not_by_provider(self, error: Exception, then: str) -> Response:
        """The identity provider, or what is asked of it, did not sign somebody in; in its words where these hold no secret."""
        words = getattr(error, "words", None)
        if not is_said(error) or not isinstance(words, str):
            return self.failed(error, then)
        log.warning("a sign-in by the provider failed", why=str(error))
        return self.drawn(403, then=then, mistake=words)

    def failed(self, error: Exception, then: str) -> Response:
        """Nobody could be signed in, and not by what they sent."""
        log.error("nobody could be signed in", **kind_and_place(error))
        return self.drawn(503, then=then, mistake=NOT_NOW)

    def audit(self, identity: Identity, act: Audited, what: str) -> None:
        """Write down what somebody did."""
        self.front.store.audit(identity.id, identity.title, act, what, at=self.front.now())

    def drawn(self, status: int = 200, *, then: str = "/", name: str = "", mistake: str = "") -> Response:
        """The page by which people sign in; of somebody who is signed in, that they are."""
        draw, access, county = self.glass.sign_in_page, self.front.access(), self.current().county
        if draw is None:
            return PlainTextResponse(mistake or "Sign in.", status)
        oidc, asker = access.oidc.title if access.oidc is not None else "", asking.get()
        is_person = asker is not None and asker.identity.issuer not in NOT_PEOPLE
        page = SignIn(
            county.name,
            county.demonstration,
            access.local,
            oidc,
            access.proxy is not None,
            name=name,
            then=then,
            mistake=mistake,
            signed_in_as=asker.identity.title if asker is not None and is_person else "",
            mark=fresh_mark() if asker is not None and is_person and asker.token_hash else "",
        )
        return HTMLResponse(draw(page), status)

    def signed_out(self, provider_address: str) -> Response:
        """That nobody is signed in any more, and where the provider's own session is ended."""
        draw, county, oidc = self.glass.signed_out_page, self.current().county, self.front.access().oidc
        if draw is None:
            return PlainTextResponse("You are signed out.")
        title = oidc.title if oidc is not None else ""
        return HTMLResponse(draw(SignedOut(county.name, county.demonstration, title, provider_address)))


def is_said(error: Exception) -> bool:
    """Has it words that hold no secret? Those of the provider's module are made so."""
    return type(error).__name__ == "NotSignedInBecause"
