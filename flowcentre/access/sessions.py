"""Sessions on the server: begun at sign-in, kept alive by what a person does, and ended by idleness, by age or by somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from flowcentre.access.grants import granted_now
from flowcentre.access.tokens import hash_of, is_token, make_token
from flowcentre.model import Access, Identity, Permission, Session
from flowcentre.store import Store

# An activity sooner after the last is not written. What is lost by that ends a session sooner, never later.
ACTIVE_EVERY = timedelta(seconds=30)
IDLE, ABSOLUTE, NOT_GRANTED = "idle", "absolute", "nothing is granted any more"
# A clock that is put back by more than this would make every session that much longer.
PUT_BACK = timedelta(minutes=5)


def begin(
    store: Store, identity: Identity, at: datetime, *, provider_session: str = "", id_token: str = ""
) -> tuple[str, Session]:
    """A session for somebody who has signed in: its token, which is known to them alone from here on, and what is kept of it."""
    token = make_token()
    session = Session(
        hash_of(token), identity, make_token(), at, at, provider_session=provider_session, id_token=id_token
    )
    store.begin_session(session)
    return token, session


def idle_limit(access: Access, identity: Identity) -> timedelta:
    """For how long somebody may do nothing: a shorter time for whoever may see rows of people."""
    return access.idle_people if identity.may(Permission.PEOPLE) else access.idle


def why_ended(access: Access, session: Session, at: datetime) -> str:
    """By what a session is over at a moment, if it is: ``ended_by``, idleness or age; "" where it holds."""
    if session.ended_at is not None:
        return session.ended_by or "ended"
    if not -PUT_BACK < at - session.began_at < access.absolute:
        return ABSOLUTE
    if not -PUT_BACK < at - session.active_at < idle_limit(access, session.identity):
        return IDLE
    return ""


class Sessions:
    """Who a token is. ``access`` gives the configuration as it is now: what it no longer grants is gone at once."""

    def __init__(self, store: Store, access: Callable[[], Access]) -> None:
        self._store = store
        self._access = access

    def begin(
        self, identity: Identity, at: datetime, *, provider_session: str = "", id_token: str = ""
    ) -> tuple[str, Session]:
        """See ``begin``."""
        return begin(self._store, identity, at, provider_session=provider_session, id_token=id_token)

    def who(self, token: str, at: datetime) -> Session | None:
        """The session of a token, with all that its identity is granted now; None where there is none, or none any more."""
        if not is_token(token):
            return None
        found = self._store.session(hash_of(token))
        if found is None or found.ended_at is not None:
            return None
        access = self._access()
        granted = granted_now(access, found.identity)
        session = replace(found, identity=granted) if granted is not None else found
        ended_by = why_ended(access, session, at) or ("" if granted is not None else NOT_GRANTED)
        if ended_by:
            self._store.end_session(found.token_hash, at, ended_by)
            return None
        return session

    def active(self, token: str, at: datetime) -> None:
        """Note that a person did something: a page that refreshes itself is none. A session that is over stays so."""
        session = self.who(token, at)
        if session is not None and at - session.active_at >= ACTIVE_EVERY:
            self._store.session_active(session.token_hash, at)

    def end(self, token: str, at: datetime, by: str = "signed out") -> bool:
        """End the session of a token; whether there was one."""
        return is_token(token) and self._store.end_session(hash_of(token), at, by)
