"""Sessions, and the tokens of displays, as they are kept: by the hash of a token, so that the store opens no door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, or_, select, update

from flowcentre.model import Display, Identity, Permission, Scope, Session
from flowcentre.store import access_tables as db
from flowcentre.store.answers import SlipKept
from flowcentre.store.moments import from_ms, maybe_from_ms, maybe_to_ms, to_ms
from flowcentre.store.writing import insert_new

_row, _display = db.session.c, db.display.c
MOST_OPEN = 20  # of one person: more than they have browsers, and few enough for whoever has to look through them


# --- Sessions ---------------------------------------------------------------------------


def begin(connection: Connection, session: Session) -> None:
    """Keep a new one. Where its holder has ``MOST_OPEN`` others, those that were idle for longest end."""
    others = select(_row.token_hash).where(_row.who == session.identity.id, _row.ended_at.is_(None))
    longest_idle = others.order_by(_row.active_at.desc(), _row.token_hash).offset(MOST_OPEN - 1)
    too_many = update(db.session).where(_row.token_hash.in_(longest_idle), _row.ended_at.is_(None))
    connection.execute(too_many.values(_ended(session.began_at, "too many")))
    connection.execute(
        insert(db.session).values(
            token_hash=session.token_hash,
            who=session.identity.id,
            identity=pack(session.identity),
            key=session.key,
            began_at=to_ms(session.began_at),
            active_at=to_ms(session.active_at),
            ended_at=maybe_to_ms(session.ended_at),
            ended_by=session.ended_by,
            provider_session=session.provider_session,
            id_token=session.id_token,
        )
    )


def be_active(connection: Connection, token_hash: str, at: datetime) -> None:
    """Note that a person did something. One that has ended stays as it was, and time never runs back."""
    moment = to_ms(at)
    connection.execute(
        update(db.session)
        .where(_row.token_hash == token_hash, _row.ended_at.is_(None), _row.active_at < moment)
        .values(active_at=moment)
    )


def end(connection: Connection, token_hash: str, at: datetime, by: str) -> bool:
    """End one; False where it has ended, or is unknown."""
    ended = update(db.session).where(_row.token_hash == token_hash, _row.ended_at.is_(None))
    return connection.execute(ended.values(_ended(at, by))).rowcount == 1


def end_those_of(connection: Connection, of: str, at: datetime, by: str) -> int:
    """End all of an identity, or all that a provider's own session began. How many."""
    if not of:  # most have no session of a provider's: "" would be all of these
        raise ValueError("say whose sessions end")
    those = update(db.session).where(or_(_row.who == of, _row.provider_session == of), _row.ended_at.is_(None))
    return connection.execute(those.values(_ended(at, by))).rowcount


def read_one(connection: Connection, token_hash: str) -> Session | None:
    """One of them, ended or not."""
    row = connection.execute(select(db.session).where(_row.token_hash == token_hash)).one_or_none()
    return None if row is None else _as_session(row)


def read_all(connection: Connection, open_only: bool) -> list[Session]:
    """All of them, or those that were not ended, the newest first."""
    asked = select(db.session).order_by(_row.began_at.desc(), _row.token_hash)
    if open_only:
        asked = asked.where(_row.ended_at.is_(None))
    return [_as_session(row) for row in connection.execute(asked)]


def _ended(at: datetime, by: str) -> dict[str, Any]:
    return {"ended_at": to_ms(at), "ended_by": by, "id_token": ""}  # it is good for nothing now but to be found


def pack(identity: Identity) -> str:
    """All of an identity as text."""
    scopes = {
        str(permission): {"places": sorted(scope.places), "everywhere": scope.everywhere}
        for permission, scope in identity.scopes.items()
    }
    kept = {"issuer": identity.issuer, "subject": identity.subject, "title": identity.title, "scopes": scopes}
    return orjson.dumps(kept | {"board": identity.board, "groups": sorted(identity.groups)}).decode()


def unpack(packed: str) -> Identity:
    """The identity of such a text."""
    kept = orjson.loads(packed)
    scopes = {
        Permission(permission): Scope(frozenset(scope["places"]), scope["everywhere"])
        for permission, scope in kept["scopes"].items()
    }
    groups = frozenset(kept["groups"])
    return Identity(kept["issuer"], kept["subject"], kept["title"], scopes, kept["board"], groups)


def _as_session(row: Row[Any]) -> Session:
    return Session(
        row.token_hash,
        unpack(row.identity),
        row.key,
        from_ms(row.began_at),
        from_ms(row.active_at),
        maybe_from_ms(row.ended_at),
        row.ended_by,
        row.provider_session,
        row.id_token,
    )


# --- Displays ---------------------------------------------------------------------------


def add_display(
    connection: Connection, token_hash: str, board: str, title: str, made_by: str, made_at: datetime
) -> Display:
    """Keep a new one. It may never have been seen. Raises SlipKept where this very token is kept already."""
    row = {"token_hash": token_hash, "board": board, "title": title, "made_by": made_by, "made_at": to_ms(made_at)}
    kept = connection.execute(insert_new(connection, db.display, *db.display.c), row).first()
    if kept is None:
        raise SlipKept("this token is kept already")
    return _as_display(kept)


def see_display(connection: Connection, id: int, at: datetime) -> None:
    """Note that a screen asked for its board."""
    moment = to_ms(at)
    connection.execute(
        update(db.display)
        .where(_display.id == id, _display.seen_at.is_(None) | (_display.seen_at < moment))
        .values(seen_at=moment)
    )


def revoke_display(connection: Connection, id: int, at: datetime) -> bool:
    """Let a token be good for nothing any more; False where it is so already, or unknown."""
    revoked = update(db.display).where(_display.id == id, _display.revoked_at.is_(None))
    return connection.execute(revoked.values(revoked_at=to_ms(at))).rowcount == 1


def read_display(connection: Connection, token_hash: str) -> Display | None:
    """The one of a token, revoked or not."""
    row = connection.execute(select(db.display).where(_display.token_hash == token_hash)).one_or_none()
    return None if row is None else _as_display(row)


def read_displays(connection: Connection) -> list[Display]:
    """Every one, revoked ones too, in the order in which they were made."""
    return [_as_display(row) for row in connection.execute(select(db.display).order_by(_display.id))]


def _as_display(row: Row[Any]) -> Display:
    return Display(
        row.id,
        row.token_hash,
        row.board,
        row.title,
        row.made_by,
        from_ms(row.made_at),
        maybe_from_ms(row.seen_at),
        maybe_from_ms(row.revoked_at),
    )
