"""Westshire's own rules, leads and action cards: complete, marked local, and saying the same as one another."""

import re

import pytest

from channels import find_channels
from connectors import find_connectors
from flowcentre.alerts.mornings import unproved
from flowcentre.config import DEFAULTS, load
from flowcentre.measures.watched import watched_by
from flowcentre.model import RuleKind, Severity, Worse
from tests.config.test_defaults import VARIABLES

FOLDER = DEFAULTS / "westshire"
ALERTING = load(FOLDER, VARIABLES, find_connectors(), channels=find_channels()).alerting
CARDS = sorted((FOLDER / "action_cards").glob("*.md"))
OF_LIMITS = [rule for rule in ALERTING.rules if rule.kind is not RuleKind.SILENCE]


def test_there_are_rules_of_every_kind_and_severity_and_one_on_trial():
    assert {rule.kind for rule in ALERTING.rules} == set(RuleKind)
    assert {rule.severity for rule in ALERTING.rules} == set(Severity)
    assert [rule.id for rule in ALERTING.rules if rule.on_trial] == ["four-hours"]
    assert any(not rule.rising for rule in ALERTING.rules)
    assert len(ALERTING.rules) >= 14


def test_the_rules_make_of_their_mornings_what_their_author_wrote_down():
    assert {rule.kind for rule in ALERTING.rules if rule.mornings} == set(RuleKind)
    assert [unproved(rule) for rule in ALERTING.rules if unproved(rule)] == []


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.stem)
def test_an_action_card_says_that_it_is_local_and_who_does_what_by_when(card):
    text = card.read_text(encoding="utf-8")
    assert re.findall(r"^(#+ .*)$", text, re.MULTILINE)[1:] == [
        "## Who",
        "## First 15 minutes",
        "## Next hour",
        "## Stand down",
    ]
    assert "*Local: " in text
    assert "national guidance" in text
    assert all(part.strip() for part in re.split(r"^#+ .*$", text, flags=re.MULTILINE)[1:])


def test_every_card_has_a_rule_and_the_title_of_its_rules():
    titles: dict[str, set[str]] = {}
    for rule in ALERTING.rules:
        titles.setdefault(rule.action_card, set()).add(rule.title)
    assert titles == {
        card.stem: {card.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")} for card in CARDS
    }


@pytest.mark.parametrize("rule", OF_LIMITS, ids=lambda rule: rule.id)
def test_a_card_stands_down_where_its_rule_does(rule):
    stand_down = (
        (FOLDER / "action_cards" / f"{rule.action_card}.md").read_text(encoding="utf-8").split("## Stand down")[1]
    )
    assert f"{rule.stand_down_at:g}" in re.findall(r"\d+", stand_down)


def test_no_limit_is_called_national():
    """Nothing of Westshire's limits is confirmed by anybody."""
    text = (FOLDER / "alerts.toml").read_text(encoding="utf-8")
    assert "Every limit is local" in text
    for rule in ALERTING.rules:
        assert not re.search(r"national|standard|target|OPEL", f"{rule.title} {rule.words}", re.IGNORECASE)


def test_letters_of_the_demonstration_stay_on_this_machine():
    assert {channel.kind for channel in ALERTING.channels} == {"maildir"}
    assert {to.rpartition(".")[2] for lead in ALERTING.leads for _, to in lead.addresses} == {"example"}


def test_whoever_must_act_soonest_has_a_second_way():
    first = {name for route in ALERTING.routes for name in route.steps[0].to}
    turns = {turn.lead for team in ALERTING.teams if team.id in first for turn in team.turns}
    for lead in (lead for lead in ALERTING.leads if lead.id in first | turns):
        assert len({channel for channel, _ in lead.addresses}) == 2, lead.id


def test_every_critical_alert_reaches_a_director():
    reached = {route.id: {name for each in route.steps for name in each.to} for route in ALERTING.routes}
    for rule in ALERTING.rules:
        if rule.severity is Severity.CRITICAL:
            assert any("director-on-call" in reached[route] for route in rule.routes), rule.id


def test_a_limit_is_worse_where_its_measure_is():
    for rule in OF_LIMITS:
        measure = watched_by(rule)
        assert measure is not None
        worse = measure.worse
        # Declared and computed may be apart both ways.
        assert worse is Worse.NEITHER or rule.rising is (worse is Worse.HIGH), rule.id
