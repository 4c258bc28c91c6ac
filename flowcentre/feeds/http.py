"""One JSON answer over HTTP, with a limit on everything: time, size, nesting and where it comes from."""

from __future__ import annotations

import json
import re
import socket
import ssl
import stat
import threading
import zlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from pydantic import ConfigDict, Field, field_validator, model_validator

from flowcentre.feeds.contract import LEAST_REASON, Document, FeedMalformed, FeedSettings, FeedUnavailable
from flowcentre.feeds.doors import in_the_clear
from flowcentre.feeds.from_a_test import says_test
from flowcentre.secret import NoSecret, secret_of

MEGABYTE = 1_000_000
LONGEST_RETRY = timedelta(days=1)
# Taken out before brackets are counted, with the end missing too.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


class HttpSettings(FeedSettings):
    """Where to ask, and how long and how much to take."""

    model_config = ConfigDict(hide_input_in_errors=True)  # a URL may hold a secret by mistake

    url: str
    token_env: str | None = None  # the environment variable that holds a bearer token
    ca_file: Path | None = None  # for a certificate of the organisation's own authority
    cert_file: Path | None = None  # our own certificate, for a source that asks who we are, and
    key_file: Path | None = None  # its key
    insecure: str | None = Field(None, min_length=LEAST_REASON)  # why there is no TLS, where there is none
    connect_timeout: float = Field(5, gt=0)  # seconds, as are the next two
    read_timeout: float = Field(10, gt=0)  # between two pieces of the answer
    answer_within: float = Field(20, gt=0)  # the whole answer, however it trickles
    limit_mb: float = Field(8, gt=0, le=256)  # unpacked

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("must be an http:// or https:// address")
        if parts.username is not None or parts.password is not None:
            raise ValueError("must not hold a user or password: name an environment variable in token_env instead")
        return url

    @model_validator(mode="after")
    def _keeps_the_token_secret(self) -> Self:
        clear = in_the_clear(self.url)
        if self.token_env and clear:
            raise ValueError("token_env needs an https:// url: over http:// anyone on the way can read the token")
        if clear and self.insecure is None:
            raise ValueError(
                "over http:// anyone on the way can read and change the figures: an https:// url, "
                'or insecure = "why there is none, and until when"'
            )
        if self.insecure is not None and not clear:
            raise ValueError("insecure says why an http:// url goes over a network, and this one does not")
        return self

    @model_validator(mode="after")
    def _is_of_no_test_system(self) -> Self:
        word = says_test(urlsplit(self.url).hostname or "")
        if word and self.from_a_test is None:
            raise ValueError(
                f"the address says that it is a test system's (\"{word}\"): the real one's, or "
                'from_a_test = "why its figures are wanted here"'
            )
        return self

    @model_validator(mode="after")
    def _shows_who_we_are_by_both(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file belong together")
        if self.cert_file is not None and urlsplit(self.url).scheme == "http":
            raise ValueError("cert_file needs an https:// url")
        return self


class _Deadline:
    """Ends a connection when the whole exchange takes too long.

    Time-outs of a socket count from its last byte, so a body, or headers, of one byte a second
    would never meet one.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()

    def watch(self, event: str, more: Mapping[str, Any]) -> None:
        """Notes the socket; called by httpx as each step of the exchange happens."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = more["return_value"].get_extra_info("socket")
            if self.passed:
                self._end()

    def _end(self) -> None:
        self.passed = True
        if self._socket is not None:
            with suppress(OSError):  # it has ended by itself
                # Of the plain socket even under TLS: no goodbye is awaited, and a blocked read wakes.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def get(settings: HttpSettings) -> Document:
    """The answer of one GET. Redirects are not followed, and the environment's proxies not used.

    Raises FeedUnavailable where there is no good answer, FeedMalformed for one that is too large or cut off.
    """
    parts = urlsplit(settings.url)
    host = parts.netloc
    timeout = httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout)
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip, identity"} | _credentials(settings)
    with (
        _Deadline(settings.answer_within) as deadline,
        httpx.Client(trust_env=False, follow_redirects=False, timeout=timeout, verify=_trust(settings)) as client,
    ):
        try:
            with client.stream("GET", settings.url, headers=headers, extensions={"trace": deadline.watch}) as answer:
                _check_status(answer, host)
                content = _body(answer, host, int(settings.limit_mb * MEGABYTE))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if not deadline.passed:
                raise FeedUnavailable(f"{host} {_said(error, settings)}") from None
        # Ending the connection can look like a body's natural end, so this is asked in either case.
        if deadline.passed:
            raise FeedUnavailable(f"{host} took longer than {settings.answer_within:g} s to answer in full")
    return Document(parts.path.rstrip("/").rpartition("/")[2] or host, content, sent_at=_sent_at(answer.headers))


def _credentials(settings: HttpSettings) -> dict[str, str]:
    if settings.token_env is None:
        return {}
    try:
        token = secret_of(settings.token_env)
    except NoSecret as error:
        raise FeedUnavailable(f"no credentials: {error}") from None
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise FeedUnavailable(f"the environment variable {settings.token_env} does not hold a token")
    return {"Authorization": f"Bearer {token}"}


def _trust(settings: HttpSettings) -> ssl.SSLContext | bool:
    if urlsplit(settings.url).scheme == "http":
        return False  # nothing to verify, and reading the certificates of the system takes time
    try:
        trust = ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError):
        raise FeedUnavailable(f"the certificates in ca_file {settings.ca_file} cannot be read") from None
    if settings.cert_file is not None and settings.key_file is not None:
        _show_who_we_are(trust, settings.cert_file, settings.key_file)
    return trust


def _show_who_we_are(trust: ssl.SSLContext, cert_file: Path, key_file: Path) -> None:
    try:
        if key_file.stat().st_mode & stat.S_IRWXO:
            raise FeedUnavailable(f"the key in key_file {key_file} is not used: everybody on the machine may read it")
        trust.load_cert_chain(
            cert_file, key_file, password=""
        )  # a key with a password would be asked for at a terminal
    except (OSError, ssl.SSLError):
        raise FeedUnavailable(
            f"the certificate in cert_file {cert_file} and the key in key_file {key_file} cannot be used"
        ) from None


def _said(error: Exception, settings: HttpSettings) -> str:
    """What went wrong, in our words: a library's may quote what came."""
    match error:
        case httpx.ConnectTimeout():
            return f"did not take the connection within {settings.connect_timeout:g} s"
        case httpx.TimeoutException():
            return f"fell silent for {settings.read_timeout:g} s"
        case httpx.ConnectError():
            return f"cannot be reached: {error}"
        case httpx.RemoteProtocolError() | httpx.ReadError():
            return "broke off, or did not speak HTTP"
        case _:
            return f"could not be asked ({type(error).__name__})"


def _check_status(answer: httpx.Response, host: str) -> None:
    status = answer.status_code
    if status == httpx.codes.OK:
        return
    if status in (401, 403, 407):
        raise FeedUnavailable(f"{host} refused our credentials ({status})")
    if answer.is_redirect or 300 <= status < 400:
        raise FeedUnavailable(f"{host} sent us on {_elsewhere(answer, host)} ({status}); redirects are not followed")
    if status in (429, 503):
        words = "asks us to poll less often" if status == 429 else "is not serving now"
        raise FeedUnavailable(f"{host} {words} ({status})", _retry_after(answer.headers))
    if status >= 500:
        raise FeedUnavailable(f"{host} failed ({status})")
    if status >= 400:
        raise FeedUnavailable(f"{host} does not have it ({status}); is the url right?")
    raise FeedUnavailable(f"{host} did not send a whole document ({status})")


def _elsewhere(answer: httpx.Response, host: str) -> str:
    try:
        target = urlsplit(answer.headers.get("location", "")).netloc.rpartition("@")[2]
    except ValueError:
        return "to no proper address"
    # Only the host: the rest of such an address may hold a session's secret.
    return f"to another host, {target}" if target and target != host else "to another address of its own"


def _retry_after(headers: httpx.Headers) -> timedelta | None:
    """How long to wait, as the answer says: in seconds, or a date reckoned from the answer's own date."""
    said = headers.get("retry-after", "").strip()
    try:
        wait = (
            timedelta(seconds=int(said))
            if re.fullmatch(r"\d{1,9}", said, re.ASCII)
            else _date(said) - _date(headers.get("date", ""))
        )
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_RETRY)


def _date(written: str) -> datetime:
    """A moment as HTTP writes it; one without a zone, or of "-0000", is UTC and not in this machine's."""
    date = parsedate_to_datetime(written)
    return date.astimezone(UTC) if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _sent_at(headers: httpx.Headers) -> datetime | None:
    """What the source's clock showed as it answered; of an answer that was kept on the way, a while before."""
    age = headers.get("age", "0").strip()
    try:
        date = _date(headers.get("date", ""))
        return date + timedelta(seconds=int(age)) if re.fullmatch(r"\d{1,9}", age, re.ASCII) else None
    except (ValueError, TypeError, OverflowError):
        return None


def _body(answer: httpx.Response, host: str, limit: int) -> bytes:
    too_large = f"{host} sent more than {limit / MEGABYTE:g} MB"
    said = answer.headers.get("content-length", "")
    if said.isdecimal() and int(said[:12]) > limit:
        raise FeedMalformed(too_large)
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise FeedMalformed(f"{host} packed its answer in a way we did not ask for")
    unpack = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
    content = bytearray()
    for piece in answer.iter_raw():
        try:
            content += piece if unpack is None else unpack.decompress(piece, limit + 1 - len(content))
        except zlib.error:
            raise FeedMalformed(f"{host} sent an answer that does not unpack") from None
        if len(content) > limit:
            raise FeedMalformed(too_large)
    if unpack is not None and (not unpack.eof or unpack.unused_data):
        raise FeedMalformed(f"{host} sent an answer that is cut off, or goes on after its end")
    return bytes(content)


def read_json(document: Document, *, max_depth: int = 32) -> object:
    """What a JSON document holds. Raises FeedMalformed for anything that is not strict JSON in UTF-8.

    Refused with a reason: a web page, nesting beyond ``max_depth``, a key twice in one object (the
    second would win in silence), NaN and infinite numbers.
    """
    name, content = document.name, document.content.removeprefix(b"\xef\xbb\xbf").strip()
    if not content:
        raise FeedMalformed(f"{name}: empty")
    if content.startswith(b"<"):
        raise FeedMalformed(f"{name}: a web page came instead of JSON; a login page?")
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", content)):
        depth += 1 if bracket in b"[{" else -1
        if depth > max_depth:
            raise FeedMalformed(f"{name}: nested more than {max_depth} deep")

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(keys := dict(pairs)) < len(pairs):
            raise FeedMalformed(f"{name}: an object holds one key twice")
        return keys

    def finite(text: str) -> float:
        if (value := float(text)) in (float("inf"), float("-inf")) or value != value:
            raise FeedMalformed(f"{name}: holds a number that is not finite")
        return value

    try:
        return json.loads(content.decode(), object_pairs_hook=once, parse_float=finite, parse_constant=finite)
    except UnicodeDecodeError:
        raise FeedMalformed(f"{name}: not UTF-8") from None
    except json.JSONDecodeError as error:
        raise FeedMalformed(f"{name}: not JSON at line {error.lineno} column {error.colno}; is it cut off?") from None
    except (ValueError, RecursionError):
        raise FeedMalformed(f"{name}: not JSON that can be read") from None
