"""Westshire's discharge lists in every condition that the page must bear, and a book that reads them from memory."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from flowcentre.measures.delay_counts import delay_readings
from flowcentre.measures.delays import FAMILY_OF_REASON, REPORTED
from flowcentre.measures.derive import LONDON, local_day
from flowcentre.model import County, DelayedDischarge, Feed, Interval, Picture
from flowcentre.picture.build import work_out
from flowcentre.picture.delays import DELAYS, Delay
from flowcentre.picture.expected import expect
from flowcentre.picture.list_book import Answered, asked_moment
from flowcentre.picture.list_history import Past, Then
from flowcentre.picture.listed import Chosen, Filters, PlaceList
from flowcentre.store import Known
from tests.layouts import cast

AT = datetime(2026, 11, 19, 15, 14, 32, tzinfo=UTC)  # a Thursday afternoon
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
HOSPITALS = {"northgate": ("NG", 0.5), "southmere": ("SM", 0.32), "eastfield": ("EF", 0.1), "hartwell": ("HW", 0.08)}
MEASURES = tuple(measure for measure in REPORTED if measure != "nctr_now")  # which bed states report in this cast
_COMMON = (
    ("medicines", 9), ("transport", 5), ("medical_review", 8), ("therapy_review", 7), ("infection_control", 2),
    ("family_concerns", 5), ("mental_capacity", 4), ("safeguarding", 1), ("needs_and_pathway", 7), ("hub_referrals", 5),
    ("funding", 4), ("arranging_home_reablement", 9), ("arranging_home_social_care", 10), ("arranging_recovery_bed", 6),
    ("arranging_care_home", 6), ("self_funded", 3), ("package_choice", 4), ("out_of_area", 2), ("no_home_reablement", 7),
    ("no_home_social_care", 13), ("no_recovery_bed", 16), ("no_care_home", 8), ("no_equipment", 2), (None, 5),
)  # fmt: skip
_OWNERS = {
    "hospital_process": ("westshire-hospitals",),
    "wellbeing": ("westshire-hospitals", "westshire-council"),
    "care_transfer_hub": ("westshire-health-and-care",),
    "interface": ("westshire-council", "westshire-health-and-care", "ashdown"),
    "capacity": ("westshire-council", "westshire-health-and-care", "ashdown"),
}


@dataclass(frozen=True)
class Stay:
    """One invented person's time from ready to gone."""

    person: DelayedDischarge
    left_at: datetime | None


@cache
def county(long_names: bool = False) -> County:
    """The cast's Westshire with a discharge list from each of four hospitals."""
    base = cast.county(long_names)
    lists = tuple(
        Feed(f"list-{place}", f"{place.title()} discharge list", "discharge_list", 15 * MINUTE, 45 * MINUTE, 9 * HOUR,
             (place,), MEASURES, demonstration=True)
        for place in HOSPITALS
    )  # fmt: skip
    return replace(base, feeds=(*base.feeds, *lists), bed_day_cost=562.0)


@cache
def stays(number: int, long_names: bool = False) -> tuple[Stay, ...]:
    """Everybody of three months, so that about ``number`` of them wait at AT."""
    chance = random.Random(7)
    places = county(long_names).places
    wards = {h: [p.id for p in places.children(h) if p.kind.value == "ward"] for h in HOSPITALS}
    found = []
    for index in range(int(number * 90 / 8.4)):
        hospital = chance.choices(list(HOSPITALS), [share for _, share in HOSPITALS.values()])[0]
        ready = AT - 90 * DAY * chance.random()
        waits = chance.choice((0.3, 1.5, 3, 5, 8, 12, 20)) * chance.uniform(0.5, 1.8) * DAY
        left = ready + waits
        left = left.replace(hour=chance.choices(range(8, 21), (1, 2, 4, 5, 5, 6, 8, 10, 11, 10, 6, 3, 2))[0])
        left = max(left, ready + HOUR)
        reason = chance.choices([r for r, _ in _COMMON], [w for _, w in _COMMON])[0]
        family = FAMILY_OF_REASON[reason] if reason else None
        expected = None if chance.random() < 0.15 else (left + timedelta(days=chance.choice((-3, -1, 0, 0, 1)))).date()
        found.append(
            Stay(
                DelayedDischarge(
                    f"{HOSPITALS[hospital][0]}-{4000 + index}",
                    hospital,
                    ready - chance.choice((2, 5, 9, 16)) * DAY * chance.uniform(0.6, 1.5),
                    ready,
                    ward=chance.choice(wards[hospital]) if wards[hospital] else None,
                    pathway=None if chance.random() < 0.06 else _pathway(reason, chance),
                    reason=reason,
                    owner=None if family is None or chance.random() < 0.05 else chance.choice(_OWNERS[family]),
                    coordinator=f"H{chance.randrange(1, 9)}",
                    residence=chance.choice(("north", "north", "mid", "south", "south", None)),
                    expected_on=expected,
                    reviewed_at=min(AT, left) - chance.random() * DAY,
                ),
                left,
            )
        )
    return tuple(found)


def _pathway(reason: str | None, chance: random.Random) -> int:
    if reason and ("recovery_bed" in reason):
        return 2
    if reason and "care_home" in reason:
        return 3
    if reason and FAMILY_OF_REASON[reason] in ("hospital_process", "wellbeing"):
        return chance.choice((0, 0, 1, 2))
    return chance.choice((1, 1, 1, 2, 3))


def listed(everybody: Iterable[Stay], hospital: str, at: datetime) -> list[DelayedDischarge]:
    """A hospital's list as at a moment: who waits, and who left on that day."""
    found = []
    for stay in everybody:
        person, left = stay.person, stay.left_at
        if person.place != hospital or person.ready_at > at:
            continue
        if left is None or left > at:
            found.append(replace(person, reviewed_at=person.reviewed_at and min(person.reviewed_at, at)))
        elif local_day(left) == local_day(at):
            found.append(replace(person, discharged_at=left))
    return found


FIRST_VERSION = 4217

# How old each hospital's list is; None: none ever came.
_AGES: dict[str, dict[str, timedelta | None]] = {
    "normal": dict.fromkeys(HOSPITALS, 14 * MINUTE),
    "overloaded": dict.fromkeys(HOSPITALS, 14 * MINUTE),
    "empty": dict.fromkeys(HOSPITALS, None),
    "stale": dict.fromkeys(HOSPITALS, 10 * HOUR),
    "partial": {
        "northgate": 14 * MINUTE,
        "southmere": 65 * MINUTE,
        "eastfield": 9 * HOUR + 14 * MINUTE,
        "hartwell": None,
    },
}


class Book:
    """In place of the book that reads a store. ``change`` puts other people onto its lists."""

    def __init__(self, condition: str = "normal", *, at: datetime = AT, number: int | None = None) -> None:
        self.condition, self.at, self.version = condition, at, FIRST_VERSION
        self.number = number or (600 if condition == "overloaded" else 156)
        self.county = county(condition == "overloaded")
        self.stays: tuple[Stay, ...] = stays(self.number, condition == "overloaded")
        self.ages = dict(_AGES[condition])
        self.pictures: dict[tuple[int, datetime], tuple[Picture, tuple[PlaceList[Delay], ...]]] = {}
        self.before: dict[datetime, tuple[Stay, ...]] = {}

    def change(self, change: Callable[[tuple[Stay, ...]], tuple[Stay, ...]], after: timedelta = 15 * MINUTE) -> Picture:
        """A later list, on which others stand."""
        self.before[self.at] = self.stays
        self.stays, self.at, self.version = change(self.stays), self.at + after, self.version + 1
        return self.current()

    def current(self) -> Picture:
        return self._known_at(self.at)[0]

    def choose(self, query: str, _picture: Picture | None = None) -> Chosen:
        at = asked_moment(query, self.at) or self.at
        picture, lists = self._known_at(at)
        return Chosen(picture, lists, Filters.of(DELAYS, query, picture))

    def answer(self, query: str, _picture: Picture | None = None) -> Answered:
        chosen = self.choose(query)
        return Answered(chosen, self._past(chosen), asked_moment(query, self.at) is not None)

    def life(self, ref: str, _known_at: datetime) -> list[Interval]:
        stay = next((stay for stay in self.stays if stay.person.ref == ref), None)
        return [] if stay is None else told(stay, self.at)

    def _known_at(self, at: datetime) -> tuple[Picture, tuple[PlaceList[Delay], ...]]:
        key = self.version, at
        if key not in self.pictures:
            everybody = next((then for moment, then in self.before.items() if at <= moment), self.stays)
            as_first = self.version == FIRST_VERSION and self._is_unchanged(everybody)
            self.pictures[key] = (
                _first_picture(self.condition, self.number, tuple(self.ages.items()), at)
                if as_first
                else picture_of(self.condition, self.county, everybody, self.ages, at, self.version)
            )
        return self.pictures[key]

    def _past(self, chosen: Chosen) -> Past:
        if self.condition == "empty":
            return Past()
        at = chosen.picture.at.astimezone(LONDON)
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        ends = [(midnight - timedelta(days=back) - MINUTE).astimezone(UTC) for back in range(27, -1, -1)]
        then = [self._then(chosen, end, number) for number, end in enumerate(ends)]
        return Past(tuple(then), self._then(chosen, at - DAY), self._then(chosen, at - 7 * DAY))

    def _then(self, chosen: Chosen, at: datetime, number: int = -1) -> Then:
        scope = [each.place for each in chosen.in_scope]
        there = scope
        if number in (9, 10) and "southmere" in scope:
            there = [place for place in scope if place != "southmere"]
        if number == 17:
            there = []
        if self.condition == "partial":
            there = [place for place in there if place != "hartwell"]
        everybody = self._everybody
        lists = [
            DELAYS.list_of(chosen.picture.value(place, "delayed_now"), everybody(place, at), at, self.county)
            for place in there
        ]
        admits = chosen.filters.admitting()
        delays = tuple(replace(d, stale=False) for each in lists for d in each.people if admits(d))
        return Then(at, delays if lists else None, (), len(lists), len(scope))

    def _everybody(self, place: str, at: datetime) -> list[DelayedDischarge]:
        if self._is_unchanged(self.stays):
            return list(_first_list(self.condition, self.number, place, at))
        return listed(self.stays, place, at)

    def _is_unchanged(self, everybody: tuple[Stay, ...]) -> bool:
        crowded = self.condition == "overloaded"
        return everybody is stays(self.number, crowded) and self.county is county(crowded)


# What a book says before anybody changed it is the same in every test, and takes half a second to work out.
@cache
def _first_picture(
    condition: str, number: int, ages: tuple[tuple[str, timedelta | None], ...], at: datetime
) -> tuple[Picture, tuple[PlaceList[Delay], ...]]:
    crowded = condition == "overloaded"
    return picture_of(condition, county(crowded), stays(number, crowded), dict(ages), at, FIRST_VERSION)


@cache
def _first_list(condition: str, number: int, place: str, at: datetime) -> tuple[DelayedDischarge, ...]:
    return tuple(listed(stays(number, condition == "overloaded"), place, at))


def picture_of(
    condition: str,
    westshire: County,
    everybody: Iterable[Stay],
    ages: dict[str, timedelta | None],
    at: datetime,
    version: int,
) -> tuple[Picture, tuple[PlaceList[Delay], ...]]:
    """The picture of the lists as they stand at a moment, and the lists."""
    base = replace(westshire, feeds=tuple(feed for feed in westshire.feeds if feed.connector != "discharge_list"))
    rest = cast.picture(condition, at=at, configured=base)
    rows = cast.known(condition, at=at, configured=base)
    people: dict[str, list[DelayedDischarge]] = {}
    for hospital, age in ages.items():
        if age is None:
            continue
        observed_at = (at - age).replace(second=0)
        people[hospital] = listed(everybody, hospital, observed_at)
        rows += [
            Known(
                f"list-{hospital}",
                hospital,
                one.measure,
                one.value,
                observed_at,
                observed_at + 20 * timedelta(seconds=1),
            )
            for one in delay_readings(hospital, people[hospital], observed_at)
        ]
    values = work_out(expect(westshire, local_day(at)), rows, at)
    picture = replace(rest, version=version, county=westshire, values=values)
    lists = []
    for value in DELAYS.listing(picture):
        at_list = value.observed_at
        lists.append(
            PlaceList(value)
            if at_list is None
            else DELAYS.list_of(value, people.get(value.place, []), at_list, westshire)
        )
    return picture, tuple(lists)


def told(stay: Stay, at: datetime) -> list[Interval]:
    """What lists said of somebody: first less, then more; gone from the list for a while, and back on another ward."""
    person = stay.person
    ready = person.ready_at
    first = replace(person, owner="westshire-hospitals", reason="medical_review", pathway=None, reviewed_at=None)
    second = replace(person, reviewed_at=ready + 9 * HOUR)
    moments = [ready + 15 * MINUTE, ready + 11 * HOUR, ready + 30 * HOUR, ready + 36 * HOUR]
    rows = [(first, moments[0], moments[1]), (second, moments[1], moments[2]), (person, moments[3], None)]
    found = [
        Interval(one, begins, ends, begins + MINUTE, None if ends is None else ends + MINUTE)
        for one, begins, ends in rows
        if begins <= at
    ]
    if stay.left_at is not None and stay.left_at <= at:
        found.append(Interval(replace(person, discharged_at=stay.left_at), stay.left_at, None, stay.left_at, None))
    return found


def staying(everybody: Iterable[Stay]) -> tuple[Stay, ...]:
    """The same people, of whom nobody leaves any more."""
    return tuple(replace(stay, left_at=None) if stay.left_at and stay.left_at > AT else stay for stay in everybody)


def someone(ref: str = "NG-1", days: float = 3, at: datetime = AT, **more: object) -> Stay:
    """One person more, to be put on a list."""
    settings: dict[str, object] = {
        "admitted_at": at - timedelta(days=days + 6),
        "ready_at": at - timedelta(days=days),
        "ward": "northgate-a1",
        "pathway": 1,
        "reason": "no_home_social_care",
        "owner": "westshire-council",
    }
    place = str(more.pop("place", "northgate"))
    return Stay(DelayedDischarge(ref, place, **settings | more), None)  # type: ignore[arg-type]
