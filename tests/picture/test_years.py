"""Year to date: like with like, and it says what was compared."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from flowcentre.measures import by_id
from flowcentre.model import Point
from flowcentre.picture.years import LONDON, YearToDate, financial_year, last_day, year_to_date, year_words

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ATTENDANCES, OVER = "ae_attendances_month", "ae_over_4h_month"


def month(text: str) -> datetime:
    """The end of a month in London, as the connectors give it."""
    year, number = int(text[:4]), int(text[5:])
    first = date(year + number // 12, number % 12 + 1, 1)
    return datetime(first.year, first.month, 1, tzinfo=LONDON).astimezone(UTC)


def months(values: Mapping[str, float | None]) -> list[Point]:
    return [Point(month(text), value) for text, value in values.items()]


def compared(measure: str, *places: Mapping[str, list[Point]], until: datetime = NOW) -> YearToDate:
    found = year_to_date(by_id(measure), places, until, noun="trust")
    assert found is not None
    return found


def test_a_financial_year_begins_in_april() -> None:
    assert [financial_year(date(2025, *day)) for day in ((3, 31), (4, 1))] == [2024, 2025]
    assert year_words(2025) == "2025/26"
    assert year_words(1999) == "1999/00"


def test_the_last_day_of_a_month_is_londons() -> None:
    assert last_day(datetime(2025, 8, 31, 23, tzinfo=UTC)) == date(2025, 8, 31)
    assert last_day(datetime(2025, 11, 1, tzinfo=UTC)) == date(2025, 10, 31)


def test_flows_are_added_up_and_the_sign_is_worked_out() -> None:
    points = months({"2024-04": 100, "2024-05": 110, "2025-04": 90, "2025-05": 100})
    found = compared(ATTENDANCES, {ATTENDANCES: points})
    assert (found.this_year, found.last_year) == (190, 210)
    assert found.difference == -20
    assert found.percentage == pytest.approx(-9.5238, abs=1e-4)
    assert found.words == "2 of 2 months"
    assert found.cut_off == date(2025, 5, 31)
    assert found.last_cut_off == date(2024, 5, 31)


def test_months_that_last_year_had_later_are_not_counted() -> None:
    last = {f"2024-{m:02}": 100.0 for m in range(4, 13)}
    found = compared(ATTENDANCES, {ATTENDANCES: months(last | {"2025-04": 120, "2025-05": 130})})
    assert (found.this_year, found.last_year, found.words) == (250, 200, "2 of 2 months")


def test_a_month_that_one_year_lacks_is_left_out_of_both_and_said() -> None:
    points = months({"2024-04": 100, "2024-05": None, "2024-06": 100, "2025-04": 1, "2025-05": 2, "2025-06": 4})
    found = compared(ATTENDANCES, {ATTENDANCES: points})
    assert (found.this_year, found.last_year, found.words) == (5, 200, "2 of 3 months")


def test_stocks_are_averaged() -> None:
    points = months({"2024-04": 400, "2024-05": 500, "2025-04": 410, "2025-05": 530})
    found = compared("ga_beds_open_month", {"ga_beds_open_month": points})
    assert (found.this_year, found.last_year) == (470, 450)


def test_a_share_comes_from_summed_inputs_and_differs_in_points() -> None:
    inputs = {
        ATTENDANCES: months({"2024-04": 100, "2024-05": 300, "2025-04": 100, "2025-05": 300}),
        OVER: months({"2024-04": 50, "2024-05": 30, "2025-04": 0, "2025-05": 120}),
    }
    found = compared("ae_4h_performance_month", inputs)
    assert found.last_year == pytest.approx(80)  # and not the 70 that the two months' shares average to
    assert found.this_year == pytest.approx(70)
    assert found.difference == pytest.approx(-10)
    assert found.percentage is None


def test_a_stock_less_a_flow_is_worked_out_day_by_day() -> None:
    days = [datetime(year, 4, day, 23, tzinfo=UTC) for year in (2024, 2025) for day in (1, 2, 3)]
    inputs = {
        "nctr_census": [Point(at, v) for at, v in zip(days, (50, 50, 50, 60, 62, 64), strict=True)],
        "nctr_discharged": [Point(at, v) for at, v in zip(days, (10, 20, 30, 30, 30, 30), strict=True)],
    }
    found = compared("nctr_remaining", inputs)
    assert (found.last_year, found.this_year) == (30, 32)
    assert found.words == "3 of 3 days"


def test_of_several_places_each_counts_the_months_that_it_has_in_both_years() -> None:
    one = {ATTENDANCES: months({"2024-04": 100, "2024-05": 100, "2025-04": 110, "2025-05": 110})}
    other = {ATTENDANCES: months({"2024-05": 1000, "2025-04": 5000, "2025-05": 1001})}
    found = compared(ATTENDANCES, one, other)
    assert (found.this_year, found.last_year) == (1221, 1200)
    assert found.words == "3 of 4 trust-months"


def test_nothing_after_the_moment_asked_about_is_known() -> None:
    points = months({"2023-04": 1, "2024-04": 2, "2024-05": 4, "2025-04": 8})
    found = compared(ATTENDANCES, {ATTENDANCES: points}, until=datetime(2025, 2, 14, tzinfo=UTC))
    assert (found.year, found.cut_off) == (2024, date(2024, 5, 31))
    assert (found.this_year, found.last_year, found.words) == (2, 1, "1 of 2 months")


def test_a_leap_day_has_no_fellow_and_is_left_out() -> None:
    days = [(2023, 2, 28), (2024, 2, 28), (2024, 2, 29), (2024, 3, 1), (2023, 3, 1)]
    points = sorted((Point(datetime(*day, 23, 30, tzinfo=UTC), 10.0) for day in days), key=lambda p: p.at)
    found = compared("nctr_discharged", {"nctr_discharged": points})
    assert (found.this_year, found.last_year, found.compared) == (20, 20, 2)


def test_no_figures_and_no_common_month_are_nothing_and_not_zero() -> None:
    assert year_to_date(by_id(ATTENDANCES), [{ATTENDANCES: []}], NOW) is None
    found = compared(ATTENDANCES, {ATTENDANCES: months({"2025-04": 5})})
    assert (found.this_year, found.last_year, found.difference, found.percentage) == (None, None, None, None)


def test_a_count_of_the_present_makes_no_year() -> None:
    with pytest.raises(ValueError, match="only days and months"):
        year_to_date(by_id("ae_patients_now"), [{}], NOW)
