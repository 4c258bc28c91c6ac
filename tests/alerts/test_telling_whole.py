"""From a figure to a message at the sink, through the real evaluator, store and sender; and with deaths in between."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest

from flowcentre.alerts.contract import Letter
from flowcentre.alerts.evaluate import Evaluator
from flowcentre.alerts.going_out import key_of
from flowcentre.alerts.routing import route
from flowcentre.alerts.sender import LEASE, Sender
from flowcentre.model import ChannelSettings, Message, Picture, State, Value
from flowcentre.store import Store
from tests.alerts.telling_cast import ALERTING, AT, COUNTY, FULL, MINUTE

SECOND = timedelta(seconds=1)
QUIET = replace(ALERTING, rules=(FULL,), channels=(ChannelSettings("mail", "sink"), ChannelSettings("text", "sink")))


class Death(BaseException):
    """The process dies here: nothing catches it."""


class Sink:
    """A channel that keeps what arrives, and may die as soon as it has handed something over."""

    kind: ClassVar[str] = "sink"
    short = False
    arrived: ClassVar[list[tuple[str, str, str]]] = []  # address, subject, key
    fate: ClassVar[Callable[[], None]] = staticmethod(lambda: None)

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None: ...

    def send(self, letter: Letter, address: str, key: str) -> None:
        type(self).fate()
        self.arrived.append((address, letter.subject, key))
        type(self).fate()


class Mortal:
    """A store whose user may die just before or just after each thing that is written."""

    def __init__(self, store: Store, fate: Callable[[], None]) -> None:
        self._store, self._fate = store, fate

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)
        if name not in ("decide_alerts", "compose", "claim_together", "delivered_together", "not_delivered"):
            return real

        def mortal(*given: Any, **named: Any) -> Any:
            self._fate()
            answer = real(*given, **named)
            self._fate()
            return answer

        return mortal


class World:
    """A county whose hospitals fill and empty, with an evaluator and a sender that are born again when they die."""

    def __init__(self, store: Store, fate: Callable[[], None] = lambda: None) -> None:
        Sink.arrived.clear()
        Sink.fate = staticmethod(fate)
        self.at, self.store, self.mortal = AT, store, Mortal(store, fate)
        self.full = {"northgate": 90.0, "southmere": 90.0}
        self.deaths = 0
        self.state, self.alerting = State.FRESH, QUIET
        self.be_born()

    def now(self) -> datetime:
        return self.at

    def picture(self) -> Picture:
        values = {
            (place, "ga_occupancy"): Value("ga_occupancy", place, value, self.state, self.at, self.at, ("beds",))
            for place, value in self.full.items()
        }
        return Picture(1, self.at, self.at, COUNTY, values)

    def be_born(self) -> None:
        store: Any = self.mortal
        self.evaluator = Evaluator(store, self.picture, lambda: self.alerting, self.now, route)
        self.sender = Sender(store, {"sink": Sink}, lambda: self.alerting, self.picture, now=self.now, name="whole")

    def look(self) -> datetime | None:
        return self.survive(lambda: self.evaluator.look())

    def go_on(self, length: timedelta) -> None:
        """So much later one looks, and sends what is due."""
        self.at += length
        self.look()
        self.survive(lambda: self.sender.send_due())

    def survive(self, do: Callable[[], datetime | None]) -> datetime | None:
        try:
            return do()
        except Death:
            self.deaths += 1
            self.be_born()
            return None


def test_a_hospital_fills_and_whoever_is_to_know_hears_of_its_beginning_and_its_end(store):
    world = World(store)
    world.go_on(MINUTE)
    assert Sink.arrived == []
    world.full["northgate"] = 96.4
    world.go_on(30 * SECOND)
    world.go_on(15 * MINUTE)  # nobody acknowledges
    (alert,) = store.open_alerts(world.at)
    assert store.acknowledge(alert.id, "director", world.at)
    world.go_on(15 * MINUTE)  # so the desk is not told
    world.full["northgate"] = 91.0
    world.go_on(MINUTE)
    said = [(address, subject.partition("limit 95.0 % or more), ")[2]) for address, subject, _ in Sink.arrived]
    assert said == [
        ("site@northgate.example", "as of 08:01, since 08:01"),
        ("07700900002", "as of 08:16, since 08:01, nobody has acknowledged it for 15 min"),
        ("07700900002", "as of 08:32, since 08:01, cleared 08:32 (was critical)"),
        ("site@northgate.example", "as of 08:32, since 08:01, cleared 08:32 (was critical)"),
    ]


def test_when_the_figures_stop_the_alert_stays_and_whoever_knows_of_it_hears_that_it_cannot_tell(store):
    world = World(store)
    world.full["northgate"] = 96.4
    world.go_on(MINUTE)
    (alert,) = store.open_alerts(world.at)
    store.acknowledge(alert.id, "site manager", world.at)
    world.state = State.STALE
    for _ in range(20):
        world.go_on(10 * MINUTE)
    assert len(store.open_alerts(world.at)) == 1
    first, second = (subject.partition("limit 95.0 % or more), ")[2] for _, subject, _ in Sink.arrived)
    assert first == "as of 08:01, since 08:01"
    assert "still open, and cannot tell since 08:11" in second


def test_whoever_was_told_of_an_alert_that_a_person_closes_hears_who_closed_it_and_why_and_nobody_else(store):
    world = World(store)
    world.full["northgate"] = 96.4
    world.go_on(MINUTE)
    world.alerting = replace(QUIET, rules=())
    world.go_on(MINUTE)
    (alert,) = store.open_alerts(world.at)
    Sink.arrived.clear()
    world.at += MINUTE
    assert store.close_alert(alert.id, "duty manager", world.at, "the ward is watched instead")
    for _ in range(3):
        world.go_on(MINUTE)
    ((address, subject, _),) = Sink.arrived
    assert address == "site@northgate.example"
    assert subject.startswith(
        "OVER: Beds full, Northgate: 96.4 (limit 95, in the unit that its rule had), as of 08:01, since 08:01, closed 08:03 by"
    )


def test_the_evaluator_is_told_when_the_next_step_is_due(store):
    world = World(store)
    world.full["northgate"] = 96.4
    assert world.look() == AT + 15 * MINUTE


@pytest.mark.parametrize(("store", "seed"), [("sqlite", 0), ("sqlite", 1), ("postgres", 0)], indirect=["store"])
def test_through_any_number_of_deaths_nobody_misses_anything_and_a_repeat_has_the_same_key(store, seed):
    dice = random.Random(seed)
    mortal = False

    def fate() -> None:
        if mortal and dice.random() < 0.06:
            raise Death

    world = World(store, fate)
    for _ in range(12):
        mortal = True
        place = dice.choice(("northgate", "southmere"))
        world.full[place] = 96.4
        for _ in range(3):
            world.go_on(20 * SECOND)
        world.full[place] = 90.0
        for _ in range(3):
            world.go_on(20 * SECOND)
        mortal = False  # for as long as it takes to make up for it
        for _ in range(3):
            world.go_on(LEASE)
        world.go_on(45 * MINUTE)  # so that it does not flap
    known = Counter(key for _, _, key in Sink.arrived)
    repeats = sum(times - 1 for times in known.values())
    ended = [alert for alert in store.alerts(AT, world.at) if alert.cleared_at is not None]
    told = [store.alert_story(alert.id)[1] for alert in ended]
    assert world.deaths > 5
    assert len(ended) == 12
    assert all(message.state == "delivered" for messages in told for message in messages)
    assert all(any("cleared" in message.subject for message in messages) for messages in told)
    letters: dict[object, list[Message]] = {}  # what waited together went in one
    for message in store.messages(AT, limit=1000):
        letters.setdefault((message.lead, message.ended_at) if message.trouble else message.id, []).append(message)
    assert set(known) == {key_of(each) for each in letters.values()}
    assert repeats <= world.deaths
