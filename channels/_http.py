"""One POST to a webhook, and what its answer says of whether the letter was taken."""

from __future__ import annotations

import json
import logging
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from channels._deadline import Deadline
from flowcentre.alerts.contract import SEND_WITHIN, TIMEOUT, NotDelivered

if TYPE_CHECKING:
    import httpx

_LONGEST_WAIT = timedelta(hours=1)
_READ = 64_000  # bytes of an answer; more says nothing that we need
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_AT_REST = (408, 425)  # of the answers that blame the sender, those that pass by themselves


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook said when it took a letter."""

    status: int
    body: str

    def json(self) -> Any:
        """What the body holds; None where it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def post(
    address: str, content: bytes, headers: Mapping[str, str], *, proxy: str = "", within: float = SEND_WITHIN
) -> Answer:
    """The answer of one POST of JSON. Redirects are not followed, and proxies only used as configured.

    Raises NotDelivered for everything but a status of success: what an answer of success means, its channel knows.
    """
    import httpx

    logging.getLogger("httpx").setLevel(
        logging.WARNING
    )  # it would log each address, and what is in one may be a secret
    connections: list[socket.socket] = []

    def watch(event: str, more: Mapping[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            connections.append(more["return_value"].get_extra_info("socket"))

    everything = {"Content-Type": "application/json", "Accept-Encoding": "identity", **headers}
    with Deadline(within, lambda: connections[-1] if connections else None) as deadline:
        try:
            with (
                httpx.Client(
                    trust_env=False,
                    follow_redirects=False,
                    timeout=TIMEOUT,
                    verify=_trust(address),
                    proxy=proxy or None,
                ) as client,
                client.stream(
                    "POST", address, content=content, headers=everything, extensions={"trace": watch}
                ) as answer,
            ):
                body = bytearray()
                for piece in answer.iter_raw():
                    body += piece
                    if len(body) > _READ:
                        break
                taken = Answer(answer.status_code, bytes(body[:_READ]).decode("utf-8", errors="replace").strip())
                refuse(answer.status_code, answer.headers)
        except httpx.TimeoutException as error:
            unsure = isinstance(error, httpx.ReadTimeout)
            raise NotDelivered(f"the webhook did not answer within {TIMEOUT:g} s", unsure=unsure) from None
        except httpx.ConnectError:
            raise NotDelivered("the webhook cannot be reached") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            if not deadline.passed:
                unsure = isinstance(error, httpx.ReadError | httpx.RemoteProtocolError)
                words = f"the webhook could not be asked ({type(error).__name__})"
                raise NotDelivered(words, unsure=unsure) from None
    if deadline.passed:
        raise NotDelivered(f"the webhook took longer than {within:g} s to answer in full", unsure=True)
    return taken


def _trust(address: str) -> ssl.SSLContext | bool:
    """How to know the other side; plain HTTP only on this machine, as a letter is nobody else's."""
    try:
        parts = urlsplit(address)
        scheme, host = parts.scheme, parts.hostname
    except ValueError:
        scheme, host = "", None
    if scheme not in ("http", "https") or not host:
        raise NotDelivered("the address of the webhook is no http:// or https:// address", for_good=True)
    if scheme == "https":
        return ssl.create_default_context()
    if host not in _LOOPBACK:
        raise NotDelivered("the address of the webhook must begin with https://", for_good=True)
    return False


def refuse(status: int, headers: Mapping[str, str] | httpx.Headers) -> None:
    """Raise NotDelivered for a status that is no success."""
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise NotDelivered(f"the webhook sent us elsewhere ({status}); redirects are not followed")
    if status in (429, 503):
        words = "asks us to send less often" if status == 429 else "is not serving now"
        raise NotDelivered(f"the webhook {words} ({status})", again_in=_retry_after(headers))
    if status >= 500:
        raise NotDelivered(f"the webhook failed ({status})")
    raise NotDelivered(f"the webhook refused it ({status})", for_good=status not in _AT_REST)


def _retry_after(headers: Mapping[str, str] | httpx.Headers) -> timedelta | None:
    """How long to wait, as the answer says: in seconds, or a date reckoned from the answer's own date."""
    said = headers.get("retry-after", "").strip()
    try:
        wait = (
            timedelta(seconds=int(said))
            if re.fullmatch(r"\d{1,9}", said, re.ASCII)
            else parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("date", ""))
        )
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)
