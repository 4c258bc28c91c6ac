"""The sender on a real store: at least once, a repeat only after a crash and with the same key, and another way in time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest

from channels import _http
from channels.notify import Notify
from channels.smtp import Smtp
from channels.teams import Teams
from channels.webhook import Webhook
from flowcentre.alerts import composing
from flowcentre.alerts.contract import BadSettings, Letter, NotDelivered
from flowcentre.alerts.sender import LEASE, Sender
from flowcentre.model import (
    Alerting,
    AlertState,
    ChannelSettings,
    Lead,
    MessageState,
    Telling,
    TellingKind,
    Transition,
    What,
)
from flowcentre.store import UNNUMBERED, Decided, Store
from tests.alerts.sinks import Answer, mail_sink, web_sink
from tests.alerts.telling_cast import ALERTING, AT, DESK, FULL, MINUTE, SITE, a_picture, occupancy, raised
from tests.store.alerting import claim_one

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
RULES = {rule.id: rule for rule in ALERTING.rules}
# What a channel says and what then is tried needs but one of the databases: how each keeps it is told in tests/store/test_outbox.py.
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


class Noting:
    """A channel that notes what it is handed. ``troubles`` are raised one by one, the last of them again and again."""

    kind: ClassVar[str] = "noting"
    short = False
    handed: ClassVar[list[tuple[str, str, str, Letter]]] = []  # channel, address, key, letter
    troubles: ClassVar[dict[str, list[Exception | None]]] = {}

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None:
        self._name = str(settings.get("name", "mail"))
        if settings.get("broken"):
            raise BadSettings("the environment variable NOT_SET is not set")

    def send(self, letter: Letter, address: str, key: str) -> None:
        troubles = self.troubles.get(self._name, [None])
        trouble = troubles.pop(0) if len(troubles) > 1 else troubles[0]
        if trouble is not None:
            raise trouble
        self.handed.append((self._name, address, key, letter))


class NotingShort(Noting):
    kind = "noting short"
    short = True

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None:
        super().__init__({"name": "text"} | dict(settings), secret)


@pytest.fixture(autouse=True)
def nothing_noted() -> None:
    Noting.handed.clear()
    Noting.troubles.clear()


class Desk:
    """A store, a clock, and a sender whose configuration can be changed."""

    def __init__(self, store: Store, alerting: Alerting = ALERTING, **kinds: Any) -> None:
        self.store, self.alerting, self.clock = store, alerting, Clock()
        self.kinds = {"noting": Noting, "noting short": NotingShort} | kinds
        self.sender = self.another("first")

    def another(self, name: str) -> Sender:
        def current() -> Any:
            return a_picture(AT, occupancy())

        def secret(variable: str) -> str:
            return "not a real secret"

        return Sender(self.store, self.kinds, lambda: self.alerting, current, now=self.clock, name=name, secret=secret)

    def raise_alert(self, *leads: str, subject: str = "northgate", at: datetime | None = None) -> None:
        """An alert is raised, and some leads have to know of it: one transaction."""
        at = at or self.clock.at
        tellings = [
            Telling(f"{UNNUMBERED}raised/-/{lead}", lead, TellingKind.RAISED, FULL.severity, at, None, FULL.id, subject)
            for lead in leads
        ]
        happened = Transition(FULL.id, subject, What.RAISED, at, AlertState.RAISED, value=96.4)
        decided = Decided([raised(subject=subject, at=at)], [happened], tellings)
        self.store.decide_alerts(lambda _stood: decided, rules=RULES, at=at)

    def pass_on(self, length: timedelta) -> datetime | None:
        """So much later, everything due is sent."""
        self.clock.at += length
        return self.sender.send_due()

    def states(self) -> list[tuple[str, str, int]]:
        """Every message: channel, state, attempts; oldest first."""
        kept = reversed(self.store.messages(AT - HOUR))
        return [(message.channel, str(message.state), message.attempts) for message in kept]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def handed() -> list[tuple[str, str]]:
    return [(channel, address) for channel, address, _, _ in Noting.handed]


def fails(channel: str, *troubles: Exception | None) -> None:
    Noting.troubles[channel] = list(troubles)


AWAY = NotDelivered("the mail server cannot be reached")
NO_SUCH = NotDelivered("the mail server refused the address (550)", for_good=True)


# --- All goes well ----------------------------------------------------------------------------------


def test_what_is_raised_is_at_the_sink_in_the_next_round(desk):
    desk.raise_alert("site", "desk")
    assert desk.sender.send_due() is None
    assert handed() == [("mail", "site@northgate.example"), ("mail", "desk@westshire.example")]
    assert desk.states() == [("mail", "delivered", 1), ("mail", "delivered", 1)]
    assert "Beds full, Northgate: 96.4 %" in Noting.handed[0][3].subject
    assert desk.sender.last_round_at == AT


def test_nothing_is_sent_twice_when_all_goes_well(desk):
    desk.raise_alert("site")
    for _ in range(5):
        desk.pass_on(MINUTE)
    assert len(Noting.handed) == 1


def test_two_alerts_at_once_are_one_message(desk):
    desk.raise_alert("site")
    desk.raise_alert("site", subject="southmere")
    desk.sender.send_due()
    assert len(Noting.handed) == 1
    assert "and 1 more" in Noting.handed[0][3].subject


def test_a_storm_of_alerts_is_one_message(desk):
    for number in range(40):
        desk.raise_alert("site", subject=f"ward-{number}")
    desk.sender.send_due()
    assert len(Noting.handed) == 1
    assert "and 20 more" in Noting.handed[0][3].text


def test_what_comes_shortly_after_waits_for_its_company(desk):
    desk.raise_alert("site")
    desk.sender.send_due()
    desk.clock.at += 2 * SECOND
    desk.raise_alert("site", subject="southmere")
    assert desk.sender.send_due() == AT + 5 * SECOND
    assert len(Noting.handed) == 1
    desk.pass_on(3 * SECOND)
    assert len(Noting.handed) == 2


def test_two_senders_send_each_message_once(desk):
    desk.raise_alert("site", "desk", "director")
    other = desk.another("second")
    desk.sender.compose()
    other.send_due()
    desk.sender.send_due()
    assert len(Noting.handed) == 3
    assert all(attempts == 1 for _, _, attempts in desk.states())


def test_the_store_never_keeps_an_address(desk):
    fails("mail", AWAY)
    desk.raise_alert("site", "director")
    for _ in range(3):
        desk.pass_on(20 * SECOND)
    kept = repr(desk.store.messages(AT - HOUR)) + repr(desk.store.channel_health(AT - HOUR))
    assert "northgate.example" not in kept
    assert "07700" not in kept


# --- What became of what was taken -------------------------------------------------------------------

NOTIFY_KEY = "test-11111111-2222-4333-8444-555555555555-66666666-7777-4888-9999-aaaaaaaaaaaa"
TAKEN = Answer(201, '{"id": "n-1"}')


def became(status: str) -> Answer:
    return Answer(200, f'{{"id": "n-1", "status": "{status}"}}')


@contextmanager
def texting(store: Store, *answers: Answer, also_mail: bool = True) -> Iterator[tuple[Desk, Any]]:
    """A desk whose site manager is told by GOV.UK Notify, a real server on the loopback, and then by mail."""
    with web_sink(TAKEN, *answers) as sink:
        settings = {"template_id": "t", "api_key_env": "KEY", "base_url": sink.address}
        addresses = (("text", "07700900001"), *((("mail", "site@northgate.example"),) if also_mail else ()))
        channels = (ChannelSettings("text", "notify", settings), ChannelSettings("mail", "noting", {}))
        alerting = replace(ALERTING, leads=(replace(SITE, addresses=addresses),), channels=channels)
        desk = Desk(store, alerting, notify=type("KeyedNotify", (KeyedNotify,), {}))
        desk.raise_alert("site")
        desk.sender.send_due()
        yield desk, sink


class KeyedNotify(Notify):
    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None:
        super().__init__(settings, lambda variable: NOTIFY_KEY)


def test_what_was_taken_and_did_not_arrive_is_undelivered_and_goes_once_by_the_next_address(store):
    with texting(store, became("sending"), became("permanent-failure")) as (desk, sink):
        assert desk.states() == [("text", "delivered", 1)]
        desk.pass_on(20 * SECOND)
        assert (desk.states(), handed()) == ([("text", "delivered", 1)], [])
        for _ in range(5):
            desk.pass_on(MINUTE)
        assert desk.states() == [("text", "undeliverable", 1), ("mail", "delivered", 1)]
        assert handed() == [("mail", "site@northgate.example")]
        lost, instead = desk.store.messages(AT - HOUR)[::-1]
        assert "permanent-failure" in lost.trouble
        assert "07700900001" not in lost.trouble
        assert instead.instead_of == lost.id
        assert [asked.path for asked in sink.asked[1:]] == ["/v2/notifications/n-1"] * 2
        assert desk.store.undelivered(AT - HOUR) == []  # the mail has it


def test_what_did_not_arrive_and_has_no_other_address_is_told_as_undelivered(store):
    with texting(store, became("technical-failure"), also_mail=False) as (desk, _):
        assert desk.store.undelivered(AT - HOUR) == []
        desk.pass_on(20 * SECOND)
        (lost,) = desk.store.undelivered(AT - HOUR)
        assert lost.state is MessageState.UNDELIVERABLE


def test_what_arrived_is_known_to_have_and_is_not_asked_for_again(store):
    with texting(store, became("delivered")) as (desk, sink):
        assert desk.pass_on(19 * SECOND) == AT + 20 * SECOND
        desk.pass_on(SECOND)
        desk.pass_on(HOUR)
        (told,) = desk.store.messages(AT - HOUR)
        assert (told.state, told.arrived_at, told.ask_at) == (MessageState.DELIVERED, AT + 20 * SECOND, None)
        assert len(sink.asked) == 2


def test_who_cannot_say_is_asked_for_half_a_day_and_what_was_taken_stays_so(store):
    with texting(store, Answer(500, "{}"), became("sending")) as (desk, sink):
        for _ in range(15):
            desk.pass_on(HOUR)
        (told,) = desk.store.messages(AT - HOUR)
        assert (told.state, told.arrived_at, told.ask_at) == (MessageState.DELIVERED, None, None)
        assert len(sink.asked) == 1 + 12
        assert handed() == []


# --- A crash ----------------------------------------------------------------------------------------


def test_a_crash_between_sending_and_noting_makes_one_repeat_with_the_same_key(desk, monkeypatch):
    desk.raise_alert("site")

    def crash(*_: object, **__: object) -> None:
        raise ConnectionError("the store is away")

    with monkeypatch.context() as patch:
        patch.setattr(desk.store, "delivered_together", crash)
        with pytest.raises(ConnectionError):
            desk.sender.send_due()
    desk.sender = desk.another("risen")
    assert desk.pass_on(LEASE - SECOND) == AT + LEASE
    assert len(Noting.handed) == 1
    desk.pass_on(SECOND)
    desk.pass_on(10 * MINUTE)
    keys = [key for _, _, key, _ in Noting.handed]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert desk.states() == [("mail", "delivered", 2)]


def test_a_crash_before_sending_loses_nothing(desk):
    desk.raise_alert("site")
    desk.sender.compose()
    assert claim_one(desk.store, "dead", AT, LEASE) is not None
    desk.pass_on(LEASE)
    assert len(Noting.handed) == 1


def test_a_crash_while_writing_leaves_what_is_to_be_told_waiting(desk, monkeypatch):
    desk.raise_alert("site")

    def crash(*_: object) -> None:
        raise RuntimeError("no words")

    with monkeypatch.context() as patch:
        patch.setattr(composing, "write", crash)
        with pytest.raises(RuntimeError):
            desk.sender.send_due()
    desk.sender.send_due()
    assert len(Noting.handed) == 1


# --- A channel fails --------------------------------------------------------------------------------


def test_it_is_tried_again_after_longer_and_longer_for_half_a_day(desk):
    desk.alerting = replace(ALERTING, leads=(DESK,))
    fails("mail", AWAY)
    desk.raise_alert("desk")
    waits = []
    due = desk.sender.send_due()
    while due is not None:
        waits.append((due - desk.clock.at) / SECOND)
        desk.clock.at = due
        due = desk.sender.send_due()
    assert waits[:7] == [5, 15, 60, 300, 900, 1800, 1800]
    assert timedelta(hours=11, minutes=30) < desk.clock.at - AT <= timedelta(hours=12)
    assert [state for _, state, _ in desk.states()] == ["undeliverable"]
    assert desk.store.messages(AT)[0].trouble == "the mail server cannot be reached"


@on_one
def test_after_the_second_failure_it_goes_by_the_next_address_and_is_tried_on_by_the_first(desk):
    fails("mail", AWAY)
    desk.raise_alert("site")
    desk.sender.send_due()
    assert handed() == []
    desk.pass_on(5 * SECOND)
    assert handed() == [("text", "07700900001")]
    first, second = desk.store.messages(AT, states=None)[::-1]
    assert (first.state, second.state, second.instead_of) == (MessageState.WAITING, MessageState.DELIVERED, first.id)
    fails("mail", None)
    for _ in range(5):
        desk.pass_on(MINUTE)
    assert handed() == [("text", "07700900001"), ("mail", "site@northgate.example")]


@on_one
def test_what_another_way_has_told_already_comes_all_the_same_and_says_so(desk):
    """That a channel took it is no proof that somebody has read it."""
    fails("mail", AWAY, AWAY, AWAY, None)
    desk.raise_alert("site")
    desk.sender.send_due()
    desk.pass_on(5 * SECOND)
    assert not Noting.handed[0][3].subject.startswith("Told already")
    for _ in range(3):
        desk.pass_on(MINUTE)
    assert handed() == [("text", "07700900001"), ("mail", "site@northgate.example")]
    letter = Noting.handed[1][3]
    assert letter.subject.startswith('Told already by "text" 08:00: Written 08:00, and late: CRITICAL: Beds full')


@on_one
def test_what_goes_another_way_is_late_by_when_it_was_first_written(desk):
    fails("mail", AWAY)
    fails("text", AWAY, AWAY, None)
    desk.raise_alert("site")
    desk.sender.send_due()
    desk.pass_on(50 * SECOND)
    desk.pass_on(5 * SECOND)
    desk.pass_on(15 * SECOND)
    assert handed() == [("text", "07700900001")]
    assert Noting.handed[0][3].subject.startswith("Written 08:00, and late: CRITICAL")


@on_one
def test_a_message_is_undelivered_once_each_way_has_failed_or_a_minute_has_passed_and_not_before_another_is_tried(desk):
    def undelivered() -> int:
        return len(desk.store.undelivered(AT, waiting_since=desk.clock.at - MINUTE))

    fails("mail", AWAY)
    desk.raise_alert("site")
    desk.sender.send_due()
    assert undelivered() == 0  # it will be tried by text in a few seconds
    desk.pass_on(5 * SECOND)
    assert (handed(), undelivered()) == ([("text", "07700900001")], 0)
    fails("text", AWAY)
    desk.clock.at += 10 * SECOND
    desk.raise_alert("site", subject="southmere")
    desk.sender.send_due()
    assert undelivered() == 0
    desk.pass_on(5 * SECOND)
    assert undelivered() == 1  # neither way took it


@on_one
def test_a_message_by_the_only_way_is_undelivered_after_a_minute(desk):
    fails("mail", AWAY)
    desk.raise_alert("desk")
    desk.sender.send_due()
    found = [len(desk.store.undelivered(AT, waiting_since=AT + after - MINUTE)) for after in (59 * SECOND, MINUTE)]
    assert found == [0, 1]


@on_one
def test_the_next_address_is_used_within_a_minute_though_the_first_asks_for_longer(desk):
    fails("mail", NotDelivered("asks us to send less often (429)", again_in=10 * MINUTE))
    desk.raise_alert("site")
    assert desk.sender.send_due() == AT + 10 * MINUTE
    assert handed() == [("text", "07700900001")]


def test_what_is_refused_for_good_goes_by_the_next_address_at_once(desk):
    fails("mail", NO_SUCH)
    desk.raise_alert("site")
    assert desk.sender.send_due() is None
    assert handed() == [("text", "07700900001")]
    assert desk.states() == [("mail", "undeliverable", 1), ("text", "delivered", 1)]


@on_one
def test_where_there_is_no_other_address_even_that_is_tried_on_as_somebody_may_mend_it(desk):
    fails("mail", NO_SUCH)
    desk.raise_alert("desk")
    assert desk.sender.send_due() == AT + 5 * SECOND
    desk.alerting = replace(ALERTING, leads=(replace(DESK, addresses=(("mail", "right@westshire.example"),)),))
    fails("mail", None)
    desk.pass_on(5 * SECOND)
    assert handed() == [("mail", "right@westshire.example")]


@on_one
def test_one_by_whom_all_addresses_fail_is_left_undeliverable_and_not_lost(desk):
    desk.alerting = replace(ALERTING, routes=())  # nobody is told of failing channels
    fails("mail", NO_SUCH)
    fails("text", AWAY)
    desk.raise_alert("site")
    desk.sender.send_due()
    for _ in range(60):
        desk.pass_on(15 * MINUTE)
    assert {state for _, state, _ in desk.states()} == {"undeliverable"}
    assert len(desk.store.undelivered(AT)) == 1


@on_one
def test_two_addresses_by_one_channel_are_two_ways(desk):
    lead = Lead("site", "Site", (("mail", "first@northgate.example"), ("mail", "second@northgate.example")))
    desk.alerting = replace(ALERTING, leads=(lead,))
    fails("mail", NO_SUCH, None)
    desk.raise_alert("site")
    desk.sender.send_due()
    assert handed() == [("mail", "second@northgate.example")]


@on_one
def test_a_channel_that_cannot_be_made_is_a_failure_and_is_made_once_it_can(desk):
    desk.alerting = replace(
        ALERTING, channels=(ChannelSettings("mail", "noting", {"broken": True}), ALERTING.channels[1])
    )
    desk.raise_alert("desk")
    desk.sender.send_due()
    assert desk.store.messages(AT)[0].trouble == "the environment variable NOT_SET is not set"
    desk.alerting = ALERTING
    desk.pass_on(5 * SECOND)
    assert len(Noting.handed) == 1


@on_one
def test_a_lead_or_a_channel_that_is_gone_from_the_configuration_is_said_to_be(desk):
    desk.raise_alert("site", "nobody")
    desk.sender.compose()
    desk.alerting = replace(ALERTING, channels=ALERTING.channels[1:])
    desk.sender.send_due()
    desk.pass_on(5 * SECOND)
    troubles = {(message.lead, message.trouble) for message in desk.store.messages(AT) if message.trouble}
    assert ("site", "there is no such channel in the configuration") in troubles
    assert ("nobody", "there is no such lead in the configuration") in troubles
    assert handed() == [("text", "07700900001")]


@on_one
@pytest.mark.parametrize("thrown", [ValueError, SystemExit])
def test_what_a_channel_throws_is_not_quoted_and_ends_nothing_but_its_own_attempt(desk, thrown):
    fails("mail", thrown("no room for site@northgate.example"))
    desk.raise_alert("site")
    desk.sender.send_due()
    assert desk.store.messages(AT)[0].trouble == f"the channel failed ({thrown.__name__})"


def test_a_channel_that_fails_for_several_is_let_rest_and_their_messages_go_another_way(desk):
    leads = tuple(Lead(f"lead-{n}", f"Lead {n}", (("mail", f"{n}@a.example"), ("text", f"{n}"))) for n in range(6))
    desk.alerting = replace(ALERTING, leads=leads)
    tried: list[int] = []
    fails("mail", AWAY)
    original = Noting.send

    def counting(self: Noting, letter: Letter, address: str, key: str) -> None:
        if self._name == "mail":
            tried.append(1)
        original(self, letter, address, key)

    Noting.send = counting  # type: ignore[method-assign]
    try:
        desk.raise_alert(*(lead.id for lead in leads))
        desk.sender.send_due()
        assert len(tried) == 2  # the others fail at once, with what it said to these
        desk.pass_on(5 * SECOND)
    finally:
        Noting.send = original  # type: ignore[method-assign]
    assert sorted(handed()) == [("text", str(n)) for n in range(6)]


# --- The channel's failing is told ------------------------------------------------------------------


@on_one
def test_a_channel_that_has_failed_for_five_minutes_is_told_of_once_and_by_another_one(desk):
    fails("mail", AWAY)
    desk.raise_alert("desk")
    for _ in range(12):
        desk.pass_on(30 * SECOND)
    assert [(address, letter.subject) for _, address, _, letter in Noting.handed] == [
        ("07700900001", 'WARNING: messages by "mail" do not arrive')
    ]
    desk.sender = desk.another("risen")  # it knows nothing of what was told
    for _ in range(12):
        desk.pass_on(30 * SECOND)
    assert len(Noting.handed) == 1


@on_one
def test_a_channel_that_fails_for_days_is_told_of_no_more_than_once(desk):
    fails("mail", AWAY)
    for _ in range(70):
        if desk.clock.at - AT in (0 * HOUR, 30 * HOUR):
            desk.raise_alert("desk", subject="northgate" if desk.clock.at == AT else "southmere")
        desk.pass_on(HOUR)
    assert len(Noting.handed) == 1


@on_one
def test_a_channel_that_delivers_again_is_not_told_of(desk):
    fails("mail", AWAY, None)
    desk.raise_alert("desk")
    for _ in range(20):
        desk.pass_on(30 * SECOND)
    assert handed() == [("mail", "desk@westshire.example")]


# --- Real sinks -------------------------------------------------------------------------------------


def by(kind: str, address: str, **settings: object) -> Alerting:
    """The desk is told by a real channel, and by "text" if that fails."""
    lead = replace(DESK, addresses=(("mail", address), ("text", "07700900003")))
    return replace(
        ALERTING, leads=(lead, SITE), channels=(ChannelSettings("mail", kind, settings), ALERTING.channels[1])
    )


def test_a_mail_arrives_and_is_noted(store):
    with mail_sink() as sink:
        settings = {"host": "127.0.0.1", "port": sink.port, "security": "none", "sender": "flow@westshire.example"}
        desk = Desk(store, by("smtp", "desk@westshire.example", **settings), smtp=Smtp)
        desk.raise_alert("desk")
        desk.sender.send_due()
    assert [mail["To"] for mail in sink.mails] == ["desk@westshire.example"]
    assert sink.mails[0]["Message-ID"].startswith(f"<{store.messages(AT)[0].key}@")
    assert desk.states() == [("mail", "delivered", 1)]


@on_one
def test_an_answer_of_200_with_an_error_is_tried_again_with_the_same_key(store):
    wrong = Answer(200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 500")
    with web_sink(wrong, Answer(202)) as sink:
        desk = Desk(store, by("teams", sink.address), teams=Teams)
        desk.raise_alert("desk")
        desk.sender.send_due()
        assert desk.states() == [("mail", "waiting", 1)]
        desk.pass_on(5 * SECOND)
    assert desk.states() == [("mail", "delivered", 2)]
    assert len({asked.headers["idempotency-key"] for asked in sink.asked}) == 1
    assert handed() == []


@on_one
def test_who_asks_us_to_wait_is_not_asked_before(store):
    with web_sink(Answer(429, "", {"Retry-After": "40"}), Answer(200)) as sink:
        desk = Desk(store, by("webhook", sink.address, secret_env="S"), webhook=Webhook)
        desk.raise_alert("desk")
        assert desk.sender.send_due() == AT + 40 * SECOND
        desk.pass_on(39 * SECOND)
        assert len(sink.asked) == 1
        desk.pass_on(SECOND)
    assert desk.states() == [("mail", "delivered", 2)]


@on_one
def test_a_server_that_fails_twice_and_then_not_at_all_is_told_by_both_ways(store):
    with web_sink(Answer(500), Answer(500), Answer(200)) as sink:
        desk = Desk(store, by("webhook", sink.address, secret_env="S"), webhook=Webhook)
        desk.raise_alert("desk")
        desk.sender.send_due()
        desk.pass_on(5 * SECOND)
        assert handed() == [("text", "07700900003")]
        desk.pass_on(15 * SECOND)
    assert desk.states() == [("mail", "delivered", 3), ("text", "delivered", 1)]


@on_one
def test_a_server_that_hangs_is_a_failure_like_any_other(store, monkeypatch):
    monkeypatch.setattr(_http, "TIMEOUT", 0.2)
    with web_sink(Answer(hang=True)) as sink:
        desk = Desk(store, by("webhook", sink.address, secret_env="S"), webhook=Webhook)
        desk.raise_alert("desk")
        desk.sender.send_due()
        desk.pass_on(5 * SECOND)
    assert handed() == [("text", "07700900003")]


# --- In threads -------------------------------------------------------------------------------------


@contextmanager
def running(sender: Sender) -> Iterator[None]:
    sender.start()
    try:
        yield
    finally:
        sender.stop()


class Waited(Noting):
    """A channel that says when it has been handed something, and hangs for as long as it is told to."""

    kind = "waited"
    came: ClassVar[threading.Semaphore]
    go_on: ClassVar[threading.Event]
    both: ClassVar[threading.Event] = threading.Event()  # two hang at once
    at_once: ClassVar[list[int]] = []  # how many hung, each time one more did
    hanging: ClassVar[int] = 0
    lock: ClassVar[threading.Lock] = threading.Lock()

    def send(self, letter: Letter, address: str, key: str) -> None:
        if self._name == "hangs":
            with self.lock:
                Waited.hanging += 1
                self.at_once.append(self.hanging)
                if self.hanging == 2:
                    self.both.set()
            self.go_on.wait(30)
            with self.lock:
                Waited.hanging -= 1
        super().send(letter, address, key)
        self.came.release()


@on_one
def test_one_channel_that_hangs_holds_up_no_other(store):
    Waited.came, Waited.go_on, Waited.both = threading.Semaphore(0), threading.Event(), threading.Event()
    Waited.at_once.clear()
    leads = [Lead(f"hung-{n}", f"Hung {n}", (("hangs", f"hung-{n}"),)) for n in range(8)]
    leads.append(Lead("free", "Free", (("works", "free"),)))
    ways = (
        ChannelSettings("hangs", "waited", {"name": "hangs"}),
        ChannelSettings("works", "waited", {"name": "works"}),
    )
    desk = Desk(store, replace(ALERTING, leads=tuple(leads), channels=ways), waited=Waited)
    desk.raise_alert(*(lead.id for lead in leads))
    with running(desk.sender):
        try:
            assert Waited.came.acquire(timeout=20)
            assert handed() == [("works", "free")]
            assert Waited.both.wait(20)
        finally:
            Waited.go_on.set()
        for _ in range(8):
            assert Waited.came.acquire(timeout=20)
    assert len(Noting.handed) == 9
    assert len({key for _, _, key, _ in Noting.handed}) == 9
    assert max(Waited.at_once) == 2


def test_the_sender_outlives_a_store_that_is_away_for_a_while(store, monkeypatch):
    Waited.came, Waited.go_on = threading.Semaphore(0), threading.Event()
    ways = (ChannelSettings("mail", "waited", {"name": "mail"}), ALERTING.channels[1])
    desk = Desk(store, replace(ALERTING, channels=ways), waited=Waited)
    desk.raise_alert("desk")
    real, failed = store.compose, threading.Event()

    def away(*given: Any) -> Any:
        if failed.is_set():
            return real(*given)
        failed.set()
        raise ConnectionError("away")

    monkeypatch.setattr(store, "compose", away)
    with running(desk.sender):
        assert failed.wait(20)
        desk.sender.wake()
        assert Waited.came.acquire(timeout=20)
    assert handed() == [("mail", "desk@westshire.example")]
