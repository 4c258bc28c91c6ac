"""The tables of actions, of declared levels and of huddles. As in the other tables, moments are milliseconds.

A slip marks the form from which a row came, so that a form that is sent twice makes one row. Nothing in them says who a
patient is: whoever hands in free text has had it looked through.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger, String, Table, UniqueConstraint, text

from flowcentre.store.schema import Id, Moment, metadata

# Only added to: a new one ends the one before.
declaration = Table(
    "declaration",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slip", String(64)),
    Column("place", String, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("reason", String, nullable=False),
    Column("by", String, nullable=False),
    Column("declared_at", Moment, nullable=False),
    Column("holds_until", Moment, nullable=False),
    UniqueConstraint("slip"),
    Index("ix_declaration_place_declared_at", "place", "declared_at"),
)
huddle = Table(
    "huddle",
    metadata,
    Column("id", Id, primary_key=True),
    Column("opened_at", Moment, nullable=False),
    Column("opened_by", String, nullable=False),
    Column("compared_with", Moment),
    Column("closed_at", Moment),
    Column("closed_by", String, nullable=False, server_default=""),
    Column("sent_at", Moment),
)
# Only added to.
minute = Table(
    "huddle_minute",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slip", String(64)),
    Column("huddle", ForeignKey("huddle.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("words", String, nullable=False),
    UniqueConstraint("slip"),
    Index("ix_huddle_minute_huddle", "huddle"),
)
# What a huddle came to, as it was told: it is never worked out anew.
sitrep = Table(
    "huddle_sitrep",
    metadata,
    Column("huddle", ForeignKey("huddle.id"), primary_key=True, autoincrement=False),
    Column("made_at", Moment, nullable=False),
    Column("content", String, nullable=False),
)
action = Table(
    "action",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slip", String(64)),
    Column("what", String, nullable=False),
    Column("who", String, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("logged_by", String, nullable=False),
    Column("logged_at", Moment, nullable=False),
    Column("alert", ForeignKey("alert.id")),
    Column("place", String, nullable=False),
    Column("measure", String, nullable=False),
    Column("huddle", ForeignKey("huddle.id")),
    Column("state", String, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", String, nullable=False, server_default=""),
    Column("chased_at", Moment),
    Column("chased", Integer, nullable=False, server_default="0"),
    Column("moved", Integer, nullable=False, server_default="0"),
    UniqueConstraint("slip"),
    Index("ix_action_alert", "alert"),
    Index("ix_action_huddle", "huddle"),
    Index(
        "ix_action_due_at",
        "due_at",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_action_ended_at", "ended_at"),
)
# Only added to.
action_note = Table(
    "action_note",
    metadata,
    Column("id", Id, primary_key=True),
    Column("action", ForeignKey("action.id"), nullable=False),
    Column("noted", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("words", String, nullable=False),
    Index("ix_action_note_action", "action"),
)
