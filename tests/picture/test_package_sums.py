"""What the people chosen come to: the same numbers as the measures say, of whoever is chosen."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given as for_all
from hypothesis import settings as with_settings
from hypothesis import strategies as any_

from flowcentre.measures.referral_counts import referral_readings
from flowcentre.model import CareReferral, CareService, NextStep, ReferralReason, Setting, Therapy
from flowcentre.picture.package_sums import last_week_of, to_check, triage_queue, waits_of
from flowcentre.picture.packages import Package, package_of
from tests.measures.care_cast import AT, DAY, HOUR, TERMS, referral, running


def packages(*rows: CareReferral, elsewhere: str | None = None) -> list[Package]:
    found = [package_of(row, AT, TERMS) for row in rows]
    return [
        Package(**{name: getattr(each, name) for name in each.__slots__} | {"elsewhere": elsewhere}) for each in found
    ]


def moments(start: int, end: int) -> any_.SearchStrategy[object]:
    """None, or a moment so many hours before AT."""
    return any_.none() | any_.integers(start, end).map(lambda hours: AT - hours * HOUR)


ROWS = any_.lists(
    any_.builds(
        lambda ago, **more: referral(ago, **more),
        any_.integers(0, 300),
        service=any_.sampled_from([CareService.HOME_CARE, CareService.REABLEMENT]),
        setting=any_.sampled_from(Setting),
        reason=any_.none() | any_.sampled_from(ReferralReason),
        weekly_hours=any_.none() | any_.sampled_from([3.5, 7.0, 14.0]),
        carers=any_.none() | any_.sampled_from([1, 2]),
        therapy=any_.none() | any_.sampled_from(Therapy),
        pathway=any_.none() | any_.sampled_from([0, 1, 2]),
        triaged_at=moments(0, 300),
        sourced_at=moments(0, 300),
        started_at=moments(-5, 250),
        ended_at=moments(-5, 150),
        offers=any_.none() | any_.integers(0, 3),
        waits_for=any_.none() | any_.sampled_from(NextStep),
        outcome=any_.none() | any_.sampled_from(["deceased", "handed_back"]),
    ),
    max_size=12,
)


@with_settings(max_examples=200, deadline=None)
@for_all(ROWS)
def test_the_page_and_the_measures_say_the_same(rows: list[CareReferral]) -> None:
    said = {one.measure: one.value for one in referral_readings("north", rows, AT, TERMS)}
    waits, week = waits_of(packages(*rows)), last_week_of(packages(*rows), TERMS)
    shown = {
        "poc_waiting_now": waits.people,
        "poc_hours_waiting_now": waits.hours,
        "poc_hours_unknown_now": waits.hours_unknown,
        "poc_median_wait_hours_now": waits.median,
        "poc_longest_wait_hours_now": waits.longest or 0,
        "poc_breached_now": waits.breached,
        "poc_no_offer_now": waits.no_offer,
        "poc_two_carers_waiting_now": waits.two_carers,
        "poc_due_7d": week.due,
        "poc_started_in_time_7d": week.in_time,
        "poc_started_7d": week.started,
        "poc_median_start_hours_7d": week.median_start,
        "poc_triage_queue_now": len(triage_queue(packages(*rows))),
        **{f"poc_next_{step}_now": waits.by_next.get(step, 0) for step in NextStep},
        "poc_waiting_reason_unknown_now": waits.by_reason.get(None, 0),
        "poc_waiting_step_up_now": waits.by_reason.get(ReferralReason.STEP_UP, 0),
    }
    assert shown == {measure: said[measure] for measure in shown}


def test_of_nobody_nothing_is_said() -> None:
    waits, week = waits_of([]), last_week_of([], TERMS)
    assert (waits.people, waits.median, waits.longest, week.share, week.median_start) == (0, None, None, None, None)


def test_half_started_in_time_is_fifty_percent() -> None:
    early = running(2, "early", referred_at=AT - 2 * DAY - 3 * HOUR)
    late = running(1, "late", referred_at=AT - 4 * DAY)
    assert last_week_of(packages(early, late), TERMS).share == 50


def test_the_triage_queue_has_the_longest_wait_first_since_the_person_could_go() -> None:
    rows = [
        referral(9, "nine", pathway=1),
        referral(50, "ready since three", pathway=1, ready_at=AT - 3 * HOUR),
        referral(4, "not yet", pathway=1, ready_at=AT + HOUR),
        referral(8, "triaged", pathway=1, triaged_at=AT - HOUR),
        referral(7, "pathway two", pathway=2),
    ]
    queue = triage_queue(packages(*rows))
    assert [(each.referral.ref, each.waited / HOUR) for each in queue] == [("nine", 9), ("ready since three", 3)]


def test_the_triage_queue_says_who_was_sent_back_and_not_taken_again() -> None:
    back = referral(9, "back", pathway=1, sent_back_at=AT - 3 * HOUR)
    again = referral(8, "again", pathway=1, sent_back_at=AT - 3 * HOUR, accepted_at=AT - HOUR)
    assert [(each.referral.ref, each.sent_back) for each in triage_queue(packages(back, again))] == [
        ("back", True),
        ("again", False),
    ]


def test_a_row_that_contradicts_itself_is_to_be_checked() -> None:
    dead, well = referral(9, "dead", outcome="deceased"), referral(8, "well")
    assert [row.referral.ref for row in to_check(packages(dead, well), {})] == ["dead"]


def test_who_left_every_hospital_list_and_still_waits_as_from_hospital_is_to_be_checked_once() -> None:
    left = {"P-gone": AT - DAY, "P-home": AT - DAY, "P-dead": AT - DAY}
    rows = [
        referral(60, "gone"),
        referral(50, "never listed"),
        referral(40, "home", setting=Setting.COMMUNITY),
        referral(30, "dead", outcome="deceased"),
        running(2, "has care", person="P-gone"),
    ]
    found = to_check(packages(*rows), left)
    assert [(row.referral.ref, row.left_at) for row in found] == [("dead", None), ("gone", AT - DAY)]


def test_who_still_stands_on_a_hospitals_list_is_not_gone() -> None:
    still = packages(referral(60, "gone"), elsewhere="Northgate, pathway 1")
    assert to_check(still, {"P-gone": AT - timedelta(days=9)}) == ()
