"""The body of a request: read whole, in time and no longer than it may be, and then given to whoever asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from flowcentre.web.admission import Refused

BODY_WITHIN = 10.0  # seconds for a whole request body to arrive


async def whole_body(scope: Scope, receive: Receive, what: str, most: int) -> bytes:
    """A body of so many bytes at most, in time; whether or not its length is told. Raises Refused."""
    too_large = Refused(413, f"{what} is at most {most} bytes.")
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdigit() or int(length) > most:
        raise too_large
    try:
        async with asyncio.timeout(BODY_WITHIN):
            return await _read(receive, most, too_large)
    except TimeoutError:
        raise Refused(408, "The request took too long to arrive.") from None


async def _read(receive: Receive, most: int, too_large: Refused) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "The request was cut off.")
        body += message.get("body", b"")
        if len(body) > most:
            raise too_large
        if not message.get("more_body", False):
            return bytes(body)


def again(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives a body already read, and then whatever comes."""
    messages: Iterable[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def once_more() -> Message:
        for message in messages:
            return message
        return await receive()

    return once_more
