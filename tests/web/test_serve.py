"""Where it may be served: on this machine alone, unless the gate knows who asks."""

from __future__ import annotations

import socket

import httpx
import pytest

from flowcentre.store import Store
from flowcentre.web import NotLoopback, PortTaken, serving
from tests.web.access_cast import Door
from tests.web.cast import Westshire, running


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.7", "no such host"])
def test_an_address_that_others_can_reach_is_refused(westshire: Westshire, host: str) -> None:
    with pytest.raises(NotLoopback, match="until it has sign-in"):
        serving(westshire.app(), host)


def test_where_people_sign_in_others_may_reach_it(westshire: Westshire, store: Store) -> None:
    westshire.front = Door(store).front
    server = serving(westshire.app(), "0.0.0.0", 0)
    server._listener.close()
    assert server.url.startswith("http://0.0.0.0:")
    with pytest.raises(PortTaken, match="no address of this machine"):
        serving(westshire.app(), "no such host", 0)


def test_a_port_in_use_is_said_so(westshire: Westshire) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} cannot be used .*is Flow Centre running"):
            serving(westshire.app(), port=port)


def test_it_answers_under_the_name_localhost(westshire: Westshire) -> None:
    with running(westshire.app()) as url:
        assert httpx.get(url.replace("127.0.0.1", "localhost") + "/healthz").status_code == 200
