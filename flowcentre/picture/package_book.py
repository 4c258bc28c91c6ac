"""Answers an address with the packages of care that it chooses, and tells everything known of one person's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flowcentre.model import CareReferral, Interval, Picture, RowScope
from flowcentre.picture.list_book import ListBook
from flowcentre.picture.packages import PACKAGES, Package
from flowcentre.picture.visits import PackageVisits
from flowcentre.store import Store


@dataclass(frozen=True, slots=True)
class PackageLife:
    """One person's referrals, oldest first, and the same person's time on the hospitals' lists. Each as intervals.

    ``visits`` is how those to the referral's package went in the last 28 days: one for each service that visits it.
    """

    referrals: tuple[tuple[Interval, ...], ...]
    hospital: tuple[Interval, ...]
    visits: tuple[PackageVisits, ...] = ()


class PackageBook(ListBook[Package]):
    """The book of the localities' lists."""

    def __init__(
        self,
        store: Store,
        current: Callable[[], Picture],
        *,
        scope: RowScope | None = None,
        whole: PackageBook | None = None,
    ) -> None:
        super().__init__(PACKAGES, store, current, scope=scope, whole=whole)

    def package_life(self, ref: str, picture: Picture) -> PackageLife:
        """All that the lists had said, by the moment of a picture, of the person whose referral it is.

        The person's other referrals are those that stand on the lists of that moment, and those that stood there
        when this one was made: one that ended in the week before.
        """
        intervals = self.life(ref, picture.known_at)
        rows = [one.person for one in intervals if isinstance(one.person, CareReferral)]
        if not rows:
            return PackageLife((), ())
        person = rows[-1].person
        others = self._others(rows[-1], picture) - {ref}
        referrals = [tuple(intervals), *(tuple(self.life(other, picture.known_at)) for other in others)]
        referrals.sort(key=_referred_at)
        hospital = self._store.intervals("delays", person, picture.known_at)
        return PackageLife(tuple(referrals), tuple(hospital))

    def _others(self, row: CareReferral, picture: Picture) -> set[str]:
        now = (item.person for each in self.lists(picture, keep=False) for item in each.people)
        then = (
            listed
            for value in PACKAGES.listing(picture)
            for listed in self._store.people(PACKAGES.people, value.place, row.referred_at, picture.known_at)
            if isinstance(listed, CareReferral)
        )
        return {listed.ref for listed in (*now, *then) if listed.person == row.person}


def _referred_at(intervals: tuple[Interval, ...]) -> float:
    return max(one.person.referred_at.timestamp() for one in intervals if isinstance(one.person, CareReferral))
