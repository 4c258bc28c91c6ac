"""Somebody with a scope reads the rows of it and no others, by the question and, on PostgreSQL, by the database too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event, make_url, text

from flowcentre.model import (
    CapacityUnit,
    CareContract,
    CareReferral,
    CareService,
    DelayedDischarge,
    EmergencyAttendance,
    PeopleList,
    RosterExport,
    RowScope,
    Setting,
    Visit,
    VisitStatus,
)
from flowcentre.store import NotScoped, ScopedStore, Store, StoreError, open_store, schema
from flowcentre.store.people import pack
from flowcentre.store.scoping import asked_as
from tests.store.saying import tell

MINUTE = timedelta(minutes=1)
HOSPITALS, LOCALITIES = ("northgate", "southmere"), ("eastvale", "westvale")
LISTS = {"delays": HOSPITALS, "attendances": HOSPITALS, "referrals": LOCALITIES, "contracts": LOCALITIES}


def delayed(ref: str, place: str, at: datetime, residence: str | None) -> DelayedDischarge:
    return DelayedDischarge(ref, place, at, at, residence=residence)


def referral(ref: str, place: str, at: datetime) -> CareReferral:
    return CareReferral(ref, place, f"person-{ref}", at, CareService.HOME_CARE, Setting.HOSPITAL)


def lists_at(at: datetime) -> list[PeopleList]:
    return [
        PeopleList(
            "delays",
            "northgate",
            at,
            (delayed("n-east", "northgate", at, "eastvale"), delayed("n-none", "northgate", at, None)),
        ),
        PeopleList(
            "delays",
            "southmere",
            at,
            (delayed("s-east", "southmere", at, "eastvale"), delayed("s-west", "southmere", at, "westvale")),
        ),
        PeopleList("attendances", "northgate", at, (EmergencyAttendance("n-ed", "northgate", at),)),
        *(
            PeopleList("referrals", place, at, tuple(referral(f"r-{place}-{n}", place, at) for n in (1, 2)))
            for place in LOCALITIES
        ),
        *(
            PeopleList(
                "contracts",
                place,
                at,
                (CareContract(f"c-{place}", place, "wupi", CapacityUnit.HOURS, 90, at.date()),),
            )
            for place in LOCALITIES
        ),
    ]


def visit(service: str, package: str, at: datetime) -> Visit:
    return Visit(f"{service}, {package}", service, package, at, at + 30 * MINUTE, VisitStatus.PLANNED)


def fill(store: Store, at: datetime) -> None:
    tell(store, "lists", at, lists=lists_at(at))
    visits = (
        visit("wupi", "r-eastvale-1", at + MINUTE),
        visit("wupi", "r-westvale-1", at + MINUTE),
        visit("reable", "r-westvale-2", at + MINUTE),
    )
    tell(store, "rosters", at, exports=[RosterExport(at, visits)])


@pytest.fixture(scope="module")
def filled(lasting_store: Store) -> Store:
    """A store with two hospitals, two localities and two services in it."""
    fill(lasting_store, datetime.fromisoformat("2026-11-22T08:00:00+00:00"))
    return lasting_store


def seen(store: Store, at: datetime) -> set[str]:
    """Everybody whom any reading verb gives, by their refs; what is bought too."""
    listed = {
        row.ref for people, places in LISTS.items() for place in places for row in store.people(people, place, at)
    }
    past = {
        row.ref for people, places in LISTS.items() for place in places for row in store.people(people, place, at, at)
    }
    lived = {
        one.person.ref
        for people in LISTS
        for ref in (
            "n-east",
            "n-none",
            "s-east",
            "s-west",
            "n-ed",
            *(f"r-{place}-{n}" for place in LOCALITIES for n in "12"),
        )
        for one in store.intervals(people, ref)
    }
    bought = {f"c-{place}" for place in LOCALITIES}
    assert listed == past == lived | bought  # contracts are told to all
    return lived


def visited(store: Store, at: datetime) -> set[str]:
    told = {each.ref for service in ("wupi", "reable") for each in store.visits("rosters", service, at)}
    assert told == {each.ref for _, each in store.visit_news(0).visits}
    return told


SCOPES: dict[str, tuple[RowScope, set[str], set[str]]] = {
    "a hospital": (RowScope(frozenset({"northgate"})), {"n-east", "n-none", "n-ed"}, set()),
    "a locality, of people alone": (
        RowScope(localities=frozenset({"eastvale"})),
        {"n-east", "s-east", "r-eastvale-1", "r-eastvale-2"},
        {"wupi, r-eastvale-1"},
    ),
    "a locality with what is in it": (
        RowScope(frozenset({"westvale", "southmere"}), frozenset({"westvale"})),
        {"s-east", "s-west", "r-westvale-1", "r-westvale-2"},
        {"wupi, r-westvale-1", "reable, r-westvale-2"},
    ),
    "a service": (RowScope(frozenset({"wupi"})), set(), {"wupi, r-eastvale-1", "wupi, r-westvale-1"}),
    "nowhere": (RowScope(), set(), set()),
    "a name that is no place": (RowScope(frozenset({"", "north%", "'"}), frozenset({""})), set(), set()),
    "everywhere": (
        RowScope(everywhere=True),
        {"n-east", "n-none", "n-ed", "s-east", "s-west", *(f"r-{place}-{n}" for place in LOCALITIES for n in "12")},
        {"wupi, r-eastvale-1", "wupi, r-westvale-1", "reable, r-westvale-2"},
    ),
}


@pytest.mark.parametrize("name", SCOPES)
def test_a_scope_gives_its_own_rows_and_no_others(filled: Store, at: datetime, name: str) -> None:
    scope, people, visits = SCOPES[name]
    theirs = filled.scoped(scope)
    assert seen(theirs, at) == people
    assert visited(theirs, at) == visits
    assert theirs.within("delays", ["n-east", "s-west", "nobody"]) == people & {"n-east", "s-west"}
    whole = SCOPES["everywhere"]
    # Whoever reads next, on the same connection, is not narrowed by it.
    assert (seen(filled, at), visited(filled, at)) == whole[1:]


@pytest.mark.parametrize("name", SCOPES)
def test_the_database_itself_gives_no_other_rows_to_a_question_without_the_condition(
    lasting_postgres: Store, name: str
) -> None:
    scope, people, visits = SCOPES[name]
    with lasting_postgres._reading() as connection, asked_as(connection, scope):
        told = {ref for (ref,) in connection.execute(text("SELECT ref FROM person WHERE people <> 'contracts'"))}
        assert told == people
        assert {ref for (ref,) in connection.execute(text("SELECT ref FROM visit"))} == visits
    for statement in (
        "SELECT 1 FROM audit",
        "SELECT 1 FROM session",
        "DELETE FROM person",
        "UPDATE person SET place = 'northgate'",
    ):
        with (
            pytest.raises(NotScoped),
            lasting_postgres._reading() as connection,
            asked_as(connection, scope),
        ):
            connection.execute(text(statement))


@pytest.fixture(scope="module")
def lasting_postgres(postgres_server: str, migrated_postgres: str) -> Iterator[Store]:
    """The same on PostgreSQL alone."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE scoped TEMPLATE {migrated_postgres}")
    url = postgres_server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/scoped?")
    store = open_store(url)
    fill(store, datetime.fromisoformat("2026-11-22T08:00:00+00:00"))
    yield store
    store.close()


def test_nobody_has_left_who_stands_on_a_list_beyond_the_scope(store: Store, at: datetime) -> None:
    """Whoever moves to another hospital is on no list of theirs, and went home from none."""
    ann, ben, cat = (delayed(ref, "northgate", at, None) for ref in ("ann", "ben", "cat"))
    south = PeopleList("delays", "southmere", at, (delayed("dan", "southmere", at, None),))
    tell(store, "lists", at, lists=[PeopleList("delays", "northgate", at, (ann, ben, cat)), south])
    later = at + MINUTE
    moved = PeopleList("delays", "southmere", later, (replace(ann, place="southmere"),))
    tell(store, "lists", later, lists=[PeopleList("delays", "northgate", later, (cat,)), moved])
    theirs = store.scoped(RowScope(frozenset({"northgate"})))
    everybody = ["ann", "ben", "cat", "dan"]
    assert store.departures("delays", everybody) == {"ben": later, "dan": later}
    assert theirs.departures("delays", everybody) == {"ben": later}
    assert theirs.departures("delays", everybody, at) == {}


def test_a_hospital_is_given_the_referrals_of_those_who_lie_there_and_of_nobody_elses(
    store: Store, at: datetime
) -> None:
    fill(store, at)
    lies = delayed("person-r-eastvale-1", "northgate", at, None)
    elsewhere = delayed("person-r-eastvale-2", "southmere", at, None)
    later, still_later = at + MINUTE, at + 2 * MINUTE
    tell(
        store,
        "lists",
        later,
        lists=[
            PeopleList("delays", "northgate", later, (lies,)),
            PeopleList("delays", "southmere", later, (elsewhere,)),
        ],
    )
    scope = RowScope(frozenset({"northgate", "a-ward-of-it"}))
    theirs = store.scoped(scope)

    def given() -> set[str]:
        told = {row.ref for place in LOCALITIES for row in theirs.people("referrals", place, later)}
        assert told == {row.ref for place in LOCALITIES for row in theirs.people("referrals", place, later, later)}
        assert told == theirs.within("referrals", [f"r-{place}-{n}" for place in LOCALITIES for n in "12"])
        assert told == {ref for ref in ("r-eastvale-1", "r-eastvale-2") if theirs.intervals("referrals", ref)}
        if store.dialect == "postgresql":  # and to a question without the condition no other
            with store._reading() as connection, asked_as(connection, scope):
                question = text("SELECT ref FROM person WHERE people = 'referrals'")
                assert told == {ref for (ref,) in connection.execute(question)}
        return told

    assert given() == {"r-eastvale-1"}
    assert visited(theirs, at) == {"wupi, r-eastvale-1"}
    assert given() == store.scoped(RowScope(frozenset({"northgate"}), frozenset())).within(
        "referrals", ["r-eastvale-1", "r-eastvale-2"]
    )
    assert store.scoped(RowScope(frozenset({"reable"}))).within("referrals", ["r-eastvale-1"]) == set()
    # Whoever has left it is the locality's alone.
    tell(store, "lists", still_later, lists=[PeopleList("delays", "northgate", still_later, ())])
    assert given() == set()


def test_a_scoped_store_writes_nothing_and_closes_nothing(store: Store, at: datetime) -> None:
    fill(store, at)
    theirs = store.scoped(RowScope(everywhere=True))
    with pytest.raises(StoreError, match="opened to read"):
        theirs.set_mark("demonstration", "yes")
    with pytest.raises(StoreError, match="engine alone"):
        theirs.standing("delays", ["n-east"], besides="southmere")
    with pytest.raises(StoreError, match="engine alone"):
        theirs.known_visits("rosters", "wupi", ["wupi, r-eastvale-1"])
    theirs.close()
    assert theirs.version() == store.version()
    with store.in_bulk():  # what may be undone yet is nobody's to see
        tell(store, "lists", at + MINUTE, lists=[PeopleList("delays", "northgate", at + MINUTE, ())])
        assert store.people("delays", "northgate", at + MINUTE) == []
        assert len(store.scoped(RowScope(everywhere=True)).people("delays", "northgate", at + MINUTE)) == 2


def test_every_verb_that_gives_rows_of_people_is_narrowed() -> None:
    """A new one is found here by what it says it returns."""
    of_people = re.compile(
        r"\b(Listed|Interval|Standing|Visit|VisitNews|DelayedDischarge|CareReferral|EmergencyAttendance)\b"
    )
    public = {name: getattr(Store, name) for name in dir(Store) if not name.startswith("_")}
    giving = {
        name for name, verb in public.items() if callable(verb) and of_people.search(verb.__annotations__["return"])
    }
    giving -= {"standings", "blind_standings"}  # of rules of alerts
    assert giving == {"people", "intervals", "visits", "visit_news", "standing"}
    assert {*giving, "departures", "known_visits"} <= vars(ScopedStore).keys()


def test_a_list_is_read_at_once_by_its_index_whatever_the_scope(filled: Store, at: datetime) -> None:
    found: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "FROM person" in statement and not statement.startswith("EXPLAIN"):
            if filled.dialect == "postgresql":
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # it is three rows long
            kind = "QUERY PLAN " if filled.dialect == "sqlite" else ""
            plan = connection.exec_driver_sql(f"EXPLAIN {kind}{statement}", parameters)
            found.extend(step for *_, step in plan if re.search(r"(SCAN|SEARCH|Scan).* person", step))

    theirs = filled.scoped(RowScope(frozenset({"northgate", "southmere"}), frozenset({"eastvale"})))
    event.listen(filled._engine, "before_cursor_execute", explain)
    try:
        theirs.people("delays", "southmere", at, at)
        theirs.intervals("delays", "s-east")
    finally:
        event.remove(filled._engine, "before_cursor_execute", explain)
    assert found
    assert all("ix_person_people_" in step for step in found), found


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
def test_a_store_that_is_full_when_scopes_come_knows_whose_each_row_is(
    kind: str, request: pytest.FixtureRequest, at: datetime
) -> None:
    url: str = request.getfixturevalue(kind)
    engine = create_engine(url)
    moment = int(at.timestamp() * 1000)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, "0012")
        for whole in lists_at(at):
            for person in whole.persons:
                connection.execute(
                    text(
                        "INSERT INTO person (feed, people, place, ref, observed_at, known_from, row)"
                        " VALUES ('lists', :people, :place, :ref, :at, :at, :row)"
                    ),
                    {
                        "people": whole.people,
                        "place": whole.place,
                        "ref": person.ref,
                        "at": moment,
                        "row": pack(person),
                    },
                )
    engine.dispose()
    store = open_store(url)
    try:
        with store._reading() as connection:
            rows = connection.execute(text("SELECT ref, locality, about FROM person")).all()
        kept: dict[str, str | None] = {ref: locality for ref, locality, _ in rows}
        assert {ref: about for ref, _, about in rows if about} == {
            f"r-{place}-{n}": f"person-r-{place}-{n}" for place in LOCALITIES for n in "12"
        }
        tell(store, "others", at, lists=lists_at(at))  # and what comes in from now on is kept in the same way
        with store._reading() as connection:
            come = connection.execute(text("SELECT ref, locality FROM person WHERE feed = 'others'")).all()
        assert dict(map(tuple, come)) == kept
        assert kept["n-none"] is kept["n-ed"] is None
        assert kept["s-east"] == kept["r-eastvale-1"] == kept["c-eastvale"] == "eastvale"
        assert seen(store.scoped(SCOPES["a hospital"][0]), at) == SCOPES["a hospital"][1]
    finally:
        store.close()


@pytest.mark.usefixtures("migrated_postgres")  # with it the role is there, whichever test is the first
def test_where_a_database_lets_nobody_be_scoped_nobody_is_given_a_row(
    make_postgres_url: Callable[..., str], postgres_server: str, at: datetime
) -> None:
    """As where its administrator has not made the role: an engine reads on, and whoever has a scope is told why not."""
    url = make_postgres_url()
    database = make_url(url).database
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS plain")
        connection.execute("CREATE ROLE plain LOGIN")
        connection.execute(f"ALTER DATABASE {database} OWNER TO plain")
    store = open_store(url.replace("postgres:@", "plain:@"))
    try:
        fill(store, at)
        theirs = store.scoped(RowScope(everywhere=True))
        for ask in (
            lambda: theirs.people("delays", "northgate", at),
            lambda: theirs.intervals("delays", "n-east"),
            lambda: theirs.visits("rosters", "wupi", at),
            lambda: theirs.departures("delays", ["n-east"]),
        ):
            with pytest.raises(NotScoped, match="flowcentre_scoped.*docs/scope.md"):
                ask()
        assert len(store.people("delays", "northgate", at)) == 2
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute("GRANT flowcentre_scoped TO plain")
        assert len(theirs.people("delays", "northgate", at)) == 2
        with store._changing() as connection_:
            connection_.execute(text("ALTER TABLE person DISABLE ROW LEVEL SECURITY"))
        with pytest.raises(NotScoped, match="row-level security is off"):
            theirs.people("delays", "northgate", at)
    finally:
        store.close()
