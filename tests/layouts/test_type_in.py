"""What pages say of typed values: who, when, until when; and that nobody is late who promised nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flowcentre.model import Board, Picture, Typed
from flowcentre.picture import build
from flowcentre.store import Store, open_store
from layouts import explain, feeds, type_in, wall
from layouts.finished import to_html
from layouts.parts.feed_strip import feed_strip
from layouts.parts.sparkline import silence
from layouts.parts.typed_words import typed_words, until_words
from tests.feeds.typed_cast import AT, COUNTY, FILE, HOUR, Clock, desk_of, slip
from tests.store.saying import sighting, tell

NORTH = "neighbours-north"


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def seen(store: Store, at: datetime = AT) -> Picture:
    return build(store, COUNTY, at, live=True)


def text(component: object) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", to_html(component)).split())


def explained(picture: Picture, measure: str = "voluntary_used") -> str:
    return text(explain.render(picture, NORTH, measure, (), ()))


@pytest.mark.parametrize(
    ("typed_at", "expires_at", "at", "words"),
    [
        ((22, 9, 12), (22, 13, 12), (22, 10, 0), "Typed in by night lead at 09:12, holds until 13:12"),
        ((22, 9, 12), (22, 13, 12), (22, 13, 12), "Typed in by night lead at 09:12, expired at 13:12"),
        ((22, 21, 0), (23, 8, 0), (22, 22, 0), "Typed in by night lead at 21:00, holds until tomorrow 08:00"),
        ((22, 21, 0), (23, 8, 0), (23, 7, 0), "Typed in by night lead yesterday 21:00, holds until 08:00"),
        ((22, 21, 0), (23, 8, 0), (24, 7, 0), "Typed in by night lead 22 Nov 21:00, expired yesterday 08:00"),
        ((22, 9, 0), (28, 9, 0), (22, 9, 0), "Typed in by night lead at 09:00, holds until 28 Nov 09:00"),
    ],
)
def test_who_typed_when_and_until_when_is_one_line(
    typed_at: tuple[int, ...], expires_at: tuple[int, ...], at: tuple[int, ...], words: str
) -> None:
    def moment(day: tuple[int, ...]) -> datetime:
        return datetime(2026, 11, *day, tzinfo=UTC)  # type: ignore[misc]

    assert typed_words(Typed("night lead", moment(typed_at), moment(expires_at)), moment(at)) == words


def test_the_morning_after_the_clocks_go_back_is_tomorrow() -> None:
    assert (
        until_words(datetime(2026, 10, 25, 8, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)) == "tomorrow 08:00"
    )


def test_a_typed_value_explains_who_typed_it_and_leads_to_the_form(store: Store) -> None:
    desk_of(store, Clock()).take(slip(author="night lead"))
    assert "Typed in by night lead at 08:14, holds until 12:14 ( type in )" in explained(seen(store))
    assert "late after" not in explained(seen(store))
    free = explained(seen(store), "voluntary_free")
    assert "worked out here. Typed in by night lead at 08:14, holds until 12:14" in free
    assert "expired at 12:14" in explained(seen(store, AT + 5 * HOUR))


def test_the_feeds_page_says_typed_in_with_who_and_when_and_calls_it_neither_late_nor_silent(store: Store) -> None:
    def card(at: datetime) -> str:
        return to_html(feeds.render(seen(store, at)))

    said = {"reablement_hours_capacity": 80.0, "reablement_hours_used": 60.0}
    tell(store, FILE.id, AT, sighting("wupi-north", AT, **said))
    assert "1 of 1 on time, and 1 typed in" in text(feeds.render(seen(store)))
    never = card(AT)
    assert 'data-state="typed"' in never
    assert "never received" not in never
    desk_of(store, Clock()).take(slip(author="night lead"))
    for at, words in ((AT, "holds until 12:14"), (AT + 9 * HOUR, "expired at 12:14")):
        drawn = card(at)
        assert f"Typed in by night lead at 08:14, {words}" in drawn
        assert "4 h, unless whoever types says otherwise" in drawn
        typed = drawn[drawn.index('id="typed-in"') :]
        for word in ("Next look", "Late after", "Skipped today", "data-stale-at"):
            assert word not in typed


def test_a_strip_of_feeds_names_it_last_and_counts_it_among_no_trouble(store: Store) -> None:
    strip = text(feed_strip(seen(store)))
    assert "Typed in nothing typed in" in strip
    desk_of(store, Clock()).take(slip())
    assert "Typed in 2 h ago" in text(feed_strip(seen(store, AT + 2.5 * HOUR)))
    crowded = replace(seen(store, AT + 24 * HOUR), feeds=seen(store, AT + 24 * HOUR).feeds[::-1] * 3)
    assert "and 4 more: 1 not on time" in text(feed_strip(crowded, room_for=3))


def test_a_wall_is_drawn_of_a_county_where_figures_are_typed_in(store: Store) -> None:
    desk_of(store, Clock()).take(slip())
    assert "Typed in" in wall.body(seen(store), Board("county", "Westshire", "wall", ("westshire",)))


def test_a_line_of_days_holds_as_long_as_the_file_that_drew_it_though_the_last_point_was_typed(store: Store) -> None:
    said = {"reablement_hours_capacity": 80.0, "reablement_hours_used": 60.0}
    tell(store, FILE.id, AT - HOUR, sighting("wupi-north", AT - HOUR, **said))
    desk_of(store, Clock()).take(
        slip(place="wupi-north", figures={"reablement hours": {"used": "61", "staffed": "80"}})
    )
    picture = seen(store)
    assert silence(picture, picture.value("wupi-north", "reablement_hours_used")) == FILE.stale_after
    desk_of(store, Clock()).take(slip())
    assert silence(seen(store), seen(store).value(NORTH, "voluntary_used")) == 4 * HOUR


def test_the_list_says_what_a_file_reported_where_that_is_newer(store: Store) -> None:
    said = {"reablement_hours_capacity": 80.0, "reablement_hours_used": 60.0}
    tell(store, FILE.id, AT, sighting("wupi-north", AT - timedelta(minutes=20), **said))
    page = type_in.list_document(seen(store), desk_of(store, Clock()).places(), AT, fingerprint="f")
    assert "From Promoting Independence, 20 min ago." in page
    assert page.count("Nothing has been typed in yet.") == 3


def test_a_page_of_typing_in_runs_no_script_of_its_own_and_loads_nothing_from_elsewhere(store: Store) -> None:
    page = type_in.list_document(seen(store), desk_of(store, Clock()).places(), AT, fingerprint="f")
    assert "//" not in page.replace("<!doctype html>", "")
    assert page.count("<script") == page.count('<script src="/assets/') == 2
    assert '<meta name="referrer" content="same-origin">' in page
