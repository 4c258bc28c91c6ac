"""What is unchanged is taken over from the last picture, and nothing else is."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from flowcentre.picture.build import work_out
from flowcentre.store import Known
from tests.picture.test_work_out import ALL_WARDS, AT, EXPECTED, MINUTES


@pytest.mark.parametrize("seed", range(40))
def test_a_picture_that_takes_over_is_the_picture_made_anew(seed: int) -> None:
    draw = Random(seed)
    rows = {(row.place, row.measure): row for some in ALL_WARDS for row in some}
    at, before = AT, None
    for _ in range(40):
        at += timedelta(minutes=draw.choice([0, 1, 7, 40, 200]))
        for key in draw.sample(sorted(rows), k=draw.randint(0, 4)):
            row = rows[key]
            value = draw.choice([None, 0.0, row.value, float(draw.randint(0, 40))])
            rows[key] = Known(row.feed, row.place, row.measure, value, draw.choice([row.observed_at, at]), at)
        if draw.random() < 0.1:
            rows.pop(draw.choice(sorted(rows)))
        if not rows:
            break
        ward = draw.choice(["northgate-a1", "northgate", "southmere-b1", None])
        held = {"beds-northgate": {ward: draw.randint(1, 3)}} if draw.random() < 0.3 else {}
        anew = work_out(EXPECTED, rows.values(), at, held)
        before = work_out(EXPECTED, rows.values(), at, held, before)
        assert before == anew


def test_what_nobody_spoke_of_anew_is_the_very_same_value() -> None:
    rows = [row for some in ALL_WARDS for row in some]
    first = work_out(EXPECTED, rows, AT)
    news = [
        Known(row.feed, row.place, row.measure, 19.0, AT, AT) if row.place == "southmere-b1" else row for row in rows
    ]
    then = work_out(EXPECTED, news, AT + MINUTES, None, first)
    assert then[("northgate", "ga_occupancy")] is first[("northgate", "ga_occupancy")]
    assert then[("westshire", "ga_beds_occupied")].value == 52 + 19
