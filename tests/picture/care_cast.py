"""People who wait for care in Westshire, what is bought for them, and what is free: for the tests of capacity."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flowcentre.model import (
    CapacityUnit,
    CareContract,
    CareReferral,
    CareService,
    County,
    Level,
    Picture,
    Place,
    PlaceKind,
    Places,
    Setting,
    State,
    Therapy,
    Value,
)

AT = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)  # a Thursday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOCALITIES = ("north", "south")


def _places() -> list[Place]:
    unit, organisation = Level.UNIT, Level.ORGANISATION
    found = [Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM)]
    found += [
        Place(i, f"{i.capitalize()} Westshire", Level.LOCALITY, PlaceKind.LOCALITY, i.capitalize(), "westshire")
        for i in LOCALITIES
    ]
    found += [
        Place("council", "Westshire Council", organisation, PlaceKind.COUNCIL, "Council", "westshire"),
        Place("trust", "Westshire Health and Care", organisation, PlaceKind.TRUST, "Health and Care", "westshire"),
        Place("ashdown", "Ashdown Care", organisation, PlaceKind.PROVIDER, "Ashdown", "westshire"),
        Place("bramble", "Bramble Homecare", organisation, PlaceKind.PROVIDER, "Bramble", "westshire"),
        Place("millbrook", "Millbrook Unit", Level.SITE, PlaceKind.RECOVERY_UNIT, "Millbrook", "trust", "north"),
    ]
    for i in LOCALITIES:
        found += [
            Place(f"wupi-{i}", f"WUPI {i}", unit, PlaceKind.REABLEMENT, "", "council", i),
            Place(f"wect-{i}", f"WECT {i}", unit, PlaceKind.REABLEMENT, "", "trust", i),
            Place(f"brokerage-{i}", f"Brokerage {i}", unit, PlaceKind.BROKERAGE, "", "council", i),
            Place(f"ashdown-{i}", f"Ashdown {i}", unit, PlaceKind.HOME_CARE, "", "ashdown", i),
            Place(f"bramble-{i}", f"Bramble {i}", unit, PlaceKind.HOME_CARE, "", "bramble", i),
        ]
    return found


COUNTY = County("Westshire", Places(_places()), (), demonstration=True)


def waiting(ref: str, waited: float = 1, **more: object) -> CareReferral:
    """Somebody triaged who waits for brokerage, for ``waited`` hours so far, for ten hours of home care."""
    settings: dict[str, object] = {
        "place": "north",
        "person": f"person {ref}",
        "referred_at": AT - waited * HOUR,
        "service": CareService.HOME_CARE,
        "setting": Setting.HOSPITAL,
        "pathway": 1,
        "weekly_hours": 10.0,
        "carers": 1,
        "therapy": Therapy.CARE_ONLY,
        "triaged_at": AT - waited * HOUR,
    }
    return CareReferral(ref=ref, **settings | more)  # type: ignore[arg-type]


def reablement(ref: str, waited: float = 1, **more: object) -> CareReferral:
    """The same for reablement."""
    return waiting(ref, waited, **{"service": CareService.REABLEMENT} | more)


def bought(
    ref: str, amount: float = 100, provider: str = "ashdown-north", begins: date = date(2026, 1, 1), **more: object
) -> CareContract:
    """A block of hours a week, without an end unless one is given."""
    settings: dict[str, object] = {"place": "north", "unit": CapacityUnit.HOURS}
    return CareContract(ref=ref, amount=amount, provider=provider, valid_from=begins, **settings | more)  # type: ignore[arg-type]


def value(place: str, measure: str, number: float | None, state: State = State.FRESH) -> Value:
    """A value half an hour old."""
    heard = None if state is State.NEVER else AT - HOUR / 2
    return Value(measure, place, None if heard is None else number, state, heard, heard, ("a-feed",))


def picture(*values: Value, at: datetime = AT) -> Picture:
    """A picture that knows these."""
    return Picture(7, at, at, COUNTY, {(one.place, one.measure): one for one in values})
