"""Runs the server, on this machine alone where there is no sign-in, and stops it when asked to."""

from __future__ import annotations

import ipaddress
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
import uvicorn

from flowcentre.access.addresses import Addresses
from flowcentre.web.announce import MOST_STREAMS
from flowcentre.web.arriving import arriving
from flowcentre.web.peers import Peers
from flowcentre.web.server import FlowServer

IDLE_WITHIN = 30  # seconds after an answer
STOP_WITHIN = 1  # seconds that open requests get to finish
MOST_CONNECTIONS = MOST_STREAMS + 1000  # beyond which every request is told to try again (503)
_OTHER_FILES = 500  # that a server has open beside its connections: of the store, of pools, of logs
log = structlog.get_logger(__name__)


class NotLoopback(ValueError):
    """An address that others can reach, of a county that asks nobody who they are."""


class PortTaken(OSError):
    """Something else answers at that address."""


class Serving(uvicorn.Server):
    """uvicorn, which ends live streams before it waits for open requests, and returns when stopped."""

    def __init__(self, app: FlowServer, listener: socket.socket) -> None:
        asker = app.policy.asker
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="error",  # below it: words about whoever sends what is not HTTP
                access_log=False,
                server_header=False,
                proxy_headers=False,  # no proxy is trusted to say who asks
                http=arriving(Peers(asker.addresses if asker is not None else Addresses())),
                ws="none",
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=IDLE_WITHIN,
                timeout_graceful_shutdown=STOP_WITHIN,
            )
        )
        self.ready: Callable[[str], None] | None = None
        self._app = app
        self._listener = listener
        host, port = listener.getsockname()[:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until stopped: by ``stop``, Ctrl-C or SIGTERM."""
        _have_files_for_connections()
        super().run(sockets=sockets or [self._listener])

    def stop(self) -> None:
        """Ask it to stop, from any thread."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        if self.started and self.ready is not None:
            self.ready(self.url)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close down: first the streams, which would never end by themselves."""
        self._app.stop_streams()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on Ctrl-C and SIGTERM, and then return, so that whoever called can close the rest."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(_signal: int, _frame: FrameType | None) -> None:
            self.force_exit = self.should_exit  # asked twice: at once
            self.should_exit = True

        before = {asked: signal.signal(asked, stop) for asked in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for asked, way in before.items():
                signal.signal(asked, way)


def serving(app: FlowServer, host: str = "127.0.0.1", port: int = 8050) -> Serving:
    """A server bound to its address, not yet running: one that others can reach where the gate knows who asks.

    Raises NotLoopback and PortTaken.
    """
    family, address = _address(host, port) if app.policy.asker is not None else _loopback(host, port)
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise PortTaken(f"{host} port {port} cannot be used ({error.strerror}): is Flow Centre running?") from None
    if not ipaddress.ip_address(address[0]).is_loopback:
        # "localhost" is this machine's name for itself: to others it has the public one alone.
        app.policy.hosts = frozenset()
    return Serving(app, listener)


def serve(
    app: FlowServer, host: str = "127.0.0.1", port: int = 8050, *, ready: Callable[[str], None] | None = None
) -> None:
    """Serve until Ctrl-C or SIGTERM, then return. ``ready`` is told the address once it answers. Raises NotLoopback, PortTaken."""
    server = serving(app, host, port)
    server.ready = ready
    server.run()


def _have_files_for_connections() -> None:
    """Many systems let a process open 1,024 files unless it asks for more: then nobody gets in whom we meant to let in."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = resource.RLIM_INFINITY
    needed = MOST_CONNECTIONS + _OTHER_FILES
    if soft == most or soft >= needed:
        return
    wanted = needed if hard == most else min(needed, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if wanted < needed:
        log.warning("few files may be open: raise the limit of this process (ulimit -n)", limit=wanted, needed=needed)


def _address(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise PortTaken(f"{host!r} is no address of this machine") from None
    family, _, _, _, address = found[0]
    return family, (str(address[0]), port)


def _loopback(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    refusal = (
        f"Flow Centre serves this machine alone, at 127.0.0.1, until it has sign-in: "
        f"{host!r} would let others see it. Leave the host out, use 127.0.0.1, or write access.toml (docs/sign-in.md)."
    )
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise NotLoopback(refusal) from None
    addresses = [(family, (str(address[0]), port)) for family, _, _, _, address in found]
    if not host or not all(ipaddress.ip_address(ip).is_loopback for _, (ip, _) in addresses):
        raise NotLoopback(refusal)
    return addresses[0]
