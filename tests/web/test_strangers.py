"""What somebody who is not known can cost the server, and that it keeps nobody out who is."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from structlog.testing import capture_logs

from flowcentre.access import accounts
from flowcentre.access.accounts import LOCKED_FOR, MOST_FAILURES, hashed
from flowcentre.access.addresses import Addresses
from flowcentre.access.oidc_pending import begun
from flowcentre.access.strangers import AT_ONCE, EACH_SECOND, Strangers
from flowcentre.access.tokens import hash_of
from flowcentre.access.tries import Tries
from flowcentre.model import AccessNow, Oidc, Refusal
from flowcentre.store import Store, open_store
from flowcentre.web.admission import COST
from flowcentre.web.announce import MOST_OF_A_SCREEN
from flowcentre.web.asker import DEVICE, PENDING, SESSION
from flowcentre.web.sign_in import SignInRoutes
from flowcentre.web.slips import MOST_BYTES
from layouts import refused
from layouts.access import document
from tests.web.access_cast import ACCESS, TOKEN, Door, account, as_person, as_screen, asking_at, form_mark
from tests.web.cast import AT, Westshire, picture_of, running

PASSWORD = "four words are a good one"
PROVIDER = "https://login.westshire.example"
FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


@pytest.fixture
def door(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Door]:
    shutil.copyfile(migrated_sqlite, tmp_path / "flow.db")
    store = open_store(f"sqlite:///{tmp_path / 'flow.db'}")
    yield Door(store, access=replace(ACCESS, forwarded_by=("127.0.0.1",)))
    store.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little memory, and say no at once: both are looked at elsewhere."""
    monkeypatch.setattr(accounts, "_HASHER", accounts.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    monkeypatch.setattr("flowcentre.web.sign_in._REFUSED_EVERY", 0.001)


@pytest.fixture
def westshire(door: Door) -> Westshire:
    return Westshire(front=door.front)


@pytest.fixture
def client(westshire: Westshire) -> Iterator[httpx.Client]:
    with running(westshire.app()) as url, asking_at(url) as asking:
        yield asking


def of(address: str) -> dict[str, str]:
    return {"x-forwarded-for": f"203.0.113.9, {address}"}


def tried(client: httpx.Client, password: str, address: str, device: str = "") -> httpx.Response:
    kept = {"cookie": f"{DEVICE}={device}"} if device else {}
    content = urlencode({"name": "viewer", "password": password})
    return client.post("/sign-in", content=content, headers=FORM | of(address) | kept)


def cookie_in(answer: httpx.Response, name: str) -> str:
    said = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}="))
    return said.removeprefix(f"{name}=")


def test_whoever_guesses_from_many_addresses_keeps_nobody_out_of_a_browser_that_is_known(
    door: Door, client: httpx.Client
) -> None:
    door.store.add_account(account("viewer", hashed(PASSWORD)))
    said = cookie_in(tried(client, PASSWORD, "10.1.1.1"), DEVICE)
    device = said.partition(";")[0]
    assert said == f"{device}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=34560000"
    for number in range(MOST_FAILURES):
        assert tried(client, "guess", f"10.2.0.{number}").status_code == 403
    locked = door.store.account("viewer")
    assert locked is not None
    assert locked.locked_until == door.clock.at + LOCKED_FOR
    strange = tried(client, PASSWORD, "10.1.1.1")
    assert (strange.status_code, "did not let you in" in strange.text) == (403, True)
    assert tried(client, PASSWORD, "10.1.1.1", device[:-1]).status_code == 403
    known = tried(client, PASSWORD, "10.2.0.1", device)
    assert (known.status_code, cookie_in(known, DEVICE).partition(";")[0]) == (303, device)


def test_an_administrator_unlocks_an_account_for_the_address_that_was_shut_out_as_well(
    door: Door, client: httpx.Client
) -> None:
    door.store.add_account(account("viewer", hashed(PASSWORD)))
    for _ in range(5):
        tried(client, "guess", "10.2.0.1")
    assert tried(client, PASSWORD, "10.2.0.1").status_code == 403
    admin, key = door.session_of("admin")
    content = urlencode({"do": "unlock", "which": "viewer", "form": form_mark(key)})
    assert client.post("/access", content=content, headers=FORM | as_person(admin)).status_code == 303
    assert tried(client, PASSWORD, "10.2.0.1").status_code == 303


def test_an_administrator_sees_failed_tries_and_can_unlock_before_the_account_is_locked() -> None:
    tried = replace(account("viewer", "hash"), failures=5)
    locked = replace(tried, name="lead", failures=MOST_FAILURES, locked_until=AT + LOCKED_FOR)
    now = AccessNow(AT, (), (), (), (tried, locked, account("editor", "hash")), True, "mark")
    page = document(picture_of(1), now, fingerprint="f1")
    assert "without a code, 5 tries failed" in page
    assert "locked until 08:29, but for browsers that know it" in page
    assert re.findall(r"Unlock<span class=\"unseen\"> the account (\w+)", page) == ["viewer", "lead"]


def test_strangers_of_one_address_may_ask_so_much_and_whoever_is_known_as_much_as_they_like(
    door: Door, client: httpx.Client
) -> None:
    door.front.asker.strangers = Strangers(door.clock.now, at_once=20, each_second=2)
    person, screen = door.session_of("viewer")[0], door.screen()
    for path in ("/", "/api/v1/picture", "/feeds", f"/show/{'x' * 43}", "/signed-out") * 4:
        assert client.get(path, headers=of("10.9.9.9")).status_code != 429
    with capture_logs() as lines:
        wrong = {"authorization": f"Bearer {TOKEN}x"}, as_person("x" * 43), as_screen("y" * 43), {}
        for headers in wrong * 3:
            answer = client.get("/wall/county", headers=of("10.9.9.9") | headers)
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
            assert answer.text == "Too much was asked from your address. Please try again in 1 s."
    assert [(line["event"], line["address"]) for line in lines] == [("too much is asked by strangers", "10.9.9.9")]
    for path in ("/assets/tokens.css", "/healthz", "/readyz"):
        assert client.get(path, headers=of("10.9.9.9")).status_code == 200, path
    for known in (as_person(person), as_screen(screen), {"authorization": f"Bearer {TOKEN}"}):
        assert client.get("/wall/county", headers=of("10.9.9.9") | known).status_code == 200
    assert client.get("/signed-out", headers=of("10.9.9.8")).status_code == 200
    door.clock.pass_by(timedelta(seconds=1))
    assert [client.get("/signed-out", headers=of("10.9.9.9")).status_code for _ in range(3)] == [200, 200, 429]


def test_whatever_strangers_ask_from_its_address_a_provider_is_heard_that_says_whose_session_has_ended(
    door: Door, client: httpx.Client
) -> None:
    asker = door.front.asker
    asker.strangers = asker.signing_in = Strangers(door.clock.now, at_once=2, each_second=1)
    asker.signing_out = Strangers(door.clock.now, at_once=2, each_second=1)
    assert [client.get("/signed-out", headers=of("10.9.9.9")).status_code for _ in range(3)] == [200, 200, 429]

    def told() -> int:
        headers = FORM | of("10.9.9.9")
        return client.post("/sign-out/back-channel", content="logout_token=a.b.c", headers=headers).status_code

    assert [told() for _ in range(3)] == [400, 400, 429]  # its own bound


def test_however_many_sign_in_by_a_provider_it_is_heard_that_says_whose_session_has_ended(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(SignInRoutes, "_to_provider", lambda *_: PlainTextResponse(str(go_on.wait(20))))
    with ThreadPoolExecutor(17) as flood:
        starts = [flood.submit(client.get, "/sign-in/provider", headers=of(f"10.2.0.{number}")) for number in range(17)]
        try:
            assert next(as_completed(starts, 10)).result().status_code == 503  # every place is taken
            told = client.post("/sign-out/back-channel", content="logout_token=a.b.c", headers=FORM)
            assert told.status_code == 400
        finally:
            go_on.set()


def test_what_costs_most_counts_for_more_whoever_asks(door: Door, client: httpx.Client) -> None:
    door.front.asker.signing_in = Strangers(door.clock.now, at_once=2 * COST, each_second=2)
    person = as_person(door.session_of("viewer")[0])
    for path in ("/sign-in/provider", "/sign-in/callback?state=x&code=y"):
        assert client.get(path, headers=of("10.9.9.9") | person).status_code != 429
    away = client.post("/sign-in", content="name=viewer&password=x", headers=FORM | of("10.9.9.9") | person)
    assert (away.status_code, away.headers["retry-after"], SESSION in str(away.headers)) == (429, "5", False)


def test_whatever_is_asked_from_its_address_a_known_browser_is_let_in_and_may_ask_so_much_itself(
    door: Door, client: httpx.Client
) -> None:
    door.store.add_account(account("viewer", hashed(PASSWORD)))
    asker = door.front.asker
    asker.strangers = Strangers(door.clock.now, at_once=2, each_second=2)
    asker.signing_in = Strangers(door.clock.now, at_once=COST + 2, each_second=1)
    assert [client.get("/feeds", headers=of("10.9.9.9")).status_code for _ in range(3)] == [401, 401, 429]
    said = tried(client, PASSWORD, "10.9.9.9")  # what else strangers ask takes nobody's sign-in
    device = cookie_in(said, DEVICE).partition(";")[0]
    number, mark = device.split(".")
    for other in ("", device[:-2], f"{number}.{mark[::-1]}"):
        assert tried(client, PASSWORD, "10.9.9.9", other).status_code == 429
    assert [client.get("/sign-in", headers=of("10.9.9.9")).status_code for _ in range(3)] == [200, 200, 429]
    browser = {"cookie": f"{DEVICE}={device}"}
    for path, status in (("/", 401), ("/sign-in", 200)):
        assert client.get(path, headers=of("10.9.9.9") | browser).status_code == status
    tries = [tried(client, PASSWORD, f"10.9.8.{number}", device).status_code for number in range(10)]
    assert tries == [*[303] * 9, 429]  # its own bound goes with it, wherever it is
    # It is known to the account that is named, or it is any other.
    content = urlencode({"name": "lead", "password": PASSWORD})
    assert client.post("/sign-in", content=content, headers=FORM | of("10.9.9.9") | browser).status_code == 429


def test_a_flood_of_sign_ins_from_many_addresses_takes_no_known_browsers_place(
    door: Door, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.store.add_account(account("viewer", hashed(PASSWORD)))
    device = cookie_in(tried(client, PASSWORD, "10.1.1.1"), DEVICE).partition(";")[0]
    go_on = threading.Event()

    def slow(store: Store, tries: Tries, name: str, password: str, *rest: Any, **named: Any) -> Any:
        if password == "guess":
            go_on.wait(20)
        return accounts.sign_in(store, tries, name, password, *rest, **named)

    monkeypatch.setattr("flowcentre.web.sign_in.sign_in", slow)
    with ThreadPoolExecutor(14) as flood:
        guesses = [flood.submit(tried, client, "guess", f"10.2.0.{number}") for number in range(14)]
        try:
            sent_away = [
                each.result().status_code for each, _ in zip(as_completed(guesses, 10), range(2), strict=False)
            ]
            assert sent_away == [503, 503]
            assert tried(client, PASSWORD, "10.1.1.1").status_code == 503
            assert tried(client, PASSWORD, "10.2.0.1", device).status_code == 303
        finally:
            go_on.set()


def test_whatever_strangers_make_up_the_identity_provider_is_asked_for_its_keys_and_no_more(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answers(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path == "/jwks":
            return httpx.Response(200, json={"keys": []})
        endpoints = {name: f"{PROVIDER}/{name}" for name in ("authorization_endpoint", "token_endpoint")}
        return httpx.Response(200, json={"issuer": PROVIDER, "jwks_uri": f"{PROVIDER}/jwks", **endpoints})

    client_of = "flowcentre.access.oidc.http_client"
    monkeypatch.setattr(client_of, lambda: httpx.Client(transport=httpx.MockTransport(answers)))
    door.access = replace(door.access, oidc=Oidc(PROVIDER, "flow-centre"))
    door.__post_init__()
    others = begun(door.clock.at)  # the sign-in of somebody else
    with running(Westshire(front=door.front).app()) as url, asking_at(url) as client:
        for pending in ("", "made-up", f"1.{'x' * 43}", others.handle):
            headers = {"cookie": f"{PENDING}={pending}"}
            for query in ("state=made-up&code=x", f"state={others.state[:-1]}&code=x", "code=x"):
                assert client.get(f"/sign-in/callback?{query}", headers=headers).status_code == 403
        assert client.get(f"/sign-in/callback?state={others.state}&code=x").status_code == 403  # not in that browser
        assert asked == []
        token = ".".join(["eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ", "e30", "c2lnbmVk"])
        for said in (token, "a.b.c", "") * 5:
            answer = client.post("/sign-out/back-channel", content=f"logout_token={said}", headers=FORM)
            assert answer.status_code == 400
    assert asked == ["/.well-known/openid-configuration", "/jwks"]


def test_of_one_screens_streams_the_oldest_ends_when_there_are_too_many_and_no_other_screens(
    door: Door, westshire: Westshire, client: httpx.Client
) -> None:
    screens = [as_screen(door.screen()) for _ in range(2)]
    with ExitStack() as streams:

        def opened(headers: dict[str, str]) -> Iterator[bytes]:
            stream = streams.enter_context(client.stream("GET", "/live", headers=headers))
            chunks = stream.iter_raw()
            assert b"event: picture" in next(chunks)
            return chunks

        other, oldest, *rest = opened(screens[1]), *(opened(screens[0]) for _ in range(MOST_OF_A_SCREEN))
        for _ in range(3):  # whoever asks whether they are let in takes nobody's place
            assert client.head("/live", headers=screens[0]).status_code == 200
        newest = opened(screens[0])
        assert [*oldest] == []
        westshire.publish(picture_of(2))
        assert all(b"event: picture" in next(chunks) for chunks in (other, *rest, newest))


def test_an_administrator_sees_that_more_screens_use_one_address_than_may(door: Door) -> None:
    screen = door.store.display(hash_of(door.screen()))
    assert screen is not None
    app = Westshire(front=door.front).app()
    admin = as_person(door.session_of("admin")[0])
    with running(app) as url, asking_at(url) as client:
        for _ in range(MOST_OF_A_SCREEN + 9):  # a connection that died unnoticed ends once, and comes back
            app.announcer._begin(f"display|{screen.id}", MOST_OF_A_SCREEN)
        assert f"{{{screen.id}}}" not in client.get("/access", headers=admin).text
        app.announcer._begin(f"display|{screen.id}", MOST_OF_A_SCREEN)
        assert f"{{{screen.id}}}" in client.get("/access", headers=admin).text
    now = AccessNow(AT, (), (screen,), (), (), True, "mark", crowded=frozenset({screen.id}))
    page = document(picture_of(1), now, fingerprint="f1")
    assert "more than 8 use this address, so they go dark by turns" in page


def test_what_was_typed_comes_back_where_too_much_is_asked_or_nobody_can_tell_who_asks(
    door: Door, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.front.asker.strangers = Strangers(door.clock.now, at_once=1, each_second=1)
    goes = FORM | of("10.9.9.9") | {"sec-fetch-mode": "navigate"}
    lead = goes | as_person(door.session_of("lead")[0])

    def sent(headers: dict[str, str], words: str = "Called the site team") -> tuple[int, str, bool]:
        answer = client.post("/alerts/21", content=urlencode({"words": words, "form": "x"}), headers=headers)
        return answer.status_code, answer.headers["content-type"], words in answer.text

    page = "text/html; charset=utf-8"
    assert [sent(goes), sent(goes)] == [(401, page, True), (429, page, True)]
    assert client.get("/feeds", headers=goes).headers["content-type"].startswith("text/plain")
    assert sent(lead, "x" * (MOST_BYTES + 1)) == (413, page, False)

    async def fails(*_: object) -> None:
        raise OSError("the store does not answer")

    monkeypatch.setattr(door.front.asker, "of", fails)
    assert sent(lead) == (503, page, True)
    refusal = Refusal(503, "Nobody can tell just now who asks.", "/alerts/21", written=(("words", "Called them"),))
    drawn = refused.document(picture_of(1), refusal, fingerprint="f1")
    assert all(words in drawn for words in ("Called them", "Nobody can tell just now", "Open the form again"))
    assert "Sign in" not in drawn


def test_an_address_is_what_a_proxy_of_ours_says_and_what_anybody_else_says_is_nothing() -> None:
    def address(peer: str, *said: str, proxies: tuple[str, ...] = ("10.0.0.0/28",)) -> str:
        return Addresses(proxies).of(Headers(raw=[(b"x-forwarded-for", each.encode()) for each in said]), peer)

    assert address("192.0.2.1", "203.0.113.9") == "192.0.2.1"
    assert address("10.0.0.1", "203.0.113.9", proxies=()) == "10.0.0.1"
    assert address("10.0.0.1", "198.51.100.1, 203.0.113.9") == "203.0.113.9"
    assert address("::ffff:10.0.0.1", "198.51.100.1", "203.0.113.9:4711") == "203.0.113.9"
    assert address("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2") == "203.0.113.9"
    assert [address("10.0.0.1", *said) for said in ((), ("",), ("unknown",), ("10.0.0.2, x",))] == [*["10.0.0.1"] * 4]
    # Whoever has one address of a network by IPv6 has all of them.
    assert address("10.0.0.1", "2001:db8:1:2::7") == address("10.0.0.1", "[2001:db8:1:2:3::8]:9") == "2001:db8:1:2::/64"


def test_whoever_has_very_many_addresses_fills_no_memory_and_a_clock_put_back_gives_nothing() -> None:
    moment = [AT]
    strangers = Strangers(lambda: moment[0])
    for number in range(10_100):
        assert strangers.wait(f"address {number}", 1) == 0
    assert len(strangers._left) == 10_000
    assert strangers.wait("one", AT_ONCE) == 0
    assert strangers.wait("one", 1) == 1
    moment[0] -= timedelta(hours=1)
    assert strangers.wait("one", 1) == 1
    moment[0] += timedelta(seconds=2)
    assert strangers.wait("one", 2 * EACH_SECOND) == 0
    assert strangers.wait("one", EACH_SECOND) == 1
