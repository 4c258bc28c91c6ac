"""Small numbers hidden in counts of people, so that nobody is known by being one of few.

The method of NHS England for sub-national counts from HES and ECDS: 1 to 7 are hidden, 0 is shown, and
every other count is rounded to the nearest 5. What is shown must not give away what is hidden either:
a total less its shown parts leaves bounds on the hidden ones, and where these are too narrow the whole
way of parting is withheld.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flowcentre.model import SmallNumbers

MOST_HIDDEN = 7
ROUNDED_TO = 5
NATIONAL = SmallNumbers(MOST_HIDDEN, ROUNDED_TO)
HIDDEN = "*"
# A hidden count must be able to be one of so many. With two, that a parting is withheld could itself give the
# counts away: twelve ones of twelve would be the only counts withheld beneath a total shown as 10.
LEAST_OPEN = 3


@dataclass(frozen=True, slots=True)
class Tally:
    """A number of people, and the ways in which it is parted. The parts of each way add up to it."""

    people: int
    ways: Mapping[str, Mapping[str, Tally]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be seen of a tally. ``people`` None is hidden; of a way that is withheld nothing is said at all."""

    people: int | None
    ways: Mapping[str, Mapping[str, Shown] | None] = field(default_factory=dict)


def shown_count(people: int, limits: SmallNumbers = NATIONAL) -> int | None:
    """A count as it may be shown by itself; None: hidden."""
    if 0 < people <= limits.hide_to:
        return None
    return (people + _slack(limits)) // limits.round_to * limits.round_to


def _slack(limits: SmallNumbers) -> int:
    """How much a rounded count can be less than it was; and more, unless numbers are rounded to an even one."""
    return limits.round_to // 2


def suppress(tally: Tally, limits: SmallNumbers = NATIONAL, *, total_known: bool = False) -> Shown:
    """What may be shown of a tally: no hidden count follows from its total and the counts shown.

    ``total_known``: nor for a reader who has the total from elsewhere, as it is.
    """
    return _show(tally, _Bounds.of(tally, limits, total_known=total_known), limits)


def _show(tally: Tally, bounds: _Bounds, limits: SmallNumbers) -> Shown:
    count = shown_count(tally.people, limits)
    ways = {
        name: None
        if count is None or bounds.gives_away(name)
        else {part: _show(parts[part], bounds.ways[name][part], limits) for part in parts}
        for name, parts in tally.ways.items()
    }
    return Shown(count, ways)


@dataclass(slots=True)
class _Bounds:
    """Between which counts a reader who knows the method can place a tally. Tightened from everything shown."""

    low: int
    high: int
    hidden: bool
    ways: Mapping[str, Mapping[str, _Bounds]]

    @classmethod
    def of(cls, tally: Tally, limits: SmallNumbers, *, total_known: bool = False) -> _Bounds:
        """The bounds of a tally and all its parts, were no way withheld."""
        bounds = cls._alone(tally, limits)
        if total_known:
            bounds.low = bounds.high = tally.people
        # The ways make a tree, so once up and once down finds everything that follows.
        bounds._tighten_upwards()
        bounds._tighten_downwards()
        return bounds

    @classmethod
    def _alone(cls, tally: Tally, limits: SmallNumbers) -> _Bounds:
        count = shown_count(tally.people, limits)
        if count is None:  # it is not parted: its bounds follow from nothing below it
            return cls(1, limits.hide_to, True, {})
        ways = {name: {part: cls._alone(parts[part], limits) for part in parts} for name, parts in tally.ways.items()}
        if count == 0:
            return cls(0, 0, False, ways)
        slack = _slack(limits)
        return cls(max(limits.hide_to + 1, count - slack), count + limits.round_to - 1 - slack, False, ways)

    def _tighten_upwards(self) -> None:
        for parts in self.ways.values():
            for part in parts.values():
                part._tighten_upwards()
            self.low = max(self.low, sum(part.low for part in parts.values()))
            self.high = min(self.high, sum(part.high for part in parts.values()))

    def _tighten_downwards(self) -> None:
        for parts in self.ways.values():
            lowest, highest = sum(part.low for part in parts.values()), sum(part.high for part in parts.values())
            tightened = {
                name: (
                    max(part.low, self.low - (highest - part.high)),
                    min(part.high, self.high - (lowest - part.low)),
                )
                for name, part in parts.items()
            }
            for name, part in parts.items():
                part.low, part.high = tightened[name]
                part._tighten_downwards()

    def gives_away(self, way: str) -> bool:
        """Would a way, shown, place a hidden part of it too narrowly?"""
        parts = self.ways.get(way, {})
        return any(part.hidden and part.high - part.low + 1 < LEAST_OPEN for part in parts.values())


def nested(counts: Sequence[int], limits: SmallNumbers = NATIONAL) -> list[int | None]:
    """Counts of which each is a part of the one before: beneath a hidden one none is shown."""
    shown: list[int | None] = []
    for people in counts:
        beneath_hidden = bool(shown) and shown[-1] is None
        shown.append(None if beneath_hidden else shown_count(people, limits))
    return shown
