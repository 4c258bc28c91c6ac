"""A rule that somebody proposes is read as the configuration would read it, and refused in its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flowcentre.config.proposed import propose, written
from flowcentre.model import County, Rule, RuleKind


@pytest.fixture
def county(alerting) -> County:
    found: County = alerting.load()
    return found


def of_kind(county: County, kind: RuleKind) -> Rule:
    return next(rule for rule in county.alerting.rules if rule.kind is kind)


def test_a_rule_of_every_kind_that_nothing_is_changed_of_is_itself(county):
    for rule in county.alerting.rules:
        proposed = propose(rule, {}, county)
        assert proposed.mistakes == ()
        assert replace(proposed.rule, mornings=rule.mornings, edition=rule.edition) == rule


def test_what_is_changed_is_in_the_rule_and_in_its_toml(county):
    rule = of_kind(county, RuleKind.LEVEL)
    up = f"{rule.raise_at + 1:g}"
    proposed = propose(rule, {"raise_at": f" {up} ", "hold_for": "3h"}, county)
    assert (proposed.rule.raise_at, proposed.rule.hold_for) == (rule.raise_at + 1, timedelta(hours=3))
    assert f"raise_at = {up}\n" in proposed.toml
    assert 'hold_for = "3h"\n' in proposed.toml
    again = propose(proposed.rule, {}, county)
    assert again.rule == proposed.rule


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"raise_at": "lots"}, "raise_at is not a number"),
        ({"raise_at": "nan"}, "raise_at is not a number"),
        ({"raise_at": ""}, 'has no "raise_at"'),
        ({"hold_for": 'soon"\n[[rule]]'}, "hold_for"),
        ({"places": "nowhere"}, 'no place "nowhere"'),
        ({"places": 'northgate"] #'}, "no place"),
        ({"places": ""}, 'has no "places"'),
        ({"places": "each moon"}, "moon"),
    ],
)
def test_what_the_configuration_would_refuse_is_refused_in_its_words(county, changes, says):
    proposed = propose(of_kind(county, RuleKind.LEVEL), changes, county)
    assert proposed.rule is None
    assert says in " ".join(what for what, _ in proposed.mistakes)


def test_a_share_that_is_written_as_a_fraction_is_refused_with_what_was_likely_meant(county):
    rule = replace(
        of_kind(county, RuleKind.LEVEL),
        measure="ga_occupancy",
        raise_at=95.0,
        stand_down_at=92.0,
        places=("northgate",),
    )
    proposed = propose(rule, {"raise_at": "0.95"}, county)
    assert any("did you mean 95?" in right for _, right in proposed.mistakes)


def test_only_what_a_rule_has_can_be_changed_of_it(county):
    for rule in county.alerting.rules:
        assert ("feeds" in written(rule)) == (rule.kind is RuleKind.SILENCE)
        assert ("over" in written(rule)) == (rule.kind in (RuleKind.STEP, RuleKind.TIME_AT_LEVEL))
