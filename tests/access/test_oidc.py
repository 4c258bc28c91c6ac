"""Sign-in by OpenID Connect against a real provider (oidc-provider, in a process of its own), with what can come back wrong."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest

from flowcentre.access.oidc import NotSignedInBecause, Provider, SignedInAs, pending_of
from tests.access.oidc.running import BACK, SECRET, Asking, Clock, Running, a_provider

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with a_provider(tmp_path_factory.mktemp("provider") / "log") as running:
        yield running


def signed_in(provider: Running, application: Provider, hint: str = "lead") -> SignedInAs:
    return application.finish(*provider.begun(application, hint), BACK)


@pytest.mark.parametrize(
    ("client", "secret", "algorithm"),
    [
        ("flow centre", SECRET, "RS256"),  # proves itself in a header
        ("flow-post", SECRET, "RS256"),  # in the body
        ("flow-public", "", "RS256"),  # by PKCE alone
        ("flow-es", "secret", "ES256"),
    ],
)
def test_somebody_signs_in_and_nothing_of_it_is_logged(
    provider: Running, caplog: pytest.LogCaptureFixture, client: str, secret: str, algorithm: str
) -> None:
    # The provider says which ways it takes; where the body is not one of them, the header is.
    def only_header(path: str, answer: dict) -> dict:
        return (
            {**answer, "token_endpoint_auth_methods_supported": ["client_secret_basic"]}
            if "well-known" in path
            else answer
        )

    asking = Asking(only_header if client == "flow centre" else None)
    oidc = provider.oidc(client_id=client, algorithms=(algorithm,))
    application = provider.application(oidc, secret=secret, asking=asking)
    with caplog.at_level(logging.DEBUG):
        address, pending = application.begin(BACK)
    query = provider.come_back(address)
    with caplog.at_level(logging.DEBUG):
        who = application.finish(pending, query, BACK)
    assert (who.issuer, who.subject, who.title) == (provider.issuer, "lead", "ward.lead")
    assert who.groups == {"flow-leads", "everybody"}
    assert who.acr == "strong"
    assert who.provider_session

    asked = dict(parse_qsl(urlsplit(address).query))
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    secrets = {query["code"], pending.handle, pending.verifier, who.id_token, *({secret} - {""})}
    assert not [each for each in secrets if each in address or each in f"{caplog.text} {who} {pending}"]


def test_another_process_ends_what_one_began_by_the_browsers_cookie_alone(provider: Running) -> None:
    pending, query = provider.begun(provider.application())
    assert provider.application().finish(pending_of(pending.handle), query, BACK).subject == "lead"
    # A handle that somebody has altered is another sign-in.
    later = f"{int(pending.handle.split('.')[0]) + 1}.{pending.handle.split('.')[1]}"
    with pytest.raises(NotSignedInBecause, match="state is not"):
        provider.application().finish(pending_of(later), query, BACK)
    for none in ("", "1.x", pending.handle + "x", "9" * 12 + pending.handle[10:]):
        with pytest.raises(NotSignedInBecause, match="cookie"):
            pending_of(none)


def test_an_answer_counts_once_in_time_and_for_the_browser_that_asked(provider: Running) -> None:
    clock = Clock()
    application = provider.application(now=clock)
    pending, query = provider.begun(application)
    other, others_query = provider.begun(application)
    refused = [
        (other, query, "state is not"),
        (pending, {**query, "state": ""}, "state is not"),
        (pending, {each: query[each] for each in query if each != "state"}, "state is not"),
    ]
    for whose, answer, reason in refused:
        with pytest.raises(NotSignedInBecause, match=reason) as error:
            application.finish(whose, answer, BACK)
        assert "Please try again" in error.value.words
    assert application.finish(pending, query, BACK).subject == "lead"
    with pytest.raises(NotSignedInBecause, match="state was there before"):
        application.finish(pending, query, BACK)
    with pytest.raises(NotSignedInBecause, match=re.escape("did not take the code: invalid_grant")):
        provider.application().finish(
            pending, query, BACK
        )  # another process does not know the state; the provider does
    clock.ahead = 11 * MINUTE
    with pytest.raises(NotSignedInBecause, match="begun too long ago"):
        application.finish(other, others_query, BACK)


def test_a_code_that_was_stolen_is_worth_nothing_without_the_verifier(provider: Running) -> None:
    application = provider.application(provider.oidc(client_id="flow-public"), secret="")
    _, stolen = provider.begun(application)
    mine, query = provider.begun(application)
    with pytest.raises(NotSignedInBecause, match="did not take the code: invalid_grant"):
        application.finish(mine, {**query, "code": stolen["code"]}, BACK)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"iss": "https://another.example"}, "of another provider"),
        ({"iss": None}, "of another provider, or does not say"),
        ({"code": None}, "no code"),
        ({"code": None, "error": "login_required"}, "says login_required$"),
        ({"error": "no\nsuch <error>"}, "says an error without a name$"),
    ],
)
def test_an_answer_that_is_of_another_or_none_is_refused(provider: Running, change: dict, reason: str) -> None:
    application = provider.application()
    pending, query = provider.begun(application)
    answer = {name: value for name, value in {**query, **change}.items() if value is not None}
    with pytest.raises(NotSignedInBecause, match=reason):
        application.finish(pending, answer, BACK)


def test_whom_the_provider_does_not_let_in_is_told_so_and_the_log_names_nobody(provider: Running) -> None:
    application = provider.application()
    with pytest.raises(NotSignedInBecause) as error:
        signed_in(provider, application, "jane.doe")
    assert error.value.reason == "the provider says access_denied (TEST50105)"
    assert "does not let you in" in error.value.words


def test_keys_that_are_turned_are_asked_for_once_and_unknown_ones_no_oftener_than_each_minute(
    provider: Running,
) -> None:
    clock, asking = Clock(), Asking()
    application = provider.application(now=clock, asking=asking)
    signed_in(provider, application)
    assert asking.paths.count("/jwks") == 1
    provider.turn_keys()
    for _ in range(5):
        with pytest.raises(NotSignedInBecause, match="key that the provider does not publish"):
            signed_in(provider, application)
    assert asking.paths.count("/jwks") == 1
    clock.ahead = MINUTE
    with ThreadPoolExecutor(4) as threads:
        who = list(threads.map(lambda _: signed_in(provider, application).subject, range(8)))
    assert who == ["lead"] * 8
    assert asking.paths.count("/jwks") == 2
    assert asking.paths.count("/.well-known/openid-configuration") == 1


def test_a_key_that_was_taken_away_is_believed_no_longer_than_an_hour(provider: Running) -> None:
    clock, asking = Clock(), Asking()
    application = provider.application(now=clock, asking=asking)
    signed_in(provider, application)
    clock.ahead = timedelta(hours=1)
    # The token is an hour old by then; what counts here is that the keys are those of now.
    with pytest.raises(NotSignedInBecause, match="ago"):
        signed_in(provider, application)
    assert asking.paths.count("/jwks") == 2


def test_whoever_signed_in_too_weakly_is_refused_and_told_what_is_wanted(provider: Running) -> None:
    application = provider.application(provider.oidc(acr=("strong", "stronger")))
    address, _ = application.begin(BACK)
    assert dict(parse_qsl(urlsplit(address).query))["acr_values"] == "strong stronger"
    assert signed_in(provider, application).acr == "strong"
    with pytest.raises(NotSignedInBecause, match="not as strong") as error:
        signed_in(provider, application, "weak")
    assert "stronger sign-in" in error.value.words
    assert signed_in(provider, provider.application(), "weak").acr == "weak", "where nothing is asked, any will do"


def test_groups_are_found_within_roles_and_too_many_of_them_are_no_quiet_none(provider: Running) -> None:
    within = provider.application(provider.oidc(groups_claim="roles.org.code"))
    assert signed_in(provider, within, "roles").groups == {"north", "south"}
    assert signed_in(provider, within).groups == frozenset()
    with pytest.raises(NotSignedInBecause, match="too many groups") as error:
        signed_in(provider, provider.application(), "crowd")
    assert "more groups" in error.value.words


def test_what_is_told_beside_the_token_is_of_the_same_person(provider: Running) -> None:
    def of_somebody_else(path: str, answer: dict) -> dict:
        return {**answer, "sub": "boss", "groups": ["administrators"]} if path == "/me" else answer

    with pytest.raises(NotSignedInBecause, match="somebody else"):
        signed_in(provider, provider.application(asking=Asking(of_somebody_else)))


def test_sign_out_ends_the_providers_session_which_tells_us_by_the_back_channel(provider: Running) -> None:
    application = provider.application()
    browser = provider.browser()
    address, pending = application.begin(BACK)
    who = application.finish(pending, provider.come_back(address, browser=browser), BACK)

    address = application.sign_out_url(who.id_token, f"{BACK}/signed-out")
    assert address
    page = browser.get(address)
    form = dict(re.findall(r'name="(\w+)" value="([^"]+)"', page.text))
    answer = browser.post(urljoin(address, "/session/end/confirm"), data={**form, "logout": "yes"})
    assert answer.headers["location"].startswith(f"{BACK}/signed-out")

    token = provider.logout_tokens.get(timeout=10)
    assert application.back_channel(token) == ("lead", who.provider_session)
    with pytest.raises(NotSignedInBecause, match="there before"):
        application.back_channel(token)
    with pytest.raises(NotSignedInBecause, match="expired|old one"):
        provider.application(now=Clock(10 * MINUTE)).back_channel(token)
    with pytest.raises(NotSignedInBecause, match="another application"):
        provider.application(provider.oidc(client_id="flow-public"), secret="").back_channel(token)
    with pytest.raises(NotSignedInBecause, match="no sign-out"):
        application.back_channel(who.id_token)
    # A token that is too long for an address is left out of it, and who asks is named all the same.
    short = application.sign_out_url("x" * 5000, BACK)
    assert short
    assert "id_token_hint" not in short
    assert "client_id=flow-post" in short


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issuer": "https://another.example"}, "another issuer"),
        ({"token_endpoint": "http://provider.example/token"}, "token_endpoint is no https"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint is no https"),
        ({"jwks_uri": None}, "jwks_uri is no https"),
    ],
)
def test_a_provider_that_sends_us_elsewhere_is_not_followed(provider: Running, change: dict, reason: str) -> None:
    def elsewhere(path: str, answer: dict) -> dict:
        return {**answer, **change} if "well-known" in path else answer

    with pytest.raises(NotSignedInBecause, match=reason):
        signed_in(provider, provider.application(asking=Asking(elsewhere)))


def test_a_silent_provider_keeps_nobody_waiting_twice_and_is_asked_again_after_ten_seconds(provider: Running) -> None:
    clock, asked = Clock(), []

    def silent(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        raise httpx.ConnectTimeout("")

    with httpx.Client(transport=httpx.MockTransport(silent)) as http:
        application = Provider(provider.oidc(), SECRET, http, clock)
        for ahead in (0, 5, 15):
            clock.ahead = timedelta(seconds=ahead)
            with pytest.raises(NotSignedInBecause, match="did not answer") as error:
                application.begin(BACK)
            assert "try again in a minute" in error.value.words
    assert len(asked) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"algorithms": ()},
        {"algorithms": ("RS256", "HS256")},
        {"algorithms": ("none",)},
        {"issuer": "http://provider.example"},
        {"issuer": "https://who:what@provider.example"},
    ],
)
def test_what_can_never_be_safe_is_no_provider(provider: Running, wrong: dict) -> None:
    with pytest.raises(ValueError, match="must be"), httpx.Client() as http:
        Provider(replace(provider.oidc(), **wrong), SECRET, http, Clock())
