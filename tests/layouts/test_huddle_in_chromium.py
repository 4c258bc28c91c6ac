"""The huddle as it is seen: at a desk and in the hand, and while somebody types and figures are renewed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from flowcentre.model import Picture
from flowcentre.store import Store
from layouts.finished import to_html
from layouts.top import top
from tests.alerts.world import AT
from tests.layouts.conftest import Show
from tests.layouts.test_wall_in_chromium import everything_seen
from tests.web.huddle_cast import Room

pytestmark = pytest.mark.browser
WIDTHS = (390, 800, 1366, 1920, 3840)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Room]:
    """A call under way, the second of the day, in a county in which all goes wrong."""
    from flowcentre.store import open_store

    file = tmp_path_factory.mktemp("huddle") / "flow.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    store: Store = open_store(f"sqlite:///{file}")
    found = Room(store)
    first = store.open_huddle("site lead", AT)
    store.add_minute(first.id, "site lead", "W" * 500, AT)
    store.close_huddle(first.id, "site lead", AT + timedelta(minutes=10))
    found.world.at = AT + timedelta(hours=4)
    found.world.everything(bad=True)
    found.world.look()
    huddle = store.open_huddle("site lead", found.world.at)
    store.log_action(
        "open six escalation beds and say so to the ambulance desk", "site lead", found.world.at + timedelta(hours=1),
        "site lead", found.world.at, huddle=huddle.id,
    )  # fmt: skip
    store.add_minute(huddle.id, "site lead", "Northgate " + "takes two more ambulances " * 12, found.world.at)
    store.add_minute(huddle.id, "site lead", "W" * 500, found.world.at)
    found.live.rebuild()
    yield found
    store.close()


@pytest.fixture(scope="module")
def address(room: Room) -> Iterator[str]:
    with room.serving() as url:
        yield url


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def test_it_never_scrolls_sideways_and_is_legible_at_any_width(page: Page, address: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("/huddle", "/huddle/1"):
            page.goto(f"{address}{path}")
            page.evaluate("document.fonts.ready")
            assert page.evaluate("document.documentElement.scrollWidth") == width, (path, width)
            small = [one for one in everything_seen(page) if one["size"] < 13 or one["contrast"] < 4.5]
            assert small == [], (path, width)


def test_a_change_is_one_row_with_its_times_once_at_the_head_of_its_place(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{address}/huddle")
    # All at once: what is live may be renewed at any moment.
    seen = page.evaluate(
        """() => {
          const [score, place] = ["#pressure", "#changed"].map(part => [...document.querySelectorAll(`${part} .huddle-place`)]
            .find(place => place.querySelector("h3").textContent.includes("Northgate General")));
          const row = place.querySelector(".huddle-rows li");
          return {
            row: row.innerText.split(/\\s+/), height: row.getBoundingClientRect().height,
            weight: getComputedStyle(row.querySelector(".name")).fontWeight,
            times: [...place.querySelectorAll(".huddle-times")].map(e => e.innerText),
            score: score.innerText, changed: document.querySelector("#changed").innerText,
            pressure: document.querySelector("#pressure").innerText,
          };
        }"""
    )
    assert seen["row"] == ["Patients", "in", "A&E", "now", "▲+60", "20", "→", "80"]
    assert seen["height"] < 40
    assert seen["weight"] == "650"  # towards more pressure
    assert len(seen["times"]) == 1
    assert seen["times"][0].startswith("Figures of 08:")
    assert "rose by" not in seen["changed"]
    assert "level 1 → level 4" in seen["score"]
    assert seen["pressure"].count("indicative, locally configured") == 1


def test_in_the_hand_a_line_is_written_on_the_first_screen(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/huddle")
    button = page.get_by_role("button", name="Write it").bounding_box()
    assert button is not None
    assert button["height"] >= 56
    assert button["y"] + button["height"] <= 844


def test_figures_are_renewed_beside_what_is_being_typed(page: Page, address: str, room: Room) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{address}/huddle")
    page.fill("#words", "Southmere will take")
    page.evaluate("document.getElementById('words').setSelectionRange(4, 4)")
    room.store.add_minute(2, "flow desk", "a line by somebody else", room.world.at)
    expect(page.locator(".huddle-minutes")).to_contain_text("a line by somebody else")
    assert page.input_value("#words") == "Southmere will take"
    assert page.evaluate("[document.activeElement.id, document.activeElement.selectionStart]") == ["words", 4]
    page.fill("#author-minute", "site lead")
    page.press("#words", "Enter")
    expect(page.locator(".huddle-minutes li").first).to_contain_text("site lead: Southmere will take")
    # The old page may show the line before the next is there.
    expect(page.locator("#words")).to_have_value("")
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#author-minute")).to_have_value("site lead")  # and goes on to the next


def test_without_a_script_a_huddle_is_written_and_closed(browser: Browser, address: str, room: Room) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{address}/huddle")
    plain.fill("#words", "written without a script")
    plain.fill("#author-minute", "site lead")
    plain.get_by_role("button", name="Write it").click()
    expect(plain.locator(".huddle-minutes li").first).to_contain_text("written without a script")
    plain.locator("summary").click()
    plain.fill("#author-close", "site lead")
    plain.get_by_role("button", name="Close it and send the sitrep").click()
    expect(plain.locator("h1")).to_have_text("Westshire: situation report of huddle 2")
    expect(plain.locator(".answered")).to_contain_text("The sitrep goes to Flow coordinator.")
    context.close()


@pytest.mark.parametrize(("width", "most"), [(1920, 60), (390, 160)])
def test_every_way_fits_above_a_page(show: Show, room: Room, width: int, most: int) -> None:
    picture: Picture = room.live.current()
    sheets = '<link rel="stylesheet" href="/assets/tokens.css"><link rel="stylesheet" href="/assets/flowcentre.css">'
    above = "".join(map(to_html, top(picture, "/huddle")))
    # The longest list that there is: every page of a county that has everything.
    names = ("Demand", "Alerts", "Pressure", "Actions", "Huddle", "Rehearsal", "Delays", "Packages", "Capacity",
             "Feeds", "Measures", "Type in", "Walls")  # fmt: skip
    entries = "".join(f'<li><a href="/">{name}</a></li>' for name in names)
    start, _, rest = above.partition("<ul>")
    whole = f"{start}<ul>{entries}</ul>{rest.partition('</ul>')[2]}"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{sheets}'
    drawn = show(f'<!doctype html><html lang="en-GB"><head>{head}</head><body>{whole}</body></html>', width, 844)
    assert drawn.evaluate("document.documentElement.scrollWidth") == width
    assert drawn.evaluate("document.querySelector('#top').getBoundingClientRect().height") <= most
    cut = "[...document.querySelectorAll('#top a')].filter(a => a.scrollWidth > a.clientWidth + 1 || a.getBoundingClientRect().right > innerWidth)"
    assert drawn.evaluate(f"{cut}.length") == 0


def test_forms_that_stand_when_somebody_closes_the_huddle_say_so_and_offer_nothing(
    room: Room, browser: Browser, address: str
) -> None:
    """The last of this file, for it ends the call."""
    huddle = room.store.open_huddle("site lead", room.world.at)
    room.live.rebuild()
    page = browser.new_page()
    page.goto(f"{address}/huddle")
    page.locator("#words").fill("six beds at")
    over = page.get_by_text("what you type now is not kept")
    assert over.count() == 0
    room.store.close_huddle(huddle.id, "site lead", room.world.at)
    room.live.rebuild()
    expect(over).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Write it")).to_be_hidden()
    expect(page.get_by_text("Close the huddle")).to_be_hidden()
    assert page.locator("#words").input_value() == "six beds at"
    page.reload()
    expect(over).to_be_hidden()
    page.close()
