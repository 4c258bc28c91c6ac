"""The page of published figures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import plotly.utils

from flowcentre.feeds.tables import end_of_day, end_of_month
from flowcentre.measures import by_id
from flowcentre.measures.discharge import REASONS
from flowcentre.model import County, Level, Picture, Place, PlaceKind, Places, Point
from layouts import published

PLACES = Places(
    [
        Place("county", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("one", "First Trust", Level.ORGANISATION, PlaceKind.TRUST, parent="county"),
        Place("two", "Second Trust", Level.ORGANISATION, PlaceKind.TRUST, parent="county"),
        Place("board", "Westshire ICB", Level.ORGANISATION, PlaceKind.INTEGRATED_CARE_BOARD, parent="county"),
    ]
)
Histories = dict[tuple[str, str], Sequence[Point]]


def picture(at: datetime) -> Picture:
    return Picture(1, at, at, County("Westshire", PLACES, ()), {})


NOW = picture(datetime(2026, 11, 22, 12, tzinfo=UTC))


def monthly(first: tuple[int, int], values: Sequence[float | None]) -> list[Point]:
    year, month = first
    spans = [((month - 1 + i) // 12 + year, (month - 1 + i) % 12 + 1) for i in range(len(values))]
    return [Point(end_of_month(*span), value) for span, value in zip(spans, values, strict=True)]


def daily(first: date, values: Sequence[float | None]) -> list[Point]:
    return [Point(end_of_day(first + timedelta(days=i)), value) for i, value in enumerate(values)]


def histories() -> Histories:
    reasons = {(p, r.measure_id): monthly((2025, 4), [1, i % 5]) for p in ("one", "two") for i, r in enumerate(REASONS)}
    days = (date(2025, 8, 31) - date(2024, 4, 1)).days + 1
    return reasons | {
        ("one", "ae_attendances_month"): monthly((2024, 4), [10_000 + i for i in range(19)]),
        ("one", "ae_over_4h_month"): monthly((2024, 4), [4_000] * 19),
        ("two", "ae_attendances_month"): monthly((2024, 4), [5_000] * 18),
        ("two", "ae_over_4h_month"): monthly((2024, 4), [500] * 18),
        ("board", "ae_attendances_month"): monthly((2024, 4), [16_000] * 16),
        ("one", "ga_beds_open_month"): monthly((2024, 4), [874] * 17),
        ("one", "ga_beds_occupied_month"): monthly((2024, 4), [797] * 17),
        ("one", "nctr_census"): daily(date(2024, 4, 1), [178.0] * days),
        ("one", "nctr_discharged"): daily(date(2024, 4, 1), [77.0] * days),
        ("two", "nctr_census"): daily(date(2024, 4, 1), [50.0] * (days - 1) + [None]),
        ("two", "nctr_discharged"): daily(date(2024, 4, 1), [60.0] * days),
    }


def text(component: Any) -> str:
    """The words of a component tree, in order, a bar between them."""
    if component is None or isinstance(component, int | float):
        return ""
    if isinstance(component, str):
        return component.replace("\N{NO-BREAK SPACE}", " ")
    if isinstance(component, list | tuple):
        return " | ".join(filter(None, map(text, component)))
    return text(getattr(component, "children", None))


def graphs(component: Any) -> list[Mapping[str, Any]]:
    if isinstance(component, list | tuple):
        return [figure for child in component for figure in graphs(child)]
    found = [component.figure] if type(component).__name__ == "Graph" else []
    return found + (graphs(component.children) if hasattr(component, "children") else [])


def test_each_figure_says_what_time_it_speaks_of_and_how_old_it_is() -> None:
    words = text(published.render(NOW, histories()))
    assert "October 2025, 12 months old" in words
    assert "31 August 2025, 14 months old" in words
    assert "as at Sep 2025, 13 months old" in words  # the second trust's A&E is a month behind the first's


def test_a_total_with_a_silent_trust_says_at_least_and_a_share_says_of_how_many() -> None:
    words = text(published.render(NOW, histories()))
    assert "All trusts together | at least 10,018 | 1 of 2 trusts | 60.1 % | 1 of 2 trusts" in words


def test_what_remains_says_of_how_many_trusts_beside_totals_that_say_at_least() -> None:
    words = text(published.render(NOW, histories()))
    assert "at least 178 | 1 of 2 trusts | 137 | 101 | 1 of 2 trusts" in words


def test_an_occupancy_from_rounded_beds_says_that_the_published_rate_can_differ() -> None:
    for place, said in ((None, True), ("one", True), ("board", False)):
        assert ("taken before rounding" in text(published.render(NOW, histories(), place))) is said
    assert "whole beds" in by_id("ga_occupancy_month").definition


def test_what_was_never_published_is_a_dash_and_never_a_zero() -> None:
    for component in (published.render(NOW, {}), published.render(NOW, {}, "one"), published.render(NOW, {}, "board")):
        words = text(component)
        assert "0 %" not in words
        assert " | 0 | " not in words
    assert "First Trust | — | —" in text(published.render(NOW, {}))
    assert "no figure" in text(published.render(NOW, {}, "one"))


def test_more_discharged_than_there_were_leaves_what_remains_unknown() -> None:
    assert "\N{MINUS SIGN}10" not in text(published.render(NOW, histories()))


def test_the_year_to_date_prints_its_cut_off_what_was_compared_and_the_sign() -> None:
    words = text(published.render(NOW, histories(), "one"))
    assert "31 Oct 2025 | 2025/26 against 2024/25 | 70,105 | 70,021 | ▲ +84 (+0.1 %) | 7 of 7 months" in words
    together = text(published.render(NOW, histories()))
    assert "▲ +84 (+0.1 %) | 13 of 14 trust-months" in together


def test_a_change_that_rounds_to_nothing_has_no_arrow() -> None:
    level = histories()
    level["one", "ae_over_4h_month"] = monthly((2024, 4), [4_000] * 12 + [4_000 + i for i in range(12, 19)])
    level["one", "ae_attendances_month"] = monthly((2024, 4), [10_000] * 12 + [10_037] * 7)
    words = text(published.render(NOW, level, "one"))
    assert "= 0.0 points" in words
    assert "▼ 0.0" not in words
    assert "▲ 0.0" not in words


def test_a_caption_speaks_of_the_newest_month_that_has_a_figure() -> None:
    then = picture(datetime(2025, 2, 14, 9, tzinfo=UTC))
    words = text(published.render(then, histories()))
    assert "January 2025: 101 at First Trust to 101 at First Trust." in words
    assert "February 2025: " not in words


def test_a_comparison_across_the_change_of_definitions_says_so() -> None:
    words = text(published.render(NOW, histories(), "one"))
    assert "averaged; last year crosses the change of definitions †" in words
    assert "added up | 31 Oct 2025" in words  # A&E has no such change


def test_the_change_of_definitions_is_drawn_where_a_line_crosses_it() -> None:
    drawn = {
        tuple(trace["name"] for trace in f["data"]): f["layout"]
        for f in graphs(published.render(NOW, histories(), "one"))
    }
    crossing = drawn["No criteria to reside", "Remaining"]
    assert crossing["shapes"][0]["x0"] == "2024-05-27"
    assert any("27 May 2024" in note["text"] for note in crossing["annotations"])
    assert "shapes" not in drawn["G&A open", "G&A occupied"]
    later = {key: points[-60:] for key, points in histories().items()}
    for figure in graphs(published.render(NOW, later, "one")):
        assert "shapes" not in figure["layout"]


def test_only_bars_lines_and_pies_are_drawn_and_all_of_it_is_json() -> None:
    for place in (None, "one", "two", "board"):
        page = published.render(NOW, histories(), place)
        assert {trace["type"] for figure in graphs(page) for trace in figure["data"]} <= {"bar", "scatter", "pie"}
        assert "NaN" not in json.dumps(page, cls=plotly.utils.PlotlyJSONEncoder)


def test_reasons_are_ranked_and_the_rest_is_added_up() -> None:
    words = text(published.render(NOW, histories()))
    fourth = [r for i, r in enumerate(REASONS) if i % 5 == 4]
    assert f"{fourth[0].text}" in words
    shown = sum(i % 5 > 0 for i in range(len(REASONS)))
    assert f"The other {shown - 12} reasons" in words
    counted = 2 * sum(i % 5 for i in range(len(REASONS)))
    assert f"As at May 2025, 17 months old: {counted} people, {shown} of the 37 national reasons in use." in words


def test_a_missing_month_is_a_gap_in_the_line() -> None:
    points = [p for p in monthly((2024, 4), [874] * 17) if p.at.month != 9]
    page = published.render(NOW, histories() | {("one", "ga_beds_open_month"): points}, "one")
    beds = next(f for f in graphs(page) if f["data"][0]["name"] == "G&A open")
    assert beds["data"][0]["y"].count(None) == 1


def test_nothing_later_than_the_picture_is_shown() -> None:
    then = picture(datetime(2025, 2, 14, 9, tzinfo=UTC))
    words = text(published.render(then, histories(), "one"))
    assert "as at January 2025, | 13 days old" in words
    assert "2025/26" not in words


def test_a_page_that_looks_back_says_that_it_holds_what_nobody_knew_then() -> None:
    said = "figures published since are included, although nobody knew them then"
    then = replace(picture(datetime(2025, 2, 14, 9, tzinfo=UTC)), known_at=NOW.at)
    for place in (None, "one"):
        words = text(published.render(then, histories(), place))
        assert f"The time up to Friday 14 February 2025, as it is known now: {said}." in words
        assert said not in text(published.render(NOW, histories(), place))


def test_every_history_that_is_wanted_is_named_and_none_of_boards_reasons() -> None:
    wanted = published.needed(NOW)
    assert ("one", "nctr_census") in wanted
    assert ("board", REASONS[0].measure_id) not in wanted
    assert {place for place, _ in published.needed(NOW, "two")} == {"two"}
    assert published.since(NOW).isoformat() == "2021-04-01T12:00:00+00:00"


def test_a_place_that_is_not_there_shows_them_all() -> None:
    assert "All trusts together" in text(published.render(NOW, histories(), "nowhere"))
