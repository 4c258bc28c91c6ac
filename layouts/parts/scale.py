"""The numbers beside a chart."""

from __future__ import annotations


def round_steps(most: float) -> list[int]:
    """Round numbers from 0 to at most ``most``, as far apart as 1, 2 or 5 and noughts: no more than five of them."""
    sizes = (first * 10**power for power in range(9) for first in (1, 2, 5))
    return list(range(0, int(most) + 1, next(size for size in sizes if most / size <= 4)))
