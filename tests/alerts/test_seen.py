"""What a rule sees in a real picture, and in which words it says that it sees nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from flowcentre.alerts.departed import roots
from flowcentre.alerts.lines import draw, time_at_level, time_words, unknown_words, value_at
from flowcentre.alerts.machine import judge
from flowcentre.alerts.past import Past
from flowcentre.alerts.seen import _short_of, clock, next_silence, see
from flowcentre.measures.packages import WHOLE_SYSTEM
from flowcentre.model import Judged, Outcome, Point, Rule, RuleKind, Seen, State, Value
from flowcentre.store import Store
from tests.alerts.world import AT, DAY, HOUR, MINUTE, World, rule
from tests.store.saying import sighting, tell

OCCUPIED = rule("o", "ga_beds_occupied", "northgate-a1", 24, 20)
SHARE = rule("s", "ga_occupancy", "northgate", 95, 92)
COUNTY_OCCUPIED = rule("c", "ga_beds_occupied", "westshire", 60, 40)
FREE = rule("f", "ga_beds_free", "westshire", 3, 8)
SILENCE = Rule("q", "q", RuleKind.SILENCE, OCCUPIED.severity, (), "card", feeds=("ed",))
FILLS = rule("r", "ae_patients_now", "northgate", 20, 5, RuleKind.STEP, over=HOUR)
LONG = rule("l", "ae_patients_now", "northgate", 60, 50, RuleKind.TIME_AT_LEVEL, over=HOUR, hold_for=30 * MINUTE)


@pytest.fixture
def world(store: Store) -> World:
    """Both databases, with Northgate's A1 and all of Southmere heard from."""
    made = World(store)
    made.beds("northgate-a1", 24)
    made.beds("northgate-a2", 21)
    made.beds("southmere-b1", 18)
    return made


Sight = Callable[[Rule], Seen]


@pytest.fixture
def sight(world: World) -> Sight:
    past = Past(world.store)

    def look(watched: Rule) -> Seen:
        found = see(world.picture(), [watched], world.at, past)
        assert list(found) == [(watched.id, watched.subjects[0])]
        return found[watched.id, watched.subjects[0]]

    return look


# --- A value ----------------------------------------------------------------------------------------


def test_what_is_known_is_seen_with_its_moment_and_its_feeds(world: World, sight: Sight) -> None:
    assert sight(OCCUPIED) == Seen(24, observed_at=AT, feeds=("beds-northgate",))
    assert sight(SHARE).value == pytest.approx(100 * 45 / 48)
    world.at += 31 * MINUTE
    assert sight(OCCUPIED).value == 24  # late, and still the present


def test_what_is_too_old_is_seen_as_nothing_with_the_moment_of_the_last_news(world: World, sight: Sight) -> None:
    world.at += HOUR
    assert sight(OCCUPIED) == Seen(None, observed_at=AT, feeds=("beds-northgate",), why="no news since 08:00")
    world.at += DAY
    assert sight(OCCUPIED).why == "no news since 08:00 on 22 Nov"


def test_a_picture_that_was_made_while_it_was_fresh_does_not_keep_it_so(world: World) -> None:
    picture = world.picture()
    past = Past(world.store)
    for after, value in ((HOUR - timedelta(milliseconds=1), 24), (HOUR, None)):
        assert see(picture, [OCCUPIED], AT + after, past)["o", "northgate-a1"].value == value


def test_each_way_of_knowing_nothing_has_its_own_words(world: World, sight: Sight) -> None:
    assert sight(FILLS).why == "nothing has ever come"
    assert sight(replace(OCCUPIED, places=("nowhere",))).why == "this place is no longer in the configuration"
    assert sight(replace(OCCUPIED, measure="nothing")).why == "there is no such measure any more"
    assert sight(replace(OCCUPIED, measure="nctr_now")).why == "no feed in the configuration reports it here"
    world.at += MINUTE
    world.beds("northgate-a1", None)
    assert sight(OCCUPIED).why == "the source gives no figure"
    world.beds("northgate-a1", 20, 0)
    assert sight(replace(SHARE, places=("northgate-a1",))).value is None
    world.closes("northgate-a1", on=AT.date() - DAY)
    assert sight(OCCUPIED).why == "this place is closed"


def test_what_was_typed_says_until_when_it_held(world: World, sight: Sight) -> None:
    neighbours = rule("n", "voluntary_used", "neighbours-north", 10, 5)
    world.typed("11")
    assert sight(neighbours).value == 11
    world.at += HOUR
    assert (sight(neighbours).value, sight(neighbours).why) == (None, "what was typed in held until 09:00")


def test_of_a_total_with_a_silent_site_it_is_seen_that_it_is_a_least_figure(world: World, sight: Sight) -> None:
    world.at += HOUR + MINUTE
    world.beds("southmere-b1", 18)
    seen = sight(COUNTY_OCCUPIED)
    assert (seen.value, seen.at_least, seen.why) == (18, True, "only 1 of 2 sites report")
    assert judge(COUNTY_OCCUPIED, seen) is Judged.UNKNOWN


def test_a_share_of_some_may_be_a_breach_and_a_difference_of_some_is_nothing(world: World, sight: Sight) -> None:
    world.at += HOUR + MINUTE
    world.beds("southmere-b1", 24)
    county = replace(SHARE, places=("westshire",))
    assert (sight(county).value, sight(county).partial) == (100, True)
    assert judge(county, sight(county)) is Judged.BREACH
    world.beds("southmere-b1", 10)
    assert judge(county, sight(county)) is Judged.UNKNOWN
    assert (sight(FREE).value, sight(FREE).why) == (None, "only 1 of 2 sites report")


def test_the_moment_is_said_by_the_clocks_of_london() -> None:
    summer = AT.replace(month=7)
    assert clock(summer, summer) == "09:00"
    assert clock(summer.replace(hour=23, minute=30), summer) == "00:30 on 23 Jul"


# --- A step -----------------------------------------------------------------------------------------


def test_a_step_is_the_change_since_so_long_before(world: World, sight: Sight) -> None:
    world.at -= HOUR
    world.emergency(50, 0)
    world.at += HOUR
    world.emergency(72, 0)
    seen = sight(FILLS)
    assert (seen.value, seen.observed_at, seen.why) == (22, AT, "50 at 07:00, 72 now")
    world.at += 10 * MINUTE
    world.emergency(40, 0)
    assert sight(FILLS).value == -10


def test_a_step_needs_both_ends(world: World, sight: Sight) -> None:
    world.at -= 2 * HOUR
    world.emergency(50, 0)
    world.at += 2 * HOUR
    world.emergency(72, 0)
    assert (sight(FILLS).value, sight(FILLS).why) == (None, "of 07:00: no news since 06:00")
    world.at += 2 * HOUR
    assert sight(FILLS).why == "no news since 08:00"


def test_a_member_that_speaks_again_is_no_step(world: World, sight: Sight) -> None:
    """54 of one site, and an hour later 72 of both: nobody came."""
    fills = rule("b", "ga_beds_occupied", "westshire", 10, 5, RuleKind.STEP, over=HOUR)
    world.at += 90 * MINUTE
    world.beds("northgate-a1", 24)
    world.beds("northgate-a2", 21)
    world.at += 59 * MINUTE
    for ward in ("northgate-a1", "northgate-a2", "southmere-b1"):
        world.beds(ward, 20)
    assert sight(COUNTY_OCCUPIED).value == 60
    assert sight(fills).value is None


def test_a_count_since_midnight_has_no_step_over_midnight(world: World, sight: Sight) -> None:
    comes = rule("m", "ae_attendances_today", "northgate", 20, 5, RuleKind.STEP, over=HOUR)
    world.at = AT.replace(hour=23, minute=30)
    world.emergency(50, 0, 180)
    world.at += HOUR
    world.emergency(50, 0, 4)
    assert sight(comes) == Seen(None, observed_at=world.at, feeds=("ed",), why="it is counted anew since midnight")


# --- Time at a level --------------------------------------------------------------------------------


def test_time_at_a_level_counts_what_is_known_of_the_time_before(world: World, sight: Sight) -> None:
    world.at -= HOUR
    while world.at <= AT:
        world.emergency(65 if world.at >= AT - 35 * MINUTE else 40, 0)
        world.at += 5 * MINUTE
    world.at = AT
    seen = sight(LONG)
    assert (seen.value, seen.judged, seen.why) == (65, Judged.BREACH, "at or past 60 for 35 of the last 60 minutes")
    world.at += 5 * MINUTE
    world.emergency(45, 0)
    assert sight(LONG).judged is Judged.BREACH  # half of the last hour is still past it
    for _ in range(4):
        world.at += 5 * MINUTE
        world.emergency(45, 0)
        world.at += 5 * MINUTE
        world.emergency(55, 0)
    assert sight(LONG).judged is Judged.BETWEEN
    world.at += MINUTE
    world.emergency(45, 0)
    assert sight(LONG).judged is Judged.CALM


def test_a_time_of_which_too_little_is_known_says_nothing(world: World, sight: Sight) -> None:
    world.at -= HOUR
    world.emergency(65, 0)
    world.at = AT
    world.emergency(40, 0)
    seen = sight(LONG)  # the news of an hour ago stood for twenty minutes
    assert seen.judged is Judged.UNKNOWN
    assert seen.why == ("at or past 60 for 20 of the last 60 minutes, and nothing is known of 40 of them")


def test_a_line_ends_where_its_news_grew_old() -> None:
    points = [Point(AT, 1.0), Point(AT + 10 * MINUTE, 2.0), Point(AT + HOUR, 3.0), Point(AT + 2 * HOUR, None)]
    line = draw(points, AT + 90 * MINUTE, 20 * MINUTE)
    assert [(point.at - AT, point.value) for point in line] == [
        (timedelta(0), 1), (10 * MINUTE, 2), (30 * MINUTE, None), (HOUR, 3), (80 * MINUTE, None),
    ]  # fmt: skip
    assert [value_at(line, AT + m * MINUTE) for m in (-1, 0, 10, 29, 30, 60)] == [None, 1, 2, 2, None, 3]
    assert draw(points, AT + 90 * MINUTE, None) == points[:3]  # a total has a point of its own where it ends
    late = AT.replace(hour=23)
    counted = draw([Point(late, 9.0)], late + 5 * HOUR, 4 * HOUR, since_midnight=True)
    assert counted[-1] == Point(late + HOUR, None)


def test_the_time_at_a_level_is_cut_to_what_is_looked_back_over() -> None:
    line = [Point(AT, 70.0), Point(AT + 3 * HOUR, 40.0)]
    assert time_at_level(LONG, line, AT + 3 * HOUR + 20 * MINUTE) == (40 * MINUTE, timedelta(0))
    assert time_at_level(LONG, line, AT + 20 * MINUTE) == (20 * MINUTE, 40 * MINUTE)
    assert time_at_level(LONG, [], AT) == (timedelta(0), HOUR)


# --- Silence ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "judged", "why"),
    [
        (9, Judged.CALM, ""),
        (10, Judged.BETWEEN, "no news since 08:00"),
        (19, Judged.BETWEEN, "no news since 08:00"),
        (20, Judged.BREACH, "no news since 08:00"),
        (2000, Judged.BREACH, "no news since 08:00 on 22 Nov"),
    ],
)
def test_a_feed_is_late_and_then_silent_by_its_own_rhythm(
    world: World, sight: Sight, minutes: int, judged: Judged, why: str
) -> None:
    world.emergency(20, 0)
    world.at += minutes * MINUTE
    assert sight(SILENCE) == Seen(minutes, observed_at=AT, why=why, feeds=("ed",), judged=judged)


def test_polls_that_bring_nothing_are_silence_too(world: World, sight: Sight) -> None:
    world.emergency(20, 0)
    for outcome in (Outcome.UNCHANGED, Outcome.REFUSED, Outcome.UNAVAILABLE, Outcome.HELD):
        world.at += 5 * MINUTE
        world.poll("ed", outcome)
    assert sight(SILENCE).judged is Judged.BREACH


def test_a_feed_that_was_never_heard_or_gives_no_figure_is_silent(world: World, sight: Sight) -> None:
    assert (sight(SILENCE).judged, sight(SILENCE).value, sight(SILENCE).why) == (
        Judged.BREACH, None, "it has never spoken")  # fmt: skip
    world.emergency(None, None, None)
    assert (sight(SILENCE).judged, sight(SILENCE).why) == (Judged.BREACH, "it answers, and gives no figure")
    world.at += MINUTE
    world.emergency(3, 0)
    assert sight(SILENCE).judged is Judged.CALM


def test_a_feed_that_says_the_very_same_for_too_long_is_silent_to_a_rule_that_asks_for_it(world: World) -> None:
    world.emergency(20, 0)
    picture = world.picture()
    feeds = tuple(
        replace(each, unmoving_since=AT - 7 * HOUR) if each.feed.id == "ed" else each for each in picture.feeds
    )
    repeated = replace(picture, feeds=feeds)
    asks = replace(SILENCE, unmoving=True)
    told = see(repeated, [asks], AT, Past(world.store))["q", "ed"]
    assert (told.judged, told.why) == (Judged.BREACH, "the very same figures since 01:00, under new moments")
    assert see(repeated, [SILENCE], AT, Past(world.store))["q", "ed"].judged is Judged.CALM
    assert see(picture, [asks], AT, Past(world.store))["q", "ed"].judged is Judged.CALM


def test_a_feed_that_is_no_more_is_unknown_and_not_silent(world: World, sight: Sight) -> None:
    gone = sight(replace(SILENCE, feeds=("another",)))
    assert (gone.judged, gone.why) == (Judged.UNKNOWN, "this feed is no longer in the configuration")


def test_it_is_known_when_a_watched_feed_turns(world: World) -> None:
    world.emergency(20, 0)
    picture = world.picture()
    found = [next_silence(picture, [SILENCE], AT + m * MINUTE) for m in (0, 10, 20)]
    assert found == [AT + 10 * MINUTE, AT + 20 * MINUTE, None]
    assert next_silence(picture, [OCCUPIED], AT) is None


def test_lengths_under_a_minute_and_of_one_are_told_in_words() -> None:
    minute, hour = replace(LONG, over=MINUTE), LONG
    seconds = timedelta(seconds=20)
    assert time_words(minute, timedelta(0)) == "at or past 60 for none of the last minute"
    assert time_words(minute, seconds) == "at or past 60 for less than a minute of the last minute"
    assert time_words(hour, seconds) == "at or past 60 for less than a minute of the last 60 minutes"
    assert time_words(hour, 60 * MINUTE) == "at or past 60 for all of the last 60 minutes"
    assert [unknown_words(hour, each) for each in (seconds, MINUTE, 60 * MINUTE)] == [
        "less than a minute of it",
        "1 of them",
        "all of it",
    ]


def test_one_row_that_is_held_back_is_told_in_the_singular() -> None:
    value = Value("ae_over_12h_now", "northgate", 1, State.FRESH, AT, AT, ("ed",), held=1)
    assert _short_of(value) == "1 row is held back"


def test_rows_held_back_make_a_count_of_people_a_least_figure(world: World, sight: Sight) -> None:
    from flowcentre.model import Held

    said = sighting("northgate", AT, ae_patients_now=20, ae_over_12h_now=0)
    tell(world.store, "ed", AT, said, held=[Held("a row", "a time in the future", place="northgate")] * 3)
    seen = sight(rule("h", "ae_over_12h_now", "northgate", 5, 1))
    assert (seen.value, seen.at_least, seen.why) == (0, True, "3 rows are held back")


def test_what_is_counted_of_several_lists_goes_back_to_each_of_them() -> None:
    assert roots(WHOLE_SYSTEM.id) == {WHOLE_SYSTEM.id, "delayed_now", "poc_waiting_now"}
    assert {"ga_beds_occupied", "ga_beds_core_open"} < roots("ga_occupancy")
