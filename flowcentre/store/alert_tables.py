"""The tables of alerts. As in the other tables, moments are milliseconds; a list of them is text, with blanks between.

Nothing in them says who a patient is, nor how a lead is reached: addresses stay in the configuration.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from flowcentre.store.schema import Id, Moment, metadata

# Whoever decides holds its one row, so that deciding is one at a time on PostgreSQL too.
alerting = Table(
    "alerting",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1", name="one_row"), primary_key=True, autoincrement=False),
)
alert = Table(
    "alert",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rule", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("title", String, nullable=False),  # as the rule was when it was raised, like the two below
    Column("severity", String, nullable=False),
    Column("limit", Double),
    Column("raised_at", Moment, nullable=False),
    # As its standing was when it ended. Of one that is open the standing says it.
    Column("cleared_at", Moment),
    Column("value", Double),
    Column("at_least", Boolean, nullable=False, server_default=text("false")),
    Column("observed_at", Moment),
    Column("worst", Double),
    Column("blind_since", Moment),
    Column("blind_why", String, nullable=False, server_default=""),
    Column("acknowledged_at", Moment),
    Column("acknowledged_by", String, nullable=False, server_default=""),
    Column("on_trial", Boolean, nullable=False, server_default=text("false")),
    Index("ix_alert_raised_at", "raised_at"),
    Index("ix_alert_cleared_at", "cleared_at"),
    Index(
        "ix_alert_open",  # of two that one rule raised at one subject, the second would hide the first
        "rule",
        "subject",
        unique=True,
        sqlite_where=text("cleared_at IS NULL"),
        postgresql_where=text("cleared_at IS NULL"),
    ),
)
alert_standing = Table(
    "alert_standing",
    metadata,
    Column("rule", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("since", Moment),
    Column("breach_since", Moment),
    Column("calm_since", Moment),
    Column("blind_since", Moment),
    Column("blind_why", String, nullable=False),
    Column("flapping_since", Moment),
    Column("raises", String, nullable=False),
    Column("alert", ForeignKey("alert.id")),
    Column("raised_at", Moment),
    Column("acknowledged_at", Moment),
    Column("acknowledged_by", String, nullable=False),
    Column("value", Double),
    Column("at_least", Boolean, nullable=False),
    Column("worst", Double),
    Column("observed_at", Moment),
    Column("edition", String, nullable=False),
    Column("looked_at", Moment),
    Column("on_trial", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("rule", "subject"),
    UniqueConstraint("alert"),
)
alert_transition = Table(
    "alert_transition",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rule", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("what", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("alert", ForeignKey("alert.id")),
    Column("value", Double),
    Column("at_least", Boolean, nullable=False),
    Column("observed_at", Moment),
    Column("words", String, nullable=False),
    Column("by", String, nullable=False),
    Index("ix_alert_transition_alert", "alert"),
    Index("ix_alert_transition_rule_subject_at", "rule", "subject", "at"),
)
alert_silence = Table(
    "alert_silence",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rule", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("by", String, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", String, nullable=False, server_default=""),
    Index("ix_alert_silence_ends_at", "ends_at"),
)

# --- Telling ----------------------------------------------------------------------------

message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String, nullable=False),
    Column("lead", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("text", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("due_at", Moment, nullable=False),  # of one that is being sent: when its lease ends
    Column("sender", String, nullable=False, server_default=""),  # that took it last
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("ended_at", Moment),
    Column("trouble", String, nullable=False, server_default=""),
    Column("instead_of", ForeignKey("message.id")),
    Column(
        "letter", String, nullable=False, server_default=""
    ),  # key of the one in which it may have gone out; empty: it has not
    Column("first", ForeignKey("message.id")),  # where fallbacks stand in for one another; null: it is the first itself
    Column("receipt", String, nullable=False, server_default=""),  # by which the channel is asked what became of it
    Column("asked", Integer, nullable=False, server_default="0"),  # how often it was
    Column("ask_at", Moment),  # when it is asked next; null: not any more
    Column("arrived_at", Moment),
    UniqueConstraint("key"),
    Index(
        "ix_message_due_at",
        "due_at",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index(
        "ix_message_ask_at",
        "ask_at",
        sqlite_where=text("ask_at IS NOT NULL"),
        postgresql_where=text("ask_at IS NOT NULL"),
    ),
    Index("ix_message_created_at", "created_at"),
    Index("ix_message_first", "first"),
)
telling = Table(
    "telling",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String, nullable=False),
    Column("lead", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("alert", ForeignKey("alert.id")),
    Column("rule", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("step", Integer, nullable=False),
    Column("message", ForeignKey("message.id")),  # that tells it first; null: it waits
    Column("action", ForeignKey("action.id")),  # that is chased
    Column("huddle", ForeignKey("huddle.id")),  # whose sitrep it is
    UniqueConstraint("key"),
    Index("ix_telling_alert", "alert"),
    Index("ix_telling_action", "action"),
    Index("ix_telling_huddle", "huddle"),
    Index("ix_telling_message", "message"),
)
# Each time that a channel was asked to take a message.
attempt = Table(
    "message_attempt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message", ForeignKey("message.id"), nullable=False),
    Column("channel", String, nullable=False),
    Column("at", Moment, nullable=False),  # when it ended
    Column("delivered", Boolean, nullable=False),
    Column("words", String, nullable=False),
    Index("ix_message_attempt_message", "message"),
    Index("ix_message_attempt_at", "at"),
)
