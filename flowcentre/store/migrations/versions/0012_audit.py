"""The audit: who saw and did what, each entry with the hash of the one before it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_who_number", "audit", ["who", "number"], unique=False)
    op.create_table(
        "audit_ref",
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["audit.number"], name="fk_audit_ref_number"),
        sa.PrimaryKeyConstraint("ref", "number", name="pk_audit_ref"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_ref_number", "audit_ref", ["number"], unique=False)
