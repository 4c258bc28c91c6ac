"""Alerts of Westshire in every condition that a page and a wall must bear: made by hand, no store behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from flowcentre.model import (
    Alert,
    Alerting,
    AlertState,
    ChannelSettings,
    Lead,
    Message,
    MessageState,
    Phase,
    Picture,
    Route,
    RouteStep,
    Rule,
    RuleKind,
    Severity,
    Silence,
    Standing,
    Team,
    Transition,
    What,
)
from flowcentre.picture.alerts_now import AlertsNow, AlertStory
from flowcentre.picture.undelivered import that_matter
from flowcentre.store import ChannelHealth
from tests.layouts.cast import NOW, picture

CONDITIONS = ("normal", "empty", "stale", "overloaded")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HOSPITALS = ("northgate", "southmere")

RULES = (
    Rule(
        "ae-crowded",
        "A&E crowded",
        RuleKind.LEVEL,
        Severity.CRITICAL,
        ("hospitals",),
        "ae-crowded",
        "ae_patients_now",
        HOSPITALS,
        raise_at=70,
        stand_down_at=60,
        hold_for=15 * MINUTE,
        clear_for=30 * MINUTE,
        words="More patients are in A&E than there is room for.",
    ),
    Rule(
        "occupancy",
        "General and acute beds nearly full",
        RuleKind.LEVEL,
        Severity.WARNING,
        ("hospitals",),
        "beds-full",
        "ga_occupancy",
        HOSPITALS,
        raise_at=95,
        stand_down_at=92,
        hold_for=HOUR,
        clear_for=HOUR,
    ),
    Rule(
        "ae-rising",
        "A&E filling fast",
        RuleKind.STEP,
        Severity.NOTICE,
        ("hospitals",),
        "ae-crowded",
        "ae_patients_now",
        HOSPITALS,
        raise_at=12,
        stand_down_at=4,
        over=HOUR,
    ),
    Rule(
        "handovers",
        "Ambulances waiting too long to hand over",
        RuleKind.TIME_AT_LEVEL,
        Severity.WARNING,
        ("hospitals",),
        "handovers",
        "ambulance_longest_handover_now",
        HOSPITALS,
        raise_at=45,
        stand_down_at=30,
        hold_for=HOUR,
        over=2 * HOUR,
    ),
    Rule(
        "feed-silent",
        "Feed silent",
        RuleKind.SILENCE,
        Severity.WARNING,
        ("county",),
        "feed-silent",
        feeds=("ae-northgate", "beds-southmere"),
    ),
    Rule(
        "packages",
        "Packages of care waiting",
        RuleKind.LEVEL,
        Severity.NOTICE,
        ("county",),
        "packages",
        "poc_waiting_now",
        ("westshire",),
        raise_at=60,
        stand_down_at=50,
        on_trial=True,
    ),
)
ALERTING = Alerting(
    rules=RULES,
    leads=(
        Lead(
            "northgate-site", "Northgate site manager on call", (("mail", "northgate-inbox"), ("text", "07700900101"))
        ),
        Lead("county-lead", "System escalation lead", (("mail", "escalation-inbox"),)),
    ),
    teams=(Team("sites", "Site managers", ()),),
    routes=(Route("hospitals", "Hospitals", (RouteStep(timedelta(0), ("northgate-site",)),)),),
    channels=(ChannelSettings("mail", "smtp"), ChannelSettings("text", "notify")),
    test_at="mon 10:00",
)


def rule(id: str) -> Rule:
    """A rule of this county."""
    found = ALERTING.rule(id)
    assert found is not None
    return found


def alert(number: int, of: str = "ae-crowded", subject: str = "northgate", **more: object) -> Alert:
    """An alert of a rule, raised 41 minutes ago unless said otherwise."""
    watching = rule(of)
    given: dict[str, object] = {
        "state": AlertState.RAISED,
        "raised_at": NOW - 41 * MINUTE,
        "value": 74.0,
        "observed_at": NOW - 2 * MINUTE,
        "worst": 81.0,
        "limit": watching.raise_at,
        "told": 1,
    }
    return Alert(number, of, watching.title, watching.severity, subject, **(given | more))  # type: ignore[arg-type]


def acknowledged(one: Alert, by: str = "duty manager", at: datetime = NOW - 30 * MINUTE) -> Alert:
    """The same, acknowledged."""
    return replace(one, state=AlertState.ACKNOWLEDGED, acknowledged_at=at, acknowledged_by=by)


def blind(one: Alert) -> Alert:
    """The same, when its figures had stopped."""
    return replace(
        one, state=AlertState.BLIND, blind_since=NOW - 25 * MINUTE, blind_why="no news since 07:49", observed_at=NOW - 25 * MINUTE
    )  # fmt: skip


def opened(condition: str) -> tuple[Alert, ...]:
    """The alerts that stand in one of CONDITIONS."""
    if condition == "empty":
        return ()
    beds = alert(18, "occupancy", value=96.2, worst=97.4, raised_at=NOW - 3 * HOUR)
    ordinary = (
        alert(21),
        acknowledged(beds),
        alert(19, "ae-rising", "southmere", value=14.0, raised_at=NOW - 6 * MINUTE),
    )
    if condition == "normal":
        return ordinary
    silent = alert(22, "feed-silent", "ae-northgate", value=None, worst=None, observed_at=NOW - 25 * MINUTE)
    if condition == "stale":
        return (blind(ordinary[0]), silent, blind(acknowledged(beds)), blind(ordinary[2]))
    many = [
        alert(100 + number, of.id, place, raised_at=NOW - number * MINUTE, silenced=number % 7 == 3)
        for number, (of, place) in enumerate((of, place) for of in RULES[:4] for place in HOSPITALS * 9)
    ]
    many[5] = replace(many[5], state=AlertState.FLAPPING)
    many[6] = replace(many[6], state=AlertState.CLEARING)
    many[8] = acknowledged(many[8], by="Westshire system escalation lead, nights and weekends")
    return (*many[:18], silent, *many[18:])


def messages(condition: str) -> tuple[Message, ...]:
    """What was sent."""
    if condition == "empty":
        return ()
    told = Message(
        31,
        "letter 31",
        "northgate-site",
        "mail",
        "A&E crowded, Northgate General: 74 patients",
        "",
        NOW - 41 * MINUTE,
        MessageState.DELIVERED,
        attempts=1,
        ended_at=NOW - 41 * MINUTE,
        alerts=(21,),
    )
    if condition == "normal":
        return (told,)
    lost = replace(
        told, id=32, key="letter 32", lead="county-lead", state=MessageState.UNDELIVERABLE, attempts=4, trouble="the mail server refused it",
        alerts=(22,),
    )  # fmt: skip
    instead = replace(
        lost, id=33, key="letter 33", channel="text", instead_of=32, trouble="the address is not known", attempts=2
    )
    again = replace(
        lost, id=34, key="letter 34", state=MessageState.WAITING, attempts=3, trouble="no answer within 10 s", due_at=NOW + 5 * MINUTE
    )  # fmt: skip
    return (again, instead, lost, told)


def undelivered(condition: str) -> list[Message]:
    """Those of them that reached nobody."""
    return [message for message in messages(condition) if message.id in (33, 34)]


def shown(condition: str = "normal", base: str | None = None, **more: object) -> Picture:
    """The picture with its alerts, in one of CONDITIONS; ``base`` is the condition of its figures."""
    drawn = picture(base or condition, **more)  # type: ignore[arg-type]
    alerts = opened(condition)
    lost = that_matter(undelivered(condition), [one.id for one in alerts])
    county = replace(drawn.county, alerting=ALERTING)
    return replace(drawn, county=county, alerts=alerts, undelivered=len(lost))


def alerts_now(condition: str = "normal") -> AlertsNow:
    """All of the page of alerts, in one of CONDITIONS."""
    drawn, sent = shown(condition), messages(condition)
    if condition == "empty":
        return AlertsNow(drawn, NOW, looked_at=NOW - timedelta(seconds=12))
    ended = alert(
        12, "occupancy", "southmere", state=AlertState.CLEAR, value=91.4, raised_at=NOW - 9 * HOUR, cleared_at=NOW - 4 * HOUR
    )  # fmt: skip
    pending = Standing(
        "occupancy",
        "southmere",
        Phase.PENDING,
        NOW - 20 * MINUTE,
        NOW - 20 * MINUTE,
        value=95.2,
        observed_at=NOW - 5 * MINUTE,
    )
    silence = Silence(
        4, "ae-rising", "", "Planned move of the front door this morning", "duty manager", NOW - HOUR, NOW + HOUR
    )
    health = {
        "mail": ChannelHealth(14, 0 if condition == "normal" else 3, NOW - 41 * MINUTE, "", None),
        "text": ChannelHealth(0, 0),
    }
    if condition != "normal":
        trouble = "the mail server refused it"
        health["mail"] = replace(health["mail"], last_trouble=trouble, last_trouble_at=NOW - 4 * MINUTE)
    return AlertsNow(
        drawn,
        NOW,
        drawn.alerts,
        (ended,) * (1 if condition != "overloaded" else 120),
        (pending,),
        (silence,),
        sent * (1 if condition != "overloaded" else 80),
        that_matter(undelivered(condition), [one.id for one in drawn.alerts]),
        health,
        NOW - timedelta(seconds=12),
    )


CARD = """# A&E crowded

*Local: written for Westshire, to be agreed.*

**Who:** the site manager on call.

## First 15 minutes

1. Ask the nurse in charge what holds people up.
2. Open the [delays page](/delays) and find beds that are ready.

## Next hour

- Tell the system escalation lead.

## Stand down

When fewer than 60 patients are in A&E for half an hour.
"""


def story(condition: str = "normal", number: int | None = None) -> AlertStory:
    """One alert with what happened to it."""
    drawn = shown(condition)
    one = next((a for a in drawn.alerts if a.id == number), None) or (drawn.alerts or (alert(21),))[0]
    happened = [
        Transition(one.rule, one.subject, What.PENDING, one.raised_at - 15 * MINUTE, AlertState.PENDING, value=71.0),
        Transition(one.rule, one.subject, What.RAISED, one.raised_at, AlertState.RAISED, one.id, 73.0),
    ]
    if one.acknowledged_at is not None:
        happened.append(
            Transition(
                one.rule, one.subject, What.ACKNOWLEDGED, one.acknowledged_at, AlertState.ACKNOWLEDGED, one.id,
                words="Called the site team", by=one.acknowledged_by,
            )
        )  # fmt: skip
    if one.blind_since is not None:
        happened.append(
            Transition(
                one.rule, one.subject, What.BLIND, one.blind_since, AlertState.BLIND, one.id, words=one.blind_why
            )
        )
    return AlertStory(drawn, NOW, one, rule(one.rule), tuple(happened), messages(condition)[::-1], (), CARD)
