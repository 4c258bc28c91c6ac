"""Each feed's places and figures side by side, for whoever compares them with their source."""

from __future__ import annotations

import pytest

from flowcentre.feeds.comparing import comparing_words
from flowcentre.store import Known
from tests.feeds.cast import AT, a_county, a_feed

COUNTY = a_county(a_feed(), a_feed("more"))
KNOWN = [
    Known("beds", "northgate-a1", "ga_beds_occupied", 20, AT, AT),
    Known("beds", "northgate-a1", "ga_beds_core_open", None, AT, AT),
    Known("more", "northgate-a2", "ga_beds_occupied", 1234.5, AT, AT),
]


def test_each_place_stands_with_its_codes_and_what_was_last_said_of_it() -> None:
    lines = comparing_words(COUNTY, KNOWN).splitlines()
    at = lines.index("  NORTHGATE-A1 (northgate-a1), by the code A1")
    assert lines[at + 1].endswith(": no figure, as at 08:00 on 22 Nov 2026")
    assert ": 20 " in lines[at + 2]
    assert "  NORTHGATE-A2 (northgate-a2), by the code A2" in lines
    (silent, _) = [line for line in lines if line.startswith("  Of these it has said nothing:")]
    assert "NORTHGATE-A2 (northgate-a2)" in silent
    assert "(northgate)" not in silent  # a ward of it spoke


def test_headlines_stand_first_one_person_is_no_people_and_many_figures_of_0_are_one_line() -> None:
    closed = ("infection", "staffing", "estates", "other")
    rows = [Known("beds", "northgate-a1", f"beds_closed_{why}", 0, AT, AT) for why in closed]
    rows += [
        Known("beds", "northgate-a1", "nctr_now", 1, AT, AT),
        Known("beds", "northgate-a1", "ga_beds_open", 20, AT, AT),
    ]
    told = comparing_words(COUNTY, rows, "beds").splitlines()
    at = told.index("  NORTHGATE-A1 (northgate-a1), by the code A1")
    assert [": 20 beds," in told[at + 1], ": 1 person," in told[at + 2], told[at + 3]] == [
        True,
        True,
        "    and 4 more: 0",
    ]


def test_one_feed_can_be_asked_for_and_one_that_there_is_not_is_told() -> None:
    told = comparing_words(COUNTY, KNOWN, "more")
    assert "northgate-a2" in told
    assert "by the code A1\n" not in told
    with pytest.raises(ValueError, match='no feed "bed": did you mean "beds"'):
        comparing_words(COUNTY, KNOWN, "bed")
