"""Alerts: the rules that raise them, where each stands, and what has happened to it.

A rule watches measures and feeds, never people. Of each rule at each place the store remembers how it stands, with every
moment that a timer counts from: a restart neither shortens nor lengthens one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# Why an alert cannot tell whose rule was edited to watch something else: what that shows says nothing of it.
ANOTHER_MEASURE = "its rule now watches another measure"


class Severity(StrEnum):
    """How much an alert matters, the most first."""

    CRITICAL = "critical"
    WARNING = "warning"
    NOTICE = "notice"


class RuleKind(StrEnum):
    """What a rule looks at."""

    LEVEL = "level"  # a value at or past a limit
    STEP = "step"  # the change of a value over a length of time
    TIME_AT_LEVEL = "time at level"  # for how long, of a length of time, a value was at or past a limit
    SILENCE = "silence"  # a feed that does not speak
    HELD = "held"  # how many rows of a feed are held back


OF_FEEDS = frozenset({RuleKind.SILENCE, RuleKind.HELD})  # they watch feeds, the others places


class Judged(StrEnum):
    """What a value says of a rule."""

    BREACH = "breach"  # at or past the limit
    BETWEEN = "between"  # neither: an alert that stands goes on, and none begins
    CALM = "calm"  # at or past where it stands down
    UNKNOWN = "unknown"  # nothing can be said: never the same as calm


class Phase(StrEnum):
    """How far a rule at a place has come."""

    CLEAR = "clear"
    PENDING = "pending"  # in breach, not yet for long enough
    RAISED = "raised"
    CLEARING = "clearing"  # calm, not yet for long enough


class AlertState(StrEnum):
    """The one word that is shown of a rule at a place."""

    CLEAR = "clear"
    PENDING = "pending"
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CLEARING = "clearing"
    BLIND = "blind"  # its figures stopped: it stays open, and cannot tell
    FLAPPING = "flapping"  # it came and went too often: it stays open until it has been calm for long


@dataclass(frozen=True, slots=True)
class Flapping:
    """When an alert is said to come and go, and how it is let rest."""

    times: int = 4  # raised so often
    within: timedelta = timedelta(hours=2)
    calm_for: timedelta = timedelta(minutes=30)  # then it clears, if that is longer than the rule's own


@dataclass(frozen=True, slots=True)
class Morning:
    """What a rule must make of figures that come one after the other, as its author has written it down."""

    sees: str  # "96 96 96 93 91"; "-" where nothing is known
    gives: str  # "pending pending raised raised clear"
    every: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Rule:
    """When to tell whom. A limit is in the unit of its measure; of a step, in that unit; of time at a level, minutes are not
    limits but ``hold_for``; of silence there is none.

    Where ``raise_at`` is above ``stand_down_at``, more is worse; where it is below, less is.
    """

    id: str
    title: str  # "A&E crowded"
    kind: RuleKind
    severity: Severity
    routes: tuple[str, ...]  # ids
    action_card: str  # the name of its Markdown file, without ending
    measure: str = ""  # id; "" of a rule of feeds
    places: tuple[str, ...] = ()  # ids; each is watched by itself
    feeds: tuple[str, ...] = ()  # ids, of a rule of silence or of held rows
    unmoving: bool = False  # of silence: to say the very same for longer than is likely is to be silent too
    raise_at: float | None = None
    stand_down_at: float | None = None
    hold_for: timedelta = timedelta(0)  # in breach so long before it is raised; of time at level: how much of ``over``
    clear_for: timedelta = timedelta(0)  # calm so long before it is cleared
    over: timedelta | None = None  # what a step, or time at a level, looks back over
    words: str = ""  # one sentence for whoever is told
    on_trial: bool = False  # evaluated and shown, and nobody is told
    flapping: Flapping = Flapping()
    mornings: tuple[Morning, ...] = ()
    edition: str = ""  # a short mark of what it watches, a dot, and one of all the above: another when it is changed

    @property
    def rising(self) -> bool:
        """Is more worse?"""
        return self.raise_at is None or self.stand_down_at is None or self.raise_at >= self.stand_down_at

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it watches one by one: places, or the feeds of a rule of silence or of held rows."""
        return self.feeds if self.kind in OF_FEEDS else self.places


@dataclass(frozen=True, slots=True)
class Seen:
    """What a rule sees of one of its subjects at a moment."""

    value: float | None  # None: it cannot tell
    at_least: bool = False  # the true figure is this or more
    observed_at: datetime | None = None
    why: str = ""  # why it cannot tell: "no news since 10:14"
    feeds: tuple[str, ...] = ()  # where the value comes from
    partial: bool = False  # a share of those who report alone: the others may make it more or less
    judged: Judged | None = None  # of silence and of time at a level, where it does not follow from the value


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rule stands at a subject, with the moments that its timers count from.

    Between the first breach and the clearing an alert is one, however often it goes blind or nearly clears.
    """

    rule: str
    subject: str  # a place, or a feed
    phase: Phase = Phase.CLEAR
    since: datetime | None = None  # of this phase
    breach_since: datetime | None = None  # PENDING counts from here; what cannot be told does not interrupt it
    calm_since: datetime | None = None  # CLEARING counts from here; what cannot be told begins it anew
    blind_since: datetime | None = None  # it has not been able to tell since
    blind_why: str = ""
    flapping_since: datetime | None = None
    raises: tuple[datetime, ...] = ()  # the newest moments at which it was raised, of those that flapping looks at
    alert: int | None = None  # the alert that stands, from raised until clear
    raised_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    value: float | None = None  # the last that was seen
    at_least: bool = False
    worst: float | None = None  # since it was raised
    observed_at: datetime | None = None  # of that value
    edition: str = ""  # of the rule that was looked at last
    looked_at: datetime | None = None  # when
    on_trial: bool = False  # that rule was

    @property
    def state(self) -> AlertState:
        """The one word for it. What it cannot tell comes before all that it once could."""
        if self.phase in (Phase.RAISED, Phase.CLEARING):
            if self.blind_since is not None:
                return AlertState.BLIND
            if self.flapping_since is not None:
                return AlertState.FLAPPING
            if self.phase is Phase.CLEARING:
                return AlertState.CLEARING
            return AlertState.ACKNOWLEDGED if self.acknowledged_at is not None else AlertState.RAISED
        return AlertState(self.phase.value)

    @property
    def open(self) -> bool:
        """Does an alert stand?"""
        return self.phase in (Phase.RAISED, Phase.CLEARING)


@dataclass(frozen=True, slots=True)
class Blind:
    """A rule that cannot tell, at a subject where no alert stands: whether one should, nobody knows."""

    rule: str
    subject: str  # a place, or a feed
    since: datetime | None  # None: it was never looked at
    why: str  # "no news since 10:14"


class What(StrEnum):
    """What happened to an alert."""

    PENDING = "pending"
    PASSED = "passed"  # it was pending, and is no longer in breach
    RAISED = "raised"
    CLEARING = "clearing"
    BACK = "back"  # it was clearing, and is no longer calm
    CLEARED = "cleared"
    BLIND = "blind"
    SEES_AGAIN = "sees again"
    FLAPPING = "flapping"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"  # by a person, who said why: nothing watches it any more
    UNWATCHED = "unwatched"  # its rule, or its place in it, is no longer in the configuration


@dataclass(frozen=True, slots=True)
class Transition:
    """One thing that happened to a rule at a subject."""

    rule: str
    subject: str
    what: What
    at: datetime
    state: AlertState  # after it
    alert: int | None = None  # None: no alert stands, or the store has yet to number the one that begins
    value: float | None = None
    at_least: bool = False
    observed_at: datetime | None = None
    words: str = ""  # why, or what a person said
    by: str = ""  # who, of what a person did


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert from raised until cleared, as it is shown."""

    id: int
    rule: str
    title: str  # of the rule when it was raised
    severity: Severity
    subject: str
    state: AlertState
    raised_at: datetime
    value: float | None  # the last seen
    at_least: bool = False
    observed_at: datetime | None = None
    worst: float | None = None
    limit: float | None = None  # where it was raised
    blind_since: datetime | None = None
    blind_why: str = ""
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    cleared_at: datetime | None = None
    breach_since: datetime | None = None  # it was in breach before it was raised; None: no longer known
    closed_by: str = ""  # the person who ended it, as no figure did
    closed_why: str = ""
    told: int = 0  # messages delivered
    untold: int = 0  # messages that wait or cannot be delivered
    silenced: bool = False
    on_trial: bool = False  # so was its rule when it was looked at last: one that is taken out makes no alert of it

    @property
    def since(self) -> datetime:
        """Since when it has been in breach: before it was raised, by as long as its rule holds it."""
        return self.raised_at if self.breach_since is None else min(self.breach_since, self.raised_at)


@dataclass(frozen=True, slots=True)
class Silence:
    """For a while nobody is told of a rule, at a subject or at all; what happens is still kept and shown."""

    id: int
    rule: str  # "" for every rule
    subject: str  # "" for every subject
    reason: str
    by: str
    starts_at: datetime
    ends_at: datetime  # at most a day later
    ended_at: datetime | None = None  # sooner, by a person

    def hushes(self, rule: str, subject: str, at: datetime) -> bool:
        """Is nobody told at a moment?"""
        end = min(self.ends_at, self.ended_at or self.ends_at)
        return self.starts_at <= at < end and self.rule in ("", rule) and self.subject in ("", subject)


# --- Who is told ------------------------------------------------------------------------------------


class BankHolidays(StrEnum):
    """Whether a turn is on bank holidays of England."""

    ALSO = "also"
    ONLY = "only"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Turn:
    """When a lead is on: weekdays and hours of Europe/London. ``until`` not after ``starts`` is on the next morning."""

    lead: str
    weekdays: frozenset[int] = frozenset(range(7))  # Monday is 0; of a night, the day on which it begins
    starts: str = "00:00"
    until: str = "00:00"
    bank_holidays: BankHolidays = BankHolidays.ALSO


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who is told, by role: never a name that the store would keep. Addresses stay in the configuration."""

    id: str
    title: str  # "Northgate site manager on call"
    addresses: tuple[tuple[str, str], ...]  # (channel, address), the first tried first; the others are the fallback


@dataclass(frozen=True, slots=True)
class Team:
    """Leads who take turns."""

    id: str
    title: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class RouteStep:
    """Whom to tell, so long after an alert was raised, unless it has been acknowledged."""

    after: timedelta
    to: tuple[str, ...]  # leads or teams


@dataclass(frozen=True, slots=True)
class Route:
    """A chain: who is told first, and who next when nobody acknowledges."""

    id: str
    title: str
    steps: tuple[RouteStep, ...]


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """A way by which messages go, and what its connector needs. Secrets are named by their environment variables."""

    id: str
    kind: str  # "smtp", "teams", "slack", "webhook", "notify", "apprise", "maildir"
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Alerting:
    """The whole configuration of alerts."""

    rules: tuple[Rule, ...] = ()
    leads: tuple[Lead, ...] = ()
    teams: tuple[Team, ...] = ()
    routes: tuple[Route, ...] = ()
    channels: tuple[ChannelSettings, ...] = ()
    public_url: str = "http://127.0.0.1:8050"  # where a message's links lead
    test_at: str = ""  # "mon 10:00": when everybody gets a test message; "" never
    dead_man: str = ""  # the address that is asked for every half minute while all goes well; "" none
    dead_man_env: str = ""  # the environment variable that holds that address, where it is a secret
    sitrep_to: tuple[str, ...] = ()  # leads or teams to whom the sitrep of a huddle goes

    def rule(self, id: str) -> Rule | None:
        """The rule of that id, if there is one."""
        return next((rule for rule in self.rules if rule.id == id), None)

    def lead(self, id: str) -> Lead | None:
        """The lead of that id, if there is one."""
        return next((lead for lead in self.leads if lead.id == id), None)


# --- Telling ----------------------------------------------------------------------------------------


class TellingKind(StrEnum):
    """What somebody is told of an alert."""

    RAISED = "raised"
    ESCALATED = "escalated"  # nobody acknowledged it in time
    BLIND = "blind"
    FLAPPING = "flapping"
    CLEARED = "cleared"
    TEST = "test"
    CHANNEL = "channel"  # a way of telling fails
    CHASER = "chaser"  # an action should have been done
    SITREP = "sitrep"  # what a huddle came to


@dataclass(frozen=True, slots=True)
class Telling:
    """One lead has to know one thing. ``key`` is the same however often it is decided: it is told once."""

    key: str  # "alert 17/raised/0/northgate-site"
    lead: str
    kind: TellingKind
    severity: Severity
    decided_at: datetime
    alert: int | None = None
    rule: str = ""
    subject: str = ""
    step: int = 0  # of its route
    action: int | None = None  # that is chased
    huddle: int | None = None  # whose sitrep it is


class MessageState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    SENDING = "sending"  # somebody is at it
    DELIVERED = "delivered"  # the channel took it, and has not said since that it did not arrive
    UNDELIVERABLE = "undeliverable"  # given up, by this way
    WITHDRAWN = "withdrawn"  # not sent: what it would have asked for had been done by then


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to one lead by one channel: everything that was to be told then. Its ``key`` goes with each attempt."""

    id: int
    key: str
    lead: str
    channel: str
    subject: str
    text: str
    created_at: datetime
    state: MessageState = MessageState.WAITING
    due_at: datetime | None = None  # when it is tried, or tried again
    attempts: int = 0
    ended_at: datetime | None = None
    trouble: str = ""  # what the last attempt said
    instead_of: int | None = None  # the message that could not be delivered by another way
    alerts: tuple[int, ...] = ()
    actions: tuple[int, ...] = ()  # that it reminds of
    huddles: tuple[int, ...] = ()  # whose sitreps it is
    letter: str = (
        ""  # the key of the letter in which it may have gone out: it goes again in that one; empty: it has not
    )
    receipt: str = ""  # by which its channel is asked whether it arrived; empty: that channel cannot say
    asked: int = 0  # how often it was
    ask_at: datetime | None = None  # when it is asked next; None: not any more
    arrived_at: datetime | None = None  # when the channel said that it had
