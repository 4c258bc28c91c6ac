"""Whoever decides and sends, killed at any moment: nothing is half, nothing is lost, and a repeat has the same key."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flowcentre.model import MessageState, What
from flowcentre.store import Store, open_store
from tests.store.alerting import compose_each, stood
from tests.store.saying import until_ended

LEASE = timedelta(seconds=60)
ENGINE = """
import sys
from datetime import datetime, timedelta
from flowcentre.store import Decided, open_store
from tests.store.alerting import MINUTE, RULES, cleared, compose_each, raised
url, at, places = sys.argv[1], datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
store = open_store(url)

def look(stood):
    looks = []
    for number in range(places):
        standing = stood.standings.get(("crowded", f"place-{number}"))
        moment = at if standing is None else standing.since + MINUTE
        looks.append(cleared(standing, moment) if standing and standing.open else raised(f"place-{number}", moment))
    return Decided(*([each for one in looks for each in one_of(one)] for one_of in
        (lambda one: one.standings, lambda one: one.transitions, lambda one: one.tellings)))

now = at + timedelta(days=int(sys.argv[4]))  # later than every lease of the one that was killed
while True:
    print("decides", flush=True)
    store.decide_alerts(look, rules=RULES, at=now)
    print("composes", flush=True)
    compose_each(store, now)
    while claimed := store.claim_together("killed", now, timedelta(seconds=60)):
        for message in claimed:
            print("sent", message.key, flush=True)
            store.delivered_together([message.id], now)
"""
PLACES = 7


def sent_until_killed(url: str, at: datetime, days: int, after: int) -> list[str]:
    """The keys of the messages that an engine has sent, until it is killed, having said so many things of its work."""
    engine = subprocess.Popen(
        [sys.executable, "-c", ENGINE, url, at.isoformat(), str(PLACES), str(days)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    said: list[str] = []
    enough = threading.Event()

    def hear() -> None:
        assert engine.stdout is not None
        for line in engine.stdout:
            if line.endswith("\n"):
                said.append(line.strip())
            if len(said) >= after:
                enough.set()

    ear = threading.Thread(target=hear)
    ear.start()
    assert enough.wait(60)
    engine.send_signal(signal.SIGKILL)
    engine.wait(timeout=30)
    ear.join()
    assert engine.stdout is not None
    engine.stdout.close()
    until_ended(url)
    return [line.removeprefix("sent ") for line in said if line.startswith("sent ")]


def check_whole(store: Store, at: datetime) -> None:
    alerts = store.alerts(at, at + timedelta(days=3650), limit=100_000)
    opened = {alert.subject: alert.id for alert in store.open_alerts(at)}
    assert {each.subject: each.alert for each in store.standings() if each.alert is not None} == opened
    happened = 0
    for alert in alerts:
        transitions, messages = store.alert_story(alert.id)
        ends = [What.CLEARED] if alert.cleared_at is not None else []
        assert [each.what for each in transitions] == [What.RAISED, *ends]
        assert (alert.told + alert.untold, len(messages) <= 1) == (1, True)
        happened += len(transitions)
    assert happened % PLACES == 0  # all places at once, or none
    assert store.version() == happened // PLACES
    assert {int(key.split("/")[0].removeprefix("alert ")) for key in stood(store, at).told} == set(opened.values())


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.soak)])
@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
def test_killed_in_the_middle_everybody_is_told_and_a_repeat_has_the_same_key(
    kind: str, rounds: int, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue(kind)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    sent: list[str] = []
    for round in range(rounds):
        # Each round a step further through what an engine does for all places, and back to its beginning.
        sent += sent_until_killed(url, at, round, after=2 * PLACES + round * 4 % (PLACES + 2))
        if round < 3 or round % 20 == 0:
            store = open_store(url)
            check_whole(store, at)
            store.close()
    store = open_store(url)
    later = at + timedelta(days=rounds)
    compose_each(store, later)
    while claimed := store.claim_together("the next", later, LEASE):
        for message in claimed:
            sent.append(message.key)
            store.delivered_together([message.id], later)
    check_whole(store, at)
    messages = store.messages(at, limit=100_000)
    assert {message.state for message in messages} == {MessageState.DELIVERED}
    assert {message.key for message in messages} == set(sent)
    assert len(messages) == len(store.alerts(at, at + timedelta(days=3650), limit=100_000))
    assert sum(times - 1 for times in Counter(sent).values()) <= rounds
    store.close()
