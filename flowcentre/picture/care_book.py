"""The book of packages with all that its page sets them against: capacity, four weeks, and who left the hospitals' lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flowcentre.model import Picture, RowScope
from flowcentre.picture.capacity import Capacity, CapacityBook, Visits
from flowcentre.picture.list_book import Answered
from flowcentre.picture.package_book import PackageBook, PackageLife
from flowcentre.picture.package_sums import waits_as_from_hospital
from flowcentre.picture.package_weeks import PackageWeeks, Waited, waited_now
from flowcentre.picture.packages import Package
from flowcentre.store import Store


@dataclass(frozen=True, slots=True)
class CareAnswered(Answered[Package]):
    """What an address of packages asks for, and what stands beside it."""

    capacity: Capacity
    weeks: tuple[Waited, ...]  # of the localities in scope, whatever else is chosen; the last is now
    left: Mapping[str, datetime]  # who waits as from hospital, and when the last hospital's list let them go


class CareBook(PackageBook):
    """The book of packages and, as ``capacity``, the book of capacity."""

    def __init__(
        self,
        store: Store,
        current: Callable[[], Picture],
        visits: Visits,
        *,
        scope: RowScope | None = None,
        whole: CareBook | None = None,
    ) -> None:
        super().__init__(store, current, scope=scope, whole=whole)
        self.capacity = CapacityBook(store, self, visits, current)
        self._weeks = PackageWeeks(store)
        self._visits = visits

    def answer(self, query: str, picture: Picture | None = None) -> CareAnswered:
        """Whom an address chooses, and what stands beside them. Raises NoSuchMoment."""
        answered = super().answer(query, picture)
        chosen = answered.chosen
        shown = chosen.picture
        capacity = self.capacity.read(shown, keep=not answered.looks_back)
        localities = [each.place for each in chosen.in_scope]
        weeks = (*self._weeks.read(shown, localities), waited_now(shown, localities))
        gone = {item.person.person for item in chosen.but("phase") if waits_as_from_hospital(item)}
        left = self._store.departures("delays", gone, shown.known_at) if gone else {}
        return CareAnswered(chosen, answered.past, answered.looks_back, capacity, weeks, left)

    def package_life(self, ref: str, picture: Picture) -> PackageLife:
        """All that the lists had said of the person, and how the visits to the package went."""
        told = super().package_life(ref, picture)
        if not told.referrals:  # nobody whom this book may tell of
            return told
        return replace(told, visits=self._visits.of_package(ref, picture))
