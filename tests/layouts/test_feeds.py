"""The feeds page."""

from dataclasses import replace

import pytest

from layouts import feeds
from layouts.finished import to_html
from tests.layouts import cast
from tests.layouts.conftest import Show

PAGE = (
    '<!doctype html><html lang="en-GB"><head><meta name="viewport" content="width=device-width">'
    '<link rel="stylesheet" href="/assets/tokens.css"><link rel="stylesheet" href="/assets/flowcentre.css">'
    "</head><body><main>{}</main></body></html>"
)


def test_a_refused_change_of_configuration_stands_on_the_page_until_it_is_put_right() -> None:
    picture = cast.picture("normal")
    mistake = 'feeds.toml line 4: there is no connector "bed_sate_csv". Right: "bed_state_csv"'
    refused = to_html(feeds.render(replace(picture, refused=(mistake,))))
    assert "the change is not in use" in refused
    assert "there is no connector &quot;bed_sate_csv&quot;" in refused or 'no connector "bed_sate_csv"' in refused
    assert "not in use" not in to_html(feeds.render(picture))


def test_rows_held_for_one_reason_stand_together_and_the_first_are_named() -> None:
    page = to_html(feeds.render(cast.picture("overloaded")))
    of_one_feed = page.split("<article")[1]
    assert of_one_feed.count("columns swapped?") == 1
    assert "16 rows: general_acute_beds: 554 of 602" in of_one_feed
    assert "_v2.csv row 14, row 15, row 16 and 13 more<" in of_one_feed
    assert "rows: " not in to_html(feeds.render(cast.picture("normal"))), "two reasons are two rows"


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 390, 320])
def test_long_names_of_files_stay_in_their_card(show: Show, width: int) -> None:
    page = show(PAGE.format(to_html(feeds.render(cast.picture("overloaded")))), width, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    outside = """() => [...document.querySelectorAll(".feed-card :is(dd, code, h2 *, .what)")].filter(e =>
      e.getBoundingClientRect().right > e.closest(".feed-card").getBoundingClientRect().right
      || e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline").map(e => e.textContent)"""
    assert page.evaluate(outside) == []
    if width > 320:
        wider = "[...document.querySelectorAll('.feed-card .scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
        assert page.evaluate(wider) == 0
