"""Lists of referrals and of contracts settled into a real store: who is counted, where, and what is asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from flowcentre.feeds.answers import Answer, Parsed
from flowcentre.model import (
    CareReferral,
    CareService,
    CareTerms,
    Held,
    Level,
    Outcome,
    Place,
    PlaceKind,
    Places,
    WholeList,
)
from flowcentre.store import Store
from tests.feeds.care_cast import (
    CONTRACTS,
    COUNTY,
    QUARTER,
    REFERRALS,
    delayed,
    known,
    listed,
    poll,
)
from tests.measures.care_cast import AT, DAY, HOUR, contract, referral, running


def moved(one: CareReferral, place: str) -> CareReferral:
    return replace(one, place=place)


def reasons(store: Store, feed: str = "care-referrals") -> list[str]:
    return [row.reason for row in store.held_rows(feed)]


def refs(store: Store, at: datetime = AT, place: str = "north") -> set[str]:
    return {person.ref for person in store.people("referrals", place, at)}


# --- What is kept, and what is counted ----------------------------------------------------------


def test_a_list_is_kept_whole_and_counted_at_its_locality(store: Store) -> None:
    person = referral(
        30, "R-1", weekly_hours=10.5, carers=2, pathway=1, offers=0, therapy_again=True, team="wupi-north"
    )
    poll(store, listed([person, running(3, "R-2", planned_end=date(2026, 12, 1)), referral(4, "R-3")]))
    assert person in store.people("referrals", "north", AT)
    assert (known(store, "poc_waiting_now"), known(store, "poc_receiving_now"), known(store, "poc_breached_now")) == (
        2,
        1,
        1,
    )
    assert known(store, "poc_hours_waiting_now") == 21


def test_each_team_and_provider_of_the_locality_is_counted_and_of_nobody_it_is_zero(store: Store) -> None:
    poll(
        store,
        listed(
            [
                referral(5, "R-1", team="wupi-north"),
                running(3, "R-2", provider="bramble-north", weekly_hours=9),
                running(3, "R-3", provider="bramble-mid", weekly_hours=50),  # another locality's list speaks for it
            ]
        ),
    )
    assert known(store, "spa_received_7d", "wupi-north") == 1
    assert known(store, "spa_received_7d", "brokerage-north") == 0
    assert known(store, "spa_median_accept_hours_7d", "wupi-north") is None
    assert known(store, "block_hours_used", "bramble-north") == 9  # serves where whoever runs it serves
    assert known(store, "block_hours_used", "ashdown-north") == 0
    with pytest.raises(LookupError):
        known(store, "block_hours_used", "bramble-mid")


def test_the_terms_of_the_county_are_those_of_the_counts(store: Store) -> None:
    slow = replace(COUNTY, care=CareTerms(start_within=timedelta(hours=48), runs_for_days=28))
    poll(store, listed([referral(30, "R-1"), running(30, "R-2")]), county=slow)
    assert (known(store, "poc_breached_now"), known(store, "poc_overstayed_now")) == (0, 1)


def test_a_stay_is_held_to_the_limit_of_its_unit_even_where_the_feed_does_not_reach_it(store: Store) -> None:
    unit = Place(
        "orchard-house", "Orchard House", Level.SITE, PlaceKind.RECOVERY_UNIT, parent="council", locality="south", stay_limit_days=28
    )  # fmt: skip
    here = replace(COUNTY, places=Places([*COUNTY.places, unit]))
    north = replace(REFERRALS, places=("north",))
    bed = {"service": CareService.RECOVERY_BED, "provider": "orchard-house"}
    stays = listed([running(30, "R-1", **bed), running(20, "R-2", **bed)])
    poll(store, stays, feed=north, county=here)
    assert known(store, "recovery_over_limit_now") == 1


@pytest.mark.parametrize(
    "moment", [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 0, 30, tzinfo=UTC)]
)
def test_24_hours_are_real_hours_on_both_clock_change_nights(store: Store, moment: datetime) -> None:
    later = moment + 12 * HOUR
    poll(store, listed([referral(24, "R-1", at=later), referral(24.1, "R-2", at=later)], later), later)
    assert (known(store, "poc_waiting_now"), known(store, "poc_breached_now")) == (2, 1)


# --- One package in two localities ---------------------------------------


def test_who_moves_to_another_locality_in_one_document_is_counted_there_at_once(store: Store) -> None:
    one = referral(30, "R-1")
    poll(store, listed([one, referral(4, "R-2")], AT, "north", "mid"))
    at = AT + QUARTER
    recorded = poll(store, listed([moved(one, "mid"), referral(4, "R-2")], at, "north", "mid"), at)
    assert (known(store, "poc_waiting_now"), known(store, "poc_waiting_now", "mid")) == (1, 1)
    assert recorded.counts.held == 0


def test_two_lists_of_a_move_that_come_in_one_answer_count_the_person_once_and_at_once(store: Store) -> None:
    one, at = referral(30, "R-1"), AT + QUARTER
    first, second = (
        listed([one, referral(4, "R-2")], AT, "north", "mid").documents[0],
        listed([moved(one, "mid"), referral(4, "R-2")], at, "north", "mid").documents[0],
    )
    recorded = poll(store, Answer((first, replace(second, name="later.csv"))), at)
    assert (known(store, "poc_waiting_now"), known(store, "poc_waiting_now", "mid")) == (1, 1)
    assert recorded.counts.held == 0


def test_a_list_that_may_be_cut_off_lets_nobody_go(store: Store) -> None:
    many = [referral(30, f"R-{n}") for n in range(20)]
    poll(store, listed(many, AT, "north", "mid"))
    at = AT + QUARTER
    poll(store, listed([*many[1:4], moved(many[0], "mid")], at, "north", "mid"), at)
    assert (known(store, "poc_waiting_now"), known(store, "poc_waiting_now", "mid")) == (20, 0)


def test_a_package_in_two_localities_counts_where_it_was_listed_first_until_it_is_let_go(store: Store) -> None:
    one = referral(30, "R-1")
    poll(store, listed([one, referral(4, "R-2")]))
    there = [moved(one, "mid"), moved(referral(9, "R-3"), "mid")]
    at = AT + QUARTER
    recorded = poll(store, listed([one, referral(4, "R-2"), *there], at, "north", "mid"), at)
    assert (known(store, "poc_waiting_now"), known(store, "poc_waiting_now", "mid")) == (2, 1)
    assert recorded.counts.held == 1
    assert "another locality's list, which has had it for longer" in reasons(store)[0]
    at += QUARTER
    poll(store, listed([referral(4, "R-2"), *there], at, "north", "mid"), at)
    settled = at + QUARTER
    poll(store, listed([referral(4, "R-2"), *there], settled, "north", "mid"), settled)
    assert (known(store, "poc_waiting_now"), known(store, "poc_waiting_now", "mid")) == (1, 2)


def test_a_package_that_ended_in_one_locality_waits_in_the_other_at_once(store: Store) -> None:
    poll(store, listed([running(9, "R-1", ended_at=AT - HOUR, outcome="other_service"), referral(4, "R-2")]))
    at = AT + QUARTER
    poll(store, listed([moved(referral(30, "R-1"), "mid")], at, "mid"), at)
    assert (known(store, "poc_waiting_now"), known(store, "poc_waiting_now", "mid")) == (1, 1)


def test_a_ref_of_a_referral_and_one_of_a_discharge_list_have_nothing_to_do_with_each_other(store: Store) -> None:
    facts = (
        delayed("X-1"),
        WholeList("delays", "northgate", AT),
        referral(4, "X-1"),
        WholeList("referrals", "north", AT),
    )
    both = replace(COUNTY.feeds[0], id="both", places=("westshire",))
    county = replace(COUNTY, feeds=(*COUNTY.feeds, both))
    poll(store, Answer((Parsed("both.csv", facts),)), AT, both, county)
    assert (known(store, "delayed_now", "northgate"), known(store, "poc_waiting_now")) == (1, 1)


# --- Rows that cannot be ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (referral(10, "X", started_at=AT - 11 * HOUR), "care began before it was asked for"),
        (referral(10, "X", ended_at=AT - 11 * HOUR, outcome="declined"), "ended before it was asked for"),
        (running(3, "X", ended_at=AT - 4 * DAY, outcome="other"), "ended before it was asked for"),
        (referral(90, "X", started_at=AT - DAY, ended_at=AT - 2 * DAY, outcome="other"), "care ended before it began"),
        (referral(10, "X", ended_at=AT), "ended with no start, and with no outcome to say why"),
        (referral(10, "X", ended_at=AT, outcome="ended_as_planned"), "ended with no start, and with an outcome of care that ran"),
        (referral(10, "X", weekly_hours=-7), "hours a week below 0, or no number"),
        (referral(10, "X", weekly_hours=float("nan")), "hours a week below 0, or no number"),
        (referral(10, "X", visits_a_day=-1), "visits a day below 0"),
        (referral(10, "X", offers=-1), "offers below 0"),
        (referral(10, "X", carers=3), "neither one carer nor two"),
        (referral(10, "X", carers=0), "neither one carer nor two"),
        (referral(-1, "X"), "a moment in the future"),
        (referral(10, "X", triaged_at=AT + HOUR), "a moment in the future"),
        (referral(4, "R-1"), "listed twice"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_held_with_its_reason_and_the_others_count(
    store: Store, row: CareReferral, why: str
) -> None:
    recorded = poll(store, listed([referral(4, "R-1"), row]))
    assert (recorded.counts.held, reasons(store)) == (1, [why])
    assert (known(store, "poc_waiting_now"), refs(store)) == (1, {"R-1"})


@pytest.mark.parametrize(
    "row",
    [
        referral(10, "X", ended_at=AT, outcome="declined"),
        referral(10, "X", ended_at=AT, outcome="deceased"),
        referral(10, "X", ended_at=AT, outcome="hospital"),
        referral(10, "X", ended_at=AT, outcome="self_funded"),
        referral(10, "X", ended_at=AT, outcome="sent_back"),
        referral(10, "X", ended_at=AT, outcome="handed_back"),  # before the first visit
        referral(10, "X", started_at=AT + HOUR),  # a first visit that is arranged
        referral(10, "X", started_at=AT - 14 * HOUR),  # a day without a time: the day of the referral
        referral(10, "X", ready_at=AT + DAY),
        referral(10, "X", weekly_hours=0, carers=2, visits_a_day=0, offers=0),
    ],
)
def test_what_may_be_so_is_taken_in(store: Store, row: CareReferral) -> None:
    assert poll(store, listed([row])).counts.held == 0
    assert refs(store) == {"X"}


def test_a_day_without_a_time_is_the_local_day_in_summer_too(store: Store) -> None:
    asked = datetime(2026, 7, 14, 9, 0, tzinfo=UTC)
    midnight = datetime(2026, 7, 13, 23, 0, tzinfo=UTC)  # 00:00 of the 14th
    rows = [
        referral(ref="R-1", referred_at=asked, started_at=midnight),
        referral(ref="R-2", referred_at=asked, started_at=midnight - HOUR),
    ]
    poll(store, listed(rows, asked + HOUR), asked + HOUR)
    assert refs(store, asked + HOUR) == {"R-1"}


def test_somebody_dead_who_still_stands_there_is_counted_to_be_checked(store: Store) -> None:
    poll(store, listed([referral(10, "R-1", outcome="deceased"), referral(4, "R-2")]))
    assert (known(store, "poc_waiting_now"), known(store, "poc_check_now")) == (2, 1)


# --- Lists too small to be believed ---------------------------------------------------------------


def test_a_list_of_half_the_size_is_held_and_believed_the_third_time(store: Store) -> None:
    many = [referral(4 + n, f"R-{n}") for n in range(20)]
    poll(store, listed(many))
    for step in (1, 2):
        at = AT + 8 * step * HOUR  # however far apart two lists are
        assert poll(store, listed(many[:9], at), at).counts.held == 9
        assert known(store, "poc_waiting_now") == 20
    at = AT + 24 * HOUR
    poll(store, listed(many[:9], at), at)
    assert known(store, "poc_waiting_now") == 9


def test_those_who_ended_a_week_ago_are_not_missed(store: Store) -> None:
    ended = [running(20, f"E-{n}", ended_at=AT - 6 * DAY, outcome="ended_as_planned") for n in range(20)]
    stay = [referral(4 + n, f"R-{n}") for n in range(6)]
    poll(store, listed([*ended, *stay]))
    early = AT + 20 * HOUR
    assert poll(store, listed(stay, early), early).counts.held == 6  # six of 26, and the ended belong there still
    later = AT + 25 * HOUR
    assert poll(store, listed(stay, later), later).counts.held == 0


def test_a_list_of_nobody_that_its_source_does_not_count_leaves_nothing_known_anywhere(store: Store) -> None:
    poll(
        store,
        listed([referral(4, "R-1", team="wupi-north"), running(3, "R-2", provider="ashdown-north", weekly_hours=9)]),
    )
    at = AT + QUARTER
    recorded = poll(store, listed([], at), at)
    assert recorded.counts.held == 1
    assert known(store, "poc_waiting_now") is None
    assert known(store, "spa_received_7d", "wupi-north") is None
    assert known(store, "block_hours_used", "ashdown-north") is None
    assert store.polls("care-referrals")[0].outcome is Outcome.HELD


def test_another_list_of_the_same_moment_is_held_and_the_first_stands(store: Store) -> None:
    poll(store, listed([referral(4, "R-1")]))
    poll(store, listed([referral(4, "R-1"), referral(5, "R-2")]), AT + QUARTER)
    assert (known(store, "poc_waiting_now"), refs(store)) == (1, {"R-1"})
    assert "a moment that was listed before" in reasons(store)[0]


def test_a_row_held_by_the_connector_makes_no_smaller_list(store: Store) -> None:
    many = [referral(4 + n, f"R-{n}") for n in range(20)]
    poll(store, listed(many))
    at = AT + QUARTER
    unread = [Held("list.csv row 3", "service is not one that is known", "north")] * 11
    poll(store, Answer((Parsed("list.csv", (*many[:9], *unread, WholeList("referrals", "north", at))),)), at)
    assert len(refs(store, at)) == 20


# --- Contracts ---------------------------------------------------------------------------------


def contracts(store: Store, rows: list, at: datetime = AT, count: int | None = None):
    return poll(store, listed(rows, at, people="contracts", count=count), at, CONTRACTS)


def test_contracts_become_hours_and_pounds_at_each_provider_of_the_locality(store: Store) -> None:
    contracts(store, [contract("C-1", 120, hourly_rate=25.0), contract("C-2", 80, provider="bramble-north")])
    assert known(store, "care_contracts_now") == 2
    assert (known(store, "block_hours_bought", "ashdown-north"), known(store, "block_hours_cost", "ashdown-north")) == (
        120,
        3000,
    )
    assert (known(store, "block_hours_bought", "bramble-north"), known(store, "block_hours_cost", "bramble-north")) == (
        80,
        None,
    )
    assert store.people("contracts", "north", AT)[0] == contract("C-1", 120, hourly_rate=25.0)


def test_a_contract_of_a_day_to_come_is_kept_and_counted_when_it_comes(store: Store) -> None:
    ahead = [contract("C-1", 120, valid_from=date(2026, 11, 25), valid_to=date(2027, 3, 31))]
    assert contracts(store, ahead).counts.held == 0
    assert known(store, "block_hours_bought", "ashdown-north") == 0
    contracts(store, ahead, AT + DAY)
    assert known(store, "block_hours_bought", "ashdown-north") == 120


def test_of_two_contracts_for_the_same_days_the_later_one_is_held_and_which_is_said(store: Store) -> None:
    recorded = contracts(
        store,
        [
            contract("C-2", 60, valid_from=date(2026, 9, 1)),
            contract("C-1", 100, valid_to=date(2026, 12, 31)),
            contract("C-3", 40, valid_from=date(2027, 1, 1)),  # goes on where the first ends
            contract("C-4", 40, funding="nhs"),
            contract("C-5", 40, block=False),
            contract("C-6", 40, provider="bramble-north"),
        ],
    )
    assert recorded.counts.held == 1
    assert reasons(store, "block-contracts") == [
        "contract 1 of those read for this place, from 01.09.2026, overlaps contract 2, from 01.04.2026, "
        "of the same provider, unit and funding, which stands"
    ]
    assert known(store, "block_hours_bought", "ashdown-north") == 140


def test_a_ref_that_is_a_name_is_not_shown_when_its_contract_is_held(store: Store) -> None:
    contracts(store, [contract("Quillfeather", 60), contract("Agnes", 100)])
    (reason,) = reasons(store, "block-contracts")
    assert "from 01.04.2026, overlaps contract 2, from 01.04.2026" in reason
    assert not any(name in reason for name in ("Quillfeather", "Agnes"))


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"amount": -1}, "an amount of hours a week that is below 0 or no number"),
        ({"hourly_rate": -1}, "a price of an hour that is below 0 or no number"),
        ({"valid_to": date(2026, 3, 31)}, "ends before it begins"),
        ({"contract_end": date(2026, 3, 31)}, "ends before it begins"),
    ],
)
def test_a_contract_that_cannot_be_is_held(store: Store, more: dict, why: str) -> None:
    contracts(store, [contract("C-1", **more), contract("C-2", 30, funding="nhs")])
    assert reasons(store, "block-contracts") == [why]
    assert known(store, "block_hours_bought", "ashdown-north") == 30


def test_a_contract_that_begins_on_the_last_day_of_another_overlaps_it_and_one_of_the_next_day_does_not(
    store: Store,
) -> None:
    first = contract("C-1", 100, valid_to=date(2026, 11, 24))
    contracts(store, [first, contract("C-2", 60, valid_from=date(2026, 11, 24))])
    assert known(store, "block_hours_bought", "ashdown-north") == 100
    at = AT + DAY
    assert contracts(store, [first, contract("C-2", 60, valid_from=date(2026, 11, 25))], at).counts.held == 0
    assert known(store, "block_hours_bought", "ashdown-north") == 60


def test_contracts_that_ended_together_are_not_missed_but_a_cut_off_list_is_asked_about(store: Store) -> None:
    year_end = date(2027, 3, 31)
    ends = [contract(f"E-{n}", provider=f"p-{n}", valid_to=year_end) for n in range(10)]
    goes_on = [contract(f"G-{n}", provider=f"q-{n}") for n in range(10)]
    before, after = datetime(2027, 3, 31, 12, 0, tzinfo=UTC), datetime(2027, 4, 1, 12, 0, tzinfo=UTC)
    contracts(store, [*ends, *goes_on], before)
    assert contracts(store, goes_on, after).counts.held == 0
    assert contracts(store, goes_on[:5], after + DAY).counts.held == 5
    assert known(store, "care_contracts_now") == 10


def test_a_half_size_list_of_contracts_is_known_for_one_after_a_restart_too(store: Store) -> None:
    """What was listed last is read from the store: nothing is remembered between these polls."""
    rows = [contract(f"C-{n}", provider=f"p-{n}") for n in range(12)]
    contracts(store, rows)
    assert contracts(store, rows[:5], AT + DAY).counts.held == 5


def test_the_places_that_a_list_speaks_for_are_of_the_kinds_that_report(store: Store) -> None:
    poll(store, listed([referral(4, "R-1")]))
    told = {(one.measure[:4], COUNTY.places[one.place].kind) for one in store.latest()}
    assert {kind for measure, kind in told if measure == "spa_"} == {PlaceKind.BROKERAGE, PlaceKind.REABLEMENT}
    assert {kind for measure, kind in told if measure == "bloc"} == {PlaceKind.HOME_CARE}
    assert {kind for measure, kind in told if measure == "poc_"} == {PlaceKind.LOCALITY}
