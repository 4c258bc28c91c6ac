"""How a list of people moved: as it stood at the end of each day, chosen from like the present.

A past day never changes: what was known at its end is read once, and chosen from again and again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic

from flowcentre.measures.derive import LONDON, local_day, local_midnight
from flowcentre.model import County, Picture, State, Value
from flowcentre.picture.listed import Chosen, Filters, PlaceList, Subject, T
from flowcentre.store import Store

_NONE, _INSTANT, _MINUTE = timedelta(0), timedelta(milliseconds=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Census(Generic[T]):
    """The lists as they were known at a moment. A place whose list was missing or too old is not among them."""

    at: datetime
    lists: tuple[PlaceList[T], ...]
    places: int  # that are expected to send one

    @property
    def day(self) -> date:
        """The Europe/London day that it stands at."""
        return local_day(self.at)


@dataclass(frozen=True, slots=True)
class Then(Generic[T]):
    """What filters choose from a census. ``people`` None: no list in scope was known then."""

    at: datetime
    people: tuple[T, ...] | None
    left: tuple[T, ...]
    reporting: int
    expected: int
    held: int = 0  # rows of these lists that were held back then: so many more may have been there

    @property
    def count(self) -> int | None:
        """How many there were; None where nothing was known."""
        return None if self.people is None else len(self.people)

    @property
    def complete(self) -> bool:
        """Did every list in scope speak?"""
        return self.reporting == self.expected

    @property
    def whole(self) -> bool:
        """Did every list in scope speak, and was no row of them held back?"""
        return self.complete and not self.held


@dataclass(frozen=True, slots=True)
class Past(Generic[T]):
    """What the same filters chose before: at the end of each day, at this time yesterday, and a week ago."""

    days: tuple[Then[T], ...] = ()  # oldest first, yesterday's midnight last
    yesterday: Then[T] | None = None
    last_week: Then[T] | None = None


class ListHistory(Generic[T]):
    """Reads the lists of the past and keeps them. Used from any thread: at worst two read the same."""

    def __init__(self, subject: Subject[T], store: Store) -> None:
        self._subject = subject
        self._store = store
        self._kept: dict[datetime, Census[T]] = {}
        self._county: County | None = None

    def past(self, chosen: Chosen[T]) -> Past[T]:
        """What the filters of ``chosen`` chose in the days before its picture."""
        at = chosen.picture.at
        midnights = [_midnight_before(at, back) - _MINUTE for back in range(self._subject.days_back, 0, -1)]
        quarter = at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
        wanted = [*midnights, _days_before(quarter, 1), _days_before(quarter, 7)]
        censuses = self._censuses(chosen.picture, wanted)
        places = chosen.filters.places(chosen.picture)
        *ends, yesterday, last_week = (_then(census, chosen.filters, places) for census in censuses)
        return Past(tuple(ends), yesterday, last_week)

    def _censuses(self, picture: Picture, moments: Sequence[datetime]) -> list[Census[T]]:
        if self._county is not picture.county:
            self._kept, self._county = {}, picture.county
        kept = self._kept
        missing = [at for at in moments if at not in kept]
        if missing:
            read = read_censuses(self._subject, self._store, picture, missing)
            # What is not asked for again has passed out of sight.
            kept = {at: census for at, census in kept.items() if at in moments} | {each.at: each for each in read}
            self._kept = kept
        return [kept[at] for at in moments]


def read_censuses(subject: Subject[T], store: Store, picture: Picture, moments: Sequence[datetime]) -> list[Census[T]]:
    """The lists as they were known at each of some moments."""
    values, measure, county = subject.listing(picture), subject.measure, picture.county
    patience = {
        value.place: max((feed.stale_after for id in value.feeds if (feed := county.feed(id))), default=_NONE)
        for value in values
    }
    keys, longest = [(value.place, measure) for value in values], max(patience.values(), default=_NONE)
    found, held = [], store.held_at(moments)
    for at in moments:
        histories = store.history(keys, at - longest, at + _INSTANT, known_at=at)
        lists = []
        for value in values:
            point = next(reversed(histories[value.place, measure]), None)
            if point is not None and point.value is not None and at - point.at < patience[value.place]:
                rows_held = sum(held[at].get(feed, {}).get(value.place, 0) for feed in value.feeds)
                then = Value(
                    measure, value.place, point.value, State.FRESH, point.at, feeds=value.feeds, held=rows_held
                )
                rows = store.people(subject.people, value.place, point.at, at)
                since = subject.since(store, value.place, point.at, at)
                lists.append(subject.list_of(then, rows, point.at, county, since))
        found.append(Census(at, tuple(lists), len(values)))
    return found


def _then(census: Census[T], filters: Filters[T], places: Collection[str] | None) -> Then[T]:
    lists = [each for each in census.lists if places is None or each.place in places]
    expected = census.places if places is None else len(places)
    admits = filters.admitting()
    people = tuple(item for each in lists for item in each.people if admits(item))
    left = tuple(item for each in lists for item in each.left if admits(item))
    held = sum(each.value.held for each in lists)
    return Then(census.at, people if lists else None, left, len(lists), expected, held)


def _midnight_before(at: datetime, back: int) -> datetime:
    """A Europe/London midnight: 1 is the last before ``at``, 2 the one before that."""
    # Noon is safe ground: an hour more or less on the nights of the clock changes stays within its day.
    return local_midnight(local_midnight(at) + timedelta(hours=12) - timedelta(days=back - 1))


def _days_before(at: datetime, days: int) -> datetime:
    """The same time by the clocks of London, days before."""
    return (at.astimezone(LONDON) - timedelta(days=days)).astimezone(at.tzinfo)
