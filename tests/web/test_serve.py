"""Where it may be served: on this machine alone, unless the gate knows who asks."""

from __future__ import annotations

import resource
import socket

import httpx
import pytest
from starlette.datastructures import Headers

from flowcentre.store import Store
from flowcentre.web import NotLoopback, PortTaken, serving
from flowcentre.web.admission import Refused
from flowcentre.web.gate import decide
from flowcentre.web.serve import MOST_CONNECTIONS
from tests.web.access_cast import Door
from tests.web.cast import Westshire, running


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.7", "no such host"])
def test_an_address_that_others_can_reach_is_refused(westshire: Westshire, host: str) -> None:
    with pytest.raises(NotLoopback, match="until it has sign-in"):
        serving(westshire.app(), host)


def test_where_people_sign_in_others_may_reach_it(westshire: Westshire, store: Store) -> None:
    westshire.front = Door(store).front
    app = westshire.app()
    server = serving(app, "0.0.0.0", 0)
    server._listener.close()
    assert server.url.startswith("http://0.0.0.0:")
    with pytest.raises(PortTaken, match="no address of this machine"):
        serving(westshire.app(), "no such host", 0)
    # A name that everybody has for their own machine is none of ours to others, at whatever port they say it.
    for host in ("localhost", "127.0.0.1:1", "[::1]", "0.0.0.0"):
        with pytest.raises(Refused, match="does not answer to that name"):
            decide("GET", "/healthz", Headers({"host": host}), app.policy)
    decide("GET", "/healthz", Headers({"host": "127.0.0.1:8050"}), app.policy)  # its public address


def test_a_port_in_use_is_said_so(westshire: Westshire) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} cannot be used .*is Flow Centre running"):
            serving(westshire.app(), port=port)


def test_a_connection_whose_request_does_not_arrive_is_cut_off(
    westshire: Westshire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowcentre.web.arriving.HEAD_WITHIN", 0.2)
    whole = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
    with running(westshire.app()) as url:
        for begun in (b"", whole[:-2], whole + whole[:20]):
            with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5) as line:
                line.sendall(begun)
                answers = line.makefile("rb").read()
                assert answers.count(b"HTTP/1.1 200") == begun.count(b"\r\n\r\n")


def test_a_head_without_an_end_is_cut_off_too(westshire: Westshire) -> None:
    with (
        running(westshire.app()) as url,
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5) as line,
    ):
        line.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n")

        def without_end() -> None:
            for _ in range(10_000):
                line.sendall(b"x-more: " + b"y" * 8_000 + b"\r\n")

        with pytest.raises(ConnectionError):
            without_end()


def test_it_answers_under_the_name_localhost(westshire: Westshire) -> None:
    with running(westshire.app()) as url:
        assert httpx.get(url.replace("127.0.0.1", "localhost") + "/healthz").status_code == 200


def test_a_server_may_open_a_file_for_each_connection_that_it_takes_on(westshire: Westshire) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))  # what many systems begin with
    try:
        with running(westshire.app()):
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > MOST_CONNECTIONS
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
