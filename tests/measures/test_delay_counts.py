"""A discharge list becomes measures: days are London dates, limits are exact, and nobody is counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowcentre.measures import ALL, sums
from flowcentre.measures.counted import COUNTED_FROM_PEOPLE
from flowcentre.measures.delay_counts import centile, days_ready, delay_readings
from flowcentre.measures.delays import (
    BANDS,
    BY_BAND,
    BY_FAMILY,
    BY_PATHWAY,
    BY_REASON,
    BY_STAY,
    COUNTED,
    FAMILY_OF_REASON,
    MEASURES,
    REASON_BY_KEY,
    band_of,
)
from flowcentre.model import DelayedDischarge, Measure, Summing

AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def waiting(days: float = 3, **more: object) -> DelayedDischarge:
    ready_at = AT - timedelta(days=days)
    settings: dict[str, object] = {"admitted_at": ready_at - timedelta(days=5), "ready_at": ready_at} | more
    return DelayedDischarge(f"NG-{days}", "northgate", **settings)  # type: ignore[arg-type]


def counted(*persons: DelayedDischarge, at: datetime = AT, departures: bool = True) -> dict[str, float | None]:
    readings = delay_readings("northgate", persons, at, departures=departures)
    return {reading.measure: reading.value for reading in readings}


def test_every_measure_that_is_promised_is_counted_and_no_other() -> None:
    assert set(counted()) == {measure.id for measure in COUNTED}


def test_a_list_of_nobody_counts_nobody_and_has_no_median() -> None:
    nobody = counted()
    assert {nobody.pop("delayed_median_days_now"), nobody.pop("delayed_p90_days_now")} == {None}
    assert set(nobody.values()) == {0.0}


def test_who_is_ready_today_has_waited_no_day_and_one_of_last_night_one() -> None:
    counts = counted(waiting(0), waiting(15 / 24))  # 14:00 today, 23:00 yesterday
    assert (counts["delayed_days_0_now"], counts["delayed_days_1_now"], counts["delayed_bed_days_now"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("days", "band"),
    [(-1, "0"), (0, "0"), (1, "1"), (2, "2-3"), (3, "2-3"), (4, "4-6"), (6, "4-6"), (7, "7-13"), (13, "7-13"),
     (14, "14-20"), (20, "14-20"), (21, "21+"), (400, "21+")],
)  # fmt: skip
def test_the_bands_are_the_published_ones(days: int, band: str) -> None:
    assert band_of(days).key == band


def test_the_hospitals_own_limit_is_over_48_hours_and_for_its_own_reasons_only() -> None:
    counts = counted(
        waiting(2, reason="medicines"),
        waiting(2, reason="medicines", ready_at=AT - 48 * HOUR - timedelta(seconds=1)),
        waiting(30, reason="no_home_social_care"),
        waiting(30),
    )
    assert counts["delayed_hospital_over_48h_now"] == 1


def test_lengths_of_stay_overlap_and_are_never_added() -> None:
    counts = counted(*(waiting(1, admitted_at=AT - timedelta(days=nights)) for nights in (6, 7, 14, 21)))
    assert [counts[measure.id] for measure in BY_STAY] == [3, 2, 1]
    with pytest.raises(sums.WrongSum, match="overlap"):
        sums.together(BY_STAY)


def test_who_left_today_no_longer_waits_and_five_o_clock_is_by_five() -> None:
    left = [datetime(2026, 11, 24, hour, minute, tzinfo=UTC) for hour, minute in ((11, 59), (12, 0), (12, 1), (13, 0))]
    counts = counted(*(waiting(n, discharged_at=moment) for n, moment in enumerate(left)), waiting(9))
    assert counts["delayed_now"] == 1
    assert counts["delayed_discharged_today"] == 4
    assert counts["delayed_discharged_by_1200_today"] == 2
    assert counts["delayed_discharged_by_1700_today"] == 4
    assert counts["delayed_same_day_today"] == 1
    late = counted(
        *(waiting(1, discharged_at=AT.replace(hour=17, minute=minute)) for minute in (0, 1)), at=AT.replace(hour=18)
    )
    assert (late["delayed_discharged_by_1700_today"], late["delayed_discharged_today"]) == (1, 2)


def test_who_is_to_leave_later_still_waits() -> None:
    assert counted(waiting(1, discharged_at=AT + HOUR))["delayed_now"] == 1


def test_who_left_yesterday_is_no_departure_of_today() -> None:
    counts = counted(waiting(4, discharged_at=AT - timedelta(days=1)))
    assert (counts["delayed_now"], counts["delayed_discharged_today"]) == (0, 0)


def test_a_list_that_cannot_say_who_left_counts_no_departures_not_even_none() -> None:
    assert counted(waiting(1), departures=False)["delayed_discharged_today"] is None
    assert counted(waiting(1), departures=False)["delayed_now"] == 1


def test_expected_dates_are_london_days() -> None:
    expected = (date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26), None)
    counts = counted(*(waiting(n, expected_on=day) for n, day in enumerate(expected)))
    assert counts["delayed_expected_passed_now"] == 1
    assert counts["delayed_expected_today_now"] == 1
    assert counts["delayed_expected_tomorrow_now"] == 1


@pytest.mark.parametrize(
    ("ready", "at", "days"),
    [
        (datetime(2026, 10, 24, 22, 59, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 1),
        (datetime(2026, 10, 24, 23, 1, tzinfo=UTC), datetime(2026, 10, 25, 23, 59, tzinfo=UTC), 0),  # 25 hours long
        (datetime(2026, 10, 24, 23, 1, tzinfo=UTC), datetime(2026, 10, 26, 0, 0, tzinfo=UTC), 1),
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 22, 59, tzinfo=UTC), 0),  # 23 hours long
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 23, 0, tzinfo=UTC), 1),
    ],
)
def test_days_are_whole_london_days_on_both_clock_change_nights(ready: datetime, at: datetime, days: int) -> None:
    assert days_ready(waiting(ready_at=ready), at) == days


@given(
    st.lists(
        st.builds(
            lambda days, stay, pathway, reason, hours: waiting(
                days,
                admitted_at=AT - timedelta(days=days + stay),
                pathway=pathway,
                reason=reason,
                discharged_at=AT - hours * HOUR if hours is not None else None,
            ),
            st.integers(0, 60),
            st.integers(0, 30),
            st.sampled_from([None, 0, 1, 2, 3]),
            st.sampled_from([None, *REASON_BY_KEY]),
            st.sampled_from([None, None, 0, 5, 13]),
        )
    )
)
def test_the_parts_of_each_way_of_counting_make_the_whole(persons: list[DelayedDischarge]) -> None:
    counts = counted(*persons)

    def together(measures: tuple[Measure, ...], *more: str) -> float:
        return sum(counts[id] or 0 for id in (*(measure.id for measure in measures), *more))

    whole = counts["delayed_now"]
    assert together(BY_BAND) == whole
    assert together(BY_PATHWAY, "delayed_pathway_unknown_now") == whole
    assert together(BY_FAMILY, "delayed_reason_unknown_now") == whole
    assert together(BY_REASON, "delayed_reason_unknown_now") == whole
    assert (counts["delayed_discharged_by_1200_today"] or 0) <= (counts["delayed_discharged_today"] or 0)


def test_centiles_are_of_the_nearest_rank() -> None:
    assert centile(range(1, 11), 0.9) == 9
    assert centile([5], 0.9) == 5
    assert centile([1, 100], 0.9) == 100


def test_every_reason_is_of_one_family_and_has_its_own_measure() -> None:
    assert set(FAMILY_OF_REASON) == set(REASON_BY_KEY)
    assert len({measure.id for measure in MEASURES}) == len(MEASURES)
    assert len(BANDS) == 7


def test_a_median_is_taken_over_people_and_a_held_row_makes_no_median_at_least() -> None:
    assert ALL["delayed_median_days_now"].across_places is Summing.MEDIAN_OF_ROWS
    assert "delayed_median_days_now" not in COUNTED_FROM_PEOPLE
    assert {"delayed_now", "delayed_longest_now", "ae_patients_now"} <= COUNTED_FROM_PEOPLE
    with pytest.raises(sums.WrongSum, match="median"):
        sums.across_places(ALL["delayed_median_days_now"], [3, 5])
