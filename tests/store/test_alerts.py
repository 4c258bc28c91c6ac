"""Alerts in the store: decided one at a time, kept whole, numbered once, and never forgotten."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from flowcentre.model import AlertState, Phase, Standing, Telling, TellingKind, Transition, What
from flowcentre.store import Decided, Stood, Store, StoreError, open_store
from tests.store.alerting import (
    CROWDED,
    LONG_WAITS,
    MINUTE,
    RULES,
    claim_one,
    clear,
    cleared,
    compose_each,
    decide,
    die_everywhere,
    new_message,
    raise_alert,
    raised,
    standing_of,
    stood,
)

HOUR = timedelta(hours=1)


def everything(store: Store) -> tuple[object, ...]:
    """All that is kept of alerts, told and untold, and the version."""
    far, since = 500 * HOUR, datetime.fromisoformat("2026-01-01T00:00Z")
    alerts = store.alerts(since, since + 1000 * far)
    stories = [store.alert_story(alert.id) for alert in alerts]
    return store.version(), store.standings(), alerts, stories, store.messages(since), store.silences(since)


# --- Deciding -----------------------------------------------------------------------------------------


def test_an_alert_that_begins_is_numbered_wherever_it_is_named(store: Store, at: datetime) -> None:
    decide(store, at, Decided(transitions=[Transition("crowded", "northgate", What.PENDING, at, AlertState.PENDING)]))
    later = at + 10 * MINUTE
    kept = decide(store, later, raised("northgate", later, leads=("site-manager", "on-call")))
    alert = store.alert(1)
    assert alert is not None
    assert (alert.title, alert.severity, alert.limit) == (CROWDED.title, CROWDED.severity, CROWDED.raise_at)
    assert (alert.state, alert.raised_at, alert.value, alert.cleared_at) == (AlertState.RAISED, later, 96, None)
    assert [standing.alert for standing in kept.standings] == [1]
    assert list(kept.standings) == store.standings()
    assert [transition.alert for transition in kept.transitions] == [1]
    assert [(each.key, each.alert) for each in kept.tellings] == [
        ("alert 1/raised/0/site-manager", 1),
        ("alert 1/raised/0/on-call", 1),
    ]
    transitions, messages = store.alert_story(1)
    assert [(each.what, each.at) for each in transitions] == [(What.PENDING, at), (What.RAISED, later)]
    assert transitions[1:] == list(kept.transitions)
    assert messages == []
    assert store.alert(2) is None


def test_many_that_begin_at_once_each_have_their_own_number(store: Store, at: datetime) -> None:
    subjects = [f"ward-{number}" for number in range(1100)]
    all_at_once = [raised(subject, at) for subject in subjects]
    kept = decide(
        store,
        at,
        Decided(
            [each.standings[0] for each in all_at_once],
            [each.transitions[0] for each in all_at_once],
            [each.tellings[0] for each in all_at_once],
        ),
    )
    numbers = {each.subject: each.alert for each in kept.transitions}
    assert len(set(numbers.values())) == 1100
    assert {alert.subject: alert.id for alert in store.open_alerts(at)} == numbers
    assert {standing.subject: standing.alert for standing in store.standings()} == numbers
    assert {telling.key for telling in kept.tellings} == stood(store, at).told
    assert {each.subject: int(each.key.split("/")[0].removeprefix("alert ")) for each in kept.tellings} == numbers


def test_how_a_rule_stands_is_read_as_it_was_written_to_the_last_moment(store: Store, at: datetime) -> None:
    number = raise_alert(store, at).id
    moments = iter(at + number * timedelta(milliseconds=1) for number in range(20))
    whole = Standing(
        "crowded",
        "northgate",
        Phase.CLEARING,
        since=next(moments),
        breach_since=next(moments),
        calm_since=next(moments),
        blind_since=next(moments),
        blind_why="no news since 10:14",
        flapping_since=next(moments),
        raises=(next(moments), next(moments)),
        alert=number,
        raised_at=next(moments),
        acknowledged_at=next(moments),
        acknowledged_by="duty manager",
        value=94.96,
        at_least=True,
        worst=1 / 3,
        observed_at=next(moments),
        edition="a1b2",
        looked_at=next(moments),
    )
    clear_one = Standing("crowded", "southgate")
    decide(store, at, Decided([whole, clear_one]))
    assert store.standings() == [whole, clear_one]
    again = replace(whole, value=None, looked_at=next(moments), calm_since=None, raises=())
    decide(store, at, Decided([again]))
    assert stood(store, at).standings == {("crowded", "northgate"): again, ("crowded", "southgate"): clear_one}


def test_only_something_that_happened_makes_a_version(store: Store, at: datetime) -> None:
    heard: list[int] = []
    if store.dialect == "sqlite":  # which tells before it returns
        store.listen(heard.append)
    decide(store, at, Decided([Standing("crowded", "northgate", value=90, looked_at=at)]))
    assert (store.version(), heard) == (0, [])
    raise_alert(store, at)
    assert store.version() == 1
    if store.dialect == "sqlite":
        assert heard == [1]


def test_whoever_decides_sees_what_hushes_and_what_was_told_of_the_alerts_that_are_open(
    store: Store, at: datetime
) -> None:
    raise_alert(store, at, "northgate")
    raise_alert(store, at, "southgate")
    decide(store, at, Decided(tellings=[Telling("test/1", "on-call", TellingKind.TEST, CROWDED.severity, at)]))
    over = store.silence("", "", "moving wards", "duty manager", at - 2 * HOUR, at - HOUR)
    now = store.silence("crowded", "northgate", "moving wards", "duty manager", at, at + HOUR)
    to_come = store.silence("", "southgate", "moving wards", "duty manager", at + HOUR, at + 2 * HOUR)
    clear(store, at, "southgate")
    seen = stood(store, at)
    assert seen.told == {"alert 1/raised/0/site-manager"}
    assert seen.silences == (now, to_come)
    assert over not in seen.silences


def test_what_was_told_is_told_once_however_often_it_is_decided(store: Store, at: datetime) -> None:
    alert = raise_alert(store, at)
    again = Telling(
        f"alert {alert.id}/raised/0/site-manager", "site-manager", TellingKind.RAISED, alert.severity, at, alert.id
    )
    new = replace(again, key=f"alert {alert.id}/escalated/1/on-call", lead="on-call", kind=TellingKind.ESCALATED)
    assert decide(store, at, Decided(tellings=[again, new, new])).tellings == [new]
    assert [message.lead for message in compose_each(store, at)] == ["site-manager", "on-call"]


def test_an_alert_that_ended_keeps_how_it_stood_and_the_next_is_another(store: Store, at: datetime) -> None:
    first = raise_alert(store, at)
    worse = replace(standing_of(store), value=104.5, worst=104.5)
    decide(store, at + MINUTE, Decided([worse]))
    store.acknowledge(first.id, "duty manager", at + 2 * MINUTE)
    clear(store, at + HOUR)
    ended = store.alert(first.id)
    assert ended is not None
    assert (ended.state, ended.cleared_at, ended.value, ended.worst) == (AlertState.CLEAR, at + HOUR, 80, 104.5)
    assert (ended.acknowledged_by, ended.acknowledged_at) == ("duty manager", at + 2 * MINUTE)
    assert store.open_alerts(at) == []
    assert stood(store, at).told == frozenset()
    second = raise_alert(store, at + 2 * HOUR)
    assert second.id != first.id
    assert second.acknowledged_at is None
    assert store.alert(first.id) == ended
    assert [each.what for each in store.alert_story(first.id)[0]] == [What.RAISED, What.ACKNOWLEDGED, What.CLEARED]


def test_an_alert_that_ends_as_another_begins_hands_on_neither_number_nor_story(store: Store, at: datetime) -> None:
    first = raise_alert(store, at)
    end, begin = cleared(standing_of(store), at + HOUR), raised("northgate", at + HOUR)
    kept = decide(store, at + HOUR, Decided(begin.standings, [*end.transitions, *begin.transitions], begin.tellings))
    assert [(each.what, each.alert) for each in kept.transitions] == [
        (What.CLEARED, first.id),
        (What.RAISED, first.id + 1),
    ]
    assert [alert.id for alert in store.open_alerts(at)] == [first.id + 1]


def test_two_alerts_of_one_rule_at_one_place_are_never_open_together(store: Store, at: datetime) -> None:
    raise_alert(store, at)
    before = everything(store)
    with pytest.raises(IntegrityError):
        decide(store, at, raised("northgate", at))
    assert everything(store) == before


def test_no_alert_goes_without_an_end_or_stands_without_a_beginning(store: Store, at: datetime) -> None:
    raise_alert(store, at)
    standing, before = standing_of(store), everything(store)
    end, begin = cleared(standing, at), raised("southgate", at)
    for wrong in (
        Decided(end.standings),  # it is clear, and nobody said so
        Decided(transitions=end.transitions),  # it has ended, and stands on
        Decided([replace(standing, alert=None)], begin.transitions),
        Decided(begin.standings),
        Decided(transitions=begin.transitions),
    ):
        with pytest.raises(ValueError, match="an alert stands"):
            decide(store, at, wrong)
        assert everything(store) == before, wrong
    decide(store, at, end)
    assert store.open_alerts(at) == []


# --- Whole or not at all ------------------------------------------------------------------------------


def test_a_decision_that_dies_at_any_of_its_statements_leaves_nothing_half(store: Store, at: datetime) -> None:
    raise_alert(store, at, "southgate")
    begin, end = raised("northgate", at + HOUR), cleared(standing_of(store, "southgate"), at + HOUR)
    both = Decided(
        [*begin.standings, *end.standings], [*begin.transitions, *end.transitions], [*begin.tellings, *end.tellings]
    )
    died = die_everywhere(store, lambda: decide(store, at + HOUR, both), lambda: everything(store))
    assert died >= 8
    assert [alert.subject for alert in store.open_alerts(at)] == ["northgate"]
    assert len(compose_each(store, at)) == 2


def test_what_people_do_is_whole_or_not_at_all_too(store: Store, at: datetime) -> None:
    alert = raise_alert(store, at)

    def blinded() -> None:
        decide(store, at, Decided([replace(standing_of(store), blind_since=at, blind_why="no news since 10:14")]))

    doings = {
        "acknowledge": lambda: store.acknowledge(alert.id, "duty manager", at),
        "close": lambda: store.close_alert(alert.id, "duty manager", at, "the feed is gone for good"),
        "silence": lambda: store.silence("crowded", "", "moving wards", "duty manager", at, at + HOUR),
    }
    blinded()
    for name, do in doings.items():
        assert die_everywhere(store, do, lambda: everything(store)) >= 4, name


def test_a_decision_that_fails_changes_nothing_and_keeps_nobody_waiting(store: Store, at: datetime) -> None:
    def fail(_: Stood) -> Decided:
        raise RuntimeError("I cannot decide")

    with pytest.raises(RuntimeError):
        store.decide_alerts(fail, rules=RULES, at=at)
    with pytest.raises(KeyError):  # of a rule that nobody knows
        store.decide_alerts(lambda _: raised("northgate", at), rules={}, at=at)
    assert everything(store) == (0, [], [], [], [], [])
    assert raise_alert(store, at).state is AlertState.RAISED


def test_who_may_only_read_decides_nothing(store: Store, at: datetime) -> None:
    alert = raise_alert(store, at)
    reader = open_store(store.url, writer=False)
    try:
        for do in (
            lambda: decide(reader, at, Decided()),
            lambda: reader.acknowledge(alert.id, "duty manager", at),
            lambda: reader.silence("", "", "why", "duty manager", at, at + HOUR),
        ):
            with pytest.raises(StoreError, match="opened to read"):
                do()
        assert reader.open_alerts(at) == [alert]
    finally:
        reader.close()


# --- One at a time --------------------------------------------------------------------------------------


def test_of_two_engines_that_decide_at_once_the_second_sees_what_the_first_wrote(store: Store, at: datetime) -> None:
    """The first holds its turn until the database says that the second waits for it."""
    other = open_store(store.url) if store.dialect == "postgresql" else store
    second_begins = threading.Event()
    decisions = {"first": 0, "second": 0}

    def waits() -> bool:
        with store._reading() as connection:
            asked = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return bool(connection.execute(text(asked)).scalar())

    def decide_as(who: str, stood: Stood) -> Decided:
        decisions[who] += 1
        if who == "first":
            second_begins.set()
            deadline = time.monotonic() + 30
            while store.dialect == "postgresql" and not waits():
                assert time.monotonic() < deadline, "the second does not wait for the first"
        return Decided() if ("crowded", "northgate") in stood.standings else raised("northgate", at)

    try:
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(store.decide_alerts, lambda stood: decide_as("first", stood), rules=RULES, at=at)
            assert second_begins.wait(30)
            second = pool.submit(other.decide_alerts, lambda stood: decide_as("second", stood), rules=RULES, at=at)
            assert len(first.result(60).transitions) == 1
            assert second.result(60) == Decided([], [], [])
    finally:
        if other is not store:
            other.close()
    assert decisions == {"first": 1, "second": 1}
    assert [each.what for each in store.alert_story(1)[0]] == [What.RAISED]
    assert store.version() == 1


def test_many_engines_that_find_the_same_write_each_thing_that_happened_once(store: Store, at: datetime) -> None:
    """Each raises what is clear and clears what is raised, of its own moment: as many changes as there are moments."""
    moments = [at + number * MINUTE for number in range(12)]
    others = [open_store(store.url) for _ in range(3)] if store.dialect == "postgresql" else [store] * 3

    def look(stood: Stood, moment: datetime) -> Decided:
        standing = stood.standings.get(("crowded", "northgate"))
        if standing is not None and standing.since is not None and standing.since >= moment:
            return Decided()  # another has looked at this moment already
        return cleared(standing, moment) if standing is not None and standing.open else raised("northgate", moment)

    def run(engine: Store) -> None:
        for moment in moments:
            engine.decide_alerts(lambda stood, moment=moment: look(stood, moment), rules=RULES, at=moment)

    try:
        with ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(run, each) for each in others]:
                done.result(60)
    finally:
        for each in others:
            if each is not store:
                each.close()
    alerts = store.alerts(at, at + HOUR)
    happened = [(each.what, each.at) for alert in reversed(alerts) for each in store.alert_story(alert.id)[0]]
    assert happened == [(What.CLEARED if number % 2 else What.RAISED, moment) for number, moment in enumerate(moments)]
    assert store.version() == len(moments)


# --- People -------------------------------------------------------------------------------------------


def test_an_alert_is_acknowledged_once_by_the_first_who_does(store: Store, at: datetime) -> None:
    alert = raise_alert(store, at)
    assert store.acknowledge(alert.id, " duty manager ", at + MINUTE, "opening the surge ward")
    assert not store.acknowledge(alert.id, "somebody else", at + 2 * MINUTE)
    assert not store.acknowledge(99, "duty manager", at)
    taken = store.open_alerts(at)[0]
    assert (taken.state, taken.acknowledged_by, taken.acknowledged_at) == (
        AlertState.ACKNOWLEDGED,
        "duty manager",
        at + MINUTE,
    )
    said = store.alert_story(alert.id)[0][-1]
    assert (said.what, said.by, said.words, said.state, said.value) == (
        What.ACKNOWLEDGED,
        "duty manager",
        "opening the surge ward",
        AlertState.ACKNOWLEDGED,
        96,
    )
    assert store.version() == 2
    clear(store, at + HOUR)
    assert not store.acknowledge(alert.id, "duty manager", at + HOUR)
    with pytest.raises(ValueError, match="say who"):
        store.acknowledge(raise_alert(store, at + HOUR).id, "  ", at + HOUR)


def test_a_person_ends_an_alert_that_cannot_tell_and_no_other_and_says_why(store: Store, at: datetime) -> None:
    alert = raise_alert(store, at)
    why = "the ward has moved"
    assert not store.close_alert(alert.id, "duty manager", at, why)
    blind = replace(
        standing_of(store), blind_since=at + MINUTE, blind_why="no rule watches this any more", raises=(at,)
    )
    decide(store, at + MINUTE, Decided([blind]))
    for by, words, wrong in (("", why, "say who"), ("duty manager", " ", "reason")):
        with pytest.raises(ValueError, match=wrong):
            store.close_alert(alert.id, by, at, words)
    assert store.close_alert(alert.id, "duty manager", at + HOUR, why)
    assert not store.close_alert(alert.id, "duty manager", at + HOUR, why)
    closed = store.alert(alert.id)
    assert closed is not None
    assert (closed.state, closed.cleared_at, closed.value, closed.blind_since) == (
        AlertState.CLEAR,
        at + HOUR,
        96,
        at + MINUTE,
    )
    last = store.alert_story(alert.id)[0][-1]
    assert (last.what, last.by, last.words) == (What.CLOSED, "duty manager", why)
    clear_now = standing_of(store)
    assert (clear_now.phase, clear_now.alert, clear_now.raises, clear_now.blind_since) == (
        Phase.CLEAR,
        None,
        (at,),
        None,
    )
    assert raise_alert(store, at + 2 * HOUR).id != alert.id


def test_a_silence_hushes_what_it_names_until_it_ends_or_is_ended(store: Store, at: datetime) -> None:
    raise_alert(store, at, "northgate")
    raise_alert(store, at, "southgate")
    silence = store.silence("crowded", "northgate", "moving wards", "duty manager", at, at + HOUR)
    assert store.silences(at) == [silence] == store.silences(at - HOUR)

    def silenced(moment: datetime) -> dict[str, bool]:
        return {alert.subject: alert.silenced for alert in store.open_alerts(moment)}

    assert silenced(at) == {"northgate": True, "southgate": False}
    assert silenced(at + HOUR) == {"northgate": False, "southgate": False}
    assert store.version() == 3  # who shows alerts hears of it
    assert store.end_silence(silence.id, at + MINUTE, "duty manager")
    assert not store.end_silence(silence.id, at + 2 * MINUTE, "duty manager")
    assert store.silences(at + MINUTE) == []
    assert store.silences(at) == [replace(silence, ended_at=at + MINUTE)]
    assert silenced(at + MINUTE)["northgate"] is False
    assert store.version() == 4


@pytest.mark.parametrize(
    ("reason", "by", "hours", "wrong"),
    [
        ("", "duty manager", 1, "reason"),
        ("why", " ", 1, "takes it on"),
        ("why", "me", 0, "ends"),
        ("why", "me", 25, "ends"),
    ],
)
def test_a_silence_without_a_reason_a_person_or_an_end_within_a_day_is_refused(
    sqlite_url: str, at: datetime, reason: str, by: str, hours: int, wrong: str
) -> None:
    store = open_store(sqlite_url)
    with pytest.raises(ValueError, match=wrong):
        store.silence("crowded", "", reason, by, at, at + hours * HOUR)
    assert (store.silences(at), store.version()) == ([], 0)
    store.close()


# --- What is shown --------------------------------------------------------------------------------------


def test_open_alerts_come_gravest_first_then_newest_and_past_ones_newest_first(store: Store, at: datetime) -> None:
    waits = raise_alert(store, at + 2 * HOUR, "northgate", rule=LONG_WAITS)
    north = raise_alert(store, at, "northgate")
    south = raise_alert(store, at + HOUR, "southgate")
    assert [alert.id for alert in store.open_alerts(at)] == [south.id, north.id, waits.id]
    clear(store, at + 3 * HOUR, "northgate")
    assert [alert.id for alert in store.open_alerts(at)] == [south.id, waits.id]

    def between(start: int, end: int, limit: int = 200) -> list[int]:
        return [alert.id for alert in store.alerts(at + start * HOUR, at + end * HOUR, limit)]

    assert between(0, 9) == [waits.id, south.id, north.id]
    assert between(0, 9, limit=2) == [waits.id, south.id]
    assert between(4, 9) == [waits.id, south.id]
    assert between(0, 1) == [north.id]
    assert between(-2, 0) == []


def test_what_an_alert_shows_is_what_its_rule_saw_last(store: Store, at: datetime) -> None:
    alert = raise_alert(store, at)
    blind = replace(
        standing_of(store),
        value=101.0,
        at_least=True,
        worst=104.0,
        observed_at=at,
        blind_since=at + MINUTE,
        blind_why="no news since 10:14",
    )
    decide(store, at + MINUTE, Decided([blind]))
    shown = store.open_alerts(at)[0]
    assert shown == replace(
        alert,
        state=AlertState.BLIND,
        value=101.0,
        at_least=True,
        worst=104.0,
        observed_at=at,
        blind_since=at + MINUTE,
        blind_why="no news since 10:14",
    )


def test_an_alert_counts_who_was_told_and_who_was_not(store: Store, at: datetime) -> None:
    raise_alert(store, at, leads=("site-manager", "on-call", "director"))

    def counted() -> tuple[int, int]:
        alert = store.open_alerts(at)[0]
        return alert.told, alert.untold

    assert counted() == (0, 3)  # nobody has written a message yet
    first, second, third = compose_each(store, at)
    assert counted() == (0, 3)
    assert [claim_one(store, "here", at, MINUTE) is not None for _ in range(4)] == [True, True, True, False]
    store.delivered_together([first.id], at)
    assert counted() == (1, 2)
    store.not_delivered(second.id, at, "no such box", again_at=None, fallback=new_message("by text", at, channel="sms"))
    assert counted() == (1, 2)
    instead = claim_one(store, "here", at, MINUTE)
    assert instead is not None
    store.delivered_together([instead.id], at)
    assert counted() == (2, 1)  # a message and its fallback reach one person
    store.not_delivered(third.id, at, "no such box", again_at=None)
    assert counted() == (2, 1)
