"""A hundred displays, without their browsers, as one process of the benchmark.

Run as ``python -m bench.viewers ours URL COUNT`` or ``... textbook URL COUNT``. Asked on standard input,
it counts the displays that have a version; told to end, it says what every display got.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable

import httpx

from bench.child import say

TEXTBOOK_EVERY = 5.0  # seconds, as its dcc.Interval has it
PATIENCE = 600.0


class Viewers:
    """What the displays got."""

    def __init__(self, url: str, count: int) -> None:
        self.count = count
        self.client = httpx.AsyncClient(
            base_url=url, timeout=PATIENCE, limits=httpx.Limits(max_connections=None, max_keepalive_connections=None)
        )
        self.connected = asyncio.Semaphore(0)
        self.ended = asyncio.Event()
        self.got: list[tuple[int, int, float]] = []  # display, version, monotonic time
        self.received = 0  # bytes, as they were sent
        self.refreshes = 0

    async def ours(self, number: int) -> None:
        """One display of ours: it hears of a version, and fetches it by its ETag."""
        etag = ""
        async with self.client.stream("GET", "/live") as stream:
            self.connected.release()
            seen = -1
            async for line in stream.aiter_lines():
                if not line.startswith("data: "):
                    continue
                version = json.loads(line[6:])["version"]
                if version == seen:
                    continue
                answer = await self.client.get("/wall/county/body", headers={"If-None-Match": etag})
                if answer.status_code not in (200, 304):
                    raise RuntimeError(f"a body was answered with {answer.status_code}")
                etag, seen = answer.headers["ETag"], int(answer.headers["X-Flow-Version"])
                self.got.append((number, seen, time.monotonic()))
                self.received += answer.num_bytes_downloaded
                self.refreshes += 1

    async def textbook(self, number: int) -> None:
        """One display of the textbook page: it calls back on every interval, once the last answer is there."""
        self.connected.release()
        await asyncio.sleep(random.Random(number).random() * TEXTBOOK_EVERY)
        question = {
            "output": "board.children",
            "outputs": {"id": "board", "property": "children"},
            "inputs": [{"id": "interval", "property": "n_intervals", "value": 1}],
            "changedPropIds": ["interval.n_intervals"],
            "parsedChangedPropsIds": ["interval.n_intervals"],
        }
        while not self.ended.is_set():
            began = time.monotonic()
            answer = await self.client.post("/_dash-update-component", json=question)
            answer.raise_for_status()
            self.received += answer.num_bytes_downloaded
            self.refreshes += 1
            self.got.append((number, 0, time.monotonic() - began))
            with_pause = TEXTBOOK_EVERY - (time.monotonic() - began)
            try:
                await asyncio.wait_for(self.ended.wait(), max(with_pause, 0))
            except TimeoutError:
                continue

    async def run(self, kind: str) -> None:
        """Connect, say so, and go on until told to end."""
        displays: dict[str, Callable[[int], Awaitable[None]]] = {"ours": self.ours, "textbook": self.textbook}
        tasks = [asyncio.ensure_future(displays[kind](number)) for number in range(self.count)]
        for _ in tasks:
            await self.connected.acquire()
        say(connected=self.count)
        while (question := json.loads(await asyncio.to_thread(sys.stdin.readline)))["do"] == "count":
            say(count=len({display for display, version, _ in self.got if version >= question["version"]}))
        self.ended.set()
        if kind == "textbook":
            await asyncio.gather(*tasks)  # what was asked is waited for, so that all work done is counted
        failed = [str(task.exception()) for task in tasks if task.done() and not task.cancelled() and task.exception()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.client.aclose()
        say(refreshes=self.refreshes, received=self.received, got=self.got, failed=failed)


async def main(kind: str, url: str, count: str) -> None:
    """See the module."""
    await Viewers(url, int(count)).run(kind)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
