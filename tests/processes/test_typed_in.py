"""Beyond one process: what is typed in at one web server is shown by another, with nothing but PostgreSQL between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from flowcentre.access.sessions import begin
from flowcentre.model import EVERYWHERE, Identity, Permission
from flowcentre.store import Store, open_store
from flowcentre.web.asker import SESSION
from tests.processes import test_two_engines_two_webs as apart
from tests.processes.test_two_engines_two_webs import get, running, until
from tests.web.typed_cast import form_in

PLACE = """
[[place]]
id = "maple-gardens"
name = "Maple Gardens"
level = "site"
kind = "extra care"
parent = "westshire"
"""
FEED = """
[[feed]]
id = "typed-in"
name = "Typed in"
connector = "typed_in"
places = ["maple-gardens"]
"""
EDITOR = """
[[grant]]
to = "account:desk"
roles = ["editor"]
everywhere = true
"""


def folder_of(tmp_path: Path) -> Path:
    """A county with one feed that is polled and one that is typed in."""
    folder, drop = tmp_path / "county", tmp_path / "drop"
    folder.mkdir()
    drop.mkdir()
    (folder / "county.toml").write_text(apart.COUNTY)
    (folder / "places.toml").write_text(apart.PLACES + PLACE)
    (folder / "feeds.toml").write_text(apart.FEEDS.format(drop=drop) + FEED)
    (folder / "boards.toml").write_text(apart.BOARDS)
    (folder / "access.toml").write_text(apart.ACCESS + EDITOR)
    return folder


def shown_at(port: int) -> tuple[float | None, str] | None:
    answer = get(port, "/api/v1/picture?place=maple-gardens&measure=extra_care_used")
    if answer is None or answer[0].status != 200:
        return None
    [value] = json.loads(answer[1])["values"]
    return value["value"], value["state"]


def signed_in(store: Store) -> str:
    """The cookie of somebody at the desk: one session for every server of the store."""
    identity = Identity("local", "desk", "duty manager", {Permission.TYPE_IN: EVERYWHERE})
    token, _ = begin(store, identity, datetime.now(UTC))
    return f"{SESSION}={token}"


def form(port: int, path: str, cookie: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"cookie": cookie})
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def post(port: int, path: str, fields: dict[str, str], cookie: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": f"http://127.0.0.1:{port}"}
        connection.request("POST", path, urlencode(fields), headers | {"cookie": cookie})
        return connection.getresponse().status
    finally:
        connection.close()


def test_what_is_typed_at_one_web_server_is_at_the_other_and_once_though_it_is_sent_to_both(
    tmp_path: Path, postgres_url: str, free_port: Callable[[], int]
) -> None:
    folder = folder_of(tmp_path)
    store = open_store(postgres_url)  # brings the schema up to date: a web server does not
    here, there = free_port(), free_port()
    web = ("web", "--config", str(folder), "--store", postgres_url, "--port")
    with running(tmp_path, "here", *web, str(here)), running(tmp_path, "there", *web, str(there)):
        until(lambda: shown_at(here) and shown_at(there), apart.STARTED_WITHIN)
        desk = signed_in(store)
        fields = form_in(form(here, "/type-in/maple-gardens", desk), extra_care_used="40", extra_care_capacity="46")
        assert post(here, "/type-in/maple-gardens", fields, desk) == 303
        assert shown_at(here) == (40, "fresh")
        until(lambda: shown_at(there) == (40, "fresh"))
        assert post(there, "/type-in/maple-gardens", fields, desk) == 303
        assert len(store.polls("typed-in")) == 1
    store.close()
