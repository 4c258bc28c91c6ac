"""(b) A hundred displays: server CPU for each refresh, ours against a textbook Dash page, in turn.

Each server is a process of its own, and the displays are another. Every version must reach every display.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.child import Child
from bench.measure import CannotMeasure, Line, Times, cpu_seconds
from bench.polls import Polls
from bench.workplace import Workplace
from flowcentre.store import open_store

DISPLAYS = 100
VERSIONS = 25
PACE = 1.5  # seconds between two changes, at the least
TEXTBOOK_FOR = 20.0  # seconds in which its displays ask; all that they asked is then waited for
TARGET = 100
IDLE_FOR = 5.0


def measure(place: Workplace) -> Iterator[Line]:
    """Every line of this part."""
    ours, reached, delays, idle = of_ours(place)
    textbook, waits = of_textbook(place)
    wanted = VERSIONS * DISPLAYS
    per_refresh = {name: cpu / refreshes for name, (cpu, refreshes, _) in (("ours", ours), ("textbook", textbook))}
    ratio = per_refresh["textbook"] / per_refresh["ours"]
    yield Line(
        "displays",
        f"server CPU a refresh, {DISPLAYS} displays: textbook / ours",
        f"{ratio:,.0f}",
        f"{TARGET} or more",
        ratio >= TARGET,
    )
    yield Line(
        "displays",
        "  CPU ms a refresh ours, textbook",
        f"{per_refresh['ours'] * 1000:.2f}, {per_refresh['textbook'] * 1000:.0f}",
    )
    yield Line(
        "displays",
        f"every version reaches every display ({VERSIONS} versions)",
        f"{reached:,} of {wanted:,}",
        f"{wanted:,}",
        reached == wanted,
    )
    yield Line("displays", "  refreshes counted ours, textbook", f"{ours[1]:,}, {textbook[1]:,}")
    yield Line(
        "displays", "  bytes a refresh ours, textbook", f"{ours[2] / ours[1]:,.0f}, {textbook[2] / textbook[1]:,.0f}"
    )
    yield Line(
        "displays",
        "  commit to received, ours: median, worst",
        f"{delays.median:.2f} s, {delays.worst:.2f} s",
    )
    yield Line("displays", "  asked to answered, textbook: median, worst", f"{waits.median:.1f} s, {waits.worst:.1f} s")
    yield Line("displays", "  CPU of ours while nothing changes, 100 connected", f"{idle * 100:.1f} % of a core")


def of_ours(place: Workplace) -> tuple[tuple[float, int, int], int, Times, float]:
    """CPU, refreshes and bytes of our server; how many versions reached displays, and how soon."""
    file = place.filled("displays-ours")
    errors = file.with_name("errors.txt")
    with Child("bench.ours", file, errors=errors) as server:
        url = server.hear(60)["url"]
        with Child("bench.viewers", "ours", url, DISPLAYS, errors=errors) as viewers:
            viewers.hear(60)
            wait_for_all(viewers, server.ask(30, do="poll")["version"])
            began = cpu_seconds(server.pid)
            time.sleep(IDLE_FOR)
            idle = (cpu_seconds(server.pid) - began) / IDLE_FOR
            began = cpu_seconds(server.pid)
            committed: dict[int, float] = {}
            for _ in range(VERSIONS):
                made = server.ask(30, do="poll")
                committed[made["version"]] = made["at"]
                wait_for_all(viewers, made["version"])
            cpu = cpu_seconds(server.pid) - began
            told = viewers.ask(60, do="end")
    if told["failed"]:
        raise CannotMeasure(f"a display failed: {told['failed'][0]}")
    first: dict[tuple[int, int], float] = {}
    for display, version, at in told["got"]:
        first.setdefault((display, version), at)
    delays = Times([at - committed[version] for (_, version), at in first.items() if version in committed])
    refreshes = sum(version in committed for _, version, _ in told["got"])
    share = refreshes / told["refreshes"]
    return (cpu, refreshes, int(told["received"] * share)), len(delays.all), delays, idle


def wait_for_all(viewers: Child, version: int) -> None:
    """Let the pace pass, and on a crowded machine more: what is counted is whether a version comes at all."""
    began = time.monotonic()
    while True:
        time.sleep(PACE / 4)
        waited = time.monotonic() - began
        if waited >= PACE and (viewers.ask(30, do="count", version=version)["count"] == DISPLAYS or waited > 10):
            return


def of_textbook(place: Workplace) -> tuple[tuple[float, int, int], Times]:
    """The same of the textbook page, while its store is changed at the same pace by another process: this one."""
    file = place.filled("displays-textbook")
    errors = file.with_name("errors.txt")
    with Child("bench.textbook", file, errors=errors) as server:
        url = server.hear(60)["url"]
        with changing(file), Child("bench.viewers", "textbook", url, DISPLAYS, errors=errors) as viewers:
            began = cpu_seconds(server.pid)
            viewers.hear(60)
            time.sleep(TEXTBOOK_FOR)
            told: dict[str, Any] = viewers.ask(600, do="end")
            cpu = cpu_seconds(server.pid) - began
    return (cpu, told["refreshes"], told["received"]), Times([seconds for _, _, seconds in told["got"]])


@contextmanager
def changing(file: Path) -> Iterator[None]:
    """A store that changes at the pace of the other run."""
    stopped = threading.Event()
    with closing(open_store(f"sqlite:///{file}")) as store:
        polls = Polls(store)

        def change() -> None:
            while not stopped.wait(PACE):
                polls.poll(datetime.now(UTC))

        thread = threading.Thread(target=change)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()
