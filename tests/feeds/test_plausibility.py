"""What is believed of an answer, and what is held and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flowcentre.feeds.answers import Answer
from flowcentre.feeds.people import Beside, count_people
from flowcentre.feeds.plausibility import Rules
from flowcentre.feeds.remembered import Remembered
from flowcentre.feeds.weighing import Weighed, weigh
from flowcentre.model import EmergencyAttendance, Fact, Held, Outcome, PeopleList, Reading, Sighting, WholeList
from tests.feeds.cast import AT, PLACES, WARDS, a_feed, ambulances, answer, attendances, beds

HOUR = timedelta(hours=1)
NORTHGATE = {place.id: place for place in PLACES.within("northgate")}


def remembered(*facts: Fact) -> Remembered:
    """A feed of Northgate's that has said these things."""
    return told(Remembered(a_feed(), NORTHGATE), *facts)


def told(before: Remembered, *facts: Fact) -> Remembered:
    found = weigh(answer(facts), before, now=AT + timedelta(days=400), times_running=lambda _: 99)
    return found.remembered


def weighed(answered: Answer, before: Remembered, *, now: datetime = AT, times: int = 0) -> Weighed:
    return weigh(answered, before, now=now, times_running=lambda _: times)


def values(sightings: Sequence[Sighting]) -> dict[tuple[str, str], float | None]:
    return {(r.place, r.measure): r.value for sighting in sightings for r in sighting.readings}


def reasons(held: Sequence[Held]) -> set[str]:
    return {each.reason for each in held}


# --- Rows -------------------------------------------------------------------------------


def test_a_plain_answer_is_believed_whole() -> None:
    found = weighed(answer(beds(AT)), remembered())
    assert found.outcome is Outcome.OK
    assert len(found.sightings) == len(WARDS)
    assert not found.held
    assert found.message == ""


def test_a_sighting_is_one_place_at_one_moment_for_one_period() -> None:
    found = weighed(
        answer(
            [
                Reading("ga_beds_occupied", "northgate-a1", 20, AT),
                Reading("admissions_today", "northgate-a1", 3, AT),
                Reading("nctr_now", "northgate-a1", 4, AT),
            ]
        ),
        remembered(),
    )
    assert [[reading.measure for reading in sighting.readings] for sighting in found.sightings] == [
        ["ga_beds_occupied", "nctr_now"],
        ["admissions_today"],
    ]


def test_a_moment_in_the_future_is_held_and_two_minutes_are_forgiven() -> None:
    soon, later = AT + timedelta(minutes=2), AT + timedelta(minutes=47)
    found = weighed(
        answer([Reading("nctr_now", "northgate-a1", 4, soon), Reading("nctr_now", "northgate-a2", 4, later)]),
        remembered(),
    )
    assert values(found.sightings) == {("northgate-a1", "nctr_now"): 4}
    [held] = found.held
    assert (held.place, held.measure, held.reason) == ("northgate-a2", "nctr_now", "47 minutes in the future")


def test_a_place_of_another_feed_is_held_without_quoting_it() -> None:
    found = weighed(answer([Reading("nctr_now", "Alice Example", 4, AT)]), remembered())
    assert found.outcome is Outcome.HELD
    [held] = found.held
    assert held.reason == "not a place of this feed"
    assert "Alice" not in repr(held)


def test_a_figure_said_twice_with_two_values_is_held_both_times() -> None:
    found = weighed(
        answer([Reading("nctr_now", "northgate-a1", value, AT) for value in (4, 5)] + beds(AT)), remembered()
    )
    assert ("northgate-a1", "nctr_now") not in values(found.sightings)
    assert reasons(found.held) == {"said twice, with different values"}
    assert len(found.held) == 2


def test_a_figure_said_twice_alike_is_handed_on_twice_to_be_counted() -> None:
    found = weighed(answer([Reading("nctr_now", "northgate-a1", 4, AT)] * 2), remembered())
    assert [len(sighting.readings) for sighting in found.sightings] == [1, 1]


def test_no_figure_is_a_value_of_its_own() -> None:
    found = weighed(answer([Reading("nctr_now", "northgate-a1", None, AT)]), remembered())
    assert found.outcome is Outcome.OK
    assert values(found.sightings) == {("northgate-a1", "nctr_now"): None}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_a_finite_number_is_held(value: float) -> None:
    found = weighed(answer([Reading("nctr_now", "northgate-a1", value, AT)]), remembered())
    assert reasons(found.held) == {"not a finite number"}


# --- Counters ---------------------------------------------------------------------------


def counter(value: float, at: datetime) -> Reading:
    return Reading("admissions_today", "northgate-a1", value, at)


def test_a_counter_since_midnight_that_falls_within_the_day_is_held() -> None:
    found = weighed(answer([counter(5, AT)]), remembered(counter(7, AT - HOUR)))
    assert reasons(found.held) == {"counted since midnight, and fell from 7 to 5"}
    assert not found.sightings


def test_a_counter_starts_again_at_midnight_in_london_on_both_clock_change_nights() -> None:
    for midnight in (datetime(2026, 3, 28, 0, tzinfo=UTC), datetime(2026, 10, 24, 23, tzinfo=UTC)):
        before = remembered(counter(40, midnight - timedelta(minutes=5)))
        found = weighed(answer([counter(0, midnight)]), before, now=midnight)
        assert values(found.sightings) == {("northgate-a1", "admissions_today"): 0}


def test_a_census_of_midnight_that_still_holds_the_day_before_is_nothing_to_fall_from() -> None:
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    before = remembered(counter(40, midnight - HOUR), counter(41, midnight))
    found = weighed(answer([counter(2, midnight + HOUR)]), before, now=midnight + HOUR)
    assert values(found.sightings) == {("northgate-a1", "admissions_today"): 2}


def test_a_counter_that_falls_for_the_third_time_is_believed_and_said_to_be() -> None:
    before = remembered(counter(500, AT - 2 * HOUR))
    assert weighed(answer([counter(7, AT)]), before, times=1).outcome is Outcome.HELD
    found = weighed(answer([counter(7, AT)]), before, times=2)
    assert values(found.sightings) == {("northgate-a1", "admissions_today"): 7}
    assert found.message == "beds-1.csv: counters believed, for they fell 3 times running: 1"


def test_a_counter_of_an_earlier_moment_is_no_fall() -> None:
    found = weighed(answer([counter(5, AT - 2 * HOUR)]), remembered(counter(7, AT - HOUR)))
    assert not found.held


# --- Half-size --------------------------------------------------------------------------


def test_half_of_the_wards_are_held_and_asked_about() -> None:
    found = weighed(answer(beds(AT, wards=WARDS[:12])), remembered(*beds(AT - HOUR)))
    assert found.outcome is Outcome.HELD
    assert found.message == "half-size list of wards: 12 of 24; asked about"
    assert len(found.held) == 12 * 3
    assert not found.sightings


def test_two_thirds_of_the_wards_are_believed() -> None:
    found = weighed(answer(beds(AT, wards=WARDS[:16])), remembered(*beds(AT - HOUR)))
    assert found.outcome is Outcome.OK


def test_half_of_the_wards_for_the_third_time_are_believed_and_said_to_be() -> None:
    found = weighed(answer(beds(AT, wards=WARDS[:12])), remembered(*beds(AT - HOUR)), times=2)
    assert found.outcome is Outcome.OK
    assert found.message == "half-size list of wards: 12 of 24; believed, for it came 3 times running"
    assert len(found.sightings) == 12


def test_wards_that_fell_silent_long_ago_are_not_missed_anew() -> None:
    before = remembered(*beds(AT - 9 * HOUR, wards=WARDS[12:]), *beds(AT - HOUR, wards=WARDS[:12]))
    assert weighed(answer(beds(AT, wards=WARDS[:12])), before).outcome is Outcome.OK


def test_a_few_places_are_too_few_to_tell() -> None:
    found = weighed(answer(beds(AT, wards=WARDS[:2])), remembered(*beds(AT - HOUR, wards=WARDS[:5])))
    assert found.outcome is Outcome.OK


# --- Nothing ----------------------------------------------------------------------------


def test_an_answer_of_nothing_makes_what_was_known_unknown_and_never_zero() -> None:
    found = weighed(answer([]), remembered(*beds(AT - HOUR)))
    assert found.outcome is Outcome.HELD
    assert set(values(found.sightings).values()) == {None}
    assert len(values(found.sightings)) == 24 * 3
    assert found.message == "beds-1.csv: an empty answer: 72 values are unknown now"


def test_a_proper_answer_of_the_same_hour_counts_after_an_empty_one() -> None:
    before = remembered(*beds(AT - HOUR))
    empty = weighed(answer([]), before, now=AT + timedelta(minutes=15))
    assert all(AT - HOUR < sighting.observed_at < AT for sighting in empty.sightings)
    found = weighed(answer(beds(AT)), empty.remembered, now=AT + timedelta(minutes=20))
    assert found.remembered.values["northgate-a1", "ga_beds_occupied"].value == 20


def test_an_empty_answer_does_not_unsay_a_month() -> None:
    month = Reading("ae_attendances_month", "northgate", 19770, AT - timedelta(days=30))
    found = weighed(answer([]), remembered(month))
    assert found.outcome is Outcome.HELD
    assert not found.sightings


def test_a_second_empty_answer_says_nothing_more() -> None:
    before = weighed(answer([]), remembered(*beds(AT - HOUR))).remembered
    found = weighed(answer([]), before, now=AT + HOUR)
    assert found.outcome is Outcome.HELD
    assert not found.sightings


@pytest.mark.parametrize("order", [1, -1])
def test_a_file_without_rows_beside_a_good_one_is_told_and_makes_nothing_unknown(order: int) -> None:
    found = weighed(answer(*[beds(AT), []][::order]), remembered(*beds(AT - HOUR)))
    assert found.outcome is Outcome.OK
    assert set(values(found.sightings).values()) == {20, 22, 0}
    [held] = found.held
    assert held.reason == "no rows"
    assert found.message == f"{held.row}: no rows"


def test_no_documents_are_no_empty_answer() -> None:
    found = weighed(answer(), remembered(*beds(AT - HOUR)))
    assert found.outcome is Outcome.UNCHANGED
    assert not found.sightings


def test_rows_that_were_all_held_are_no_empty_answer() -> None:
    held = Held("beds.csv row 1", "ward_code is not a place of this feed")
    found = weighed(answer([held]), remembered(*beds(AT - HOUR)))
    assert (found.outcome, found.sightings, found.held) == (Outcome.HELD, [], [held])


# --- Columns ----------------------------------------------------------------------------


def swapped(at: datetime) -> list[Fact]:
    """Occupied and open in each other's columns."""
    names = {"ga_beds_core_open": "ga_beds_occupied", "ga_beds_occupied": "ga_beds_core_open"}
    return [replace(r, measure=names.get(r.measure, r.measure)) for r in beds(at) if isinstance(r, Reading)]


def test_columns_that_changed_places_are_held() -> None:
    found = weighed(answer(swapped(AT)), remembered(*beds(AT - HOUR)))
    assert found.outcome is Outcome.HELD
    assert "General and acute beds occupied and general and acute beds open changed places?" in found.message
    assert "24 of 24 places, and was at 0" in found.message
    assert len(found.held) == 72


def test_a_very_full_hospital_is_believed() -> None:
    crowded = [24 if ward < 14 else 21 for ward in range(24)]  # above what is open on most of its wards
    found = weighed(answer(beds(AT, occupied=crowded)), remembered(*beds(AT - HOUR)))
    assert found.outcome is Outcome.OK


def test_far_more_patients_than_beds_on_most_wards_are_held_even_at_first() -> None:
    found = weighed(answer(beds(AT, occupied=40)), remembered())
    assert found.outcome is Outcome.HELD
    assert "over 1.5 times the second at 24 of 24 places" in found.message


def column(measure: str, at: datetime, value: float) -> list[Fact]:
    return [Reading(measure, ward, value, at) for ward in WARDS]


def test_zero_everywhere_where_there_were_numbers_holds_that_column_and_no_other() -> None:
    vacancies = "care_home_accepting"
    before = remembered(*beds(AT - HOUR), *column(vacancies, AT - HOUR, 2))
    found = weighed(answer(beds(AT) + column(vacancies, AT, 0)), before, times=1)
    assert len(found.held) == 24
    assert {held.measure for held in found.held} == {vacancies}
    assert "0 everywhere: at all 24 places, and was not at 24 of them; asked about" in found.message
    assert {measure for _, measure in values(found.sightings)} == {
        "ga_beds_core_open",
        "ga_beds_escalation_open",
        "ga_beds_occupied",
    }


def test_zero_everywhere_for_the_third_time_is_believed_for_the_worst_day_is_real() -> None:
    before = remembered(*column("care_home_accepting", AT - HOUR, 2))
    found = weighed(answer(column("care_home_accepting", AT, 0)), before, times=2)
    assert set(values(found.sightings).values()) == {0}
    assert "believed, for it came 3 times running" in found.message


def test_a_counter_that_is_zero_everywhere_is_asked_about_once_and_not_place_by_place_again() -> None:
    before = remembered(*column("discharges_today", AT - HOUR, 6))
    found = weigh(
        answer(column("discharges_today", AT, 0)),
        before,
        now=AT,
        times_running=lambda subject: 2 if "everywhere" in subject else 0,
    )
    assert set(values(found.sightings).values()) == {0}


def test_no_patient_in_any_open_bed_is_never_believed() -> None:
    found = weighed(answer(beds(AT, occupied=0)), remembered(*beds(AT - HOUR)), times=50)
    assert {held.measure for held in found.held} == {"ga_beds_occupied"}
    assert "ga_beds_occupied" not in {measure for _, measure in values(found.sightings)}


def rows_held(wards: Iterable[str]) -> list[Fact]:
    """Rows of these wards that the connector could not believe."""
    return [Held(f"beds.csv {ward}", "are columns swapped?", ward) for ward in wards]


@pytest.mark.parametrize("left", [1, 2, 5, 20])
def test_zeros_are_not_believed_of_the_wards_whose_rows_are_left_when_the_others_are_held(left: int) -> None:
    facts = beds(AT, occupied=0, wards=WARDS[:left]) + rows_held(WARDS[left:])
    before = remembered(*beds(AT - HOUR))
    found = weighed(answer(facts), before, times=50)
    assert "ga_beds_occupied" not in {measure for _, measure in values(found.sightings)}
    # However few wards there are: while one of them cannot be read, the others are not empty.
    facts = beds(AT, occupied=0, wards=WARDS[:1]) + rows_held(WARDS[1:2])
    found = weighed(answer(facts), remembered(*beds(AT - HOUR, wards=WARDS[:2])), times=50)
    assert "ga_beds_occupied" not in {measure for _, measure in values(found.sightings)}


def test_many_wards_that_empty_at_once_beside_held_rows_are_not_believed() -> None:
    facts = beds(AT, occupied=[0] * 12 + [20] * 8, wards=WARDS[:20]) + rows_held(WARDS[20:])
    found = weighed(answer(facts), remembered(*beds(AT - HOUR)), times=50)
    assert "at 12 of 20 places, and was not at 20 of them, with the rows of 4 more held" in found.message
    assert {held.measure for held in found.held} == {None, "ga_beds_occupied"}


def test_two_wards_that_close_are_believed_beside_a_held_row() -> None:
    facts = beds(AT, occupied=[0] * 2 + [20] * 21, wards=WARDS[:23]) + rows_held(WARDS[23:])
    found = weighed(answer(facts), remembered(*beds(AT - HOUR)))
    assert values(found.sightings)["northgate-a1", "ga_beds_occupied"] == 0
    assert len(found.held) == 1


def test_a_ward_that_stood_empty_before_does_not_empty_a_column_beside_held_rows() -> None:
    def infection(at: datetime, wards: Sequence[str]) -> list[Fact]:
        return [Reading("beds_closed_infection", ward, 0, at) for ward in wards]

    before = remembered(*infection(AT - HOUR, WARDS))
    found = weighed(answer(infection(AT, WARDS[:20]) + rows_held(WARDS[20:])), before)
    assert len(found.sightings) == 20


def test_zeros_of_critical_care_are_held_with_those_of_the_wards() -> None:
    def critical(at: datetime, occupied: float) -> list[Fact]:
        unit = "northgate-a24"
        return [Reading("cc_beds_open", unit, 16, at), Reading("cc_beds_occupied", unit, occupied, at)]

    before = remembered(*beds(AT - HOUR, wards=WARDS[:23]), *critical(AT - HOUR, 14))
    found = weighed(answer(beds(AT, occupied=0, wards=WARDS[:23]) + critical(AT, 0)), before, times=50)
    assert {held.measure for held in found.held} == {"ga_beds_occupied", "cc_beds_occupied"}
    emptied = weighed(answer(beds(AT, wards=WARDS[:23]) + critical(AT, 0)), before)
    assert values(emptied.sightings)["northgate-a24", "cc_beds_occupied"] == 0


def test_nobody_in_any_open_bed_is_not_believed_after_an_empty_answer_either() -> None:
    empty = weighed(answer([]), remembered(*beds(AT - HOUR)))
    found = weighed(answer(beds(AT, occupied=0)), empty.remembered, times=50)
    assert {held.measure for held in found.held} == {"ga_beds_occupied"}
    closed = weighed(answer(beds(AT, occupied=0, opened=0)), empty.remembered)
    assert not closed.held


def test_zeros_of_the_very_moment_that_was_said_already_are_weighed_too() -> None:
    found = weighed(answer(beds(AT, occupied=0)), remembered(*beds(AT)))
    assert {held.measure for held in found.held} == {"ga_beds_occupied"}


def test_figures_that_moved_to_a_column_that_was_empty_are_held_there_too() -> None:
    before = remembered(*beds(AT - HOUR), *column("beds_closed_other", AT - HOUR, 0))
    found = weighed(answer(beds(AT, occupied=0) + column("beds_closed_other", AT, 20)), before)
    assert {held.measure for held in found.held} == {"ga_beds_occupied", "beds_closed_other"}


def test_zero_where_few_had_numbers_is_believed() -> None:
    def closed(at: datetime, value: float) -> list[Fact]:
        return [Reading("beds_closed_infection", w, value if n < 6 else 0, at) for n, w in enumerate(WARDS)]

    assert weighed(answer(closed(AT, 0)), remembered(*closed(AT - HOUR, 4))).outcome is Outcome.OK


def test_other_units_are_held() -> None:
    def nctr(at: datetime, value: float) -> list[Fact]:
        return [Reading("nctr_now", ward, value, at) for ward in WARDS]

    found = weighed(answer(nctr(AT, 240)), remembered(*nctr(AT - HOUR, 4)))
    assert "the middle one of 24 places went from 4 to 240" in found.message
    assert weighed(answer(nctr(AT, 9)), remembered(*nctr(AT - HOUR, 1))).outcome is Outcome.OK


def test_what_swings_at_some_places_alone_is_in_no_other_unit() -> None:
    """Closed beds of nine wards, as a staffing desk gave them: the middle one rose elevenfold, and most stood as they were."""
    before = [0, 0, 0, 0, 1, 28, 35, 58, 60]
    now = [0, 0, 0, 0, 11, 42, 35, 58, 60]

    def closed(figures: Sequence[float], at: datetime) -> list[Reading]:
        return [Reading("beds_closed_staffing", ward, figure, at) for ward, figure in zip(WARDS, figures, strict=False)]

    swung = weighed(answer(closed(now, AT)), remembered(*closed(before, AT - HOUR)))
    assert (swung.outcome, swung.message) == (Outcome.OK, "")
    in_minutes = weighed(
        answer(closed([60 * (n + 1) for n in now], AT)), remembered(*closed([n + 1 for n in before], AT - HOUR))
    )
    assert "other units" in in_minutes.message


def test_counters_that_start_again_at_midnight_are_not_taken_for_zero_everywhere() -> None:
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    late = [Reading("discharges_today", ward, 6, midnight - timedelta(minutes=5)) for ward in WARDS]
    early = [Reading("discharges_today", ward, 0, midnight + timedelta(minutes=5)) for ward in WARDS]
    assert weighed(answer(early), remembered(*late)).outcome is Outcome.OK
    within_the_day = [Reading("discharges_today", ward, 0, midnight + 2 * HOUR) for ward in WARDS]
    before = remembered(*(Reading("discharges_today", ward, 6, midnight + HOUR) for ward in WARDS))
    assert weighed(answer(within_the_day), before).outcome is Outcome.HELD


def test_a_history_read_in_late_is_not_weighed_against_the_present() -> None:
    history = [fact for day in range(400, 0, -1) for fact in beds(AT - timedelta(days=day), occupied=day % 20)]
    found = weighed(answer(history), remembered(*beds(AT - HOUR)))
    assert found.outcome is Outcome.OK
    assert not found.held


def test_a_wrong_file_is_held_and_the_next_one_believed() -> None:
    found = weighed(answer(swapped(AT - HOUR), beds(AT)), remembered(*beds(AT - 2 * HOUR)))
    assert found.outcome is Outcome.OK
    assert {sighting.observed_at for sighting in found.sightings} == {AT}
    assert {held.row.split(",")[0] for held in found.held} == {"beds-1.csv"}


# --- People -----------------------------------------------------------------------------


def test_people_become_measures_at_the_moment_of_their_list() -> None:
    found = weighed(answer(attendances(AT, range(30)) + ambulances(AT, range(3))), remembered())
    assert found.outcome is Outcome.OK
    assert {whole.people: len(whole.persons) for whole in found.lists} == {"attendances": 30, "ambulances": 3}
    got = values(found.sightings)
    assert got["northgate", "ae_patients_now"] == 30
    assert got["northgate", "ambulances_waiting_now"] == 3
    assert {sighting.observed_at for sighting in found.sightings} == {AT}


def test_a_list_of_half_the_people_is_held_and_nothing_is_counted_from_it() -> None:
    before = remembered(*attendances(AT - timedelta(minutes=1), range(100)))
    found = weighed(answer(attendances(AT, range(40)) + ambulances(AT, range(3))), before)
    assert found.message == "half-size list of attendances at northgate: 40 of 100; asked about"
    assert len(found.held) == 40
    assert ("northgate", "ae_patients_now") not in values(found.sightings)
    assert values(found.sightings)["northgate", "ambulances_waiting_now"] == 3


def unread(number: int) -> list[Fact]:
    """Rows that the connector could not read."""
    return [Held(f"ed.json attendances[{n}]", "stream is not one that is agreed", "northgate") for n in range(number)]


@pytest.mark.parametrize("later", [timedelta(minutes=1), 3 * HOUR])
def test_a_list_of_which_most_rows_were_held_is_not_believed_however_often_it_comes(later: timedelta) -> None:
    before = remembered(*attendances(AT - later, range(60)))
    facts = unread(36) + attendances(AT, range(36, 60), listed=60)
    found = weighed(answer(facts), before, times=50)
    assert found.message == "half-size list of attendances at northgate: 24 of 60, with 36 rows held; asked about"
    assert ("northgate", "ae_patients_now") not in values(found.sightings)


def test_a_row_that_is_held_again_and_again_does_not_hold_a_list_that_did_halve() -> None:
    before = remembered(*attendances(AT - timedelta(minutes=1), range(60)))
    found = weighed(answer(unread(1) + attendances(AT, range(20), listed=21)), before, times=2)
    assert values(found.sightings)["northgate", "ae_patients_now"] == 20


def test_a_list_grows_short_at_midnight_by_those_who_left_before_it() -> None:
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    left = [
        EmergencyAttendance(f"p{n}", "northgate", midnight - 3 * HOUR, departed_at=midnight - HOUR) for n in range(90)
    ]
    here = [EmergencyAttendance(f"q{n}", "northgate", midnight - HOUR) for n in range(10)]
    before = remembered(*left, *here, WholeList("attendances", "northgate", midnight - timedelta(minutes=1)))
    now = midnight + timedelta(minutes=1)
    found = weighed(answer([*here, WholeList("attendances", "northgate", now)]), before, now=now)
    assert found.outcome is Outcome.OK
    assert not found.held


@pytest.mark.parametrize("people", [attendances, ambulances])
def test_an_empty_list_where_there_were_people_is_unknown_and_never_zero(people: object) -> None:
    assert callable(people)
    before = remembered(*people(AT - timedelta(minutes=1), range(3)))
    found = weighed(answer(people(AT, [])), before, times=50)
    assert found.outcome is Outcome.HELD
    assert not found.lists
    assert set(values(found.sightings).values()) == {None}
    assert {sighting.observed_at for sighting in found.sightings} == {AT}
    assert "0 where there were 3; asked about" in found.message


def test_an_empty_list_that_the_source_counts_as_none_is_believed_the_third_time() -> None:
    before = remembered(*attendances(AT - timedelta(minutes=1), range(3)))
    assert weighed(answer(attendances(AT, [], listed=0)), before, times=1).outcome is Outcome.HELD
    found = weighed(answer(attendances(AT, [], listed=0)), before, times=2)
    assert values(found.sightings)["northgate", "ae_patients_now"] == 0


def test_a_first_empty_list_is_nobody() -> None:
    found = weighed(answer(ambulances(AT, [])), remembered())
    assert values(found.sightings)["northgate", "ambulances_waiting_now"] == 0


def test_a_list_shorter_than_the_source_says_is_held() -> None:
    found = weighed(answer(attendances(AT, range(97), listed=142)), remembered())
    assert reasons(found.held) == {"lists 142, holds 97: cut off?"}
    assert len(found.held) == 97


def test_rows_that_the_connector_held_are_not_missed_from_a_list() -> None:
    held = Held("attendances[3]", "arrived_at is not a time", "northgate")
    found = weighed(answer([held, *attendances(AT, range(9), listed=10)]), remembered())
    assert found.outcome is Outcome.OK
    assert found.held == [held]


def test_a_list_of_the_future_is_held_whole() -> None:
    found = weighed(answer(attendances(AT + HOUR, range(5))), remembered())
    assert reasons(found.held) == {"60 minutes in the future"}
    assert not found.lists


def test_impossible_people_are_held_one_by_one() -> None:
    people = [
        EmergencyAttendance("p1", "northgate", AT - HOUR),
        EmergencyAttendance("p1", "northgate", AT - HOUR),
        EmergencyAttendance("p2", "northgate", AT + HOUR),
        EmergencyAttendance("p3", "northgate", AT - HOUR, departed_at=AT - 2 * HOUR),
    ]
    found = weighed(answer([*people, WholeList("attendances", "northgate", AT)]), remembered())
    assert reasons(found.held) == {"listed twice", "a moment in the future", "left before arriving"}
    [whole] = found.lists
    assert [person.ref for person in whole.persons] == ["p1"]
    assert not any("p1" in repr(held) or "p2" in repr(held) for held in found.held)


def test_people_without_a_whole_list_are_held() -> None:
    found = weighed(answer([EmergencyAttendance("p1", "northgate", AT - HOUR)]), remembered())
    assert reasons(found.held) == {"not part of a whole list"}


def test_a_list_of_another_site_is_held() -> None:
    found = weighed(answer(attendances(AT, range(5), place="southmere")), remembered())
    assert reasons(found.held) == {"not a place of this feed"}
    assert {held.place for held in found.held} == {None}


def test_the_counts_of_a_list_are_those_of_the_catalogue() -> None:
    counted = count_people(PeopleList("attendances", "northgate", AT, ()), Beside())
    assert "ae_attendances_today" in {reading.measure for reading in counted}


def test_rules_can_be_set() -> None:
    strict = Rules(half_size=0.9)
    found = weigh(
        answer(beds(AT, wards=WARDS[:16])),
        remembered(*beds(AT - HOUR)),
        now=AT,
        times_running=lambda _: 0,
        rules=strict,
    )
    assert found.message == "half-size list of wards: 16 of 24; asked about"
