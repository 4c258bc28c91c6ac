"""An engine killed at any moment loses nothing that it was told is kept, and leaves nothing half."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from flowcentre.model import Outcome
from flowcentre.store import Store, open_store
from tests.store.saying import until_ended

ROUNDS = 4
WARDS = 40
ENGINE = """
import sys
from datetime import datetime, timedelta
from flowcentre.model import AmbulanceArrival, Held, Outcome, PeopleList, Reading, Sighting
from flowcentre.store import open_store
url, at, wards = sys.argv[1], datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
store = open_store(url)
due_at = store.last_due("beds")
minute = 0 if due_at is None else int((due_at - at).total_seconds()) // 60 + 1
while True:
    moment = at + timedelta(minutes=minute)
    poll = store.claim_poll("beds", moment, engine="killed", started_at=moment)
    sightings = [Sighting(f"ward-{ward}", moment, (Reading("beds", f"ward-{ward}", minute, moment),)) for ward in range(wards)]
    vans = tuple(AmbulanceArrival(f"van-{minute}-{van}", "northgate", moment) for van in range(5))
    store.record_poll(
        poll, feed="beds", finished_at=moment, outcome=Outcome.OK, sightings=sightings,
        lists=[PeopleList("ambulances", "northgate", moment, vans)], held=[Held("row 1", "why")], bookmark=str(minute),
    )
    print(minute, flush=True)  # acknowledged
    minute += 1
"""


def acknowledged_until_killed(url: str, at: datetime, after: int) -> list[int]:
    """The minutes that an engine says it has kept, until it is killed in the middle of its work."""
    engine = subprocess.Popen(
        [sys.executable, "-c", ENGINE, url, at.isoformat(), str(WARDS)], stdout=subprocess.PIPE, text=True
    )
    assert engine.stdout is not None
    seen: list[int] = []
    enough = threading.Event()

    def hear() -> None:
        assert engine.stdout is not None
        for line in engine.stdout:
            if line.endswith("\n"):
                seen.append(int(line))
            if len(seen) >= after:
                enough.set()

    ear = threading.Thread(target=hear)
    ear.start()
    assert enough.wait(60)
    engine.send_signal(signal.SIGKILL)
    engine.wait(timeout=30)
    ear.join()
    engine.stdout.close()
    until_ended(url)
    return seen


def check_whole(store: Store, at: datetime, told: list[int]) -> None:
    polls = store.polls("beds", limit=100_000)
    ended = [poll for poll in polls if poll.outcome is Outcome.OK]
    minutes = {int((poll.due_at - at).total_seconds()) // 60 for poll in ended}
    assert minutes >= set(told)
    newest = max(minutes)
    assert store.version() == len([poll for poll in polls if poll.outcome is not Outcome.RUNNING])
    assert store.bookmark("beds") == str(newest)
    known = store.latest()
    assert {each.value for each in known} == {float(newest)}
    assert len(known) == WARDS
    points = store.history([("ward-0", "beds"), (f"ward-{WARDS - 1}", "beds")], at, at + timedelta(days=1))
    for found in points.values():
        assert [point.value for point in found] == sorted(map(float, minutes))
    moment = at + timedelta(minutes=newest)
    assert {person.ref for person in store.people("ambulances", "northgate", moment)} == {
        f"van-{newest}-{van}" for van in range(5)
    }
    assert len(store.held_rows("beds", limit=100_000)) == len(ended)


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
def test_killed_in_the_middle_nothing_kept_is_lost_and_nothing_is_half(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue(kind)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    told: list[int] = []
    for count in range(1, ROUNDS + 1):
        told += acknowledged_until_killed(url, at, after=3 * count)
        store = open_store(url)
        check_whole(store, at, told)
        for poll in store.abandoned_polls(silent_since=at):
            assert store.take_over_poll(poll.id, engine="here", lost_engine="killed", at=at)
            store.record_poll(poll.id, feed="beds", finished_at=at, outcome=Outcome.CRASHED)
        store.close()
    assert len(told) >= sum(3 * count for count in range(1, ROUNDS + 1))
