"""The tables. Moments are integers: milliseconds since 1970 in UTC, on every database.

Readings are kept as changes: a row says "from this moment on, this value". That an unchanged value was said
again is one row in ``sighting`` for all that was said together, which is most of why a store stays small.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

NEWEST = "0018"  # the migration that makes this schema
DERIVED = "picture"  # the feed under which totals and shares are kept as history

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite numbers rows by itself only where the type is exactly INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")
Moment = BigInteger

# --- Readings ---------------------------------------------------------------------------

series = Table(
    "series",
    metadata,
    Column("id", Id, primary_key=True),
    Column("feed", String, nullable=False),
    Column("place", String, nullable=False),
    Column("measure", String, nullable=False),
    UniqueConstraint("feed", "place", "measure"),
    Index("ix_series_place_measure", "place", "measure"),
)
# One set of series of a place that a feed says together.
source = Table(
    "source",
    metadata,
    Column("id", Id, primary_key=True),
    Column("feed", String, nullable=False),
    Column("place", String, nullable=False),
    Column("members", String(64), nullable=False),  # a hash of the ids of its series
    UniqueConstraint("feed", "place", "members"),
)
source_series = Table(
    "source_series",
    metadata,
    Column("series", ForeignKey("series.id"), nullable=False),
    Column("source", ForeignKey("source.id"), nullable=False),
    PrimaryKeyConstraint("series", "source"),
    sqlite_with_rowid=False,
)
# No foreign keys on the two large tables: each would cost a look-up a row, and one module writes them.
sighting = Table(
    "sighting",
    metadata,
    Column("source", Id, nullable=False),
    Column("observed_at", Moment, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("received_at", Moment, nullable=False),
    PrimaryKeyConstraint("source", "observed_at", "version", postgresql_include=["received_at"]),
    sqlite_with_rowid=False,
)
# Only where the value differs from the one before. Of two rows of one moment the higher version is the
# later knowledge: versions are handed out in the order of commits, and received_at never runs against them.
reading = Table(
    "reading",
    metadata,
    Column("series", Id, nullable=False),
    Column("observed_at", Moment, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("value", Double),
    PrimaryKeyConstraint("series", "observed_at", "version", postgresql_include=["received_at", "value"]),
    sqlite_with_rowid=False,
)
# What is known now, written in the same transactions.
latest = Table(
    "latest",
    metadata,
    Column("series", Id, primary_key=True, autoincrement=False),
    Column("value", Double),
    Column("source", Id),  # that said it last; null for a derived series
)
latest_sighting = Table(
    "latest_sighting",
    metadata,
    Column("source", Id, primary_key=True, autoincrement=False),
    Column("observed_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
)

# --- Roll-ups ---------------------------------------------------------------------------

rollup = Table(
    "rollup",
    metadata,
    Column("series", Id, nullable=False),
    Column("hours", SmallInteger, nullable=False),  # 1, or 24 for a day of Europe/London
    Column("start_at", Moment, nullable=False),
    Column("count", Integer, nullable=False),
    Column("low", Double),
    Column("high", Double),
    Column("mean", Double),
    Column("last", Double),
    PrimaryKeyConstraint("series", "hours", "start_at"),
    sqlite_with_rowid=False,
)
# Spans still to be rolled up: those that time completed, and those that late news touched.
touched = Table(
    "touched",
    metadata,
    Column("id", Id, primary_key=True),
    Column("series", Id),  # null: every series
    Column("from_at", Moment, nullable=False),
    Column("to_at", Moment, nullable=False),
)

# --- People -----------------------------------------------------------------------------

# A person's row as it stood in the lists from observed_at (known_from) until left_at (known_to).
person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("feed", String, nullable=False),
    Column("people", String, nullable=False),
    Column("place", String, nullable=False),
    Column("ref", String, nullable=False),
    Column("observed_at", Moment, nullable=False),
    Column("known_from", Moment, nullable=False),
    Column("left_at", Moment),
    Column("known_to", Moment),
    Column("row", LargeBinary, nullable=False),
    Column("locality", String),  # where they live, or where the care is wanted; null: not told, or of no list like this
    Column("about", String),  # of a referral, whose it is: the ref by which the hospitals' lists know them
    Index("ix_person_people_place_left_at", "people", "place", "left_at"),
    Index("ix_person_people_place_known_to", "people", "place", "known_to"),
    Index("ix_person_people_ref", "people", "ref"),
)
people_list = Table(
    "people_list",
    metadata,
    Column("feed", String, nullable=False),
    Column("people", String, nullable=False),
    Column("place", String, nullable=False),
    Column("observed_at", Moment, nullable=False),  # of the newest list
    PrimaryKeyConstraint("feed", "people", "place"),
)

# --- Visits -----------------------------------------------------------------------------

# The visits of one service as one feed tells of them.
roster = Table(
    "roster",
    metadata,
    Column("id", Id, primary_key=True),
    Column("feed", String, nullable=False),
    Column("place", String, nullable=False),
    Column("observed_at", Moment, nullable=False),  # of the newest export that told of it
    UniqueConstraint("feed", "place"),
)
# A visit as exports told of it from observed_at (known_from) until left_at (known_to): a row stands until another
# export says something else of it. No foreign key, as with readings: it is the third large table.
visit = Table(
    "visit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("roster", Id, nullable=False),
    Column("ref", String, nullable=False),
    Column("package", String, nullable=False),
    Column("planned_start", Moment, nullable=False),
    Column("planned_end", Moment, nullable=False),
    Column("actual_start", Moment),
    Column("actual_end", Moment),
    Column("carers", SmallInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("observed_at", Moment, nullable=False),
    Column("known_from", Moment, nullable=False),
    Column("left_at", Moment),
    Column("known_to", Moment),
    Column("version", BigInteger, nullable=False),
    Index(
        "ix_visit_roster_ref",
        "roster",
        "ref",
        unique=True,
        sqlite_where=text("known_to IS NULL"),
        postgresql_where=text("known_to IS NULL"),
    ),
    Index("ix_visit_roster_planned_start", "roster", "planned_start"),
)

# --- Typed in ---------------------------------------------------------------------------

# Who typed in what a poll of theirs brought. Its readings are those of its feed at its moment.
typed = Table(
    "typed",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slip", String(64), nullable=False),  # a hash of the form and of all that it holds
    Column("feed", String, nullable=False),
    Column("place", String, nullable=False),
    Column("author", String, nullable=False),
    Column("observed_at", Moment, nullable=False),
    Column("known_from", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("poll", Id, nullable=False),  # no foreign key: polls are pruned, facts are not
    Column("version", BigInteger, nullable=False),
    Column("accepted", Integer, nullable=False),
    UniqueConstraint("slip"),
    UniqueConstraint("feed", "observed_at"),
)

# --- Polls ------------------------------------------------------------------------------

poll = Table(
    "poll",
    metadata,
    Column("id", Id, primary_key=True),
    Column("feed", String, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("outcome", String, nullable=False),
    Column("received", Integer, nullable=False, server_default="0"),
    Column("accepted", Integer, nullable=False, server_default="0"),
    Column("duplicate", Integer, nullable=False, server_default="0"),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("refused", Integer, nullable=False, server_default="0"),
    Column("message", String, nullable=False, server_default=""),
    Column("engine", String, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("missed", Integer, nullable=False, server_default="0"),
    Column("version", BigInteger),  # that it made
    Column("observed_at", Moment),  # the newest moment that the feed had spoken of when this poll ended
    Column("moved_at", Moment),  # the newest of those at which it said anything that it had not said before
    UniqueConstraint("feed", "due_at"),
    CheckConstraint("received = accepted + duplicate + held + refused", name="adds_up"),
    Index("ix_poll_finished_at", "finished_at"),
    Index("ix_poll_feed_finished_at", "feed", "finished_at"),
    Index(
        "ix_poll_running",
        "engine",
        sqlite_where=text("outcome = 'running'"),
        postgresql_where=text("outcome = 'running'"),
    ),
)
held_row = Table(
    "held_row",
    metadata,
    Column("id", Id, primary_key=True),
    Column("feed", String, nullable=False),
    Column("poll", ForeignKey("poll.id"), nullable=False),
    Column("held_at", Moment, nullable=False),
    Column("row", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("place", String),
    Column("measure", String),
    Index("ix_held_row_feed_held_at_id", "feed", "held_at", "id"),
    Index("ix_held_row_poll_place", "poll", "place"),
)
# What stands now of each feed: one row, so that a picture need not read the ledger.
feed = Table(
    "feed",
    metadata,
    Column("id", String, primary_key=True),
    Column("bookmark", String),
    Column("writes", BigInteger, nullable=False, server_default="0"),  # tells a process that another has written
    Column("received_at", Moment),
    Column("observed_at", Moment),
    Column("moved_at", Moment),
    Column("clock_off", BigInteger),  # milliseconds that its clock is ahead of ours; below 0: behind
    Column("clock_by", String),  # what gave that away
    Column("last_poll", ForeignKey("poll.id")),
    Column("last_read_poll", ForeignKey("poll.id")),  # that read an answer
    Column("last_success_at", Moment),
)
engine = Table(
    "engine",
    metadata,
    Column("name", String, primary_key=True),
    Column("heard_at", Moment, nullable=False),
)

# --- The store itself -------------------------------------------------------------------

version = Table(
    "version",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1", name="one_row"), primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("rolled_until", Moment, nullable=False, server_default="0"),
)
mark = Table(
    "mark",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)
