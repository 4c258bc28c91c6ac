"""Polls: each due time is taken once, ends once, and nothing that it brought is thrown away in secret."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import datetime, timedelta

import pytest

from flowcentre.model import EPOCH, Held, Outcome, PollCounts
from flowcentre.store import PollAlreadyRecorded, Store, open_store
from tests.store.saying import sighting, tell, values

MINUTE = timedelta(minutes=1)


def claim(store: Store, at: datetime, engine: str = "one") -> int:
    poll = store.claim_poll("beds", at, engine=engine, started_at=at)
    assert poll is not None
    return poll


def test_a_due_time_is_claimed_once(store: Store, at: datetime) -> None:
    claim(store, at)
    assert store.claim_poll("beds", at, engine="two", started_at=at) is None
    assert store.claim_poll("beds", at + MINUTE, engine="two", started_at=at) is not None
    assert store.claim_poll("other", at, engine="two", started_at=at) is not None


def test_of_many_threads_that_claim_each_due_time_goes_to_one(store: Store, at: datetime) -> None:
    won: list[tuple[int, int]] = []
    together = threading.Barrier(6)

    def race(thread: int) -> None:
        together.wait()
        for minute in range(15):
            poll = store.claim_poll("beds", at + minute * MINUTE, engine=f"engine-{thread}", started_at=at)
            if poll is not None:
                won.append((minute, poll))

    threads = [threading.Thread(target=race, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(minute for minute, _ in won) == list(range(15))
    assert len({poll for _, poll in won}) == 15


RACER = """
import sys
from datetime import datetime, timedelta
from flowcentre.store import open_store
url, name, at = sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3])
store = open_store(url)
print("ready", flush=True)
sys.stdin.readline()
for minute in range(40):
    if store.claim_poll("beds", at + timedelta(minutes=minute), engine=name, started_at=at) is not None:
        print(minute)
store.close()
"""


def test_of_two_processes_that_claim_each_due_time_goes_to_one(postgres_url: str, at: datetime) -> None:
    open_store(postgres_url).close()
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, postgres_url, name, at.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [int(line) for racer in racers for line in racer.communicate(timeout=60)[0].splitlines()]
    assert sorted(won) == list(range(40))


def test_an_abandoned_poll_is_found_and_taken_over_once(store: Store, at: datetime) -> None:
    lost, mine = claim(store, at, engine="lost"), claim(store, at + MINUTE, engine="alive")
    store.beat("lost", at)
    store.beat("alive", at + MINUTE)
    assert [poll.id for poll in store.abandoned_polls(silent_since=at + MINUTE)] == [lost]
    assert store.take_over_poll(lost, engine="alive", lost_engine="lost", at=at + MINUTE)
    assert not store.take_over_poll(lost, engine="third", lost_engine="lost", at=at + MINUTE)
    assert store.abandoned_polls(silent_since=at + MINUTE) == []
    assert {poll.id: poll.engine for poll in store.polls()} == {lost: "alive", mine: "alive"}


def test_a_poll_of_an_engine_that_was_never_heard_from_counts_as_abandoned(store: Store, at: datetime) -> None:
    poll = claim(store, at, engine="unheard")
    assert [found.id for found in store.abandoned_polls(silent_since=at)] == [poll]


def test_a_poll_that_has_ended_is_neither_abandoned_nor_taken_over(store: Store, at: datetime) -> None:
    poll = claim(store, at)
    store.record_poll(poll, feed="beds", finished_at=at, outcome=Outcome.OK)
    assert store.abandoned_polls(silent_since=at + MINUTE) == []
    assert not store.take_over_poll(poll, engine="two", lost_engine="one", at=at)


def test_a_poll_ends_once_and_a_second_ending_leaves_nothing(store: Store, at: datetime) -> None:
    poll = claim(store, at)
    store.record_poll(poll, feed="beds", finished_at=at, outcome=Outcome.OK, sightings=[sighting("a1", at, beds=1)])
    with pytest.raises(PollAlreadyRecorded):
        store.record_poll(
            poll, feed="beds", finished_at=at, outcome=Outcome.OK, sightings=[sighting("a1", at + MINUTE, beds=2)]
        )
    assert values(store.latest()) == {("a1", "beds"): 1}
    assert store.version() == 1
    # What the failed one had remembered is forgotten too.
    assert tell(store, "beds", at, sighting("a1", at + MINUTE, beds=2)).counts.accepted == 1
    assert values(store.latest()) == {("a1", "beds"): 2}


def test_counts_add_up_whatever_came(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=1, free=2))
    recorded = tell(
        store,
        "beds",
        at,
        sighting("a1", at, beds=1, free=3),
        sighting("a1", at + MINUTE, beds=1),
        held=[Held("beds.csv row 4", "ward_code is not a place of this feed")],
        refused=5,
        outcome=Outcome.OK,
    )
    assert recorded.counts == PollCounts(received=9, accepted=2, duplicate=1, held=1, refused=5)
    assert store.polls("beds", limit=1)[0].counts == recorded.counts


def test_a_bookmark_stays_until_another_is_set(store: Store, at: datetime) -> None:
    assert store.bookmark("beds") is None
    tell(store, "beds", at, bookmark="beds_1.csv")
    tell(store, "beds", at, outcome=Outcome.UNCHANGED)
    assert store.bookmark("beds") == "beds_1.csv"


def test_the_last_due_time_is_the_newest_claimed_or_skipped(store: Store, at: datetime) -> None:
    assert store.last_due("beds") is None
    claim(store, at)
    assert store.last_due("beds") == at
    store.record_skip("beds", at + 3 * MINUTE, missed=3, reason="the machine slept", at=at + 4 * MINUTE)
    assert store.last_due("beds") == at + 3 * MINUTE


def test_a_due_time_that_a_wrong_clock_took_can_be_left_aside(store: Store, at: datetime) -> None:
    claim(store, at)
    claim(store, at + timedelta(days=30))
    assert store.last_due("beds", until=at + MINUTE) == at
    assert store.last_due("beds", until=at) == at
    assert store.last_due("beds", until=at - MINUTE) is None
    assert store.last_due("beds") == at + timedelta(days=30)


def test_polls_of_some_outcomes_can_be_left_out_before_they_are_counted(store: Store, at: datetime) -> None:
    for minute in range(0, 60, 10):
        tell(store, "beds", at + minute * MINUTE, outcome=Outcome.HELD)
        for more in range(1, 10):
            tell(store, "beds", at + (minute + more) * MINUTE, outcome=Outcome.UNCHANGED)
    held = store.polls("beds", limit=4, leaving_out={Outcome.UNCHANGED, Outcome.RUNNING})
    assert [poll.finished_at for poll in held] == [at + minute * MINUTE for minute in (50, 40, 30, 20)]
    assert {poll.outcome for poll in store.polls(leaving_out=[Outcome.HELD])} == {Outcome.UNCHANGED}
    assert store.polls("beds", leaving_out=tuple(Outcome)) == []


def test_a_skip_is_counted_and_seen(store: Store, at: datetime) -> None:
    version = store.record_skip("beds", at, missed=3, reason="the machine slept", at=at)
    assert version == store.version() == 1
    log = store.feed_log(at - MINUTE)["beds"]
    assert log.skipped == 3
    assert log.last_poll is not None
    assert (log.last_poll.outcome, log.last_poll.message) == (Outcome.SKIPPED, "the machine slept")


def test_the_newest_polls_come_first(store: Store, at: datetime) -> None:
    for minute in range(3):
        tell(store, "beds", at + minute * MINUTE)
    assert [poll.finished_at for poll in store.polls("beds", limit=2)] == [at + 2 * MINUTE, at + MINUTE]


def test_marks_are_facts_about_the_store(store: Store) -> None:
    assert store.mark("demonstration") is None
    store.set_mark("demonstration", "yes")
    store.set_mark("demonstration", "no")
    assert store.mark("demonstration") == "no"


def test_the_last_beat_is_that_of_any_engine_that_still_runs(store: Store, at: datetime) -> None:
    assert store.last_beat() is None
    store.beat("first", at)
    store.beat("second", at + timedelta(seconds=5))
    assert store.last_beat() == at + timedelta(seconds=5)
    store.beat("second", EPOCH)  # it said that it stops
    assert store.last_beat() == at
