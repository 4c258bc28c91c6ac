"""The store's verbs of who signs in: accounts, sessions, and the tokens of displays. None of them makes a version."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flowcentre.model import Account, Display, Session
from flowcentre.store import accounts, sessions
from flowcentre.store.connections import Connections


class AccessVerbs(Connections):
    """What a store can do about those who sign in. Tokens come as their hashes, passwords as theirs."""

    # --- Accounts -------------------------------------------------------------------------

    def add_account(self, account: Account) -> None:
        """Keep a new local account. Raises ValueError where there is one of that name, closed or not."""
        with self._changing() as connection:
            accounts.add(connection, account)

    def account(self, name: str) -> Account | None:
        """A local account, closed or not; None where there is none of that name."""
        with self._reading() as connection:
            return accounts.read_one(connection, name)

    def accounts(self) -> list[Account]:
        """Every local account, closed ones too, by name."""
        with self._reading() as connection:
            return accounts.read_all(connection)

    def set_account(self, name: str, **changes: Any) -> Account:
        """Change some of an account's fields, but its name and when it was made. The account as it stands then.

        Raises ValueError for a field that nobody changes, and LookupError where there is no such account.
        """
        with self._changing() as connection:
            return accounts.change(connection, name, changes)

    def note_failure(self, name: str, at: datetime, most: int, lock_for: timedelta) -> bool:
        """Count a sign-in that failed. False where the account is locked, or is not there: then nothing is counted.

        The ``most``-th failure since the last success locks it for ``lock_for``, and so does each one after that.
        """
        with self._changing() as connection:
            return accounts.note_failure(connection, name, at, most, lock_for)

    def note_success(self, name: str, totp_step: int | None) -> bool:
        """Note that somebody signed in, by a code of the numbered time step (None: without): failures are forgotten.

        False, and nothing is noted, where a code of that step or a later one was taken before, or where the account is
        closed: then nobody is signed in. Of two at once with one code, one gets True.
        """
        with self._changing() as connection:
            return accounts.note_success(connection, name, totp_step)

    # --- Sessions -------------------------------------------------------------------------

    def begin_session(self, session: Session) -> None:
        """Keep a session that begins; of too many of one person those that were idle for longest end."""
        with self._changing() as connection:
            sessions.begin(connection, session)

    def session(self, token_hash: str) -> Session | None:
        """The session of a token, ended or not; None where there is none."""
        with self._reading() as connection:
            return sessions.read_one(connection, token_hash)

    def session_active(self, token_hash: str, at: datetime) -> None:
        """Note that a person did something in it. One that has ended stays ended."""
        with self._changing() as connection:
            sessions.be_active(connection, token_hash, at)

    def end_session(self, token_hash: str, at: datetime, by: str) -> bool:
        """End a session, and drop its provider's token; ``by`` is what ``ended_by`` says. False where it has ended, or is unknown."""
        with self._changing() as connection:
            return sessions.end(connection, token_hash, at, by)

    def end_sessions(self, of: str, at: datetime, by: str) -> int:
        """End every open session ``of`` an identity's id, or of a provider's own session. How many.

        Raises ValueError where nobody is named.
        """
        with self._changing() as connection:
            return sessions.end_those_of(connection, of, at, by)

    def sessions(self, *, open_only: bool = True) -> list[Session]:
        """Sessions, the newest first: those that were not ended, or all. Whether one has run out of time is for the caller."""
        with self._reading() as connection:
            return sessions.read_all(connection, open_only)

    # --- Displays -------------------------------------------------------------------------

    def add_display(self, token_hash: str, board: str, title: str, made_by: str, made_at: datetime) -> Display:
        """Keep a token for a screen and its board. Raises SlipKept where this very token is kept already."""
        with self._changing() as connection:
            return sessions.add_display(connection, token_hash, board, title, made_by, made_at)

    def display(self, token_hash: str) -> Display | None:
        """The screen of a token, revoked or not; None where there is none."""
        with self._reading() as connection:
            return sessions.read_display(connection, token_hash)

    def display_seen(self, id: int, at: datetime) -> None:
        """Note that a screen asked for its board."""
        with self._changing() as connection:
            sessions.see_display(connection, id, at)

    def revoke_display(self, id: int, at: datetime) -> bool:
        """Let a screen's token be good for nothing any more. False where it is so already, or unknown."""
        with self._changing() as connection:
            return sessions.revoke_display(connection, id, at)

    def displays(self) -> list[Display]:
        """Every screen with a token, revoked ones too, in the order in which they were made."""
        with self._reading() as connection:
            return sessions.read_displays(connection)
