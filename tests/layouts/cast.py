"""Pictures of Westshire in every condition that a layout must bear: built by the real picture house."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dash.development.base_component import Component
from plotly.utils import PlotlyJSONEncoder

from flowcentre.measures import ALL
from flowcentre.measures.derive import local_day
from flowcentre.model import (
    Board,
    County,
    Feed,
    FeedStatus,
    HeldRow,
    Leaving,
    Level,
    Outcome,
    Picture,
    Place,
    PlaceKind,
    Places,
    Point,
    Poll,
    PollCounts,
    State,
)
from flowcentre.picture.build import work_out
from flowcentre.picture.expected import expect
from flowcentre.picture.trends import headline_keys
from flowcentre.store import Known
from layouts.page_at import of_every_county
from layouts.pages import Page, Pages, by_path

NOW = datetime(2026, 11, 22, 8, 14, 32, tzinfo=UTC)
CONDITIONS = ("normal", "empty", "stale", "partial", "overloaded")


class Everybody:
    """Lets every row out, as where a county has no sign-in."""

    def __init__(self, books: Mapping[str, Any]) -> None:
        self._books = books

    def refused(self) -> None:
        return None

    def whose(self) -> str:
        return ""

    def give(self, list_: str, draw: Callable[[Any], tuple[Any, Leaving]]) -> Any:
        return draw(self._books[list_])[0]

    def html(self, _page: str, _query: str, html: str) -> str:
        return html


def _nothing(*_: Any) -> Sequence[Any]:
    return ()


def pages(*more: Page, **drawn_from: Any) -> Pages:
    """The pages of every county, and more; of a past without readings or polls unless a test says so."""
    return by_path(*of_every_county(**{"history": _nothing, "polls": _nothing} | drawn_from), *more)


COUNTY_BOARD = Board("county", "Whole-system demand", "wall", ("westshire",))
NORTHGATE_BOARD = Board("northgate", "Northgate General", "wall", ("northgate", "north"))

_WARDS = {"northgate": 18, "southmere": 12}
_AWKWARD = ("007", "1E5", "NA")
_A_AND_E = (
    "ae_attendances_today",
    "ae_streamed_navigation_today",
    "ae_streamed_gp_today",
    "ae_streamed_sdec_today",
    "ae_departed_today",
    "ae_departed_within_4h_today",
    "ae_patients_now",
    "ae_over_4h_now",
    "ae_over_12h_now",
    "ae_waiting_for_bed_now",
    "ae_longest_wait_now",
    "ambulances_waiting_now",
    "ambulance_longest_handover_now",
)
_BEDS = (
    "ga_beds_core_open",
    "ga_beds_escalation_open",
    "ga_beds_occupied",
    "beds_closed_infection",
    "beds_closed_staffing",
    "beds_closed_estates",
    "beds_closed_other",
    "nctr_now",
    "admissions_today",
    "discharges_today",
    "cc_beds_open",
    "cc_beds_occupied",
)
_COMMUNITY = {
    "community-hospitals": ("community_beds_capacity", "community_beds_used", "community_beds_closed"),
    "recovery-units": ("recovery_beds_capacity", "recovery_beds_used", "recovery_beds_closed"),
    "virtual-wards": ("virtual_ward_capacity", "virtual_ward_used"),
    "care-homes": ("care_home_beds", "care_home_occupied", "care_home_reserved", "care_home_accepting"),
    "home-care": ("home_care_hours_capacity", "home_care_hours_used"),
    "reablement": ("reablement_hours_capacity", "reablement_hours_used"),
    "care-referrals": ("poc_waiting_now", "poc_breached_now", "poc_hours_waiting_now"),
}
_COMMUNITY_NAMES = {
    "community-hospitals": "Community hospital beds",
    "recovery-units": "Recovery beds",
    "virtual-wards": "Virtual wards",
    "care-homes": "Care homes",
    "home-care": "Home care",
    "reablement": "Reablement",
    "care-referrals": "Care referrals",
}


def as_json(tree: Component) -> str:
    """A page as Dash sends it to the browser."""
    return json.dumps(tree, cls=PlotlyJSONEncoder, separators=(",", ":"))


def county(long_names: bool = False, more_hospitals: int = 0) -> County:
    """Westshire; or one whose names are as long as real ones get; or one with more hospitals than it has."""
    more = [f"hospital-{number}" for number in range(1, more_hospitals + 1)]
    places = _places(long_names)
    for hospital in more:
        name, kind = hospital.replace("-", " ").capitalize(), PlaceKind.ACUTE_HOSPITAL
        places.append(Place(hospital, name, Level.SITE, kind, parent="westshire-hospitals", locality="mid"))
        places.append(Place(f"{hospital}-a1", "Ward A1", Level.UNIT, PlaceKind.WARD, parent=hospital, codes=("A1",)))
    boards = (COUNTY_BOARD, NORTHGATE_BOARD)
    return County("Westshire", Places(places), _feeds(more), boards, demonstration=True)


def _places(long_names: bool) -> list[Place]:
    def name(short: str, long: str) -> str:
        return long if long_names else short

    unit, site = Level.UNIT, Level.SITE
    places = [Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM)]
    places += [
        Place(i, f"{i.capitalize()} Westshire", Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire")
        for i in ("north", "mid", "south")
    ]
    for i, full, kind in (
        ("westshire-hospitals", "Westshire Hospitals NHS Trust", PlaceKind.TRUST),
        ("westshire-health-and-care", "Westshire Health and Care NHS Trust", PlaceKind.TRUST),
        ("westshire-council", "Westshire Council", PlaceKind.COUNCIL),
        ("ashdown", "Ashdown Home Care", PlaceKind.PROVIDER),
    ):
        places.append(Place(i, full, Level.ORGANISATION, kind, parent="westshire"))
    acute, trust, care = PlaceKind.ACUTE_HOSPITAL, "westshire-hospitals", "westshire-health-and-care"
    long_north = "Northgate Royal Infirmary and Regional Trauma Centre"
    places += [
        Place(
            "northgate", name("Northgate General", long_north), site, acute, parent=trust, locality="north", ods="ZW101"
        ),
        Place("southmere", "Southmere General", site, acute, parent=trust, locality="south", ods="ZW102"),
        Place("eastfield", "Eastfield", site, PlaceKind.COMMUNITY_HOSPITAL, parent=care, locality="mid"),
        Place("hartwell", "Hartwell", site, PlaceKind.COMMUNITY_HOSPITAL, parent=care, locality="south"),
        Place("millbrook", "Millbrook Recovery Unit", site, PlaceKind.RECOVERY_UNIT, parent=care, locality="north"),
        Place("orchard-house", "Orchard House", site, PlaceKind.RECOVERY_UNIT, parent=care, locality="mid"),
    ]
    for hospital, wards in _WARDS.items():
        codes = [*_AWKWARD, *(f"A{n}" for n in range(1, wards + 1))][:wards]
        places += [
            Place(f"{hospital}-{c.lower()}", f"Ward {c}", unit, PlaceKind.WARD, parent=hospital, codes=(c,))
            for c in codes
        ]
        places.append(
            Place(f"{hospital}-cc", "Critical care", unit, PlaceKind.CRITICAL_CARE_UNIT, parent=hospital, codes=("CC",))
        )
    for loc in ("north", "mid", "south"):
        for i, kind, parent in (
            (f"virtual-ward-{loc}", PlaceKind.VIRTUAL_WARD, care),
            (f"wupi-{loc}", PlaceKind.REABLEMENT, "westshire-council"),
            (f"wect-{loc}", PlaceKind.REABLEMENT, care),
            (f"ashdown-{loc}", PlaceKind.HOME_CARE, "ashdown"),
            (f"home-{loc}-1", PlaceKind.CARE_HOME, "westshire-council"),
            (f"home-{loc}-2", PlaceKind.CARE_HOME, "westshire-council"),
        ):
            places.append(Place(i, i.replace("-", " ").capitalize(), unit, kind, parent=parent, locality=loc))
    return places


def _feeds(more: list[str]) -> tuple[Feed, ...]:
    m, h = timedelta(minutes=1), timedelta(hours=1)
    feeds = []
    hospitals = [("northgate", "Northgate"), ("southmere", "Southmere"), *((place, place.title()) for place in more)]
    for place, name in hospitals:
        feeds.append(
            Feed(f"ae-{place}", f"{name} A&E", "emergency_department_json", m, 5 * m, 15 * m, (place,), _A_AND_E)
        )
        feeds.append(Feed(f"beds-{place}", f"{name} beds", "bed_state_csv", h, 90 * m, 4 * h, (place,), _BEDS))
    for feed, measures in _COMMUNITY.items():
        rhythm = (h, 3 * h, 8 * h) if "hospitals" in feed or "units" in feed else (24 * h, 26 * h, 72 * h)
        feeds.append(Feed(feed, _COMMUNITY_NAMES[feed], "community_capacity_csv", *rhythm, ("westshire",), measures))
    return tuple(replace(feed, demonstration=True) for feed in feeds)


# What each kind of place says on an ordinary morning; a ward's figures are each ward's.
_ORDINARY = {
    "ae_attendances_today": 87, "ae_streamed_navigation_today": 9, "ae_streamed_gp_today": 12,
    "ae_streamed_sdec_today": 6, "ae_departed_today": 61, "ae_departed_within_4h_today": 38, "ae_patients_now": 74,
    "ae_over_4h_now": 41, "ae_over_12h_now": 9, "ae_waiting_for_bed_now": 18, "ae_longest_wait_now": 1267,
    "ambulances_waiting_now": 6, "ambulance_longest_handover_now": 48,
    "ga_beds_core_open": 26, "ga_beds_escalation_open": 1, "ga_beds_occupied": 26, "beds_closed_infection": 1,
    "beds_closed_staffing": 0, "beds_closed_estates": 0, "beds_closed_other": 0, "nctr_now": 5, "admissions_today": 2,
    "discharges_today": 1, "cc_beds_open": 18, "cc_beds_occupied": 16,
    "community_beds_capacity": 32, "community_beds_used": 30, "community_beds_closed": 2,
    "recovery_beds_capacity": 24, "recovery_beds_used": 22, "recovery_beds_closed": 0,
    "virtual_ward_capacity": 40, "virtual_ward_used": 29, "care_home_beds": 46, "care_home_occupied": 41,
    "care_home_reserved": 1, "care_home_accepting": 3, "home_care_hours_capacity": 1850, "home_care_hours_used": 1772,
    "reablement_hours_capacity": 620, "reablement_hours_used": 588,
    "poc_waiting_now": 67, "poc_breached_now": 58, "poc_hours_waiting_now": 731,
}  # fmt: skip
_OVERLOADED = _ORDINARY | {
    "ae_attendances_today": 1087, "ae_streamed_navigation_today": 109, "ae_streamed_gp_today": 112,
    "ae_streamed_sdec_today": 96, "ae_departed_today": 761, "ae_departed_within_4h_today": 138,
    "ae_patients_now": 1074, "ae_over_4h_now": 941, "ae_over_12h_now": 409, "ae_waiting_for_bed_now": 318,
    "ae_longest_wait_now": 7267, "ambulances_waiting_now": 126, "ambulance_longest_handover_now": 848,
    "ga_beds_core_open": 62, "ga_beds_escalation_open": 14, "ga_beds_occupied": 99, "beds_closed_infection": 4,
    "beds_closed_staffing": 3, "beds_closed_estates": 2, "beds_closed_other": 2, "nctr_now": 57, "admissions_today": 27,
    "discharges_today": 31, "community_beds_capacity": 1132, "community_beds_used": 1230,
    "home_care_hours_capacity": 21850, "home_care_hours_used": 17720,
    "poc_waiting_now": 671, "poc_breached_now": 648, "poc_hours_waiting_now": 7318,
}  # fmt: skip
_AGES = {"emergency_department_json": timedelta(minutes=1), "bed_state_csv": timedelta(minutes=14)}


def picture(
    condition: str = "normal", *, at: datetime = NOW, more_hospitals: int = 0, configured: County | None = None
) -> Picture:
    """The picture of Westshire, or of a county as configured, in one of CONDITIONS."""
    westshire = configured or county(condition == "overloaded", more_hospitals)
    rows = known(condition, at=at, configured=westshire)
    values = work_out(expect(westshire, local_day(at)), rows, at)
    trends = (
        {}
        if condition == "empty"
        else {
            key: _trend(values[key].value if values[key].known else None, index, at)
            for index, key in enumerate(headline_keys(westshire, values))
        }
    )
    newest: dict[str, datetime] = {}
    for row in rows:
        newest[row.feed] = max(row.observed_at, newest.get(row.feed, row.observed_at))
    statuses = tuple(_status(feed, newest.get(feed.id), number, at) for number, feed in enumerate(westshire.feeds))
    if condition == "overloaded":
        statuses = tuple(map(_with_much_to_say, statuses))
    return Picture(4217, at, at, westshire, values, statuses, trends)


def known(condition: str = "normal", *, at: datetime = NOW, configured: County | None = None) -> list[Known]:
    """What the feeds said in one of CONDITIONS."""
    westshire = configured or county(condition == "overloaded")
    figures = _OVERLOADED if condition == "overloaded" else _ORDINARY
    rows = [] if condition == "empty" else _rows(westshire, figures, at)
    if condition == "stale":
        rows = [_aged(row, westshire, lambda feed: feed.stale_after * 1.2, at) for row in rows]
    if condition == "partial":
        rows = _with_holes(rows, westshire, at)
    return rows


def _rows(westshire: County, figures: dict[str, int], at: datetime) -> list[Known]:
    rows = []
    for feed in westshire.feeds:
        observed_at = at - _AGES.get(feed.connector, timedelta(minutes=25))
        covered = {place.id: place for top in feed.places for place in westshire.places.within(top)}
        for measure in feed.provides:
            for number, place in enumerate(p for p in covered.values() if p.kind in ALL[measure].reported_by):
                told = figures.get(measure, 5)  # of the discharge lists' many, a few each
                figure = told - (1 if number % 3 == 2 and told > 2 else 0)
                rows.append(
                    Known(feed.id, place.id, measure, float(figure), observed_at, observed_at + timedelta(seconds=20))
                )
    return rows


def _aged(row: Known, westshire: County, age: Callable[[Feed], timedelta], at: datetime) -> Known:
    feed = westshire.feed(row.feed)
    assert feed is not None
    return replace(row, observed_at=at - age(feed), received_at=at - age(feed))


def _with_holes(rows: list[Known], westshire: County, at: datetime) -> list[Known]:
    """Southmere's A&E went silent, one of its wards too; a list came without ambulances; beds come late."""
    connectors = {feed.id: feed.connector for feed in westshire.feeds}
    ward = next(row.place for row in rows if row.place.startswith("southmere-"))
    kept = []
    for row in rows:
        if connectors[row.feed] == "emergency_department_json" and row.place == "southmere":
            row = _aged(row, westshire, lambda feed: timedelta(hours=3), at)
        if connectors[row.feed] == "bed_state_csv" and row.place.startswith("northgate"):
            row = _aged(row, westshire, lambda feed: feed.late_after * 1.13, at)
        if row.place == "northgate" and row.measure.startswith("ambulance"):
            row = replace(row, value=None)
        if row.place not in ("millbrook", ward) and not row.measure.startswith("virtual_ward"):
            kept.append(row)
    return kept


def _trend(value: float | None, index: int, at: datetime) -> tuple[Point, ...]:
    level = 20.0 if value is None else value
    swing = max(abs(level) * 0.2, 2.0)
    points = []
    for step in range(96, 0, -1):
        phase = (96 - step) / 96 * 2 * math.pi
        gap = index % 5 == 1 and 40 <= step < 48
        points.append(
            Point(
                at - timedelta(minutes=15) * step,
                None
                if gap
                else round(level - swing + swing * math.cos(phase) + swing * 0.15 * math.sin(step * 0.9 + index)),
            )
        )
    return (*points, Point(at, value))


def _status(feed: Feed, observed_at: datetime | None, number: int, at: datetime) -> FeedStatus:
    if observed_at is None:
        state = State.NEVER
    elif at - observed_at >= feed.stale_after:
        state = State.STALE
    else:
        state = State.LATE if at - observed_at >= feed.late_after else State.FRESH
    trouble = observed_at is None
    last = poll(feed.id, number, at, Outcome.UNAVAILABLE if trouble else Outcome.OK)
    held = () if number != 1 else (
        HeldRow(feed.id, 900, at - timedelta(minutes=14), "beds_20261122T0800Z.csv row 14", "occupied is not a number", "northgate"),
        HeldRow(feed.id, 900, at - timedelta(minutes=14), "beds_20261122T0800Z.csv row 15", "census_time is in the future"),
    )  # fmt: skip
    today = PollCounts() if trouble else PollCounts(1240, 1199, 39, 2 * (number == 1), 2 - 2 * (number == 1))
    return FeedStatus(
        feed,
        state,
        observed_at,
        None if observed_at is None else observed_at + timedelta(seconds=20),
        last,
        at + feed.every / 2,
        today,
        skipped_today=3 if number == 2 else 0,
        held_rows=held,
    )


_LONG_FILE = "England_critical_general_acute_beds_and_no_criteria_to_reside_2025-26_revised_final_v2.csv"


def _with_much_to_say(status: FeedStatus) -> FeedStatus:
    """Files whose names are as long as real ones get, and sixteen rows of one held for one reason."""
    last = status.last_poll
    assert last is not None
    rows = [f"{_LONG_FILE} row {number}" for number in range(14, 30)]
    reason = "general_acute_beds: 554 of 602 occupied is not the published rate of 0.955; columns swapped?"
    return replace(
        status,
        last_poll=replace(last, message=f"{_LONG_FILE}{_LONG_FILE} is not there"),
        today=PollCounts(1_240_512, 1_199_345, 39_123, 2_044, 0),
        held_rows=tuple(HeldRow(status.feed.id, 900, last.started_at, row, reason, "northgate") for row in rows),
    )


def poll(feed: str, number: int, at: datetime, outcome: Outcome = Outcome.OK) -> Poll:
    """One attempt at a feed, a minute ago."""
    message = "connection refused by the trust's server" if outcome is Outcome.UNAVAILABLE else ""
    started_at = at - timedelta(minutes=1)
    return Poll(
        900 + number,
        feed,
        started_at,
        started_at,
        started_at + timedelta(seconds=2),
        outcome,
        PollCounts(20, 19, 1),
        message,
    )
