"""Rostered home visits, as exports tell of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDS = sa.text("known_to IS NULL")


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("id", Id, nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roster"),
        sa.UniqueConstraint("feed", "place", name="uq_roster_feed_place"),
    )
    op.create_table(
        "visit",
        sa.Column("id", Id, nullable=False),
        sa.Column("roster", Id, nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column("planned_start", sa.BigInteger(), nullable=False),
        sa.Column("planned_end", sa.BigInteger(), nullable=False),
        sa.Column("actual_start", sa.BigInteger(), nullable=True),
        sa.Column("actual_end", sa.BigInteger(), nullable=True),
        sa.Column("carers", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
    )
    op.create_index(
        "ix_visit_roster_ref", "visit", ["roster", "ref"], unique=True, sqlite_where=STANDS, postgresql_where=STANDS
    )
    op.create_index("ix_visit_roster_planned_start", "visit", ["roster", "planned_start"], unique=False)
