"""Silences: for how long nobody is told of a rule, who said so, and why. None is ever forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, or_, select, update

from flowcentre.model import Silence
from flowcentre.store import alert_tables as db
from flowcentre.store.moments import from_ms, maybe_from_ms, to_ms

_LONGEST = timedelta(days=1)
_row = db.alert_silence.c


def keep(
    connection: Connection, rule: str, subject: str, reason: str, by: str, starts_at: datetime, ends_at: datetime
) -> Silence:
    """Keep a new one. Raises ValueError where nobody takes it on, where no reason is given, or for a length that is none."""
    reason, by = said(reason, "a silence needs a reason"), said(by, "a silence needs somebody who takes it on")
    if not starts_at < ends_at <= starts_at + _LONGEST:
        raise ValueError("a silence ends after it starts, and a day later at most")
    row = {
        "rule": rule,
        "subject": subject,
        "reason": reason,
        "by": by,
        "starts_at": to_ms(starts_at),
        "ends_at": to_ms(ends_at),
    }
    number: int = connection.execute(insert(db.alert_silence).values(row).returning(_row.id)).scalar_one()
    return Silence(number, rule, subject, reason, by, from_ms(to_ms(starts_at)), from_ms(to_ms(ends_at)))


def end(connection: Connection, silence: int, at: datetime, by: str) -> bool:
    """End one before its time; False where there is none of that number, or it has ended."""
    by = said(by, "somebody ends a silence: say who")
    ended = connection.execute(
        update(db.alert_silence)
        .where(_row.id == silence, _row.ended_at.is_(None), _row.ends_at > to_ms(at))
        .values(ended_at=to_ms(at), ended_by=by)
    )
    return ended.rowcount == 1


def read(connection: Connection, at: datetime) -> list[Silence]:
    """Those in force at a moment, or to come; those first that end first."""
    moment = to_ms(at)
    found = connection.execute(
        select(db.alert_silence)
        .where(_row.ends_at > moment, or_(_row.ended_at.is_(None), _row.ended_at > moment))
        .order_by(_row.ends_at, _row.id)
    )
    return [
        Silence(
            row.id,
            row.rule,
            row.subject,
            row.reason,
            row.by,
            from_ms(row.starts_at),
            from_ms(row.ends_at),
            maybe_from_ms(row.ended_at),
        )
        for row in found
    ]


def said(words: str, otherwise: str) -> str:
    """What somebody said, without blanks around it. Raises ValueError where it is nothing."""
    if not (words := words.strip()):
        raise ValueError(otherwise)
    return words
