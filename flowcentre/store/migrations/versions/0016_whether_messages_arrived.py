"""Whether what a channel took arrived: by what it is asked for that, when next, and what it said."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("message", sa.Column("receipt", sa.String(), nullable=False, server_default=""))
    op.add_column("message", sa.Column("asked", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("message", sa.Column("ask_at", sa.BigInteger(), nullable=True))
    op.add_column("message", sa.Column("arrived_at", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_message_ask_at",
        "message",
        ["ask_at"],
        unique=False,
        sqlite_where=sa.text("ask_at IS NOT NULL"),
        postgresql_where=sa.text("ask_at IS NOT NULL"),
    )
