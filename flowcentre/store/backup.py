"""Copies of a SQLite store: made while it is written, proved before they count, and put back.

A copy is the store as at one moment, in one file without a journal beside it. PostgreSQL has pg_dump for this.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from flowcentre.store import audits, opening
from flowcentre.store.answers import StoreError
from flowcentre.store.moments import to_ms
from flowcentre.store.schema import NEWEST

_PAGES_AT_ONCE = 4096  # 16 MB, after which whoever copies may be asked to stop
_SPARE = 64 * 1024 * 1024  # bytes that are left free beside a copy
_MOMENT = "%Y%m%dT%H%M%SZ"
_TAKEN = re.compile(r"-(\d{8}T\d{6}Z)\.db")
_GIVEN_UP = timedelta(hours=12)  # after which a copy that was begun will not be ended by anybody
STORE = "store"  # the mark of a store, by which the backups of two whose files are called the same are told apart


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds, as read from the copy itself. ``rows`` by table; ``audit`` is the newest entry's number and hash."""

    file: Path
    size: int  # bytes
    schema: str
    rows: Mapping[str, int]
    audit: tuple[int, str]


@dataclass(frozen=True, slots=True)
class Restored:
    """Where the store is kept that was there before, if one was, and how many sessions of the copy were ended."""

    kept: Path | None
    signed_out: int


def file_of(address: str) -> Path | None:
    """The file of a SQLite store; None of one on PostgreSQL. Raises StoreError for an address that cannot be one."""
    url = opening.parse(address)
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def back_up(
    database: Path, folder: Path, at: datetime, *, keep: int | None = None, stop: Callable[[], bool] = lambda: False
) -> Copied:
    """Copy a store, which may be being written, into a folder, prove the copy, and then delete all but the newest ``keep``.

    Its name has the moment, in UTC; what has one that is to come is left alone. Raises StoreError, and OSError of the folder; then no copy of before was touched.
    """
    if not folder.is_dir():
        raise StoreError(f"there is no folder {folder} for backups to be in")
    name = name_of(database)
    for left in folder.glob(f".{glob.escape(name)}-*.unfinished*"):
        begun = _moment_in(left.name[1:].partition(".unfinished")[0], name)
        if begun is not None and at - begun > _GIVEN_UP:
            left.unlink(missing_ok=True)
    made = copy(database, folder / f"{name}-{at.astimezone(UTC):{_MOMENT}}.db", stop=stop)
    if keep is not None:
        before = [file for file, taken in backups_in(folder, name) if taken <= at and file != made.file]
        for old in before[max(keep, 1) - 1 :]:
            old.unlink(missing_ok=True)
    return made


def name_of(database: Path) -> str:
    """What the backups of a store are called, before their moment: as its file, with its own mark. Raises StoreError."""
    try:
        with closing(_reading(database)) as connection:
            marked = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'mark'").fetchone()
            row = connection.execute("SELECT value FROM mark WHERE key = ?", (STORE,)).fetchone() if marked else None
    except sqlite3.Error as error:
        raise StoreError(f"{database} cannot be read: {error}") from None
    return f"{database.stem}-{row[0]}" if row else database.stem


def backups_in(folder: Path, name: str) -> list[tuple[Path, datetime]]:
    """The backups in a folder that are called so, with their moments, the newest first. A folder that is not there has none.

    The moment is what a name says: it is in the future where a clock was ahead, and then nothing is to be made of it.
    """
    found = []
    for file in folder.glob(f"{glob.escape(name)}-*.db"):
        taken = _moment_in(file.name, name)
        if taken is not None:
            found.append((file, taken))
    return sorted(found, key=lambda one: one[1], reverse=True)


def _moment_in(file: str, name: str) -> datetime | None:
    taken = _TAKEN.fullmatch(file.removeprefix(name)) if file.startswith(name) else None
    with suppress(ValueError):
        return datetime.strptime(taken[1], _MOMENT).replace(tzinfo=UTC) if taken is not None else None
    return None


def copy(database: Path, to: Path, *, needs: int = 1, stop: Callable[[], bool] = lambda: False) -> Copied:
    """Copy a store as it stands at this moment, prove the copy, and only then give it its name. Raises StoreError.

    ``needs`` is how many times the store's size must be free on the disk. A copy of that name is replaced.
    """
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        with closing(_reading(database)) as source:
            source.execute("BEGIN")  # all that is read from here on stood at one moment, whoever writes meanwhile
            rows, schema = _rows(source), _schema(source)
            if schema is None:
                raise StoreError(f"{database} is no store of Flow Centre: it has no schema")
            _must_have_room(source, to.parent, needs)
            unfinished.unlink(missing_ok=True)
            os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # its rows are not for everybody
            with closing(sqlite3.connect(unfinished, isolation_level=None)) as target:
                source.backup(target, pages=_PAGES_AT_ONCE, progress=lambda *_: _must_go_on(stop), sleep=0)
                target.execute("PRAGMA journal_mode = DELETE").close()
        proved = verify(unfinished)
        if proved.rows != rows:
            differing = ", ".join(sorted(name for name in rows if proved.rows.get(name) != rows[name]))
            raise StoreError(f"the copy of {database} has other rows than the store ({differing})")
        os.replace(unfinished, to)
        _to_disk(to.parent)
    except sqlite3.Error as error:
        raise StoreError(f"{database} cannot be copied: {error}") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return Copied(to, proved.size, proved.schema, proved.rows, proved.audit)


def verify(file: Path) -> Copied:
    """Prove a copy: every page and index of it, its schema, and the chain of its audit. Raises StoreError, saying what is wrong.

    The chain is worked out anew where the schema is this Flow Centre's; an older one's newest entry is only read.
    """
    if not file.is_file():
        raise StoreError(f"there is no file {file}")
    try:
        with closing(_reading(file)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
            if faults != ["ok"]:
                raise StoreError(f"{file} is damaged: {faults[0]}")
            schema = _schema(connection)
            if schema is None:
                raise StoreError(f"{file} is no store of Flow Centre: it has no schema")
            opening.check_not_newer(schema, str(file))
            rows = _rows(connection)
            if schema == NEWEST:
                head = _whole_audit(file)
            else:
                newest = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"
                head = (connection.execute(newest).fetchone() if "audit" in rows else None) or (0, audits.FIRST)
    except sqlite3.Error as error:
        raise StoreError(f"{file} cannot be read as a store: {error}") from None
    return Copied(file, file.stat().st_size, schema, rows, head)


def restore(file: Path, database: Path, at: datetime, *, over: bool = False) -> Restored:
    """Put a copy, once it is proved and nobody is signed in to it any more, where a store is to be.

    Whoever was signed out since it was made, or had a session ended, would be signed in again. Raises StoreBusy while somebody writes to it, and StoreError where a store is there and ``over`` does not say that it may
    be replaced, or where the copy is not whole; then nothing was touched.
    """
    if not database.parent.is_dir():
        raise StoreError(f"there is no folder {database.parent} for the store to be in")
    verify(file)
    lock = opening.WriterLock(database)
    ready = opening.restored_beside(database)
    try:
        if database.exists() and not over:
            raise StoreError(
                f"there is a store at {database}: give --over to have it replaced (it is kept beside), or another --store"
            )
        if database.exists() and database.samefile(file):
            raise StoreError(f"{file} is the store itself")
        copy(file, ready)
        signed_out = _sign_everybody_out(ready, at)
        kept = None
        if database.exists():
            kept = database.with_name(f"{database.name}{opening.REPLACED}{at.astimezone(UTC):{_MOMENT}}")
            _into_one_file(database)
            # Its journal first: beside the restored file it would be played into that.
            for ending in ("-wal", "-shm", ""):
                with suppress(FileNotFoundError):
                    os.replace(database.with_name(database.name + ending), kept.with_name(kept.name + ending))
        for ending in ("-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
        os.replace(ready, database)
        _to_disk(database.parent)
        return Restored(kept, signed_out)
    finally:
        ready.unlink(missing_ok=True)
        lock.release()


def _sign_everybody_out(database: Path, at: datetime) -> int:
    """End the sessions of a store, how many; one of before there was sign-in has none."""
    end = "UPDATE session SET ended_at = ?, ended_by = 'a restore', id_token = '' WHERE ended_at IS NULL"
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'session'").fetchone() is None:
                return 0
            return connection.execute(end, (to_ms(at),)).rowcount
    except sqlite3.Error as error:
        raise StoreError(f"nobody could be signed out of the copy at {database}: {error}") from None


def _into_one_file(database: Path) -> None:
    """Write a store's journal into it, so that whoever is killed between the two moves loses nothing of it."""
    # One that is damaged is moved as it is, its journal with it.
    with suppress(sqlite3.Error), closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


def copy_before_migration(database: Path, standing: str) -> Path:
    """Keep a copy of a store beside it, named with its schema, before that is brought up. Raises StoreError."""
    to = database.with_name(f"{database.name}.schema-{standing}")
    copy(database, to, needs=2)  # the migration may write as much again
    return to


def _reading(file: Path) -> sqlite3.Connection:
    # Opened so, it writes no checkpoint either, however it is closed: beside a writer that is the writer's alone to do.
    if not file.is_file():
        raise StoreError(f"there is no store at {file}")
    return sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, isolation_level=None, timeout=30)


def _schema(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    return str(row[0]) if row is not None else None


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    counted = {}
    for name in names:
        if not name.startswith("sqlite_"):
            (counted[name],) = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608 - its own name
    return counted


def _whole_audit(file: Path) -> tuple[int, str]:
    engine = create_engine("sqlite://", creator=lambda: _reading(file), poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            if (broken := audits.verify(connection)) is not None:
                raise StoreError(f"{file} has an audit that is broken at entry {broken}")
            return audits.read_head(connection)
    finally:
        engine.dispose()


def _must_have_room(source: sqlite3.Connection, folder: Path, times: int) -> None:
    (pages,), (size,) = (source.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    needed, free = pages * size * times + _SPARE, shutil.disk_usage(folder).free
    if free < needed:
        raise StoreError(
            f"a copy of the store needs {in_words(needed)} free in {folder}, and {in_words(free)} are: make room there first"
        )


def in_words(size: int) -> str:
    """A number of bytes as people say it: "1.4 GB"."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"


def _must_go_on(stop: Callable[[], bool]) -> None:
    if stop():
        raise StoreError("the copy was not finished: Flow Centre was asked to stop")


def _to_disk(folder: Path) -> None:
    """Have the disk keep the names in a folder; SQLite has done so with what is in the files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
