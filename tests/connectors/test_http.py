"""An HTTP feed against a real server that misbehaves in every way we could think of."""

import gzip
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.emergency_department_json import EmergencyDepartmentJson, EmergencyDepartmentSettings
from flowcentre.feeds.contract import Document, FeedMalformed, FeedUnavailable, PlaceCodes
from flowcentre.feeds.doors import open_doors
from flowcentre.feeds.http import LONGEST_RETRY, HttpSettings, get, read_json
from flowcentre.model import WholeList
from tests.connectors.authority import Authority
from tests.connectors.cast import WESTSHIRE

SAMPLE = Path(__file__).parent / "samples/emergency_department_json/ok/emergency-department.json"
Answer = Callable[[BaseHTTPRequestHandler], None]


class Source:
    """A server whose answer the test writes, and what it was asked."""

    def __init__(self) -> None:
        source = self
        self.answer: Answer = lambda asked: None
        self.asked: list[dict[str, str]] = []
        self.over = Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                source.asked.append({key.lower(): value for key, value in self.headers.items()})
                self.close_connection = True
                with suppress(OSError):  # the client may go at any moment, as it should
                    source.answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False  # so that closing waits for each answer to end
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/northgate/emergency-department.json"

    def close(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def get(self, **settings: Any) -> Document:
        return get(HttpSettings(**{"url": self.url, "read_timeout": 10, "answer_within": 20} | settings))


@pytest.fixture
def source() -> Iterator[Source]:
    source = Source()
    yield source
    source.close()


def respond(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            asked.send_header(name.replace("_", "-"), value)
        asked.end_headers()
        asked.wfile.write(body)

    return answer


def raw(*pieces: bytes, every: float = 0, over: Event | None = None) -> Answer:
    """The very bytes of an answer, one piece after another; ``over`` ends it early."""

    def answer(asked: BaseHTTPRequestHandler) -> None:
        for piece in pieces:
            asked.wfile.write(piece)
            asked.wfile.flush()
            if over is not None and over.wait(every):
                return

    return answer


def test_an_answer_becomes_facts_through_the_connector(source: Source) -> None:
    source.answer = respond(200, SAMPLE.read_bytes(), Content_Type="application/json")
    connector = EmergencyDepartmentJson(
        EmergencyDepartmentSettings(url=source.url), PlaceCodes(WESTSHIRE, ["northgate"])
    )
    payload = connector.fetch(None)
    assert [document.name for document in payload.documents] == ["emergency-department.json"]
    facts = list(connector.parse(payload.documents[0]))
    assert [fact.listed for fact in facts if isinstance(fact, WholeList)] == [4, 2]


def test_a_source_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as nobody:  # it has the port, and does not listen
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(FeedUnavailable, match="cannot be reached"):
            get(HttpSettings(url=f"http://127.0.0.1:{nobody.getsockname()[1]}/"))


def test_a_silent_source_meets_the_read_time_out(source: Source) -> None:
    source.answer = lambda asked: source.over.wait(10) and None
    with pytest.raises(FeedUnavailable, match=r"fell silent for 0\.2 s"):
        source.get(read_timeout=0.2)


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_trickled_answer_meets_the_deadline_in_body_and_in_headers(source: Source, start: bytes) -> None:
    source.answer = raw(start, *[b" "] * 100, every=0.05, over=source.over)
    began = time.monotonic()
    with pytest.raises(FeedUnavailable, match=r"longer than 0\.4 s to answer in full"):
        source.get(answer_within=0.4)
    assert time.monotonic() - began < 5


def test_a_trickle_that_ends_with_the_connection_is_not_taken_for_whole(source: Source) -> None:
    source.answer = raw(b"HTTP/1.1 200 OK\r\n\r\n{}", *[b" "] * 100, every=0.05, over=source.over)
    with pytest.raises(FeedUnavailable, match="to answer in full"):
        source.get(answer_within=0.4)


def test_refused_credentials_are_said_without_the_token(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NORTHGATE_TOKEN", "hush-hush")
    for status in (401, 403):
        source.answer = respond(status, b"hush-hush is wrong")
        with pytest.raises(FeedUnavailable, match="refused our credentials") as why:
            source.get(token_env="NORTHGATE_TOKEN")
        assert "hush" not in repr(why.value)
    assert source.asked[0]["authorization"] == "Bearer hush-hush"


@pytest.mark.parametrize(("token", "why"), [("", "is not set"), ("two words", "does not hold a token"), ("ü", "token")])
def test_a_missing_or_impossible_token_names_its_variable_and_asks_nothing(
    source: Source, monkeypatch: pytest.MonkeyPatch, token: str, why: str
) -> None:
    monkeypatch.setenv("NORTHGATE_TOKEN", token)
    with pytest.raises(FeedUnavailable, match=why) as error:
        source.get(token_env="NORTHGATE_TOKEN")
    assert "NORTHGATE_TOKEN" in str(error.value)
    assert "two words" not in str(error.value)
    assert not source.asked


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, timedelta(seconds=7)),
        ({"Retry-After": "999999999"}, LONGEST_RETRY),
        ({"Retry-After": "99999999999999999999"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
        (
            {"Retry-After": "Sun, 22 Nov 2026 08:05:00 GMT", "Date": "Sun, 22 Nov 2026 08:00:00 GMT"},
            timedelta(minutes=5),
        ),
        ({"Retry-After": "Sun, 22 Nov 2026 08:00:00 GMT", "Date": "Sun, 22 Nov 2026 08:05:00 GMT"}, timedelta(0)),
        ({"Retry-After": "Sun, 22 Nov 2026 08:05:00 GMT", "Date": "today"}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 08:05:00 GMT"}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured_as_the_answers_own_clock_says(
    source: Source, status: int, headers: dict[str, str], wait: timedelta | None
) -> None:
    lines = [f"HTTP/1.1 {status} Wait", "Content-Length: 0", *(f"{name}: {value}" for name, value in headers.items())]
    source.answer = raw("\r\n".join([*lines, "", ""]).encode())
    with pytest.raises(FeedUnavailable, match=str(status)) as why:
        source.get()
    assert why.value.retry_after == wait


@pytest.mark.parametrize(
    ("status", "said"), [(500, "failed"), (502, "failed"), (404, "is the url right"), (204, "whole"), (206, "whole")]
)
def test_any_other_answer_is_unavailable(source: Source, status: int, said: str) -> None:
    source.answer = respond(status, b"" if status == 204 else b"{}")
    with pytest.raises(FeedUnavailable, match=said):
        source.get()


def test_a_redirect_to_another_host_is_not_followed_and_only_its_host_is_said(source: Source) -> None:
    elsewhere = Source()
    try:
        host = f"127.0.0.1:{elsewhere.server.server_port}"
        source.answer = respond(302, Location=f"http://me:pass@{host}/login?session=hush")
        with pytest.raises(FeedUnavailable, match=f"to another host, {host}") as why:
            source.get()
        assert "hush" not in str(why.value)
        assert "pass" not in str(why.value)
        assert not elsewhere.asked
    finally:
        elsewhere.close()


def test_a_redirect_at_home_is_not_followed_either(source: Source) -> None:
    source.answer = respond(301, Location="/elsewhere")
    with pytest.raises(FeedUnavailable, match="another address of its own"):
        source.get()
    assert len(source.asked) == 1


def test_a_huge_body_is_refused_before_it_is_read_or_while_it_comes(source: Source) -> None:
    source.answer = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
    with pytest.raises(FeedMalformed, match=r"more than 0\.1 MB"):
        source.get(limit_mb=0.1)
    source.answer = raw(b"HTTP/1.1 200 OK\r\n\r\n", *[b" " * 10_000] * 1_000, over=source.over)
    with pytest.raises(FeedMalformed, match=r"more than 0\.1 MB"):
        source.get(limit_mb=0.1)


def test_a_gzipped_answer_is_unpacked_and_a_bomb_refused(source: Source) -> None:
    source.answer = respond(200, gzip.compress(b'{"a": 1}'), Content_Encoding="gzip")
    assert source.get().content == b'{"a": 1}'
    source.answer = respond(200, gzip.compress(b" " * 50_000_000), Content_Encoding="gzip")
    with pytest.raises(FeedMalformed, match=r"more than 0\.1 MB"):
        source.get(limit_mb=0.1)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b'{"a": 1}', mtime=0)[:-4], "gzip"),
        (gzip.compress(b'{"a": 1}', mtime=0) + b"more", "gzip"),
        (b'{"a": 1}', "gzip"),
        (b'{"a": 1}', "br"),
        (b'{"a": 1}', "gzip, gzip"),
    ],
)
def test_an_answer_packed_wrongly_is_refused(source: Source, body: bytes, encoding: str) -> None:
    source.answer = respond(200, body, Content_Encoding=encoding)
    with pytest.raises(FeedMalformed):
        source.get()


def test_a_body_shorter_than_it_says_is_unavailable_and_a_longer_one_cut_to_what_it_says(source: Source) -> None:
    source.answer = raw(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"a": 1}')
    with pytest.raises(FeedUnavailable, match="broke off"):
        source.get()
    source.answer = raw(b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{"a": 1}')
    with pytest.raises(FeedMalformed, match="cut off"):
        read_json(source.get())


@pytest.mark.parametrize(
    "start", [b"SSH-2.0-OpenSSH_9\r\n", b"\x00\x01\x02", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000]
)
def test_what_does_not_speak_http_is_unavailable_and_not_quoted(source: Source, start: bytes) -> None:
    source.answer = raw(start)
    with pytest.raises(FeedUnavailable, match="did not speak HTTP") as why:
        source.get()
    assert "OpenSSH" not in str(why.value)


def test_a_login_page_with_status_200_is_named(source: Source) -> None:
    source.answer = respond(200, b"\n<!DOCTYPE html><title>Sign in</title>", Content_Type="text/html")
    with pytest.raises(FeedMalformed, match="a login page"):
        read_json(source.get())


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("ftp://northgate.example/x", {}),
        ("northgate.example/x", {}),
        ("http://", {}),
        ("http://northgate.example:99999/x", {}),
        ("https://user:hush@northgate.example/x", {}),
        ("http://northgate.example/x?key=hush", {"token_env": "TOKEN"}),
        ("http://northgate.example/x?key=hush", {}),
        ("http://northgate.example/x?key=hush", {"insecure": "yes"}),
        ("https://northgate.example/x?key=hush", {"insecure": "our own network, until March"}),
        ("https://northgate.example/x?key=hush", {"cert_file": "us.pem"}),
    ],
)
def test_an_unsafe_address_is_a_mistake_in_the_settings_and_not_quoted(url: str, more: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as why:
        HttpSettings(url=url, **more)
    assert "hush" not in str(why.value)


def test_an_address_without_tls_needs_a_reason_which_is_told() -> None:
    why = "our own network, until their engine has a certificate in March"
    settings = HttpSettings(url="http://engine.northgate.example/x", insecure=why)
    assert list(open_doors("beds", settings)) == [
        f"beds: is asked without TLS, so anybody on the way can change its figures; said of it: {why}"
    ]
    with pytest.raises(ValidationError, match="anyone on the way can read and change the figures"):
        HttpSettings(url="http://engine.northgate.example/x")


def test_a_source_that_asks_who_we_are_is_shown_our_certificate(source: Source, tmp_path: Path) -> None:
    """Real TLS both ways: the source takes nobody whom its authority has not signed."""
    authority = Authority(tmp_path)
    theirs, ours = authority.sign("127.0.0.1"), authority.sign("flow-centre")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*theirs)
    context.load_verify_locations(authority.file)
    context.verify_mode = ssl.CERT_REQUIRED
    source.server.socket = context.wrap_socket(source.server.socket, server_side=True)
    source.answer = respond(200, b"{}")
    here = {"url": source.url.replace("http:", "https:"), "ca_file": authority.file}
    with pytest.raises(FeedUnavailable):
        source.get(**here)
    assert source.asked == []
    shown = here | {"cert_file": ours[0], "key_file": ours[1]}
    assert source.get(**shown).content == b"{}"
    ours[1].chmod(0o644)
    with pytest.raises(FeedUnavailable, match="everybody on the machine may read it"):
        source.get(**shown)


def test_an_answer_brings_what_its_sources_clock_showed(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    def sent(date: str, **more: str) -> datetime | None:
        def answer(asked: BaseHTTPRequestHandler) -> None:
            asked.send_response_only(200)  # without a Date of its own
            for name, value in ({"Date": date, "Content-Length": "2"} | more).items():
                asked.send_header(name, value)
            asked.end_headers()
            asked.wfile.write(b"{}")

        source.answer = answer
        return source.get().sent_at

    showed = datetime(2026, 11, 22, 7, 53, tzinfo=UTC)
    assert sent("Sun, 22 Nov 2026 07:53:00 GMT") == showed
    assert sent("Sun, 22 Nov 2026 07:53:00 GMT", Age="60") == showed + timedelta(minutes=1)  # kept on the way
    assert sent("yesterday") is None
    monkeypatch.setenv("TZ", "Australia/Perth")  # a machine's own zone is not the source's
    time.tzset()
    try:
        assert [sent(f"Sun, 22 Nov 2026 07:53:00{zone}") for zone in ("", " -0000", " +0100")] == [
            showed,
            showed,
            showed - timedelta(hours=1),
        ]
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"[" * 100_000, "nested more than 32 deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested more than 32 deep"),
        (b'{"a": NaN}', "not finite"),
        (b'{"a": -Infinity}', "not finite"),
        (b'{"a": 1e999}', "not finite"),
        (b'{"a": 1, "a": 2}', "one key twice"),
        (b'{"a": "\xff"}', "not UTF-8"),
        ('{"a": "\u00fc"}'.encode("utf-16"), "not UTF-8"),
        (b'{"a": [1, 2', "cut off"),
        (b'{"a": 1} {"b": 2}', "not JSON"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "not JSON that can be read"),
        (b'{"a": "' + b"\\" * 100_000, "cut off"),
    ],
)
def test_only_strict_json_is_read(content: bytes, why: str) -> None:
    with pytest.raises(FeedMalformed, match=why):
        read_json(Document("a.json", content))


def test_brackets_inside_strings_are_no_nesting() -> None:
    content = {"a": "[" * 1_000 + '\\"' + "{" * 1_000, "b": [[1.5]]}
    assert read_json(Document("a.json", b"\xef\xbb\xbf" + json.dumps(content).encode())) == content
