"""Opening a database: its engine, the lock of the one SQLite writer, its schema."""

from __future__ import annotations

import fcntl
import glob
import logging
import os
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from flowcentre.store.answers import StoreBusy, StoreError, StoreNotReady, StoreTooNew
from flowcentre.store.schema import NEWEST

REPLACED = ".replaced-"  # the name of a store that a restore has replaced goes on so, with the moment
_MIGRATIONS = Path(__file__).parent / "migrations"
_log = logging.getLogger(__name__)
# An older one lacks RETURNING (before 3.35.0), or may corrupt a store in which a savepoint is undone (until 3.37.1).
OLDEST_SQLITE = (3, 37, 2)
# A network that swallows packets, or a machine that vanishes, must not leave anyone waiting for long.
REACHING = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
# What the server does for each connection: end a statement, or a transaction in which nobody speaks, after a
# minute, and find out that a machine is gone. Otherwise its locks would keep every other engine from writing.
_SERVER = {
    "statement_timeout": "60000",
    "idle_in_transaction_session_timeout": "60000",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_MIGRATING = 7_202_611  # the number of the lock that PostgreSQL's engines take to migrate one at a time


def parse(address: str) -> URL:
    """The address of a store, checked. Raises StoreError, saying what would be right."""
    try:
        url = make_url(address)
    except ArgumentError:
        url = None
    if url is not None and url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url is None or url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise StoreError("the store's address must begin with sqlite:///path/to/file or postgresql+psycopg://")
    if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreError("a SQLite store needs a file: sqlite:///path/to/file")
    return url


def make_engine(url: URL) -> Engine:
    """The pool of connections to a store, each set as the store needs it."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10, connect_args=_limits(url))
    must_be_new_enough(sqlite3.sqlite_version_info)
    _make_for_its_account_alone(Path(str(url.database)))
    engine = create_engine(url, connect_args={"timeout": 30}, pool_size=5, max_overflow=20)

    @event.listens_for(engine, "connect")
    def settle(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # we say when a transaction begins
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -32000"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A write that began as a read would fail when another has written since.
        kind = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {kind}")

    return engine


def readable_by_others(database: Path) -> list[Path]:
    """Of the files of a SQLite store, and of those that a restore has replaced, those that other accounts may read or write."""
    beside = database.parent.glob(f"{glob.escape(database.name + REPLACED)}*")
    files = [database, *(database.with_name(database.name + more) for more in ("-wal", "-shm")), *sorted(beside)]
    return [each for each in files if each.is_file() and each.stat().st_mode & 0o077]


def _make_for_its_account_alone(database: Path) -> None:
    """Make the file of a store that is not there yet, as nobody else may read it: SQLite gives what it writes beside it the same."""
    with suppress(OSError):  # it is there, or cannot be: SQLite says so
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _take_from_others(database: Path) -> None:
    for each in readable_by_others(database):
        with suppress(OSError):  # it is another account's, or has gone: ``app.py check`` says so
            each.chmod(0o600)


def must_be_new_enough(version: tuple[int, ...]) -> None:
    """Refuse a SQLite that is too old to keep a store safely. Raises StoreError."""
    if version < OLDEST_SQLITE:
        raise StoreError(
            f"SQLite {_dotted(version)} is too old: Flow Centre needs {_dotted(OLDEST_SQLITE)}. Before 3.35 it lacks what is "
            "used, and until 3.37.1 it may corrupt a store in which part of a transaction is undone. Take a newer Python or "
            "system, or PostgreSQL."
        )


def may_corrupt_a_wal(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Has this SQLite the fault by which two connections that write or checkpoint at one moment can corrupt a store?

    It is in 3.7.0 to 3.51.2, and mended in 3.44.6 and 3.50.7 too. Flow Centre writes and checkpoints from one at a time.
    """
    mended = (version[:2] == (3, 44) and version >= (3, 44, 6)) or (version[:2] == (3, 50) and version >= (3, 50, 7))
    return version < (3, 51, 3) and not mended


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def _limits(url: URL) -> dict[str, str]:
    """The time limits of a PostgreSQL connection; what the address itself sets comes first."""
    limits = {name: value for name, value in REACHING.items() if name not in url.query}
    theirs = url.query.get("options", "")
    ours = " ".join(f"-c {name}={value}" for name, value in _SERVER.items())
    return limits | {"options": " ".join([ours, *([theirs] if isinstance(theirs, str) else theirs)]).strip()}


def take_time(connection: Connection) -> None:
    """Let this transaction's statements take as long as they need, on PostgreSQL: for migrations and roll-ups."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))


class WriterLock:
    """The right to write to a SQLite file, held until closed or until the process ends, however it ends.

    SQLite before 3.51.3 can corrupt a WAL that two processes write. The lock is the process's own: a
    worker forked from it neither holds it nor keeps it when the process dies.
    """

    _held: set[Path] = set()
    _guard = threading.Lock()

    def __init__(self, database: Path) -> None:
        self.file = database.with_name(database.name + ".lock").absolute()
        with self._guard:
            if self.file in self._held:  # such a lock does not keep a process from itself
                raise StoreBusy(self._why(database, os.getpid()))
            self._descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                holder = os.read(self._descriptor, 20).decode(errors="replace").strip()
                os.close(self._descriptor)
                raise StoreBusy(self._why(database, holder)) from None
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"{os.getpid()}\n".encode())
            self._held.add(self.file)
        _take_from_others(database)

    @staticmethod
    def _why(database: Path, holder: object) -> str:
        return (
            f"{database} is being written by another Flow Centre (process {holder or 'unknown'}). "
            "Stop that one, or give this one another store; PostgreSQL takes any number."
        )

    def release(self) -> None:
        """Let another process write. The file stays: to remove it would let two hold a lock of one name."""
        with self._guard:
            if self.file in self._held:
                self._held.discard(self.file)
                os.close(self._descriptor)


def restored_beside(database: Path) -> Path:
    """Where a copy waits, whole and proved, that is about to be put in a store's place."""
    return database.with_name(f".{database.name}.restored")


def must_not_be_between(database: Path) -> None:
    """Refuse to begin an empty store where a restore was killed before it put one there. Raises StoreError."""
    if database.exists():
        return
    replaced = max((each for each in database.parent.glob(f"{glob.escape(database.name + REPLACED)}*Z")), default=None)
    ready = restored_beside(database)
    if replaced is None and not ready.exists():
        return
    there = " and ".join(each.name for each in (ready, replaced) if each is not None and each.exists())
    raise StoreError(
        f"there is no store at {database}, and beside it is {there}: a restore did not end. Run app.py restore again, or move "
        f"{there} to {database.name} yourself. To begin an empty store, move them elsewhere first."
    )


def _standing(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def check_not_newer(standing: str | None, where: str) -> None:
    """See that this Flow Centre knows the schema that stands in a store. Raises StoreTooNew, naming ``where`` it is."""
    known = {file.name.split("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py")}
    if standing is not None and standing not in known:
        raise StoreTooNew(
            f"{where} has schema {standing}; this Flow Centre knows {NEWEST} at most. "
            "Run the newer Flow Centre that made it, or restore the backup from before."
        )


def check_schema(engine: Engine, url: URL) -> None:
    """See that a reader finds the schema that it knows. Raises StoreNotReady or StoreTooNew."""
    with engine.connect() as connection:
        standing = _standing(connection)
    check_not_newer(standing, url.render_as_string(hide_password=True))
    if standing != NEWEST:
        raise StoreNotReady(
            f"{url.render_as_string(hide_password=True)} has {'no schema' if standing is None else f'schema {standing}'}; "
            f"{NEWEST} is needed. Start what writes to it first."
        )


def migrate(engine: Engine, url: URL) -> None:
    """Bring a store's schema up to this code's, after a copy of a SQLite store is kept beside it. Raises StoreError.

    There is no other way back: of PostgreSQL whoever runs it makes a backup first.
    """
    _keep_a_copy(engine, url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        take_time(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATING})
        standing = _standing(connection)
        check_not_newer(standing, url.render_as_string(hide_password=True))
        if standing == NEWEST:
            return
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, "head")


def _keep_a_copy(engine: Engine, url: URL) -> None:
    if url.get_backend_name() != "sqlite":
        return
    with engine.connect() as connection:
        standing = _standing(connection)
    if standing in (None, NEWEST):
        return
    check_not_newer(standing, str(url.database))
    from flowcentre.store.backup import copy_before_migration  # which opens stores itself

    assert standing is not None
    try:
        kept = copy_before_migration(Path(str(url.database)), standing)
    except (StoreError, OSError) as why:
        raise StoreError(
            f"{url.database} has schema {standing} and this Flow Centre needs {NEWEST}. A copy is kept before it is brought up, "
            f"for there is no other way back, and none could be made: {why}. Nothing was changed."
        ) from None
    _log.warning("schema %s is brought up to %s; the store as it was is kept as %s", standing, NEWEST, kept.name)
