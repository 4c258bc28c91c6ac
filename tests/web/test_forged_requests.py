"""Forged, replayed, expired and mixed-up requests, many of them by chance: whoever comes past the gate is who they are, and may."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import orjson
import pytest
import structlog
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from flowcentre.access.asking import asking
from flowcentre.model import Identity
from flowcentre.store import open_store
from flowcentre.web import slips
from flowcentre.web.asker import DISPLAY, SESSION
from flowcentre.web.gate import Gate, Policy
from tests.web.access_cast import ROLES, TOKEN, Door, form_mark
from tests.web.test_gate import GOOD

CALLBACKS = "/_dash-update-component"
# Who may come past the gate to what, written out once more: not by the table that the gate asks.
EVERYBODY = {"viewer", "manager", "lead", "editor", "admin"}
GET = {
    "/feeds": EVERYBODY | {"machine"}, "/api/v1/picture": EVERYBODY | {"machine"}, "/_dash-layout": EVERYBODY | {"machine"},
    "/delays.csv": {"manager"}, "/delays.csv?counts=no": {"manager"}, "/delays.csv?counts=yes&counts=no": {"manager"},
    "/api/v1/packages": {"manager"}, "/delays/ward-sheet": {"manager"}, "/access": {"admin"}, "/access/audit": {"admin"},
    "/metrics": {"admin", "machine"}, "/wall/county": EVERYBODY | {"machine", "screen"}, "/wall/other": EVERYBODY | {"machine"},
    "/type-in/northgate": {"editor"}, "/signed-in": EVERYBODY, "/nowhere": set(), "/_reload-hash": set(), "//feeds": set(),
    "/wall/county/../other": EVERYBODY | {"machine"}, "/Feeds": set(), "/access%2f": set(),
}  # fmt: skip
POST = {
    CALLBACKS: EVERYBODY, "/alerts/21": {"lead"}, "/huddle": {"lead"}, "/type-in/northgate": {"editor"}, "/access": {"admin"},
    "/sign-out": EVERYBODY, "/feeds": set(), "/metrics": set(),
}  # fmt: skip


@dataclass
class Forger:
    """Makes requests by chance out of what is genuine, stolen, old, cut and made up, and knows who each of them really is."""

    door: Door
    chance: random.Random

    def __post_init__(self) -> None:
        self.sessions = {name: [self.door.session_of(name) for _ in range(3)] for name in ROLES}
        self.ended = [self.door.session_of(name) for name in ROLES]
        for token, _ in self.ended:
            self.door.front.sessions.end(token, self.door.clock.at)
        self.screen, self.revoked = self.door.screen("county"), self.door.screen("county")
        self.door.store.revoke_display(2, self.door.clock.at)
        self.door.later()

    def one(self) -> tuple[Scope, bytes, str | None, bool]:
        """A request, its body, who really sends it (None: nobody that is known), and whether it bears their own mark."""
        chance, headers = self.chance, [(b"host", b"127.0.0.1")]
        method = chance.choice(("GET", "GET", "POST"))
        path = chance.choice(list(GET if method == "GET" else POST))
        who, key = self._known(headers)
        mark, own = self._mark(method, path, key)
        body = b""
        if method == "POST":
            headers.append((b"sec-fetch-site", b"same-origin"))
            if path == CALLBACKS:
                body = orjson.dumps(GOOD)
                headers += [(b"content-type", b"application/json"), (b"x-flow-mark", mark.encode())]
            else:
                body = urlencode({"form": mark, "do": "x"}).encode()
                headers.append((b"content-type", b"application/x-www-form-urlencoded"))
            headers.append((b"content-length", str(len(body)).encode()))
        at, _, query = path.partition("?")
        scope = {
            "type": "http", "method": method, "path": at, "query_string": query.encode(), "headers": headers,
            "client": ("127.0.0.1", 5), "scheme": "http", "root_path": "", "http_version": "1.1", "asked": path,
        }  # fmt: skip
        return scope, body, who, own

    def _known(self, headers: list[tuple[bytes, bytes]]) -> tuple[str | None, str]:
        """Puts somebody's cookie or token among the headers: who they are to be taken for, and the key of their session."""
        chance = self.chance
        kind = chance.randrange(10)
        name = chance.choice(list(ROLES))
        token, key = chance.choice(self.sessions[name])
        if kind < 4:
            headers.append((b"cookie", f"other=1; {SESSION}={token}".encode()))
            return name, key
        if kind == 4:
            headers.append((b"cookie", f"{SESSION}={self._altered(token)}".encode()))
            return None, key
        if kind == 5:
            token, key = chance.choice(self.ended)
            headers.append((b"cookie", f"{SESSION}={token}".encode()))
            return None, key
        if kind == 6:
            headers.append((b"cookie", f"{DISPLAY}={chance.choice((self.screen, self.revoked, token))}".encode()))
            return ("screen" if headers[-1][1].endswith(self.screen.encode()) else None), ""
        if kind == 7:
            said = chance.choice((TOKEN, TOKEN[:-1], TOKEN + "m", token))
            headers.append((b"authorization", f"Bearer {said}".encode()))
            if chance.random() < 0.5:  # with a session beside it
                headers.append((b"cookie", f"{SESSION}={token}".encode()))
            return ("machine" if said == TOKEN else None), key
        if kind == 8:  # two people at once, or one of them twice
            other, _ = chance.choice(self.sessions[chance.choice(list(ROLES))])
            headers.append((b"cookie", f"{SESSION}={token}; {SESSION}={other}".encode()))
            return None, key
        return None, ""

    def _altered(self, token: str) -> str:
        where = self.chance.randrange(len(token))
        return self.chance.choice(
            (token[:where] + ("A" if token[where] != "A" else "B") + token[where + 1 :], token[:-1], token + "A", token.swapcase(), f'"{token}"')
        )  # fmt: skip

    def _mark(self, method: str, path: str, key: str) -> tuple[str, bool]:
        _, other = self.chance.choice(self.sessions[self.chance.choice(list(ROLES))])
        made = slips.page_mark if path == CALLBACKS else form_mark
        kind = self.chance.randrange(6)
        if kind < 3 and key:
            return made(key), True
        if kind == 3:
            return made(other), other == key
        if kind == 4 and key:
            return (form_mark if path == CALLBACKS else slips.page_mark)(key), False  # of the other kind
        return self.chance.choice(("", "x" * 38)), False


@pytest.fixture
def door(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Door]:
    shutil.copyfile(migrated_sqlite, tmp_path / "flow.db")
    store = open_store(f"sqlite:///{tmp_path / 'flow.db'}")
    yield Door(store)
    store.close()


def try_many(door: Door, many: int, seed: int) -> Counter[str]:
    """So many requests; what came of them, by kind. Fails at the first that crosses, and at one that is kept out wrongly."""
    forger, past = Forger(door, random.Random(seed)), list[Identity | None]()

    async def within(scope: Scope, receive: Receive, send: Send) -> None:
        asker = asking.get()
        past.append(asker.identity if asker is not None else None)
        await PlainTextResponse("rows")(scope, receive, send)

    policy = Policy(frozenset({"127.0.0.1"}), "f1", asker=door.front.asker)
    gate, counts = Gate(within, policy), Counter[str]()

    async def all_of_them() -> None:
        for number in range(many):
            scope, body, who, own = forger.one()
            past.clear()
            await ask(gate, scope, body)
            method, path = scope["method"], scope["asked"]
            may = who in (GET if method == "GET" else POST)[path] and (method == "GET" or own)
            case = f"{number} of seed {seed}: {method} {path} by {who}, own mark {own}"
            assert (len(past) == 1) == may, case
            if past:
                assert past[0] is not None, case
                assert past[0].subject == {"machine": "metrics", "screen": "1"}.get(str(who), who), case
            counts["past" if past else "kept out"] += 1

    asyncio.run(all_of_them())
    return counts


async def ask(gate: Gate, scope: Scope, body: bytes) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_message: Message) -> None:
        pass

    await gate(scope, receive, send)


@pytest.fixture
def _silent() -> Iterator[None]:
    """A line for each that is refused would be a book."""
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda _l, _n, _e: ""])
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("_silent")
def test_of_thousands_of_forged_requests_none_crosses_and_of_the_honest_none_is_kept_out(door: Door) -> None:
    counts = try_many(door, 4_000, seed=1)
    assert counts["past"] > 300
    assert counts["kept out"] > 2_000


@pytest.mark.soak
@pytest.mark.usefixtures("_silent")
def test_of_a_hundred_thousand_forged_requests_none_crosses(door: Door) -> None:
    counts = try_many(door, 100_000, seed=2)
    assert counts["past"] > 8_000


@pytest.mark.usefixtures("_silent")
def test_what_was_genuine_is_forged_once_its_time_is_over(door: Door) -> None:
    forger = Forger(door, random.Random(3))
    token, key = forger.sessions["lead"][0]
    door.clock.pass_by(timedelta(hours=13))
    door.front.forget()
    policy = Policy(frozenset({"127.0.0.1"}), "f1", asker=door.front.asker)
    reached: list[str] = []

    async def within(scope: Scope, _receive: Receive, _send: Send) -> None:
        reached.append(scope["path"])

    body = urlencode({"form": form_mark(key)}).encode()
    headers = [
        (b"host", b"127.0.0.1"), (b"cookie", f"{SESSION}={token}".encode()), (b"sec-fetch-site", b"same-origin"),
        (b"content-type", b"application/x-www-form-urlencoded"),
    ]  # fmt: skip
    for method, path in (("GET", "/feeds"), ("POST", "/alerts/21")):
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": headers,
            "client": None,
        }
        asyncio.run(ask(Gate(within, policy), scope, body))
    assert reached == []
