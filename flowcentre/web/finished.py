"""Bytes that are built once for each picture, compressed once, and sent to everyone."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import brotli  # type: ignore[import-untyped]
import structlog
from starlette.requests import Request
from starlette.responses import Response

from flowcentre.model import Picture
from flowcentre.web.failures import kind_and_place

log = structlog.get_logger(__name__)

# A part that nobody has asked for within this long is no longer built ahead of being asked for.
WATCHED_FOR = 60.0  # seconds
# Of a page that depends on its address there are as many as people ask for: so many are kept, the newest asked.
ASKED, MOST_ASKED = "asked", 32

Part = tuple[str, str]  # what kind of part, and which: ("body", "county")
Builder = Callable[[Picture, str], tuple[bytes, str]]  # (picture, which) -> content and media type


@dataclass(frozen=True, slots=True)
class Finished:
    """Content in every form that is sent. The ETag follows from the content alone."""

    content: bytes
    brotli: bytes
    gzip: bytes
    etag: str
    media_type: str


def finish(content: bytes, media_type: str) -> Finished:
    """Compress once, and mark with an ETag that is the same in every process for the same content."""
    return Finished(
        content=content,
        brotli=brotli.compress(content, mode=brotli.MODE_TEXT, quality=5),
        gzip=gzip.compress(content, compresslevel=6, mtime=0),
        # Weak: the plain and the compressed forms carry the same one.
        etag=f'W/"{hashlib.sha256(content).hexdigest()[:24]}"',
        media_type=media_type,
    )


def respond(request: Request, finished: Finished, picture: Picture | None = None) -> Response:
    """Answer with finished bytes, or with 304 where the asker has them already."""
    headers = {"etag": finished.etag, "cache-control": "no-cache", "vary": "Accept-Encoding"}
    if picture is not None:
        headers["x-flow-version"] = str(picture.version)
    if _has(request.headers.get("if-none-match", ""), finished.etag):
        return Response(status_code=304, headers=headers)
    accepted = request.headers.get("accept-encoding", "")
    content = finished.content
    for encoding, compressed in (("br", finished.brotli), ("gzip", finished.gzip)):
        if _accepts(accepted, encoding) and len(compressed) < len(content):
            headers["content-encoding"] = encoding
            content = compressed
            break
    return Response(content, headers=headers, media_type=finished.media_type)


def _has(if_none_match: str, etag: str) -> bool:
    opaque = etag.removeprefix("W/")
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return opaque in tags or "*" in tags


def _accepts(accepted: str, encoding: str) -> bool:
    for offer in accepted.lower().split(","):
        name, _, quality = offer.partition(";")
        if name.strip() == encoding:
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


class Rendering:
    """Everything drawn from one picture, each part at most once, whoever asks and however many."""

    def __init__(
        self, picture: Picture, builders: Mapping[str, Builder], built: Callable[[float], None], threads: Executor
    ) -> None:
        self.picture = picture
        self._builders = builders
        self._built = built
        self._threads = threads
        self._parts: dict[Part, asyncio.Future[Finished]] = {}

    async def part(self, part: Part) -> Finished:
        """The finished bytes of a part. A hundred who ask at once wait for one building of it."""
        # Shielded: that one asker goes away must not undo the work for the rest.
        return await asyncio.shield(self.begin(part))

    def begin(self, part: Part) -> asyncio.Future[Finished]:
        """Start building a part, unless it is built or being built."""
        building = self._parts.get(part)
        if building is None:
            loop = asyncio.get_running_loop()
            building = self._parts[part] = loop.run_in_executor(self._threads, self._build, part)
            building.add_done_callback(lambda done: self._report(part, done))
            _forget_oldest(self._parts)
        return building

    def _build(self, part: Part) -> Finished:
        started = time.perf_counter()
        kind, which = part
        finished = finish(*self._builders[kind](self.picture, which))
        self._built(time.perf_counter() - started)
        return finished

    def _report(self, part: Part, done: asyncio.Future[Finished]) -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            log.error("could not draw", part="/".join(part), version=self.picture.version, **kind_and_place(error))


class Renderings:
    """The rendering of the present picture. Used from the event loop's thread only; it draws in ``threads``."""

    def __init__(self, current: Callable[[], Picture], builders: Mapping[str, Builder], threads: Executor) -> None:
        self._current = current
        self._builders = builders
        self._threads = threads
        self._seen: Picture | None = None
        self._rendering: Rendering | None = None
        self._asked: dict[Part, float] = {}
        self.builds = 0
        self.build_seconds = 0.0

    def now(self) -> Rendering:
        """The rendering of the present picture: a new one only where the picture differs."""
        picture = self._current()
        if self._rendering is None or (picture is not self._seen and not _same(picture, self._rendering.picture)):
            self._rendering = Rendering(picture, self._builders, self._count, self._threads)
        self._seen = picture
        return self._rendering

    async def part(self, kind: str, which: str) -> tuple[Finished, Picture]:
        """A part of the present picture, and the picture that it shows."""
        part = (kind, which)
        self._asked.pop(part, None)  # the newest asked stands last
        self._asked[part] = time.monotonic()
        _forget_oldest(self._asked)
        rendering = self.now()
        return await rendering.part(part), rendering.picture

    def build_ahead(self) -> None:
        """Start building what somebody is watching, before they ask for it."""
        rendering, now = self.now(), time.monotonic()
        self._asked = {part: asked for part, asked in self._asked.items() if now - asked < WATCHED_FOR}
        for part in self._asked:
            rendering.begin(part)

    def _count(self, seconds: float) -> None:
        self.builds += 1
        self.build_seconds += seconds


def _forget_oldest(parts: dict[Part, Any]) -> None:
    """Keep only so many of the parts that depend on an address."""
    asked = [part for part in parts if part[0] == ASKED]
    for part in asked[:-MOST_ASKED]:
        del parts[part]


def _same(picture: Picture, other: Picture) -> bool:
    """A live picture is looked at again from time to time: that alone is no reason to draw again."""
    return (
        picture.version == other.version
        and picture.county is other.county
        and picture.refused == other.refused
        and picture.upkeep.troubles == other.upkeep.troubles
        and picture.upkeep.backup_at == other.upkeep.backup_at
        and picture.upkeep.certificates == other.upkeep.certificates
        and picture.alerts == other.alerts
        and picture.undelivered == other.undelivered
        and picture.failing == other.failing
        and picture.silences == other.silences
        and picture.cannot_tell == other.cannot_tell
        and picture.not_evaluated_since == other.not_evaluated_since
        and picture.feeds == other.feeds
        and picture.values == other.values
    )
