"""A huddle as it stands, for its page and its sitrep: pressure, what changed since the last, what is open, what was said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flowcentre.measures import find
from flowcentre.measures.derive import local_day
from flowcentre.measures.pressure import LEVEL, SCORE
from flowcentre.model import Action, ActionNote, ActionState, Alert, County, Huddle, Picture, Place, PlaceKind, State
from flowcentre.picture.actions_now import ActionBook, ActionsNow
from flowcentre.picture.build import build, step_of
from flowcentre.picture.cannot_tell import rules_words
from flowcentre.picture.change import Change, compare
from flowcentre.picture.huddle_sent import sent_words
from flowcentre.picture.pressure import scores
from flowcentre.picture.sitrep import Sitrep, Told, kept, read_kept, sitrep_of
from flowcentre.store import Store

DAY = timedelta(days=1)  # with so long ago the first huddle is compared
LONGEST_MINUTE = 500  # letters
MOST = 200  # alerts, actions and huddles that are read

_BEDS_FREE = ("community_beds_free", "recovery_beds_free", "home_care_hours_free", "reablement_hours_free")
_OF_A_HOSPITAL = (
    "ae_patients_now",
    "ae_over_12h_now",
    "ae_waiting_for_bed_now",
    "ambulances_waiting_now",
    "ga_occupancy",
    "ga_beds_escalation_open",
    "nctr_now",
    "delayed_now",
)
# What is spoken of at a call, by what a place is, in the order in which it stands.
SPOKEN_OF: Mapping[PlaceKind, tuple[str, ...]] = {
    PlaceKind.SYSTEM: (*_OF_A_HOSPITAL, "poc_waiting_now", "whole_system_waiting_now", *_BEDS_FREE),
    PlaceKind.ACUTE_HOSPITAL: _OF_A_HOSPITAL,
    PlaceKind.LOCALITY: ("poc_waiting_now", "poc_breached_now", *_BEDS_FREE),
    PlaceKind.MENTAL_HEALTH_UNIT: ("mh_occupancy", "mh_waiting_for_bed_now", "mh_ready_for_discharge_now"),
    PlaceKind.NHS_111: ("calls_111_abandoned_share", "call_111_longest_wait_now", "clinical_queue_111_now"),
}
_OTHER_RULES = "it was scored by other rules then"


@dataclass(frozen=True)
class HuddleNow:
    """Everything of the page of the huddle, of one moment."""

    picture: Picture
    at: datetime
    told: Told
    before: tuple[Huddle, ...] = ()  # that are closed, the newest first

    @property
    def huddle(self) -> Huddle | None:
        """The one that is open."""
        return self.told.huddle


@dataclass(frozen=True)
class HuddleKept:
    """One huddle with its sitrep: as it was told where it is closed, as it would be told now where it is open."""

    picture: Picture
    at: datetime
    huddle: Huddle
    sitrep: Sitrep
    sent: str = ""  # what became of its sitrep, in words


@dataclass(frozen=True)
class HuddleForm:
    """What stands in the forms of a huddle, and what became of what was sent."""

    author: str = ""
    signed_in: bool = False
    words: str = ""  # of a minute
    mark: str = ""  # of the form of a minute: sent twice, it counts once
    asked: str = ""  # which of the forms was sent: "open", "minute", "close", "send"
    done: str = ""  # what became of it: "opened", "kept", "closed", "sent", "already"
    mistakes: tuple[str, ...] = ()
    may_write: bool = True
    to: tuple[str, ...] = ()  # the titles of those to whom the sitrep goes, as it would go now


class HuddleBook:
    """Reads huddles out of the store. The picture of the end of the last is built once, and not at each new one."""

    def __init__(self, store: Store, current: Callable[[], Picture], now: Callable[[], datetime]) -> None:
        self._store = store
        self._current = current
        self._now = now
        self._actions = ActionBook(store, current, now)
        self._building = threading.Lock()
        self._then: tuple[tuple[County, datetime, Picture], ...] = ()

    def read(self, picture: Picture | None = None) -> HuddleNow:
        """The huddle that is open, or what one would speak of now, beside a picture: the present one unless given."""
        picture, at = picture or self._current(), self._now()
        huddles = self._store.huddles(MOST)
        standing = next((each for each in huddles if each.closed_at is None), None)
        ended = tuple(each for each in huddles if each.closed_at is not None)
        return HuddleNow(picture, at, self._told(picture, at, standing, ended), ended)

    def one(self, number: int) -> HuddleKept | None:
        """One huddle with its sitrep; None where there is no such huddle."""
        huddle = self._store.huddle(number)
        if huddle is None:
            return None
        picture, at = self._current(), self._now()
        if huddle.closed_at is None:
            return HuddleKept(picture, at, huddle, sitrep_of(self._told(picture, at, huddle)))
        to, messages = self._store.sitrep_goes_to(huddle.id), self._store.sitrep_messages(huddle.id)
        sent = sent_words(huddle, to, messages, picture.county.alerting, at)
        return HuddleKept(picture, at, huddle, self.keep(huddle), sent)

    def keep(self, huddle: Huddle) -> Sitrep:
        """Keep the sitrep of a huddle that has been closed, out of what was known at its end: the next one begins with that.

        Gives the one that is kept: the first. A store that only reads keeps none.
        """
        assert huddle.closed_at is not None
        if (text := self._store.sitrep(huddle.id)) is not None:
            return read_kept(text)
        picture = self._picture_of(huddle.closed_at, self._current().county)
        sitrep = sitrep_of(self._told(picture, huddle.closed_at, huddle))
        if not self._store.writer or self._store.keep_sitrep(huddle.id, kept(sitrep), self._now()):
            return sitrep
        text = self._store.sitrep(huddle.id)  # another was quicker
        return sitrep if text is None else read_kept(text)

    # --- How --------------------------------------------------------------------------------------

    def _told(self, picture: Picture, at: datetime, huddle: Huddle | None, ended: Sequence[Huddle] = ()) -> Told:
        county = picture.county
        before = huddle.compared_with if huddle is not None else ended[0].closed_at if ended else None
        since = before or step_of((huddle.opened_at if huddle is not None else at) - DAY)
        levels, changes = changes_between(self._picture_of(since, county), picture, at)
        on_trial = {rule.id: rule.on_trial for rule in county.alerting.rules}
        lately = self._store.alerts(since, at, MOST)
        both = (*self._store.open_alerts(at), *lately)
        stood = [alert for alert in both if not on_trial.get(alert.rule, alert.on_trial)]
        over = {alert.id: alert for alert in stood if alert.cleared_at is not None and since <= alert.cleared_at <= at}
        open_ = {alert.id: alert for alert in stood if alert.raised_at <= at and alert.id not in over}
        actions = self._actions.read(picture, since=since)
        return Told(
            county,
            at,
            huddle,
            since,
            first=before is None,
            pressure=scores(picture, self._store.declarations(at)),
            levels=levels,
            changes=changes,
            alerts=tuple(open_.values()),
            cannot_tell=rules_words(county, picture.cannot_tell),
            cleared=tuple(sorted(over.values(), key=_cleared_at, reverse=True)),
            actions=actions.open,
            ended=tuple(action for action in actions.ended if _ended_between(action, since, at)),
            effects=actions.effects,
            notes=self._notes(actions, since, at),
            minutes=tuple(self._store.minutes(huddle.id)) if huddle is not None else (),
        )

    def _notes(self, actions: ActionsNow, since: datetime, at: datetime) -> dict[int, tuple[ActionNote, ...]]:
        found: dict[int, tuple[ActionNote, ...]] = {}
        for note in self._store.noted([action.id for action in (*actions.open, *actions.ended)], since, at):
            found[note.action] = (*found.get(note.action, ()), note)
        return found

    def _picture_of(self, moment: datetime, county: County) -> Picture:
        """What was known at a moment, as it was known then: what the sitrep of then said, this one begins with."""
        with self._building:
            for of, at, picture in self._then:
                if of is county and at == moment:
                    return picture
            picture = build(self._store, county, moment)
            self._then = (*self._then[-1:], (county, moment, picture))  # the end of the last, and of the one before
            return picture


def changes_between(then: Picture, now: Picture, at: datetime) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """What changed of pressure, and of the figures that are spoken of, at each place from one picture to another."""
    levels: list[Change] = []
    changes: list[Change] = []
    rules = now.county.pressure
    unlike = _OTHER_RULES if rules.on(local_day(then.at)) != rules.on(local_day(at)) else ""
    for place in _places(now.county):
        for id in (LEVEL.id, SCORE.id):
            if (place.id, id) in now.values:
                levels.append(_change(id, place, then, now, at, unlike))
        for id in SPOKEN_OF.get(place.kind, ()):
            if find(id) is not None and _is_spoken_of(place, id, then, now):
                changes.append(_change(id, place, then, now, at))
    return tuple(levels), tuple(changes)


def _change(id: str, place: Place, then: Picture, now: Picture, at: datetime, unlike: str = "") -> Change:
    measure = find(id)
    assert measure is not None
    before, after = then.value(place.id, id), now.value(place.id, id)
    return compare(measure, place, before, after, then.at, at, unlike=unlike)


def _places(county: County) -> list[Place]:
    """The county first, then its places in the order in which their kinds are spoken of."""
    return [place for kind in SPOKEN_OF for place in county.places.of_kind(kind)]


def _is_spoken_of(place: Place, id: str, then: Picture, now: Picture) -> bool:
    """Does anybody report it, or did anybody? A figure that has gone silent is spoken of; one that nobody gives is not."""
    values = now.value(place.id, id), then.value(place.id, id)
    return any(value.state is not State.NEVER for value in values)


def _cleared_at(alert: Alert) -> datetime:
    return alert.cleared_at or alert.raised_at


def _ended_between(action: Action, since: datetime, until: datetime) -> bool:
    return action.state is not ActionState.OPEN and action.ended_at is not None and since <= action.ended_at <= until
