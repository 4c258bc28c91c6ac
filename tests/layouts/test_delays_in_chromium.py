"""The page of delayed discharges as one works with it: on the real server, behind the real gate, in a real Chromium."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, expect

from flowcentre.web import finished
from tests.layouts.cast import CONDITIONS
from tests.layouts.conftest import as_new, first_row, stand_on_first, widen
from tests.layouts.delays_cast import Book, someone, staying
from tests.layouts.delays_server import Shown, serving
from tests.layouts.test_wall_in_chromium import everything_seen

pytestmark = pytest.mark.browser
PATIENT = 60_000  # Dash is slow to start on a busy machine
FIRST = '.ag-row[row-index="0"]'


@pytest.fixture(scope="module")
def shown() -> Shown:
    return Shown()


# Each address that was asked for within a minute is drawn anew with each picture, before anybody asks again: here those
# of all the tests before, which nobody has on a glass any more, and the news of a test would wait for them for seconds.
@pytest.fixture(scope="module")
def address(shown: Shown) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, serving(shown) as url:
        patch.setattr(finished, "WATCHED_FOR", 0.0)
        yield url + "/delays"


@pytest.fixture
def screen(tab: Page, shown: Shown) -> Iterator[Page]:
    """A desk's browser. A mistake of its script, or against the content security policy, fails the test."""
    shown.show(Book())
    with as_new(tab, 1366, 900) as page:
        yield page


def until(screen: Page, holds: str) -> None:
    """Wait until something holds. Playwright's own way would have the page evaluate a string, which its policy forbids."""
    end = time.monotonic() + PATIENT / 1000
    while not screen.evaluate(holds):
        assert time.monotonic() < end, holds
        time.sleep(0.05)


def opened(screen: Page, address: str, query: str = "") -> Page:
    screen.goto(address + query)
    screen.locator(".delays h1").wait_for(timeout=PATIENT)
    first_row(screen, "delays-grid").wait_for(timeout=PATIENT)
    until(screen, "window.flowcentre?.swaps > 0 && !window.flowcentre.owed")  # what came while it was being put up
    screen.evaluate("window.sameDocument = true")
    return screen


def counted(screen: Page) -> int:
    return int((screen.locator(".delay-count .number").text_content() or "").replace(",", ""))


def refs(screen: Page) -> list[str]:
    """The refs in sight, from above."""
    cells = screen.locator("#delays-grid .ag-row:not(.ag-full-width-row) [col-id=ref]")
    return [ref for ref in cells.all_text_contents() if ref]


ROW = "document.activeElement.closest('.ag-row')"


def stand_on(screen: Page, index: int) -> None:
    """Go to a row by the keyboard."""
    stand_on_first(screen, "delays-grid")
    for reached in range(index + 1):
        until(screen, f"{ROW}?.getAttribute('row-index') === '{reached}'")
        if reached < index:
            screen.keyboard.press("ArrowDown")


# --- Filters ---------------------------------------------------------------------------------------


def test_a_click_on_a_bar_chooses_without_loading_anew_or_moving_the_page(screen: Page, address: str) -> None:
    opened(screen, address)
    bar = screen.locator("#why-2-capacity")
    number = int(bar.text_content() or "")
    bar.scroll_into_view_if_needed()
    stood_at = screen.evaluate("scrollY")
    bar.click()
    expect(screen.locator(".chips")).to_contain_text("Capacity", timeout=PATIENT)
    assert counted(screen) == number
    assert screen.url.endswith("?pathway=2&family=capacity")
    assert abs(screen.evaluate("scrollY") - stood_at) < 2
    expect(screen.locator(".chosen-count")).to_have_text(re.compile(rf"^{number} of \d+ people$"))
    screen.locator(f"#delays-grid {FIRST} [col-id=pathway]").get_by_text("2", exact=True).wait_for()
    assert screen.evaluate("window.sameDocument") is True


def test_back_and_forward_undo_and_redo_a_choice(screen: Page, address: str) -> None:
    opened(screen, address)
    everybody = counted(screen)
    screen.locator("#pathway-1").click()
    expect(screen.locator("#chip-pathway-1")).to_be_visible(timeout=PATIENT)
    screen.locator("#owner-westshire-council").click()
    expect(screen.locator("#chip-owner-westshire-council")).to_be_visible(timeout=PATIENT)
    both = counted(screen)
    screen.go_back()
    expect(screen.locator("#chip-owner-westshire-council")).to_have_count(0, timeout=PATIENT)
    expect(screen.locator("#chip-pathway-1")).to_be_visible()
    screen.go_back()
    expect(screen.locator(".chip")).to_have_count(0, timeout=PATIENT)
    assert counted(screen) == everybody
    screen.go_forward()
    screen.go_forward()
    expect(screen.locator("#chip-owner-westshire-council")).to_be_visible(timeout=PATIENT)
    assert counted(screen) == both
    assert screen.evaluate("window.sameDocument") is True


def test_a_chip_takes_its_choice_away_and_another_clears_all(screen: Page, address: str) -> None:
    opened(screen, address, "?pathway=1&past=21-days&site=northgate")
    screen.locator("#chip-past-21-days").click()
    expect(screen.locator("#chip-past-21-days")).to_have_count(0, timeout=PATIENT)
    assert screen.url.endswith("?pathway=1&site=northgate")
    screen.locator("#chip-all").click()
    expect(screen.locator(".chip")).to_have_count(0, timeout=PATIENT)
    assert screen.url == address


def test_the_keyboard_chooses_and_stays_where_it_was(screen: Page, address: str) -> None:
    opened(screen, address)
    screen.locator("#pathway-3").focus()
    screen.keyboard.press("Enter")
    expect(screen.locator("#chip-pathway-3")).to_be_visible(timeout=PATIENT)
    assert screen.evaluate("document.activeElement.id") == "pathway-3"
    assert screen.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_way_to_other_pages_and_back_keeps_what_was_chosen(screen: Page, address: str) -> None:
    opened(screen, address)
    screen.locator("#pathway-1").click()
    expect(screen.locator("#chip-pathway-1")).to_be_visible(timeout=PATIENT)
    screen.locator("#top a", has_text="Feeds").click()
    expect(screen.locator("h1")).to_have_text("Feeds", timeout=PATIENT)
    screen.go_back()
    expect(screen.locator("#chip-pathway-1")).to_be_visible(timeout=PATIENT)
    screen.locator(f"#delays-grid {FIRST} [col-id=pathway]").get_by_text("1", exact=True).wait_for(timeout=PATIENT)
    screen.locator("#top a", has_text="Delays").click()
    expect(screen.locator(".chip")).to_have_count(0, timeout=PATIENT)
    assert screen.evaluate("window.sameDocument") is True


def test_a_past_moment_is_asked_for_by_a_form_that_keeps_the_choice_and_led_back_from(
    screen: Page, address: str
) -> None:
    opened(screen, address, "?pathway=1")
    screen.locator(".list-moment summary").click()
    screen.locator("#at").fill("2026-11-18T08:00")
    screen.locator("#as-it-was button").click()
    expect(screen.locator(".list-past")).to_contain_text("As known at 08:00 on 18 November 2026", timeout=PATIENT)
    expect(screen.locator("#chip-pathway-1")).to_be_visible()
    assert "pathway=1" in screen.url
    first_row(screen, "delays-grid").wait_for(timeout=PATIENT)
    screen.locator("#to-the-present").click()
    expect(screen.locator(".list-past")).to_have_count(0, timeout=PATIENT)
    assert screen.url.endswith("?pathway=1")


# --- The list --------------------------------------------------------------------------------------


def test_a_heading_sorts_and_a_columns_filter_chooses_on_the_server(screen: Page, address: str, shown: Shown) -> None:
    opened(screen, address)
    screen.locator("#delays-grid .ag-header-cell[col-id=ref] .ag-header-cell-text").click()
    everybody = sorted(delay.person.ref for delay in shown.book.choose("").people)
    expect(screen.locator(f"#delays-grid {FIRST} [col-id=ref]")).to_have_text(everybody[0], timeout=PATIENT)
    screen.locator("#delays-grid .ag-header-cell[col-id=ref] .ag-header-cell-filter-button").click()
    screen.locator(".ag-filter input[type=text]").first.fill("SM-")
    expect(screen.locator(f"#delays-grid {FIRST} [col-id=ref]")).to_have_text(
        next(ref for ref in everybody if ref.startswith("SM-")), timeout=PATIENT
    )
    assert "SM-" not in screen.url
    expect(screen.locator("#list-left-out")).to_contain_text("by the filters of the columns", timeout=PATIENT)


def test_arrows_lead_to_a_row_enter_opens_its_person_escape_leads_back_and_tab_leaves(
    screen: Page, address: str, shown: Shown
) -> None:
    asked: list[str] = []
    screen.on("request", lambda request: asked.append(request.url))
    opened(screen, address)
    stand_on(screen, 3)
    ref = screen.locator('#delays-grid .ag-row[row-index="3"] [col-id=ref]').text_content() or ""
    screen.keyboard.press("Enter")
    expect(screen.locator("#list-drawer h2")).to_have_text(ref, timeout=PATIENT)
    expect(screen.locator("#list-drawer")).to_contain_text("Ready to leave")
    assert screen.evaluate("document.activeElement.id") == "life-of"
    assert ref not in screen.url
    screen.keyboard.press("Escape")
    expect(screen.locator("#list-drawer")).to_be_hidden()
    until(screen, f"{ROW}?.getAttribute('row-index') === '3'")
    screen.keyboard.press("Tab")
    until(screen, f"{ROW} === null")
    screen.locator(f"#delays-grid {FIRST} [col-id=ref]").click()
    expect(screen.locator("#list-drawer")).to_be_visible(timeout=PATIENT)
    # No address ever holds a person's ref, however their line of time is opened.
    people = [delay.person.ref for delay in shown.book.choose("").people]
    assert asked
    assert not [url for url in asked if any(ref in url for ref in people)]


def test_groups_are_headed_by_a_line_of_their_own(screen: Page, address: str) -> None:
    opened(screen, address)
    screen.locator("#group-ward").click()
    line = screen.locator("#delays-grid .list-group").first
    expect(line).to_have_text(re.compile(r"Eastfield: \d+ people, longest \d+ days"), timeout=PATIENT)
    assert screen.url.endswith("?group=ward")


def test_columns_are_chosen_and_remembered(screen: Page, address: str) -> None:
    opened(screen, address)
    screen.locator("#choose-columns summary").click()
    screen.locator('#list-columns input[value="family"]').check()
    expect(screen.locator(".ag-header-cell[col-id=family]")).to_have_count(1)
    screen.locator('#list-columns input[value="site"]').uncheck()
    opened(screen, address)
    expect(screen.locator(".ag-header-cell[col-id=family]")).to_have_count(1)
    expect(screen.locator(".ag-header-cell[col-id=site]")).to_have_count(0)


def test_people_of_a_list_too_old_are_greyed_and_marked(screen: Page, address: str, shown: Shown) -> None:
    shown.show(Book("partial"))
    opened(screen, address, "?site=eastfield")
    expect(screen.locator(f"#delays-grid {FIRST}.old").first).to_be_attached()
    screen.locator("#choose-columns summary").click()
    screen.locator('#list-columns input[value="too_old"]').check()
    expect(screen.locator(f"#delays-grid {FIRST} [col-id=too_old]")).to_have_text("list of 06:00, too old")


# --- News ------------------------------------------------------------------------------------------


def test_a_new_picture_renews_figures_and_rows_where_nobody_works_in_the_list(
    screen: Page, address: str, shown: Shown
) -> None:
    opened(screen, address)
    screen.locator("#history-table summary").click()
    shown.book.change(lambda stays: (*stays, someone("NG-9", 99)))
    shown.publish()
    expect(screen.locator(f"#delays-grid {FIRST} [col-id=ref]")).to_have_text("NG-9", timeout=PATIENT)
    assert screen.locator("#history-table").get_attribute("open") is not None
    assert counted(screen) == len(shown.book.choose("").counted)


def test_a_new_list_never_takes_the_row_from_under_the_focus(screen: Page, address: str, shown: Shown) -> None:
    opened(screen, address, "?site=northgate")
    stand_on(screen, 5)
    ref = screen.evaluate(f"{ROW}.getAttribute('row-id')")
    shown.book.change(lambda stays: (*staying(stays), *(someone(f"NG-{n}", 90 + n) for n in range(1, 4))))
    shown.publish()
    bar = screen.locator(".list-news")
    expect(bar).to_contain_text(re.compile(r"The list has changed since 15:14: 3 came, \d+ left"), timeout=PATIENT)
    assert screen.evaluate(f"{ROW}.getAttribute('row-id')") == ref
    assert screen.evaluate(f"{ROW}.getAttribute('row-index')") == "5"
    assert screen.url.endswith("?site=northgate")
    screen.locator("#show-news").click()
    now = [delay.person.ref for delay in shown.book.choose("site=northgate").people].index(ref)
    assert now > 5
    expect(screen.locator(f'#delays-grid .ag-row[row-index="{now}"][row-id="{ref}"]').first).to_be_attached(
        timeout=PATIENT
    )
    until(screen, f"{ROW}?.getAttribute('row-id') === '{ref}' && {ROW}.getAttribute('row-index') === '{now}'")
    until(screen, f"{ROW}?.getBoundingClientRect().top >= 0 && {ROW}.getBoundingClientRect().top < innerHeight")
    expect(bar).to_be_hidden()


def test_when_the_focus_leaves_the_list_it_is_renewed(screen: Page, address: str, shown: Shown) -> None:
    opened(screen, address)
    stand_on(screen, 0)
    shown.book.change(lambda stays: (*stays, someone("NG-9", 99)))
    shown.publish()
    expect(screen.locator(".list-news")).to_contain_text("1 came", timeout=PATIENT)
    screen.locator("#pathway-1").focus()
    expect(screen.locator(f"#delays-grid {FIRST} [col-id=ref]")).to_have_text("NG-9", timeout=PATIENT)
    expect(screen.locator(".list-news")).to_be_hidden()


def test_a_refresh_adds_nothing_to_what_dash_remembers(screen: Page, address: str, shown: Shown) -> None:
    asked: list[Request] = []
    opened(screen, address)
    screen.on("request", lambda request: asked.append(request))
    for number in range(3):
        shown.book.change(lambda stays, n=number: (*stays, someone(f"NG-{n}", 90 + n)))
        shown.publish()
        first = f"NG-{number}"
        expect(screen.locator(f"#delays-grid {FIRST} [col-id=ref]")).to_have_text(first, timeout=PATIENT)
    callbacks = [request.post_data_json["output"] for request in asked if "_dash-update" in request.url]
    assert set(callbacks) == {"delays-answer.data"}  # which no component has, and so no history


def test_a_list_that_cannot_be_read_says_so(screen: Page, address: str) -> None:
    opened(screen, address)
    screen.route(
        "**/_dash-update-component*", lambda route: route.fulfill(json={"response": {"delays-answer": {"data": {}}}})
    )
    screen.locator("#pathway-1").click()
    expect(screen.locator(".list-news")).to_contain_text("The list could not be read.", timeout=PATIENT)
    screen.unroute_all()
    screen.locator("#show-news").click()
    screen.locator(f"#delays-grid {FIRST} [col-id=pathway]").get_by_text("1", exact=True).wait_for(timeout=PATIENT)


# --- How it looks ------------------------------------------------------------------------------------


def test_a_ref_of_eleven_letters_is_never_cut_nor_the_last_column(screen: Page, address: str, shown: Shown) -> None:
    shown.book.change(lambda stays: (*stays, someone("WM-MYJQWMWQ", 99)))
    shown.publish()
    opened(screen, address)
    cell = screen.locator(f"#delays-grid {FIRST} [col-id=ref]")
    expect(cell).to_have_text("WM-MYJQWMWQ", timeout=PATIENT)
    inside = cell.locator(".ag-cell-value")
    for width in (1366, 1440, 1920, 3840):
        widen(screen, width, 1000)
        shows = cell if inside.count() == 0 else inside
        assert shows.evaluate("cell => cell.scrollWidth <= cell.clientWidth"), width
    # What a screen of 1920 shows first it shows whole: the last column, who is past which limit, too.
    widen(screen, 1920, 1000)
    rows = screen.locator("#delays-grid .ag-center-cols-viewport")
    assert rows.evaluate("rows => rows.scrollWidth <= rows.clientWidth")


@pytest.mark.parametrize("query", ["", "?pathway=2&family=capacity&site=northgate,southmere&past=21-days&group=ward"])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_page_never_scrolls_sideways_and_has_contrast(
    screen: Page, address: str, shown: Shown, condition: str, query: str
) -> None:
    shown.show(Book(condition))
    screen.goto(address + query)
    screen.locator(".delays h1").wait_for(timeout=PATIENT)
    screen.locator("#delays-grid .ag-header-cell").first.wait_for(timeout=PATIENT)
    for width in (390, 1366, 1920, 3840):
        screen.set_viewport_size({"width": width, "height": 2160 if width == 3840 else 1080})
        assert screen.evaluate("document.documentElement.scrollWidth") == width
        seen = everything_seen(screen)
        assert len(seen) > 20
        assert [one for one in seen if one["contrast"] < 4.5 or one["size"] < 12] == [], width
