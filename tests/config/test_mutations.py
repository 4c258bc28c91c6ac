"""However a configuration is broken, the answer is a county or a list of mistakes, never a crash."""

import math
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from flowcentre.config import ConfigurationMistakes
from flowcentre.config.load import load_files
from flowcentre.config.turns import first_gap
from flowcentre.model import NO_SIGN_IN, NOWHERE, Permission, Role
from flowcentre.pressure.score import points_of
from tests.config.alerting import ALERTS, CARDS, CHANNELS, LEADS
from tests.config.conftest import CONNECTORS, FILES, LAYOUTS, VARIABLES
from tests.config.test_access import ACCESS, OIDC, PROXY
from tests.config.test_pressure import PRESSURE

PRESSURE_RULES = {"pressure.toml": PRESSURE}
LEVEL_CARDS = tuple(f"levels/{kind}-level-{level}" for kind in ("acute-hospital", "system") for level in (2, 3, 4))
WITH_SIGN_IN = {"access.toml": ACCESS}
BEHIND_A_PROXY = {"access.toml": ACCESS.replace(OIDC, PROXY)}
ALERTING = {"alerts.toml": ALERTS, "leads.toml": LEADS}

PIECES = ["", 'connector = "typed_in"\n', '"', "'", '"""', "[", "]", "[[", "]]", "{", "}", "=", ",", "#", "\n", "0", "-1", "1e400", "nan", "true", "${",
          "${drop}", "\\", "\\ud800", "\x00", "\ufeff", "[[place]]\n", "[feed.settings]\n", 'parent = "northgate-a1"\n',
          "2026-01-01", "= 9" * 2, "9" * 5000, "[" * 2000, 'every = "999999d"\n', 'id = ""\n', "settings = 3\n"]  # fmt: skip


@st.composite
def broken(draw, of=FILES):
    files = {name: text.encode() for name, text in (FILES | of).items()}
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(of)))
        content = files[name]
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        piece = draw(st.sampled_from(PIECES).map(lambda p: p.encode(errors="surrogatepass")) | st.binary(max_size=3))
        files[name] = content[:start] + piece + content[end:]
    if draw(st.booleans()):
        del files[draw(st.sampled_from(sorted(files)))]
    return files


@st.composite
def shuffled_values(draw, of=FILES):
    """Westshire with the value of one key given to another: sound TOML, wrong sense."""
    files = FILES | of
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(of)))
        lines = files[name].splitlines()
        keyed = [number for number, line in enumerate(lines) if " = " in line and not line.endswith("[")]
        to = draw(st.sampled_from(keyed))
        value = draw(
            st.sampled_from([lines[number].split(" = ", 1)[1] for number in keyed])
            | st.sampled_from(
                [
                    "1",
                    "-1",
                    "1.5",
                    "[]",
                    "{}",
                    "[[1]]",
                    '""',
                    '"0d"',
                    "1979-01-01",
                    "07:30:00",
                    "[{}]",
                    "{ a.b = [1] }",
                    "nan",
                    "inf",
                ]
            )
        )
        lines[to] = lines[to].split(" = ", 1)[0] + " = " + value
        files[name] = "\n".join(lines) + "\n"
    return {name: text.encode() for name, text in files.items()}


def judge(files):
    """The county, or None and the mistakes."""
    try:
        return load_files(files, VARIABLES, CONNECTORS, LAYOUTS, CHANNELS, (*CARDS, *LEVEL_CARDS)), ()
    except ConfigurationMistakes as found:
        return None, found.mistakes


def assert_told(county, mistakes, files):
    assert (county is None) == bool(mistakes)
    for mistake in mistakes:
        assert mistake.what
        assert mistake.right
        if mistake.line is not None:
            assert 1 <= mistake.line <= files[mistake.file].count(b"\n") + 1


@settings(max_examples=300, deadline=None)
@given(broken() | shuffled_values())
def test_a_mutated_westshire_gives_a_county_or_mistakes_with_lines(files):
    county, mistakes = judge(files)
    assert_told(county, mistakes, files)
    if county is not None:
        for place in county.places:
            above = list(county.places.ancestors(place.id))
            assert place is county.places.system or above[-1] is county.places.system
        for feed in county.feeds:
            if feed.polled:
                assert feed.deadline < feed.every <= feed.late_after < feed.stale_after
            else:
                assert timedelta(0) < feed.stale_after == feed.late_after
            assert all(place in county.places for place in feed.places)


@settings(max_examples=300, deadline=None)
@given(broken(ALERTING) | shuffled_values(ALERTING))
def test_mutated_rules_and_leads_give_alerts_that_reach_somebody_or_mistakes_with_lines(files):
    county, mistakes = judge(files)
    assert_told(county, mistakes, files)
    if county is None:
        return
    alerting = county.alerting
    feeds = {feed.id for feed in county.feeds}
    steps = {route.id: route.steps for route in alerting.routes}
    people = {lead.id for lead in alerting.leads} | {team.id for team in alerting.teams}
    ways = {channel.id for channel in alerting.channels}
    for rule in alerting.rules:
        assert rule.subjects
        assert all(subject in county.places or subject in feeds for subject in rule.subjects)
        assert rule.on_trial or rule.routes
        assert all(steps[route][0].after == timedelta(0) for route in rule.routes)
        assert rule.action_card in CARDS
        assert rule.raise_at is None or rule.raise_at != rule.stand_down_at
        assert len(rule.edition) == 19
    for route in alerting.routes:
        assert all(step.to and set(step.to) <= people for step in route.steps)
        assert all(before.after < after.after for before, after in pairwise(route.steps))
    for lead in alerting.leads:
        assert lead.addresses
        assert {channel for channel, _ in lead.addresses} <= ways
    assert not any(first_gap(team.turns) for team in alerting.teams)


@settings(max_examples=300, deadline=None)
@given(broken(PRESSURE_RULES) | shuffled_values(PRESSURE_RULES))
def test_mutated_rules_of_pressure_give_scores_that_can_be_worked_out_or_mistakes_with_lines(files):
    county, mistakes = judge(files)
    assert_told(county, mistakes, files)
    if county is None:
        return
    for rules in county.pressure.rules:
        assert rules.places
        assert all(place in county.places for place in rules.places)
        assert 0 <= rules.cut_offs[0] < rules.cut_offs[1] < rules.cut_offs[2] < rules.out_of < math.inf
        assert bool(rules.verified_by) == bool(rules.verified_on)
        assert rules.parameters
        for each in rules.parameters:
            assert len(each.points) == len(each.limits) + 1
            assert 0 < each.most < math.inf
            assert all(0 <= points_of(each, figure) <= max(each.points) for figure in (-math.inf, 0.0, math.inf))


@settings(max_examples=300, deadline=None)
@given(broken(WITH_SIGN_IN) | shuffled_values(WITH_SIGN_IN) | broken(BEHIND_A_PROXY) | shuffled_values(BEHIND_A_PROXY))
def test_a_mutated_access_opens_nothing_or_gives_mistakes_with_lines(files):
    county, mistakes = judge(files)
    assert_told(county, mistakes, files)
    if county is None:
        return
    access = county.access
    if "access.toml" not in files:
        assert access == NO_SIGN_IN
        return
    assert access.configured
    assert access.public_url.startswith("https://")
    assert access.local or access.oidc or access.proxy
    assert access.proxy is None or access.proxy.secret_env
    assert access.oidc is None or access.oidc.issuer.startswith("https://")
    assert access.grants
    for grant in access.grants:
        assert grant.roles
        assert grant.scope != NOWHERE
        assert all(place in county.places for place in grant.scope.places)
        assert grant.to != "everybody" or grant.roles == {Role.VIEWER}
    for machine in access.machines:
        assert machine.token_env.isupper()
        assert (machine.scope != NOWHERE) == (Permission.PEOPLE in machine.permissions)
    assert timedelta(0) < access.idle_people <= access.idle <= access.absolute <= timedelta(days=7)
