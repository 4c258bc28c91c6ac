"""From one look to the next: what raises an alert, what clears it, and that nothing unknown does either."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as any_

from flowcentre.alerts.machine import LET_GO_AFTER, UNWATCHED, judge, next_moment, put_right, step, unwatched
from flowcentre.model import AlertState, Flapping, Judged, Phase, RuleKind, Seen, Standing, What
from tests.alerts.machine_cast import AT, AT_ONCE, BLANK, FALLING, HOUR, MINUTE, RULE, STANDING, look, seen, watch

RAISED = watch([96, 96, 96])[0]
OPEN = replace(RAISED, alert=17)


# --- What a figure says -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "judged"),
    [
        (95, Judged.BREACH),
        (94.96, Judged.BETWEEN),  # though a screen may round it to 95
        (92.04, Judged.BETWEEN),
        (92, Judged.CALM),
        (0, Judged.CALM),
        (None, Judged.UNKNOWN),
        (math.nan, Judged.UNKNOWN),
        (math.inf, Judged.UNKNOWN),
    ],
)
def test_a_figure_is_compared_as_it_is(value: float | None, judged: Judged) -> None:
    assert judge(RULE, Seen(value)) is judged


@pytest.mark.parametrize(
    ("value", "judged"), [(5, Judged.BREACH), (5.01, Judged.BETWEEN), (9.99, Judged.BETWEEN), (10, Judged.CALM)]
)
def test_where_less_is_worse_it_is_mirrored(value: float, judged: Judged) -> None:
    assert judge(FALLING, Seen(value)) is judged


def test_of_a_least_figure_only_that_is_said_which_holds_for_every_higher_one() -> None:
    said = [judge(RULE, Seen(value, at_least=True)) for value in (96, 94, 90)]
    assert said == [Judged.BREACH, Judged.UNKNOWN, Judged.UNKNOWN]
    mirrored = [judge(FALLING, Seen(value, at_least=True)) for value in (3, 7, 12)]
    assert mirrored == [Judged.UNKNOWN, Judged.UNKNOWN, Judged.CALM]


def test_of_a_share_of_some_alone_a_breach_is_said_and_never_that_it_is_calm() -> None:
    assert [judge(RULE, Seen(value, partial=True)) for value in (96, 94, 90)] == [
        Judged.BREACH, Judged.UNKNOWN, Judged.UNKNOWN]  # fmt: skip


def test_a_rule_without_a_limit_says_what_it_is_told_or_nothing() -> None:
    silence = replace(RULE, kind=RuleKind.SILENCE, raise_at=None, stand_down_at=None)
    assert judge(silence, Seen(3)) is Judged.UNKNOWN
    assert judge(silence, Seen(3, judged=Judged.CALM)) is Judged.CALM


# --- One morning ------------------------------------------------------------------------------------


def test_a_morning_from_the_first_breach_to_the_clearing() -> None:
    _, states, happened = watch([96, 96, 96, 93, 91, 91, 91])
    assert states == ["pending", "pending", "raised", "raised", "clearing", "clear", "clear"]
    assert happened == ["pending", "raised", "clearing", "cleared"]


def test_without_a_hold_it_is_raised_and_cleared_at_once() -> None:
    _, states, happened = watch([91, 96, 93, 91], rule=AT_ONCE)
    assert states == ["clear", "raised", "raised", "clear"]
    assert happened == ["raised", "cleared"]


def test_a_breach_that_passes_before_its_time_is_nobodys_alert() -> None:
    standing, states, happened = watch([96, 93, 96])
    assert (states, happened) == (["pending", "clear", "pending"], ["pending", "passed", "pending"])
    assert standing.breach_since == AT + 30 * MINUTE


def test_it_is_raised_at_the_very_moment_and_not_before() -> None:
    pending, _ = look(STANDING, 96, AT)
    assert next_moment(RULE, pending) == AT + 30 * MINUTE
    moment = timedelta(milliseconds=1)
    assert look(pending, 96, AT + 30 * MINUTE - moment)[0].state is AlertState.PENDING
    raised, (transition,) = look(pending, 96, AT + 30 * MINUTE)
    assert (raised.state, raised.raised_at, raised.breach_since) == (AlertState.RAISED, AT + 30 * MINUTE, AT)
    assert (transition.what, transition.alert, transition.value) == (What.RAISED, None, 96)
    assert next_moment(RULE, raised) is None


def test_the_worst_is_of_the_whole_time_since_it_was_raised() -> None:
    assert watch([99, 96, 96, 98, 97])[0].worst == 98  # 99 was before it was raised
    falling = watch([5, 4, 4, 1, 3], rule=FALLING)[0]
    assert (falling.worst, falling.value) == (1, 3)


def test_a_least_figure_counts_for_the_worst_only_where_more_is_worse() -> None:
    least = seen(99, at_least=True)
    assert watch([96, 96, 96, least])[0].worst == 99
    assert watch([5, 5, 5, seen(1, at_least=True)], rule=FALLING)[0].worst == 5


def test_what_nearly_clears_and_comes_back_is_the_same_alert() -> None:
    standing, states, happened = watch([91, 93, 91], standing=OPEN, begin=AT + HOUR)
    assert (states, happened) == (["clearing", "raised", "clearing"], ["clearing", "back", "clearing"])
    assert (standing.alert, standing.raised_at) == (17, RAISED.raised_at)
    assert next_moment(RULE, standing) == AT + HOUR + 45 * MINUTE  # the clearing began anew


def test_its_end_names_the_alert_for_the_last_time() -> None:
    clearing, _ = look(OPEN, 91, AT + HOUR)
    clear, (transition,) = look(clearing, 91, AT + HOUR + 15 * MINUTE)
    assert (transition.what, transition.alert, transition.state) == (What.CLEARED, 17, AlertState.CLEAR)
    assert (clear.alert, clear.raised_at, clear.breach_since, clear.calm_since) == (None, None, None, None)


def test_acknowledged_it_stays_so_until_it_is_cleared_and_the_next_begins_afresh() -> None:
    taken = replace(OPEN, acknowledged_at=AT + HOUR, acknowledged_by="site manager")
    standing, states, _ = watch([96, 91, 93, None, 96], standing=taken, begin=AT + HOUR)
    assert states == ["acknowledged", "clearing", "acknowledged", "blind", "acknowledged"]
    cleared, states, _ = watch([91, 91], standing=standing, begin=AT + 3 * HOUR)
    assert (states[-1], cleared.acknowledged_by) == ("clear", "")


def test_a_rule_that_is_edited_goes_on_with_the_alert_that_stands() -> None:
    edited = replace(RULE, raise_at=97, stand_down_at=90, edition="second")
    standing, states, happened = watch([91], rule=edited, standing=OPEN, begin=AT + HOUR)
    assert (states, happened, standing.alert, standing.edition) == (["raised"], [], 17, "second")


def test_a_look_of_a_moment_before_the_last_changes_nothing() -> None:
    for value in (96, 93, 91, None):
        assert look(OPEN, value, AT + 29 * MINUTE) == (OPEN, ())
    assert unwatched(OPEN, AT + 29 * MINUTE) == (OPEN, ())


def test_a_clock_that_was_far_ahead_holds_nothing_up_once_it_is_put_right() -> None:
    ahead, _ = look(STANDING, 96, AT + 24 * HOUR)
    assert put_right(ahead, AT + 24 * HOUR - MINUTE) == ahead  # another engine, a little behind
    righted = put_right(ahead, AT)
    assert (righted.breach_since, righted.since, righted.looked_at) == (AT, AT, AT)
    assert look(righted, 96, AT + 30 * MINUTE)[0].state is AlertState.RAISED
    raised = put_right(replace(OPEN, looked_at=AT + HOUR), AT)
    assert (raised.raised_at, raised.since, raised.raises, raised.alert) == (AT, AT, (AT,), 17)


# --- Blind ------------------------------------------------------------------------------------------


def test_pending_and_blind_it_is_not_raised_and_its_timer_goes_on() -> None:
    standing, states, happened = watch([96, None, None, None])
    assert (states, happened) == (["pending"] * 4, ["pending"])
    assert (standing.blind_since, standing.blind_why) == (AT + 15 * MINUTE, BLANK)
    assert next_moment(RULE, standing) is None
    sees, (transition,) = look(standing, 96, AT + HOUR)
    assert (sees.state, transition.what, sees.breach_since) == (AlertState.RAISED, What.RAISED, AT)
    assert look(standing, 93, AT + HOUR)[0].state is AlertState.CLEAR


def test_raised_and_blind_it_stays_open_and_says_since_when_and_why() -> None:
    blind, (transition,) = look(OPEN, None, AT + HOUR)
    assert (blind.state, blind.phase, blind.blind_since) == (AlertState.BLIND, Phase.RAISED, AT + HOUR)
    assert (transition.what, transition.words, transition.alert) == (What.BLIND, BLANK, 17)
    assert blind.value == 96  # the last that was known
    still, nothing = look(blind, None, AT + 5 * HOUR)
    assert (still.blind_since, nothing) == (AT + HOUR, ())
    _, happened = look(still, 96, AT + 6 * HOUR)
    assert [each.what for each in happened] == [What.SEES_AGAIN]


def test_a_clearing_begins_anew_when_it_sees_again() -> None:
    standing, states, happened = watch([91, None, 91, 91], standing=OPEN, begin=AT + HOUR, every=10 * MINUTE)
    assert states == ["clearing", "blind", "clearing", "clearing"]
    assert happened == ["clearing", "blind", "sees again"]
    assert next_moment(RULE, standing) == AT + HOUR + 35 * MINUTE


def test_even_without_a_time_to_clear_it_clears_only_when_it_sees() -> None:
    standing, states, happened = watch([None, None, 91], rule=AT_ONCE, standing=OPEN, begin=AT + HOUR)
    assert (states, happened) == (["blind", "blind", "clear"], ["blind", "sees again", "cleared"])
    assert standing.blind_since is None


def test_a_clear_rule_that_cannot_tell_remembers_since_when_and_tells_nobody() -> None:
    standing, happened = look(STANDING, None, AT)
    assert (standing.state, standing.blind_since, standing.blind_why, happened) == (AlertState.CLEAR, AT, BLANK, ())
    assert look(standing, 90, AT + MINUTE)[0].blind_since is None


figures = any_.one_of(any_.none(), any_.just(math.nan), any_.floats(80, 110))
gaps = any_.integers(0, 40)
clocks = any_.sampled_from([timedelta(0), 5 * MINUTE, 30 * MINUTE])
unknown = any_.sampled_from(
    [
        Seen(None),
        Seen(math.nan),
        Seen(math.inf),
        Seen(90, partial=True),
        Seen(90, at_least=True),
        Seen(93.5, at_least=True),
        Seen(1, judged=Judged.UNKNOWN),
    ]
)


@settings(max_examples=300, deadline=None)
@for_all(
    any_.lists(any_.tuples(figures, gaps), max_size=30),
    any_.lists(any_.tuples(unknown, gaps), min_size=1, max_size=10),
    clocks,
    clocks,
)
def test_after_any_history_whatever_is_unknown_neither_clears_nor_raises(
    before: list[tuple[float | None, int]], silence: list[tuple[Seen, int]], hold: timedelta, clear: timedelta
) -> None:
    rule = replace(RULE, hold_for=hold, clear_for=clear, flapping=Flapping(2, HOUR, 10 * MINUTE))
    standing, at = STANDING, AT
    for value, gap in before:
        at += gap * MINUTE
        standing, _ = look(standing, value, at, rule)
    phase, open_ = standing.phase, standing.open
    for what, gap in silence:
        at += gap * MINUTE
        standing, happened = look(standing, what, at, rule)
        assert standing.phase is phase
        assert {each.what for each in happened} <= {What.BLIND}
        assert (standing.state is AlertState.BLIND) == open_
        assert standing.calm_since is None
        assert next_moment(rule, standing) is None


@settings(max_examples=300, deadline=None)
@for_all(any_.lists(any_.tuples(any_.sampled_from([90, 93, 96, None]), gaps), min_size=1, max_size=40), clocks, clocks)
def test_it_is_raised_only_after_its_hold_and_cleared_only_after_its_calm(
    story: list[tuple[float | None, int]], hold: timedelta, clear: timedelta
) -> None:
    """Worked out from the whole story each time, by somebody who never heard of phases."""
    rule = replace(RULE, hold_for=hold, clear_for=clear, flapping=Flapping(times=0))
    standing, at = STANDING, AT
    told: list[tuple[float | None, object]] = []
    for value, gap in story:
        at += gap * MINUTE
        standing, happened = look(standing, value, at, rule)
        told.append((value, at))
        what = [each.what for each in happened]
        if What.RAISED in what:
            known = [(v, t) for v, t in told if v is not None]  # what is not known interrupts nothing
            in_breach_since = at
            for v, t in reversed(known):
                if v != 96:
                    break
                in_breach_since = t
            assert value == 96
            assert standing.breach_since == in_breach_since
            assert at - in_breach_since >= hold
        if What.CLEARED in what:
            calm = at
            for v, t in reversed(told):
                if v != 90:
                    break
                calm = t
            assert at - calm >= clear
            told = []


# --- Restarts ---------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@for_all(any_.lists(any_.integers(1, 600), max_size=6, unique=True), any_.integers(1, 90))
def test_however_often_and_long_nothing_runs_a_timer_is_exact_to_the_next_look(down: list[int], hold: int) -> None:
    """In breach throughout. Looks each minute, but for those that were missed."""
    rule = replace(RULE, hold_for=hold * MINUTE)
    looks = [minute for minute in range(700) if minute == 0 or not any(d <= minute < d + 30 for d in down)]
    standing = STANDING
    for minute in looks:
        standing, happened = look(standing, 96, AT + minute * MINUTE, rule)
        if happened and happened[-1].what is What.RAISED:
            assert minute == next(each for each in looks if each >= hold)
            return
    raise AssertionError("it was never raised")


# --- Flapping ---------------------------------------------------------------------------------------


def test_what_comes_and_goes_is_said_to_once_and_then_clears_only_after_a_long_calm() -> None:
    often = replace(AT_ONCE, flapping=Flapping(times=3, within=2 * HOUR, calm_for=30 * MINUTE))
    standing, states, happened = watch([96, 90, 96, 90, 96, 90, 96, 90, 90], rule=often, every=10 * MINUTE)
    assert happened == [
        "raised", "cleared", "raised", "cleared", "raised", "flapping", "clearing", "back", "clearing",
    ]  # fmt: skip
    assert states[4:] == ["flapping"] * 5
    assert next_moment(often, standing) == AT + 100 * MINUTE
    clear, (transition,) = look(standing, 90, AT + 100 * MINUTE, often)
    assert (transition.what, clear.flapping_since) == (What.CLEARED, None)


def test_raised_as_often_over_a_longer_time_it_does_not_flap() -> None:
    often = replace(AT_ONCE, flapping=Flapping(times=3, within=2 * HOUR))
    standing, _, happened = watch([96, 90, 96, 90, 96], rule=often, every=61 * MINUTE)
    assert "flapping" not in happened
    assert len(standing.raises) == 1


def test_of_an_alert_that_flaps_at_once_the_first_word_is_that_it_is_raised() -> None:
    often = replace(AT_ONCE, flapping=Flapping(times=1))
    _, happened = look(STANDING, 96, AT, often)
    assert [(each.what, each.state) for each in happened] == [
        (What.RAISED, AlertState.RAISED),
        (What.FLAPPING, AlertState.FLAPPING),
    ]


# --- Unwatched --------------------------------------------------------------------------------------


def test_an_alert_whose_rule_is_gone_stays_open_and_says_so_once() -> None:
    blind, (transition,) = unwatched(OPEN, AT + HOUR)
    assert (blind.state, blind.blind_why, transition.what) == (AlertState.BLIND, UNWATCHED, What.UNWATCHED)
    for hours in (2, 200, 2000):
        blind, nothing = unwatched(blind, AT + hours * HOUR)
        assert (blind.state, blind.blind_since, nothing) == (AlertState.BLIND, AT + HOUR, ())


def test_what_was_blind_already_says_that_nothing_watches_it_too() -> None:
    blind, _ = look(OPEN, None, AT + HOUR)
    gone, happened = unwatched(blind, AT + 2 * HOUR)
    assert [each.what for each in happened] == [What.UNWATCHED]
    assert gone.blind_since == AT + HOUR


def test_a_rule_that_is_back_goes_on_with_the_alert() -> None:
    blind, _ = unwatched(OPEN, AT + HOUR)
    standing, happened = look(blind, 96, AT + 2 * HOUR)
    assert (standing.state, standing.alert) == (AlertState.RAISED, 17)
    assert [each.what for each in happened] == [What.SEES_AGAIN]


def test_what_is_pending_and_unwatched_is_let_go_only_after_a_while() -> None:
    pending, _ = look(STANDING, 96, AT)
    blind, nothing = unwatched(pending, AT + MINUTE)
    assert (blind.phase, nothing) == (Phase.PENDING, ())
    back, _ = look(blind, 96, AT + 30 * MINUTE)
    assert back.state is AlertState.RAISED  # its timer went on
    gone, (transition,) = unwatched(blind, AT + MINUTE + LET_GO_AFTER)
    assert (gone.state, transition.what, transition.words) == (AlertState.CLEAR, What.PASSED, UNWATCHED)
    assert unwatched(STANDING, AT) == (STANDING, ())


# --- Time at a level --------------------------------------------------------------------------------


def test_time_at_a_level_has_waited_already() -> None:
    rule = replace(RULE, kind=RuleKind.TIME_AT_LEVEL, hold_for=2 * HOUR, over=4 * HOUR)
    what = Seen(3, judged=Judged.BREACH)
    standing, (transition,) = step(rule, Standing(rule.id, "northgate"), Judged.BREACH, what, AT)
    assert (standing.state, transition.what) == (AlertState.RAISED, What.RAISED)
