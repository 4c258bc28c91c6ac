"""A small Westshire in which everything has gone wrong at once, so that it can be watched while its figures vanish."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from connectors import find_connectors
from flowcentre.alerts.evaluate import Evaluator
from flowcentre.feeds.typed import Desk
from flowcentre.model import (
    Alerting,
    AlertState,
    County,
    Feed,
    Level,
    Outcome,
    Picture,
    Place,
    PlaceKind,
    Places,
    Rule,
    RuleKind,
    Severity,
    Slip,
    Standing,
    What,
)
from flowcentre.picture import Expected, build, expect
from flowcentre.store import Store
from tests.store.saying import sighting, tell

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # a Sunday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEDS = ("ga_beds_core_open", "ga_beds_escalation_open", "ga_beds_occupied")
EMERGENCY = ("ae_patients_now", "ae_over_12h_now", "ae_attendances_today")
WARDS = ("northgate-a1", "northgate-a2", "southmere-b1")

PLACES = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("north", "North Westshire", Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire"),
        Place("trust", "Westshire Hospitals", Level.ORGANISATION, PlaceKind.TRUST, parent="westshire"),
        Place("northgate", "Northgate General", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="trust"),
        Place("northgate-a1", "A1", Level.UNIT, PlaceKind.WARD, parent="northgate"),
        Place("northgate-a2", "A2", Level.UNIT, PlaceKind.WARD, parent="northgate"),
        Place("southmere", "Southmere", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="trust"),
        Place("southmere-b1", "B1", Level.UNIT, PlaceKind.WARD, parent="southmere"),
        Place("neighbours-north", "Good Neighbours North", Level.UNIT, PlaceKind.VOLUNTARY, "", "westshire", "north"),
    ]
)


def _feed(id: str, connector: str, minutes: int, places: tuple[str, ...], provides: tuple[str, ...]) -> Feed:
    return Feed(id, id, connector, minutes * MINUTE, 2 * minutes * MINUTE, 4 * minutes * MINUTE, places, provides)


FEEDS = (
    _feed("beds-northgate", "bed_state_csv", 15, ("northgate",), BEDS),
    _feed("beds-southmere", "bed_state_csv", 15, ("southmere",), BEDS),
    _feed("ed", "emergency_department_json", 5, ("northgate",), EMERGENCY),
    _feed("ed-southmere", "emergency_department_json", 5, ("southmere",), EMERGENCY),  # never heard of
    replace(
        _feed(
            "typed", "typed_in", 60, ("neighbours-north",), ("voluntary_capacity", "voluntary_used", "voluntary_free")
        ),
        settings={"services": ["voluntary sector"]},
        polled=False,
    ),
)
COUNTY = County("Westshire", PLACES, FEEDS, demonstration=True)


def rule(
    id: str,
    measure: str,
    place: str,
    raise_at: float,
    stand_down_at: float,
    kind: RuleKind = RuleKind.LEVEL,
    **more: object,
) -> Rule:
    """A rule that raises at once, and clears at once when it is calm: what resolves falsely, does so here."""
    made = Rule(
        id, id, kind, Severity.CRITICAL, (), "card", measure, (place,), raise_at=raise_at, stand_down_at=stand_down_at
    )
    return replace(made, **more)  # type: ignore[arg-type]


RULES = (
    rule("ward full", "ga_beds_occupied", "northgate-a1", 24, 20),
    rule("site full", "ga_occupancy", "northgate", 95, 92),
    rule("county full", "ga_occupancy", "westshire", 95, 92),
    rule("county occupied", "ga_beds_occupied", "westshire", 70, 60),
    rule("few beds free", "ga_beds_free", "westshire", 3, 8),
    rule("ward has none free", "ga_beds_free", "northgate-a1", 0, 2),
    rule("12-hour waits", "ae_over_12h_now", "northgate", 5, 1),
    rule("county's 12-hour waits", "ae_over_12h_now", "westshire", 5, 1),
    rule("attendances", "ae_attendances_today", "northgate", 100, 50),
    rule("neighbours full", "voluntary_free", "neighbours-north", 1, 3),
    rule("county's neighbours full", "voluntary_free", "westshire", 1, 3),
    rule("A&E fills", "ae_patients_now", "northgate", 20, 5, RuleKind.STEP, over=HOUR),
    rule(
        "A&E full for long", "ae_patients_now", "northgate", 60, 50, RuleKind.TIME_AT_LEVEL,
        over=HOUR, hold_for=30 * MINUTE,
    ),
    rule("ward full, cleared slowly", "ga_beds_occupied", "northgate-a1", 24, 20, clear_for=30 * MINUTE),
    replace(
        rule("Southmere's A&E is silent", "", "", 0, 0, RuleKind.SILENCE),
        raise_at=None, stand_down_at=None, places=(), feeds=("ed-southmere",),
    ),
)  # fmt: skip
ALERTING = Alerting(rules=RULES)
CONNECTORS = find_connectors()


_EXPECTED: dict[tuple[int, date], tuple[County, Expected]] = {}


def _expect(county: County, at: datetime) -> Expected:
    """Who reports what; to work it out takes longer than the picture."""
    key = (id(county), at.date())
    if key not in _EXPECTED:
        _EXPECTED[key] = (county, expect(county, at.date()))
    return _EXPECTED[key][1]


class World:
    """A store, a county, its rules and a clock, all of which may be changed."""

    def __init__(self, store: Store, at: datetime = AT) -> None:
        self.store = store
        self.at = at
        self.county, self.alerting = COUNTY, ALERTING
        self.happened: list[tuple[str, What]] = []
        self.distort: Callable[[Picture], Picture] = lambda picture: picture
        self._evaluator()

    def _evaluator(self) -> None:
        self.evaluator = Evaluator(
            self.store, self.picture, lambda: self.alerting, lambda: self.at, lambda *_: ((), None)
        )

    def restart(self) -> None:
        """All that a process remembers is gone."""
        self._evaluator()

    def picture(self) -> Picture:
        """The picture of now, as it is, or as a test distorts it."""
        return self.distort(build(self.store, self.county, self.at, live=True, expected=_expect(self.county, self.at)))

    def look(self, after: timedelta = timedelta(0)) -> dict[str, Standing]:
        """Look, a while later: how each rule stands then."""
        self.at += after
        self.evaluator.look()
        return self.standings()

    def standings(self) -> dict[str, Standing]:
        """By rule, at the subjects that the rules had at first."""
        first = {each.id: each.subjects for each in RULES}
        kept = self.store.standings()
        return {each.rule: each for each in kept if each.subject in first.get(each.rule, (each.subject,))}

    def blind(self) -> set[str]:
        """The rules whose alerts cannot tell."""
        return {id for id, standing in self.standings().items() if standing.state is AlertState.BLIND}

    # --- What the sources say -----------------------------------------------------------

    def beds(self, ward: str, occupied: float | None, core: float | None = 24, **more: object) -> None:
        """A ward says how full it is."""
        site = ward.split("-")[0]
        said = sighting(ward, self.at, ga_beds_core_open=core, ga_beds_escalation_open=0, ga_beds_occupied=occupied)
        tell(self.store, f"beds-{site}", self.at, said, **more)  # type: ignore[arg-type]

    def emergency(self, here: float | None, over_12h: float | None, today: float | None = 120) -> None:
        """Northgate's A&E says how many are there."""
        said = sighting(
            "northgate", self.at, ae_patients_now=here, ae_over_12h_now=over_12h, ae_attendances_today=today
        )
        tell(self.store, "ed", self.at, said)

    def typed(self, used: str) -> None:
        """Good Neighbours North say how many of twelve they help."""
        figures = {"voluntary sector": {"used": used, "staffed": "12"}}
        desk = Desk(self.store, CONNECTORS, lambda: self.county, lambda: self.at)
        desk.take(Slip("neighbours-north", figures, "duty lead", HOUR, f"form {self.at}"))

    def everything(self, *, bad: bool) -> None:
        """All sources speak, and all is bad or all is well."""
        for ward in WARDS:
            self.beds(ward, 24 if bad else 10)
        self.emergency(80 if bad else 20, 9 if bad else 0, 120 if bad else 40)
        self.typed("12" if bad else "2")

    def goes_wrong(self) -> None:
        """A quiet hour, then all alerts are raised."""
        self.at -= HOUR
        self.everything(bad=False)
        self.at += 5 * MINUTE
        while self.at < AT:
            self.emergency(50 if self.at < AT - 40 * MINUTE else 62, 0, 40)
            self.at += 5 * MINUTE
        self.everything(bad=True)
        self.look()

    def poll(self, feed: str, outcome: Outcome, message: str = "") -> None:
        """A poll that brings nothing."""
        tell(self.store, feed, self.at, outcome=outcome, message=message)

    # --- What becomes of the configuration ----------------------------------------------

    def without_places(self, *gone: str) -> None:
        """Places leave the configuration, with their wards and their feeds' word of them."""
        kept = [place for place in PLACES if not any(place.id == each or place.id.startswith(each) for each in gone)]
        feeds = [replace(feed, places=tuple(p for p in feed.places if p not in gone)) for feed in FEEDS]
        self.county = County("Westshire", Places(kept), tuple(feeds), demonstration=True)

    def closes(self, *closed: str, on: date) -> None:
        """Places close for good."""
        places = [replace(place, valid_to=on) if place.id in closed else place for place in PLACES]
        self.county = County("Westshire", Places(places), FEEDS, demonstration=True)

    def with_feeds(self, feeds: Iterable[Feed]) -> None:
        """The feeds of the configuration become others."""
        self.county = County("Westshire", PLACES, tuple(feeds), demonstration=True)

    def with_rules(self, rules: Iterable[Rule]) -> None:
        """The rules become others."""
        self.alerting = Alerting(rules=tuple(rules))
