"""Three hospitals of Westshire and who waits in them: as pictures and lists, or settled into a real store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from threading import current_thread

from flowcentre.feeds.answers import Answer, Parsed
from flowcentre.feeds.poll import settle
from flowcentre.measures.delay_counts import delay_readings
from flowcentre.measures.delays import REPORTED
from flowcentre.model import (
    County,
    DelayedDischarge,
    Fact,
    Feed,
    Held,
    Level,
    Picture,
    Place,
    PlaceKind,
    Places,
    State,
    Value,
    WholeList,
)
from flowcentre.picture.delays import DELAYS, Delay
from flowcentre.picture.list_book import NoSuchMoment, asked_moment
from flowcentre.picture.listed import Chosen, Filters, PlaceList
from flowcentre.store import Store

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
EARLIER = AT - timedelta(hours=5)  # when all three spoke; Southmere has been silent since
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
HOSPITALS = ("northgate", "southmere", "eastfield")


def _feed(place: str) -> Feed:
    return Feed(
        f"{place}-discharges",
        f"{place.capitalize()} discharge list",
        "discharge_list",
        every=QUARTER,
        late_after=2 * QUARTER,
        stale_after=timedelta(hours=2),
        places=(place,),
        provides=REPORTED,
        demonstration=True,
    )


FEEDS = {place: _feed(place) for place in HOSPITALS}


def _places() -> Iterable[Place]:
    yield Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM)
    for locality in ("north", "south"):
        yield Place(locality, locality.capitalize(), Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire")
    yield Place("hospitals", "Westshire Hospitals", Level.ORGANISATION, PlaceKind.TRUST, parent="westshire")
    yield Place("council", "Westshire Council", Level.ORGANISATION, PlaceKind.COUNCIL, parent="westshire")
    for site, wards in (("northgate", "abc"), ("southmere", "mn")):
        name = f"{site.capitalize()} General"
        yield Place(site, name, Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="hospitals", locality="north")
        for ward in wards:
            unit = f"{site}-{ward}1"
            yield Place(unit, f"{ward.upper()}1", Level.UNIT, PlaceKind.WARD, parent=site, codes=(f"{ward}1",))
    yield Place(
        "eastfield",
        "Eastfield Community",
        Level.SITE,
        PlaceKind.COMMUNITY_HOSPITAL,
        parent="hospitals",
        locality="south",
    )


COUNTY = County("Westshire", Places(_places()), tuple(FEEDS.values()), demonstration=True)
REASONS = ("no_home_social_care", "medicines", "infection_control", None, "arranging_recovery_bed")


def waiting(ref: str, place: str, days: float, at: datetime = AT, **more: object) -> DelayedDischarge:
    settings: dict[str, object] = {"admitted_at": at - (days + 6) * DAY, "ready_at": at - days * DAY}
    return DelayedDischarge(ref, place, **settings | more)  # type: ignore[arg-type]


def crowd(place: str, number: int, at: datetime = AT) -> list[DelayedDischarge]:
    """So many people, as different as can be, and two who left today."""
    wards = [ward.id for ward in COUNTY.places.children(place)]
    people = [
        waiting(
            f"{place[:2].upper()}-{index}",
            place,
            (index * 7) % 29,
            at,
            ward=wards[index % len(wards)] if wards else None,
            pathway=(0, 1, 2, 3, None)[index % 5],
            reason=REASONS[index % 4 if index % 9 else 4],
            owner=("council", "hospitals", None)[index % 3],
            coordinator=f"hub-{index % 4}",
            residence=("north", "south", None)[index % 3],
            expected_on=date(2026, 11, 20 + index % 6) if index % 2 else None,
            reviewed_at=at - index * QUARTER if index % 3 else None,
        )
        for index in range(number)
    ]
    left = [
        waiting(f"{place[:2].upper()}-L{hours}", place, 1, at, pathway=1, discharged_at=at - timedelta(hours=hours))
        for hours in (1, 3)
    ]
    return people + left


# --- Lists without a store ----------------------------------------------------------------


def value_at(place: str, measure: str, number: float | None, state: State, at: datetime = AT) -> Value:
    feed = FEEDS[place]
    return Value(
        measure,
        place,
        number,
        state,
        at,
        at + timedelta(seconds=1),
        (feed.id,),
        late_at=at + feed.late_after,
        stale_at=at + feed.stale_after,
    )


@dataclass
class PretendBook:
    """Stands in for the book: the lists that a test gives it, in whatever state."""

    people: Mapping[str, list[DelayedDischarge]] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)
    county: County = COUNTY
    version: int = 7
    asked: list[tuple[str, str]] = field(default_factory=list)  # each query, and the thread that it came in
    fails: Exception | None = None

    def choose(self, query: str) -> Chosen:
        self.asked.append((query, current_thread().name))
        if self.fails is not None:
            raise self.fails
        at = asked_moment(query, AT)
        if at is not None and at < AT - 365 * DAY:
            raise NoSuchMoment("at is before anything was known")
        lists = tuple(self._list(place) for place in self.people)
        values = {(one.place, "delayed_now"): one.value for one in lists}
        for one in lists:
            counts = {each.measure: each for each in delay_readings(one.place, self.people[one.place], AT)}
            left = counts["delayed_discharged_today"].value
            values[one.place, "delayed_discharged_today"] = replace(
                one.value, measure="delayed_discharged_today", value=left
            )
        picture = Picture(self.version, at or AT, at or AT, self.county, values)
        return Chosen(picture, lists, Filters.of(DELAYS, query, picture))

    def _list(self, place: str) -> PlaceList[Delay]:
        state = self.states.get(place, State.FRESH)
        if state is State.NEVER:
            return PlaceList(replace(value_at(place, "delayed_now", None, state), observed_at=None, received_at=None))
        at = AT if state is not State.STALE else EARLIER
        people = self.people[place]
        number = sum(person.discharged_at is None for person in people)
        return DELAYS.list_of(value_at(place, "delayed_now", float(number), state, at), people, at, self.county)


# --- Lists in a real store ------------------------------------------------------------------


def settle_list(
    store: Store,
    place: str,
    people: Iterable[DelayedDischarge],
    at: datetime,
    *,
    held: int = 0,
    county: County = COUNTY,
) -> None:
    facts: list[Fact] = [*people, *[Held(f"list.csv row {row}", "ward_code is no place", place) for row in range(held)]]
    facts.append(WholeList("delays", place, at))
    poll_id = store.claim_poll(FEEDS[place].id, at, engine="one", started_at=at)
    assert poll_id is not None
    settle(store, FEEDS[place], county, poll_id, Answer((Parsed("list.csv", tuple(facts)),)), now=at)


def settle_westshire(store: Store) -> None:
    """All three earlier; then Northgate with a row held back, and Eastfield. Southmere has fallen silent."""
    for place, number in zip(HOSPITALS, (38, 13, 9), strict=True):
        settle_list(store, place, crowd(place, number, EARLIER), EARLIER)
    settle_list(store, "northgate", crowd("northgate", 41), AT, held=1)
    settle_list(store, "eastfield", crowd("eastfield", 9), AT)
