"""The present picture: rebuilt on news and with age, kept as history, and looked back at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from flowcentre.model import (
    County,
    Feed,
    Level,
    Outcome,
    Picture,
    Place,
    PlaceKind,
    Places,
    Reading,
    Sighting,
    State,
    Upkeep,
)
from flowcentre.picture import LivePicture, build, derived_readings, expect, keep_what_aged
from flowcentre.store import Store

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLACES = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("northgate", "Northgate General", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="westshire"),
        Place("northgate-a1", "A1", Level.UNIT, PlaceKind.WARD, parent="northgate"),
    ]
)
BEDS = Feed(
    "beds",
    "Northgate beds",
    "bed_state_csv",
    15 * MINUTE,
    30 * MINUTE,
    120 * MINUTE,
    ("northgate",),
    ("ga_beds_core_open", "ga_beds_escalation_open", "ga_beds_occupied"),
)
COUNTY = County("Westshire", PLACES, (BEDS,))


class Clock:
    """A clock that is set by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def tell(store: Store, occupied: float, at: datetime) -> None:
    """Northgate's one ward says how many of its 24 beds are occupied."""
    poll = store.claim_poll("beds", at, engine="e", started_at=at)
    assert poll is not None
    figures = {"ga_beds_core_open": 24.0, "ga_beds_escalation_open": 0.0, "ga_beds_occupied": occupied}
    readings = tuple(Reading(measure, "northgate-a1", value, at) for measure, value in figures.items())
    sighting = Sighting("northgate-a1", at, readings)
    store.record_poll(poll, feed="beds", finished_at=at, outcome=Outcome.OK, sightings=[sighting])


def occupied(picture: Picture) -> tuple[float | None, State]:
    value = picture.value("westshire", "ga_beds_occupied")
    return value.value, value.state


@contextmanager
def told_by(live: LivePicture) -> Iterator[list[Picture]]:
    told: list[Picture] = []
    stop = live.subscribe(told.append)
    yield told
    stop()


def test_a_feed_whose_last_answer_left_nothing_known_is_unknown_and_known_again_when_it_speaks(store: Store) -> None:
    def state(at: datetime) -> tuple[State, State]:
        now, looked_back = (build(store, COUNTY, at, live=live).feeds[0].state for live in (True, False))
        return now, looked_back

    tell(store, 20, AT)
    assert state(AT + MINUTE) == (State.FRESH, State.FRESH)
    poll = store.claim_poll("beds", AT + 15 * MINUTE, engine="e", started_at=AT + 15 * MINUTE)
    assert poll is not None
    moment = AT + timedelta(milliseconds=1)
    measures = ("ga_beds_core_open", "ga_beds_escalation_open", "ga_beds_occupied")
    nothing = Sighting("northgate-a1", moment, tuple(Reading(m, "northgate-a1", None, moment) for m in measures))
    store.record_poll(
        poll, feed="beds", finished_at=AT + 15 * MINUTE, outcome=Outcome.HELD, sightings=[nothing], message="empty"
    )
    assert state(AT + 16 * MINUTE) == (State.UNKNOWN, State.UNKNOWN)
    assert state(AT + 300 * MINUTE) == (State.UNKNOWN, State.UNKNOWN)
    assert build(store, COUNTY, AT + MINUTE).feeds[0].state is State.FRESH  # as it was known then
    tell(store, 21, AT + 30 * MINUTE)
    assert state(AT + 31 * MINUTE) == (State.FRESH, State.FRESH)


def test_a_store_that_holds_a_measure_which_is_no_more_is_pictured_all_the_same(store: Store) -> None:
    poll = store.claim_poll("beds", AT, engine="e", started_at=AT)
    assert poll is not None
    readings = (Reading("ga_beds_occupied", "northgate-a1", 20.0, AT), Reading("of_old_now", "northgate-a1", 3.0, AT))
    sighting = Sighting("northgate-a1", AT, readings)
    store.record_poll(poll, feed="beds", finished_at=AT, outcome=Outcome.OK, sightings=[sighting])
    assert occupied(build(store, COUNTY, AT)) == (20.0, State.FRESH)


def test_news_makes_a_new_picture_and_everybody_is_told_once(store: Store) -> None:
    clock = Clock(AT)
    live = LivePicture(store, COUNTY, clock)
    assert occupied(live.current()) == (None, State.NEVER)
    with told_by(live) as told:
        tell(store, 22, AT)
        live.rebuild()
        live.rebuild()
    assert [occupied(picture) for picture in told] == [(22, State.FRESH)]


def test_age_alone_makes_a_new_picture(store: Store) -> None:
    clock = Clock(AT)
    tell(store, 22, AT)
    live = LivePicture(store, COUNTY, clock)
    assert live.current().changes_at == AT + 30 * MINUTE
    with told_by(live) as told:
        for minutes in (29, 30, 119, 120):
            clock.at = AT + minutes * MINUTE
            live.rebuild()
    assert [occupied(picture) for picture in told] == [(22, State.LATE), (22, State.STALE)]
    assert told[0].at == AT + 30 * MINUTE, "the picture speaks of the moment at which it last changed"


def test_two_servers_make_one_picture_whenever_each_of_them_looks(store: Store) -> None:
    tell(store, 22, AT)
    one, other = (LivePicture(store, COUNTY, Clock(AT + seconds * timedelta(seconds=1))) for seconds in (1, 40))
    assert one.current().at == other.current().at
    assert one.current().values == other.current().values
    assert one.current().trends == other.current().trends


def test_the_thread_hears_of_a_poll_and_rebuilds(store: Store) -> None:
    import threading

    live = LivePicture(store, COUNTY, Clock(AT))
    heard = threading.Event()
    live.subscribe(lambda picture: heard.set() if occupied(picture) == (22, State.FRESH) else None)
    live.start()
    try:
        tell(store, 22, AT)
        assert heard.wait(timeout=20)
    finally:
        live.stop()


def test_a_subscriber_that_fails_keeps_nobody_else_from_hearing(store: Store) -> None:
    live = LivePicture(store, COUNTY, Clock(AT))
    live.subscribe(lambda _: 1 / 0)  # type: ignore[arg-type, return-value]
    with told_by(live) as told:
        tell(store, 22, AT)
        live.rebuild()
    assert len(told) == 1


def test_a_refused_change_of_configuration_is_in_the_picture_until_it_is_put_right(store: Store) -> None:
    live = LivePicture(store, COUNTY, Clock(AT))
    live.refuse(("feeds.toml line 4: there is no connector 'beds_csv'",))
    assert live.rebuild().refused
    live.use(COUNTY)
    assert not live.rebuild().refused


def test_what_somebody_has_to_see_to_makes_a_new_picture_and_the_free_space_of_a_disk_does_not(store: Store) -> None:
    live, told = LivePicture(store, COUNTY, Clock(AT)), []
    live.subscribe(told.append)
    for upkeep in (Upkeep(disk_free=9), Upkeep(disk_free=8), Upkeep(("one is overdue",)), Upkeep(("one is overdue",))):
        live.kept_up(upkeep)
        assert live.rebuild().upkeep == upkeep
    assert [picture.upkeep.troubles for picture in told] == [("one is overdue",)]


def test_the_past_is_as_it_was_known_then_unless_later_corrections_are_asked_for(store: Store) -> None:
    tell(store, 22, AT)
    tell(store, 23, AT + 15 * MINUTE)
    late = store.claim_poll("beds", AT + 16 * MINUTE, engine="e", started_at=AT)
    assert late is not None
    corrected = Sighting("northgate-a1", AT, (Reading("ga_beds_occupied", "northgate-a1", 20.0, AT),))
    store.record_poll(late, feed="beds", finished_at=AT + 16 * MINUTE, outcome=Outcome.OK, sightings=[corrected])
    then = AT + 5 * MINUTE
    assert occupied(build(store, COUNTY, then)) == (22, State.FRESH)
    assert occupied(build(store, COUNTY, then, known_at=AT + 60 * MINUTE)) == (20, State.FRESH)


def test_a_feed_looked_back_at_stands_as_it_stood_then(store: Store) -> None:
    tell(store, 22, AT)
    tell(store, 23, AT + 300 * MINUTE)
    (feed,) = build(store, COUNTY, AT + 150 * MINUTE).feeds
    assert (feed.state, feed.observed_at) == (State.STALE, AT)


def test_an_outage_stands_in_the_history_as_a_gap_and_not_as_a_steady_line(store: Store) -> None:
    tell(store, 22, AT)
    expected = expect(COUNTY, AT.date())
    live = LivePicture(store, COUNTY, Clock(AT))
    store.record_derived(derived_readings(COUNTY, live.current().values, AT), received_at=AT)
    back_at = AT + timedelta(hours=8)  # nothing ran for eight hours
    keep_what_aged(store, COUNTY, expected, back_at)
    key = ("westshire", "ga_beds_occupied")
    points = store.history([key], AT, back_at)[key]
    assert [(point.at, point.value) for point in points] == [(AT, 22), (AT + 120 * MINUTE, None)]


def test_a_total_that_has_not_changed_for_a_day_still_has_its_line(store: Store) -> None:
    tell(store, 22, AT)
    key = ("westshire", "ga_beds_occupied")
    store.record_derived([Reading(key[1], key[0], 22.0, AT)], received_at=AT)
    later = AT + timedelta(hours=30)
    tell(store, 22, later)
    trend = LivePicture(store, COUNTY, Clock(later)).current().trend(*key)
    assert [(point.at, point.value) for point in trend] == [(later - timedelta(hours=24), 22), (later, 22)]
