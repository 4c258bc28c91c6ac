"""Changes in rows say what the sentences of the sitrep say, and keep to their order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dash import html
from hypothesis import given
from hypothesis import strategies as some

from flowcentre.measures import by_id
from flowcentre.model import Coverage, Level, Place, PlaceKind, State, Value
from flowcentre.picture.change import Change, change_sentence, compare
from layouts.finished import to_html
from layouts.parts.huddle_changes import change_rows

AT = datetime(2026, 11, 22, 16, tzinfo=UTC)
THEN = AT - timedelta(hours=8)
NORTHGATE = Place("northgate", "Northgate General", Level.SITE, PlaceKind.ACUTE_HOSPITAL)


def change(measure: str, then: float | None, now: float | None, **of_then: object) -> Change:
    before, after = (
        Value(measure, "northgate", figure, State.FRESH, observed_at=at, coverage=Coverage(12, 12, "wards"))
        for figure, at in ((then, THEN), (now, AT))
    )
    before = replace(before, **of_then)  # type: ignore[arg-type]
    return compare(by_id(measure), NORTHGATE, before, after, THEN, AT)


def said(*changes: Change) -> list[str]:
    drawn = to_html(html.Div(change_rows(changes, AT)))
    return [words for part in re.split(r"</?(?:li|p|ul|div)[^>]*>", drawn) if (words := re.sub("<[^>]+>", "", part))]


def test_what_moved_comes_first_then_what_cannot_be_compared_then_what_stayed() -> None:
    assert said(
        change("ambulances_waiting_now", 0.0, 0.0),
        change("ga_occupancy", 96.5, 98.5, coverage=Coverage(11, 12, "wards")),
        change("ae_patients_now", 35.0, 41.0),
        change("nctr_now", 63.0, 59.0, observed_at=THEN - timedelta(hours=1)),
    ) == [
        "Figures of 08:00 and 16:00, the newer under a minute old.",
        "Patients in A&amp;E now▲+635 → 41",
        "No criteria to reside07:00 and 16:00▼−463 → 59",
        "Not compared:",
        "General and acute bed occupancy: then 11 of 12 wards",
        "Unchanged: Ambulances waiting to hand over, 0.",
    ]


def test_why_two_figures_cannot_be_compared_is_said_in_a_few_words() -> None:
    def reason(then: float | None, **of_then: object) -> str:
        return change("nctr_now", then, 63.0, **of_then).briefly

    assert reason(43.0, state=State.STALE) == "then too old, 43 of 08:00"
    assert reason(43.0, at_least=True, coverage=Coverage(11, 12, "wards")) == "then 11 of 12 wards, at least 43"
    assert reason(43.0, at_least=True) == "then at least 43"
    assert reason(None, state=State.UNKNOWN) == "then not known"
    assert reason(None, state=State.NEVER) == "then none received"
    assert reason(43.0, coverage=Coverage(11, 11, "wards")) == "then of 11 wards, now of 12"


@given(
    some.floats(0, 1e6), some.floats(0, 1e6), some.sampled_from(["nctr_now", "ga_occupancy", "home_care_hours_free"])
)
def test_no_row_says_other_than_its_sentence(then: float, now: float, measure: str) -> None:
    one = change(measure, then, now)
    sentence, row = change_sentence(one), " ".join(said(one))
    if found := re.search(r"(rose|fell) by (.+), from (.+) to (.+?) \(", sentence):
        way, moved, before, after = found.groups()
        assert f"{'▲+' if way == 'rose' else '▼−'}{moved}{before} → {after}" in row
        assert one.is_worse == (way == ("fell" if measure == "home_care_hours_free" else "rose"))
    else:
        assert "Unchanged: " in row
        assert not set(row) & set("▲▼")
