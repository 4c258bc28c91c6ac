"""Typing in on a telephone: a real Chromium, 390 wide, on the real server, desk and store."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from flowcentre.store import open_store
from tests.feeds.typed_cast import AUTHOR, HOUR, TYPED
from tests.layouts.conftest import as_new, is_against_the_policy
from tests.web.typed_cast import Corner, typed_by

pytestmark = pytest.mark.browser
NORTH = "neighbours-north"
PHONE = {"width": 390, "height": 844}
# What a person takes, by the model of keystrokes: to look and decide, to reach and tap, to press one key.
LOOK, TAP, KEY = 1.35, 1.1, 0.5  # seconds
WITHIN = 30


class Thumb:
    """Taps and types, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = self.keys = 0

    def tap(self, where: str) -> None:
        self.page.locator(where).tap()
        self.taps += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    @property
    def seconds(self) -> float:
        """What a person takes for as much."""
        return self.taps * (LOOK + TAP) + self.keys * KEY


@pytest.fixture
def corner(sqlite_url: str) -> Iterator[Corner]:
    store = open_store(sqlite_url)
    yield Corner(store)
    store.close()


@pytest.fixture
def address(corner: Corner) -> Iterator[str]:
    with corner.serving() as url:
        yield url


@pytest.fixture(scope="module", params=["with script", "without script"])
def telephone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(has_touch=True, is_mobile=True, java_script_enabled=request.param == "with script")
    yield context.new_page()
    context.close()


@pytest.fixture
def page(telephone: Page) -> Iterator[Page]:
    """A telephone. A mistake of its script, or against the content security policy, fails the test."""
    size = PHONE["width"], PHONE["height"]
    with as_new(telephone, *size, is_mistake=is_against_the_policy, server_ends=True) as page:
        yield page


def used(address: str) -> float | None:
    [value] = httpx.get(f"{address}/api/v1/picture?place={NORTH}&measure=voluntary_used", timeout=20).json()["values"]
    found: float | None = value["value"]
    return found


def replace_figure(thumb: Thumb, field: str, figure: str) -> None:
    """Tap a figure and type another: with the script the tap marks it whole, without it one wipes it away."""
    thumb.tap(field)
    before = thumb.page.locator(field).input_value()
    if thumb.page.evaluate("getSelection().toString()") != before:
        for _ in before:
            thumb.page.keyboard.press("End")
            thumb.page.keyboard.press("Backspace")
            thumb.keys += 1
    thumb.type(figure)


def test_a_figure_is_typed_and_in_the_picture_in_under_thirty_seconds(
    page: Page, address: str, corner: Corner, record_property: pytest.RecordProperty
) -> None:
    with httpx.Client(base_url=address) as client:
        typed_by(client, voluntary_used="7", voluntary_capacity="12")
    thumb = Thumb(page)
    began = time.monotonic()
    page.goto(f"{address}/type-in/{NORTH}")  # as kept on the telephone's first screen
    replace_figure(thumb, "#voluntary_used", "9")
    thumb.tap("#author")
    thumb.type("duty manager")
    thumb.tap("button[type=submit]")
    page.locator(".answered.kept").wait_for()
    assert used(address) == 9
    machine = time.monotonic() - began
    record_property("taps", thumb.taps)
    record_property("seconds", thumb.seconds)
    assert thumb.taps == 3
    assert thumb.seconds < WITHIN / 2
    assert thumb.seconds + machine < WITHIN
    page.reload()  # and gone back, and forward
    page.go_back()
    page.go_forward()
    assert len(corner.store.polls(TYPED.id)) == 2
    again = Thumb(page)  # the form that comes with the answer knows who it is
    replace_figure(again, "#voluntary_used", "10")
    with page.expect_navigation(url="**sent=*"):  # what is there already says "kept" of the first
        again.tap("button[type=submit]")
    assert used(address) == 10
    assert again.taps == 2


def test_a_double_tap_on_send_and_a_form_gone_back_to_are_one_record(page: Page, address: str, corner: Corner) -> None:
    page.goto(f"{address}/type-in/{NORTH}")
    page.fill("#voluntary_used", "7")
    page.fill("#voluntary_capacity", "12")
    page.fill("#author", AUTHOR)
    page.locator("button[type=submit]").dblclick()
    page.locator(".answered.kept").wait_for()
    assert len(corner.store.polls(TYPED.id)) == 1
    page.go_back()
    assert page.locator(".slip").count() == 1


def test_the_telephone_brings_up_its_keys_for_figures_and_refuses_letters_before_they_are_sent(
    page: Page, address: str, corner: Corner
) -> None:
    page.goto(f"{address}/type-in/{NORTH}")
    assert page.locator("#voluntary_used").get_attribute("inputmode") == "numeric"
    page.fill("#voluntary_used", "a few")
    page.fill("#author", AUTHOR)
    page.locator("button[type=submit]").tap()
    assert page.locator("#voluntary_used:invalid").count() == 1
    assert corner.store.polls(TYPED.id) == []


def test_figures_that_changed_places_come_back_to_be_looked_at_and_stood_by(page: Page, address: str) -> None:
    page.goto(f"{address}/type-in/{NORTH}")
    page.fill("#voluntary_used", "12")
    page.fill("#voluntary_capacity", "7")
    page.fill("#author", AUTHOR)
    page.locator("button[type=submit]").tap()
    page.locator(".answered.not-kept").wait_for()
    assert used(address) is None
    page.locator("#sure").tap()
    page.locator("button[type=submit]").tap()
    page.locator(".answered.kept").wait_for()
    assert used(address) == 12
    page.go_back()  # to the refusal, which was sent and not fetched
    page.locator(".answered.not-kept").wait_for()
    assert page.locator("#voluntary_used").input_value() == "12"


def test_nothing_is_wider_than_the_telephone_and_what_is_tapped_is_large(
    page: Page, address: str, corner: Corner
) -> None:
    with httpx.Client(base_url=address) as client:
        typed_by(client, voluntary_used="7", voluntary_capacity="12")
    for path in ("/type-in", f"/type-in/{NORTH}", "/type-in/wupi-north"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        for tapped in page.locator(".slip input[type=text], .slip .choices label, .slip button").all():
            box = tapped.bounding_box()
            assert box is not None
            assert min(box["height"], box["width"]) >= 44
    page.goto(f"{address}/type-in/{NORTH}")
    button = page.locator("button[type=submit]").bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= PHONE["height"]  # in sight without scrolling


def test_a_list_leads_to_the_form_and_tells_what_has_expired(page: Page, address: str, corner: Corner) -> None:
    with httpx.Client(base_url=address) as client:
        typed_by(client, voluntary_used="7", voluntary_capacity="12")
    corner.clock.forward(5 * HOUR)
    corner.live.rebuild()
    page.goto(f"{address}/type-in")
    card = page.locator(f"#{NORTH}")
    assert "expired at 12:14" in (card.text_content() or "")
    assert "was 7" in card.locator(".figure .mark").first.evaluate(
        "mark => getComputedStyle(mark, '::before').content + mark.dataset.was"
    )
    card.locator("h2 a").tap()
    page.wait_for_url(f"**/type-in/{NORTH}")
    assert page.locator("#voluntary_used").input_value() == "7"
