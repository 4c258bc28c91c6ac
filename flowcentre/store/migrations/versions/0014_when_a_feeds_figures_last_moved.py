"""When a feed last said something that it had not said before. Of a feed that was polled before, it counts from its next poll."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("poll", sa.Column("moved_at", sa.BigInteger(), nullable=True))
    op.add_column("feed", sa.Column("moved_at", sa.BigInteger(), nullable=True))
