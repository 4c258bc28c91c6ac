"""How delayed discharges moved: the lists as they stood at the end of each day, chosen from like the present.

A past day never changes: what was known at its end is read once, and chosen from again and again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flowcentre.measures.derive import LONDON, local_day, local_midnight
from flowcentre.model import County, Picture, State, Value
from flowcentre.picture.delays import Chosen, Delay, Filters, HospitalList, hospital_list, listing_hospitals
from flowcentre.store import Store

DAYS = 28
_NONE, _INSTANT, _MINUTE = timedelta(0), timedelta(milliseconds=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Census:
    """The lists as they were known at a moment. A hospital whose list was missing or too old is not among them."""

    at: datetime
    lists: tuple[HospitalList, ...]
    hospitals: int  # that are expected to send one

    @property
    def day(self) -> date:
        """The Europe/London day that it stands at."""
        return local_day(self.at)


@dataclass(frozen=True, slots=True)
class Then:
    """What filters choose from a census. ``delays`` None: no list in scope was known then."""

    at: datetime
    delays: tuple[Delay, ...] | None
    left: tuple[Delay, ...]
    reporting: int
    expected: int

    @property
    def count(self) -> int | None:
        """How many waited; None where nothing was known."""
        return None if self.delays is None else len(self.delays)

    @property
    def whole(self) -> bool:
        """Did every list in scope speak?"""
        return self.reporting == self.expected


@dataclass(frozen=True, slots=True)
class Past:
    """What the same filters chose before: at the end of each day, at this time yesterday, and a week ago."""

    days: tuple[Then, ...] = ()  # oldest first, yesterday's midnight last
    yesterday: Then | None = None
    last_week: Then | None = None


class DelayHistory:
    """Reads the lists of the past and keeps them. Used from any thread: at worst two read the same."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[datetime, Census] = {}
        self._county: County | None = None

    def past(self, chosen: Chosen, days: int = DAYS) -> Past:
        """What the filters of ``chosen`` chose in the days before its picture."""
        at = chosen.picture.at
        midnights = [_midnight_before(at, back) - _MINUTE for back in range(days, 0, -1)]
        quarter = at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
        wanted = [*midnights, _days_before(quarter, 1), _days_before(quarter, 7)]
        censuses = self._censuses(chosen.picture, wanted)
        sites = chosen.filters.sites(chosen.picture)
        *ends, yesterday, last_week = (_then(census, chosen.filters, sites) for census in censuses)
        return Past(tuple(ends), yesterday, last_week)

    def _censuses(self, picture: Picture, moments: Sequence[datetime]) -> list[Census]:
        if self._county is not picture.county:
            self._kept, self._county = {}, picture.county
        kept = self._kept
        missing = [at for at in moments if at not in kept]
        if missing:
            read = read_censuses(self._store, picture, missing)
            # What is not asked for again has passed out of sight.
            kept = {at: census for at, census in kept.items() if at in moments} | {each.at: each for each in read}
            self._kept = kept
        return [kept[at] for at in moments]


def read_censuses(store: Store, picture: Picture, moments: Sequence[datetime]) -> list[Census]:
    """The lists as they were known at each of some moments."""
    values = listing_hospitals(picture)
    patience = {
        value.place: max((feed.stale_after for id in value.feeds if (feed := picture.county.feed(id))), default=_NONE)
        for value in values
    }
    keys, longest = [(value.place, "delayed_now") for value in values], max(patience.values(), default=_NONE)
    found = []
    for at in moments:
        histories = store.history(keys, at - longest, at + _INSTANT, known_at=at)
        lists = []
        for value in values:
            point = next(reversed(histories[value.place, "delayed_now"]), None)
            if point is not None and point.value is not None and at - point.at < patience[value.place]:
                then = Value("delayed_now", value.place, point.value, State.FRESH, point.at, feeds=value.feeds)
                lists.append(hospital_list(then, store.people("delays", value.place, point.at, at), point.at))
        found.append(Census(at, tuple(lists), len(values)))
    return found


def _then(census: Census, filters: Filters, sites: Collection[str] | None) -> Then:
    lists = [each for each in census.lists if sites is None or each.place in sites]
    expected = census.hospitals if sites is None else len(sites)
    delays = tuple(delay for each in lists for delay in each.delays if filters.admits(delay))
    left = tuple(delay for each in lists for delay in each.left if filters.admits(delay))
    return Then(census.at, delays if lists else None, left, len(lists), expected)


def _midnight_before(at: datetime, back: int) -> datetime:
    """A Europe/London midnight: 1 is the last before ``at``, 2 the one before that."""
    # Noon is safe ground: an hour more or less on the nights of the clock changes stays within its day.
    return local_midnight(local_midnight(at) + timedelta(hours=12) - timedelta(days=back - 1))


def _days_before(at: datetime, days: int) -> datetime:
    """The same time by the clocks of London, days before."""
    return (at.astimezone(LONDON) - timedelta(days=days)).astimezone(at.tzinfo)
