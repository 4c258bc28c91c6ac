"""A ledger that stays quick with a million held rows, and knows how each feed stood in the past."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("poll", sa.Column("observed_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_poll_feed_finished_at", "poll", ["feed", "finished_at"], unique=False)
    op.create_index("ix_held_row_feed_held_at_id", "held_row", ["feed", "held_at", "id"], unique=False)
    op.create_index("ix_held_row_poll_place", "held_row", ["poll", "place"], unique=False)
    op.drop_index("ix_held_row_feed_held_at", table_name="held_row")
    op.drop_index("ix_held_row_poll", table_name="held_row")
