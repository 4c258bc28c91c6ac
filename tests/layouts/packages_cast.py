"""In place of the book of care that reads a store: the lists of one condition, and what stands beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from math import cos, sin

from flowcentre.model import Interval, Picture
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.care_book import CareAnswered
from flowcentre.picture.list_book import asked_moment
from flowcentre.picture.list_history import Past, Then
from flowcentre.picture.listed import Chosen, Filters
from flowcentre.picture.package_book import PackageLife
from flowcentre.picture.package_weeks import Waited, waited_now
from flowcentre.picture.packages import PACKAGES, Package
from tests.layouts.capacity_cast import capacity, known
from tests.layouts.care_people import AT, DAY, LOCALITIES, MINUTE


class Book:
    """In place of the book that reads a store: the lists of one condition, and what stands beside them."""

    def __init__(self, condition: str = "normal", waiting: int | None = None, providers: int = 12) -> None:
        self.condition = condition
        self.shown = known(condition, waiting, providers)
        self.capacity = capacity(condition, waiting, providers)
        self.left: dict[str, datetime] = {}

    def current(self) -> Picture:
        return self.shown.picture

    def read(self, _picture: Picture | None = None, *, keep: bool = True) -> Capacity:
        assert keep
        return self.capacity

    def choose(self, query: str, _picture: Picture | None = None) -> Chosen[Package]:
        asked_moment(query, AT)
        return Chosen(self.shown.picture, self.shown.lists, Filters.of(PACKAGES, query, self.shown.picture))

    def answer(self, query: str, _picture: Picture | None = None) -> CareAnswered:
        chosen = self.choose(query)
        looks_back = asked_moment(query, AT) is not None
        return CareAnswered(chosen, self._past(chosen), looks_back, self.capacity, self._weeks(), self.left)

    def life(self, _ref: str, _known_at: datetime) -> list[Interval]:
        return []

    def package_life(self, _ref: str, _picture: Picture) -> PackageLife:
        return PackageLife((), ())

    def _past(self, chosen: Chosen[Package]) -> Past[Package]:
        if self.condition == "empty":
            return Past()
        scope = len(chosen.in_scope)
        yesterday = Then(AT - DAY, chosen.people[3:], (), scope, scope)
        return Past((), yesterday, replace(yesterday, at=AT - 7 * DAY, reporting=max(0, scope - 1)))

    def _weeks(self) -> tuple[Waited, ...]:
        """Four weeks that rise and fall, with two days on which a list was missing; and the present."""
        midnight, found = AT.replace(hour=0, minute=0, second=0) - MINUTE, []
        size = 4 if self.condition == "overloaded" else 1
        for number in range(28):
            at, gap = midnight - DAY * (27 - number), self.condition == "empty" or number in (10, 11)
            hospital, community = 82 + 14 * sin(number / 3) + number % 5, 66 + 9 * cos(number / 4)
            if gap:
                found.append(Waited(at, None, None))
            else:
                found.append(Waited(at, float(round(hospital * size)), float(round(community * size))))
        return (*found, waited_now(self.shown.picture, LOCALITIES))
