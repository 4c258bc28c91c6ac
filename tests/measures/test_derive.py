"""People become measures."""

from datetime import UTC, datetime, timedelta

from flowcentre.measures.derive import ambulance_readings, attendance_readings, day_words, local_midnight
from flowcentre.model import AmbulanceArrival, EmergencyAttendance, Stream

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def hours_ago(hours: float) -> datetime:
    return AT - timedelta(hours=hours)


def counted(*attendances: EmergencyAttendance, at: datetime = AT) -> dict[str, float | None]:
    return {reading.measure: reading.value for reading in attendance_readings("northgate", attendances, at)}


def test_waits_are_from_arrival_and_over_twelve_is_among_over_four():
    counts = counted(
        EmergencyAttendance("a", "northgate", hours_ago(3.9)),
        EmergencyAttendance("b", "northgate", hours_ago(4.1)),
        EmergencyAttendance("c", "northgate", hours_ago(12.5), decided_to_admit_at=hours_ago(1)),
    )
    assert counts["ae_patients_now"] == 3
    assert counts["ae_over_4h_now"] == 2
    assert counts["ae_over_12h_now"] == 1
    assert counts["ae_waiting_for_bed_now"] == 1
    assert counts["ae_longest_wait_now"] == 750


def test_exactly_four_hours_is_not_over_four_hours():
    assert counted(EmergencyAttendance("a", "northgate", hours_ago(4)))["ae_over_4h_now"] == 0


def test_one_streamed_away_counts_as_an_attendance_but_is_not_in_the_department():
    counts = counted(EmergencyAttendance("a", "northgate", hours_ago(1), stream=Stream.FRONT_DOOR_GP))
    assert counts["ae_attendances_today"] == 1
    assert counts["ae_streamed_gp_today"] == 1
    assert counts["ae_patients_now"] == 0


def test_one_who_came_yesterday_and_left_today_is_a_departure_of_today_only():
    counts = counted(EmergencyAttendance("a", "northgate", hours_ago(10), departed_at=hours_ago(7)))
    assert counts["ae_attendances_today"] == 0
    assert counts["ae_departed_today"] == 1
    assert counts["ae_departed_within_4h_today"] == 1


def test_one_who_has_not_yet_come_or_gone_is_counted_as_things_stand():
    counts = counted(
        EmergencyAttendance("a", "northgate", AT + timedelta(minutes=5)),
        EmergencyAttendance("b", "northgate", hours_ago(1), departed_at=AT + timedelta(minutes=5)),
    )
    assert counts["ae_attendances_today"] == 1
    assert counts["ae_patients_now"] == 1


def test_an_empty_department_has_waits_of_nothing():
    assert set(counted().values()) == {0.0}


def test_a_wait_on_the_night_the_clocks_go_back_counts_the_hour_twice():
    came = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)  # 00:30, British Summer Time
    at = datetime(2026, 10, 25, 3, 45, tzinfo=UTC)  # 03:45, Greenwich Mean Time: 4 h 15 min later
    assert counted(EmergencyAttendance("a", "northgate", came), at=at)["ae_over_4h_now"] == 1


def test_midnight_is_londons_in_summer():
    assert local_midnight(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == datetime(2026, 7, 1, 23, 0, tzinfo=UTC)


def test_an_ambulance_waits_until_it_has_handed_over():
    readings = ambulance_readings(
        "northgate",
        [
            AmbulanceArrival("x", "northgate", hours_ago(1.25)),
            AmbulanceArrival("y", "northgate", hours_ago(2), handed_over_at=hours_ago(1)),
        ],
        AT,
    )
    assert {r.measure: r.value for r in readings} == {
        "ambulances_waiting_now": 1,
        "ambulance_longest_handover_now": 75,
    }


def test_a_day_is_said_as_londons_calendar_has_it() -> None:
    assert day_words(datetime(2026, 7, 3, 22, 59, tzinfo=UTC)) == "Fri 3 Jul"
    assert day_words(datetime(2026, 7, 3, 23, 0, tzinfo=UTC)) == "Sat 4 Jul"
