"""When rules of alerts were evaluated last. Whoever does so notes it: while nobody does, that no alert stands says nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from flowcentre.model import Standing

MARK = "alerts evaluated"  # of the store: a moment in ISO 8601
NOT_LOOKED_AFTER = timedelta(minutes=2)  # rules are evaluated each half minute


_NOTED_EVERY = timedelta(seconds=20)


class Marks(Protocol):
    """What is needed of the store."""

    def mark(self, key: str, /) -> str | None:
        """A fact about the store."""
        ...


class WritesMarks(Marks, Protocol):
    """The same, where it may be written."""

    def set_mark(self, key: str, value: str, /) -> None:
        """Set a fact about the store."""
        ...


def note_look(store: WritesMarks, at: datetime, noted_at: datetime | None) -> datetime:
    """Note that rules have been evaluated, now and then; gives when that was noted last, to be handed in again.

    Rules that are clear leave no trace of a look: without this nobody could tell a quiet county from one that nobody watches.
    """
    if noted_at is not None and timedelta(0) <= at - noted_at < _NOTED_EVERY:
        return noted_at
    store.set_mark(MARK, at.isoformat())
    return at


def last_look(store: Marks, standings: Iterable[Standing] = ()) -> datetime | None:
    """When any rule was evaluated last, as far as is known."""
    noted = store.mark(MARK)
    moments = [each.looked_at for each in standings if each.looked_at is not None]
    return max([*moments, *([datetime.fromisoformat(noted)] if noted is not None else [])], default=None)


def not_evaluated_since(store: Marks, at: datetime) -> datetime | None:
    """Since when nobody evaluates the rules; None where somebody does, or where nobody ever noted it."""
    looked_at = last_look(store)
    return looked_at if looked_at is not None and at - looked_at >= NOT_LOOKED_AFTER else None
