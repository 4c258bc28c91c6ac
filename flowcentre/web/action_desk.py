"""What the server needs of actions: where they are read, and where what people do is kept. Both block."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from flowcentre.model import Action, Noted, Picture
from flowcentre.picture.actions_now import ActionsNow, ActionStory, Draft


class ActionReading(Protocol):
    """What the server needs of ``flowcentre.picture.actions_now.ActionBook``. It blocks: call it in a thread."""

    def read(self, picture: Picture | None = None, *, since: datetime | None = None) -> ActionsNow:
        """Actions as they stand, with those that ended since a moment."""
        ...

    def story(self, id: int) -> ActionStory | None:
        """One action with all that happened to it."""
        ...

    def draft(
        self, *, alert: int | None = None, huddle: int | None = None, place: str = "", measure: str = ""
    ) -> Draft:
        """What an action is of that is to be logged."""
        ...


class ActionDesk(Protocol):
    """What it needs of the store to take in what people do. It blocks too."""

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
        """Keep what somebody is to do; of a slip that was kept before, the action that was made then."""
        ...

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
        """Note what somebody did about an action; False where it changes nothing."""
        ...
