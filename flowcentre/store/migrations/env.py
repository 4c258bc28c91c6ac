"""Alembic asks this how to run. The connection is handed in by ``flowcentre.store.opening``."""

from alembic import context

from flowcentre.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
