"""Rules that can judge nothing: nobody is at ease by them, and nobody cries wolf."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flowcentre.model import Alerting, Board, Rule, State, Value
from flowcentre.picture import LivePicture
from flowcentre.picture.cannot_tell import cannot_tell
from flowcentre.picture.huddle import HuddleBook
from flowcentre.picture.looked import MARK
from flowcentre.picture.sitrep import sitrep_of
from flowcentre.store import open_store
from layouts.finished import to_html
from layouts.parts import huddle_now
from layouts.parts.alert_banner import front_banner, wall_band
from tests.alerts.world import COUNTY, HOUR, MINUTE, World, rule

BEDS_FULL = rule("beds-full", "ga_occupancy", "northgate", 95, 92)
BOARD = Board("county", "Westshire", "wall", ("westshire",))


@pytest.fixture
def world(sqlite_url: str, migrated_sqlite: Path) -> Iterator[World]:
    shutil.copyfile(migrated_sqlite, sqlite_url.removeprefix("sqlite:///"))
    store = open_store(sqlite_url)
    yield World(store)
    store.close()


def live(world: World, *rules: Rule) -> LivePicture:
    """A county with these rules, looked at once."""
    world.alerting = Alerting(rules=rules)
    world.county = replace(world.county, alerting=world.alerting)
    world.look()
    return LivePicture(world.store, world.county, lambda: world.at)


def band(of: LivePicture) -> str:
    return re.sub(r"<[^>]+>", "", to_html(wall_band(of.rebuild(), BOARD)))


def blind(of: LivePicture) -> list[tuple[str, str]]:
    return [(each.subject, each.why) for each in of.rebuild().cannot_tell]


def test_where_nothing_has_ever_come_no_wall_says_that_no_alert_stands(world: World) -> None:
    shown = live(world, BEDS_FULL)
    assert band(shown) == "No alert known: the only rule cannot tell"
    assert "No alert stands" not in to_html(front_banner(shown.current()))
    assert blind(shown) == [("northgate", "nothing has ever come")]


def test_a_rule_that_was_clear_when_its_figures_stopped_cannot_tell_since_then_until_they_come_again(
    world: World,
) -> None:
    world.everything(bad=False)
    shown = live(world, BEDS_FULL, rule("A&E", "ae_patients_now", "northgate", 70, 60))
    assert band(shown) == "No alert stands"
    world.at += 5 * HOUR
    world.emergency(20, 0)
    world.look()
    assert band(shown) == "No alert known: 1 of 2 rules cannot tell"
    [one] = shown.current().cannot_tell
    assert (one.rule, one.since, one.why) == ("beds-full", world.at, "no news since 08:00")
    world.everything(bad=False)
    world.look(MINUTE)
    assert band(shown) == "No alert stands"


def test_a_place_of_which_nothing_will_ever_come_is_told_only_where_its_rule_can_judge_nothing(world: World) -> None:
    world.everything(bad=False)
    of_sites = replace(BEDS_FULL, places=("northgate", "southmere"))
    shown = live(world, of_sites)
    assert blind(shown) == []
    world.with_feeds(feed for feed in COUNTY.feeds if feed.id != "beds-southmere")
    assert blind(live(world, of_sites)) == []
    world.closes("southmere", on=date(2026, 1, 1))
    assert blind(live(world, of_sites)) == []
    world.with_feeds(feed for feed in COUNTY.feeds if not feed.id.startswith("beds-"))
    none = "no feed in the configuration reports it here"
    assert blind(live(world, of_sites)) == [("northgate", none), ("southmere", none)]


def test_no_sitrep_says_that_none_stands_of_rules_that_cannot_tell(world: World) -> None:
    shown = live(world, BEDS_FULL)
    told = HuddleBook(world.store, shown.current, lambda: world.at).read().told
    [part] = [part for part in sitrep_of(told).parts if part.title == "Alerts open"]
    assert part.lines == ("None known: the only rule cannot tell.",)
    assert part.lines[0] in to_html(huddle_now.alerts(told))


def test_a_rule_on_trial_says_nothing_and_one_that_is_silenced_does(world: World) -> None:
    assert blind(live(world, replace(BEDS_FULL, on_trial=True))) == []
    world.store.silence("beds-full", "", "planned work", "site manager", world.at, world.at + HOUR)
    assert band(live(world, BEDS_FULL)) == "No alert known: the only rule cannot tell1 silence until 09:00"


def test_what_people_declare_is_missed_by_no_rule_while_nobody_declares(world: World) -> None:
    apart = rule("apart", "pressure_mismatch", "northgate", 1, 0)
    shown = live(world, apart)
    assert [standing.blind_since for standing in world.store.standings()] == [world.at]
    assert shown.rebuild().cannot_tell == ()
    until = world.at + HOUR
    said = Value("pressure_declared", "northgate", 3.0, State.FRESH, world.at, derived=True, stale_at=until)
    values = {**shown.current().values, ("northgate", "pressure_declared"): said}
    [one] = cannot_tell(world.county, values, world.store.standings(), world.at)
    assert (one.rule, one.subject) == ("apart", "northgate")  # somebody has, and the computed level is not known


def test_an_alert_that_stands_says_itself_that_it_cannot_tell(world: World) -> None:
    world.everything(bad=True)
    shown = live(world, BEDS_FULL)
    world.look(5 * HOUR)
    assert [alert.subject for alert in shown.rebuild().alerts] == ["northgate"]
    assert shown.current().cannot_tell == ()
    assert "cannot tell if it stands" in band(shown)


def test_before_anybody_has_looked_nobody_can_tell(world: World) -> None:
    world.everything(bad=False)
    county = replace(COUNTY, alerting=Alerting(rules=(BEDS_FULL,)))
    shown = LivePicture(world.store, county, lambda: world.at)
    assert band(shown) == "No alert known: the only rule cannot tell"
    assert blind(shown) == [("northgate", "rules have not been evaluated yet")]
    world.store.set_mark(MARK, world.at.isoformat())
    assert band(shown) == "No alert stands"
