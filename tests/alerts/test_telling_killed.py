"""Evaluator and sender in a process of their own, killed at any moment: nobody misses anything, and a repeat has the same key."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flowcentre.alerts.going_out import key_of
from flowcentre.alerts.sender import LEASE
from flowcentre.model import Message, MessageState
from flowcentre.store import open_store
from tests.alerts.sinks import web_sink
from tests.alerts.telling_cast import AT, MINUTE

ALERTER = """
import json, sys
from dataclasses import replace
from datetime import datetime, timedelta
from channels import find_channels
from flowcentre.alerts.evaluate import Evaluator
from flowcentre.alerts.routing import route
from flowcentre.alerts.sender import Sender
from flowcentre.model import ChannelSettings, County, Flapping, Lead, Level, Place, PlaceKind, Places
from flowcentre.model import Picture, Route, RouteStep, State, Value
from flowcentre.store import open_store
from tests.alerts.telling_cast import ALERTING, BEDS, FULL, PLACES

url, hook, wards = sys.argv[1], sys.argv[2], [f"ward-{number}" for number in range(int(sys.argv[3]))]
county = County("Westshire", Places([*PLACES, *(Place(w, w, Level.UNIT, PlaceKind.WARD, parent="northgate") for w in wards)]), (BEDS,))
steady = Flapping(times=10_000)
alerting = replace(
    ALERTING,
    rules=tuple(replace(FULL, id=f"full-{w}", places=(w,), routes=(w,), flapping=steady) for w in wards),
    leads=tuple(Lead(w, w, (("hook", hook),)) for w in wards),
    routes=tuple(Route(w, w, (RouteStep(timedelta(0), (w,)),)) for w in wards),
    channels=(ChannelSettings("hook", "webhook", {"secret_env": "S"}),),
)
at, full = None, {}
now = lambda: at
def picture():
    return Picture(1, at, at, county, {(w, "ga_occupancy"): Value("ga_occupancy", w, full[w], State.FRESH, at, at, ("beds",)) for w in wards})
store = open_store(url)
evaluator = Evaluator(store, picture, lambda: alerting, now, route)
sender = Sender(store, find_channels(), lambda: alerting, picture, now=now, name="killed", secret=lambda _: "not a real secret")
print("ready", flush=True)
for line in sys.stdin:
    said = json.loads(line)
    at, full = datetime.fromisoformat(said["at"]), said["full"]
    evaluator.look()
    sender.send_due()
    print("done", flush=True)
store.close()
"""
WARDS = 6


class Alerter:
    """The process. It looks and sends once for each thing that it is told, and says when it has."""

    def __init__(self, url: str, hook: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", ALERTER, url, hook, str(WARDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        self.hear("ready")

    def hear(self, word: str) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:  # it logs there too
            if line.strip() == word:
                return
        raise AssertionError("the process ended")

    def tell(self, at: datetime, full: dict[str, float]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"at": at.isoformat(), "full": full}) + "\n")
        self._process.stdin.flush()

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        self._process.send_signal(how)
        self._process.wait(timeout=30)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()


@pytest.mark.parametrize(("changes", "kills"), [(10, 3), pytest.param(500, 200, marks=pytest.mark.soak)])
def test_through_kills_every_beginning_and_end_is_told(store_url, changes, kills):
    dice = random.Random(changes)
    killed_in = set(dice.sample(range(changes), kills))
    full = {f"ward-{number}": 90.0 for number in range(WARDS)}
    at, begun = AT, 0
    with web_sink() as sink:
        alerter = Alerter(store_url, sink.address)
        alerter.tell(at, full)
        alerter.hear("done")
        step = 0.03  # seconds that a step takes, about: a kill comes anywhere in it
        for change in range(changes):
            ward = dice.choice(sorted(full))
            full[ward] = 90.0 if full[ward] > 95 else 97.0
            begun += full[ward] > 95
            at += 20 * MINUTE
            started = time.monotonic()
            alerter.tell(at, full)
            if change in killed_in:
                time.sleep(dice.uniform(0, 1.2 * step))  # not to wait for anything: to die anywhere
                alerter.end()
                alerter = Alerter(store_url, sink.address)
                at += LEASE + timedelta(seconds=1)
                alerter.tell(at, full)
                alerter.hear("done")
            else:
                alerter.hear("done")
                step = 0.8 * step + 0.2 * (time.monotonic() - started)
        alerter.end()
    store = open_store(store_url, writer=False)
    alerts = store.alerts(AT, at + MINUTE, limit=10_000)
    assert len(alerts) == begun
    for alert in alerts:
        _, messages = store.alert_story(alert.id)
        assert any("since" in message.subject or "cleared" in message.subject for message in messages)
        assert alert.cleared_at is None or any("cleared" in message.subject for message in messages)
    kept = store.messages(AT, limit=10_000)
    store.close()
    arrived = Counter(asked.headers["idempotency-key"] for asked in sink.asked)
    assert {message.state for message in kept} == {MessageState.DELIVERED}
    letters: dict[object, list[Message]] = {}  # what waited together went in one
    for message in kept:
        letters.setdefault((message.lead, message.ended_at) if message.trouble else message.id, []).append(message)
    assert set(arrived) == {key_of(each) for each in letters.values()}
    assert sum(times - 1 for times in arrived.values()) <= kills
