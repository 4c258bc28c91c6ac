"""The audit as it is kept: numbered without a gap, each entry with the hash of the one before it.

Whoever changes, takes out or reorders entries breaks the chain, unless they make all of it anew from there: then its
newest hash is another than the one that was written down elsewhere. So is it where the newest entries are cut off.

The oldest entries are purged once they are older than the audit is kept. An entry says so beforehand, with the number and the
hash of the last that goes; the last that has gone is kept as the anchor, from which the chain is verified on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select

from flowcentre.model import Audited, AuditEntry
from flowcentre.store import access_tables as db
from flowcentre.store.batches import AT_ONCE, some_at_once
from flowcentre.store.moments import from_ms, to_ms
from flowcentre.store.schema import mark
from flowcentre.store.writing import upsert

_TURN = 7_202_612  # the number of the lock that PostgreSQL's writers take to write one at a time
FIRST = ""  # what stands for the hash before the first
_ANCHOR = "audit anchor"  # the mark that has number and hash of the last entry that was purged
_PURGED_AT_ONCE = 50  # entries: each may tell of hundreds of people
_GOES = re.compile(r"audit until entry (\d+), ([0-9a-f]{64})")
_row, _of = db.audit.c, db.audit_ref.c
_HASHED = tuple(str(column.name) for column in db.audit.c if column.name != "hash")
_NEWEST = select(_row.number, _row.hash).order_by(_row.number.desc()).limit(1)


def write(
    connection: Connection, who: str, title: str, act: Audited, what: str, refs: Collection[str], at: datetime
) -> AuditEntry:
    """Add an entry to the chain. Whoever else writes one waits until this transaction ends."""
    if connection.dialect.name == "postgresql":  # on SQLite whoever writes is alone anyway
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
    newest = connection.execute(_NEWEST).one_or_none()
    number, before = (newest.number + 1, newest.hash) if newest is not None else (1, FIRST)
    kept: dict[str, Any] = {"number": number, "at": to_ms(at), "who": who, "title": title, "act": str(act)}
    kept |= {"what": what, "before": before}
    told = sorted(set(refs))
    kept["hash"] = hash_of(kept, told)
    connection.execute(insert(db.audit).values(kept))
    if told:
        connection.execute(insert(db.audit_ref), [{"ref": ref, "number": number} for ref in told])
    return AuditEntry(number, from_ms(kept["at"]), who, title, act, what, frozenset(told), before, kept["hash"])


def hash_of(kept: Mapping[str, Any], refs: Iterable[str]) -> str:
    """The hash of an entry: SHA-256 of all that it says, the hash before it too, as JSON with sorted keys."""
    told = {name: kept[name] for name in _HASHED} | {"refs": sorted(refs)}
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def verify(connection: Connection) -> int | None:
    """The number of the first entry that does not fit; None where the chain is whole."""
    last, before = read_anchor(connection)
    if last and not _declared(connection, last, before):
        return last + 1
    while rows := _rows(connection, [_row.number > last], AT_ONCE, newest_first=False):
        refs = _refs(connection, _of.number.between(rows[0].number, rows[-1].number))
        for row in rows:
            follows = row.number == last + 1 and row.before == before
            if not follows or row.hash != hash_of(row._asdict(), refs.get(row.number, ())):
                return int(row.number)
            last, before = row.number, row.hash
    return None


def read_anchor(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last entry that was purged; 0 and "" where none was."""
    kept = connection.execute(select(mark.c.value).where(mark.c.key == _ANCHOR)).scalar()
    if kept is None:
        return 0, FIRST
    number, _, hash = kept.partition(" ")
    return int(number), hash


def _declared(connection: Connection, number: int, hash: str) -> bool:
    """Does an entry that stands say that what has gone was to go?"""
    said = select(_row.what).where(_row.act == str(Audited.PURGED), _row.number > number)
    for what in connection.execute(said).scalars():
        found = _GOES.fullmatch(what)
        # Where the purge was killed on its way, the rest of what it said still stands and leads on to the hash that it gave.
        if found and (int(found[1]) > number or (int(found[1]) == number and found[2] == hash)):
            return True
    return False


def last_before(connection: Connection, before: int) -> tuple[int, str] | None:
    """Number and hash of the last of the entries, from the oldest on, that are all of before a moment; None where there is none."""
    first_kept = select(func.min(_row.number)).where(_row.at >= before).scalar_subquery()
    found = connection.execute(
        select(_row.number, _row.hash)
        .where(_row.number < func.coalesce(first_kept, _NEWEST.with_only_columns(_row.number).scalar_subquery()))
        .order_by(_row.number.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else (found.number, found.hash)


def goes_words(number: int, hash: str) -> str:
    """What an entry says of those that are about to be purged."""
    return f"audit until entry {number}, {hash}"


def purge_some(connection: Connection, until: int) -> int:
    """Delete some of the oldest entries until a number, and move the anchor. How many; 0 when all is done."""
    oldest = select(_row.number, _row.hash).where(_row.number <= until).order_by(_row.number).limit(_PURGED_AT_ONCE)
    going = connection.execute(oldest).all()
    if not going:
        return 0
    number, hash = going[-1]
    connection.execute(delete(db.audit_ref).where(_of.number <= number))
    gone = connection.execute(delete(db.audit).where(_row.number <= number)).rowcount
    connection.execute(upsert(connection, mark), {"key": _ANCHOR, "value": f"{number} {hash}"})
    return gone


def read_head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the newest entry; 0 and "" where there is none."""
    newest = connection.execute(_NEWEST).one_or_none()
    return (0, FIRST) if newest is None else (newest.number, newest.hash)


def read(
    connection: Connection,
    since: datetime | None,
    until: datetime | None,
    who: str | None,
    act: Audited | None,
    before: int | None,
    limit: int,
) -> list[AuditEntry]:
    """Entries with all that they tell of, the newest first."""
    asked: list[ColumnElement[bool]] = []
    if since is not None:
        asked.append(_row.at >= to_ms(since))
    if until is not None:
        asked.append(_row.at < to_ms(until))
    if who is not None:
        asked.append(_row.who == who)
    if act is not None:
        asked.append(_row.act == str(act))
    if before is not None:
        asked.append(_row.number < before)
    rows = _rows(connection, asked, limit)
    found: dict[int, list[str]] = {}
    for some in some_at_once([row.number for row in rows]):
        found |= _refs(connection, _of.number.in_(some))
    return [_as_entry(row, found.get(row.number, ())) for row in rows]


def read_of(connection: Connection, ref: str, before: int | None, limit: int) -> list[AuditEntry]:
    """The entries that tell of one person, the newest first, each with that person alone."""
    # The rows of one ref are few, however many entries there are: they are found first, by their index.
    of = select(_of.number).where(_of.ref == ref)
    if before is not None:
        of = of.where(_of.number < before)
    numbers = of.order_by(_of.number.desc()).limit(limit)
    return [_as_entry(row, (ref,)) for row in _rows(connection, [_row.number.in_(numbers)], limit)]


def read_titled(connection: Connection, title: str) -> list[str]:
    """The identities that have entries by a title."""
    of = select(_row.who).where(func.lower(_row.title) == title.lower()).distinct().order_by(_row.who)
    return list(connection.execute(of).scalars())


def _rows(
    connection: Connection, asked: Iterable[ColumnElement[bool]], limit: int, *, newest_first: bool = True
) -> list[Row[Any]]:
    order = _row.number.desc() if newest_first else _row.number
    return list(connection.execute(select(db.audit).where(*asked).order_by(order).limit(limit)))


def _refs(connection: Connection, of: ColumnElement[bool]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for number, ref in connection.execute(select(_of.number, _of.ref).where(of)):
        found.setdefault(number, []).append(ref)
    return found


def _as_entry(row: Row[Any], refs: Iterable[str]) -> AuditEntry:
    return AuditEntry(
        row.number,
        from_ms(row.at),
        row.who,
        row.title,
        Audited(row.act),
        row.what,
        frozenset(refs),
        row.before,
        row.hash,
    )
