"""How far each class has been purged: a mark of the store, written in the very transaction that deletes."""

from __future__ import annotations

from sqlalchemy import Connection, select

from flowcentre.model import Kept
from flowcentre.store import schema as db
from flowcentre.store.writing import upsert


def purged_before(connection: Connection, kept: Kept) -> int:
    """The moment before which a class has been purged; 0 where it never was."""
    return _read(connection, kept)[0]


def untold(connection: Connection, kept: Kept) -> int:
    """How many rows have gone that the audit has not been told of."""
    return _read(connection, kept)[1]


def keep(connection: Connection, kept: Kept, before: int, gone: int) -> None:
    """Keep that a class has been purged before a moment, and how many rows the audit is still to be told of."""
    before = max(before, purged_before(connection, kept))
    connection.execute(upsert(connection, db.mark), {"key": _key(kept), "value": f"{before} {gone}"})


def _read(connection: Connection, kept: Kept) -> tuple[int, int]:
    found = connection.execute(select(db.mark.c.value).where(db.mark.c.key == _key(kept))).scalar()
    if found is None:
        return 0, 0
    before, gone = found.split()
    return int(before), int(gone)


def _key(kept: Kept) -> str:
    return f"purged {kept}"
