"""The clocks of a referral: lengths are of real time, days are London days, and each limit is exact."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowcentre.measures import care_clocks as clocks
from flowcentre.measures.care_clocks import Phase
from flowcentre.model import CareReferral, NextStep, Setting, Therapy
from tests.measures.care_cast import AT, DAY, HOUR, SECOND, TERMS, referral, running

BACK = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # 02:00 becomes 01:00
FORWARD = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)  # 01:00 becomes 02:00


@pytest.mark.parametrize("change", [BACK, FORWARD])
def test_care_is_due_24_real_hours_after_the_referral_whatever_the_clocks_do(change: datetime) -> None:
    asked = referral(referred_at=change - 12 * HOUR)
    assert clocks.due_at(asked, TERMS) == change + 12 * HOUR
    assert not clocks.breached(asked, change + 12 * HOUR, TERMS)
    assert clocks.breached(asked, change + 12 * HOUR + SECOND, TERMS)
    assert clocks.waited(asked, change + 12 * HOUR) == 24 * HOUR


def test_at_the_very_limit_nobody_is_past_it_and_a_start_there_is_in_time() -> None:
    asked = referral(24)
    assert not clocks.breached(asked, AT, TERMS)
    assert clocks.started_in_time(referral(24, started_at=AT), TERMS)
    assert not clocks.started_in_time(referral(24, started_at=AT + SECOND), TERMS)


def test_a_start_told_as_a_day_alone_is_in_time_where_all_of_that_day_was() -> None:
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    tuesday = monday.replace(day=24, hour=0)
    asked = referral(referred_at=monday, started_at=tuesday)
    assert not clocks.started_in_time(asked, TERMS)  # it may have been at three in the afternoon
    assert clocks.started_in_time(asked, replace(TERMS, start_within=timedelta(hours=39)))
    assert not clocks.started_in_time(asked, replace(TERMS, start_within=timedelta(hours=38)))
    assert clocks.started_in_time(replace(asked, started_at=tuesday + timedelta(minutes=1)), TERMS)
    summer = datetime(2026, 6, 30, 23, tzinfo=UTC)  # midnight in London
    assert not clocks.started_in_time(referral(referred_at=summer - 9 * HOUR, started_at=summer), TERMS)


def test_who_has_care_or_has_ended_is_past_no_promise() -> None:
    assert not clocks.breached(referral(100, started_at=AT - HOUR), AT, TERMS)
    assert not clocks.breached(referral(100, ended_at=AT - HOUR, outcome="declined"), AT, TERMS)


def test_a_first_visit_or_an_end_of_a_day_to_come_changes_nothing_yet() -> None:
    planned = referral(30, started_at=AT + HOUR, ended_at=AT + 40 * DAY)
    assert clocks.waits(planned, AT)
    assert clocks.waited(planned, AT) == 30 * HOUR
    assert clocks.phase_of(planned, AT + HOUR) is Phase.RECEIVING
    assert clocks.phase_of(planned, AT + 40 * DAY) is Phase.ENDED


def test_a_wait_ends_with_the_first_visit_or_with_the_end_and_never_runs_backwards() -> None:
    assert clocks.waited(referral(30, started_at=AT - 10 * HOUR), AT) == 20 * HOUR
    assert clocks.waited(referral(30, ended_at=AT - 5 * HOUR), AT) == 25 * HOUR
    midnight = referral(10, started_at=AT - 14 * HOUR)  # a day without a time: 00:00 of the day of the referral
    assert clocks.waited(midnight, AT) == timedelta(0)


@pytest.mark.parametrize(
    ("started", "at", "day"),
    [
        (datetime(2026, 11, 24, 0, 0, tzinfo=UTC), datetime(2026, 11, 24, 23, 59, tzinfo=UTC), 1),
        (datetime(2026, 11, 24, 23, 59, tzinfo=UTC), datetime(2026, 11, 25, 0, 1, tzinfo=UTC), 2),
        # 25 hours on the night that the clocks go back, 23 on the one that they go forward
        (datetime(2026, 10, 24, 23, 1, tzinfo=UTC), datetime(2026, 10, 25, 23, 59, tzinfo=UTC), 1),
        (datetime(2026, 10, 24, 23, 1, tzinfo=UTC), datetime(2026, 10, 26, 0, 0, tzinfo=UTC), 2),
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 22, 59, tzinfo=UTC), 1),
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 23, 0, tzinfo=UTC), 2),
    ],
)
def test_the_day_of_the_first_visit_is_day_1_and_the_next_begins_at_londons_midnight(
    started: datetime, at: datetime, day: int
) -> None:
    assert clocks.day_of(running(started_at=started, referred_at=started - HOUR), at) == day


@pytest.mark.parametrize("change", [BACK, FORWARD, AT])
def test_day_42_is_the_last_that_is_allowed_and_day_43_is_over_it(change: datetime) -> None:
    started = change - 20 * DAY
    care = running(started_at=started, referred_at=started - HOUR)
    assert (clocks.day_of(care, started + 41 * DAY), clocks.overstayed(care, started + 41 * DAY, TERMS)) == (42, False)
    assert clocks.days_left(care, started + 41 * DAY, TERMS) == 0
    assert (clocks.day_of(care, started + 42 * DAY), clocks.overstayed(care, started + 42 * DAY, TERMS)) == (43, True)


@pytest.mark.parametrize(("days", "soon"), [(-1, False), (0, True), (7, True), (8, False)])
def test_an_end_is_soon_from_seven_days_before_the_planned_day_to_the_day_itself(days: int, soon: bool) -> None:
    care = running(10, planned_end=AT.date() + timedelta(days=days))
    assert clocks.ending_soon(care, AT, TERMS) is soon


def test_without_a_planned_end_the_last_allowed_day_is_the_end() -> None:
    assert [clocks.ending_soon(running(days), AT, TERMS) for days in (33, 34, 41, 42)] == [False, True, True, False]


def test_who_waits_has_no_day_of_care_and_who_has_ended_has_none() -> None:
    assert clocks.day_of(referral(), AT) is None
    assert clocks.days_left(running(10, ended_at=AT), AT, TERMS) is None
    assert not clocks.overstayed(running(100, ended_at=AT - DAY), AT, TERMS)


# --- Who must act next -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "step"),
    [
        ({}, NextStep.TRIAGE),
        ({"therapy": Therapy.NOT_TRIAGED}, NextStep.TRIAGE),
        ({"therapy": Therapy.CARE_ONLY}, NextStep.BROKERAGE),
        ({"triaged_at": AT - HOUR}, NextStep.BROKERAGE),
        ({"triaged_at": AT + HOUR}, NextStep.TRIAGE),
        ({"sourced_at": AT - HOUR}, NextStep.PROVIDER),
        ({"sourced_at": AT + HOUR}, NextStep.TRIAGE),
        ({"triaged_at": AT - HOUR, "waits_for": NextStep.FAMILY}, NextStep.FAMILY),
        ({"sent_back_at": AT - HOUR}, NextStep.HOSPITAL),
        ({"sent_back_at": AT - HOUR, "setting": Setting.COMMUNITY}, NextStep.TRIAGE),
        ({"sent_back_at": AT - 2 * HOUR, "accepted_at": AT - HOUR, "triaged_at": AT - HOUR}, NextStep.BROKERAGE),
        ({"accepted_at": AT - 3 * HOUR, "sent_back_at": AT - HOUR}, NextStep.HOSPITAL),
        ({"sent_back_at": AT - 2 * HOUR, "sourced_at": AT - HOUR}, NextStep.PROVIDER),
    ],
)
def test_the_source_says_who_acts_next_or_the_first_step_that_is_not_done(more: dict, step: NextStep) -> None:
    assert clocks.next_step(referral(**more), AT) is step


def test_what_is_sent_back_still_waits_until_somebody_ends_it() -> None:
    back = referral(30, sent_back_at=AT - 20 * HOUR)
    assert clocks.waits(back, AT)
    assert clocks.breached(back, AT, TERMS)
    assert not clocks.unanswered(back, AT)


def test_an_answer_is_acceptance_sending_back_or_going_on() -> None:
    assert clocks.unanswered(referral(), AT)
    for answer in ("accepted_at", "sent_back_at", "triaged_at", "sourced_at"):
        assert not clocks.unanswered(referral(**{answer: AT}), AT)
        assert clocks.unanswered(referral(**{answer: AT + SECOND}), AT)


# --- Triage on pathway 1 -----------------------------------------------------------------------


def test_the_triage_queue_is_of_those_on_pathway_1_who_could_go_and_are_not_triaged() -> None:
    assert clocks.in_triage_queue(referral(pathway=1), AT)
    assert clocks.in_triage_queue(referral(pathway=1, ready_at=AT), AT)
    assert not clocks.in_triage_queue(referral(pathway=1, ready_at=AT + SECOND), AT)
    assert not clocks.in_triage_queue(referral(pathway=1, triaged_at=AT), AT)
    assert not clocks.in_triage_queue(referral(pathway=2), AT)
    assert not clocks.in_triage_queue(referral(pathway=None), AT)


def test_triage_is_waited_for_since_the_referral_or_since_the_person_could_go_if_later() -> None:
    assert clocks.waited_for_triage(referral(10), AT) == 10 * HOUR
    assert clocks.waited_for_triage(referral(10, ready_at=AT - 20 * HOUR), AT) == 10 * HOUR
    assert clocks.waited_for_triage(referral(10, ready_at=AT - 4 * HOUR), AT) == 4 * HOUR


# --- Rows to be checked, and restarts ------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "odd"),
    [
        *((outcome, True) for outcome in ("deceased", "hospital", "nhs", "other_service", "no_service")),
        *((outcome, False) for outcome in ("handed_back", "reablement", None)),
    ],
)
def test_an_outcome_after_which_nobody_waits_and_no_end_is_to_be_checked(outcome: str | None, odd: bool) -> None:
    assert clocks.to_be_checked(referral(outcome=outcome), AT) is odd
    assert clocks.to_be_checked(running(outcome=outcome), AT) is odd
    assert not clocks.to_be_checked(referral(outcome=outcome, ended_at=AT), AT)


def test_a_restart_is_a_referral_of_its_own_with_clocks_of_its_own() -> None:
    first = running(30, person="P-1", ended_at=AT - 5 * HOUR, outcome="handed_back")
    again = referral(5, ref="R-2", person="P-1")
    assert clocks.phase_of(first, AT) is Phase.ENDED
    assert clocks.waited(again, AT) == 5 * HOUR
    assert clocks.day_of(again, AT) is None


MOMENTS = st.none() | st.integers(-2000, 2000).map(lambda quarters: AT + quarters * HOUR / 4)


@given(
    st.builds(
        CareReferral,
        st.just("R"), st.just("north"), st.just("P"), MOMENTS.filter(lambda moment: moment is not None),
        st.sampled_from([referral().service]), st.sampled_from(list(Setting)),
        started_at=MOMENTS, ended_at=MOMENTS, accepted_at=MOMENTS, sent_back_at=MOMENTS, triaged_at=MOMENTS,
        sourced_at=MOMENTS, ready_at=MOMENTS, planned_end=st.none() | st.just(date(2026, 12, 1)),
    )
)  # fmt: skip
def test_whatever_a_list_says_nobody_waits_and_receives_at_once_and_no_wait_is_negative(one: CareReferral) -> None:
    assert not (clocks.waits(one, AT) and clocks.day_of(one, AT) is not None)
    assert clocks.waited(one, AT) >= timedelta(0)
    assert clocks.waited_for_triage(one, AT) >= timedelta(0)
    assert clocks.to_acceptance(one) >= timedelta(0)
    if clocks.breached(one, AT, TERMS):
        assert clocks.waits(one, AT)
    if clocks.overstayed(one, AT, TERMS):
        assert clocks.phase_of(one, AT) is Phase.RECEIVING
    assert clocks.next_step(one, AT) in NextStep
