"""Exports of rosters settled into a real store: what is believed, and what each service's visits come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flowcentre.feeds.answers import Answer, Parsed, parse_documents
from flowcentre.feeds.contract import Connector, Document, FeedSettings, PlaceCodes
from flowcentre.feeds.poll import record, settle, weigh_against
from flowcentre.feeds.remembered import Remembered
from flowcentre.feeds.weighing import weigh
from flowcentre.measures.derive import LONDON
from flowcentre.measures.visit_counts import VISITED
from flowcentre.model import (
    CareTerms,
    County,
    Fact,
    Feed,
    Held,
    Level,
    Outcome,
    Place,
    PlaceKind,
    Places,
    PollCounts,
    RosterExport,
    State,
    Visit,
    VisitStatus,
)
from flowcentre.picture import build
from flowcentre.store import PollAlreadyRecorded, Recorded, Store, open_store
from tests.feeds.cast import AT, a_feed

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLACES = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("north", "North Westshire", Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire"),
        Place("council", "Westshire Council", Level.ORGANISATION, PlaceKind.COUNCIL, parent="westshire"),
        Place("wupi-north", "Promoting Independence, North", Level.UNIT, PlaceKind.REABLEMENT, "", "council", "north"),
        Place("wupi-mid", "Promoting Independence, Mid", Level.UNIT, PlaceKind.REABLEMENT, "", "council", "north"),
    ]
)
FEED = a_feed("visits-wupi", places=("council",), every=HOUR, provides=VISITED)
COUNTY = County("Westshire", PLACES, (FEED,), care=CareTerms(drift_visits=5))


def visit(ref: str, start: datetime, planned: float = 30, actual: float | None = None, **more: object) -> Visit:
    told: dict[str, object] = {
        "place": "wupi-north",
        "package": "POC-1",
        "planned_end": start + planned * MINUTE,
        "status": VisitStatus.PLANNED if actual is None else VisitStatus.COMPLETED,
        "actual_start": None if actual is None else start,
        "actual_end": None if actual is None else start + actual * MINUTE,
    }
    return Visit(ref, planned_start=start, **told | more)  # type: ignore[arg-type]


def exported(visits: Iterable[Visit], at: datetime = AT) -> Answer:
    facts: tuple[Fact, ...] = (*visits, RosterExport(at))
    return Answer((Parsed("visits.csv", facts),))


def poll(
    store: Store, answer: Answer, at: datetime, remembered: Remembered | None = None, feed: Feed = FEED
) -> Recorded:
    poll_id = store.claim_poll(feed.id, at, engine="one", started_at=at)
    assert poll_id is not None
    return settle(store, feed, COUNTY, poll_id, answer, now=at, remembered=remembered)


def known(store: Store, place: str = "wupi-north") -> dict[str, float | None]:
    return {one.measure: one.value for one in store.latest() if one.place == place}


def reasons(store: Store) -> set[str]:
    return {row.reason for row in store.held_rows()}


def mornings(count: int, actual: float = 20) -> list[Visit]:
    return [visit(f"v{n}", AT - n * DAY - HOUR, 30, actual) for n in range(count)]


# --- What a poll says -------------------------------------------------------------------


def test_visits_are_kept_and_counted_as_at_the_export(store: Store) -> None:
    recorded = poll(store, exported(mornings(10), AT), AT + 5 * MINUTE)
    assert recorded.counts == PollCounts(received=20, accepted=20)  # ten visits, and ten measures of their service
    assert len(store.visits(FEED.id, "wupi-north", AT - 30 * DAY)) == 10
    assert {one.observed_at for one in store.latest()} == {AT}
    found = known(store)
    assert set(found) == set(VISITED)
    assert (found["visits_made_7d"], found["visits_compared_28d"], found["visits_outside_28d"]) == (7, 10, 10)
    assert (found["visits_planned_hours_7d"], found["visits_actual_hours_7d"]) == (3.5, pytest.approx(7 / 3))
    assert found["visits_drift_under_hours"] == pytest.approx(10 / 60 * 7)


def test_an_export_says_nothing_of_a_service_that_it_does_not_name(store: Store) -> None:
    poll(store, exported(mornings(3)), AT)
    assert known(store, "wupi-mid") == {}


def test_a_service_whose_file_no_longer_comes_keeps_its_figures_and_grows_old_while_others_go_on(store: Store) -> None:
    kept = Remembered.read(store, FEED, COUNTY)
    both = [*mornings(7), *(replace(one, place="wupi-mid") for one in mornings(7))]
    poll(store, exported(both), AT, kept)
    before = {(one.place, one.measure): one.value for one in store.latest()}
    for days in range(1, 8):
        at = AT + days * DAY
        recorded = poll(store, exported([visit(f"on{days}", at - HOUR, 30, 20)], at), at, kept)
        assert recorded.counts.accepted == 11  # a visit, and the measures of its service
    found = {(one.place, one.measure): (one.value, one.observed_at) for one in store.latest()}
    assert {found["wupi-mid", measure] for measure in VISITED} == {(before["wupi-mid", one], AT) for one in VISITED}
    assert found["wupi-north", "visits_made_7d"] == (7, AT + 7 * DAY)
    picture = build(store, COUNTY, AT + 7 * DAY)
    assert picture.value("wupi-north", "visits_made_7d").state is State.FRESH
    assert picture.value("wupi-mid", "visits_made_7d").state is State.STALE
    whole = picture.value("north", "visits_made_7d")
    assert (whole.value, whole.at_least, str(whole.coverage)) == (7, True, "1 of 2 services")


def test_a_service_that_speaks_again_after_days_of_silence_has_the_days_between_told_or_not(store: Store) -> None:
    kept = Remembered.read(store, FEED, COUNTY)
    poll(store, exported([*mornings(7), visit("other", AT, place="wupi-mid")]), AT, kept)
    for days in (1, 2, 3):
        at = AT + days * DAY
        poll(store, exported([visit("other", AT, place="wupi-mid")], at), at, kept)
    poll(store, exported([visit("back", AT + 3 * DAY, 30, 30)], AT + 4 * DAY), AT + 4 * DAY, kept)
    assert (known(store)["visits_made_7d"], known(store)["visits_compared_28d"]) == (4, 8)


def test_a_place_that_makes_no_visits_has_no_readings(store: Store) -> None:
    poll(store, exported(mornings(3)), AT)
    assert known(store, "council") == {}


def test_the_next_export_goes_on_from_the_last(store: Store) -> None:
    ahead = visit("soon", AT + HOUR)
    poll(store, exported([*mornings(6), ahead]), AT)
    assert known(store)["visits_planned_hours_7d"] == 3
    again = poll(store, exported([ahead], AT + 2 * HOUR), AT + 2 * HOUR)
    assert again.counts == PollCounts(received=11, accepted=10, duplicate=1)
    assert known(store)["visits_planned_hours_7d"] == 3.5
    done = replace(ahead, status=VisitStatus.LATE, actual_start=AT + HOUR, actual_end=AT + 2 * HOUR)
    poll(store, exported([done], AT + 3 * HOUR), AT + 3 * HOUR)
    assert (known(store)["visits_late_7d"], known(store)["visits_compared_28d"]) == (1, 7)


def test_visits_grow_too_old_though_nothing_is_told_of_them(store: Store) -> None:
    poll(store, exported(mornings(3)), AT)
    poll(store, exported([visit("x", AT + 27 * DAY, actual=30)], AT + 27 * DAY + HOUR), AT + 27 * DAY + HOUR)
    assert (known(store)["visits_compared_28d"], known(store)["visits_made_7d"]) == (2, 1)


def test_a_history_read_in_with_one_memory_counts_as_polls_that_read_the_store_each_time(store: Store) -> None:
    """On SQLite the one writer keeps what it knows; elsewhere it is read anew."""
    other = replace(FEED, id="visits-anew")
    kept = Remembered.read(store, FEED, COUNTY)
    steps = [
        mornings(4),
        [visit("v1", AT - DAY - HOUR, 30, 55), visit("new", AT - 2 * DAY, 45, 45, place="wupi-mid")],
        [visit("v0", AT - HOUR, status=VisitStatus.CANCELLED)],
        [visit("later", AT + 20 * DAY, 30, 31)],
        mornings(2, actual=30),
    ]
    for number, told in enumerate(steps):
        at = AT + number * 7 * DAY
        poll(store, exported(told, at), at, kept)
        poll(store, exported(told, at), at, feed=other)
        by_feed: dict[str, dict[tuple[str, str], float | None]] = {}
        for one in store.latest():
            by_feed.setdefault(one.feed, {})[one.place, one.measure] = one.value
        assert by_feed[FEED.id] == by_feed[other.id]


def test_what_another_engine_was_told_is_known_after_a_refresh(store: Store) -> None:
    here = Remembered.read(store, FEED, COUNTY)
    poll(store, exported(mornings(4)), AT, here)
    poll(store, exported([visit("there", AT, actual=30)], AT + HOUR), AT + HOUR)  # by somebody else
    here.refresh()
    poll(store, exported([visit("here", AT + HOUR, actual=30)], AT + 2 * HOUR), AT + 2 * HOUR, here)
    assert known(store)["visits_compared_28d"] == 6


def test_what_could_not_be_recorded_is_not_remembered(store: Store) -> None:
    kept = Remembered.read(store, FEED, COUNTY)
    poll(store, exported(mornings(2)), AT, kept)
    poll_id = store.claim_poll(FEED.id, AT + HOUR, engine="one", started_at=AT)
    assert poll_id is not None
    store.record_poll(poll_id, feed=FEED.id, finished_at=AT, outcome=Outcome.SKIPPED)
    lost = exported([visit("lost", AT, actual=30)], AT + HOUR)
    weighed = weigh_against(store, FEED, COUNTY, lost, kept, now=AT + HOUR)
    with pytest.raises(PollAlreadyRecorded):
        record(store, FEED, poll_id, lost, weighed, now=AT + HOUR, attempts=1, remembered=kept)
    poll(store, exported([visit("kept", AT, actual=30)], AT + 2 * HOUR), AT + 2 * HOUR, kept)
    assert known(store)["visits_compared_28d"] == 3


def test_a_reader_of_yesterdays_store_goes_on_where_it_stood(store_url: str) -> None:
    first = open_store(store_url)
    poll(first, exported([*mornings(6), visit("ahead", AT + HOUR)]), AT)
    first.close()
    second = open_store(store_url)
    poll(second, exported([visit("x", AT, actual=20)], AT + 2 * HOUR), AT + 2 * HOUR)
    assert known(second)["visits_compared_28d"] == 7
    assert known(second)["visits_planned_hours_7d"] == 4
    second.close()


def test_weighing_needs_no_store() -> None:
    """As where a saved document is tried."""
    places = {place.id: place for place in PLACES.within("council")}
    said = Remembered(FEED, places)
    for at, expected in ((AT, 10), (AT + DAY, 10)):
        weighed = weigh(exported(mornings(10), at), said, now=at, times_running=lambda _: 0)
        said = weighed.remembered
        assert said.values["wupi-north", "visits_compared_28d"].value == expected


# --- Exports in whatever order ----------------------------------------------------------


def test_an_older_export_that_comes_late_changes_no_known_visit_and_adds_unknown_ones(store: Store) -> None:
    kept = Remembered.read(store, FEED, COUNTY)
    done = visit("v1", AT - HOUR, 30, 20)
    poll(store, exported([done], AT), AT, kept)
    late = [visit("v1", AT - HOUR), visit("v2", AT - 2 * HOUR, 30, 30)]
    recorded = poll(store, exported(late, AT - HOUR), AT + 5 * MINUTE, kept)
    # v2, and the five measures of its service that it changes, as at the newest export
    assert recorded.counts == PollCounts(received=12, accepted=6, duplicate=6)
    found = known(store)
    assert (found["visits_compared_28d"], found["visits_actual_hours_7d"]) == (2, pytest.approx(50 / 60))
    assert {one.observed_at for one in store.latest()} == {AT}


@pytest.mark.parametrize("restarted", [False, True])
def test_an_export_of_a_service_that_the_newest_did_not_name_counts_with_and_without_a_restart(
    store: Store, restarted: bool
) -> None:
    kept = Remembered.read(store, FEED, COUNTY)
    poll(store, exported([visit(f"n{n}", AT - n * HOUR, 30, 30) for n in (1, 2, 3)], AT), AT, kept)
    poll(store, exported([visit("mid", AT, 30, 30, place="wupi-mid")], AT + HOUR), AT + HOUR, kept)
    if restarted:
        kept = Remembered.read(store, FEED, COUNTY)
    between = AT + HOUR / 2
    late = [visit(f"n{n}", AT - n * HOUR, 30, 30) for n in range(4, 10)]
    poll(store, exported(late, between), AT + HOUR + 20 * MINUTE, kept)
    assert known(store)["visits_made_7d"] == 9
    picture = build(store, COUNTY, AT + HOUR + 20 * MINUTE)
    assert picture.value("wupi-north", "visits_made_7d").observed_at == between
    assert picture.value("wupi-mid", "visits_made_7d").observed_at == AT + HOUR


def test_an_older_export_is_counted_as_at_the_newest_that_another_engine_heard(store: Store) -> None:
    here = Remembered.read(store, FEED, COUNTY)
    poll(store, exported(mornings(3), AT), AT, here)
    poll(store, exported([visit("there", AT + HOUR, 30, 30)], AT + 2 * HOUR), AT + 2 * HOUR)  # by somebody else
    here.refresh()
    poll(store, exported([visit("late", AT, 30, 30)], AT + HOUR), AT + 3 * HOUR, here)
    assert known(store)["visits_made_7d"] == 5
    assert {one.observed_at for one in store.latest()} == {AT + 2 * HOUR}


def test_two_exports_of_one_answer_count_the_newer_whatever_their_order(store: Store) -> None:
    old, new = [visit("v1", AT - HOUR)], [visit("v1", AT - HOUR, 30, 20)]
    documents = [
        Parsed("b.csv", (*new, RosterExport(AT))),
        Parsed("a.csv", (*old, RosterExport(AT - HOUR))),
    ]
    poll(store, Answer(tuple(documents)), AT)
    assert known(store)["visits_compared_28d"] == 1
    assert store.visits(FEED.id, "wupi-north", AT - DAY) == new


def test_a_correction_of_the_same_export_counts(store: Store) -> None:
    poll(store, exported([visit("v1", AT - HOUR, 30, 20)]), AT)
    poll(store, exported([visit("v1", AT - HOUR, 30, 50)]), AT + MINUTE)
    assert known(store)["visits_median_difference_28d"] == 20


# --- What is not believed ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (visit("v1", AT - 10 * MINUTE, 30, 30), "an actual time in the future"),
        (visit("v1", AT - HOUR, 30, actual_start=AT + HOUR), "an actual time in the future"),
        (visit("v1", AT - HOUR, 30, -5), "ended before it began"),
        (visit("v1", AT - HOUR, -30), "planned to end before it begins"),
        (visit("v1", AT - HOUR, 0), "planned to end before it begins"),
        (visit("v1", AT - 2 * DAY, 30, 25 * 60), "longer than a day"),
        (visit("v1", AT - 2 * DAY, 25 * 60), "longer than a day"),
        (visit("v1", AT + 100 * DAY), "planned for more than 92 days ahead"),
        (visit("v1", AT - HOUR, carers=0), "not 1 to 4 carers"),
        (visit("v1", AT - HOUR, carers=22), "not 1 to 4 carers"),
        (visit("v1", AT - HOUR, place="northgate"), "not a place of this feed"),
        (visit("v1", AT - HOUR, place="council"), "not a service that makes home visits"),
    ],
)
def test_a_visit_that_cannot_be_is_held_and_the_rest_believed(store: Store, wrong: Visit, reason: str) -> None:
    recorded = poll(store, exported([wrong, visit("good", AT - HOUR, 30, 30)]), AT)
    assert recorded.counts == PollCounts(received=12, accepted=11, held=1)
    assert reasons(store) == {reason}
    assert known(store)["visits_compared_28d"] == 1


def test_a_visit_that_stands_twice_in_a_file_is_duplicate_and_told_twice_differently_held(store: Store) -> None:
    same, one, other = visit("v1", AT - HOUR, 30, 30), visit("v2", AT - HOUR, 30, 30), visit("v2", AT - HOUR, 30, 45)
    recorded = poll(store, exported([same, same, one, other]), AT)
    assert recorded.counts == PollCounts(received=14, accepted=11, duplicate=1, held=2)
    assert reasons(store) == {"said twice, with different values"}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ((visit("v1", AT - HOUR),), "not part of a roster's export"),
        ((visit("v1", AT - HOUR), RosterExport(AT + HOUR)), "exported in the future"),
    ],
)
def test_visits_without_a_believable_export_are_held(store: Store, facts: tuple[Fact, ...], reason: str) -> None:
    recorded = poll(store, Answer((Parsed("visits.csv", facts),)), AT)
    assert recorded.counts == PollCounts(received=1, held=1)
    assert reasons(store) == {reason}
    assert known(store) == {}


def test_an_export_of_which_nothing_is_believed_says_nothing_of_any_service(store: Store) -> None:
    poll(store, exported(mornings(3)), AT)
    before = known(store)
    wrong = Held("visits.csv row 2", "not a service of this feed")
    recorded = poll(store, Answer((Parsed("visits.csv", (wrong, RosterExport(AT + HOUR))),)), AT + HOUR)
    assert recorded.counts == PollCounts(received=1, held=1)
    assert known(store) == before
    assert {one.observed_at for one in store.latest()} == {AT}


def test_an_export_of_a_night_without_visits_leaves_what_is_known_to_grow_old(store: Store) -> None:
    poll(store, exported(mornings(3)), AT)
    before = store.latest()
    recorded = poll(store, Answer((Parsed("visits.csv", ()),)), AT + HOUR)
    assert recorded.counts == PollCounts()
    assert store.polls(FEED.id, limit=1)[0].outcome is Outcome.UNCHANGED
    assert store.latest() == before


def test_a_row_held_at_a_service_makes_its_counts_at_least(store: Store) -> None:
    poll(store, exported([visit("v1", AT - HOUR, 30, -5), *mornings(3)]), AT)
    picture = build(store, COUNTY, AT)
    assert picture.value("wupi-north", "visits_made_7d").at_least
    assert not picture.value("wupi-mid", "visits_made_7d").at_least


# --- Days and clocks --------------------------------------------------------------------


def london(*when: int, fold: int = 0) -> datetime:
    return datetime(*when, tzinfo=LONDON, fold=fold).astimezone(UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        (london(2026, 11, 21, 23, 40), london(2026, 11, 22, 0, 25), 45),  # across midnight
        (london(2026, 10, 25, 0, 45), london(2026, 10, 25, 1, 15, fold=1), 90),  # the clocks went back in it
        (london(2026, 3, 29, 0, 45), london(2026, 3, 29, 2, 15), 30),  # and forward
    ],
)
def test_a_visit_in_the_night_keeps_its_true_length_from_file_to_measure(
    store: Store, start: datetime, end: datetime, minutes: float
) -> None:
    at = end + 8 * HOUR
    night = visit("v1", start, planned_end=end, status=VisitStatus.COMPLETED, actual_start=start, actual_end=end)
    poll(store, exported([night], at), at)
    assert known(store)["visits_actual_hours_7d"] == known(store)["visits_planned_hours_7d"] == minutes / 60
    assert store.visits(FEED.id, "wupi-north", start - MINUTE) == [night]


# --- The contract -----------------------------------------------------------------------


class _Yields(Connector):
    """A connector that yields what it is given."""

    provides = VISITED
    Settings = FeedSettings
    facts: tuple[Fact, ...] = ()

    def fetch(self, since):  # type: ignore[no-untyped-def]
        raise NotImplementedError

    def parse(self, document):  # type: ignore[no-untyped-def]
        yield from self.facts


@pytest.mark.parametrize(
    ("fact", "taken"),
    [
        (visit("v1", AT), True),
        (RosterExport(AT), True),
        (visit("v1", AT.astimezone(LONDON)), True),  # in winter London stands at UTC
        (visit("v1", datetime(2026, 7, 1, 9, tzinfo=LONDON)), False),
        (RosterExport(datetime(2026, 7, 1, 9, tzinfo=LONDON)), False),
    ],
)
def test_a_connector_may_yield_visits_and_exports_in_utc(fact: Fact, taken: bool) -> None:
    connector = _Yields(FeedSettings(), PlaceCodes(PLACES, ["council"]))
    connector.facts = (fact,)
    answer = parse_documents(connector, [Document("visits.csv", b"")], None)
    assert bool(answer.documents) == taken
    assert bool(answer.refused) != taken
