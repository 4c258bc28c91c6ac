"""Pressure for its pages and the API: what is computed, what is declared, and how long each level lasted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from flowcentre.measures.pressure import declarable
from flowcentre.model import Declaration, Picture, Point, Score, ScoringRules
from flowcentre.picture.build import step_of
from flowcentre.picture.offered import Offered
from flowcentre.picture.pressure import PressureNow, scores, with_declared
from flowcentre.picture.pressure_hours import LevelHours, hours_at_all

LOOKED_BACK = timedelta(days=7)
LONGEST_REASON = 200  # letters


class PressureReads(Protocol):
    """What is read of the store."""

    def history(
        self, keys: Sequence[tuple[str, str]], start: datetime, end: datetime, /
    ) -> Mapping[tuple[str, str], Sequence[Point]]: ...
    def declarations(self, at: datetime, /) -> Sequence[Declaration]: ...
    def declared_between(self, place: str | None, since: datetime, until: datetime, /) -> Sequence[Declaration]: ...


@dataclass(frozen=True)
class PressureBoard:
    """Everything of the page of pressure, beside one picture."""

    picture: Picture
    at: datetime
    now: PressureNow
    declarable: tuple[str, ...] = ()  # places, in the order of the configuration
    hours: Mapping[str, LevelHours] = field(default_factory=dict)  # by scored place, of the last seven days

    @property
    def system(self) -> str:
        """The id of the system."""
        return self.picture.county.places.system.id

    @property
    def rules(self) -> tuple[ScoringRules, ...]:
        """The rules that the scores were made by."""
        return tuple(dict.fromkeys(score.rules for score in self.now.places if score.rules is not None))


@dataclass(frozen=True)
class PlacePressure:
    """Pressure at one place, with what was declared for it lately."""

    picture: Picture
    at: datetime
    place: str
    score: Score | None = None  # None: no rules score it
    declared: Declaration | None = None  # the newest; it may hold no longer
    lately: tuple[Declaration, ...] = ()  # of the last seven days, the newest first
    hours: LevelHours | None = None


@dataclass(frozen=True)
class DeclareForm:
    """What stands in the form that declares a level, and what became of what was sent."""

    mark: str = ""  # by which a form that is sent twice is known again
    ends: tuple[Offered, ...] = ()
    level: int | None = None
    words: str = ""
    author: str = ""
    signed_in: bool = False
    done: bool = False
    mistakes: tuple[str, ...] = ()
    may_write: bool = True


class PressureBook:
    """Reads pressure out of a picture and the store."""

    def __init__(self, store: PressureReads, current: Callable[[], Picture], now: Callable[[], datetime]) -> None:
        self._store = store
        self._current = current
        self._now = now
        self._hours: tuple[object, Mapping[str, LevelHours]] | None = None

    def read(self, picture: Picture | None = None) -> PressureBoard:
        """Everything of a picture: of the present one unless another is given."""
        picture = picture or self._current()
        county = picture.county
        at = picture.at if picture.looks_back else self._now()
        declared = self._store.declarations(at)
        return PressureBoard(
            with_declared(picture, declared, at),
            at,
            scores(picture, declared),
            declarable(county.pressure, county.places),
            self._hours_of(picture, at, tuple(each.id for each in declared)),
        )

    def place(self, place: str) -> PlacePressure | None:
        """Pressure at one place; None where no level can be declared for it."""
        picture, at = self._current(), self._now()
        county = picture.county
        if place not in declarable(county.pressure, county.places):
            return None
        declared = self._store.declarations(at)
        picture = with_declared(picture, declared, at)
        score = scores(picture, declared).score(place)
        lately = self._store.declared_between(place, at - LOOKED_BACK, at + timedelta(seconds=1))
        return PlacePressure(
            picture,
            at,
            place,
            score,
            next((each for each in declared if each.place == place), None),
            tuple(reversed(tuple(lately))),
            hours_at_all(self._store, [place], at - LOOKED_BACK, at)[place],
        )

    def _hours_of(self, picture: Picture, at: datetime, declared: tuple[int, ...]) -> Mapping[str, LevelHours]:
        """Of the last seven days: read once for each quarter of an hour, for nobody sees more of a week change."""
        until = step_of(at)
        county = picture.county
        key = (until, id(county), declared)
        if self._hours is None or self._hours[0] != key:
            places = [county.places.system.id, *dict.fromkeys(p for each in county.pressure.rules for p in each.places)]
            self._hours = (key, hours_at_all(self._store, places, until - LOOKED_BACK, until))
        return self._hours[1]
