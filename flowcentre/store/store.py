"""The store: a thin front to the modules beside it, with its connections and its one lock for writing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text, update

from flowcentre.model import (
    ClockOff,
    Held,
    HeldRow,
    Outcome,
    PeopleList,
    Point,
    Poll,
    PollCounts,
    Reading,
    RosterExport,
    RowScope,
    Sighting,
    Typed,
)
from flowcentre.store import history, known, ledger, opening, people, polls, rollups, typed, versions, visits
from flowcentre.store import schema as db
from flowcentre.store.accessing import AccessVerbs
from flowcentre.store.acting import ActionVerbs
from flowcentre.store.answers import FeedLog, KeptSlip, Known, Recorded, Rolled, Snapshot
from flowcentre.store.auditing import AuditVerbs
from flowcentre.store.derived import record_derived
from flowcentre.store.listing import PeopleVerbs
from flowcentre.store.moments import maybe_to_ms, to_ms
from flowcentre.store.purging import PurgeVerbs
from flowcentre.store.readings import SightingWriter
from flowcentre.store.writing import insert_new, upsert

if TYPE_CHECKING:
    from flowcentre.store.scoped import ScopedStore

_STANDING = update(db.feed).where(db.feed.c.id == bindparam("one"))  # said of every poll, so made once


class Store(PeopleVerbs, ActionVerbs, AccessVerbs, AuditVerbs, PurgeVerbs):
    """Everything that is kept. Any number of threads may use one; see ``open_store``."""

    @property
    def database_version(self) -> str:
        """The version of the database's own software: "SQLite 3.40.1"."""
        with self._reading() as connection:
            if self.dialect == "sqlite":
                return f"SQLite {connection.execute(text('SELECT sqlite_version()')).scalar_one()}"
            return f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar_one()}"

    # --- Claims -------------------------------------------------------------------------

    def claim_poll(self, feed: str, due_at: datetime, *, engine: str, started_at: datetime) -> int | None:
        """Take a due poll for this engine: its id, or None where it is claimed already."""
        with self._changing() as connection:
            return polls.claim(connection, feed, due_at, engine, started_at)

    def take_over_poll(self, poll_id: int, *, engine: str, lost_engine: str, at: datetime) -> bool:
        """Take a running poll from an engine that is lost. False: it ended, or somebody was quicker."""
        with self._changing() as connection:
            return polls.take_over(connection, poll_id, engine, lost_engine, at)

    def beat(self, engine: str, at: datetime) -> None:
        """Note that an engine is alive."""
        with self._changing() as connection:
            polls.beat(connection, engine, at)

    def last_beat(self) -> datetime | None:
        """When an engine was last heard from; None where none runs or ever ran."""
        with self._reading() as connection:
            return polls.last_beat(connection)

    def abandoned_polls(self, *, silent_since: datetime) -> list[Poll]:
        """Running polls whose engine has not been heard from since that moment, or ever."""
        with self._reading() as connection:
            return polls.abandoned(connection, silent_since)

    def last_due(self, feed: str, *, until: datetime | None = None) -> datetime | None:
        """The newest due time of a feed that was claimed or skipped; of those not after ``until``, where given."""
        with self._reading() as connection:
            return polls.last_due(connection, feed, until)

    # --- Recording ----------------------------------------------------------------------

    def record_poll(
        self,
        poll_id: int,
        *,
        feed: str,
        finished_at: datetime,
        outcome: Outcome,
        sightings: Sequence[Sighting] = (),
        lists: Sequence[PeopleList] = (),
        exports: Sequence[RosterExport] = (),
        held: Sequence[Held] = (),
        refused: int = 0,
        bookmark: str | None = None,
        message: str = "",
        attempts: int = 1,
        received_at: datetime | None = None,
        moved_at: datetime | None = None,
        clock: ClockOff | None = None,
    ) -> Recorded:
        """End a poll and keep all that it brought, in one transaction: all of it is kept, or none.

        Accepted are readings of a new moment, readings corrected, every person of a newer list, and visits that
        are new or changed; duplicate are readings said before of the same moment, lists that are not newer, and
        visits said again, or told otherwise by an export that is older than the newest of their service. A value
        that was said of its moment and corrected since is not taken again: it is held. No ``bookmark`` leaves the old one. ``received_at`` is when we learnt it, ``finished_at`` unless
        given; it never runs backwards within a feed. ``moved_at`` is the newest moment at which the feed said anything
        that it had not said before, visits aside, of which the store sees that by itself. Without ``clock`` what was known of its
        source's clock stands. Raises PollAlreadyRecorded where the poll is
        not running, and ValueError for a value that is no number.
        """
        if feed == db.DERIVED:
            raise ValueError(f"no feed may be called {db.DERIVED!r}")
        with self._recording(feed, versions.next_version) as (connection, remembered, version, rolled_until):
            received = max(to_ms(received_at or finished_at), remembered.received_at or 0)
            writer = SightingWriter(connection, remembered, version, received, rolled_until)
            writer.write(sightings)
            accepted, duplicate = people.record_lists(connection, remembered, lists, received)
            told, told_again = visits.record_visits(connection, remembered, exports, version, received)
            remembered.move_on(moved_at, *(export.observed_at for export in exports if told))
            accepted = accepted + told + writer.accepted
            duplicate = duplicate + told_again + writer.duplicate
            held = [*held, *writer.held]
            counts = PollCounts(accepted + duplicate + len(held) + refused, accepted, duplicate, len(held), refused)
            ended = to_ms(finished_at)
            polls.finish(
                connection,
                poll_id,
                feed,
                counts,
                {
                    "finished_at": ended,
                    "outcome": outcome,
                    "message": message,
                    "attempts": attempts,
                    "version": version,
                    "observed_at": remembered.observed_at,
                    "moved_at": remembered.moved_at,
                },
            )
            polls.hold(connection, feed, poll_id, received, held)
            remembered.writes += 1
            standing: dict[str, object] = {
                "writes": remembered.writes,
                "observed_at": remembered.observed_at,
                "moved_at": remembered.moved_at,
                "last_poll": poll_id,
            }
            if accepted + duplicate:
                standing["received_at"] = remembered.received_at = received
            if bookmark is not None:
                standing["bookmark"] = bookmark
            if clock is not None:
                standing |= {"clock_off": clock.by // timedelta(milliseconds=1), "clock_by": clock.of}
            if outcome in ledger.READ:
                standing["last_read_poll"] = poll_id
            if outcome in ledger.ANSWERED:
                standing["last_success_at"] = ended
            connection.execute(_STANDING, standing | {"one": feed})
            versions.announce(connection, version)
        self._tell(version)
        return Recorded(version, counts)

    def record_skip(self, feed: str, due_at: datetime, *, missed: int, reason: str, at: datetime) -> int:
        """Write that due times passed unpolled, ``missed`` of them, the last at ``due_at``. The version made."""
        with self._changing() as connection:
            version, _ = versions.next_version(connection)
            connection.execute(insert_new(connection, db.feed), {"id": feed})
            moment = to_ms(at)
            stood = select(db.feed.c.observed_at, db.feed.c.moved_at).where(db.feed.c.id == feed)
            observed_at, moved_at = connection.execute(stood).one()
            row = {"feed": feed, "due_at": to_ms(due_at), "started_at": moment, "finished_at": moment}
            skip = {"outcome": Outcome.SKIPPED, "message": reason, "missed": missed, "version": version}
            connection.execute(
                insert_new(connection, db.poll), row | skip | {"observed_at": observed_at, "moved_at": moved_at}
            )
            poll = select(db.poll.c.id).where(db.poll.c.version == version, db.poll.c.feed == feed)
            if (poll_id := connection.execute(poll).scalar()) is not None:
                connection.execute(update(db.feed).where(db.feed.c.id == feed).values(last_poll=poll_id))
            versions.announce(connection, version)
        self._tell(version)
        return version

    def record_derived(self, readings: Sequence[Reading], *, received_at: datetime) -> None:
        """Keep what a picture computed as history. Only changes are written; no version is made.

        Of a moment a little before the last that was handed in, by any engine, nothing is written.
        """
        with self._recording(db.DERIVED, versions.hold_version) as (connection, remembered, version, rolled_until):
            before = remembered.observed_at
            received = max(to_ms(received_at), remembered.received_at or 0)
            standing: dict[str, object] = {}
            if record_derived(
                connection,
                remembered,
                readings,
                version=version,
                received_at=received,
                rolled_until=rolled_until,
            ):
                remembered.writes += 1
                remembered.received_at = received
                standing = {"writes": remembered.writes, "received_at": received}
            if remembered.observed_at != before:  # kept though nothing changed: it tells other engines what is late
                standing["observed_at"] = remembered.observed_at
            if standing:
                connection.execute(_STANDING, standing | {"one": db.DERIVED})

    def keep_slip(self, slip: str, *, feed: str, place: str, typed_in: Typed, poll: int, recorded: Recorded) -> None:
        """Keep who typed in what a poll brought, and until when it holds. ``slip`` marks the form and all that it holds.

        Write it ``in_bulk`` with the poll itself: then both stand, or neither. Raises SlipKept where that very
        form has been kept already.
        """
        with self._changing() as connection:
            typed.keep(connection, slip, feed, place, typed_in, poll, recorded)

    def slip(self, slip: str) -> KeptSlip | None:
        """A form that was typed in and kept; None where there is none of that mark."""
        with self._reading() as connection:
            return typed.read_slip(connection, slip)

    def bookmark(self, feed: str) -> str | None:
        """How far a feed has been read, in its connector's words."""
        with self._reading() as connection:
            return connection.execute(select(db.feed.c.bookmark).where(db.feed.c.id == feed)).scalar()

    # --- What is known ------------------------------------------------------------------

    def version(self) -> int:
        """The version of the newest record; 0 for an empty store."""
        with self._reading() as connection:
            return versions.read_version(connection)

    def latest(self) -> list[Known]:
        """What every feed last said of every measure of every place."""
        with self._reading() as connection:
            return known.read_latest(connection)

    def snapshot(self, since: datetime) -> Snapshot:
        """The version, ``latest`` and ``feed_log(since)``, all as they stood at one moment: what a picture needs."""
        with self._reading(one_moment=True) as connection:
            return Snapshot(
                versions.read_version(connection),
                known.read_latest(connection),
                ledger.read_feed_log(connection, since),
            )

    def known(self, at: datetime, known_at: datetime) -> list[Known]:
        """What ``latest`` would have told at ``known_at``, of moments until ``at``."""
        with self._reading() as connection:
            return known.read_known(connection, to_ms(at), to_ms(known_at))

    def history(
        self,
        keys: Sequence[tuple[str, str]],
        start: datetime,
        end: datetime,
        *,
        known_at: datetime | None = None,
    ) -> dict[tuple[str, str], Sequence[Point]]:
        """The points of each (place, measure) from ``start`` until before ``end``, oldest first.

        A reported measure has a point for each sighting, a derived one for each change. The last
        point before ``start`` comes first, at its own moment. A value of None is a gap.
        """
        with self._reading() as connection:
            return history.read_history(connection, keys, to_ms(start), to_ms(end), maybe_to_ms(known_at))

    def rolled(self, place: str, measure: str, start: datetime, end: datetime, by: rollups.Span) -> list[Rolled]:
        """The hours, or the days of Europe/London, that begin from ``start`` until before ``end``."""
        with self._reading() as connection:
            return rollups.read_rolled(connection, place, measure, to_ms(start), to_ms(end), by)

    def roll_up(self, until: datetime) -> None:
        """Roll up every whole hour and day before ``until``, and again those that late news touched."""
        with self._changing() as connection:
            opening.take_time(connection)
            versions.hold_version(connection)
            rollups.advance(connection, to_ms(until))
        with self._reading() as connection:
            opening.take_time(connection)
            waiting = rollups.waiting(connection)
        for batch in waiting:
            with self._reading() as connection:
                opening.take_time(connection)
                rows = rollups.roll(connection, batch)
            with self._changing() as connection:
                opening.take_time(connection)
                rollups.keep(connection, batch, rows)

    # --- The ledger ---------------------------------------------------------------------

    def polls(self, feed: str | None = None, *, limit: int = 50, leaving_out: Collection[Outcome] = ()) -> list[Poll]:
        """The newest polls, newest first, without those that ended in one of the outcomes left out."""
        with self._reading() as connection:
            return ledger.read_polls(connection, feed, limit, leaving_out)

    def feed_log(self, since: datetime, *, until: datetime | None = None) -> dict[str, FeedLog]:
        """What the ledger says of each feed that was ever polled, with rows counted since a moment.

        With ``until`` it is what the ledger said then: of the polls that had finished by that moment.
        """
        with self._reading() as connection:
            if until is not None:
                return ledger.read_feed_log_until(connection, since, until)
            return ledger.read_feed_log(connection, since)

    def held_at(self, moments: Sequence[datetime]) -> dict[datetime, Mapping[str, Mapping[str | None, int]]]:
        """How many rows of each feed, by place, the last answer had held back that was read by each of some moments."""
        with self._reading() as connection:
            return ledger.read_held_at(connection, moments)

    def held_line(self, feed: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime | None, int]]:
        """How many rows each answer of a feed had held back that was read until before ``end``, oldest first, with the last before ``start``.

        Each with the moment at which it was read, and the newest that the feed had told of by then.
        """
        with self._reading() as connection:
            return ledger.read_held_line(connection, feed, start, end)

    def held_rows(self, feed: str | None = None, *, limit: int = 200) -> list[HeldRow]:
        """The newest held rows, newest first."""
        with self._reading() as connection:
            return ledger.read_held_rows(connection, feed, limit)

    # --- Who may see what ---------------------------------------------------------------

    def scoped(self, scope: RowScope) -> ScopedStore:
        """This store, to be read by somebody with a scope: of people the rows of these places' lists and of these localities.

        They are chosen in the question itself, and on PostgreSQL by row-level security as well; whatever is not about
        people is told whole. It costs nothing to make and writes nothing. Its reading verbs raise NotScoped where the
        database has not been set up for it.
        """
        from flowcentre.store.scoped import ScopedStore  # which is a store itself

        return ScopedStore(self, scope)

    # --- Versions and marks -------------------------------------------------------------

    def listen(self, heard: Callable[[int], None]) -> Callable[[], None]:
        """Call ``heard`` with each new version, from another thread; what is returned ends it.

        On SQLite it hears this process, the only one that writes. On PostgreSQL it hears every
        process, and hears the present version after each connection made anew, so none is missed.
        """
        stop = (
            versions.listen_to_postgres(self._engine, heard)
            if self.dialect == "postgresql"
            else self._listeners.add(heard)
        )
        self._stops.append(stop)
        return stop

    def mark(self, key: str) -> str | None:
        """A fact about this store, such as "demonstration"."""
        with self._reading() as connection:
            return connection.execute(select(db.mark.c.value).where(db.mark.c.key == key)).scalar()

    def set_mark(self, key: str, value: str) -> None:
        """Set a fact about this store."""
        with self._changing() as connection:
            connection.execute(upsert(connection, db.mark), {"key": key, "value": value})


def open_store(url: str, *, writer: bool = True, migrates: bool = True) -> Store:
    """Open the store at ``sqlite:///path`` or ``postgresql+psycopg://...``; a writer brings its schema up to date.

    One that does not migrate finds the schema as it is, as a reader does: a web server writes what people type, and
    leaves the schema to the engines. Raises StoreBusy where another process writes to the SQLite file, StoreTooNew
    where a newer Flow Centre made it, StoreNotReady where one that does not migrate comes first, StoreError for an
    address that cannot be one.
    """
    return Store(url, writer=writer, migrates=migrates)
