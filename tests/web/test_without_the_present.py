"""A server that lost its store tells nothing from memory as fresh; one that is merely busy is not taken for such."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest

from flowcentre.web import pulse
from flowcentre.web.pulse import Pulse
from tests.web.alerts_cast import PretendAlerts
from tests.web.cast import QuietStore, Westshire, running

UNSAID = "the picture has not been looked at for 10800 s"
STATES = ("flowcentre_values{", "flowcentre_feed_state{")


def until(true: Callable[[], bool], within: float = 10.0) -> None:
    ends = time.monotonic() + within
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_figures_of_three_hours_ago_are_refused_and_not_called_fresh(
    westshire: Westshire, monkeypatch: pytest.MonkeyPatch
) -> None:
    elapsed = [0.0]
    monkeypatch.setattr(pulse, "time", SimpleNamespace(monotonic=lambda: elapsed[0]))
    westshire.beat_every, westshire.alerts = 0.02, PretendAlerts()
    with running(westshire.app()) as url, httpx.Client(base_url=url, timeout=10) as client:
        etag = client.get("/api/v1/picture").headers["etag"]
        assert all(name in client.get("/metrics").text for name in STATES)
        westshire.live.at += timedelta(hours=3)
        elapsed[0] += 60
        until(lambda: client.get("/api/v1/picture").json().get("detail") == UNSAID)
        for path in ("/api/v1/picture", "/api/v1/picture?place=northgate", "/api/v1/feeds", "/api/v1/alerts"):
            answer = client.get(path, headers={"if-none-match": etag})
            assert (answer.status_code, answer.json()) == (503, {"detail": UNSAID}), path
            assert answer.headers["cache-control"] == "no-store"
        metrics = client.get("/metrics").text
        assert not any(name in metrics for name in STATES)
        assert "flowcentre_picture_age_seconds 10800.0" in metrics
        for path in ("/api/v1/measures", "/api/v1/places"):
            assert client.get(path).status_code == 200, "the catalogue does not age"
        westshire.publish_occupied(2, 452)
        until(lambda: client.get("/api/v1/picture").status_code == 200)
        assert all(name in client.get("/metrics").text for name in STATES)


def test_a_picture_that_is_a_moment_behind_at_every_look_is_not_behind(westshire: Westshire) -> None:
    store = QuietStore()
    felt = Pulse(westshire.live.current, store, westshire.live.now)  # type: ignore[arg-type]
    for version in range(2, 20):  # each look falls between a commit and the picture of it
        store.versions = version
        assert felt.not_ready() == []
        assert felt.look() is None
        westshire.publish_occupied(version, 451)
    store.versions = 20
    assert felt.look() is None
    assert felt.look() == "the picture is behind: it shows version 19, the store has 20"


def test_pages_that_take_every_thread_leave_the_pulse_and_the_boards_alone(westshire: Westshire) -> None:
    westshire.beat_every = 0.02
    app, taken, let_go = westshire.app(), threading.Event(), threading.Event()

    def work() -> None:
        taken.set()
        let_go.wait(30)

    @app.get("/heavy")
    async def heavy() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        await asyncio.to_thread(work)

    looks: list[int] = []
    look = westshire.store.version

    def version() -> int:
        looks.append(1)
        return look()

    westshire.store.version = version  # type: ignore[method-assign]
    with running(app) as url, httpx.Client(base_url=url, timeout=20) as client, ThreadPoolExecutor(1) as page:
        asked = page.submit(client.get, "/heavy")
        try:
            assert taken.wait(10)
            seen = len(looks)
            until(lambda: len(looks) > seen + 3)
            assert client.get("/readyz").json()["reasons"] == []
            assert client.get("/wall/county/body").status_code == 200
        finally:
            let_go.set()
        assert asked.result().status_code == 200


def test_no_thread_of_its_own_outlives_a_server(westshire: Westshire) -> None:
    with running(westshire.app()) as url:
        httpx.get(f"{url}/wall/county/body")
        ours = [thread for thread in threading.enumerate() if thread.name.startswith(("pulse", "drawing"))]
        assert {thread.name.partition("_")[0] for thread in ours} == {"pulse", "drawing"}
    until(lambda: not any(thread.is_alive() for thread in ours))
