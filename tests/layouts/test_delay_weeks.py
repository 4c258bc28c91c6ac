"""Week by week: stocks are averaged, never added over days, and a silence is no fall."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flowcentre.model import DelayedDischarge
from flowcentre.picture.delays import delay_of
from flowcentre.picture.list_history import Then
from layouts.finished import to_html
from layouts.parts.delay_weeks import weeks, weeks_of
from tests.layouts.cast import NOW


def midnights(counts: list[int | None], missing: tuple[int, ...] = ()) -> list[Then]:
    found = []
    for number, count in enumerate(counts):
        at = NOW - timedelta(days=len(counts) - number)
        waiting = DelayedDischarge(
            "NG-1", "northgate", at - timedelta(days=20), at - timedelta(days=9), reason="medicines"
        )
        delays = None if count is None else (delay_of(waiting, at),) * count
        found.append(Then(at, delays, (), 0 if count is None else 1 if number in missing else 2, 2))
    return found


def test_a_week_has_the_mean_of_its_midnights_and_the_sum_of_its_bed_days() -> None:
    past = midnights([10] * 7 + [10, 12, 14, 16, 14, 12, 13])
    newest, before = weeks_of(past)
    assert (newest.mean(), before.mean()) == (13.0, 10.0)
    assert newest.mean("hospital_process") == 13.0
    assert newest.mean("capacity") == 0
    page = to_html(weeks(past))  # type: ignore[arg-type]
    assert "<td>13.0</td><td>+3.0</td><td>91</td><td>9 days</td>" in page
    assert "nothing to set it against" in page


def test_a_midnight_without_every_list_is_in_no_mean() -> None:
    past = midnights([10] * 7 + [10, 10, 4, 10, None, 10, 10], missing=(9,))
    assert weeks_of(past)[0].mean() == 10.0
    page = to_html(weeks(past))  # type: ignore[arg-type]
    assert "on 2 of 7 days a list was missing" in page
    assert "at least 50" in page
    assert "no change" in page


def test_a_week_of_silence_is_not_known_and_no_list_at_all_is_no_table() -> None:
    page = to_html(weeks(midnights([10] * 7 + [None] * 7)))  # type: ignore[arg-type]
    assert "not known" in page
    assert weeks(midnights([None] * 14)) is None
    assert weeks([replace(then) for then in midnights([3] * 6)]) is None
