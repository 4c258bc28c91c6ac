"""When rules of alerts were evaluated last. Whoever does so notes it: while nobody does, that no alert stands says nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from flowcentre.model import Standing

MARK = "alerts evaluated"  # of the store: a moment in ISO 8601
NOT_LOOKED_AFTER = timedelta(minutes=2)  # rules are evaluated each half minute


class Marks(Protocol):
    """What is needed of the store."""

    def mark(self, key: str, /) -> str | None:
        """A fact about the store."""
        ...


def last_look(store: Marks, standings: Iterable[Standing] = ()) -> datetime | None:
    """When any rule was evaluated last, as far as is known."""
    noted = store.mark(MARK)
    moments = [each.looked_at for each in standings if each.looked_at is not None]
    return max([*moments, *([datetime.fromisoformat(noted)] if noted is not None else [])], default=None)


def not_evaluated_since(store: Marks, at: datetime) -> datetime | None:
    """Since when nobody evaluates the rules; None where somebody does, or where nobody ever noted it."""
    looked_at = last_look(store)
    return looked_at if looked_at is not None and at - looked_at >= NOT_LOOKED_AFTER else None
