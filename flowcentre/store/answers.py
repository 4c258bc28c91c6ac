"""What the store answers with, beyond the nouns of the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flowcentre.model import ClockOff, HeldRow, Listed, Poll, PollCounts, Typed, Visit, alerts
from flowcentre.model.actions import Action, ActionNote

UNNUMBERED = (
    "alert ?/"  # how the key of a telling begins whose alert the store has yet to number: it becomes "alert 17/"
)


class StoreError(Exception):
    """The store cannot do what was asked."""


class StoreBusy(StoreError):
    """Another process writes to this SQLite file."""


class StoreTooNew(StoreError):
    """The store was made by a newer Flow Centre than this one."""


class StoreNotReady(StoreError):
    """A reader found no schema, or an older one: a writer must open the store first."""


class PollAlreadyRecorded(StoreError):
    """This poll has ended already, by another engine: nothing was written."""


class SlipKept(StoreError):
    """This very form has been sent and kept already: nothing was written."""


class NotAudited(StoreError):
    """The audit could not be written, so what it was to tell of does not leave."""


class NotScoped(StoreError):
    """The database cannot narrow what somebody reads to what they may see, so nothing is given."""


@dataclass(frozen=True, slots=True)
class Known:
    """What one feed last said of a measure at a place. ``value`` None: it said that it has none."""

    feed: str
    place: str
    measure: str
    value: float | None
    observed_at: datetime  # of the last sighting
    received_at: datetime  # of that sighting
    typed: Typed | None = None  # who typed it in, and until when it holds; None: a feed said it by itself


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's row that stands open on a list, and of which moment the newest list of that place is."""

    person: Listed
    feed: str
    listed_at: datetime


@dataclass(frozen=True, slots=True)
class VisitNews:
    """What was told of visits since a row: each with its feed, in the order in which it came. ``last`` is the newest row."""

    last: int
    visits: tuple[tuple[str, Visit], ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a poll did: the version that it made, and its rows counted."""

    version: int
    counts: PollCounts


@dataclass(frozen=True, slots=True)
class KeptSlip:
    """A form that somebody filled in, as it was kept: the poll that it was, and how many figures were accepted."""

    mark: str
    feed: str
    place: str
    typed: Typed
    poll: int
    version: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Rolled:
    """An hour or a Europe/London day of one measure at one place.

    ``mean`` is weighted by how long each value stood. All None: the source spoke and gave no value.
    """

    start: datetime
    count: int  # sightings that had a value
    low: float | None
    high: float | None
    mean: float | None
    last: float | None


@dataclass(frozen=True, slots=True)
class FeedLog:
    """What the ledger says of one feed."""

    last_poll: Poll | None = None
    last_success_at: datetime | None = None  # when it last answered as agreed, news or none
    observed_at: datetime | None = None  # the newest moment that it spoke of
    moved_at: datetime | None = None  # the newest of those at which it said anything that it had not said before
    clock: ClockOff | None = None  # how its source's clock goes; not told of the past
    today: PollCounts = PollCounts()
    skipped: int = 0  # due times that passed unpolled
    held: tuple[HeldRow, ...] = ()  # newest first, those alike as one; 20 at most
    held_now: Mapping[str | None, int] = field(default_factory=dict)  # by place, in the last answer that was read
    read_at: datetime | None = None  # when the answer of those was read
    last_doubt: Poll | None = None  # the newest answer since, where it was not believed whole


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a picture of the present is made of, read at one moment."""

    version: int
    known: list[Known]
    log: dict[str, FeedLog]


# --- Alerts -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ended:
    """An alert that ended lately, of whose end nobody was told though somebody was of its beginning: silenced, or closed by a person."""

    alert: int
    rule: str
    subject: str
    told: tuple[str, ...]  # the keys of its tellings


@dataclass(frozen=True, slots=True)
class Stood:
    """How every rule stands, and what hushes it, as at one moment: what is decided from."""

    standings: Mapping[
        tuple[str, str], alerts.Standing
    ]  # by rule and subject; what never stood otherwise than clear is missing
    silences: tuple[alerts.Silence, ...] = ()  # in force or to come
    told: frozenset[str] = frozenset()  # the keys of all tellings of the alerts that are open
    actions: tuple[Action, ...] = ()  # that are open, those first that are due first
    ended: tuple[Ended, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What changes of alerts, and who is told of it: one transaction.

    An alert begins with a transition RAISED that has no number. The store numbers it, and puts the number on the standing,
    and on the transitions after it and the tellings of the same rule and subject that have none. In the key of such a
    telling the beginning ``UNNUMBERED`` gets the number too: "alert ?/raised/0/site" is kept as "alert 17/raised/0/site".
    """

    standings: Sequence[alerts.Standing] = ()  # all that changed, whole
    transitions: Sequence[alerts.Transition] = ()  # in their order
    tellings: Sequence[alerts.Telling] = ()  # one whose key is kept already is left out
    chased: Sequence[ActionNote] = ()  # of actions that are open, whose who is among the tellings


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be kept and sent: everything that one lead is told at once, by one channel."""

    key: str  # goes with each attempt; never used for another message
    lead: str
    channel: str
    subject: str
    text: str
    telling_keys: tuple[str, ...]  # what it tells
    due_at: datetime
    withdrawn: str = ""  # why it is kept and not sent


@dataclass(frozen=True, slots=True)
class Ways:
    """What became of what a message tells by the other ways to its lead."""

    written_at: datetime  # the first that told it
    delivered: tuple[tuple[str, datetime], ...] = ()  # other channels that took it, and when


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a channel fared since a moment, attempt by attempt."""

    delivered: int = 0
    failed: int = 0
    last_delivered_at: datetime | None = None
    last_trouble: str = ""
    last_trouble_at: datetime | None = None
    failing_since: datetime | None = None  # the first failure after the last delivery; None: the last attempt went well
