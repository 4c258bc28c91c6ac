"""How each rule stands at each subject: one row, written over, with every moment that a timer counts from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from flowcentre.model.alerts import Phase, Standing
from flowcentre.store import alert_tables as db
from flowcentre.store.moments import from_ms, maybe_from_ms, maybe_to_ms, to_ms
from flowcentre.store.writing import upsert

_MOMENTS = (
    "since",
    "breach_since",
    "calm_since",
    "blind_since",
    "flapping_since",
    "raised_at",
    "acknowledged_at",
    "observed_at",
    "looked_at",
)
_PLAIN = (
    "rule",
    "subject",
    "blind_why",
    "alert",
    "acknowledged_by",
    "value",
    "at_least",
    "worst",
    "edition",
    "on_trial",
)


def read(connection: Connection) -> list[Standing]:
    """Every one that was ever written."""
    ordered = select(db.alert_standing).order_by(db.alert_standing.c.rule, db.alert_standing.c.subject)
    return [_standing(row) for row in connection.execute(ordered)]


def read_open(connection: Connection) -> dict[int, Standing]:
    """Those of the open alerts, by alert."""
    found = connection.execute(select(db.alert_standing).where(db.alert_standing.c.alert.is_not(None)))
    return {row.alert: _standing(row) for row in found}


def read_blind(connection: Connection) -> list[Standing]:
    """Those that cannot tell, of which no alert stands."""
    asked = select(db.alert_standing).where(
        db.alert_standing.c.blind_since.is_not(None), db.alert_standing.c.alert.is_(None)
    )
    return [_standing(row) for row in connection.execute(asked)]


def read_of_alert(connection: Connection, alert: int) -> Standing | None:
    """That of one alert, as long as it is open."""
    found = connection.execute(select(db.alert_standing).where(db.alert_standing.c.alert == alert)).one_or_none()
    return None if found is None else _standing(found)


def write(connection: Connection, standings: Iterable[Standing]) -> None:
    """Write how rules stand, over how they stood."""
    if rows := [_row(standing) for standing in standings]:
        connection.execute(upsert(connection, db.alert_standing), rows)


def _row(standing: Standing) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(standing, name) for name in _PLAIN}
    row |= {name: maybe_to_ms(getattr(standing, name)) for name in _MOMENTS}
    row["phase"] = standing.phase
    row["raises"] = " ".join(str(to_ms(moment)) for moment in standing.raises)
    return row


def _standing(row: Row[Any]) -> Standing:
    kept: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    kept |= {name: maybe_from_ms(getattr(row, name)) for name in _MOMENTS}
    return Standing(phase=Phase(row.phase), raises=tuple(from_ms(int(moment)) for moment in row.raises.split()), **kept)
