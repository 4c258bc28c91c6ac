"""The store's verbs of what people do: levels that they declare, actions that they log, and huddles.

Each is one transaction, and makes a version, so that whoever looks at a live page sees it. Free text comes in looked
through: nothing here tells a patient's name from a ward's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from flowcentre.model import Action, ActionNote, Declaration, Huddle, Message, Minute, Noted, Telling
from flowcentre.store import actions, alerts, declared, huddles
from flowcentre.store.alerting import AlertVerbs

_Made = TypeVar("_Made")


class ActionVerbs(AlertVerbs):
    """What a store can do about actions. Whoever takes something in may mark its form by ``slip``: it then counts once."""

    # --- Declared levels ------------------------------------------------------------------

    def declare(
        self,
        place: str,
        level: int,
        reason: str,
        by: str,
        at: datetime,
        holds_until: datetime,
        *,
        slip: str | None = None,
    ) -> Declaration:
        """Keep the level that somebody declares for a place; it ends what was declared before.

        Raises ValueError for a level that is not 1 to 4, where nobody or no reason is named, or for a time that is none.
        """
        return self._made_by_a_person(
            lambda connection: declared.declare(connection, place, level, reason, by, at, holds_until, slip)
        )

    def declarations(self, at: datetime) -> list[Declaration]:
        """The newest declaration of each place at a moment, by place; one past its ``holds_until`` is old, and still told."""
        with self._reading() as connection:
            return declared.read_at(connection, at)

    def declared_between(self, place: str | None, since: datetime, until: datetime) -> list[Declaration]:
        """What was declared for a place, or (None) for any, from ``since`` until before ``until``, oldest first.

        What stood at ``since`` is among it.
        """
        with self._reading(one_moment=True) as connection:
            return declared.read_between(connection, place, since, until)

    # --- Actions --------------------------------------------------------------------------

    def log_action(
        self,
        what: str,
        who: str,
        due_at: datetime,
        by: str,
        at: datetime,
        *,
        alert: int | None = None,
        place: str = "",
        measure: str = "",
        huddle: int | None = None,
        slip: str | None = None,
    ) -> Action:
        """Keep what somebody is to do by an hour to come; of a slip that was kept before, the action that was made then.

        Raises ValueError where it is not said what, who and by whom, where the hour has passed, and of no alert or huddle.
        """
        return self._made_by_a_person(
            lambda connection: actions.log(
                connection,
                what,
                who,
                due_at,
                by,
                at,
                alert=alert,
                place=place,
                measure=measure,
                huddle=huddle,
                slip=slip,
            )
        )

    def note_action(
        self,
        action: int,
        noted: Noted,
        by: str,
        at: datetime,
        words: str = "",
        *,
        due_at: datetime | None = None,
        who: str | None = None,
        moved_words: Callable[[Action, Action], str] | None = None,
    ) -> bool:
        """Note what somebody did about an action. False where it changes nothing: it has ended already, or is unknown.

        TRIED, DROPPED and REOPENED need words; MOVED and REOPENED take another hour or another who, and count chasers anew.
        ``moved_words`` says, of the action before and after, what was moved: it is kept before the words.
        Raises ValueError where something is not said, and for an hour that has passed.
        """
        return self._by_a_person(
            lambda connection: actions.note(connection, action, noted, by, at, words, due_at, who, moved_words)
        )

    def actions(self, *, open_only: bool = False, since: datetime | None = None, limit: int = 200) -> list[Action]:
        """The open actions, those first that are due first; then those that ended (since a moment), the newest first."""
        with self._reading(one_moment=True) as connection:
            return actions.read_lately(connection, open_only, since, limit)

    def action(self, action: int) -> Action | None:
        """One action, if there is one of that number."""
        with self._reading() as connection:
            return actions.read_one(connection, action)

    def action_notes(self, action: int) -> list[ActionNote]:
        """All that happened to an action, oldest first."""
        with self._reading() as connection:
            return actions.read_notes(connection, action)

    def noted(self, of: Collection[int], since: datetime, until: datetime) -> list[ActionNote]:
        """What happened to some actions between two moments, both counted in, oldest first."""
        with self._reading(one_moment=True) as connection:
            return actions.read_noted(connection, of, since, until)

    def actions_of(self, alert: int) -> list[Action]:
        """The actions that were made of an alert, oldest first."""
        with self._reading() as connection:
            return actions.read_of(connection, alert)

    # --- Huddles --------------------------------------------------------------------------

    def open_huddle(self, by: str, at: datetime) -> Huddle:
        """Open a huddle, which is compared with the end of the last; while one is open, that one. ValueError: nobody named."""
        return self._made_by_a_person(lambda connection: huddles.begin(connection, by, at))

    def add_minute(self, huddle: int, by: str, words: str, at: datetime, *, slip: str | None = None) -> Minute:
        """Keep a line of the minutes. Raises ValueError where it says nothing, and for a huddle that is not open."""
        return self._made_by_a_person(lambda connection: huddles.add_minute(connection, huddle, by, words, at, slip))

    def close_huddle(self, huddle: int, by: str, at: datetime) -> bool:
        """Close a huddle; False where it is closed already, or unknown. Raises ValueError where nobody is named."""
        return self._by_a_person(lambda connection: huddles.end(connection, huddle, by, at))

    def keep_sitrep(self, huddle: int, content: str, at: datetime) -> bool:
        """Keep what a closed huddle came to, in the words in which it is told; False where that is kept already.

        The first is kept: it is never worked out anew. Raises ValueError for a huddle that is not closed.
        """
        with self._deciding() as connection:
            return huddles.keep_sitrep(connection, huddle, content, at)

    def sitrep(self, huddle: int) -> str | None:
        """What a huddle came to, as it was kept; None where it is open, or nothing was kept."""
        with self._reading() as connection:
            return huddles.read_sitrep(connection, huddle)

    def huddle_sent(self, huddle: int, at: datetime, tellings: Sequence[Telling] = ()) -> bool:
        """Note that the sitrep of a huddle goes out, and who is told of it, in one; False where it went before.

        Each telling names the huddle, and waits to be written by ``compose``; one of a kept key is left out.
        """

        def keep(connection: Connection) -> bool:
            huddles.tells_of(huddle, tellings)
            if not huddles.sent(connection, huddle, at):
                return False
            alerts.write_tellings(connection, tellings, {})
            return True

        return self._by_a_person(keep)

    def sitrep_messages(self, huddle: int) -> list[Message]:
        """The messages by which the sitrep of a huddle goes out, with what became of each, oldest first."""
        with self._reading(one_moment=True) as connection:
            return huddles.read_messages(connection, huddle)

    def sitrep_goes_to(self, huddle: int) -> list[str]:
        """The leads whom the sitrep of a huddle is to reach, in the order in which they were named."""
        with self._reading() as connection:
            return huddles.read_goes_to(connection, huddle)

    def huddles(self, limit: int = 50) -> list[Huddle]:
        """Huddles, the newest first."""
        with self._reading() as connection:
            return huddles.read_lately(connection, limit)

    def huddle(self, huddle: int) -> Huddle | None:
        """One huddle, if there is one of that number."""
        with self._reading() as connection:
            return huddles.read_one(connection, huddle)

    def minutes(self, huddle: int) -> list[Minute]:
        """The minutes of a huddle, in the order in which they were written."""
        with self._reading() as connection:
            return huddles.read_minutes(connection, huddle)

    # --- How ------------------------------------------------------------------------------

    def _made_by_a_person(self, make: Callable[[Connection], tuple[_Made, bool]]) -> _Made:
        """What is made, or what was made before of the same slip: only what is new makes a version."""
        with self._deciding() as connection:
            made, new = make(connection)
            version = self._next_version(connection) if new else None
        self._tell_of(version)
        return made
