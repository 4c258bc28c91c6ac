"""Whoever should have done something by now hears of it, a few times, whatever restarts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from flowcentre.alerts.composing import compose
from flowcentre.alerts.evaluate import Evaluator
from flowcentre.alerts.going_out import Since
from flowcentre.alerts.letters import Book, link_of
from flowcentre.alerts.routing import route
from flowcentre.alerts.sender import Sender
from flowcentre.model import MessageState, Noted
from flowcentre.store import Store
from tests.alerts.telling_cast import ALERTING, AT, MINUTE, SITE, a_picture, occupancy

HOUR = timedelta(hours=1)


class Hours:
    """A store, a clock, and an evaluator that is made anew for each look: as if it were started again each time."""

    def __init__(self, store: Store) -> None:
        self.store, self.at = store, AT

    def look(self, after: timedelta = timedelta(0)) -> datetime | None:
        self.at += after
        picture = a_picture(self.at, occupancy(80))
        due = Evaluator(self.store, lambda: picture, lambda: ALERTING, lambda: self.at, route).look()
        compose(self.store, Book(ALERTING, picture, {}, frozenset({"text"})), self.at)
        return due

    def log(self, who: str = SITE.id, what: str = "open six beds") -> int:
        return self.store.log_action(what, who, self.at + HOUR, "control room", self.at, place="northgate").id

    @property
    def told(self) -> list[tuple[str, str]]:
        chasers = [message for message in self.store.messages(AT - HOUR) if message.actions]
        return [(f"{message.created_at:%H:%M}", message.lead) for message in reversed(chasers)]


@pytest.fixture
def hours(store: Store) -> Hours:
    return Hours(store)


def test_whoever_should_have_done_it_is_reminded_at_the_hour_and_twice_more_and_no_restart_repeats_it(
    hours: Hours,
) -> None:
    action = hours.log()
    hours.look(59 * MINUTE)
    assert hours.told == []
    for _ in range(25):
        hours.look(10 * MINUTE)
    assert [lead for _, lead in hours.told] == [SITE.id] * 3
    assert [moment for moment, _ in hours.told] == ["09:09", "10:09", "11:09"]
    notes = hours.store.action_notes(action)
    assert [(note.noted, note.by) for note in notes[1:]] == [(Noted.CHASED, SITE.id)] * 3


def test_it_says_when_it_has_to_look_again(hours: Hours) -> None:
    hours.log()
    assert hours.look() == AT + HOUR
    assert hours.look(HOUR) == AT + 2 * HOUR


def test_what_is_done_or_moved_in_time_chases_nobody_and_what_is_moved_is_chased_anew(hours: Hours) -> None:
    done, dropped, moved = (hours.log(what=what) for what in ("one", "two", "three"))
    hours.store.note_action(done, Noted.DONE, "me", AT)
    hours.store.note_action(dropped, Noted.DROPPED, "me", AT, "not needed")
    hours.store.note_action(moved, Noted.MOVED, "me", AT, due_at=AT + 3 * HOUR)
    hours.look(2 * HOUR)
    assert hours.told == []
    hours.look(HOUR)
    assert hours.told == [("11:00", SITE.id)]
    hours.store.note_action(moved, Noted.MOVED, "me", hours.at, due_at=hours.at + HOUR)
    hours.look(HOUR)
    assert hours.told == [("11:00", SITE.id), ("12:00", SITE.id)]


def test_after_hours_in_which_nothing_ran_reminders_do_not_come_at_once(hours: Hours) -> None:
    hours.log()
    hours.look(9 * HOUR)
    hours.look(MINUTE)
    assert hours.told == [("17:00", SITE.id)]
    hours.look(HOUR)
    assert len(hours.told) == 2


def test_a_role_in_plain_words_is_not_chased_and_the_action_stays_overdue(hours: Hours) -> None:
    action = hours.log(who="the ward sister of A1")
    hours.look(4 * HOUR)
    assert hours.told == []
    kept = hours.store.action(action)
    assert kept is not None
    assert kept.overdue(hours.at)


def test_of_a_team_whoever_is_on_is_reminded(hours: Hours) -> None:
    hours.log(who=ALERTING.teams[0].id)
    hours.look(2 * HOUR)
    on = [lead for _, lead in hours.told]
    assert on
    assert set(on) <= {turn.lead for turn in ALERTING.teams[0].turns}


def test_a_reminder_says_what_where_by_when_who_logged_it_and_where_to_answer(hours: Hours) -> None:
    hours.log()
    hours.look(HOUR + 25 * MINUTE)
    [message] = hours.store.messages(AT)
    assert message.subject == "WARNING: An action for Northgate should be done: open six beds, by 09:00, 25 min ago"
    assert message.text.splitlines()[:5] == [
        "WARNING: An action for Northgate should be done: open six beds, by 09:00, 25 min ago",
        "Where: Northgate General",
        "Logged: 08:00, by control room",
        "Reminder 1 of 3",
        f"Say what came of it: {ALERTING.public_url}/actions/1",
    ]
    assert link_of(message, ALERTING) == f"{ALERTING.public_url}/actions/1"


@pytest.mark.parametrize("written", [False, True], ids=["decided", "written"])
@pytest.mark.parametrize(
    ("noted", "how"),
    [
        (Noted.DONE, {}),
        (Noted.DROPPED, {"words": "not needed"}),
        (Noted.MOVED, {"due_at": AT + 5 * HOUR}),
        (Noted.MOVED, {"who": "director"}),
    ],
    ids=["done", "dropped", "moved", "given away"],
)
def test_a_reminder_that_waits_does_not_go_out_once_the_action_is_done_dropped_moved_or_somebody_elses(
    hours: Hours, noted: Noted, how: dict[str, Any], written: bool
) -> None:
    action = hours.log()
    hours.at += HOUR
    picture = a_picture(hours.at, occupancy(80))
    Evaluator(hours.store, lambda: picture, lambda: ALERTING, lambda: hours.at, route).look()
    book = Book(ALERTING, picture, {}, frozenset({"text"}))
    sender = Sender(hours.store, {}, lambda: ALERTING, lambda: picture, now=lambda: hours.at, name="test")
    if written:
        compose(hours.store, book, hours.at)
        hours.at += 10 * MINUTE
    assert hours.store.note_action(action, noted, "me", hours.at, **how)
    sender.send_due()  # there is no channel: what is tried is not delivered
    [message] = hours.store.messages(AT)
    assert (message.lead, message.state, message.attempts) == (SITE.id, MessageState.WITHDRAWN, int(written))
    for _ in range(2):
        hours.look(MINUTE)
    assert [lead for _, lead in hours.told[1:]] == (["director"] if "who" in how else [])


def test_a_reminder_of_two_of_which_one_is_done_goes_out_and_says_so(hours: Hours) -> None:
    first, _ = hours.log(what="one"), hours.log(what="two")
    hours.look(HOUR)
    hours.store.note_action(first, Noted.DONE, "me", hours.at + MINUTE)
    [message] = hours.store.messages(AT)
    told = hours.store.tellings_of([message.id])
    actions = {action.id: action for action in hours.store.actions()}
    since = Since(told, {}, actions)
    assert since.why_needless(message, hours.at) is None
    assert since.happened(message, hours.at) == "1 of 2 reminders are needless by now"
