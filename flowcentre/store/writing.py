"""Inserts that both databases understand, and that may meet a row which is there already.

Each is made once for a table: to make and to name a statement takes longer than to run it.
"""

from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = postgresql.Insert | sqlite.Insert


def upsert(connection: Connection, table: Table) -> Insert:
    """An insert that replaces the row of the same primary key."""
    return _upsert(connection.dialect.name, table)


def insert_new(connection: Connection, table: Table, *returned: Column[Any]) -> Any:
    """An insert that does nothing where the row is there already; of one that is new it gives the columns ``returned``."""
    return _insert_new(connection.dialect.name, table, *returned)


def _insert(dialect: str, table: Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _upsert(dialect: str, table: Table) -> Insert:
    statement = _insert(dialect, table)
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=others)


@cache
def _insert_new(dialect: str, table: Table, *returned: Column[Any]) -> Any:
    statement = _insert(dialect, table).on_conflict_do_nothing()
    return statement.returning(*returned) if returned else statement
