"""A walk of the URL map: each route answers as it was decided, and no route is without a decision."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flowcentre.model import Board
from flowcentre.web.gate import FORM_PATH
from tests.web.actions_cast import PretendActions
from tests.web.alerts_cast import PretendAlerts
from tests.web.capacity_cast import PretendCapacity
from tests.web.cast import Westshire, running
from tests.web.delay_cast import PretendBook
from tests.web.package_cast import PretendPackages
from tests.web.typed_cast import PretendDesk

# route -> an address of it, and the status that was decided
DECIDED = {
    "/healthz": ("/healthz", 200),
    "/readyz": ("/readyz", 200),
    "/metrics": ("/metrics", 200),
    "/openapi.json": ("/openapi.json", 200),
    "/docs": ("/docs", 200),
    "/docs/{name}": ("/docs/start.js", 200),
    "/api/v1/picture": ("/api/v1/picture", 200),
    "/api/v1/feeds": ("/api/v1/feeds", 200),
    "/api/v1/measures": ("/api/v1/measures", 200),
    "/api/v1/places": ("/api/v1/places", 200),
    "/api/v1/history": ("/api/v1/history?measure=ga_beds_occupied&place=northgate", 200),
    "/api/v1/delays": ("/api/v1/delays", 200),
    "/delays.csv": ("/delays.csv", 200),
    "/delays.xlsx": ("/delays.xlsx", 200),
    "/delays/ward-sheet": ("/delays/ward-sheet", 200),
    "/api/v1/packages": ("/api/v1/packages", 200),
    "/packages.csv": ("/packages.csv", 200),
    "/packages.xlsx": ("/packages.xlsx", 200),
    "/api/v1/capacity": ("/api/v1/capacity", 200),
    "/api/v1/alerts": ("/api/v1/alerts", 200),
    "/alerts/": ("/alerts/", 307),
    "/alerts/{id}": ("/alerts/21", 200),
    "/alerts/{rest:path}": ("/alerts/21/nothing", 404),
    "/silences/new": ("/silences/new", 404),
    "/silences/{id}": ("/silences/4", 200),
    "/silences/{rest:path}": ("/silences/4/nothing", 404),
    "/api/v1/actions": ("/api/v1/actions", 200),
    "/actions/": ("/actions/", 307),
    "/actions/new": ("/actions/new?place=northgate", 200),
    "/actions/{id}": ("/actions/1", 200),
    "/actions/{rest:path}": ("/actions/1/nothing", 404),
    "/rehearsal": ("/rehearsal", 404),
    "/rehearsal/{rest:path}": ("/rehearsal/nothing", 404),
    "/api/v1/pressure": (
        "/api/v1/pressure",
        404,
    ),  # without a book of pressure; with one, test_pressure.py asks for each
    "/pressure/": ("/pressure/", 307),
    "/pressure/{place}": ("/pressure/northgate", 404),
    "/pressure/{rest:path}": ("/pressure/northgate/nothing", 404),
    "/huddle": ("/huddle", 404),  # without a book of huddles; with one, test_huddle.py asks for each
    "/huddle/": ("/huddle/", 307),
    "/huddle/{id}.txt": ("/huddle/1.txt", 404),
    "/huddle/{id}.pdf": ("/huddle/1.pdf", 404),
    "/huddle/{id}": ("/huddle/1", 404),
    "/huddle/{rest:path}": ("/huddle/1/nothing", 404),
    "/action-cards/{name}": ("/action-cards/ae-crowded", 200),
    "/action-cards/levels/{name}": ("/action-cards/levels/acute-hospital-level-2", 200),
    "/action-cards/{rest:path}": ("/action-cards/a/b", 404),
    "/type-in": ("/type-in", 200),
    "/type-in/": ("/type-in/", 200),
    "/type-in/{place}": ("/type-in/northgate", 200),
    "/type-in/{rest:path}": ("/type-in/northgate/nothing", 404),
    "/api/{rest:path}": ("/api/v1/nothing", 404),
    "/live": ("/live", 200),
    "/live/pages/{page}": ("/live/pages/demand", 200),
    "/live/{rest:path}": ("/live/nothing", 404),
    "/accessibility": ("/accessibility", 200),
    "/wall": ("/wall", 200),
    "/wall/": ("/wall/", 200),
    "/wall/{board}": ("/wall/county", 200),
    "/wall/{board}/body": ("/wall/county/body", 200),
    "/wall/{rest:path}": ("/wall/county/nothing", 404),
    "/assets": ("/assets/wall/wall.js", 200),
}


def test_every_route_answers_as_it_was_decided_and_none_is_undecided(westshire: Westshire) -> None:
    westshire.with_boards(Board("county", "County", "wall"), Board("other", "Other", "wall"))
    westshire.delays, westshire.packages, westshire.desk = PretendBook(), PretendPackages(), PretendDesk()
    westshire.capacity, westshire.alerts, westshire.cards = PretendCapacity(), PretendAlerts(), lambda name: f"# {name}"
    westshire.actions = PretendActions()
    app = westshire.app()
    assert set(walk(app.routes)) == set(DECIDED), "decide on each new route here"
    with running(app) as url, httpx.Client(base_url=url) as client:
        for route, (address, status) in DECIDED.items():
            with client.stream("GET", address) as answer:
                assert answer.status_code == status, route


def test_every_route_of_the_api_refuses_a_word_that_it_does_not_know(westshire: Westshire) -> None:
    westshire.delays, westshire.packages, westshire.desk = PretendBook(), PretendPackages(), PretendDesk()
    westshire.capacity, westshire.alerts, westshire.actions = PretendCapacity(), PretendAlerts(), PretendActions()
    with running(westshire.app()) as url, httpx.Client(base_url=url) as client:
        for address, _ in (DECIDED[route] for route in DECIDED if route.startswith("/api/v1/")):
            answer = client.get(f"{address}{'&' if '?' in address else '?'}no_such=1")
            assert answer.status_code == 422, address
            assert "no_such" in answer.json()["detail"], address


def test_the_document_names_each_address_to_which_a_form_may_be_sent(westshire: Westshire) -> None:
    document = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    [line] = [line for line in document.splitlines() if line.startswith("A form may be sent to ")]
    named = re.findall(r"`(/[^`]*)`", line)
    assert all(FORM_PATH.fullmatch(re.sub(r"{.*?}", "1", path)) for path in named)
    taken = {path for path, methods in methods_of(westshire.app().routes) if "POST" in methods}
    assert set(named) == {path for path in taken if FORM_PATH.fullmatch(re.sub(r"{.*?}", "1", path))}


def methods_of(routes: Iterable[Any]) -> Iterator[tuple[str, Collection[str]]]:
    for route in routes:
        if (path := getattr(route, "path", None)) is not None:
            yield path, getattr(route, "methods", None) or ()


def walk(routes: Iterable[Any]) -> Iterator[str]:
    for route in routes:
        if (path := getattr(route, "path", None)) is not None:
            yield path
        else:  # a router that was included keeps its routes to itself
            yield from walk(route.original_router.routes)


@pytest.mark.parametrize("name", ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"])
def test_the_page_of_the_api_loads_files_of_our_own_only(client: httpx.Client, name: str) -> None:
    page = client.get("/docs").text
    assert "//" not in page.replace("<!doctype", "")
    assert f"/docs/{name}" in page
    assert client.get(f"/docs/{name}").status_code == 200
    assert client.get("/docs/none").status_code == 404
