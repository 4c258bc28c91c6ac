"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "engine",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_engine"),
    )
    op.create_table(
        "latest",
        sa.Column("series", Id, autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("source", Id, nullable=True),
        sa.PrimaryKeyConstraint("series", name="pk_latest"),
    )
    op.create_table(
        "latest_sighting",
        sa.Column("source", Id, autoincrement=False, nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_latest_sighting"),
    )
    op.create_table(
        "mark",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_mark"),
    )
    op.create_table(
        "people_list",
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("people", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "people", "place", name="pk_people_list"),
    )
    op.create_table(
        "person",
        sa.Column("id", Id, nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("people", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index("ix_person_people_place_left_at", "person", ["people", "place", "left_at"], unique=False)
    op.create_table(
        "poll",
        sa.Column("id", Id, nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("duplicate", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message", sa.String(), server_default="", nullable=False),
        sa.Column("engine", sa.String(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="1", nullable=False),
        sa.Column("missed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("received = accepted + duplicate + held + refused", name=op.f("ck_poll_adds_up")),
        sa.PrimaryKeyConstraint("id", name="pk_poll"),
        sa.UniqueConstraint("feed", "due_at", name="uq_poll_feed_due_at"),
    )
    op.create_index("ix_poll_finished_at", "poll", ["finished_at"], unique=False)
    op.create_index(
        "ix_poll_running",
        "poll",
        ["engine"],
        unique=False,
        sqlite_where=sa.text("outcome = 'running'"),
        postgresql_where=sa.text("outcome = 'running'"),
    )
    op.create_table(
        "reading",
        sa.Column("series", Id, nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint(
            "series", "observed_at", "version", name="pk_reading", postgresql_include=["received_at", "value"]
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup",
        sa.Column("series", Id, nullable=False),
        sa.Column("hours", sa.SmallInteger(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("mean", sa.Double(), nullable=True),
        sa.Column("last", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("series", "hours", "start_at", name="pk_rollup"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "series",
        sa.Column("id", Id, nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
        sa.UniqueConstraint("feed", "place", "measure", name="uq_series_feed_place_measure"),
    )
    op.create_index("ix_series_place_measure", "series", ["place", "measure"], unique=False)
    op.create_table(
        "sighting",
        sa.Column("source", Id, nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "source", "observed_at", "version", name="pk_sighting", postgresql_include=["received_at"]
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source",
        sa.Column("id", Id, nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("members", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.UniqueConstraint("feed", "place", "members", name="uq_source_feed_place_members"),
    )
    op.create_table(
        "touched",
        sa.Column("id", Id, nullable=False),
        sa.Column("series", Id, nullable=True),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_touched"),
    )
    op.create_table(
        "version",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("rolled_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_version_one_row")),
        sa.PrimaryKeyConstraint("one", name="pk_version"),
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("bookmark", sa.String(), nullable=True),
        sa.Column("writes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("observed_at", sa.BigInteger(), nullable=True),
        sa.Column("last_poll", Id, nullable=True),
        sa.Column("last_read_poll", Id, nullable=True),
        sa.Column("last_success_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["last_poll"], ["poll.id"], name="fk_feed_last_poll"),
        sa.ForeignKeyConstraint(["last_read_poll"], ["poll.id"], name="fk_feed_last_read_poll"),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
    )
    op.create_table(
        "held_row",
        sa.Column("id", Id, nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("poll", Id, nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("measure", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["poll"], ["poll.id"], name="fk_held_row_poll"),
        sa.PrimaryKeyConstraint("id", name="pk_held_row"),
    )
    op.create_index("ix_held_row_feed_held_at", "held_row", ["feed", "held_at"], unique=False)
    op.create_index("ix_held_row_poll", "held_row", ["poll"], unique=False)
    op.create_table(
        "source_series",
        sa.Column("series", Id, nullable=False),
        sa.Column("source", Id, nullable=False),
        sa.ForeignKeyConstraint(["series"], ["series.id"], name="fk_source_series_series"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_source_series_source"),
        sa.PrimaryKeyConstraint("series", "source", name="pk_source_series"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO version (one, number) VALUES (1, 0)")
