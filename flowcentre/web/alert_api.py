"""Alerts for machines: read from the store each time, for they change without a new picture."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from fastapi import APIRouter

from flowcentre.measures.watched import watched_by
from flowcentre.model import Alert, Blind, ChannelSettings, Message, Rule, RuleKind, Silence, Standing
from flowcentre.picture.alerts_now import AlertsNow
from flowcentre.picture.level_words import notice_of
from flowcentre.picture.undelivered import LOOKED_BACK
from flowcentre.web.alert_desk import AlertReading
from flowcentre.web.alert_shapes import (
    AlertShape,
    AlertsShape,
    BlindShape,
    ChannelShape,
    PendingShape,
    SilenceShape,
    UndeliveredShape,
)
from flowcentre.web.alerts import CARDS
from flowcentre.web.ended_api import EndedSince, create_ended_api

NO_ALERTS = "This server reads nothing of alerts."
LONGEST = timedelta(days=31)
_ROUTE = EndedSince(
    "/alerts",
    AlertsShape,
    "Alerts: what stands, what comes, what ended, what is silenced, and how each way of telling does",
    NO_ALERTS,
    LOOKED_BACK,
    "the last 24 hours",
    LONGEST,
)


def create_alerts_api(
    book: AlertReading | None, now: Callable[[], datetime], trouble: Callable[[], str | None]
) -> APIRouter:
    """The route of the API: everything of the page of alerts. See ``create_ended_api``."""
    read = partial(_read, book) if book is not None else None
    return create_ended_api(_ROUTE, read, now, trouble)


def _read(book: AlertReading, ended_since: datetime) -> AlertsShape:
    return alerts_shape(book.read(since=ended_since)) | {"ended_since": ended_since}


def alerts_shape(known: AlertsNow) -> AlertsShape:
    """Everything that is answered."""
    picture = known.picture
    return {
        "version": picture.version,
        "at": known.at,
        "county": picture.county.name,
        "demonstration": picture.county.demonstration,
        "looked_at": known.looked_at,
        "watching": known.watching,
        "open": [_alert(known, alert) for alert in known.open],
        "cannot_tell": [_blind(known, one) for one in known.cannot_tell],
        "pending": [_pending(known, standing) for standing in known.pending],
        "ended_since": known.at - LOOKED_BACK,
        "ended": [_alert(known, alert) for alert in known.ended],
        "silences": [_silence(silence) for silence in known.silences],
        "undelivered": [_undelivered(message) for message in known.undelivered],
        "channels": [_channel(known, channel) for channel in picture.county.alerting.channels],
    }


def _alert(known: AlertsNow, alert: Alert) -> AlertShape:
    rule = known.rule(alert.rule)
    return {
        "id": alert.id,
        "rule": alert.rule,
        "title": alert.title,
        "severity": alert.severity.value,
        "subject": alert.subject,
        "state": alert.state.value,
        "measure": rule.measure or None if rule is not None else None,
        "value": _figure(rule, alert.value),
        "at_least": alert.at_least,
        "unit": _unit(rule),
        "limit": alert.limit,
        "worst": _figure(rule, alert.worst),
        "observed_at": alert.observed_at,
        "breach_since": alert.breach_since,
        "raised_at": alert.raised_at,
        "blind_since": alert.blind_since,
        "blind_why": alert.blind_why,
        "acknowledged_at": alert.acknowledged_at,
        "acknowledged_by": alert.acknowledged_by,
        "cleared_at": alert.cleared_at,
        "closed_by": alert.closed_by,
        "closed_why": alert.closed_why,
        "told": alert.told,
        "untold": alert.untold,
        "silenced": alert.silenced,
        "on_trial": rule.on_trial if rule is not None else alert.on_trial,
        "action_card": f"{CARDS}/{rule.action_card}" if rule is not None else None,
        "notice": notice_of(known.picture.county, rule.measure) if rule is not None else "",
    }


def _blind(known: AlertsNow, one: Blind) -> BlindShape:
    rule = known.rule(one.rule)
    assert rule is not None  # they are of the rules that there are
    return {
        "rule": one.rule,
        "title": rule.title,
        "severity": rule.severity.value,
        "subject": one.subject,
        "measure": rule.measure or None,
        "blind_since": one.since,
        "blind_why": one.why,
    }


def _pending(known: AlertsNow, standing: Standing) -> PendingShape:
    rule = known.rule(standing.rule)
    raised_from = None  # while it cannot tell, nobody knows
    if rule is not None and standing.breach_since is not None and standing.blind_since is None:
        raised_from = standing.breach_since + rule.hold_for
    return {
        "rule": standing.rule,
        "title": rule.title if rule is not None else standing.rule,
        "subject": standing.subject,
        "value": _figure(rule, standing.value),
        "at_least": standing.at_least,
        "unit": _unit(rule),
        "limit": rule.raise_at if rule is not None else None,
        "breach_since": standing.breach_since,
        "raised_from": raised_from,
        "blind_since": standing.blind_since,
        "blind_why": standing.blind_why,
        "notice": notice_of(known.picture.county, rule.measure) if rule is not None else "",
    }


def _figure(rule: Rule | None, value: float | None) -> float | None:
    """The value; of a silent feed its minutes without the noise of a clock."""
    return round(value, 1) if value is not None and rule is not None and rule.kind is RuleKind.SILENCE else value


def _unit(rule: Rule | None) -> str | None:
    if rule is not None and rule.kind is RuleKind.SILENCE:
        return "minutes"
    measure = watched_by(rule) if rule is not None else None
    return measure.unit if measure is not None else None


def _silence(silence: Silence) -> SilenceShape:
    return {
        "id": silence.id,
        "rule": silence.rule,
        "subject": silence.subject,
        "reason": silence.reason,
        "by": silence.by,
        "starts_at": silence.starts_at,
        "ends_at": silence.ends_at,
    }


def _undelivered(message: Message) -> UndeliveredShape:
    return {
        "id": message.id,
        "lead": message.lead,
        "channel": message.channel,
        "state": message.state.value,
        "created_at": message.created_at,
        "attempts": message.attempts,
        "trouble": message.trouble,
        "alerts": list(message.alerts),
    }


def _channel(known: AlertsNow, channel: ChannelSettings) -> ChannelShape:
    health = known.health_of(channel.id)
    return {
        "channel": channel.id,
        "kind": channel.kind,
        "delivered": health.delivered,
        "failed": health.failed,
        "last_delivered_at": health.last_delivered_at,
        "failing_since": health.failing_since,
        "last_trouble": health.last_trouble,
        "last_trouble_at": health.last_trouble_at,
    }
