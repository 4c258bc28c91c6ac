"""For how long a place was at each level: as computed, as declared, and for how long nobody can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from flowcentre.measures.pressure import LEVEL, LEVEL_AT_MOST
from flowcentre.model import LEVELS_OF_PRESSURE, Declaration, Point

_Span = tuple[datetime, datetime, int | None]  # from, until, the level; None: not known
_NONE = timedelta(0)


class LevelReads(Protocol):
    """What is read of the store."""

    def history(
        self, keys: Sequence[tuple[str, str]], start: datetime, end: datetime, /
    ) -> Mapping[tuple[str, str], Sequence[Point]]: ...
    def declared_between(self, place: str | None, since: datetime, until: datetime, /) -> Sequence[Declaration]: ...


@dataclass(frozen=True)
class LevelHours:
    """How long a place was at each level between two moments; what is not known, or not declared, is apart.

    Each of the two adds up to the time between the moments, be a day 23, 24 or 25 hours long.
    """

    place: str
    since: datetime
    until: datetime
    computed: Mapping[int, timedelta] = field(default_factory=dict)  # by level, each of the four
    not_known: timedelta = _NONE  # no certain level could be computed
    declared: Mapping[int, timedelta] = field(default_factory=dict)
    not_declared: timedelta = _NONE  # no declaration held


def hours_at_all(
    store: LevelReads, places: Sequence[str], since: datetime, until: datetime
) -> Mapping[str, LevelHours]:
    """The time at each level of several places, of stored history and of what was declared.

    A computed level counts where it was certain.
    """
    keys = [(place, measure) for place in places for measure in (LEVEL.id, LEVEL_AT_MOST.id)]
    found = store.history(keys, since, until)
    declarations = store.declared_between(places[0] if len(places) == 1 else None, since, until)
    hours = {}
    for place in places:
        levels, at_most = (found.get((place, measure), ()) for measure in (LEVEL.id, LEVEL_AT_MOST.id))
        computed, not_known = _summed(_certain(levels, at_most, since, until))
        said = [each for each in declarations if each.place == place]
        declared, not_declared = _summed(_in_force(said, since, until))
        hours[place] = LevelHours(place, since, until, computed, not_known, declared, not_declared)
    return hours


def _summed(spans: Iterator[_Span]) -> tuple[dict[int, timedelta], timedelta]:
    at_level, none = dict.fromkeys(LEVELS_OF_PRESSURE, _NONE), _NONE
    for start, end, level in spans:
        if level is None:
            none += end - start
        else:
            at_level[level] = at_level.get(level, _NONE) + (end - start)
    return at_level, none


def _certain(levels: Sequence[Point], at_most: Sequence[Point], since: datetime, until: datetime) -> Iterator[_Span]:
    """The spans of a computed level, which is certain where it is the most that it can be. A value stands to the next."""
    moments = sorted({since, until, *(point.at for point in (*levels, *at_most) if since < point.at < until)})
    lines = [sorted(points, key=lambda point: point.at) for points in (levels, at_most)]
    places = [0, 0]
    now: list[float | None] = [None, None]
    for start, end in zip(moments, moments[1:], strict=False):
        for i, line in enumerate(lines):
            while places[i] < len(line) and line[places[i]].at <= start:
                now[i] = line[places[i]].value
                places[i] += 1
        level, most = now
        yield start, end, int(level) if level is not None and level == most else None


def _in_force(declarations: Sequence[Declaration], since: datetime, until: datetime) -> Iterator[_Span]:
    """The spans of declared levels: each until the next, or until it holds no longer."""
    moment = since
    for index, each in enumerate(declarations):
        following = declarations[index + 1].declared_at if index + 1 < len(declarations) else until
        start, end = max(each.declared_at, moment), min(each.holds_until, following, until)
        if end <= start:
            continue
        if start > moment:
            yield moment, start, None
        yield start, end, each.level
        moment = end
    if moment < until:
        yield moment, until, None
