"""A store as somebody with a scope reads it: of people the rows that they may see, everything else as it is, nothing written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from flowcentre.model import Interval, Listed, RowScope, Visit
from flowcentre.store import people, visits
from flowcentre.store.answers import Standing, StoreError, VisitNews
from flowcentre.store.moments import maybe_to_ms, to_ms
from flowcentre.store.scoping import asked_as
from flowcentre.store.store import Store


class ScopedStore(Store):
    """See ``Store.scoped``. It lives on the connections of the store that it is of, for as long as that is open."""

    def __init__(self, store: Store, scope: RowScope) -> None:  # opens nothing, so it asks no other to
        vars(self).update(vars(store))
        self.scope = scope
        self.writer = False
        self._bulk = None  # what is written in bulk may be undone: it is not read here

    def close(self) -> None:
        """Nothing: the connections are those of the store that it is of."""

    def people(self, people_: str, place: str, at: datetime, known_at: datetime | None = None) -> list[Listed]:
        """Who of the scope was on a list at a moment; see ``Store.people``. Of contracts, which are nobody, all."""
        with self._reading_theirs() as connection:
            return people.read_people(connection, people_, place, to_ms(at), maybe_to_ms(known_at), self.scope)

    def unchanged_since(
        self, people_: str, place: str, at: datetime, known_at: datetime | None = None
    ) -> dict[str, datetime]:
        """Since when the rows of the scope stand unchanged; see ``Store.unchanged_since``."""
        with self._reading_theirs() as connection:
            return people.read_since(connection, people_, place, to_ms(at), maybe_to_ms(known_at), self.scope)

    def intervals(self, people_: str, ref: str, known_at: datetime | None = None) -> list[Interval]:
        """What the lists said of one person while they were in the scope; see ``Store.intervals``."""
        with self._reading_theirs() as connection:
            return people.read_intervals(connection, people_, ref, maybe_to_ms(known_at), self.scope)

    def departures(self, people_: str, refs: Collection[str], known_at: datetime | None = None) -> dict[str, datetime]:
        """When those of some people left the lists of a kind who were in the scope on one of them.

        That somebody stands on a list beyond the scope is seen: they have not left, though it is not said where they are.
        """
        seen = self.within(people_, refs, known_at)
        return super().departures(people_, seen, known_at) if seen else {}

    def within(self, people_: str, refs: Collection[str], known_at: datetime | None = None) -> set[str]:
        """Which of some people are, or ever were, in the scope on the lists of a kind: those of whom ``intervals`` tells."""
        with self._reading_theirs() as connection:
            return people.read_seen(connection, people_, refs, maybe_to_ms(known_at), self.scope)

    def standing(self, people_: str, refs: Collection[str], *, besides: str) -> list[Standing]:
        """Raises StoreError: it is for weighing lists as they come in, which nobody with a scope does."""
        raise StoreError("who stands on other lists is asked by an engine alone")

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
        """The visits of a service in the scope, and of another those to packages in it; see ``Store.visits``."""
        moments = to_ms(after), maybe_to_ms(until), maybe_to_ms(at), maybe_to_ms(known_at)
        with self._reading_theirs() as connection:
            return visits.read_visits(connection, feed, place, *moments, package, self.scope)

    def visit_news(self, after: int, version: int | None = None) -> VisitNews:
        """What was told since a row of the same visits; see ``Store.visit_news``."""
        with self._reading_theirs(one_moment=True) as connection:
            return visits.read_news(connection, after, version, self.scope)

    def known_visits(self, feed: str, place: str, refs: Collection[str]) -> set[str]:
        """Raises StoreError, as ``standing``."""
        raise StoreError("which visits were told before is asked by an engine alone")

    @contextmanager
    def _reading_theirs(self, *, one_moment: bool = False) -> Iterator[Connection]:
        with self._reading(one_moment=one_moment) as connection, asked_as(connection, self.scope):
            yield connection
