"""Where it may be served: on this machine alone, unless the gate knows who asks."""

from __future__ import annotations

import resource
import socket
import sys
from contextlib import suppress

import httpx
import pytest
from starlette.datastructures import Headers

from flowcentre.access.addresses import Addresses
from flowcentre.store import Store
from flowcentre.web import NotLoopback, PortTaken, serving
from flowcentre.web.admission import Refused
from flowcentre.web.gate import decide
from flowcentre.web.peers import Peers
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
    whole = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
    with running(westshire.app()) as url:
        for answered, begun in ((b"", b""), (b"", whole[:-2]), (whole, whole[:20])):
            monkeypatch.setattr("flowcentre.web.arriving.HEAD_WITHIN", 30 if answered else 0.2)
            with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=30) as line:
                if answered:
                    line.sendall(answered)
                    assert line.recv(1) == b"H"
                    monkeypatch.setattr("flowcentre.web.arriving.HEAD_WITHIN", 0.2)
                with suppress(ConnectionError):  # an end too, where the machine is slow to send
                    line.sendall(begun)
                    assert b"HTTP/1.1 200" not in line.makefile("rb").read()


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


@pytest.mark.parametrize(
    "more",
    [
        b"\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\nx",
        b"GET /healthz HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        b"POST /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nx",
        b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nx",
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_whoever_sends_a_little_after_an_answer_holds_no_connection(
    westshire: Westshire, monkeypatch: pytest.MonkeyPatch, more: bytes, at_once: bool
) -> None:
    monkeypatch.setattr(sys.modules["flowcentre.web.serve"], "IDLE_WITHIN", 0.1)
    whole = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
    with (
        running(westshire.app()) as url,
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5) as line,
    ):
        line.sendall(whole)
        assert line.recv(1).startswith(b"H")
        monkeypatch.setattr(
            "flowcentre.web.arriving.HEAD_WITHIN", 0.1
        )  # not before: a busy machine takes as long to send
        with suppress(ConnectionError):  # that is an end too
            for piece in [more] if at_once else [more[:-1], more[-1:]]:
                line.sendall(piece)
            while line.recv(65536):
                pass


def test_a_connection_goes_on_whose_body_comes_whole_after_its_answer(westshire: Westshire) -> None:
    head = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n"
    with (
        running(westshire.app()) as url,
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=3) as line,
    ):
        line.sendall(head + b"content-length: 2\r\n\r\nx")
        assert line.recv(1).startswith(b"H")
        line.sendall(b"x\r\n" + head + b"connection: close\r\n\r\n")
        assert line.makefile("rb").read().count(b"TTP/1.1 200") == 2


def test_one_address_cannot_take_every_connection_and_a_proxy_of_ours_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowcentre.web.peers.MOST_OF_A_PEER", 2)
    peers = Peers(Addresses(["10.0.0.0/28"]))
    for ours in ("127.0.0.1", "::1", "10.0.0.1"):
        assert [peers.come(ours) for _ in range(9)] == [True] * 9
    assert [peers.come(each) for each in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2")] == [
        *[True] * 2,
        False,
        True,
    ]
    peers.go("192.0.2.1")
    assert peers.come("192.0.2.1")
    # Whoever has one address of a network by IPv6 has all of them.
    assert [peers.come(f"2001:db8:1:2::{number}") for number in range(3)] == [True, True, False]


def test_a_connection_too_many_of_one_address_is_closed_and_one_that_ended_makes_room(
    westshire: Westshire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowcentre.web.peers.MOST_OF_A_PEER", 2)
    monkeypatch.setattr(Addresses, "of_peer", lambda _, peer: peer)
    whole = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
    with running(westshire.app()) as url:

        def answered(line: socket.socket) -> bool:
            try:
                line.sendall(whole)
                return line.recv(65536).startswith(b"HTTP/1.1 200")
            except ConnectionError:
                return False

        lines = [socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=3) for _ in range(3)]
        assert [answered(line) for line in lines] == [True, True, False]
        lines[0].sendall(whole.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
        assert lines[0].makefile("rb").read().startswith(b"HTTP/1.1 200")
        lines.append(socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=3))
        assert answered(lines[-1])
        for line in lines:
            line.close()


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
