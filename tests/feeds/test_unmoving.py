"""A source that puts a new moment on an old extract: the very same figures, on and on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from flowcentre.feeds.poll import settle
from flowcentre.feeds.remembered import Remembered
from flowcentre.model import EmergencyAttendance, Fact, FeedStatus, State, WholeList
from flowcentre.picture.build import build
from flowcentre.store import Store, open_store
from tests.feeds.cast import AT, a_county, a_feed, answer, beds

HOUR = timedelta(hours=1)
FEED = a_feed(unmoving_after=3 * HOUR, late_after=2 * HOUR, stale_after=6 * HOUR)
COUNTY = a_county(FEED)


def hear(store: Store, at: datetime, facts: Sequence[Fact]) -> None:
    poll_id = store.claim_poll(FEED.id, at, engine="one", started_at=at)
    assert poll_id is not None
    settle(store, FEED, COUNTY, poll_id, answer(facts), now=at, remembered=Remembered.read(store, FEED, COUNTY))


def status(store: Store, at: datetime, *, live: bool = True) -> FeedStatus:
    return build(store, COUNTY, at, live=live).feeds[0]


def seen(at: datetime, refs: Sequence[int]) -> list[Fact]:
    """A list of the same people whenever it is told: how long they have waited moves by itself."""
    arrived = AT - 2 * HOUR
    people = [EmergencyAttendance(f"p{ref}", "northgate", arrived + timedelta(seconds=ref)) for ref in refs]
    return [*people, WholeList("attendances", "northgate", at)]


def test_the_very_same_figures_of_new_moments_are_doubted_and_one_that_moves_ends_it(store: Store) -> None:
    hear(store, AT, beds(AT, occupied=19))
    for hour in range(1, 5):
        hear(store, AT + hour * HOUR, beds(AT + hour * HOUR))
        doubted = status(store, AT + hour * HOUR)
        # The doubt is said, and its values stay as they are: they may be true.
        assert (doubted.unmoving_since, doubted.state) == (AT + HOUR if hour == 4 else None, State.FRESH)
    occupied = [20.0] * 23 + [21]
    hear(store, AT + 5 * HOUR, beds(AT + 5 * HOUR, occupied=occupied))
    assert status(store, AT + 5 * HOUR).unmoving_since is None
    then = status(store, AT + 4 * HOUR, live=False)
    assert then.unmoving_since == AT + HOUR  # as it was known then


def test_a_restart_does_not_forget_since_when_nothing_moves(tmp_path: Path) -> None:
    for hour in range(4):
        with closing(open_store(f"sqlite:///{tmp_path / 'flow.db'}")) as store:
            hear(store, AT + hour * HOUR, beds(AT + hour * HOUR))
    with closing(open_store(f"sqlite:///{tmp_path / 'flow.db'}")) as store:
        assert status(store, AT + 3 * HOUR).unmoving_since == AT


def test_a_list_of_the_same_people_is_doubted_though_their_waits_move(store: Store) -> None:
    for hour in range(4):
        hear(store, AT + hour * HOUR, seen(AT + hour * HOUR, range(30)))
    assert status(store, AT + 3 * HOUR).unmoving_since == AT
    hear(store, AT + 4 * HOUR, seen(AT + 4 * HOUR, range(1, 31)))
    assert status(store, AT + 4 * HOUR).unmoving_since is None


def test_a_feed_that_is_silent_says_nothing_again(store: Store) -> None:
    hear(store, AT, beds(AT))
    hear(store, AT + HOUR, beds(AT))  # the same file once more, with its old moment
    later = status(store, AT + 5 * HOUR)
    assert (later.state, later.unmoving_since) == (State.LATE, None)
