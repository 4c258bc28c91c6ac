"""Actions: what somebody is to do and what came of it, the levels that people declare, and the calls at which they agree."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOT_ENDED = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "declaration",
        sa.Column("id", Id, nullable=False),
        sa.Column("slip", sa.String(64), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("declared_at", sa.BigInteger(), nullable=False),
        sa.Column("holds_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_declaration"),
        sa.UniqueConstraint("slip", name="uq_declaration_slip"),
    )
    op.create_index("ix_declaration_place_declared_at", "declaration", ["place", "declared_at"], unique=False)
    op.create_table(
        "huddle",
        sa.Column("id", Id, nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("compared_with", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(), server_default="", nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_huddle"),
    )
    op.create_table(
        "huddle_minute",
        sa.Column("id", Id, nullable=False),
        sa.Column("slip", sa.String(64), nullable=True),
        sa.Column("huddle", Id, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["huddle"], ["huddle.id"], name="fk_huddle_minute_huddle"),
        sa.PrimaryKeyConstraint("id", name="pk_huddle_minute"),
        sa.UniqueConstraint("slip", name="uq_huddle_minute_slip"),
    )
    op.create_index("ix_huddle_minute_huddle", "huddle_minute", ["huddle"], unique=False)
    op.create_table(
        "action",
        sa.Column("id", Id, nullable=False),
        sa.Column("slip", sa.String(64), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("logged_by", sa.String(), nullable=False),
        sa.Column("logged_at", sa.BigInteger(), nullable=False),
        sa.Column("alert", Id, nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("huddle", Id, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(), server_default="", nullable=False),
        sa.Column("chased_at", sa.BigInteger(), nullable=True),
        sa.Column("chased", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moved", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name="fk_action_alert"),
        sa.ForeignKeyConstraint(["huddle"], ["huddle.id"], name="fk_action_huddle"),
        sa.PrimaryKeyConstraint("id", name="pk_action"),
        sa.UniqueConstraint("slip", name="uq_action_slip"),
    )
    op.create_index("ix_action_alert", "action", ["alert"], unique=False)
    op.create_index(
        "ix_action_due_at", "action", ["due_at"], unique=False, sqlite_where=NOT_ENDED, postgresql_where=NOT_ENDED
    )
    op.create_index("ix_action_ended_at", "action", ["ended_at"], unique=False)
    op.create_index("ix_action_huddle", "action", ["huddle"], unique=False)
    op.create_table(
        "action_note",
        sa.Column("id", Id, nullable=False),
        sa.Column("action", Id, nullable=False),
        sa.Column("noted", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["action"], ["action.id"], name="fk_action_note_action"),
        sa.PrimaryKeyConstraint("id", name="pk_action_note"),
    )
    op.create_index("ix_action_note_action", "action_note", ["action"], unique=False)
    # Written out: to add a key to a table, Alembic would make it anew on SQLite, and others point to this one.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for of in ("action", "huddle"):
        op.execute(f"ALTER TABLE telling ADD COLUMN {of} {kind} CONSTRAINT fk_telling_{of} REFERENCES {of} (id)")
        op.create_index(f"ix_telling_{of}", "telling", [of], unique=False)
