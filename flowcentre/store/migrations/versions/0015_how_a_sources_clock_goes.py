"""How far the clock of a feed's source is off, as its last answer gave it away."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("feed", sa.Column("clock_off", sa.BigInteger(), nullable=True))
    op.add_column("feed", sa.Column("clock_by", sa.String(), nullable=True))
