"""Local accounts as they are kept. What is counted of them is counted in the database: two sign-ins at once are two."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from flowcentre.model import Account
from flowcentre.store import access_tables as db
from flowcentre.store.moments import from_ms, maybe_from_ms, maybe_to_ms, to_ms
from flowcentre.store.writing import insert_new

_row = db.account.c
_MOMENTS = {"made_at", "closed_at", "locked_until"}
_CHANGES = {"title", "password", "totp", "closed_at", "failures", "locked_until", "totp_used"}


def add(connection: Connection, account: Account) -> None:
    """Keep a new one. Raises ValueError where there is one of that name, closed or not: a name is one person's for ever."""
    values = {column.name: getattr(account, column.name) for column in db.account.c}
    named = insert_new(connection, db.account, _row.name)
    if connection.execute(named, _as_kept(values)).first() is None:
        raise ValueError(f"there is an account {account.name!r} already; a name is not given twice")


def change(connection: Connection, name: str, changes: dict[str, Any]) -> Account:
    """Change some of its fields. Raises ValueError for others, and LookupError where there is none of that name."""
    if unknown := changes.keys() - _CHANGES:
        raise ValueError(f"of an account nobody changes {', '.join(sorted(unknown))}")
    if changes:
        connection.execute(update(db.account).where(_row.name == name).values(_as_kept(changes)))
    return _standing(connection, name)


def note_failure(connection: Connection, name: str, at: datetime, most: int, lock_for: timedelta) -> bool:
    """Count a failure, and lock from the ``most``-th on; False where it is locked, or is not there."""
    # The update takes the row's lock, on PostgreSQL; whoever else counts waits for it and counts on.
    counted = connection.execute(
        update(db.account)
        .where(_row.name == name, _row.locked_until.is_(None) | (_row.locked_until <= to_ms(at)))
        .values(failures=_row.failures + 1)
        .returning(_row.failures)
    ).scalar()
    if counted is not None and counted >= most:
        connection.execute(update(db.account).where(_row.name == name).values(locked_until=to_ms(at + lock_for)))
    return counted is not None


def note_success(connection: Connection, name: str, totp_step: int | None) -> bool:
    """Forget the failures, and take a time step; False where that or a later one was taken, or the account is closed."""
    values = {"failures": 0, "locked_until": None}
    wanted = update(db.account).where(_row.name == name, _row.closed_at.is_(None))
    if totp_step is not None:
        wanted = wanted.where(_row.totp_used < totp_step)
        values["totp_used"] = totp_step
    return connection.execute(wanted.values(values)).rowcount == 1


def read_one(connection: Connection, name: str) -> Account | None:
    """One of them, closed or not."""
    row = connection.execute(select(db.account).where(_row.name == name)).one_or_none()
    return None if row is None else _as_account(row)


def read_all(connection: Connection) -> list[Account]:
    """Every one, closed ones too, by name."""
    return [_as_account(row) for row in connection.execute(select(db.account).order_by(_row.name))]


def _standing(connection: Connection, name: str) -> Account:
    found = read_one(connection, name)
    if found is None:
        raise LookupError(f"there is no account {name!r}")
    return found


def _as_kept(values: dict[str, Any]) -> dict[str, Any]:
    return {name: maybe_to_ms(value) if name in _MOMENTS else value for name, value in values.items()}


def _as_account(row: Row[Any]) -> Account:
    return Account(
        row.name,
        row.title,
        row.password,
        row.totp,
        from_ms(row.made_at),
        maybe_from_ms(row.closed_at),
        row.failures,
        maybe_from_ms(row.locked_until),
        row.totp_used,
    )
