"""What looks like somebody's number or date of birth in free text, and what only has the look of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flowcentre.feeds.of_a_person import looks_like

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "born 3/4/1951",
        "pt born 3 April 1951",
        "Mrs Jones DOB 3/4/51",
        "DOB 3.4.51",
        "DOB: 3 4 51",
        "February 1, 1950",
        "Feb 1st 1950, A2",
        "1st of February 1950",
        "born 1950",
        "born in April 1950",
        "d.o.b. 1950",
        "d.o.b 1950",
        "D O B 1950",
        "date of birth 3/4",
        "date of birth is 1950",
        "year of birth: 1950",
        "the lady of 3 Apr '51",
        "3 April 51",
        "3-Apr-1951",
        "3 4 1951",
        "3 / 4 / 1951",
        "3\N{EN DASH}4\N{EN DASH}1951",
        "1951-04-03",
        "1951-4-3",
        "the baby born 3/12/26",
        "3/12/2051",
        "\N{FULLWIDTH DIGIT THREE}/4/1951",
    ],
)
def test_a_date_of_birth_is_found_however_it_is_written(text: str) -> None:
    assert looks_like(text, AT) == "a date of birth"
    assert looks_like(f"{text}.", AT) == "a date of birth"
    assert looks_like(f"move ({text}) to A2", AT) == "a date of birth" or text in (
        "3 April 51",
        "the lady of 3 Apr '51",
    )


@pytest.mark.parametrize(
    "text",
    [
        "beds 1950-2020",
        "beds 1950 \N{EN DASH} 2020 open",
        "review 3/12/26",
        "review 03/12/2026 14:30",
        "review 2026-12-03 at 14:30",
        "by 3/12",
        "by 3rd December 2026",
        "by December 3, 2026",
        "from 3 December 12 beds close",
        "open since 4 January 2026",
        "stubborn 3 cases; newborn 12 cots",
        "10 dobson beds",
        "ward 12, 3/12/26",
        "3/12/26, 12 beds; 4/12/26, 14 beds",
        "may 12 beds open by 18.30",
        "4-hour waits 10, 12, 14 and 16",
        "the 2026 plan",
    ],
)
def test_days_of_work_beds_and_counts_are_let_through(text: str) -> None:
    assert looks_like(text, AT) is None


def test_without_a_now_no_date_is_of_work() -> None:
    assert looks_like("site manager 3/12/26") == "a date of birth"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("943 476 5919", "an NHS number"),
        ("nhs 943-476-5919 of A2", "an NHS number"),
        ("0117 (496) 0000", "a telephone number"),
        ("496-0123", "a telephone number"),
        ("2020-1950", "a telephone number"),
        ("0117 20-11-26", "a telephone number"),
        ("0117 1950-2020", "a telephone number"),
        ("+44 7700 900123", "a telephone number"),
        ("CV34 4RL", "a postcode"),
        ("a@b.example", "an e-mail address"),
        ("www.example.org", "a web address"),
    ],
)
def test_the_kind_that_was_found_is_said(text: str, kind: str) -> None:
    assert looks_like(text, AT) == kind
