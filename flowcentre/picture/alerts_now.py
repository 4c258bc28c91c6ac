"""Alerts as they stand, for pages and the API: what is open, what comes, what ended, who was told and who was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from flowcentre.model import (
    Action,
    Alert,
    Blind,
    Message,
    MessageState,
    Phase,
    Picture,
    Rule,
    Silence,
    Standing,
    Telling,
    TellingKind,
    Transition,
)
from flowcentre.picture.cannot_tell import read_cannot_tell
from flowcentre.picture.looked import NOT_LOOKED_AFTER, last_look
from flowcentre.picture.offered import Offered
from flowcentre.picture.undelivered import LOOKED_BACK, read_undelivered
from flowcentre.store import ChannelHealth

LONGEST_WORDS = 200  # letters of a reason
MOST_ENDED = 200
MOST_MESSAGES = 1000


class AlertReads(Protocol):
    """What the pages read of the store."""

    def open_alerts(self, at: datetime, /) -> list[Alert]: ...
    def alerts(self, since: datetime, until: datetime, /, limit: int = 200) -> list[Alert]: ...
    def alert(self, alert: int, /, at: datetime | None = None) -> Alert | None: ...
    def alert_story(self, alert: int, /) -> tuple[list[Transition], list[Message]]: ...
    def silences(self, at: datetime, /) -> list[Silence]: ...
    def standings(self) -> list[Standing]: ...
    def blind_standings(self) -> list[Standing]: ...
    def mark(self, key: str, /) -> str | None: ...
    def undelivered(
        self, since: datetime, /, *, waiting_since: datetime | None = None, limit: int = 200
    ) -> list[Message]: ...
    def messages(
        self, since: datetime, /, limit: int = 200, states: Collection[MessageState] | None = None
    ) -> list[Message]: ...
    def channel_health(self, since: datetime, /) -> Mapping[str, ChannelHealth]: ...
    def actions(self, *, open_only: bool = False, since: datetime | None = None, limit: int = 200) -> list[Action]: ...
    def actions_of(self, alert: int, /) -> list[Action]: ...
    def tellings_of(self, messages: Collection[int], /) -> Mapping[int, Sequence[Telling]]: ...


@dataclass(frozen=True)
class AlertsNow:
    """Everything of the page of alerts, of one moment."""

    picture: Picture
    at: datetime
    open: tuple[Alert, ...] = ()  # the most severe first, then the newest
    ended: tuple[Alert, ...] = ()  # of the last day, the newest first
    pending: tuple[Standing, ...] = ()  # in breach, not yet for long enough; the longest first
    silences: tuple[Silence, ...] = ()  # in force or to come
    messages: tuple[Message, ...] = ()  # of the last day, the newest first
    undelivered: tuple[Message, ...] = ()
    health: Mapping[str, ChannelHealth] = field(default_factory=dict)  # by channel, of the last day
    looked_at: datetime | None = None  # when rules were evaluated last; None: not known
    actions: Mapping[int, int] = field(default_factory=dict)  # by alert, how many of its actions are open
    kinds: Mapping[int, tuple[TellingKind, ...]] = field(default_factory=dict)  # by message, what it tells
    cannot_tell: tuple[Blind, ...] = ()  # of which nobody knows whether an alert should stand; rule by rule

    @property
    def watching(self) -> bool | None:
        """Are the rules being evaluated? Where they are not, that no alert stands says nothing. None: not known."""
        return None if self.looked_at is None else self.at - self.looked_at < NOT_LOOKED_AFTER

    def rule(self, id: str) -> Rule | None:
        """The rule of that id, if the configuration still has it."""
        return self.picture.county.alerting.rule(id)

    def health_of(self, channel: str) -> ChannelHealth:
        """How a channel fared; one that was not tried sent nothing."""
        return self.health.get(channel, ChannelHealth())


@dataclass(frozen=True)
class AlertStory:
    """One alert with all that happened to it, and whom it was told."""

    picture: Picture
    at: datetime
    alert: Alert
    rule: Rule | None
    transitions: tuple[Transition, ...] = ()  # the first first
    messages: tuple[Message, ...] = ()  # the first first
    silences: tuple[Silence, ...] = ()  # that hush it now or will
    card: str | None = None  # its action card, in Markdown
    actions: tuple[Action, ...] = ()  # that were made of it, the first first
    told: frozenset[str] = frozenset()  # the keys of what was told of it
    kinds: Mapping[int, tuple[TellingKind, ...]] = field(default_factory=dict)  # by message, what it tells of it
    told_next: tuple[datetime, tuple[str, ...]] | None = None  # when, and which leads, unless somebody acknowledges it


@dataclass(frozen=True)
class AlertForm:
    """What stands in the forms of an alert, and what became of what was sent."""

    ends: tuple[Offered, ...] = ()
    author: str = ""
    signed_in: bool = False
    words: str = ""
    everywhere: bool = False
    asked: str = ""  # which of the forms was sent: "acknowledge", "silence", "close"
    done: str = ""  # what became of it: "acknowledged", "already", "silenced", "closed", "ended"
    mistakes: tuple[str, ...] = ()
    may_write: bool = True
    may_everywhere: bool = True  # have nobody told wherever the rule watches
    mark: str = ""  # that it was drawn for whoever sends it


NOT_CHOSEN = "-"  # what a form starts from: neither a rule nor every rule


@dataclass(frozen=True)
class PlannedSilence:
    """What stands in the form of a silence that is entered beforehand. Moments are "2026-11-23T22:00", London time."""

    rule: str = ""  # id; "" for every rule; NOT_CHOSEN
    subject: str = ""  # id; "" for everywhere
    starts: str = ""
    ends: str = ""
    words: str = ""
    author: str = ""
    signed_in: bool = False
    mistakes: tuple[str, ...] = ()
    may_write: bool = True
    subjects: frozenset[str] | None = None  # where whoever asks may; "" everywhere; None: all of them
    mark: str = ""  # that it was drawn for whoever sends it


class AlertBook:
    """Reads alerts out of the store, each time anew: they change without a new picture."""

    def __init__(self, store: AlertReads, current: Callable[[], Picture], now: Callable[[], datetime]) -> None:
        self._store = store
        self._current = current
        self._now = now

    def read(self, picture: Picture | None = None, *, since: datetime | None = None) -> AlertsNow:
        """Everything as it stands, beside a picture: the present one unless another is given.

        What ended, and what was sent, is of the last day, or since another moment.
        """
        picture, at = picture or self._current(), self._now()
        since = since or at - LOOKED_BACK
        standings, opened = self._store.standings(), tuple(self._store.open_alerts(at))
        messages = tuple(self._store.messages(since, MOST_MESSAGES))
        told = self._store.tellings_of([message.id for message in messages])
        pending = [standing for standing in standings if standing.phase is Phase.PENDING]
        going = self._store.actions(open_only=True, limit=MOST_MESSAGES)
        return AlertsNow(
            picture,
            at,
            open=opened,
            ended=_ended(self._store.alerts(since, at, MOST_ENDED), since),
            pending=tuple(sorted(pending, key=lambda standing: standing.breach_since or at)),
            cannot_tell=read_cannot_tell(self._store, picture.county, picture.values, at),
            silences=tuple(self._store.silences(at)),
            messages=messages,
            kinds={id: tuple(one.kind for one in each) for id, each in told.items()},
            undelivered=read_undelivered(self._store, [alert.id for alert in opened], at),
            health=self._store.channel_health(at - LOOKED_BACK),
            looked_at=last_look(self._store, standings),
            actions=Counter(each.alert for each in going if each.alert is not None),
        )

    def story(self, id: int) -> AlertStory | None:
        """One alert with all that happened to it; None where there is no such alert."""
        at, picture = self._now(), self._current()
        alert = self._store.alert(id, at)
        if alert is None:
            return None
        transitions, messages = self._store.alert_story(id)
        tellings = self._store.tellings_of([each.id for each in messages])
        hushing = (each for each in self._store.silences(at) if _is_about(each, alert))
        rule = picture.county.alerting.rule(alert.rule)
        return AlertStory(
            picture,
            at,
            alert,
            rule,
            tuple(sorted(transitions, key=lambda each: each.at)),
            tuple(sorted(messages, key=lambda each: each.id)),
            tuple(hushing),
            actions=tuple(self._store.actions_of(id)),
            told=frozenset(telling.key for each in tellings.values() for telling in each),
            kinds={
                message: tuple(telling.kind for telling in each if telling.alert == id)
                for message, each in tellings.items()
            },
        )

    def silence(self, id: int) -> Silence | None:
        """A silence that is in force or to come, by its number."""
        return next((each for each in self._store.silences(self._now()) if each.id == id), None)


def _ended(alerts: Sequence[Alert], since: datetime) -> tuple[Alert, ...]:
    ended = [alert for alert in alerts if alert.cleared_at is not None and alert.cleared_at >= since]
    return tuple(sorted(ended, key=lambda alert: alert.cleared_at or since, reverse=True))


def _is_about(silence: Silence, alert: Alert) -> bool:
    return silence.rule in ("", alert.rule) and silence.subject in ("", alert.subject)
