"""What people do, as the store keeps it: levels that they declare, actions that they log, and huddles."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from flowcentre.model import Action, ActionNote, ActionState, Noted, Severity, Telling, TellingKind
from flowcentre.store import Decided, NewMessage, Store, open_store, schema
from tests.store.alerting import MINUTE, decide, raise_alert, stood

HOUR = timedelta(hours=1)


def log(store: Store, at: datetime, what: str = "open six beds", who: str = "site-manager", **more: object) -> Action:
    """An action that is due in an hour."""
    return store.log_action(what, who, at + HOUR, "control room", at, **more)  # type: ignore[arg-type]


def chaser(action: Action, at: datetime) -> Decided:
    """That somebody is reminded of an action."""
    key = f"action {action.id}/chaser/{action.moved}.{action.chased + 1}/{action.who}"
    telling = Telling(key, action.who, TellingKind.CHASER, Severity.WARNING, at, action=action.id)
    return Decided(tellings=[telling], chased=[ActionNote(action.id, Noted.CHASED, at, action.who)])


# --- Declared levels ------------------------------------------------------------------------------


def test_a_new_declaration_ends_the_one_before_and_every_moment_knows_its_own(store: Store, at: datetime) -> None:
    first = store.declare("northgate", 3, "no beds", "chief operating officer", at, at + 4 * HOUR)
    other = store.declare("southgate", 1, "quiet", "site manager", at, at + 4 * HOUR)
    second = store.declare("northgate", 4, "ambulances wait", "chief operating officer", at + HOUR, at + 2 * HOUR)
    assert store.declarations(at - MINUTE) == []
    assert store.declarations(at + MINUTE) == [first, other]
    assert store.declarations(at + 9 * HOUR) == [second, other]  # old, and still told
    assert (second.level, second.reason, second.holds_until) == (4, "ambulances wait", at + 2 * HOUR)
    assert store.declared_between("northgate", at + MINUTE, at + 9 * HOUR) == [first, second]
    assert store.declared_between("northgate", at + 2 * HOUR, at + 9 * HOUR) == [second]
    assert store.declared_between(None, at - HOUR, at + HOUR) == [first, other]


def test_a_level_needs_a_number_a_reason_a_person_and_an_end(store: Store, at: datetime) -> None:
    before = store.version()
    for level, reason, by, until, why in (
        (5, "no beds", "me", at + HOUR, "1, 2, 3 or 4"),
        (0, "no beds", "me", at + HOUR, "1, 2, 3 or 4"),
        (3, " ", "me", at + HOUR, "needs a reason"),
        (3, "no beds", "", at + HOUR, "say who"),
        (3, "no beds", "me", at, "time to come"),
        (3, "no beds", "me", at + 8 * 24 * HOUR, "a week"),
    ):
        with pytest.raises(ValueError, match=why):
            store.declare("northgate", level, reason, by, at, until)
    assert (store.declarations(at), store.version()) == ([], before)


# --- Actions --------------------------------------------------------------------------------------


def test_an_action_is_kept_with_what_led_to_it_and_all_that_happened_to_it(store: Store, at: datetime) -> None:
    alert = raise_alert(store, at).id
    huddle = store.open_huddle("control room", at)
    heard: list[int] = []
    stop = store.listen(heard.append)
    made = log(store, at, alert=alert, place="northgate", measure="ae_patients", huddle=huddle.id)
    assert made == Action(
        made.id,
        "open six beds",
        "site-manager",
        at + HOUR,
        "control room",
        at,
        alert,
        "northgate",
        "ae_patients",
        huddle.id,
    )
    assert store.action(made.id) == made
    assert store.actions_of(alert) == store.actions(open_only=True) == [made]
    assert store.note_action(made.id, Noted.TRIED, "ward sister", at + MINUTE, "asked for agency staff")
    assert store.note_action(made.id, Noted.DONE, "ward sister", at + 2 * MINUTE)
    done = store.action(made.id)
    assert done == replace(made, state=ActionState.DONE, ended_at=at + 2 * MINUTE, ended_by="ward sister")
    assert [(note.noted, note.at, note.by, note.words) for note in store.action_notes(made.id)] == [
        (Noted.LOGGED, at, "control room", ""),
        (Noted.TRIED, at + MINUTE, "ward sister", "asked for agency staff"),
        (Noted.DONE, at + 2 * MINUTE, "ward sister", ""),
    ]
    assert store.actions(open_only=True) == []
    if store.dialect == "sqlite":  # PostgreSQL tells in its own time: tests of versions see to that
        assert heard == [store.version() - 2, store.version() - 1, store.version()]
    stop()


def test_a_form_that_is_sent_twice_counts_once(store: Store, at: datetime) -> None:
    first = log(store, at, slip="a" * 22)
    version = store.version()
    assert log(store, at + MINUTE, "something else", slip="a" * 22) == first
    declared = store.declare("northgate", 3, "no beds", "me", at, at + HOUR, slip="b" * 22)
    assert store.declare("northgate", 3, "no beds", "me", at + MINUTE, at + HOUR, slip="b" * 22) == declared
    huddle = store.open_huddle("me", at)
    minute = store.add_minute(huddle.id, "me", "agreed", at, slip="c" * 22)
    assert store.add_minute(huddle.id, "me", "agreed", at + MINUTE, slip="c" * 22) == minute
    assert store.note_action(first.id, Noted.TRIED, "me", at, "rang round")
    assert not store.note_action(first.id, Noted.TRIED, "me", at + MINUTE, "rang round")
    assert store.version() == version + 4
    assert (len(store.actions()), len(store.minutes(huddle.id)), len(store.action_notes(first.id))) == (1, 1, 2)


def test_what_has_ended_changes_no_more_until_it_is_opened_again(store: Store, at: datetime) -> None:
    action = log(store, at).id
    assert store.note_action(action, Noted.DROPPED, "me", at, "the ward is shut")
    version = store.version()
    for noted in (Noted.DONE, Noted.TRIED, Noted.MOVED, Noted.DROPPED):
        assert not store.note_action(action, noted, "me", at, "again", due_at=at + 3 * HOUR)
    assert not store.note_action(99, Noted.DONE, "me", at)
    assert store.version() == version
    assert store.note_action(action, Noted.REOPENED, "me", at, "it opens at noon", due_at=at + 4 * HOUR)
    assert not store.note_action(action, Noted.REOPENED, "me", at, "again")
    again = store.action(action)
    assert again is not None
    assert (again.state, again.ended_at, again.ended_by, again.due_at) == (ActionState.OPEN, None, "", at + 4 * HOUR)


def test_what_is_not_said_is_refused_and_nothing_is_kept(store: Store, at: datetime) -> None:
    for what, who, by, due_at, more, why in (
        (" ", "site-manager", "me", at + HOUR, {}, "what is to be done"),
        ("open beds", "", "me", at + HOUR, {}, "who is to do it"),
        ("open beds", "site-manager", " ", at + HOUR, {}, "say who"),
        ("open beds", "site-manager", "me", at, {}, "time to come"),
        ("open beds", "site-manager", "me", at + HOUR, {"alert": 7}, "no alert 7"),
        ("open beds", "site-manager", "me", at + HOUR, {"huddle": 7}, "no huddle 7"),
    ):
        with pytest.raises(ValueError, match=why):
            store.log_action(what, who, due_at, by, at, **more)  # type: ignore[arg-type]
    action = log(store, at).id
    for noted, by, words, more, why in (
        (Noted.TRIED, "me", "", {}, "what was tried"),
        (Noted.DROPPED, "me", "", {}, "needs a reason"),
        (Noted.DONE, "", "", {}, "say who"),
        (Noted.MOVED, "me", "", {"due_at": at - HOUR}, "time to come"),
        (Noted.CHASED, "me", "", {}, "nobody notes"),
    ):
        with pytest.raises(ValueError, match=why):
            store.note_action(action, noted, by, at, words, **more)  # type: ignore[arg-type]
    assert [note.noted for note in store.action_notes(action)] == [Noted.LOGGED]


def test_open_actions_come_first_and_of_those_the_one_that_is_due_first(store: Store, at: datetime) -> None:
    late, soon, old, new = (log(store, at, what) for what in ("late", "soon", "old", "new"))
    store.note_action(late.id, Noted.MOVED, "me", at, due_at=at + 5 * HOUR, who="on-call")
    store.note_action(old.id, Noted.DONE, "me", at + MINUTE)
    store.note_action(new.id, Noted.DONE, "me", at + HOUR)
    assert [action.what for action in store.actions()] == ["soon", "late", "new", "old"]
    assert [action.what for action in store.actions(since=at + HOUR)] == ["soon", "late", "new"]
    assert [action.what for action in store.actions(limit=3)] == ["soon", "late", "new"]
    assert [(action.who, action.overdue(at + 2 * HOUR)) for action in store.actions(open_only=True)] == [
        ("site-manager", True),
        ("on-call", False),
    ]


def test_who_is_chased_is_told_and_noted_in_one_and_an_action_that_is_moved_is_chased_anew(
    store: Store, at: datetime
) -> None:
    action, version = log(store, at), store.version()
    assert stood(store, at).actions == (action,)
    kept = decide(store, at + HOUR, chaser(action, at + HOUR))
    assert [each.key for each in kept.tellings] == [f"action {action.id}/chaser/0.1/site-manager"]
    assert store.version() == version + 1
    chased = store.action(action.id)
    assert chased == replace(action, chased=1, chased_at=at + HOUR)
    assert [note.noted for note in store.action_notes(action.id)] == [Noted.LOGGED, Noted.CHASED]
    [message] = store.compose(
        lambda waiting, _: [NewMessage("k", "site-manager", "email", "Late", "text", (waiting[0].key,), at)], at
    )
    assert (message.lead, message.alerts) == ("site-manager", ())
    assert store.note_action(action.id, Noted.MOVED, "me", at + 2 * HOUR, "no staff", due_at=at + 4 * HOUR)
    moved = store.action(action.id)
    assert moved == replace(action, due_at=at + 4 * HOUR, chased=0, chased_at=at + HOUR, moved=1)
    assert not store.note_action(action.id, Noted.MOVED, "me", at + 2 * HOUR, "no staff", due_at=at + 4 * HOUR)
    kept = decide(store, at + 4 * HOUR, chaser(moved, at + 4 * HOUR))
    assert [each.key for each in kept.tellings] == [f"action {action.id}/chaser/1.1/site-manager"]


# --- Huddles --------------------------------------------------------------------------------------


def test_one_huddle_is_open_at_a_time_and_each_is_compared_with_the_end_of_the_last(store: Store, at: datetime) -> None:
    first = store.open_huddle("control room", at)
    assert (first.compared_with, first.closed_at) == (None, None)
    assert store.open_huddle("somebody else", at + MINUTE) == first
    one = store.add_minute(first.id, "control room", "Northgate full", at + MINUTE)
    two = store.add_minute(first.id, "council", "six packages start today", at + 2 * MINUTE)
    assert store.minutes(first.id) == [one, two]
    assert store.close_huddle(first.id, "control room", at + HOUR)
    assert not store.close_huddle(first.id, "control room", at + 2 * HOUR)
    with pytest.raises(ValueError, match="a huddle that is open"):
        store.add_minute(first.id, "council", "too late", at + 2 * HOUR)
    second = store.open_huddle("control room", at + 24 * HOUR)
    assert second.compared_with == at + HOUR
    assert [huddle.id for huddle in store.huddles()] == [second.id, first.id]


def test_a_sitrep_goes_out_once_with_all_whom_it_tells(store: Store, at: datetime) -> None:
    huddle = store.open_huddle("control room", at).id
    store.close_huddle(huddle, "control room", at)
    tellings = [
        Telling(f"huddle {huddle}/sitrep/{lead}", lead, TellingKind.SITREP, Severity.NOTICE, at, huddle=huddle)
        for lead in ("site-manager", "on-call")
    ]
    with pytest.raises(ValueError, match="another huddle"):
        store.huddle_sent(huddle, at, [replace(tellings[0], huddle=None)])
    assert store.huddle_sent(huddle, at, tellings)
    assert not store.huddle_sent(huddle, at + MINUTE, tellings)
    sent = store.huddle(huddle)
    assert sent is not None
    assert sent.sent_at == at
    waits: list[Telling] = []
    store.compose(lambda waiting, _: waits.extend(waiting) or [], at)  # type: ignore[func-returns-value]
    assert waits == tellings


# --- A store of before ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
def test_a_store_full_of_alerts_is_brought_up_and_tells_them_as_before(
    kind: str, request: pytest.FixtureRequest, at: datetime
) -> None:
    url: str = request.getfixturevalue(kind)
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, "0006")
        moment = int(at.timestamp() * 1000)
        for statement in (
            'INSERT INTO alert (id, rule, subject, title, severity, "limit", raised_at)'
            " VALUES (1, 'crowded', 'northgate', 'A&E crowded', 'critical', 95, :at)",
            "INSERT INTO alert_standing (rule, subject, phase, blind_why, raises, alert, raised_at, acknowledged_by,"
            " value, at_least, edition) VALUES ('crowded', 'northgate', 'raised', '', '', 1, :at, '', 96, false, '')",
            "INSERT INTO telling (key, lead, kind, severity, decided_at, alert, rule, subject, step)"
            " VALUES ('alert 1/raised/0/me', 'me', 'raised', 'critical', :at, 1, 'crowded', 'northgate', 0)",
        ):
            connection.execute(text(statement), {"at": moment})
    engine.dispose()
    store = open_store(url)
    [alert] = store.open_alerts(at)
    assert stood(store, at).told == {"alert 1/raised/0/me"}
    action = store.log_action("open beds", "me", at + HOUR, "control room", at, alert=alert.id)
    decide(store, at + HOUR, chaser(action, at + HOUR))
    waits: list[Telling] = []
    store.compose(lambda waiting, _: waits.extend(waiting) or [], at)  # type: ignore[func-returns-value]
    assert [(each.alert, each.action) for each in waits] == [(1, None), (None, action.id)]
    store.close()
