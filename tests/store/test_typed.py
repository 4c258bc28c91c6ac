"""Slips in the store: with their readings or not at all, once, and as they were known."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from flowcentre.model import Kept, Outcome, Typed
from flowcentre.store import KeptSlip, SlipKept, Store, StoreNotReady, open_store
from tests.store.saying import sighting, tell

HOUR, MOMENT = timedelta(hours=1), timedelta(milliseconds=1)


def type_in(store: Store, slip: str, at: datetime, *, place: str = "meadow-court", used: float = 30) -> KeptSlip:
    """A slip and its readings, in one transaction."""
    typed = Typed("duty manager", at, at + 4 * HOUR)
    with store.in_bulk():
        poll = store.claim_poll("typed-in", at, engine="here", started_at=at)
        assert poll is not None
        recorded = store.record_poll(
            poll,
            feed="typed-in",
            finished_at=at,
            outcome=Outcome.OK,
            sightings=[sighting(place, at, extra_care_used=used, extra_care_capacity=46)],
        )
        store.keep_slip(slip, feed="typed-in", place=place, typed_in=typed, poll=poll, recorded=recorded)
    return KeptSlip(slip, "typed-in", place, typed, poll, recorded.version, recorded.counts.accepted)


def test_a_slip_is_found_by_its_mark_and_its_values_know_it(store: Store, at: datetime) -> None:
    kept = type_in(store, "a", at)
    assert store.slip("a") == kept
    assert store.slip("b") is None
    assert {row.typed for row in store.latest()} == {kept.typed}
    assert {row.typed for row in store.known(at, at)} == {kept.typed}


def test_values_of_feeds_that_nobody_types_into_know_no_slip(store: Store, at: datetime) -> None:
    type_in(store, "a", at)
    tell(store, "beds", at, sighting("meadow-court", at, extra_care_used=31))
    assert {row.feed: row.typed is None for row in store.latest()} == {"typed-in": False, "beds": True}


def test_a_slip_that_is_kept_already_undoes_all_that_came_with_it(store: Store, at: datetime) -> None:
    first = type_in(store, "a", at)
    with pytest.raises(SlipKept):
        type_in(store, "a", at + HOUR, used=31)
    assert store.version() == first.version
    assert [poll.due_at for poll in store.polls("typed-in")] == [at]
    assert {row.value for row in store.latest()} == {30, 46}
    assert type_in(store, "b", at + 2 * HOUR, used=32).version == first.version + 1  # and nothing is left in memory
    assert {row.value for row in store.latest()} == {32, 46}


def test_a_past_moment_has_the_slip_of_its_time(store: Store, at: datetime) -> None:
    slips = [type_in(store, str(hour), at + hour * HOUR, used=hour) for hour in range(1, 4)]
    for hour, kept in enumerate(slips, start=1):
        moment = at + hour * HOUR + HOUR / 2
        assert {row.typed for row in store.known(moment, moment)} == {kept.typed}
    assert store.known(at, at) == []
    before_it_was_known = at + 2 * HOUR - MOMENT
    assert {row.typed for row in store.known(at + 3 * HOUR, before_it_was_known)} == {slips[0].typed}


def test_each_place_has_its_own_slip_though_very_many_have_one(store: Store, at: datetime) -> None:
    with store.in_bulk():
        kept = [type_in(store, str(number), at + number * MOMENT, place=f"p{number}") for number in range(1, 1100)]
    assert {row.place: row.typed for row in store.latest()} == {each.place: each.typed for each in kept}


def test_slips_outlive_the_ledger(store: Store, at: datetime) -> None:
    kept = type_in(store, "a", at)
    type_in(store, "b", at + HOUR, place="elsewhere")
    type_in(store, "c", at + 2 * HOUR, place="elsewhere")
    store.purge({Kept.POLLS: at + HOUR / 2}, at=at)
    assert store.slip("a") == kept
    assert {row.typed for row in store.latest() if row.place == "meadow-court"} == {kept.typed}


def test_who_writes_and_does_not_migrate_waits_for_whoever_does(sqlite_url: str, postgres_url: str) -> None:
    for url in (sqlite_url, postgres_url):
        with pytest.raises(StoreNotReady):
            open_store(url, migrates=False)
        open_store(url).close()
        web = open_store(url, migrates=False)
        web.set_mark("typed", "yes")
        web.close()
