"""The store's verbs of people: who was on which list, and the visits that are made to them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from flowcentre.model import Interval, Listed, Visit
from flowcentre.store import people, visits
from flowcentre.store.answers import Standing, VisitNews
from flowcentre.store.connections import Connections
from flowcentre.store.moments import maybe_to_ms, to_ms


class PeopleVerbs(Connections):
    """What a store can tell of people and of visits to them, whoever they are; ``ScopedStore`` tells of those of a scope."""

    def people(self, people_: str, place: str, at: datetime, known_at: datetime | None = None) -> list[Listed]:
        """Who was on a list of people at a moment; as known at ``known_at``, or with all known since."""
        with self._reading() as connection:
            return people.read_people(connection, people_, place, to_ms(at), maybe_to_ms(known_at))

    def unchanged_since(
        self, people_: str, place: str, at: datetime, known_at: datetime | None = None
    ) -> dict[str, datetime]:
        """Of those whom ``people`` gives, by ref: the moment of the list since which nothing of their row has changed."""
        with self._reading() as connection:
            return people.read_since(connection, people_, place, to_ms(at), maybe_to_ms(known_at))

    def standing(self, people_: str, refs: Collection[str], *, besides: str) -> list[Standing]:
        """Which of some people stand on a list of a kind at any place but one, with the feed that lists them and since when."""
        with self._reading() as connection:
            return people.read_standing(connection, people_, refs, besides)

    def departures(self, people_: str, refs: Collection[str], known_at: datetime | None = None) -> dict[str, datetime]:
        """When some people left the lists of a kind: those alone who stood on one and stand on none any more."""
        with self._reading() as connection:
            return people.read_departures(connection, people_, refs, maybe_to_ms(known_at))

    def intervals(self, people_: str, ref: str, known_at: datetime | None = None) -> list[Interval]:
        """Everything that the lists of a kind ever said of one person, oldest first; as known at a moment, or all."""
        with self._reading() as connection:
            return people.read_intervals(connection, people_, ref, maybe_to_ms(known_at))

    def visits(
        self,
        feed: str,
        place: str,
        after: datetime,
        until: datetime | None = None,
        *,
        at: datetime | None = None,
        known_at: datetime | None = None,
        package: str | None = None,
    ) -> list[Visit]:
        """The visits of a service that were planned to start after one moment and until another, in that order.

        As told by exports until ``at`` and learnt by ``known_at``; without either as they stand now. Given a
        ``package``, those to it alone.
        """
        moments = to_ms(after), maybe_to_ms(until), maybe_to_ms(at), maybe_to_ms(known_at)
        with self._reading() as connection:
            return visits.read_visits(connection, feed, place, *moments, package)

    def last_visit(self, version: int | None = None) -> int:
        """The row, from which on ``visit_news`` goes, of the newest that was told of visits; by a version, where given."""
        with self._reading() as connection:
            return visits.read_last(connection, version)

    def visit_news(self, after: int, version: int | None = None) -> VisitNews:
        """What was told of visits since a row, by every feed; until a version, where given."""
        with self._reading(one_moment=True) as connection:
            return visits.read_news(connection, after, version)

    def visits_exported(self, feed: str) -> dict[str, datetime]:
        """By service the moment of the newest export of a feed that told of its visits."""
        with self._reading() as connection:
            return visits.read_exported(connection, feed)

    def known_visits(self, feed: str, place: str, refs: Collection[str]) -> set[str]:
        """Which of some refs are of visits that a feed has told of before."""
        with self._reading() as connection:
            return visits.read_known_refs(connection, feed, place, refs)
