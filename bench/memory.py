"""(f) Memory of the whole server, workers included, with 100 displays, while it polls the demonstration."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.child import ROOT, Child
from bench.measure import CannotMeasure, Line, at_most, command, memory_mb, tree
from bench.workplace import Workplace

DISPLAYS = 100
WATCHED_FOR = 40.0  # seconds: each A&E is polled, and each poll has a worker process
LOOK_EVERY = 0.2
START_WITHIN = 300.0  # a first start lives through 28 days
TARGET_MB = 400


def measure(place: Workplace) -> Iterator[Line]:
    """Every line of this part."""
    folder = place.make("memory")
    errors = folder / "errors.txt"
    most: dict[str, float] = {}
    highest, workers = 0.0, set[int]()
    with running(folder, errors) as (pid, url), Child("bench.viewers", "ours", url, DISPLAYS, errors=errors) as viewers:
        viewers.hear(60)
        ends = time.monotonic() + WATCHED_FOR
        while time.monotonic() < ends:
            now = memory_by_part(pid, workers)
            highest = max(highest, sum(now.values()))
            most = {part: max(now.get(part, 0), most.get(part, 0)) for part in now.keys() | most.keys()}
            time.sleep(LOOK_EVERY)
        told = viewers.ask(60, do="end")
        if told["failed"] or not told["refreshes"]:
            raise CannotMeasure(f"the displays were not served: {told['failed'][:1]}")
    publisher = most.pop("publisher of the demonstration", 0.0)
    said, met = at_most(highest, TARGET_MB, " MB")
    yield Line(
        "memory",
        f"whole tree with {DISPLAYS} displays, polling the demonstration, highest",
        f"{highest:.0f} MB",
        said,
        met,
    )
    parts = ", ".join(f"{part} {size:.0f}" for part, size in sorted(most.items(), key=lambda item: -item[1]))
    yield Line("memory", f"  highest of each, MB ({len(workers)} workers were seen)", parts)
    yield Line("memory", "  of it the demonstration's publisher, no part of a server", f"{publisher:.0f} MB")


def memory_by_part(pid: int, workers: set[int]) -> dict[str, float]:
    """MB of each part of the tree now: proportional shares, so that nothing is counted twice."""
    found: dict[str, float] = {}
    for one in tree(pid):
        with suppress(OSError, CannotMeasure):  # a worker lives for milliseconds
            part = "server" if one == pid else part_of(one, pid)
            if part == "workers":
                workers.add(one)
            found[part] = found.get(part, 0) + memory_mb(one)
    return found


def part_of(pid: int, server: int) -> str:
    """What a process of the tree is."""
    said = command(pid)
    if "resource_tracker" in said:
        return "resource tracker"
    if "spawn_main" in said:
        return "publisher of the demonstration"
    if "forkserver" in said:
        parent = int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
        return "fork server" if parent == server else "workers"
    return "others"


@contextmanager
def running(folder: Path, errors: Path) -> Iterator[tuple[int, str]]:
    """``app.py run`` on a folder of its own; its process and its address."""
    arguments = [sys.executable, "app.py", "run", "--port", str(free_port()), "--demo-port", str(free_port())]
    environment = os.environ | {"FLOWCENTRE_VAR": str(folder / "var"), "PYTHONUNBUFFERED": "1"}
    said = folder / "said.txt"
    with said.open("wb") as out, errors.open("ab") as err:
        process = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=out, stderr=err)
    family = [process.pid]
    try:
        ends = time.monotonic() + START_WITHIN
        while (found := re.search(r"http://127\.0\.0\.1:\d+", said.read_text())) is None:
            if process.poll() is not None:
                raise CannotMeasure(f"app.py run ended: {errors.read_text().strip()[-300:]}")
            if time.monotonic() > ends:
                raise CannotMeasure(f"app.py run did not serve within {START_WITHIN:.0f} s")
            time.sleep(0.2)
        yield process.pid, found.group()
    finally:
        family = tree(process.pid)
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        for one in family:
            with suppress(OSError):  # gone, as it should be
                os.kill(one, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
