"""The store's verbs of what is kept for how long: what would go, what goes, and from when on something is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from flowcentre.model import Audited, Kept, Purged
from flowcentre.store import audits, marks, opening, retention
from flowcentre.store.connections import Connections
from flowcentre.store.moments import from_ms, maybe_from_ms, to_ms

_TURN = 7_202_613  # the number of the lock that PostgreSQL's purges take to delete one piece at a time
_BREATH = 0.005  # seconds between two pieces: whoever waits to write gets their turn
_WHO, _TITLE = "flow-centre|purge", "Flow Centre"


class PurgeVerbs(Connections):
    """What a store can do about what is kept long enough."""

    def to_purge(self, cuts: Mapping[Kept, datetime]) -> list[Purged]:
        """How many rows of each class a purge would delete now, in its order. Nothing is written."""
        with self._reading(one_moment=True) as connection:
            opening.take_time(connection)
            moments = _moments(connection, cuts)
            return [
                Purged(kept, from_ms(before), _count(connection, kept, moments)) for kept, before in moments.items()
            ]

    def purge(
        self, cuts: Mapping[Kept, datetime], *, at: datetime, who: str = _WHO, stop: Callable[[], bool] = lambda: False
    ) -> list[Purged]:
        """Delete what is from before the moment of its class, and tell the audit how many rows went of what.

        In small transactions of their own, so that no poll waits long for its turn. Killed in the middle it has deleted some
        of what was to go and nothing else, and the next one goes on from there and tells of both. Figures stay until they
        are rolled up. Asked to ``stop`` it tells of what went, and begins no other piece.
        """
        with self._reading() as connection:
            moments = _moments(connection, cuts)
        return [
            Purged(kept, from_ms(before), self._purge(kept, moments, at, who, stop))
            for kept, before in moments.items()
            if not stop()
        ]

    def kept_since(self, kept: Kept) -> datetime | None:
        """The moment before which a class has been purged, so that nothing is known; None where it never was."""
        with self._reading() as connection:
            return maybe_from_ms(marks.purged_before(connection, kept) or None)

    def _purge(self, kept: Kept, moments: retention.Cuts, at: datetime, who: str, stop: Callable[[], bool]) -> int:
        before = moments[kept]
        with self._reading() as connection:
            pieces: Sequence[retention.Piece] = (
                self._audit_pieces(connection, before, at, who)
                if kept is Kept.AUDIT
                else list(retention.pieces(connection, kept, moments))
            )
        for piece in pieces:
            while not stop() and self._purge_some(kept, before, piece):
                time.sleep(_BREATH)
            if stop():
                break
            time.sleep(_BREATH)  # what only had to be looked at kept others from writing too
        with self._changing() as connection:
            _take_turn(connection)
            gone = marks.untold(connection, kept)
            if gone:
                what = f"{kept} before {from_ms(before):%Y-%m-%d %H:%M} UTC, {gone} {'row' if gone == 1 else 'rows'}"
                audits.write(connection, who, _TITLE, Audited.PURGED, what, (), at)
                marks.keep(connection, kept, before, 0)
        return gone

    def _purge_some(self, kept: Kept, before: int, piece: retention.Piece) -> int:
        with self._changing() as connection:
            opening.take_time(connection)
            _take_turn(connection)
            rows = piece(connection)
            if rows:
                # What is not told of yet stands beside the moment, in the very transaction.
                marks.keep(connection, kept, before, marks.untold(connection, kept) + rows)
            return rows

    def _audit_pieces(self, connection: Connection, before: int, at: datetime, who: str) -> Sequence[retention.Piece]:
        """Entries go after an entry has said so: by it the chain is verified from the last that went."""
        last = audits.last_before(connection, before)
        if last is None:
            return ()
        with self._changing() as writing:
            audits.write(writing, who, _TITLE, Audited.PURGED, audits.goes_words(*last), (), at)
        return (lambda connection: audits.purge_some(connection, last[0]),)


def _take_turn(connection: Connection) -> None:
    """Have no other purge delete or tell at the same time; on SQLite whoever writes is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))


def _moments(connection: Connection, cuts: Mapping[Kept, datetime]) -> dict[Kept, int]:
    """The cuts as the store has moments, in the order of the classes; of figures as far back as they are rolled up."""
    moments = {kept: to_ms(cuts[kept]) for kept in Kept if kept in cuts}
    if Kept.READINGS in moments:
        moments[Kept.READINGS] = retention.safe_before(connection, moments[Kept.READINGS])
    return moments


def _count(connection: Connection, kept: Kept, moments: retention.Cuts) -> int:
    if kept is not Kept.AUDIT:
        return retention.count(connection, kept, moments)
    last = audits.last_before(connection, moments[kept])
    return 0 if last is None else last[0] - audits.read_anchor(connection)[0]
