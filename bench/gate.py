"""What the gate adds to a request: the same application with sign-in, open, and without any gate, in turn.

Each is asked as the server asks it, in one loop and without a network: what is left of a request is then small enough for
what the gate adds to be seen. Beside it stands a whole request over a connection, as people and screens ask.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bench.measure import Line, Times, at_most
from bench.workplace import Workplace
from flowcentre.access import displays
from flowcentre.access.grants import identity_of
from flowcentre.model import Access, Grant, Role
from flowcentre.model import Scope as Where
from flowcentre.store import Store, open_store
from flowcentre.web import FlowServer
from flowcentre.web.announce import Announcer
from flowcentre.web.asker import DISPLAY, SESSION
from flowcentre.web.front import Front, front_of
from flowcentre.web.gate import Gate, Policy

TARGET = 1.0  # ms
REQUESTS, ROUNDS = 2_000, 7
SESSIONS = 200
ACCESS = Access(
    configured=True,
    public_url="https://flow.example",
    local=True,
    grants=tuple(
        Grant(f"account:person-{number}", frozenset({Role.VIEWER, Role.MANAGER}), Where(frozenset({f"place-{number}"})))
        for number in range(SESSIONS)
    ),
)


@dataclass(frozen=True)
class Asked:
    """One kind of request, and the headers of everybody who asks it in turn."""

    what: str
    path: str
    headers: list[list[tuple[bytes, bytes]]]


def measure(place: Workplace) -> Iterator[Line]:
    """Every line of this part."""
    with closing(open_store(f"sqlite:///{place.make('gate') / 'flow.db'}")) as store:
        front = front_of(store, lambda: ACCESS, lambda: datetime.now(UTC), host="127.0.0.1", secret=_no_secret)
        people, screens = _people(front), _screens(store)
        bare = _answers
        gateless = {each: _times(bare, asked) for each, asked in (("person", people), ("screen", screens))}
        opened = _times(Gate(_answers, _policy(None)), people)
        closed = Gate(_answers, _policy(front))
        person, screen = _times(closed, people), _times(closed, screens)
        first = _first_times(front, closed, people)
        added = (person.median - gateless["person"].median) * 1000
        beside = (person.median - opened.median) * 1000
        yield Line("gate", "added to a request with a session, median (ms)", f"{added:.3f}", *at_most(added, TARGET))
        yield Line("gate", "  of that by sign-in: beside the gate of an open county (ms)", f"{beside:.3f}")
        yield Line(
            "gate",
            "  a request within: no gate, open, with a session, of a screen (ms)",
            ", ".join(f"{each.median * 1000:.3f}" for each in (gateless["person"], opened, person, screen)),
        )
        yield Line("gate", "  with sign-in / open", f"{person.median / opened.median:.2f}")
        yield Line(
            "gate",
            "added to the first request of a session in a second, which asks the store, median and 99 % (ms)",
            f"{(first.median - gateless['person'].median) * 1000:.2f}, {(first.share(0.99) - gateless['person'].median) * 1000:.2f}",
        )
        over_open, over_closed = _over_a_connection(None, people), _over_a_connection(front, people)
        ratio = over_closed.median / over_open.median
        yield Line("gate", "  a whole request over a connection: with sign-in / open", f"{ratio:.2f}")
        yield Line("gate", "  open, with sign-in (ms)", f"{over_open.median * 1000:.2f}, {over_closed.median * 1000:.2f}")  # fmt: skip


async def _answers(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("figures")(scope, receive, send)


def _no_secret(variable: str) -> str:
    raise LookupError(variable)


def _policy(front: Front | None) -> Policy:
    policy = Policy(frozenset({"127.0.0.1"}), "f1")
    if front is not None:
        policy.asker, policy.public_url = front.asker, front.public_url
    return policy


def _people(front: Front) -> Asked:
    made = []
    for number in range(SESSIONS):
        identity = identity_of(ACCESS, "local", f"person-{number}", f"person {number}")
        assert identity is not None
        token, _ = front.sessions.begin(identity, datetime.now(UTC))
        made.append([(b"host", b"127.0.0.1"), (b"cookie", f"{SESSION}={token}".encode())])
    return Asked("a person's", "/live/pages/demand", made)


def _screens(store: Store) -> Asked:
    tokens = [displays.make(store, "county", f"room {n}", "bench", datetime.now(UTC))[0] for n in range(SESSIONS // 4)]
    made = [[(b"host", b"127.0.0.1"), (b"cookie", f"{DISPLAY}={token}".encode())] for token in tokens]
    return Asked("a screen's", "/wall/county/body", made)


def _times(app: ASGIApp, asked: Asked) -> Times:
    """How long a request takes, from round to round: each is the mean of many, for one is too short for any clock."""
    times = Times()

    async def all_rounds() -> None:
        await _ask_all(app, asked, len(asked.headers))  # whoever asks is known by then
        for _ in range(ROUNDS):
            began = time.perf_counter()
            await _ask_all(app, asked, REQUESTS)
            times.add((time.perf_counter() - began) / REQUESTS)

    asyncio.run(all_rounds())
    return times


def _first_times(front: Front, app: ASGIApp, asked: Asked) -> Times:
    times = Times()

    async def each() -> None:
        for headers in asked.headers:
            front.forget()
            began = time.perf_counter()
            await _ask(app, asked.path, headers)
            times.add(time.perf_counter() - began)

    asyncio.run(each())
    return times


async def _ask_all(app: ASGIApp, asked: Asked, many: int) -> None:
    for number in range(many):
        await _ask(app, asked.path, asked.headers[number % len(asked.headers)])


async def _ask(app: ASGIApp, path: str, headers: list[tuple[bytes, bytes]]) -> None:
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers,
        "client": ("127.0.0.1", 1), "scheme": "http", "root_path": "", "http_version": "1.1",
    }  # fmt: skip
    await app(scope, receive, send)
    assert statuses == [200], f"{path} was answered {statuses}"


def _over_a_connection(front: Front | None, asked: Asked) -> Times:
    times = Times()
    with _served(front) as url, httpx.Client(base_url=url) as client:
        for number in range(1_200):
            headers = {name.decode(): value.decode() for name, value in asked.headers[number % 20]}
            headers.pop("host")
            began = time.perf_counter()
            answer = client.get(asked.path, headers=headers)
            if number >= 200:
                times.add(time.perf_counter() - began)
            assert answer.status_code == 200
    return times


@contextmanager
def _served(front: Front | None) -> Iterator[str]:
    from flowcentre.web import serving

    app = FlowServer(_policy(front), _nobody_listens(), None, None)  # type: ignore[arg-type]
    app.add_route("/{path:path}", _endpoint)
    server = serving(app, port=0)
    ready = threading.Event()
    server.ready = lambda _url: ready.set()
    thread = threading.Thread(target=server.run)
    thread.start()
    ready.wait(10)
    try:
        yield server.url
    finally:
        server.stop()
        thread.join()


async def _endpoint(_request: object) -> PlainTextResponse:
    return PlainTextResponse("figures")


def _nobody_listens() -> Announcer:
    now: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731
    return Announcer(None, now=now, trouble=lambda: None, fingerprint="f1", beat_every=5.0)  # type: ignore[arg-type]
