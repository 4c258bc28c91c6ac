"""Lists of people: who is there, who left, and what was known of it when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from flowcentre.model import AmbulanceArrival, EmergencyAttendance, PeopleList, PollCounts, Stream
from flowcentre.store import Store, open_store
from flowcentre.store.people import pack, unpack
from tests.store.saying import tell


def attendance(ref: str, at: datetime, **more: object) -> EmergencyAttendance:
    return EmergencyAttendance(ref, "northgate", at, **more)  # type: ignore[arg-type]


def whole(at: datetime, *persons: EmergencyAttendance) -> PeopleList:
    return PeopleList("attendances", "northgate", at, persons)


def refs(store: Store, at: datetime, known_at: datetime | None = None) -> list[str]:
    return sorted(person.ref for person in store.people("attendances", "northgate", at, known_at))


MINUTE = timedelta(minutes=1)


def test_people_come_and_leave_with_the_lists(store: Store, at: datetime) -> None:
    ann, ben, cat = (attendance(ref, at) for ref in ("p1", "p2", "p3"))
    tell(store, "ed", at, lists=[whole(at, ann, ben)])
    tell(store, "ed", at + MINUTE, lists=[whole(at + MINUTE, ben, cat)])
    assert refs(store, at - MINUTE) == []
    assert refs(store, at) == ["p1", "p2"]
    assert refs(store, at + 2 * MINUTE) == ["p2", "p3"]


def test_a_person_who_changes_is_shown_as_they_were_then(store: Store, at: datetime) -> None:
    waiting = attendance("p1", at)
    seen = replace(waiting, seen_at=at + MINUTE)
    tell(store, "ed", at, lists=[whole(at, waiting)])
    tell(store, "ed", at + MINUTE, lists=[whole(at + MINUTE, seen)])
    assert store.people("attendances", "northgate", at) == [waiting]
    assert store.people("attendances", "northgate", at + MINUTE) == [seen]


def test_an_empty_list_says_that_nobody_is_there(store: Store, at: datetime) -> None:
    tell(store, "ed", at, lists=[whole(at, attendance("p1", at))])
    tell(store, "ed", at + MINUTE, lists=[whole(at + MINUTE)])
    assert refs(store, at + MINUTE) == []


def test_who_left_every_list_is_told_with_the_moment_of_it(store: Store, at: datetime) -> None:
    ann, ben, cat = (attendance(ref, at) for ref in ("p1", "p2", "p3"))
    tell(store, "ed", at, lists=[whole(at, ann, ben, cat)])
    tell(store, "ed", at + MINUTE, lists=[whole(at + MINUTE, ben)])
    tell(store, "ed", at + 2 * MINUTE, lists=[whole(at + 2 * MINUTE, ben, cat)])
    asked = ["p1", "p2", "p3", "p4"]
    assert store.departures("attendances", asked) == {"p1": at + MINUTE}
    assert store.departures("attendances", asked, at + MINUTE) == {"p1": at + MINUTE, "p3": at + MINUTE}
    assert store.departures("attendances", asked, at) == {}
    assert store.departures("ambulances", asked) == {}


def test_more_people_can_be_asked_for_than_a_database_takes_in_one_question(store: Store, at: datetime) -> None:
    first, last = attendance("p0", at), attendance("p69999", at)
    tell(store, "ed", at, lists=[whole(at, last, first)])
    asked = [f"p{number}" for number in range(70_000)]
    standing = [one.person for one in store.standing("attendances", asked, besides="southgate")]
    assert standing == [last, first]  # as they came
    tell(store, "ed", at + MINUTE, lists=[whole(at + MINUTE)])
    assert store.departures("attendances", asked) == {"p0": at + MINUTE, "p69999": at + MINUTE}


def test_somebody_who_comes_back_is_there_again(store: Store, at: datetime) -> None:
    ann = attendance("p1", at)
    for step, persons in enumerate([[ann], [], [ann]]):
        tell(store, "ed", at + step * MINUTE, lists=[whole(at + step * MINUTE, *persons)])
    assert [refs(store, at + step * MINUTE) for step in range(3)] == [["p1"], [], ["p1"]]


def test_a_list_that_is_not_newer_is_duplicate_and_changes_nobody(store: Store, at: datetime) -> None:
    tell(store, "ed", at, lists=[whole(at, attendance("p1", at))])
    for moment in (at, at - MINUTE):
        late = tell(store, "ed", at + MINUTE, lists=[whole(moment, attendance("p2", at), attendance("p3", at))])
        assert late.counts == PollCounts(received=2, duplicate=2)
    assert refs(store, at + MINUTE) == ["p1"]


def test_everybody_on_a_newer_list_is_accepted_and_a_ref_said_twice_counts_once(store: Store, at: datetime) -> None:
    ann = attendance("p1", at)
    tell(store, "ed", at, lists=[whole(at, ann)])
    again = tell(store, "ed", at + MINUTE, lists=[whole(at + MINUTE, ann, attendance("p2", at), attendance("p2", at))])
    assert again.counts == PollCounts(received=3, accepted=2, duplicate=1)


def test_lists_of_two_places_and_two_kinds_stay_apart(store: Store, at: datetime) -> None:
    ann, van = attendance("p1", at), AmbulanceArrival("p1", "northgate", at)
    tell(
        store,
        "ed",
        at,
        lists=[
            whole(at, ann),
            PeopleList("ambulances", "northgate", at, (van,)),
            PeopleList("ambulances", "southmere", at, ()),
        ],
    )
    assert store.people("ambulances", "northgate", at) == [van]
    assert store.people("ambulances", "southmere", at) == []
    assert store.people("attendances", "northgate", at) == [ann]


moments = st.datetimes(timezones=st.just(UTC))
people = st.builds(
    EmergencyAttendance,
    ref=st.text(max_size=9),
    place=st.sampled_from(["northgate"]),
    arrived_at=moments,
    stream=st.sampled_from(Stream),
    triaged_at=st.none() | moments,
    seen_at=st.none() | moments,
    decided_to_admit_at=st.none() | moments,
    departed_at=st.none() | moments,
    admitted=st.booleans(),
) | st.builds(
    AmbulanceArrival,
    ref=st.text(max_size=9),
    place=st.text(max_size=9),
    arrived_at=moments,
    handed_over_at=st.none() | moments,
)


@given(people)
def test_a_person_comes_back_just_as_they_were_kept(person: EmergencyAttendance | AmbulanceArrival) -> None:
    back = unpack(person.ref, pack(person))
    assert back == person
    assert type(back) is type(person)


_places = count()
stays = st.lists(
    st.tuples(
        st.integers(-1, 3),  # minutes on from the last list: below 1 is not newer
        st.integers(0, 2),  # minutes of delay until it is learnt
        st.dictionaries(st.sampled_from("abcd"), st.booleans()),
    ),
    max_size=8,
)


def test_at_any_moment_the_newest_list_known_by_then_counts(store_url: str, at: datetime) -> None:
    store = open_store(store_url)
    other = open_store(store_url) if store.dialect == "postgresql" else store

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(stays)
    def holds(script: list[tuple[int, int, dict[str, bool]]]) -> None:
        place = f"place-{next(_places)}"
        moment = received_at = at
        kept: list[tuple[datetime, datetime, set[EmergencyAttendance]]] = []
        for turn, (on, delay, there) in enumerate(script):
            spoken_of = moment + on * MINUTE
            received_at = max(received_at, spoken_of + delay * MINUTE)
            persons = {EmergencyAttendance(ref, place, at, admitted=admitted) for ref, admitted in there.items()}
            people_list = PeopleList("attendances", place, spoken_of, tuple(persons))
            tell((store, other)[turn % 2], f"ed-{place}", received_at, lists=[people_list])
            if not kept or spoken_of > moment:
                moment = spoken_of
                kept.append((spoken_of, received_at, persons))
        for minute in range(-1, 12):
            for known in (*range(-1, 14), None):
                then = at + minute * MINUTE
                known_at = None if known is None else at + known * MINUTE
                wanted: set[EmergencyAttendance] = set()
                for spoken_of, learnt_at, persons in kept:
                    if spoken_of <= then and (known_at is None or learnt_at <= known_at):
                        wanted = persons
                assert set(store.people("attendances", place, then, known_at)) == wanted

    holds()
    store.close()
    other.close()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # on a table of a few rows PostgreSQL uses no index
def test_who_was_there_is_read_by_indexes_and_not_among_all_who_ever_were(store: Store, at: datetime) -> None:
    found: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "FROM person" in statement and not statement.startswith("EXPLAIN"):
            plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
            found.extend(step for *_, step in plan if "person" in step)

    event.listen(store._engine, "before_cursor_execute", explain)
    try:
        refs(store, at)
        refs(store, at, at + MINUTE)
    finally:
        event.remove(store._engine, "before_cursor_execute", explain)
    by = [step.partition("place=? AND ")[2] for step in found]
    assert by == ["left_at=?)", "left_at>?)", "left_at=?)", "left_at>?)", "known_to>?)"]


def test_a_list_with_a_moment_that_has_no_zone_is_refused(store: Store, at: datetime) -> None:
    with pytest.raises(ValueError, match="no zone"):
        tell(store, "ed", at, lists=[whole(at.replace(tzinfo=None))])
