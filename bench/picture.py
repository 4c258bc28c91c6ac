"""(e) The picture rebuilt after one feed's poll: everything known, summed, with its trends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

from bench.measure import Line, Times, at_most, timed
from bench.polls import Polls
from bench.workplace import Workplace
from flowcentre.picture import LivePicture, derived_readings
from flowcentre.store import open_store
from layouts import wall

POLLS = 60
TARGET_MS = 100


def measure(place: Workplace) -> Iterator[Line]:
    """Every line of this part."""
    with closing(open_store(f"sqlite:///{place.filled('picture')}")) as store:
        polls, at = Polls(store), place.now
        live = LivePicture(store, polls.county, lambda: at)
        rebuild, processor, keep, draw, trends = Times(), Times(), Times(), Times(), Times()
        board = polls.county.boards[0]
        for _ in range(POLLS):
            at += timedelta(seconds=1)
            polls.poll(at)
            used = time.thread_time()
            picture = timed(rebuild, live.rebuild)
            processor.add(time.thread_time() - used)
            readings = derived_readings(polls.county, picture.values, picture.at)
            timed(keep, lambda r=readings, p=picture: store.record_derived(r, received_at=p.at))  # type: ignore[misc]
            timed(draw, lambda p=picture: wall.body(p, board))  # type: ignore[misc]
        for _ in range(3):
            at += timedelta(minutes=15)  # a new quarter of an hour: the trends are read again
            timed(trends, live.rebuild)
    said, met = at_most(rebuild.median * 1000, TARGET_MS, " ms")
    values = len(picture.values)
    yield Line(
        "picture", f"rebuilt after one feed's poll, median of {POLLS}", f"{rebuild.median * 1000:.0f} ms", said, met
    )
    yield Line(
        "picture",
        f"  CPU of it, median; the worst; {values:,} values",
        f"{processor.median * 1000:.0f} ms; {rebuild.worst * 1000:.0f} ms",
    )
    yield Line("picture", "  with the trends of 24 h read anew (once in 15 min)", f"{trends.median * 1000:.0f} ms")
    yield Line(
        "picture",
        "  to keep its totals as history; to draw the wall",
        f"{keep.median * 1000:.0f} ms; {draw.median * 1000:.0f} ms",
    )
