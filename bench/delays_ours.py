"""Our page of delayed discharges as a process of the benchmark: all that ``app.py`` serves, at one moment.

Run as ``python -m bench.delays_ours FILE MOMENT``.
"""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bench.child import say
from bench.listed import county
from flowcentre.picture import LivePicture
from flowcentre.store import open_store
from running.server import serve_glass


def main(file: Path, now: datetime) -> None:
    """Serve until terminated."""
    with closing(open_store(f"sqlite:///{file}")) as store:
        live = LivePicture(store, county(), lambda: now)
        live.start()
        try:
            serve_glass(store, live, 0, lambda url: say(url=url), now=lambda: now)
        finally:
            live.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
