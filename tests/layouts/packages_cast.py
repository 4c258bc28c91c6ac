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
from flowcentre.picture.package_weeks import Waited
from flowcentre.picture.packages import PACKAGES, Package
from tests.layouts.capacity_cast import capacity, known
from tests.layouts.care_people import AT, DAY, HOUR


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
        """Four weeks that rise and fall; for two days a list was missing."""
        if self.condition == "empty":
            return tuple(Waited(AT - 6 * HOUR * back, None, None) for back in range(112, -1, -1))
        last, found = AT.replace(hour=6, minute=0, second=0), []
        size = 4 if self.condition == "overloaded" else 1
        for back in range(112, -1, -1):
            number = 112 - back
            gap = 40 <= number < 48
            hospital, community = 82 + 14 * sin(number / 9) + number % 5, 66 + 9 * cos(number / 13)
            found.append(
                Waited(
                    last - 6 * HOUR * back,
                    None if gap else float(round(hospital * size)),
                    None if gap else float(round(community * size)),
                )
            )
        return tuple(found)
