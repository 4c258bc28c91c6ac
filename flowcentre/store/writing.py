"""Inserts that both databases understand, and that may meet a row which is there already."""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = postgresql.Insert | sqlite.Insert


def _insert(connection: Connection, table: Table) -> Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def upsert(connection: Connection, table: Table) -> Insert:
    """An insert that replaces the row of the same primary key."""
    statement = _insert(connection, table)
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=others)


def insert_new(connection: Connection, table: Table) -> Insert:
    """An insert that does nothing where the row is there already."""
    return _insert(connection, table).on_conflict_do_nothing()
