"""The part of Westshire that these tests need: two hospitals with their wards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from flowcentre.feeds.answers import Answer, Parsed, Refused
from flowcentre.model import (
    AmbulanceArrival,
    County,
    EmergencyAttendance,
    Fact,
    Feed,
    Level,
    Place,
    PlaceKind,
    Places,
    Reading,
    WholeList,
)

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
WARDS = tuple(f"northgate-a{number}" for number in range(1, 25))
PLACES = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("westshire-hospitals", "Westshire Hospitals", Level.ORGANISATION, PlaceKind.TRUST, parent="westshire"),
        Place("northgate", "Northgate General", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="westshire-hospitals"),
        Place("southmere", "Southmere General", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="westshire-hospitals"),
        *(
            Place(ward, ward.upper(), Level.UNIT, PlaceKind.WARD, parent="northgate", codes=(ward[10:].upper(),))
            for ward in WARDS
        ),
    ]
)


def a_feed(id: str = "beds", connector: str = "steady", **more: object) -> Feed:
    """A feed of Northgate's, every 15 minutes unless told otherwise."""
    settings: dict[str, object] = {
        "name": id.capitalize(),
        "connector": connector,
        "every": timedelta(minutes=15),
        "late_after": timedelta(minutes=30),
        "stale_after": timedelta(hours=2),
        "places": ("northgate",),
        "deadline": timedelta(seconds=5),
    }
    return Feed(id=id, **settings | more)  # type: ignore[arg-type]


def a_county(*feeds: Feed) -> County:
    """Westshire with these feeds."""
    return County("Westshire", PLACES, feeds)


def beds(
    at: datetime, occupied: Sequence[float] | float = 20, opened: float = 22, wards: Iterable[str] = WARDS
) -> list[Fact]:
    """A bed state: what is open and occupied on each ward."""
    facts: list[Fact] = []
    for index, ward in enumerate(wards):
        taken = occupied[index] if isinstance(occupied, Sequence) else occupied
        facts += [
            Reading("ga_beds_core_open", ward, opened, at),
            Reading("ga_beds_escalation_open", ward, 0, at),
            Reading("ga_beds_occupied", ward, taken, at),
        ]
    return facts


def attendances(
    at: datetime, refs: Iterable[int], *, place: str = "northgate", listed: int | None = None
) -> list[Fact]:
    """A whole list of people who came half an hour before ``at`` and are still there."""
    people = [
        EmergencyAttendance(f"p{ref}", place, at - timedelta(minutes=30) + timedelta(seconds=ref)) for ref in refs
    ]
    return [*people, WholeList("attendances", place, at, listed)]


def ambulances(at: datetime, refs: Iterable[int], *, place: str = "northgate") -> list[Fact]:
    """A whole list of ambulances that wait at the door."""
    return [
        *(AmbulanceArrival(f"v{ref}", place, at - timedelta(minutes=20)) for ref in refs),
        WholeList("ambulances", place, at),
    ]


def answer(*documents: Sequence[Fact], refused: tuple[Refused, ...] = (), bookmark: str | None = None) -> Answer:
    """What a feed answered, document by document."""
    parsed = tuple(Parsed(f"beds-{number}.csv", tuple(facts)) for number, facts in enumerate(documents, start=1))
    return Answer(parsed, refused, bookmark)
