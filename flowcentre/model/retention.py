"""For how long what is kept is kept, by class: what is older is purged once a night."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FOR_GOOD = timedelta.max


class Kept(StrEnum):
    """A class of what is kept, in the order in which they are purged: what refers to others goes before them."""

    POLLS = "polls"  # the ledger: what was polled, how it ended, and what was held back
    TYPED = "typed"  # who typed a figure in
    READINGS = "readings"  # each figure as it was told, and each total as it changed
    ROLLUPS = "rollups"  # hours and days of figures
    PEOPLE = "people"  # rows of lists after somebody left, and rostered visits
    LETTERS = "letters"  # messages, how they were sent, and whom they told of what
    ACTIONS = "actions"  # what somebody was to do, once it has ended
    MINUTES = "minutes"  # huddles, their minutes and situation reports, and declared levels
    ALERTS = "alerts"  # alerts that are over, what happened to them, and silences
    SESSIONS = "sessions"  # of people who signed in, once they are over
    AUDIT = "audit"  # who saw and did what


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each class is kept; ``FOR_GOOD`` where it is never purged. The periods here are a proposal."""

    polls: timedelta = timedelta(days=90)
    typed: timedelta = timedelta(days=800)
    readings: timedelta = timedelta(days=800)
    rollups: timedelta = timedelta(days=3650)
    people: timedelta = timedelta(days=400)
    letters: timedelta = timedelta(days=400)
    actions: timedelta = timedelta(days=1100)
    minutes: timedelta = timedelta(days=1100)
    alerts: timedelta = timedelta(days=1100)
    sessions: timedelta = timedelta(days=30)
    audit: timedelta = timedelta(days=2922)
    said: bool = True  # by the county; False: it says nothing, and most is kept until it does

    def cuts(self, at: datetime) -> Mapping[Kept, datetime]:
        """By class the moment before which it is purged; a class that is kept for good is not there."""
        periods = {kept: getattr(self, kept) for kept in Kept}
        return {kept: at - periods[kept] for kept in Kept if periods[kept] != FOR_GOOD}


_WITHOUT_ASKING = (Kept.POLLS, Kept.SESSIONS)  # neither a figure nor anything that people did or decided
UNSAID = Retention(**{kept: FOR_GOOD for kept in Kept if kept not in _WITHOUT_ASKING}, said=False)


@dataclass(frozen=True, slots=True)
class Purged:
    """What went of a class, or would go: so many rows from before a moment."""

    kept: Kept
    before: datetime
    rows: int
