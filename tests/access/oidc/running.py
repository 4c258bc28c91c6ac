"""The real provider of provider.mjs as the tests have it: started once, ended by its id; a browser; and forged answers."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urljoin, urlsplit

import httpx

from flowcentre.access.oidc import Pending, Provider
from flowcentre.model.access import Oidc

HERE = Path(__file__).parent
BACK = "http://127.0.0.1:9/back"  # nobody listens there: the browser stops before it
SECRET = "a+b %/&=secret"  # what a header has to write otherwise than a body


@dataclass
class Clock:
    """The time as it is, or so much later."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Asking(httpx.BaseTransport):
    """How the application asks the provider: each request is noted, and answers can be forged on their way."""

    def __init__(self, forge: Callable[[str, dict[str, Any]], dict[str, Any]] | None = None) -> None:
        self.paths: list[str] = []
        self._forge, self._through = (
            forge,
            httpx.HTTPTransport(verify=False),
        )  # no TLS here, and to read all certificates takes long

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The real answer, or what was made of it."""
        self.paths.append(request.url.path)
        answer = self._through.handle_request(request)
        answer.read()
        if self._forge is None or answer.status_code != 200:
            return answer
        return httpx.Response(200, json=self._forge(request.url.path, json.loads(answer.content)))

    def close(self) -> None:
        self._through.close()


@dataclass
class Running:
    """The provider's process, and what it has told of itself."""

    issuer: str
    keys: list[dict[str, Any]]  # private ones, as JWK: RS256 and ES256
    logout_tokens: Queue[str]
    clients: list[httpx.Client] = field(default_factory=list)

    def oidc(self, **changes: Any) -> Oidc:
        return replace(Oidc(issuer=self.issuer, client_id="flow-post"), **changes)

    def application(
        self, oidc: Oidc | None = None, *, now: Clock | None = None, asking: Asking | None = None, secret: str = SECRET
    ) -> Provider:
        """An application that signs people in by it."""
        self.clients.append(httpx.Client(transport=asking or Asking(), trust_env=False))
        return Provider(oidc or self.oidc(), secret, self.clients[-1], now or Clock())

    def browser(self) -> httpx.Client:
        """One with cookies of its own."""
        self.clients.append(httpx.Client(transport=httpx.HTTPTransport(verify=False), trust_env=False))
        return self.clients[-1]

    def come_back(self, address: str, hint: str = "lead", browser: httpx.Client | None = None) -> dict[str, str]:
        """Sign in as ``hint`` by a browser that is sent to ``address``; what it is sent back with."""
        browser = browser or self.browser()
        address += "&" + urlencode({"login_hint": hint})
        while not address.startswith(BACK):
            answer = browser.get(address)
            assert answer.is_redirect, answer.text
            address = urljoin(address, answer.headers["location"])
        return dict(parse_qsl(urlsplit(address).query))

    def begun(self, application: Provider, hint: str = "lead") -> tuple[Pending, dict[str, str]]:
        """A sign-in up to the answer that is to be judged."""
        address, pending = application.begin(BACK)
        return pending, self.come_back(address, hint)

    def turn_keys(self) -> None:
        """Have it sign by other keys from now on, and publish those alone."""
        self.keys = httpx.post(f"{self.issuer}/turn-keys", trust_env=False).json()


@contextmanager
def a_provider(log: Path) -> Iterator[Running]:
    """The provider's process, and a listener that it tells of sign-outs."""
    assert (HERE / "node_modules" / "oidc-provider").is_dir(), (
        "the identity provider of the tests is not installed: `make test` does it, with node 20 or later and npm"
    )
    told: Queue[str] = Queue()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            told.put(parse_qs(body)["logout_token"][0])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    environment = {"BACK": BACK, "BACK_CHANNEL": f"http://127.0.0.1:{listener.server_port}/ended"}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [_node(), "provider.mjs"],
            cwd=HERE,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    assert process.stdin
    assert process.stdout
    running = None
    try:
        said = process.stdout.readline()
        assert said, log.read_text()
        running = Running(**json.loads(said), logout_tokens=told)
        yield running
    finally:
        for client in running.clients if running else ():
            client.close()
        process.stdin.close()  # it ends when this does
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        listener.shutdown()
        listener.server_close()
        thread.join()


def _node() -> str:
    from shutil import which

    found = which("node")
    assert found, "sign-in is tested against a real identity provider, which needs node 20 or later"
    return found
