"""Real sinks on the loopback: a mail server, and a web server that answers as it is told to."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass(frozen=True)
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """What the body holds."""
        return json.loads(self.body)


@dataclass
class Answer:
    """What the web server answers: ``hang`` says nothing until it is stopped, ``trickle`` a byte now and then."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    trickle: bool = False


class WebSink:
    """A web server. Its answers are given out one by one, and the last of them again and again."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Answer] = [Answer()]
        self.stopping = threading.Event()
        self.came = threading.Semaphore(0)  # one for each request
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                sink.asked.append(Asked(self.command, self.path, headers, body))
                answer = sink.answers.pop(0) if len(sink.answers) > 1 else sink.answers[0]
                sink.came.release()
                if answer.hang:
                    sink.stopping.wait(60)
                    return
                content = answer.body.encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(1_000_000 if answer.trickle else len(content)))
                self.end_headers()
                try:
                    while answer.trickle and not sink.stopping.wait(0.02):
                        self.wfile.write(b" ")
                        self.wfile.flush()
                except OSError:
                    return  # they have had enough
                self.wfile.write(content)

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def web_sink(*answers: Answer) -> Iterator[WebSink]:
    """A web server for a while."""
    sink = WebSink()
    sink.answers = list(answers) or [Answer()]
    try:
        yield sink
    finally:
        sink.stop()


class _AnyPort(Controller):
    """A mail server on a port that the system chooses; the library's own would ask port 0 whether it listens."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailSink:
    """A mail server. ``recipients`` and ``letters`` are what it says to RCPT and to DATA."""

    def __init__(self, **options: Any) -> None:
        self.mails: list[Message] = []
        self.envelopes: list[Envelope] = []
        self.recipients = "250 OK"
        self.letters = "250 OK"
        self.late: asyncio.Event | None = None  # until when it says nothing of a letter that it has taken
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0, **options)
        self._controller.start()
        self.port: int = self._controller.port

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whom a letter is to."""
        if self.recipients.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipients

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The letter itself."""
        if self.letters.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.envelopes.append(envelope)
            self.mails.append(message_from_bytes(envelope.content, policy=default))
        if self.late is not None:
            await self.late.wait()
        return self.letters

    def stop(self) -> None:
        """Take no more."""
        self._controller.stop()


@contextmanager
def mail_sink(**options: Any) -> Iterator[MailSink]:
    """A mail server for a while."""
    sink = MailSink(**options)
    try:
        yield sink
    finally:
        sink.stop()


def knows(user: str, password: str) -> Any:
    """Who may send."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        known = (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=known, handled=False)

    return check
