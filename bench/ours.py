"""Our server as a process of the benchmark: all that ``app.py`` serves, on a store that is polled when told to.

Run as ``python -m bench.ours FILE``. On SQLite the process that serves is the one that writes, so its
polls, its pictures and its totals kept as history all count as its CPU time.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from bench.child import say
from bench.polls import Polls
from flowcentre.store import open_store
from running.clock import utc_now
from running.parts import picturing
from running.server import serve_glass


def main(file: Path) -> None:
    """Serve until terminated; each line on standard input is a poll to be made."""
    with closing(open_store(f"sqlite:///{file}")) as store:
        polls = Polls(store)
        polls.poll(utc_now())

        def poll_when_told() -> None:
            for _ in sys.stdin:
                version = polls.poll(utc_now())
                say(version=version, at=time.monotonic())

        with picturing(store, polls.county, keep=True) as live:
            threading.Thread(target=poll_when_told, daemon=True).start()
            serve_glass(store, live, 0, lambda url: say(url=url))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
