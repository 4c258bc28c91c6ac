"""The feeds page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flowcentre.measures.derive import local_day
from flowcentre.model import ClockBy, ClockOff, HeldRow, Outcome, Picture, Poll, PollCounts, State
from flowcentre.picture.build import work_out
from flowcentre.picture.expected import expect
from layouts import demand, feeds, wall
from layouts.finished import to_html
from layouts.parts.feed_strip import feed_strip
from layouts.parts.words import when_words
from tests.layouts import cast
from tests.layouts.conftest import Show

SITES = ("northgate", "southmere")
PAGE = (
    '<!doctype html><html lang="en-GB"><head><meta name="viewport" content="width=device-width">'
    '<link rel="stylesheet" href="/assets/tokens.css"><link rel="stylesheet" href="/assets/flowcentre.css">'
    "</head><body><main>{}</main></body></html>"
)


def with_doubt(picture: Picture, doubt: Poll) -> Picture:
    first, *others = picture.feeds
    return replace(picture, feeds=(replace(first, last_doubt=doubt), *others))


def test_why_an_answer_was_refused_stands_on_the_page_after_looks_that_found_nothing_newer() -> None:
    picture = cast.picture("normal")
    said = "beds.csv: no column 'occupied'"
    refused = replace(
        cast.poll("beds", 50, cast.NOW, Outcome.REFUSED), message=said, counts=PollCounts(received=3, refused=3)
    )
    page = to_html(feeds.render(with_doubt(picture, refused)))
    assert "Last doubt" in page
    assert "not in the agreed form: beds.csv: no column" in page
    assert "(0 rows held, 3 refused)" in page
    assert "Last doubt" not in to_html(feeds.render(picture))
    last = picture.feeds[0].last_poll
    assert last is not None
    assert "Last doubt" not in to_html(feeds.render(with_doubt(picture, last)))  # it is the last look itself


def test_a_feed_that_says_the_same_again_is_told_so_in_words_on_the_page_and_the_strip() -> None:
    picture = cast.picture("normal")
    *others, last = picture.feeds
    since = cast.NOW - timedelta(hours=7)
    repeats = replace(picture, feeds=(*others, replace(last, unmoving_since=since)))
    words = f"same figures since {when_words(since, cast.NOW)}"
    strip = to_html(feed_strip(repeats))
    assert strip.count(f">{words.replace(' figures', '')}<") == 1
    # On time all the same, and named before those that are no trouble where there is no room for all.
    assert strip.count('data-state="fresh"') == to_html(feed_strip(picture)).count('data-state="fresh"')
    assert words in to_html(feed_strip(repeats, room_for=2))
    page = to_html(feeds.render(repeats))
    assert words in page
    assert "it may be sending an old extract again" in page
    assert "same figures" not in to_html(feeds.render(picture)).lower()


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        (ClockOff(timedelta(minutes=-7, seconds=-40), ClockBy.ANSWER), "seems 7 min behind. Its figures are left as it gives them"),
        (ClockOff(timedelta(minutes=9), ClockBy.ANSWER), "seems 9 min ahead. Its figures"),
        (ClockOff(timedelta(minutes=-7), ClockBy.FILES), "seems 7 min behind, or its files are written 7 min after the moment"),
        (ClockOff(timedelta(minutes=3), ClockBy.FILES), "seems 3 min ahead: its files speak of a moment after"),
    ],
)  # fmt: skip
def test_how_far_the_clock_of_a_source_is_off_stands_in_words(clock: ClockOff, said: str) -> None:
    picture = cast.picture("normal")
    first, *others = picture.feeds
    assert said in to_html(feeds.render(replace(picture, feeds=(replace(first, clock=clock), *others))))
    assert "Its clock" not in to_html(feeds.render(picture))


def test_a_feed_that_answered_with_nothing_is_not_on_time_in_word_or_sign() -> None:
    picture = cast.picture("normal")
    first, *others = picture.feeds
    assert first.state is State.FRESH
    silent = replace(picture, feeds=(replace(first, state=State.UNKNOWN), *others))
    for page in (to_html(feeds.render(silent)), to_html(feed_strip(silent))):
        assert page.count("answered with nothing") == 1
        [tag] = [tag for tag in page.split("<") if 'data-state="unknown"' in tag and "data-observed-at" not in tag][:1]
        assert "data-late-at" not in tag  # nor does it turn late: it says nothing already
    on_time = sum(status.state is State.FRESH for status in picture.feeds)
    assert f"{on_time - 1} of {len(picture.feeds)} on time" in to_html(feeds.render(silent))


def test_figures_that_were_known_an_hour_ago_are_unknown_now_and_not_never_received() -> None:
    westshire = cast.county()
    rows = [replace(row, value=None) if row.measure.startswith("ga_") else row for row in cast.known()]
    values = work_out(expect(westshire, local_day(cast.NOW)), rows, cast.NOW)
    picture = replace(cast.picture("normal"), county=westshire, values=values)
    assert picture.value("northgate", "ga_beds_occupied").state is State.UNKNOWN
    on_the_wall = to_html(wall.render(picture, cast.COUNTY_BOARD))
    assert "Beds unknown" in on_the_wall
    assert "Beds never" not in on_the_wall
    assert "never received" not in to_html(demand.render(picture))
    assert "Beds never" in to_html(wall.render(cast.picture("empty"), cast.COUNTY_BOARD))


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


def test_rows_of_a_list_that_was_held_whole_are_counted_and_their_document_is_named_once() -> None:
    picture = cast.picture("normal")
    first, *others = picture.feeds
    held = [HeldRow("beds", 9, cast.NOW, "r.csv, referrals", "half the size", place, rows=14) for place in SITES]
    page = to_html(feeds.render(replace(picture, feeds=(replace(first, held_rows=tuple(held)), *others))))
    assert page.count("r.csv, referrals") == 1
    assert "28 rows: half the size" in page
    assert ", ".join(picture.county.places[place].label for place in SITES) in page


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
