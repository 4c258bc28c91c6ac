"""Missing is never zero, old is never unmarked, and a partial total says that it is one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from flowcentre.measures import ALL
from flowcentre.model import Coverage, PlaceKind, Point, State, Value
from layouts import demand, wall
from layouts.finished import to_html
from layouts.parts.feed_strip import feed_strip
from layouts.parts.figure import figure, follows_from, noted
from layouts.parts.sparkline import WIDTH, direction, sparkline, trend
from layouts.services import SERVICES, Service
from tests.layouts.cast import COUNTY_BOARD, NORTHGATE_BOARD, NOW, picture

MINUTES, HOURS = timedelta(minutes=1), timedelta(hours=1)
OLD = Value("ae_patients_now", "northgate", 41.0, State.STALE, NOW - 3 * HOURS, NOW - 3 * HOURS)


def _words(markup: str) -> str:
    return re.sub(r"<[^>]*>", "", markup)


@pytest.mark.parametrize(("state", "said"), [(State.UNKNOWN, "unknown"), (State.NEVER, "never received")])
def test_a_missing_value_shows_no_digit_whatever_it_counts(state: State, said: str) -> None:
    for measure, value in product(ALL, (None, 0.0, 41.0)):  # nor what was left in it
        written = to_html(figure(Value(measure, "northgate", value, state), NOW))
        assert not re.search(r"\d", _words(written)), measure
        assert "\N{EM DASH}" in written, measure
        assert said in written, measure
        assert f'data-state="{state.value}"' in written


@pytest.mark.parametrize("state", [State.FRESH, State.LATE])
def test_a_value_without_a_number_is_unknown_whatever_its_state_says(state: State) -> None:
    assert 'data-state="unknown"' in to_html(figure(Value("nctr_now", "northgate", None, state), NOW))


def test_a_stale_value_is_marked_with_what_it_was_and_when() -> None:
    written = to_html(figure(OLD, NOW))
    assert 'data-state="stale"' in written
    assert 'data-was="was 41, "' in written
    assert ">3 h ago</time>" in written


def test_a_fresh_value_carries_the_moments_at_which_it_grows_old() -> None:
    value = replace(OLD, state=State.FRESH, observed_at=NOW, late_at=NOW + 5 * MINUTES, stale_at=NOW + 15 * MINUTES)
    written = to_html(figure(value, NOW))
    assert 'data-late-at="2026-11-22T08:19:32Z"' in written
    assert 'data-stale-at="2026-11-22T08:29:32Z"' in written
    assert 'data-observed-at="2026-11-22T08:14:32Z"' in written
    assert 'data-was="was 41, "' in written  # ready for the script, which changes data-state alone


def test_a_late_value_of_a_past_moment_says_so_in_a_word() -> None:
    assert _words(to_html(figure(replace(OLD, state=State.LATE, observed_at=None), NOW))) == "41 late"
    assert _words(to_html(figure(replace(OLD, state=State.FRESH, observed_at=None), NOW))) == "41"


def test_what_follows_from_values_is_as_late_as_the_latest_of_them() -> None:
    fresh = replace(OLD, state=State.FRESH, late_at=NOW + 9 * MINUTES, stale_at=NOW + 15 * MINUTES)
    late = replace(OLD, state=State.LATE, late_at=NOW - MINUTES, stale_at=NOW + 5 * MINUTES)
    assert follows_from([fresh])["data-state"] == "fresh"
    assert follows_from([fresh, late]) == {
        "data-state": "late",
        "data-late-at": "2026-11-22T08:13:32Z",
        "data-stale-at": "2026-11-22T08:19:32Z",
    }
    assert follows_from([fresh, OLD])["data-state"] == "fresh"  # what is too old is in nothing
    assert follows_from([fresh, late], then=True) == {"data-state": "late"}


def test_a_partial_total_says_at_least_and_who_of_how_many() -> None:
    value = Value(
        "ga_beds_occupied", "westshire", 886.0, State.FRESH, NOW, NOW, coverage=Coverage(2, 3, "sites"), at_least=True
    )
    assert _words(to_html(figure(value, NOW))).startswith("at least 886")
    assert _words(to_html(noted(value))) == "2 of 3 sites"


def test_rows_held_back_are_said_beside_the_figure() -> None:
    assert _words(to_html(noted(replace(OLD, held=2)))) == "2 rows held back"


@pytest.mark.parametrize("draw", [lambda p: wall.body(p, COUNTY_BOARD), lambda p: to_html(demand.render(p))])
def test_where_nothing_was_received_no_figure_is_shown_at_all(draw) -> None:  # type: ignore[no-untyped-def]
    written = draw(picture("empty"))
    numbers = re.findall(r'class="number">([^<]*)<', written)
    assert len(numbers) > 60
    assert set(numbers) == {"\N{EM DASH}"}
    assert "<path" not in written


def test_on_a_stale_wall_every_figure_is_marked() -> None:
    states = re.findall(r'class="figure [a-z]+"[^>]* data-state="([a-z]+)"', wall.body(picture("stale"), COUNTY_BOARD))
    assert len(states) > 60
    assert set(states) == {"stale"}


def test_a_silent_site_makes_the_wall_say_at_least_and_one_of_two_sites() -> None:
    written = wall.body(picture("partial"), COUNTY_BOARD)
    total = written.partition('class="hospital total"')[2].partition("</article>")[0]
    attendances = total.partition('data-measure="ae_attendances_today"')[2].partition('class="cell"')[0]
    assert "at least 87" in _words(attendances)
    assert "1 of 2 sites" in _words(attendances)


def test_a_service_that_a_locality_does_not_have_is_said_to_be_none_and_not_unknown() -> None:
    written = wall.body(picture(), COUNTY_BOARD)
    tile = written.partition('class="service" data-measure="community_beds_free"')[2]
    assert "Northno service" in _words(tile.partition("</dl>")[0])
    assert "none in North Westshire" in _words(wall.body(picture(), NORTHGATE_BOARD))


def test_a_column_that_no_feed_of_the_county_reports_says_so_and_not_that_nothing_ever_came() -> None:
    drawn = picture()
    without = replace(
        drawn, values={key: value for key, value in drawn.values.items() if not key[1].startswith(("ae_", "ambulance"))}
    )
    said = wall.body(without, COUNTY_BOARD)
    assert "never" not in said
    assert said.count("no feed reports this") == 4 * wall.body(drawn, COUNTY_BOARD).count("<article")
    assert "A&amp;E <" not in said  # no clock of what is not there


def test_a_figure_of_five_signs_stands_closer_together_on_a_wall_so_that_it_keeps_clear_of_the_next() -> None:
    hospitals = wall.body(picture("overloaded"), COUNTY_BOARD).partition('class="community"')[0]
    signs = re.findall(r'class="headline( long)?".*?class="number">([^<]+)<', hospitals)
    assert {bool(long) for long, _ in signs} == {True, False}
    assert all(bool(long) == (len(number) >= 5) for long, number in signs)


def test_a_part_of_a_county_that_no_feed_reports_is_one_line_and_no_table_or_tile_of_nothing() -> None:
    drawn = picture()
    values = {key: value for key, value in drawn.values.items() if not key[1].startswith(("ae_", "ambulance"))}
    said = to_html(demand.render(replace(drawn, values=values)))
    assert '<h2>A&amp;E and ambulances</h2><p class="not-here">No feed reports this.</p>' in said
    assert said.count('class="tile"') == to_html(demand.render(drawn)).count('class="tile"') - 4


def test_how_old_a_figure_is_stands_behind_the_words_that_go_on_from_it() -> None:
    said = _words(to_html(demand.render(picture("stale"))))
    assert re.search(r"of (?:at least )?[\d,]+ beds\S* ?\d+ \w+ ago", said.replace("\N{NO-BREAK SPACE}", " "))


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.kind.value)
def test_a_service_that_no_feed_reports_is_said_to_be_there_and_not_to_be_none(service: Service) -> None:
    whole = picture()
    assert whole.county.places.of_kind(service.kind)
    measures = (service.measure, *(measure for measure, _ in service.others))
    values = {key: value for key, value in whole.values.items() if key[1] not in measures}
    unreported = replace(whole, values=values)
    on_the_wall = _words(wall.body(unreported, COUNTY_BOARD))
    assert f"{service.short_name} {service.word}no feed reports this" in on_the_wall
    assert "none in Westshire" not in on_the_wall
    row = to_html(demand.render(unreported)).partition(f"{service.name} {service.word}</a>")[2].partition("</tr>")[0]
    assert "no feed reports this" in row
    assert "none here" not in row.partition("</td>")[0]  # the column of the whole county


def test_homes_of_a_locality_whose_feed_was_taken_out_are_not_none() -> None:
    whole = picture()
    [service] = [service for service in SERVICES if service.kind is PlaceKind.CARE_HOME]
    values = {key: value for key, value in whole.values.items() if key != ("north", service.measure)}
    written = wall.body(replace(whole, values=values), COUNTY_BOARD)
    tile = written.partition(f'class="service" data-measure="{service.measure}"')[2]
    assert "Northno feed" in _words(tile.partition("</dl>")[0])


def test_feeds_that_are_not_named_are_counted_with_how_many_are_in_trouble() -> None:
    assert "and 8 more</li>" in to_html(feed_strip(picture("normal"), room_for=4))
    assert "and 8 more: 8 not on time</li>" in to_html(feed_strip(picture("stale"), room_for=4))


def test_names_from_the_configuration_cannot_become_markup() -> None:
    written = wall.document(picture(), replace(COUNTY_BOARD, title="<b>& x"), fingerprint='"><script>')
    assert "<b>" not in written
    assert "<script>" not in written.replace('<script src="/assets/wall/wall.js', "")
    assert "&lt;b&gt;&amp; x" in written


def test_a_demonstration_says_so_on_every_wall_and_a_real_county_does_not() -> None:
    shown = picture()
    assert "invented figures" in wall.document(shown, COUNTY_BOARD, fingerprint="1")
    real = replace(shown, county=replace(shown.county, demonstration=False))
    assert "invented" not in wall.document(real, COUNTY_BOARD, fingerprint="1")


def test_the_longest_wait_of_nobody_is_left_out() -> None:
    shown = picture()
    nobody = dict(shown.values)
    for measure in ("ambulances_waiting_now", "ambulance_longest_handover_now"):
        nobody["northgate", measure] = replace(nobody["northgate", measure], value=0.0)
    words = wall.body(replace(shown, values=nobody), NORTHGATE_BOARD)
    assert "longest" in wall.body(shown, NORTHGATE_BOARD)
    assert "longest" not in words


# --- Sparklines ---------------------------------------------------------------------------------


def test_one_bed_that_is_closed_is_one_bed() -> None:
    shown = picture()
    closed = shown.value("northgate", "beds_closed")
    one = replace(shown, values=shown.values | {("northgate", "beds_closed"): replace(closed, value=1.0)})
    for drawn, words in ((one, " bed closed"), (shown, " beds closed")):
        assert words in _words(wall.body(drawn, NORTHGATE_BOARD))


def _line(points: list[Point], gap_after: timedelta | None = None) -> str:
    return to_html(sparkline(points, NOW, gap_after, label="Beds"))


def test_a_gap_in_the_data_is_a_gap_in_the_line() -> None:
    points = [Point(NOW - 12 * HOURS, 5.0), Point(NOW - 6 * HOURS, None), Point(NOW - 3 * HOURS, 9.0), Point(NOW, 9.0)]
    path = re.findall(r'class="line" d="([^"]*)"', _line(points))[0]
    # From half-way to three quarters, nothing, and again from seven eighths to now.
    assert [float(x) for x in re.findall(r"M([\d.]+)", path)] == [WIDTH / 2, WIDTH * 7 / 8]
    assert [float(x) for x in re.findall(r"H([\d.]+)", path)] == [WIDTH * 3 / 4, WIDTH]


def test_a_long_silence_is_a_gap_where_the_feed_should_have_spoken() -> None:
    points = [Point(NOW - 12 * HOURS, 5.0), Point(NOW - 3 * HOURS, 9.0), Point(NOW, 9.0)]
    assert _line(points).count("M") == 2  # the line, and the dot at its end
    assert _line(points, gap_after=4 * HOURS).count("M") == 3


def test_a_value_holds_until_the_next_is_said() -> None:
    path = _line([Point(NOW - 12 * HOURS, 5.0), Point(NOW - 6 * HOURS, 9.0), Point(NOW, 9.0)])
    assert "M120 36H180V4H240" in path


def test_what_is_counted_since_midnight_has_no_cliff_there() -> None:
    key = ("westshire", "ae_attendances_today")
    evening, midnight = NOW.replace(hour=0, minute=0, second=0) - HOURS, NOW.replace(hour=0, minute=0, second=0)
    told = (Point(evening, 210.0), Point(midnight + 10 * MINUTES, 1.0), Point(NOW, 174.0))
    written = to_html(trend(replace(picture(), trends={key: told}), *key))
    path = re.findall(r'class="line" d="([^"]*)"', written)[0]
    first, second = path.split("M")[1:]
    assert "V" not in first, "yesterday's count ends level"
    ended = float(first.split("H")[1])
    assert ended == pytest.approx(WIDTH * (1 - (NOW - midnight) / (24 * HOURS)), abs=0.1)
    assert float(second.split()[0]) > ended
    stock = ("westshire", "ae_patients_now")
    assert to_html(trend(replace(picture(), trends={stock: told}), *stock)).count("M") == 2, "its line, and the dot"


def test_that_the_lines_are_of_the_last_24_hours_is_said_once() -> None:
    for written in (wall.body(picture(), COUNTY_BOARD), to_html(demand.render(picture()))):
        assert written.count("Lines: last 24\N{NO-BREAK SPACE}hours") == 1


def test_a_line_that_stopped_has_no_present_point() -> None:
    assert 'class="last"' in _line([Point(NOW - 6 * HOURS, 9.0), Point(NOW, 9.0)])
    assert 'class="last"' not in _line([Point(NOW - 6 * HOURS, 9.0), Point(NOW, None)])


def test_nothing_ever_said_draws_nothing() -> None:
    assert sparkline([], NOW) is None
    assert sparkline([Point(NOW - HOURS, None)], NOW) is None


def test_a_line_says_its_scale_to_those_who_cannot_see_it() -> None:
    assert 'aria-label="Beds, last 24 hours: between 5.0 and 9.0"' in _line([Point(NOW - HOURS, 5.0), Point(NOW, 9.0)])
    assert 'aria-label="Beds: 5.0 throughout"' in _line([Point(NOW - HOURS, 5.0), Point(NOW, 5.0)])


def test_the_way_a_stock_went_is_said_in_words_and_a_counters_is_not() -> None:
    shown = picture()
    key = ("westshire", "ae_patients_now")
    shown = replace(shown, trends={key: (Point(NOW - 65 * MINUTES, 150.0), Point(NOW, 148.0))})
    assert to_html(direction(shown, *key)) == (
        '<span class="direction" data-direction="down">down 2 in the last hour</span>'
    )
    assert direction(picture(), "westshire", "ae_attendances_today") is None
    assert direction(picture("stale"), *key) is None
