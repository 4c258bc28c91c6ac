"""Processes of the benchmark: each is a module of its own, told and asked a line of JSON at a time."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.measure import CannotMeasure

ROOT = Path(__file__).resolve().parent.parent


class Child:
    """A process running ``python -m MODULE ARGUMENTS``; it is ended with the block that it is used in."""

    def __init__(self, module: str, *arguments: object, errors: Path) -> None:
        self._name = module
        self._errors = errors
        with errors.open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *map(str, arguments)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        self.pid = self._process.pid
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                self._lines.put(line)
        self._lines.put(None)

    def ask(self, within: float, **question: object) -> dict[str, Any]:
        """Tell it something, and wait for its answer."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise CannotMeasure(f"{self._name} has ended: {self._last_words()}") from None
        return self.hear(within)

    def hear(self, within: float) -> dict[str, Any]:
        """The next thing that it says. Raises CannotMeasure where it ends or stays silent."""
        try:
            line = self._lines.get(timeout=within)
        except queue.Empty:
            raise CannotMeasure(f"{self._name} said nothing for {within:.0f} s") from None
        if line is None:
            raise CannotMeasure(f"{self._name} ended: {self._last_words()}")
        said: dict[str, Any] = json.loads(line)
        return said

    def _last_words(self) -> str:
        lines = self._errors.read_text(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "without a word"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def say(**said: object) -> None:
    """What a child says to whoever started it."""
    print(json.dumps(said), flush=True)
