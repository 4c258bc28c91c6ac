"""Versions: one for each record, heard by everyone who listens, and none missed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

import psycopg
import pytest

from flowcentre.store import Store, open_store
from tests.store.saying import sighting, tell


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
