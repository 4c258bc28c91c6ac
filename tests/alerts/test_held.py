"""Rules that watch how many rows of a feed are held back: they raise, go blind and clear, say it in rows, and can be rehearsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from flowcentre.alerts.entries import entries
from flowcentre.alerts.mornings import play
from flowcentre.alerts.past import Past
from flowcentre.alerts.rehearsal import rehearsal_words
from flowcentre.alerts.rehearse import rehearse
from flowcentre.alerts.seen import see
from flowcentre.config.proposed import propose
from flowcentre.model import (
    Alerting,
    AlertState,
    Held,
    Lead,
    Outcome,
    Rule,
    RuleKind,
    Severity,
    Telling,
    TellingKind,
)
from flowcentre.store import Store, open_store
from tests.alerts.world import AT, HOUR, MINUTE, World
from tests.store.saying import sighting, tell

HELD = Rule(
    "held",
    "Rows held back",
    RuleKind.HELD,
    Severity.NOTICE,
    (),
    "held-rows",
    feeds=("ed",),
    raise_at=10,
    stand_down_at=2,
    hold_for=10 * MINUTE,
    clear_for=10 * MINUTE,
)
WHAT_CAME = [(0, 3), (5, 12), (10, 12), (15, 14), (20, 5), (25, 2), (30, 2), (35, 2)]  # minutes, rows held


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """It asks nothing of one database that it does not of the other."""
    store = open_store(sqlite_url)
    made = World(store)
    made.alerting = Alerting(rules=(HELD,))
    yield made
    store.close()


def came(store: Store, minutes: float, held: int, outcome: Outcome = Outcome.OK) -> None:
    at = AT + minutes * MINUTE
    said = [sighting("northgate", at, ae_patients_now=40, ae_over_12h_now=0)] if outcome is Outcome.OK else []
    rows = [Held(f"row {number}", "no such place", "northgate") for number in range(held)]
    tell(store, "ed", at, *said, outcome=outcome, held=rows)


def test_it_is_raised_while_too_many_rows_are_held_and_clears_once_they_are_few(world: World) -> None:
    states = []
    for minutes, held in WHAT_CAME:
        came(world.store, minutes, held)
        world.at = AT + minutes * MINUTE
        states.append(world.look()["held"].state if world.look() else AlertState.CLEAR)
    pending, raised, clearing, clear = (
        AlertState.PENDING,
        AlertState.RAISED,
        AlertState.CLEARING,
        AlertState.CLEAR,
    )
    assert states == [clear, pending, pending, raised, raised, clearing, clearing, clear]


def test_an_answer_of_which_all_is_held_counts_and_one_that_is_old_is_blind_and_never_calm(world: World) -> None:
    came(world.store, 0, 3)
    for minutes in range(5, 45, 5):  # longer than the feed may be silent: every answer is held whole
        came(world.store, minutes, 40, Outcome.HELD)
    world.at = AT + 40 * MINUTE
    seen = see(world.picture(), [HELD], world.at, Past(world.store))["held", "ed"]
    assert (seen.value, seen.observed_at) == (40, world.at)
    world.look()
    assert world.look(10 * MINUTE)["held"].state is AlertState.RAISED
    blind = world.look(10 * MINUTE)["held"]
    assert (blind.state, blind.blind_why) == (AlertState.BLIND, "nothing of it has been read since 08:40")
    world.alerting = Alerting(rules=(replace(HELD, feeds=("ed-southmere", "gone")),))
    sights = see(world.picture(), world.alerting.rules, world.at, Past(world.store))
    assert [each.why for each in sights.values()] == [
        "no answer of it has been read",
        "this feed is no longer in the configuration",
    ]


def test_a_letter_says_how_many_rows_against_the_limit_and_of_which_feed(world: World) -> None:
    for minutes, held in WHAT_CAME[:4]:
        came(world.store, minutes, held)
        world.look()
        world.at = AT + (minutes + 5) * MINUTE
    world.look()
    (alert,) = world.store.open_alerts(world.at)
    telling = Telling("1", "desk", TellingKind.RAISED, alert.severity, world.at, alert.id, "held", "ed")
    desk = Lead("desk", "Information desk", ())
    (entry,) = entries([telling], desk, "mail", world.alerting, world.picture(), {alert.id: alert}, {}, world.at)
    assert "Feed: ed\nValue: 14 rows (limit 10 rows or more)\nAs of: 08:15, 5 min old" in entry.text


def test_a_rehearsal_tells_what_it_would_have_done_by_the_ledger_and_of_what_nothing_is_known(world: World) -> None:
    for minutes, held in WHAT_CAME:
        came(world.store, minutes, held)
    rehearsed = rehearse(world.store, world.county, HELD, AT - HOUR, AT + 2 * HOUR)
    (firing,) = rehearsed.firings
    assert (firing.raised_at, firing.cleared_at, firing.worst) == (AT + 15 * MINUTE, AT + 35 * MINUTE, 14)
    # Before the first answer, and from when the last one no longer speaks of the present.
    assert rehearsed.unknown == (("ed", HOUR + 65 * MINUTE),)
    county = replace(world.county, alerting=world.alerting)
    words = rehearsal_words(world.store, county, AT + 2 * HOUR, days=3 / 24)
    assert "would have been raised once, for 20 min" in words
    assert "worst 14 rows" in words


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"raise_at": "0.5"}, "raise_at 0.5 is no limit of Rows held back"),
        ({"stand_down_at": "10"}, "it would come and go"),
        ({"stand_down_at": "12"}, "more Rows held back is worse"),
        ({"hold_for": ""}, 'has no "hold_for"'),
        ({"feeds": "beds"}, 'no feed "beds"'),
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused(world: World, changes: dict[str, str], what: str) -> None:
    kept = replace(HELD, on_trial=True)
    assert propose(kept, {}, world.county).mistakes == ()
    assert propose(kept, {"raise_at": "12"}, world.county).rule is not None
    assert what in " ".join(said for said, _ in propose(kept, changes, world.county).mistakes)


def test_a_morning_sees_rows() -> None:
    gives = "clear pending pending raised raised clearing clearing clear"
    assert play(HELD, "3 12 12 14 5 2 2 2", timedelta(minutes=5)) == gives
