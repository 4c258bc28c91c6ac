"""People become measures: the lists of an A&E, counted as at a moment."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from flowcentre.model import AmbulanceArrival, EmergencyAttendance, Reading, Stream

LONDON = ZoneInfo("Europe/London")
_STREAM_MEASURES = {
    Stream.CLINICAL_NAVIGATION: "ae_streamed_navigation_today",
    Stream.FRONT_DOOR_GP: "ae_streamed_gp_today",
    Stream.SAME_DAY_EMERGENCY_CARE: "ae_streamed_sdec_today",
}


@lru_cache(maxsize=8192)  # the clocks of a list ask it of each row again and again
def local_day(at: datetime) -> date:
    """The Europe/London day that ``at`` falls in."""
    return at.astimezone(LONDON).date()


def day_words(at: datetime) -> str:
    """The Europe/London day that ``at`` falls in, as a page says it: "Fri 20 Nov"."""
    day = local_day(at)
    return f"{day:%a} {day.day} {day:%b}"


def local_midnight(at: datetime) -> datetime:
    """The start, in UTC, of the Europe/London day that ``at`` falls in. Days have 23, 24 or 25 hours."""
    return _midnight(local_day(at), at.tzinfo)


@lru_cache(maxsize=1024)
def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(zone)


def attendance_readings(place: str, attendances: Iterable[EmergencyAttendance], at: datetime) -> Iterator[Reading]:
    """The A&E measures of one place at ``at``, from the whole list of its attendances since midnight or still there."""
    midnight = local_midnight(at)
    everyone = [a for a in attendances if a.arrived_at <= at]
    today = [a for a in everyone if a.arrived_at >= midnight]
    departed = [a for a in everyone if a.departed_at is not None and midnight <= a.departed_at <= at]
    here = [
        a for a in everyone if a.stream is Stream.EMERGENCY_DEPARTMENT and (a.departed_at is None or a.departed_at > at)
    ]
    waits = [at - a.arrived_at for a in here]
    counts: dict[str, float] = {
        "ae_attendances_today": len(today),
        "ae_patients_now": len(here),
        "ae_over_4h_now": sum(wait > timedelta(hours=4) for wait in waits),
        "ae_over_12h_now": sum(wait > timedelta(hours=12) for wait in waits),
        "ae_waiting_for_bed_now": sum(a.decided_to_admit_at is not None and a.decided_to_admit_at <= at for a in here),
        "ae_longest_wait_now": max((wait.total_seconds() // 60 for wait in waits), default=0),
        "ae_departed_today": len(departed),
        "ae_departed_within_4h_today": sum(
            a.departed_at is not None and a.departed_at - a.arrived_at <= timedelta(hours=4) for a in departed
        ),
    } | {measure: sum(a.stream is stream for a in today) for stream, measure in _STREAM_MEASURES.items()}
    for measure, count in counts.items():
        yield Reading(measure, place, float(count), at)


def ambulance_readings(place: str, arrivals: Iterable[AmbulanceArrival], at: datetime) -> Iterator[Reading]:
    """The ambulance measures of one place at ``at``, from the whole list of those at its door."""
    waits = [
        (at - a.arrived_at).total_seconds() // 60
        for a in arrivals
        if a.arrived_at <= at and (a.handed_over_at is None or a.handed_over_at > at)
    ]
    yield Reading("ambulances_waiting_now", place, float(len(waits)), at)
    yield Reading("ambulance_longest_handover_now", place, max(waits, default=0.0), at)
