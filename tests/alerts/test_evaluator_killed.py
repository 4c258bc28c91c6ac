"""An evaluator killed at any moment: no transition is lost, none comes twice, and each timer ends in its own minute."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flowcentre.alerts.machine import judge, step
from flowcentre.model import County, Flapping, Level, Place, PlaceKind, Places, Rule, Seen, Standing
from flowcentre.store import open_store
from tests.alerts.machine_cast import AT, HOUR, MINUTE, RULE
from tests.store.saying import until_ended

WARD = "northgate-a1"
MEASURE = "ga_beds_occupied"
FULL = replace(
    RULE, id="full", measure=MEASURE, places=(WARD,), raise_at=24, stand_down_at=20,
    hold_for=7 * MINUTE, clear_for=5 * MINUTE,
)  # fmt: skip
COUNTY = County("Westshire", Places([Place(WARD, "A1", Level.SYSTEM, PlaceKind.WARD)]), ())
DAY = 24 * HOUR
RULES = (
    FULL,
    replace(FULL, id="at once", hold_for=timedelta(0), clear_for=timedelta(0), flapping=Flapping(times=0)),
    replace(FULL, id="often", hold_for=MINUTE, clear_for=timedelta(0), flapping=Flapping(3, 40 * MINUTE, 9 * MINUTE)),
)


def figure(minute: int) -> float | None:
    """What the ward says in a minute: long runs of each, so that timers end, and blanks in between."""
    kind = random.Random(minute // 6).choice(["full", "full", "calm", "between", "blank", "both"])
    if kind == "both":
        return 24 if minute % 2 else 18
    return {"full": 25, "calm": 18, "between": 22, "blank": None}[kind]


def run(url: str, minute: int) -> None:
    """Look in each minute from one on, and say so, until killed: a process of its own."""
    from flowcentre.alerts.evaluate import Evaluator
    from flowcentre.model import Alerting, Picture, State, Value

    store = open_store(url, migrates=False)

    def picture() -> Picture:
        value = figure(minute)
        state = State.FRESH if value is not None else State.UNKNOWN
        known = Value(MEASURE, WARD, value, state, AT + minute * MINUTE)
        at = AT + minute * MINUTE
        return Picture(0, at, at, COUNTY, {(WARD, MEASURE): known})

    evaluator = Evaluator(store, picture, lambda: Alerting(RULES), lambda: AT + minute * MINUTE, lambda *_: ((), None))
    while True:
        evaluator.look()
        sys.stdout.write(f"{minute}\n")
        sys.stdout.flush()
        minute += 1


def killed_after(url: str, minute: int, looks: int) -> int:
    """The last minute that an evaluator says it has looked at, killed in the middle of what comes after so many looks."""
    child = subprocess.Popen(
        [sys.executable, "-c", f"from tests.alerts.test_evaluator_killed import run; run({url!r}, {minute})"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    heard: list[int] = []
    enough = threading.Event()

    def hear() -> None:
        assert child.stdout is not None
        for line in child.stdout:
            if line.endswith("\n"):
                heard.append(int(line))
            if len(heard) >= looks:
                enough.set()

    ear = threading.Thread(target=hear)
    ear.start()
    try:
        assert enough.wait(60)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=30)
        ear.join()
        child.stdout.close()
    until_ended(url)
    return heard[-1]


Story = list[tuple[str, int]]


def unkilled(watched: Rule, minutes: int) -> Story:
    """What happens to the alerts of a rule where nobody is killed, from the machine alone."""
    standing = Standing(watched.id, WARD)
    stories: Story = []
    pending: Story = []
    for minute in range(minutes):
        seen = Seen(figure(minute))
        standing, happened = step(watched, standing, judge(watched, seen), seen, AT + minute * MINUTE)
        for each in happened:
            pending.append((each.what.value, minute))
        if standing.open or (happened and happened[-1].what.value == "cleared"):
            stories += pending
            pending = []
        elif standing.phase.value == "clear":
            pending = []  # it passed: of that no alert tells
    return stories


def kills(url: str, rounds: int, chance: random.Random) -> int:
    """Kill it so often; how many transitions of alerts there were until the last minute that was looked at for certain."""
    last = 0
    for _ in range(rounds):
        last = killed_after(url, last, chance.randint(1, 90))
    store = open_store(url, migrates=False)
    number = 0
    for watched in RULES:
        alerts = [each for each in store.alerts(AT - DAY, AT + 100 * DAY, limit=100_000) if each.rule == watched.id]
        found = [
            (each.what.value, (each.at - AT) // MINUTE)
            for alert in sorted(alerts, key=lambda each: each.id)
            for each in store.alert_story(alert.id)[0]
        ]
        until = [each for each in found if each[1] <= last]
        expected = unkilled(watched, last + 1)
        assert until[: len(expected)] == expected
        assert len(until) - len(expected) <= 1  # pending at the end, of an alert that began in the minute after
        number += len(until)
    store.close()
    return number


@pytest.mark.parametrize("seed", [1])
def test_killed_at_random_it_tells_the_same_story_as_if_it_had_not_been(store_url: str, seed: int) -> None:
    assert kills(store_url, 3, random.Random(seed)) > 20


@pytest.mark.soak
def test_killed_two_hundred_times_it_tells_the_same_story(store_url: str) -> None:
    assert kills(store_url, 200, random.Random(200)) > 500
