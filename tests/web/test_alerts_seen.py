"""Alerts in a real browser: heard of on every glass at once, and taken up on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from flowcentre.picture.looked import MARK
from flowcentre.store import Store
from tests.web.alerts_cast import MINUTE, WHO, Watch

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("store", ["sqlite"], indirect=True)]
PATIENT = 60_000  # Dash is slow to start on a busy machine


@pytest.fixture
def watch(store: Store, tmp_path: Path) -> Watch:
    at = Watch(store, tmp_path).clock()
    store.beat("engine", at)
    store.set_mark(MARK, at.isoformat())
    return Watch(store, tmp_path)


@pytest.fixture
def address(watch: Watch) -> Iterator[str]:
    with watch.serving(pages=True) as url:
        yield url


def test_the_page_and_the_way_to_it_hear_of_each_alert(watch: Watch, address: str, screen: Page) -> None:
    screen.goto(f"{address}/alerts")
    expect(screen.locator("#now")).to_contain_text("No alert stands.", timeout=PATIENT)
    expect(screen.locator("#alerts-count")).to_have_text("")
    alert = watch.raise_alert()
    watch.live.rebuild()
    expect(screen.locator(".alert-row")).to_contain_text("A&E crowded Northgate General", timeout=PATIENT)
    expect(screen.locator("#alerts-count")).to_have_text("1")
    screen.get_by_role("link", name="Feeds", exact=True).click()
    expect(screen.locator("h1")).to_have_text("Feeds", timeout=PATIENT)
    expect(screen.locator("#alerts-count")).to_have_text("1")
    watch.clear(alert)
    watch.live.rebuild()
    expect(screen.locator("#alerts-count")).to_have_text("", timeout=PATIENT)


def test_whoever_has_a_telephone_takes_it_up_and_the_wall_shows_who(watch: Watch, address: str, screen: Page) -> None:
    alert = watch.raise_alert()
    watch.live.rebuild()
    screen.set_viewport_size({"width": 390, "height": 844})
    screen.goto(f"{address}/alerts/{alert.id}")
    screen.locator("#author-acknowledge").fill(WHO)
    screen.get_by_role("button", name="Acknowledge").click()
    expect(screen.locator(".answered")).to_contain_text(f"At 08:14 by {WHO}.")
    screen.reload()  # loaded again, nothing is sent again
    screen.go_back()
    assert [each.what.value for each in watch.store.alert_story(alert.id)[0]].count("acknowledged") == 1
    screen.set_viewport_size({"width": 1920, "height": 1080})
    watch.live.rebuild()
    screen.goto(f"{address}/wall/county")
    expect(screen.locator(".alerts-band")).to_have_attribute("data-taken", "yes")


def test_a_telephone_silences_for_an_hour_and_ends_it(watch: Watch, address: str, screen: Page) -> None:
    alert = watch.raise_alert()
    watch.live.rebuild()
    screen.goto(f"{address}/alerts/{alert.id}")
    screen.get_by_text("Silence it for a while").click()
    screen.locator("#words-silence").fill("Planned move")
    screen.locator("#author-silence").fill(WHO)
    screen.get_by_role("button", name="Silence it").click()
    expect(screen.locator(".answered")).to_contain_text("Until 09:14.")
    screen.get_by_role("link", name="End it").click()
    screen.locator("#author-end").fill(WHO)
    screen.get_by_role("button", name="End the silence now").click()
    expect(screen.locator("h1")).to_have_text("Alerts", timeout=PATIENT)
    assert watch.store.silences(watch.clock()) == []


def test_a_wall_that_hangs_says_when_rules_are_evaluated_no_more(watch: Watch, address: str, screen: Page) -> None:
    screen.goto(f"{address}/wall/county")
    expect(screen.locator(".alerts-none")).to_have_text("No alert stands")
    watch.clock.forward(3 * MINUTE)
    watch.live.rebuild()
    expect(screen.locator(".alerts-band")).to_contain_text("Alerts not evaluated since 08:14")
    expect(screen.locator(".alerts-none")).to_have_count(0)
