"""What goes wrong on purpose, by the clock, so that the demonstration shows how silence and doubt look.

``docs/demonstration.md`` lists it. Only what is published goes wrong: the county itself lives on.
"""

from __future__ import annotations

from flowcentre.demo.rhythm import HOUR, MINUTE, local

SILENT, UNREACHABLE, ILLEGIBLE = "hartwell", "southmere", "southmere"
CLOSED_HOME = "CH13"  # is in the care homes' file on Mondays, and in no list of places
PAIRS, LATE_ROSTER = "mid", "wect-mid"
UNCOUNTED = "heron-house"
LOCAL_REASON = "Panel Thurs"  # means nothing to anybody outside Northgate


def silent(places: tuple[str, ...], at: int) -> bool:
    """Does no file come? Hartwell's does not on every third day, from 12:00 up to 20:00."""
    clock = local(at)
    return SILENT in places and clock.date().toordinal() % 3 == 0 and 12 <= clock.hour < 20


def unreachable(place: str, at: int) -> int:
    """For how many more seconds an A&E's interface is restarting: Southmere's for four minutes from 03:30 and 15:30."""
    clock = local(at)
    gone = at - (at - clock.minute * MINUTE - clock.second) - 30 * MINUTE
    return 4 * MINUTE - gone if place == UNREACHABLE and clock.hour in (3, 15) and 0 <= gone < 4 * MINUTE else 0


def illegible_row(site: str, at: int, rows: int) -> int | None:
    """Which row of a bed file holds a word for a number: Southmere's, at 10:00 and every third hour at 40 past."""
    clock = local(at)
    when = clock.minute == 40 and clock.hour % 3 == 1 or (clock.hour, clock.minute) == (10, 0)
    return at // HOUR % rows if site == ILLEGIBLE and when else None


def names_a_closed_home(at: int) -> bool:
    """Does the care homes' file still name a home that has closed? On Mondays."""
    return local(at).weekday() == 0


def list_is_late(site: str, at: int) -> bool:
    """Does no discharge list come? Southmere's does not on Wednesdays, from 07:00 up to 10:00."""
    clock = local(at)
    return site == "southmere" and clock.weekday() == 2 and 7 <= clock.hour < 10


def names_a_local_reason(site: str, at: int) -> bool:
    """Does a discharge list give one person's reason in words of the ward's own? Northgate's, from 14:00 up to 16:00."""
    return site == "northgate" and 14 <= local(at).hour < 16


def writes_pairs(locality: str) -> bool:
    """Is a package of two carers written as two rows, one for each of them? Mid Westshire's are, always."""
    return locality == PAIRS


def spoils_hours(at: int) -> bool:
    """Does the list of referrals give somebody hours below zero? On Wednesdays, from 11:00 up to 12:00."""
    clock = local(at)
    return clock.weekday() == 2 and clock.hour == 11


def roster_is_late(places: tuple[str, ...], at: int) -> bool:
    """Does no roster come? The Enhanced Care Team's does not on Thursdays, from 08:00 up to 14:00."""
    clock = local(at)
    return LATE_ROSTER in places and clock.weekday() == 3 and 8 <= clock.hour < 14


def counts_nobody_ready(unit: str, at: int) -> bool:
    """Does a mental health unit not say how many are ready to leave? Heron House does not at weekends."""
    return unit == UNCOUNTED and local(at).weekday() >= 5
