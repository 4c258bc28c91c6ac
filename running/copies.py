"""Backups at a terminal: make one, prove one, and put one back."""

from __future__ import annotations

import shutil
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from running.accounts import by
from running.clock import utc_now
from running.setting import setting_of
from running.start import CannotStart
from running.terminal import counted, say

if TYPE_CHECKING:
    from flowcentre.store.backup import Copied


def back_up(config: Path | None, store_url: str | None, folder: Path, keep: int | None) -> None:
    """Copy a store into a folder, while it is written or not, and say what the copy holds. Raises CannotStart, StoreError.

    Of a store on PostgreSQL it says how that is done, and exits with 2.
    """
    from flowcentre.store import backup

    url = setting_of(config, store_url, demo_port=0).store_url
    database = backup.file_of(url)
    if database is None:
        sys.stderr.write(f"{postgresql_words(url, folder)}\n")
        raise SystemExit(2)
    try:
        made = backup.back_up(database, folder, utc_now(), keep=keep)
    except OSError as why:
        raise CannotStart(
            f"no backup was made in {folder}: {why.strerror}. Those of before are as they were."
        ) from None
    say(f"{made.file}: made, and proved.")
    _tell(made)


def verify(file: Path) -> None:
    """Say whether a backup is whole, and what it holds. Raises StoreError where it is not."""
    from flowcentre.store import backup

    found = backup.verify(file)
    say(f"{file} is whole.")
    _tell(found)


def restore(config: Path | None, store_url: str | None, file: Path, *, over: bool) -> None:
    """Put a backup where a store is to be, and sign everybody out of it. Raises CannotStart, StoreError."""
    from flowcentre.model import Audited
    from flowcentre.store import backup, open_store
    from flowcentre.store.schema import NEWEST

    url = setting_of(config, store_url, demo_port=0).store_url
    database = backup.file_of(url)
    if database is None:
        raise CannotStart("a backup of PostgreSQL is put back with pg_restore: docs/backups.md says how.")
    at, found = utc_now(), backup.verify(file)
    try:
        restored = backup.restore(file, database, at, over=over)
    except OSError as why:
        raise CannotStart(f"{file} could not be put at {database}: {why.strerror}.") from None
    say(f"{database} is what {file} was.")
    if restored.kept is not None:
        say(f"The store that was there is kept as {restored.kept}.")
    say(
        f"{counted(restored.signed_out, 'session')} ended. "
        "Screens and accounts are as they were then: see which are to be revoked."
    )
    _tell(found)
    with closing(open_store(url)) as store:  # which brings an older schema up, with a copy beside
        if found.schema != NEWEST:
            say(
                f"Its schema was {found.schema} and is {NEWEST} now. docs/backups.md says how to go back to an older one."
            )
        store.audit(by(), "Terminal", Audited.ADMINISTERED, f"the store was restored from {file.name}", at=at)


def postgresql_words(url: str, folder: Path) -> str:
    """The command that backs a PostgreSQL store up, without its password, and what it lacks here."""
    from flowcentre.store.opening import parse

    parsed = parse(url).set(drivername="postgresql")._replace(password=None)
    file = folder / f"{parsed.database}-{utc_now():%Y%m%dT%H%M%SZ}.dump"
    here = (
        ""
        if shutil.which("pg_dump")
        else " pg_dump is not on this machine's path: its version is to be the server's or newer."
    )
    return (
        "PostgreSQL has a tool of its own for this, and Flow Centre does not stand between. Run, with the password in PGPASSFILE:\n\n"
        f'  pg_dump --format=custom --file="{file}" "{parsed.render_as_string()}"\n\n'
        f"docs/backups.md says how it is put back and tried.{here}"
    )


def _tell(copied: Copied) -> None:
    from flowcentre.store.backup import in_words

    rows = sum(copied.rows.values())
    say(
        f"  {in_words(copied.size)}, schema {copied.schema}, {counted(len(copied.rows), 'table')}, {counted(rows, 'row')}"
    )
    number, newest = copied.audit
    say(f"  the audit's newest entry is {number}:{newest}" if number else "  the audit has no entries")
