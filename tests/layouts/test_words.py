"""Figures, moments and lengths as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flowcentre.measures import by_id
from layouts.parts.words import (
    age_words,
    column_decimals,
    decimals_of,
    figure_text,
    figure_words,
    length_words,
    set_length_words,
    span_words,
    when_words,
)

AT = datetime(2026, 11, 22, 8, 14, tzinfo=UTC)
BLANK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "measure", "words"),
    [
        (1234, "ae_attendances_today", ("1,234", "")),
        (-3, "ga_beds_free", (f"{MINUS}3", "")),
        (-0.2, "ga_beds_free", ("0", "")),
        (96.449, "ga_occupancy", ("96.4", "%")),
        (130.25, "ga_occupancy", ("130.3", "%")),
        (48, "ambulance_longest_handover_now", ("48", "min")),
        (90, "ambulance_longest_handover_now", ("90", "min")),
        (-12.5, "visits_median_difference_28d", (f"{MINUS}12", "min")),
        (-0.4, "visits_median_difference_28d", ("0", "min")),
        (134, "ambulance_longest_handover_now", (f"2{BLANK}h{BLANK}14", "")),
        (7267, "ae_longest_wait_now", (f"121{BLANK}h{BLANK}07", "")),
        (float("nan"), "ae_attendances_today", ("\N{EM DASH}", "")),
    ],
)
def test_a_figure_is_said_in_its_unit(value: float, measure: str, words: tuple[str, str]) -> None:
    assert figure_words(value, by_id(measure)) == words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (662.5, "663"),
        (678.5, "679"),
        (1082.5, "1,083"),
        (-0.5, "\N{MINUS SIGN}1"),
        (0.49999, "0"),
        (1e20, f"{10**20:,}"),
    ],
)
def test_a_half_goes_up_and_not_to_the_even_number_beside_it(value: float, said: str) -> None:
    assert figure_text(value, by_id("reablement_hours_used")) == said


def test_a_column_has_as_many_decimals_as_its_most_exact_amount() -> None:
    assert [decimals_of(column) for column in ([], [14.0, 7.0], [14.0, 3.5], [1240.25, 3.5, 0.0])] == [0, 0, 1, 2]


def test_hours_beneath_each_other_are_as_exact_as_they_must_be_to_add_up_and_other_figures_as_ever() -> None:
    hours, median = by_id("reablement_hours_free"), by_id("poc_median_wait_hours_now")
    assert [column_decimals(hours, column) for column in ([], [114.0], [113.5, 51.0, None], [11.375])] == [0, 0, 1, 2]
    assert column_decimals(median, [7.25]) == median.decimals


def test_a_figure_in_a_sentence_keeps_its_unit_with_it() -> None:
    assert figure_text(96.4, by_id("ga_occupancy")) == f"96.4{BLANK}%"


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=-5), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=90), "90 min ago"),
        (timedelta(minutes=91), "1 h ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(hours=48), "2 days ago"),
        (timedelta(days=61), "61 days ago"),
        (timedelta(days=430), "14 months ago"),
    ],
)
def test_an_age_is_said_in_the_unit_that_matters(age: timedelta, words: str) -> None:
    assert age_words(AT, AT - age) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=30), "30 s"),
        (timedelta(minutes=15), "15 min"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(minutes=661), "11 h 01 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=671, minutes=33), "27 days 23 h"),
        (timedelta(days=62), "62 days"),
    ],
)
def test_a_length_is_said_in_round_units(length: timedelta, words: str) -> None:
    assert length_words(length) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=90), "1 min 30 s"),
        (timedelta(seconds=30), "30 s"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(hours=2, seconds=5), "2 h 5 s"),
        (timedelta(hours=50, minutes=10), "2 days 2 h 10 min"),
        (timedelta(days=62), "62 days"),
    ],
)
def test_a_length_that_somebody_has_set_is_never_rounded_to_another(length: timedelta, words: str) -> None:
    assert set_length_words(length) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (AT, "08:14"),
        (AT - timedelta(hours=9), "yesterday 23:14"),
        (AT - timedelta(days=3), "19 Nov 08:14"),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "1 Jul 09:00"),  # London was on summer time
        (datetime(2024, 11, 3, 9, 0, tzinfo=UTC), "3 Nov 2024 09:00"),
    ],
)
def test_a_moment_is_said_in_london_time(moment: datetime, words: str) -> None:
    assert when_words(moment, AT) == words


def test_a_month_is_named_by_itself_and_not_by_the_midnight_that_ends_it() -> None:
    end_of_july = datetime(2026, 7, 31, 23, 0, tzinfo=UTC)  # midnight in London
    assert span_words(by_id("ae_attendances_month"), end_of_july, AT) == "July 2026"
    assert span_words(by_id("nctr_census"), end_of_july, AT) == "31 July 2026"
