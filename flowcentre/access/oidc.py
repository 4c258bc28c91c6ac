"""Sign-in by an identity provider: OpenID Connect, code flow with PKCE, against whatever one's discovery says.

OpenID Connect Core, Discovery, RP-Initiated Logout and Back-Channel Logout 1.0; RFC 6749, 7636 and 9207. Import it where
a provider is configured alone: it brings Authlib, joserfc and cryptography. Nothing here logs, and no error holds a token.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.discovery import get_well_known_url
from joserfc.jwk import Key

from flowcentre.access.oidc_pending import AGAIN, WITHIN, Once, Pending, begun, pending_of
from flowcentre.access.oidc_tokens import (
    ALGORITHMS,
    LONGEST,
    NotSignedInBecause,
    UnknownKey,
    groups_in,
    id_claims,
    keys_of,
    logout_claims,
    title_in,
)
from flowcentre.model.access import Oidc

__all__ = ["NotSignedInBecause", "Pending", "Provider", "SignedInAs", "http_client", "pending_of"]

KEPT = timedelta(hours=1)  # how long what a provider publishes is believed without asking again
KEYS_AT_MOST_EVERY = timedelta(minutes=1)  # whoever sends unknown keys makes us ask no oftener
_NOT_AGAIN = timedelta(seconds=10)  # after a provider did not answer: nobody waits in a row for the same silence
_LONGEST_ASIDE = 4000  # letters of an ID token in an address: some servers take no more than 8,000 in all

_SILENT = "Your organisation's sign-in does not answer just now. Please try again in a minute."
_REFUSED = "Your organisation's sign-in was cancelled, or does not let you in here."


def http_client() -> httpx.Client:
    """A client fit for a provider: no redirects, ten seconds, the proxy and certificates of the environment."""
    return httpx.Client(follow_redirects=False, timeout=10)


@dataclass(frozen=True, slots=True)
class SignedInAs:
    """Whom the provider says somebody is. ``issuer`` and ``subject`` name them for ever; nothing else does."""

    issuer: str
    subject: str
    title: str
    groups: frozenset[str]
    provider_session: str  # "" where the provider tells none
    id_token: str = field(repr=False)
    acr: str = ""


class Provider:
    """One identity provider. Safe for several threads; asks it for its metadata and keys when they are first needed.

    ``secret`` is the client's ("" for a public one), ``now`` says the time. Raises ValueError for what can never work.
    """

    def __init__(self, oidc: Oidc, secret: str, http: httpx.Client, now: Callable[[], datetime]) -> None:
        if not oidc.algorithms or not ALGORITHMS.issuperset(oidc.algorithms):
            raise ValueError(f"the algorithms must be some of {', '.join(sorted(ALGORITHMS))}")
        if not _is_safe(oidc.issuer):
            raise ValueError("the issuer must be an https address, without anything after a ? or #")
        self._oidc, self._secret, self._http, self._now = oidc, secret, http, now
        self._lock = Lock()
        self._metadata: dict[str, Any] = {}
        self._keys: tuple[Key, ...] = ()
        self._metadata_at = self._keys_at = self._silent_at = datetime.min.replace(tzinfo=UTC)
        self._states, self._logouts = Once(), Once()  # apart: whoever floods the one does not empty the other

    def begin(self, redirect_uri: str) -> tuple[str, Pending]:
        """Where to send the browser, and what to keep meanwhile. Raises NotSignedInBecause where the provider is silent."""
        pending = begun(self._now())
        address, _ = self._client(redirect_uri).create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=pending.state,
            nonce=pending.nonce,
            code_verifier=pending.verifier,
            acr_values=" ".join(self._oidc.acr) or None,
        )
        return str(address), pending

    def finish(self, pending: Pending, query: Mapping[str, str], redirect_uri: str) -> SignedInAs:
        """Who has come back from the provider. ``query`` is what stood in the address. Raises NotSignedInBecause."""
        self._check_answer(pending, query)
        token = self._exchange(query["code"], pending.verifier, redirect_uri)
        signed, access = token.get("id_token"), token.get("access_token")
        if not isinstance(signed, str):
            raise NotSignedInBecause("the provider gave no ID token")
        access = access if isinstance(access, str) else None
        oidc, at = self._oidc, self._now()
        held = self._verified(
            lambda keys: id_claims(signed, keys, oidc, nonce=pending.nonce, access_token=access, at=at)
        )
        known = held if self._tells_all(held) else {**self._told_beside(access, held["sub"]), **held}
        session = held.get("sid")
        return SignedInAs(
            issuer=oidc.issuer,
            subject=held["sub"],
            title=title_in(known, oidc.title_claim),
            groups=groups_in(known, oidc.groups_claim),
            provider_session=session if isinstance(session, str) and len(session) <= LONGEST else "",
            id_token=signed,
            acr=str(held.get("acr", "")),
        )

    def sign_out_url(self, id_token: str, back: str) -> str | None:
        """Where the browser ends the provider's own session, which sends it ``back``; None where the provider has no such."""
        if "end_session_endpoint" not in self._published():
            return None
        address = self._endpoint("end_session_endpoint")
        asked = {"client_id": self._oidc.client_id, "post_logout_redirect_uri": back}
        if 0 < len(id_token) <= _LONGEST_ASIDE:
            asked["id_token_hint"] = id_token
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    def back_channel(self, logout_token: str) -> tuple[str | None, str | None]:
        """Subject and session of the provider that have ended; one of them may be None. Raises NotSignedInBecause.

        Without a session, all of that subject's have. The same token is taken once.
        """
        at = self._now()
        held = self._verified(lambda keys: logout_claims(logout_token, keys, self._oidc, at=at))
        # It is refused for its age long before it is forgotten here.
        if not self._logouts.take(held["jti"], at, at + timedelta(hours=1)):
            raise NotSignedInBecause("the logout token was there before")
        return held.get("sub"), held.get("sid")

    def _client(self, redirect_uri: str) -> OAuth2Client:
        return OAuth2Client(
            self._http,
            client_id=self._oidc.client_id,
            scope=self._oidc.scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _check_answer(self, pending: Pending, query: Mapping[str, str]) -> None:
        at = self._now()
        if not hmac.compare_digest(query.get("state", "").encode(errors="replace"), pending.state.encode()):
            raise NotSignedInBecause("the state is not the one that was sent", AGAIN)
        if not timedelta(0) <= at + timedelta(seconds=1) - pending.begun_at <= WITHIN:
            raise NotSignedInBecause("the sign-in was begun too long ago", AGAIN)
        if not self._states.take(pending.state, at, at + WITHIN):
            raise NotSignedInBecause("the state was there before", AGAIN)
        named = "authorization_response_iss_parameter_supported"  # RFC 9207: an answer of another provider is found out
        if query.get("iss", None if self._published().get(named) else self._oidc.issuer) != self._oidc.issuer:
            raise NotSignedInBecause("the answer is of another provider, or does not say whose it is")
        if "error" in query:
            raise NotSignedInBecause(f"the provider says {_said(query)}", _REFUSED)
        if not query.get("code"):
            raise NotSignedInBecause("the answer holds no code")

    def _exchange(self, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        """What the provider gives for a code."""
        # A secret in the body needs no rule of how to write it. Where it must be a header, RFC 6749 (2.3.1) writes it so.
        by = self._published().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        in_header = bool(self._secret) and "client_secret_post" not in by
        name = quote_plus(self._oidc.client_id)
        auth = httpx.BasicAuth(name, quote_plus(self._secret)) if in_header else httpx.Auth()
        more = {} if in_header else {"client_id": self._oidc.client_id, "client_secret": self._secret}
        try:
            token = self._client(redirect_uri).fetch_token(
                self._endpoint("token_endpoint"), code=code, code_verifier=verifier, auth=auth, **more
            )
        except OAuth2Error as error:
            said = _said({"error": str(error.error), "error_description": str(error.description)})
            raise NotSignedInBecause(f"the provider did not take the code: {said}", AGAIN) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise NotSignedInBecause(
                f"the provider gave no answer to the code that could be read: {type(error).__name__}", _SILENT
            ) from None
        return dict(token)

    def _tells_all(self, held: Mapping[str, Any]) -> bool:
        """Is there no need to ask the provider for more of somebody than the ID token holds?"""
        asked = (self._oidc.groups_claim, self._oidc.title_claim)
        return all(name in held for name in asked) or "userinfo_endpoint" not in self._published()

    def _told_beside(self, access: str | None, subject: str) -> dict[str, Any]:
        if access is None:
            raise NotSignedInBecause("the provider gave no access token to ask for more of somebody")
        told = self._asked(self._endpoint("userinfo_endpoint"), {"Authorization": f"Bearer {access}"})
        if told.get("sub") != subject:
            raise NotSignedInBecause("what the provider tells of somebody is of somebody else")
        return told

    def _verified(self, check: Callable[[tuple[Key, ...]], dict[str, Any]]) -> dict[str, Any]:
        """What ``check`` says with the provider's keys; once again with those of this moment where it knows the key not."""
        try:
            return check(self._published_keys(older_than=KEPT))
        except UnknownKey:
            return check(self._published_keys(older_than=KEYS_AT_MOST_EVERY))

    def _published_keys(self, older_than: timedelta) -> tuple[Key, ...]:
        """The provider's keys, asked for again where ours are older."""
        address = self._endpoint("jwks_uri")
        with self._lock:
            if self._now() - self._keys_at >= older_than:
                self._keys = keys_of(self._asked_lately(address))
                self._keys_at = self._now()
            return self._keys

    def _published(self) -> dict[str, Any]:
        """The provider's metadata. That which names another issuer is none of it."""
        with self._lock:
            if self._now() - self._metadata_at >= KEPT:
                found = self._asked_lately(get_well_known_url(self._oidc.issuer, external=True))
                if found.get("issuer") != self._oidc.issuer:
                    raise NotSignedInBecause(
                        "the provider's metadata are of another issuer than is configured", _SILENT
                    )
                self._metadata, self._metadata_at = found, self._now()
            return self._metadata

    def _endpoint(self, name: str) -> str:
        address = self._published().get(name)
        if not isinstance(address, str) or not _is_safe(address, query=True):
            raise NotSignedInBecause(f"the provider's {name} is no https address", _SILENT)
        return address

    def _asked_lately(self, address: str) -> dict[str, Any]:
        """As ``_asked``, but a provider that has just been silent is not asked at once again."""
        if timedelta(0) <= self._now() - self._silent_at < _NOT_AGAIN:
            raise NotSignedInBecause("the provider did not answer a moment ago", _SILENT)
        try:
            return self._asked(address)
        except NotSignedInBecause:
            self._silent_at = self._now()
            raise

    def _asked(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = self._http.get(address, headers={"Accept": "application/json", **(headers or {})})
            told = answer.json() if answer.status_code == httpx.codes.OK else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise NotSignedInBecause(f"the provider did not answer: {type(error).__name__}", _SILENT) from None
        if not isinstance(told, dict):
            raise NotSignedInBecause(f"the provider answered {answer.status_code}, and no JSON object", _SILENT)
        return told


def _said(answer: Mapping[str, str]) -> str:
    """A provider's error as it may be logged: its code, and the number that some write into their words, which name people."""
    code = answer.get("error", "")
    number = re.search(r"\b[A-Z]{2,10}\d{3,8}\b", answer.get("error_description", ""))
    return (code if re.fullmatch(r"[a-z_]{1,40}", code) else "an error without a name") + (
        f" ({number[0]})" if number else ""
    )


def _is_safe(address: str, *, query: bool = False) -> bool:
    """Is it an https address, or one of this machine?"""
    try:
        parts = urlsplit(address)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        return False
    loopback = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    plain = not parts.username and not parts.fragment and (query or not parts.query)
    return port_is_one and plain and bool(parts.hostname) and (parts.scheme == "https" or loopback)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
