"""A list of referrals becomes measures: everybody once, hours of carers, and nobody without a median."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowcentre.measures import ALL, packages
from flowcentre.measures.counted import COUNTED_FROM_PEOPLE
from flowcentre.measures.packages_now import BY_NEXT, BY_REASON, BY_SERVICE, BY_SETTING
from flowcentre.measures.packages_week import AT_TEAMS
from flowcentre.measures.referral_counts import provider_readings, referral_readings, team_readings
from flowcentre.model import CareReferral, CareService, CareTerms, NextStep, ReferralReason, Setting, Summing
from tests.measures.care_cast import AT, DAY, HOUR, SECOND, TERMS, referral, running

BED = CareService.RECOVERY_BED


def counted(*listed: CareReferral, terms: CareTerms = TERMS, delayed: tuple[str, ...] = ()) -> dict[str, float | None]:
    return {reading.measure: reading.value for reading in referral_readings("north", listed, AT, terms, delayed)}


def at_team(*listed: CareReferral, team: str = "wupi-north") -> dict[str, float | None]:
    return {reading.measure: reading.value for reading in team_readings([team], listed, AT)}


def test_every_measure_that_is_promised_is_counted_and_no_other() -> None:
    assert {*counted(), *at_team(), "block_hours_used"} == set(packages.REFERRALS_REPORT)


def test_a_list_of_nobody_counts_nobody_and_has_no_medians() -> None:
    nobody = counted() | at_team()
    medians = {measure for measure, value in nobody.items() if value is None}
    assert medians == {
        "poc_median_wait_hours_now",
        "poc_triage_median_hours_now",
        "poc_median_start_hours_7d",
        "spa_median_accept_hours_7d",
    }
    assert {value for measure, value in nobody.items() if measure not in medians} == {0.0}


def test_a_row_held_back_makes_each_count_at_least_and_no_median() -> None:
    counts = set(packages.REFERRALS_REPORT) | set(packages.CONTRACTS_REPORT)
    assert {m for m in counts if ALL[m].across_places in (Summing.SUM, Summing.MAX)} == counts & COUNTED_FROM_PEOPLE
    assert "poc_median_wait_hours_now" not in COUNTED_FROM_PEOPLE


# --- Waiting -----------------------------------------------------------------------------------


def test_who_waits_at_home_and_for_a_bed_are_told_apart_and_who_has_care_is_neither() -> None:
    counts = counted(referral(1), referral(2, service=CareService.REABLEMENT), referral(3, service=BED), running(3))
    assert (counts["poc_waiting_now"], counts["recovery_waiting_now"], counts["poc_receiving_now"]) == (2, 1, 1)
    assert (counts["poc_waiting_home_care_now"], counts["poc_waiting_reablement_now"]) == (1, 1)


def test_who_is_sent_back_and_not_accepted_still_waits() -> None:
    counts = counted(referral(40, sent_back_at=AT - 30 * HOUR))
    assert (counts["poc_waiting_now"], counts["poc_next_hospital_now"], counts["poc_breached_now"]) == (1, 1, 1)
    assert counted(referral(40, sent_back_at=AT - HOUR, ended_at=AT, outcome="sent_back"))["poc_waiting_now"] == 0


def test_step_up_and_admission_avoidance_stand_beside_discharges() -> None:
    reasons = [*ReferralReason, ReferralReason.STEP_UP, None]
    counts = counted(*(referral(n + 1, reason=reason) for n, reason in enumerate(reasons)))
    assert [counts[measure.id] for measure in BY_REASON] == [1, 2, 1, 1]
    assert counts["poc_waiting_reason_unknown_now"] == 1


def test_a_visit_with_two_carers_takes_two_hours_of_carers_an_hour() -> None:
    counts = counted(
        referral(1, weekly_hours=10.5, carers=2),
        referral(2, weekly_hours=7, carers=1),
        running(3, weekly_hours=14, carers=2),
    )
    assert (counts["poc_hours_waiting_now"], counts["poc_two_carers_waiting_now"]) == (28, 1)
    assert counts["poc_hours_running_now"] == 28


def test_a_referral_without_hours_is_counted_and_its_hours_are_not_known() -> None:
    counts = counted(referral(1, weekly_hours=None), referral(2, weekly_hours=0), referral(3, weekly_hours=9))
    assert (counts["poc_waiting_now"], counts["poc_hours_waiting_now"], counts["poc_hours_unknown_now"]) == (3, 9, 1)


def test_waits_are_in_real_hours() -> None:
    counts = counted(referral(0.5), referral(5), referral(51.5))
    assert (counts["poc_median_wait_hours_now"], counts["poc_longest_wait_hours_now"]) == (5, 51.5)
    assert counts["poc_breached_now"] == 1


def test_the_promise_is_configuration() -> None:
    waiting = [referral(hours) for hours in (10, 24, 25, 49)]
    assert counted(*waiting)["poc_breached_now"] == 2
    assert counted(*waiting, terms=CareTerms(start_within=timedelta(hours=48)))["poc_breached_now"] == 1


def test_no_offer_is_what_the_list_says_of_somebody_triaged_whom_nobody_has_taken() -> None:
    triaged = AT - HOUR
    counts = counted(
        referral(1, triaged_at=triaged, offers=0),
        referral(2, triaged_at=triaged, offers=2),
        referral(3, triaged_at=triaged),  # the list does not say
        referral(4, offers=0),  # not triaged: nobody was asked
        referral(5, triaged_at=triaged, offers=0, sourced_at=triaged),
    )
    assert counts["poc_no_offer_now"] == 1


def test_the_triage_queue_and_its_median_are_of_pathway_1_at_home() -> None:
    counts = counted(
        referral(10, pathway=1),
        referral(30, pathway=1, ready_at=AT - 2 * HOUR),
        referral(40, pathway=1, ready_at=AT + HOUR),
        referral(50, pathway=1, triaged_at=AT - HOUR),
        referral(60, pathway=2, service=BED),
    )
    assert (counts["poc_triage_queue_now"], counts["poc_triage_median_hours_now"]) == (2, 6)


def test_a_dead_person_who_still_stands_there_is_counted_and_to_be_checked() -> None:
    counts = counted(
        referral(10, outcome="deceased"), running(3, outcome="hospital"), referral(4, service=BED, outcome="declined")
    )
    assert (counts["poc_waiting_now"], counts["poc_check_now"]) == (1, 3)


@given(
    st.lists(
        st.builds(
            lambda n, service, setting, reason, waits_for, started: referral(
                n % 90, f"R-{n}", service=service, setting=setting, reason=reason, waits_for=waits_for,
                started_at=AT - HOUR if started else None,
            ),
            st.integers(1, 10_000), st.sampled_from(list(CareService)), st.sampled_from(list(Setting)),
            st.none() | st.sampled_from(list(ReferralReason)), st.none() | st.sampled_from(list(NextStep)), st.booleans(),
        )
    )
)  # fmt: skip
def test_every_split_of_those_who_wait_adds_up_to_them(listed: list[CareReferral]) -> None:
    counts = counted(*listed)
    for split in (BY_SETTING, BY_SERVICE, BY_NEXT):
        assert sum(counts[measure.id] or 0 for measure in split) == counts["poc_waiting_now"]
    reasons = sum(counts[measure.id] or 0 for measure in BY_REASON) + (counts["poc_waiting_reason_unknown_now"] or 0)
    assert reasons == counts["poc_waiting_now"]


# --- Running -----------------------------------------------------------------------------------


def test_day_42_is_allowed_and_day_43_is_overstayed_at_home_and_over_the_limit_in_a_bed() -> None:
    counts = counted(running(41), running(42), running(42, "B", service=BED), running(41, "C", service=BED))
    assert (counts["poc_overstayed_now"], counts["recovery_over_limit_now"]) == (1, 1)
    assert (counts["poc_receiving_now"], counts["poc_ending_soon_now"]) == (2, 1)


def test_a_bed_is_held_to_its_own_units_limit_and_care_at_home_to_none_of_a_units() -> None:
    limits = {"orchard-house": 28, "millbrook": 60}
    listed = [
        running(28, "A", service=BED, provider="orchard-house"),  # day 29 of 28
        running(27, "B", service=BED, provider="orchard-house"),
        running(50, "C", service=BED, provider="millbrook"),
        running(42, "D", service=BED, provider="elsewhere"),  # day 43 of the 42 of any short-term care
        running(42, "E", service=BED),  # in a unit that is not told
        running(30, "F", provider="orchard-house"),
    ]
    counts = {one.measure: one.value for one in referral_readings("north", listed, AT, TERMS, stay_limits=limits)}
    assert (counts["recovery_over_limit_now"], counts["poc_overstayed_now"]) == (3, 0)


def test_how_long_a_package_may_run_is_configuration() -> None:
    assert counted(running(30), terms=CareTerms(runs_for_days=28))["poc_overstayed_now"] == 1


# --- The last seven days -------------------------------------------------------------------------


def test_the_share_started_in_time_is_of_those_whose_time_was_up_in_the_last_seven_days() -> None:
    counts = counted(
        referral(30),  # still waits, past the promise
        referral(24),  # at the very limit: not yet due
        referral(10),  # not yet due
        referral(40, "S-1", started_at=AT - 16 * HOUR),  # exactly in time
        referral(41, "S-2", started_at=AT - 16 * HOUR),  # an hour late
        referral(24 * 8, "S-3", started_at=AT - 24 * 8 * HOUR),  # due exactly seven days ago, and in time
        referral(24 * 8 + 0.1, "S-4"),  # due just before the week
        referral(50, "E-1", ended_at=AT - 30 * HOUR, outcome="declined"),  # ended before it was due, and never began
        referral(50, "E-2", ended_at=AT - 26 * HOUR, outcome="declined"),  # ended when it was due, and had not begun
        referral(60, "B", service=BED),
    )
    assert (counts["poc_due_7d"], counts["poc_started_in_time_7d"]) == (5, 2)


def test_care_that_began_and_ended_within_its_time_was_in_time() -> None:
    counts = counted(referral(50, started_at=AT - 45 * HOUR, ended_at=AT - 40 * HOUR, outcome="hospital"))
    assert (counts["poc_due_7d"], counts["poc_started_in_time_7d"]) == (1, 1)


def test_starts_and_their_median_are_of_seven_days_to_the_second() -> None:
    counts = counted(
        running(7, "on the edge"),
        running(7 - SECOND / DAY, "R-1"),
        referral(20, "R-2", started_at=AT),
        referral(20, "R-3", started_at=AT + SECOND),
        running(1, "B", service=BED),
    )
    assert (counts["poc_started_7d"], counts["poc_median_start_hours_7d"]) == (2, 15)


def test_hand_backs_are_packages_that_a_provider_gave_back_this_week() -> None:
    counts = counted(
        running(20, "R-1", ended_at=AT - 6 * DAY, outcome="handed_back"),
        running(20, "R-2", ended_at=AT - 8 * DAY, outcome="handed_back"),
        running(20, "R-3", ended_at=AT - DAY, outcome="ended_as_planned"),
        referral(20, "R-4", ended_at=AT - DAY / 2, outcome="handed_back"),  # before the first visit
    )
    assert counts["poc_handed_back_7d"] == 2


# --- Teams and providers -----------------------------------------------------------------------


def test_a_team_is_told_what_it_was_asked_and_what_it_did() -> None:
    team = {"team": "wupi-north"}
    listed = [
        referral(10, **team),
        referral(20, "R-2", accepted_at=AT - 16 * HOUR, **team),
        referral(24 * 9, "R-3", accepted_at=AT - 6 * DAY, **team),
        referral(24 * 9, "R-4", accepted_at=AT - 8 * DAY, **team),
        referral(30, "R-5", sent_back_at=AT - HOUR, **team),
        referral(5, "R-6", team="wect-north"),
        referral(4, "R-7"),
    ]
    assert at_team(*listed) == {
        "spa_received_7d": 3,
        "spa_accepted_7d": 2,
        "spa_sent_back_7d": 1,
        "spa_waiting_now": 1,
        "spa_median_accept_hours_7d": pytest.approx((4 + 72) / 2),
    }
    assert at_team(*listed, team="brokerage-north") == {measure.id: 0 for measure in AT_TEAMS} | {
        "spa_median_accept_hours_7d": None
    }


def test_a_providers_hours_are_those_of_its_running_packages_at_home() -> None:
    listed = [
        running(3, "R-1", provider="ashdown-north", weekly_hours=10, carers=2),
        running(4, "R-2", provider="ashdown-north", weekly_hours=7.5),
        running(5, "R-3", provider="ashdown-north"),  # hours not known
        running(6, "R-4", provider="wupi-north", weekly_hours=9, service=CareService.REABLEMENT),
        running(6, "R-7", provider="ashdown-north", weekly_hours=4, service=CareService.REABLEMENT),
        running(6, "R-8", provider="ashdown-north", weekly_hours=90, service=BED),
        running(7, "R-5", provider="ashdown-north", weekly_hours=50, ended_at=AT, outcome="handed_back"),
        referral(8, "R-6", provider="ashdown-north", weekly_hours=50, sourced_at=AT - HOUR),
    ]
    readings = provider_readings(["ashdown-north", "bramble-north"], listed, AT)
    assert [(one.place, one.value) for one in readings] == [("ashdown-north", 31.5), ("bramble-north", 0)]
