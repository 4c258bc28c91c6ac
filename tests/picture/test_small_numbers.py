"""Small numbers of people on a board: hidden, and not to be worked out from anything else that stands there."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from flowcentre.model import (
    Access,
    Board,
    County,
    Level,
    Picture,
    Place,
    PlaceKind,
    Places,
    Point,
    SmallNumbers,
    State,
    Value,
)
from flowcentre.picture.small_numbers import small_hidden
from layouts import demand, wall
from layouts.finished import to_html
from layouts.parts.figure import figure

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LIMITS = SmallNumbers()
PEOPLE, STREAMED = "ae_patients_now", ("ae_streamed_navigation_today", "ae_streamed_gp_today", "ae_streamed_sdec_today")
SITES = {"a": ("one", "north"), "b": ("one", "south"), "c": ("two", "north")}
PLACES = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        *(Place(id, id, Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire") for id in ("north", "south")),
        *(Place(id, id, Level.ORGANISATION, PlaceKind.TRUST, parent="westshire") for id in ("one", "two")),
        *(
            Place(id, id, Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent=trust, locality=locality)
            for id, (trust, locality) in SITES.items()
        ),
    ]
)
COUNTY = County("Westshire", PLACES, (), access=Access(configured=True, small_numbers=LIMITS))


def picture(counts: dict[str, dict[str, float]], *, sites: dict[str, tuple[str, str]] = SITES) -> Picture:
    """Counts of each measure at each site, with every total that a board shows."""
    values: dict[tuple[str, str], Value] = {}
    for measure, at in counts.items():
        for site, number in at.items():
            values[site, measure] = Value(measure, site, number, State.FRESH, AT)
            for total in (*sites.get(site, ()), "westshire"):
                before = values.get((total, measure))
                so_far = before.value or 0 if before is not None else 0
                values[total, measure] = Value(measure, total, so_far + number, State.FRESH, AT, derived=True)
    return Picture(1, AT, AT, COUNTY, values)


def told(shown: Picture) -> dict[tuple[str, str], str]:
    return {key: value.hidden or str(value.value) for key, value in shown.values.items()}


def test_a_small_number_is_hidden_others_rounded_and_nobody_is_shown_as_such() -> None:
    shown = told(small_hidden(picture({PEOPLE: {"a": 3, "b": 43, "c": 0}}), LIMITS))
    assert shown["a", PEOPLE] == "*"
    assert (shown["b", PEOPLE], shown["c", PEOPLE], shown["westshire", PEOPLE]) == ("45.0", "0.0", "45.0")


def test_without_limits_nothing_is_changed() -> None:
    given = picture({PEOPLE: {"a": 3, "b": 43, "c": 0}})
    assert small_hidden(given, None) is given


@pytest.mark.parametrize(("limits", "most"), [(LIMITS, 11), (SmallNumbers(3, 3), 7)], ids=["national", "three"])
def test_no_hidden_count_can_be_told_from_the_totals_by_owner_and_by_locality(limits: SmallNumbers, most: int) -> None:
    """A reader who knows the method draws the board of every county there could be, and sees which would look like this one."""
    could_be: dict[tuple[tuple[tuple[str, str], str], ...], list[dict[str, float]]] = defaultdict(list)
    for numbers in product(range(most + 7), repeat=3):
        counts = dict(zip(SITES, map(float, numbers), strict=True))
        shown = told(small_hidden(picture({PEOPLE: counts}), limits))
        could_be[tuple(sorted(shown.items()))].append(counts)
    for board, counties in could_be.items():
        if max(max(each.values()) for each in counties) > most + 4:
            continue  # of larger counties not all were drawn
        for site in SITES:
            could = {each[site] for each in counties}
            if any(0 < number <= limits.hide_to for number in could):
                assert dict(board)[site, PEOPLE] == "*"
                assert len(could) >= 2, (board, counties)


def test_what_a_sum_is_made_of_gives_none_of_it_away_either() -> None:
    """Of 5,832 counties each hidden part could be more than one number, though the sum and the other parts are shown."""
    could_be = defaultdict(list)
    for numbers in product(range(18), repeat=3):
        given = picture({measure: {"a": float(n)} for measure, n in zip(STREAMED, numbers, strict=True)})
        values = dict(given.values)
        whole = Value("ae_streamed_today", "a", float(sum(numbers)), State.FRESH, AT, derived=True)
        values["a", "ae_streamed_today"] = whole
        shown = told(small_hidden(replace(given, values=values), LIMITS))
        could_be[tuple(sorted(shown.items()))].append(numbers)
    for board, counties in could_be.items():
        if max(map(max, counties)) > 15:
            continue
        for index, measure in enumerate(STREAMED):
            could = {each[index] for each in counties}
            if any(0 < number <= LIMITS.hide_to for number in could):
                assert dict(board)["a", measure] == "*"
                assert len(could) >= 2, (board, counties)


def test_a_share_is_worked_out_of_what_is_shown_and_hidden_with_it() -> None:
    given = picture({"nctr_now": {"a": 3, "b": 43}, "ga_beds_occupied": {"a": 400, "b": 400}})
    shares = {
        (site, "nctr_share"): Value("nctr_share", site, share, State.FRESH, AT, derived=True)
        for site, share in (("a", 0.75), ("b", 10.75))
    }
    shown = told(small_hidden(replace(given, values={**given.values, **shares}), LIMITS))
    assert (shown["a", "nctr_share"], shown["b", "nctr_share"]) == ("*", "11.25")  # of 45, not of 43
    assert shown["a", "ga_beds_occupied"] == "400"  # a bed is nobody


def test_the_line_of_a_count_tells_no_more_than_the_count() -> None:
    given = picture({PEOPLE: {"a": 43, "b": 3}})
    points = (Point(AT, 3.0), Point(AT, 8.0), Point(AT, None), Point(AT, 43.0))
    shown = small_hidden(replace(given, trends={("a", PEOPLE): points, ("b", PEOPLE): points}), LIMITS)
    assert [point.value for point in shown.trend("a", PEOPLE)] == [None, 10.0, None, 45.0]
    assert shown.trend("b", PEOPLE) == ()


def test_a_hidden_figure_says_what_it_is_and_keeps_its_state() -> None:
    shown = small_hidden(picture({PEOPLE: {"a": 3, "b": 43}}), LIMITS)
    said = to_html(figure(shown.value("a", PEOPLE), AT))
    assert '<span class="number">*</span>' in said
    assert "not shown" in said
    assert ">3<" not in said
    assert 'data-state="fresh"' in said


def test_a_board_of_a_county_that_hides_small_numbers_shows_none_and_the_page_of_demand_shows_all() -> None:
    given = picture({PEOPLE: {"a": 3, "b": 43}})
    board = wall.body(given, Board("county", "County", "wall", ("westshire",)))
    shown = re.findall(r'data-measure="ae_patients_now">.*?<span class="number">([^<]*)<', board)
    assert shown == ["45", "*", "45"]  # the county, and each hospital in turn; what nobody reports has no number
    assert ">3<" in to_html(demand.render(given))
