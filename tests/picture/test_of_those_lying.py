"""The packages that a hospital's manager sees are of whoever lies there now, whatever was read before."""

from __future__ import annotations

from datetime import datetime, timedelta

from flowcentre.model import Picture, RowScope
from flowcentre.picture import DelayBook, build
from flowcentre.picture.care_book import CareBook
from flowcentre.picture.shelf import Shelf
from flowcentre.picture.visits import VisitBook
from flowcentre.store import Store, open_store
from tests.feeds.care_cast import COUNTY, NORTHGATE, delayed, listed, poll
from tests.measures.care_cast import AT, HOUR
from tests.picture.packages_cast import SOON, settle

NORTHGATES = RowScope(frozenset({"northgate"}))
YESTERDAY = AT - 24 * HOUR


class Present:
    """A county whose picture moves on, and the books of Northgate's manager."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.look_again(SOON)
        visits = VisitBook(store, self.current)
        delays, packages = DelayBook(store, self.current), CareBook(store, self.current, visits)
        delays.stand_beside(packages)
        self.shelf = Shelf(store, self.current, delays, packages, visits)

    def current(self) -> Picture:
        return self.picture

    def look_again(self, at: datetime) -> None:
        self.picture = build(self.store, COUNTY, at)

    def seen(self) -> dict[str, set[str]]:
        """Of whom each way of asking tells: the list, a past moment and what is said there of room, yesterday, and the steps."""
        books = self.shelf.of(NORTHGATES)
        packages = books["packages"]
        assert isinstance(packages, CareBook)
        now, then = packages.answer(""), packages.answer(f"at={(AT - HOUR):%Y-%m-%dT%H:%M}")
        assert then.looks_back
        yesterday = packages.answer("").past.yesterday  # after the past, so that it is what is kept
        assert now.past.yesterday is not None
        assert yesterday is not None
        steps = (*books["delays"].choose("").people, *books["delays"].choose(f"at={(AT - HOUR):%Y-%m-%dT%H:%M}").people)
        return {
            "now": {each.person.ref for each in now.chosen.people},
            "then": {each.person.ref for each in then.chosen.people},
            "then, of room": {each.referral.ref for today in then.capacity.today for each in today.hindered},
            "yesterday": {each.person.ref for past in (now.past.yesterday, yesterday) for each in past.people or ()},
            "with a step": {each.person.ref for each in steps if each.elsewhere is not None},
        }


def test_who_has_left_the_hospital_is_gone_and_who_came_is_there_while_the_localities_say_nothing_new(
    sqlite_url: str,
) -> None:
    store = open_store(sqlite_url)
    for at in (YESTERDAY, AT - 2 * HOUR, AT):
        settle(store, at)
    present = Present(store)
    before = present.seen()
    assert before == {each: {"P-1" if each == "with a step" else "R-1"} for each in before}
    later = AT + timedelta(minutes=7)
    poll(store, listed([delayed("P-2"), delayed("P-7")], later, "northgate", people="delays"), later, NORTHGATE)
    present.look_again(later + timedelta(minutes=1))
    assert present.seen() == {each: {"P-2" if each == "with a step" else "R-2"} for each in before}
    store.close()
