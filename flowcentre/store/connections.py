"""The connections of one store: any number that read, one at a time that writes, and what is told of it after."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import OperationalError

from flowcentre.store import opening, versions
from flowcentre.store import schema as db
from flowcentre.store.answers import StoreError, StoreNotReady
from flowcentre.store.memory import FeedMemory, load
from flowcentre.store.writing import insert_new

_FEED = select(db.feed).where(db.feed.c.id == bindparam("one"))


class Connections:
    """An open database, as the store's own verbs use it."""

    def __init__(self, address: str, *, writer: bool, migrates: bool = True) -> None:
        url = opening.parse(address)
        self.url = address
        self.dialect: str = url.get_backend_name()
        self.writer = writer
        self._lock: opening.WriterLock | None = None
        self._writing = threading.RLock()
        self._memories: dict[str, FeedMemory] = {}
        self._listeners = versions.Listeners()
        self._stops: list[Callable[[], None]] = []
        self._bulk: tuple[int, Connection] | None = None  # the thread that writes in bulk, and its transaction
        self._untold: int | None = None  # the newest version made in bulk, which nobody can read yet
        if self.dialect == "sqlite":
            file = Path(str(url.database))
            if writer:
                if not file.parent.is_dir():
                    raise StoreError(f"there is no folder {file.parent} for the store to be in")
                opening.must_not_be_between(file)
                self._lock = opening.WriterLock(file)
            elif not file.is_file():
                raise StoreNotReady(f"there is no store at {file} to read")
        self._engine = opening.make_engine(url)
        try:
            if writer and migrates:
                opening.migrate(self._engine, url)
            else:
                opening.check_schema(self._engine, url)
        except OperationalError as error:
            self.close()
            where = f"{url.host}, database {url.database}" if url.host else str(url.database)
            # The driver's own first line: it names no password.
            raise StoreError(f"the store at {where} cannot be opened: {str(error.orig).splitlines()[0]}") from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of every connection, listener and lock."""
        while self._stops:
            self._stops.pop()()
        with self._writing:
            self._engine.dispose()
            if self._lock is not None:
                self._lock.release()

    @contextmanager
    def in_bulk(self) -> Iterator[None]:
        """Make what this thread writes one transaction: all of it stands at the end, or none.

        For reading in a history, where the wait for the disk after each poll would be most of the time.
        Listeners of this process hear the newest version once, at the end.
        """
        if self._in_bulk_here() is not None:
            yield
            return
        with self._writing:
            try:
                with self._changing() as connection:
                    self._bulk = (threading.get_ident(), connection)
                    try:
                        yield
                    finally:
                        self._bulk = None
            except BaseException:
                self._memories.clear()  # they remember what is undone
                self._untold = None
                raise
            untold, self._untold = self._untold, None
        if untold is not None:
            self._listeners.tell(untold)

    def _in_bulk_here(self) -> Connection | None:
        bulk = self._bulk
        return bulk[1] if bulk is not None and bulk[0] == threading.get_ident() else None

    @contextmanager
    def _reading(self, *, one_moment: bool = False) -> Iterator[Connection]:
        """A transaction that reads; with ``one_moment`` all that it reads stood at the same one."""
        if (bulk := self._in_bulk_here()) is not None:
            yield bulk
            return
        with self._engine.connect() as connection:
            if one_moment and self.dialect == "postgresql":  # on SQLite every transaction is so
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """One transaction that writes, one at a time in this process."""
        if not self.writer:
            raise StoreError("this store was opened to read")
        if (bulk := self._in_bulk_here()) is not None:
            with bulk.begin_nested():
                yield bulk
            return
        with self._writing, self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def _recording(
        self, feed: str, take: Callable[[Connection], tuple[int, int]]
    ) -> Iterator[tuple[Connection, FeedMemory, int, int]]:
        """The same for a feed, with its memory, a version, and the moment up to which history is rolled up."""
        with self._writing:
            remembered = self._memories.pop(feed, None)  # gone, unless the transaction stands
            with self._changing() as connection:
                version, rolled_until = take(connection)
                row = connection.execute(_FEED, {"one": feed}).one_or_none()
                if row is None:  # its first poll
                    connection.execute(insert_new(connection, db.feed), {"id": feed})
                    row = connection.execute(_FEED, {"one": feed}).one()
                if remembered is None or remembered.writes != row.writes:
                    remembered = load(
                        connection, FeedMemory(feed, row.writes, row.received_at, row.observed_at, row.moved_at)
                    )
                remembered.observed_at = row.observed_at  # of totals it moves without a write
                yield connection, remembered, version, rolled_until
            self._memories[feed] = remembered

    def _tell(self, version: int) -> None:
        """Tell this process's listeners of a version, once it can be read."""
        if self._in_bulk_here() is not None:
            self._untold = version
        else:
            self._listeners.tell(version)
