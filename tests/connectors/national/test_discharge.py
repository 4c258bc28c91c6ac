"""The discharge situation report: packaged files and NHS England's long file of a month."""

import itertools
from datetime import date, timedelta

import pytest

from connectors._reasons import reason_measure
from flowcentre.feeds.contract import FeedMalformed, RowHeld
from flowcentre.measures.discharge import REASONS
from flowcentre.model import Reading
from tests.connectors.national.reading import discharge, held, packed, table, values

CENSUS = ("nhs_trust22_code", "date", "do_not_meet_criteria_to_reside")
DISCHARGED = ("nhs_trust22_code", "date", "discharged_by_1700", "discharged_between_1701_2359", "discharged_total")
LONG = ["Period", "Level", "Region", "ICB", "Org Code", "Org Name", "Metric", "Metric Type", "Metric Group", "Value"]
NCTR = "Number of patients who no longer meet the criteria to reside"
STILL = "Number of patients remaining in hospital who no longer meet the criteria to reside"
THERAPY = "Hospital process – Awaiting therapy review of need for supported discharge"


def days(first: str, counts: list[object]) -> list[tuple[str, str, object]]:
    start = date.fromisoformat(first)
    return [("ZW1", (start + timedelta(days=i)).isoformat(), count) for i, count in enumerate(counts)]


def long(*rows: tuple[str, str, str, str, str, str]) -> str:
    """Rows of (period, level, code, metric, group, value)."""
    return table(
        LONG,
        [(p, level, "Midlands", "A", code, "A", f'"{m}"', "Daily metric", g, v) for p, level, code, m, g, v in rows],
    )


# --- Packaged ---------------------------------------------------------------------------------


def test_a_day_is_observed_at_its_end_in_london_on_both_nights_on_which_the_clocks_change() -> None:
    rows = [("ZW1", day, 60) for day in ("2025-03-29", "2025-03-30", "2025-10-25", "2025-10-26")]
    facts = discharge(table(CENSUS, rows))
    ends = [fact.observed_at.isoformat() for fact in facts if isinstance(fact, Reading)]
    assert ends == [
        "2025-03-30T00:00:00+00:00",
        "2025-03-30T23:00:00+00:00",
        "2025-10-25T23:00:00+00:00",
        "2025-10-27T00:00:00+00:00",
    ]


def test_a_board_is_found_by_its_e54_code() -> None:
    facts = discharge(
        table(("icb22_code", *CENSUS[1:]), [("E54000999", "2025-08-31", 231), ("E54000001", "2025-08-31", 9)])
    )
    assert values(facts) == {("board", "nctr_census"): [231]}


def test_organisations_that_are_not_ours_are_passed_over_and_not_counted() -> None:
    facts = discharge(table(CENSUS, [("ZX9", "2025-08-31", 5), ("NA", "2025-08-31", 6), ("ZW2", "2025-08-31", 7)]))
    assert len(facts) == 1


def test_a_file_without_any_of_our_organisations_is_refused() -> None:
    with pytest.raises(FeedMalformed, match="none of this feed's organisations"):
        discharge(table(CENSUS, [("ZX9", "2025-08-31", 5)]))


def test_na_is_no_figure() -> None:
    assert values(discharge(table(CENSUS, days("2025-08-01", ["NA", 44])))) == {
        ("hospitals", "nctr_census"): [None, 44]
    }


def test_the_split_by_hour_may_be_missing_where_the_total_is_not() -> None:
    facts = discharge(table(DISCHARGED, [("ZW1", "2025-08-01", "NA", "NA", 31)]))
    assert values(facts)[("hospitals", "nctr_discharged")] == [31]
    assert values(facts)[("hospitals", "nctr_discharged_by_1700")] == [None]


def test_a_total_that_is_not_its_parts_is_held() -> None:
    facts = discharge(table(DISCHARGED, [("ZW1", "2025-08-01", 30, 5, 31)]))
    assert not values(facts)
    assert "columns swapped?" in held(facts)[0]


def test_a_census_of_0_between_large_ones_is_held_and_not_shown_as_0() -> None:
    facts = discharge(table(CENSUS, days("2022-06-15", [60, 62, 58, 61, 0, 59, 63])))
    assert values(facts)[("hospitals", "nctr_census")] == [60, 62, 58, 61, 59, 63]
    assert held(facts) == [
        "19 Jun 2022: do_not_meet_criteria_to_reside is 0 where about 60 is usual; not sent that day?"
    ]


def test_a_census_of_0_in_a_small_trust_is_believed() -> None:
    facts = discharge(table(CENSUS, days("2022-06-15", [3, 2, 0, 0, 4])))
    assert values(facts)[("hospitals", "nctr_census")] == [3, 2, 0, 0, 4]


def test_a_trust_whose_weekends_have_no_discharges_is_believed() -> None:
    week = [6, 5, 7, 4, 8, 0, 0]  # 2 May 2022 was a Monday
    rows = [(code, day, "NA", "NA", n) for code, day, n in days("2022-05-02", week * 4)]
    facts = discharge(table(DISCHARGED, rows))
    assert values(facts)[("hospitals", "nctr_discharged")] == week * 4
    assert not held(facts)


def test_a_week_without_discharges_in_a_trust_that_has_many_is_held() -> None:
    counts = [*[55] * 14, *[0] * 7, *[57] * 14]
    facts = discharge(table(DISCHARGED, [(c, d, "NA", "NA", n) for c, d, n in days("2023-02-13", counts)]))
    assert len(held(facts)) == 7
    assert "7 days running" in held(facts)[0]
    assert 0 not in values(facts)[("hospitals", "nctr_discharged")]


def test_a_figure_ten_times_the_usual_is_held_and_a_lasting_rise_is_believed() -> None:
    mistyped = discharge(table(CENSUS, days("2024-05-20", [150, 155, 149, 160, 1574, 151, 158])))
    assert held(mistyped) == [
        "24 May 2024: do_not_meet_criteria_to_reside is 1,574 where about 160 is usual; mistyped?"
    ]
    assert not held(discharge(table(CENSUS, days("2024-05-20", [21, 20, 22, 19, 110, 115, 118, 112]))))


def test_two_rows_that_say_different_things_of_one_day_are_both_held() -> None:
    facts = discharge(table(CENSUS, [("ZW1", "2025-08-01", 50), ("ZW1", "2025-08-01", 60)]))
    assert not values(facts)
    assert len(held(facts)) == 2
    assert not held(discharge(table(CENSUS, [("ZW1", "2025-08-01", 50)] * 2)))


@pytest.mark.parametrize(("cell", "reason"), [("-3", "below zero"), ("4.5", "not whole"), ("many", "not a number")])
def test_a_count_that_is_none_is_held_with_its_reason(cell: str, reason: str) -> None:
    assert reason in held(discharge(table(CENSUS, [("ZW1", "2025-08-01", cell)])))[0]


@pytest.mark.parametrize("cell", ["31/02/2025", "2025-13-01", "tomorrow", ""])
def test_a_day_that_is_none_is_held(cell: str) -> None:
    assert held(discharge(table(CENSUS, [("ZW1", cell, 5)]))) == ["is not a day"]


def test_the_last_row_of_a_file_that_ends_inside_it_is_held() -> None:
    text = table(CENSUS, days("2025-08-01", [178, 179, 180]))
    facts = discharge(text[:-2])  # "18" of 180
    assert values(facts)[("hospitals", "nctr_census")] == [178, 179]
    assert "cut off?" in held(facts)[0]


@pytest.mark.parametrize("keep", [20, 60, -4])
def test_a_packed_file_that_is_cut_off_is_refused(keep: int) -> None:
    content = packed(table(CENSUS, days("2025-01-01", list(range(100, 300)))))
    assert len(discharge(content)) == 200
    with pytest.raises(FeedMalformed, match="cut off"):
        discharge(content[:keep])


def test_a_small_file_that_unpacks_without_end_is_refused() -> None:
    with pytest.raises(FeedMalformed, match="larger than 64 MB"):
        discharge(packed("a" * (65 * 2**20)))


def test_a_row_of_another_width_refuses_the_file() -> None:
    with pytest.raises(FeedMalformed, match="row 2: 2 cells under 3 headings"):
        discharge(table(CENSUS, [("ZW1", "2025-08-01", 5), ("ZX9", "2025-08-02")]))


def test_a_file_of_another_subject_is_refused() -> None:
    with pytest.raises(FeedMalformed, match="not a file of the discharge report"):
        discharge("code,month,beds\nZW1,May,3\n")


# --- Reasons for delay ------------------------------------------------------------------------


def test_each_of_the_37_reasons_is_known_however_its_dashes_and_blanks_were_spoilt() -> None:
    assert len(REASONS) == 37
    for reason in REASONS:
        for dash, blank, lost in itertools.product(
            (" – ", "– ", " - ", " \N{EM DASH} "), (" ", "\N{NO-BREAK SPACE}"), ("", "?", " ")
        ):
            pathway = f"{lost}({reason.pathway})" if reason.pathway else lost
            text = f"{reason.family}{dash}{reason.text}{pathway}".replace(" ", blank)
            assert reason_measure(text) == reason.measure_id, text


def test_a_reason_that_is_none_of_them_is_held_and_not_quoted() -> None:
    heading = ("nhs_trust22_code", "date", "delay_reason", "delay_count")
    rows = [("ZW1", "2024-06-01", "Zebedee Quillfeather", 3), ("ZW1", "2024-06-01", THERAPY, "11.0")]
    facts = discharge(table(heading, rows))
    assert values(facts) == {("hospitals", "delay_therapy_review_month"): [11]}
    assert held(facts) == ["is not one of the 37 national reasons for delay"]
    with pytest.raises(RowHeld):
        reason_measure("Capacity – Awaiting therapy review of need for supported discharge")


def test_a_month_is_observed_at_its_end() -> None:
    heading = ("nhs_trust22_code", "date", "delay_reason", "delay_count")
    (reading,) = discharge(table(heading, [("ZW1", "2024-06-01", THERAPY, "")]))
    assert isinstance(reading, Reading)
    assert reading.observed_at.isoformat() == "2024-06-30T23:00:00+00:00"
    assert reading.value is None


# --- The long file ----------------------------------------------------------------------------


def test_the_long_file_gives_days_boards_weeks_and_months() -> None:
    facts = discharge(
        long(
            ("30/08/2025", "PROVIDER", "ZW1", NCTR, "NCTR", "178.00"),
            ("30/08/2025", "PROVIDER", "ZW1", STILL, "NCTR", "101.00"),
            ("30/08/2025", "PROVIDER", "ZW1", "Number of patients discharged", "NCTR", "[z]"),
            ("30/08/2025", "ICB", "QZW", NCTR, "NCTR", '"1,231.00"'),
            ("30/08/2025", "National", "ENG", NCTR, "NCTR", "21082.00"),
            ("31/08/2025", "PROVIDER", "ZW1", NCTR, "NCTR", "180.00"),
            ("31/07/2025", "PROVIDER", "ZW1", "Number of additional bed days, patients with length of stay of 14 days or over",
             "Additional bed days", "812.00"),
            ("01/08/2025", "PROVIDER", "ZW1", "Total number of delayed bed days in the month", "NCTR", "3100.00"),
            ("01/08/2025", "PROVIDER", "ZW1", "Total cost of delayed bed days in the month", "NCTR", "1742200.00"),
        )
    )  # fmt: skip
    assert values(facts) == {
        ("hospitals", "nctr_census"): [178, 180],
        ("hospitals", "nctr_remaining"): [101],
        ("hospitals", "nctr_discharged"): [None],
        ("board", "nctr_census"): [1231],
        ("hospitals", "additional_bed_days_los_14"): [812],
        ("hospitals", "delayed_bed_days_month"): [3100],
    }
    assert not held(facts)


def test_counts_for_14_days_and_costs_are_never_taken_for_the_reasons() -> None:
    month = [(f"{day:02}/08/2025", "PROVIDER", "ZW1", NCTR, "NCTR", "60.00") for day in range(1, 32)]
    facts = discharge(
        long(
            *month,
            ("01/08/2025", "PROVIDER", "ZW1", THERAPY, "Delay reason LOS 7+", "12.5"),
            ("01/08/2025", "PROVIDER", "ZW1", THERAPY, "Delay reason LOS 14+", "7.0"),
            ("01/08/2025", "PROVIDER", "ZW1", THERAPY, "Delay reason LOS 7+ Costs", "7025.0"),
        )
    )
    assert values(facts)[("hospitals", "delay_therapy_review_month")] == [12.5]


def test_where_a_file_names_both_series_the_plain_one_is_read() -> None:
    facts = discharge(
        long(
            ("01/08/2025", "PROVIDER", "ZW1", THERAPY, "Delay reason", "14.0"),
            ("01/08/2025", "PROVIDER", "ZW1", THERAPY, "Delay reason LOS 7+", "12.0"),
        )
    )
    assert values(facts) == {("hospitals", "delay_therapy_review_month"): [14]}


def test_rows_dated_in_another_month_are_held() -> None:
    month = [(f"{day:02}/04/2025", "PROVIDER", "ZW1", NCTR, "NCTR", "60.00") for day in range(1, 31)]
    facts = discharge(
        long(
            *month,
            ("01/10/2025", "PROVIDER", "ZW1", THERAPY, "Delay reason LOS 7+", "12.0"),
            ("31/03/2025", "PROVIDER", "ZW1", NCTR, "NCTR", "55.00"),
        )
    )
    assert sorted(held(facts)) == [
        "is dated 01 Oct 2025 in a file of April 2025",
        "is dated 31 Mar 2025 in a file of April 2025",
    ]
    assert len(values(facts)[("hospitals", "nctr_census")]) == 30


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_long_file_is_read_in_whatever_it_was_saved(encoding: str) -> None:
    text = long(
        (
            "01/08/2025",
            "PROVIDER",
            "ZW1",
            THERAPY.replace("therapy ", "therapy\N{NO-BREAK SPACE}"),
            "Delay reason",
            "14",
        )
    )
    assert values(discharge(text.encode(encoding))) == {("hospitals", "delay_therapy_review_month"): [14]}


def test_a_long_file_whose_metrics_were_all_renamed_is_refused() -> None:
    with pytest.raises(FeedMalformed, match="none of the metrics"):
        discharge(long(("01/08/2025", "PROVIDER", "ZW1", "People who may leave", "Leavers", "14")))
