"""Versions: one for each record, heard by everyone who listens, and none missed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from flowcentre.model import Outcome
from flowcentre.store import PollAlreadyRecorded, Store, open_store
from tests.store.saying import sighting, tell, values

MINUTE = timedelta(minutes=1)


class Ear:
    """Hears versions, and lets a test wait until one has come."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self._new = threading.Condition()

    def __call__(self, version: int) -> None:
        with self._new:
            self.heard.append(version)
            self._new.notify_all()

    def wait_for(self, version: int, times: int = 1) -> None:
        with self._new:
            assert self._new.wait_for(lambda: self.heard.count(version) >= times, timeout=30), self.heard


def test_each_record_makes_the_next_version(store: Store, at: datetime) -> None:
    assert [tell(store, "beds", at).version, tell(store, "ed", at).version] == [1, 2]
    assert store.record_skip("beds", at, missed=1, reason="slept", at=at) == 3 == store.version()


def test_a_listener_hears_each_version_once_it_can_be_read(store: Store, at: datetime) -> None:
    read: list[tuple[int, int]] = []
    ear = Ear()

    def heard(version: int) -> None:
        read.append((version, store.version()))
        ear(version)

    stop = store.listen(heard)
    if store.dialect == "postgresql":
        ear.wait_for(0)
    tell(store, "beds", at, sighting("a1", at, beds=3))
    ear.wait_for(1)
    stop()
    tell(store, "beds", at)
    assert ear.heard[-1] == 1
    assert all(there >= version for version, there in read)


def test_a_listener_that_fails_spoils_neither_the_record_nor_the_other_listeners(store: Store, at: datetime) -> None:
    def failing(version: int) -> None:
        raise RuntimeError("I am not well")

    ear = Ear()
    stops = [store.listen(failing), store.listen(ear)]
    tell(store, "beds", at)
    ear.wait_for(1)
    for stop in stops:
        stop()
    assert store.version() == 1


def test_on_postgres_another_process_s_store_hears_too(postgres_url: str, at: datetime) -> None:
    engine, web = open_store(postgres_url), None
    try:
        web = open_store(postgres_url, writer=False)
        ear = Ear()
        web.listen(ear)
        ear.wait_for(0)  # what stands when it begins to listen
        tell(engine, "beds", at)
        ear.wait_for(1)
    finally:
        engine.close()
        if web is not None:
            web.close()


def until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it did not come about within 30 seconds")


def test_a_listener_that_was_cut_off_hears_what_it_missed(postgres_url: str, at: datetime) -> None:
    store = open_store(postgres_url)
    ear = Ear()
    store.listen(ear)
    ear.wait_for(0)
    address = postgres_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True) as admin:
        for version in (1, 2):
            cut = admin.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'SELECT number%' AND pid <> pg_backend_pid()"
            ).fetchone()
            assert cut == (1,)
            tell(store, "beds", at)  # said while it is deaf, or just after
            ear.wait_for(version)
            until(lambda: listening(admin) == 1)
    store.close()
    with psycopg.connect(address, autocommit=True) as admin:
        until(lambda: listening(admin) == 0)


def listening(admin: psycopg.Connection[tuple[object, ...]]) -> int:
    row = admin.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT number%'"
        " AND pid <> pg_backend_pid()"
    ).fetchone()
    assert row is not None
    return int(str(row[0]))


# --- In bulk ----------------------------------------------------------------------------


def test_what_is_written_in_bulk_stands_whole_and_is_seen_by_itself_before(store: Store, at: datetime) -> None:
    seen_outside: list[int] = []
    ear = Ear()
    stop = store.listen(ear)
    if store.dialect == "postgresql":
        ear.wait_for(0)
    with store.in_bulk():
        tell(store, "beds", at, sighting("a1", at, beds=1))
        tell(store, "ed", at, sighting("b2", at, beds=2))
        store.set_mark("past told", "yes")
        assert values(store.latest()) == {("a1", "beds"): 1, ("b2", "beds"): 2}
        assert (store.version(), store.mark("past told"), store.snapshot(at).version) == (2, "yes", 2)
        outside = threading.Thread(target=lambda: seen_outside.extend([store.version(), len(store.latest())]))
        outside.start()
        outside.join()
        assert (seen_outside, set(ear.heard) - {0}) == ([0, 0], set())
    ear.wait_for(2)
    stop()
    assert values(store.latest()) == {("a1", "beds"): 1, ("b2", "beds"): 2}


def test_what_is_written_in_bulk_is_undone_whole_when_it_fails(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=1))
    ear = Ear()
    if store.dialect == "sqlite":
        store.listen(ear)

    def fail() -> None:
        with store.in_bulk():
            tell(store, "beds", at, sighting("a1", at + MINUTE, beds=2))
            with store.in_bulk():  # one inside another is a part of it
                tell(store, "ed", at, sighting("b2", at, beds=3))
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk"):
        fail()
    assert (store.version(), values(store.latest()), ear.heard) == (1, {("a1", "beds"): 1}, [])
    # What it had remembered is forgotten too: the same words are news.
    assert tell(store, "beds", at, sighting("a1", at + MINUTE, beds=2)).counts.accepted == 1
    assert values(store.latest()) == {("a1", "beds"): 2}


def test_what_was_undone_in_bulk_is_not_remembered_when_another_engine_writes_next(
    postgres_url: str, at: datetime
) -> None:
    first, second = open_store(postgres_url), open_store(postgres_url)

    def fail() -> None:
        with first.in_bulk():
            tell(first, "beds", at, sighting("a1", at, beds=2))
            raise RuntimeError("the disk is full")

    try:
        with pytest.raises(RuntimeError, match="disk"):
            fail()
        tell(second, "beds", at, sighting("a1", at, beds=7))
        tell(first, "beds", at, sighting("a1", at + MINUTE, beds=2))
        assert values(first.latest()) == {("a1", "beds"): 2}
    finally:
        first.close()
        second.close()


def test_one_poll_that_fails_in_bulk_leaves_the_others(store: Store, at: datetime) -> None:
    with store.in_bulk():
        tell(store, "beds", at, sighting("a1", at, beds=1))
        with pytest.raises(PollAlreadyRecorded):
            store.record_poll(
                99, feed="beds", finished_at=at, outcome=Outcome.OK, sightings=[sighting("a1", at + MINUTE, beds=9)]
            )
        tell(store, "beds", at, sighting("a1", at + 2 * MINUTE, beds=2))
    points = store.history([("a1", "beds")], at, at + 9 * MINUTE)["a1", "beds"]
    assert [point.value for point in points] == [1, 2]
    assert store.version() == 2


# --- PostgreSQL that does not answer, or talks of other things ---------------------------


def test_a_listener_goes_on_after_a_notification_that_is_no_version(postgres_url: str, at: datetime) -> None:
    store = open_store(postgres_url)
    ear = Ear()
    store.listen(ear)
    ear.wait_for(0)
    with psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as stranger:
        for said in ("", "hello", "1.5", "9" * 5000):
            stranger.execute("SELECT pg_notify('flowcentre', %s)", [said])
    tell(store, "beds", at)
    ear.wait_for(1)
    store.close()
    assert ear.heard == [0, 1]


def settings_of(store: Store, *names: str) -> dict[str, str]:
    with store._reading() as connection:
        return {name: str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in names}


def test_no_statement_and_no_silence_keeps_a_lock_for_more_than_a_minute(postgres_url: str) -> None:
    store = open_store(postgres_url)
    limits = settings_of(store, "statement_timeout", "idle_in_transaction_session_timeout")
    store.close()
    assert limits == {"statement_timeout": "1min", "idle_in_transaction_session_timeout": "1min"}


def test_a_limit_that_the_address_sets_is_used_and_the_others_stay(postgres_url: str, at: datetime) -> None:
    store = open_store(postgres_url + "&options=-c%20statement_timeout%3D300&connect_timeout=5")
    with pytest.raises(OperationalError, match="statement timeout"), store._reading() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(30)")
    limits = settings_of(store, "statement_timeout", "idle_in_transaction_session_timeout")
    assert limits == {"statement_timeout": "300ms", "idle_in_transaction_session_timeout": "1min"}
    ear = Ear()
    store.listen(ear)
    ear.wait_for(0)
    store.close()


@contextmanager
def limits_seen(shown: set[str]) -> Iterator[None]:
    """Adds the time limit under which each statement ran."""

    def look(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SET LOCAL", "SHOW", "show", "select pg_catalog", "select current_schema")):
            shown.add(str(connection.exec_driver_sql("SHOW statement_timeout").scalar_one()))

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", look)


def test_roll_ups_and_migrations_take_the_time_that_they_need(postgres_url: str, at: datetime) -> None:
    migrating, telling, rolling = set[str](), set[str](), set[str]()
    with limits_seen(migrating):
        store = open_store(postgres_url)
    with limits_seen(telling):
        tell(store, "beds", at, sighting("a1", at, beds=3))
    with limits_seen(rolling):
        store.roll_up(at + timedelta(days=2))
    assert len(store.rolled("a1", "beds", at, at + timedelta(days=1), "hour")) == 1
    store.close()
    assert (migrating, telling, rolling) == ({"0"}, {"1min"}, {"0"})
