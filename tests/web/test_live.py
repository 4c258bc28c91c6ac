"""The live stream: news at once, signs of life, and an end when the server stops."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson

from flowcentre.web import serving
from flowcentre.web.announce import Announcer
from flowcentre.web.pulse import Pulse
from tests.web.cast import AT, QuietStore, Westshire, picture_of, run, running

ROOT = Path(__file__).resolve().parents[2]


async def events(stream: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    name = ""
    async for line in stream.aiter_lines():
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, orjson.loads(line[6:])


def test_a_display_hears_the_present_version_at_once_and_then_each_new_one(westshire: Westshire) -> None:
    async def listen(url: str) -> None:
        async with httpx.AsyncClient() as client, client.stream("GET", f"{url}/live") as stream:
            assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
            heard = events(stream)
            name, said = await anext(heard)
            assert name == "picture"
            assert (said["version"], said["now"], said["fingerprint"]) == (1, "2026-11-22T08:14:00Z", "f1")
            assert (said["live"], said["trouble"]) == (True, None)
            westshire.publish_occupied(2, 452)
            assert (await anext(heard))[1]["version"] == 2

    with running(westshire.app()) as url:
        run(listen(url))


def test_a_display_is_told_how_soon_to_come_back(client: httpx.Client) -> None:
    with client.stream("GET", "/live") as stream:
        assert next(stream.iter_lines()) == "retry: 1000"


def test_a_silent_store_still_beats_and_each_beat_tells_the_version_and_the_time(westshire: Westshire) -> None:
    westshire.beat_every = 0.05

    async def listen(url: str) -> None:
        async with httpx.AsyncClient() as client, client.stream("GET", f"{url}/live") as stream:
            heard = events(stream)
            await anext(heard)
            westshire.live.at += timedelta(seconds=5)
            while (beat := await anext(heard))[1]["now"] != "2026-11-22T08:14:05Z":
                pass
            assert beat[0] == "beat"
            assert beat[1]["version"] == 1

    with running(westshire.app()) as url:
        run(asyncio.wait_for(listen(url), 10))


def test_a_hundred_displays_all_hear_of_every_new_version_within_a_moment(westshire: Westshire) -> None:
    connected, heard_by = asyncio.Semaphore(0), []

    async def display(client: httpx.AsyncClient, url: str) -> None:
        async with client.stream("GET", f"{url}/live") as stream:
            async for _, said in events(stream):
                if said["version"] == 1:
                    connected.release()
                else:
                    heard_by.append(time.process_time())
                    return

    async def hundred(url: str) -> float:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=30, limits=limits) as client, asyncio.TaskGroup() as group:
            for _ in range(100):
                group.create_task(display(client, url))
            for _ in range(100):
                await connected.acquire()
            published_at = time.process_time()  # what others take of the machine is not counted
            westshire.publish_occupied(2, 452)
        return max(heard_by) - published_at

    with running(westshire.app()) as url:
        slowest = run(hundred(url))
        assert len(heard_by) == 100
        assert slowest < 1.0  # milliseconds in truth


def test_a_display_that_does_not_listen_holds_up_nobody_and_gets_the_newest(westshire: Westshire) -> None:
    """The slow one's ``send`` never returns until it is let go; a quick one beside it hears everything."""

    async def both() -> None:
        announcer = _announcer()
        let_go, slow_sent, quick_sent = asyncio.Event(), [], []

        async def never() -> Any:
            await asyncio.Event().wait()

        async def slow(message: Any) -> None:
            slow_sent.append(message["body"])
            await let_go.wait()

        async def quick(message: Any) -> None:
            quick_sent.append(message["body"])

        tasks = [asyncio.create_task(announcer.run(send, never)) for send in (slow, quick)]
        await asyncio.sleep(0)
        for version in range(2, 50):
            announcer.announce(picture_of(version))
            for _ in range(5):
                await asyncio.sleep(0)
        assert len(quick_sent) == 49
        assert len(slow_sent) == 1
        let_go.set()
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(slow_sent) == 2
        assert b'"version":49' in slow_sent[-1]
        announcer.close()
        await asyncio.gather(*tasks)
        assert announcer.displays == 0

    run(both())


def test_there_is_a_most_of_streams_and_one_more_is_refused() -> None:
    announcer = _announcer(most=0)
    refused: Any = announcer.refusal(headers_alone=False)
    assert refused.status_code == 503
    assert announcer.refusal(headers_alone=True) is None  # whoever asks whether they are let in is told
    assert refused.headers["retry-after"] == "5"


def test_a_display_that_leaves_is_counted_out(westshire: Westshire) -> None:
    app = westshire.app()
    with running(app) as url, httpx.Client() as client:
        with client.stream("GET", f"{url}/live") as stream:
            lines = stream.iter_lines()  # kept: a generator that is let go of closes its stream
            next(lines)
            assert app.announcer.displays == 1
        _until(lambda: app.announcer.displays == 0)


def test_a_server_that_lost_its_store_says_that_it_is_not_live_and_later_that_it_is(westshire: Westshire) -> None:
    store = QuietStore()
    pulse = Pulse(westshire.live.current, store, westshire.live.now, patience=timedelta(0))  # type: ignore[arg-type]
    announcer = _announcer(trouble=pulse.trouble)
    store.failing = True
    assert pulse.look() == "the store cannot be read (ConnectionError)"
    said = orjson.loads(announcer.message("beat").splitlines()[1][6:])
    assert (said["live"], said["trouble"]) == (False, "the store cannot be read (ConnectionError)")
    patient = Pulse(westshire.live.current, store, westshire.live.now)  # type: ignore[arg-type]
    patient.look()
    assert patient.trouble() is None, "a store that is restarted is no news"


def test_a_server_stops_within_two_seconds_with_a_hundred_streams_open(westshire: Westshire) -> None:
    server = serving(westshire.app(), port=0)
    answering = threading.Event()
    server.ready = lambda _url: answering.set()
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert answering.wait(10)

    async def display(client: httpx.AsyncClient, connected: asyncio.Semaphore) -> bool:
        async with client.stream("GET", f"{server.url}/live") as stream:
            async for _ in stream.aiter_lines():
                connected.release()
            return True

    async def hundred() -> tuple[float, list[bool]]:
        connected = asyncio.Semaphore(0)
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=30, limits=limits) as client:
            tasks = [asyncio.create_task(display(client, connected)) for _ in range(100)]
            for _ in range(100):
                await connected.acquire()
            asked_at = time.process_time()  # what others take of the machine is not counted
            server.stop()
            ended = await asyncio.gather(*tasks)
            await asyncio.to_thread(thread.join, 30)
            return time.process_time() - asked_at, ended

    took, ended = run(hundred())
    assert ended == [True] * 100, "each stream ended as it should, none was cut"
    assert not thread.is_alive()
    assert took < 2


def test_ctrl_c_ends_a_server_process_cleanly(tmp_path: Path) -> None:
    program = (
        "from tests.web.cast import Westshire\n"
        "from flowcentre.web import serve\n"
        "serve(Westshire().app(), port=0, ready=lambda url: print(url, flush=True))\n"
        "print('closed the rest', flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with httpx.Client() as client, client.stream("GET", f"{url}/live") as stream:
            lines = stream.iter_lines()
            next(lines)
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert output == "closed the rest\n"
    assert errors == ""


def _announcer(**more: Any) -> Announcer:
    settings = {"now": lambda: AT, "trouble": lambda: None, "fingerprint": "f1", "beat_every": 3600.0}
    return Announcer(picture_of(1), **(settings | more))


def _until(true: Any, within: float = 5.0) -> None:
    ends = time.monotonic() + within
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)
