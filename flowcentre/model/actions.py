"""Actions and huddles: what somebody does about an alert, by when, and what came of it; and the call at which it is agreed.

Nothing in them says who a patient is: free text is checked for it as far as a machine can.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class ActionState(StrEnum):
    """How far an action has come."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"  # it will not be done, and somebody said why


class Noted(StrEnum):
    """What happened to an action."""

    LOGGED = "logged"
    TRIED = "tried"  # somebody says what was tried
    MOVED = "moved"  # another hour by which, or another who
    CHASED = "chased"  # whoever should do it was reminded
    DONE = "done"
    DROPPED = "dropped"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that somebody is to do, by an hour. Its trigger is the measure that made somebody do something."""

    id: int
    what: str
    who: str  # the id of a lead, who is chased; or a role in plain words, who cannot be
    due_at: datetime
    logged_by: str
    logged_at: datetime
    alert: int | None = None  # from which it was made
    place: str = ""  # "" where it is of the whole system
    measure: str = ""  # the trigger; "" where none was named
    huddle: int | None = None  # at which it was agreed
    state: ActionState = ActionState.OPEN
    ended_at: datetime | None = None  # done, or dropped
    ended_by: str = ""
    chased_at: datetime | None = None  # last
    chased: int = 0  # times, since it was logged or moved last
    moved: int = 0  # times: to another hour, to somebody else, or opened again

    def overdue(self, at: datetime) -> bool:
        """Should it have been done?"""
        return self.state is ActionState.OPEN and at > self.due_at


@dataclass(frozen=True, slots=True)
class ActionNote:
    """One thing that happened to an action."""

    action: int
    noted: Noted
    at: datetime
    by: str
    words: str = ""


class Movement(StrEnum):
    """What a measure did after an action, against what it usually does in that time."""

    BETTER = "better"
    WORSE = "worse"
    MOVED = "moved"  # further than it usually does, and neither way is better
    NO_CLEAR_CHANGE = "no clear change"  # it moved no more than it usually does
    NOT_KNOWN = (
        "not known"  # a figure is missing or was not told anew, or there is too little history to say what is usual
    )


@dataclass(frozen=True, slots=True)
class Effect:
    """The trigger of an action before it and after, with the usual movement over as long a time."""

    measure: str
    place: str
    before: float | None
    before_at: datetime | None
    after: float | None
    after_at: datetime | None
    over: timedelta
    usual_low: float | None = None  # nine in ten movements over as long a time, at the same hour, lie between
    usual_high: float | None = None
    looked_at: int = 0  # how many such movements history has
    movement: Movement = Movement.NOT_KNOWN
    known_from: datetime | None = None  # figures from before have been purged, and some of them would be needed

    @property
    def change(self) -> float | None:
        """How far it moved, with its sign."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Minute:
    """One line of a huddle's minutes."""

    id: int
    huddle: int
    at: datetime
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Huddle:
    """One call. Its sitrep compares the picture at ``compared_with`` with that at its end, or now."""

    id: int
    opened_at: datetime
    opened_by: str
    compared_with: datetime | None = None  # the end of the huddle before; None: it is the first
    closed_at: datetime | None = None
    closed_by: str = ""
    sent_at: datetime | None = None  # its sitrep, by e-mail
