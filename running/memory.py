"""Memory of a process that holds pictures and histories."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """Look for circles of forgotten objects seldom.

    A picture and a history are tens of thousands of plain values without one: to look among them
    after every 700 new ones takes longer than to make them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 25, 100)
