"""Westshire's localities with their teams and providers, two hospitals, and the feeds that list people and contracts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from flowcentre.feeds.answers import Answer, Parsed
from flowcentre.feeds.poll import settle
from flowcentre.measures import delays, packages
from flowcentre.model import (
    CareContract,
    CareReferral,
    County,
    DelayedDischarge,
    Fact,
    Feed,
    Level,
    Place,
    PlaceKind,
    Places,
    WholeList,
)
from flowcentre.store import Recorded, Store
from tests.measures.care_cast import AT

QUARTER = timedelta(minutes=15)
LOCALITIES = ("north", "mid", "south")


def _locality(id: str) -> list[Place]:
    return [
        Place(id, id.title(), Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire"),
        Place(f"brokerage-{id}", id, Level.UNIT, PlaceKind.BROKERAGE, parent="council", locality=id),
        Place(f"wupi-{id}", id, Level.UNIT, PlaceKind.REABLEMENT, parent="council", locality=id),
        Place(f"ashdown-{id}", id, Level.UNIT, PlaceKind.HOME_CARE, parent="ashdown", locality=id),
        Place(f"bramble-{id}", id, Level.UNIT, PlaceKind.HOME_CARE, parent=f"bramble-of-{id}"),
        # Serves where whoever runs it serves.
        Place(f"bramble-of-{id}", id, Level.ORGANISATION, PlaceKind.PROVIDER, parent="westshire", locality=id),
    ]


PLACES = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("council", "Westshire Council", Level.ORGANISATION, PlaceKind.COUNCIL, parent="westshire"),
        Place("ashdown", "Ashdown Care", Level.ORGANISATION, PlaceKind.PROVIDER, parent="westshire"),
        Place("hospitals", "Westshire Hospitals", Level.ORGANISATION, PlaceKind.TRUST, parent="westshire"),
        *(place for id in LOCALITIES for place in _locality(id)),
        Place("northgate", "Northgate", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="hospitals", locality="north"),
        Place("southmere", "Southmere", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="hospitals", locality="south"),
    ]
)


def _feed(id: str, provides: tuple[str, ...], places: tuple[str, ...], every: timedelta = QUARTER) -> Feed:
    return Feed(id, id, "lists", every, 2 * every + timedelta(minutes=5), 8 * every, places, provides)


REFERRALS = _feed("care-referrals", packages.REFERRALS_REPORT, ("westshire",))
CONTRACTS = _feed("block-contracts", packages.CONTRACTS_REPORT, ("westshire",), timedelta(days=1))
NORTHGATE = _feed("northgate-discharges", delays.REPORTED, ("northgate",))
SOUTHMERE = _feed("southmere-discharges", delays.REPORTED, ("southmere",))
COUNTY = County("Westshire", PLACES, (REFERRALS, CONTRACTS, NORTHGATE, SOUTHMERE))


def delayed(ref: str, place: str = "northgate", **more: object) -> DelayedDischarge:
    """Somebody who has been ready to leave hospital for three days."""
    settings: dict[str, object] = {
        "admitted_at": AT - timedelta(days=9),
        "ready_at": AT - timedelta(days=3),
        "pathway": 1,
        "reason": "no_home_social_care",
    } | more
    return DelayedDischarge(ref, place, **settings)  # type: ignore[arg-type]


def listed(
    rows: Iterable[CareReferral | CareContract | DelayedDischarge],
    at: datetime = AT,
    *places: str,
    people: str = "referrals",
    count: int | None = None,
) -> Answer:
    """One document that holds the whole list of each of some places; of North Westshire unless told otherwise."""
    whole = [WholeList(people, place, at, count) for place in places or ("north",)]
    facts: tuple[Fact, ...] = (*rows, *whole)
    return Answer((Parsed("list.csv", facts),))


def poll(
    store: Store, answered: Answer, at: datetime = AT, feed: Feed = REFERRALS, county: County = COUNTY
) -> Recorded:
    """An answer settled into a store, as the end of a poll."""
    poll_id = store.claim_poll(feed.id, at, engine="one", started_at=at)
    assert poll_id is not None
    return settle(store, feed, county, poll_id, answered, now=at)


def known(store: Store, measure: str, place: str = "north") -> float | None:
    """What a store knows last of a measure at a place. Raises LookupError where it was never said."""
    found = [one.value for one in store.latest() if (one.place, one.measure) == (place, measure)]
    if not found:
        raise LookupError(f"{measure} was never said of {place}")
    return found[0]
