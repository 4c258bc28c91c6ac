"""The tables of accounts, sessions, displays and the audit. As in the other tables, moments are milliseconds.

No token is in them, only its hash, and nothing says who a patient is: ``ref`` is a pseudonym.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table

from flowcentre.store.schema import Id, Moment, metadata

account = Table(
    "account",
    metadata,
    Column("name", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("password", String, nullable=False),  # its argon2 hash
    Column("totp", String),
    Column("made_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", Moment),
    Column("totp_used", BigInteger, nullable=False, server_default="0"),
)
session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("who", String, nullable=False),  # the id of the identity, by which all of somebody's are ended
    Column("identity", String, nullable=False),  # all of it, as text
    Column("key", String, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("active_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", String, nullable=False, server_default=""),
    Column("provider_session", String, nullable=False, server_default=""),
    Column("id_token", String, nullable=False, server_default=""),
    Index("ix_session_who", "who"),
    Index("ix_session_provider_session", "provider_session"),
)
display = Table(
    "display",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("board", String, nullable=False),
    Column("title", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("revoked_at", Moment),
    Index("ix_display_token_hash", "token_hash", unique=True),
)
# Only added to, and numbered without a gap: each row holds the hash of the one before it.
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False),
    Column("title", String, nullable=False),
    Column("act", String, nullable=False),
    Column("what", String, nullable=False),
    Column("before", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_at", "at"),
    Index("ix_audit_who_number", "who", "number"),
)
# Of whom an entry tells. By ref first: "who saw this person" is one look.
audit_ref = Table(
    "audit_ref",
    metadata,
    Column("ref", String, nullable=False),
    Column("number", ForeignKey("audit.number"), nullable=False),
    PrimaryKeyConstraint("ref", "number"),
    Index("ix_audit_ref_number", "number"),
    sqlite_with_rowid=False,
)
