"""Actions as they stand, for pages and the API: what is to be done, what was done lately, and what the figures did then."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Protocol

from flowcentre.measures import ALL
from flowcentre.measures.derive import LONDON
from flowcentre.model import (
    Action,
    ActionNote,
    ActionState,
    Alert,
    County,
    Effect,
    Huddle,
    Kept,
    Level,
    Picture,
    Point,
    Rule,
    RuleKind,
)
from flowcentre.picture.effect import LOOKS, Histories, effects, since_logged
from flowcentre.picture.offered import Offered
from flowcentre.picture.worked_out import WorkedOut
from flowcentre.store import Store

LONGEST_WHAT = 200  # letters
LATELY = timedelta(days=7)  # for so long it is shown what came of what has ended
MOST_OPEN, MOST_ENDED = 1000, 200
_MOST_KEPT = 2000  # effects that are remembered
_LATE_NEWS = timedelta(minutes=30)  # so long figures of then may yet come in: what they did is worked out anew,
_ANEW_EACH = timedelta(minutes=1)  # and no more often: a month of a figure takes a while to read


class ActionReads(Protocol):
    """What the pages read of the store."""

    def actions(self, *, open_only: bool = False, since: datetime | None = None, limit: int = 200) -> list[Action]: ...
    def action(self, action: int, /) -> Action | None: ...
    def action_notes(self, action: int, /) -> list[ActionNote]: ...
    def alert(self, alert: int, /, at: datetime | None = None) -> Alert | None: ...
    def huddle(self, huddle: int, /) -> Huddle | None: ...
    def history(
        self, keys: Sequence[tuple[str, str]], start: datetime, end: datetime, /
    ) -> dict[tuple[str, str], Sequence[Point]]: ...
    def kept_since(self, kept: Kept, /) -> datetime | None: ...


@dataclass(frozen=True)
class ActionsNow:
    """Everything of the page of actions, of one moment."""

    picture: Picture
    at: datetime
    open: tuple[Action, ...] = ()  # those first that are due first, so the overdue ones
    ended: tuple[Action, ...] = ()  # lately, the newest first
    effects: Mapping[int, Effect] = field(default_factory=dict)  # by action: the last look that has its time

    @property
    def overdue(self) -> tuple[Action, ...]:
        """What should have been done, the longest overdue first."""
        return tuple(action for action in self.open if action.overdue(self.at))


@dataclass(frozen=True)
class ActionStory:
    """One action with all that happened to it, and what its trigger did."""

    picture: Picture
    at: datetime
    action: Action
    notes: tuple[ActionNote, ...] = ()  # the first first
    alert: Alert | None = None  # from which it was made
    effects: tuple[Effect, ...] = ()  # each look that has its time
    so_far: Effect | None = None  # until now, of one that goes on or was done just now


@dataclass(frozen=True)
class Draft:
    """What an action that is about to be logged is of."""

    picture: Picture
    at: datetime
    alert: Alert | None = None
    huddle: Huddle | None = None
    place: str = ""
    measure: str = ""


@dataclass(frozen=True)
class ActionForm:
    """What stands in the forms of an action, and what became of what was sent."""

    dues: tuple[Offered, ...] = ()
    mark: str = ""  # of the form that logs one: sent twice, it counts once
    missing: str = ""  # what the address named that there is not: "alert 999"
    alert: str = ""  # that the form was of, where it could not be looked up
    huddle: str = ""
    what: str = ""
    who: str = ""  # the id of a lead or a team
    role: str = ""  # or somebody else, in plain words
    due: str = ""  # the hour that was chosen in a form that comes back, as its key
    words: str = ""
    author: str = ""
    signed_in: bool = False
    asked: str = ""  # which of the forms was sent
    done: str = ""  # what became of it
    mistakes: tuple[str, ...] = ()
    may_write: bool = True
    places: frozenset[str] | None = None  # about which whoever asks may log one; None: all of them


def has_actions(county: County) -> bool:
    """Has a county anything of the present to act on?"""
    return bool(county.alerting.rules) or any(feed.every <= timedelta(hours=6) for feed in county.feeds)


def moved_words(county: County, at: datetime, before: Action, after: Action) -> str:
    """What was moved, as it is kept: "from Northgate site manager, due 10:43, to Southmere site manager, due 12:14"."""
    sides = []
    for side in (before, after):
        moment = side.due_at.astimezone(LONDON)
        due = f"{moment:%H:%M}" if moment.date() == at.astimezone(LONDON).date() else f"{moment:%d %B %Y %H:%M}"
        who = who_words(county, side.who)
        sides.append(
            f"{who}, due {due}"
            if before.who != after.who and before.due_at != after.due_at
            else who
            if before.who != after.who
            else due
        )
    return f"from {sides[0]}{',' if ', due ' in sides[0] else ''} to {sides[1]}"


def who_words(county: County, who: str) -> str:
    """Who is to do it: the title of a lead or a team, or the role as it was written."""
    alerting = county.alerting
    titles = {each.id: each.title for each in alerting.leads} | {each.id: each.title for each in alerting.teams}
    return titles.get(who, who)


def is_chased(county: County, who: str) -> bool:
    """Is whoever should do it one whom reminders reach?"""
    alerting = county.alerting
    return alerting.lead(who) is not None or any(team.id == who for team in alerting.teams)


def triggers(picture: Picture) -> list[tuple[str, str]]:
    """What an action may be about: each headline at each place above a ward, by place, as (place, measure)."""
    places = picture.county.places
    return [
        (place, measure)
        for place, measure in picture.values
        if ALL[measure].headline and places[place].level is not Level.UNIT
    ]


class ActionBook:
    """Reads actions out of the store, each time anew: they change without a new picture."""

    def __init__(self, store: ActionReads | Store, current: Callable[[], Picture], now: Callable[[], datetime]) -> None:
        self._store = store
        self._current = current
        self._now = now
        # By action, when it was done, and looks: what was found, and until when that holds (None: for good).
        self._kept: dict[tuple[int, datetime, int], tuple[tuple[Effect, ...], datetime | None]] = {}

    def read(self, picture: Picture | None = None, *, since: datetime | None = None) -> ActionsNow:
        """Everything as it stands, beside a picture: the present one unless another is given. What ended is of a week."""
        picture, at = picture or self._current(), self._now()
        # All at one moment; the open ones come first, and must not push out what has ended.
        found = self._store.actions(since=since or at - LATELY, limit=MOST_OPEN + MOST_ENDED)
        ended = [action for action in found if action.state is not ActionState.OPEN][:MOST_ENDED]
        read = self._histories(picture, at)
        # Many are about one figure: those that go back furthest first, so that its history is read once.
        by_start = sorted(ended, key=attrgetter("logged_at"))
        looked = {action.id: looks[-1] for action in by_start if (looks := self._effects(read, picture, action, at))}
        still = tuple(action for action in found if action.state is ActionState.OPEN)
        return ActionsNow(picture, at, still[:MOST_OPEN], tuple(ended), looked)

    def story(self, id: int) -> ActionStory | None:
        """One action with all that happened to it; None where there is no such action."""
        at, picture = self._now(), self._current()
        action = self._store.action(id)
        if action is None:
            return None
        read = self._histories(picture, at)
        looks = self._effects(read, picture, action, at)
        so_far = None
        if action.state is ActionState.OPEN or (action.state is ActionState.DONE and not looks):
            so_far = since_logged(read, picture.county, action, at, read.known_from)
        return ActionStory(
            picture,
            at,
            action,
            tuple(self._store.action_notes(id)),
            self._store.alert(action.alert) if action.alert is not None else None,
            looks,
            so_far,
        )

    def draft(
        self, *, alert: int | None = None, huddle: int | None = None, place: str = "", measure: str = ""
    ) -> Draft:
        """What an action is of that is to be logged: of an alert comes its trigger; what there is not is left out."""
        at, picture = self._now(), self._current()
        found = self._store.alert(alert, at) if alert is not None else None
        held = self._store.huddle(huddle) if huddle is not None else None
        rule = picture.county.alerting.rule(found.rule) if found is not None else None
        if found is not None:
            place, measure = _trigger(picture, found, rule)
        if (place, measure) not in picture.values:
            measure = ""
        if place not in picture.county.places:
            place = ""
        return Draft(picture, at, found, held, place, measure)

    def _histories(self, picture: Picture, at: datetime) -> _EachOnce:
        return _EachOnce(WorkedOut(self._store, picture.county), at, self._store.kept_since(Kept.READINGS))

    def _effects(self, read: _EachOnce, picture: Picture, action: Action, at: datetime) -> tuple[Effect, ...]:
        """What it did, remembered once the figures of then are all in, and for a minute until then."""
        if action.ended_at is None:
            return ()
        looks = effects_due(action, at)
        key = (action.id, action.ended_at, looks)
        kept = self._kept.get(key)
        if kept is not None and (kept[1] is None or kept[1] - _ANEW_EACH <= at < kept[1]):
            return kept[0]
        found = effects(read, picture.county, action, at, read.known_from)
        settled = looks == effects_due(action, at - _LATE_NEWS)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (found, None if settled else at + _ANEW_EACH)
        return found


class _EachOnce:
    """The histories of a store until a moment, each read once: whoever asks for the earliest start first has it so."""

    def __init__(self, store: Histories, at: datetime, known_from: datetime | None) -> None:
        self._store = store
        self.known_from = known_from  # figures from before have been purged; None: none were
        self._end = at + timedelta(milliseconds=1)
        self._read: dict[tuple[str, str], tuple[datetime, Sequence[Point]]] = {}

    def history(
        self, keys: Sequence[tuple[str, str]], start: datetime, end: datetime, /
    ) -> dict[tuple[str, str], Sequence[Point]]:
        """As ``Store.history``."""
        found: dict[tuple[str, str], Sequence[Point]] = {}
        for key in keys:
            since, points = self._read.get(key, (self._end, ()))
            if start < since:
                points = list(self._store.history([key], start, self._end).get(key, ()))
                self._read[key] = (start, points)
            first = max(bisect_left(points, start, key=attrgetter("at")) - 1, 0)
            found[key] = points[first : bisect_left(points, end, key=attrgetter("at"))]
        return found


def effects_due(action: Action, at: datetime) -> int:
    """How many looks at what came of an action have their time."""
    return sum(action.ended_at is not None and action.ended_at + after <= at for after in LOOKS)


def _trigger(picture: Picture, alert: Alert, rule: Rule | None) -> tuple[str, str]:
    """The place and the measure that an alert is of; of a silent feed there is neither."""
    if rule is None or rule.kind is RuleKind.SILENCE or alert.subject not in picture.county.places:
        return "", ""
    return alert.subject, rule.measure
