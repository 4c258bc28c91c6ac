"""Alerts: how rules stand, what happened, who is told, and what became of each message."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("cleared_at IS NULL")
NOT_ENDED = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", Id, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("limit", sa.Double(), nullable=True),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at", sa.BigInteger(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("at_least", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=True),
        sa.Column("worst", sa.Double(), nullable=True),
        sa.Column("blind_since", sa.BigInteger(), nullable=True),
        sa.Column("blind_why", sa.String(), server_default="", nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
    )
    op.create_index("ix_alert_cleared_at", "alert", ["cleared_at"], unique=False)
    op.create_index(
        "ix_alert_open", "alert", ["rule", "subject"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_alert_raised_at", "alert", ["raised_at"], unique=False)
    op.create_table(
        "alert_silence",
        sa.Column("id", Id, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_silence"),
    )
    op.create_index("ix_alert_silence_ends_at", "alert_silence", ["ends_at"], unique=False)
    op.create_table(
        "alerting",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.CheckConstraint("one = 1", name="ck_alerting_one_row"),
        sa.PrimaryKeyConstraint("one", name="pk_alerting"),
    )
    op.create_table(
        "message",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.String(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.String(), server_default="", nullable=False),
        sa.Column("instead_of", Id, nullable=True),
        sa.Column("first", Id, nullable=True),
        sa.ForeignKeyConstraint(["first"], ["message.id"], name="fk_message_first"),
        sa.ForeignKeyConstraint(["instead_of"], ["message.id"], name="fk_message_instead_of"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("key", name="uq_message_key"),
    )
    op.create_index("ix_message_created_at", "message", ["created_at"], unique=False)
    op.create_index(
        "ix_message_due_at", "message", ["due_at"], unique=False, sqlite_where=NOT_ENDED, postgresql_where=NOT_ENDED
    )
    op.create_index("ix_message_first", "message", ["first"], unique=False)
    op.create_table(
        "alert_standing",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("breach_since", sa.BigInteger(), nullable=True),
        sa.Column("calm_since", sa.BigInteger(), nullable=True),
        sa.Column("blind_since", sa.BigInteger(), nullable=True),
        sa.Column("blind_why", sa.String(), nullable=False),
        sa.Column("flapping_since", sa.BigInteger(), nullable=True),
        sa.Column("raises", sa.String(), nullable=False),
        sa.Column("alert", Id, nullable=True),
        sa.Column("raised_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("at_least", sa.Boolean(), nullable=False),
        sa.Column("worst", sa.Double(), nullable=True),
        sa.Column("observed_at", sa.BigInteger(), nullable=True),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name="fk_alert_standing_alert"),
        sa.PrimaryKeyConstraint("rule", "subject", name="pk_alert_standing"),
        sa.UniqueConstraint("alert", name="uq_alert_standing_alert"),
    )
    op.create_table(
        "alert_transition",
        sa.Column("id", Id, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("alert", Id, nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("at_least", sa.Boolean(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name="fk_alert_transition_alert"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_transition"),
    )
    op.create_index("ix_alert_transition_alert", "alert_transition", ["alert"], unique=False)
    op.create_index("ix_alert_transition_rule_subject_at", "alert_transition", ["rule", "subject", "at"], unique=False)
    op.create_table(
        "message_attempt",
        sa.Column("id", Id, nullable=False),
        sa.Column("message", Id, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_message_attempt_message"),
        sa.PrimaryKeyConstraint("id", name="pk_message_attempt"),
    )
    op.create_index("ix_message_attempt_at", "message_attempt", ["at"], unique=False)
    op.create_index("ix_message_attempt_message", "message_attempt", ["message"], unique=False)
    op.create_table(
        "telling",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("alert", Id, nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("message", Id, nullable=True),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name="fk_telling_alert"),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_telling_message"),
        sa.PrimaryKeyConstraint("id", name="pk_telling"),
        sa.UniqueConstraint("key", name="uq_telling_key"),
    )
    op.create_index("ix_telling_alert", "telling", ["alert"], unique=False)
    op.create_index("ix_telling_message", "telling", ["message"], unique=False)
    op.execute("INSERT INTO alerting (one) VALUES (1)")
