"""Two hospitals, their rules, and the leads who are told: roles, and nobody's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flowcentre.model import (
    Alert,
    Alerting,
    AlertState,
    ChannelSettings,
    County,
    Feed,
    FeedStatus,
    Lead,
    Level,
    Phase,
    Picture,
    Place,
    PlaceKind,
    Places,
    Route,
    RouteStep,
    Rule,
    RuleKind,
    Severity,
    Standing,
    State,
    Team,
    Telling,
    TellingKind,
    Turn,
    Value,
)

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLACES = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("hospitals", "Westshire Hospitals", Level.ORGANISATION, PlaceKind.TRUST, parent="westshire"),
        Place("northgate", "Northgate General", Level.SITE, PlaceKind.ACUTE_HOSPITAL, "Northgate", parent="hospitals"),
        Place("southmere", "Southmere General", Level.SITE, PlaceKind.ACUTE_HOSPITAL, "Southmere", parent="hospitals"),
    ]
)
BEDS = Feed(
    "beds",
    "Northgate bed state",
    "bed_state_csv",
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=2),
    ("northgate",),
    provides=("ga_beds_occupied", "ga_beds_core_open"),
)
COUNTY = County("Westshire", PLACES, (BEDS,))

FULL = Rule(
    "beds-full",
    "Beds full",
    RuleKind.LEVEL,
    Severity.CRITICAL,
    routes=("site",),
    action_card="beds-full",
    measure="ga_occupancy",
    places=("northgate", "southmere"),
    raise_at=95,
    stand_down_at=92,
    words="More patients than beds: discharges come first.",
)
CROWDED = Rule(
    "ae-crowded",
    "A&E crowded",
    RuleKind.LEVEL,
    Severity.WARNING,
    routes=("site",),
    action_card="ae-crowded",
    measure="ae_patients_now",
    places=("northgate",),
    raise_at=80,
    stand_down_at=60,
)
SILENT = Rule(
    "silent",
    "A feed is silent",
    RuleKind.SILENCE,
    Severity.WARNING,
    routes=("desk",),
    action_card="silent-feed",
    feeds=("beds",),
)
SITE = Lead("site", "Northgate site manager", (("mail", "site@northgate.example"), ("text", "07700900001")))
DIRECTOR = Lead("director", "Director on call", (("text", "07700900002"),))
DESK = Lead("desk", "Information desk", (("mail", "desk@westshire.example"),))
ALERTING = Alerting(
    rules=(FULL, CROWDED, SILENT),
    leads=(SITE, DIRECTOR, DESK),
    teams=(Team("site-team", "Northgate site team", (Turn("site"),)),),
    routes=(
        Route(
            "site",
            "The site, then the director",
            (
                RouteStep(timedelta(0), ("site-team",)),
                RouteStep(15 * MINUTE, ("director",)),
                RouteStep(30 * MINUTE, ("desk",)),
            ),
        ),
        Route("desk", "The desk", (RouteStep(timedelta(0), ("desk",)),)),
        Route("channels", "Who looks after the channels", (RouteStep(timedelta(0), ("site",)),)),
    ),
    channels=(ChannelSettings("mail", "noting"), ChannelSettings("text", "noting short")),
    public_url="https://flow.example",
)


def a_picture(at: datetime = AT, *values: Value, feeds: Iterable[FeedStatus] = (), county: County = COUNTY) -> Picture:
    """What is known at a moment."""
    return Picture(1, at, at, county, {(value.place, value.measure): value for value in values}, tuple(feeds))


def occupancy(value: float | None = 96.4, state: State = State.FRESH) -> Value:
    """How full Northgate is, by its bed feed."""
    return Value("ga_occupancy", "northgate", value, state, AT, AT, ("beds",))


def raised(rule: Rule = FULL, subject: str = "northgate", at: datetime = AT, **more: object) -> Standing:
    """A rule that stands raised since a moment."""
    standing = Standing(rule.id, subject, Phase.RAISED, since=at, breach_since=at, raised_at=at, value=96.4)
    return replace(standing, **more)  # type: ignore[arg-type]


def an_alert(id: int = 17, rule: Rule = FULL, subject: str = "northgate", **more: object) -> Alert:
    """One alert, as it is shown."""
    alert = Alert(
        id,
        rule.id,
        rule.title,
        rule.severity,
        subject,
        AlertState.RAISED,
        AT,
        96.4,
        observed_at=AT - 6 * MINUTE,
        limit=rule.raise_at,
    )
    return replace(alert, **more)  # type: ignore[arg-type]


def a_telling(
    alert: int = 17, lead: str = "site", kind: TellingKind = TellingKind.RAISED, at: datetime = AT, rule: Rule = FULL
) -> Telling:
    """What somebody has to know of an alert."""
    return Telling(f"alert {alert}/{kind}/-/{lead}", lead, kind, rule.severity, at, alert, rule.id, "northgate")
