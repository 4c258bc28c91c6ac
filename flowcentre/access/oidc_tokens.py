"""What an identity provider signs, and what of it is believed: pure functions over tokens, keys and a moment.

ID tokens by OpenID Connect Core 1.0 (3.1.3.7), logout tokens by OpenID Connect Back-Channel Logout 1.0 (2.6), signatures
by RFC 7515. No error here tells anything of a token but which claim was wrong: what stands in one is somebody's.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, RSAKey

from flowcentre.model.access import Oidc

# Signed by a key of which everybody may have the public half. None of the others is believed, whatever is configured:
# "none" signs nothing, and HS* would take the public key for a shared secret.
ALGORITHMS = frozenset(f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512))
LEEWAY = timedelta(seconds=60)  # by which the provider's clock and ours may differ
FRESH = timedelta(minutes=10)  # an ID token is asked for when somebody signs in, so it was made just now
FRESH_LOGOUT = timedelta(minutes=5)  # a logout token is sent when somebody signs out
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"

MOST_GROUPS = 2000
LONGEST = 255  # letters of an identifier: what OpenID Connect allows a subject
_LONGEST_TITLE = 80
_SMALLEST_RSA = 2048  # bits; RFC 7518, 3.3

UNTRUSTED = "The answer of the sign-in could not be trusted. Please try again; if it happens again, tell whoever runs Flow Centre."


class NotSignedInBecause(Exception):
    """Somebody is not signed in. ``reason`` is for the log and holds no token; ``words`` are for the person."""

    def __init__(self, reason: str, words: str = UNTRUSTED) -> None:
        super().__init__(reason)
        self.reason, self.words = reason, words


class UnknownKey(NotSignedInBecause):
    """A token is signed by a key that is not among those known: the provider may have changed its keys."""


def keys_of(published: object) -> tuple[Key, ...]:
    """The keys that can sign, of a JWK set (RFC 7517). One that we do not understand, or a weak one, is none of them."""
    listed = published.get("keys") if isinstance(published, dict) else None
    if not isinstance(listed, list):
        raise NotSignedInBecause("the provider's keys are no JWK set")
    found = (_key(each) for each in listed if isinstance(each, dict))
    return tuple(key for key in found if key is not None)


def _key(published: dict[str, Any]) -> Key | None:
    if published.get("kty") not in ("RSA", "EC") or published.get("use", "sig") != "sig":
        return None
    try:
        key = JWKRegistry.import_key(published)
        if isinstance(key, RSAKey) and key.public_key.key_size < _SMALLEST_RSA:
            return None
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key


def read(token: str, keys: Sequence[Key], algorithms: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token that one of ``keys`` has signed, by one of ``algorithms``; the claims are unchecked.

    Raises UnknownKey where it names a key that is not there, and NotSignedInBecause for all else.
    """
    allowed = sorted(ALGORITHMS & set(algorithms))
    if not allowed:  # joserfc takes an empty list for its own, which has HS256 in it
        raise NotSignedInBecause("no algorithm is allowed")
    # A header that we do not know is none of our business, unless it is marked as critical: that is refused.
    registry = jws.JWSRegistry(algorithms=allowed, strict_check_header=False)
    try:
        header = jws.extract_compact(token.encode("ascii"), registry=registry).headers()
        if header.get("alg") not in allowed:
            raise NotSignedInBecause("the token is signed by an algorithm that is not allowed")
        decoded = jwt.decode(token, _signer(header, keys), registry=registry)
    except (JoseError, ValueError, TypeError) as error:
        kind = error.error if isinstance(error, JoseError) else type(error).__name__
        raise NotSignedInBecause(f"the token's signature does not hold: {kind}") from None
    return header, decoded.claims


def _signer(header: Mapping[str, Any], keys: Sequence[Key]) -> Key:
    """The key that a header names; the only one that fits where it names none."""
    of = ECKey if header["alg"].startswith("ES") else RSAKey
    fit = [key for key in keys if isinstance(key, of) and key.get("alg") in (None, header["alg"])]
    if "kid" in header:
        named = [key for key in fit if key.get("kid") == header["kid"]]
        if not named:
            raise UnknownKey("the token is signed by a key that the provider does not publish")
        return named[0]
    if len(fit) != 1:
        raise NotSignedInBecause("the token does not say which key has signed it")
    return fit[0]


def id_claims(
    token: str, keys: Sequence[Key], oidc: Oidc, *, nonce: str, access_token: str | None, at: datetime
) -> dict[str, Any]:
    """The claims of an ID token that was made for us, now, for this very sign-in. Raises NotSignedInBecause."""
    header, held = read(token, keys, oidc.algorithms)
    if str(header.get("typ", "JWT")).lower() != "jwt" or "events" in held:
        raise NotSignedInBecause("the token is a token of another kind")
    _made_for_us(held, oidc, at, FRESH)
    if not _same(held.get("nonce"), nonce):
        raise NotSignedInBecause("the token belongs to another sign-in: its nonce is not the one that was sent")
    # Authlib has the rest: not before, the authorised party of several audiences, the hash of the access token.
    params = {"client_id": oidc.client_id, "nonce": nonce, "access_token": access_token}
    try:
        CodeIDToken(held, header, None, params).validate(now=int(at.timestamp()), leeway=int(LEEWAY.total_seconds()))
    except ClaimError as error:
        raise NotSignedInBecause(f"the token's {error.claim} is not right: {error.error}") from None
    except (JoseError, ValueError, TypeError) as error:
        raise NotSignedInBecause(f"the token's claims cannot be read: {type(error).__name__}") from None
    if not _identifier(held.get("sub")):
        raise NotSignedInBecause("the token's subject is none")
    if oidc.acr and held.get("acr") not in oidc.acr:
        raise NotSignedInBecause(
            "the sign-in was not as strong as it has to be: the acr is none of those that are asked for",
            "This needs a stronger sign-in: with your smartcard, a security key or a second step. Please try again with that.",
        )
    return held


def logout_claims(token: str, keys: Sequence[Key], oidc: Oidc, *, at: datetime) -> dict[str, Any]:
    """The claims of a logout token that tells us, now, of somebody's end of a session. Raises NotSignedInBecause.

    That it was not there before (``jti``) is for whoever keeps them.
    """
    header, held = read(token, keys, oidc.algorithms)
    if str(header.get("typ", "JWT")).lower() not in ("jwt", "logout+jwt"):
        raise NotSignedInBecause("the token is a token of another kind")
    _made_for_us(held, oidc, at, FRESH_LOGOUT)
    events = held.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise NotSignedInBecause("the token tells of no sign-out")
    if "nonce" in held:  # an ID token that somebody would have us take for one
        raise NotSignedInBecause("the token has a nonce, which no logout token has")
    if not _identifier(held.get("jti")):
        raise NotSignedInBecause("the token has no number of its own")
    who = [held[name] for name in ("sub", "sid") if held.get(name) is not None]
    if not who or not all(_identifier(each) for each in who):
        raise NotSignedInBecause("the token does not say whose session has ended")
    return held


def _made_for_us(held: Mapping[str, Any], oidc: Oidc, at: datetime, fresh: timedelta) -> None:
    """Raise NotSignedInBecause unless our provider made it for us, lately, and it has not expired."""
    if held.get("iss") != oidc.issuer:
        raise NotSignedInBecause("the token's issuer is another")
    audience = held.get("aud")
    if oidc.client_id not in (audience if isinstance(audience, list) else [audience]):
        raise NotSignedInBecause("the token is for another application")
    made, ends = _moment(held, "iat"), _moment(held, "exp")
    if ends <= at - LEEWAY:
        raise NotSignedInBecause(f"the token has expired, {_seconds(at - ends)} s ago")
    if made > at + LEEWAY:
        raise NotSignedInBecause(f"the token was made in {_seconds(made - at)} s: one of the two clocks is wrong")
    if made < at - fresh - LEEWAY:
        raise NotSignedInBecause(
            f"the token was made {_seconds(at - made)} s ago: it is an old one, or a clock is wrong"
        )


def _moment(held: Mapping[str, Any], name: str) -> datetime:
    value = held.get(name)
    try:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
        return datetime.fromtimestamp(value, UTC)  # NaN, infinity and what is past all calendars raise
    except (ValueError, OverflowError, OSError):
        raise NotSignedInBecause(f"the token's {name} is no moment") from None


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def _same(value: object, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(value.encode(), expected.encode())


def _identifier(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable()


def groups_in(held: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The groups that a claim names: a list, or one word. ``a.b`` looks for ``b`` in each of what stands in ``a``.

    Raises NotSignedInBecause where the provider has left them out because there are too many, as Entra ID does: nobody
    could say what of their rights is missing.
    """
    elsewhere = held.get("_claim_names")
    if (isinstance(elsewhere, dict) and claim in elsewhere) or held.get("hasgroups"):
        raise NotSignedInBecause(
            f"the provider left the claim {claim!r} out, for there are too many groups: grant by roles of the application",
            "Your account is in more groups than your organisation's sign-in can tell us of. Tell whoever runs Flow Centre.",
        )
    found = [held[claim]] if claim in held else [held]
    for step in [] if claim in held else claim.split("."):
        found = [each[step] for each in _flat(found) if isinstance(each, dict) and step in each]
    return frozenset(each for each in _flat(found)[:MOST_GROUPS] if isinstance(each, str) and _identifier(each))


def _flat(values: Iterable[Any]) -> list[Any]:
    return [part for each in values for part in (each if isinstance(each, list) else [each])]


def title_in(held: Mapping[str, Any], claim: str) -> str:
    """How somebody is called, in one short line; their subject where the claim is none."""
    value = held.get(claim)
    said = re.sub(r"\s+", " ", value).strip()[:_LONGEST_TITLE].strip() if isinstance(value, str) else ""
    return said if said and said.isprintable() else str(held["sub"])[:_LONGEST_TITLE]
