"""The past of a measure as a line: where nothing was known there is none, and it never runs backwards."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dash.development.base_component import Component

from flowcentre.measures import ALL
from flowcentre.measures.derive import local_midnight
from flowcentre.model import Period, Point, State, Value
from layouts.finished import to_html
from layouts.parts.history_chart import history_chart, span_shown, thinned
from tests.layouts.cast import NOW, picture

DAYS, HOURS, MINUTES = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def _graph(chart: Component) -> Component:
    graph: Component = chart.children[0].children
    return graph


def _trace(history: list[Point], measure: str, *, place: str = "northgate", at: datetime = NOW) -> dict[str, Any]:
    shown = picture(at=at)
    (trace,) = _graph(history_chart(history, ALL[measure], shown, shown.value(place, measure))).figure["data"]
    assert isinstance(trace, dict)
    return trace


def test_four_weeks_are_drawn_in_london_time_with_gaps_and_basic_traces() -> None:
    history = [Point(NOW - 3 * HOURS, 3.0), Point(NOW - 2 * HOURS, None), Point(NOW - HOURS, 5.0)]
    trace = _trace(history, "nctr_now")
    assert trace["type"] == "scatter"
    assert trace["connectgaps"] is False
    assert trace["x"] == [f"2026-11-22 0{hour}:14" for hour in (5, 6, 6, 7, 8)]
    assert trace["y"] == [3.0, 3.0, None, 5.0, 5.0]


@pytest.mark.parametrize("place", ["northgate-a1", "westshire"])
def test_a_value_between_two_gaps_is_drawn_until_the_gap_and_the_gaps_are_told(place: str) -> None:
    history = []
    for day in range(20, 0, -1):
        history += [Point(NOW - day * DAYS, 161.0), Point(NOW - day * DAYS + 3 * HOURS, None)]
    trace = _trace(history, "nctr_now", place=place)
    assert trace["y"] == [161.0, 161.0, None] * 20
    assert trace["x"][:3] == ["2026-11-02 08:14", "2026-11-02 11:14", "2026-11-02 11:14"]
    shown = picture()
    told = "Where there is no line, nothing was known."
    value = shown.value(place, "nctr_now")
    assert told in str(history_chart(history, ALL["nctr_now"], shown, value))
    assert told not in str(history_chart([Point(NOW - HOURS, 161.0)], ALL["nctr_now"], shown, value))


def test_an_outage_is_a_gap_in_what_is_reported_and_a_total_keeps_its_own() -> None:
    history = [Point(NOW - 3 * DAYS, 3.0), Point(NOW - HOURS, 5.0)]
    reported = _trace(history, "nctr_now", place="northgate-a1")
    assert reported["y"] == [3.0, 3.0, None, 5.0, 5.0]
    assert reported["x"][1:3] == ["2026-11-19 14:14"] * 2  # six hours on
    assert _trace(history, "nctr_now", place="westshire")["y"] == [3.0, 5.0, 5.0]


def test_a_history_read_in_at_steps_of_three_hours_is_a_line() -> None:
    history = [Point(NOW - 3 * HOURS * n, 70.0) for n in range(200, 0, -1)]
    assert None not in _trace(history, "ae_patients_now")["y"]


@pytest.mark.parametrize("place", ["northgate", "westshire"])
def test_a_line_whose_last_value_is_too_old_does_not_reach_the_present(place: str) -> None:
    shown = picture("stale")
    value = shown.value(place, "ae_patients_now")
    assert value.state is State.STALE
    chart = history_chart([Point(NOW - 3 * HOURS, 74.0)], ALL["ae_patients_now"], shown, value)
    assert _graph(chart).figure["data"][0]["x"] == ["2026-11-22 05:14", "2026-11-22 08:11"], "until it was too old"


def test_yesterdays_count_since_midnight_is_not_carried_into_today() -> None:
    history = [Point(local_midnight(NOW) - HOURS, 120.0), Point(local_midnight(NOW) + 3 * HOURS, 4.0)]
    trace = _trace(history, "admissions_today", place="northgate-a1")
    midnight = "2026-11-22 00:00"
    assert trace["x"] == ["2026-11-21 23:00", midnight, midnight, "2026-11-22 03:00", "2026-11-22 08:14"]
    assert trace["y"] == [120.0, 120.0, None, 4.0, 4.0]


def test_on_an_october_night_the_line_does_not_run_backwards() -> None:
    at = datetime(2026, 10, 25, 3, 0, tzinfo=UTC)
    x = _trace([Point(at - 30 * MINUTES * n, 40.0) for n in range(8, 0, -1)], "nctr_now", at=at)["x"]
    assert len(x) == 9
    assert x == sorted(set(x))


def test_months_are_marks_that_name_their_own_month_and_a_missing_one_is_a_gap() -> None:
    ends = [
        datetime(2025, 5, 31, 23, tzinfo=UTC),
        datetime(2025, 6, 30, 23, tzinfo=UTC),
        datetime(2025, 9, 30, 23, tzinfo=UTC),
    ]
    measure = ALL["ae_attendances_month"]
    value = Value(measure.id, "northgate", 9.0, State.FRESH, ends[-1], ends[-1])
    history = [Point(end, float(n)) for n, end in enumerate(ends)]
    graph = _graph(history_chart(history, measure, picture(), value))
    (trace,) = graph.figure["data"]
    named = [(x, y) for x, y in zip(trace["x"], trace["y"], strict=True) if y is not None]
    assert named == [("2025-05-01", 0.0), ("2025-06-01", 1.0), ("2025-09-01", 2.0)]
    assert trace["y"][2] is None
    assert trace["mode"] == "lines+markers"
    assert "%B %Y" in trace["hovertemplate"]


def test_the_span_shown_goes_by_what_a_reading_speaks_of() -> None:
    said = {ALL[m].period: span_shown(ALL[m])[1] for m in ("nctr_now", "nctr_census", "ae_attendances_month")}
    assert said == {
        Period.MOMENT: "The last 28 days",
        Period.DAY: "The last year",
        Period.MONTH: "The last five years",
    }


def test_nothing_recorded_is_a_sentence_and_not_an_empty_chart() -> None:
    shown = picture()
    chart = history_chart([Point(NOW, None)], ALL["nctr_now"], shown, shown.value("northgate", "nctr_now"))
    assert "Nothing is recorded" in to_html(chart)


def test_a_minute_by_minute_history_is_thinned_to_what_a_screen_can_show() -> None:
    points = [Point(NOW - MINUTES * n, float(n)) for n in range(28 * 1440, 0, -1)]
    kept = thinned(points)
    assert len(kept) <= 28 * 96 + 1
    assert kept[-1] == points[-1]


def _rows(history: list[Point], measure: str) -> list[list[str]]:
    """What the tables behind a chart say, row by row."""
    shown = picture()
    (tables,) = history_chart(history, ALL[measure], shown, shown.value("northgate", measure)).children[2:]
    html = getattr(tables, "data-html")
    return [re.findall(r"<t[hd][^>]*>([^<]*)<", row) for row in re.findall(r"<tr>.*?</tr>", html)]


def test_behind_a_line_stand_its_hours_and_its_days_with_the_gaps() -> None:
    yesterday = NOW - 26 * HOURS
    history = [
        Point(yesterday, 3.0),
        Point(yesterday + HOURS, 9.0),
        Point(NOW - 4 * HOURS, None),
        Point(NOW - HOURS, 5.0),
    ]
    rows = _rows(history, "nctr_now")
    days = rows.index(["Day", "Lowest", "Highest", "Last known"])
    hours = dict(row for row in rows[1:days])
    assert len(hours) == 25
    assert (hours["Sun 08:14"], hours["Sun 07:14"]) == ("5", "5")
    assert (hours["Sun 06:14"], hours["Sun 04:14"]) == ("not known", "not known")
    assert hours["Sun 03:14"] == "9"
    assert rows[days + 1 :] == [["Sun 22 Nov", "5", "9", "5"], ["Sat 21 Nov", "3", "9", "9"]]


def test_behind_months_stands_each_of_them_the_newest_first() -> None:
    history = [Point(local_midnight(NOW) - days * DAYS, 70.0 + days) for days in (53, 22)]
    rows = _rows(history, "ae_4h_performance_month")
    assert [row[0] for row in rows[1:]] == ["October 2026", "September 2026"]
