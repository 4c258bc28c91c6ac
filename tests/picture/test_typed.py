"""A typed value is the present until its own moment, and no longer; nobody is late who promised nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flowcentre.model import FeedStatus, Outcome, Picture, State
from flowcentre.picture import LivePicture, build
from flowcentre.picture.typed import may_be_typed, typed_of
from flowcentre.store import Store, open_store
from tests.feeds.typed_cast import AT, AUTHOR, COUNTY, FILE, HOUR, REABLEMENT, TYPED, Clock, desk_of, slip
from tests.store.saying import sighting, tell

NORTH = "neighbours-north"
Pictured = Callable[[datetime], Picture]
MOMENT = timedelta(milliseconds=1)


def state(picture: Picture, place: str = NORTH, measure: str = "voluntary_used") -> State:
    return picture.value(place, measure).state


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["live", "as at"])
def pictured(request: pytest.FixtureRequest, store: Store) -> Pictured:
    """The picture of a moment, by the way of the present and by that of the past."""
    return lambda at: build(store, COUNTY, at, live=request.param == "live")


def test_a_typed_value_is_fresh_until_it_expires_and_stale_from_that_very_moment(
    pictured: Pictured, store: Store, clock: Clock
) -> None:
    desk_of(store, clock).take(slip(holds=HOUR))
    for at, expected in ((AT, State.FRESH), (AT + HOUR - MOMENT, State.FRESH), (AT + HOUR, State.STALE)):
        assert state(pictured(at)) is expected
    value = pictured(AT).value(NORTH, "voluntary_used")
    assert (value.late_at, value.stale_at) == (None, AT + HOUR)
    assert (value.value, value.feeds, value.observed_at) == (7, ("typed-in",), AT)


def test_it_holds_until_a_moment_of_the_clock(pictured: Pictured, store: Store, clock: Clock) -> None:
    morning = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert desk_of(store, clock).take(slip(holds=morning)).typed.expires_at == morning
    assert state(pictured(morning - MOMENT)) is State.FRESH
    assert state(pictured(morning)) is State.STALE


def test_it_holds_by_its_own_time_and_not_by_its_feeds(pictured: Pictured, store: Store, clock: Clock) -> None:
    desk_of(store, clock).take(slip(holds=24 * HOUR))  # the feed's own is four hours
    assert state(pictured(AT + 24 * HOUR - MOMENT)) is State.FRESH
    assert state(pictured(AT + 24 * HOUR)) is State.STALE


def test_what_follows_from_typed_values_expires_with_the_first_of_them_and_says_who_typed(
    pictured: Pictured, store: Store, clock: Clock
) -> None:
    desk_of(store, clock).take(slip(holds=HOUR))
    free = pictured(AT).value(NORTH, "voluntary_free")
    assert (free.value, free.stale_at, free.derived) == (5, AT + HOUR, True)
    assert free.typed is not None
    assert free.typed.author == AUTHOR
    assert pictured(AT).value("westshire", "voluntary_free").typed is None  # a total is nobody's


def test_a_total_leaves_out_what_has_expired_and_says_so(pictured: Pictured, store: Store, clock: Clock) -> None:
    desk = desk_of(store, clock)
    desk.take(slip(holds=HOUR))
    desk.take(slip(used="3", place="neighbours-mid", form="form-2", holds=4 * HOUR))
    whole, part = (pictured(at).value("westshire", "voluntary_used") for at in (AT + MOMENT, AT + HOUR))
    assert (whole.value, whole.at_least) == (10, False)
    assert (part.value, part.at_least, part.coverage.missing) == (3, True, (NORTH,))


def test_the_place_says_who_typed_last(store: Store, clock: Clock) -> None:
    desk = desk_of(store, clock)
    assert typed_of(build(store, COUNTY, AT, live=True), NORTH) is None
    desk.take(slip())
    clock.forward(HOUR)
    later = desk.take(slip(form="form-2", author="night lead"))
    picture = build(store, COUNTY, clock.at, live=True)
    assert typed_of(picture, NORTH) == later.typed
    assert typed_of(picture, "neighbours-mid") is None
    assert may_be_typed(COUNTY)
    assert not may_be_typed(replace(COUNTY, feeds=(FILE,)))


def test_a_held_service_leaves_the_earlier_one_with_its_own_author_and_end(store: Store, clock: Clock) -> None:
    desk = desk_of(store, clock)
    first = desk.take(slip(holds=2 * HOUR))
    clock.forward(HOUR)
    desk.take(slip(used="-1", form="form-2", author="night lead", holds=4 * HOUR))
    value = build(store, COUNTY, clock.at, live=True).value(NORTH, "voluntary_used")
    assert (value.value, value.typed, value.held) == (7, first.typed, 1)


# --- The feed -------------------------------------------------------------------------------


def test_the_feed_is_never_late_or_due_and_says_who_typed_last(pictured: Pictured, store: Store, clock: Clock) -> None:
    def status(at: datetime) -> FeedStatus:
        return next(each for each in pictured(at).feeds if each.feed.id == TYPED.id)

    assert status(AT).state is State.NEVER
    taken = desk_of(store, clock).take(slip(holds=HOUR))
    found = status(AT + HOUR - MOMENT)
    assert (found.state, found.next_due_at, found.skipped_today, found.typed) == (State.FRESH, None, 0, taken.typed)
    assert found.observed_at == AT
    assert status(AT + HOUR).state is State.STALE


def test_the_newest_counts_where_a_file_and_a_form_speak_of_one_place(
    pictured: Pictured, store: Store, clock: Clock
) -> None:
    def used(at: datetime) -> tuple[float | None, tuple[str, ...]]:
        value = pictured(at).value("wupi-north", "reablement_hours_used")
        return value.value, value.feeds

    said = {"reablement_hours_capacity": 80.0, "reablement_hours_used": 60.0}
    tell(store, FILE.id, AT - HOUR, sighting("wupi-north", AT - HOUR, **said))
    assert used(AT) == (60, ("wupi",))
    figures = {REABLEMENT: {"used": "61.5", "staffed": "80"}}
    clock.forward(MOMENT)
    desk_of(store, clock).take(slip(place="wupi-north", figures=figures))
    assert used(AT + HOUR) == (61.5, ("typed-in",))
    tell(store, FILE.id, AT + HOUR, sighting("wupi-north", AT + HOUR, **said | {"reablement_hours_used": 62.0}))
    assert used(AT + HOUR) == (62, ("wupi",))
    assert state(pictured(AT + 5 * HOUR), "wupi-north", "reablement_hours_used") is State.LATE  # by the file's own time


def test_what_a_file_said_was_free_counts_no_longer_once_somebody_typed_what_is_used(
    pictured: Pictured, store: Store, clock: Clock
) -> None:
    said = {"reablement_hours_capacity": 80.0, "reablement_hours_used": 60.0, "reablement_hours_free": 4.0}
    tell(store, FILE.id, AT - HOUR, sighting("wupi-north", AT - HOUR, **said))
    assert pictured(AT).value("wupi-north", "reablement_hours_free").value == 4  # as the file has it
    desk_of(store, clock).take(slip(place="wupi-north", figures={REABLEMENT: {"used": "61.5", "staffed": "80"}}))
    free = pictured(AT).value("wupi-north", "reablement_hours_free")
    assert (free.value, free.derived, free.stale_at) == (18.5, True, AT + 4 * HOUR)
    tell(store, FILE.id, AT + HOUR, sighting("wupi-north", AT + HOUR, **said))
    assert pictured(AT + HOUR).value("wupi-north", "reablement_hours_free").value == 4


# --- As it was, and through the years' two odd nights -----------------------------------------


def test_a_past_moment_knows_what_was_typed_then_and_not_what_came_after(store: Store, clock: Clock) -> None:
    desk = desk_of(store, clock)
    first = desk.take(slip(holds=2 * HOUR))
    clock.forward(HOUR)
    desk.take(slip(used="9", author="night lead", form="form-2", holds=24 * HOUR))
    then = build(store, COUNTY, AT + timedelta(minutes=30), known_at=AT + timedelta(minutes=30))
    assert then.value(NORTH, "voluntary_used").value == 7
    assert then.value(NORTH, "voluntary_used").typed == first.typed
    assert next(each for each in then.feeds if not each.feed.polled).typed == first.typed
    assert state(build(store, COUNTY, AT - MOMENT)) is State.NEVER
    now = build(store, COUNTY, AT + 3 * HOUR, live=True).value(NORTH, "voluntary_used")
    assert (now.value, now.state) == (9, State.FRESH)


def test_it_expires_after_a_restart_as_it_would_have(store_url: str, clock: Clock) -> None:
    store = open_store(store_url)
    taken = desk_of(store, clock).take(slip(holds=HOUR))
    store.close()
    store = open_store(store_url)
    assert state(build(store, COUNTY, AT + HOUR - MOMENT, live=True)) is State.FRESH
    after = build(store, COUNTY, AT + HOUR, live=True).value(NORTH, "voluntary_used")
    assert (after.state, after.typed) == (State.STALE, taken.typed)
    again = desk_of(store, clock).take(slip(holds=HOUR))
    assert (again.again, again.typed) == (True, taken.typed)
    store.close()


@pytest.mark.parametrize(
    "typed_at",
    [
        datetime(2026, 10, 24, 23, 30, tzinfo=UTC),  # 00:30 in London; the clocks go back at 02:00
        datetime(2027, 3, 28, 0, 30, tzinfo=UTC),  # half an hour before they go forward
    ],
)
def test_four_hours_are_four_hours_on_the_nights_on_which_the_clocks_change(store: Store, typed_at: datetime) -> None:
    desk_of(store, Clock(typed_at)).take(slip())
    assert state(build(store, COUNTY, typed_at + 4 * HOUR - MOMENT, live=True)) is State.FRESH
    assert state(build(store, COUNTY, typed_at + 4 * HOUR, live=True)) is State.STALE


def test_the_live_picture_wakes_when_a_typed_value_expires(store: Store, clock: Clock) -> None:
    live = LivePicture(store, COUNTY, clock)
    desk_of(store, clock).take(slip(holds=HOUR))
    shown: list[State] = []
    live.subscribe(lambda picture: shown.append(state(picture)))
    assert live.rebuild().changes_at == AT + HOUR
    clock.forward(HOUR)
    assert live.rebuild().at == AT + HOUR  # the moment at which it changed
    assert shown == [State.FRESH, State.STALE]


def test_a_poll_of_the_feed_of_typed_values_is_nobodys_silence(store: Store, clock: Clock) -> None:
    desk_of(store, clock).take(slip())
    picture = build(store, COUNTY, AT + 24 * HOUR, live=True)
    poll = next(each for each in picture.feeds if not each.feed.polled).last_poll
    assert poll is not None
    assert (poll.outcome, poll.missed) == (Outcome.OK, 0)
