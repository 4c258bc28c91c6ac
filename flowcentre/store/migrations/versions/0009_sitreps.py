"""Sitreps, kept as they went out."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "huddle_sitrep",
        sa.Column("huddle", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["huddle"], ["huddle.id"], name="fk_huddle_sitrep_huddle"),
        sa.PrimaryKeyConstraint("huddle", name="pk_huddle_sitrep"),
    )
