"""Polls settled into a real store."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowcentre.feeds.answers import Answer, Refused
from flowcentre.feeds.poll import settle
from flowcentre.feeds.remembered import Remembered
from flowcentre.model import EmergencyAttendance, Fact, Held, Outcome, Poll, Reading, WholeList
from flowcentre.store import Recorded, Store, open_store
from tests.feeds.cast import AT, WARDS, a_county, a_feed, answer, attendances, beds

FEED = a_feed()
COUNTY = a_county(FEED)
HOUR = timedelta(hours=1)


def poll(store: Store, answered: Answer, at: datetime, *, remembered: Remembered | None = None) -> Recorded:
    poll_id = store.claim_poll(FEED.id, at, engine="one", started_at=at)
    assert poll_id is not None
    return settle(store, FEED, COUNTY, poll_id, answered, now=at, remembered=remembered)


def last(store: Store) -> Poll:
    return store.polls(FEED.id, limit=1)[0]


def now_known(store: Store) -> dict[tuple[str, str], float | None]:
    return {(known.place, known.measure): known.value for known in store.latest()}


def test_what_came_is_known_and_counted(store: Store) -> None:
    recorded = poll(store, answer(beds(AT), bookmark="beds-0800"), AT)
    assert (recorded.counts.received, recorded.counts.accepted) == (72, 72)
    assert now_known(store)["northgate-a7", "ga_beds_occupied"] == 20
    assert store.bookmark(FEED.id) == "beds-0800"
    assert last(store).outcome is Outcome.OK


def test_the_same_answer_again_is_duplicate(store: Store) -> None:
    poll(store, answer(beds(AT)), AT)
    recorded = poll(store, answer(beds(AT)), AT + HOUR)
    assert (recorded.counts.accepted, recorded.counts.duplicate) == (0, 72)


def test_people_go_to_the_store_with_what_is_counted_from_them(store: Store) -> None:
    recorded = poll(store, answer(attendances(AT, range(30))), AT)
    assert len(store.people("attendances", "northgate", AT)) == 30
    assert now_known(store)["northgate", "ae_patients_now"] == 30
    counted = sum(1 for known in store.latest())
    assert recorded.counts.accepted == 30 + counted


def test_half_the_wards_are_asked_about_twice_and_then_believed(store: Store) -> None:
    poll(store, answer(beds(AT)), AT)
    outcomes = []
    for hour in range(1, 6):
        at = AT + hour * HOUR
        poll(store, answer(beds(at, occupied=10, wards=WARDS[:12])), at)
        outcomes.append(last(store).outcome)
    assert outcomes == [Outcome.HELD, Outcome.HELD, Outcome.OK, Outcome.OK, Outcome.OK]
    believed = store.polls(FEED.id, limit=3)[2]
    assert believed.message == "half-size list of wards: 12 of 24; believed, for it came 3 times running"
    assert last(store).message == ""  # the other half fell silent more than two hours ago
    assert now_known(store)["northgate-a1", "ga_beds_occupied"] == 10
    assert now_known(store)["northgate-a24", "ga_beds_occupied"] == 20  # silent, and ageing


def test_a_whole_answer_between_two_halves_begins_the_count_again(store: Store) -> None:
    outcomes = []
    for hour, wards in enumerate((24, 12, 12, 24, 12, 12)):
        at = AT + hour * HOUR
        poll(store, answer(beds(at, wards=WARDS[:wards])), at)
        outcomes.append(last(store).outcome)
    ok, held = Outcome.OK, Outcome.HELD
    assert outcomes == [ok, held, held, ok, held, held]


def test_a_source_that_could_not_be_reached_does_not_break_the_count(store: Store) -> None:
    poll(store, answer(beds(AT)), AT)
    for hour in (1, 2):
        at = AT + hour * HOUR
        poll(store, answer(beds(at, wards=WARDS[:12])), at)
        lost = store.claim_poll(FEED.id, at + HOUR / 2, engine="one", started_at=at)
        assert lost is not None
        store.record_poll(lost, feed=FEED.id, finished_at=at, outcome=Outcome.UNAVAILABLE, message="timed out")
    poll(store, answer(beds(AT + 3 * HOUR, wards=WARDS[:12])), AT + 3 * HOUR)
    assert last(store).outcome is Outcome.OK


def test_half_the_wards_of_an_hourly_file_that_is_looked_for_every_five_minutes_are_believed_too(store: Store) -> None:
    poll(store, answer(beds(AT)), AT)
    outcomes = []
    for look in range(1, 5 * 12 + 1):
        at = AT + look * timedelta(minutes=5)
        news = look % 12 == 0
        poll(store, answer(beds(at, wards=WARDS[:12])) if news else Answer(), at)
        if news:
            outcomes.append(last(store).outcome)
    assert outcomes[:3] == [Outcome.HELD, Outcome.HELD, Outcome.OK]


def test_a_counter_that_was_once_too_high_is_known_again_after_two_files(store: Store) -> None:
    def counted(value: float, ward: str, at: datetime) -> Fact:
        return Reading("admissions_today", ward, value, at)

    known, of_the_other = [], []
    for hour, value in enumerate((3, 500, 4, 5, 6, 7)):
        at = AT + hour * HOUR
        other = 1 if hour == 3 else 2  # falls once
        poll(store, answer([counted(value, WARDS[0], at), counted(other, WARDS[1], at)]), at)
        known.append(now_known(store)[WARDS[0], "admissions_today"])
        of_the_other.append(now_known(store)[WARDS[1], "admissions_today"])
    assert known == [3, 500, 500, 500, 6, 7]
    assert of_the_other == [2] * 6


def test_no_vacancy_anywhere_is_known_after_two_files(store: Store) -> None:
    known = []
    for hour, value in enumerate((2, 0, 0, 0, 0)):
        at = AT + hour * HOUR
        poll(store, answer([Reading("care_home_accepting", ward, value, at) for ward in WARDS]), at)
        known.append(now_known(store)[WARDS[0], "care_home_accepting"])
    assert known == [2, 2, 2, 0, 0]


def test_an_answer_of_nothing_is_unknown_until_the_source_speaks_again(store: Store) -> None:
    poll(store, answer(beds(AT - HOUR)), AT - HOUR)
    poll(store, answer([]), AT + timedelta(minutes=10))
    assert set(now_known(store).values()) == {None}
    assert last(store).outcome is Outcome.HELD
    poll(store, answer(beds(AT)), AT + timedelta(minutes=20))
    assert now_known(store)["northgate-a1", "ga_beds_occupied"] == 20


def test_refused_rows_are_counted_beside_what_was_believed(store: Store) -> None:
    refused = Refused("beds-2.csv", "beds-2.csv: no column 'occupied'", rows=24)
    recorded = poll(store, answer(beds(AT), refused=(refused,)), AT)
    assert (recorded.counts.accepted, recorded.counts.refused) == (72, 24)
    assert last(store).outcome is Outcome.OK
    assert last(store).message == refused.reason


@pytest.mark.parametrize(("crashed", "outcome"), [(False, Outcome.REFUSED), (True, Outcome.CRASHED)])
def test_an_answer_of_refused_documents_alone_is_refused(store: Store, crashed: bool, outcome: Outcome) -> None:
    poll(store, answer(refused=(Refused("a.csv", "a.csv: cut off?", 3, crashed),), bookmark="a"), AT)
    assert last(store).outcome is outcome
    assert store.bookmark(FEED.id) == "a"  # or the same file would be refused for ever


def test_what_could_not_be_recorded_is_not_remembered(store: Store) -> None:
    remembered = Remembered.read(store, FEED, COUNTY)
    with pytest.raises(Exception, match="not running"):
        settle(store, FEED, COUNTY, 999, answer(beds(AT)), now=AT, remembered=remembered)
    assert not remembered.values


def test_a_kept_memory_and_a_fresh_one_judge_alike(store: Store) -> None:
    kept = Remembered.read(store, FEED, COUNTY)
    for hour, occupied in enumerate((20, 19, 0, 40, 18)):
        at = AT + hour * HOUR
        facts = [*beds(at, occupied), *attendances(at, range(5 * hour, 30))]
        poll(store, answer(facts), at, remembered=kept)
        fresh = Remembered.read(store, FEED, COUNTY)
        assert fresh.values == kept.values
        listed = fresh.last_list("attendances", "northgate", "ae_patients_now")
        assert listed is not None
        assert set(listed.persons) == set(kept.lists["attendances", "northgate"].persons)


# --- Conservation -----------------------------------------------------------------------

moments = st.integers(-3, 1).map(lambda hour: AT + hour * HOUR)
wards = st.sampled_from([*WARDS[:9], "southmere", "nowhere"])
readings = st.builds(
    Reading,
    st.sampled_from(["ga_beds_core_open", "ga_beds_occupied", "admissions_today", "no_such_measure"]),
    wards,
    st.one_of(st.none(), st.sampled_from([0.0, 1.0, 20.0, 400.0, float("nan")])),
    moments,
)
people = st.builds(
    EmergencyAttendance,
    st.integers(0, 12).map(str),
    st.sampled_from(["northgate", "southmere"]),
    moments,
    departed_at=st.one_of(st.none(), moments),
)
lists = st.builds(
    WholeList,
    st.sampled_from(["attendances", "ambulances"]),
    st.sampled_from(["northgate", "southmere"]),
    moments,
    st.one_of(st.none(), st.integers(0, 12)),
)
rows_held = st.builds(Held, st.just("row 3"), st.just("not a count"))
documents = st.lists(st.one_of(readings, readings, people, lists, rows_held), max_size=40)


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('conserved') / 'flow.db'}")
    yield opened
    opened.close()


_due = itertools.count()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(documents, max_size=3), st.lists(st.integers(1, 50), max_size=2))
def test_every_row_that_came_is_accepted_duplicate_held_or_refused(
    one_store: Store, came: Sequence[Sequence[Fact]], refused: Sequence[int]
) -> None:
    at = AT + next(_due) * timedelta(seconds=1)
    recorded = poll(
        one_store, answer(*came, refused=tuple(Refused("x.csv", "x.csv: cut off?", rows) for rows in refused)), at
    )
    counts = recorded.counts
    assert counts.received == counts.accepted + counts.duplicate + counts.held + counts.refused
    assert counts.refused == sum(refused)
    rows = sum(not isinstance(fact, WholeList) for document in came for fact in document)
    # What is counted from a list is counted as readings; a list of nobody, a document without a row, or an answer of
    # nothing, is told by one row.
    derived = counts.received - counts.refused - rows
    whole_lists = sum(isinstance(fact, WholeList) for document in came for fact in document)
    nothing = came != [] and not any(came)
    without_rows = sum(not document for document in came) * (not nothing)
    assert without_rows <= derived <= whole_lists * 12 + without_rows + (72 + 12) * nothing
    if not whole_lists and not nothing:
        assert derived == without_rows


def test_settling_costs_little_beside_the_store(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    try:
        remembered = Remembered.read(store, FEED, COUNTY)
        spent = []
        real = store.record_poll
        inside = 0.0

        def timed(*arguments: object, **more: object) -> Recorded:
            nonlocal inside
            began = time.perf_counter()
            try:
                return real(*arguments, **more)  # type: ignore[arg-type]
            finally:
                inside = time.perf_counter() - began

        store.record_poll = timed  # type: ignore[method-assign,assignment]
        for hour in range(40):
            at = AT + hour * HOUR
            poll_id = store.claim_poll(FEED.id, at, engine="one", started_at=at)
            assert poll_id is not None
            facts = [*beds(at, 18 + hour % 3), *attendances(at, range(200))]
            began = time.perf_counter()
            settle(store, FEED, COUNTY, poll_id, answer(facts), now=at, remembered=remembered)
            spent.append(time.perf_counter() - began - inside)
        assert min(spent) < 0.003, sorted(spent)[:5]
    finally:
        store.close()
