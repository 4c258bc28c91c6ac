"""Forged tokens, each of them put into an answer of the real provider on its way: none signs anybody in, or out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from flowcentre.access.oidc import NotSignedInBecause, SignedInAs
from flowcentre.access.oidc_tokens import LOGOUT_EVENT, groups_in, keys_of, title_in
from tests.access.oidc.running import BACK, Asking, Running, a_provider

STRANGER = RSAKey.generate_key(2048)  # somebody else's key


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with a_provider(tmp_path_factory.mktemp("provider") / "log") as running:
        yield running


def written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def part(of: Any) -> str:
    return written(json.dumps(of).encode())


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def by_hmac(provider: Running, claims: dict[str, Any], secret: bytes) -> str:
    """Signed by HS256, with what everybody may know for its secret."""
    signed = f"{part({'alg': 'HS256', 'kid': provider.keys[0]['kid'], 'typ': 'JWT'})}.{part(claims)}"
    return f"{signed}.{written(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def by_it(provider: Running, claims: dict[str, Any], header: dict[str, Any] | None = None, key: Any = None) -> str:
    """Signed by the provider's own RSA key, unless by another; by hand, for a library would not write what it refuses."""
    held = {"typ": "JWT", "alg": "RS256", "kid": provider.keys[0]["kid"], **(header or {})}
    key = key or RSAKey.import_key(provider.keys[0])
    signed = f"{part({name: value for name, value in held.items() if value is not None})}.{part(claims)}"
    digest = SHA512() if held["alg"] == "RS512" else SHA256()
    return f"{signed}.{written(key.private_key.sign(signed.encode(), PKCS1v15(), digest))}"


def public_pem(provider: Running) -> bytes:
    return RSAKey.import_key(provider.keys[0]).as_pem(private=False)


def changed(**changes: Any) -> Callable[[Running, str], str]:
    """The provider's own token with other claims, signed by its own key; None takes one away."""

    def forge(provider: Running, token: str) -> str:
        held = {**claims_of(token), **{name: each() if callable(each) else each for name, each in changes.items()}}
        return by_it(provider, {name: value for name, value in held.items() if value is not None})

    return forge


def ago(seconds: int) -> Callable[[], int]:
    return lambda: int(time.time()) - seconds


FORGERIES: list[tuple[str, Callable[[Running, str], str], str]] = [
    # who signed
    ("none signs it", lambda p, t: f"{part({'alg': 'none'})}.{t.split('.')[1]}.", "not allowed|signature"),
    ("NONE signs it", lambda p, t: f"{part({'alg': 'NONE'})}.{t.split('.')[1]}.", "not allowed|signature"),
    ("no signature", lambda p, t: ".".join([*t.split(".")[:2], ""]), "signature does not hold"),
    ("HS256 by the public key as PEM", lambda p, t: by_hmac(p, claims_of(t), public_pem(p)), "not allowed|signature"),
    (
        "HS256 by the public key as JWK",
        lambda p, t: by_hmac(p, claims_of(t), p.keys[0]["n"].encode()),
        "not allowed|signature",
    ),
    ("HS256 by nothing", lambda p, t: by_hmac(p, claims_of(t), b""), "not allowed|signature"),
    (
        "a stranger signs it",
        lambda p, t: by_it(p, claims_of(t), key=STRANGER),
        "signature does not hold: bad_signature",
    ),
    (
        "a stranger's key in the header",
        lambda p, t: by_it(p, claims_of(t), {"jwk": STRANGER.as_dict(private=False)}, STRANGER),
        "signature does not hold",
    ),
    (
        "a stranger's address of keys",
        lambda p, t: by_it(p, claims_of(t), {"jku": "https://stranger.example/jwks"}, STRANGER),
        "bad_signature",
    ),
    (
        "a key that nobody knows",
        lambda p, t: by_it(p, claims_of(t), {"kid": "another"}, STRANGER),
        "does not publish",
    ),
    ("a stranger names no key", lambda p, t: by_it(p, claims_of(t), {"kid": None}, STRANGER), "bad_signature"),
    (
        "a right key by an algorithm that is not allowed",
        lambda p, t: by_it(p, claims_of(t), {"alg": "RS512"}),
        "allowed",
    ),
    (
        "ES256 by the provider's own other key",
        lambda p, t: jwt.encode({"alg": "ES256", "kid": p.keys[1]["kid"]}, claims_of(t), ECKey.import_key(p.keys[1])),
        "allowed|signature",
    ),
    (
        "other claims beneath an honest signature",
        lambda p, t: f"{t.split('.')[0]}.{part({**claims_of(t), 'sub': 'boss'})}.{t.split('.')[2]}",
        "bad_signature",
    ),
    (
        "something critical that we do not know",
        lambda p, t: by_it(p, claims_of(t), {"crit": ["sworn"], "sworn": True}),
        "signature does not hold",
    ),
    ("no token", lambda p, t: "x.y", "signature does not hold"),
    ("no ASCII", lambda p, t: t + "é", "signature does not hold"),
    ("no object in it", lambda p, t: f"{t.split('.')[0]}.{part([])}.{t.split('.')[2]}", "bad_signature"),
    # for whom
    ("another issuer", changed(iss="https://another.example"), "issuer"),
    ("an issuer that is nearly it", lambda p, t: changed(iss=p.issuer + "/")(p, t), "issuer"),
    ("another application", changed(aud="another"), "another application"),
    ("applications, none of them us", changed(aud=["another", "third"]), "another application"),
    ("no application", changed(aud=None), "another application"),
    ("us beside another, and nobody says for whom", changed(aud=["flow-post", "another"]), "azp is not right: missing"),
    ("us beside another, for the other", changed(aud=["flow-post", "another"], azp="another"), "azp is not right"),
    ("us alone, for another", changed(azp="another"), "azp is not right"),
    # which sign-in
    ("another nonce", changed(nonce="x" * 43), "nonce"),
    ("no nonce", changed(nonce=None), "nonce"),
    ("a list of nonces", changed(nonce=["x"]), "nonce"),
    ("the hash of another access token", changed(at_hash="x" * 22), "at_hash is not right"),
    ("a logout token", changed(events={LOGOUT_EVENT: {}}), "another kind"),
    ("an access token", lambda p, t: by_it(p, claims_of(t), {"typ": "at+jwt"}), "another kind"),
    # when
    ("expired", changed(exp=ago(62)), "has expired"),
    ("no end", changed(exp=None), "exp is no moment"),
    ("an end that is no number", changed(exp="9999999999"), "exp is no moment"),
    ("an end that never comes", changed(exp=float("nan")), "exp is no moment"),
    ("an infinite end", changed(exp=float("inf")), "exp is no moment"),
    ("true for an end", changed(exp=True), "exp is no moment"),
    ("made tomorrow", changed(iat=ago(-86400)), "one of the two clocks"),
    ("made long ago", changed(iat=ago(700)), "an old one"),
    ("made at no time", changed(iat=None), "iat is no moment"),
    ("not before tomorrow", changed(nbf=ago(-86400)), "nbf is not right"),
    # who
    ("nobody", changed(sub=None), "sub"),
    ("a subject without letters", changed(sub=""), "sub"),
    ("a number for a subject", changed(sub=7), "sub"),
    ("a subject of two lines", changed(sub="lead\nboss"), "subject is none"),
    ("a subject that is too long", changed(sub="x" * 256), "subject is none"),
]


def sign_in_with(
    provider: Running, forge: Callable[[Running, str], str]
) -> tuple[SignedInAs | NotSignedInBecause, str]:
    """Sign in by the real provider, whose ID token is replaced on its way: who is signed in, or why nobody."""
    forged: list[str] = []

    def replaced(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        if path != "/token":
            return answer
        forged.append(forge(provider, answer["id_token"]))
        return {**answer, "id_token": forged[0]}

    application = provider.application(asking=Asking(replaced))
    pending, query = provider.begun(application)
    try:
        return application.finish(pending, query, BACK), forged[0]
    except NotSignedInBecause as error:
        return error, forged[0]


@pytest.mark.parametrize(("forge", "reason"), [each[1:] for each in FORGERIES], ids=[each[0] for each in FORGERIES])
def test_a_forged_id_token_signs_nobody_in(
    provider: Running, forge: Callable[[Running, str], str], reason: str
) -> None:
    why, forged = sign_in_with(provider, forge)
    assert isinstance(why, NotSignedInBecause)
    assert re.search(reason, why.reason)
    assert "try again" in why.words
    assert not [each for each in forged.split(".") if len(each) > 8 and each in f"{why} {why.words}"]


@pytest.mark.parametrize(
    "harmless",
    [
        changed(),
        changed(aud=["flow-post"]),
        changed(aud=["another", "flow-post"], azp="flow-post"),
        changed(exp=ago(50)),  # within what two clocks may differ
        changed(iat=ago(-50)),
        lambda p, t: by_it(p, claims_of(t), {"typ": None, "unheard-of": "by us"}),
        lambda p, t: by_it(p, claims_of(t), {"kid": None}),  # there is one key only that it can be
    ],
)
def test_what_is_forged_is_refused_for_what_is_wrong_with_it_alone(
    provider: Running, harmless: Callable[[Running, str], str]
) -> None:
    who, forged = sign_in_with(provider, harmless)
    assert isinstance(who, SignedInAs), who
    assert (who.subject, who.id_token) == ("lead", forged)


def test_a_token_of_one_sign_in_is_no_good_for_another(provider: Running) -> None:
    _, first = sign_in_with(provider, lambda _, token: token)
    why, _ = sign_in_with(provider, lambda _, token: first)
    assert "belongs to another sign-in" in str(why)


LOGOUT = {"aud": "flow-post", "jti": "1", "sub": "lead", "sid": "session", "events": {LOGOUT_EVENT: {}}}


@pytest.mark.parametrize(
    ("changes", "header", "reason"),
    [
        ({"events": None}, {}, "no sign-out"),
        ({"events": [LOGOUT_EVENT]}, {}, "no sign-out"),
        ({"events": {LOGOUT_EVENT: "yes"}}, {}, "no sign-out"),
        ({"nonce": "x"}, {}, "nonce"),
        ({"jti": None}, {}, "no number"),
        ({"sub": None, "sid": None}, {}, "whose session"),
        ({"sid": ["session"]}, {}, "whose session"),
        ({"aud": "another"}, {}, "another application"),
        ({"iss": "https://another.example"}, {}, "issuer"),
        ({"exp": ago(62)}, {}, "has expired"),
        ({"iat": ago(400)}, {}, "old one"),
        ({}, {"typ": "at+jwt"}, "another kind"),
        ({}, {"alg": "RS512"}, "allowed"),
        ({}, {"kid": "another"}, "does not publish"),
    ],
)
def test_a_forged_logout_token_ends_nothing(
    provider: Running, changes: dict[str, Any], header: dict[str, Any], reason: str
) -> None:
    times = {"iss": provider.issuer, "iat": ago(0), "exp": ago(-120)}
    held = {name: each() if callable(each) else each for name, each in {**LOGOUT, **times, **changes}.items()}
    token = by_it(provider, {name: value for name, value in held.items() if value is not None}, header)
    with pytest.raises(NotSignedInBecause, match=reason):
        provider.application().back_channel(token)


def test_an_honest_logout_token_names_a_subject_or_a_session_and_counts_once(provider: Running) -> None:
    application = provider.application()
    times = {"iss": provider.issuer, "iat": ago(0)(), "exp": ago(-120)()}
    for number, (without, told) in enumerate((("sid", ("lead", None)), ("sub", (None, "session")))):
        held = {**LOGOUT, **times, "jti": str(number)}
        del held[without]
        token = by_it(provider, held, {"typ": "logout+jwt"})
        assert application.back_channel(token) == told
        with pytest.raises(NotSignedInBecause, match="there before"):
            application.back_channel(token)


def test_unknown_keys_by_the_thousand_make_us_ask_the_provider_once(provider: Running) -> None:
    asking = Asking()
    application = provider.application(asking=asking)
    token = by_it(provider, LOGOUT, {"kid": "another"}, STRANGER)
    for _ in range(1000):
        with pytest.raises(NotSignedInBecause, match="does not publish"):
            application.back_channel(token)
    assert asking.paths == ["/.well-known/openid-configuration", "/jwks"]


def test_weak_secret_and_strange_keys_are_no_keys_to_sign_by(recwarn: pytest.WarningsRecorder) -> None:
    numbers = rsa.generate_private_key(65537, 1024).public_key().public_numbers()
    right = STRANGER.as_dict(private=False, kid="right")
    published = [
        {"kty": "RSA", "kid": "weak", "n": written(numbers.n.to_bytes(128, "big")), "e": "AQAB"},
        {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"},
        {"kty": "AKP", "kid": "of tomorrow"},
        {"kty": "RSA", "kid": "half", "e": "AQAB"},
        {**right, "kid": "to encrypt", "use": "enc"},
        "none",
        right,
    ]
    assert [key.kid for key in keys_of({"keys": published})] == ["right"]
    for none in ([], {}, {"keys": None}):
        with pytest.raises(NotSignedInBecause, match="no JWK set"):
            keys_of(none)


def test_groups_and_titles_are_taken_for_no_more_than_they_are() -> None:
    assert groups_in({"groups": ["a", 7, "", None, "b\nc", "d" * 300, ["e"]]}, "groups") == {"a"}
    assert groups_in({"groups": "one"}, "groups") == {"one"}
    assert groups_in({"urn:a.b/groups": ["a"], "urn:a": [{"b/groups": "no"}]}, "urn:a.b/groups") == {"a"}
    assert groups_in({"roles": [{"code": ["a", "b"]}, {"name": "x"}, "y"]}, "roles.code") == {"a", "b"}
    assert groups_in({"_claim_names": 7}, "groups") == frozenset()
    with pytest.raises(NotSignedInBecause, match="too many"):
        groups_in({"hasgroups": True}, "groups")
    assert title_in({"sub": "s", "t": "  Ward \n lead "}, "t") == "Ward lead"
    assert len(title_in({"sub": "s", "t": "x" * 500}, "t")) == 80
    for none in (None, "", " ", 7, ["a"], "a\x00b"):
        assert title_in({"sub": "s", "t": none}, "t") == "s"
