"""Who may open a store, and what they are told when they may not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from flowcentre.model import Audited
from flowcentre.store import Store, StoreBusy, StoreError, StoreNotReady, StoreTooNew, open_store, schema
from flowcentre.store.opening import readable_by_others
from tests.store.saying import sighting, tell, values

HOLDER = """
import sys
from flowcentre.store import open_store
store = open_store(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""


def holder(url: str) -> subprocess.Popen[str]:
    """Another process that has the store open to write."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_no_other_account_may_read_a_sqlite_store_new_or_old(tmp_path: Path) -> None:
    database = tmp_path / "flow.db"
    before = os.umask(0o022)
    try:
        for _ in range(2):
            with closing(open_store(f"sqlite:///{database}")) as store:
                store.audit("local|a", "A", Audited.SAW, "rows", at=datetime(2026, 11, 22, tzinfo=UTC))
                files = {
                    each: each.stat().st_mode & 0o777 for each in tmp_path.glob("flow.db*") if each.suffix != ".lock"
                }
                assert set(files.values()) == {0o600}, files
                assert {each.name for each in files} >= {"flow.db", "flow.db-wal", "flow.db-shm"}
                assert readable_by_others(database) == []
            replaced = tmp_path / "flow.db.replaced-20261126T170231Z"  # as one of before this was so
            shutil.copyfile(database, replaced)
            for each in (database, replaced):
                each.chmod(0o644)
            assert readable_by_others(database) == [database, replaced]
    finally:
        os.umask(before)


def test_a_second_writing_process_is_refused_and_told_by_whom_and_what_to_do(sqlite_url: str) -> None:
    process = holder(sqlite_url)
    try:
        with pytest.raises(StoreBusy, match=rf"flow\.db is being written .*process {process.pid}.*PostgreSQL"):
            open_store(sqlite_url)
    finally:
        process.communicate("end\n", timeout=30)
    open_store(sqlite_url).close()


def test_a_writer_that_was_killed_leaves_the_store_free(sqlite_url: str) -> None:
    process = holder(sqlite_url)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    open_store(sqlite_url).close()


def test_a_forked_worker_does_not_keep_the_store_when_its_parent_has_gone(sqlite_url: str) -> None:
    forker = HOLDER.replace(
        "sys.stdin.readline()",
        "import os, time\nchild = os.fork()\nif child == 0:\n    time.sleep(60)\nprint(child, flush=True)\nos._exit(0)",
    )
    process = subprocess.Popen([sys.executable, "-c", forker, sqlite_url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    child = int(process.stdout.readline())
    try:
        process.wait(timeout=30)
        open_store(sqlite_url).close()
        os.kill(child, 0)  # it lives yet
    finally:
        os.kill(child, signal.SIGKILL)
        process.stdout.close()


def test_a_second_writer_in_the_same_process_is_refused_until_the_first_has_closed(sqlite_url: str) -> None:
    first = open_store(sqlite_url)
    with pytest.raises(StoreBusy):
        open_store(sqlite_url)
    first.close()
    open_store(sqlite_url).close()


def test_a_reader_may_open_beside_the_writer_and_may_not_write(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=3))
    reader = open_store(store.url, writer=False)
    try:
        assert values(reader.latest()) == {("a1", "beds"): 3}
        with pytest.raises(StoreError, match="opened to read"):
            reader.set_mark("demonstration", "yes")
    finally:
        reader.close()


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
def test_a_reader_before_any_writer_is_told_to_start_one(kind: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(StoreNotReady):
        open_store(request.getfixturevalue(kind), writer=False)


def test_a_store_of_a_newer_schema_is_refused_and_left_alone(store_url: str) -> None:
    engine = create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for writer in (True, False):
        with pytest.raises(StoreTooNew, match="9999"):
            open_store(store_url, writer=writer)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_a_refused_store_is_let_go_of(migrated_sqlite: Path, sqlite_url: str) -> None:
    shutil.copyfile(migrated_sqlite, sqlite_url.removeprefix("sqlite:///"))
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew):
        open_store(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": schema.NEWEST})
    engine.dispose()
    open_store(sqlite_url).close()


@pytest.mark.parametrize(
    "address", ["flow.db", "mysql://localhost/flow", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://x/y"]
)
def test_an_address_that_cannot_be_one_is_refused_with_what_would_be_right(address: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///path"):
        open_store(address)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no folder .*absent"):
        open_store(f"sqlite:///{tmp_path / 'absent' / 'flow.db'}")


def test_a_password_is_not_shown_when_a_store_is_refused(postgres_url: str) -> None:
    open_store(postgres_url).close()
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreTooNew) as refused:
        open_store(postgres_url.replace("postgres:@", "postgres:swordfish@"))
    assert "swordfish" not in str(refused.value)


def test_the_migrations_make_the_schema_that_the_code_speaks_to(store_url: str) -> None:
    engine = create_engine(store_url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), schema.metadata)
    engine.dispose()
    assert differences == []


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
def test_a_store_of_the_first_schema_is_brought_up_with_all_that_it_holds(
    kind: str, request: pytest.FixtureRequest, at: datetime
) -> None:
    url: str = request.getfixturevalue(kind)
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, "0001")
        moment = int(at.timestamp() * 1000)
        for statement in (
            "INSERT INTO poll (id, feed, due_at, started_at, finished_at, outcome, received, held, version)"
            " VALUES (1, 'beds', :at, :at, :at, 'held', 1, 1, 1)",
            "INSERT INTO held_row (feed, poll, held_at, row, reason) VALUES ('beds', 1, :at, 'row 4', 'why')",
            "INSERT INTO feed (id, last_poll, last_read_poll, observed_at) VALUES ('beds', 1, 1, :at)",
        ):
            connection.execute(text(statement), {"at": moment})
    engine.dispose()
    with pytest.raises(StoreNotReady, match="schema 0001"):
        open_store(url, writer=False)
    store = open_store(url)
    log = store.feed_log(at)["beds"]
    assert ([row.row for row in log.held], log.held_now, log.observed_at) == (["row 4"], {None: 1}, at)
    assert store.feed_log(at, until=at)["beds"].last_poll == log.last_poll
    store.close()


def test_the_newest_migration_is_the_one_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [schema.NEWEST]


def test_what_was_recorded_is_there_after_opening_again(store_url: str, at: datetime) -> None:
    first = open_store(store_url)
    tell(first, "beds", at, sighting("a1", at, beds=3))
    first.close()
    second = open_store(store_url)
    assert values(second.latest()) == {("a1", "beds"): 3}
    assert tell(second, "beds", at, sighting("a1", at, beds=3)).counts.duplicate == 1
    second.close()


def test_two_engines_may_bring_a_store_up_at_once(postgres_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, postgres_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    assert [process.communicate("end\n", timeout=60)[0] for process in processes] == ["open\n", "open\n"]


def test_sqlite_is_set_to_survive_a_power_cut(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    with store._reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    store.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_database_that_does_not_answer_is_one_sentence_without_the_password() -> None:
    with pytest.raises(StoreError, match="the store at 127.0.0.1, database flow cannot be opened") as refused:
        open_store("postgresql+psycopg://somebody:secret@127.0.0.1:9/flow")
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
