"""Messages in the store: each telling in one of them, each sent at least once, and what became of it never lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from flowcentre.model import Message, MessageState, Telling, TellingKind
from flowcentre.store import ChannelHealth, Decided, NewMessage, Store, StoreError, open_store
from tests.store.alerting import (
    CROWDED,
    LONG_WAITS,
    MINUTE,
    claim_one,
    clear,
    compose_each,
    decide,
    die_everywhere,
    new_message,
    raise_alert,
)

LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)


def message_of(store: Store, id: int, since: datetime) -> Message:
    return next(message for message in store.messages(since) if message.id == id)


def claim(store: Store, at: datetime, sender: str = "here") -> Message:
    claimed = claim_one(store, sender, at, LEASE)
    assert claimed is not None
    return claimed


def send_one(store: Store, at: datetime, subject: str = "northgate", channel: str = "mail") -> Message:
    """A message of an alert that begins, claimed."""
    raise_alert(store, at, subject)
    compose_each(store, at, channel)
    return claim(store, at)


# --- Composing ----------------------------------------------------------------------------------------


def test_whoever_writes_gets_what_waits_oldest_first_and_what_each_lead_got_lately(store: Store, at: datetime) -> None:
    given: list[tuple[Sequence[Telling], Mapping[str, Sequence[datetime]]]] = []

    def write_first(tellings: Sequence[Telling], lately: Mapping[str, Sequence[datetime]]) -> list[NewMessage]:
        given.append((tellings, lately))
        return [new_message(f"message of {tellings[0].key}", at, tellings[0].key, lead=tellings[0].lead)]

    raise_alert(store, at + MINUTE, "northgate", leads=("site-manager",))
    raise_alert(store, at, "southgate", leads=("on-call",))
    raise_alert(store, at, "northgate", rule=LONG_WAITS, leads=("site-manager",))
    for minute in (0, 2, 5):
        (message,) = store.compose(write_first, at + minute * MINUTE)
        assert message.created_at == at + minute * MINUTE
    assert [[telling.alert for telling in tellings] for tellings, _ in given] == [[2, 3, 1], [3, 1], [1]]
    assert [lately for _, lately in given] == [
        {},
        {"on-call": [at]},
        {"site-manager": [at + 2 * MINUTE]},  # the other is five minutes old
    ]
    whole = given[0][0][0]
    assert whole == Telling(
        "alert 2/raised/0/on-call", "on-call", TellingKind.RAISED, CROWDED.severity, at, 2, "crowded", "southgate"
    )


def test_a_message_may_tell_of_several_alerts_and_says_which(store: Store, at: datetime) -> None:
    raise_alert(store, at, "northgate")
    raise_alert(store, at, "southgate")
    decide(store, at, Decided(tellings=[Telling("test/1", "site-manager", TellingKind.TEST, CROWDED.severity, at)]))
    (message,) = store.compose(lambda told, _: [new_message("all", at + SECOND, *(each.key for each in told))], at)
    assert message == Message(
        1, "all", "site-manager", "mail", "A&E crowded", "Northgate: 96", at, due_at=at + SECOND, alerts=(1, 2)
    )
    assert [store.alert_story(alert)[1] for alert in (1, 2)] == [[message], [message]]
    assert store.messages(at) == [message]


def test_nothing_is_asked_of_whoever_writes_where_nothing_waits(store: Store, at: datetime) -> None:
    def never(*_: object) -> list[NewMessage]:
        raise AssertionError("nothing waits")

    assert store.compose(never, at) == []
    raise_alert(store, at)
    compose_each(store, at)
    assert store.compose(never, at) == []


def test_what_is_held_back_waits_for_the_next_time(store: Store, at: datetime) -> None:
    raise_alert(store, at)
    assert store.compose(lambda *_: [], at) == []
    assert store.messages(at) == []
    assert len(compose_each(store, at + 5 * SECOND)) == 1


def test_what_is_told_twice_or_was_never_decided_undoes_all_that_was_written_with_it(
    store: Store, at: datetime
) -> None:
    decide(store, at, Decided(tellings=[Telling("a", "site-manager", TellingKind.TEST, CROWDED.severity, at)]))
    for told in ([("a", "a")], [("a",), ("a",)], [("a",), ("never decided",)], [()]):
        written = [new_message(str(number), at, *keys) for number, keys in enumerate(told)]
        with pytest.raises(ValueError, match="a message tells"):
            store.compose(lambda *_, written=written: written, at)
        assert store.messages(at) == [], told
    assert len(compose_each(store, at)) == 1


def test_composing_that_dies_at_any_of_its_statements_leaves_nothing_half(store: Store, at: datetime) -> None:
    raise_alert(store, at, "northgate")
    raise_alert(store, at, "southgate")

    def kept() -> object:
        waiting: list[str] = []
        store.compose(lambda tellings, _: waiting.extend(telling.key for telling in tellings) or [], at)
        return waiting, store.messages(at)

    assert die_everywhere(store, lambda: compose_each(store, at), kept) >= 5
    assert kept() == ([], store.messages(at))
    assert len(store.messages(at)) == 2


# --- Claiming -----------------------------------------------------------------------------------------


def test_the_message_that_has_been_due_for_longest_goes_first_and_one_that_is_not_due_waits(
    store: Store, at: datetime
) -> None:
    raise_alert(store, at, leads=("a", "b", "c"))
    due = {"a": at + 2 * SECOND, "b": at + SECOND, "c": at + MINUTE}
    store.compose(lambda told, _: [new_message(one.lead, due[one.lead], one.key, lead=one.lead) for one in told], at)
    assert claim_one(store, "here", at, LEASE) is None
    assert store.next_message_due() == due["b"]
    assert [claim(store, at + 2 * SECOND).lead for _ in range(2)] == ["b", "a"]
    assert claim_one(store, "here", at + 2 * SECOND, LEASE) is None
    assert claim(store, at + MINUTE).lead == "c"


def test_a_message_whose_sender_dies_is_claimed_again_after_its_lease_with_the_same_key(
    store: Store, at: datetime
) -> None:
    first = send_one(store, at)
    assert (first.state, first.attempts, first.due_at) == (MessageState.SENDING, 1, at + LEASE)
    assert claim_one(store, "there", at + LEASE - timedelta(milliseconds=1), LEASE) is None
    assert store.next_message_due() == at + LEASE
    again = claim(store, at + LEASE, "there")
    assert (again.id, again.key, again.text, again.alerts) == (first.id, first.key, first.text, first.alerts)
    assert (again.attempts, again.due_at) == (2, at + 2 * LEASE)
    store.delivered_together([again.id], at + LEASE)
    assert claim_one(store, "there", at + 100 * LEASE, LEASE) is None
    assert store.next_message_due() is None


def test_many_senders_at_once_never_have_the_same_message(store: Store, at: datetime) -> None:
    raise_alert(store, at, leads=[f"lead-{number}" for number in range(40)])
    composed = {message.id for message in compose_each(store, at)}
    other = open_store(store.url) if store.dialect == "postgresql" else store

    def send_all(sender: Store) -> list[int]:
        sent = []
        while (message := claim_one(sender, "here", at, LEASE)) is not None:
            sent.append(message.id)
            sender.delivered_together([message.id], at)
        return sent

    try:
        with ThreadPoolExecutor(4) as pool:
            running = [pool.submit(send_all, each) for each in (store, other, store, other)]
            sent = [id for each in running for id in each.result(60)]
    finally:
        if other is not store:
            other.close()
    assert sorted(sent) == sorted(composed)
    assert {message.attempts for message in store.messages(at)} == {1}


def test_a_message_that_somebody_takes_just_now_holds_up_nobody_on_postgres(
    make_postgres_url: Callable[..., str], migrated_postgres: str, at: datetime
) -> None:
    url = make_postgres_url(migrated_postgres)
    store, other = open_store(url), open_store(url)
    try:
        raise_alert(store, at, leads=("a", "b"))
        first, second = compose_each(store, at)
        with store.in_bulk():  # it has taken the first, and has not said so yet
            assert claim(store, at).id == first.id
            with ThreadPoolExecutor(1) as pool:
                taken = pool.submit(claim_one, other, "there", at, LEASE).result(30)
        assert taken is not None
        assert taken.id == second.id
    finally:
        other.close()
        store.close()


def test_a_channel_that_hangs_can_be_left_out(store: Store, at: datetime) -> None:
    raise_alert(store, at, "northgate")
    compose_each(store, at, "teams")
    raise_alert(store, at, "southgate")
    compose_each(store, at + SECOND, "mail")
    claimed = claim_one(store, "here", at + MINUTE, LEASE, leaving_out={"teams"})
    assert claimed is not None
    assert claimed.channel == "mail"
    assert claim_one(store, "here", at + MINUTE, LEASE, leaving_out={"teams", "mail"}) is None
    assert claim(store, at + MINUTE).channel == "teams"


# --- What became of it ----------------------------------------------------------------------------------


def test_what_a_channel_took_is_delivered_from_the_first_time_that_it_took_it(store: Store, at: datetime) -> None:
    message = send_one(store, at)
    store.delivered_together([message.id], at + SECOND, "250 accepted")
    store.delivered_together([message.id], at + MINUTE, "250 accepted again")  # by a sender that was taken for dead
    store.not_delivered(message.id, at + 2 * MINUTE, "timed out", again_at=at + LEASE)
    kept = message_of(store, message.id, at)
    assert (kept.state, kept.ended_at, kept.trouble) == (MessageState.DELIVERED, at + SECOND, "250 accepted")
    assert claim_one(store, "here", at + 9 * LEASE, LEASE) is None
    assert store.channel_health(at)["mail"] == ChannelHealth(
        2, 1, at + MINUTE, "timed out", at + 2 * MINUTE, at + 2 * MINUTE
    )


def test_what_a_channel_did_not_take_is_tried_again_at_its_time_or_given_up(store: Store, at: datetime) -> None:
    message = send_one(store, at)
    store.not_delivered(message.id, at + SECOND, "mailbox is full", again_at=at + 6 * SECOND)
    waiting = message_of(store, message.id, at)
    assert (waiting.state, waiting.due_at, waiting.trouble, waiting.ended_at) == (
        MessageState.WAITING,
        at + 6 * SECOND,
        "mailbox is full",
        None,
    )
    assert claim_one(store, "here", at + 5 * SECOND, LEASE) is None
    again = claim(store, at + 6 * SECOND)
    assert (again.key, again.attempts) == (message.key, 2)
    store.not_delivered(message.id, at + 7 * SECOND, "there is no such box", again_at=None)
    given_up = message_of(store, message.id, at)
    assert (given_up.state, given_up.ended_at) == (MessageState.UNDELIVERABLE, at + 7 * SECOND)
    assert claim_one(store, "here", at + 9 * LEASE, LEASE) is None


def test_a_sender_whose_message_another_has_taken_since_moves_nothing(store: Store, at: datetime) -> None:
    slow = send_one(store, at)
    quick = claim(store, at + LEASE, "there")
    fallback = new_message("by text", at, channel="sms")
    store.not_delivered(slow.id, at + LEASE, "timed out", again_at=None, fallback=fallback, attempt=slow.attempts)
    assert message_of(store, slow.id, at).state is MessageState.SENDING
    assert len(store.messages(at)) == 1
    store.not_delivered(slow.id, at + LEASE, "timed out", again_at=None, fallback=fallback, attempt=quick.attempts)
    assert [message.state for message in store.messages(at)] == [MessageState.WAITING, MessageState.UNDELIVERABLE]


def test_a_fallback_tells_the_same_by_another_channel_and_is_written_once(store: Store, at: datetime) -> None:
    message = send_one(store, at)
    fallback = new_message("by text", at + SECOND, channel="sms")
    store.not_delivered(message.id, at + SECOND, "timed out", again_at=at + MINUTE, fallback=fallback)
    text = claim(store, at + SECOND)
    assert (text.key, text.channel, text.instead_of, text.alerts) == ("by text", "sms", message.id, message.alerts)
    assert text.created_at == at + SECOND
    store.not_delivered(text.id, at + SECOND, "no signal", again_at=None, fallback=new_message("by call", at + SECOND))
    call = claim(store, at + SECOND)
    assert (call.instead_of, call.alerts) == (text.id, message.alerts)
    assert claim(store, at + MINUTE).id == message.id
    store.not_delivered(message.id, at + MINUTE, "timed out", again_at=None, fallback=fallback)
    assert [each.key for each in store.alert_story(1)[1]] == [message.key, "by text", "by call"]


def test_giving_up_and_the_fallback_are_whole_or_not_at_all(store: Store, at: datetime) -> None:
    message = send_one(store, at)

    def give_up() -> None:
        store.not_delivered(
            message.id, at, "no such box", again_at=None, fallback=new_message("by text", at, channel="sms")
        )

    died = die_everywhere(store, give_up, lambda: (store.messages(at), store.channel_health(at)))
    assert died >= 4
    assert [each.state for each in store.messages(at)] == [MessageState.WAITING, MessageState.UNDELIVERABLE]
    store.delivered_together([message.id], at + MINUTE)  # says a sender that was taken for dead
    assert [each.state for each in store.messages(at)] == [MessageState.WAITING, MessageState.DELIVERED]


def test_nobody_can_say_anything_of_a_message_that_is_none(store: Store, at: datetime) -> None:
    with pytest.raises(StoreError, match="no message 7"):
        store.delivered_together([7], at)
    with pytest.raises(StoreError, match="no message 7"):
        store.not_delivered(7, at, "timed out", again_at=None)


# --- What is shown --------------------------------------------------------------------------------------


def test_messages_are_read_newest_first_by_what_became_of_them(store: Store, at: datetime) -> None:
    old = send_one(store, at, "northgate")
    store.delivered_together([old.id], at)
    new = send_one(store, at + MINUTE, "southgate")
    assert [each.id for each in store.messages(at)] == [new.id, old.id]
    assert [each.id for each in store.messages(at, limit=1)] == [new.id]
    assert [each.id for each in store.messages(at + SECOND)] == [new.id]
    assert [each.id for each in store.messages(at, states=[MessageState.DELIVERED])] == [old.id]
    assert store.messages(at, states=[]) == []


def test_what_reached_nobody_is_found_until_it_went_by_one_way_or_another(store: Store, at: datetime) -> None:
    message = send_one(store, at)

    def undelivered(waiting_since: datetime | None = None) -> list[str]:
        return [each.key for each in store.undelivered(at, waiting_since=waiting_since)]

    assert undelivered() == []
    assert undelivered(at - SECOND) == []
    assert undelivered(at) == [message.key]  # nobody has spoken of it since
    text = new_message("by text", at + SECOND, channel="sms")
    store.not_delivered(message.id, at + SECOND, "timed out", again_at=at + MINUTE, fallback=text)
    assert undelivered(at - SECOND) == []  # the other way has yet to be tried
    assert undelivered(at) == ["by text"]
    instead = claim(store, at + SECOND)
    store.not_delivered(instead.id, at + 2 * SECOND, "no signal", again_at=at + LEASE)
    assert undelivered() == ["by text"]
    claim(store, at + LEASE)
    claim(store, at + LEASE)
    store.delivered_together([message.id], at + LEASE)
    assert undelivered(at + LEASE) == []


def test_the_health_of_a_channel_counts_each_attempt_and_says_since_when_it_fails(store: Store, at: datetime) -> None:
    assert store.channel_health(at) == {}
    message = send_one(store, at)
    store.not_delivered(message.id, at + SECOND, "timed out", again_at=at + SECOND)
    claim(store, at + SECOND)
    store.delivered_together([message.id], at + 2 * SECOND)
    assert store.channel_health(at) == {"mail": ChannelHealth(1, 1, at + 2 * SECOND, "timed out", at + SECOND)}
    clear(store, at + MINUTE)
    other = send_one(store, at + MINUTE)
    for second, trouble in ((0, "refused"), (5, "refused again")):
        store.not_delivered(other.id, at + MINUTE + second * SECOND, trouble, again_at=at + LEASE)
        claim(store, at + LEASE)
    failing = ChannelHealth(1, 3, at + 2 * SECOND, "refused again", at + MINUTE + 5 * SECOND, at + MINUTE)
    assert store.channel_health(at) == {"mail": failing}
    assert store.channel_health(at + MINUTE + SECOND) == {
        "mail": ChannelHealth(0, 1, None, "refused again", at + MINUTE + 5 * SECOND, at + MINUTE + 5 * SECOND)
    }
    assert Counter(store.channel_health(at + LEASE * 9)) == Counter()
