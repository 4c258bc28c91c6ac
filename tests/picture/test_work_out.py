"""How many become one, and how silence shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flowcentre.model import County, Feed, Level, Place, PlaceKind, Places, State
from flowcentre.picture.build import Values, work_out
from flowcentre.picture.expected import expect
from flowcentre.store import Known

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
BEDS = ("ga_beds_core_open", "ga_beds_escalation_open", "ga_beds_occupied", "nctr_now", "admissions_today")


def place(id: str, level: Level, kind: PlaceKind, parent: str | None = None, locality: str | None = None) -> Place:
    return Place(id, id.title(), level, kind, parent=parent, locality=locality)


PLACES = Places(
    [
        place("westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        place("north", Level.LOCALITY, PlaceKind.LOCALITY, "westshire"),
        place("hospitals", Level.ORGANISATION, PlaceKind.TRUST, "westshire"),
        place("northgate", Level.SITE, PlaceKind.ACUTE_HOSPITAL, "hospitals", "north"),
        place("northgate-a1", Level.UNIT, PlaceKind.WARD, "northgate"),
        place("northgate-a2", Level.UNIT, PlaceKind.WARD, "northgate"),
        place("southmere", Level.SITE, PlaceKind.ACUTE_HOSPITAL, "hospitals"),
        place("southmere-b1", Level.UNIT, PlaceKind.WARD, "southmere"),
    ]
)


def feed(site: str, provides: tuple[str, ...] = BEDS) -> Feed:
    return Feed(
        f"beds-{site}", f"Beds {site}", "bed_state_csv", 15 * MINUTES, 30 * MINUTES, 120 * MINUTES, (site,), provides
    )


COUNTY = County("Westshire", PLACES, (feed("northgate"), feed("southmere")))
EXPECTED = expect(COUNTY, AT.date())


def said(
    ward: str, open_: float | None, occupied: float | None, *, minutes_ago: float = 5, at: datetime = AT
) -> list[Known]:
    observed_at = at - minutes_ago * MINUTES
    site = ward.split("-")[0]
    figures = {"ga_beds_core_open": open_, "ga_beds_escalation_open": 0, "ga_beds_occupied": occupied, "nctr_now": 4}
    return [Known(f"beds-{site}", ward, m, v, observed_at, observed_at + MINUTES) for m, v in figures.items()]


def known(*rows: list[Known], at: datetime = AT) -> Values:
    return work_out(EXPECTED, [row for some in rows for row in some], at)


ALL_WARDS = [said("northgate-a1", 24, 22), said("northgate-a2", 30, 30), said("southmere-b1", 28, 20)]


def test_a_total_adds_its_wards_and_says_that_all_reported():
    total = known(*ALL_WARDS)[("westshire", "ga_beds_occupied")]
    assert (total.value, total.state, total.at_least) == (72, State.FRESH, False)
    assert str(total.coverage) == "2 of 2 sites"


def test_occupancy_of_a_county_is_a_ratio_of_sums_not_a_mean_of_shares():
    occupancy = known(*ALL_WARDS)[("westshire", "ga_occupancy")]
    assert occupancy.value == pytest.approx(100 * 72 / 82)


def test_a_silent_site_makes_a_total_say_at_least():
    total = known(*ALL_WARDS[:2])[("westshire", "ga_beds_occupied")]
    assert (total.value, total.at_least) == (52, True)
    assert str(total.coverage) == "1 of 2 sites"
    assert total.coverage.missing == ("southmere",)


def test_a_silent_ward_counts_against_its_site_by_name_of_ward():
    total = known(ALL_WARDS[0], ALL_WARDS[2])[("northgate", "ga_beds_occupied")]
    assert (total.value, str(total.coverage), total.coverage.missing) == (22, "1 of 2 wards", ("northgate-a2",))


def test_a_stale_ward_is_left_out_of_a_total_of_the_present():
    total = known(*ALL_WARDS[:2], said("southmere-b1", 28, 20, minutes_ago=180))[("westshire", "ga_beds_occupied")]
    assert (total.value, total.state, str(total.coverage)) == (52, State.FRESH, "1 of 2 sites")


def test_a_late_ward_makes_the_total_late():
    total = known(*ALL_WARDS[:2], said("southmere-b1", 28, 20, minutes_ago=45))[("westshire", "ga_beds_occupied")]
    assert (total.value, total.state) == (72, State.LATE)
    assert total.observed_at == AT - 45 * MINUTES


def test_when_everyone_is_stale_the_last_figure_is_given_as_old():
    old = [said(ward, 24, 22, minutes_ago=300) for ward in ("northgate-a1", "northgate-a2", "southmere-b1")]
    total = known(*old)[("westshire", "ga_beds_occupied")]
    assert (total.value, total.state, total.known) == (66, State.STALE, False)


def test_nothing_ever_said_is_never_and_has_no_number():
    values = known()
    for key in [("northgate-a1", "ga_beds_occupied"), ("westshire", "ga_beds_occupied"), ("westshire", "ga_occupancy")]:
        assert (values[key].value, values[key].state) == (None, State.NEVER)


def test_a_value_that_the_source_left_blank_is_unknown_not_zero():
    values = known(said("northgate-a1", 24, None), *ALL_WARDS[1:])
    assert values[("northgate-a1", "ga_beds_occupied")].state is State.UNKNOWN
    total = values[("westshire", "ga_beds_occupied")]
    assert (total.value, total.at_least, str(total.coverage)) == (50, True, "1 of 2 sites")


def test_a_share_uses_numerators_and_denominators_of_the_same_wards():
    values = known(said("northgate-a1", 24, None), *ALL_WARDS[1:])
    occupancy = values[("westshire", "ga_occupancy")]
    assert occupancy.value == pytest.approx(100 * 50 / 58)  # ward A1's 24 open beds are left out too


def test_beds_free_with_a_silent_ward_is_not_called_a_least_figure():
    free = known(*ALL_WARDS[:2])[("westshire", "ga_beds_free")]
    assert (free.value, free.at_least) == (2, False)  # the silent site may be over-full
    assert str(free.coverage) == "1 of 2 sites"


def test_a_ward_with_no_open_bed_has_no_occupancy_and_is_still_counted():
    values = known(said("northgate-a1", 0, 0), *ALL_WARDS[1:])
    assert values[("northgate-a1", "ga_occupancy")].value is None
    occupancy = values[("westshire", "ga_occupancy")]
    assert (occupancy.value, occupancy.coverage.complete) == (pytest.approx(100 * 50 / 58), True)


def test_a_locality_sums_who_serves_there():
    total = known(*ALL_WARDS)[("north", "ga_beds_occupied")]
    assert (total.value, str(total.coverage)) == (52, "1 of 1 sites")


def test_yesterdays_count_since_midnight_is_stale_at_midnight_however_fresh_its_feed():
    midnight = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    row = [Known("beds-southmere", "southmere-b1", "admissions_today", 9, midnight - 2 * MINUTES, midnight)]
    before = known(row, at=midnight - MINUTES)[("southmere-b1", "admissions_today")]
    after = known(row, at=midnight + MINUTES)[("southmere-b1", "admissions_today")]
    assert (before.state, before.stale_at, after.state) == (State.FRESH, midnight, State.STALE)


def test_a_value_says_when_it_will_turn_late_and_stale():
    value = known(*ALL_WARDS)[("northgate-a1", "nctr_now")]
    assert value.late_at == AT + 25 * MINUTES
    assert value.stale_at == AT + 115 * MINUTES
    at_the_limit = known(said("northgate-a1", 1, 1, minutes_ago=30))[("northgate-a1", "nctr_now")]
    assert at_the_limit.state is State.LATE


def test_the_newest_of_two_feeds_is_believed_and_the_first_configured_where_they_speak_of_one_moment():
    second = Feed("other", "Other", "bed_state_csv", 15 * MINUTES, 30 * MINUTES, 120 * MINUTES, ("southmere",), BEDS)
    expected = expect(County("Westshire", PLACES, (feed("southmere"), second)), AT.date())

    def value(minutes_ago: float) -> float | None:
        rows = said("southmere-b1", 28, 20)
        rows.append(Known("other", "southmere-b1", "ga_beds_occupied", 21, AT - minutes_ago * MINUTES, AT))
        return work_out(expected, rows, AT)[("southmere-b1", "ga_beds_occupied")].value

    assert value(1) == 21
    assert value(5) == 20
    assert value(9) == 20


def test_held_rows_are_counted_on_the_values_that_they_touch():
    rows = [row for some in ALL_WARDS for row in some]
    values = work_out(EXPECTED, rows, AT, {"beds-northgate": {"northgate-a2": 3}})
    assert values[("northgate-a2", "nctr_now")].held == 3
    assert values[("westshire", "ga_occupancy")].held == 3
    assert values[("southmere", "ga_occupancy")].held == 0


def test_a_feeds_rhythm_is_a_grid_in_utc():
    hourly = Feed("f", "F", "c", 60 * MINUTES, 90 * MINUTES, 180 * MINUTES, (), offset=5 * MINUTES)
    assert hourly.next_due_at(AT) == AT + 5 * MINUTES
    assert hourly.next_due_at(AT + 5 * MINUTES) == AT + 65 * MINUTES


def test_an_unknown_wards_held_rows_make_its_sites_and_countys_totals_say_at_least():
    rows = [row for some in ALL_WARDS for row in some]
    values = work_out(EXPECTED, rows, AT, {"beds-northgate": {"northgate": 2}})
    for place, occupied in (("northgate", 52), ("westshire", 72)):
        total = values[(place, "ga_beds_occupied")]
        assert (total.value, total.at_least, total.held) == (occupied, True, 2)
    assert not values[("southmere", "ga_beds_occupied")].at_least
    assert not values[("northgate", "ga_occupancy")].at_least  # a share can go either way; it says the rows


def test_people_held_back_make_a_count_of_people_say_at_least():
    emergency = Feed("ed", "A&E", "emergency_department_json", MINUTES, 3 * MINUTES, 15 * MINUTES, ("northgate",),
                     ("ae_patients_now",))  # fmt: skip
    expected = expect(County("Westshire", PLACES, (emergency,)), AT.date())
    rows = [Known("ed", "northgate", "ae_patients_now", 37, AT, AT)]
    for held, said in (({}, False), ({"ed": {"northgate": 23}}, True)):
        values = work_out(expected, rows, AT, held)
        for place in ("northgate", "westshire"):
            value = values[(place, "ae_patients_now")]
            assert (value.value, value.at_least) == (37, said)


def test_a_ward_that_has_closed_for_good_is_no_longer_expected():
    closed = [replace(p, valid_to=AT.date() - timedelta(days=1)) if p.id == "northgate-a2" else p for p in PLACES]
    county = County("Westshire", Places(closed), COUNTY.feeds)
    rows = [*ALL_WARDS[0], *ALL_WARDS[2]]
    today = work_out(expect(county, AT.date()), rows, AT)[("northgate", "ga_beds_occupied")]
    assert (today.value, today.at_least, str(today.coverage)) == (22, False, "1 of 1 wards")
    the_day_before = work_out(expect(county, AT.date() - timedelta(days=1)), rows, AT)[
        ("northgate", "ga_beds_occupied")
    ]
    assert str(the_day_before.coverage) == "1 of 2 wards"
