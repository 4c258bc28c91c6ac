"""What goes out late: it says what has happened since, nobody is asked for what is done, and no outage ends in a flood."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flowcentre.alerts.conduits import HANGS
from flowcentre.alerts.contract import Letter
from flowcentre.alerts.sender import LEASE
from flowcentre.model import (
    AlertState,
    ChannelSettings,
    Lead,
    MessageState,
    Phase,
    Telling,
    TellingKind,
    Transition,
    What,
)
from flowcentre.store import Decided, Store
from tests.alerts.telling_cast import ALERTING, AT, FULL, MINUTE
from tests.alerts.test_sender import AWAY, HOUR, RULES, SECOND, Desk, Noting, fails, handed, nothing_noted, running

__all__ = ["nothing_noted"]
DIRECTOR = replace(ALERTING.leads[1], addresses=(("mail", "director@westshire.example"),))
BY_MAIL = replace(ALERTING, leads=(ALERTING.leads[2], DIRECTOR))


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, BY_MAIL)


def ends(desk: Desk, subject: str = "northgate") -> None:
    """The alert clears, and nobody has been told of that yet."""
    (stands,) = [each for each in desk.store.standings() if each.subject == subject and each.open]
    gone = replace(stands, phase=Phase.CLEAR, alert=None, raised_at=None)
    happened = Transition(FULL.id, subject, What.CLEARED, desk.clock.at, AlertState.CLEAR, alert=stands.alert)
    desk.store.decide_alerts(lambda _: Decided([gone], [happened]), rules=RULES, at=desk.clock.at)


def tell(desk: Desk, kind: TellingKind, lead: str = "director") -> None:
    (alert,) = desk.store.open_alerts(desk.clock.at)
    telling = Telling(
        f"alert {alert.id}/{kind}/-/{lead}", lead, kind, FULL.severity, desk.clock.at, alert.id, FULL.id, "northgate", 1
    )
    desk.store.decide_alerts(lambda _: Decided(tellings=[telling]), rules=RULES, at=desk.clock.at)


def letters() -> list[Letter]:
    return [letter for _, _, _, letter in Noting.handed]


def until(true: Callable[[], Any]) -> None:
    """Wait for something that other threads do."""
    ends_at = time.monotonic() + 20
    while not true():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


# --- What has happened since ------------------------------------------------------------------------


def test_a_letter_of_an_alert_that_ended_before_it_went_out_says_that_it_is_over(desk: Desk) -> None:
    fails("mail", AWAY, None)
    desk.raise_alert("director")
    desk.sender.send_due()
    desk.clock.at += 2 * SECOND
    ends(desk)
    desk.pass_on(10 * SECOND)
    (letter,) = letters()
    assert letter.subject.startswith("Over, cleared 08:00: CRITICAL: Beds full")
    assert letter.text.startswith("Over, cleared 08:00: ")


def turns(desk: Desk, what: What, state: AlertState, **to: object) -> None:
    """The alert goes blind, or sees again."""
    (stands,) = desk.store.standings()
    happened = Transition(FULL.id, stands.subject, what, desk.clock.at, state, alert=stands.alert)
    desk.store.decide_alerts(lambda _: Decided([replace(stands, **to)], [happened]), rules=RULES, at=desk.clock.at)


def test_a_late_letter_that_says_that_it_cannot_tell_says_that_it_can_again_and_that_it_is_clearing(desk: Desk) -> None:
    desk.raise_alert("desk")
    desk.pass_on(MINUTE)
    turns(desk, What.BLIND, AlertState.BLIND, blind_since=desk.clock.at)
    tell(desk, TellingKind.BLIND)
    fails("mail", AWAY, None)
    desk.sender.send_due()
    desk.clock.at += 10 * MINUTE
    calm = {"phase": Phase.CLEARING, "calm_since": desk.clock.at}
    turns(desk, What.SEES_AGAIN, AlertState.CLEARING, blind_since=None, blind_why="", **calm)
    desk.sender.send_due()
    now = "Can tell again since 08:11, clearing (calm, not yet for long enough)"
    assert letters()[-1].subject.startswith(f"{now}: Written 08:01, and late: CRITICAL: Beds full")


def test_of_several_alerts_it_says_how_many_are_over_and_how_many_somebody_has_taken_on(desk: Desk) -> None:
    fails("mail", AWAY, None)
    for subject in ("northgate", "southmere"):
        desk.raise_alert("director", subject=subject)
    desk.sender.send_due()
    desk.clock.at += 2 * SECOND
    ends(desk)
    (other,) = desk.store.open_alerts(desk.clock.at)
    desk.store.acknowledge(other.id, "site manager", desk.clock.at)
    desk.pass_on(10 * MINUTE)
    (letter,) = letters()
    over, taken = "1 of 2 over by now (Beds full, Northgate)", "1 of 2 taken on by now (Beds full, Southmere)"
    assert letter.subject.startswith(f"{over}, {taken}: Written 08:00, and late: CRITICAL")


def test_an_escalation_that_waits_while_somebody_acknowledges_does_not_go_out(desk: Desk) -> None:
    desk.raise_alert()
    fails("mail", AWAY, None)
    tell(desk, TellingKind.ESCALATED)
    desk.sender.send_due()
    (alert,) = desk.store.open_alerts(AT)
    desk.store.acknowledge(alert.id, "site manager", AT + 2 * SECOND)
    desk.pass_on(10 * SECOND)
    assert letters() == []
    (message,) = desk.store.messages(AT - HOUR)
    assert (message.state, message.trouble) == (MessageState.WITHDRAWN, "taken on 08:00 by site manager")
    assert desk.store.undelivered(AT - HOUR) == []
    (alert,) = desk.store.open_alerts(AT)
    assert (alert.told, alert.untold) == (0, 0)


def test_neither_is_it_written_nor_is_who_never_heard_of_the_alert_told_of_its_end(desk: Desk) -> None:
    """It was held back, and somebody acknowledged in between."""
    desk.raise_alert()
    tell(desk, TellingKind.ESCALATED)
    (alert,) = desk.store.open_alerts(AT)
    desk.store.acknowledge(alert.id, "site manager", AT)
    desk.sender.send_due()
    assert letters() == []
    stood: list[frozenset[str]] = []
    desk.store.decide_alerts(lambda found: stood.append(found.told) or Decided(), rules=RULES, at=AT)
    assert stood == [frozenset()]


def test_a_text_message_says_who_has_taken_it_on(store: Store) -> None:
    desk = Desk(store)
    desk.raise_alert("director")
    (alert,) = store.open_alerts(AT)
    store.acknowledge(alert.id, "site manager", AT)
    desk.pass_on(MINUTE)
    (letter,) = letters()
    assert "taken on 08:00 by site manager" in letter.text


# --- After an outage --------------------------------------------------------------------------------


# A hundred letters of an hour: how they are kept is proved on both databases elsewhere, and here what becomes of them.
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_after_an_outage_everybody_gets_one_letter_and_no_flood(desk: Desk) -> None:
    fails("mail", AWAY)
    for number in range(100):
        desk.raise_alert("director", subject=f"place {number}", at=desk.clock.at)
        desk.pass_on(MINUTE)
    assert len(desk.store.messages(AT - HOUR, 1_000)) == 100
    fails("mail", None)
    for _ in range(120):
        desk.pass_on(30 * SECOND)
    assert len(letters()) == 2  # the first that it takes, and then all the others
    assert max(letter.subject.count("messages in one, that waited") for letter in letters()) == 1
    assert {message.state for message in desk.store.messages(AT - HOUR, 1_000)} == {MessageState.DELIVERED}
    biggest = max(letters(), key=lambda each: len(each.text))
    assert "more: https://flow.example/alerts" in biggest.text
    assert len(biggest.text) < 10_000


def test_no_more_letters_reach_one_person_than_the_budget_allows_whatever_was_held_up(desk: Desk) -> None:
    """Each of these was held up by itself, and each comes loose at another moment."""
    moments = []
    for number in range(30):
        fails("mail", AWAY, None)
        desk.raise_alert("director", subject=f"place {number}", at=desk.clock.at)
        before = len(letters())
        desk.pass_on(6 * SECOND)
        desk.pass_on(6 * SECOND)
        moments += [desk.clock.at] * (len(letters()) - before)
    for moment in moments:
        assert sum(moment - 5 * MINUTE < each <= moment for each in moments) <= 10


def test_what_a_clock_that_was_ahead_put_off_is_sent_once_the_clock_is_right(desk: Desk) -> None:
    fails("mail", AWAY, None)
    desk.clock.at = AT + 30 * HOUR
    desk.raise_alert("director", at=AT)
    desk.sender.send_due()
    desk.clock.at = AT
    desk.pass_on(10 * SECOND)
    assert len(letters()) == 1


# --- A channel that never returns -------------------------------------------------------------------


class Hangs(Noting):
    kind = "hangs"
    entered = 0
    let_go = threading.Event()

    def send(self, letter: Letter, address: str, key: str) -> None:
        Hangs.entered += 1
        self.let_go.wait(60)


def test_a_channel_that_never_returns_keeps_nobodys_next_address_away(store: Store) -> None:
    Hangs.entered, Hangs.let_go = 0, threading.Event()
    leads = tuple(Lead(f"lead-{n}", f"Lead {n}", (("hangs", f"{n}"), ("text", f"0790000000{n}"))) for n in range(4))
    ways = (ChannelSettings("hangs", "hangs"), ChannelSettings("text", "noting short"))
    desk = Desk(store, replace(ALERTING, leads=leads, channels=ways), hangs=Hangs)
    desk.raise_alert(*(lead.id for lead in leads))
    with running(desk.sender):
        try:
            until(lambda: Hangs.entered == 2)
            assert handed() == []
            desk.clock.at += LEASE
            until(lambda: len(handed()) == 4)
            assert sorted(address for _, address in handed()) == [f"0790000000{n}" for n in range(4)]
            assert Hangs.entered == 2  # and no thread after the other is lost to it
            health = store.channel_health(AT - HOUR)["hangs"]
            assert (health.delivered, health.last_trouble) == (0, HANGS)
            desk.clock.at += 5 * MINUTE  # it is tried again, now and then
            until(lambda: Hangs.entered > 2)
        finally:
            Hangs.let_go.set()


def test_what_is_told_of_a_clearing_waits_for_the_end_of_the_silence(store: Store) -> None:
    from tests.alerts.test_telling_whole import Sink, World

    world = World(store)
    world.full["northgate"] = 96.4
    world.go_on(MINUTE)
    store.silence(FULL.id, "", "building work", "site manager", world.at, world.at + HOUR)
    world.full["northgate"] = 80.0
    world.go_on(10 * MINUTE)
    assert store.open_alerts(world.at) == []
    told = len(Sink.arrived)
    world.go_on(HOUR)
    assert len(Sink.arrived) == told + 1
    world.go_on(HOUR)
    assert len(Sink.arrived) == told + 1
