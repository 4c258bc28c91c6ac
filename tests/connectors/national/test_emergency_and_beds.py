"""The A&E return, its packaged series, and beds."""

import csv
import io
from collections.abc import Mapping

import pytest

from flowcentre.feeds.contract import FeedMalformed
from flowcentre.model import Reading
from tests.connectors.national.reading import beds, emergency, held, table, values

TYPES = ["Type 1 Departments - Major A&E", "Type 2 Departments - Single Specialty",
         "Type 3 Departments - Other A&E/Minor Injury Unit"]  # fmt: skip
RETURN = [
    "Code", "Region", "Name",
    *TYPES, "Total attendances", *TYPES, "Total Attendances < 4 hours", *TYPES, "Total Attendances > 4 hours",
    "Percentage in 4 hours or less (all)", "Percentage in 4 hours or less (type 1)",
    "Percentage in 4 hours or less (type 2)", "Percentage in 4 hours or less (type 3)",
    "Emergency Admissions via Type 1 A&E", "Emergency Admissions via Type 2 A&E",
    "Emergency Admissions via Type 3 and 4 A&E", "Total Emergency Admissions via A&E",
    "Other Emergency admissions (i.e not via A&E)", "Total Emergency Admissions",
    "Number of patients spending >4 hours from decision to admit to admission",
    "Number of patients spending >12 hours from decision to admit to admission",
]  # fmt: skip
ROW = [
    "ZW1", "A region ", "Westshire Hospitals", "13,741", "0", "6,029", "19,770", "6,802", "0", "5,950", "12,752",
    "6,939", "0", "79", "7,018", "64.50%", "49.50%", "-", "98.70%", "2,855", "0", "0", "2,855", "859", "3,714",
    "2,032", "846",
]  # fmt: skip


def written(heading: list[str], *rows: list[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([heading, *rows])
    return text.getvalue()


def changed(cells: Mapping[int, str]) -> list[str]:
    return [cells.get(i, cell) for i, cell in enumerate(ROW)]


# --- The return -------------------------------------------------------------------------------


def test_the_three_groups_of_types_are_told_apart_by_their_totals() -> None:
    found = {measure: value for (_, measure), (value,) in values(emergency(written(RETURN, ROW))).items()}
    assert found == {
        "ae_attendances_type1_month": 13741,
        "ae_attendances_type2_month": 0,
        "ae_attendances_type3_month": 6029,
        "ae_attendances_month": 19770,
        "ae_over_4h_type1_month": 6939,
        "ae_over_4h_type2_month": 0,
        "ae_over_4h_type3_month": 79,
        "ae_over_4h_month": 7018,
        "emergency_admissions_ae_month": 2855,
        "emergency_admissions_other_month": 859,
        "emergency_admissions_month": 3714,
        "decision_to_admit_over_4h_month": 2032,
        "decision_to_admit_over_12h_month": 846,
    }


def test_a_dash_that_was_lost_as_a_0_in_the_headings_is_known() -> None:
    lost = [heading.replace(" - ", " 0 ") for heading in RETURN]
    percents = changed({15: "64.5", 16: "49.5", 17: "0.0", 18: "98.7"})
    assert emergency(written(lost, percents)) == emergency(written(RETURN, ROW))


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("October-2025-AE.csv", "2025-11-01T00:00:00+00:00"),
        ("March-2026-AE-by-provider.csv", "2026-03-31T23:00:00+00:00"),
        ("ae_2025-12.csv", "2026-01-01T00:00:00+00:00"),
    ],
)
def test_the_month_is_that_of_the_files_name(name: str, end: str) -> None:
    assert {
        fact.observed_at.isoformat() for fact in emergency(written(RETURN, ROW), name) if isinstance(fact, Reading)
    } == {end}


def test_a_column_of_periods_is_believed_before_the_name() -> None:
    facts = emergency(written([*RETURN, "Period"], [*ROW, "MSitAE-JULY-2025"]), "August-2025-AE.csv")
    assert {fact.observed_at.month for fact in facts if isinstance(fact, Reading)} == {7}


def test_a_return_without_any_month_is_refused() -> None:
    with pytest.raises(FeedMalformed, match="no month"):
        emergency(written(RETURN, ROW), "AE.csv")


def test_a_total_of_england_is_nobodys_here() -> None:
    england = ["TOTAL", "", "", *ROW[3:]]
    assert emergency(written(RETURN, ROW, england)) == emergency(written(RETURN, ROW))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({3: "13,742"}, "are 19,771 and not the attended all of 19,770"),
        ({7: "6,812", 10: "12,762"}, "are 13,751 and not the attended type1"),
        ({15: "69.50%"}, "is not the 69.5 % that stands beside it"),
        ({22: "2,856"}, "admitted_type1"),
        ({25: "846", 26: "2,032"}, "columns swapped?"),
        ({6: "plenty"}, "not a number"),
    ],
)
def test_figures_that_do_not_agree_with_one_another_are_held(cells: dict[int, str], reason: str) -> None:
    facts = emergency(written(RETURN, changed(cells)))
    assert not values(facts)
    assert reason in held(facts)[0]


def test_groups_of_types_in_another_order_refuse_the_return() -> None:
    heading = RETURN.copy()
    heading[3], heading[4] = heading[4], heading[3]
    with pytest.raises(FeedMalformed, match="not one column for each type"):
        emergency(written(heading, ROW))


def test_a_return_without_its_groups_total_is_refused() -> None:
    heading = RETURN.copy()
    heading[14] = "All > 4 hours"
    with pytest.raises(FeedMalformed):
        emergency(written(heading, ROW))


# --- The packaged series ----------------------------------------------------------------------

SERIES = ["nhs_trust22_code", "total_attendances", "attendances_over_4hours", "total_emergency_admissions",
          "emergency_admissions_over_4hours", "pct_attendance_over_4hours", "pct_emergency_admissions_over_4hours",
          "date"]  # fmt: skip


def test_the_packaged_series_gives_totals_and_na_is_no_figure() -> None:
    facts = emergency(table(SERIES, [("ZW1", 8725, "NA", 2887, 132, "NA", 0.05, '"April 2021"')]), "england_trust.csv")
    assert values(facts) == {
        ("hospitals", "ae_attendances_month"): [8725],
        ("hospitals", "ae_over_4h_month"): [None],
        ("hospitals", "emergency_admissions_month"): [2887],
        ("hospitals", "decision_to_admit_over_4h_month"): [132],
    }


def england(month: str, first: int, trusts: int = 20, **different: int) -> list[tuple[object, ...]]:
    """A month of ours and of other trusts, each with other attendances than the next."""
    codes = ["ZW1", *(f"ZX{n}" for n in range(1, trusts))]
    return [(code, different.get(code, first + n), "NA", 300, 0, "NA", 0, f'"{month}"') for n, code in enumerate(codes)]


def test_a_month_that_is_an_earlier_one_again_at_every_trust_is_held_and_the_earlier_one_is_believed() -> None:
    rows = [*england("March 2025", 8000), *england("April 2025", 9000), *england("March 2024", 8000)]
    facts = emergency(table(SERIES, rows), "england_trust.csv")
    assert values(facts)["hospitals", "ae_attendances_month"] == [8000, 9000]
    assert {fact.observed_at.year for fact in facts if isinstance(fact, Reading) and fact.observed_at.month == 3} == {
        2024
    }
    assert held(facts) == ["March 2025 is March 2024 again at all 20 trusts; the figures of another month?"]


@pytest.mark.parametrize(
    "again",
    [
        england("March 2025", 8000, ZX7=8001),  # one trust differs
        england("March 2025", 8000, trusts=19),  # so few may be alike by chance
    ],
)
def test_a_month_that_may_be_like_another_by_chance_is_believed(again: list[tuple[object, ...]]) -> None:
    facts = emergency(table(SERIES, [*england("March 2024", 8000), *again]), "england_trust.csv")
    assert values(facts)["hospitals", "ae_attendances_month"] == [8000, 8000]
    assert not held(facts)


def test_months_in_which_most_trusts_say_nothing_are_not_taken_for_one_another() -> None:
    rows = [
        (code, "NA", "NA", 0, 0, "NA", "NA", f'"{month}"')
        for month in ("March 2024", "March 2025")
        for code in ("ZW1", *(f"ZX{n}" for n in range(30)))
    ]
    assert not held(emergency(table(SERIES, rows), "england_trust.csv"))


def test_columns_of_the_packaged_series_that_changed_places_are_held() -> None:
    facts = emergency(table(SERIES, [("ZW1", 3022, 15882, 4486, 659, 0.19, 0.15, '"April 2021"')]), "england_trust.csv")
    assert not values(facts)
    assert "stated share" in held(facts)[0]


BY_TYPE = ["period", "org_code", "type", "attendances", "breaches", "admissions"]


def test_types_of_2016_to_2019_are_added_up_for_each_trust() -> None:
    rows = [
        ("2017-03-01", "ZW1", "1", "9976.0", "2711.0", "3201.0"),
        ("2017-03-01", "ZW1", "other", "5581.0", "2.0", "0.0"),
        ("2017-03-01", "ZX9", "1", "1.0", "1.0", "1.0"),
    ]
    found = values(emergency(table(BY_TYPE, rows), "ae_attendances.csv"))
    assert found[("hospitals", "ae_attendances_month")] == [15557]
    assert found[("hospitals", "ae_over_4h_month")] == [2713]
    assert found[("hospitals", "ae_attendances_type3_month")] == [5581]
    assert found[("hospitals", "emergency_admissions_ae_month")] == [3201]


def test_a_total_of_types_is_not_given_where_a_type_is_missing_or_may_be() -> None:
    rows = [
        ("2017-02-01", "ZW1", "1", "9976.0", "2711.0", "3201.0"),
        ("2017-02-01", "ZW1", "other", "5.0", "9.0", "0.0"),  # more breaches than attendances
        ("2017-03-01", "ZW1", "1", "9976.0", "2711.0", "3201.0"),  # and here the file may be cut off
    ]
    found = values(emergency(table(BY_TYPE, rows), "ae_attendances.csv"))
    assert ("hospitals", "ae_attendances_month") not in found
    assert found[("hospitals", "ae_attendances_type1_month")] == [9976, 9976]


# --- Beds -------------------------------------------------------------------------------------

KINDS = ["general_acute_beds", "adult_general_acute_beds", "paediatric_general_acute_beds", "adult_critical_care_beds",
         "paediatric_intensive_cared_beds", "neonatal_intensive_care_bed"]  # fmt: skip
RATES = ["general_acute_beds_occupancy_rate", "adult_general_acute_beds_occupancy_rate",
         "paediatric_general_acute_beds_occupancy_rate", "adult_critical_care_occupancy_rate",
         "paediatric_intensive_cared_occupancy_rate", "neonatal_intensive_care_occupancy_rate"]  # fmt: skip
BEDS = [
    "nhs_trust22_code",
    "date",
    *(c for k, r in zip(KINDS, RATES, strict=True) for c in (f"{k}_available", f"{k}_occupied", r)),
]
OPEN = [874, 797, 0.911, 839, 781, 0.931, 35, 16, 0.452, 15, 10, 0.68, "NA", "NA", "NA", 0, 0, "NA"]


def test_beds_of_a_month_given_as_text_with_na_where_there_is_no_such_service() -> None:
    facts = beds(table(BEDS, [("ZW1", '"August 2025"', *OPEN)]))
    found = {measure: value for (_, measure), (value,) in values(facts).items()}
    assert (found["ga_beds_open_month"], found["ga_beds_occupied_month"]) == (874, 797)
    assert found["paediatric_ic_beds_open_month"] is None
    assert found["neonatal_ic_beds_open_month"] == 0
    assert {fact.observed_at.isoformat() for fact in facts if isinstance(fact, Reading)} == {
        "2025-08-31T23:00:00+00:00"
    }


def test_open_and_occupied_beds_that_changed_places_are_held_and_the_other_beds_are_read() -> None:
    facts = beds(table(BEDS, [("ZW1", '"August 2025"', 797, 874, *OPEN[2:])]))
    assert ("hospitals", "ga_beds_open_month") not in values(facts)
    assert ("hospitals", "adult_ga_beds_open_month") in values(facts)
    assert "not the published rate" in held(facts)[0]


def test_a_month_that_is_none_is_held() -> None:
    assert held(beds(table(BEDS, [("ZW1", "Augustus", *OPEN)]))) == ["is not a month"]


def test_headings_alone_are_refused() -> None:
    with pytest.raises(FeedMalformed, match="no rows"):
        beds(table(BEDS, []))
