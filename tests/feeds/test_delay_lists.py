"""Discharge lists settled into a real store: who is counted, where, and who is asked about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from flowcentre.feeds.answers import Answer, Parsed, parse_documents
from flowcentre.feeds.contract import Document, FeedSettings
from flowcentre.feeds.poll import settle
from flowcentre.model import DelayedDischarge, Fact, Feed, Held, Outcome, Reading, RefusedColumn, WholeList
from flowcentre.store import Recorded, Store
from tests.feeds.cast import AT, a_county, a_feed

NORTHGATE = a_feed("northgate-discharges")
SOUTHMERE = a_feed("southmere-discharges", places=("southmere",))
COUNTY = a_county(NORTHGATE, SOUTHMERE)
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)


def waiting(ref: str, days: float = 3, place: str = "northgate", **more: object) -> DelayedDischarge:
    settings: dict[str, object] = {
        "admitted_at": AT - timedelta(days=days + 6),
        "ready_at": AT - timedelta(days=days),
        "ward": "northgate-a1" if place == "northgate" else None,
        "pathway": 1,
        "reason": "no_home_social_care",
    }
    return DelayedDischarge(ref, place, **settings | more)  # type: ignore[arg-type]


def listed(persons: Iterable[DelayedDischarge], at: datetime = AT, place: str = "northgate", **more: bool) -> Answer:
    facts: tuple[Fact, ...] = (*persons, WholeList("delays", place, at, **more))  # type: ignore[arg-type]
    return Answer((Parsed("list.csv", facts),))


def poll(store: Store, answered: Answer, at: datetime, feed: Feed = NORTHGATE) -> Recorded:
    poll_id = store.claim_poll(feed.id, at, engine="one", started_at=at)
    assert poll_id is not None
    return settle(store, feed, COUNTY, poll_id, answered, now=at)


def known(store: Store, measure: str = "delayed_now", place: str = "northgate") -> float | None:
    return next(one.value for one in store.latest() if (one.place, one.measure) == (place, measure))


def refs(store: Store, at: datetime, place: str = "northgate", known_at: datetime | None = None) -> set[str]:
    return {person.ref for person in store.people("delays", place, at, known_at)}


def test_a_list_is_kept_whole_and_counted(store: Store) -> None:
    person = waiting("NG-1", owner="westshire-hospitals", expected_on=date(2026, 11, 24), reviewed_at=AT - QUARTER)
    poll(store, listed([person, waiting("NG-2", days=30, pathway=None, reason=None)]), AT)
    assert store.people("delays", "northgate", AT)[0] == person
    assert known(store) == 2
    assert known(store, "delayed_bed_days_now") == 33
    assert known(store, "delayed_days_21_or_more_now") == 1
    assert known(store, "delayed_pathway_unknown_now") == known(store, "delayed_reason_unknown_now") == 1


def test_each_ward_has_its_own_count_and_an_empty_ward_has_none_waiting(store: Store) -> None:
    poll(store, listed([waiting("NG-1"), waiting("NG-2", discharged_at=AT - QUARTER)]), AT)
    assert known(store, "nctr_now", "northgate-a1") == 1
    assert known(store, "nctr_now", "northgate-a2") == 0


def test_who_left_today_is_discharged_and_waits_no_longer(store: Store) -> None:
    poll(store, listed([waiting("NG-1"), waiting("NG-2", discharged_at=AT - QUARTER)]), AT)
    assert (known(store), known(store, "delayed_discharged_today")) == (1, 1)


def test_a_list_that_cannot_say_who_left_says_nothing_of_discharges(store: Store) -> None:
    poll(store, listed([waiting("NG-1")], departures=False), AT)
    assert known(store) == 1
    assert known(store, "delayed_discharged_today") is None


def test_arrivals_departures_and_changes_are_known_as_they_were_known_then(store: Store) -> None:
    poll(store, listed([waiting("NG-1"), waiting("NG-2")]), AT)
    later = AT + QUARTER
    poll(store, listed([waiting("NG-1", reason="medicines"), waiting("NG-3")], later), later)
    assert refs(store, AT, known_at=AT) == {"NG-1", "NG-2"}
    assert refs(store, later) == {"NG-1", "NG-3"}
    life = store.intervals("delays", "NG-1")
    assert [one.person.reason for one in life] == ["no_home_social_care", "medicines"]  # type: ignore[union-attr]
    assert (life[0].left_at, life[1].left_at) == (later, None)
    assert [one.left_at for one in store.intervals("delays", "NG-1", known_at=AT)] == [None]


def test_a_person_who_vanishes_and_returns_has_two_stays_on_the_list(store: Store) -> None:
    for step, persons in enumerate(([waiting("NG-1"), waiting("NG-2")], [waiting("NG-2")], [waiting("NG-1")])):
        at = AT + step * QUARTER
        poll(store, listed(persons, at), at)
    stays = [(one.observed_at - AT, one.left_at and one.left_at - AT) for one in store.intervals("delays", "NG-1")]
    assert stays == [(timedelta(0), QUARTER), (2 * QUARTER, None)]


def test_a_list_of_yesterday_delivered_today_changes_nothing(store: Store) -> None:
    poll(store, listed([waiting("NG-1")]), AT)
    recorded = poll(store, listed([waiting("NG-1"), waiting("NG-2")], AT - DAY), AT + QUARTER)
    assert refs(store, AT + QUARTER) == {"NG-1"}
    assert known(store) == 1
    assert recorded.counts.duplicate == 2  # its persons
    assert refs(store, AT - DAY) == set()


def test_a_list_that_has_shrunk_is_asked_about_and_believed_when_it_comes_again(store: Store) -> None:
    whole = [waiting(f"NG-{number}") for number in range(20)]
    poll(store, listed(whole), AT)
    for times, expected in ((1, 20), (2, 20), (3, 11)):
        at = AT + times * DAY  # a daily list is compared as well
        poll(store, listed(whole[:11], at), at)
        assert len(refs(store, at)) == expected, times


def test_how_far_a_list_may_shrink_is_set_for_its_feed(store: Store) -> None:
    patient = a_feed("northgate-discharges", doubt_below=0.5)
    whole = [waiting(f"NG-{number}") for number in range(20)]
    poll(store, listed(whole), AT, patient)
    poll(store, listed(whole[:11], AT + QUARTER), AT + QUARTER, patient)
    assert len(refs(store, AT + QUARTER)) == 11


def test_nobody_on_a_list_without_its_own_count_is_not_believed(store: Store) -> None:
    poll(store, listed([waiting("NG-1")]), AT)
    poll(store, listed([], AT + QUARTER), AT + QUARTER)
    assert known(store) is None
    assert known(store, "nctr_now", "northgate-a1") is None


# --- The same person on two hospitals' lists ---------------------------------------------------


def test_one_on_two_hospitals_lists_is_counted_at_the_first_until_it_lets_go(store: Store) -> None:
    poll(store, listed([waiting("P-1"), waiting("NG-2")]), AT)
    there = [waiting("P-1", place="southmere"), waiting("SM-1", place="southmere")]
    at = AT + QUARTER
    recorded = poll(store, listed(there, at, "southmere"), at, SOUTHMERE)
    assert (known(store), known(store, place="southmere")) == (2, 1)
    assert recorded.counts.held == 1
    assert "another hospital's list" in store.held_rows(SOUTHMERE.id)[0].reason
    at += QUARTER
    poll(store, listed([waiting("NG-2")], at), at)
    at += QUARTER
    poll(store, listed(there, at, "southmere"), at, SOUTHMERE)
    assert (known(store), known(store, place="southmere")) == (1, 2)


def test_one_discharged_from_the_first_hospital_waits_at_the_second_at_once(store: Store) -> None:
    poll(store, listed([waiting("P-1", discharged_at=AT - QUARTER), waiting("NG-2")]), AT)
    at = AT + QUARTER
    poll(store, listed([waiting("P-1", place="southmere")], at, "southmere"), at, SOUTHMERE)
    assert (known(store), known(store, place="southmere")) == (1, 1)


def test_reviews_do_not_make_a_hospital_the_younger_claimant(store: Store) -> None:
    """Every review ends a row and begins another; who has listed somebody longer stays the elder all the same."""
    both = {"northgate": NORTHGATE, "southmere": SOUTHMERE}
    counted = []
    for step in range(12):
        at = AT + step * QUARTER
        place = ("northgate", "southmere")[step % 2]
        persons = [waiting("P-1", place=place, reviewed_at=at - QUARTER), waiting(f"{place[:2]}-2", place=place)]
        poll(store, listed(persons, at, place), at, both[place])
        counted.append(sum(known(store, place=each) or 0 for each in both if step or each == place))
    assert counted == [2] + [3] * 11
    assert "P-1" in refs(store, AT + 11 * QUARTER)


def test_of_two_who_came_to_have_one_person_the_younger_lets_go(store: Store) -> None:
    """A silent hospital comes back and both have the person: from then on one count only."""
    poll(store, listed([waiting("P-1"), waiting("NG-2")]), AT)
    late = AT + timedelta(hours=3)
    poll(store, listed([waiting("P-1", place="southmere")], late, "southmere"), late, SOUTHMERE)
    back = late + QUARTER
    poll(store, listed([waiting("P-1", reviewed_at=late), waiting("NG-2")], back), back)
    settled = back + QUARTER
    poll(store, listed([waiting("P-1", place="southmere"), waiting("SM-3", place="southmere")], settled, "southmere"),
         settled, SOUTHMERE)  # fmt: skip
    assert (known(store), known(store, place="southmere")) == (2, 1)


def test_a_person_twice_in_one_answer_is_counted_once(store: Store) -> None:
    feed = a_feed("both", places=("northgate", "southmere"))
    documents = [
        Parsed(place, (waiting("P-1", place=place), WholeList("delays", place, AT)))
        for place in ("northgate", "southmere")
    ]
    poll(store, Answer(tuple(documents)), AT, feed)
    assert (known(store), known(store, place="southmere")) == (1, 0)


def test_another_list_of_the_same_moment_is_held_and_changes_neither_people_nor_counts(store: Store) -> None:
    poll(store, listed([waiting("NG-1"), waiting("NG-2")]), AT)
    recorded = poll(store, listed([waiting("NG-1"), waiting("NG-2"), waiting("NG-3")]), AT + QUARTER)
    assert recorded.counts.held == 3
    assert (known(store), refs(store, AT)) == (2, {"NG-1", "NG-2"})
    again = poll(store, listed([waiting("NG-2"), waiting("NG-1")]), AT + 2 * QUARTER)
    assert (again.counts.held, again.counts.accepted) == (0, 0)


def test_a_list_that_has_fallen_silent_keeps_nobody_from_another(store: Store) -> None:
    poll(store, listed([waiting("P-1"), waiting("NG-2")]), AT)
    poll(store, listed([waiting("SM-1", place="southmere")], AT, "southmere"), AT, SOUTHMERE)
    at = AT + timedelta(hours=3)  # stale after two
    both = [waiting("P-1", place="southmere"), waiting("SM-1", place="southmere")]
    poll(store, listed(both[1:], at - QUARTER, "southmere"), at - QUARTER, SOUTHMERE)
    poll(store, listed(both, at, "southmere"), at, SOUTHMERE)
    assert known(store, place="southmere") == 2


# --- What is never kept, and what another feed counts --------------------------------------------


def test_a_column_that_is_never_kept_is_counted_and_told(store: Store) -> None:
    class Lists:
        settings = FeedSettings()

        def parse(self, _document: Document) -> Iterable[object]:
            yield RefusedColumn("column 7 (a name)", 12)
            yield waiting("NG-1")
            yield WholeList("delays", "northgate", AT)

    answered = parse_documents(Lists(), [Document("list.csv", b"")], None)  # type: ignore[arg-type]
    recorded = poll(store, answered, AT)
    assert recorded.counts.refused == 1
    last = store.polls(NORTHGATE.id)[0]
    assert (last.outcome, last.message) == (
        Outcome.OK,
        "list.csv: column 7 (a name) is never kept here, 12 cells refused",
    )
    assert refs(store, AT) == {"NG-1"}


def test_a_measure_left_to_another_feed_is_passed_over(store: Store) -> None:
    beds = a_feed("beds", leaves_out=("nctr_now",))
    said = (Reading("nctr_now", "northgate-a1", 4, AT), Reading("ga_beds_occupied", "northgate-a1", 20, AT))
    recorded = poll(store, Answer((Parsed("beds.csv", said),)), AT, beds)
    assert {one.measure for one in store.latest()} == {"ga_beds_occupied"}
    assert (recorded.counts.accepted, recorded.counts.held) == (1, 0)


@pytest.mark.parametrize(
    "moment", [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]
)
def test_days_are_london_dates_on_the_night_the_clocks_go_back(store: Store, moment: datetime) -> None:
    ready = datetime(2026, 10, 23, 23, 30, tzinfo=UTC)  # 00:30 on the 24th
    poll(store, listed([waiting("NG-1", ready_at=ready, admitted_at=ready - 9 * DAY)], moment), moment)
    assert known(store, "delayed_bed_days_now") == 1


def test_days_are_london_dates_on_the_night_the_clocks_go_forward(store: Store) -> None:
    moment, ready = datetime(2027, 3, 28, 23, 30, tzinfo=UTC), datetime(2027, 3, 27, 23, 30, tzinfo=UTC)
    poll(store, listed([waiting("NG-1", ready_at=ready, admitted_at=ready - 9 * DAY)], moment), moment)
    assert known(store, "delayed_bed_days_now") == 2  # 23:30 on the 27th to 00:30 on the 29th


def test_a_row_held_by_the_connector_makes_no_smaller_list(store: Store) -> None:
    whole = [waiting(f"NG-{number}") for number in range(20)]
    poll(store, listed(whole), AT)
    facts = (*whole[:9], *[Held("list.csv row 3", "ward_code is not a place within northgate", "northgate")] * 11)
    at = AT + QUARTER
    poll(store, Answer((Parsed("list.csv", (*facts, WholeList("delays", "northgate", at))),)), at)
    assert len(refs(store, at)) == 20
