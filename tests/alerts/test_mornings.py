"""What a rule's author writes down beside it is what the machine does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flowcentre.alerts.mornings import play, unproved
from flowcentre.model import Flapping, Morning, RuleKind
from tests.alerts.machine_cast import AT_ONCE, FALLING, HOUR, MINUTE, RULE

QUARTER = 15 * MINUTE
STEP = replace(AT_ONCE, kind=RuleKind.STEP, raise_at=20, stand_down_at=5, over=30 * MINUTE)
LONG = replace(AT_ONCE, kind=RuleKind.TIME_AT_LEVEL, raise_at=3, stand_down_at=2, hold_for=2 * HOUR, over=3 * HOUR)
SILENCE = replace(AT_ONCE, kind=RuleKind.SILENCE, raise_at=None, stand_down_at=None, hold_for=QUARTER)


@pytest.mark.parametrize(
    ("rule", "sees", "gives"),
    [
        (replace(RULE, clear_for=timedelta(0)), "96 96 96 93 91", "pending pending raised raised clear"),
        (RULE, "96 96 96 93 91 91", "pending pending raised raised clearing clear"),
        (RULE, "96 - 96 - 91 - 91 91", "pending pending raised blind clearing blind clearing clear"),
        (RULE, "94.96 95", "clear pending"),
        (RULE, "nan 95 nan nan", "clear pending pending pending"),
        (FALLING, "5 5 5 9 10 10", "pending pending raised raised clearing clear"),
        (replace(AT_ONCE, flapping=Flapping(2)), "96 90 96 90 90", "raised clear flapping flapping flapping"),
        (AT_ONCE, "", ""),
    ],
)
def test_a_level(rule, sees, gives):
    assert play(rule, sees, QUARTER) == gives


def test_a_step_is_the_change_since_so_long_before_and_unknown_where_then_was():
    assert play(STEP, "0 10 20 25 25 28 -", QUARTER) == "clear clear raised raised clear clear clear"
    assert play(STEP, "0 10 20 - 90 90 90", QUARTER) == "clear clear raised blind raised blind clear"


def test_time_at_a_level_is_what_was_at_it_of_the_time_before():
    sees = "3 3 3 1 1 1 1"
    assert play(LONG, sees, HOUR) == "clear clear raised raised raised clear clear"
    assert play(LONG, "3 - 3 3 3", HOUR) == "clear clear clear raised raised"


def test_a_feed_speaks_is_late_or_silent():
    assert play(SILENCE, "0 0.5 1 1 0.5 0", QUARTER) == "clear clear pending raised raised clear"
    with pytest.raises(ValueError, match="0 is a feed that speaks"):
        play(SILENCE, "37", QUARTER)


def test_every_morning_that_gives_something_else_is_said_in_words():
    right = Morning("96 96 96", "pending  pending raised")
    wrong = Morning("96 96", "pending raised")
    [(number, what, _)] = unproved(replace(RULE, mornings=(right, wrong)))
    assert number == 1
    assert what == (
        'a morning of "occupancy" is not what the rule does: the 2nd, 96, gives raised, and the rule makes it pending'
    )
    assert unproved(replace(RULE, mornings=(right,))) == []


def test_a_morning_of_something_else_than_figures_is_said_too():
    [(_, what, _)] = unproved(replace(RULE, mornings=(Morning("full", "raised"),)))
    assert what == 'a morning sees "full", which is neither a figure nor "-"'
