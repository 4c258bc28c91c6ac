"""The numbers beside a chart."""

from __future__ import annotations

import pytest

from layouts.parts.scale import round_steps


@pytest.mark.parametrize(
    ("most", "steps"),
    [
        (0, [0]),
        (0.7, [0]),
        (1, [0, 1]),
        (4.9, [0, 2, 4]),
        (9, [0, 5]),
        (212, [0, 100, 200]),
        (2000, [0, 500, 1000, 1500, 2000]),
    ],
)
def test_a_scale_has_a_few_round_numbers_and_none_above_the_chart(most: float, steps: list[int]) -> None:
    assert round_steps(most) == steps
