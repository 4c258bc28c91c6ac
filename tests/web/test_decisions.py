"""No route without a decision: the whole URL map of the server, Dash's included, walked by everybody there is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flowcentre.model import Board
from flowcentre.store import open_store
from flowcentre.web.decisions import Who, decision
from tests.web.access_cast import TOKEN, Door, as_person, as_screen, asking_at, form_mark
from tests.web.actions_cast import PretendActions
from tests.web.alerts_cast import PretendAlerts
from tests.web.capacity_cast import PretendCapacity
from tests.web.cast import Westshire, running
from tests.web.delay_cast import PretendBook
from tests.web.package_cast import PretendPackages
from tests.web.test_dash_pages import with_pages
from tests.web.typed_cast import PretendDesk

# An address of each route whose path has a part to be filled in, or that Dash answers with pages.
FILLED = {
    "name": "start.js",
    "id": "21",
    "place": "northgate",
    "board": "county",
    "page": "demand",
    "token": "x" * 43,
    "rest:path": "nothing",
    "package_name": "dash",
    "fingerprinted_path:path": "html/dash_html_components.min.js",
    "path:path": "feeds",
}
# What may be asked for by whoever is not signed in; every other address gives them nothing.
FOR_ANYBODY = {
    ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/assets"), ("GET", "/_favicon.ico"), ("GET", "/accessibility"),
    ("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/sign-in/provider"), ("GET", "/sign-in/callback"),
    ("GET", "/signed-out"), ("POST", "/sign-out/back-channel"), ("GET", "/show/{token}"),
}  # fmt: skip
# Doors of Dash's that are shut for everybody.
SHUT = {"/_reload-hash", "/_dash-ws-callback"}
NOTHING = re.compile(r"[A-Z][^<>{}]{5,200}\.")  # words in plain sentences


def methods_of(routes: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Each method and path that a server answers."""
    for route in routes:
        path = getattr(route, "path", None)
        if path is None:
            yield from methods_of(route.original_router.routes)
            continue
        for method in getattr(route, "methods", None) or {"GET"}:
            if method != "HEAD":
                yield method, path


def address_of(path: str) -> str:
    if path == "/assets":
        return "/assets/tokens.css"
    filled = re.sub(r"{(.*?)}", lambda part: FILLED[part[1]], path)
    return filled if filled.startswith("/") else f"/{filled}"


@pytest.fixture(scope="module")
def door(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    file = tmp_path_factory.mktemp("decisions") / "flow.db"
    shutil.copyfile(migrated_sqlite, file)
    store = open_store(f"sqlite:///{file}")
    yield Door(store)
    store.close()


@pytest.fixture(scope="module")
def site(door: Door) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server with everything on it, and each method and path that it answers."""
    westshire = Westshire(delays=PretendBook(), packages=PretendPackages(), desk=PretendDesk(), front=door.front)
    westshire.capacity, westshire.alerts, westshire.actions = PretendCapacity(), PretendAlerts(), PretendActions()
    westshire.cards = lambda name: f"# {name}"
    westshire.with_boards(Board("county", "County", "wall"), Board("other", "Other", "wall"))
    app = with_pages(westshire)
    with running(app) as url:
        yield url, sorted(set(methods_of(app.routes)))


@pytest.fixture
def client(site: tuple[str, list[tuple[str, str]]]) -> Iterator[httpx.Client]:
    with asking_at(site[0]) as asking:
        yield asking


def test_each_route_and_method_of_the_whole_map_is_decided(site: tuple[str, list[tuple[str, str]]]) -> None:
    undecided = {
        (method, path) for method, path in site[1] if path not in SHUT and decision(method, address_of(path)) is None
    }
    assert undecided == set(), "decide on each new route in flowcentre/web/decisions.py"
    anybody = {(method, path) for method, path in site[1] if decision(method, address_of(path)) is Who.ANYBODY}
    assert anybody == FOR_ANYBODY


def test_whoever_is_not_signed_in_gets_nothing_but_the_way_in(
    site: tuple[str, list[tuple[str, str]]], client: httpx.Client
) -> None:
    for method, path in site[1]:
        if (method, path) in FOR_ANYBODY:
            continue
        answer = client.request(method, address_of(path), headers=kind_of(path))
        assert answer.status_code in (401, 403, 404, 405), (method, path)
        assert answer.status_code != 403 or method == "POST", (method, path)
        assert NOTHING.fullmatch(answer.text), (method, path, answer.text[:80])
        for other in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            assert client.request(other, address_of(path)).status_code == 405, (other, path)


def kind_of(path: str) -> dict[str, str]:
    """As a page of ours would send it: what is refused is refused for who asks, not for how."""
    kind = "application/json" if path.startswith("/_") else "application/x-www-form-urlencoded"
    return {"content-type": kind, "sec-fetch-site": "same-origin"}


def test_somebody_who_goes_to_a_page_is_sent_to_sign_in_and_knows_the_way_back(client: httpx.Client) -> None:
    answer = client.get("/delays?pathway=1", headers={"sec-fetch-mode": "navigate"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/delays%3Fpathway%3D1")
    assert client.get("/", headers={"accept": "text/html"}).headers["location"] == "/sign-in"
    assert client.get("/delays", headers={"sec-fetch-mode": "cors", "accept": "text/html"}).status_code == 401


# What each may ask for, of addresses whose decisions differ: a letter for each of them in order.
ASKED = [
    "/feeds", "/wall/county", "/wall/other", "/live/pages/demand", "/delays.csv", "/delays.csv?counts=yes",
    "/api/v1/delays", "/api/v1/delays?people=no", "/delays/ward-sheet", "/type-in/northgate", "/actions/new",
    "/metrics", "/access", "/signed-in", "/nothing/of/the/kind",
]  # fmt: skip
MAY = {
    "viewer": "yyyy-y-y-----y-",
    "manager": "yyyyyyyyy----y-",
    "lead": "yyyy-y-y--y--y-",
    "editor": "yyyy-y-y-y---y-",
    "admin": "yyyy-y-y---yyy-",
}


@pytest.mark.parametrize("name", MAY)
def test_each_role_may_what_it_is_for_and_nothing_else(door: Door, client: httpx.Client, name: str) -> None:
    headers = as_person(door.session_of(name)[0])
    found = "".join("-" if client.get(each, headers=headers).status_code in (403, 404) else "y" for each in ASKED)
    assert found == MAY[name]


SENT = {
    "/alerts/21": {"lead"}, "/silences/4": {"lead"}, "/silences/new": {"lead"}, "/pressure/northgate": {"lead"},
    "/actions/new": {"lead"}, "/actions/1": {"lead"}, "/huddle": {"lead"}, "/huddle/1": {"lead"},
    "/type-in/northgate": {"editor"}, "/access": {"admin"},
}  # fmt: skip


@pytest.mark.parametrize("name", MAY)
def test_each_form_is_taken_from_whom_it_is_for_and_from_nobody_else(
    door: Door, client: httpx.Client, name: str
) -> None:
    token, key = door.session_of(name)
    for path, who in SENT.items():
        answer = client.post(path, content=f"form={form_mark(key)}", headers=as_person(token) | kind_of(path))
        assert (answer.status_code != 403) == (name in who), (path, answer.status_code)


def test_a_screen_may_see_its_own_board_and_the_stream_and_nothing_else(door: Door, client: httpx.Client) -> None:
    headers = as_screen(door.screen("county"))
    for path in ("/wall/county", "/wall/county/body", "/assets/tokens.css"):
        assert client.get(path, headers=headers).status_code == 200, path
    with client.stream("GET", "/live", headers=headers) as stream:
        assert stream.status_code == 200
    others = [path for path in ASKED if path != "/wall/county"] + ["/", "/wall", "/wall/other/body", "/_dash-layout"]
    for path in others:
        assert client.get(path, headers=headers).status_code in (403, 404), path
    for path in ("/_dash-update-component", "/alerts/21", "/sign-out"):
        assert client.post(path, headers=headers | kind_of(path)).status_code == 403, path


def test_a_machine_reads_what_it_is_for_and_does_nothing(door: Door, client: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    for path in ("/metrics", "/api/v1/picture", "/api/v1/delays?people=no", "/openapi.json"):
        assert client.get(path, headers=headers).status_code == 200, path
    for path in ("/api/v1/delays", "/delays.csv", "/access", "/type-in/northgate", "/signed-in"):
        assert client.get(path, headers=headers).status_code == 403, path
    for path in ("/_dash-update-component", "/alerts/21", "/sign-out"):
        assert client.post(path, headers=headers | kind_of(path)).status_code == 403, path
    for wrong in (f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", "Bearer", f"Basic {TOKEN}", ""):
        assert client.get("/healthz", headers={"authorization": wrong}).status_code == 401, wrong
        # A token that is nobody's is not made good by a session beside it.
        both = as_person(door.session_of("viewer")[0]) | {"authorization": wrong}
        assert client.get("/api/v1/picture", headers=both).status_code == 401, wrong


def test_a_route_that_nobody_decided_on_is_for_nobody(door: Door) -> None:
    app = Westshire(front=door.front).app()

    @app.get("/added-in-a-hurry")
    def added() -> str:
        return "rows"

    with running(app) as url, asking_at(url) as client:
        for name in MAY:
            answer = client.get("/added-in-a-hurry", headers=as_person(door.session_of(name)[0]))
            assert (answer.status_code, answer.text) == (404, "There is no such page.")
