"""Ward sheets as they come out of a printer: one side of A4 for each 25 people, black on white, nothing cut off."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Page

from flowcentre.model import DelayedDischarge, Level, Place, PlaceKind, Places, State
from flowcentre.picture.listed import Chosen
from layouts import ward_sheet
from tests.layouts.conftest import Show
from tests.web.delay_cast import AT, COUNTY, DAY, EARLIER, PretendBook, crowd, waiting

pytestmark = pytest.mark.browser

LONG_NAMES = {
    "council": "Westshire Urgent Promoting Independence, South",
    "northgate-d1": "Northgate General D1: Nightingale ward, care of the elderly and general medicine",
}
# Cells whose content is larger than they are.
CUT = """() => [...document.querySelectorAll("td, td > div, th")]
  .filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1).map(e => e.textContent)"""


def written(chosen: Chosen, asked_at: datetime | None = None) -> str:
    return ward_sheet.document(chosen, asked_at, fingerprint="1")


def on_ward(number: int, ward: str = "northgate-a1", **more: object) -> list[DelayedDischarge]:
    """People of whom everything that is said is as long as it can be."""
    settings: dict[str, object] = {
        "ward": ward,
        "pathway": 1,
        "reason": "arranging_home_reablement",
        "owner": "council",
        "expected_on": date(2026, 11, 20),
        "reviewed_at": AT - 3 * DAY,
    }
    return [
        waiting(f"NG-{ward[-2:]}-{index:03}", "northgate", 1 + index % 40, **settings | more) for index in range(number)
    ]


def chosen_of(people: list[DelayedDischarge], query: str = "", state: State = State.FRESH) -> Chosen:
    ward = Place("northgate-d1", "D1", Level.UNIT, PlaceKind.WARD, parent="northgate")
    places = [replace(place, name=LONG_NAMES.get(place.id, place.name)) for place in (*COUNTY.places, ward)]
    county = replace(COUNTY, places=Places(places))
    return PretendBook({"northgate": people}, {"northgate": state}, county).choose(query)


def held_back(chosen: Chosen) -> Chosen:
    lists = tuple(replace(each, value=replace(each.value, held=1)) for each in chosen.lists)
    return replace(chosen, lists=lists)


def pages_of(page: Page) -> int:
    printed = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", printed)
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} <= {(595, 842)}, "A4, upright"
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))


@pytest.mark.parametrize(("people", "pages"), [(1, 1), (25, 1), (26, 2), (60, 3)])
def test_twenty_five_people_fit_a_page_whatever_is_said_of_them(show: Show, people: int, pages: int) -> None:
    page = show(written(held_back(chosen_of(on_ward(people, "northgate-d1"), "pathway=1", State.STALE)), AT))
    assert page.locator(".sheet:first-child .warning").count() == 4
    assert page.locator(".sheet").count() == pages
    assert page.locator("tbody tr").count() == people
    assert pages_of(page) == pages
    page.emulate_media(media="print")
    assert page.evaluate(CUT) == []


def test_pseudonyms_made_of_a_hash_fit_as_well_and_are_whole(show: Show) -> None:
    hashed = [waiting(f"k1-{'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'}{index:02}", "northgate", 3, ward="northgate-a1",
                      reason="medicines") for index in range(25)]  # fmt: skip
    page = show(written(chosen_of(hashed)))
    assert pages_of(page) == 1
    assert hashed[0].ref in page.locator("tbody th").all_inner_texts()


def test_each_ward_has_paper_of_its_own_in_the_order_of_the_configuration(show: Show) -> None:
    people = [*on_ward(3, "northgate-b1"), *on_ward(30, "northgate-a1"), waiting("NG-X", "northgate", 2)]
    page = show(written(chosen_of(people)))
    assert [h.partition("\n")[0] for h in page.locator("h1").all_inner_texts()] == ["A1", "A1", "B1", "Ward not given"]
    assert pages_of(page) == 4
    assert page.locator(".people").all_inner_texts()[:2] == [
        "30 people with no criteria to reside, longest first; sheet 1 of 2",
        "30 people with no criteria to reside, longest first; sheet 2 of 2",
    ]
    days = [int(text) for text in page.locator("[data-ward=northgate-a1] td.days").all_inner_texts()]
    assert days == sorted(days, reverse=True)


def test_a_sheet_needs_no_colour(show: Show) -> None:
    page = show(written(chosen_of(on_ward(12), "pathway=1", State.STALE)))
    page.emulate_media(media="print")
    coloured = page.evaluate("""() => [...document.querySelectorAll("body, main, main *")].flatMap(e => {
      const s = getComputedStyle(e);
      return [s.color, s.backgroundColor, s.borderTopColor].filter(c => {
        const [r, g, b, a] = c.match(/[\\d.]+/g).map(Number);
        return a !== 0 && !(r === g && g === b);
      });
    })""")
    assert coloured == []


def test_a_list_too_old_is_said_at_the_top_of_every_sheet(show: Show) -> None:
    page = show(written(chosen_of(crowd("northgate", 40, EARLIER), state=State.STALE)))
    sheets = page.locator(".sheet").all()
    assert len(sheets) == 3
    for sheet in sheets:
        said = sheet.locator(".warning").first.inner_text()
        assert said == "LIST TOO OLD Northgate General: 5 h old. People may have come, left or moved since."
        box, table = sheet.locator(".warning").first.bounding_box(), sheet.locator("table").bounding_box()
        assert box is not None
        assert table is not None
        assert box["y"] < table["y"]
    assert (
        "List as at 09:00, Sunday 22 November 2026. Sheet made at 14:00, when the list was 5 h old." in page.content()
    )


def test_a_look_back_and_a_part_of_a_ward_are_said(show: Show) -> None:
    earlier = AT - timedelta(hours=1)
    chosen = chosen_of(on_ward(3), f"pathway=1&days=1&at={earlier:%Y-%m-%dT%H:%M}Z")
    page = show(written(chosen, earlier))
    assert page.locator(".warning").all_inner_texts() == [
        "LOOKS BACK as it was known at 13:00, Sunday 22 November 2026. Not the present.",
        "NOT THE WHOLE WARD chosen by pathway, days waited.",
    ]
    back = page.locator(".on-screen a").get_attribute("href")
    assert back == "/delays?pathway=1&days=1&at=2026-11-22T13:00:00Z"


def in_part(theirs: list[DelayedDischarge], query: str, state: State) -> str:
    whose = "Mid and Westshire Urgent Promoting Independence, South"
    return ward_sheet.document(held_back(chosen_of(theirs, query, state)), None, whose, fingerprint="1")


def test_every_sheet_of_a_part_says_whose_and_twenty_five_still_fit(show: Show) -> None:
    page = show(in_part(on_ward(50, "northgate-d1"), "pathway=1", State.STALE))
    page.emulate_media(media="print")
    said = "50 people of Mid and Westshire Urgent Promoting Independence, South alone: others may wait on this ward"
    assert [words.startswith(said) for words in page.locator(".people").all_inner_texts()] == [True, True]
    assert pages_of(page) == 2
    assert page.evaluate(CUT) == []


def test_a_ward_asked_for_of_which_nobody_may_be_seen_says_that_others_may_wait(show: Show) -> None:
    page = show(in_part([], "ward=northgate-a1", State.FRESH))
    assert page.locator("h1").all_inner_texts() == ["A1"]
    assert "None of those who are yours to see waits here" in page.locator(".nobody").inner_text()
