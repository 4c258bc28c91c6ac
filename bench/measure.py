"""Measuring: what was found against its target, times, the CPU and memory of processes, and the machine."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

PROC = Path("/proc")
T = TypeVar("T")
TICKS = os.sysconf("SC_CLK_TCK")


class CannotMeasure(Exception):
    """A part could not be measured; says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. ``met`` None: it has no target, and is told for what it says."""

    part: str
    what: str
    found: str
    target: str = ""
    met: bool | None = None


@dataclass
class Times:
    """Lengths of one thing done many times, in seconds."""

    all: list[float] = field(default_factory=list)

    def add(self, seconds: float) -> None:
        """Note one more."""
        self.all.append(seconds)

    @property
    def median(self) -> float:
        """The middle one."""
        return self.share(0.5)

    @property
    def worst(self) -> float:
        """The longest."""
        return max(self.all)

    def share(self, share: float) -> float:
        """The length that this share of them did not exceed."""
        if not self.all:
            raise CannotMeasure("nothing was timed")
        return sorted(self.all)[min(int(share * len(self.all)), len(self.all) - 1)]


def timed(times: Times, work: Callable[[], T]) -> T:
    """Do a piece of work and note how long it took."""
    started = time.perf_counter()
    done = work()
    times.add(time.perf_counter() - started)
    return done


def at_least(found: float, target: float) -> tuple[str, bool]:
    """A target that is met by as much or more."""
    return f"{target:g} or more", found >= target


def at_most(found: float, target: float, unit: str = "") -> tuple[str, bool]:
    """A target that is met by as little or less."""
    return f"{target:g}{unit} or less", found <= target


# --- Processes -----------------------------------------------------------------------------


def tree(pid: int) -> list[int]:
    """A process and all that it started, as far as they are alive."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parent = int(_stat(int(entry.name))[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, ())
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/pid/stat after the command's name, which may hold anything."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process tree has used, those of its children that ended and were waited for included."""
    ticks = 0
    for one in tree(pid):
        with suppress(OSError):
            ticks += sum(int(field) for field in _stat(one)[11:15])
    return ticks / TICKS


def memory_mb(pid: int) -> float:
    """The memory of one process in MB (10^6 bytes): its own pages, and its share of those it shares."""
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise CannotMeasure(f"the memory of process {pid} cannot be read")


def command(pid: int) -> str:
    """How a process was started."""
    return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


# --- The machine ---------------------------------------------------------------------------


def machine() -> list[str]:
    """What the figures were measured on, in words."""
    total = next(line for line in (PROC / "meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    model = _first(
        line.partition(":")[2].strip()
        for line in (PROC / "cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    libraries = ", ".join(f"{name} {version(name)}" for name in ("dash", "plotly", "pandas", "sqlalchemy", "uvicorn"))
    return [
        f"{os.cpu_count()} cores ({model or platform.machine()}), {int(total.split()[1]) / 2**20:.0f} GB of memory, "
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}",
        f"load when the run began: {os.getloadavg()[0]:.1f}",
    ]


def _first(found: Iterable[str]) -> str:
    return next(iter(found), "")
