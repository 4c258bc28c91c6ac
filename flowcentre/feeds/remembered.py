"""What a feed said last, which its next answer is weighed against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from flowcentre.feeds.contract import PlaceCodes
from flowcentre.feeds.people import KINDS
from flowcentre.feeds.visits import Rosters
from flowcentre.measures import ALL
from flowcentre.model import CareTerms, County, Feed, PeopleList, Place, Reading
from flowcentre.store import Store

Key = tuple[str, str]  # (place, measure), or (list of people, place)


@dataclass(frozen=True, slots=True)
class Said:
    """A value and the source's own moment of it. ``value`` None: it was said that there is none."""

    value: float | None
    at: datetime


@dataclass(slots=True)
class Remembered:
    """One feed's places, and what it said last of each.

    On PostgreSQL another engine may have heard the feed since: read it anew for each poll. On SQLite
    there is one writer, who may keep it.
    """

    feed: Feed
    places: dict[str, Place]
    values: dict[Key, Said] = field(default_factory=dict)
    lists: dict[Key, PeopleList] = field(default_factory=dict)
    visits: Rosters | None = None  # None: not read yet
    _store: Store | None = None

    @classmethod
    def read(cls, store: Store, feed: Feed, county: County) -> Remembered:
        """What the store knows of a feed."""
        within = (place for top in feed.places if top in county.places for place in county.places.within(top))
        # Each with the locality that it serves, be that its own or that of whoever runs it.
        places = {place.id: replace(place, locality=county.places.locality_of(place.id)) for place in within}
        remembered = cls(feed, places, _store=store)
        remembered.refresh()
        return remembered

    def refresh(self) -> None:
        """Read the store again, for others may have written to it."""
        assert self._store is not None
        self.lists.clear()
        if self.visits is not None:
            self.visits.refresh()
        self.values = {
            (known.place, known.measure): Said(known.value, known.observed_at)
            for known in self._store.latest()
            if known.feed == self.feed.id
        }

    def last_list(self, people: str, place: str, counted_by: str) -> PeopleList | None:
        """The last list of people at a place, or None. ``counted_by`` is a measure derived from every such list."""
        if (people, place) not in self.lists and self._store is not None:
            said = self.values.get((place, counted_by))
            if said is not None:
                persons = tuple(self._store.people(people, place, said.at))
                self.lists[people, place] = PeopleList(people, place, said.at, persons)
        return self.lists.get((people, place))

    def newest_lists(self, people: str) -> dict[str, PeopleList]:
        """The last list of a kind at each place of the feed that has one, where lists of several places are counted together."""
        kind = KINDS[people]
        found = (
            self.last_list(people, place.id, kind.measures[0])
            for place in self.places.values()
            if place.kind in ALL[kind.measures[0]].reported_by
        )
        return {whole.place: whole for whole in found if whole is not None}

    def rosters(self, terms: CareTerms) -> Rosters:
        """What the feed told of visits. They are too many to be copied for each poll: see ``copy``."""
        if self.visits is None:
            self.visits = Rosters(self._store, self.feed.id, terms)
        return self.visits

    def copy(self) -> Remembered:
        """The same, to be changed apart: what is not recorded in the end must not be remembered.

        The visits go with the copy. Where it is not recorded they are read again from the store.
        """
        visits, self.visits = self.visits, None
        return replace(self, values=dict(self.values), lists=dict(self.lists), visits=visits)

    def become(self, recorded: Remembered) -> None:
        """Remember what a copy has learnt, now that it is recorded."""
        self.values, self.lists, self.visits = recorded.values, recorded.lists, recorded.visits

    def learn(self, readings: Iterable[Reading], lists: Iterable[PeopleList]) -> None:
        """Take in what was believed, the newest of each."""
        values = self.values
        for reading in readings:
            key = (reading.place, reading.measure)
            before = values.get(key)
            if before is None or reading.observed_at >= before.at:
                values[key] = Said(reading.value, reading.observed_at)
        for whole in lists:
            last = self.lists.get((whole.people, whole.place))
            if last is None or whole.observed_at > last.observed_at:
                self.lists[whole.people, whole.place] = whole


def place_codes(feed: Feed, county: County) -> PlaceCodes:
    """The codes by which a feed may name its places."""
    return PlaceCodes(county.places, [top for top in feed.places if top in county.places])
