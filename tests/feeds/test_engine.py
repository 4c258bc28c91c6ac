"""The engine, driven by hand: moments are handed in, and what it puts off is run when the test says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
import structlog
from structlog.testing import LogCapture

from flowcentre.feeds.engine import LOST_AFTER, Engine
from flowcentre.feeds.worker import start_workers
from flowcentre.model import County, Level, Outcome, Place, PlaceKind, Places, Poll
from flowcentre.store import Store, open_store
from tests.feeds import pretend_connectors as pretend
from tests.feeds.cast import AT, PLACES, WARDS, a_county, a_feed

CONNECTORS = {
    kind.__name__.lower(): kind for kind in vars(pretend).values() if isinstance(kind, type) and kind is not object
}
MINUTES_15 = timedelta(minutes=15)


@pytest.fixture(scope="module", autouse=True)
def _fork_server() -> None:
    start_workers(["tests.feeds.pretend_connectors"])


@pytest.fixture
def logged() -> Iterator[LogCapture]:
    captured = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[captured], cache_logger_on_first_use=False)
    yield captured
    structlog.configure(**before)


@dataclass
class HandSchedule:
    """Keeps what is to run, and runs it when told."""

    kept: dict[str, tuple[Callable[[], None], timedelta, timedelta]] = field(default_factory=dict)
    waiting: dict[str, tuple[datetime, Callable[[], None]]] = field(default_factory=dict)

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def realign(self) -> None: ...

    def keep(self, name: str, run: Callable[[], None], *, every: timedelta, offset: timedelta) -> None:
        self.kept[name] = (run, every, offset)

    def once(self, name: str, run: Callable[[], None], at: datetime) -> None:
        self.waiting[name] = (at, run)

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)

    def hasten(self, name: str) -> None:
        if name in self.waiting:
            self.waiting[name] = (AT, self.waiting[name][1])

    def run_waiting(self) -> None:
        for name in list(self.waiting):
            self.waiting.pop(name)[1]()


@dataclass
class Clock:
    at: datetime = AT

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Stand:
    """An engine on a store, with its clock and schedule in hand."""

    store: Store
    county: County
    name: str = "one"
    clock: Clock = field(default_factory=Clock)
    schedule: HandSchedule = field(default_factory=HandSchedule)
    heard: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = Engine(
            self.store,
            self.county,
            CONNECTORS,  # type: ignore[arg-type]
            now=self.clock,
            name=self.name,
            after_poll=self.heard.append,
            schedule=self.schedule,
        )

    def due(self, feed: str, at: datetime) -> None:
        self.clock.at = at
        self.engine.poll_due(feed, at)

    def polls(self, feed: str) -> list[Poll]:
        """Oldest first."""
        return self.store.polls(feed)[::-1]


def a_file(tmp_path: Path, content: object) -> Path:
    file = tmp_path / "beds.json"
    file.write_bytes(orjson.dumps(content))
    return file


def asked(file: Path) -> int:
    """How often a connector has read it."""
    return len(Path(f"{file}.asked").read_text().splitlines())


# --- One due time -----------------------------------------------------------------------


def test_a_due_poll_is_run_recorded_and_told_of(store: Store) -> None:
    stand = Stand(store, a_county(a_feed(settings={"at": AT.isoformat()})))
    stand.due("beds", AT + timedelta(seconds=3))
    [poll] = stand.polls("beds")
    assert (poll.due_at, poll.outcome, poll.attempts) == (AT, Outcome.OK, 1)
    assert poll.started_at == AT + timedelta(seconds=3)
    assert poll.engine == stand.engine.name
    assert poll.counts.accepted == len(PLACES.within("northgate"))
    assert stand.heard == [store.version()]


def test_a_due_time_is_polled_once(store: Store) -> None:
    stand = Stand(store, a_county(a_feed()))
    for second in (0, 10, 600):
        stand.due("beds", AT + timedelta(seconds=second))
    assert len(stand.polls("beds")) == 1


def test_of_many_engines_each_due_time_is_polled_once(postgres_url: str) -> None:
    stores = [open_store(postgres_url) for _ in range(3)]
    stands = [Stand(store, a_county(a_feed(), a_feed("quiet", "quiet")), name=str(n)) for n, store in enumerate(stores)]
    try:
        for slot in range(4):
            at = AT + slot * MINUTES_15
            together = threading.Barrier(len(stands))

            def run(stand: Stand, at: datetime = at, together: threading.Barrier = together) -> None:
                together.wait()
                for feed in ("beds", "quiet"):
                    stand.due(feed, at)

            threads = [threading.Thread(target=run, args=(stand,)) for stand in stands]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        for feed in ("beds", "quiet"):
            polls = stands[0].polls(feed)
            assert [poll.due_at for poll in polls] == [AT + slot * MINUTES_15 for slot in range(4)]
            assert {poll.outcome for poll in polls} <= {Outcome.OK, Outcome.UNCHANGED}
    finally:
        for store in stores:
            store.close()


def test_the_october_night_polls_each_slot_once(store: Store) -> None:
    stand = Stand(store, a_county(a_feed(connector="quiet")))
    night = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    for minute in range(0, 180, 5):
        stand.due("beds", night + timedelta(minutes=minute))
    assert [poll.due_at for poll in stand.polls("beds")] == [night + slot * MINUTES_15 for slot in range(12)]


@pytest.mark.parametrize(
    ("connector", "outcome"),
    [
        ("hung", Outcome.OVERRAN),
        ("looping", Outcome.OVERRAN),
        ("vanishing", Outcome.CRASHED),
        ("talkative", Outcome.CRASHED),
        ("garbage", Outcome.CRASHED),
        ("loginpage", Outcome.REFUSED),
        ("quiet", Outcome.UNCHANGED),
        ("no such connector", Outcome.CRASHED),
    ],
)
def test_however_a_poll_ends_it_is_in_the_ledger(sqlite_url: str, connector: str, outcome: Outcome) -> None:
    store = open_store(sqlite_url)
    try:
        stand = Stand(store, a_county(a_feed(connector=connector, deadline=timedelta(seconds=1))))
        stand.due("beds", AT)
        [poll] = stand.polls("beds")
        assert poll.outcome is outcome
        assert "Alice" not in poll.message
        stand.due("beds", AT + MINUTES_15)
        assert len(stand.polls("beds")) == 2
    finally:
        store.close()


# --- Missed -----------------------------------------------------------------------------


def test_due_times_that_nobody_polled_are_recorded_with_their_number(store: Store) -> None:
    stand = Stand(store, a_county(a_feed(connector="quiet")))
    stand.due("beds", AT)
    stand.due("beds", AT + 5 * MINUTES_15)
    first, skipped, last = stand.polls("beds")
    assert (skipped.outcome, skipped.missed, skipped.message) == (Outcome.SKIPPED, 4, "no engine was polling")
    assert skipped.due_at == AT + 4 * MINUTES_15
    assert first.missed == last.missed == 0
    assert store.feed_log(AT)["beds"].skipped == 4


def test_due_times_of_another_rhythm_count_from_when_it_was_taken(store: Store) -> None:
    beds = a_feed(every=timedelta(hours=1), connector="quiet")
    stand = Stand(store, a_county(beds))
    stand.due("beds", AT)
    stand.clock.at = AT + timedelta(minutes=19, seconds=30)
    stand.engine.reload(a_county(replace(beds, every=timedelta(minutes=1))))
    stand.due("beds", AT + timedelta(minutes=20))
    assert [poll.missed for poll in stand.polls("beds")] == [0, 0]
    stand.due("beds", AT + timedelta(minutes=23))
    assert store.feed_log(AT)["beds"].skipped == 2


def test_a_due_time_that_passes_while_a_poll_is_running_is_recorded_as_such(store: Store) -> None:
    stand = Stand(store, a_county(a_feed(connector="hung", every=timedelta(seconds=10), deadline=timedelta(seconds=2))))
    running = threading.Thread(target=stand.due, args=("beds", AT))
    running.start()
    while stand.engine._attempts.running("beds") is None:
        running.join(0.01)
    stand.engine.poll_due("beds", AT + timedelta(seconds=10))
    assert len(stand.polls("beds")) == 1
    running.join()
    stand.due("beds", AT + timedelta(seconds=20))
    skipped = stand.polls("beds")[1]
    assert (skipped.outcome, skipped.missed, skipped.message) == (
        Outcome.SKIPPED,
        1,
        "the poll before was still running",
    )


def test_a_clock_that_was_ahead_for_a_while_silences_no_feed(store: Store) -> None:
    stand = Stand(store, a_county(a_feed(connector="quiet")))
    stand.due("beds", AT)
    stand.due("beds", AT + timedelta(days=30))
    for slot in (1, 2, 4):
        stand.due("beds", AT + slot * MINUTES_15)
    polled = [poll for poll in stand.polls("beds") if poll.due_at < AT + timedelta(days=1)]
    assert [(poll.due_at - AT) / MINUTES_15 for poll in polled] == [0, 1, 2, 3, 4]
    assert [poll.missed for poll in polled] == [0, 0, 0, 1, 0]


def test_a_feed_that_was_never_polled_missed_nothing(store: Store) -> None:
    stand = Stand(store, a_county(a_feed(connector="quiet")))
    stand.due("beds", AT + 400 * MINUTES_15)
    assert len(stand.polls("beds")) == 1


# --- Again ------------------------------------------------------------------------------


def test_a_source_that_cannot_be_reached_is_asked_again_within_its_slot(store: Store, tmp_path: Path) -> None:
    file = a_file(tmp_path, {"unavailable": "refused"})
    stand = Stand(store, a_county(a_feed(connector="fromfile", settings={"path": str(file)})))
    stand.due("beds", AT)
    for wait in (5, 15):
        [(at, _)] = stand.schedule.waiting.values()
        assert at == stand.clock.at + timedelta(seconds=wait)
        assert stand.polls("beds")[0].outcome is Outcome.RUNNING
        stand.clock.at = at
        if wait == 15:
            a_file(tmp_path, [[ward, "nctr_now", 4, AT.isoformat()] for ward in WARDS])
        stand.schedule.run_waiting()
    [poll] = stand.polls("beds")
    assert (poll.outcome, poll.attempts, poll.due_at) == (Outcome.OK, 3, AT)
    assert poll.counts.accepted == 24


def test_attempts_end_before_the_next_due_time(store: Store, tmp_path: Path) -> None:
    file = a_file(tmp_path, {"unavailable": "timed out"})
    feed = a_feed(connector="fromfile", settings={"path": str(file)}, every=timedelta(minutes=1))
    stand = Stand(store, a_county(feed))
    stand.due("beds", AT)
    while stand.schedule.waiting:
        [(at, _)] = stand.schedule.waiting.values()
        assert at < AT + feed.every
        stand.clock.at = at
        stand.schedule.run_waiting()
    [poll] = stand.polls("beds")
    assert (poll.outcome, poll.attempts, poll.message) == (Outcome.UNAVAILABLE, 3, "timed out")
    stand.due("beds", AT + feed.every)
    assert len(stand.polls("beds")) == 2


def test_a_wish_to_be_left_alone_is_honoured(store: Store) -> None:
    stand = Stand(store, a_county(a_feed(connector="busy")))
    stand.due("beds", AT)
    [(at, _)] = stand.schedule.waiting.values()
    assert at == AT + timedelta(seconds=7)


def test_a_wish_to_be_left_alone_beyond_the_next_due_time_is_honoured_and_recorded(
    store: Store, tmp_path: Path
) -> None:
    file = a_file(tmp_path, {"unavailable": "busy", "retry_after": 3600})
    feed = a_feed(connector="fromfile", settings={"path": str(file)}, every=timedelta(seconds=30))
    stand = Stand(store, a_county(feed))
    for slot in range(5):
        stand.due("beds", AT + slot * feed.every)
    stand.due("beds", AT + timedelta(minutes=59, seconds=30))
    assert asked(file) == 1
    polls = [poll for poll in stand.polls("beds") if poll.outcome is not Outcome.SKIPPED]
    assert [poll.outcome for poll in polls] == [Outcome.UNAVAILABLE] * 6
    assert polls[0].message == "busy"
    assert {poll.message for poll in polls[1:]} == {
        "not asked: the source wants to be left alone until 09:00 on 22 November"
    }
    stand.due("beds", AT + timedelta(minutes=60))
    assert asked(file) == 2


def test_a_wish_to_be_left_alone_is_that_of_the_source_that_said_it(store: Store, tmp_path: Path) -> None:
    file = a_file(tmp_path, {"unavailable": "busy", "retry_after": 3600})
    feed = a_feed(connector="fromfile", settings={"path": str(file)})
    stand = Stand(store, a_county(feed))
    stand.due("beds", AT)
    stand.engine.reload(a_county(replace(feed, connector="steady", settings={})))
    stand.due("beds", AT + MINUTES_15)
    assert stand.polls("beds")[-1].outcome is Outcome.OK


# --- Taking over ------------------------------------------------------------------------


def left_running(store: Store, feed: str, due: datetime, *, heard_at: datetime | None) -> int:
    """A poll of an engine that died in the middle of it."""
    poll_id = store.claim_poll(feed, due, engine="dead", started_at=due)
    assert poll_id is not None
    if heard_at is not None:
        store.beat("dead", heard_at)
    return poll_id


def test_a_poll_of_a_silent_engine_is_taken_over(store: Store) -> None:
    stand = Stand(store, a_county(a_feed()))
    poll_id = left_running(store, "beds", AT, heard_at=AT + timedelta(seconds=1))
    stand.clock.at = AT + timedelta(seconds=1) + LOST_AFTER
    stand.engine.sweep(stand.clock.at)
    assert not stand.schedule.waiting  # heard just within the time
    stand.clock.at += timedelta(seconds=1)
    stand.engine.sweep(stand.clock.at)
    stand.schedule.run_waiting()
    [poll] = stand.polls("beds")
    assert (poll.id, poll.outcome, poll.engine, poll.attempts) == (poll_id, Outcome.OK, stand.engine.name, 2)


def test_of_two_engines_one_takes_a_poll_over(store: Store) -> None:
    stands = [Stand(store, a_county(a_feed()), name=name) for name in ("one", "two")]
    left_running(store, "beds", AT, heard_at=None)
    for stand in stands:
        stand.engine.sweep(AT + timedelta(seconds=20))
    assert [len(stand.schedule.waiting) for stand in stands] == [1, 0]


def test_a_poll_whose_time_has_passed_is_ended_and_not_run(store: Store) -> None:
    stand = Stand(store, a_county(a_feed()))
    left_running(store, "beds", AT, heard_at=AT)
    left_running(store, "gone", AT, heard_at=AT)
    stand.engine.sweep(AT + MINUTES_15)
    assert not stand.schedule.waiting
    for feed in ("beds", "gone"):
        [poll] = stand.polls(feed)
        assert poll.outcome is Outcome.SKIPPED
        assert "its time has passed" in poll.message


def test_an_engine_that_stops_leaves_its_polls_to_be_taken_over_at_once(store: Store) -> None:
    stopping, other = Stand(store, a_county(a_feed(connector="hung")), name="one"), Stand(store, a_county(a_feed()))
    running = threading.Thread(target=stopping.due, args=("beds", AT))
    running.start()
    while stopping.engine._attempts.running("beds") is None:
        running.join(0.01)
    stopping.engine.stop()
    running.join(5)
    assert not running.is_alive()
    assert store.polls("beds")[0].outcome is Outcome.RUNNING
    other.engine.sweep(AT + timedelta(seconds=1))
    other.schedule.run_waiting()
    assert [poll.outcome for poll in store.polls("beds")] == [Outcome.OK]


def test_a_poll_that_could_not_be_recorded_is_ended_when_the_store_is_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = Stand(store, a_county(a_feed()))
    with monkeypatch.context() as broken:
        broken.setattr(store, "record_poll", lambda *_a, **_k: (_ for _ in ()).throw(OSError("disk full")))
        stand.due("beds", AT)
    assert stand.polls("beds")[0].outcome is Outcome.RUNNING
    stand.engine.sweep(AT + timedelta(seconds=5))
    assert stand.polls("beds")[0].outcome is Outcome.CRASHED
    stand.due("beds", AT + MINUTES_15)
    assert stand.polls("beds")[1].outcome is Outcome.OK


# --- Reload, logs -----------------------------------------------------------------------


def test_another_configuration_is_taken_up(store: Store) -> None:
    beds, quiet = a_feed(), a_feed("quiet", "quiet")
    stand = Stand(store, a_county(beds, quiet))
    stand.engine.reload(a_county(beds, quiet))
    assert not stand.schedule.kept  # nothing changed
    stand.engine.reload(a_county(replace(beds, every=timedelta(minutes=5)), a_feed("more")))
    assert set(stand.schedule.kept) == {"beds", "more"}
    stand.due("quiet", AT)
    assert not stand.polls("quiet")
    stand.due("beds", AT + timedelta(minutes=5))
    assert stand.polls("beds")[0].due_at == AT + timedelta(minutes=5)


def test_a_feed_that_is_taken_out_is_not_asked_again(store: Store, tmp_path: Path) -> None:
    file = a_file(tmp_path, {"unavailable": "refused"})
    stand = Stand(store, a_county(a_feed(connector="fromfile", settings={"path": str(file)})))
    stand.due("beds", AT)
    stand.engine.reload(a_county(a_feed("more")))
    assert stand.schedule.waiting["beds/again"][0] == AT  # at once, so that its poll does not stay open
    stand.schedule.waiting.pop("more/first")
    stand.schedule.run_waiting()
    assert asked(file) == 1
    [poll] = stand.polls("beds")
    assert (poll.outcome, poll.attempts, poll.message) == (Outcome.UNAVAILABLE, 1, "refused")
    assert stand.engine._attempts.running("beds") is None


def test_a_feed_that_is_mended_is_asked_again_at_once_as_it_is_now(store: Store, tmp_path: Path) -> None:
    file = a_file(tmp_path, {"unavailable": "refused"})
    feed = a_feed(connector="fromfile", settings={"path": str(file)}, every=timedelta(days=1))
    stand = Stand(store, a_county(feed))
    stand.due("beds", AT)
    stand.engine.reload(a_county(replace(feed, connector="steady", settings={})))
    stand.schedule.run_waiting()
    assert asked(file) == 1
    [poll] = stand.polls("beds")
    assert (poll.outcome, poll.attempts) == (Outcome.OK, 2)


def test_places_that_were_added_are_believed_from_the_next_poll(store: Store, tmp_path: Path) -> None:
    file = a_file(tmp_path, [["northgate-a99", "nctr_now", 4, AT.isoformat()]])
    feed = a_feed(connector="fromfile", settings={"path": str(file)})
    stand = Stand(store, a_county(feed))
    stand.due("beds", AT)
    assert stand.polls("beds")[0].outcome is Outcome.HELD
    added = Place("northgate-a99", "A99", Level.UNIT, PlaceKind.WARD, parent="northgate")
    stand.engine.reload(County("Westshire", Places([*PLACES, added]), (feed,)))
    stand.due("beds", AT + MINUTES_15)
    assert stand.polls("beds")[1].outcome is Outcome.OK


def test_a_feed_is_logged_once_when_lost_and_once_when_back(store: Store, tmp_path: Path, logged: LogCapture) -> None:
    file = a_file(tmp_path, {"unavailable": "refused"})
    feed = a_feed(connector="fromfile", settings={"path": str(file)}, every=timedelta(seconds=5))
    stand = Stand(store, a_county(feed))
    for slot in range(6):
        if slot == 4:
            a_file(tmp_path, [[ward, "nctr_now", 4, AT.isoformat()] for ward in WARDS])
        stand.due("beds", AT + slot * feed.every)
    said = [(entry["event"], entry["feed"]) for entry in logged.entries]
    assert said == [("feed lost", "beds"), ("feed back", "beds")]
    assert logged.entries[0]["message"] == "refused"


def test_who_hears_of_a_version_cannot_harm_a_feed(store: Store, logged: LogCapture) -> None:
    stand = Stand(store, a_county(a_feed()))
    stand.engine._attempts._after_poll = lambda version: 1 / 0  # type: ignore[assignment,return-value]
    stand.due("beds", AT)
    assert stand.polls("beds")[0].outcome is Outcome.OK
    assert [entry["event"] for entry in logged.entries] == ["a new version could not be told"]


def test_once_a_day_polls_of_three_months_ago_leave_the_ledger(store: Store) -> None:
    stand = Stand(store, a_county(a_feed()))
    for days_ago in (120, 119, 1):
        at = AT - timedelta(days=days_ago)
        poll = store.claim_poll("old", at, engine="e", started_at=at)
        assert poll is not None
        store.record_poll(poll, feed="old", finished_at=at, outcome=Outcome.OK)
    stand.engine.start()
    try:
        run, every, _ = stand.schedule.kept["purge"]
        run()
    finally:
        stand.engine.stop()
    assert every == timedelta(days=1)
    assert [poll.due_at for poll in store.polls("old")] == [AT - timedelta(days=1)]


def test_a_feed_that_people_type_in_is_never_asked_and_never_skipped(store: Store) -> None:
    typed = a_feed("typed-in", polled=False)
    stand = Stand(store, a_county(a_feed(), typed))
    stand.engine.start()
    try:
        assert [name for name in stand.schedule.kept if name.startswith("typed-in")] == []
        assert [name for name in stand.schedule.waiting if name.startswith("typed-in")] == []
        stand.due("typed-in", AT + timedelta(days=3))
        assert stand.polls("typed-in") == []
        assert "beds" in stand.schedule.kept
    finally:
        stand.engine.stop()


def test_a_feed_that_is_typed_in_from_now_on_is_asked_no_more_and_one_that_is_polled_again_is(store: Store) -> None:
    polled, typed = a_feed("wupi"), a_feed("wupi", polled=False)
    stand = Stand(store, a_county(polled))
    stand.engine.start()
    try:
        stand.engine.reload(a_county(typed))
        assert "wupi" not in stand.schedule.kept
        stand.engine.reload(a_county(polled))
        assert "wupi" in stand.schedule.kept
    finally:
        stand.engine.stop()
