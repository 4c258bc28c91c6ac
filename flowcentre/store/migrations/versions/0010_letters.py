"""The letter in which a message went, where what became of it is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("message", sa.Column("letter", sa.String(), server_default="", nullable=False))
