"""Alerts as they are shown: those that stand, those that have been, and what happened to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, union_all

from flowcentre.model import Alert, AlertState, MessageState, Severity, Standing, Transition
from flowcentre.model.alerts import What
from flowcentre.store import alert_tables as db
from flowcentre.store import silences, standings
from flowcentre.store.batches import some_at_once
from flowcentre.store.moments import from_ms, maybe_from_ms, to_ms

_row = db.alert.c
_GRAVEST_FIRST = {severity: order for order, severity in enumerate(Severity)}


def read_open(connection: Connection, at: datetime) -> list[Alert]:
    """Those that stand, the gravest first, of those alike the newest."""
    found = _read(connection, at, _row.cleared_at.is_(None))
    return sorted(found, key=lambda alert: _GRAVEST_FIRST[alert.severity])  # which keeps the order of those alike


def read_between(connection: Connection, since: datetime, until: datetime, limit: int) -> list[Alert]:
    """Those that stood at any moment of a time, the newest first."""
    # Not as one condition with "or": sorted by when they were raised, years of older ones would be looked through.
    not_over = union_all(
        select(_row.id).where(_row.cleared_at.is_(None)), select(_row.id).where(_row.cleared_at >= to_ms(since))
    )
    return _read(connection, until, _row.id.in_(not_over), _row.raised_at < to_ms(until), limit=limit)


def read_one(connection: Connection, alert: int, at: datetime | None) -> Alert | None:
    """One of them."""
    return next(iter(_read(connection, at, _row.id == alert)), None)


def read_some(connection: Connection, numbers: Collection[int], at: datetime | None) -> dict[int, Alert]:
    """Some of them, by number."""
    found = (alert for some in some_at_once(set(numbers)) for alert in _read(connection, at, _row.id.in_(some)))
    return {alert.id: alert for alert in found}


def read_blind_spells(connection: Connection, alerts: Collection[int]) -> dict[int, tuple[datetime, datetime]]:
    """By alert from when until when it last could not tell; nothing of one that never could not, or still cannot."""
    row = db.alert_transition.c
    began: dict[int, int] = {}
    ended: dict[int, int] = {}
    for some in some_at_once(alerts):
        asked = select(row.alert, row.what, func.max(row.at).label("at"))
        which = row.what.in_((What.BLIND, What.UNWATCHED, What.SEES_AGAIN))
        for each in connection.execute(asked.where(row.alert.in_(some), which).group_by(row.alert, row.what)):
            found = ended if each.what == What.SEES_AGAIN else began
            found[each.alert] = max(found.get(each.alert, each.at), each.at)
    return {
        alert: (from_ms(since), from_ms(ended[alert]))
        for alert, since in began.items()
        if alert in ended and since <= ended[alert]
    }


def read_transitions(connection: Connection, alert: int) -> list[Transition]:
    """All that happened to one, oldest first."""
    row = db.alert_transition.c
    found = connection.execute(select(db.alert_transition).where(row.alert == alert).order_by(row.id))
    return [
        Transition(
            each.rule,
            each.subject,
            What(each.what),
            from_ms(each.at),
            AlertState(each.state),
            each.alert,
            each.value,
            each.at_least,
            maybe_from_ms(each.observed_at),
            each.words,
            each.by,
        )
        for each in found
    ]


def _read(
    connection: Connection, at: datetime | None, *which: ColumnElement[bool], limit: int | None = None
) -> list[Alert]:
    asked = select(db.alert).where(*which).order_by(_row.raised_at.desc(), _row.id.desc()).limit(limit)
    rows = connection.execute(asked).all()
    if not rows:
        return []
    open_now = standings.read_open(connection)
    hushing = silences.read(connection, at) if at is not None else []
    told, untold = _count_told(connection, [row.id for row in rows])
    limits = _read_limits(connection, [row.id for row in rows if row.cleared_at is not None])
    return [
        _alert(
            row,
            open_now.get(row.id),
            limits.get(row.id, _Limits()),
            told[row.id],
            untold[row.id],
            at is not None
            and row.cleared_at is None
            and any(silence.hushes(row.rule, row.subject, at) for silence in hushing),
        )
        for row in rows
    ]


@dataclass
class _Limits:
    """Where an alert that has ended began and how it ended, which its story says and its row does not."""

    breach_since: datetime | None = None
    closed_by: str = ""
    closed_why: str = ""


def _read_limits(connection: Connection, alerts: Collection[int]) -> dict[int, _Limits]:
    """By alert since when it was pending, and who closed it."""
    row = db.alert_transition.c
    found: dict[int, _Limits] = {}
    for some in some_at_once(alerts):
        asked = select(row.alert, row.what, row.at, row.by, row.words).where(
            row.alert.in_(some), row.what.in_((What.PENDING, What.CLOSED))
        )
        for each in connection.execute(asked.order_by(row.id.desc())):
            limits = found.setdefault(each.alert, _Limits())
            if each.what == What.PENDING:
                limits.breach_since = from_ms(each.at)
            else:
                limits.closed_by, limits.closed_why = each.by, each.words
    return found


def _alert(row: Row[Any], standing: Standing | None, limits: _Limits, told: int, untold: int, silenced: bool) -> Alert:
    named = (row.id, row.rule, row.title, Severity(row.severity), row.subject)
    counted: dict[str, Any] = {"limit": row.limit, "told": told, "untold": untold, "silenced": silenced}
    if standing is not None:
        return Alert(
            *named,
            standing.state,
            from_ms(row.raised_at),
            standing.value,
            standing.at_least,
            standing.observed_at,
            standing.worst,
            blind_since=standing.blind_since,
            blind_why=standing.blind_why,
            acknowledged_at=standing.acknowledged_at,
            acknowledged_by=standing.acknowledged_by,
            breach_since=standing.breach_since,
            on_trial=standing.on_trial,
            **counted,
        )
    return Alert(
        *named,
        AlertState.CLEAR,
        from_ms(row.raised_at),
        row.value,
        row.at_least,
        maybe_from_ms(row.observed_at),
        row.worst,
        blind_since=maybe_from_ms(row.blind_since),
        blind_why=row.blind_why,
        acknowledged_at=maybe_from_ms(row.acknowledged_at),
        acknowledged_by=row.acknowledged_by,
        cleared_at=maybe_from_ms(row.cleared_at),
        breach_since=limits.breach_since,
        closed_by=limits.closed_by,
        closed_why=limits.closed_why,
        on_trial=row.on_trial,
        **counted,
    )


def _count_told(connection: Connection, alerts: Sequence[int]) -> tuple[Counter[int], Counter[int]]:
    """By alert how many messages reached somebody, and how many did not, or not yet.

    A message and the fallbacks that stand in for it are one; a lead for whom no message is written yet is one that waits.
    """
    telling, message = db.telling.c, db.message.c
    told: Counter[int] = Counter()
    untold: Counter[int] = Counter()
    for some in some_at_once(alerts):
        waiting = select(telling.alert, telling.lead).where(telling.alert.in_(some), telling.message.is_(None))
        untold.update(alert for alert, _ in connection.execute(waiting.distinct()))
        written = (
            select(telling.alert, telling.message)
            .join(db.message, message.id == telling.message)
            .where(telling.alert.in_(some), message.state != MessageState.WITHDRAWN)
        )
        pairs = connection.execute(written.distinct()).all()
        reached: set[int] = set()
        for firsts in some_at_once({first for _, first in pairs}):
            for own in (message.id, message.first):
                arrived = select(own).where(own.in_(firsts), message.state == MessageState.DELIVERED)
                reached.update(connection.execute(arrived).scalars())
        for alert, first in pairs:
            (told if first in reached else untold)[alert] += 1
    return told, untold
