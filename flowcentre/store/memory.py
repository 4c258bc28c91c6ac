"""What a writing process remembers of a feed, so that comparing an answer with the last one costs no query.

It is a copy of what stands in the database. ``feed.writes`` tells whether another process has written
since; then it is read again. After a failed transaction it is thrown away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from flowcentre.store import schema as db
from flowcentre.store.moments import to_ms
from flowcentre.store.writing import insert_new

Row = tuple[int, bytes]  # of a person: id of the interval, the row


@dataclass(slots=True, eq=False)
class Source:
    """A set of series of one place that the feed says together."""

    id: int
    members: frozenset[int]
    observed_at: int | None = None  # of its newest sighting
    received_at: int | None = None
    leads: bool = False  # every one of its series was last said by this source, so its moment is theirs


@dataclass(frozen=True, slots=True)
class Shape:
    """The form in which readings come: the same measures of the same place in the same order."""

    source: Source
    series: tuple[int, ...]


@dataclass(slots=True)
class FeedMemory:
    """One feed as it stands in the store."""

    feed: str
    writes: int
    received_at: int | None
    observed_at: int | None
    moved_at: int | None = None  # the newest moment at which it said anything that it had not said before
    series: dict[tuple[str, str], int] = field(default_factory=dict)  # by (place, measure)
    values: dict[int, float | None] = field(default_factory=dict)  # the latest, by series
    said_by: dict[int, Source] = field(default_factory=dict)  # the source that last said a series
    sources: dict[str, dict[frozenset[int], Source]] = field(default_factory=dict)  # by place
    shapes: dict[tuple[str, tuple[str, ...]], Shape] = field(default_factory=dict)
    here: dict[tuple[str, str], dict[str, Row]] = field(default_factory=dict)  # persons by (people, place) and ref

    def move_on(self, *moments: datetime | None) -> None:
        """Note at which moments the feed said anything that it had not said before.

        Of a feed that was polled before anybody noted that, it counts from now.
        """
        anew = [to_ms(moment) for moment in moments if moment is not None]
        before = self.moved_at if self.moved_at is not None else self.observed_at
        self.moved_at = max([*anew, *([] if before is None else [before])], default=None)

    def series_of(self, connection: Connection, place: str, measures: Sequence[str]) -> tuple[int, ...]:
        """The ids of some series of a place, made where they are not there yet."""
        wanted = [(place, measure) for measure in measures]
        if new := [{"feed": self.feed, "place": p, "measure": m} for p, m in wanted if (p, m) not in self.series]:
            connection.execute(insert_new(connection, db.series), new)
            found = connection.execute(
                select(db.series.c.measure, db.series.c.id).where(
                    db.series.c.feed == self.feed,
                    db.series.c.place == place,
                    db.series.c.measure.in_([row["measure"] for row in new]),
                )
            )
            self.series.update({(place, measure): id for measure, id in found})
        return tuple(self.series[key] for key in wanted)

    def source_of(self, connection: Connection, place: str, members: Iterable[int]) -> Source:
        """The source that says just these series, made where it is not there yet."""
        key = frozenset(members)
        known = self.sources.setdefault(place, {})
        if key not in known:
            ids = sorted(key)
            named = {
                "feed": self.feed,
                "place": place,
                "members": hashlib.sha256(" ".join(map(str, ids)).encode()).hexdigest(),
            }
            connection.execute(insert_new(connection, db.source), named)
            id = connection.execute(
                select(db.source.c.id).where(*(db.source.c[name] == value for name, value in named.items()))
            ).scalar_one()
            connection.execute(
                insert_new(connection, db.source_series), [{"series": series, "source": id} for series in ids]
            )
            known[key] = Source(id, key)
        return known[key]

    def shape_of(self, connection: Connection, place: str, measures: tuple[str, ...]) -> Shape:
        """The shape of such readings: found at once when it has come before."""
        shape = self.shapes.get((place, measures))
        if shape is None:
            series = self.series_of(connection, place, measures)
            shape = self.shapes[place, measures] = Shape(self.source_of(connection, place, series), series)
        return shape

    def move(self, series: Iterable[int], source: Source) -> list[int]:
        """Let ``source`` be the one that last said these series; those for whom it was another are returned."""
        moved = []
        for id in series:
            before = self.said_by.get(id)
            if before is not source:
                if before is not None:
                    before.leads = False
                self.said_by[id] = source
                moved.append(id)
        if moved:
            source.leads = all(self.said_by.get(member) is source for member in source.members)
        return moved


def load(connection: Connection, standing: FeedMemory) -> FeedMemory:
    """Read into ``standing`` everything that the store knows of its feed's newest readings."""
    feed = standing.feed
    sources: dict[int, Source] = {}
    members: dict[int, set[int]] = {}
    places: dict[int, str] = {}
    for source, place, series in connection.execute(
        select(db.source.c.id, db.source.c.place, db.source_series.c.series)
        .join(db.source_series, db.source_series.c.source == db.source.c.id)
        .where(db.source.c.feed == feed)
    ):
        members.setdefault(source, set()).add(series)
        places[source] = place
    for id, ids in members.items():
        sources[id] = Source(id, frozenset(ids))
        standing.sources.setdefault(places[id], {})[sources[id].members] = sources[id]
    for id, observed_at, received_at in connection.execute(
        select(db.latest_sighting)
        .join(db.source, db.source.c.id == db.latest_sighting.c.source)
        .where(db.source.c.feed == feed)
    ):
        sources[id].observed_at, sources[id].received_at = observed_at, received_at
    for id, place, measure, value, source, said in connection.execute(
        select(
            db.series.c.id,
            db.series.c.place,
            db.series.c.measure,
            db.latest.c.value,
            db.latest.c.source,
            db.latest.c.series,
        )
        .outerjoin(db.latest, db.latest.c.series == db.series.c.id)
        .where(db.series.c.feed == feed)
    ):
        standing.series[place, measure] = id
        if said is not None:
            standing.values[id] = value
            if source is not None:
                standing.said_by[id] = sources[source]
    for found in sources.values():
        found.leads = all(standing.said_by.get(member) is found for member in found.members)
    return standing
