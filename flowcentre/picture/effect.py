"""What the figure that made somebody act did afterwards, against what it usually does in as long a time.

It says what the figure did, never that the action did it. A figure is looked at an hour after an action was done, and four
hours after: sooner than the first nothing is said. What is usual are the changes over as long a time, from the same time of
day of Europe/London, half an hour either way, on the 28 days before the action was logged. Of fewer than 14 days nothing is
said, nor where a figure is missing then or now: a gap is a gap, and no last number stands in for it. Nor does the figure of
before stand in for that of after: of a figure that is reported, one that nobody told anew since is missing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from statistics import quantiles
from typing import Protocol

from flowcentre.measures import find
from flowcentre.measures.derive import LONDON
from flowcentre.model import Action, ActionState, County, Effect, Measure, Movement, Point, Worse

LOOKS = (timedelta(hours=1), timedelta(hours=4))  # after it was done
LOOKED_BACK, FEWEST = 28, 14  # days
_AROUND = (-timedelta(minutes=30), timedelta(0), timedelta(minutes=30))  # of the time of day
_ABOUT = timedelta(minutes=15)  # so far from a moment a figure may be taken for it, where history is sparse
_ENOUGH = 1e-9  # as far apart as two sums of the same numbers may be


class Histories(Protocol):
    """What is read of the store."""

    def history(
        self, keys: Sequence[tuple[str, str]], start: datetime, end: datetime, /
    ) -> dict[tuple[str, str], Sequence[Point]]: ...


def effects(
    store: Histories, county: County, action: Action, at: datetime, known_from: datetime | None = None
) -> tuple[Effect, ...]:
    """Each look at what came of an action that was done, as far as its time has come, the first first."""
    ended_at = action.ended_at
    if action.state is not ActionState.DONE or ended_at is None:
        return ()
    looks = [ended_at + after for after in LOOKS if ended_at + after <= at]
    told = (since_logged(store, county, action, look, known_from) for look in looks)
    return tuple(found for found in told if found is not None)


def since_logged(
    store: Histories, county: County, action: Action, until: datetime, known_from: datetime | None = None
) -> Effect | None:
    """What the trigger of an action did from when it was logged until a moment; None for an action without one."""
    measure = find(action.measure) if action.measure else None
    place = action.place or county.places.system.id
    start = action.logged_at
    if measure is None or until <= start:
        return None
    over = until - start
    key = (place, measure.id)
    if known_from is not None and start - timedelta(days=LOOKED_BACK + 1) < known_from:
        return Effect(measure.id, place, None, None, None, None, over, known_from=known_from)
    # What is "until" a moment is read to just after it.
    points = store.history([key], start - timedelta(days=LOOKED_BACK + 1), until + timedelta(milliseconds=1)).get(
        key, ()
    )
    known = _Line(points, _stale_after(county, place, measure))
    before, after = known.at(start), known.at(until)
    if after is not None and not known.is_news(after, start):
        after = None
    found = Effect(
        measure.id,
        place,
        before.value if before is not None else None,
        before.at if before is not None else None,
        after.value if after is not None else None,
        after.at if after is not None else None,
        over,
    )
    days, movements = _usual(known, start, over)
    if days < FEWEST or len(movements) < 2:
        return replace(found, looked_at=days)
    parts = quantiles(movements, n=20, method="inclusive")
    found = replace(found, usual_low=parts[0], usual_high=parts[-1], looked_at=days)
    return replace(found, movement=_movement(found, measure))


class _Line:
    """A history, asked for what it said at a moment."""

    def __init__(self, points: Sequence[Point], stale_after: timedelta | None) -> None:
        self._points = points
        self._stale_after = stale_after

    def at(self, moment: datetime) -> Point | None:
        """The point that stood at a moment; None in a gap, and where the last was too old to stand for then."""
        number = bisect_right(self._points, moment, key=attrgetter("at"))
        if not number:
            return None
        point = self._points[number - 1]
        if point.value is None or (self._stale_after is not None and moment - point.at >= self._stale_after):
            return None
        return point

    def is_news(self, point: Point, since: datetime) -> bool:
        """Does a point tell of after a moment? One that is worked out always does: it is kept as it changes."""
        return self._stale_after is None or point.at > since

    def near(self, moment: datetime, within: timedelta) -> Point | None:
        """The same; of a reported figure that was told too seldom to stand, the nearest that was told about then."""
        if (point := self.at(moment)) is not None or self._stale_after is None:
            return point
        number = bisect_right(self._points, moment, key=attrgetter("at"))
        beside = [point for point in self._points[max(number - 1, 0) : number + 1] if abs(point.at - moment) <= within]
        if not beside or any(point.value is None for point in beside):
            return None
        return min(beside, key=lambda point: abs(point.at - moment))


def _stale_after(county: County, place: str, measure: Measure) -> timedelta | None:
    """How old a figure that is reported may be; None for one that is worked out: it is kept as it changes, gaps too."""
    above = {place, *(each.id for each in county.places.ancestors(place))} if place in county.places else {place}
    return min(
        (feed.stale_after for feed in county.feeds if measure.id in feed.provides and above & set(feed.places)),
        default=None,
    )


def _usual(known: _Line, start: datetime, over: timedelta) -> tuple[int, list[float]]:
    """On how many days before there is a movement over as long a time from the same time of day, and all of them."""
    local = start.astimezone(LONDON).replace(tzinfo=None)
    days, movements = 0, []
    for back in range(1, LOOKED_BACK + 1):
        found = []
        for around in _AROUND:
            begin = (local - timedelta(days=back) + around).replace(tzinfo=LONDON).astimezone(UTC)
            before = known.near(begin, _ABOUT)
            if before is None:
                continue
            if known.at(begin) is None:
                begin = before.at
            end = begin + over
            if end > start:  # what came of the action itself is no measure of what is usual
                continue
            after = known.near(end, min(2 * _ABOUT, over / 4))
            if after is not None and after.at <= start and known.is_news(after, before.at):
                assert before.value is not None
                assert after.value is not None
                found.append(after.value - before.value)
        days += bool(found)
        movements += found
    return days, movements


def _movement(found: Effect, measure: Measure) -> Movement:
    """The honest word."""
    change, low, high = found.change, found.usual_low, found.usual_high
    if change is None or low is None or high is None:
        return Movement.NOT_KNOWN
    slack = _ENOUGH * max(abs(low), abs(high), 1.0)
    if low - slack <= change <= high + slack:
        return Movement.NO_CLEAR_CHANGE
    if measure.worse is Worse.NEITHER:
        return Movement.MOVED
    return Movement.WORSE if (change > high) is (measure.worse is Worse.HIGH) else Movement.BETTER
