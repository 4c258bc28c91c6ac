"""How many people some lists come to, as trustworthy as the lists are."""

from __future__ import annotations

from collections.abc import Sequence

from flowcentre.model import Coverage, State, Value
from flowcentre.picture.totals import oldest

_ORDER = (State.LATE, State.FRESH, State.STALE, State.UNKNOWN, State.NEVER)


def those_counted(values: Sequence[Value]) -> list[Value]:
    """The lists whose people count: those that speak; where every one is silent, the last that were known, as old."""
    return [value for value in values if value.known] or [value for value in values if value.state is State.STALE]


def count_of(measure: str, place: str, values: Sequence[Value], people: int, noun: str) -> Value:
    """A count of people out of some places' lists; ``values`` are the counts of each list, ``people`` those of ``those_counted``."""
    counted = those_counted(values)
    missing = tuple(value.place for value in values if not value.known)
    states = {value.state for value in counted or values} or {State.NEVER}
    return Value(
        measure,
        place,
        float(people) if counted else None,
        next(state for state in _ORDER if state in states),
        oldest(value.observed_at for value in counted),
        oldest(value.received_at for value in counted),
        tuple(dict.fromkeys(feed for value in values for feed in value.feeds)),
        Coverage(len(values) - len(missing), len(values), noun, missing),
        at_least=bool(counted) and (bool(missing) or any(value.at_least for value in counted)),
        derived=True,
        held=sum(value.held for value in values),
        late_at=oldest(value.late_at for value in counted),
        stale_at=oldest(value.stale_at for value in counted),
    )
