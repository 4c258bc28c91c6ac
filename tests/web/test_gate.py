"""The gate: who is answered, with which headers, and what never gets through."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest
from structlog.testing import capture_logs

from flowcentre.web.callbacks import callback_mistake
from tests.web.cast import Westshire, running

CALLBACKS = "/_dash-update-component"
GOOD = {
    "output": "page.children",
    "outputs": {"id": "page", "property": "children"},
    "inputs": [{"id": "url", "property": "pathname", "value": "/"}],
    "changedPropIds": ["url.pathname"],
}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """One server for all of these: none of them changes it."""
    with running(Westshire().app()) as url, httpx.Client(base_url=url, timeout=10) as asking:
        yield asking


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "a b", "127.0.0.1:8050@evil.example"])
def test_another_sites_name_for_our_address_is_not_answered(client: httpx.Client, host: str) -> None:
    answer = client.get("/healthz", headers={"host": host})
    assert answer.status_code == 400
    assert answer.text == "This server does not answer to that name."


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8050", "127.0.0.1:1"])
def test_its_own_names_are_answered_on_any_port(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/wall/county", "/wall/none", "/api/v1/picture", "/assets/wall/wall.js", "/_mcp", "/docs"]
)
def test_every_answer_carries_the_security_headers_and_names_no_software(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers
    assert headers["cache-control"] in ("no-store", "no-cache")


def test_scripts_of_the_pages_run_by_their_hash_alone(westshire: Westshire) -> None:
    app = westshire.app()
    app.allow_pages(["'sha256-abc='"])
    with running(app) as url:
        policy = httpx.get(f"{url}/healthz").headers["content-security-policy"]
    assert "script-src 'self' 'sha256-abc=';" in policy


def test_what_has_no_etag_is_not_kept_and_what_has_one_is_asked_for_again(client: httpx.Client) -> None:
    assert client.get("/api/v1/feeds").headers["cache-control"] == "no-store"
    assert client.get("/api/v1/picture").headers["cache-control"] == "no-cache"
    assert client.get("/assets/wall/wall.js").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "POST", "TRACE"])
def test_nothing_is_changed_over_the_web(client: httpx.Client, method: str) -> None:
    assert client.request(method, "/api/v1/picture").status_code == 405


@pytest.mark.parametrize("path", ["/_mcp", "/_reload-hash", "/_dash-ws-callback", "/_anything"])
def test_machine_paths_that_nobody_needs_are_not_there(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
)
def test_a_callback_asked_for_by_another_site_is_refused(client: httpx.Client, headers: dict[str, str]) -> None:
    assert client.post(CALLBACKS, json=GOOD, headers=headers).status_code == 403


MALFORMED: list[tuple[bytes, str]] = [
    (b"", "JSON"),
    (b"{", "JSON"),
    (b"\xff\xfe", "JSON"),
    (b"[" * 100_000, "JSON"),
    (b"null", "object"),
    (b"[]", "object"),
    (b'"x"', "object"),
    (b"{}", "output"),
    (orjson.dumps(GOOD | {"output": 3}), "output"),
    (orjson.dumps(GOOD | {"output": ""}), "output"),
    (orjson.dumps(GOOD | {"outputs": "page"}), "outputs"),
    (orjson.dumps(GOOD | {"inputs": None}), "inputs"),
    (orjson.dumps(GOOD | {"inputs": {"id": "url"}}), "inputs"),
    (orjson.dumps(GOOD | {"inputs": [3]}), "inputs"),
    (orjson.dumps(GOOD | {"inputs": [{"id": "url"}]}), "inputs"),
    (orjson.dumps(GOOD | {"state": [{"property": "x"}]}), "state"),
    (orjson.dumps(GOOD | {"changedPropIds": "url"}), "changedPropIds"),
    (orjson.dumps(GOOD | {"changedPropIds": [1]}), "changedPropIds"),
]


@pytest.mark.parametrize(("body", "word"), MALFORMED)
def test_a_malformed_callback_is_refused_with_one_short_line_in_the_log(
    client: httpx.Client, body: bytes, word: str
) -> None:
    with capture_logs() as lines:
        answer = client.post(CALLBACKS, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert word in answer.text
    assert [line["event"] for line in lines] == ["refused"]
    assert len(str(lines[0])) < 300


def test_a_callback_that_is_not_sent_as_json_is_refused(client: httpx.Client) -> None:
    assert client.post(CALLBACKS, content=orjson.dumps(GOOD)).status_code == 400


def test_a_callback_body_has_a_limit_whether_or_not_its_length_is_told(client: httpx.Client) -> None:
    big = orjson.dumps(GOOD | {"state": [{"id": "x", "property": "y", "value": "z" * 1_100_000}]})
    headers = {"content-type": "application/json"}
    assert client.post(CALLBACKS, content=big, headers=headers).status_code == 413
    assert client.post(CALLBACKS, content=iter([big[:600_000], big[600_000:]]), headers=headers).status_code == 413


def test_a_callback_in_the_agreed_form_goes_through() -> None:
    assert callback_mistake(orjson.dumps(GOOD)) is None
    patterns: Any = GOOD | {"outputs": [], "inputs": [[{"id": {"type": "x", "index": 1}, "property": "n_clicks"}]]}
    assert callback_mistake(orjson.dumps(patterns)) is None
    assert callback_mistake(orjson.dumps(GOOD), {"page.children"}) is None
    assert callback_mistake(orjson.dumps(GOOD), {"other.children"}) == "There is no such output."


def test_a_failure_within_shows_no_words_of_its_own_in_answer_or_log(westshire: Westshire) -> None:
    app = westshire.app()

    @app.get("/fails")
    def fails() -> None:
        raise ValueError("patient 943 476 5919 in bed 4")

    with capture_logs() as lines, running(app) as url:
        answer = httpx.get(f"{url}/fails")
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "943 476" not in answer.text
    failed = [line for line in lines if line["event"] == "failed"]
    assert [line["error"] for line in failed] == ["ValueError"]
    assert "943 476" not in str(lines)
    assert "test_gate.py" in failed[0]["where"]


def test_a_path_cannot_write_its_own_lines_into_the_log(client: httpx.Client) -> None:
    with capture_logs() as lines:
        client.get("/_x%0A2026-11-22 all is well")
    assert "\n" not in lines[0]["path"]


def test_a_web_socket_is_not_opened(client: httpx.Client) -> None:
    upgrade = {
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert client.get("/_dash-ws-callback", headers=upgrade).status_code == 404


def test_a_request_without_a_host_is_not_answered(client: httpx.Client) -> None:
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=5) as line:
        line.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert line.recv(200).split(b"\r\n")[0].split()[1] == b"400"
