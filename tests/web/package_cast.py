"""In place of the book of packages: three localities' lists in memory, in whatever state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flowcentre.model import CareReferral, Picture, State, Value
from flowcentre.picture.list_book import asked_moment
from flowcentre.picture.listed import Chosen, Filters, PlaceList
from flowcentre.picture.packages import PACKAGES, Package
from tests.feeds.care_cast import COUNTY, LOCALITIES
from tests.measures.care_cast import AT, HOUR
from tests.picture.packages_cast import north, others


@dataclass
class PretendPackages:
    """The lists that a test gives it."""

    rows: tuple[CareReferral, ...] = (*north(), *others())
    states: Mapping[str, State] = field(default_factory=dict)

    def choose(self, query: str) -> Chosen[Package]:
        at = asked_moment(query, AT)
        lists = tuple(self._list(place, at or AT) for place in LOCALITIES)
        values = {(one.place, PACKAGES.measure): one.value for one in lists}
        picture = Picture(7, at or AT, at or AT, COUNTY, values)
        return Chosen(picture, lists, Filters.of(PACKAGES, query, picture))

    def _list(self, place: str, at: datetime) -> PlaceList[Package]:
        state = self.states.get(place, State.FRESH)
        if state is State.NEVER:
            return PlaceList(Value(PACKAGES.measure, place, None, state, feeds=("care-referrals",)))
        listed_at = at if state is not State.STALE else at - 9 * HOUR
        value = Value(PACKAGES.measure, place, 1.0, state, listed_at, listed_at, ("care-referrals",))
        return PACKAGES.list_of(value, [row for row in self.rows if row.place == place], listed_at, COUNTY)
