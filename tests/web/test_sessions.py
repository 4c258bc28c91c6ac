"""Sessions behind the gate: signing in and out, what keeps one alive, what ends it, and what is forged."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import pyotp
import pytest
from structlog.testing import capture_logs

from flowcentre.access import accounts
from flowcentre.access.accounts import WORDS, Refused, hashed
from flowcentre.model import Audited, Grant, Role, Scope, TrustedProxy
from flowcentre.store import open_store
from flowcentre.web import slips
from flowcentre.web.asker import DISPLAY, MARK, SESSION
from flowcentre.web.sign_in import then_of
from tests.web.access_cast import (
    ACCESS,
    Door,
    account,
    as_person,
    as_screen,
    asking_at,
    callback_headers,
    form_mark,
)
from tests.web.alerts_cast import PretendAlerts
from tests.web.cast import Westshire, running
from tests.web.test_dash_pages import with_pages
from tests.web.test_gate import GOOD, MALFORMED

CALLBACKS = "/_dash-update-component"
PASSWORD = "four words are a good one"
HASHED = hashed(PASSWORD)
KEY = pyotp.random_base32()
FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


@pytest.fixture
def door(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Door]:
    shutil.copyfile(migrated_sqlite, tmp_path / "flow.db")
    store = open_store(f"sqlite:///{tmp_path / 'flow.db'}")
    yield Door(store)
    store.close()


@pytest.fixture
def client(door: Door) -> Iterator[httpx.Client]:
    westshire = Westshire(front=door.front, alerts=PretendAlerts(), beat_every=0.05)
    with running(with_pages(westshire)) as url, asking_at(url) as asking:
        yield asking


def sent(client: httpx.Client, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
    return client.post(path, content=urlencode(fields), headers=FORM | (headers or {}))


def cookies_in(answer: httpx.Response) -> dict[str, str]:
    """What was set, by name, with the rest of its words."""
    lines = answer.headers.get_list("set-cookie")
    return {line.partition("=")[0]: line.partition("=")[2] for line in lines}


# --- In and out --------------------------------------------------------------------------------


def test_an_account_signs_in_and_out_and_both_are_audited(door: Door, client: httpx.Client) -> None:
    door.store.add_account(account("viewer", HASHED, totp=KEY))
    code = pyotp.TOTP(KEY).at(door.clock.at)
    answer = sent(client, "/sign-in", name="viewer", password=PASSWORD, code=code, next="/feeds")
    assert (answer.status_code, answer.headers["location"]) == (303, "/feeds")
    said = cookies_in(answer)[SESSION]
    token = said.partition(";")[0]
    assert said == f"{token}; Path=/; Secure; HttpOnly; SameSite=Lax"
    page = client.get("/signed-in", headers=as_person(token))
    assert page.status_code == 200
    mark = page.text.split()[-1]
    assert cookies_in(page)[MARK].partition("; ")[2] == "Path=/; Secure; SameSite=Lax"  # a script reads it
    # The same code again is no code.
    assert sent(client, "/sign-in", name="viewer", password=PASSWORD, code=code).status_code == 403
    out = sent(client, "/sign-out", as_person(token), form=mark)
    assert out.status_code == 200
    assert cookies_in(out)[SESSION].endswith("Max-Age=0")
    assert client.get("/feeds", headers=as_person(token)).status_code == 401  # at once
    acts = [(entry.who, entry.act) for entry in reversed(door.store.audit_entries())]
    assert acts == [
        ("local|viewer", Audited.SIGNED_IN),
        ("local|viewer", Audited.REFUSED_SIGN_IN),
        ("local|viewer", Audited.SIGNED_OUT),
    ]


def test_who_cannot_be_let_in_is_told_one_thing_whatever_is_wrong(door: Door, client: httpx.Client) -> None:
    door.store.add_account(account("viewer", HASHED, totp=KEY))
    door.store.add_account(account("stranger", HASHED))  # to whom nothing is granted
    code = pyotp.TOTP(KEY).at(door.clock.at)
    wrong = [
        sent(client, "/sign-in", name=name, password=password, code=given)
        for name, password, given in (
            ("viewer", "wrong password wrong", code),
            ("viewer", PASSWORD, "000000"),
            ("nobody-of-that-name", PASSWORD, code),
            ("<script>", PASSWORD, ""),
        )
    ]
    assert {(answer.status_code, answer.text) for answer in wrong} == {(403, wrong[0].text)}
    assert not any(SESSION in cookies_in(answer) for answer in wrong)
    assert "nothing is granted to you" in sent(client, "/sign-in", name="stranger", password=PASSWORD).text
    assert sent(client, "/sign-in", {"origin": "http://evil.example"}, name="viewer").status_code == 403


def test_a_sign_in_that_cannot_be_audited_lets_nobody_in(
    door: Door, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.store.add_account(account("viewer", HASHED))

    def fails(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(door.store, "audit", fails)
    answer = sent(client, "/sign-in", name="viewer", password=PASSWORD)
    assert answer.status_code == 503
    assert SESSION not in cookies_in(answer)
    assert door.store.sessions() == []


def test_a_flood_of_sign_ins_holds_up_no_page_and_most_of_it_is_sent_away_at_once(
    door: Door, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on = threading.Event()

    def hashing(*_: object, **__: object) -> Refused:
        going_on.wait(20)
        return Refused(WORDS, "wrong password")

    monkeypatch.setattr("flowcentre.web.sign_in.sign_in", hashing)
    busy: SimpleQueue[httpx.Response] = SimpleQueue()

    def floods() -> None:
        with asking_at(str(client.base_url)) as asking:
            answer = sent(asking, "/sign-in", name="viewer", password="guess")
            if answer.status_code == 503:
                busy.put(answer)

    floods_in = [threading.Thread(target=floods) for _ in range(45)]
    for thread in floods_in:
        thread.start()
    try:
        away = [busy.get(timeout=10) for _ in range(45 - 12)]
        assert {answer.headers["retry-after"] for answer in away} == {"5"}
        token, _ = door.session_of("viewer")
        assert client.get("/signed-in", headers=as_person(token), timeout=5).status_code == 200
    finally:
        going_on.set()
        for thread in floods_in:
            thread.join()
    assert (
        len(door.store.audit_entries(act=Audited.REFUSED_SIGN_IN)) == 1
    )  # the audit is not filled by strangers either


def test_of_the_same_refusals_the_audit_keeps_one_a_minute_with_how_many_and_no_name_that_is_nobodys(
    door: Door, client: httpx.Client
) -> None:
    door.store.add_account(account("viewer", HASHED))
    # Some look like names, and may be passwords.
    for name in ("viewer", "viewer", "my-secret-password", "another.one", "viewer"):
        assert sent(client, "/sign-in", name=name, password="guess").status_code == 403
    door.clock.pass_by(timedelta(minutes=1))
    assert sent(client, "/sign-in", name="viewer", password="guess").status_code == 403
    kept = [(entry.who, entry.what) for entry in reversed(door.store.audit_entries())]
    assert kept == [
        ("local|viewer", "wrong password"),
        ("local|?", "no such account"),
        ("local|viewer", "wrong password; 2 more like it since the entry before"),
        ("local|?", "1 more since the entry before: no such account"),
    ]
    assert sent(client, "/sign-in", name="viewer", password="guess").status_code == 403
    door.clock.pass_by(timedelta(minutes=1))
    assert sent(client, "/sign-in", name="another.one", password="guess").status_code == 403
    newest = [(entry.who, entry.what) for entry in door.store.audit_entries(limit=2)]
    assert newest == [("local|viewer", "1 more since the entry before: wrong password"), ("local|?", "no such account")]


def test_refusals_that_could_not_be_written_are_counted_until_they_are(
    door: Door, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.store.add_account(account("viewer", HASHED))
    fails, write = "none", door.store.audit

    def audit(who: str, title: str, act: Audited, what: str, **named: Any) -> Any:
        if fails in what:
            raise OSError("the disk is full")
        return write(who, title, act, what, **named)

    monkeypatch.setattr(door.store, "audit", audit)

    def refused(*names: str) -> list[int]:
        return [sent(client, "/sign-in", name=name, password="guess").status_code for name in names]

    assert refused("viewer", "viewer", "another.one", "one.more") == [403] * 4
    door.clock.pass_by(timedelta(minutes=1))
    fails = ""  # whatever it is
    assert refused("viewer") == [503]
    fails = "since the entry before: "
    assert refused("viewer") == [503]
    fails = "none"
    door.clock.pass_by(timedelta(minutes=1))
    assert refused("viewer") == [403]
    assert [(entry.who, entry.what) for entry in reversed(door.store.audit_entries())] == [
        ("local|viewer", "wrong password"),
        ("local|?", "no such account"),
        ("local|viewer", "wrong password; 2 more like it since the entry before"),
        ("local|viewer", "wrong password"),
        ("local|?", "1 more since the entry before: no such account"),
    ]


def test_refusals_that_are_counted_when_the_server_stops_are_in_the_audit(door: Door) -> None:
    with running(with_pages(Westshire(front=door.front))) as url, asking_at(url) as asking:
        for _ in range(3):
            sent(asking, "/sign-in", name="nobody.here", password="guess")
    kept = [entry.what for entry in door.store.audit_entries()]
    assert kept == ["2 more since the entry before: no such account", "no such account"]


def test_a_name_that_is_no_accounts_is_kept_for_no_refusal_whatever_the_reason(
    door: Door, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.store.add_account(account("viewer", HASHED))
    monkeypatch.setattr("flowcentre.access.accounts._HASHING", threading.BoundedSemaphore(1))
    monkeypatch.setattr("flowcentre.access.accounts._WAITS", 0.01)
    with accounts._HASHING:  # as many are hashed as may be
        for name in ("my-secret-password", "viewer"):
            assert sent(client, "/sign-in", name=name, password="guess").status_code == 403
    kept = [(entry.who, entry.what) for entry in reversed(door.store.audit_entries())]
    assert kept == [("local|?", "too many sign-ins at once"), ("local|viewer", "too many sign-ins at once")]


def test_whoever_is_signed_in_is_told_so_and_a_sign_in_by_a_form_of_before_ends_that_session(
    door: Door, client: httpx.Client
) -> None:
    for name in ("viewer", "lead"):
        door.store.add_account(account(name, HASHED))
    token, _ = _session(door, "viewer")
    page = client.get("/sign-in?next=/feeds", headers=as_person(token)).text.split()
    assert page[-3:-1] == ["/feeds", "viewer"]
    # The other tab's form was drawn before anybody was signed in: it has no mark.
    wrong = sent(client, "/sign-in", as_person(token), name="lead", password="guess")
    assert (wrong.status_code, "did not let you in" in wrong.text) == (403, True)
    assert client.get("/feeds", headers=as_person(token)).status_code == 200
    for elsewhere in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        asked = as_person(token) | elsewhere
        assert sent(client, "/sign-in", asked, name="lead", password=PASSWORD).status_code == 403
    answer = sent(client, "/sign-in", as_person(token), name="lead", password=PASSWORD, next="/feeds")
    assert (answer.status_code, answer.headers["location"]) == (303, "/feeds")
    begun = cookies_in(answer)[SESSION].partition(";")[0]
    assert client.get("/feeds", headers=as_person(begun)).status_code == 200
    assert client.get("/feeds", headers=as_person(token)).status_code == 401
    acts = [(entry.who, entry.act) for entry in reversed(door.store.audit_entries())]
    assert acts[-2:] == [("local|lead", Audited.SIGNED_IN), ("local|viewer", Audited.SIGNED_OUT)]
    # Signing out by the mark of the page on which one is told so.
    shown = client.get("/sign-in", headers=as_person(begun)).text.split()
    assert sent(client, "/sign-out", as_person(begun), form=shown[-1]).status_code == 200


@pytest.mark.parametrize(
    ("asked", "then"),
    [
        ("/delays?pathway=1", "/delays?pathway=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/feeds\r\nset-cookie: x=y", "/"),
        ("/sign-in?next=/sign-in", "/"),
        ("/no/such/page", "/"),
        ("javascript:alert(1)", "/"),
        ("/%2F%2Fevil.example", "/"),
        ("", "/"),
    ],
)
def test_after_sign_in_one_goes_to_a_page_of_ours_alone(asked: str, then: str) -> None:
    assert then_of(asked) == then


# --- What keeps a session, and what ends it ------------------------------------------------------


def test_a_page_that_refreshes_itself_keeps_no_session_and_a_person_does(door: Door, client: httpx.Client) -> None:
    idle, asked = _session(door), _session(door)
    for _ in range(4):
        door.clock.pass_by(timedelta(minutes=20))
        door.front.forget()
        for path in ("/live/pages/demand", "/wall/county/body", "/api/v1/picture"):
            client.get(path, headers=as_person(idle[0]))
        by_itself = callback_headers(*idle) | {"x-flow-by-itself": "yes"}
        client.post(CALLBACKS, json=GOOD, headers=by_itself)
        moved = client.get("/feeds", headers=as_person(asked[0]) | {"sec-fetch-mode": "navigate"})
        assert moved.status_code == 200
    assert client.get("/api/v1/picture", headers=as_person(idle[0])).status_code == 401
    assert client.post(CALLBACKS, json=GOOD, headers=callback_headers(*asked)).status_code == 200
    door.clock.pass_by(timedelta(hours=11))  # 12 hours in all, whatever they did
    door.front.forget()
    assert client.get("/api/v1/picture", headers=as_person(asked[0])).status_code == 401


def _session(door: Door, name: str = "viewer") -> tuple[str, str]:
    return door.session_of(name)


def test_an_administrator_ends_a_session_and_closes_an_account_at_once(door: Door, client: httpx.Client) -> None:
    door.store.add_account(account("viewer", HASHED))
    admin, key = _session(door, "admin")
    one, other = _session(door)[0], _session(door)[0]
    assert client.get("/feeds", headers=as_person(one)).status_code == 200
    shown = next(each for each in door.store.sessions() if each.identity.subject == "viewer")
    answer = sent(client, "/access", as_person(admin), do="end", which=shown.token_hash, form=form_mark(key))
    assert answer.headers["location"] == "/access?done=ended"
    left = [token for token in (one, other) if client.get("/feeds", headers=as_person(token)).status_code == 200]
    assert len(left) == 1
    close = {"do": "close", "which": "viewer", "form": form_mark(key)}
    sent(client, "/access", as_person(admin), sure="yes", **close)
    assert client.get("/feeds", headers=as_person(left[0])).status_code == 401
    assert [entry.act for entry in door.store.audit_entries()] == [Audited.ADMINISTERED] * 2
    assert door.store.verify_audit() is None


def test_an_account_is_closed_once_that_was_asked_twice_and_never_by_whoever_is_signed_in_by_it(
    door: Door, client: httpx.Client
) -> None:
    for name in ("viewer", "admin"):
        door.store.add_account(account(name, HASHED))
    admin, key = _session(door, "admin")

    def closing(which: str, **more: str) -> httpx.Response:
        return sent(client, "/access", as_person(admin), do="close", which=which, form=form_mark(key), **more)

    asked = closing("viewer")
    assert asked.status_code == 200
    assert "viewer" in asked.text
    assert [closing("admin").status_code, closing("admin", sure="yes").status_code] == [422, 422]
    assert "signed in by this account" in closing("admin").text
    assert [each.closed_at for each in door.store.accounts()] == [None, None]
    assert door.store.audit_entries() == []
    assert closing("viewer", sure="yes").headers["location"] == "/access?done=closed"
    assert [each.name for each in door.store.accounts() if each.closed_at is not None] == ["viewer"]


def other_mark(key: str) -> str:
    """The mark of another form of the same session."""
    return "fedcba9876543210" + slips._signed(key, "fedcba9876543210")


def test_a_form_that_is_sent_again_makes_no_second_address(door: Door, client: httpx.Client) -> None:
    admin, key = _session(door, "admin")
    asked = {"do": "make", "board": "county", "title": "Control room", "form": form_mark(key)}
    wrong = sent(client, "/access", as_person(admin), **asked | {"title": ""})
    assert wrong.status_code == 422  # nothing came of it: put right, it counts
    assert "/show/" in sent(client, "/access", as_person(admin), **asked).text
    again = sent(client, "/access", as_person(admin), **asked)
    assert (again.status_code, "/show/" in again.text) == (422, False)
    assert "made its address already" in again.text
    with running(Westshire(front=Door(door.store).front).app()) as url, asking_at(url) as another:
        assert sent(another, "/access", as_person(admin), **asked).status_code == 422  # nor on another server
    assert len(door.store.displays()) == 1
    assert "/show/" in sent(client, "/access", as_person(admin), **asked | {"form": other_mark(key)}).text


def test_a_form_that_is_sent_twice_at_one_moment_makes_one_address_and_says_so(
    door: Door, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, key = _session(door, "admin")
    asked = {"do": "make", "board": "county", "title": "Control room", "form": form_mark(key)}
    assert "/show/" in sent(client, "/access", as_person(admin), **asked).text
    looked, own = iter([None]), door.store.display
    monkeypatch.setattr(door.store, "display", lambda token: next(looked, own(token)))  # the other is not there yet
    again = sent(client, "/access", as_person(admin), **asked)
    assert (again.status_code, "made its address already" in again.text) == (422, True)


def test_what_is_taken_from_a_grant_is_taken_from_who_is_signed_in(door: Door, client: httpx.Client) -> None:
    token, _ = _session(door)
    assert client.get("/feeds", headers=as_person(token)).status_code == 200
    door.access = replace(ACCESS, grants=())
    door.later()
    assert client.get("/feeds", headers=as_person(token)).status_code == 401


def test_a_configuration_that_no_longer_says_who_may_opens_nothing(door: Door, client: httpx.Client) -> None:
    token, _ = _session(door)
    door.access = replace(ACCESS, configured=False, grants=())
    door.later()
    for headers in ({}, as_person(token)):
        assert client.get("/feeds", headers=headers).status_code == 401


def test_while_the_store_cannot_say_who_asks_nobody_is_let_through(
    door: Door, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, _ = _session(door)

    def fails(_hash: str) -> None:
        raise ConnectionError("password=secret")

    monkeypatch.setattr(door.store, "session", fails)
    with capture_logs() as lines:
        answer = client.get("/feeds", headers=as_person(token))
    assert answer.status_code == 503
    assert "secret" not in answer.text + str(lines)
    assert client.get("/healthz").status_code == 200


# --- Screens -------------------------------------------------------------------------------------


def test_a_screen_is_revoked_within_five_seconds_its_open_stream_too(door: Door, client: httpx.Client) -> None:
    admin, key = _session(door, "admin")
    made = sent(
        client, "/access", as_person(admin), do="make", board="county", title="Control room", form=form_mark(key)
    )
    address = made.text.split()[1].removeprefix("html>")
    token = made.text.partition("/show/")[2].split()[0]
    shown = client.get(f"/show/{token}")
    assert (shown.status_code, shown.headers["location"]) == (303, "/wall/county"), address
    said = cookies_in(shown)[DISPLAY]
    assert said.startswith(f"{token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=")
    with client.stream("GET", "/live", headers=as_screen(token)) as stream:
        chunks = stream.iter_raw()
        assert b"event: picture" in next(chunks)
        (screen,) = door.store.displays()
        assert door.store.revoke_display(screen.id, door.clock.at)  # as another server would
        door.clock.pass_by(timedelta(seconds=2))
        began = time.monotonic()
        for _ in chunks:
            assert time.monotonic() - began < 5
    assert client.get("/wall/county", headers=as_screen(token)).status_code == 401
    assert client.get(f"/show/{token}").status_code == 404
    assert client.get(f"/show/{'x' * 43}").status_code == 404


def test_a_screens_address_stands_in_no_log_and_in_no_store(door: Door, client: httpx.Client, tmp_path: Path) -> None:
    token = door.screen()
    with capture_logs() as lines:
        client.get(f"/show/{token}")
        client.get(f"/show/{token}", headers={"host": "evil.example"})
        client.post(f"/show/{token}")
    assert len(lines) == 2
    assert token not in str(lines)
    assert not any(token.encode() in file.read_bytes() for file in tmp_path.glob("flow.db*"))


# --- Forged --------------------------------------------------------------------------------------


def forged() -> list[Any]:
    """Bodies of callbacks that were found to open doors elsewhere, and some that are cut, nested, or of other types."""
    path: dict[str, Any] = {"id": "url", "property": "pathname", "value": "/sign-in"}
    more: list[Any] = [
        # The hole of dash-auth: one input is called the address of a page that is public.
        GOOD | {"inputs": [path, {"id": "url", "property": "search", "value": ""}]},
        GOOD | {"inputs": [{"id": {"type": "url"}, "property": "pathname", "value": "/healthz"}]},
        GOOD | {"inputs": [{"id": "anything", "property": "pathname", "value": "/assets/x"}]},
        GOOD | {"output": "..page.children..", "outputs": [GOOD["outputs"]]},
        GOOD | {"output": "page.children@" + "0" * 64},
        GOOD | {"output": "delays-answer.data", "outputs": {"id": "delays-answer", "property": "data"}},
        GOOD | {"long_callback_manager": {"job": 1}, "cacheKey": "x", "job": "1"},
        GOOD | {"state": [path] * 200},
        [GOOD],
        {"_dash": GOOD},
    ]
    return [body for body, _ in MALFORMED] + [orjson.dumps(each) for each in [GOOD, *more]]


def test_no_forged_callback_gets_anything_without_a_session_or_with_anothers_mark(
    door: Door, client: httpx.Client
) -> None:
    mine, other = _session(door), _session(door)
    screen = door.screen()
    kind = {"content-type": "application/json"}
    ways: dict[str, tuple[dict[str, str], set[int]]] = {
        "nobody": ({}, {401}),
        "nobody, from our own page": ({"sec-fetch-site": "same-origin"}, {401}),
        "a made-up session": (as_person("x" * 43), {401}),
        "a session that is there twice": ({"cookie": f"{SESSION}={mine[0]}; {SESSION}={other[0]}"}, {401}),
        "a screen": (as_screen(screen), {403}),
        "a session without its mark": (as_person(mine[0]), {403}),
        "a session with the mark of another": (callback_headers(mine[0], other[1]), {403}),
        "a session by another site": (callback_headers(*mine) | {"sec-fetch-site": "cross-site"}, {403}),
        "a session by another origin": (callback_headers(*mine) | {"origin": "https://evil.example"}, {403}),
        "a session by a sandbox": (callback_headers(*mine) | {"origin": "null"}, {403}),
    }
    for body in forged():
        for words, (headers, statuses) in ways.items():
            answer = client.post(CALLBACKS, content=body, headers=kind | headers)
            assert answer.status_code in statuses, (words, body[:80])
            assert b"response" not in answer.content, (words, body[:80])
    good = client.post(CALLBACKS, json=GOOD, headers=callback_headers(*mine))
    assert good.status_code == 200


def test_a_callback_that_asks_otherwise_than_our_pages_do_is_refused_before_dash_fails_on_it(
    door: Door, client: httpx.Client
) -> None:
    headers = callback_headers(*_session(door))
    path = {"id": "url", "property": "pathname", "value": "/"}
    for forged in (
        {"inputs": []},
        {"inputs": [path, path]},
        {"inputs": [[path]]},
        {"inputs": [path | {"property": "search"}]},
        {"inputs": [path | {"id": {"type": "url"}}]},
        {"state": [path]},
        {"outputs": [GOOD["outputs"]]},
        {"outputs": ["page"]},
        {"outputs": {}},
        {"outputs": {"id": "delays-answer", "property": "data"}},
    ):
        with capture_logs() as lines:
            answer = client.post(CALLBACKS, json=GOOD | forged, headers=headers)
        assert (answer.status_code, [line["event"] for line in lines]) == (400, ["refused"]), forged


def test_with_a_session_a_malformed_callback_is_refused_and_leaves_one_short_line(
    door: Door, client: httpx.Client
) -> None:
    headers = callback_headers(*_session(door)) | {"content-type": "application/json"}
    client.get("/", headers=headers)
    for body, word in MALFORMED:
        with capture_logs() as lines:
            answer = client.post(CALLBACKS, content=body, headers=headers)
        assert (answer.status_code, word in answer.text) == (400, True), body[:80]
        assert [line["event"] for line in lines] == ["refused"]


def test_a_form_is_taken_from_the_session_for_which_it_was_drawn_alone(door: Door, client: httpx.Client) -> None:
    lead, other = _session(door, "lead"), _session(door, "lead")
    page = client.get("/alerts/21", headers=as_person(lead[0]))
    assert page.status_code == 200
    asked = {"do": "acknowledge", "words": ""}
    for mark in ("", "x" * 38, form_mark(other[1]), form_mark(lead[1])[:-1], form_mark(lead[1]) + "x"):
        answer = sent(client, "/alerts/21", as_person(lead[0]), form=mark, **asked)
        assert (answer.status_code, "another session" in answer.text) == (403, True), mark
    assert sent(client, "/alerts/21", as_person(lead[0]), **asked).status_code == 403
    assert sent(client, "/alerts/21", form=form_mark(lead[1]), **asked).status_code == 401
    answer = sent(client, "/alerts/21", as_person(lead[0]), form=form_mark(lead[1]), **asked)
    assert answer.status_code in (303, 405)  # 405: this server's alerts have no desk


# --- A proxy in front ----------------------------------------------------------------------------

PROXIED = replace(
    ACCESS,
    local=False,
    proxy=TrustedProxy(("127.0.0.1",), "X-User", "X-Groups", "PROXY_SECRET"),
    grants=(Grant("group:leads", frozenset({Role.LEAD}), Scope(everywhere=True)),),
)
FROM_PROXY = {"x-flow-proxy-secret": "p" * 40, "x-user": "a.lead", "x-groups": "others, leads"}


def test_whom_a_trusted_proxy_names_is_let_in_and_nobody_who_names_themselves(door: Door) -> None:
    door.access = PROXIED
    door.__post_init__()
    with running(Westshire(front=door.front, alerts=PretendAlerts()).app()) as url, asking_at(url) as client:
        page = client.get("/signed-in", headers=FROM_PROXY)
        title, mark = page.text.removeprefix("<!doctype html>").split()
        assert title == "a.lead"
        taken = sent(client, "/alerts/21", FROM_PROXY, do="acknowledge", words="", form=mark)
        assert taken.status_code != 403
        assert sent(client, "/alerts/21", FROM_PROXY, do="acknowledge", form="x" * 38).status_code == 403
        # The proxy's own token beside it is no machine's; without the proxy it would be nobody's.
        assert (
            client.get("/wall/county", headers=FROM_PROXY | {"authorization": "Bearer " + "t" * 40}).status_code == 200
        )
        for missing in FROM_PROXY:
            less = {name: said for name, said in FROM_PROXY.items() if name != missing}
            assert client.get("/wall/county", headers=less).status_code == 401, missing
        forged = FROM_PROXY | {"x-flow-proxy-secret": "q" * 40}
        assert client.get("/wall/county", headers=forged).status_code == 401
        twice = [*FROM_PROXY.items(), ("x-user", "somebody.else")]
        assert client.get("/wall/county", headers=twice).status_code == 401


# --- Headers -------------------------------------------------------------------------------------


def test_over_tls_a_browser_is_told_to_ask_by_nothing_else_and_only_the_public_name_is_answered(door: Door) -> None:
    door.access = replace(ACCESS, public_url="https://flow.westshire.example")
    door.__post_init__()
    with running(Westshire(front=door.front).app()) as url, asking_at(url) as client:
        answer = client.get("/healthz", headers={"host": "flow.westshire.example"})
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        # The same name at this process's own port: past whatever speaks TLS.
        for host in (f"flow.westshire.example:{client.base_url.port}", "flow.westshire.example:8050", "evil.example"):
            assert client.get("/healthz", headers={"host": host}).status_code == 400, host
    with running(Westshire().app()) as url, asking_at(url) as client:
        assert "strict-transport-security" not in client.get("/healthz").headers


def test_who_asks_is_not_mixed_up_among_many_at_once(door: Door, client: httpx.Client) -> None:
    people = {name: _session(door, name)[0] for name in ("viewer", "lead", "admin")}

    async def all_at_once() -> list[tuple[str, str]]:
        async with httpx.AsyncClient(base_url=client.base_url, timeout=20) as asking:

            async def one(name: str) -> tuple[str, str]:
                answer = await asking.get("/signed-in", headers=as_person(people[name]))
                return name, answer.text.removeprefix("<!doctype html>").split()[0]

            return await asyncio.gather(*(one(name) for name in list(people) * 60))

    assert all(name == told for name, told in asyncio.run(all_at_once()))
