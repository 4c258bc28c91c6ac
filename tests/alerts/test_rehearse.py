"""A rule run over what is stored does what the machine would have done, look by look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from flowcentre.alerts.evaluate import Evaluator
from flowcentre.alerts.rehearsal import rehearsal_words
from flowcentre.alerts.rehearse import rehearse
from flowcentre.model import Alerting, Flapping, Reading, RuleKind
from flowcentre.picture import build, derived_readings
from flowcentre.store import Store
from tests.alerts.world import AT, COUNTY, DAY, HOUR, MINUTE, World, rule
from tests.store.saying import sighting, tell

CROWDED = replace(
    rule("crowded", "ae_patients_now", "northgate", 60, 50, hold_for=10 * MINUTE, clear_for=10 * MINUTE),
    title="A&E crowded",
)
# What is worked out of a history needs but one of the databases: how each tells one is told in tests/store.
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
END = AT + DAY


def say(store: Store, figures: Iterable[float | None], every: timedelta = 5 * MINUTE) -> None:
    """Northgate's A&E says how many are there, from AT on; None: it says nothing at all."""
    for number, figure in enumerate(figures):
        at = AT + number * every
        if figure is not None:
            tell(store, "ed", at, sighting("northgate", at, ae_patients_now=figure, ae_over_12h_now=0))


def minutes(moment: object) -> float | None:
    return None if moment is None else (moment - AT) / MINUTE  # type: ignore[operator]


def test_a_firing_says_when_for_how_long_how_bad_and_how_long_before_the_worst(store: Store) -> None:
    say(store, [40, 61, 61, 70, 95, 70, 49, 49, 49, 40])
    (firing,) = rehearse(store, COUNTY, CROWDED, AT - HOUR, AT + 50 * MINUTE).firings
    assert [minutes(each) for each in (firing.raised_at, firing.cleared_at)] == [15, 40]
    assert (firing.worst, firing.lead_time, firing.lasted(END)) == (95, 5 * MINUTE, 25 * MINUTE)
    assert (firing.blind, firing.flapping) == ((), False)


@on_one
def test_a_timer_ends_between_two_news_at_its_own_moment(store: Store) -> None:
    say(store, [40, 61, 61, 45, 45], every=8 * MINUTE)
    (firing,) = rehearse(store, COUNTY, CROWDED, AT, END).firings
    assert [minutes(each) for each in (firing.raised_at, firing.cleared_at)] == [18, 34]


@on_one
def test_what_is_stale_clears_nothing_and_is_told_as_blind(store: Store) -> None:
    say(store, [61, 61, 61, *[None] * 9, 61, 45, 45, 45, 45])
    rehearsed = rehearse(store, COUNTY, CROWDED, AT, AT + 80 * MINUTE)
    (firing,) = rehearsed.firings
    ((since, until),) = firing.blind
    assert [minutes(each) for each in (firing.raised_at, since, until, firing.cleared_at)] == [10, 30, 60, 75]
    assert rehearsed.unknown == (("northgate", 30 * MINUTE),)


@on_one
def test_an_alert_whose_figures_never_come_back_stands_to_the_end(store: Store) -> None:
    say(store, [61, 61, 61])
    (firing,) = rehearse(store, COUNTY, CROWDED, AT, END).firings
    assert (firing.cleared_at, firing.blind) == (None, ((AT + 30 * MINUTE, None),))
    assert firing.lasted(END) == DAY - 10 * MINUTE


@on_one
def test_what_passes_before_its_time_is_counted_and_is_no_firing(store: Store) -> None:
    say(store, [61, 55, 61, 55, 61, 55])
    rehearsed = rehearse(store, COUNTY, CROWDED, AT, AT + 30 * MINUTE)
    assert (rehearsed.firings, rehearsed.passed) == ((), 3)


@on_one
def test_a_total_is_told_by_its_changes_and_its_gaps(store: Store) -> None:
    full = rule("full", "ga_beds_occupied", "westshire", 60, 50)
    for hours, value in enumerate((40.0, 62.0, None, 45.0)):
        at = AT + hours * HOUR
        store.record_derived([Reading("ga_beds_occupied", "westshire", value, at)], received_at=at)
    (firing,) = rehearse(store, COUNTY, full, AT, END).firings
    assert (firing.raised_at, firing.cleared_at) == (AT + HOUR, AT + 3 * HOUR)
    assert firing.blind == ((AT + 2 * HOUR, AT + 3 * HOUR),)


@on_one
def test_a_step_ends_by_itself_when_the_time_before_catches_up(store: Store) -> None:
    fills = rule("fills", "ae_patients_now", "northgate", 20, 5, RuleKind.STEP, over=HOUR)
    say(store, [40] * 13 + [65] * 20)
    (firing,) = rehearse(store, COUNTY, fills, AT, AT + 3 * HOUR).firings
    assert [minutes(each) for each in (firing.raised_at, firing.cleared_at)] == [65, 125]
    assert firing.worst == 25


@on_one
def test_time_at_a_level_fires_in_the_minute_in_which_it_is_enough(store: Store) -> None:
    long = rule("long", "ae_patients_now", "northgate", 60, 50, RuleKind.TIME_AT_LEVEL, over=HOUR, hold_for=30 * MINUTE)
    say(store, [40] * 12 + [65] * 12 + [40] * 12)
    (firing,) = rehearse(store, COUNTY, long, AT, AT + 3 * HOUR).firings
    assert minutes(firing.raised_at) == 90
    assert minutes(firing.cleared_at) == 151


@on_one
def test_a_silence_fires_by_the_rhythm_of_the_feed(store: Store) -> None:
    silent = replace(rule("silent", "", "", 0, 0, RuleKind.SILENCE, places=(), feeds=("ed", "beds-southmere")))
    say(store, [40, 40, *[None] * 7, 40, 40])
    rehearsed = rehearse(store, COUNTY, silent, AT, AT + 50 * MINUTE)
    (firing,) = rehearsed.firings
    assert [minutes(each) for each in (firing.raised_at, firing.cleared_at)] == [25, 45]
    assert rehearsed.unknown == (("ed", timedelta(0)), ("beds-southmere", 50 * MINUTE))


@on_one
def test_what_comes_and_goes_is_said(store: Store) -> None:
    often = replace(CROWDED, hold_for=timedelta(0), clear_for=timedelta(0), flapping=Flapping(3, HOUR, 30 * MINUTE))
    say(store, [61, 45] * 4 + [45] * 8)
    firings = rehearse(store, COUNTY, often, AT, AT + 80 * MINUTE).firings
    assert [each.flapping for each in firings] == [False, False, True]
    assert minutes(firings[-1].cleared_at) == 65


@on_one
def test_a_rule_that_was_never_kept_can_be_rehearsed(store: Store) -> None:
    say(store, [61, 61, 61])
    proposed = replace(CROWDED, raise_at=62, id="proposed")
    assert rehearse(store, COUNTY, proposed, AT, END).firings == ()


def test_it_fires_when_the_machine_that_runs_did(store: Store) -> None:
    """The same figures, minute by minute through the evaluator, with pictures of the store."""
    world = World(store)
    world.with_rules([CROWDED])
    figures = [40, 61, 66, 61, None, None, None, None, None, 61, 45, 45, 70, 45, 45, 45, 40]
    lived = []
    evaluator = Evaluator(
        store, lambda: build(store, COUNTY, world.at, live=True), lambda: world.alerting, lambda: world.at,
        lambda *_: ((), None),
    )  # fmt: skip
    for number, figure in enumerate(figures):
        world.at = AT + 5 * number * MINUTE
        if figure is not None:
            said = sighting("northgate", world.at, ae_patients_now=figure, ae_over_12h_now=0)
            tell(store, "ed", world.at, said)
            store.record_derived(derived_readings(COUNTY, world.picture().values, world.at), received_at=world.at)
        for minute in range(5):
            world.at = AT + (5 * number + minute) * MINUTE
            evaluator.look()
    for alert in store.alerts(AT, END):
        lived.append((alert.raised_at, alert.cleared_at, alert.worst))
    rehearsed = rehearse(store, COUNTY, CROWDED, AT, AT + 5 * len(figures) * MINUTE)
    assert [(each.raised_at, each.cleared_at, each.worst) for each in rehearsed.firings] == lived
    assert len(lived) == 1


@on_one
def test_the_occupancy_of_a_ward_follows_from_its_beds_as_it_does_live(store: Store) -> None:
    """Of what is worked out at a ward no history is kept, and it was rehearsed as though nothing were known."""
    world = World(store)
    over = rule("ward over", "ga_occupancy", "northgate-a1", 95, 90, hold_for=10 * MINUTE)
    long = rule(
        "ward over for long", "ga_occupancy", "northgate-a1", 95, 90, RuleKind.TIME_AT_LEVEL, over=2 * HOUR,
        hold_for=30 * MINUTE,
    )  # fmt: skip
    world.with_rules([over, long])
    for number, occupied in enumerate([20, 24, 24, 24, 20, None, None, None, None, None, 25, 20]):
        world.at = AT + 15 * number * MINUTE
        if occupied is not None:
            said = sighting(
                "northgate-a1", world.at, ga_beds_core_open=22, ga_beds_escalation_open=2, ga_beds_occupied=occupied
            )
            tell(store, "beds-northgate", world.at, said)
        for minute in range(15):
            world.at = AT + (15 * number + minute) * MINUTE
            world.look()
    end = AT + 3 * HOUR
    lived = {each.rule: [] for each in store.alerts(AT, end)}  # type: ignore[var-annotated]
    for each in store.alerts(AT, end):
        lived[each.rule].append((minutes(each.raised_at), minutes(each.cleared_at), each.worst))
    assert lived["ward over"][-1][:2] == (25, 60)
    for one in (over, long):
        firings = rehearse(store, COUNTY, one, AT, end).firings
        did = [(minutes(each.raised_at), minutes(each.cleared_at), each.worst) for each in firings]
        assert sorted(did) == sorted(lived[one.id]), one.id
    assert dict(rehearse(store, COUNTY, over, AT, end).unknown) == {"northgate-a1": 30 * MINUTE}


# --- Words ------------------------------------------------------------------------------------------


@on_one
def test_it_is_told_in_words(store: Store) -> None:
    say(store, [40, 61, 61, 70, 95, 70, 49, 49, 49, 40])
    county = replace(COUNTY, alerting=Alerting(rules=(CROWDED,)))
    assert rehearsal_words(store, county, AT + 50 * MINUTE, days=1).splitlines() == [
        "A&E crowded (crowded), 24 h until Sun 22 Nov 08:50",
        "  would have been raised once, for 25 min",
        "  the worst came 5 min after it was raised",
        "  Northgate General: nothing is known of 23 h 10 min of it",
        "    Sun 22 Nov 08:15  Northgate General: for 25 min, worst 95 people",
    ]


@on_one
def test_an_alert_that_stands_still_is_at_least_so_long_and_in_no_median(store: Store) -> None:
    say(store, [61, 61, 61, 61, 45, 45, 45, 61, 61, 61, 61, 61, 61, 61, 61, 45, 45, 45, 61, 61, 61, 61, 61, 61])
    county = replace(COUNTY, alerting=Alerting(rules=(CROWDED,)))
    said = rehearsal_words(store, county, AT + 115 * MINUTE, days=1).splitlines()
    # 20 and 40 minutes are over; of two the middle lies between.
    assert said[1] == (
        "  would have been raised 3 times, for at least 75 min in all, 30 min (median of the 2 that are over),"
        " 40 min at the longest, 1 stands still"
    )
    (end,) = [each for each in said if "stands still, for" in each]
    assert "stands still, for at least 15 min" in end


@on_one
def test_a_rule_that_is_quiet_and_a_rule_that_is_not_there_are_said(store: Store) -> None:
    county = replace(COUNTY, alerting=Alerting(rules=(CROWDED, replace(CROWDED, id="other"))))
    words = rehearsal_words(store, county, AT, rule_id="crowded")
    assert words.splitlines() == [
        "A&E crowded (crowded), 28 days until Sun 22 Nov 08:00",
        "  nobody can say whether it would have been raised",
        "  Northgate General: nothing is known of all that time",
    ]
    say(store, [40, 40, 40])
    found = rehearsal_words(store, county, AT + 15 * MINUTE, rule_id="crowded", days=1).splitlines()
    assert found[1] == "  would not have been raised in the 15 min that are known"
    with pytest.raises(ValueError, match='did you mean "crowded"'):
        rehearsal_words(store, county, AT, rule_id="crowd")
    assert rehearsal_words(store, COUNTY, AT) == "There are no rules of alerts."
