"""Actions as they are kept: what somebody is to do, and every thing that happened to it. None is ever taken away."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from flowcentre.model import Action, ActionNote, ActionState, Noted, alerts
from flowcentre.store import action_tables as db
from flowcentre.store import alert_tables
from flowcentre.store.batches import some_at_once
from flowcentre.store.moments import from_ms, maybe_from_ms, to_ms
from flowcentre.store.silences import said

_row = db.action.c
_note = db.action_note.c
_OF_PEOPLE = frozenset(Noted) - {Noted.LOGGED, Noted.CHASED}  # what somebody notes; the others are noted by themselves
_ENDS = {Noted.DONE: ActionState.DONE, Noted.DROPPED: ActionState.DROPPED}
_WHY = {
    Noted.TRIED: "say what was tried",
    Noted.DROPPED: "to drop an action needs a reason",
    Noted.REOPENED: "to open an action again needs a reason",
}


def log(
    connection: Connection,
    what: str,
    who: str,
    due_at: datetime,
    by: str,
    at: datetime,
    *,
    alert: int | None,
    place: str,
    measure: str,
    huddle: int | None,
    slip: str | None,
) -> tuple[Action, bool]:
    """Keep a new one; whether it is new: of a slip that was kept before it is the one that was made of it then."""
    if slip is not None and (kept := _one(connection, _row.slip == slip)) is not None:
        return kept, False
    what, who = said(what, "an action says what is to be done"), said(who, "an action says who is to do it")
    by = said(by, "somebody logs an action: say who")
    if due_at <= at:
        raise ValueError("an action is to be done by a time to come")
    for named, number, table in (("alert", alert, alert_tables.alert), ("huddle", huddle, db.huddle)):
        if number is not None and connection.execute(select(table.c.id).where(table.c.id == number)).first() is None:
            raise ValueError(f"there is no {named} {number}")
    row = {
        "slip": slip,
        "what": what,
        "who": who,
        "due_at": to_ms(due_at),
        "logged_by": by,
        "logged_at": to_ms(at),
        "alert": alert,
        "place": place,
        "measure": measure,
        "huddle": huddle,
        "state": ActionState.OPEN,
    }
    made = _as_action(connection.execute(insert(db.action).values(row).returning(*db.action.c)).one())
    write_notes(connection, [ActionNote(made.id, Noted.LOGGED, at, by)])
    return made, True


def note(
    connection: Connection,
    action: int,
    noted: Noted,
    by: str,
    at: datetime,
    words: str,
    due_at: datetime | None,
    who: str | None,
    moved_words: Callable[[Action, Action], str] | None = None,
) -> bool:
    """Note what a person did about one; False where it changes nothing."""
    if noted not in _OF_PEOPLE:
        raise ValueError(f"nobody notes that an action was {noted}")
    by, words = said(by, "somebody says something of an action: say who"), words.strip()
    if noted in _WHY:
        words = said(words, _WHY[noted])
    before = read_one(connection, action)
    if before is None or (before.state is ActionState.OPEN) is (noted is Noted.REOPENED):
        return False
    changes: dict[str, Any] = {}
    if noted in _ENDS:
        changes = {"state": _ENDS[noted], "ended_at": to_ms(at), "ended_by": by}
    elif noted in (Noted.MOVED, Noted.REOPENED):
        moved = _moved(before, at, due_at, who)
        if not moved and noted is Noted.MOVED:
            return False
        if moved and moved_words is not None:
            after = replace(before, due_at=due_at or before.due_at, who=moved.get("who", before.who))
            words = ": ".join(part for part in (moved_words(before, after), words) if part)
        changes = moved | {"moved": before.moved + 1, "chased": 0}
        if noted is Noted.REOPENED:
            changes |= {"state": ActionState.OPEN, "ended_at": None, "ended_by": ""}
    elif _said_last(connection, before.id) == (noted, by, words):  # the same form, sent twice
        return False
    if changes:
        connection.execute(update(db.action).where(_row.id == action).values(changes))
    write_notes(connection, [ActionNote(action, noted, at, by, words)])
    return True


def _moved(before: Action, at: datetime, due_at: datetime | None, who: str | None) -> dict[str, Any]:
    moved: dict[str, Any] = {}
    if due_at is not None and due_at != before.due_at:
        if due_at <= at:
            raise ValueError("an action is to be done by a time to come")
        moved["due_at"] = to_ms(due_at)
    if who is not None and (who := said(who, "an action says who is to do it")) != before.who:
        moved["who"] = who
    return moved


def _said_last(connection: Connection, action: int) -> tuple[Noted, str, str] | None:
    last = connection.execute(
        select(db.action_note).where(_note.action == action).order_by(_note.id.desc()).limit(1)
    ).one_or_none()
    return None if last is None else (Noted(last.noted), last.by, last.words)


def chase(connection: Connection, chased: Sequence[ActionNote]) -> None:
    """Note of each that whoever should do it is reminded."""
    for each in chased:
        connection.execute(
            update(db.action).where(_row.id == each.action).values(chased=_row.chased + 1, chased_at=to_ms(each.at))
        )
    write_notes(connection, chased)


def write_notes(connection: Connection, notes: Sequence[ActionNote]) -> None:
    """Write what happened, in its order."""
    if notes:
        connection.execute(
            insert(db.action_note),
            [
                {"action": each.action, "noted": each.noted, "at": to_ms(each.at), "by": each.by, "words": each.words}
                for each in notes
            ],
        )


# --- Read -------------------------------------------------------------------------------------------


def read_one(connection: Connection, action: int) -> Action | None:
    """One of them."""
    return _one(connection, _row.id == action)


def read_open(connection: Connection) -> list[Action]:
    """All that are open, those first that are due first."""
    found = connection.execute(select(db.action).where(_row.ended_at.is_(None)).order_by(_row.due_at, _row.id))
    return [_as_action(row) for row in found]


def read_lately(connection: Connection, open_only: bool, since: datetime | None, limit: int) -> list[Action]:
    """Those that are open, those first that are due first; then those that ended, the newest first."""
    found = read_open(connection)[:limit]
    if open_only or len(found) >= limit:
        return found
    ended = _row.ended_at.is_not(None) if since is None else _row.ended_at >= to_ms(since)
    asked = select(db.action).where(ended).order_by(_row.ended_at.desc(), _row.id.desc()).limit(limit - len(found))
    return found + [_as_action(row) for row in connection.execute(asked)]


def read_of(connection: Connection, alert: int) -> list[Action]:
    """Those made of an alert, oldest first."""
    return [
        _as_action(row) for row in connection.execute(select(db.action).where(_row.alert == alert).order_by(_row.id))
    ]


def read_notes(connection: Connection, action: int) -> list[ActionNote]:
    """All that happened to one, oldest first."""
    found = connection.execute(select(db.action_note).where(_note.action == action).order_by(_note.id))
    return [ActionNote(row.action, Noted(row.noted), from_ms(row.at), row.by, row.words) for row in found]


def read_noted(connection: Connection, of: Collection[int], since: datetime, until: datetime) -> list[ActionNote]:
    """What happened to some between two moments, both counted in, oldest first."""
    between = (_note.at >= to_ms(since), _note.at <= to_ms(until))
    found: list[Row[Any]] = []
    for some in some_at_once(of):
        found += connection.execute(select(db.action_note).where(_note.action.in_(some), *between))
    found.sort(key=lambda row: row.id)
    return [ActionNote(row.action, Noted(row.noted), from_ms(row.at), row.by, row.words) for row in found]


def as_telling(row: Row[Any]) -> alerts.Telling:
    """A telling out of its row."""
    return alerts.Telling(
        row.key,
        row.lead,
        alerts.TellingKind(row.kind),
        alerts.Severity(row.severity),
        from_ms(row.decided_at),
        row.alert,
        row.rule,
        row.subject,
        row.step,
        row.action,
        row.huddle,
    )


def _one(connection: Connection, which: ColumnElement[bool]) -> Action | None:
    row = connection.execute(select(db.action).where(which)).one_or_none()
    return None if row is None else _as_action(row)


def _as_action(row: Row[Any]) -> Action:
    return Action(
        row.id,
        row.what,
        row.who,
        from_ms(row.due_at),
        row.logged_by,
        from_ms(row.logged_at),
        row.alert,
        row.place,
        row.measure,
        row.huddle,
        ActionState(row.state),
        maybe_from_ms(row.ended_at),
        row.ended_by,
        maybe_from_ms(row.chased_at),
        row.chased,
        row.moved,
    )
