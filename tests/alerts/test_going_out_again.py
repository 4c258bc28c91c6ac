"""What goes out late, another way or again: it stays true, whoever heard of an alert hears of its end, and a wrong clock ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flowcentre.alerts.contract import NotDelivered
from flowcentre.alerts.going_out import key_of
from flowcentre.alerts.sender import LEASE
from flowcentre.model import Alert, ChannelSettings, MessageState, TellingKind
from flowcentre.store import Decided, Store
from tests.alerts.telling_cast import ALERTING, AT, MINUTE
from tests.alerts.test_going_out import DIRECTOR, ends, letters, tell
from tests.alerts.test_sender import AWAY, HOUR, RULES, SECOND, Desk, Noting, fails, handed, nothing_noted

__all__ = ["nothing_noted"]
TWO_WAYS = replace(DIRECTOR, addresses=(("mail", "director@westshire.example"), ("other", "director@other.example")))
WAYS = (ChannelSettings("mail", "noting"), ChannelSettings("other", "noting", {"name": "other"}))


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, replace(ALERTING, leads=(ALERTING.leads[2], TWO_WAYS), channels=WAYS))


def stands(desk: Desk) -> Alert:
    (alert,) = desk.store.open_alerts(desk.clock.at)
    return alert


def keys() -> list[str]:
    return [key for _, _, key, _ in Noting.handed]


def who_heard(desk: Desk) -> frozenset[str]:
    """The keys of what was told, as whoever decides sees them."""
    found: list[frozenset[str]] = []
    desk.store.decide_alerts(lambda stood: found.append(stood.told) or Decided(), rules=RULES, at=desk.clock.at)
    return found[0]


def test_the_same_by_the_next_address_says_what_happened_since_the_first_was_written(desk: Desk) -> None:
    fails("mail", AWAY)
    desk.raise_alert("director")
    desk.sender.send_due()
    desk.clock.at += 2 * SECOND
    ends(desk)
    desk.pass_on(10 * SECOND)
    (letter,) = letters()
    assert letter.subject.startswith("Over, cleared 08:00: CRITICAL: Beds full")


def test_what_goes_by_mail_for_a_text_message_is_written_in_full(store: Store) -> None:
    lead = replace(DIRECTOR, addresses=(("text", "07700900002"), ("mail", "director@westshire.example")))
    ways = (ChannelSettings("mail", "noting"), ChannelSettings("text", "noting short"))
    desk = Desk(store, replace(ALERTING, leads=(lead,), channels=ways))
    fails("text", AWAY)
    desk.raise_alert("director")
    desk.sender.send_due()
    desk.pass_on(2 * MINUTE)
    (letter,) = letters()
    rows = letter.text.splitlines()
    assert "Where: Northgate General" in rows
    assert "Since: 08:00, for 2 min" in rows
    assert "Action card: beds-full, https://flow.example/action-cards/beds-full" in rows
    assert 'This comes another way, and was written for it: "text" could not deliver it.' in rows
    assert letter.subject.startswith("CRITICAL: Beds full, Northgate")  # written just now, and not late


def test_what_ended_while_it_was_being_written_is_said_to_be_over(desk: Desk) -> None:
    """A look takes its time: it has the moment at which it began, and is kept after the words were written."""
    desk.raise_alert("director")
    desk.clock.at += 3 * SECOND
    desk.sender.compose()
    desk.clock.at -= SECOND
    ends(desk)
    desk.clock.at += SECOND
    desk.sender.send_due()
    assert letters()[0].subject.startswith("Over, cleared 08:00: CRITICAL: Beds full")


def test_who_heard_of_an_escalation_by_the_next_address_is_known_to_have_heard_of_it(desk: Desk) -> None:
    desk.raise_alert()
    fails("mail", AWAY)
    tell(desk, TellingKind.ESCALATED)
    desk.sender.send_due()
    desk.pass_on(10 * SECOND)
    assert handed() == [("other", "director@other.example")]
    desk.store.acknowledge(stands(desk).id, "site manager", desk.clock.at)
    desk.pass_on(2 * MINUTE)
    assert {message.state for message in desk.store.messages(AT - HOUR)} == {
        MessageState.WITHDRAWN,
        MessageState.DELIVERED,
    }
    assert len(who_heard(desk)) == 1


def test_who_may_have_heard_of_an_escalation_before_a_sender_died_is_taken_to_have_heard_of_it(desk: Desk) -> None:
    desk.raise_alert()
    tell(desk, TellingKind.ESCALATED)
    desk.sender.compose()
    (message,) = desk.store.claim_together("one that died", AT, LEASE)
    desk.store.acknowledge(stands(desk).id, "site manager", AT)
    desk.pass_on(LEASE + SECOND)
    assert letters() == []
    assert desk.store.messages(AT - HOUR)[0].state == MessageState.WITHDRAWN
    assert len(who_heard(desk)) == 1


@pytest.mark.parametrize("ahead", [10 * MINUTE, 30 * HOUR])
def test_what_a_clock_that_was_ahead_wrote_is_not_tried_again_and_again_at_once(desk: Desk, ahead: timedelta) -> None:
    fails("mail", NotDelivered("away"))
    fails("other", NotDelivered("away"))
    desk.clock.at = AT + ahead
    desk.raise_alert("director", at=AT)
    desk.sender.compose()
    desk.clock.at = AT
    taken = 0
    claim = desk.store.claim_together

    def counted(*given: object, **named: object) -> object:
        nonlocal taken
        taken += 1
        assert taken < 50
        return claim(*given, **named)  # type: ignore[arg-type]

    desk.store.claim_together = counted  # type: ignore[method-assign, assignment]
    desk.sender.send_due()
    assert taken <= 3


def test_what_a_clock_that_was_ahead_wrote_is_not_with_two_senders_at_once(desk: Desk) -> None:
    desk.clock.at = AT + 10 * MINUTE
    desk.raise_alert("director", at=AT)
    desk.sender.compose()
    first, second = (desk.store.claim_together(name, AT + SECOND, LEASE) for name in ("one", "another"))
    assert (len(first), second) == (1, [])


# --- What a sender took that died -----------------------------------------------------------------------


def test_what_may_have_gone_out_goes_again_with_the_key_that_it_had_however_often_it_fails(desk: Desk) -> None:
    desk.raise_alert("director")
    desk.sender.compose()
    (message,) = desk.store.claim_together("one that died", AT, LEASE)
    fails("mail", AWAY, None)
    desk.pass_on(LEASE)
    desk.raise_alert("director", subject="southmere")
    desk.sender.compose()
    desk.pass_on(MINUTE)
    assert message.key in keys()
    assert len(set(keys())) == 3


def test_what_may_have_gone_out_in_one_letter_stays_in_one_where_it_has_to_wait(desk: Desk) -> None:
    fails("mail", AWAY)
    for subject in ("northgate", "southmere"):
        desk.raise_alert("director", subject=subject)
        desk.sender.send_due()
        desk.clock.at += 6 * SECOND
    later = desk.clock.at + 20 * SECOND
    went = desk.store.claim_together("one that died", later, LEASE)
    assert len(went) == 2
    taken = desk.store.claim_together("the next", later + LEASE, LEASE)
    desk.store.postpone([message.id for message in taken], later + 5 * MINUTE)
    assert desk.store.claim_together("the next", later + 4 * MINUTE, LEASE) == []
    desk.clock.at = later + 5 * MINUTE
    desk.raise_alert("director", subject="a third")
    desk.sender.compose()
    claims = [desk.store.claim_together("the next", desk.clock.at, LEASE) for _ in range(2)]
    assert [message.id for message in went] in [[message.id for message in claim] for claim in claims]


def letter_of_first(desk: Desk) -> str:
    return min(desk.store.messages(AT - HOUR), key=lambda each: each.id).letter


def test_a_letter_that_may_have_gone_out_and_then_failed_goes_again_whole_with_its_key(desk: Desk) -> None:
    fails("mail", AWAY, AWAY, AWAY)
    for subject in ("northgate", "southmere"):
        desk.raise_alert("director", subject=subject)
        desk.sender.send_due()
        desk.clock.at += 6 * SECOND
    desk.clock.at += 20 * SECOND
    went = desk.store.claim_together("one that died", desk.clock.at, LEASE)
    assert len(went) == 2
    fails("mail", AWAY, AWAY, AWAY)
    desk.pass_on(LEASE)
    desk.raise_alert("director", subject="a third")
    desk.sender.compose()
    claims = [desk.store.claim_together("the next", desk.clock.at + 20 * MINUTE, LEASE) for _ in range(4)]
    again = [claim for claim in claims if {each.id for each in claim} & {each.id for each in went}]
    assert [[each.id for each in claim] for claim in again] == [[each.id for each in went]]
    assert key_of(again[0]) == key_of(went)


def test_what_was_delivered_without_an_answer_goes_again_in_the_same_letter_only(desk: Desk) -> None:
    desk.raise_alert("director")
    fails("mail", NotDelivered("no answer came", unsure=True), AWAY)
    desk.sender.send_due()
    desk.pass_on(10 * SECOND)
    first = min(desk.store.messages(AT - HOUR), key=lambda each: each.id)
    assert (first.attempts, first.letter) == (2, first.key)


def test_what_is_not_answered_within_the_lease_may_have_gone_out(desk: Desk) -> None:
    def slow(*_given: object) -> None:
        desk.clock.at += LEASE
        raise AWAY

    desk.raise_alert("director")
    desk.sender.compose()
    desk.sender._hand_over = slow  # type: ignore[method-assign, assignment]
    batch = desk.sender._claim()
    assert batch is not None
    desk.sender._send(batch)
    assert letter_of_first(desk) == batch[0].key


def test_what_a_channel_refused_may_be_joined_with_others(desk: Desk) -> None:
    desk.raise_alert("director")
    fails("mail", AWAY)
    desk.sender.send_due()
    assert letter_of_first(desk) == ""


def test_letters_that_are_with_a_channel_count_against_what_one_person_may_get(desk: Desk) -> None:
    for number in range(10):
        desk.raise_alert("director", subject=f"place {number}")
        desk.sender.compose()
        assert len(desk.store.claim_together(f"slow {number}", desk.clock.at, 20 * MINUTE)) == 1
        desk.clock.at += 31 * SECOND
    desk.raise_alert("director", subject="one more")
    desk.sender.send_due()
    assert letters() == []
    desk.pass_on(5 * MINUTE)
    assert letters() == []
