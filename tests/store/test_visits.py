"""Visits: what exports tell of them, what is known of them, and what was known of them when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowcentre.model import Outcome, PollCounts, RosterExport, Visit, VisitStatus
from flowcentre.store import PollAlreadyRecorded, Recorded, Store, open_store
from tests.store.saying import tell

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def visit(ref: str, start: datetime, minutes: float = 30, **more: object) -> Visit:
    settings: dict[str, object] = {
        "place": "wupi-north",
        "package": "POC-1",
        "status": VisitStatus.PLANNED,
        "planned_end": start + timedelta(minutes=minutes),
    } | more
    return Visit(ref, planned_start=start, **settings)  # type: ignore[arg-type]


def made(planned: Visit, minutes: float = 30, **more: object) -> Visit:
    start = planned.planned_start
    times: dict[str, object] = {"actual_start": start, "actual_end": start + timedelta(minutes=minutes)}
    return replace(planned, **{"status": VisitStatus.COMPLETED} | times | more)  # type: ignore[arg-type]


def export(store: Store, at: datetime, visits: Iterable[Visit], *, learnt_at: datetime | None = None) -> Recorded:
    return tell(store, "visits", learnt_at or at, exports=[RosterExport(at, tuple(visits))])


def known(store: Store, place: str = "wupi-north", **when: datetime) -> list[Visit]:
    return store.visits("visits", place, LONG_AGO, **when)


def test_a_visit_comes_back_just_as_it_was_told(store: Store, at: datetime) -> None:
    told = made(visit("v1", at, carers=2), 41.25, status=VisitStatus.LATE)
    export(store, at + HOUR, [told])
    assert known(store) == [told]


def test_what_is_said_again_unchanged_is_duplicate_and_no_row(store: Store, at: datetime) -> None:
    planned = [visit(f"v{number}", at + number * HOUR) for number in range(3)]
    first = export(store, at, planned)
    assert first.counts == PollCounts(received=3, accepted=3)
    last = store.last_visit()
    again = export(store, at + HOUR, planned)
    assert again.counts == PollCounts(received=3, duplicate=3)
    assert (store.last_visit(), known(store)) == (last, planned)


def test_a_changed_visit_replaces_what_was_said_and_nothing_is_overwritten(store: Store, at: datetime) -> None:
    planned = visit("v1", at)
    export(store, at, [planned, visit("v2", at + HOUR)])
    changed = export(store, at + HOUR, [made(planned)])
    assert changed.counts == PollCounts(received=1, accepted=1)
    assert known(store) == [made(planned), visit("v2", at + HOUR)]
    assert known(store, known_at=at) == known(store, at=at) == [planned, visit("v2", at + HOUR)]


def test_a_correction_of_the_same_moment_counts_from_when_it_was_learnt(store: Store, at: datetime) -> None:
    wrong, right = visit("v1", at), visit("v1", at, 45)
    export(store, at, [wrong])
    export(store, at, [right], learnt_at=at + HOUR)
    assert known(store) == known(store, at=at) == [right]
    assert known(store, at=at, known_at=at + MINUTE) == [wrong]


def test_an_older_export_tells_only_of_visits_that_were_not_known(store: Store, at: datetime) -> None:
    done = made(visit("v1", at))
    export(store, at + HOUR, [done])
    late = export(store, at, [visit("v1", at), visit("v2", at)])
    assert late.counts == PollCounts(received=2, accepted=1, duplicate=1)
    assert known(store) == [done, visit("v2", at)]
    assert store.visits_exported("visits") == {"wupi-north": at + HOUR}


def test_services_of_one_feed_are_exported_apart(store: Store, at: datetime) -> None:
    """One service's file may be older than another's: that makes it no old news."""
    south = visit("v1", at, place="wupi-south")
    export(store, at, [visit("v1", at), south])
    export(store, at + HOUR, [made(visit("v1", at))])
    export(store, at + HOUR - MINUTE, [made(south)])
    assert known(store, "wupi-south") == [made(south)]
    assert store.visits_exported("visits") == {"wupi-north": at + HOUR, "wupi-south": at + HOUR - MINUTE}


def test_a_visit_said_twice_in_one_export_counts_once_as_it_was_said_last(store: Store, at: datetime) -> None:
    recorded = export(store, at, [visit("v1", at), visit("v1", at, 45)])
    assert recorded.counts == PollCounts(received=2, accepted=1, duplicate=1)
    assert known(store) == [visit("v1", at, 45)]


def test_the_same_ref_of_two_services_or_two_feeds_is_two_visits(store: Store, at: datetime) -> None:
    export(store, at, [visit("v1", at), visit("v1", at, place="wupi-south")])
    tell(store, "others", at, exports=[RosterExport(at, (visit("v1", at, 60),))])
    assert known(store) == [visit("v1", at)]
    assert store.visits("others", "wupi-north", LONG_AGO) == [visit("v1", at, 60)]


def test_more_visits_than_one_question_takes_are_compared_all_the_same(store: Store, at: datetime) -> None:
    many = [visit(f"v{number}", at + number * MINUTE) for number in range(1234)]
    assert export(store, at, many).counts.accepted == 1234
    again = [made(one) if number % 7 == 0 else one for number, one in enumerate(many)]
    assert export(store, at + HOUR, again).counts == PollCounts(received=1234, accepted=177, duplicate=1057)
    assert known(store) == again


def test_visits_of_a_place_are_read_between_two_moments_in_order(store: Store, at: datetime) -> None:
    three = [visit(f"v{number}", at + number * HOUR) for number in (3, 1, 2)]
    export(store, at, three)
    assert [one.ref for one in store.visits("visits", "wupi-north", at + HOUR, at + 3 * HOUR)] == ["v2", "v3"]
    assert store.visits("visits", "nowhere", LONG_AGO) == []


def test_visits_are_read_as_they_were_known(store: Store, at: datetime) -> None:
    first, second = visit("v1", at + HOUR), visit("v2", at)
    export(store, at, [first, second])
    export(store, at + HOUR, [made(second)])
    assert store.visits("visits", "wupi-north", LONG_AGO) == [made(second), first]
    assert store.visits("visits", "wupi-north", LONG_AGO, known_at=at) == [second, first]


def test_news_are_what_came_since_a_row_until_a_version(store: Store, at: datetime) -> None:
    planned = visit("v1", at)
    export(store, at, [planned])
    seen = store.last_visit()
    second = export(store, at + HOUR, [made(planned)])
    tell(store, "others", at + HOUR, exports=[RosterExport(at, (visit("v9", at),))])
    news = store.visit_news(seen)
    assert news.visits == (("visits", made(planned)), ("others", visit("v9", at)))
    assert store.visit_news(news.last).visits == ()
    assert store.visit_news(seen, second.version).visits == news.visits[:1]
    assert store.last_visit(second.version) == seen + 1


def test_known_visits_tells_which_refs_a_service_has_told_of(store: Store, at: datetime) -> None:
    export(store, at, [visit("v1", at)])
    assert store.known_visits("visits", "wupi-north", {"v1", "v2"}) == {"v1"}
    assert store.known_visits("visits", "wupi-south", {"v1"}) == set()


def test_visits_stand_or_fall_with_their_poll(store: Store, at: datetime) -> None:
    planned = visit("v1", at)
    export(store, at, [planned])
    poll = store.claim_poll("visits", at, engine="here", started_at=at)
    assert poll is not None
    store.record_poll(poll, feed="visits", finished_at=at, outcome=Outcome.UNCHANGED)
    late = RosterExport(at + HOUR, (made(planned), visit("v2", at)))
    with pytest.raises(PollAlreadyRecorded):
        store.record_poll(poll, feed="visits", finished_at=at, outcome=Outcome.OK, exports=[late])
    assert known(store) == [planned]
    assert store.visits_exported("visits") == {"wupi-north": at}


def test_an_export_moves_the_newest_moment_that_its_feed_has_spoken_of(store: Store, at: datetime) -> None:
    export(store, at, [visit("v1", at)])
    assert store.feed_log(at)["visits"].observed_at == at


_places = count()
refs = st.sampled_from("abc")
tellings = st.lists(
    st.tuples(
        st.integers(-2, 3),  # minutes on from the newest export
        st.integers(0, 2),  # minutes until it is learnt
        st.dictionaries(refs, st.sampled_from((15, 30, 45)), min_size=1),
    ),
    max_size=7,
)


def test_at_any_moment_the_newest_export_known_by_then_counts(store_url: str, at: datetime) -> None:
    """Whatever came in whatever order: what is read for a moment is what a plain reckoning says."""
    store = open_store(store_url)
    other = open_store(store_url) if store.dialect == "postgresql" else store

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(tellings)
    def holds(script: list[tuple[int, int, dict[str, int]]]) -> None:
        place = f"place-{next(_places)}"
        moment = learnt_at = at
        # What was told of each ref, in the order in which it was learnt: (of which moment, learnt when, minutes).
        kept: dict[str, list[tuple[datetime, datetime, int]]] = {}
        exported: datetime | None = None
        for turn, (on, delay, told) in enumerate(script):
            spoken_of = moment + on * MINUTE
            learnt_at = max(learnt_at, spoken_of + delay * MINUTE)
            visits = tuple(visit(ref, at, minutes, place=place) for ref, minutes in told.items())
            tell((store, other)[turn % 2], f"visits-{place}", learnt_at, exports=[RosterExport(spoken_of, visits)])
            for ref, minutes in told.items():
                if ref not in kept or exported is None or spoken_of >= exported:
                    kept.setdefault(ref, []).append((spoken_of, learnt_at, minutes))
            exported = spoken_of if exported is None else max(spoken_of, exported)
            moment = exported
        for minute in range(-2, 10):
            for learnt in (*range(-2, 12), None):
                then, known_at = at + minute * MINUTE, None if learnt is None else at + learnt * MINUTE
                wanted = set()
                for ref, history in kept.items():
                    said = [
                        minutes
                        for spoken_of, learnt_at, minutes in history
                        if spoken_of <= then and (known_at is None or learnt_at <= known_at)
                    ]
                    if said:
                        wanted.add(visit(ref, at, said[-1], place=place))
                found = store.visits(f"visits-{place}", place, LONG_AGO, at=then, known_at=known_at)
                assert set(found) == wanted
                assert len(found) == len(wanted)

    holds()
    store.close()
    other.close()
